/* SPDX-License-Identifier: LGPL-2.1-or-later
 *
 * IBackgroundCopyJob4: the interface and its peer-caching flags as a property of the job. What the
 * flags do to a download is in peer_toggle.c, the limit on its time in job4_time.c. */
#include "harness/com_callback.h"
#include "job_states.h"

#define SOON 10000

#define FLAGS_ALL 0x7

static IBackgroundCopyJob4 *create_job4(BG_JOB_TYPE type)
{
    IBackgroundCopyJob *job = create_job(L"job4", type);
    IBackgroundCopyJob4 *job4 = NULL;
    HRESULT hr = IBackgroundCopyJob_QueryInterface(job, &IID_IBackgroundCopyJob4, (void **)&job4);

    ok(hr == S_OK, "Got hr %#lx.\n", hr);
    IBackgroundCopyJob_Release(job);
    return job4;
}

static void end_job4(IBackgroundCopyJob4 *job)
{
    end_job((IBackgroundCopyJob *)job);
}

/* ---- The interface ---- */

static void test_QueryInterface(void)
{
    static const BG_JOB_TYPE types[] = {BG_JOB_TYPE_DOWNLOAD, BG_JOB_TYPE_UPLOAD,
                                        BG_JOB_TYPE_UPLOAD_REPLY};
    static const GUID published = {
        0x659cdeae, 0x489e, 0x11d9, {0xa9, 0xcd, 0x00, 0x0d, 0x56, 0x96, 0x52, 0x51}};

    shows("J4-IF-1");
    shows("J4-IF-5");
    for (unsigned int i = 0; i < ARRAY_SIZE(types); i++)
    {
        IBackgroundCopyJob *job = create_job(L"query", types[i]);
        IBackgroundCopyJob4 *job4 = NULL;
        DWORD flags = 0xdeadbeef;
        HRESULT hr;

        winetest_push_context("type %u", types[i]);
        hr = IBackgroundCopyJob_QueryInterface(job, &published, (void **)&job4);
        ok(hr == S_OK, "Got hr %#lx.\n", hr);
        if (job4)
        {
            hr = IBackgroundCopyJob4_GetPeerCachingFlags(job4, &flags);
            ok(hr == S_OK, "Got hr %#lx.\n", hr);
            ok(!flags, "Got flags %#lx.\n", flags);
            IBackgroundCopyJob4_Release(job4);
        }
        end_job(job);
        winetest_pop_context();
    }
}

static void test_identity(void)
{
    IBackgroundCopyJob *job = create_job(L"identity", BG_JOB_TYPE_DOWNLOAD), *back = NULL;
    IUnknown *unknown = NULL, *unknown4 = NULL, *unknown_back = NULL;
    IBackgroundCopyJob4 *job4 = NULL;
    HRESULT hr;

    shows("J4-IF-6");
    hr = IBackgroundCopyJob_QueryInterface(job, &IID_IUnknown, (void **)&unknown);
    ok(hr == S_OK, "Got hr %#lx.\n", hr);
    hr = IBackgroundCopyJob_QueryInterface(job, &IID_IBackgroundCopyJob4, (void **)&job4);
    ok(hr == S_OK, "Got hr %#lx.\n", hr);
    hr = IBackgroundCopyJob4_QueryInterface(job4, &IID_IUnknown, (void **)&unknown4);
    ok(hr == S_OK, "Got hr %#lx.\n", hr);
    ok(unknown4 == unknown, "Got %p and %p.\n", unknown4, unknown);
    hr = IBackgroundCopyJob4_QueryInterface(job4, &IID_IBackgroundCopyJob, (void **)&back);
    ok(hr == S_OK, "Got hr %#lx.\n", hr);
    ok(back == job, "Got %p and %p.\n", back, job);
    hr = IBackgroundCopyJob_QueryInterface(back, &IID_IUnknown, (void **)&unknown_back);
    ok(hr == S_OK, "Got hr %#lx.\n", hr);
    ok(unknown_back == unknown, "Got %p and %p.\n", unknown_back, unknown);

    IUnknown_Release(unknown_back);
    IUnknown_Release(unknown4);
    IUnknown_Release(unknown);
    IBackgroundCopyJob_Release(back);
    IBackgroundCopyJob4_Release(job4);
    end_job(job);
}

