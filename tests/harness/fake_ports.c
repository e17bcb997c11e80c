/* SPDX-License-Identifier: LGPL-2.1-or-later
 *
 * The fakes. The mover's part is played by the test. */
#include "harness/fake_ports.h"

#include <stdlib.h>
#include <string.h>

#include "base/lock.h"
#include "base/str.h"
#include "harness/test.h"
#include "job/job_upload.h"

#define FILE_SIZE 1000

static tick_t fake_ticks(void *ctx)
{
    struct fake_world *world = ctx;

    /* Threads that read it at once only read. */
    if (world->step) world->now += world->step;
    return world->now;
}

static filetime_t fake_filetime(void *ctx)
{
    const struct fake_world *world = ctx;

    return 130000000000000000ull + world->set_forward + world->now * 10000;
}

static void add_note(struct fake_world *world, struct job *job, uint32_t epoch, bool is_start)
{
    lock_assert_none_held();
    ok(world->note_count < ARRAY_COUNT(world->notes), "Too many notes.\n");
    if (world->note_count == ARRAY_COUNT(world->notes)) return;
    world->notes[world->note_count++] = (struct fake_note){job, epoch, is_start};
}

static void fake_start(void *ctx, struct job *job, uint32_t epoch)
{
    add_note(ctx, job, epoch, true);
}

static void fake_stop(void *ctx, struct job *job, uint32_t epoch)
{
    struct fake_world *world = ctx;

    add_note(world, job, epoch, false);
    /* Nothing was on its way: the fake mover lets go at once. */
    if (!world->keeps_files) job_transfer_released(job);
}

static void fake_farewell(void *ctx, struct job *job)
{
    struct fake_world *world = ctx;

    lock_assert_none_held();
    world->farewells++;
    job_upload_farewell_done(job);
}

static HRESULT fake_read(void *ctx, const WCHAR *name, void *buffer, size_t size)
{
    (void)ctx;
    (void)name;
    lock_assert_none_held();
    memset(buffer, 'r', size);
    return S_OK;
}

static HRESULT fake_check_directory(void *ctx, const WCHAR *local_name)
{
    struct fake_world *world = ctx;

    (void)local_name;
    lock_assert_none_held();
    world->checked++;
    return world->directory_error;
}

static HRESULT fake_choose_temp_name(void *ctx, const WCHAR *local_name, WCHAR **temp_name)
{
    (void)ctx;
    (void)local_name;
    *temp_name = str_dup(u"C:\\folder\\BIT1.tmp");
    return *temp_name ? S_OK : E_OUTOFMEMORY;
}

static HRESULT fake_publish(void *ctx, const WCHAR *temp_name, const WCHAR *local_name,
                            filetime_t mtime)
{
    struct fake_world *world = ctx;

    (void)temp_name;
    (void)local_name;
    (void)mtime;
    lock_assert_none_held();
    if (world->on_publish) world->on_publish(world);
    if (++world->published == world->publish_fails_at) return world->publish_error;
    return S_OK;
}

static bool fake_has_size(void *ctx, const WCHAR *name, uint64_t size)
{
    struct fake_world *world = ctx;

    (void)size;
    lock_assert_none_held();
    return world->has_file ? world->has_file(world, name) : true;
}

static HRESULT fake_discard(void *ctx, const WCHAR *temp_name)
{
    struct fake_world *world = ctx;

    (void)temp_name;
    lock_assert_none_held();
    world->discarded++;
    return world->discard_error;
}

static void fake_wake(void *ctx)
{
    lock_assert_none_held();
    ((struct fake_world *)ctx)->wakes++;
}

static void fake_release_target(void *ctx, void *target)
{
    struct fake_world *world = ctx;

    (void)target;
    lock_assert_none_held();
    world->released++;
    if (world->on_release) world->on_release(world);
}

static void put_text(WCHAR text[FAKE_TEXT_SIZE], const WCHAR *from)
{
    if (str_len(from) < FAKE_TEXT_SIZE) memcpy(text, from, (str_len(from) + 1) * sizeof(*from));
}

static void fake_keep(void *ctx, const struct judged_file *file)
{
    struct fake_world *world = ctx;

    lock_assert_none_held();
    world->kept++;
    put_text(world->kept_path, file->path);
    put_text(world->kept_name, file->remote_name);
    world->is_kept_with_sum = file->sum->end == file->version->size;
}

static void fake_drop(void *ctx, const struct judged_file *file)
{
    lock_assert_none_held();
    ok(file->version->known, "It is not known what was wrong.\n");
    ((struct fake_world *)ctx)->dropped++;
    put_text(((struct fake_world *)ctx)->dropped_name, file->remote_name);
}

static bool fake_is_deleted(void *ctx, const struct judged_file *file)
{
    (void)file;
    lock_assert_none_held();
    return ((struct fake_world *)ctx)->is_record_deleted;
}

static const struct cache_ops fake_cache_ops = {fake_keep, fake_drop, fake_is_deleted};
static const struct transfer_ops fake_transfer_ops = {fake_start, fake_stop, fake_farewell};
static const struct file_ops fake_file_ops = {fake_check_directory, fake_choose_temp_name,
                                              fake_publish,         fake_has_size,
                                              fake_discard,         fake_read};
static const struct notify_ops fake_notify_ops = {fake_wake, fake_release_target};

void fake_world_init(struct fake_world *world)
{
    fake_world_init_kept(world, NULL, NULL);
}

