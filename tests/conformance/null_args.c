/* SPDX-License-Identifier: LGPL-2.1-or-later
 *
 * NULL for every pointer argument of every method, one at a time and all. A proxy answers for a
 * server in another process before the call gets there. */
#include "download_fixture.h"

static IBackgroundCopyJob4 *job;
static IBackgroundCopyFile4 *file;
static IBackgroundCopyError *error;
static IEnumBackgroundCopyJobs *jobs;
static IEnumBackgroundCopyFiles *files;

static bool is_refusal(HRESULT hr)
{
    if (hr == E_INVALIDARG || hr == E_POINTER) return true;
    /* A proxy copies an array without a look at the pointer, and answers with the fault's code. */
    return is_remote(com_manager()) && (hr == HRESULT_FROM_WIN32(RPC_X_NULL_REF_POINTER) ||
                                        hr == (HRESULT)STATUS_ACCESS_VIOLATION);
}

/* One of the codes for a NULL pointer. */
#define refused(call) refused_(__LINE__, #call, call)
static void refused_(int line, const char *call, HRESULT hr)
{
    ok_(__FILE__, line)(is_refusal(hr), "%s: got hr %#lx.\n", call, hr);
}

/* The one that the documentation gives. */
#define invalid(call) invalid_(__LINE__, #call, call)
static void invalid_(int line, const char *call, HRESULT hr)
{
    ok_(__FILE__, line)(hr == E_INVALIDARG || is_null_refusal(com_manager(), hr),
                        "%s: got hr %#lx.\n", call, hr);
}

/* A method of a later version may know nothing of its arguments. */
#define refused_or_gap(call) refused_or_gap_(__LINE__, #call, call)
static void refused_or_gap_(int line, const char *call, HRESULT hr)
{
    ok_(__FILE__, line)(is_refusal(hr) || hr == E_NOTIMPL, "%s: got hr %#lx.\n", call, hr);
}

/* An out parameter that is there is emptied when the call fails because of another one. */
#define emptied(pointer) emptied_(__LINE__, #pointer, (void **)&(pointer))
static void emptied_(int line, const char *name, void **pointer)
{
    /* Not by a proxy, which has not made the call. */
    if (target_is_ours() && !is_remote(com_manager()))
        ok_(__FILE__, line)(!*pointer, "%s is %p.\n", name, *pointer);
    *pointer = (void *)0xdeadbeef;
}

static void test_QueryInterface(void)
{
    IUnknown *const objects[] = {(IUnknown *)com_manager(), (IUnknown *)job,  (IUnknown *)file,
                                 (IUnknown *)error,         (IUnknown *)jobs, (IUnknown *)files};

    if (!target_is_ours() || is_remote(com_manager()))
    {
        skip("Proxies may crash.\n");
        return;
    }
    for (unsigned int i = 0; i < ARRAY_SIZE(objects); i++)
    {
        HRESULT hr = IUnknown_QueryInterface(objects[i], &IID_IUnknown, NULL);

        ok(hr == E_POINTER, "Object %u: got hr %#lx.\n", i, hr);
    }
}

static void test_manager(void)
{
    IBackgroundCopyManager *manager = com_manager();
    IBackgroundCopyJob *out = (IBackgroundCopyJob *)0xdeadbeef;
    GUID id;

    withstands("K1");
    refused(IBackgroundCopyManager_CreateJob(manager, NULL, BG_JOB_TYPE_DOWNLOAD, &id, &out));
    emptied(out);
    refused(IBackgroundCopyManager_CreateJob(manager, L"x", BG_JOB_TYPE_DOWNLOAD, NULL, &out));
    emptied(out);
    refused(IBackgroundCopyManager_CreateJob(manager, L"x", BG_JOB_TYPE_DOWNLOAD, &id, NULL));
    refused(IBackgroundCopyManager_CreateJob(manager, NULL, BG_JOB_TYPE_DOWNLOAD, NULL, NULL));
    refused(IBackgroundCopyManager_GetJob(manager, NULL, &out));
    emptied(out);
    refused(IBackgroundCopyManager_GetJob(manager, &id, NULL));
    refused(IBackgroundCopyManager_GetJob(manager, NULL, NULL));
    refused(IBackgroundCopyManager_EnumJobs(manager, 0, NULL));
    refused(IBackgroundCopyManager_GetErrorDescription(manager, BG_E_EMPTY, 0x409, NULL));
}

