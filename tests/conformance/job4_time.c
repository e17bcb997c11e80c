/* SPDX-License-Identifier: LGPL-2.1-or-later
 *
 * IBackgroundCopyJob4: the limit on the time of a download. Real time, with limits of one or two
 * seconds; longer ones are walked through under a fake clock by the core's own tests. */
#include "harness/com_callback.h"
#include "harness/com_fixture.h"

#define SOON          10000
#define DEFAULT_LIMIT 7776000
#define DATE          "Sat, 01 Jan 2022 00:00:00 GMT"

static struct origin *origin;

/* ---- Jobs with a limit ---- */

static IBackgroundCopyJob4 *create_limited(const char *path, ULONG seconds)
{
    IBackgroundCopyJob *job = create_job(L"limited", BG_JOB_TYPE_DOWNLOAD);
    IBackgroundCopyJob4 *job4 = NULL;
    static unsigned int number;
    WCHAR name[32];
    HRESULT hr;

    swprintf(name, ARRAY_SIZE(name), L"limited%u", number++);
    job_add(job, origin, path, name);
    IBackgroundCopyJob_SetPriority(job, BG_JOB_PRIORITY_FOREGROUND);
    hr = IBackgroundCopyJob_QueryInterface(job, &IID_IBackgroundCopyJob4, (void **)&job4);
    ok(hr == S_OK, "Got hr %#lx.\n", hr);
    IBackgroundCopyJob_Release(job);
    if (seconds)
    {
        hr = IBackgroundCopyJob4_SetMaximumDownloadTime(job4, seconds);
        ok(hr == S_OK, "Got hr %#lx.\n", hr);
    }
    return job4;
}

static void end_limited(IBackgroundCopyJob4 *job)
{
    end_job((IBackgroundCopyJob *)job);
}

static ULONG limit_of(IBackgroundCopyJob4 *job)
{
    ULONG seconds = 0xdeadbeef;
    HRESULT hr = IBackgroundCopyJob4_GetMaximumDownloadTime(job, &seconds);

    ok(hr == S_OK, "Got hr %#lx.\n", hr);
    return seconds;
}

static BG_JOB_STATE state_of(IBackgroundCopyJob4 *job)
{
    return job_state((IBackgroundCopyJob *)job);
}

#define resume(job) resume_(__LINE__, job)
static void resume_(int line, IBackgroundCopyJob4 *job)
{
    HRESULT hr = IBackgroundCopyJob4_Resume(job);

    ok_(__FILE__, line)(hr == S_OK, "Got hr %#lx.\n", hr);
}

#define wait_for_limited(job, mask) wait_for_state((IBackgroundCopyJob *)(job), mask, SOON)

/* The job runs out of a limit of so many seconds, not before they are over, counted from a moment
 * before its start. */
#define expect_timeout(job, seconds, since) expect_timeout_(__LINE__, job, seconds, since)
static void expect_timeout_(int line, IBackgroundCopyJob4 *job, unsigned int seconds,
                            uint64_t since)
{
    HRESULT code;
    uint64_t ms;

    wait_for_state_(line, __FILE__, (IBackgroundCopyJob *)job, STATE_BIT(BG_JOB_STATE_ERROR), SOON);
    ms = test_ticks() - since;
    code = job_error((IBackgroundCopyJob *)job, NULL);
    ok_(__FILE__, line)(code == BG_E_MAXDOWNLOAD_TIMEOUT, "Got code %#lx.\n", code);
    /* Two clocks of whole milliseconds, each of which may have been about to step. */
    ok_(__FILE__, line)(ms + 1 >= seconds * 1000, "It took %llu ms.\n", (unsigned long long)ms);
}

static void wait_until(uint64_t tick)
{
    uint64_t now;

    while ((now = test_ticks()) < tick)
        com_pump((unsigned int)(tick - now));
}

/* ---- The property ---- */

static void test_property(void)
{
    static const ULONG limits[] = {1, 2, 60, 86400, DEFAULT_LIMIT - 1, 0x7fffffff, 0xffffffff};
    IBackgroundCopyJob4 *job = create_limited("/held", 0);
    HRESULT hr;

    shows("J4-SMDT-1");
    shows("J4-SMDT-2");
    shows("J4-GMDT-1");
    shows("J4-GMDT-2");
    shows("J4-GMDT-3");
    ok(limit_of(job) == DEFAULT_LIMIT, "Got %lu seconds.\n", limit_of(job));
    for (unsigned int i = 0; i < ARRAY_SIZE(limits); i++)
    {
        hr = IBackgroundCopyJob4_SetMaximumDownloadTime(job, limits[i]);
        ok(hr == S_OK, "Got hr %#lx.\n", hr);
        ok(limit_of(job) == limits[i], "Got %lu seconds.\n", limit_of(job));
    }
    end_limited(job);
}

/* ---- What counts ---- */

