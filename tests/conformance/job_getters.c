/* SPDX-License-Identifier: LGPL-2.1-or-later
 *
 * IBackgroundCopyJob: what a job tells of itself. The error object is in error.c. */
#include "download_fixture.h"
#include "job_states.h"

#include <sddl.h>

static const struct fixed_answer busy = {503, NULL};

/* ---- id, owner, state ---- */

static void test_GetId(void)
{
    IBackgroundCopyJob *job = create_job(L"id", BG_JOB_TYPE_DOWNLOAD), *found = NULL;
    GUID first, again;
    HRESULT hr;

    shows("JOB-GET-1");
    hr = IBackgroundCopyJob_GetId(job, &first);
    ok(hr == S_OK, "Got hr %#lx.\n", hr);
    for (unsigned int i = 0; i < 3; i++)
    {
        hr = IBackgroundCopyJob_GetId(job, &again);
        ok(hr == S_OK, "Got hr %#lx.\n", hr);
        ok(IsEqualGUID(&first, &again), "Got %s.\n", wine_dbgstr_guid(&again));
    }
    hr = IBackgroundCopyManager_GetJob(com_manager(), &first, &found);
    ok(hr == S_OK, "Got hr %#lx.\n", hr);
    end_job(job);
    if (!found) return;
    hr = IBackgroundCopyJob_GetId(found, &again);
    ok(hr == S_OK, "Got hr %#lx.\n", hr);
    ok(IsEqualGUID(&first, &again), "Got %s.\n", wine_dbgstr_guid(&again));
    IBackgroundCopyJob_Release(found);
}

static WCHAR *process_sid(void)
{
    union
    {
        TOKEN_USER user;
        BYTE bytes[sizeof(TOKEN_USER) + SECURITY_MAX_SID_SIZE];
    } buffer;
    WCHAR *text = NULL;
    HANDLE token;
    DWORD size;

    if (!OpenProcessToken(GetCurrentProcess(), TOKEN_QUERY, &token)) return NULL;
    if (GetTokenInformation(token, TokenUser, &buffer, sizeof(buffer), &size))
        ConvertSidToStringSidW(buffer.user.User.Sid, &text);
    CloseHandle(token);
    return text;
}

static void test_GetOwner(void)
{
    IBackgroundCopyJob *job = create_job(L"owner", BG_JOB_TYPE_DOWNLOAD);
    WCHAR *owner = NULL, *sid = process_sid();
    HRESULT hr;

    shows("JOB-GET-13");
    hr = IBackgroundCopyJob_GetOwner(job, &owner);
    ok(hr == S_OK, "Got hr %#lx.\n", hr);
    ok(owner && sid && !wcscmp(owner, sid), "Got %s, not %s.\n", wine_dbgstr_w(owner),
       wine_dbgstr_w(sid));
    CoTaskMemFree(owner);
    LocalFree(sid);
    hr = IBackgroundCopyJob_GetOwner(job, NULL);
    ok(is_null_refusal(job, hr), "Got hr %#lx.\n", hr);
    end_job(job);
}

static void test_GetState(void)
{
    shows("JOB-GET-12");
    for (unsigned int i = 0; i < STATE_COUNT; i++)
    {
        BG_JOB_STATE state = (BG_JOB_STATE)0xdeadbeef;
        struct state_job s;
        HRESULT hr;

        state_job_start(&s, (BG_JOB_STATE)i);
        hr = IBackgroundCopyJob_GetState(s.job, &state);
        ok(hr == S_OK, "Got hr %#lx.\n", hr);
        ok(state == (BG_JOB_STATE)i, "Got state %s, not %s.\n", state_name(state),
           state_name((BG_JOB_STATE)i));
        hr = IBackgroundCopyJob_GetState(s.job, NULL);
        ok(is_null_refusal(s.job, hr), "Got hr %#lx.\n", hr);
        state_job_end(&s);
    }
}

/* ---- progress ---- */

static void check_progress_(int line, IBackgroundCopyJob *job, UINT64 total, UINT64 transferred,
                            ULONG files_total, ULONG files_transferred)
{
    BG_JOB_PROGRESS progress;
    HRESULT hr;

    memset(&progress, 0xcc, sizeof(progress));
    hr = IBackgroundCopyJob_GetProgress(job, &progress);
    ok_(__FILE__, line)(hr == S_OK, "Got hr %#lx.\n", hr);
    ok_(__FILE__, line)(progress.BytesTotal == total, "Got %#llx bytes.\n", progress.BytesTotal);
    ok_(__FILE__, line)(progress.BytesTransferred == transferred, "Got %llu bytes transferred.\n",
                        progress.BytesTransferred);
    ok_(__FILE__, line)(progress.FilesTotal == files_total, "Got %lu files.\n",
                        progress.FilesTotal);
    ok_(__FILE__, line)(progress.FilesTransferred == files_transferred,
                        "Got %lu files transferred.\n", progress.FilesTransferred);
}
#define check_progress(job, total, transferred, files_total, files_transferred)                    \
    check_progress_(__LINE__, job, total, transferred, files_total, files_transferred)

