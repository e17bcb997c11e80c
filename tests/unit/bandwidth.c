/* SPDX-License-Identifier: LGPL-2.1-or-later
 *
 * policy/bandwidth.c and policy_bandwidth.c: limits by the week's clock, and the policies that they
 * come from. */
#include "harness/test.h"

#include <string.h>

#include "policy/bandwidth.h"
#include "policy/network_cost.h"
#include "policy/policy.h"

static uint32_t at(uint32_t day, uint32_t hour, uint32_t minute)
{
    return day * MINUTES_PER_DAY + hour * MINUTES_PER_HOUR + minute;
}

static void test_windows(void)
{
    static const struct
    {
        struct bandwidth_window window;
        uint32_t day, hour, minute;
        bool is_inside;
    } tests[] = {
        {{true, 1, 5, 8, 17}, 1, 7, 59, false}, {{true, 1, 5, 8, 17}, 1, 8, 0, true},
        {{true, 1, 5, 8, 17}, 5, 16, 59, true}, {{true, 1, 5, 8, 17}, 5, 17, 0, false},
        {{true, 1, 5, 8, 17}, 0, 12, 0, false}, {{true, 1, 5, 8, 17}, 6, 12, 0, false},
        {{true, 5, 1, 8, 17}, 6, 12, 0, true},  {{true, 5, 1, 8, 17}, 1, 12, 0, true},
        {{true, 5, 1, 8, 17}, 2, 12, 0, false}, {{true, 1, 5, 22, 6}, 1, 5, 59, false},
        {{true, 1, 5, 22, 6}, 1, 22, 0, true},  {{true, 1, 5, 22, 6}, 2, 5, 59, true},
        {{true, 1, 5, 22, 6}, 6, 5, 59, true},  {{true, 1, 5, 22, 6}, 6, 6, 0, false},
        {{true, 1, 5, 22, 6}, 6, 22, 0, false}, {{true, 6, 6, 22, 6}, 0, 5, 0, true},
        {{true, 1, 5, 9, 9}, 1, 0, 0, true},    {{true, 1, 5, 9, 9}, 5, 23, 59, true},
        {{true, 1, 5, 9, 9}, 6, 0, 0, false},   {{false, 0, 6, 0, 0}, 3, 12, 0, false},
    };

    for (unsigned int i = 0; i < ARRAY_COUNT(tests); i++)
        ok(bandwidth_is_inside(&tests[i].window, at(tests[i].day, tests[i].hour,
                                                    tests[i].minute)) == tests[i].is_inside,
           "Row %u is wrong.\n", i);
}

static void test_units(void)
{
    ok(bandwidth_bytes(8, BANDWIDTH_KBPS) == 1000, "Kilobits are wrong.\n");
    ok(bandwidth_bytes(8, BANDWIDTH_MBPS) == 1000000, "Megabits are wrong.\n");
    ok(bandwidth_bytes(8, BANDWIDTH_NO_LIMIT) == BANDWIDTH_UNLIMITED, "There is a limit.\n");
    ok(bandwidth_bytes(0, BANDWIDTH_KBPS) == 0, "Nothing is something.\n");
    ok(bandwidth_bytes(1, BANDWIDTH_KBPS) == 250, "Less than 2 kbit/s.\n");
    ok(bandwidth_bytes(2, BANDWIDTH_KBPS) == 250, "Not 2 kbit/s.\n");
    ok(bandwidth_bytes(UINT32_MAX, BANDWIDTH_MBPS) == 4294967295ull * 125000, "It went round.\n");
}

/* ---- policies ---- */

static struct policy_raw raws[POLICY_VALUE_COUNT];

static void set(unsigned int value, uint32_t number)
{
    raws[value] = (struct policy_raw){POLICY_RAW_NUMBER, number};
}

static struct bandwidth_policy take(void)
{
    struct bandwidth_policy bandwidth;
    struct policy *policy;
    HRESULT hr = policy_create(raws, NULL, &policy);

    ok(hr == S_OK, "Got hr %#lx.\n", (unsigned long)hr);
    policy_get_bandwidth(policy, &bandwidth);
    policy_release(policy);
    return bandwidth;
}

