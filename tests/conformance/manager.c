/* SPDX-License-Identifier: LGPL-2.1-or-later
 *
 * IBackgroundCopyManager: jobs are made, found and listed; error texts. Limits are in job_limits.c.
 */
#include "download_fixture.h"

#define NAME_MAX_LEN 256

static void fill(WCHAR *text, size_t len)
{
    for (size_t i = 0; i < len; i++)
        text[i] = (WCHAR)('a' + i % 26);
    text[len] = 0;
}

/* ---- CreateJob ---- */

static void test_CreateJob(void)
{
    IBackgroundCopyJob *job = NULL;
    GUID id = GUID_NULL, got = GUID_NULL;
    BG_JOB_PROGRESS progress;
    HRESULT hr;

    shows("MGR-CJ-1");
    shows("MGR-CJ-2");
    shows("MGR-CJ-3");
    hr = IBackgroundCopyManager_CreateJob(com_manager(), L"created", BG_JOB_TYPE_DOWNLOAD, &id,
                                          &job);
    ok(hr == S_OK, "Got hr %#lx.\n", hr);
    ok(!IsEqualGUID(&id, &GUID_NULL), "The id is empty.\n");
    ok(job != NULL, "There is no job.\n");
    if (!job) return;

    hr = IBackgroundCopyJob_GetId(job, &got);
    ok(hr == S_OK, "Got hr %#lx.\n", hr);
    ok(IsEqualGUID(&id, &got), "Got %s, not %s.\n", wine_dbgstr_guid(&got), wine_dbgstr_guid(&id));
    ok(job_state(job) == BG_JOB_STATE_SUSPENDED, "Got state %s.\n", state_name(job_state(job)));
    ok(file_count(job) == 0, "Got %lu files.\n", file_count(job));
    job_progress(job, &progress);
    ok(!progress.FilesTotal, "Got %lu files.\n", progress.FilesTotal);
    end_job(job);
}

static void test_same_display_name(void)
{
    IBackgroundCopyJob *jobs[2];
    GUID ids[2];
    WCHAR *name;
    HRESULT hr;

    shows("MGR-CJ-4");
    for (unsigned int i = 0; i < 2; i++)
    {
        jobs[i] = create_job(L"same name", BG_JOB_TYPE_DOWNLOAD);
        hr = IBackgroundCopyJob_GetId(jobs[i], &ids[i]);
        ok(hr == S_OK, "Got hr %#lx.\n", hr);
        name = NULL;
        hr = IBackgroundCopyJob_GetDisplayName(jobs[i], &name);
        ok(hr == S_OK, "Got hr %#lx.\n", hr);
        ok(name && !wcscmp(name, L"same name"), "Got %s.\n", wine_dbgstr_w(name));
        CoTaskMemFree(name);
    }
    ok(!IsEqualGUID(&ids[0], &ids[1]), "Got the same id.\n");
    end_job(jobs[0]);
    ok(is_in_queue(jobs[1]), "Both are gone.\n");
    end_job(jobs[1]);
}

static void test_display_name_length(void)
{
    WCHAR name[NAME_MAX_LEN + 2], *got = NULL;
    IBackgroundCopyJob *job;
    HRESULT hr;
    GUID id;

    withstands("K10");
    shows("MGR-CJ-5");
    shows("MGR-CJ-6");
    fill(name, NAME_MAX_LEN);
    job = create_job(name, BG_JOB_TYPE_DOWNLOAD);
    hr = IBackgroundCopyJob_GetDisplayName(job, &got);
    ok(hr == S_OK, "Got hr %#lx.\n", hr);
    ok(got && !wcscmp(got, name), "Got %s.\n", wine_dbgstr_w(got));
    CoTaskMemFree(got);
    end_job(job);

    fill(name, NAME_MAX_LEN + 1);
    job = (IBackgroundCopyJob *)0xdeadbeef;
    hr = IBackgroundCopyManager_CreateJob(com_manager(), name, BG_JOB_TYPE_DOWNLOAD, &id, &job);
    ok(hr == E_INVALIDARG, "Got hr %#lx.\n", hr);
    ok(!job, "Got %p.\n", job);
    if (SUCCEEDED(hr)) end_job(job);

    job = create_job(L"", BG_JOB_TYPE_DOWNLOAD);
    end_job(job);
}