static void test_GetProgress_empty(void)
{
    IBackgroundCopyJob *job = create_job(L"empty", BG_JOB_TYPE_DOWNLOAD);

    shows("JOB-GET-4");
    check_progress(job, 0, 0, 0, 0);
    end_job(job);
}

static void test_GetProgress(void)
{
    IBackgroundCopyJob *job = create_download("/small", L"first");
    HRESULT hr;

    shows("JOB-GET-3");
    shows("JOB-GET-5");
    origin_add(origin, "/second", &(struct origin_file){.size = 2 * SMALL});
    origin_hold_after(origin, "/second", 0);
    check_progress(job, BG_SIZE_UNKNOWN, 0, 1, 0);
    job_add(job, origin, "/second", L"second");
    check_progress(job, BG_SIZE_UNKNOWN, 0, 2, 0);

    resume(job);
    ok(origin_wait_held(origin, "/second", SOON), "It is not asked for.\n");
    hr = IBackgroundCopyJob_Suspend(job);
    ok(hr == S_OK, "Got hr %#lx.\n", hr);
    check_progress(job, 3 * SMALL, SMALL, 2, 1);
    /* One more file, whose size nobody knows. */
    job_add(job, origin, "/small", L"third");
    check_progress(job, BG_SIZE_UNKNOWN, SMALL, 3, 1);

    origin_release(origin, "/second");
    resume(job);
    wait_for_state(job, TRANSFERRED, SOON);
    check_progress(job, 4 * SMALL, 4 * SMALL, 3, 3);
    hr = IBackgroundCopyJob_GetProgress(job, NULL);
    ok(is_null_refusal(job, hr), "Got hr %#lx.\n", hr);
    end_job(job);
}

/* ---- times ---- */

static ULONGLONG to_number(FILETIME time)
{
    return (ULONGLONG)time.dwHighDateTime << 32 | time.dwLowDateTime;
}

static void get_times_(int line, IBackgroundCopyJob *job, BG_JOB_TIMES *times)
{
    HRESULT hr;

    memset(times, 0xcc, sizeof(*times));
    hr = IBackgroundCopyJob_GetTimes(job, times);
    ok_(__FILE__, line)(hr == S_OK, "Got hr %#lx.\n", hr);
}
#define get_times(job, times) get_times_(__LINE__, job, times)

static ULONGLONG now(void)
{
    FILETIME time;

    GetSystemTimeAsFileTime(&time);
    return to_number(time);
}

/* A clock may be read from a page that is written once in a while. */
#define CLOCK_SLACK 200000

static bool is_clock_past(void *ctx)
{
    return now() > *(ULONGLONG *)ctx + CLOCK_SLACK;
}

static void test_GetTimes(void)
{
    ULONGLONG before = now(), created;
    IBackgroundCopyJob *job = create_download("/small", L"times");
    BG_JOB_TIMES times;
    HRESULT hr;

    shows("JOB-GET-8");
    shows("JOB-GET-9");
    shows("JOB-GET-11");
    get_times(job, &times);
    created = to_number(times.CreationTime);
    ok(created + CLOCK_SLACK >= before && created <= now() + CLOCK_SLACK,
       "Got %llu between %llu and %llu.\n", created, before, now());
    ok(to_number(times.ModificationTime) >= created, "Modified before it was created.\n");
    ok(!to_number(times.TransferCompletionTime), "It is complete.\n");

    com_wait_for(is_clock_past, &created, SOON);
    before = now();
    resume(job);
    wait_for_state(job, TRANSFERRED, SOON);
    get_times(job, &times);
    ok(to_number(times.CreationTime) == created, "Created again.\n");
    ok(to_number(times.TransferCompletionTime) + CLOCK_SLACK >= before &&
           to_number(times.TransferCompletionTime) <= now() + CLOCK_SLACK,
       "Got %llu, not later than %llu.\n", to_number(times.TransferCompletionTime), before);
    hr = IBackgroundCopyJob_GetTimes(job, NULL);
    ok(is_null_refusal(job, hr), "Got hr %#lx.\n", hr);

    hr = IBackgroundCopyJob_Complete(job);
    ok(hr == S_OK, "Got hr %#lx.\n", hr);
    get_times(job, &times);
    ok(to_number(times.CreationTime) == created, "Created again.\n");
    IBackgroundCopyJob_Release(job);
}