static void check_rate(int line, const struct bandwidth_policy *policy, enum bandwidth_level level,
                       uint32_t minute, uint64_t expected)
{
    uint64_t rate = bandwidth_rate(policy, level, minute);

    ok_(__FILE__, line)(rate == expected, "Got %llu, not %llu.\n", (unsigned long long)rate,
                        (unsigned long long)expected);
}
#define rate_is(policy, level, minute, expected)                                                   \
    check_rate(__LINE__, policy, level, minute, expected)

static void test_nothing_configured(void)
{
    struct bandwidth_policy policy;

    memset(raws, 0, sizeof(raws));
    policy = take();
    ok(!bandwidth_has_schedule(&policy), "There is a schedule.\n");
    for (unsigned int level = 0; level < BANDWIDTH_LEVEL_COUNT; level++)
        rate_is(&policy, (enum bandwidth_level)level, at(3, 12, 0), BANDWIDTH_UNLIMITED);
}

static void test_old_policy(void)
{
    struct bandwidth_policy policy;

    memset(raws, 0, sizeof(raws));
    set(POLICY_RATE_ON_SCHEDULE, 80);
    policy = take();
    rate_is(&policy, BANDWIDTH_LOW, at(3, 12, 0), BANDWIDTH_UNLIMITED);

    set(POLICY_ENABLE_MAX_BANDWIDTH, 1);
    set(POLICY_RATE_OFF_SCHEDULE, 160);
    set(POLICY_SCHEDULE_FROM, 10);
    set(POLICY_SCHEDULE_TO, 20);
    policy = take();
    ok(bandwidth_has_schedule(&policy), "There is no schedule.\n");
    rate_is(&policy, BANDWIDTH_LOW, at(0, 9, 59), 20000);
    rate_is(&policy, BANDWIDTH_LOW, at(0, 10, 0), 10000);
    rate_is(&policy, BANDWIDTH_HIGH, at(6, 19, 59), 10000);
    rate_is(&policy, BANDWIDTH_HIGH, at(6, 20, 0), 20000);

    set(POLICY_OFF_SCHEDULE_UNLIMITED, 1);
    policy = take();
    rate_is(&policy, BANDWIDTH_LOW, at(0, 9, 59), BANDWIDTH_UNLIMITED);
    rate_is(&policy, BANDWIDTH_LOW, at(0, 10, 0), 10000);
    set(POLICY_RATE_ON_SCHEDULE, 0);
    policy = take();
    rate_is(&policy, BANDWIDTH_LOW, at(0, 10, 0), 0);
}

static void set_limits(unsigned int first, uint32_t high, uint32_t normal, uint32_t low)
{
    set(first, high);
    set(first + 1, BANDWIDTH_KBPS);
    set(first + 2, normal);
    set(first + 3, BANDWIDTH_KBPS);
    set(first + 4, low);
    set(first + 5, BANDWIDTH_MBPS);
}

static void set_times(unsigned int first, uint32_t first_day, uint32_t last_day, uint32_t start,
                      uint32_t end)
{
    set(first + 6, first_day);
    set(first + 7, last_day);
    set(first + 8, start);
    set(first + 9, end);
}

