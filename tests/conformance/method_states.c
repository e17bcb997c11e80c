/* SPDX-License-Identifier: LGPL-2.1-or-later
 *
 * Every method in every state. What changes the state itself is in job_control.c and
 * job_complete.c. */
#include "download_fixture.h"
#include "job_states.h"

typedef HRESULT (*method_fn)(IBackgroundCopyJob4 *job);

struct method
{
    const char *name;
    method_fn call;
};

/* ---- what sets ---- */

static HRESULT add_file(IBackgroundCopyJob4 *job)
{
    WCHAR local[MAX_PATH];

    return IBackgroundCopyJob4_AddFile(job, L"http://127.0.0.1/x", temp_path(L"x", local));
}

static HRESULT add_file_set(IBackgroundCopyJob4 *job)
{
    WCHAR local[MAX_PATH];
    BG_FILE_INFO set = {(WCHAR *)L"http://127.0.0.1/x", temp_path(L"x", local)};

    return IBackgroundCopyJob4_AddFileSet(job, 1, &set);
}

static HRESULT set_display_name(IBackgroundCopyJob4 *job)
{
    return IBackgroundCopyJob4_SetDisplayName(job, L"other");
}

static HRESULT set_description(IBackgroundCopyJob4 *job)
{
    return IBackgroundCopyJob4_SetDescription(job, L"other");
}

/* The one that it has already: a job must stay in its state. */
static HRESULT set_priority(IBackgroundCopyJob4 *job)
{
    BG_JOB_PRIORITY priority = BG_JOB_PRIORITY_NORMAL;

    IBackgroundCopyJob4_GetPriority(job, &priority);
    return IBackgroundCopyJob4_SetPriority(job, priority);
}

static HRESULT set_notify_flags(IBackgroundCopyJob4 *job)
{
    return IBackgroundCopyJob4_SetNotifyFlags(job, BG_NOTIFY_JOB_ERROR);
}

static HRESULT set_notify_interface(IBackgroundCopyJob4 *job)
{
    return IBackgroundCopyJob4_SetNotifyInterface(job, NULL);
}

static HRESULT set_minimum_retry_delay(IBackgroundCopyJob4 *job)
{
    return IBackgroundCopyJob4_SetMinimumRetryDelay(job, 1000);
}

static HRESULT set_no_progress_timeout(IBackgroundCopyJob4 *job)
{
    return IBackgroundCopyJob4_SetNoProgressTimeout(job, 1000);
}

static HRESULT set_proxy_settings(IBackgroundCopyJob4 *job)
{
    return IBackgroundCopyJob4_SetProxySettings(job, BG_JOB_PROXY_USAGE_NO_PROXY, NULL, NULL);
}

static HRESULT set_peer_caching_flags(IBackgroundCopyJob4 *job)
{
    return IBackgroundCopyJob4_SetPeerCachingFlags(job, 0);
}

static HRESULT set_maximum_download_time(IBackgroundCopyJob4 *job)
{
    return IBackgroundCopyJob4_SetMaximumDownloadTime(job, 100000);
}

static HRESULT take_ownership(IBackgroundCopyJob4 *job)
{
    return IBackgroundCopyJob4_TakeOwnership(job);
}

static HRESULT set_notify_cmd_line(IBackgroundCopyJob4 *job)
{
    return IBackgroundCopyJob4_SetNotifyCmdLine(job, NULL, NULL);
}

static HRESULT replace_remote_prefix(IBackgroundCopyJob4 *job)
{
    return IBackgroundCopyJob4_ReplaceRemotePrefix(job, L"http://127.0.0.1", L"http://127.0.0.1");
}

static HRESULT add_file_with_ranges(IBackgroundCopyJob4 *job)
{
    BG_FILE_RANGE range = {0, 100};
    WCHAR local[MAX_PATH];

    return IBackgroundCopyJob4_AddFileWithRanges(job, L"http://127.0.0.1/x", temp_path(L"x", local),
                                                 1, &range);
}

static HRESULT set_credentials(IBackgroundCopyJob4 *job)
{
    BG_AUTH_CREDENTIALS credentials = {.Target = BG_AUTH_TARGET_PROXY,
                                       .Scheme = BG_AUTH_SCHEME_NTLM};

    return IBackgroundCopyJob4_SetCredentials(job, &credentials);
}