/* One method of each older interface, called through the newest one's pointer. */
static void test_older_interfaces(void)
{
    IBackgroundCopyJob4 *job4 = create_job4(BG_JOB_TYPE_DOWNLOAD);
    BG_JOB_REPLY_PROGRESS reply;
    WCHAR *text = NULL;
    ULONG flags;
    GUID id, id4;
    HRESULT hr;

    shows("J4-IF-2");
    hr = IBackgroundCopyJob_GetId((IBackgroundCopyJob *)job4, &id);
    ok(hr == S_OK, "Got hr %#lx.\n", hr);
    hr = IBackgroundCopyJob4_GetId(job4, &id4);
    ok(hr == S_OK, "Got hr %#lx.\n", hr);
    ok(IsEqualGUID(&id, &id4), "Got %s and %s.\n", wine_dbgstr_guid(&id), wine_dbgstr_guid(&id4));
    hr = IBackgroundCopyJob_GetNotifyFlags((IBackgroundCopyJob *)job4, &flags);
    ok(hr == S_OK, "Got hr %#lx.\n", hr);
    ok(flags == (BG_NOTIFY_JOB_ERROR | BG_NOTIFY_JOB_TRANSFERRED), "Got flags %#lx.\n", flags);
    hr = IBackgroundCopyJob_GetDisplayName((IBackgroundCopyJob *)job4, &text);
    ok(hr == S_OK, "Got hr %#lx.\n", hr);
    ok(text && !wcscmp(text, L"job4"), "Got %s.\n", wine_dbgstr_w(text));
    CoTaskMemFree(text);

    /* A download has no reply; and no replacement of prefixes with nothing. */
    hr = IBackgroundCopyJob2_GetReplyProgress((IBackgroundCopyJob2 *)job4, &reply);
    ok(hr == E_NOTIMPL, "Got hr %#lx.\n", hr);
    hr = IBackgroundCopyJob2_SetCredentials((IBackgroundCopyJob2 *)job4, NULL);
    ok(FAILED(hr), "Got hr %#lx.\n", hr);
    hr = IBackgroundCopyJob3_ReplaceRemotePrefix((IBackgroundCopyJob3 *)job4, NULL, NULL);
    ok(FAILED(hr), "Got hr %#lx.\n", hr);
    hr = IBackgroundCopyJob3_SetFileACLFlags((IBackgroundCopyJob3 *)job4, 0xffffffff);
    ok(FAILED(hr), "Got hr %#lx.\n", hr);
    end_job4(job4);
}

/* Whatever the headers say: what stands in the vtable of the object. */
static void test_slots(void)
{
    typedef HRESULT(WINAPI * set_fn)(void *iface, ULONG value);
    typedef HRESULT(WINAPI * get_fn)(void *iface, ULONG *value);
    IBackgroundCopyJob4 *job = create_job4(BG_JOB_TYPE_DOWNLOAD);
    void *const *slots = *(void **)job;
    ULONG value, level;
    BOOL is_elevated;
    HRESULT hr;

    shows("J4-IF-3");
    shows("J4-IF-4");
    shows("J4-SPCF-1");
    hr = ((set_fn)slots[47])(job, BG_JOB_ENABLE_PEERCACHING_SERVER);
    ok(hr == S_OK, "Got hr %#lx.\n", hr);
    hr = ((get_fn)slots[48])(job, &value);
    ok(hr == S_OK, "Got hr %#lx.\n", hr);
    ok(value == BG_JOB_ENABLE_PEERCACHING_SERVER, "Got flags %#lx.\n", value);

    level = 0xdeadbeef;
    hr = ((get_fn)slots[49])(job, &level);
    ok(hr == S_OK, "Got hr %#lx.\n", hr);
    ok(level <= 0x4000 && !(level & 0xfff), "Got level %#lx.\n", level);
    is_elevated = 0xdeadbeef;
    hr = ((get_fn)slots[50])(job, (ULONG *)&is_elevated);
    ok(hr == S_OK, "Got hr %#lx.\n", hr);
    ok(is_elevated == TRUE || is_elevated == FALSE, "Got state %#x.\n", is_elevated);

    hr = ((set_fn)slots[51])(job, 1234);
    ok(hr == S_OK, "Got hr %#lx.\n", hr);
    hr = ((get_fn)slots[52])(job, &value);
    ok(hr == S_OK, "Got hr %#lx.\n", hr);
    ok(value == 1234, "Got %lu seconds.\n", value);
    end_job4(job);
}