void fake_world_init_kept(struct fake_world *world, const struct store_ops *store, void *ctx)
{
    HRESULT hr;

    memset(world, 0, sizeof(*world));
    world->now = 1000;
    world->publish_error = E_FAIL;
    world->settings = (struct machine_settings){.inactivity_timeout = 90 * 86400,
                                                .max_download_time = 90 * 86400,
                                                .no_progress_timeout = 14 * 86400,
                                                .min_retry_delay = 600,
                                                .max_jobs_per_user = 60,
                                                .max_jobs_per_machine = 300,
                                                .max_files_per_job = 200,
                                                .max_ranges_per_file = 500,
                                                .time_slice = 300};
    bandwidth_policy_init(&world->settings.bandwidth);
    for (unsigned int i = 0; i < JOB_PRIORITY_COUNT; i++)
        world->settings.cost_flags[i] = COST_ALWAYS;
    world->ports = (struct queue_ports){.clock = {fake_ticks, fake_filetime, world},
                                        .transfer = &fake_transfer_ops,
                                        .transfer_ctx = world,
                                        .files = &fake_file_ops,
                                        .files_ctx = world,
                                        .notify = &fake_notify_ops,
                                        .notify_ctx = world,
                                        .cache = &fake_cache_ops,
                                        .cache_ctx = world,
                                        .store = store,
                                        .store_ctx = ctx};
    hr = queue_create(&world->ports, &world->settings, &world->queue);
    ok(hr == S_OK, "Got hr %#lx.\n", (unsigned long)hr);
}

void fake_world_done(struct fake_world *world)
{
    struct caller_facts admin = {.is_admin = true};
    struct job **jobs;
    uint32_t count;

    queue_list_jobs(world->queue, &admin, true, &jobs, &count);
    for (uint32_t i = 0; i < count; i++)
    {
        job_cancel(jobs[i]);
        job_release(jobs[i], JOB_HOLDER_CALLER);
    }
    free(jobs);
    queue_destroy(world->queue);
}

struct job *fake_job(struct fake_world *world, uint32_t files)
{
    struct new_file file = {u"http://server/file", u"C:\\folder\\file"};
    struct job *job;
    HRESULT hr;

    hr = queue_add_job(world->queue, u"job", JOB_TYPE_DOWNLOAD, &world->user, &job);
    ok(hr == S_OK, "Got hr %#lx.\n", (unsigned long)hr);
    for (uint32_t i = 0; i < files; i++)
    {
        hr = job_add_files(job, &file, 1);
        ok(hr == S_OK, "Got hr %#lx.\n", (unsigned long)hr);
    }
    return job;
}

void fake_schedule(struct fake_world *world)
{
    queue_run_scheduler(world->queue);
}

void fake_advance(struct fake_world *world, tick_t ms)
{
    tick_t end = world->now + ms;

    for (;;)
    {
        tick_t next = queue_run_scheduler(world->queue);

        if (next > end) break;
        if (next > world->now) world->now = next;
    }
    world->now = end;
    queue_run_scheduler(world->queue);
}

uint32_t fake_running_epoch(const struct fake_world *world, const struct job *job)
{
    for (unsigned int i = world->note_count; i--;)
        if (world->notes[i].job == job) return world->notes[i].is_start ? world->notes[i].epoch : 0;
    return 0;
}

static unsigned int count_notes(const struct fake_world *world, const struct job *job,
                                bool is_start)
{
    unsigned int count = 0;

    for (unsigned int i = 0; i < world->note_count; i++)
        if (world->notes[i].job == job && world->notes[i].is_start == is_start) count++;
    return count;
}

unsigned int fake_count_starts(const struct fake_world *world, const struct job *job)
{
    return count_notes(world, job, true);
}

unsigned int fake_count_stops(const struct fake_world *world, const struct job *job)
{
    return count_notes(world, job, false);
}

bool fake_fetch(struct fake_world *world, struct job *job, uint64_t size, uint64_t up_to)
{
    uint32_t epoch = fake_running_epoch(world, job);
    struct file_version version = {.known = true, .size = size};
    struct transfer_plan plan;
    struct byte_range gap;

    if (job_transfer_next(job, epoch, &plan) != S_OK) return false;
    job_transfer_connected(job, epoch);
    if (!plan.has_temp_file) job_transfer_temp_made(job, epoch, plan.file_index, plan.temp_name);
    if (!plan.version.known) job_transfer_version(job, epoch, plan.file_index, &version);
    while (range_set_first_gap(&plan.have, 0, up_to, &gap))
    {
        job_transfer_progress(job, plan.file_index, plan.generation, gap.begin, gap.end,
                              plan.source == SOURCE_PEER);
        range_set_add(&plan.have, gap.begin, gap.end);
    }
    if (up_to == size) job_transfer_file_done(job, epoch, plan.file_index);
    transfer_plan_done(&plan);
    return true;
}

void fake_fail(struct fake_world *world, struct job *job, HRESULT code)
{
    struct job_error error = {code, ERROR_CONTEXT_REMOTE_FILE, 0};

    job_transfer_failed(job, fake_running_epoch(world, job), &error);
}

void fake_finish(struct fake_world *world, struct job *job)
{
    while (fake_fetch(world, job, FILE_SIZE, FILE_SIZE))
        continue;
    ok(job_state(job) == JOB_TRANSFERRED, "Got state %u.\n", job_state(job));
    job_transfer_released(job);
}
