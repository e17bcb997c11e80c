/* SPDX-License-Identifier: LGPL-2.1-or-later
 *
 * policy/peer_flags.c: every combination there is. */
#include "harness/test.h"

#include "policy/peer_flags.h"

#define PREFERENCE 99 /* whatever the preference says */

struct machine_case
{
    enum peer_switch enable;
    bool is_client_disabled, is_server_disabled;
    uint32_t expected;
};

/* clang-format off */
static const struct machine_case machine_cases[] = {
    {PEER_SWITCH_ABSENT, false, false, PREFERENCE},
    {PEER_SWITCH_ABSENT, false, true,  PREFERENCE},
    {PEER_SWITCH_ABSENT, true,  false, PREFERENCE},
    {PEER_SWITCH_ABSENT, true,  true,  PREFERENCE},
    {PEER_SWITCH_OFF,    false, false, 0},
    {PEER_SWITCH_OFF,    false, true,  0},
    {PEER_SWITCH_OFF,    true,  false, 0},
    {PEER_SWITCH_OFF,    true,  true,  0},
    {PEER_SWITCH_ON,     false, false, 3},
    {PEER_SWITCH_ON,     false, true,  1},
    {PEER_SWITCH_ON,     true,  false, 2},
    {PEER_SWITCH_ON,     true,  true,  0},
};

/* Job flags down, machine flags across. */
static const uint32_t effective[8][4] = {
    {0, 0, 0, 0},
    {0, 1, 0, 1},
    {0, 0, 2, 2},
    {0, 1, 2, 3},
    {4, 4, 4, 4},
    {4, 5, 4, 5},
    {4, 4, 6, 6},
    {4, 5, 6, 7},
};
/* clang-format on */

static uint32_t machine_flags(const struct machine_case *test, uint32_t preference)
{
    struct peer_policy policy = {test->enable, test->is_client_disabled, test->is_server_disabled,
                                 preference};

    return peer_flags_machine(&policy);
}

static void test_machine(void)
{
    for (unsigned int i = 0; i < ARRAY_COUNT(machine_cases); i++)
    {
        const struct machine_case *test = &machine_cases[i];

        for (uint32_t preference = 0; preference < 4; preference++)
        {
            uint32_t expected = test->expected == PREFERENCE ? preference : test->expected;
            uint32_t got = machine_flags(test, preference);

            ok(got == expected, "Case %u, preference %u: got %u, not %u.\n", i, preference, got,
               expected);
        }
    }
}

static void test_effective(void)
{
    for (uint32_t job = 0; job < 8; job++)
        for (uint32_t machine = 0; machine < 4; machine++)
        {
            uint32_t got = peer_flags_effective(job, machine);

            ok(got == effective[job][machine], "Job %u, machine %u: got %u, not %u.\n", job,
               machine, got, effective[job][machine]);
        }
}

/* Policy, preference and job at once: both levels have to agree. */
static void test_both_levels(void)
{
    for (unsigned int i = 0; i < ARRAY_COUNT(machine_cases); i++)
        for (uint32_t preference = 0; preference < 4; preference++)
            for (uint32_t job = 0; job < 8; job++)
            {
                const struct machine_case *test = &machine_cases[i];
                uint32_t machine = test->expected == PREFERENCE ? preference : test->expected;
                uint32_t got = peer_flags_effective(job, machine_flags(test, preference));

                ok(got == effective[job][machine], "Case %u, preference %u, job %u: got %u.\n", i,
                   preference, job, got);
            }
}

static void test_unknown_bits(void)
{
    struct peer_policy policy = {PEER_SWITCH_ABSENT, false, false, 0xfffffffc};
    uint32_t got;

    got = peer_flags_machine(&policy);
    ok(got == 0, "Got %#x.\n", got);
    got = peer_flags_effective(0xffffffff, 0xfffffffc);
    ok(got == PEER_JOB_NO_BRANCHCACHE, "Got %#x.\n", got);
    got = peer_flags_effective(0xfffffff8, 0xffffffff);
    ok(got == 0, "Got %#x.\n", got);
}

START_TEST(peer_flags)
{
    RUN_TEST(test_machine);
    RUN_TEST(test_effective);
    RUN_TEST(test_both_levels);
    RUN_TEST(test_unknown_bits);
}
