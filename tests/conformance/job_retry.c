/* SPDX-License-Identifier: LGPL-2.1-or-later
 *
 * Retry delay and no-progress timeout in real time: the shortest delay is 5 seconds. All jobs start
 * together, and each test looks at one of them. */
#include "harness/com_callback.h"
#include "download_fixture.h"

#define DELAY   5 /* seconds, the shortest */
#define LATEST  15000
#define TIMEOUT 7

static const struct fixed_answer busy = {503, NULL};

struct retried
{
    const char *path;
    const WCHAR *name;
    ULONG timeout; /* 0: the default */
    IBackgroundCopyJob *job;
    struct test_callback *callback;
};

static struct retried failing = {"/failing", L"failing", 0, NULL, NULL};
static struct retried recovering = {"/recovering", L"recovering", 0, NULL, NULL};
static struct retried hopeless = {"/hopeless", L"hopeless", TIMEOUT, NULL, NULL};
static struct retried slow = {"/slow", L"slow", TIMEOUT, NULL, NULL};

/* One 503, then the file. */
static void recover(struct origin_conn *c, const struct origin_request *r, void *ctx)
{
    static const struct origin_file file = {.size = SMALL};
    LONG *failures = ctx;

    if (InterlockedIncrement(failures) > 1)
        origin_serve(c, r, &file);
    else
        origin_sendf(c, "HTTP/1.1 503 Busy\r\nContent-Length: 0\r\n\r\n");
}

static void start(struct retried *r)
{
    HRESULT hr;

    r->callback = test_callback_create(CALLBACK_1);
    r->job = create_download(r->path, r->name);
    hr = IBackgroundCopyJob_SetMinimumRetryDelay(r->job, DELAY);
    ok(hr == S_OK, "Got hr %#lx.\n", hr);
    if (r->timeout)
    {
        hr = IBackgroundCopyJob_SetNoProgressTimeout(r->job, r->timeout);
        ok(hr == S_OK, "Got hr %#lx.\n", hr);
    }
    job_set_callback(r->job, r->callback, BG_NOTIFY_JOB_TRANSFERRED | BG_NOTIFY_JOB_ERROR);
    resume(r->job);
}

static void stop(struct retried *r)
{
    end_job(r->job);
    test_callback_release(r->callback);
}

/* The time between the end of one request and the beginning of the next one. */
static uint64_t pause_after(const char *path, size_t index)
{
    struct origin_entry first, second;

    if (!origin_journal_get(origin, path, index, &first) ||
        !origin_journal_get(origin, path, index + 1, &second))
    {
        ok(0, "%s: there are %zu requests.\n", path, origin_journal_count(origin, path));
        return 0;
    }
    return second.begin_ms - first.end_ms;
}

static bool is_failed_twice(void *ctx)
{
    return error_count(ctx) >= 2;
}

/* ---- no retries at all ---- */

static void check_no_retry(const char *path, ULONG delay, ULONG timeout, HRESULT expected)
{
    IBackgroundCopyJob *job = create_download(path, L"once");
    HRESULT code;

    IBackgroundCopyJob_SetMinimumRetryDelay(job, delay);
    IBackgroundCopyJob_SetNoProgressTimeout(job, timeout);
    resume(job);
    wait_for_state(job, STATE_BIT(BG_JOB_STATE_ERROR), 3000);
    code = job_error(job, NULL);
    ok(code == expected, "%s: got code %#lx.\n", path, code);
    ok(error_count(job) == 1, "%s: got %lu errors.\n", path, error_count(job));
    end_job(job);
}

static void test_delay_above_timeout(void)
{
    shows("JOB-SMRD-5");
    answer_with("/delay", &busy);
    check_no_retry("/delay", 100, 50, BG_E_HTTP_ERROR_503);
    ok(origin_journal_count(origin, "/delay") == 1, "It was asked for %zu times.\n",
       origin_journal_count(origin, "/delay"));
}

