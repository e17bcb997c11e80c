/* SPDX-License-Identifier: LGPL-2.1-or-later
 *
 * job/job_limits.c and job_options.c: when costs and limits stop a job and let it go on, and when
 * each option may be set. */
#include "harness/test.h"

#include <stdlib.h>
#include <string.h>

#include "bitsmsg.h"
#include "harness/fake_ports.h"
#include "job/job_private.h"
#include "job/job_upload.h"

#define MIB (1024 * 1024)

static struct fake_world world;
static struct machine_conditions conditions;
static unsigned int looks;

static void read_conditions(void *ctx, struct machine_conditions *out)
{
    (void)ctx;
    lock_assert_none_held();
    looks++;
    *out = conditions;
}

static const struct condition_ops condition_ops = {read_conditions};

static void begin(void)
{
    looks = 0;
    conditions =
        (struct machine_conditions){.cost_state = COST_UNRESTRICTED, .minute_left_ms = 60000};
    fake_world_init(&world);
    world.queue->ports.conditions = &condition_ops;
}

static struct job *running(uint32_t priority)
{
    struct job *job = fake_job(&world, 1);

    job_set_priority(job, priority);
    job_resume(job);
    fake_schedule(&world);
    return job;
}

static void check_state(int line, struct job *job, enum job_state expected)
{
    enum job_state state = job_state(job);

    ok_(__FILE__, line)(state == expected, "Got state %u, not %u.\n", state, expected);
}
#define state_is(job, expected) check_state(__LINE__, job, expected)

static void check_blocked(int line, struct job *job, HRESULT code)
{
    struct job_error error = {0};

    check_state(line, job, JOB_TRANSIENT_ERROR);
    job_get_error(job, &error);
    ok_(__FILE__, line)(error.code == code, "Got error %#lx.\n", (unsigned long)error.code);
    ok_(__FILE__, line)(!job_error_count(job), "It counts as an error.\n");
}
#define blocked_by(job, code) check_blocked(__LINE__, job, code)

static void end(struct job *job)
{
    job_cancel(job);
    job_release(job, JOB_HOLDER_CALLER);
}

static void set_cost(uint32_t state)
{
    conditions.cost_state = state;
    queue_conditions_changed(world.queue);
    fake_schedule(&world);
}

static void test_cost_flags(void)
{
    struct job *job;
    HRESULT hr;

    begin();
    job = running(JOB_PRIORITY_FOREGROUND);
    state_is(job, JOB_CONNECTING);
    ok(job_cost_flags(job) == COST_ALWAYS, "Got %#x.\n", job_cost_flags(job));
    hr = job_set_cost_flags(job, 0x100);
    ok(hr == E_INVALIDARG, "Got hr %#lx.\n", (unsigned long)hr);
    hr = job_set_cost_flags(job, 0x80000000);
    ok(hr == E_INVALIDARG, "Got hr %#lx.\n", (unsigned long)hr);

    /* At once. */
    hr = job_set_cost_flags(job, 0x2);
    ok(hr == S_OK, "Got hr %#lx.\n", (unsigned long)hr);
    blocked_by(job, BG_E_BLOCKED_BY_COST_TRANSFER_POLICY);
    ok(!fake_running_epoch(&world, job), "The mover goes on.\n");
    ok(job_cost_flags(job) == 0x2, "Got %#x.\n", job_cost_flags(job));
    /* Not by time, and not by the client's wish. */
    fake_advance(&world, 5 * FAKE_DAY);
    blocked_by(job, BG_E_BLOCKED_BY_COST_TRANSFER_POLICY);
    job_resume(job);
    fake_schedule(&world);
    blocked_by(job, BG_E_BLOCKED_BY_COST_TRANSFER_POLICY);

    set_cost(0x2);
    state_is(job, JOB_CONNECTING);
    /* All that the network is must be accepted. */
    set_cost(0x82);
    blocked_by(job, BG_E_BLOCKED_BY_COST_TRANSFER_POLICY);
    hr = job_set_cost_flags(job, 0x8000006f);
    ok(hr == S_OK, "Got hr %#lx.\n", (unsigned long)hr);
    blocked_by(job, BG_E_BLOCKED_BY_COST_TRANSFER_POLICY);
    hr = job_set_cost_flags(job, COST_ALWAYS);
    ok(hr == S_OK, "Got hr %#lx.\n", (unsigned long)hr);
    fake_schedule(&world);
    state_is(job, JOB_CONNECTING);
    end(job);
    fake_world_done(&world);
}

