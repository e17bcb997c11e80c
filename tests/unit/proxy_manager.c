/* SPDX-License-Identifier: LGPL-2.1-or-later
 *
 * Every method of the manager, of the enumerator of jobs and of a client's callbacks through our
 * proxies; and that there are proxies for all interfaces. */

#include <string.h>

#include "proxy_enum.h"

#include <bits10_3.h>
#include <qmgr.h>

#include "harness/test.h"

static const GUID some_guid = {
    0x12345678, 0x9abc, 0xdef0, {0x11, 0x22, 0x33, 0x44, 0x55, 0x66, 0x77, 0x88}};

static HRESULT WINAPI job_GetState(IBackgroundCopyJob *This, BG_JOB_STATE *state)
{
    (void)This;
    *state = BG_JOB_STATE_TRANSFERRED;
    return S_OK;
}

static const BG_FILE_RANGE two_ranges[] = {{0, 5}, {0x100000000, BG_LENGTH_TO_EOF}};

static HRESULT WINAPI job_SetNotifyInterface(IBackgroundCopyJob *This, IUnknown *value);

static const IBackgroundCopyJobVtbl job_vtbl = {MOCK_UNKNOWN, .GetState = job_GetState,
                                                .SetNotifyInterface = job_SetNotifyInterface};
static const IBackgroundCopyFileVtbl file_vtbl = {MOCK_UNKNOWN};
static const IBackgroundCopyErrorVtbl error_vtbl = {MOCK_UNKNOWN};
static const IID *const job_iids[] = {&IID_IBackgroundCopyJob, NULL};
static const IID *const file_iids[] = {&IID_IBackgroundCopyFile, NULL};
static const IID *const error_iids[] = {&IID_IBackgroundCopyError, NULL};
static struct mock job = {&job_vtbl, job_iids, 1};
static struct mock file = {&file_vtbl, file_iids, 1};
static struct mock error = {&error_vtbl, error_iids, 1};

/* Calls everything that the client's object can do, from this apartment. */
static HRESULT WINAPI job_SetNotifyInterface(IBackgroundCopyJob *This, IUnknown *value)
{
    IBackgroundCopyCallback3 *client3 = NULL;
    IBackgroundCopyCallback2 *client2 = NULL;
    IBackgroundCopyCallback *client = NULL;
    IBackgroundCopyFile *item = (IBackgroundCopyFile *)&file;

    IUnknown_QueryInterface(value, &IID_IBackgroundCopyCallback, (void **)&client);
    IUnknown_QueryInterface(value, &IID_IBackgroundCopyCallback2, (void **)&client2);
    IUnknown_QueryInterface(value, &IID_IBackgroundCopyCallback3, (void **)&client3);
    if (!client || !client2 || !client3) return E_NOINTERFACE;

    note("%#lx", IBackgroundCopyCallback_JobTransferred(client, This));
    note("%#lx", IBackgroundCopyCallback_JobError(client, This, (IBackgroundCopyError *)&error));
    note("%#lx", IBackgroundCopyCallback_JobModification(client, This, 7));
    note("%#lx", IBackgroundCopyCallback2_JobTransferred(client2, This));
    note("%#lx", IBackgroundCopyCallback2_FileTransferred(client2, This, item));
    note("%#lx", IBackgroundCopyCallback3_FileTransferred(client3, This, item));
    note("%#lx",
         IBackgroundCopyCallback3_FileRangesTransferred(client3, This, item, 2, two_ranges));

    IBackgroundCopyCallback_Release(client);
    IBackgroundCopyCallback2_Release(client2);
    IBackgroundCopyCallback3_Release(client3);
    return S_OK;
}

/* The client's object, in the apartment of the test. */

static const char *kind(void *item, const struct mock *original)
{
    return !item ? "NULL" : item == (const void *)original ? "object" : "proxy";
}

/* Calls back while it is being called. */
static HRESULT WINAPI client_JobTransferred(IBackgroundCopyCallback3 *This,
                                            IBackgroundCopyJob *item)
{
    BG_JOB_STATE state = 0;

    (void)This;
    IBackgroundCopyJob_GetState(item, &state);
    note("JobTransferred %s %d", kind(item, &job), state);
    return S_OK;
}

static HRESULT WINAPI client_JobError(IBackgroundCopyCallback3 *This, IBackgroundCopyJob *item,
                                      IBackgroundCopyError *info)
{
    (void)This;
    note("JobError %s %s", kind(item, &job), kind(info, &error));
    return E_FAIL;
}

static HRESULT WINAPI client_JobModification(IBackgroundCopyCallback3 *This,
                                             IBackgroundCopyJob *item, DWORD reserved)
{
    (void)This;
    note("JobModification %s %lu", kind(item, &job), reserved);
    return S_OK;
}