static void test_job_files(void)
{
    WCHAR local[MAX_PATH];
    BG_FILE_INFO set = {(WCHAR *)L"http://127.0.0.1/x", temp_path(L"x", local)};
    BG_FILE_INFO no_remote = {NULL, local}, no_local = {set.RemoteName, NULL};

    withstands("K1");
    refused(IBackgroundCopyJob4_AddFileSet(job, 1, NULL));
    refused(IBackgroundCopyJob4_AddFileSet(job, 0, NULL));
    refused(IBackgroundCopyJob4_AddFileSet(job, 0, &set));
    refused(IBackgroundCopyJob4_AddFileSet(job, 1, &no_remote));
    refused(IBackgroundCopyJob4_AddFileSet(job, 1, &no_local));
    refused(IBackgroundCopyJob4_AddFile(job, NULL, local));
    refused(IBackgroundCopyJob4_AddFile(job, set.RemoteName, NULL));
    refused(IBackgroundCopyJob4_AddFile(job, NULL, NULL));
    refused(IBackgroundCopyJob4_EnumFiles(job, NULL));
}

static void test_job_getters(void)
{
    WCHAR *list = (WCHAR *)0xdeadbeef, *bypass = (WCHAR *)0xdeadbeef;
    BG_JOB_PROXY_USAGE usage;

    withstands("K1");
    shows("JOB-GET-2");
    shows("JOB-GET-3");
    shows("JOB-GET-8");
    shows("JOB-GET-12");
    shows("JOB-GET-13");
    shows("JOB-SPR-5");
    shows("JOB-SNF-6");
    shows("JOB-SNI-6");
    shows("JOB-SNPT-1");
    shows("JOB-SPX-12");
    refused(IBackgroundCopyJob4_GetId(job, NULL));
    invalid(IBackgroundCopyJob4_GetType(job, NULL));
    invalid(IBackgroundCopyJob4_GetProgress(job, NULL));
    invalid(IBackgroundCopyJob4_GetTimes(job, NULL));
    invalid(IBackgroundCopyJob4_GetState(job, NULL));
    refused(IBackgroundCopyJob4_GetError(job, NULL));
    invalid(IBackgroundCopyJob4_GetOwner(job, NULL));
    invalid(IBackgroundCopyJob4_GetDisplayName(job, NULL));
    invalid(IBackgroundCopyJob4_GetDescription(job, NULL));
    invalid(IBackgroundCopyJob4_GetPriority(job, NULL));
    invalid(IBackgroundCopyJob4_GetNotifyFlags(job, NULL));
    invalid(IBackgroundCopyJob4_GetNotifyInterface(job, NULL));
    refused(IBackgroundCopyJob4_GetMinimumRetryDelay(job, NULL));
    invalid(IBackgroundCopyJob4_GetNoProgressTimeout(job, NULL));
    refused(IBackgroundCopyJob4_GetErrorCount(job, NULL));
    invalid(IBackgroundCopyJob4_GetProxySettings(job, NULL, &list, &bypass));
    emptied(list);
    emptied(bypass);
    invalid(IBackgroundCopyJob4_GetProxySettings(job, &usage, NULL, &bypass));
    emptied(bypass);
    invalid(IBackgroundCopyJob4_GetProxySettings(job, &usage, &list, NULL));
    emptied(list);
    invalid(IBackgroundCopyJob4_GetProxySettings(job, NULL, NULL, NULL));
}

static void test_job_setters(void)
{
    withstands("K1");
    invalid(IBackgroundCopyJob4_SetDisplayName(job, NULL));
    invalid(IBackgroundCopyJob4_SetDescription(job, NULL));
    invalid(IBackgroundCopyJob4_SetProxySettings(job, BG_JOB_PROXY_USAGE_OVERRIDE, NULL, L"x"));
    invalid(IBackgroundCopyJob4_SetProxySettings(job, BG_JOB_PROXY_USAGE_OVERRIDE, NULL, NULL));
}

static void test_job2(void)
{
    WCHAR *program = (WCHAR *)0xdeadbeef, *parameters = (WCHAR *)0xdeadbeef;
    byte *data = (byte *)0xdeadbeef;
    UINT64 size = 1;

    withstands("K1");
    refused_or_gap(IBackgroundCopyJob4_GetNotifyCmdLine(job, NULL, &parameters));
    emptied(parameters);
    refused_or_gap(IBackgroundCopyJob4_GetNotifyCmdLine(job, &program, NULL));
    emptied(program);
    refused_or_gap(IBackgroundCopyJob4_GetNotifyCmdLine(job, NULL, NULL));
    invalid(IBackgroundCopyJob4_GetReplyProgress(job, NULL));
    refused_or_gap(IBackgroundCopyJob4_GetReplyData(job, NULL, &size));
    refused_or_gap(IBackgroundCopyJob4_GetReplyData(job, &data, NULL));
    emptied(data);
    refused_or_gap(IBackgroundCopyJob4_GetReplyData(job, NULL, NULL));
    refused_or_gap(IBackgroundCopyJob4_GetReplyFileName(job, NULL));
    refused(IBackgroundCopyJob4_SetCredentials(job, NULL));
}