static void test_TRANSFERRING(void)
{
    struct test_callback *callback = test_callback_create(CALLBACK_ALL);
    IBackgroundCopyJob4 *job = create_limited("/held", 1);
    uint64_t start = test_ticks();

    shows("J4-SMDT-4");
    shows("J4-SMDT-8");
    shows("J4-SMDT-9");
    shows("J4-SMDT-14");
    shows("J4-GMDT-4");
    job_set_callback((IBackgroundCopyJob *)job, callback, BG_NOTIFY_JOB_ERROR);
    resume(job);
    wait_for_limited(job, STATE_BIT(BG_JOB_STATE_TRANSFERRING));
    ok(!test_callback_count(callback, CALLBACK_JOB_ERROR), "There was a call too early.\n");
    expect_timeout(job, 1, start);
    ok(limit_of(job) == 1, "Got %lu seconds.\n", limit_of(job));
    ok(test_callback_wait(callback, CALLBACK_JOB_ERROR, 1, SOON), "There was no call.\n");
    ok(BG_E_MAXDOWNLOAD_TIMEOUT == (HRESULT)0x80200054, "Got %#lx.\n",
       (HRESULT)BG_E_MAXDOWNLOAD_TIMEOUT);
    end_limited(job);
    test_callback_release(callback);
}

static void test_CONNECTING(void)
{
    IBackgroundCopyJob4 *job = create_limited("/silent", 1);
    uint64_t start = test_ticks();

    shows("J4-SMDT-3");
    resume(job);
    wait_for_limited(job, STATE_BIT(BG_JOB_STATE_CONNECTING));
    wait_until(start + 700);
    ok(state_of(job) == BG_JOB_STATE_CONNECTING, "Got state %s.\n", state_name(state_of(job)));
    expect_timeout(job, 1, start);
    end_limited(job);
}

/* A limit that is set while the job runs holds for the run. */
static void test_set_while_running(void)
{
    IBackgroundCopyJob4 *job = create_limited("/held", 0);
    uint64_t start = test_ticks();
    HRESULT hr;

    resume(job);
    wait_for_limited(job, STATE_BIT(BG_JOB_STATE_TRANSFERRING));
    hr = IBackgroundCopyJob4_SetMaximumDownloadTime(job, 1);
    ok(hr == S_OK, "Got hr %#lx.\n", hr);
    expect_timeout(job, 1, start);

    /* And it may be given more time after that. */
    hr = IBackgroundCopyJob4_SetMaximumDownloadTime(job, 60);
    ok(hr == S_OK, "Got hr %#lx.\n", hr);
    resume(job);
    wait_for_limited(job, STATE_BIT(BG_JOB_STATE_TRANSFERRING));
    end_limited(job);
}

/* ---- What does not count ---- */

/* Twice 1.3 seconds are more than the limit, but each of them is less. */
static void test_Resume(void)
{
    IBackgroundCopyJob4 *job = create_limited("/held", 2);
    uint64_t resumed;
    HRESULT hr;

    shows("J4-SMDT-11");
    resume(job);
    wait_for_limited(job, STATE_BIT(BG_JOB_STATE_TRANSFERRING));
    wait_until(test_ticks() + 1300);
    hr = IBackgroundCopyJob4_Suspend(job);
    ok(hr == S_OK, "Got hr %#lx.\n", hr);
    ok(state_of(job) == BG_JOB_STATE_SUSPENDED, "Got state %s.\n", state_name(state_of(job)));

    resumed = test_ticks();
    resume(job);
    expect_timeout(job, 2, resumed);

    /* From ERROR as well. */
    resumed = test_ticks();
    resume(job);
    wait_for_limited(job, STATE_BIT(BG_JOB_STATE_TRANSFERRING));
    wait_until(resumed + 1300);
    ok(state_of(job) == BG_JOB_STATE_TRANSFERRING, "Got state %s.\n", state_name(state_of(job)));
    end_limited(job);
}

/* One background job runs, the other one waits for longer than it may run. */
static void test_QUEUED_and_SUSPENDED(void)
{
    IBackgroundCopyJob4 *blocker = create_limited("/held", 0);
    IBackgroundCopyJob4 *queued = create_limited("/small", 1);
    IBackgroundCopyJob4 *suspended = create_limited("/held", 1);
    uint64_t start;

    shows("J4-SMDT-5");
    shows("J4-SMDT-7");
    IBackgroundCopyJob4_SetPriority(blocker, BG_JOB_PRIORITY_NORMAL);
    IBackgroundCopyJob4_SetPriority(queued, BG_JOB_PRIORITY_NORMAL);
    resume(blocker);
    wait_for_limited(blocker, STATE_BIT(BG_JOB_STATE_TRANSFERRING));
    start = test_ticks();
    resume(queued);
    resume(suspended);
    wait_for_limited(suspended, STATE_BIT(BG_JOB_STATE_TRANSFERRING));
    IBackgroundCopyJob4_Suspend(suspended);

    wait_until(start + 1600);
    ok(state_of(queued) == BG_JOB_STATE_QUEUED, "Got state %s.\n", state_name(state_of(queued)));
    ok(state_of(suspended) == BG_JOB_STATE_SUSPENDED, "Got state %s.\n",
       state_name(state_of(suspended)));
    end_limited(blocker);
    wait_for_limited(queued, TRANSFERRED);
    end_limited(queued);
    end_limited(suspended);
}