static ULONG count_jobs(void)
{
    IEnumBackgroundCopyJobs *jobs;
    ULONG count = 0;
    HRESULT hr = IBackgroundCopyManager_EnumJobs(com_manager(), 0, &jobs);

    ok(hr == S_OK, "Got hr %#lx.\n", hr);
    if (hr != S_OK) return 0;
    hr = IEnumBackgroundCopyJobs_GetCount(jobs, &count);
    ok(hr == S_OK, "Got hr %#lx.\n", hr);
    IEnumBackgroundCopyJobs_Release(jobs);
    return count;
}

static void test_CreateJob_NULL(void)
{
    IBackgroundCopyManager *manager = com_manager();
    ULONG before = count_jobs();
    IBackgroundCopyJob *job;
    HRESULT hr;
    GUID id;

    shows("MGR-CJ-7");
    shows("MGR-CJ-8");
    hr = IBackgroundCopyManager_CreateJob(manager, NULL, BG_JOB_TYPE_DOWNLOAD, &id, &job);
    ok(FAILED(hr), "Got hr %#lx.\n", hr);
    hr = IBackgroundCopyManager_CreateJob(manager, L"no id", BG_JOB_TYPE_DOWNLOAD, NULL, &job);
    ok(FAILED(hr), "Got hr %#lx.\n", hr);
    /* A proxy of Wine finds no place for the job only when there is one. */
    if (!is_remote(manager))
    {
        hr = IBackgroundCopyManager_CreateJob(manager, L"no job", BG_JOB_TYPE_DOWNLOAD, &id, NULL);
        ok(FAILED(hr), "Got hr %#lx.\n", hr);
    }
    ok(count_jobs() == before, "There are %lu jobs, not %lu.\n", count_jobs(), before);
}

static void test_types(void)
{
    static const BG_JOB_TYPE types[] = {BG_JOB_TYPE_DOWNLOAD, BG_JOB_TYPE_UPLOAD,
                                        BG_JOB_TYPE_UPLOAD_REPLY};
    HRESULT hr;

    shows("MGR-CJ-9");
    shows("JOB-GET-2");
    for (unsigned int i = 0; i < ARRAY_SIZE(types); i++)
    {
        IBackgroundCopyJob *job = create_job(L"type", types[i]);
        BG_JOB_TYPE type = (BG_JOB_TYPE)0xdeadbeef;

        hr = IBackgroundCopyJob_GetType(job, &type);
        ok(hr == S_OK, "Type %u: got hr %#lx.\n", types[i], hr);
        ok(type == types[i], "Type %u: got %u.\n", types[i], type);
        hr = IBackgroundCopyJob_GetType(job, NULL);
        ok(is_null_refusal(job, hr), "Got hr %#lx.\n", hr);
        end_job(job);
    }
}

static void test_unknown_types(void)
{
    static const int types[] = {3, 4, 100, 0x7fff, -1};
    ULONG before = count_jobs();
    HRESULT hr;

    shows("MGR-CJ-10");
    for (unsigned int i = 0; i < ARRAY_SIZE(types); i++)
    {
        IBackgroundCopyJob *job = NULL;
        GUID id;

        hr = IBackgroundCopyManager_CreateJob(com_manager(), L"type", (BG_JOB_TYPE)types[i], &id,
                                              &job);
        ok(hr == E_NOTIMPL || hr == E_INVALIDARG, "Type %d: got hr %#lx.\n", types[i], hr);
        ok(!job, "Type %d: got %p.\n", types[i], job);
        end_job(job);
    }
    ok(count_jobs() == before, "There are %lu jobs, not %lu.\n", count_jobs(), before);
}

/* ---- GetJob ---- */

static void test_GetJob(void)
{
    IBackgroundCopyJob *job = create_job(L"wanted", BG_JOB_TYPE_DOWNLOAD), *found = NULL;
    WCHAR *name = NULL;
    GUID id, got;
    HRESULT hr;

    shows("MGR-GJ-1");
    IBackgroundCopyJob_GetId(job, &id);
    hr = IBackgroundCopyManager_GetJob(com_manager(), &id, &found);
    ok(hr == S_OK, "Got hr %#lx.\n", hr);
    if (hr == S_OK)
    {
        hr = IBackgroundCopyJob_GetId(found, &got);
        ok(hr == S_OK, "Got hr %#lx.\n", hr);
        ok(IsEqualGUID(&got, &id), "Got %s.\n", wine_dbgstr_guid(&got));

        /* Both pointers are of the same job. */
        hr = IBackgroundCopyJob_SetDisplayName(job, L"renamed");
        ok(hr == S_OK, "Got hr %#lx.\n", hr);
        hr = IBackgroundCopyJob_GetDisplayName(found, &name);
        ok(hr == S_OK, "Got hr %#lx.\n", hr);
        ok(name && !wcscmp(name, L"renamed"), "Got %s.\n", wine_dbgstr_w(name));
        CoTaskMemFree(name);
        IBackgroundCopyJob_Release(found);
    }
    end_job(job);
}