static void test_job3(void)
{
    BG_FILE_RANGE range = {0, 100};
    WCHAR local[MAX_PATH];

    withstands("K1");
    temp_path(L"x", local);
    refused(IBackgroundCopyJob4_ReplaceRemotePrefix(job, NULL, L"http://x"));
    refused(IBackgroundCopyJob4_ReplaceRemotePrefix(job, L"http://x", NULL));
    refused(IBackgroundCopyJob4_ReplaceRemotePrefix(job, NULL, NULL));
    refused(IBackgroundCopyJob4_AddFileWithRanges(job, NULL, local, 1, &range));
    refused(IBackgroundCopyJob4_AddFileWithRanges(job, L"http://127.0.0.1/", NULL, 1, &range));
    refused(IBackgroundCopyJob4_AddFileWithRanges(job, L"http://127.0.0.1/", local, 1, NULL));
    refused(IBackgroundCopyJob4_AddFileWithRanges(job, NULL, NULL, 0, NULL));
    refused(IBackgroundCopyJob4_GetFileACLFlags(job, NULL));
}

static void test_job4(void)
{
    withstands("K1");
    refused(IBackgroundCopyJob4_GetPeerCachingFlags(job, NULL));
    refused(IBackgroundCopyJob4_GetOwnerIntegrityLevel(job, NULL));
    refused(IBackgroundCopyJob4_GetOwnerElevationState(job, NULL));
    refused(IBackgroundCopyJob4_GetMaximumDownloadTime(job, NULL));
}

static void test_file(void)
{
    BG_FILE_RANGE *ranges = (BG_FILE_RANGE *)0xdeadbeef;
    UINT64 number;
    DWORD count = 0;

    withstands("K1");
    refused(IBackgroundCopyFile4_GetRemoteName(file, NULL));
    refused(IBackgroundCopyFile4_GetLocalName(file, NULL));
    refused(IBackgroundCopyFile4_GetProgress(file, NULL));
    refused(IBackgroundCopyFile4_GetFileRanges(file, NULL, &ranges));
    emptied(ranges);
    refused(IBackgroundCopyFile4_GetFileRanges(file, &count, NULL));
    refused(IBackgroundCopyFile4_GetFileRanges(file, NULL, NULL));
    refused(IBackgroundCopyFile4_SetRemoteName(file, NULL));
    refused(IBackgroundCopyFile4_GetTemporaryName(file, NULL));
    refused(IBackgroundCopyFile4_GetValidationState(file, NULL));
    refused(IBackgroundCopyFile4_IsDownloadedFromPeer(file, NULL));
    refused(IBackgroundCopyFile4_GetPeerDownloadStats(file, NULL, &number));
    refused(IBackgroundCopyFile4_GetPeerDownloadStats(file, &number, NULL));
    refused(IBackgroundCopyFile4_GetPeerDownloadStats(file, NULL, NULL));
}

static void test_error(void)
{
    BG_ERROR_CONTEXT context;
    HRESULT code;

    withstands("K1");
    refused(IBackgroundCopyError_GetError(error, NULL, &code));
    refused(IBackgroundCopyError_GetError(error, &context, NULL));
    refused(IBackgroundCopyError_GetError(error, NULL, NULL));
    refused(IBackgroundCopyError_GetFile(error, NULL));
    refused(IBackgroundCopyError_GetErrorDescription(error, 0x409, NULL));
    refused(IBackgroundCopyError_GetErrorContextDescription(error, 0x409, NULL));
    refused(IBackgroundCopyError_GetProtocol(error, NULL));
}

static void test_enumerators(void)
{
    IBackgroundCopyFile *one_file = NULL;
    IBackgroundCopyJob *one_job = NULL;
    ULONG fetched = 0;

    withstands("K1");
    refused(IEnumBackgroundCopyJobs_Next(jobs, 1, NULL, &fetched));
    refused(IEnumBackgroundCopyJobs_Next(jobs, 2, &one_job, NULL));
    refused(IEnumBackgroundCopyJobs_Next(jobs, 2, NULL, NULL));
    refused(IEnumBackgroundCopyJobs_Next(jobs, 1, NULL, NULL));
    refused(IEnumBackgroundCopyJobs_Clone(jobs, NULL));
    refused(IEnumBackgroundCopyJobs_GetCount(jobs, NULL));
    refused(IEnumBackgroundCopyFiles_Next(files, 1, NULL, &fetched));
    refused(IEnumBackgroundCopyFiles_Next(files, 2, &one_file, NULL));
    refused(IEnumBackgroundCopyFiles_Next(files, 2, NULL, NULL));
    refused(IEnumBackgroundCopyFiles_Next(files, 1, NULL, NULL));
    refused(IEnumBackgroundCopyFiles_Clone(files, NULL));
    refused(IEnumBackgroundCopyFiles_GetCount(files, NULL));
    ok(!one_job && !one_file, "There are elements.\n");
}

