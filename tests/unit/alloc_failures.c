/* SPDX-License-Identifier: LGPL-2.1-or-later
 *
 * The main scenarios of core and store, over and over: each allocation fails once. Whoever is told
 * so can do the same again and gets what he wanted; nothing is lost, kept, or freed twice. */
#include "harness/test.h"

#include <stdlib.h>

#include "bitsmsg.h"
#include "base/str.h"
#include "harness/alloc_faults.h"
#include "harness/fake_ports.h"
#include "harness/store_fixture.h"
#include "job/job_notify.h"
#include "job/legacy_group.h"
#include "store/store.h"

#define SIZE        5000ull
#define RUNS_MAX    5000
#define TRIES_MAX   10
#define RETRY_DELAY (700 * FAKE_SECOND)
#define STORE_FILE  "allocations.db"

static struct fake_world world;
static unsigned int refusals; /* calls that reported the failure */

static HRESULT answer; /* of the first call */

/* A call that may be refused once. */
#define TRY(expected, call)                                                                        \
    check_try(__LINE__, expected,                                                                  \
              (answer = (call)) == E_OUTOFMEMORY ? (refusals++, (call)) : answer)
static void check_try(int line, HRESULT expected, HRESULT hr)
{
    ok_(__FILE__, line)(hr == expected, "Got hr %#lx.\n", (unsigned long)hr);
}

static HRESULT commit(void *ctx, const struct store_change *changes)
{
    (void)ctx;
    (void)changes;
    return S_OK;
}
static const struct store_ops nothing_kept = {commit};

/* ---- the scenarios; each begins and ends with an empty queue ---- */

static HRESULT add_job(struct job **job)
{
    return queue_add_job(world.queue, u"job", JOB_TYPE_DOWNLOAD, &world.user, job);
}

static HRESULT change_method(struct http_settings *settings, const void *wish)
{
    WCHAR *method = str_dup(wish);

    if (!method) return E_OUTOFMEMORY;
    free(settings->method);
    settings->method = method;
    return S_OK;
}

/* Until the job is there; each try may lose what it could not keep track of. */
static void transfer(struct job *job)
{
    for (unsigned int i = 0; i < TRIES_MAX && job_state(job) != JOB_TRANSFERRED; i++)
    {
        if (job_state(job) == JOB_TRANSIENT_ERROR) fake_advance(&world, RETRY_DELAY);
        fake_schedule(&world);
        while (fake_fetch(&world, job, SIZE, SIZE))
            continue;
    }
    ok(job_state(job) == JOB_TRANSFERRED, "Got state %u.\n", job_state(job));
    job_transfer_released(job);
}

static void check_names(struct job *job)
{
    WCHAR *text;

    TRY(S_OK, job_get_display_name(job, &text));
    ok(str_is_equal(text, u"another name"), "Got another name.\n");
    free(text);
    TRY(S_OK, job_file_get_remote_name(job, 1, &text));
    free(text);
    TRY(S_OK, job_file_get_local_name(job, 1, &text));
    free(text);
    TRY(S_OK, job_file_get_temp_name(job, 1, &text));
    free(text);
}

static void run_life(void)
{
    static const struct new_file files[] = {{u"http://server/first", u"C:\\folder\\first"},
                                            {u"http://server/second", u"C:\\folder\\second"}};
    struct job_progress progress;
    struct job **jobs, *found;
    uint32_t count;
    uint32_t files_added;
    struct job *job;
    HRESULT hr;

    TRY(S_OK, add_job(&job));
    TRY(S_OK, job_set_display_name(job, u"another name"));
    TRY(S_OK, job_set_description(job, u"a description"));
    /* They are there when only the store has refused them. */
    hr = job_add_files(job, files, 2);
    if (hr == E_OUTOFMEMORY && refusals++ + 1 && !job_file_count(job))
        hr = job_add_files(job, files, 2);
    ok(hr == S_OK || job_file_count(job), "Got hr %#lx.\n", (unsigned long)hr);
    files_added = job_file_count(job);
    ok(files_added == 2, "Got %u files.\n", files_added);
    TRY(S_OK, queue_find_job(world.queue, job_id(job), &world.user, &found));
    job_release(found, JOB_HOLDER_CALLER);
    TRY(S_OK, queue_list_jobs(world.queue, &world.user, false, &jobs, &count));
    ok(count == 1, "Got %u jobs.\n", count);
    job_release(jobs[0], JOB_HOLDER_CALLER);
    free(jobs);
    TRY(S_OK, job_resume(job));
    transfer(job);
    check_names(job);
    job_get_progress(job, &progress);
    ok(progress.bytes_transferred == 2 * SIZE && progress.files_transferred == 2,
       "Got %u bytes in %u files.\n", (unsigned int)progress.bytes_transferred,
       progress.files_transferred);
    TRY(S_OK, job_complete(job));
    ok(job_state(job) == JOB_ACKNOWLEDGED, "Got state %u.\n", job_state(job));
    job_release(job, JOB_HOLDER_CALLER);
}