/* The first answer says 503, the later ones are honest. */
static void be_busy_once(struct origin_conn *c, const struct origin_request *r, void *ctx)
{
    static const struct origin_file file = {.size = 1000, .last_modified = DATE};
    LONG *count = ctx;

    if (InterlockedIncrement(count) == 1)
        origin_sendf(c, "HTTP/1.1 503 Busy\r\nContent-Length: 0\r\n\r\n");
    else
        origin_serve(c, r, &file);
}

static IBackgroundCopyJob4 *busy_job;
static LONG busy_count;

/* Five seconds are the shortest delay. The other tests run in the meantime. */
static void begin_TRANSIENT_ERROR(void)
{
    origin_handle(origin, "/busy", be_busy_once, &busy_count);
    busy_job = create_limited("/busy", 2);
    IBackgroundCopyJob4_SetMinimumRetryDelay(busy_job, 5);
    resume(busy_job);
    wait_for_limited(busy_job, STATE_BIT(BG_JOB_STATE_TRANSIENT_ERROR));
}

static void test_TRANSIENT_ERROR(void)
{
    ULONG errors = 0;

    shows("J4-SMDT-6");
    wait_for_limited(busy_job, TRANSFERRED);
    IBackgroundCopyJob4_GetErrorCount(busy_job, &errors);
    ok(errors == 1, "Got %lu errors.\n", errors);
    end_limited(busy_job);
}

/* ---- The policy ---- */

struct limit_goal
{
    IBackgroundCopyJob4 *job;
    ULONG seconds;
};

static bool has_limit(void *ctx)
{
    struct limit_goal *goal = ctx;

    return limit_of(goal->job) == goal->seconds;
}

static void test_policy(void)
{
    IBackgroundCopyJob4 *own, *job = create_limited("/held", 0);
    uint64_t start;

    shows("J4-SMDT-12");
    shows("J4-SMDT-13");
    shows("J4-GMDT-5");
    if (!policy_set(L"MaxDownloadTime", 1))
    {
        skip("Policies cannot be written.\n");
        end_limited(job);
        return;
    }
    ok(com_wait_for(has_limit, &(struct limit_goal){job, 1}, SOON), "Got %lu seconds.\n",
       limit_of(job));
    own = create_limited("/held", 60);
    ok(limit_of(own) == 60, "Got %lu seconds.\n", limit_of(own));

    start = test_ticks();
    resume(own);
    resume(job);
    wait_for_limited(own, STATE_BIT(BG_JOB_STATE_TRANSFERRING));
    expect_timeout(job, 1, start);
    wait_until(start + 1300);
    ok(state_of(own) == BG_JOB_STATE_TRANSFERRING, "Got state %s.\n", state_name(state_of(own)));

    policy_delete(L"MaxDownloadTime");
    ok(com_wait_for(has_limit, &(struct limit_goal){job, DEFAULT_LIMIT}, SOON),
       "Got %lu seconds.\n", limit_of(job));
    ok(limit_of(own) == 60, "Got %lu seconds.\n", limit_of(own));
    end_limited(own);
    end_limited(job);
}

/* ---- Start ---- */

static void be_silent(struct origin_conn *c, const struct origin_request *r, void *ctx)
{
    (void)r;
    (void)ctx;
    origin_stall(c);
}

/* Wine's BITS has no such limit. */
static bool has_limits(void)
{
    IBackgroundCopyJob4 *job = create_limited("/held", 0);
    ULONG seconds;
    HRESULT hr = job ? IBackgroundCopyJob4_GetMaximumDownloadTime(job, &seconds) : E_NOINTERFACE;

    if (job) end_limited(job);
    ok(hr == S_OK || !target_is_ours(), "Got hr %#lx.\n", hr);
    return hr == S_OK;
}

START_TEST(job4_time)
{
    com_start(COINIT_MULTITHREADED);
    policy_delete(L"MaxDownloadTime");
    if (!(origin = origin_start(NULL))) return;
    origin_add(origin, "/small", &(struct origin_file){.size = 1000});
    origin_add(origin, "/held", &(struct origin_file){.size = 1000});
    origin_hold_after(origin, "/held", 0);
    origin_handle(origin, "/silent", be_silent, NULL);

    if (has_limits())
    {
        begin_TRANSIENT_ERROR();
        RUN_TEST(test_property);
        RUN_TEST(test_TRANSFERRING);
        RUN_TEST(test_CONNECTING);
        RUN_TEST(test_set_while_running);
        RUN_TEST(test_QUEUED_and_SUSPENDED);
        RUN_TEST(test_Resume);
        RUN_TEST(test_policy);
        RUN_TEST(test_TRANSIENT_ERROR);
    }
    else
        skip("Downloads have no limit.\n");

    com_stop();
    origin_destroy(origin);
}