static void test_administration(void)
{
    IBitsPeerCacheAdministration *admin = manager_query(&IID_IBitsPeerCacheAdministration);
    IBitsPeerCacheRecord *record = NULL;
    GUID id = GUID_NULL;

    withstands("K1");
    if (!admin)
    {
        win_skip("There is no peer cache.\n");
        return;
    }
    refused(IBitsPeerCacheAdministration_GetMaximumCacheSize(admin, NULL));
    refused(IBitsPeerCacheAdministration_GetMaximumContentAge(admin, NULL));
    refused(IBitsPeerCacheAdministration_GetConfigurationFlags(admin, NULL));
    refused(IBitsPeerCacheAdministration_EnumRecords(admin, NULL));
    refused(IBitsPeerCacheAdministration_GetRecord(admin, NULL, &record));
    refused(IBitsPeerCacheAdministration_GetRecord(admin, &id, NULL));
    refused(IBitsPeerCacheAdministration_GetRecord(admin, NULL, NULL));
    refused(IBitsPeerCacheAdministration_DeleteRecord(admin, NULL));
    refused(IBitsPeerCacheAdministration_DeleteUrl(admin, NULL));
    refused(IBitsPeerCacheAdministration_EnumPeers(admin, NULL));
    IBitsPeerCacheAdministration_Release(admin);
}

/* The refused calls have left no trace. */
static void test_unharmed(void)
{
    IBackgroundCopyJob *plain = (IBackgroundCopyJob *)job;
    WCHAR *name = NULL;
    HRESULT hr;

    withstands("K1");
    ok(file_count(plain) == 1, "There are %lu files.\n", file_count(plain));
    hr = IBackgroundCopyJob_GetDisplayName(plain, &name);
    ok(hr == S_OK && name && !wcscmp(name, L"NULL"), "Got hr %#lx, %s.\n", hr, wine_dbgstr_w(name));
    CoTaskMemFree(name);
    ok(job_state(plain) == BG_JOB_STATE_ERROR, "Got state %s.\n", state_name(job_state(plain)));
    origin_add(origin, "/NULL", &(struct origin_file){.size = SMALL});
    resume(plain);
    wait_for_state(plain, TRANSFERRED, SOON);
}

/* A job that has failed, because only such a one has an error object. */
static bool make_objects(void)
{
    IBackgroundCopyJob *plain = create_download("/NULL", L"NULL");
    IBackgroundCopyFile *plain_file = file_at(plain, 0);
    HRESULT hr;

    resume(plain);
    wait_for_state(plain, STATE_BIT(BG_JOB_STATE_ERROR), SOON);
    hr = IBackgroundCopyJob_GetError(plain, &error);
    ok(hr == S_OK, "Got hr %#lx.\n", hr);
    hr = IBackgroundCopyJob_EnumFiles(plain, &files);
    ok(hr == S_OK, "Got hr %#lx.\n", hr);
    hr = IBackgroundCopyManager_EnumJobs(com_manager(), 0, &jobs);
    ok(hr == S_OK, "Got hr %#lx.\n", hr);
    hr = IBackgroundCopyJob_QueryInterface(plain, &IID_IBackgroundCopyJob4, (void **)&job);
    ok(hr == S_OK, "Got hr %#lx.\n", hr);
    IBackgroundCopyJob_Release(plain);
    if (plain_file)
    {
        hr = IBackgroundCopyFile_QueryInterface(plain_file, &IID_IBackgroundCopyFile4,
                                                (void **)&file);
        ok(hr == S_OK, "Got hr %#lx.\n", hr);
        IBackgroundCopyFile_Release(plain_file);
    }
    return error && files && jobs && job && file;
}

START_TEST(null_args)
{
    downloads_start();
    if (!make_objects())
    {
        skip("There is not an object of each kind.\n");
        downloads_stop();
        return;
    }
    RUN_TEST(test_QueryInterface);
    RUN_TEST(test_manager);
    RUN_TEST(test_job_files);
    RUN_TEST(test_job_getters);
    RUN_TEST(test_job_setters);
    RUN_TEST(test_job2);
    RUN_TEST(test_job3);
    RUN_TEST(test_job4);
    RUN_TEST(test_file);
    RUN_TEST(test_error);
    RUN_TEST(test_enumerators);
    RUN_TEST(test_administration);
    RUN_TEST(test_unharmed);

    IEnumBackgroundCopyJobs_Release(jobs);
    IEnumBackgroundCopyFiles_Release(files);
    IBackgroundCopyError_Release(error);
    IBackgroundCopyFile4_Release(file);
    end_job((IBackgroundCopyJob *)job);
    downloads_stop();
}
