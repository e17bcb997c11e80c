/* SPDX-License-Identifier: LGPL-2.1-or-later
 *
 * The policy on bandwidth, of the time before Windows 7: background jobs are as fast as it says, at
 * once; those in the foreground do not care. */
#include "download_fixture.h"
#include "harness/upload_jobs.h"

#define RATE_KBPS 800u    /* 100,000 bytes a second */
#define LARGE     600000u /* bytes: six seconds */
#define HUGE_SIZE 6000000u

static bool limit(DWORD kbps)
{
    return policy_set(L"MaxBandwidthValidFrom", 0) && policy_set(L"MaxBandwidthValidTo", 0) &&
           policy_set(L"UseSystemMaximum", 0) && policy_set(L"MaxTransferRateOnSchedule", kbps) &&
           policy_set(L"MaxTransferRateOffSchedule", kbps) &&
           policy_set(L"EnableBITSMaxBandwidth", 1);
}

static void unlimit(void)
{
    policy_delete(L"EnableBITSMaxBandwidth");
    policy_delete(L"MaxTransferRateOnSchedule");
    policy_delete(L"MaxTransferRateOffSchedule");
    policy_delete(L"UseSystemMaximum");
    policy_delete(L"MaxBandwidthValidFrom");
    policy_delete(L"MaxBandwidthValidTo");
}

static IBackgroundCopyJob *start(const char *path, const WCHAR *name, BG_JOB_PRIORITY priority)
{
    IBackgroundCopyJob *job = create_download(path, name);
    HRESULT hr = IBackgroundCopyJob_SetPriority(job, priority);

    ok(hr == S_OK, "Got hr %#lx.\n", hr);
    resume(job);
    return job;
}

static void end(IBackgroundCopyJob *job)
{
    end_job(job);
}

/* How long the transfer took by the server's policy; never faster, however loaded the machine, and
 * not much slower: a server that sleeps through its turns needs more than half as long again. */
static void test_rate(void)
{
    IBackgroundCopyJob *job;
    ULONGLONG begin, ms;

    if (!limit(RATE_KBPS))
    {
        skip("Policies cannot be set.\n");
        return;
    }
    /* The server starts. */
    com_manager();
    com_pump(QUIET_MS);
    begin = GetTickCount64();
    job = start("/large", L"limited", BG_JOB_PRIORITY_NORMAL);
    wait_for_state(job, TRANSFERRED, 60000);
    ms = GetTickCount64() - begin;
    trace("%u bytes in %lu ms.\n", LARGE, (unsigned long)ms);
    ok(ms >= 5700, "It took %lu ms only.\n", (unsigned long)ms);
    ok(ms < 8500, "It took %lu ms.\n", (unsigned long)ms);
    end(job);

    begin = GetTickCount64();
    job = start("/large", L"free", BG_JOB_PRIORITY_FOREGROUND);
    wait_for_state(job, TRANSFERRED, 60000);
    ms = GetTickCount64() - begin;
    ok(ms < 4000, "The foreground took %lu ms.\n", (unsigned long)ms);
    end(job);
    unlimit();
}

/* What is sent is limited as what is received is, within and between fragments. */
static void test_uploads(void)
{
    struct up_server *server = up_serve(origin, "/uploads", NULL);
    IBackgroundCopyJob *job;
    ULONGLONG begin, ms;

    if (!limit(RATE_KBPS)) return;
    com_pump(QUIET_MS);
    job = create_upload(origin, "/uploads", BG_JOB_TYPE_UPLOAD, L"limited-up", LARGE, 3);
    IBackgroundCopyJob_SetPriority(job, BG_JOB_PRIORITY_NORMAL);
    begin = GetTickCount64();
    resume_upload(job);
    finish_upload(job, server, L"limited-up", LARGE, 3);
    ms = GetTickCount64() - begin;
    trace("%u bytes in %lu ms.\n", LARGE, (unsigned long)ms);
    ok(ms >= 5700, "It took %lu ms only.\n", (unsigned long)ms);
    ok(ms < 8500, "It took %lu ms.\n", (unsigned long)ms);

    job = create_upload(origin, "/uploads", BG_JOB_TYPE_UPLOAD, L"free-up", LARGE, 4);
    begin = GetTickCount64();
    resume_upload(job);
    finish_upload(job, server, L"free-up", LARGE, 4);
    ms = GetTickCount64() - begin;
    ok(ms < 4000, "The foreground took %lu ms.\n", (unsigned long)ms);
    unlimit();
}