static void check_not_found(const GUID *id)
{
    IBackgroundCopyJob *job = (IBackgroundCopyJob *)0xdeadbeef;
    HRESULT hr = IBackgroundCopyManager_GetJob(com_manager(), id, &job);

    ok(hr == BG_E_NOT_FOUND, "Got hr %#lx.\n", hr);
    ok(!job, "Got %p.\n", job);
}

static void test_GetJob_unknown(void)
{
    GUID id;

    withstands("K11");
    shows("MGR-GJ-2");
    check_not_found(&GUID_NULL);
    ok(CoCreateGuid(&id) == S_OK, "There is no id.\n");
    check_not_found(&id);
}

static void test_GetJob_ended(void)
{
    IBackgroundCopyJob *cancelled = create_job(L"cancelled", BG_JOB_TYPE_DOWNLOAD);
    IBackgroundCopyJob *completed = transfer("/small", L"completed");
    GUID id;
    HRESULT hr;

    withstands("K11");
    shows("MGR-GJ-3");
    IBackgroundCopyJob_GetId(cancelled, &id);
    hr = IBackgroundCopyJob_Cancel(cancelled);
    ok(hr == S_OK, "Got hr %#lx.\n", hr);
    check_not_found(&id);
    IBackgroundCopyJob_GetId(completed, &id);
    hr = IBackgroundCopyJob_Complete(completed);
    ok(hr == S_OK, "Got hr %#lx.\n", hr);
    check_not_found(&id);
    IBackgroundCopyJob_Release(cancelled);
    IBackgroundCopyJob_Release(completed);
}

/* ---- EnumJobs ---- */

static bool is_listed(IEnumBackgroundCopyJobs *jobs, const GUID *wanted)
{
    IBackgroundCopyJob *job;
    bool is_found = false;
    GUID id;

    IEnumBackgroundCopyJobs_Reset(jobs);
    while (IEnumBackgroundCopyJobs_Next(jobs, 1, &job, NULL) == S_OK)
    {
        IBackgroundCopyJob_GetId(job, &id);
        if (IsEqualGUID(&id, wanted)) is_found = true;
        IBackgroundCopyJob_Release(job);
    }
    return is_found;
}

static bool is_listed_now(DWORD flags, const GUID *wanted)
{
    IEnumBackgroundCopyJobs *jobs;
    bool is_found;
    HRESULT hr = IBackgroundCopyManager_EnumJobs(com_manager(), flags, &jobs);

    ok(hr == S_OK, "Got hr %#lx.\n", hr);
    if (hr != S_OK) return false;
    is_found = is_listed(jobs, wanted);
    IEnumBackgroundCopyJobs_Release(jobs);
    return is_found;
}

static void check_list(DWORD flags)
{
    IBackgroundCopyJob *jobs[5];
    GUID ids[5];

    for (unsigned int i = 0; i < ARRAY_SIZE(jobs); i++)
    {
        jobs[i] = create_job(L"listed", BG_JOB_TYPE_DOWNLOAD);
        IBackgroundCopyJob_GetId(jobs[i], &ids[i]);
    }
    for (unsigned int i = 0; i < ARRAY_SIZE(jobs); i++)
        ok(is_listed_now(flags, &ids[i]), "Job %u is not listed.\n", i);
    for (unsigned int i = 0; i < ARRAY_SIZE(jobs); i++)
        end_job(jobs[i]);
}

static void test_EnumJobs(void)
{
    shows("MGR-EJ-1");
    check_list(0);
}

static void test_EnumJobs_all_users(void)
{
    shows("MGR-EJ-2");
    check_list(BG_JOB_ENUM_ALL_USERS);
}

