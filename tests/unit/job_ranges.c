/* SPDX-License-Identifier: LGPL-2.1-or-later
 *
 * Downloads of parts, and downloads on demand, as the mover sees them. */
#include "harness/test.h"

#include <stdlib.h>

#include "bitsmsg.h"
#include "harness/fake_ports.h"
#include "job/job_notify.h"

static struct fake_world world;

#define EXPECT_HR(call, expected)                                                                  \
    do                                                                                             \
    {                                                                                              \
        HRESULT hr_ = (call);                                                                      \
        ok(hr_ == (expected), "Got hr %#lx, expected " #expected ".\n", (unsigned long)hr_);       \
    } while (0)
#define EXPECT_STATE(job, state)                                                                   \
    ok(job_state(job) == (state), "Got state %u, expected " #state ".\n", job_state(job))

static const struct new_file names = {u"http://server/file", u"C:\\folder\\file"};

static uint32_t run(struct job *job)
{
    job_resume(job);
    fake_schedule(&world);
    return fake_running_epoch(&world, job);
}

/* Starts what is next; the caller ends the plan. */
static void begin(struct job *job, uint32_t epoch, uint64_t size, struct transfer_plan *plan)
{
    struct file_version version = {.known = true, .size = size};

    EXPECT_HR(job_transfer_next(job, epoch, plan), S_OK);
    job_transfer_connected(job, epoch);
    if (!plan->has_temp_file) job_transfer_temp_made(job, epoch, plan->file_index, plan->temp_name);
    if (!plan->version.known) job_transfer_version(job, epoch, plan->file_index, &version);
}

static void expect_range(int line, struct job *job, uint32_t epoch, struct transfer_plan *plan,
                         uint64_t begin, uint64_t end)
{
    struct byte_range range;
    HRESULT hr = job_transfer_next_range(job, epoch, plan, &range);

    ok(hr == S_OK, "Line %d: got hr %#lx.\n", line, (unsigned long)hr);
    ok(range.begin == begin && range.end == end, "Line %d: got %llu-%llu.\n", line,
       (unsigned long long)range.begin, (unsigned long long)range.end);
}
#define EXPECT_RANGE(begin, end) expect_range(__LINE__, job, epoch, &plan, begin, end)

static void expect_none(int line, struct job *job, uint32_t epoch, struct transfer_plan *plan)
{
    struct byte_range range;
    HRESULT hr = job_transfer_next_range(job, epoch, plan, &range);

    ok(hr == S_FALSE, "Line %d: got hr %#lx, %llu-%llu.\n", line, (unsigned long)hr,
       (unsigned long long)range.begin, (unsigned long long)range.end);
}
#define EXPECT_NONE() expect_none(__LINE__, job, epoch, &plan)

static void receive(struct job *job, const struct transfer_plan *plan, uint64_t begin, uint64_t end)
{
    job_transfer_progress(job, plan->file_index, plan->generation, begin, end, false);
}

static uint64_t bytes_total(struct job *job)
{
    struct job_progress progress;

    job_get_progress(job, &progress);
    return progress.bytes_total;
}

/* ---- files of parts ---- */

static void test_add(void)
{
    static const struct file_range two[] = {{0, 10}, {20, 10}};
    const struct new_file share = {u"\\\\server\\share\\file", u"C:\\folder\\file"};
    struct file_ranges *ranges;
    struct job *job, *upload;

    fake_world_init(&world);
    world.settings.max_ranges_per_file = 2;
    queue_apply_settings(world.queue, &world.settings);
    job = fake_job(&world, 1);
    EXPECT_HR(job_add_file_with_ranges(job, &share, two, 2), E_INVALIDARG);
    EXPECT_HR(
        job_add_file_with_ranges(job, &names, (struct file_range[]){{0, 1}, {2, 1}, {4, 1}}, 3),
        BG_E_TOO_MANY_RANGES_IN_FILE);
    EXPECT_HR(job_add_file_with_ranges(job, &names, (struct file_range[]){{0, 2}, {1, 1}}, 2),
              BG_E_OVERLAPPING_RANGES);
    ok(job_file_count(job) == 1, "Got %u files.\n", job_file_count(job));
    EXPECT_HR(job_add_file_with_ranges(job, &names, two, 2), S_OK);
    ok(!job_file_ranges(job, 0), "A plain file has ranges.\n");
    ranges = job_file_ranges(job, 1);
    ok(ranges && ranges->count == 2 && ranges->items[1].offset == 20, "They are not as given.\n");
    file_ranges_release(ranges);
    EXPECT_HR(job_file_request_ranges(job, 1, two, 1), BG_E_RANDOM_ACCESS_NOT_SUPPORTED);
    EXPECT_HR(job_file_set_remote_name(job, 1, u"file://server/share/file"), E_INVALIDARG);

    EXPECT_HR(queue_add_job(world.queue, u"up", JOB_TYPE_UPLOAD, &world.user, &upload), S_OK);
    EXPECT_HR(job_add_file_with_ranges(upload, &names, two, 2), E_NOTIMPL);
    EXPECT_HR(job_set_on_demand(upload, true), BG_E_RANDOM_ACCESS_NOT_SUPPORTED);
    EXPECT_HR(job_replace_remote_prefix(upload, u"a", u"b"), E_NOTIMPL);
    job_release(upload, JOB_HOLDER_CALLER);

    job_cancel(job);
    EXPECT_HR(job_add_file_with_ranges(job, &names, two, 2), BG_E_INVALID_STATE);
    job_release(job, JOB_HOLDER_CALLER);
    fake_world_done(&world);
}

static void test_exempt(void)
{
    static const struct file_range two[] = {{0, 10}, {20, 10}};
    struct job *job;

    fake_world_init(&world);
    world.settings.max_ranges_per_file = 1;
    queue_apply_settings(world.queue, &world.settings);
    world.user.is_admin = world.user.is_elevated = true;
    job = fake_job(&world, 0);
    EXPECT_HR(job_add_file_with_ranges(job, &names, two, 2), S_OK);
    job_release(job, JOB_HOLDER_CALLER);
    fake_world_done(&world);
}

static void test_parts(void)
{
    static const struct file_range parts[] = {{100, 100}, {900, FILE_RANGE_TO_END}, {400, 100}};
    struct file_progress progress;
    struct transfer_plan plan;
    struct job *job;
    uint32_t epoch;

    fake_world_init(&world);
    job = fake_job(&world, 0);
    EXPECT_HR(job_add_file_with_ranges(job, &names, parts, 3), S_OK);
    ok(bytes_total(job) == JOB_SIZE_UNKNOWN, "The length of a tail is known.\n");
    epoch = run(job);
    begin(job, epoch, 1000, &plan);
    ok(plan.ranges && plan.ranges->count == 3, "The plan has no parts.\n");
    ok(bytes_total(job) == 300, "Got %llu bytes.\n", (unsigned long long)bytes_total(job));
    EXPECT_RANGE(0, 300);
    receive(job, &plan, 0, 150);
    EXPECT_RANGE(150, 300);
    job_transfer_file_done(job, epoch, 0);
    receive(job, &plan, 150, 300);
    EXPECT_RANGE(0, 0);
    job_transfer_file_done(job, epoch, 0);
    transfer_plan_done(&plan);
    job_file_get_progress(job, 0, &progress);
    ok(progress.bytes_total == 300 && progress.bytes_transferred == 300, "Got %llu of %llu.\n",
       (unsigned long long)progress.bytes_transferred, (unsigned long long)progress.bytes_total);
    EXPECT_HR(job_transfer_next(job, epoch, &plan), S_FALSE);
    EXPECT_STATE(job, JOB_TRANSFERRED);
    job_transfer_released(job);
    /* The sums stay right when a file starts over. */
    EXPECT_HR(job_file_set_validation(job, 0, false), S_OK);
    ok(bytes_total(job) == JOB_SIZE_UNKNOWN, "The size is known still.\n");
    job_release(job, JOB_HOLDER_CALLER);
    fake_world_done(&world);
}

static void test_parts_outside(void)
{
    static const struct file_range part = {900, 101};
    struct file_version version = {.known = true, .size = 1000};
    struct transfer_plan plan;
    struct job_error error;
    struct job *job;
    uint32_t epoch;

    fake_world_init(&world);
    job = fake_job(&world, 0);
    EXPECT_HR(job_add_file_with_ranges(job, &names, &part, 1), S_OK);
    epoch = run(job);
    EXPECT_HR(job_transfer_next(job, epoch, &plan), S_OK);
    transfer_plan_done(&plan);
    job_transfer_connected(job, epoch);
    ok(!job_transfer_version(job, epoch, 0, &version), "The run goes on.\n");
    EXPECT_STATE(job, JOB_ERROR);
    EXPECT_HR(job_get_error(job, &error), S_OK);
    ok(error.code == BG_E_INVALID_RANGE && error.context == ERROR_CONTEXT_REMOTE_FILE &&
           !error.file_index,
       "Got error %#lx in context %u.\n", (unsigned long)error.code, error.context);

    /* The file may have grown. */
    epoch = run(job);
    begin(job, epoch, 1001, &plan);
    EXPECT_STATE(job, JOB_TRANSFERRING);
    EXPECT_RANGE(0, 101);
    transfer_plan_done(&plan);
    job_release(job, JOB_HOLDER_CALLER);
    fake_world_done(&world);
}

/* ---- on demand ---- */

static void request(struct job *job, uint64_t offset, uint64_t length, HRESULT expected)
{
    EXPECT_HR(job_file_request_ranges(job, 0, &(struct file_range){offset, length}, 1), expected);
}

static void test_on_demand(void)
{
    struct transfer_plan plan;
    struct range_set filled;
    struct job *job;
    uint32_t epoch;

    fake_world_init(&world);
    job = fake_job(&world, 1);
    EXPECT_HR(job_set_on_demand(job, true), S_OK);
    ok(job_is_on_demand(job), "The mode was not kept.\n");

    /* Nothing is wanted: the job stops by itself. */
    epoch = run(job);
    EXPECT_HR(job_transfer_next(job, epoch, &plan), S_FALSE);
    EXPECT_STATE(job, JOB_SUSPENDED);

    request(job, 500, 100, S_OK);
    request(job, 100, 100, S_OK);
    request(job, 50, 100, S_OK);
    EXPECT_STATE(job, JOB_SUSPENDED);
    epoch = run(job);
    begin(job, epoch, 1000, &plan);
    ok(plan.is_random, "The plan is of a file that is fetched in order.\n");
    EXPECT_RANGE(500, 600);
    receive(job, &plan, 500, 600);
    EXPECT_RANGE(100, 200);
    /* A request waits for its turn, and does not break off what is on its way. */
    request(job, 990, FILE_RANGE_TO_END, S_OK);
    EXPECT_STATE(job, JOB_TRANSFERRING);
    receive(job, &plan, 100, 200);
    EXPECT_RANGE(50, 100);
    receive(job, &plan, 50, 100);
    EXPECT_RANGE(990, 1000);
    receive(job, &plan, 990, 1000);
    EXPECT_NONE();
    transfer_plan_done(&plan);
    EXPECT_HR(job_transfer_next(job, epoch, &plan), S_FALSE);
    EXPECT_STATE(job, JOB_SUSPENDED);

    EXPECT_HR(job_file_get_filled(job, 0, &filled), S_OK);
    ok(range_set_count(&filled) == 3 && filled.ranges[0].begin == 50 &&
           filled.ranges[0].end == 200 && filled.ranges[1].begin == 500 &&
           filled.ranges[2].end == 1000,
       "Got %u ranges.\n", (unsigned int)range_set_count(&filled));
    range_set_done(&filled);

    /* Now the size is known. */
    request(job, 990, 11, BG_E_INVALID_RANGE);
    request(job, 1000, FILE_RANGE_TO_END, BG_E_INVALID_RANGE);
    request(job, 0, 0, BG_E_INVALID_RANGE);
    EXPECT_HR(job_file_set_position(job, 0, 1000), BG_E_INVALID_RANGE);

    /* Whole: transferred. */
    request(job, 0, FILE_RANGE_TO_END, S_OK);
    epoch = run(job);
    begin(job, epoch, 1000, &plan);
    EXPECT_RANGE(0, 50);
    receive(job, &plan, 0, 50);
    EXPECT_RANGE(200, 500);
    receive(job, &plan, 200, 500);
    EXPECT_RANGE(600, 990);
    receive(job, &plan, 600, 990);
    EXPECT_RANGE(0, 0);
    job_transfer_file_done(job, epoch, 0);
    transfer_plan_done(&plan);
    EXPECT_HR(job_transfer_next(job, epoch, &plan), S_FALSE);
    EXPECT_STATE(job, JOB_TRANSFERRED);
    job_transfer_released(job);
    job_release(job, JOB_HOLDER_CALLER);
    fake_world_done(&world);
}

static void test_request_outside(void)
{
    struct file_version version = {.known = true, .size = 1000};
    struct transfer_plan plan;
    struct job_error error;
    struct job *job;
    uint32_t epoch;

    fake_world_init(&world);
    job = fake_job(&world, 1);
    job_set_on_demand(job, true);
    request(job, 2000, 10, S_OK);
    request(job, 0, 10, S_OK);
    epoch = run(job);
    EXPECT_HR(job_transfer_next(job, epoch, &plan), S_OK);
    transfer_plan_done(&plan);
    job_transfer_connected(job, epoch);
    ok(!job_transfer_version(job, epoch, 0, &version), "The run goes on.\n");
    EXPECT_HR(job_get_error(job, &error), S_OK);
    ok(error.code == BG_E_INVALID_RANGE, "Got error %#lx.\n", (unsigned long)error.code);
    /* The bad request is gone, the other one is not. */
    epoch = run(job);
    begin(job, epoch, 1000, &plan);
    EXPECT_RANGE(0, 10);
    transfer_plan_done(&plan);
    job_release(job, JOB_HOLDER_CALLER);
    fake_world_done(&world);
}

static void test_position(void)
{
    struct transfer_plan plan;
    struct job *job;
    uint32_t epoch;

    fake_world_init(&world);
    job = fake_job(&world, 1);
    epoch = run(job);
    begin(job, epoch, 1000, &plan);
    EXPECT_RANGE(0, 1000);
    receive(job, &plan, 0, 100);
    /* What is on its way would go on to the end of the file. */
    EXPECT_HR(job_file_set_position(job, 0, 700), S_OK);
    EXPECT_STATE(job, JOB_QUEUED);
    EXPECT_NONE();
    transfer_plan_done(&plan);
    fake_schedule(&world);
    epoch = fake_running_epoch(&world, job);
    begin(job, epoch, 1000, &plan);
    EXPECT_RANGE(700, 1000);
    receive(job, &plan, 700, 1000);
    EXPECT_RANGE(100, 700);
    request(job, 300, 10, S_OK);
    EXPECT_STATE(job, JOB_QUEUED);
    transfer_plan_done(&plan);
    fake_schedule(&world);
    epoch = fake_running_epoch(&world, job);
    begin(job, epoch, 1000, &plan);
    EXPECT_RANGE(300, 310);
    /* The mode changes under a run. */
    job_set_on_demand(job, true);
    EXPECT_STATE(job, JOB_QUEUED);
    transfer_plan_done(&plan);
    job_release(job, JOB_HOLDER_CALLER);
    fake_world_done(&world);
}

/* However often a client asks, what is on its way comes. */
static void test_asking_again(void)
{
    struct transfer_plan plan;
    struct job *job;
    uint32_t epoch;

    fake_world_init(&world);
    job = fake_job(&world, 2);
    request(job, 500, 100, S_OK);
    epoch = run(job);
    begin(job, epoch, 1000, &plan);
    EXPECT_RANGE(500, 600);
    request(job, 700, 100, S_OK);
    request(job, 500, 100, S_OK);
    /* Not of the file that is fetched. */
    EXPECT_HR(job_file_request_ranges(job, 1, &(struct file_range){5, 5}, 1), S_OK);
    EXPECT_HR(job_file_set_position(job, 1, 7), S_OK);
    EXPECT_STATE(job, JOB_TRANSFERRING);
    EXPECT_HR(job_file_set_position(job, 0, 200), S_OK);
    EXPECT_STATE(job, JOB_QUEUED);
    fake_schedule(&world);
    transfer_plan_done(&plan);
    epoch = fake_running_epoch(&world, job);
    begin(job, epoch, 1000, &plan);
    EXPECT_RANGE(200, 1000);
    receive(job, &plan, 200, 220);
    /* A reader that tells where it is. */
    EXPECT_HR(job_file_set_position(job, 0, 210), S_OK);
    EXPECT_STATE(job, JOB_TRANSFERRING);
    EXPECT_RANGE(220, 1000);
    transfer_plan_done(&plan);
    job_release(job, JOB_HOLDER_CALLER);
    fake_world_done(&world);
}

static void test_start_over(void)
{
    struct transfer_plan plan;
    struct job *job;
    uint32_t epoch;

    fake_world_init(&world);
    job = fake_job(&world, 1);
    job_set_on_demand(job, true);
    request(job, 500, 100, S_OK);
    epoch = run(job);
    begin(job, epoch, 1000, &plan);
    receive(job, &plan, 500, 600);
    EXPECT_HR(job_transfer_restart(job, epoch, 0), S_OK);
    EXPECT_NONE();
    transfer_plan_done(&plan);
    begin(job, epoch, 1000, &plan);
    EXPECT_RANGE(500, 600);
    transfer_plan_done(&plan);
    job_release(job, JOB_HOLDER_CALLER);
    fake_world_done(&world);
}

static void test_no_ranges(void)
{
    struct job_error error = {BG_E_INSUFFICIENT_RANGE_SUPPORT, ERROR_CONTEXT_REMOTE_FILE, 0};
    struct job *job;
    uint32_t epoch;

    fake_world_init(&world);
    job = fake_job(&world, 1);
    job_set_on_demand(job, true);
    request(job, 500, 100, S_OK);
    epoch = run(job);
    job_transfer_failed(job, epoch, &error);
    EXPECT_STATE(job, JOB_ERROR);
    request(job, 0, 100, BG_E_RANDOM_ACCESS_NOT_SUPPORTED);
    EXPECT_HR(job_file_set_position(job, 0, 0), BG_E_RANDOM_ACCESS_NOT_SUPPORTED);
    /* Another server may know better. */
    EXPECT_HR(job_file_set_remote_name(job, 0, u"http://other/file"), S_OK);
    request(job, 0, 100, S_OK);
    job_release(job, JOB_HOLDER_CALLER);
    fake_world_done(&world);
}

/* ---- who is told ---- */

static bool take(struct notify_event *event, enum notify_kind kind)
{
    bool is_any = job_notify_take(world.queue, event);

    ok(is_any, "Nothing is due.\n");
    if (is_any) ok(event->kind == kind, "Got event %d, expected %d.\n", event->kind, kind);
    return is_any;
}

static void expect_nothing_due(int line)
{
    struct notify_event event;
    bool is_any = job_notify_take(world.queue, &event);

    ok(!is_any, "Line %d: event %d is due.\n", line, is_any ? (int)event.kind : 0);
    if (is_any) job_notify_finish(&event, NOTIFY_TAKEN);
}

static void test_told(void)
{
    struct notify_event event;
    struct transfer_plan plan;
    struct job *job;
    uint32_t epoch;
    int target;

    fake_world_init(&world);
    job = fake_job(&world, 1);
    job_set_notify_flags(job, NOTIFY_FLAG_FILE_RANGES_TRANSFERRED | NOTIFY_FLAG_FILE_TRANSFERRED |
                                  NOTIFY_FLAG_TRANSFERRED);
    job_set_notify_target(job, &target);
    job_set_on_demand(job, true);
    request(job, 0, FILE_RANGE_TO_END, S_OK);
    epoch = run(job);
    begin(job, epoch, 1000, &plan);
    expect_nothing_due(__LINE__);
    receive(job, &plan, 0, 100);
    if (take(&event, NOTIFY_RANGES_TRANSFERRED))
    {
        ok(range_set_covers(&event.ranges, 0, 100) && range_set_total(&event.ranges) == 100,
           "Got %llu bytes.\n", (unsigned long long)range_set_total(&event.ranges));
        job_notify_finish(&event, NOTIFY_TAKEN);
    }
    /* At most once in an interval. */
    receive(job, &plan, 100, 200);
    expect_nothing_due(__LINE__);
    fake_advance(&world, 499);
    expect_nothing_due(__LINE__);
    receive(job, &plan, 200, 300);
    fake_advance(&world, 1);
    if (take(&event, NOTIFY_RANGES_TRANSFERRED))
    {
        ok(range_set_covers(&event.ranges, 100, 300) && range_set_total(&event.ranges) == 200,
           "Got %llu bytes.\n", (unsigned long long)range_set_total(&event.ranges));
        job_notify_finish(&event, NOTIFY_REFUSED);
    }
    /* What a client did not take comes again, with what has come since. */
    receive(job, &plan, 300, 1000);
    job_transfer_file_done(job, epoch, 0);
    transfer_plan_done(&plan);
    EXPECT_HR(job_transfer_next(job, epoch, &plan), S_FALSE);
    expect_nothing_due(__LINE__);
    fake_advance(&world, 1000);
    /* All of it before the end of the file, and that before the job's. */
    if (take(&event, NOTIFY_RANGES_TRANSFERRED))
    {
        ok(range_set_covers(&event.ranges, 100, 1000), "Not all was told.\n");
        job_notify_finish(&event, NOTIFY_TAKEN);
    }
    if (take(&event, NOTIFY_FILE_TRANSFERRED)) job_notify_finish(&event, NOTIFY_TAKEN);
    if (take(&event, NOTIFY_TRANSFERRED)) job_notify_finish(&event, NOTIFY_TAKEN);
    expect_nothing_due(__LINE__);
    job_transfer_released(job);
    job_release(job, JOB_HOLDER_CALLER);
    fake_world_done(&world);
}

/* Of parts that a file was added with, or of files that are fetched in order. */
static void test_not_told(void)
{
    static const struct file_range part = {0, 100};
    struct notify_event event;
    struct transfer_plan plan;
    struct job *job;
    uint32_t epoch;
    int target;

    for (unsigned int is_on_demand = 0; is_on_demand < 2; is_on_demand++)
    {
        fake_world_init(&world);
        job = fake_job(&world, is_on_demand ? 0 : 1);
        if (is_on_demand) job_add_file_with_ranges(job, &names, &part, 1);
        job_set_on_demand(job, is_on_demand);
        job_set_notify_flags(job, NOTIFY_FLAG_FILE_RANGES_TRANSFERRED | NOTIFY_FLAG_MODIFICATION);
        job_set_notify_target(job, &target);
        epoch = run(job);
        begin(job, epoch, 1000, &plan);
        receive(job, &plan, 0, 100);
        fake_advance(&world, 1000);
        if (take(&event, NOTIFY_MODIFICATION)) job_notify_finish(&event, NOTIFY_TAKEN);
        expect_nothing_due(__LINE__);
        transfer_plan_done(&plan);
        job_release(job, JOB_HOLDER_CALLER);
        fake_world_done(&world);
    }
}

START_TEST(job_ranges)
{
    RUN_TEST(test_add);
    RUN_TEST(test_exempt);
    RUN_TEST(test_parts);
    RUN_TEST(test_parts_outside);
    RUN_TEST(test_on_demand);
    RUN_TEST(test_request_outside);
    RUN_TEST(test_position);
    RUN_TEST(test_asking_again);
    RUN_TEST(test_start_over);
    RUN_TEST(test_no_ranges);
    RUN_TEST(test_told);
    RUN_TEST(test_not_told);
}
