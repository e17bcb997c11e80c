/* SPDX-License-Identifier: LGPL-2.1-or-later
 *
 * The engine is killed at named moments (rows A2 to A5 of the faults), then once more in the
 * process that goes on: what is found is the old or the new state, and the job comes to its end. An
 * ordinary run passes all points in the life of one job, and some pairs; OPENBITS_NIGHTLY=1 takes
 * each alone and every pair. */
#include "kill_life.h"

#define MANY_FILES 50
#define FEW_FILES  5

/* ---- the points ---- */

/* In the order of a job's life. */
static const enum kill_point points[] = {
    KILL_CREATE,    KILL_ADD,      KILL_ADD_SET,  KILL_RESUME, KILL_FLAGS, KILL_CHECKPOINT,
    KILL_FILE_DONE, KILL_JOB_DONE, KILL_COMPLETE, KILL_RENAME, KILL_REMOVE};

#define POINTS (2 * ARRAY_SIZE(points))

static struct kill point(unsigned int i)
{
    return (struct kill){points[i / 2], 1, i % 2 != 0};
}

static bool is_slow(const struct kill *kill)
{
    return kill->point == KILL_CHECKPOINT || kill->point == KILL_FILE_DONE;
}

static void live_through_pair(unsigned int first, unsigned int second)
{
    const struct kill kills[] = {point(first), point(second)};
    const struct life life = {.files = FEW_FILES,
                              .is_slow = is_slow(&kills[0]) || is_slow(&kills[1])};

    live(&life, kills, 2);
}

/* Each process comes a step further than the one before. */
static void test_all_in_one_life(void)
{
    static const struct life life = {.files = FEW_FILES, .is_slow = true, .is_chain = true};
    struct kill kills[POINTS];

    withstands("A2");
    for (unsigned int i = 0; i < POINTS; i++)
        kills[i] = point(i);
    live(&life, kills, POINTS);
}

static void test_points(void)
{
    withstands("A2");
    for (unsigned int i = 0; i < POINTS; i++)
    {
        const struct kill kill = point(i);
        const struct life life = {.files = FEW_FILES, .is_slow = is_slow(&kill)};

        live(&life, &kill, 1);
    }
}

static void test_pairs(void)
{
    static const unsigned int sample[][2] = {{1, 9}, {7, 17}, {15, 18}, {16, 19}, {18, 20}};

    withstands("A2");
    for (unsigned int i = 0; i < ARRAY_SIZE(sample) && !is_nightly(); i++)
        live_through_pair(sample[i][0], sample[i][1]);
    for (unsigned int i = 0; i < POINTS && is_nightly(); i++)
        for (unsigned int j = i; j < POINTS; j++)
            live_through_pair(i, j);
}

/* ---- Complete with many files ---- */

static void test_renames(void)
{
    static const struct life life = {.files = MANY_FILES};
    static const unsigned int spread[] = {0, 1, 25, 49, 50};
    unsigned int count = is_nightly() ? MANY_FILES + 1 : ARRAY_SIZE(spread);

    withstands("A3");
    for (unsigned int i = 0; i < count; i++)
    {
        unsigned int done = is_nightly() ? i : spread[i];
        const struct kill kill = {KILL_RENAME, done < MANY_FILES ? done + 1 : MANY_FILES,
                                  done == MANY_FILES};

        live(&life, &kill, 1);
    }
}

/* ---- Cancel, and a change of the flags ---- */

static void live_held(enum kill_point kill_point, unsigned int count, bool is_cancelled)
{
    const struct life life = {.files = FEW_FILES, .is_held = true, .is_cancelled = is_cancelled};

    for (unsigned int i = 0; i < 2; i++)
    {
        const struct kill kill = {kill_point, count, i != 0};

        live(&life, &kill, 1);
    }
}

static void test_cancel(void)
{
    withstands("A4");
    live_held(KILL_CANCEL, 1, true);
    live_held(KILL_DISCARD, 1, true);
    live_held(KILL_REMOVE, 1, true);
}

static void test_flags(void)
{
    withstands("A5");
    ok(policy_set(L"EnablePeercaching", 1), "The policy cannot be set.\n");
    live_held(KILL_FLAGS, 1, false);
    policy_restore();
}

START_TEST(kill_points)
{
    struct client_plan plan;

    if (client_read_line(&plan))
    {
        client_run(&plan);
        return;
    }
    com_start(COINIT_MULTITHREADED);
    life_start();
    if (is_nightly())
        RUN_TEST(test_points);
    else
        RUN_TEST(test_all_in_one_life);
    RUN_TEST(test_pairs);
    RUN_TEST(test_renames);
    RUN_TEST(test_cancel);
    RUN_TEST(test_flags);
    life_end();
    com_stop();
}
