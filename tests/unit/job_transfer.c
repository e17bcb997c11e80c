/* SPDX-License-Identifier: LGPL-2.1-or-later
 *
 * The mover's desk: runs that are over, files that start over, and the toggle of the peer-caching
 * flags in mid-transfer. */
#include "harness/test.h"

#include <stdlib.h>

#include "bitsmsg.h"
#include "harness/fake_ports.h"

static struct fake_world world;

#define EXPECT_STATE(job, state)                                                                   \
    ok(job_state(job) == (state), "Got state %u, expected " #state ".\n", job_state(job))

static struct job *running_job(uint32_t peer_flags)
{
    struct job *job = fake_job(&world, 1);

    job_set_peer_flags(job, peer_flags);
    job_set_priority(job, JOB_PRIORITY_FOREGROUND);
    job_resume(job);
    fake_schedule(&world);
    return job;
}

static void set_machine_flags(uint32_t flags)
{
    world.settings.peer_flags = flags;
    queue_apply_settings(world.queue, &world.settings);
}

static enum source_kind planned_source(struct job *job, uint64_t *from)
{
    enum source_kind source = SOURCE_FILE;
    struct transfer_plan plan;
    struct byte_range gap;

    *from = UINT64_MAX;
    if (job_transfer_next(job, fake_running_epoch(&world, job), &plan) != S_OK) return source;
    source = plan.source;
    range_set_first_gap(&plan.have, 0, UINT64_MAX, &gap);
    *from = gap.begin;
    transfer_plan_done(&plan);
    return source;
}

/* Was the job interrupted, and does it go on with the source at the byte after the last one? */
static void expect_source(int line, struct job *job, enum source_kind source, uint64_t from)
{
    enum source_kind got;
    uint64_t got_from;

    got = planned_source(job, &got_from);
    ok(got == source, "Line %d: got source %u.\n", line, got);
    ok(got_from == from, "Line %d: goes on at %llu.\n", line, (unsigned long long)got_from);
}
#define EXPECT_SOURCE(job, source, from) expect_source(__LINE__, job, source, from)

static void expect_interruption(int line, struct job *job, bool is_interrupted)
{
    enum job_state state = job_state(job);
    unsigned int stops = fake_count_stops(&world, job);

    ok(state == (is_interrupted ? JOB_QUEUED : JOB_TRANSFERRING), "Line %d: got state %u.\n", line,
       state);
    ok(stops == (is_interrupted ? 1 : 0), "Line %d: stopped %u times.\n", line, stops);
    ok(!job_error_count(job), "Line %d: the error count grew.\n", line);
    fake_schedule(&world);
    ok(job_state(job) == (is_interrupted ? JOB_CONNECTING : JOB_TRANSFERRING),
       "Line %d: got state %u after the scheduler.\n", line, job_state(job));
}
#define EXPECT_INTERRUPTION(job, is) expect_interruption(__LINE__, job, is)

static void test_job_flag_toggles(void)
{
    struct job *job;

    fake_world_init(&world);
    set_machine_flags(1);

    job = running_job(1);
    fake_fetch(&world, job, 1000, 300);
    job_set_peer_flags(job, 0);
    EXPECT_INTERRUPTION(job, true);
    EXPECT_SOURCE(job, SOURCE_ORIGIN, 300);
    job_release(job, JOB_HOLDER_CALLER);

    job = running_job(0);
    fake_fetch(&world, job, 1000, 300);
    job_set_peer_flags(job, 1);
    EXPECT_INTERRUPTION(job, true);
    EXPECT_SOURCE(job, SOURCE_PEER, 300);
    job_release(job, JOB_HOLDER_CALLER);
    fake_world_done(&world);
}

static void test_machine_flag_toggles(void)
{
    struct job *with, *without;

    fake_world_init(&world);
    with = running_job(1);
    without = running_job(6);
    fake_fetch(&world, with, 1000, 300);
    fake_fetch(&world, without, 1000, 300);
    set_machine_flags(3);
    ok(job_state(without) == JOB_TRANSFERRING, "A job without the flag was interrupted.\n");
    EXPECT_INTERRUPTION(with, true);
    EXPECT_SOURCE(with, SOURCE_PEER, 300);
    EXPECT_SOURCE(without, SOURCE_ORIGIN, 300);

    fake_fetch(&world, with, 1000, 600);
    set_machine_flags(2);
    fake_schedule(&world);
    EXPECT_SOURCE(with, SOURCE_ORIGIN, 600);
    EXPECT_INTERRUPTION(without, false);
    job_release(with, JOB_HOLDER_CALLER);
    job_release(without, JOB_HOLDER_CALLER);
    fake_world_done(&world);
}

static bool plan_uses_branchcache(struct job *job)
{
    struct transfer_plan plan;
    bool is_used;

    if (job_transfer_next(job, fake_running_epoch(&world, job), &plan) != S_OK) return false;
    is_used = plan.uses_branchcache;
    transfer_plan_done(&plan);
    return is_used;
}

static void set_branchcache(bool is_used)
{
    world.settings.uses_branchcache = is_used;
    queue_apply_settings(world.queue, &world.settings);
}

/* Requests that were planned otherwise are stopped at once. */
static void test_branchcache_toggles(void)
{
    struct job *job;

    fake_world_init(&world);
    job = running_job(0);
    ok(!plan_uses_branchcache(job), "BranchCache is used.\n");
    fake_fetch(&world, job, 1000, 300);
    set_branchcache(true);
    EXPECT_INTERRUPTION(job, true);
    EXPECT_SOURCE(job, SOURCE_ORIGIN, 300);
    ok(plan_uses_branchcache(job), "BranchCache is not used.\n");
    job_release(job, JOB_HOLDER_CALLER);

    job = running_job(0);
    ok(plan_uses_branchcache(job), "BranchCache is not used.\n");
    fake_fetch(&world, job, 1000, 300);
    job_set_peer_flags(job, 4);
    EXPECT_INTERRUPTION(job, true);
    ok(!plan_uses_branchcache(job), "The flag does not count.\n");
    job_release(job, JOB_HOLDER_CALLER);

    job = running_job(4);
    ok(!plan_uses_branchcache(job), "The flag does not count.\n");
    fake_fetch(&world, job, 1000, 300);
    set_branchcache(false);
    EXPECT_INTERRUPTION(job, false);
    job_release(job, JOB_HOLDER_CALLER);
    fake_world_done(&world);
}

/* What must not interrupt: machine off, same value again, other bits, the machine's server bit. */
static void test_no_interruption(void)
{
    static const struct
    {
        uint32_t machine, job, new_machine, new_job;
    } tests[] = {
        {0, 0, 0, 1}, {0, 1, 0, 0}, {2, 1, 2, 0}, {1, 1, 1, 1}, {3, 0, 3, 2},
        {3, 1, 3, 7}, {3, 7, 3, 1}, {1, 0, 0, 0}, {0, 0, 1, 0}, {1, 1, 3, 1},
        {3, 1, 1, 1}, {0, 6, 3, 6}, {1, 1, 1, 3},
    };

    for (unsigned int i = 0; i < ARRAY_COUNT(tests); i++)
    {
        struct job *job;

        winetest_push_context("test %u", i);
        fake_world_init(&world);
        set_machine_flags(tests[i].machine);
        job = running_job(tests[i].job);
        fake_fetch(&world, job, 1000, 300);
        set_machine_flags(tests[i].new_machine);
        job_set_peer_flags(job, tests[i].new_job);
        EXPECT_INTERRUPTION(job, false);
        job_release(job, JOB_HOLDER_CALLER);
        fake_world_done(&world);
        winetest_pop_context();
    }
}

static void test_toggle_in_every_state(void)
{
    struct job *job;

    fake_world_init(&world);
    set_machine_flags(1);

    job = fake_job(&world, 1);
    job_set_peer_flags(job, 1);
    EXPECT_STATE(job, JOB_SUSPENDED);
    job_set_priority(job, JOB_PRIORITY_FOREGROUND);
    job_resume(job);
    job_set_peer_flags(job, 0);
    EXPECT_STATE(job, JOB_QUEUED);
    fake_schedule(&world);
    job_set_peer_flags(job, 1);
    EXPECT_STATE(job, JOB_QUEUED);
    fake_schedule(&world);
    EXPECT_STATE(job, JOB_CONNECTING);
    fake_fail(&world, job, (HRESULT)0x801901f7);
    job_set_peer_flags(job, 0);
    EXPECT_STATE(job, JOB_TRANSIENT_ERROR);
    job_resume(job);
    fake_schedule(&world);
    fake_fail(&world, job, (HRESULT)0x80190194);
    job_set_peer_flags(job, 1);
    EXPECT_STATE(job, JOB_ERROR);
    job_resume(job);
    fake_schedule(&world);
    fake_finish(&world, job);
    job_set_peer_flags(job, 0);
    EXPECT_STATE(job, JOB_TRANSFERRED);
    ok(job_complete(job) == S_OK, "Complete failed.\n");
    ok(job_set_peer_flags(job, 1) == BG_E_INVALID_STATE, "It was changed.\n");
    job_release(job, JOB_HOLDER_CALLER);
    fake_world_done(&world);
}

static void test_flag_values(void)
{
    struct job *job;
    HRESULT hr;

    fake_world_init(&world);
    job = fake_job(&world, 0);
    ok(!job_peer_flags(job), "A new job has flags %#x.\n", job_peer_flags(job));
    for (uint32_t flags = 0; flags < 8; flags++)
    {
        hr = job_set_peer_flags(job, flags);
        ok(hr == S_OK, "Got hr %#lx.\n", (unsigned long)hr);
        ok(job_peer_flags(job) == flags, "Got flags %#x.\n", job_peer_flags(job));
    }
    for (unsigned int bit = 3; bit < 32; bit++)
    {
        hr = job_set_peer_flags(job, 1u << bit | 1);
        ok(hr == E_NOTIMPL, "Bit %u: got hr %#lx.\n", bit, (unsigned long)hr);
        ok(job_peer_flags(job) == 7, "Got flags %#x.\n", job_peer_flags(job));
    }
    job_release(job, JOB_HOLDER_CALLER);
    fake_world_done(&world);
}

static void test_late_reports(void)
{
    struct job_error error = {E_FAIL, ERROR_CONTEXT_REMOTE_FILE, 0};
    struct job_progress progress;
    struct transfer_plan plan;
    uint32_t old;
    struct job *job;
    HRESULT hr;

    fake_world_init(&world);
    job = running_job(0);
    fake_fetch(&world, job, 1000, 300);
    old = fake_running_epoch(&world, job);
    job_suspend(job);

    /* Bytes that were on the disk when the stop arrived count. */
    job_transfer_progress(job, 0, 0, 300, 450, false);
    job_get_progress(job, &progress);
    ok(progress.bytes_transferred == 450, "Got %llu bytes.\n",
       (unsigned long long)progress.bytes_transferred);

    ok(!job_transfer_connected(job, old), "The old run is connected.\n");
    job_transfer_failed(job, old, &error);
    EXPECT_STATE(job, JOB_SUSPENDED);
    ok(!job_error_count(job), "The error of an old run counts.\n");
    hr = job_transfer_next(job, old, &plan);
    ok(hr == S_FALSE, "Got hr %#lx.\n", (unsigned long)hr);
    hr = job_transfer_restart(job, old, 0);
    ok(hr == S_FALSE, "Got hr %#lx.\n", (unsigned long)hr);
    job_get_progress(job, &progress);
    ok(progress.bytes_transferred == 450, "The old run started the file over.\n");

    job_resume(job);
    fake_schedule(&world);
    ok(fake_running_epoch(&world, job) != old, "The epoch has not moved.\n");
    EXPECT_SOURCE(job, SOURCE_ORIGIN, 450);
    job_release(job, JOB_HOLDER_CALLER);
    fake_world_done(&world);
}

static void test_start_over(void)
{
    struct job_progress progress;
    struct job_error error;
    uint32_t epoch;
    struct job *job;
    HRESULT hr;

    fake_world_init(&world);
    job = running_job(0);
    fake_fetch(&world, job, 1000, 300);
    epoch = fake_running_epoch(&world, job);
    hr = job_transfer_restart(job, epoch, 0);
    ok(hr == S_OK, "Got hr %#lx.\n", (unsigned long)hr);
    job_get_progress(job, &progress);
    ok(!progress.bytes_transferred && progress.bytes_total == JOB_SIZE_UNKNOWN,
       "Got %llu of %llu bytes.\n", (unsigned long long)progress.bytes_transferred,
       (unsigned long long)progress.bytes_total);
    /* Bytes of the version that is gone do not count any more. */
    job_transfer_progress(job, 0, 0, 300, 400, false);
    job_get_progress(job, &progress);
    ok(!progress.bytes_transferred, "Got %llu bytes.\n",
       (unsigned long long)progress.bytes_transferred);

    fake_fetch(&world, job, 2000, 100);
    job_get_progress(job, &progress);
    ok(progress.bytes_total == 2000, "Got %llu bytes.\n", (unsigned long long)progress.bytes_total);
    for (unsigned int i = 0; i < 2; i++)
    {
        hr = job_transfer_restart(job, epoch, 0);
        ok(hr == S_OK, "Got hr %#lx.\n", (unsigned long)hr);
    }
    /* Not for ever. */
    hr = job_transfer_restart(job, epoch, 0);
    ok(FAILED(hr), "Got hr %#lx.\n", (unsigned long)hr);
    EXPECT_STATE(job, JOB_TRANSIENT_ERROR);
    job_get_error(job, &error);
    ok(error.file_index == 0 && error.context == ERROR_CONTEXT_REMOTE_FILE, "Got file %u.\n",
       error.file_index);
    job_resume(job);
    fake_schedule(&world);
    fake_finish(&world, job);
    job_release(job, JOB_HOLDER_CALLER);
    fake_world_done(&world);
}

static void test_sources_are_told_apart(void)
{
    struct file_sources sources;
    struct job *job;
    uint64_t from;

    fake_world_init(&world);
    set_machine_flags(1);
    job = running_job(1);
    fake_fetch(&world, job, 1000, 400);
    job_file_get_sources(job, 0, &sources);
    ok(sources.from_peers == 400 && !sources.from_origin, "Got %llu and %llu bytes.\n",
       (unsigned long long)sources.from_origin, (unsigned long long)sources.from_peers);

    /* The peer is of no use: the origin gives the rest, and the job does not notice. */
    job_transfer_peer_failed(job, fake_running_epoch(&world, job), 0);
    EXPECT_STATE(job, JOB_TRANSFERRING);
    ok(planned_source(job, &from) == SOURCE_ORIGIN && from == 400, "Goes on at %llu.\n",
       (unsigned long long)from);
    fake_finish(&world, job);
    job_file_get_sources(job, 0, &sources);
    ok(sources.from_peers == 400 && sources.from_origin == 600, "Got %llu and %llu bytes.\n",
       (unsigned long long)sources.from_origin, (unsigned long long)sources.from_peers);

    /* Content that came from a peer and is called invalid comes from the origin next. */
    ok(job_file_set_validation(job, 0, false) == S_OK, "It was refused.\n");
    EXPECT_STATE(job, JOB_QUEUED);
    fake_schedule(&world);
    EXPECT_SOURCE(job, SOURCE_ORIGIN, 0);
    fake_finish(&world, job);
    job_file_get_sources(job, 0, &sources);
    ok(!sources.from_peers && sources.from_origin == 1000, "Got %llu and %llu bytes.\n",
       (unsigned long long)sources.from_origin, (unsigned long long)sources.from_peers);
    job_release(job, JOB_HOLDER_CALLER);
    fake_world_done(&world);
}

/* A start that the mover has not been told of is taken back by a stop in the same breath. */
static void test_thousand_toggles(void)
{
    struct job_progress progress;
    unsigned int done = 0;
    struct job *job;

    fake_world_init(&world);
    set_machine_flags(1);
    job = running_job(0);
    for (unsigned int i = 1; i <= 1000; i++)
    {
        world.note_count = 0;
        job_set_peer_flags(job, i % 2);
        if (i % 3) fake_schedule(&world);
        if (i % 5 == 0 && fake_running_epoch(&world, job)) fake_fetch(&world, job, 1000, ++done);
    }
    fake_schedule(&world);
    job_get_progress(job, &progress);
    ok(progress.bytes_transferred == done, "Got %llu bytes of %u.\n",
       (unsigned long long)progress.bytes_transferred, done);
    fake_finish(&world, job);
    job_release(job, JOB_HOLDER_CALLER);
    fake_world_done(&world);
}

/* A mover that hangs at a server or a disk makes its file when the job is long cancelled. */
static void test_late_file(void)
{
    struct job *job;
    uint32_t epoch;
    HRESULT hr;

    fake_world_init(&world);
    job = fake_job(&world, 1);
    job_resume(job);
    fake_schedule(&world);
    epoch = fake_running_epoch(&world, job);
    world.keeps_files = true;
    world.step = 11 * FAKE_SECOND;
    hr = job_cancel(job);
    ok(hr == S_OK, "Got hr %#lx.\n", (unsigned long)hr);
    world.step = 0;
    ok(!world.discarded, "%u files were removed.\n", world.discarded);

    ok(!job_transfer_temp_made(job, epoch, 0, u"C:\\folder\\BIT2.tmp"), "The run goes on.\n");
    job_transfer_released(job);
    ok(world.discarded == 1, "%u files were removed.\n", world.discarded);
    job_release(job, JOB_HOLDER_CALLER);
    fake_world_done(&world);
}

/* The sum of what servers say need not fit. */
static void test_sizes_beyond_64_bits(void)
{
    struct file_version version = {.known = true, .size = 1ull << 63};
    struct job_progress progress;
    struct job *job;
    uint32_t epoch;

    fake_world_init(&world);
    job = fake_job(&world, 3);
    job_resume(job);
    fake_schedule(&world);
    epoch = fake_running_epoch(&world, job);
    for (uint32_t i = 0; i < 3; i++)
        job_transfer_version(job, epoch, i, &version);
    job_get_progress(job, &progress);
    ok(progress.bytes_total == JOB_SIZE_UNKNOWN, "Got %llu bytes.\n",
       (unsigned long long)progress.bytes_total);
    version.size = 10;
    job_transfer_version(job, epoch, 1, &version);
    job_transfer_version(job, epoch, 2, &version);
    job_get_progress(job, &progress);
    ok(progress.bytes_total == (1ull << 63) + 20, "Got %llu bytes.\n",
       (unsigned long long)progress.bytes_total);
    job_release(job, JOB_HOLDER_CALLER);
    fake_world_done(&world);
}

START_TEST(job_transfer)
{
    RUN_TEST(test_late_file);
    RUN_TEST(test_sizes_beyond_64_bits);
    RUN_TEST(test_job_flag_toggles);
    RUN_TEST(test_machine_flag_toggles);
    RUN_TEST(test_branchcache_toggles);
    RUN_TEST(test_no_interruption);
    RUN_TEST(test_toggle_in_every_state);
    RUN_TEST(test_flag_values);
    RUN_TEST(test_late_reports);
    RUN_TEST(test_start_over);
    RUN_TEST(test_sources_are_told_apart);
    RUN_TEST(test_thousand_toggles);
}