static HRESULT WINAPI client_FileTransferred(IBackgroundCopyCallback3 *This,
                                             IBackgroundCopyJob *item, IBackgroundCopyFile *part)
{
    (void)This;
    note("FileTransferred %s %s", kind(item, &job), kind(part, &file));
    return S_OK;
}

static HRESULT WINAPI client_FileRangesTransferred(IBackgroundCopyCallback3 *This,
                                                   IBackgroundCopyJob *item,
                                                   IBackgroundCopyFile *part, DWORD count,
                                                   const BG_FILE_RANGE *ranges)
{
    bool same = count == 2 && !memcmp(ranges, two_ranges, sizeof(two_ranges));

    (void)This;
    note("FileRangesTransferred %s %s %s", kind(item, &job), kind(part, &file),
         same ? "right" : "wrong");
    return S_OK;
}

static const IBackgroundCopyCallback3Vtbl client_vtbl = {
    MOCK_UNKNOWN,
    .JobTransferred = client_JobTransferred,
    .JobError = client_JobError,
    .JobModification = client_JobModification,
    .FileTransferred = client_FileTransferred,
    .FileRangesTransferred = client_FileRangesTransferred,
};

static const IID *const client_iids[] = {&IID_IBackgroundCopyCallback,
                                         &IID_IBackgroundCopyCallback2,
                                         &IID_IBackgroundCopyCallback3, NULL};
static struct mock client = {&client_vtbl, client_iids, 1};

static void check_job(IBackgroundCopyJob *item)
{
    BG_JOB_STATE state = 0;

    ok(item && (void *)item != &job, "Got %p.\n", item);
    if (!item) return;
    expect_hr(IBackgroundCopyJob_GetState(item, &state), S_OK);
    ok(state == BG_JOB_STATE_TRANSFERRED, "Got state %d.\n", state);
    IBackgroundCopyJob_Release(item);
}

#define PUT_JOB(place) mock_AddRef((place) = (void *)&job)

DEFINE_ENUM_MOCK(IEnumBackgroundCopyJobs, IBackgroundCopyJob *, false, PUT_JOB);
DEFINE_ENUM_TEST(IEnumBackgroundCopyJobs, IBackgroundCopyJob *, false, check_job)

/* The manager. */

static HRESULT WINAPI manager_CreateJob(IBackgroundCopyManager *This, const WCHAR *name,
                                        BG_JOB_TYPE type, GUID *id, IBackgroundCopyJob **out)
{
    (void)This;
    note("CreateJob %s %#x", narrow(name), type);
    *id = some_guid;
    *out = NULL;
    if (type == (BG_JOB_TYPE)77) return E_NOTIMPL;
    PUT_JOB(*out);
    return S_OK;
}

static HRESULT WINAPI manager_GetJob(IBackgroundCopyManager *This, REFGUID id,
                                     IBackgroundCopyJob **out)
{
    (void)This;
    *out = NULL;
    if (!IsEqualGUID(id, &some_guid)) return BG_E_NOT_FOUND;
    PUT_JOB(*out);
    return S_OK;
}

static HRESULT WINAPI manager_EnumJobs(IBackgroundCopyManager *This, DWORD flags,
                                       IEnumBackgroundCopyJobs **out)
{
    (void)This;
    note("EnumJobs %#lx", flags);
    mock_AddRef(*out = (void *)&IEnumBackgroundCopyJobs_mock);
    return S_OK;
}

static HRESULT WINAPI manager_GetErrorDescription(IBackgroundCopyManager *This, HRESULT code,
                                                  DWORD language, WCHAR **text)
{
    (void)This;
    note("GetErrorDescription %#lx %#lx", code, language);
    *text = task_string(L"text");
    return S_OK;
}

static const IBackgroundCopyManagerVtbl manager_vtbl = {
    MOCK_UNKNOWN,
    .CreateJob = manager_CreateJob,
    .GetJob = manager_GetJob,
    .EnumJobs = manager_EnumJobs,
    .GetErrorDescription = manager_GetErrorDescription,
};

static const IID *const manager_iids[] = {&IID_IBackgroundCopyManager, NULL};
static struct mock manager = {&manager_vtbl, manager_iids, 1};