static void test_cost_policy(void)
{
    struct job *job, *wilful;

    begin();
    job = running(JOB_PRIORITY_NORMAL);
    wilful = running(JOB_PRIORITY_NORMAL);
    job_set_cost_flags(wilful, COST_ALWAYS);
    state_is(wilful, JOB_QUEUED);
    world.settings.cost_flags[JOB_PRIORITY_NORMAL] = 0x2;
    queue_apply_settings(world.queue, &world.settings);
    blocked_by(job, BG_E_BLOCKED_BY_COST_TRANSFER_POLICY);
    fake_schedule(&world);
    state_is(wilful, JOB_CONNECTING);
    /* Another priority, another policy. */
    job_set_priority(job, JOB_PRIORITY_FOREGROUND);
    fake_schedule(&world);
    state_is(job, JOB_CONNECTING);
    end(job);
    end(wilful);
    fake_world_done(&world);
}

static void limit_all(uint64_t rate)
{
    for (unsigned int i = 0; i < BANDWIDTH_LEVEL_COUNT; i++)
        world.settings.bandwidth.rest_rates[i] = rate;
    queue_apply_settings(world.queue, &world.settings);
    fake_schedule(&world);
}

static void test_no_bandwidth(void)
{
    struct job *background, *foreground;

    begin();
    background = running(JOB_PRIORITY_LOW);
    foreground = running(JOB_PRIORITY_FOREGROUND);
    limit_all(0);
    blocked_by(background, BG_E_BLOCKED_BY_POLICY);
    state_is(foreground, JOB_CONNECTING);
    ok(fake_count_stops(&world, foreground) == 0, "The foreground was stopped.\n");
    fake_advance(&world, 20 * FAKE_DAY);
    blocked_by(background, BG_E_BLOCKED_BY_POLICY);
    limit_all(1000);
    state_is(background, JOB_CONNECTING);
    end(background);
    end(foreground);
    fake_world_done(&world);
}

/* Time alone brings none of these back: it is their cause that has to go. */
static void test_no_retry(void)
{
    struct job *blocked, *locked, *cut_off;

    shows("JOB-SMRD-6");
    begin();
    blocked = running(JOB_PRIORITY_LOW);
    locked = running(JOB_PRIORITY_FOREGROUND);
    cut_off = running(JOB_PRIORITY_FOREGROUND);
    limit_all(0);
    fake_fail(&world, locked, BG_E_DESTINATION_LOCKED);
    fake_advance(&world, FAKE_DAY);
    blocked_by(blocked, BG_E_BLOCKED_BY_POLICY);
    blocked_by(locked, BG_E_DESTINATION_LOCKED);
    ok(fake_count_starts(&world, locked) == 1, "It was tried again.\n");
    queue_network_lost(world.queue);
    fake_advance(&world, FAKE_DAY);
    blocked_by(cut_off, BG_E_NETWORK_DISCONNECTED);
    ok(fake_count_starts(&world, cut_off) == 1, "It was tried again.\n");
    end(blocked);
    end(locked);
    end(cut_off);
    fake_world_done(&world);
}

static uint64_t planned_rate(struct job *job)
{
    struct transfer_plan plan;
    uint64_t rate;
    HRESULT hr = job_transfer_next(job, fake_running_epoch(&world, job), &plan);

    ok(hr == S_OK, "Got hr %#lx.\n", (unsigned long)hr);
    if (hr != S_OK) return 1;
    rate = plan.rate;
    transfer_plan_done(&plan);
    return rate;
}