static const struct method setters[] = {
    {"AddFile", add_file},
    {"AddFileSet", add_file_set},
    {"SetDisplayName", set_display_name},
    {"SetDescription", set_description},
    {"SetPriority", set_priority},
    {"SetNotifyFlags", set_notify_flags},
    {"SetNotifyInterface", set_notify_interface},
    {"SetMinimumRetryDelay", set_minimum_retry_delay},
    {"SetNoProgressTimeout", set_no_progress_timeout},
    {"SetProxySettings", set_proxy_settings},
    {"SetPeerCachingFlags", set_peer_caching_flags},
    {"SetMaximumDownloadTime", set_maximum_download_time},
    {"SetNotifyCmdLine", set_notify_cmd_line},
    {"SetCredentials", set_credentials},
    {"TakeOwnership", take_ownership},
    {"ReplaceRemotePrefix", replace_remote_prefix},
    {"AddFileWithRanges", add_file_with_ranges},
};

static void check_setters_in(BG_JOB_STATE state, HRESULT expected)
{
    struct state_job s;

    winetest_push_context("%s", state_name(state));
    state_job_start(&s, state);
    for (size_t i = 0; i < ARRAY_SIZE(setters); i++)
    {
        HRESULT hr = setters[i].call(s.job4);

        ok(hr == expected, "%s: got hr %#lx.\n", setters[i].name, hr);
        ok(job_state(s.job) == state, "%s: got state %s.\n", setters[i].name,
           state_name(job_state(s.job)));
    }
    state_job_end(&s);
    winetest_pop_context();
}

static void test_setters(void)
{
    for (unsigned int i = 0; i < STATE_COUNT; i++)
        if (!is_final_state((BG_JOB_STATE)i)) check_setters_in((BG_JOB_STATE)i, S_OK);
}

static void test_setters_in_final_states(void)
{
    withstands("K3");
    shows("JOB-SDN-4");
    shows("JOB-SDE-4");
    shows("JOB-SPR-4");
    shows("JOB-SNF-3");
    shows("JOB-SMRD-8");
    shows("JOB-SNPT-6");
    shows("JOB-SPX-7");
    shows("JOB-TO-3");
    shows("J2-SNCL-7");
    shows("J3-RRP-7");
    shows("J3-AFWR-10");
    for (unsigned int i = 0; i < STATE_COUNT; i++)
    {
        BG_JOB_STATE state = (BG_JOB_STATE)i;

        if (!is_final_state(state)) continue;
        check_setters_in(state, BG_E_INVALID_STATE);
    }
}

/* Nothing of what was refused has been kept. */
static void test_refused_values(void)
{
    struct state_job s;
    WCHAR *text = NULL;
    ULONG number = 0;
    HRESULT hr;

    state_job_start(&s, BG_JOB_STATE_CANCELLED);
    for (unsigned int i = 0; i < ARRAY_SIZE(setters); i++)
        setters[i].call(s.job4);
    hr = IBackgroundCopyJob4_GetDisplayName(s.job4, &text);
    ok(hr == S_OK && text && !wcscmp(text, L"state"), "Got hr %#lx, %s.\n", hr,
       wine_dbgstr_w(text));
    CoTaskMemFree(text);
    text = NULL;
    hr = IBackgroundCopyJob4_GetDescription(s.job4, &text);
    ok(hr == S_OK && text && !*text, "Got hr %#lx, %s.\n", hr, wine_dbgstr_w(text));
    CoTaskMemFree(text);
    hr = IBackgroundCopyJob4_GetNotifyFlags(s.job4, &number);
    ok(hr == S_OK && number == 3, "Got hr %#lx, flags %#lx.\n", hr, number);
    hr = IBackgroundCopyJob4_GetMinimumRetryDelay(s.job4, &number);
    ok(hr == S_OK && number == 600, "Got hr %#lx, %lu seconds.\n", hr, number);
    hr = IBackgroundCopyJob4_GetNoProgressTimeout(s.job4, &number);
    ok(hr == S_OK && number == 1209600, "Got hr %#lx, %lu seconds.\n", hr, number);
    hr = IBackgroundCopyJob4_GetMaximumDownloadTime(s.job4, &number);
    ok(hr == S_OK && number == 7776000, "Got hr %#lx, %lu seconds.\n", hr, number);
    ok(file_count(s.job) == 1, "Got %lu files.\n", file_count(s.job));
    state_job_end(&s);
}

/* ---- what gets ---- */

static void check_text(const char *name, HRESULT hr, WCHAR *text)
{
    ok(hr == S_OK && text, "%s: got hr %#lx, %p.\n", name, hr, text);
    CoTaskMemFree(text);
}

static void check_answer(const char *call, HRESULT hr)
{
    ok(hr == S_OK, "%s: got hr %#lx.\n", call, hr);
}