static void test_EnumJobs_without_rights(void)
{
    IEnumBackgroundCopyJobs *jobs = (IEnumBackgroundCopyJobs *)0xdeadbeef;
    HRESULT hr;

    shows("MGR-EJ-3");
    if (!become_ordinary_user()) return;
    hr = IBackgroundCopyManager_EnumJobs(com_manager(), BG_JOB_ENUM_ALL_USERS, &jobs);
    ok(hr == E_ACCESSDENIED, "Got hr %#lx.\n", hr);
    ok(!jobs, "Got %p.\n", jobs);
    hr = IBackgroundCopyManager_EnumJobs(com_manager(), 0, &jobs);
    ok(hr == S_OK, "Got hr %#lx.\n", hr);
    if (hr == S_OK) IEnumBackgroundCopyJobs_Release(jobs);
    become_oneself();
}

static void test_EnumJobs_snapshot(void)
{
    IBackgroundCopyJob *before = create_job(L"before", BG_JOB_TYPE_DOWNLOAD), *after, *job;
    IEnumBackgroundCopyJobs *jobs;
    GUID before_id, after_id, id;
    bool is_current = false;
    ULONG count, again;
    HRESULT hr;

    shows("MGR-EJ-5");
    shows("ENU-8");
    IBackgroundCopyJob_GetId(before, &before_id);
    hr = IBackgroundCopyManager_EnumJobs(com_manager(), 0, &jobs);
    ok(hr == S_OK, "Got hr %#lx.\n", hr);
    hr = IEnumBackgroundCopyJobs_GetCount(jobs, &count);
    ok(hr == S_OK, "Got hr %#lx.\n", hr);

    after = create_job(L"after", BG_JOB_TYPE_DOWNLOAD);
    IBackgroundCopyJob_GetId(after, &after_id);
    hr = IEnumBackgroundCopyJobs_GetCount(jobs, &again);
    ok(hr == S_OK, "Got hr %#lx.\n", hr);
    ok(again == count, "Got %lu jobs, not %lu.\n", again, count);
    ok(is_listed(jobs, &before_id), "The old job is not there.\n");
    ok(!is_listed(jobs, &after_id), "The new job is there.\n");

    /* The list is old; what its jobs say is not. */
    hr = IBackgroundCopyJob_SetPriority(before, BG_JOB_PRIORITY_LOW);
    ok(hr == S_OK, "Got hr %#lx.\n", hr);
    IEnumBackgroundCopyJobs_Reset(jobs);
    while (IEnumBackgroundCopyJobs_Next(jobs, 1, &job, NULL) == S_OK)
    {
        BG_JOB_PRIORITY priority = BG_JOB_PRIORITY_NORMAL;

        IBackgroundCopyJob_GetId(job, &id);
        IBackgroundCopyJob_GetPriority(job, &priority);
        if (IsEqualGUID(&id, &before_id)) is_current = priority == BG_JOB_PRIORITY_LOW;
        IBackgroundCopyJob_Release(job);
    }
    ok(is_current, "The job shows an old value.\n");

    /* Nor does a job that has left the queue leave the list. */
    hr = IBackgroundCopyJob_Cancel(before);
    ok(hr == S_OK, "Got hr %#lx.\n", hr);
    ok(is_listed(jobs, &before_id), "The old job is not there.\n");
    IEnumBackgroundCopyJobs_Release(jobs);
    IBackgroundCopyJob_Release(before);
    end_job(after);
}

static void test_EnumJobs_ended(void)
{
    IBackgroundCopyJob *cancelled = create_job(L"cancelled", BG_JOB_TYPE_DOWNLOAD);
    IBackgroundCopyJob *completed = transfer("/small", L"completed");
    IBackgroundCopyJob *partial = create_download("/small", L"partial");
    GUID cancelled_id, completed_id, partial_id;
    HRESULT hr;

    shows("MGR-EJ-6");
    IBackgroundCopyJob_GetId(cancelled, &cancelled_id);
    IBackgroundCopyJob_GetId(completed, &completed_id);
    IBackgroundCopyJob_GetId(partial, &partial_id);
    ok(is_listed_now(0, &cancelled_id), "A suspended job is not listed.\n");
    ok(is_listed_now(0, &completed_id), "A transferred job is not listed.\n");

    hr = IBackgroundCopyJob_Cancel(cancelled);
    ok(hr == S_OK, "Got hr %#lx.\n", hr);
    hr = IBackgroundCopyJob_Complete(completed);
    ok(hr == S_OK, "Got hr %#lx.\n", hr);
    hr = IBackgroundCopyJob_Complete(partial);
    ok(hr == BG_S_PARTIAL_COMPLETE, "Got hr %#lx.\n", hr);
    ok(!is_listed_now(0, &cancelled_id), "A cancelled job is listed.\n");
    ok(!is_listed_now(0, &completed_id), "A completed job is listed.\n");
    ok(!is_listed_now(0, &partial_id), "A partly completed job is listed.\n");
    IBackgroundCopyJob_Release(cancelled);
    IBackgroundCopyJob_Release(completed);
    IBackgroundCopyJob_Release(partial);
}

