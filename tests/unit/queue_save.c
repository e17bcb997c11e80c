/* SPDX-License-Identifier: LGPL-2.1-or-later
 *
 * Keeping the queue and starting again: what a call has said is there after a kill at any later
 * moment, and endings that were cut off come to their end. */
#include "harness/test.h"

#include <stdlib.h>
#include <string.h>

#include "bitsmsg.h"
#include "base/lock.h"
#include "base/random.h"
#include "base/str.h"
#include "base/thread.h"
#include "harness/fake_ports.h"
#include "harness/fake_store.h"
#include "harness/os.h"
#include "job/job_notify.h"

#define MIB       1048576ull
#define DISK_FULL ((HRESULT)0x80070070)

static struct fake_world world;
static struct fake_store store;

#define EXPECT_STATE(job, state)                                                                   \
    ok(job_state(job) == (state), "Got state %u, expected " #state ".\n", job_state(job))

static void start(void)
{
    fake_store_init(&store);
    fake_world_init_kept(&world, &fake_store_ops, &store);
}

static void end(void)
{
    store.error = S_OK;
    fake_world_done(&world);
    ok(!fake_store_count(&store), "%u jobs are still kept.\n", fake_store_count(&store));
    fake_store_done(&store);
}

/* The process is gone; nothing that it does from now on is kept. */
static void kill_engine(void)
{
    struct caller_facts admin = {.is_admin = true};
    struct job **jobs;
    uint32_t count;

    store.error = E_FAIL;
    queue_list_jobs(world.queue, &admin, true, &jobs, &count);
    for (uint32_t i = 0; i < count; i++)
    {
        job_suspend(jobs[i]);
        job_release(jobs[i], JOB_HOLDER_CALLER);
    }
    free(jobs);
    queue_destroy(world.queue);
    store.error = S_OK;
    store.fail_after = 0;
}

static void start_again(void)
{
    fake_world_init_kept(&world, &fake_store_ops, &store);
    fake_store_restore(&store, world.queue);
    queue_finish_endings(world.queue);
}

/* NULL: it is not there. With a reference. */
static struct job *find(const GUID *id)
{
    struct job *job;

    queue_find_job(world.queue, id, &world.user, &job);
    return job;
}

static struct job *restart(struct job *job)
{
    GUID id = *job_id(job);

    job_release(job, JOB_HOLDER_CALLER);
    kill_engine();
    start_again();
    return find(&id);
}

static struct job *running_job(uint32_t files)
{
    struct job *job = fake_job(&world, files);

    job_resume(job);
    fake_schedule(&world);
    return job;
}

static struct job *transferred_job(uint32_t files)
{
    struct job *job = running_job(files);

    fake_finish(&world, job);
    EXPECT_STATE(job, JOB_TRANSFERRED);
    fake_schedule(&world);
    return job;
}

/* ---- what a call said ---- */

static void test_calls_are_kept(void)
{
    enum proxy_usage usage;
    struct job_progress progress;
    struct job *job;
    WCHAR *text, *bypass;

    start();
    job = fake_job(&world, 3);
    job_set_display_name(job, u"other");
    job_set_description(job, u"text");
    job_set_priority(job, JOB_PRIORITY_LOW);
    job_set_peer_flags(job, 3);
    job_set_min_retry_delay(job, 77);
    job_set_no_progress_timeout(job, 88);
    job_set_max_download_time(job, 99);
    job_set_notify_flags(job, NOTIFY_FLAG_ERROR);
    job_set_proxy(job, PROXY_OVERRIDE, u"proxy", u"local");
    job_set_notify_command(job, u"C:\\program", u"program 1");

    job = restart(job);
    ok(job != NULL, "The job is lost.\n");
    if (!job) return;
    EXPECT_STATE(job, JOB_SUSPENDED);
    job_get_display_name(job, &text);
    ok(str_is_equal(text, u"other"), "It has another name.\n");
    free(text);
    job_get_description(job, &text);
    ok(str_is_equal(text, u"text"), "It has another description.\n");
    free(text);
    ok(job_priority(job) == JOB_PRIORITY_LOW, "Got priority %u.\n", job_priority(job));
    ok(job_peer_flags(job) == 3, "Got flags %#x.\n", job_peer_flags(job));
    ok(job_min_retry_delay(job) == 77, "Got %u.\n", job_min_retry_delay(job));
    ok(job_no_progress_timeout(job) == 88, "Got %u.\n", job_no_progress_timeout(job));
    ok(job_max_download_time(job) == 99, "Got %u.\n", job_max_download_time(job));
    ok(job_notify_flags(job) == NOTIFY_FLAG_ERROR, "Got %#x.\n", job_notify_flags(job));
    job_get_proxy(job, &usage, &text, &bypass);
    ok(usage == PROXY_OVERRIDE && str_is_equal(text, u"proxy") && str_is_equal(bypass, u"local"),
       "It has another proxy.\n");
    free(text);
    free(bypass);
    job_get_notify_command(job, &text, &bypass);
    ok(str_is_equal(text, u"C:\\program") && str_is_equal(bypass, u"program 1"),
       "It has another command line.\n");
    free(text);
    free(bypass);
    job_get_progress(job, &progress);
    ok(progress.files_total == 3, "Got %u files.\n", progress.files_total);
    ok(progress.bytes_total == JOB_SIZE_UNKNOWN, "The size is known.\n");
    job_file_get_remote_name(job, 2, &text);
    ok(str_is_equal(text, u"http://server/file"), "A file has another name.\n");
    free(text);
    job_release(job, JOB_HOLDER_CALLER);
    end();
}

static void close_nothing(void *handle)
{
    (void)handle;
}

/* The helper token is not: the job that needs it fails. */
static void test_options_are_kept(void)
{
    const struct new_file file = {u"http://server/file", u"C:\\folder\\file"};
    const GUID clsid = {1, 2, 3, {4, 5, 6, 7, 8, 9, 10, 11}};
    struct caller_facts facts = {0};
    struct job_options before, after;
    struct job_token *token;
    struct job_error error;
    struct job *job;

    start();
    job = fake_job(&world, 0);
    job_set_high_performance(job, true);
    job_set_dynamic(job, true);
    job_set_max_download_size(job, 1ull << 40);
    job_set_cost_flags(job, 0x80000067);
    job_set_change_interval(job, 0);
    job_set_notify_class(job, &clsid);
    job_set_acl_flags(job, 5);
    job_set_token_flags(job, TOKEN_NETWORK);
    job_token_create(&facts, NULL, close_nothing, &token);
    job_set_token(job, token);
    job_token_release(token);
    job_get_options(job, &before);

    job = restart(job);
    ok(job != NULL, "The job is lost.\n");
    if (!job) return;
    job_get_options(job, &after);
    ok(!after.was_resumed, "It was resumed.\n");
    ok(after.is_high_performance && after.is_dynamic && after.has_change_interval &&
           !after.change_interval_ms,
       "A switch is another one.\n");
    ok(after.max_download_size == before.max_download_size, "The size is another one.\n");
    ok(after.has_cost_flags && after.cost_flags == 0x80000067, "Got %#x.\n", after.cost_flags);
    ok(guid_is_equal(&after.notify_class, &clsid), "The class is another one.\n");
    ok(after.acl_flags == 5 && after.token_flags == TOKEN_NETWORK, "Flags are lost.\n");
    ok(!job_get_token(job), "There is a token.\n");

    job_add_files(job, &file, 1);
    job_resume(job);
    fake_schedule(&world);
    fake_fetch(&world, job, 1000, 10);
    EXPECT_STATE(job, JOB_ERROR);
    job_get_error(job, &error);
    ok(error.code == BG_E_TOKEN_REQUIRED, "Got error %#lx.\n", (unsigned long)error.code);

    job = restart(job);
    ok(job != NULL, "The job is lost.\n");
    if (!job) return;
    job_get_options(job, &after);
    ok(after.was_resumed, "It was not resumed.\n");
    job_release(job, JOB_HOLDER_CALLER);
    end();
}

/* The disk is not waited for when there is nothing to promise. */
static void test_nothing_new(void)
{
    unsigned int commits;
    struct job *job;

    start();
    job = fake_job(&world, 1);
    job_set_peer_flags(job, 3);
    commits = store.commits;
    job_set_peer_flags(job, 3);
    ok(store.commits == commits, "There were %u commits.\n", store.commits - commits);
    job_set_peer_flags(job, 1);
    ok(store.commits == commits + 1, "There were %u commits.\n", store.commits - commits);
    job_release(job, JOB_HOLDER_CALLER);
    end();
}

static struct
{
    struct lock lock;
    struct cond changed;
    unsigned int commits;
} seen;

static HRESULT commit_seen(void *ctx, const struct store_change *changes)
{
    HRESULT hr = fake_store_ops.commit(ctx, changes);

    lock_acquire(&seen.lock);
    seen.commits++;
    cond_signal(&seen.changed);
    lock_release(&seen.lock);
    return hr;
}

static bool touch_and_wait(struct job *job)
{
    bool is_in_time = true;
    unsigned int before;

    lock_acquire(&seen.lock);
    before = seen.commits;
    lock_release(&seen.lock);
    job_set_peer_flags(job, 3);
    lock_acquire(&seen.lock);
    while (seen.commits == before && is_in_time)
        is_in_time = cond_wait(&seen.changed, &seen.lock, 10000);
    lock_release(&seen.lock);
    return is_in_time;
}

/* What no call waits for: the thread of the scheduler hears of it while it sleeps. */
static void test_thread_keeps_the_rest(void)
{
    static const struct store_ops ops = {commit_seen};
    struct thread thread;
    struct job *job;

    lock_init(&seen.lock, LOCK_RANK_LEAF, "seen");
    cond_init(&seen.changed);
    fake_store_init(&store);
    fake_world_init_kept(&world, &ops, &store);
    job = fake_job(&world, 1);
    world.step = 1001; /* whenever it looks, it is time */
    thread_start(&thread, queue_scheduler_loop, world.queue, "scheduler");
    job_set_peer_flags(job, 3);

    ok(touch_and_wait(job), "The new times are not kept.\n");
    /* By now it sleeps, for as long as the job may live; else it has yet to look. */
    os_sleep(50);
    ok(touch_and_wait(job), "The new times are not kept.\n");

    queue_stop_scheduler(world.queue);
    thread_join(&thread);
    job_release(job, JOB_HOLDER_CALLER);
    end();
    cond_done(&seen.changed);
    lock_done(&seen.lock);
}

static void test_order_is_kept(void)
{
    struct job **jobs;
    GUID ids[5];
    uint32_t count;

    start();
    for (unsigned int i = 0; i < 5; i++)
    {
        struct job *job = fake_job(&world, 1);

        ids[i] = *job_id(job);
        job_resume(job);
        job_release(job, JOB_HOLDER_CALLER);
    }
    kill_engine();
    start_again();
    queue_list_jobs(world.queue, &world.user, false, &jobs, &count);
    ok(count == 5, "Got %u jobs.\n", count);
    for (unsigned int i = 0; i < count; i++)
    {
        ok(!memcmp(job_id(jobs[i]), &ids[i], sizeof(GUID)), "Job %u is another one.\n", i);
        EXPECT_STATE(jobs[i], JOB_QUEUED);
        job_release(jobs[i], JOB_HOLDER_CALLER);
    }
    free(jobs);
    end();
}

/* ---- runs ---- */

static void test_run_goes_on(void)
{
    struct transfer_plan plan;
    struct byte_range gap;
    struct job *job;

    start();
    job = running_job(2);
    fake_fetch(&world, job, 10 * MIB, 4 * MIB);
    fake_advance(&world, 1000);
    fake_fetch(&world, job, 10 * MIB, 5 * MIB);

    job = restart(job);
    EXPECT_STATE(job, JOB_QUEUED);
    fake_schedule(&world);
    EXPECT_STATE(job, JOB_CONNECTING);
    ok(job_transfer_next(job, fake_running_epoch(&world, job), &plan) == S_OK, "No plan.\n");
    ok(plan.version.known && plan.version.size == 10 * MIB, "The version is lost.\n");
    ok(plan.has_temp_file, "The temporary file is lost.\n");
    range_set_first_gap(&plan.have, 0, 10 * MIB, &gap);
    ok(gap.begin == 4 * MIB, "It goes on at %llu.\n", (unsigned long long)gap.begin);
    transfer_plan_done(&plan);
    while (fake_fetch(&world, job, 10 * MIB, 10 * MIB))
        continue;
    EXPECT_STATE(job, JOB_TRANSFERRED);
    job_transfer_released(job);
    job_release(job, JOB_HOLDER_CALLER);
    end();
}

/* The sum of the bytes is kept with them, and goes with them. */
static void test_sums(void)
{
    const struct file_sum sum = {4 * MIB, 0x12345678}, none = {0};
    struct transfer_plan plan;
    struct job *job;

    start();
    job = running_job(1);
    fake_fetch(&world, job, 10 * MIB, 0);
    job_transfer_summed(job, 0, 1, &none); /* of another content */
    job_transfer_summed(job, 0, 0, &sum);
    fake_fetch(&world, job, 10 * MIB, 4 * MIB);
    job_transfer_summed(job, 0, 1, &none);
    fake_advance(&world, 1000);

    job = restart(job);
    fake_schedule(&world);
    ok(job_transfer_next(job, fake_running_epoch(&world, job), &plan) == S_OK, "No plan.\n");
    ok(plan.is_restored && plan.sum.end == sum.end && plan.sum.crc32c == sum.crc32c,
       "Got %#x of %llu bytes.\n", (unsigned int)plan.sum.crc32c, (unsigned long long)plan.sum.end);
    transfer_plan_done(&plan);

    job_transfer_restart(job, fake_running_epoch(&world, job), 0);
    ok(job_transfer_next(job, fake_running_epoch(&world, job), &plan) == S_OK, "No plan.\n");
    ok(!plan.sum.end && !plan.sum.crc32c, "Got %#x of %llu bytes.\n", (unsigned int)plan.sum.crc32c,
       (unsigned long long)plan.sum.end);
    transfer_plan_done(&plan);
    job_release(job, JOB_HOLDER_CALLER);
    end();
}

/* Progress is kept once a second, and nothing is written while nothing happens. */
static void test_checkpoints(void)
{
    unsigned int before;
    struct job *job;

    start();
    job = running_job(1);
    fake_advance(&world, 5000);
    before = store.commits;
    for (unsigned int i = 1; i <= 100; i++)
    {
        fake_fetch(&world, job, 1000 * MIB, i * MIB);
        fake_advance(&world, 100);
    }
    ok(store.commits - before >= 9 && store.commits - before <= 11, "%u commits in 10 seconds.\n",
       store.commits - before);
    fake_advance(&world, 2000);
    before = store.commits;
    fake_advance(&world, 60000);
    ok(store.commits == before, "%u commits of nothing.\n", store.commits - before);
    job_release(job, JOB_HOLDER_CALLER);
    end();
}

static void test_states(void)
{
    struct job_error error;
    struct job *job;

    start();
    job = restart(transferred_job(2));
    EXPECT_STATE(job, JOB_TRANSFERRED);
    ok(job_complete(job) == S_OK, "It cannot be completed.\n");
    job_release(job, JOB_HOLDER_CALLER);

    job = running_job(1);
    fake_fail(&world, job, 0x80190194);
    fake_schedule(&world);
    job = restart(job);
    EXPECT_STATE(job, JOB_ERROR);
    ok(job_get_error(job, &error) == S_OK && error.code == (HRESULT)0x80190194,
       "Got another error.\n");
    ok(job_error_count(job) == 1, "Got %u errors.\n", job_error_count(job));
    job_release(job, JOB_HOLDER_CALLER);

    job = running_job(1);
    fake_fail(&world, job, (HRESULT)0x801901f7);
    fake_schedule(&world);
    job = restart(job);
    EXPECT_STATE(job, JOB_TRANSIENT_ERROR);
    fake_advance(&world, 599 * FAKE_SECOND);
    EXPECT_STATE(job, JOB_TRANSIENT_ERROR);
    fake_advance(&world, 2 * FAKE_SECOND);
    EXPECT_STATE(job, JOB_CONNECTING);
    job_release(job, JOB_HOLDER_CALLER);
    end();
}

static void remember_target(void *ctx, void *target)
{
    *(void **)ctx = target;
}

/* What is told to objects, and whose: nobody can hold those over a restart. */
static void test_clients_are_not_kept(void)
{
    static const GUID none, class_id = {1, 2, 3, {4, 5, 6, 7, 8, 9, 10, 11}};
    static int client;
    struct legacy_group legacy;
    struct notify_event event;
    void *target = NULL;
    struct job *job, *group;
    GUID id;

    shows("JOB-SNI-9");
    shows("QM-19");
    start();
    job = running_job(1);
    job_set_notify_target(job, &client);
    job_use_notify_target(job, remember_target, &target);
    ok(target == &client, "The client was not set.\n");
    guid_create_random(&id);
    queue_add_group(world.queue, &id, &world.user, &group);
    job_legacy_set_class(group, &class_id);
    job_set_description(group, u"kept with the rest");
    job_get_legacy(group, &legacy);
    ok(guid_is_equal(&legacy.notify_class, &class_id), "The class was not set.\n");
    job_release(group, JOB_HOLDER_CALLER);

    job = restart(job);
    target = NULL;
    job_use_notify_target(job, remember_target, &target);
    ok(!target, "It has a client.\n");
    fake_schedule(&world);
    fake_finish(&world, job);
    ok(!job_notify_take(world.queue, &event), "Somebody is told.\n");
    group = find(&id);
    ok(group != NULL, "The group is lost.\n");
    job_get_legacy(group, &legacy);
    ok(legacy.is_group && guid_is_equal(&legacy.notify_class, &none), "The class was kept.\n");
    job_release(group, JOB_HOLDER_CALLER);
    job_release(job, JOB_HOLDER_CALLER);
    end();
}

static void test_remote_name(void)
{
    struct job *job;
    WCHAR *name;

    shows("F2-6");
    start();
    job = running_job(1);
    job_suspend(job);
    ok(job_file_set_remote_name(job, 0, u"http://other/name") == S_OK, "It was refused.\n");
    job_resume(job);
    job = restart(job);
    job_file_get_remote_name(job, 0, &name);
    ok(str_is_equal(name, u"http://other/name"), "It has its former name.\n");
    free(name);
    job_release(job, JOB_HOLDER_CALLER);
    end();
}

/* Ninety days without a change, a kill every day. */
static void test_inactivity_goes_on(void)
{
    struct job *job;

    start();
    job = fake_job(&world, 1);
    for (unsigned int day = 1; day < 90; day++)
    {
        tick_t now;

        fake_advance(&world, FAKE_DAY);
        now = world.now;
        job_release(job, JOB_HOLDER_CALLER);
        kill_engine();
        fake_world_init_kept(&world, &fake_store_ops, &store);
        world.now = now;
        fake_store_restore(&store, world.queue);
        job = find(&store.rows[0].id);
        ok(job != NULL, "It is gone after %u days.\n", day);
        if (!job) return;
    }
    job_release(job, JOB_HOLDER_CALLER);
    fake_advance(&world, FAKE_DAY + FAKE_SECOND);
    ok(!queue_job_count(world.queue), "It is still there.\n");
    end();
}

/* ---- a store that refuses ---- */

static void test_refused(void)
{
    struct job *job, *other;
    HRESULT hr;

    start();
    job = fake_job(&world, 1);
    store.error = DISK_FULL;
    hr = queue_add_job(world.queue, u"other", JOB_TYPE_DOWNLOAD, &world.user, &other);
    ok(hr == store.error, "Got hr %#lx.\n", (unsigned long)hr);
    ok(queue_job_count(world.queue) == 1, "Got %u jobs.\n", queue_job_count(world.queue));
    hr = job_set_description(job, u"text");
    ok(hr == store.error, "Got hr %#lx.\n", (unsigned long)hr);
    hr = job_cancel(job);
    ok(hr == store.error, "Got hr %#lx.\n", (unsigned long)hr);
    EXPECT_STATE(job, JOB_SUSPENDED);
    hr = job_complete(job);
    ok(hr == store.error, "Got hr %#lx.\n", (unsigned long)hr);
    EXPECT_STATE(job, JOB_SUSPENDED);

    /* What could not be kept is kept when there is room again, without a call. */
    store.error = S_OK;
    fake_advance(&world, 5 * FAKE_SECOND);
    ok(store.rows[0].texts.description && str_is_equal(store.rows[0].texts.description, u"text"),
       "The description is not kept.\n");
    job_release(job, JOB_HOLDER_CALLER);
    end();
}

/* ---- endings that are cut off ---- */

static bool is_published(struct fake_world *w, const WCHAR *name)
{
    (void)w;
    /* The names that the fake gives to temporary files end so. */
    return str_len(name) < 4 || !str_is_equal(name + str_len(name) - 4, u".tmp");
}

static void test_complete_cut_off(void)
{
    struct job *job;
    GUID id;

    withstands("A3");
    start();
    job = transferred_job(3);
    id = *job_id(job);
    store.fail_after = 1; /* the beginning is kept, the end is not */
    ok(job_complete(job) == E_FAIL, "It was completed.\n");
    ok(store.rows[0].status.ending == JOB_ENDING_COMPLETE, "Got ending %u.\n",
       store.rows[0].status.ending);
    job_release(job, JOB_HOLDER_CALLER);
    kill_engine();

    world.has_file = is_published;
    fake_world_init_kept(&world, &fake_store_ops, &store);
    world.has_file = is_published;
    world.publish_fails_at = 1; /* all have their names already */
    fake_store_restore(&store, world.queue);
    queue_finish_endings(world.queue);
    ok(!find(&id), "It is still there.\n");
    ok(!fake_store_count(&store), "It is still kept.\n");
    world.has_file = NULL;
    end();
}

static void test_complete_cut_off_before_the_first(void)
{
    struct job *job;
    GUID id;

    start();
    job = transferred_job(3);
    id = *job_id(job);
    store.fail_after = 1;
    world.publish_fails_at = 1;
    ok(FAILED(job_complete(job)), "It was completed.\n");
    job_release(job, JOB_HOLDER_CALLER);
    kill_engine();

    start_again();
    ok(world.published == 3, "%u files are published.\n", world.published);
    ok(!find(&id), "It is still there.\n");
    end();
}

static void test_cancel_cut_off(void)
{
    struct job *job;
    GUID id;

    withstands("A4");
    start();
    job = running_job(2);
    fake_fetch(&world, job, 10 * MIB, 4 * MIB);
    id = *job_id(job);
    store.fail_after = 1;
    job_cancel(job);
    ok(fake_store_find(&store, &id) != NULL, "It is forgotten.\n");
    job_release(job, JOB_HOLDER_CALLER);
    kill_engine();

    start_again();
    ok(!find(&id), "It is still there.\n");
    ok(world.discarded == 2, "%u files were removed.\n", world.discarded);
    ok(!fake_store_find(&store, &id), "It is still kept.\n");
    end();
}

START_TEST(queue_save)
{
    RUN_TEST(test_calls_are_kept);
    RUN_TEST(test_options_are_kept);
    RUN_TEST(test_nothing_new);
    RUN_TEST(test_thread_keeps_the_rest);
    RUN_TEST(test_order_is_kept);
    RUN_TEST(test_run_goes_on);
    RUN_TEST(test_sums);
    RUN_TEST(test_checkpoints);
    RUN_TEST(test_states);
    RUN_TEST(test_clients_are_not_kept);
    RUN_TEST(test_remote_name);
    RUN_TEST(test_inactivity_goes_on);
    RUN_TEST(test_refused);
    RUN_TEST(test_complete_cut_off);
    RUN_TEST(test_complete_cut_off_before_the_first);
    RUN_TEST(test_cancel_cut_off);
}