static void test_manager(void)
{
    IBackgroundCopyManager *proxy = proxy_of(&IID_IBackgroundCopyManager, &manager);
    IEnumBackgroundCopyJobs *list = NULL;
    IBackgroundCopyJob *item = NULL;
    WCHAR *text = NULL;
    GUID id = {0};
    ULONG count = 0;

    if (!proxy) return;
    expect_hr(IBackgroundCopyManager_CreateJob(proxy, L"name", BG_JOB_TYPE_UPLOAD, &id, &item),
              S_OK);
    expect_notes("CreateJob name 0x1");
    ok(IsEqualGUID(&id, &some_guid), "Got another id.\n");
    check_job(item);
    expect_hr(IBackgroundCopyManager_CreateJob(proxy, L"", (BG_JOB_TYPE)77, &id, &item), E_NOTIMPL);
    expect_notes("CreateJob  0x4d");
    ok(!item, "Got %p.\n", item);

    expect_hr(IBackgroundCopyManager_GetJob(proxy, &some_guid, &item), S_OK);
    check_job(item);
    expect_hr(IBackgroundCopyManager_GetJob(proxy, &IID_IUnknown, &item), BG_E_NOT_FOUND);
    ok(!item, "Got %p.\n", item);

    expect_hr(IBackgroundCopyManager_EnumJobs(proxy, BG_JOB_ENUM_ALL_USERS, &list), S_OK);
    expect_notes("EnumJobs 0x1");
    if (list)
    {
        expect_hr(IEnumBackgroundCopyJobs_GetCount(list, &count), S_OK);
        ok(count == 3, "Got count %lu.\n", count);
        IEnumBackgroundCopyJobs_Release(list);
    }
    expect_hr(IBackgroundCopyManager_GetErrorDescription(proxy, BG_E_NOT_FOUND, 0x409, &text),
              S_OK);
    expect_notes("GetErrorDescription 0x80200001 0x409");
    expect_string(text, L"text");
    IBackgroundCopyManager_Release(proxy);
}

static void test_callbacks(void)
{
    IBackgroundCopyJob *proxy = proxy_of(&IID_IBackgroundCopyJob, &job);

    if (!proxy) return;
    expect_hr(IBackgroundCopyJob_SetNotifyInterface(proxy, (IUnknown *)&client), S_OK);
    expect_notes("JobTransferred proxy 6; 0; JobError proxy proxy; 0x80004005; "
                 "JobModification proxy 7; 0; JobTransferred proxy 6; 0; "
                 "FileTransferred proxy proxy; 0; FileTransferred proxy proxy; 0; "
                 "FileRangesTransferred proxy proxy right; 0");
    IBackgroundCopyJob_Release(proxy);
}

/* All but the asynchronous callback and the interfaces of the IIS extension. */
static void test_list(void)
{
    static const IID *const all[] = {
        &IID_IBackgroundCopyManager,
        &IID_IBackgroundCopyJob,
        &IID_IEnumBackgroundCopyJobs,
        &IID_IBackgroundCopyFile,
        &IID_IEnumBackgroundCopyFiles,
        &IID_IBackgroundCopyError,
        &IID_IBackgroundCopyCallback,
        &IID_IBackgroundCopyJob2,
        &IID_IBackgroundCopyJob3,
        &IID_IBackgroundCopyFile2,
        &IID_IBackgroundCopyJobHttpOptions,
        &IID_IBackgroundCopyJob4,
        &IID_IBackgroundCopyFile3,
        &IID_IBackgroundCopyCallback2,
        &IID_IBitsPeerCacheAdministration,
        &IID_IBitsPeerCacheRecord,
        &IID_IEnumBitsPeerCacheRecords,
        &IID_IBitsPeer,
        &IID_IEnumBitsPeers,
        &IID_IBitsTokenOptions,
        &IID_IBackgroundCopyFile4,
        &IID_IBackgroundCopyJob5,
        &IID_IBackgroundCopyFile5,
        &IID_IBackgroundCopyCallback3,
        &IID_IBackgroundCopyFile6,
        &IID_IBackgroundCopyJobHttpOptions2,
        &IID_IBackgroundCopyJobHttpOptions3,
        &IID_IBackgroundCopyServerCertificateValidationCallback,
        &IID_IBackgroundCopyQMgr,
        &IID_IBackgroundCopyGroup,
        &IID_IBackgroundCopyJob1,
        &IID_IEnumBackgroundCopyJobs1,
        &IID_IEnumBackgroundCopyGroups,
        &IID_IBackgroundCopyCallback1,
    };
    size_t listed = 0;

    for (size_t i = 0; i < ARRAY_SIZE(all); i++)
    {
        size_t found = 0;
        int index;

        for (size_t j = 0; aProxyFileList[j]; j++)
            if (aProxyFileList[j]->pIIDLookupRtn(all[i], &index)) found++;
        ok(found == 1, "Interface %zu is in %zu files.\n", i, found);
    }
    for (size_t j = 0; aProxyFileList[j]; j++)
        listed += aProxyFileList[j]->TableSize;
    ok(listed == ARRAY_SIZE(all), "%zu interfaces.\n", listed);
}

START_TEST(proxy_manager)
{
    if (!proxy_start()) return;
    RUN_TEST(test_list);
    RUN_TEST(test_manager);
    RUN_TEST(test_callbacks);
    RUN_TEST(test_IEnumBackgroundCopyJobs);
    proxy_stop();
    check_released(&manager);
    check_released(&job);
    check_released(&file);
    check_released(&error);
    check_released(&client);
    check_released(&IEnumBackgroundCopyJobs_mock);
}