/* A run that is under way is planned anew, and goes on where it was. */
static void test_rate_changes(void)
{
    struct job *job;

    begin();
    job = running(JOB_PRIORITY_NORMAL);
    ok(planned_rate(job) == BANDWIDTH_UNLIMITED, "There is a limit.\n");
    fake_fetch(&world, job, 10 * MIB, MIB);
    limit_all(2000);
    state_is(job, JOB_CONNECTING);
    ok(fake_count_stops(&world, job) == 1, "It was not stopped.\n");
    ok(planned_rate(job) == 2000, "The limit is another one.\n");
    limit_all(2000);
    ok(fake_count_stops(&world, job) == 1, "It was stopped for nothing.\n");
    job_set_priority(job, JOB_PRIORITY_FOREGROUND);
    fake_schedule(&world);
    ok(planned_rate(job) == BANDWIDTH_UNLIMITED, "The foreground has a limit.\n");
    end(job);
    fake_world_done(&world);
}

static void check_upload_plan(struct job *job, uint64_t rate, bool is_lan_free)
{
    struct upload_plan plan;
    HRESULT hr = job_upload_next(job, fake_running_epoch(&world, job), &plan);

    ok(hr == S_OK, "Got hr %#lx.\n", (unsigned long)hr);
    if (hr != S_OK) return;
    ok(plan.rate == rate && plan.is_lan_free == is_lan_free, "Got another limit.\n");
    upload_plan_done(&plan);
}

/* What is sent has the limits of what is received. */
static void test_uploads(void)
{
    struct new_file file = {u"http://server/file", u"C:\\folder\\file"};
    struct job *job;

    begin();
    queue_add_job(world.queue, u"upload", JOB_TYPE_UPLOAD, &world.user, &job);
    job_add_files(job, &file, 1);
    job_resume(job);
    fake_schedule(&world);
    check_upload_plan(job, BANDWIDTH_UNLIMITED, false);
    world.settings.bandwidth.ignores_lan = true;
    limit_all(2000);
    ok(fake_count_stops(&world, job) == 1, "It was not stopped.\n");
    check_upload_plan(job, 2000, true);
    limit_all(2000);
    ok(fake_count_stops(&world, job) == 1, "It was stopped for nothing.\n");
    job_set_priority(job, JOB_PRIORITY_FOREGROUND);
    fake_schedule(&world);
    check_upload_plan(job, BANDWIDTH_UNLIMITED, true);
    end(job);
    fake_world_done(&world);
}

static void test_schedule(void)
{
    struct job *job;

    begin();
    world.settings.bandwidth.work =
        (struct bandwidth_window){.is_set = true, .last_day = 6, .start_hour = 8, .end_hour = 9};
    memset(world.settings.bandwidth.work_rates, 0, sizeof(world.settings.bandwidth.work_rates));
    conditions.minute = 7 * 60 + 59;
    conditions.minute_left_ms = 20000;
    queue_apply_settings(world.queue, &world.settings);
    job = running(JOB_PRIORITY_NORMAL);
    state_is(job, JOB_CONNECTING);
    conditions.minute = 8 * 60;
    conditions.minute_left_ms = 60000;
    fake_advance(&world, 19999);
    state_is(job, JOB_CONNECTING);
    fake_advance(&world, 1);
    blocked_by(job, BG_E_BLOCKED_BY_POLICY);
    conditions.minute = 9 * 60;
    fake_advance(&world, 60000);
    state_is(job, JOB_CONNECTING);

    /* Without a schedule the clock is left alone. */
    world.settings.bandwidth.work.is_set = false;
    queue_apply_settings(world.queue, &world.settings);
    fake_schedule(&world);
    looks = 0;
    fake_advance(&world, FAKE_DAY);
    ok(!looks, "The machine was asked %u times.\n", looks);
    end(job);
    fake_world_done(&world);
}

