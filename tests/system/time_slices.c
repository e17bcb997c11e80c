/* SPDX-License-Identifier: LGPL-2.1-or-later
 *
 * Background jobs of equal priority take turns: with slices of one second in place of minutes, and
 * files that come so slowly that no job ends meanwhile. */
#include "harness/engine_fixture.h"

#include <stdio.h>

#define MIB     (1024 * 1024)
#define JOBS    3
#define ROUNDS  2
#define SLICE   1 /* seconds */
#define WAIT_MS 10000

static struct origin *origin;
static IBackgroundCopyJob *jobs[JOBS];
static const char *const paths[JOBS] = {"/0", "/1", "/2"};

static bool is_running(unsigned int index)
{
    BG_JOB_STATE state = job_state(jobs[index]);

    return state == BG_JOB_STATE_CONNECTING || state == BG_JOB_STATE_TRANSFERRING;
}

struct turn
{
    unsigned int index;
    uint64_t since;
};

/* Another job than the one whose turn it was. */
static bool is_next_turn(void *ctx)
{
    struct turn *turn = ctx;

    for (unsigned int i = 0; i < JOBS; i++)
    {
        if (i == turn->index || !is_running(i)) continue;
        *turn = (struct turn){i, test_ticks()};
        return true;
    }
    return false;
}

static void create_jobs(void)
{
    for (unsigned int i = 0; i < JOBS; i++)
    {
        WCHAR name[16];
        HRESULT hr;

        origin_add(origin, paths[i],
                   &(struct origin_file){.size = 64 * MIB, .version = i, .rate = MIB});
        swprintf(name, ARRAY_SIZE(name), L"%u", i);
        jobs[i] = create_job(name, BG_JOB_TYPE_DOWNLOAD);
        job_add(jobs[i], origin, paths[i], name);
        hr = IBackgroundCopyJob_Resume(jobs[i]);
        ok(hr == S_OK, "Got hr %#lx.\n", hr);
    }
}

static void test_turns(void)
{
    struct turn turn = {JOBS, 0};

    shows("JOB-SPR-8");
    create_jobs();
    for (unsigned int i = 0; i < ROUNDS * JOBS; i++)
    {
        struct turn before = turn;

        ok(com_wait_for(is_next_turn, &turn, WAIT_MS), "Nobody follows job %u.\n", before.index);
        ok(turn.index == i % JOBS, "Turn %u has job %u.\n", i, turn.index);
        if (i)
            ok(turn.since - before.since >= SLICE * 1000 - 200, "Job %u had %llu ms.\n",
               before.index, (unsigned long long)(turn.since - before.since));
        /* Each turn brings the job on, from where it was. */
        ok(origin_wait_requests(origin, paths[turn.index], i < JOBS ? 2 : i / JOBS + 2, WAIT_MS),
           "Job %u does not ask.\n", turn.index);
    }
    for (unsigned int i = 0; i < JOBS; i++)
    {
        struct origin_entry entry;
        BG_JOB_PROGRESS progress;

        job_progress(jobs[i], &progress);
        ok(progress.BytesTransferred > 0, "Job %u has nothing.\n", i);
        ok(origin_journal_get(origin, paths[i], 2, &entry), "Job %u had one turn.\n", i);
        ok(entry.range_count == 1 && entry.range.begin > 0, "Job %u begins at %llu again.\n", i,
           (unsigned long long)entry.range.begin);
        end_job(jobs[i]);
    }
}

START_TEST(time_slices)
{
    struct runtime_config config = runtime_get_config();

    com_start(COINIT_MULTITHREADED);
    config.time_slice = SLICE;
    engine_manager(&config);
    origin = origin_start(NULL);
    ok(origin != NULL, "There is no origin.\n");
    if (origin) RUN_TEST(test_turns);
    com_stop();
    engine_stop();
    if (origin) origin_destroy(origin);
}
