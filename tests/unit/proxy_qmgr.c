/* SPDX-License-Identifier: LGPL-2.1-or-later
 *
 * Every method of the legacy queue manager through our proxies: variants, BSTRs, ids by value. */

#include <string.h>

#include "proxy_enum.h"

#include <bits.h>
#include <qmgr.h>

#include "harness/test.h"

static const GUID some_guid = {
    0x12345678, 0x9abc, 0xdef0, {0x11, 0x22, 0x33, 0x44, 0x55, 0x66, 0x77, 0x88}};

static struct mock group, job1;

#define PUT_ID(place)   (place) = some_guid
#define PUT_GROUP(out)  mock_AddRef(*(out) = (void *)&group)
#define PUT_JOB(out)    mock_AddRef(*(out) = (void *)&job1)
#define IS_SOME(id)     (IsEqualGUID(&(id), &some_guid) ? "right" : "wrong")
#define CHECK_ID(place) ok(IsEqualGUID(&(place), &some_guid), "Got another id.\n")

DEFINE_ENUM_MOCK(IEnumBackgroundCopyJobs1, GUID, true, PUT_ID);
DEFINE_ENUM_TEST(IEnumBackgroundCopyJobs1, GUID, true, CHECK_ID)
DEFINE_ENUM_MOCK(IEnumBackgroundCopyGroups, GUID, true, PUT_ID);
DEFINE_ENUM_TEST(IEnumBackgroundCopyGroups, GUID, true, CHECK_ID)

/* The job. */

/* clang-format off */
#define JOB(name, ...) static HRESULT WINAPI job1_##name(IBackgroundCopyJob1 *This, __VA_ARGS__)
#define GROUP(name, ...)                                                                           \
    static HRESULT WINAPI group_##name(IBackgroundCopyGroup *This, __VA_ARGS__)