static void test_order(void)
{
    struct job *job;
    HRESULT hr;

    begin();
    job = fake_job(&world, 0);
    ok(job_set_high_performance(job, true) == S_OK, "Refused.\n");
    ok(job_set_dynamic(job, true) == S_OK, "Refused.\n");
    ok(job_set_max_download_size(job, 0) == BG_E_MAX_DOWNLOAD_SIZE_INVALID_VALUE, "Taken.\n");
    ok(job_set_max_download_size(job, 1) == S_OK, "Refused.\n");
    end(job);

    job = fake_job(&world, 1);
    hr = job_set_high_performance(job, false);
    ok(hr == BG_E_READ_ONLY_PROPERTY_AFTER_ADDFILE, "Got hr %#lx.\n", (unsigned long)hr);
    ok(job_set_dynamic(job, true) == S_OK, "Refused.\n");
    job_resume(job);
    job_suspend(job);
    hr = job_set_dynamic(job, false);
    ok(hr == BG_E_READ_ONLY_PROPERTY_AFTER_RESUME, "Got hr %#lx.\n", (unsigned long)hr);
    hr = job_set_max_download_size(job, 7);
    ok(hr == BG_E_READ_ONLY_PROPERTY_AFTER_RESUME, "Got hr %#lx.\n", (unsigned long)hr);
    ok(job_set_cost_flags(job, COST_ALWAYS) == S_OK, "Refused.\n");
    job_cancel(job);
    hr = job_set_cost_flags(job, COST_ALWAYS);
    ok(hr == BG_E_INVALID_STATE, "Got hr %#lx.\n", (unsigned long)hr);
    job_release(job, JOB_HOLDER_CALLER);
    fake_world_done(&world);
}

static void test_size(void)
{
    struct job_error error = {0};
    struct job *job;

    begin();
    job = fake_job(&world, 2);
    job_set_max_download_size(job, 3 * MIB);
    job_resume(job);
    fake_schedule(&world);
    ok(fake_fetch(&world, job, 2 * MIB, 2 * MIB), "The first file is too large.\n");
    fake_fetch(&world, job, 2 * MIB, 1000);
    state_is(job, JOB_ERROR);
    job_get_error(job, &error);
    ok(error.code == BG_E_MAX_DOWNLOAD_SIZE_LIMIT_REACHED, "Got error %#lx.\n",
       (unsigned long)error.code);
    end(job);
    fake_world_done(&world);
}

static void test_high_performance(void)
{
    struct new_file file = {u"http://server/file", u"C:\\folder\\file"};
    struct job *job;
    WCHAR *name;
    HRESULT hr;

    begin();
    job = fake_job(&world, 0);
    job_set_high_performance(job, true);
    hr = job_add_files(job, &file, 1);
    ok(hr == S_OK, "Got hr %#lx.\n", (unsigned long)hr);
    hr = job_file_get_temp_name(job, 0, &name);
    ok(hr == S_OK && !memcmp(name, file.local_name, 16), "It is not written directly.\n");
    free(name);
    job_resume(job);
    fake_schedule(&world);
    fake_fetch(&world, job, 2 * MIB, MIB);
    end(job);
    ok(!world.discarded, "The file is gone.\n");
    fake_world_done(&world);
}

static void free_handle(void *handle)
{
    ++*(unsigned int *)handle;
}

static void test_token(void)
{
    struct caller_facts facts = {0};
    struct transfer_plan plan;
    unsigned int closed = 0;
    struct job_token *token;
    struct job *job;
    HRESULT hr;

    begin();
    job = running(JOB_PRIORITY_FOREGROUND);
    hr = job_token_create(&facts, &closed, free_handle, &token);
    ok(hr == S_OK, "Got hr %#lx.\n", (unsigned long)hr);
    job_set_token_flags(job, TOKEN_LOCAL_FILE);
    hr = job_set_token(job, token);
    ok(hr == S_OK, "Got hr %#lx.\n", (unsigned long)hr);
    hr = job_transfer_next(job, fake_running_epoch(&world, job), &plan);
    ok(hr == S_OK && plan.token == token && plan.token_use == TOKEN_LOCAL_FILE,
       "The plan is without it.\n");
    transfer_plan_done(&plan);
    hr = job_set_token(job, NULL);
    ok(hr == S_OK, "Got hr %#lx.\n", (unsigned long)hr);
    job_token_release(token);
    ok(closed == 1, "Closed %u times.\n", closed);

    /* As after a start of the engine. */
    queue_lock(world.queue);
    job->options.has_token = true;
    queue_unlock(world.queue);
    hr = job_transfer_next(job, fake_running_epoch(&world, job), &plan);
    ok(hr == S_FALSE, "Got hr %#lx.\n", (unsigned long)hr);
    state_is(job, JOB_ERROR);
    end(job);
    fake_world_done(&world);
}