static void test_schedules(void)
{
    struct bandwidth_policy policy;

    memset(raws, 0, sizeof(raws));
    set(POLICY_ENABLE_BANDWIDTH_LIMITS, 1);
    set_limits(POLICY_FIRST_WORK, 800, 80, 8);
    set_times(POLICY_FIRST_WORK, 1, 5, 8, 17);
    set_limits(POLICY_FIRST_NON_WORK, 1600, 160, 16);
    /* The newer policy beats the older one. */
    set(POLICY_ENABLE_MAX_BANDWIDTH, 1);
    set(POLICY_RATE_ON_SCHEDULE, 0);
    policy = take();
    rate_is(&policy, BANDWIDTH_HIGH, at(1, 8, 0), 100000);
    rate_is(&policy, BANDWIDTH_NORMAL, at(1, 8, 0), 10000);
    rate_is(&policy, BANDWIDTH_LOW, at(1, 8, 0), 1000000);
    rate_is(&policy, BANDWIDTH_HIGH, at(1, 7, 59), 200000);
    rate_is(&policy, BANDWIDTH_NORMAL, at(6, 12, 0), 20000);
    ok(!policy.ignores_lan, "The limits are not for the own network.\n");

    /* Maintenance beats both. */
    set(POLICY_IGNORE_LIMITS_ON_LAN, 1);
    set(POLICY_ENABLE_MAINTENANCE_LIMITS, 1);
    set_limits(POLICY_FIRST_MAINTENANCE, 0, 8, 8);
    set_times(POLICY_FIRST_MAINTENANCE, 3, 3, 7, 9);
    policy = take();
    ok(policy.ignores_lan, "The limits are for the own network, too.\n");
    rate_is(&policy, BANDWIDTH_HIGH, at(3, 7, 0), 0);
    rate_is(&policy, BANDWIDTH_NORMAL, at(3, 8, 59), 1000);
    rate_is(&policy, BANDWIDTH_NORMAL, at(3, 9, 0), 10000);
    rate_is(&policy, BANDWIDTH_NORMAL, at(4, 8, 0), 10000);

    /* A unit that says so lifts the limit, whatever the number. */
    set(POLICY_FIRST_WORK + 1, BANDWIDTH_NO_LIMIT);
    policy = take();
    rate_is(&policy, BANDWIDTH_HIGH, at(1, 8, 0), BANDWIDTH_UNLIMITED);

    /* Without times there is no maintenance. */
    raws[POLICY_FIRST_MAINTENANCE + 8] = (struct policy_raw){POLICY_RAW_ABSENT, 0};
    policy = take();
    rate_is(&policy, BANDWIDTH_NORMAL, at(3, 8, 0), 10000);

    /* What cannot be understood turns nothing on. */
    raws[POLICY_ENABLE_BANDWIDTH_LIMITS] = (struct policy_raw){POLICY_RAW_OTHER, 0};
    raws[POLICY_ENABLE_MAX_BANDWIDTH] = (struct policy_raw){POLICY_RAW_NUMBER, 2};
    policy = take();
    rate_is(&policy, BANDWIDTH_NORMAL, at(1, 8, 0), BANDWIDTH_UNLIMITED);
}

static void test_costs(void)
{
    struct policy *policy;

    memset(raws, 0, sizeof(raws));
    set(POLICY_FIRST_TRANSFER_POLICY + 2, 127);
    set(POLICY_FIRST_CUSTOM_TRANSFER_POLICY + 2, 1);
    set(POLICY_FIRST_CUSTOM_TRANSFER_POLICY + 3, 0x41);
    if (FAILED(policy_create(raws, NULL, &policy))) return;
    ok(policy_cost_flags(policy, 0) == 0x800000ff, "Got %#x.\n", policy_cost_flags(policy, 0));
    ok(policy_cost_flags(policy, 1) == 0x800000ff, "Got %#x.\n", policy_cost_flags(policy, 1));
    ok(policy_cost_flags(policy, 2) == 127, "Got %#x.\n", policy_cost_flags(policy, 2));
    ok(policy_cost_flags(policy, 3) == 0x41, "Got %#x.\n", policy_cost_flags(policy, 3));
    policy_release(policy);
}

static void test_network_costs(void)
{
    static const struct
    {
        struct network_cost cost;
        uint32_t state;
    } tests[] = {
        {{NETWORK_COST_UNKNOWN, false, false, false}, 0x1},
        {{NETWORK_COST_UNRESTRICTED, true, true, false}, 0x1},
        {{NETWORK_COST_UNRESTRICTED, false, false, true}, 0x81},
        {{NETWORK_COST_FIXED, false, false, false}, 0x2},
        {{NETWORK_COST_FIXED, true, false, false}, 0x8},
        {{NETWORK_COST_FIXED, true, true, false}, 0x10},
        {{NETWORK_COST_VARIABLE, false, false, false}, 0x40},
        {{NETWORK_COST_VARIABLE, false, false, true}, 0xc0},
        {{(enum network_cost_kind)77, false, false, false}, 0x1},
    };

    for (unsigned int i = 0; i < ARRAY_COUNT(tests); i++)
        ok(network_cost_state(&tests[i].cost) == tests[i].state, "Row %u: got %#x.\n", i,
           network_cost_state(&tests[i].cost));
}

START_TEST(bandwidth)
{
    RUN_TEST(test_windows);
    RUN_TEST(test_units);
    RUN_TEST(test_nothing_configured);
    RUN_TEST(test_old_policy);
    RUN_TEST(test_schedules);
    RUN_TEST(test_costs);
    RUN_TEST(test_network_costs);
}