/* ---- The flags ---- */

static void check_flags_(int line, IBackgroundCopyJob4 *job, DWORD expected)
{
    DWORD flags = 0xdeadbeef;
    HRESULT hr = IBackgroundCopyJob4_GetPeerCachingFlags(job, &flags);

    ok_(__FILE__, line)(hr == S_OK, "Got hr %#lx.\n", hr);
    ok_(__FILE__, line)(flags == expected, "Got flags %#lx, expected %#lx.\n", flags, expected);
}
#define check_flags(job, expected) check_flags_(__LINE__, job, expected)

static void test_SetPeerCachingFlags(void)
{
    IBackgroundCopyJob4 *job = create_job4(BG_JOB_TYPE_DOWNLOAD);
    HRESULT hr;

    shows("J4-SPCF-2");
    shows("J4-SPCF-3");
    shows("J4-SPCF-4");
    shows("J4-SPCF-5");
    shows("J4-SPCF-6");
    shows("J4-SPCF-7");
    shows("J4-SPCF-38");
    shows("J4-GPCF-1");
    shows("J4-GPCF-2");
    shows("J4-GPCF-3");
    shows("J4-GPCF-4");
    check_flags(job, 0);

    /* From each value to each other one. */
    for (DWORD before = 0; before <= FLAGS_ALL; before++)
        for (DWORD flags = 0; flags <= FLAGS_ALL; flags++)
        {
            struct
            {
                DWORD flags, after;
            } out = {0xdeadbeef, 0xdeadbeef};

            winetest_push_context("flags %#lx after %#lx", flags, before);
            hr = IBackgroundCopyJob4_SetPeerCachingFlags(job, before);
            ok(hr == S_OK, "Got hr %#lx.\n", hr);
            hr = IBackgroundCopyJob4_SetPeerCachingFlags(job, flags);
            ok(hr == S_OK, "Got hr %#lx.\n", hr);
            hr = IBackgroundCopyJob4_GetPeerCachingFlags(job, &out.flags);
            ok(hr == S_OK, "Got hr %#lx.\n", hr);
            ok(out.flags == flags, "Got flags %#lx.\n", out.flags);
            ok(out.after == 0xdeadbeef, "More than a DWORD was written.\n");
            winetest_pop_context();
        }
    end_job4(job);
}

static void test_unknown_flags(void)
{
    static const DWORD bad[] = {0x8, 0x9, 0xf, 0x10, 0x100, 0x80000000, 0x80000001, 0xffffffff};
    IBackgroundCopyJob4 *job = create_job4(BG_JOB_TYPE_DOWNLOAD);
    HRESULT hr;

    shows("J4-SPCF-39");
    shows("J4-GPCF-9");
    shows("J4-GPCF-12");
    for (DWORD kept = 0; kept <= FLAGS_ALL; kept++)
    {
        hr = IBackgroundCopyJob4_SetPeerCachingFlags(job, kept);
        ok(hr == S_OK, "Got hr %#lx.\n", hr);
        for (unsigned int i = 0; i < ARRAY_SIZE(bad); i++)
        {
            winetest_push_context("flags %#lx after %#lx", bad[i], kept);
            hr = IBackgroundCopyJob4_SetPeerCachingFlags(job, bad[i]);
            ok(hr == E_NOTIMPL, "Got hr %#lx.\n", hr);
            check_flags(job, kept);
            winetest_pop_context();
        }
    }
    end_job4(job);
}