static void run_settings(void)
{
    struct caller_facts admin = world.user;
    WCHAR *list, *bypass, *program, *parameters;
    struct http_settings *http;
    enum proxy_usage usage;
    struct job *job;

    admin.is_admin = admin.is_elevated = true;
    TRY(S_OK, add_job(&job));
    TRY(S_OK, job_set_proxy(job, PROXY_OVERRIDE, u"proxy:80", u"*.local"));
    TRY(S_OK, job_get_proxy(job, &usage, &list, &bypass));
    ok(usage == PROXY_OVERRIDE && list && bypass, "Got usage %u.\n", usage);
    free(list);
    free(bypass);
    TRY(S_OK, job_set_notify_command(job, u"C:\\x.exe", u"x 1"));
    TRY(S_OK, job_get_notify_command(job, &program, &parameters));
    free(program);
    free(parameters);
    TRY(S_OK, job_change_http(job, change_method, u"PUT"));
    http = job_http_settings(job);
    ok(http && str_is_equal(http->method, u"PUT"), "Got another method.\n");
    http_settings_release(http);
    TRY(S_OK, job_set_peer_flags(job, 3));
    TRY(S_OK, job_set_min_retry_delay(job, 60));
    TRY(S_OK, job_take_ownership(job, &admin));
    TRY(S_OK, job_cancel(job));
    ok(job_state(job) == JOB_CANCELLED, "Got state %u.\n", job_state(job));
    job_release(job, JOB_HOLDER_CALLER);
}

/* A failure, a retry and a cancellation in the middle of a file. */
static void run_failure(void)
{
    static const struct new_file file = {u"http://server/file", u"C:\\folder\\file"};
    struct job_error error;
    struct job *job;
    HRESULT hr;

    TRY(S_OK, add_job(&job));
    TRY(S_OK, job_add_files(job, &file, 1));
    TRY(S_OK, job_resume(job));
    fake_schedule(&world);
    fake_fetch(&world, job, SIZE, SIZE / 2);
    fake_fail(&world, job, BG_E_HTTP_ERROR_404);
    TRY(S_OK, job_get_error(job, &error));
    ok(error.code == BG_E_HTTP_ERROR_404 || error.code == E_OUTOFMEMORY, "Got code %#lx.\n",
       (unsigned long)error.code);
    TRY(S_OK, job_resume(job));
    fake_schedule(&world);
    fake_fetch(&world, job, SIZE, SIZE / 2);
    TRY(S_OK, job_suspend(job));
    hr = job_cancel(job);
    /* A name that could not be copied is a file that could not be found. */
    ok(hr == S_OK || hr == E_OUTOFMEMORY || hr == BG_S_UNABLE_TO_DELETE_FILES, "Got hr %#lx.\n",
       (unsigned long)hr);
    if (hr == E_OUTOFMEMORY) TRY(S_OK, job_cancel(job));
    job_release(job, JOB_HOLDER_CALLER);
}

