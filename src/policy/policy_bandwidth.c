/* SPDX-License-Identifier: LGPL-2.1-or-later
 *
 * From the values of policies to limits of bandwidth and to costs that are accepted. */
#include "policy/policy_private.h"

/* The values of one schedule stand in this order. */
enum schedule_value
{
    HIGH_LIMIT,
    HIGH_TYPE,
    NORMAL_LIMIT,
    NORMAL_TYPE,
    LOW_LIMIT,
    LOW_TYPE,
    START_DAY,
    END_DAY,
    START_HOUR,
    END_HOUR
};

static enum policy_value value_of(enum policy_value first, unsigned int offset)
{
    return (enum policy_value)(first + offset);
}

/* A number that is missing limits nothing. */
static void take_rates(const struct policy *policy, enum policy_value first,
                       uint64_t rates[BANDWIDTH_LEVEL_COUNT])
{
    for (unsigned int i = 0; i < BANDWIDTH_LEVEL_COUNT; i++)
    {
        enum policy_value limit = value_of(first, HIGH_LIMIT + 2 * i);
        enum policy_value type = value_of(first, HIGH_TYPE + 2 * i);

        rates[i] = policy_is_set(policy, limit)
                       ? bandwidth_bytes(policy_number(policy, limit),
                                         (enum bandwidth_unit)policy_number(policy, type))
                       : BANDWIDTH_UNLIMITED;
    }
}

static void take_window(const struct policy *policy, enum policy_value first,
                        struct bandwidth_window *window)
{
    *window = (struct bandwidth_window){
        .is_set = policy_is_set(policy, value_of(first, START_HOUR)) &&
                  policy_is_set(policy, value_of(first, END_HOUR)),
        .first_day = (uint8_t)policy_number(policy, value_of(first, START_DAY)),
        .last_day = (uint8_t)policy_number(policy, value_of(first, END_DAY)),
        .start_hour = (uint8_t)policy_number(policy, value_of(first, START_HOUR)),
        .end_hour = (uint8_t)policy_number(policy, value_of(first, END_HOUR))};
}

static uint64_t old_rate(const struct policy *policy, enum policy_value value)
{
    if (!policy_is_set(policy, value)) return BANDWIDTH_UNLIMITED;
    return bandwidth_bytes(policy_number(policy, value), BANDWIDTH_KBPS);
}

/* The policy of before Windows 7: two rates for all levels, every day the same. */
static void take_old_limits(const struct policy *policy, struct bandwidth_policy *out)
{
    uint64_t on = old_rate(policy, POLICY_RATE_ON_SCHEDULE);
    uint64_t off = old_rate(policy, POLICY_RATE_OFF_SCHEDULE);

    if (policy_number(policy, POLICY_OFF_SCHEDULE_UNLIMITED)) off = BANDWIDTH_UNLIMITED;
    out->work = (struct bandwidth_window){
        .is_set = true,
        .first_day = 0,
        .last_day = 6,
        .start_hour = (uint8_t)policy_number(policy, POLICY_SCHEDULE_FROM),
        .end_hour = (uint8_t)policy_number(policy, POLICY_SCHEDULE_TO)};
    for (unsigned int i = 0; i < BANDWIDTH_LEVEL_COUNT; i++)
    {
        out->work_rates[i] = on;
        out->rest_rates[i] = off;
    }
}

void policy_get_bandwidth(const struct policy *policy, struct bandwidth_policy *out)
{
    bandwidth_policy_init(out);
    if (policy_number(policy, POLICY_ENABLE_BANDWIDTH_LIMITS))
    {
        take_window(policy, POLICY_FIRST_WORK, &out->work);
        take_rates(policy, POLICY_FIRST_WORK, out->work_rates);
        take_rates(policy, POLICY_FIRST_NON_WORK, out->rest_rates);
        out->ignores_lan = policy_number(policy, POLICY_IGNORE_LIMITS_ON_LAN);
    }
    else if (policy_number(policy, POLICY_ENABLE_MAX_BANDWIDTH))
        take_old_limits(policy, out);
    if (policy_number(policy, POLICY_ENABLE_MAINTENANCE_LIMITS))
    {
        take_window(policy, POLICY_FIRST_MAINTENANCE, &out->maintenance);
        take_rates(policy, POLICY_FIRST_MAINTENANCE, out->maintenance_rates);
    }
}

uint32_t policy_cost_flags(const struct policy *policy, unsigned int priority)
{
    enum policy_value value = value_of(POLICY_FIRST_TRANSFER_POLICY, priority);
    enum policy_value custom = value_of(POLICY_FIRST_CUSTOM_TRANSFER_POLICY, priority);

    if (policy_is_set(policy, value)) return policy_number(policy, value);
    return policy_number(policy, custom);
}