/* ---- GetErrorDescription ---- */

#define ENGLISH 0x409

static void check_text(HRESULT code, DWORD language)
{
    WCHAR *text = NULL;
    HRESULT hr = IBackgroundCopyManager_GetErrorDescription(com_manager(), code, language, &text);

    ok(hr == S_OK, "Code %#lx, language %#lx: got hr %#lx.\n", code, language, hr);
    ok(text && *text, "Code %#lx, language %#lx: got %s.\n", code, language, wine_dbgstr_w(text));
    CoTaskMemFree(text);
}

static const HRESULT described[] = {
    /* of BITS */
    BG_E_NOT_FOUND, BG_E_INVALID_STATE, BG_E_EMPTY, BG_E_FILE_NOT_AVAILABLE,
    BG_E_PROTOCOL_NOT_AVAILABLE, BG_E_ERROR_INFORMATION_UNAVAILABLE, BG_E_NETWORK_DISCONNECTED,
    BG_E_MISSING_FILE_SIZE, BG_E_INSUFFICIENT_HTTP_SUPPORT, BG_E_INSUFFICIENT_RANGE_SUPPORT,
    BG_E_REMOTE_NOT_SUPPORTED, BG_E_NEW_OWNER_DIFF_MAPPING, BG_E_NEW_OWNER_NO_FILE_ACCESS,
    BG_E_PROXY_LIST_TOO_LARGE, BG_E_PROXY_BYPASS_LIST_TOO_LARGE, BG_E_INVALID_SERVER_RESPONSE,
    BG_E_TOO_MANY_FILES, BG_E_LOCAL_FILE_CHANGED, BG_E_TOO_LARGE, BG_E_STRING_TOO_LONG,
    BG_E_TOO_MANY_FILES_IN_JOB, BG_E_TOO_MANY_JOBS_PER_USER, BG_E_TOO_MANY_JOBS_PER_MACHINE,
    BG_E_MAXDOWNLOAD_TIMEOUT, BG_E_BLOCKED_BY_POLICY, BG_E_INVALID_PROXY_INFO,
    BG_E_VALIDATION_FAILED, BG_E_NO_PROGRESS,
    /* of HTTP */
    BG_E_HTTP_ERROR_301, BG_E_HTTP_ERROR_400, BG_E_HTTP_ERROR_401, BG_E_HTTP_ERROR_403,
    BG_E_HTTP_ERROR_404, BG_E_HTTP_ERROR_407, BG_E_HTTP_ERROR_416, BG_E_HTTP_ERROR_500,
    BG_E_HTTP_ERROR_503,
    /* of the HTTP client */
    (HRESULT)0x80072ee2, (HRESULT)0x80072ee7, (HRESULT)0x80072efd, (HRESULT)0x80072efe,
    /* of the system */
    E_INVALIDARG, E_ACCESSDENIED, E_OUTOFMEMORY, HRESULT_FROM_WIN32(ERROR_FILE_NOT_FOUND),
    HRESULT_FROM_WIN32(ERROR_PATH_NOT_FOUND), HRESULT_FROM_WIN32(ERROR_DISK_FULL),
    HRESULT_FROM_WIN32(ERROR_SHARING_VIOLATION)};

static void test_GetErrorDescription(void)
{
    shows("MGR-GED-1");
    for (unsigned int i = 0; i < ARRAY_SIZE(described); i++)
        check_text(described[i], ENGLISH);
}

/* One text for everything would be none. */
static void test_texts_differ(void)
{
    WCHAR *first = NULL, *second = NULL;

    for (unsigned int i = 0; i + 1 < ARRAY_SIZE(described); i++)
    {
        IBackgroundCopyManager_GetErrorDescription(com_manager(), described[i], ENGLISH, &first);
        IBackgroundCopyManager_GetErrorDescription(com_manager(), described[i + 1], ENGLISH,
                                                   &second);
        ok(first && second && wcscmp(first, second), "Codes %#lx and %#lx: got %s.\n", described[i],
           described[i + 1], wine_dbgstr_w(first));
        CoTaskMemFree(first);
        CoTaskMemFree(second);
        first = second = NULL;
    }
}