/* Through a proxy the pointer does not come so far. */
static void test_NULL(void)
{
    IBackgroundCopyJob4 *job = create_job4(BG_JOB_TYPE_DOWNLOAD);
    HRESULT hr;

    shows("J4-GPCF-10");
    hr = IBackgroundCopyJob4_GetPeerCachingFlags(job, NULL);
    ok(is_null_refusal(job, hr), "Got hr %#lx.\n", hr);
    hr = IBackgroundCopyJob4_GetMaximumDownloadTime(job, NULL);
    ok(FAILED(hr), "Got hr %#lx.\n", hr);
    check_flags(job, 0);
    end_job4(job);
}

static void test_states(void)
{
    shows("J4-SPCF-40");
    shows("J4-SPCF-41");
    shows("J4-GPCF-11");
    shows("J4-SMDT-15");
    for (unsigned int i = 0; i < STATE_COUNT; i++)
    {
        BG_JOB_STATE state = (BG_JOB_STATE)i;
        bool is_final = is_final_state(state);
        HRESULT expected = is_final ? BG_E_INVALID_STATE : S_OK, hr;
        struct state_job s;
        ULONG seconds = 0;

        winetest_push_context("%s", state_name(state));
        state_job_start(&s, state);
        for (DWORD flags = 1; flags <= FLAGS_ALL; flags++)
        {
            hr = IBackgroundCopyJob4_SetPeerCachingFlags(s.job4, flags);
            ok(hr == expected, "Got hr %#lx.\n", hr);
            check_flags(s.job4, is_final ? 0 : flags);
        }
        ok(job_state(s.job) == state, "Got state %s.\n", state_name(job_state(s.job)));

        hr = IBackgroundCopyJob4_SetMaximumDownloadTime(s.job4, 1000);
        ok(hr == expected, "Got hr %#lx.\n", hr);
        hr = IBackgroundCopyJob4_GetMaximumDownloadTime(s.job4, &seconds);
        ok(hr == S_OK, "Got hr %#lx.\n", hr);
        ok(seconds == (is_final ? 7776000 : 1000), "Got %lu seconds.\n", seconds);
        state_job_end(&s);
        winetest_pop_context();
    }
}

/* A call in a final state must not bring in flags that come into force later. */
static void test_flags_kept_at_the_end(void)
{
    struct state_job s;
    HRESULT hr;

    state_job_start(&s, BG_JOB_STATE_TRANSFERRED);
    hr = IBackgroundCopyJob4_SetPeerCachingFlags(s.job4, BG_JOB_DISABLE_BRANCH_CACHE);
    ok(hr == S_OK, "Got hr %#lx.\n", hr);
    hr = IBackgroundCopyJob_Complete(s.job);
    ok(hr == S_OK, "Got hr %#lx.\n", hr);
    hr = IBackgroundCopyJob4_SetPeerCachingFlags(s.job4, 0);
    ok(hr == BG_E_INVALID_STATE, "Got hr %#lx.\n", hr);
    check_flags(s.job4, BG_JOB_DISABLE_BRANCH_CACHE);
    state_job_end(&s);
}

/* ---- What a change does besides ---- */

static ULONGLONG modification_time(IBackgroundCopyJob4 *job)
{
    BG_JOB_TIMES times;
    HRESULT hr = IBackgroundCopyJob4_GetTimes(job, &times);

    ok(hr == S_OK, "Got hr %#lx.\n", hr);
    return (ULONGLONG)times.ModificationTime.dwHighDateTime << 32 |
           times.ModificationTime.dwLowDateTime;
}

/* The clock has moved on since then, so that a change of it can be told. */
static bool is_clock_past(void *ctx)
{
    FILETIME now;

    GetSystemTimeAsFileTime(&now);
    return ((ULONGLONG)now.dwHighDateTime << 32 | now.dwLowDateTime) > *(ULONGLONG *)ctx + 20000;
}