static void test_timeout_0(void)
{
    IBackgroundCopyJob *job = create_job(L"refused", BG_JOB_TYPE_DOWNLOAD);
    WCHAR url[64], local[MAX_PATH];
    HRESULT hr;

    shows("JOB-SNPT-3");
    answer_with("/zero", &busy);
    check_no_retry("/zero", 5, 0, BG_E_HTTP_ERROR_503);
    origin_add(origin, "/cut", &(struct origin_file){.size = SMALL});
    origin_cut_after(origin, "/cut", SMALL / 2, 0, 0);
    check_no_retry("/cut", 5, 0, (HRESULT)0x80072efe);

    swprintf(url, ARRAY_SIZE(url), L"http://127.0.0.1:%u/", origin_dead_port());
    hr = IBackgroundCopyJob_AddFile(job, url, temp_path(L"refused", local));
    ok(hr == S_OK, "Got hr %#lx.\n", hr);
    IBackgroundCopyJob_SetPriority(job, BG_JOB_PRIORITY_FOREGROUND);
    IBackgroundCopyJob_SetNoProgressTimeout(job, 0);
    resume(job);
    wait_for_state(job, STATE_BIT(BG_JOB_STATE_ERROR), SOON);
    end_job(job);
}

/* ---- retries ---- */

static void test_delay(void)
{
    uint64_t pause;

    shows("JOB-SMRD-4");
    wait_for_state(recovering.job, TRANSFERRED, LATEST);
    pause = pause_after(recovering.path, 0);
    ok(pause >= DELAY * 1000, "It was tried again after %llu ms.\n", (unsigned long long)pause);
    ok(test_callback_wait(recovering.callback, CALLBACK_JOB_TRANSFERRED, 1, SOON),
       "It is not told.\n");
    ok(!test_callback_count(recovering.callback, CALLBACK_JOB_ERROR), "JobError was called.\n");
}

static void test_error_count(void)
{
    shows("JOB-GET-16");
    ok(origin_wait_requests(origin, failing.path, 2, LATEST), "It was not tried again.\n");
    ok(com_wait_for(is_failed_twice, failing.job, SOON), "Got %lu errors.\n",
       error_count(failing.job));
    wait_for_state(failing.job, STATE_BIT(BG_JOB_STATE_TRANSIENT_ERROR), SOON);
    ok(error_count(failing.job) == origin_journal_count(origin, failing.path), "Got %lu errors.\n",
       error_count(failing.job));
    ok(!test_callback_count(failing.callback, CALLBACK_JOB_ERROR), "JobError was called.\n");
}

static void test_timeout(void)
{
    struct origin_entry first;
    uint64_t passed;

    shows("JOB-SNPT-4");
    ok(test_callback_wait(hopeless.callback, CALLBACK_JOB_ERROR, 1, LATEST), "It is not told.\n");
    ok(job_state(hopeless.job) == BG_JOB_STATE_ERROR, "Got state %s.\n",
       state_name(job_state(hopeless.job)));
    ok(origin_journal_get(origin, hopeless.path, 0, &first), "There is no request.\n");
    passed = test_ticks() - first.begin_ms;
    ok(passed >= TIMEOUT * 1000, "It ended after %llu ms.\n", (unsigned long long)passed);
    ok(origin_journal_count(origin, hopeless.path) == 2, "It was tried %zu times.\n",
       origin_journal_count(origin, hopeless.path));
}

/* Each try brings something, so that the time since the first error is of no account. */
static void test_progress(void)
{
    BG_JOB_STATE state = wait_for_state(slow.job, TRANSFERRED, LATEST);
    struct origin_entry first;
    uint64_t passed;

    shows("JOB-SNPT-5");
    ok(state == BG_JOB_STATE_TRANSFERRED, "Got state %s.\n", state_name(state));
    ok(origin_journal_get(origin, slow.path, 0, &first), "There is no request.\n");
    passed = test_ticks() - first.begin_ms;
    ok(passed >= TIMEOUT * 1000, "It took %llu ms only.\n", (unsigned long long)passed);
    ok(error_count(slow.job) == 2, "Got %lu errors.\n", error_count(slow.job));
    ok(!test_callback_count(slow.callback, CALLBACK_JOB_ERROR), "JobError was called.\n");
}

START_TEST(job_retry)
{
    LONG failures = 0;

    downloads_start();
    answer_with(failing.path, &busy);
    origin_handle(origin, recovering.path, recover, &failures);
    answer_with(hopeless.path, &busy);
    origin_add(origin, slow.path, &(struct origin_file){.size = 3 * MIB});
    origin_cut_after(origin, slow.path, MIB, 0, 2);
    start(&failing);
    start(&recovering);
    start(&hopeless);
    start(&slow);

    RUN_TEST(test_delay_above_timeout);
    RUN_TEST(test_timeout_0);
    RUN_TEST(test_delay);
    RUN_TEST(test_error_count);
    RUN_TEST(test_timeout);
    RUN_TEST(test_progress);

    stop(&failing);
    stop(&recovering);
    stop(&hopeless);
    stop(&slow);
    downloads_stop();
}