/* An administrator's is not for others. */
static void test_token_of_an_administrator(void)
{
    struct caller_facts facts = {.is_admin = true};

    shows("TOK-4");
    for (unsigned int is_admin = 0; is_admin < 2; is_admin++)
    {
        unsigned int closed = 0;
        struct job_token *token;
        struct job *job;
        HRESULT hr;

        begin();
        world.user.is_admin = is_admin != 0;
        job = running(JOB_PRIORITY_FOREGROUND);
        job_token_create(&facts, &closed, free_handle, &token);
        hr = job_set_token(job, token);
        ok(hr == (is_admin ? S_OK : E_ACCESSDENIED), "Got hr %#lx.\n", (unsigned long)hr);
        job_token_release(token);
        token = job_get_token(job);
        ok(!token == !is_admin, "Got token %p.\n", (void *)token);
        job_token_release(token);
        end(job);
        fake_world_done(&world);
        ok(closed == 1, "Closed %u times.\n", closed);
    }
}

static struct upload_plan *next_upload(struct job *job, struct upload_plan *plan)
{
    HRESULT hr = job_upload_next(job, fake_running_epoch(&world, job), plan);

    ok(hr == S_OK || hr == S_FALSE, "Got hr %#lx.\n", (unsigned long)hr);
    return hr == S_OK ? plan : NULL;
}

/* For the file that is sent, and for nothing else. */
static void test_token_of_upload(void)
{
    struct new_file file = {u"http://server/file", u"C:\\folder\\file"};
    struct caller_facts facts = {0};
    struct upload_plan plan;
    unsigned int closed = 0;
    struct job_token *token;
    struct job *job;

    begin();
    queue_add_job(world.queue, u"upload", JOB_TYPE_UPLOAD, &world.user, &job);
    job_add_files(job, &file, 1);
    job_token_create(&facts, &closed, free_handle, &token);
    job_set_token_flags(job, TOKEN_NETWORK);
    job_set_token(job, token);
    job_resume(job);
    fake_schedule(&world);
    ok(next_upload(job, &plan) && !plan.token, "The network's is the file's.\n");
    upload_plan_done(&plan);
    job_set_token_flags(job, TOKEN_LOCAL_FILE);
    ok(next_upload(job, &plan) && plan.token == token, "The plan is without it.\n");
    job_set_token(job, NULL);
    job_token_release(token);
    ok(!closed, "It is closed before the plan is done.\n");
    upload_plan_done(&plan);
    ok(closed == 1, "Closed %u times.\n", closed);

    /* As after a start of the engine. */
    queue_lock(world.queue);
    job->options.has_token = true;
    queue_unlock(world.queue);
    ok(!next_upload(job, &plan), "There is a plan.\n");
    state_is(job, JOB_ERROR);
    ok(job->error.code == BG_E_TOKEN_REQUIRED, "Got error %#lx.\n", (unsigned long)job->error.code);
    end(job);
    fake_world_done(&world);
}

START_TEST(job_limits)
{
    RUN_TEST(test_cost_flags);
    RUN_TEST(test_cost_policy);
    RUN_TEST(test_no_bandwidth);
    RUN_TEST(test_no_retry);
    RUN_TEST(test_rate_changes);
    RUN_TEST(test_uploads);
    RUN_TEST(test_schedule);
    RUN_TEST(test_order);
    RUN_TEST(test_size);
    RUN_TEST(test_high_performance);
    RUN_TEST(test_token);
    RUN_TEST(test_token_of_an_administrator);
    RUN_TEST(test_token_of_upload);
}
