/* SPDX-License-Identifier: LGPL-2.1-or-later
 *
 * Parts, wishes and names of files after a start. */
#include "harness/test.h"

#include <stdlib.h>

#include "base/str.h"
#include "bitsmsg.h"
#include "harness/fake_ports.h"
#include "harness/fake_store.h"

static struct fake_world world;
static struct fake_store store;

#define EXPECT_HR(call, expected)                                                                  \
    do                                                                                             \
    {                                                                                              \
        HRESULT hr_ = (call);                                                                      \
        ok(hr_ == (expected), "Got hr %#lx, expected " #expected ".\n", (unsigned long)hr_);       \
    } while (0)

static void start(void)
{
    fake_store_init(&store);
    fake_world_init_kept(&world, &fake_store_ops, &store);
}

static void end(struct job *job)
{
    store.error = S_OK;
    if (job) job_release(job, JOB_HOLDER_CALLER);
    fake_world_done(&world);
    fake_store_done(&store);
}

/* The engine is gone without a word, and starts again. */
static struct job *restart(struct job *job)
{
    GUID id = *job_id(job);

    store.error = E_FAIL;
    job_suspend(job);
    job_release(job, JOB_HOLDER_CALLER);
    queue_destroy(world.queue);
    store.error = S_OK;
    fake_world_init_kept(&world, &fake_store_ops, &store);
    fake_store_restore(&store, world.queue);
    queue_finish_endings(world.queue);
    EXPECT_HR(queue_find_job(world.queue, &id, &world.user, &job), S_OK);
    return job;
}

static uint32_t run(struct job *job)
{
    job_resume(job);
    fake_schedule(&world);
    return fake_running_epoch(&world, job);
}

static void test_parts(void)
{
    const struct new_file names = {u"http://server/file", u"C:\\folder\\file"};
    static const struct file_range parts[] = {{500, FILE_RANGE_TO_END}, {0, 100}};
    struct job_progress progress;
    struct file_ranges *ranges;
    struct job *job;

    start();
    job = fake_job(&world, 1);
    EXPECT_HR(job_add_file_with_ranges(job, &names, parts, 2), S_OK);
    run(job);
    fake_fetch(&world, job, 1000, 1000);
    fake_fetch(&world, job, 1000, 550);
    fake_advance(&world, 2000);
    job = restart(job);
    ranges = job_file_ranges(job, 1);
    ok(ranges && ranges->count == 2 && ranges->items[0].offset == 500 &&
           ranges->items[0].length == FILE_RANGE_TO_END && ranges->items[1].length == 100,
       "The parts are not what they were.\n");
    file_ranges_release(ranges);
    ok(!job_file_ranges(job, 0), "A plain file has parts.\n");
    job_get_progress(job, &progress);
    ok(progress.bytes_total == 1600 && progress.bytes_transferred == 1550, "Got %llu of %llu.\n",
       (unsigned long long)progress.bytes_transferred, (unsigned long long)progress.bytes_total);
    end(job);
}

static void test_wishes(void)
{
    static const struct file_range wishes[] = {{700, 100}, {900, FILE_RANGE_TO_END}};
    struct file_version version = {.known = true, .size = 1000};
    struct transfer_plan plan;
    struct byte_range range;
    struct job *job;
    uint32_t epoch;

    start();
    job = fake_job(&world, 1);
    EXPECT_HR(job_set_on_demand(job, true), S_OK);
    EXPECT_HR(job_file_request_ranges(job, 0, wishes, 2), S_OK);
    job = restart(job);
    ok(job_is_on_demand(job), "The mode is gone.\n");
    epoch = run(job);
    EXPECT_HR(job_transfer_next(job, epoch, &plan), S_OK);
    ok(plan.is_random, "Bytes behind those that were told of could be taken for the file's.\n");
    job_transfer_version(job, epoch, 0, &version);
    EXPECT_HR(job_transfer_next_range(job, epoch, &plan, &range), S_OK);
    ok(range.begin == 700 && range.end == 800, "Got %llu-%llu.\n", (unsigned long long)range.begin,
       (unsigned long long)range.end);
    job_transfer_progress(job, 0, plan.generation, 700, 800, false);
    EXPECT_HR(job_file_set_position(job, 0, 950), S_OK);
    transfer_plan_done(&plan);

    job = restart(job);
    epoch = run(job);
    EXPECT_HR(job_transfer_next(job, epoch, &plan), S_OK);
    EXPECT_HR(job_transfer_next_range(job, epoch, &plan, &range), S_OK);
    ok(range.begin == 950 && range.end == 1000, "Got %llu-%llu.\n", (unsigned long long)range.begin,
       (unsigned long long)range.end);
    job_transfer_progress(job, 0, plan.generation, 950, 1000, false);
    EXPECT_HR(job_transfer_next_range(job, epoch, &plan, &range), S_OK);
    ok(range.begin == 900 && range.end == 950, "Got %llu-%llu.\n", (unsigned long long)range.begin,
       (unsigned long long)range.end);
    transfer_plan_done(&plan);
    end(job);
}

/* Before a byte is fetched out of order it is known that some may be. */
static void test_kept_before_it_is_done(void)
{
    const struct fake_row *row;
    struct job *job;

    start();
    job = fake_job(&world, 1);
    store.fail_after = 1;
    EXPECT_HR(job_file_set_position(job, 0, 500), E_FAIL);
    row = fake_store_find(&store, job_id(job));
    ok(row && row->files[0].wishes.is_random && !row->files[0].wishes.has_position,
       "The wish was kept at once.\n");
    store.error = S_OK;
    end(job);
}

static void test_names(void)
{
    struct transfer_plan plan;
    struct job *job;
    WCHAR *name;
    uint32_t epoch;

    start();
    world.settings.peer_flags = 2;
    queue_apply_settings(world.queue, &world.settings);
    job = fake_job(&world, 2);
    job_set_peer_flags(job, 2);
    run(job);
    fake_fetch(&world, job, 1000, 1000);
    fake_fetch(&world, job, 1000, 300);
    fake_advance(&world, 2000);
    EXPECT_HR(job_replace_remote_prefix(job, u"http://server", u"http://other"), S_OK);
    job = restart(job);
    world.settings.peer_flags = 2;
    queue_apply_settings(world.queue, &world.settings);
    EXPECT_HR(job_file_get_remote_name(job, 1, &name), S_OK);
    ok(str_is_equal(name, u"http://other/file"), "The name is not kept.\n");
    free(name);
    epoch = run(job);
    EXPECT_HR(job_transfer_next(job, epoch, &plan), S_OK);
    ok(plan.file_index == 1 && plan.is_renamed && range_set_total(&plan.have) == 300,
       "The file would go on without a look.\n");
    transfer_plan_done(&plan);
    fake_finish(&world, job);
    EXPECT_HR(job_complete(job), S_OK);
    ok(world.kept == 1, "Kept %u files.\n", world.kept);
    ok(str_is_equal(world.kept_name, u"http://server/file"), "Kept under the new name.\n");
    end(job);
}

START_TEST(queue_save_files)
{
    RUN_TEST(test_parts);
    RUN_TEST(test_wishes);
    RUN_TEST(test_kept_before_it_is_done);
    RUN_TEST(test_names);
}