static void test_live(void)
{
    IBackgroundCopyJob *job;
    ULONGLONG begin, ms;

    if (!limit(RATE_KBPS)) return;
    com_pump(QUIET_MS);
    job = start("/huge", L"live", BG_JOB_PRIORITY_LOW);
    wait_for_bytes(job, 10000, SOON);
    begin = GetTickCount64();
    unlimit();
    wait_for_state(job, TRANSFERRED, 60000);
    ms = GetTickCount64() - begin;
    ok(ms < 20000, "It took %lu ms, as if nothing had changed.\n", (unsigned long)ms);
    end(job);
}

static void test_nothing(void)
{
    IBackgroundCopyJob *job, *foreground;
    HRESULT hr;

    if (!limit(RATE_KBPS)) return;
    com_pump(QUIET_MS);
    job = start("/huge", L"blocked", BG_JOB_PRIORITY_NORMAL);
    wait_for_bytes(job, 10000, SOON);
    if (!limit(0)) return;
    withstands("H11");
    shows("HTTP-5");
    wait_for_state(job, STATE_BIT(BG_JOB_STATE_TRANSIENT_ERROR), SOON);
    hr = job_error(job, NULL);
    ok(hr == BG_E_BLOCKED_BY_POLICY, "Got hr %#lx.\n", hr);
    shows("JOB-GET-18");
    ok(!error_count(job), "It counts as an error.\n");
    foreground = start("/small", L"foreground", BG_JOB_PRIORITY_FOREGROUND);
    wait_for_state(foreground, TRANSFERRED, SOON);
    end(foreground);
    ok(job_state(job) == BG_JOB_STATE_TRANSIENT_ERROR, "Got state %s.\n",
       state_name(job_state(job)));
    unlimit();
    wait_for_state(job, TRANSFERRED, 60000);
    end(job);
}

/* Back and forth: nothing is lost, and the foreground does not notice. */
static void test_changes(void)
{
    static const DWORD rates[] = {0, 1, 2, 100000};
    IBackgroundCopyJob *job = start("/huge", L"changes", BG_JOB_PRIORITY_NORMAL);
    IBackgroundCopyJob *foreground = create_download("/slow", L"slow");
    WCHAR path[MAX_PATH];
    HRESULT hr;

    withstands("H11");
    resume(foreground);
    for (unsigned int i = 0; i < 12; i++)
    {
        if (!limit(rates[i % ARRAY_SIZE(rates)])) break;
        com_pump(QUIET_MS);
        ok(job_state(foreground) == BG_JOB_STATE_CONNECTING ||
               job_state(foreground) == BG_JOB_STATE_TRANSFERRING,
           "Got state %s.\n", state_name(job_state(foreground)));
    }
    unlimit();
    wait_for_state(job, TRANSFERRED, 60000);
    hr = IBackgroundCopyJob_Complete(job);
    ok(hr == S_OK, "Got hr %#lx.\n", hr);
    verify_file(temp_path(L"changes", path), HUGE_SIZE, 0);
    IBackgroundCopyJob_Release(job);
    end_job(foreground);
}

START_TEST(bandwidth)
{
    downloads_start();
    if (origin)
    {
        origin_add(origin, "/large", &(struct origin_file){.size = LARGE});
        origin_add(origin, "/huge", &(struct origin_file){.size = HUGE_SIZE});
        origin_add(origin, "/slow", &(struct origin_file){.size = HUGE_SIZE, .rate = 10000});
    }
    RUN_TEST(test_rate);
    RUN_TEST(test_uploads);
    RUN_TEST(test_live);
    RUN_TEST(test_nothing);
    RUN_TEST(test_changes);
    downloads_stop();
}