static HRESULT set_display_name(IBackgroundCopyJob *job)
{
    return IBackgroundCopyJob_SetDisplayName(job, L"other");
}

static HRESULT set_description(IBackgroundCopyJob *job)
{
    return IBackgroundCopyJob_SetDescription(job, L"other");
}

static HRESULT set_priority(IBackgroundCopyJob *job)
{
    return IBackgroundCopyJob_SetPriority(job, BG_JOB_PRIORITY_LOW);
}

static HRESULT set_notify_flags(IBackgroundCopyJob *job)
{
    return IBackgroundCopyJob_SetNotifyFlags(job, BG_NOTIFY_JOB_ERROR);
}

static HRESULT set_notify_interface(IBackgroundCopyJob *job)
{
    return IBackgroundCopyJob_SetNotifyInterface(job, NULL);
}

static HRESULT set_minimum_retry_delay(IBackgroundCopyJob *job)
{
    return IBackgroundCopyJob_SetMinimumRetryDelay(job, 100);
}

static HRESULT set_no_progress_timeout(IBackgroundCopyJob *job)
{
    return IBackgroundCopyJob_SetNoProgressTimeout(job, 100);
}

static HRESULT set_proxy_settings(IBackgroundCopyJob *job)
{
    return IBackgroundCopyJob_SetProxySettings(job, BG_JOB_PROXY_USAGE_NO_PROXY, NULL, NULL);
}

static HRESULT add_file(IBackgroundCopyJob *job)
{
    WCHAR local[MAX_PATH];

    return IBackgroundCopyJob_AddFile(job, L"http://127.0.0.1/x", temp_path(L"added", local));
}

static HRESULT call_resume(IBackgroundCopyJob *job)
{
    return IBackgroundCopyJob_Resume(job);
}

static const struct
{
    const char *name;
    HRESULT (*call)(IBackgroundCopyJob *job);
} changes[] = {
    {"AddFile", add_file},
    {"SetDisplayName", set_display_name},
    {"SetDescription", set_description},
    {"SetPriority", set_priority},
    {"SetNotifyFlags", set_notify_flags},
    {"SetNotifyInterface", set_notify_interface},
    {"SetMinimumRetryDelay", set_minimum_retry_delay},
    {"SetNoProgressTimeout", set_no_progress_timeout},
    {"SetProxySettings", set_proxy_settings},
    {"Resume", call_resume}, /* the last one: what follows from it are changes as well */
};

/* The clock is past the time at which the job was changed last; answers that time. */
static ULONGLONG wait_past_change(IBackgroundCopyJob *job)
{
    BG_JOB_TIMES times;
    ULONGLONG changed;

    get_times(job, &times);
    changed = to_number(times.ModificationTime);
    com_wait_for(is_clock_past, &changed, SOON);
    get_times(job, &times);
    ok(to_number(times.ModificationTime) == changed, "It has changed by itself.\n");
    return changed;
}

static void check_changes_of_settings(void)
{
    IBackgroundCopyJob *job = create_job(L"changed", BG_JOB_TYPE_DOWNLOAD);
    BG_JOB_TIMES times;

    for (unsigned int i = 0; i < ARRAY_SIZE(changes); i++)
    {
        ULONGLONG before = wait_past_change(job);
        HRESULT hr = changes[i].call(job);

        ok(hr == S_OK, "%s: got hr %#lx.\n", changes[i].name, hr);
        get_times(job, &times);
        ok(to_number(times.ModificationTime) > before, "%s does not count.\n", changes[i].name);
    }
    end_job(job);
}

/* The job's state stays the same meanwhile. */
static void check_changes_of_bytes(void)
{
    IBackgroundCopyJob *job = create_download("/slow", L"slow");
    BG_JOB_PROGRESS progress;
    BG_JOB_TIMES before, after;

    origin_add(origin, "/slow", &(struct origin_file){.size = 64 * MIB, .rate = 4 * MIB});
    resume(job);
    ok(wait_for_bytes(job, 1, SOON), "Nothing arrives.\n");
    job_progress(job, &progress);
    get_times(job, &before);
    ok(wait_for_bytes(job, progress.BytesTransferred + MIB, SOON), "Nothing arrives.\n");
    get_times(job, &after);
    ok(job_state(job) == BG_JOB_STATE_TRANSFERRING, "Got state %s.\n", state_name(job_state(job)));
    ok(to_number(after.ModificationTime) > to_number(before.ModificationTime),
       "Bytes do not count.\n");
    end_job(job);
}

static void test_ModificationTime(void)
{
    shows("JOB-GET-10");
    check_changes_of_settings();
    check_changes_of_bytes();
}

/* ---- errors ---- */

static void check_error_count_(int line, IBackgroundCopyJob *job, ULONG expected)
{
    ULONG count = error_count(job);

    ok_(__FILE__, line)(count == expected, "Got %lu errors.\n", count);
}
#define check_error_count(job, expected) check_error_count_(__LINE__, job, expected)