/* Clients pass LANGIDs, LCIDs, and the neutral ones that stand for "any". */
static void test_languages(void)
{
    static const DWORD languages[] = {
        MAKELANGID(LANG_ENGLISH, SUBLANG_ENGLISH_US),
        MAKELANGID(LANG_NEUTRAL, SUBLANG_NEUTRAL),
        MAKELANGID(LANG_NEUTRAL, SUBLANG_DEFAULT),
        MAKELANGID(LANG_NEUTRAL, SUBLANG_SYS_DEFAULT),
    };

    for (unsigned int i = 0; i < ARRAY_SIZE(languages); i++)
    {
        check_text(BG_E_EMPTY, languages[i]);
        check_text(BG_E_HTTP_ERROR_404, languages[i]);
        check_text(E_ACCESSDENIED, languages[i]);
    }
}

static void test_unknown_language(void)
{
    /* A primary language that Windows has never given out, and one that is hardly installed. */
    static const DWORD languages[] = {0x07f0, MAKELANGID(LANG_SOTHO, SUBLANG_DEFAULT)};

    shows("MGR-GED-2");
    for (unsigned int i = 0; i < ARRAY_SIZE(languages); i++)
    {
        static const HRESULT codes[] = {BG_E_EMPTY, BG_E_HTTP_ERROR_404};

        for (unsigned int j = 0; j < ARRAY_SIZE(codes); j++)
        {
            WCHAR *text = (WCHAR *)0xdeadbeef;
            HRESULT hr = IBackgroundCopyManager_GetErrorDescription(com_manager(), codes[j],
                                                                    languages[i], &text);

            ok(hr == HRESULT_FROM_WIN32(ERROR_RESOURCE_LANG_NOT_FOUND),
               "Code %#lx, language %#lx: got hr %#lx.\n", codes[j], languages[i], hr);
            ok(!text, "Got %p.\n", text);
        }
    }
}

/* A text that is found in both languages is another one in each. */
static void test_localized(void)
{
    static const HRESULT codes[] = {BG_E_HTTP_ERROR_401, BG_E_HTTP_ERROR_403, BG_E_HTTP_ERROR_404,
                                    BG_E_HTTP_ERROR_407, BG_E_HTTP_ERROR_500, BG_E_HTTP_ERROR_503};
    const DWORD german = MAKELANGID(LANG_GERMAN, SUBLANG_GERMAN);

    shows("MGR-GED-3");
    for (unsigned int i = 0; i < ARRAY_SIZE(codes); i++)
    {
        WCHAR *here = NULL, *there = NULL;
        HRESULT hr;

        hr = IBackgroundCopyManager_GetErrorDescription(com_manager(), codes[i], german, &there);
        if (hr == HRESULT_FROM_WIN32(ERROR_RESOURCE_LANG_NOT_FOUND) && !target_is_ours())
        {
            skip("German is not installed.\n");
            return;
        }
        ok(hr == S_OK && there, "Code %#lx: got hr %#lx.\n", codes[i], hr);
        hr = IBackgroundCopyManager_GetErrorDescription(com_manager(), codes[i], ENGLISH, &here);
        ok(hr == S_OK && here, "Code %#lx: got hr %#lx.\n", codes[i], hr);
        ok(here && there && wcscmp(here, there), "Code %#lx: got %s twice.\n", codes[i],
           wine_dbgstr_w(here));
        CoTaskMemFree(here);
        CoTaskMemFree(there);
    }
}

START_TEST(manager)
{
    downloads_start();
    RUN_TEST(test_CreateJob);
    RUN_TEST(test_same_display_name);
    RUN_TEST(test_display_name_length);
    RUN_TEST(test_CreateJob_NULL);
    RUN_TEST(test_types);
    RUN_TEST(test_unknown_types);
    RUN_TEST(test_GetJob);
    RUN_TEST(test_GetJob_unknown);
    RUN_TEST(test_GetJob_ended);
    RUN_TEST(test_EnumJobs);
    RUN_TEST(test_EnumJobs_all_users);
    RUN_TEST(test_EnumJobs_without_rights);
    RUN_TEST(test_EnumJobs_snapshot);
    RUN_TEST(test_EnumJobs_ended);
    RUN_TEST(test_GetErrorDescription);
    RUN_TEST(test_texts_differ);
    RUN_TEST(test_languages);
    RUN_TEST(test_unknown_language);
    RUN_TEST(test_localized);
    downloads_stop();
}