static void check_job_getters(IBackgroundCopyJob4 *job)
{
    BG_JOB_PROXY_USAGE usage;
    BG_JOB_PROGRESS progress;
    BG_JOB_PRIORITY priority;
    BG_JOB_TIMES times;
    BG_JOB_STATE state;
    BG_JOB_TYPE type;
    IUnknown *client;
    ULONG number;
    DWORD flags;
    BOOL is_elevated;
    WCHAR *text, *other;
    HRESULT hr;
    GUID id;

    text = NULL;
    hr = IBackgroundCopyJob4_GetDisplayName(job, &text);
    check_text("GetDisplayName", hr, text);
    text = NULL;
    hr = IBackgroundCopyJob4_GetDescription(job, &text);
    check_text("GetDescription", hr, text);
    text = NULL;
    hr = IBackgroundCopyJob4_GetOwner(job, &text);
    check_text("GetOwner", hr, text);
    hr = IBackgroundCopyJob4_GetProxySettings(job, &usage, &text, &other);
    ok(hr == S_OK, "GetProxySettings: got hr %#lx.\n", hr);

#define check_get(call) check_answer(#call, IBackgroundCopyJob4_##call)
    check_get(GetId(job, &id));
    check_get(GetType(job, &type));
    check_get(GetProgress(job, &progress));
    check_get(GetTimes(job, &times));
    check_get(GetState(job, &state));
    check_get(GetPriority(job, &priority));
    check_get(GetNotifyFlags(job, &number));
    check_get(GetNotifyInterface(job, &client));
    check_get(GetMinimumRetryDelay(job, &number));
    check_get(GetNoProgressTimeout(job, &number));
    check_get(GetErrorCount(job, &number));
    check_get(GetPeerCachingFlags(job, &flags));
    check_get(GetOwnerIntegrityLevel(job, &number));
    check_get(GetOwnerElevationState(job, &is_elevated));
    check_get(GetMaximumDownloadTime(job, &number));
#undef check_get
}

static void check_file_getters(IBackgroundCopyJob *job)
{
    IBackgroundCopyFile *file = file_at(job, 0);
    IBackgroundCopyFile4 *file4 = NULL;
    BG_FILE_PROGRESS progress;
    BG_FILE_RANGE *ranges;
    UINT64 from_origin, from_peers;
    BOOL is_true;
    WCHAR *text;
    DWORD count = 0;
    HRESULT hr;

    if (!file) return;
    hr = IBackgroundCopyFile_QueryInterface(file, &IID_IBackgroundCopyFile4, (void **)&file4);
    ok(hr == S_OK, "Got hr %#lx.\n", hr);
    IBackgroundCopyFile_Release(file);
    if (hr != S_OK) return;

    text = NULL;
    hr = IBackgroundCopyFile4_GetRemoteName(file4, &text);
    check_text("GetRemoteName", hr, text);
    text = NULL;
    hr = IBackgroundCopyFile4_GetLocalName(file4, &text);
    check_text("GetLocalName", hr, text);
    text = NULL;
    hr = IBackgroundCopyFile4_GetTemporaryName(file4, &text);
    check_text("GetTemporaryName", hr, text);
    hr = IBackgroundCopyFile4_GetProgress(file4, &progress);
    ok(hr == S_OK, "GetProgress: got hr %#lx.\n", hr);
    hr = IBackgroundCopyFile4_GetFileRanges(file4, &count, &ranges);
    ok(hr == S_FALSE, "GetFileRanges: got hr %#lx.\n", hr);
    hr = IBackgroundCopyFile4_GetValidationState(file4, &is_true);
    ok(hr == S_OK, "GetValidationState: got hr %#lx.\n", hr);
    hr = IBackgroundCopyFile4_IsDownloadedFromPeer(file4, &is_true);
    ok(hr == S_OK, "IsDownloadedFromPeer: got hr %#lx.\n", hr);
    hr = IBackgroundCopyFile4_GetPeerDownloadStats(file4, &from_origin, &from_peers);
    ok(hr == S_OK, "GetPeerDownloadStats: got hr %#lx.\n", hr);
    IBackgroundCopyFile4_Release(file4);
}

static void test_getters(void)
{
    for (unsigned int i = 0; i < STATE_COUNT; i++)
    {
        BG_JOB_STATE state = (BG_JOB_STATE)i;
        struct state_job s;

        winetest_push_context("%s", state_name(state));
        state_job_start(&s, state);
        check_job_getters(s.job4);
        check_file_getters(s.job);
        ok(file_count(s.job) == 1, "Got %lu files.\n", file_count(s.job));
        ok(job_state(s.job) == state, "Got state %s.\n", state_name(job_state(s.job)));
        state_job_end(&s);
        winetest_pop_context();
    }
}

START_TEST(method_states)
{
    downloads_start();
    states_start();
    RUN_TEST(test_setters);
    RUN_TEST(test_setters_in_final_states);
    RUN_TEST(test_refused_values);
    RUN_TEST(test_getters);
    states_stop();
    downloads_stop();
}