static void run_group(void)
{
    GUID id = store_test_id(1), inner = store_test_id(2);
    struct legacy_group group;
    struct job *job;

    TRY(S_OK, queue_add_group(world.queue, &id, &world.user, &job));
    /* A second call would find the first one's job. */
    job_get_legacy(job, &group);
    ok(group.is_group && !group.has_job, "Got another group.\n");
    TRY(S_OK, job_legacy_set_class(job, &inner));
    TRY(S_OK, job_cancel(job));
    job_release(job, JOB_HOLDER_CALLER);
}

/* ---- each allocation in turn ---- */

static void run_with_failures(const char *name, void (*scenario)(void))
{
    unsigned int n = 0, leaked;
    bool has_failed;

    winetest_push_context("%s", name);
    refusals = 0;
    do
    {
        winetest_push_context("allocation %u", ++n);
        alloc_watch();
        fake_world_init_kept(&world, &nothing_kept, NULL);
        alloc_fail_at(n);
        scenario();
        has_failed = alloc_has_failed();
        ok(!queue_job_count(world.queue), "A job is left.\n");
        fake_world_done(&world);
        leaked = alloc_unwatch();
        ok(!leaked, "%u blocks were not freed.\n", leaked);
        winetest_pop_context();
    } while (has_failed && n < RUNS_MAX);
    ok(!has_failed && n > 5, "There were %u allocations.\n", n);
    ok(refusals > 5, "%u calls reported a failure.\n", refusals);
    trace("%u allocations, %u calls reported a failure.\n", n - 1, refusals);
    winetest_pop_context();
}

static void test_life(void)
{
    withstands("K13");
    run_with_failures("life", run_life);
}

static void test_settings(void)
{
    withstands("K13");
    run_with_failures("settings", run_settings);
}

static void test_failure(void)
{
    withstands("K13");
    run_with_failures("failure", run_failure);
}

static void test_group(void)
{
    withstands("K13");
    run_with_failures("group", run_group);
}

/* ---- the store ---- */

static HRESULT use_store(const WCHAR *path, struct store_change *changes, uint32_t *jobs)
{
    struct store_report report = {0};
    struct store *store;
    HRESULT hr;

    *jobs = 0;
    if (FAILED(hr = store_open(path, NULL, &store, &report))) return hr;
    hr = store_sqlite_ops.commit(store, changes);
    store_close(store);
    *jobs = report.jobs;
    return hr;
}

/* What was kept before is there, whatever fails. */
static void test_store(void)
{
    struct store_change *first = store_test_whole_job(1, 3), *second = store_test_whole_job(2, 3);
    struct store_change *removal = store_test_removal(2);
    const WCHAR *path = scratch_wide(STORE_FILE);
    unsigned int n = 0, leaked, failures = 0;
    bool has_failed;
    uint32_t jobs;
    HRESULT hr;

    withstands("K13");
    hr = use_store(path, first, &jobs);
    ok(hr == S_OK, "Got hr %#lx.\n", (unsigned long)hr);
    do
    {
        winetest_push_context("allocation %u", ++n);
        alloc_watch();
        alloc_fail_at(n);
        hr = use_store(path, second, &jobs);
        has_failed = alloc_has_failed();
        leaked = alloc_unwatch();
        failures += FAILED(hr);
        ok(hr == S_OK || hr == E_OUTOFMEMORY, "Got hr %#lx.\n", (unsigned long)hr);
        ok(has_failed || hr == S_OK, "Got hr %#lx.\n", (unsigned long)hr);
        ok(!leaked, "%u blocks were not freed.\n", leaked);
        hr = use_store(path, removal, &jobs);
        ok(hr == S_OK && jobs >= 1, "Got hr %#lx, %u jobs.\n", (unsigned long)hr, jobs);
        winetest_pop_context();
    } while (has_failed && n < RUNS_MAX);
    ok(!has_failed && failures > 5, "There were %u allocations.\n", n);
    trace("%u allocations, %u failures.\n", n - 1, failures);
    store_changes_free(first);
    store_changes_free(second);
    store_changes_free(removal);
    scratch_remove_store(STORE_FILE);
    scratch_done();
}

START_TEST(alloc_failures)
{
    RUN_TEST(test_life);
    RUN_TEST(test_settings);
    RUN_TEST(test_failure);
    RUN_TEST(test_group);
    RUN_TEST(test_store);
}