#define JOB_PLAIN(name)                                                                            \
    static HRESULT WINAPI job1_##name(IBackgroundCopyJob1 *This)                                   \
    { (void)This; note(#name); return S_OK; }
#define GROUP_PLAIN(name)                                                                          \
    static HRESULT WINAPI group_##name(IBackgroundCopyGroup *This)                                 \
    { (void)This; note(#name); return S_OK; }
/* clang-format on */

JOB_PLAIN(CancelJob)

JOB(GetProgress, DWORD flags, DWORD *progress)
{
    (void)This;
    note("GetProgress %lu", flags);
    *progress = 50;
    return S_OK;
}

JOB(GetStatus, DWORD *status, DWORD *win32, DWORD *transport, DWORD *retries)
{
    (void)This;
    *status = QM_STATUS_JOB_ERROR;
    *win32 = 2;
    *transport = 404;
    *retries = 3;
    return S_OK;
}

JOB(AddFiles, ULONG count, FILESETINFO **files)
{
    (void)This;
    note("AddFiles %lu", count);
    for (ULONG i = 0; i < count; i++)
        note("%s %s %lu", narrow(files[i]->bstrRemoteFile), narrow(files[i]->bstrLocalFile),
             files[i]->dwSizeHint);
    return S_OK;
}

JOB(GetFile, ULONG index, FILESETINFO *file)
{
    (void)This;
    memset(file, 0, sizeof(*file));
    if (index) return QM_E_ITEM_NOT_FOUND;
    file->bstrRemoteFile = SysAllocString(L"http://a");
    file->bstrLocalFile = SysAllocString(L"c:\\a");
    file->dwSizeHint = 7;
    return S_OK;
}

JOB(GetFileCount, DWORD *count)
{
    (void)This;
    *count = 4;
    return S_OK;
}

JOB_PLAIN(SwitchToForeground)

JOB(get_JobID, GUID *id)
{
    (void)This;
    *id = some_guid;
    return S_OK;
}

static const IBackgroundCopyJob1Vtbl job1_vtbl = {
    MOCK_UNKNOWN,
    .CancelJob = job1_CancelJob,
    .GetProgress = job1_GetProgress,
    .GetStatus = job1_GetStatus,
    .AddFiles = job1_AddFiles,
    .GetFile = job1_GetFile,
    .GetFileCount = job1_GetFileCount,
    .SwitchToForeground = job1_SwitchToForeground,
    .get_JobID = job1_get_JobID,
};

static const IID *const job1_iids[] = {&IID_IBackgroundCopyJob1, NULL};
static struct mock job1 = {&job1_vtbl, job1_iids, 1};

/* The group. */

GROUP(GetProp, GROUPPROP id, VARIANT *value)
{
    (void)This;
    VariantInit(value);
    if (id != GROUPPROP_DISPLAYNAME) return E_NOTIMPL;
    V_VT(value) = VT_BSTR;
    V_BSTR(value) = SysAllocString(L"name");
    return S_OK;
}

GROUP(SetProp, GROUPPROP id, VARIANT *value)
{
    (void)This;
    if (V_VT(value) == VT_BSTR)
        note("SetProp %d %s", id, narrow(V_BSTR(value)));
    else
        note("SetProp %d type %d %ld", id, V_VT(value), V_I4(value));
    return S_OK;
}

GROUP(GetProgress, DWORD flags, DWORD *progress)
{
    (void)This;
    note("GetProgress %lu", flags);
    *progress = 0;
    return E_NOTIMPL;
}

GROUP(GetStatus, DWORD *status, DWORD *index)
{
    (void)This;
    *status = QM_STATUS_GROUP_SUSPENDED;
    *index = 0;
    return S_OK;
}

GROUP(GetJob, GUID id, IBackgroundCopyJob1 **out)
{
    (void)This;
    note("GetJob %s", IS_SOME(id));
    PUT_JOB(out);
    return S_OK;
}

GROUP_PLAIN(SuspendGroup)
GROUP_PLAIN(ResumeGroup)
GROUP_PLAIN(CancelGroup)

GROUP(get_Size, DWORD *size)
{
    (void)This;
    *size = 0xfedcba98;
    return S_OK;
}

GROUP(get_GroupID, GUID *id)
{
    (void)This;
    *id = some_guid;
    return S_OK;
}

GROUP(CreateJob, GUID id, IBackgroundCopyJob1 **out)
{
    (void)This;
    note("CreateJob %s", IS_SOME(id));
    *out = NULL;
    return QM_E_INVALID_STATE;
}

GROUP(EnumJobs, DWORD flags, IEnumBackgroundCopyJobs1 **out)
{
    (void)This;
    note("EnumJobs %lu", flags);
    mock_AddRef(*out = (void *)&IEnumBackgroundCopyJobs1_mock);
    return S_OK;
}

GROUP_PLAIN(SwitchToForeground)

GROUP(QueryNewJobInterface, REFIID iid, IUnknown **out)
{
    (void)This;
    return mock_QueryInterface(&job1, iid, (void **)out);
}

/* Calls everything that the client's object can do, from this apartment. */
GROUP(SetNotificationPointer, REFIID iid, IUnknown *value)
{
    static BYTE bytes[3] = {7, 8, 9};
    IBackgroundCopyJob1 *job = (IBackgroundCopyJob1 *)&job1;
    IBackgroundCopyCallback1 *client;
    HRESULT hr;

    if (FAILED(hr = IUnknown_QueryInterface(value, iid, (void **)&client))) return hr;
    note("%#lx", IBackgroundCopyCallback1_OnStatus(client, This, NULL, ~0u, 1, 2, 3, 4));
    note("%#lx", IBackgroundCopyCallback1_OnProgress(client, 1, This, job, 2, 3));
    note("%#lx", IBackgroundCopyCallback1_OnProgressEx(client, 1, This, job, 2, 3, 3, bytes));
    IBackgroundCopyCallback1_Release(client);
    return S_OK;
}

static const IBackgroundCopyGroupVtbl group_vtbl = {
    MOCK_UNKNOWN,
    .GetProp = group_GetProp,
    .SetProp = group_SetProp,
    .GetProgress = group_GetProgress,
    .GetStatus = group_GetStatus,
    .GetJob = group_GetJob,
    .SuspendGroup = group_SuspendGroup,
    .ResumeGroup = group_ResumeGroup,
    .CancelGroup = group_CancelGroup,
    .get_Size = group_get_Size,
    .get_GroupID = group_get_GroupID,
    .CreateJob = group_CreateJob,
    .EnumJobs = group_EnumJobs,
    .SwitchToForeground = group_SwitchToForeground,
    .QueryNewJobInterface = group_QueryNewJobInterface,
    .SetNotificationPointer = group_SetNotificationPointer,
};

static const IID *const group_iids[] = {&IID_IBackgroundCopyGroup, NULL};
static struct mock group = {&group_vtbl, group_iids, 1};

/* The client's object, in the apartment of the test. */

static HRESULT WINAPI client_OnStatus(IBackgroundCopyCallback1 *This, IBackgroundCopyGroup *where,
                                      IBackgroundCopyJob1 *job, DWORD index, DWORD status,
                                      DWORD retries, DWORD win32, DWORD transport)
{
    (void)This;
    note("OnStatus %s %s %lu %lu %lu %lu %lu", where ? "group" : "NULL", job ? "job" : "NULL",
         index, status, retries, win32, transport);
    return E_FAIL;
}

static HRESULT WINAPI client_OnProgress(IBackgroundCopyCallback1 *This, DWORD type,
                                        IBackgroundCopyGroup *where, IBackgroundCopyJob1 *job,
                                        DWORD index, DWORD value)
{
    (void)This;
    note("OnProgress %lu %s %s %lu %lu", type, where ? "group" : "NULL", job ? "job" : "NULL",
         index, value);
    return S_OK;
}

static HRESULT WINAPI client_OnProgressEx(IBackgroundCopyCallback1 *This, DWORD type,
                                          IBackgroundCopyGroup *where, IBackgroundCopyJob1 *job,
                                          DWORD index, DWORD value, DWORD count, BYTE *bytes)
{
    (void)This;
    note("OnProgressEx %lu %s %s %lu %lu %lu %d", type, where ? "group" : "NULL",
         job ? "job" : "NULL", index, value, count, bytes[2]);
    return S_OK;
}

static const IBackgroundCopyCallback1Vtbl client_vtbl = {
    MOCK_UNKNOWN,
    .OnStatus = client_OnStatus,
    .OnProgress = client_OnProgress,
    .OnProgressEx = client_OnProgressEx,
};

static const IID *const client_iids[] = {&IID_IBackgroundCopyCallback1, NULL};
static struct mock client = {&client_vtbl, client_iids, 1};

/* The manager. */

static HRESULT WINAPI qmgr_CreateGroup(IBackgroundCopyQMgr *This, GUID id,
                                       IBackgroundCopyGroup **out)
{
    (void)This;
    note("CreateGroup %s", IS_SOME(id));
    PUT_GROUP(out);
    return S_OK;
}

static HRESULT WINAPI qmgr_GetGroup(IBackgroundCopyQMgr *This, GUID id, IBackgroundCopyGroup **out)
{
    (void)This;
    note("GetGroup %s", IS_SOME(id));
    *out = NULL;
    return QM_E_ITEM_NOT_FOUND;
}

static HRESULT WINAPI qmgr_EnumGroups(IBackgroundCopyQMgr *This, DWORD flags,
                                      IEnumBackgroundCopyGroups **out)
{
    (void)This;
    note("EnumGroups %lu", flags);
    mock_AddRef(*out = (void *)&IEnumBackgroundCopyGroups_mock);
    return S_OK;
}

static const IBackgroundCopyQMgrVtbl qmgr_vtbl = {
    MOCK_UNKNOWN,
    .CreateGroup = qmgr_CreateGroup,
    .GetGroup = qmgr_GetGroup,
    .EnumGroups = qmgr_EnumGroups,
};

static const IID *const qmgr_iids[] = {&IID_IBackgroundCopyQMgr, NULL};
static struct mock qmgr = {&qmgr_vtbl, qmgr_iids, 1};

static void test_manager(void)
{
    IBackgroundCopyQMgr *proxy = proxy_of(&IID_IBackgroundCopyQMgr, &qmgr);
    IEnumBackgroundCopyGroups *list = NULL;
    IBackgroundCopyGroup *item = NULL;
    ULONG count = 0;

    if (!proxy) return;
    expect_hr(IBackgroundCopyQMgr_CreateGroup(proxy, some_guid, &item), S_OK);
    expect_notes("CreateGroup right");
    ok(item && (void *)item != &group, "Got %p.\n", item);
    if (item) IBackgroundCopyGroup_Release(item);
    expect_hr(IBackgroundCopyQMgr_GetGroup(proxy, some_guid, &item), QM_E_ITEM_NOT_FOUND);
    expect_notes("GetGroup right");
    ok(!item, "Got %p.\n", item);
    expect_hr(IBackgroundCopyQMgr_EnumGroups(proxy, 7, &list), S_OK);
    expect_notes("EnumGroups 7");
    if (list)
    {
        expect_hr(IEnumBackgroundCopyGroups_GetCount(list, &count), S_OK);
        ok(count == 3, "Got count %lu.\n", count);
        IEnumBackgroundCopyGroups_Release(list);
    }
    IBackgroundCopyQMgr_Release(proxy);
}

static IBackgroundCopyGroup *proxy;

static void test_properties(void)
{
    VARIANT value;

    VariantInit(&value);
    expect_hr(IBackgroundCopyGroup_GetProp(proxy, GROUPPROP_DISPLAYNAME, &value), S_OK);
    ok(V_VT(&value) == VT_BSTR && !wcscmp(V_BSTR(&value), L"name"), "Got another variant.\n");
    VariantClear(&value);
    expect_hr(IBackgroundCopyGroup_GetProp(proxy, GROUPPROP_PRIORITY, &value), E_NOTIMPL);

    V_VT(&value) = VT_BSTR;
    V_BSTR(&value) = SysAllocString(L"text");
    expect_hr(IBackgroundCopyGroup_SetProp(proxy, GROUPPROP_DESCRIPTION, &value), S_OK);
    expect_notes("SetProp 12 text");
    VariantClear(&value);
    V_VT(&value) = VT_I4;
    V_I4(&value) = -5;
    expect_hr(IBackgroundCopyGroup_SetProp(proxy, (GROUPPROP)77, &value), S_OK);
    expect_notes("SetProp 77 type 3 -5");
    expect_hr(IBackgroundCopyGroup_SetProp(proxy, GROUPPROP_DESCRIPTION, NULL), E_INVALIDARG);
    expect_notes("");
}

static void test_group(void)
{
    DWORD first = 99, second = 99;
    GUID id = {0};

    expect_hr(IBackgroundCopyGroup_GetProgress(proxy, QM_PROGRESS_TIME_DONE, &first), E_NOTIMPL);
    expect_notes("GetProgress 2");
    expect_hr(IBackgroundCopyGroup_GetStatus(proxy, &first, &second), S_OK);
    ok(first == QM_STATUS_GROUP_SUSPENDED && !second, "Got %#lx, %#lx.\n", first, second);
    expect_hr(IBackgroundCopyGroup_SuspendGroup(proxy), S_OK);
    expect_hr(IBackgroundCopyGroup_ResumeGroup(proxy), S_OK);
    expect_hr(IBackgroundCopyGroup_CancelGroup(proxy), S_OK);
    expect_hr(IBackgroundCopyGroup_SwitchToForeground(proxy), S_OK);
    expect_notes("SuspendGroup; ResumeGroup; CancelGroup; SwitchToForeground");
    expect_hr(IBackgroundCopyGroup_get_Size(proxy, &first), S_OK);
    ok(first == 0xfedcba98, "Got %#lx.\n", first);
    expect_hr(IBackgroundCopyGroup_get_GroupID(proxy, &id), S_OK);
    CHECK_ID(id);
}

static void test_jobs_of_group(void)
{
    IEnumBackgroundCopyJobs1 *list = NULL;
    IBackgroundCopyJob1 *item = NULL;
    IUnknown *unknown = NULL;
    ULONG count = 0;

    expect_hr(IBackgroundCopyGroup_GetJob(proxy, some_guid, &item), S_OK);
    expect_notes("GetJob right");
    ok(item && (void *)item != &job1, "Got %p.\n", item);
    if (item) IBackgroundCopyJob1_Release(item);
    expect_hr(IBackgroundCopyGroup_CreateJob(proxy, some_guid, &item), QM_E_INVALID_STATE);
    expect_notes("CreateJob right");
    ok(!item, "Got %p.\n", item);
    expect_hr(IBackgroundCopyGroup_EnumJobs(proxy, 0, &list), S_OK);
    expect_notes("EnumJobs 0");
    if (list)
    {
        expect_hr(IEnumBackgroundCopyJobs1_GetCount(list, &count), S_OK);
        ok(count == 3, "Got count %lu.\n", count);
        IEnumBackgroundCopyJobs1_Release(list);
    }
    expect_hr(IBackgroundCopyGroup_QueryNewJobInterface(proxy, &IID_IBackgroundCopyJob1, &unknown),
              S_OK);
    if (unknown)
    {
        expect_hr(IBackgroundCopyJob1_GetFileCount((IBackgroundCopyJob1 *)unknown, &count), S_OK);
        ok(count == 4, "Got count %lu.\n", count);
        IUnknown_Release(unknown);
    }
}

static void test_callback(void)
{
    expect_hr(IBackgroundCopyGroup_SetNotificationPointer(proxy, &IID_IBackgroundCopyCallback1,
                                                          (IUnknown *)&client),
              S_OK);
    expect_notes("OnStatus group NULL 4294967295 1 2 3 4; 0x80004005; "
                 "OnProgress 1 group job 2 3; 0; OnProgressEx 1 group job 2 3 3 9; 0");
}

static void test_job(void)
{
    FILESETINFO files[2] = {{0}}, got = {0}, *list[2] = {&files[0], &files[1]};
    IBackgroundCopyJob1 *item = proxy_of(&IID_IBackgroundCopyJob1, &job1);
    DWORD values[4] = {0};
    GUID id = {0};

    if (!item) return;
    expect_hr(IBackgroundCopyJob1_CancelJob(item), S_OK);
    expect_hr(IBackgroundCopyJob1_SwitchToForeground(item), S_OK);
    expect_hr(IBackgroundCopyJob1_GetProgress(item, QM_PROGRESS_SIZE_DONE, &values[0]), S_OK);
    expect_notes("CancelJob; SwitchToForeground; GetProgress 3");
    ok(values[0] == 50, "Got %lu.\n", values[0]);
    expect_hr(IBackgroundCopyJob1_GetStatus(item, &values[0], &values[1], &values[2], &values[3]),
              S_OK);
    ok(values[0] == QM_STATUS_JOB_ERROR && values[1] == 2 && values[2] == 404 && values[3] == 3,
       "Got %lu, %lu, %lu, %lu.\n", values[0], values[1], values[2], values[3]);

    files[0].bstrRemoteFile = SysAllocString(L"http://a");
    files[0].bstrLocalFile = SysAllocString(L"c:\\a");
    files[0].dwSizeHint = 5;
    files[1].bstrRemoteFile = SysAllocString(L"http://b");
    expect_hr(IBackgroundCopyJob1_AddFiles(item, 2, list), S_OK);
    expect_notes("AddFiles 2; http://a c:\\a 5; http://b NULL 0");
    SysFreeString(files[0].bstrRemoteFile);
    SysFreeString(files[0].bstrLocalFile);
    SysFreeString(files[1].bstrRemoteFile);

    expect_hr(IBackgroundCopyJob1_GetFile(item, 0, &got), S_OK);
    ok(got.bstrRemoteFile && !wcscmp(got.bstrRemoteFile, L"http://a"), "Got another name.\n");
    ok(got.bstrLocalFile && !wcscmp(got.bstrLocalFile, L"c:\\a"), "Got another name.\n");
    ok(got.dwSizeHint == 7, "Got %lu.\n", got.dwSizeHint);
    SysFreeString(got.bstrRemoteFile);
    SysFreeString(got.bstrLocalFile);
    memset(&got, 0, sizeof(got));
    expect_hr(IBackgroundCopyJob1_GetFile(item, 1, &got), QM_E_ITEM_NOT_FOUND);
    ok(!got.bstrRemoteFile && !got.bstrLocalFile, "Got names.\n");

    expect_hr(IBackgroundCopyJob1_get_JobID(item, &id), S_OK);
    CHECK_ID(id);
    IBackgroundCopyJob1_Release(item);
}

START_TEST(proxy_qmgr)
{
    if (!proxy_start()) return;
    RUN_TEST(test_manager);
    if ((proxy = proxy_of(&IID_IBackgroundCopyGroup, &group)))
    {
        RUN_TEST(test_properties);
        RUN_TEST(test_group);
        RUN_TEST(test_jobs_of_group);
        RUN_TEST(test_callback);
        RUN_TEST(test_job);
        RUN_TEST(test_IEnumBackgroundCopyJobs1);
        RUN_TEST(test_IEnumBackgroundCopyGroups);
        IBackgroundCopyGroup_Release(proxy);
    }
    proxy_stop();
    check_released(&qmgr);
    check_released(&group);
    check_released(&job1);
    check_released(&client);
    check_released(&IEnumBackgroundCopyJobs1_mock);
    check_released(&IEnumBackgroundCopyGroups_mock);
}