static void test_GetErrorCount(void)
{
    IBackgroundCopyJob *job = create_download("/counted", L"counted");

    shows("JOB-GET-14");
    shows("JOB-GET-15");
    shows("JOB-GET-17");
    check_error_count(job, 0);
    resume(job);
    wait_for_state(job, STATE_BIT(BG_JOB_STATE_ERROR), SOON);
    check_error_count(job, 1);

    answer_with("/counted", &busy);
    resume(job);
    wait_for_state(job, STATE_BIT(BG_JOB_STATE_TRANSIENT_ERROR), SOON);
    check_error_count(job, 2);
    IBackgroundCopyJob_Suspend(job);
    check_error_count(job, 2);

    origin_add(origin, "/counted", &(struct origin_file){.size = SMALL});
    resume(job);
    check_error_count(job, 2);
    wait_for_state(job, TRANSFERRED, SOON);
    check_error_count(job, 2);
    IBackgroundCopyJob_Complete(job);
    check_error_count(job, 2);
    IBackgroundCopyJob_Release(job);
}

static void test_GetError_states(void)
{
    shows("JOB-GERR-1");
    shows("JOB-GERR-2");
    for (unsigned int i = 0; i < STATE_COUNT; i++)
    {
        BG_JOB_STATE state = (BG_JOB_STATE)i;
        IBackgroundCopyError *error = (IBackgroundCopyError *)0xdeadbeef;
        bool has_error = state == BG_JOB_STATE_ERROR || state == BG_JOB_STATE_TRANSIENT_ERROR;
        struct state_job s;
        HRESULT hr;

        winetest_push_context("%s", state_name(state));
        state_job_start(&s, state);
        hr = IBackgroundCopyJob_GetError(s.job, &error);
        ok(hr == (has_error ? S_OK : BG_E_ERROR_INFORMATION_UNAVAILABLE), "Got hr %#lx.\n", hr);
        if (hr == S_OK)
            IBackgroundCopyError_Release(error);
        else
            ok(!error, "Got %p.\n", error);
        state_job_end(&s);
        winetest_pop_context();
    }
}

static void check_error_vanishes(IBackgroundCopyJob *job, const char *path, BG_JOB_STATE state)
{
    IBackgroundCopyError *old = NULL, *error;
    BG_ERROR_CONTEXT context;
    HRESULT hr, code = S_OK;

    resume(job);
    wait_for_state(job, STATE_BIT(state), SOON);
    hr = IBackgroundCopyJob_GetError(job, &old);
    ok(hr == S_OK, "Got hr %#lx.\n", hr);

    origin_add(origin, path, &(struct origin_file){.size = SMALL});
    origin_hold_after(origin, path, 0);
    resume(job);
    wait_for_state(job, STATE_BIT(BG_JOB_STATE_TRANSFERRING), SOON);
    hr = IBackgroundCopyJob_GetError(job, &error);
    ok(hr == BG_E_ERROR_INFORMATION_UNAVAILABLE, "Got hr %#lx.\n", hr);

    /* The object that a client holds still says what it said. */
    if (!old) return;
    hr = IBackgroundCopyError_GetError(old, &context, &code);
    ok(hr == S_OK, "Got hr %#lx.\n", hr);
    ok(code == (state == BG_JOB_STATE_ERROR ? BG_E_HTTP_ERROR_404 : BG_E_HTTP_ERROR_503),
       "Got code %#lx.\n", code);
    IBackgroundCopyError_Release(old);
    origin_release(origin, path);
}

static void test_GetError_vanishes(void)
{
    IBackgroundCopyJob *job = create_download("/vanishes", L"vanishes");
    IBackgroundCopyJob *other = create_download("/vanishes2", L"vanishes2");

    shows("JOB-GERR-3");
    check_error_vanishes(job, "/vanishes", BG_JOB_STATE_ERROR);
    answer_with("/vanishes2", &busy);
    check_error_vanishes(other, "/vanishes2", BG_JOB_STATE_TRANSIENT_ERROR);
    end_job(job);
    end_job(other);
}

START_TEST(job_getters)
{
    downloads_start();
    states_start();
    RUN_TEST(test_GetId);
    RUN_TEST(test_GetOwner);
    RUN_TEST(test_GetState);
    RUN_TEST(test_GetProgress_empty);
    RUN_TEST(test_GetProgress);
    RUN_TEST(test_GetTimes);
    RUN_TEST(test_ModificationTime);
    RUN_TEST(test_GetErrorCount);
    RUN_TEST(test_GetError_states);
    RUN_TEST(test_GetError_vanishes);
    states_stop();
    downloads_stop();
}