static void test_ModificationTime(void)
{
    IBackgroundCopyJob4 *job = create_job4(BG_JOB_TYPE_DOWNLOAD);
    ULONGLONG before, after;

    shows("J4-SPCF-42");
    for (DWORD flags = 1; flags <= FLAGS_ALL; flags++)
    {
        before = modification_time(job);
        com_wait_for(is_clock_past, &before, SOON);
        ok(modification_time(job) == before, "The time has moved by itself.\n");
        IBackgroundCopyJob4_SetPeerCachingFlags(job, flags);
        after = modification_time(job);
        ok(after > before, "Flags %#lx: got %llu after %llu.\n", flags, after, before);
    }
    end_job4(job);
}

static void test_JobModification(void)
{
    struct test_callback *callback = test_callback_create(CALLBACK_ALL), *other;
    IBackgroundCopyJob4 *job = create_job4(BG_JOB_TYPE_DOWNLOAD);
    IBackgroundCopyJob4 *silent = create_job4(BG_JOB_TYPE_DOWNLOAD);

    shows("J4-SPCF-43");
    other = test_callback_create(CALLBACK_ALL);
    job_set_callback((IBackgroundCopyJob *)silent, other, BG_NOTIFY_JOB_ERROR);
    job_set_callback((IBackgroundCopyJob *)job, callback, BG_NOTIFY_JOB_MODIFICATION);

    for (DWORD flags = 1; flags <= FLAGS_ALL; flags++)
    {
        LONG count = test_callback_count(callback, CALLBACK_JOB_MODIFICATION);

        IBackgroundCopyJob4_SetPeerCachingFlags(silent, flags);
        IBackgroundCopyJob4_SetPeerCachingFlags(job, flags);
        ok(test_callback_wait(callback, CALLBACK_JOB_MODIFICATION, count + 1, SOON),
           "Flags %#lx: there was no call.\n", flags);
    }
    ok(!test_callback_count(other, CALLBACK_JOB_MODIFICATION), "It was not asked for.\n");
    end_job4(job);
    end_job4(silent);
    test_callback_release(callback);
    test_callback_release(other);
}

/* Wine's BITS takes flags and forgets them. */
static bool has_flags(void)
{
    IBackgroundCopyJob4 *job = create_job4(BG_JOB_TYPE_DOWNLOAD);
    DWORD flags;
    HRESULT hr = job ? IBackgroundCopyJob4_GetPeerCachingFlags(job, &flags) : E_NOINTERFACE;

    end_job4(job);
    return hr == S_OK;
}

/* No state is to change here by a change of flags. */
static void turn_machine_off(void)
{
    IBitsPeerCacheAdministration *admin = manager_query(&IID_IBitsPeerCacheAdministration);

    policy_delete(L"EnablePeercaching");
    if (!admin) return;
    keep_peer_configuration();
    IBitsPeerCacheAdministration_SetConfigurationFlags(admin, 0);
    IBitsPeerCacheAdministration_Release(admin);
}

START_TEST(job4)
{
    com_start(COINIT_MULTITHREADED);
    states_start();
    turn_machine_off();
    if (!has_flags())
    {
        ok(!target_is_ours(), "The flags are not written.\n");
        skip("The flags are not written.\n");
        states_stop();
        com_stop();
        return;
    }

    RUN_TEST(test_QueryInterface);
    RUN_TEST(test_identity);
    RUN_TEST(test_older_interfaces);
    RUN_TEST(test_slots);
    RUN_TEST(test_SetPeerCachingFlags);
    RUN_TEST(test_unknown_flags);
    RUN_TEST(test_NULL);
    RUN_TEST(test_states);
    RUN_TEST(test_flags_kept_at_the_end);
    RUN_TEST(test_ModificationTime);
    RUN_TEST(test_JobModification);

    states_stop();
    com_stop();
}
