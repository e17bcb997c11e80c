/* SPDX-License-Identifier: LGPL-2.1-or-later
 *
 * Every method of a job through our proxies: strings, arrays, structures, unions by value and
 * interfaces, in both directions. */

#include <string.h>

#include "proxy_fixture.h"

#include <bits10_3.h>

#include "harness/test.h"

static const GUID some_guid = {
    0x12345678, 0x9abc, 0xdef0, {0x11, 0x22, 0x33, 0x44, 0x55, 0x66, 0x77, 0x88}};

static struct mock job, enum_files, error, notify;
static IUnknown *kept; /* of SetNotifyInterface */

/* clang-format off */
#define METHOD(name, ...) static HRESULT WINAPI job_##name(IBackgroundCopyJob5 *This, __VA_ARGS__)
#define PLAIN(name, hr)                                                                            \
    static HRESULT WINAPI job_##name(IBackgroundCopyJob5 *This)                                    \
    { (void)This; note(#name); return hr; }
#define PUT(name, type, format)                                                                    \
    METHOD(name, type value)                                                                       \
    { (void)This; note(#name " " format, value); return S_OK; }
#define GET(name, type, ...)                                                                       \
    METHOD(name, type *value)                                                                      \
    { (void)This; *value = (type)__VA_ARGS__; return S_OK; }
#define PUT_STRING(name)                                                                           \
    METHOD(name, const WCHAR *value)                                                               \
    { (void)This; note(#name " %s", narrow(value)); return S_OK; }
#define GET_STRING(name, text)                                                                     \
    METHOD(name, WCHAR **value)                                                                    \
    { (void)This; *value = task_string(text); return S_OK; }
/* clang-format on */

METHOD(AddFileSet, ULONG count, BG_FILE_INFO *files)
{
    (void)This;
    note("AddFileSet %lu", count);
    for (ULONG i = 0; i < count; i++)
        note("%s %s", narrow(files[i].RemoteName), narrow(files[i].LocalName));
    return BG_E_TOO_MANY_FILES;
}

METHOD(AddFile, const WCHAR *url, const WCHAR *path)
{
    (void)This;
    note("AddFile %s %s", narrow(url), narrow(path));
    return S_OK;
}

METHOD(EnumFiles, IEnumBackgroundCopyFiles **out)
{
    (void)This;
    mock_AddRef(*out = (void *)&enum_files);
    return S_OK;
}

PLAIN(Suspend, S_OK)
PLAIN(Resume, BG_E_EMPTY)
PLAIN(Cancel, BG_S_UNABLE_TO_DELETE_FILES)
PLAIN(Complete, BG_S_PARTIAL_COMPLETE)
GET(GetId, GUID, some_guid)
GET(GetType, BG_JOB_TYPE, BG_JOB_TYPE_UPLOAD_REPLY)
GET(GetProgress, BG_JOB_PROGRESS, {BG_SIZE_UNKNOWN, 0x123456789a, 7, 5})
GET(GetTimes, BG_JOB_TIMES, {{1, 2}, {3, 4}, {5, 6}})
GET(GetState, BG_JOB_STATE, BG_JOB_STATE_ACKNOWLEDGED)

METHOD(GetError, IBackgroundCopyError **out)
{
    static bool once;

    (void)This;
    *out = NULL;
    if (!once)
    {
        once = true;
        return BG_E_ERROR_INFORMATION_UNAVAILABLE;
    }
    mock_AddRef(*out = (void *)&error);
    return S_OK;
}

GET_STRING(GetOwner, L"S-1-5-18")
PUT_STRING(SetDisplayName)
GET_STRING(GetDisplayName, L"display \x20ac name")
PUT_STRING(SetDescription)
GET_STRING(GetDescription, L"")
PUT(SetPriority, BG_JOB_PRIORITY, "%#x")
GET(GetPriority, BG_JOB_PRIORITY, BG_JOB_PRIORITY_LOW)
PUT(SetNotifyFlags, ULONG, "%#lx")
GET(GetNotifyFlags, ULONG, 0xfedcba98)

METHOD(SetNotifyInterface, IUnknown *value)
{
    (void)This;
    note("SetNotifyInterface %s", value ? "object" : "NULL");
    if (value) IUnknown_AddRef(value);
    if (kept) IUnknown_Release(kept);
    kept = value;
    return S_OK;
}

METHOD(GetNotifyInterface, IUnknown **out)
{
    (void)This;
    if ((*out = kept)) IUnknown_AddRef(kept);
    return S_OK;
}

PUT(SetMinimumRetryDelay, ULONG, "%lu")
GET(GetMinimumRetryDelay, ULONG, 600)
PUT(SetNoProgressTimeout, ULONG, "%lu")
GET(GetNoProgressTimeout, ULONG, 1209600)
GET(GetErrorCount, ULONG, 3)

METHOD(SetProxySettings, BG_JOB_PROXY_USAGE usage, const WCHAR *list, const WCHAR *bypass)
{
    (void)This;
    note("SetProxySettings %#x %s %s", usage, narrow(list), narrow(bypass));
    return S_OK;
}

METHOD(GetProxySettings, BG_JOB_PROXY_USAGE *usage, WCHAR **list, WCHAR **bypass)
{
    (void)This;
    *usage = BG_JOB_PROXY_USAGE_OVERRIDE;
    *list = task_string(L"http=a:80");
    *bypass = NULL;
    return S_OK;
}

PLAIN(TakeOwnership, BG_E_NEW_OWNER_DIFF_MAPPING)

METHOD(SetNotifyCmdLine, const WCHAR *program, const WCHAR *parameters)
{
    (void)This;
    note("SetNotifyCmdLine %s %s", narrow(program), narrow(parameters));
    return S_OK;
}

METHOD(GetNotifyCmdLine, WCHAR **program, WCHAR **parameters)
{
    (void)This;
    *program = task_string(L"c:\\a.exe");
    *parameters = task_string(L"");
    return S_OK;
}

METHOD(GetReplyProgress, BG_JOB_REPLY_PROGRESS *progress)
{
    (void)This;
    note("GetReplyProgress %#llx", (unsigned long long)progress->BytesTotal);
    progress->BytesTotal = 0x1122334455667788;
    progress->BytesTransferred = 5;
    return S_OK;
}

/* The length that comes in says which answer is wanted. */
METHOD(GetReplyData, byte **buffer, UINT64 *length)
{
    (void)This;
    *buffer = NULL;
    if (!length) return E_INVALIDARG;
    if (*length == 1)
    {
        *length = 0x200000;
        return BG_E_TOO_LARGE;
    }
    if (*length == 2)
    {
        *length = 0;
        return S_OK;
    }
    *length = 5;
    *buffer = task_copy("reply", 5);
    return S_OK;
}

PUT_STRING(SetReplyFileName)
GET_STRING(GetReplyFileName, L"c:\\reply")

METHOD(SetCredentials, BG_AUTH_CREDENTIALS *value)
{
    bool known = value->Scheme >= BG_AUTH_SCHEME_BASIC && value->Scheme <= BG_AUTH_SCHEME_PASSPORT;

    (void)This;
    note("SetCredentials %#x %#x", value->Target, value->Scheme);
    if (!known) return BG_E_INVALID_AUTH_SCHEME;
    note("%s %s", narrow(value->Credentials.Basic.UserName),
         narrow(value->Credentials.Basic.Password));
    return S_OK;
}

METHOD(RemoveCredentials, BG_AUTH_TARGET target, BG_AUTH_SCHEME scheme)
{
    (void)This;
    note("RemoveCredentials %#x %#x", target, scheme);
    return S_FALSE;
}

METHOD(ReplaceRemotePrefix, const WCHAR *from, const WCHAR *to)
{
    (void)This;
    note("ReplaceRemotePrefix %s %s", narrow(from), narrow(to));
    return S_OK;
}

METHOD(AddFileWithRanges, const WCHAR *url, const WCHAR *path, DWORD count, BG_FILE_RANGE ranges[])
{
    (void)This;
    note("AddFileWithRanges %s %s %lu", narrow(url), narrow(path), count);
    for (DWORD i = 0; i < count; i++)
        note("%#llx+%#llx", (unsigned long long)ranges[i].InitialOffset,
             (unsigned long long)ranges[i].Length);
    return S_OK;
}

PUT(SetFileACLFlags, DWORD, "%#lx")
GET(GetFileACLFlags, DWORD, BG_COPY_FILE_ALL)
PUT(SetPeerCachingFlags, DWORD, "%#lx")
GET(GetPeerCachingFlags, DWORD, BG_JOB_ENABLE_PEERCACHING_CLIENT)
GET(GetOwnerIntegrityLevel, ULONG, 0x3000)
GET(GetOwnerElevationState, BOOL, TRUE)
PUT(SetMaximumDownloadTime, ULONG, "%lu")
GET(GetMaximumDownloadTime, ULONG, 7776000)

METHOD(SetProperty, BITS_JOB_PROPERTY_ID id, BITS_JOB_PROPERTY_VALUE value)
{
    (void)This;
    switch ((int)id)
    {
    case BITS_JOB_PROPERTY_ID_COST_FLAGS:
    case BITS_JOB_PROPERTY_MINIMUM_NOTIFICATION_INTERVAL_MS:
        note("SetProperty %d Dword %#lx", id, value.Dword);
        break;
    case BITS_JOB_PROPERTY_NOTIFICATION_CLSID:
        note("SetProperty %d ClsID %s", id,
             IsEqualGUID(&value.ClsID, &some_guid) ? "right" : "wrong");
        break;
    case BITS_JOB_PROPERTY_DYNAMIC_CONTENT:
    case BITS_JOB_PROPERTY_HIGH_PERFORMANCE:
    case BITS_JOB_PROPERTY_ON_DEMAND_MODE:
        note("SetProperty %d Enable %d", id, value.Enable);
        break;
    case BITS_JOB_PROPERTY_MAX_DOWNLOAD_SIZE:
        note("SetProperty %d Uint64 %#llx", id, (unsigned long long)value.Uint64);
        break;
    case BITS_JOB_PROPERTY_USE_STORED_CREDENTIALS:
        note("SetProperty %d Target %d", id, value.Target);
        break;
    default:
        note("SetProperty %d", id);
        return BG_E_UNKNOWN_PROPERTY_ID;
    }
    return S_OK;
}

METHOD(GetProperty, BITS_JOB_PROPERTY_ID id, BITS_JOB_PROPERTY_VALUE *value)
{
    (void)This;
    memset(value, 0, sizeof(*value));
    switch ((int)id)
    {
    case BITS_JOB_PROPERTY_ID_COST_FLAGS:
        value->Dword = BITS_COST_STATE_TRANSFER_ALWAYS;
        break;
    case BITS_JOB_PROPERTY_NOTIFICATION_CLSID:
        value->ClsID = some_guid;
        break;
    case BITS_JOB_PROPERTY_ON_DEMAND_MODE:
        value->Enable = TRUE;
        break;
    case BITS_JOB_PROPERTY_MAX_DOWNLOAD_SIZE:
        value->Uint64 = 0x8877665544332211;
        break;
    case BITS_JOB_PROPERTY_USE_STORED_CREDENTIALS:
        value->Target = BG_AUTH_TARGET_PROXY;
        break;
    default:
        return BG_E_UNKNOWN_PROPERTY_ID;
    }
    return S_OK;
}

/* clang-format off */
static const IBackgroundCopyJob5Vtbl job_vtbl = {
    MOCK_UNKNOWN,
    .AddFileSet = job_AddFileSet, .AddFile = job_AddFile, .EnumFiles = job_EnumFiles,
    .Suspend = job_Suspend, .Resume = job_Resume, .Cancel = job_Cancel, .Complete = job_Complete,
    .GetId = job_GetId, .GetType = job_GetType, .GetProgress = job_GetProgress,
    .GetTimes = job_GetTimes, .GetState = job_GetState, .GetError = job_GetError,
    .GetOwner = job_GetOwner, .SetDisplayName = job_SetDisplayName,
    .GetDisplayName = job_GetDisplayName, .SetDescription = job_SetDescription,
    .GetDescription = job_GetDescription, .SetPriority = job_SetPriority,
    .GetPriority = job_GetPriority, .SetNotifyFlags = job_SetNotifyFlags,
    .GetNotifyFlags = job_GetNotifyFlags, .SetNotifyInterface = job_SetNotifyInterface,
    .GetNotifyInterface = job_GetNotifyInterface,
    .SetMinimumRetryDelay = job_SetMinimumRetryDelay,
    .GetMinimumRetryDelay = job_GetMinimumRetryDelay,
    .SetNoProgressTimeout = job_SetNoProgressTimeout,
    .GetNoProgressTimeout = job_GetNoProgressTimeout, .GetErrorCount = job_GetErrorCount,
    .SetProxySettings = job_SetProxySettings, .GetProxySettings = job_GetProxySettings,
    .TakeOwnership = job_TakeOwnership,
    /* IBackgroundCopyJob2 */
    .SetNotifyCmdLine = job_SetNotifyCmdLine, .GetNotifyCmdLine = job_GetNotifyCmdLine,
    .GetReplyProgress = job_GetReplyProgress, .GetReplyData = job_GetReplyData,
    .SetReplyFileName = job_SetReplyFileName, .GetReplyFileName = job_GetReplyFileName,
    .SetCredentials = job_SetCredentials, .RemoveCredentials = job_RemoveCredentials,
    /* IBackgroundCopyJob3 */
    .ReplaceRemotePrefix = job_ReplaceRemotePrefix, .AddFileWithRanges = job_AddFileWithRanges,
    .SetFileACLFlags = job_SetFileACLFlags, .GetFileACLFlags = job_GetFileACLFlags,
    /* IBackgroundCopyJob4 */
    .SetPeerCachingFlags = job_SetPeerCachingFlags,
    .GetPeerCachingFlags = job_GetPeerCachingFlags,
    .GetOwnerIntegrityLevel = job_GetOwnerIntegrityLevel,
    .GetOwnerElevationState = job_GetOwnerElevationState,
    .SetMaximumDownloadTime = job_SetMaximumDownloadTime,
    .GetMaximumDownloadTime = job_GetMaximumDownloadTime,
    /* IBackgroundCopyJob5 */
    .SetProperty = job_SetProperty, .GetProperty = job_GetProperty,
};
/* clang-format on */

static HRESULT WINAPI enum_files_GetCount(IEnumBackgroundCopyFiles *This, ULONG *count)
{
    (void)This;
    *count = 42;
    return S_OK;
}

static const IEnumBackgroundCopyFilesVtbl enum_files_vtbl = {MOCK_UNKNOWN,
                                                             .GetCount = enum_files_GetCount};

static HRESULT WINAPI error_GetError(IBackgroundCopyError *This, BG_ERROR_CONTEXT *context,
                                     HRESULT *code)
{
    (void)This;
    *context = BG_ERROR_CONTEXT_SERVER_CERTIFICATE_CALLBACK;
    *code = BG_E_HTTP_ERROR_404;
    return S_OK;
}

static const IBackgroundCopyErrorVtbl error_vtbl = {MOCK_UNKNOWN, .GetError = error_GetError};

static const IUnknownVtbl notify_vtbl = {MOCK_UNKNOWN};

static const IID *const job_iids[] = {&IID_IBackgroundCopyJob,  &IID_IBackgroundCopyJob2,
                                      &IID_IBackgroundCopyJob3, &IID_IBackgroundCopyJob4,
                                      &IID_IBackgroundCopyJob5, NULL};
static const IID *const enum_files_iids[] = {&IID_IEnumBackgroundCopyFiles, NULL};
static const IID *const error_iids[] = {&IID_IBackgroundCopyError, NULL};
static const IID *const notify_iids[] = {NULL};

static struct mock job = {&job_vtbl, job_iids, 1};
static struct mock enum_files = {&enum_files_vtbl, enum_files_iids, 1};
static struct mock error = {&error_vtbl, error_iids, 1};
static struct mock notify = {&notify_vtbl, notify_iids, 1};

static IBackgroundCopyJob5 *proxy;

static void test_files(void)
{
    BG_FILE_INFO files[2] = {{(WCHAR *)L"http://a/1", (WCHAR *)L"c:\\1"},
                             {(WCHAR *)L"http://a/2", NULL}};
    BG_FILE_RANGE ranges[2] = {{0x100000000, 2}, {3, BG_LENGTH_TO_EOF}};
    IEnumBackgroundCopyFiles *list = NULL;
    ULONG count = 0;

    expect_hr(IBackgroundCopyJob5_AddFileSet(proxy, 2, files), BG_E_TOO_MANY_FILES);
    expect_notes("AddFileSet 2; http://a/1 c:\\1; http://a/2 NULL");

    expect_hr(IBackgroundCopyJob5_AddFile(proxy, L"http://a/3", L"c:\\3"), S_OK);
    expect_notes("AddFile http://a/3 c:\\3");

    expect_hr(IBackgroundCopyJob5_AddFileWithRanges(proxy, L"http://a", L"c:\\a", 2, ranges), S_OK);
    expect_notes("AddFileWithRanges http://a c:\\a 2; 0x100000000+0x2; 0x3+0xffffffffffffffff");

    expect_hr(IBackgroundCopyJob5_ReplaceRemotePrefix(proxy, L"http://a", L"http://b"), S_OK);
    expect_notes("ReplaceRemotePrefix http://a http://b");

    expect_hr(IBackgroundCopyJob5_EnumFiles(proxy, &list), S_OK);
    ok(list && (void *)list != &enum_files, "Got %p.\n", list);
    if (!list) return;
    expect_hr(IEnumBackgroundCopyFiles_GetCount(list, &count), S_OK);
    ok(count == 42, "Got count %lu.\n", count);
    IEnumBackgroundCopyFiles_Release(list);
}

static void test_control(void)
{
    expect_hr(IBackgroundCopyJob5_Suspend(proxy), S_OK);
    expect_hr(IBackgroundCopyJob5_Resume(proxy), BG_E_EMPTY);
    expect_hr(IBackgroundCopyJob5_Cancel(proxy), BG_S_UNABLE_TO_DELETE_FILES);
    expect_hr(IBackgroundCopyJob5_Complete(proxy), BG_S_PARTIAL_COMPLETE);
    expect_hr(IBackgroundCopyJob5_TakeOwnership(proxy), BG_E_NEW_OWNER_DIFF_MAPPING);
    expect_notes("Suspend; Resume; Cancel; Complete; TakeOwnership");
}

static void test_structures(void)
{
    BG_JOB_REPLY_PROGRESS reply = {0xabcdef0123, 4};
    BG_JOB_PROGRESS progress = {0};
    BG_JOB_TIMES times = {0};
    GUID id = {0};

    expect_hr(IBackgroundCopyJob5_GetId(proxy, &id), S_OK);
    ok(IsEqualGUID(&id, &some_guid), "Got another id.\n");

    expect_hr(IBackgroundCopyJob5_GetProgress(proxy, &progress), S_OK);
    ok(progress.BytesTotal == BG_SIZE_UNKNOWN, "Got %#llx.\n", progress.BytesTotal);
    ok(progress.BytesTransferred == 0x123456789a, "Got %#llx.\n", progress.BytesTransferred);
    ok(progress.FilesTotal == 7, "Got %lu.\n", progress.FilesTotal);
    ok(progress.FilesTransferred == 5, "Got %lu.\n", progress.FilesTransferred);

    expect_hr(IBackgroundCopyJob5_GetTimes(proxy, &times), S_OK);
    ok(times.CreationTime.dwLowDateTime == 1 && times.ModificationTime.dwHighDateTime == 4 &&
           times.TransferCompletionTime.dwHighDateTime == 6,
       "Got other times.\n");

    expect_hr(IBackgroundCopyJob5_GetReplyProgress(proxy, &reply), S_OK);
    ok(reply.BytesTotal == 0x1122334455667788, "Got %#llx.\n", reply.BytesTotal);
    ok(reply.BytesTransferred == 5, "Got %#llx.\n", reply.BytesTransferred);
    expect_notes("GetReplyProgress 0xabcdef0123");
}

#define check_value(method, type, want)                                                            \
    do                                                                                             \
    {                                                                                              \
        type value_ = 0;                                                                           \
        expect_hr(IBackgroundCopyJob5_##method(proxy, &value_), S_OK);                             \
        ok(value_ == (want), #method ": got %#lx.\n", (unsigned long)value_);                      \
    } while (0)

static void test_values(void)
{
    check_value(GetType, BG_JOB_TYPE, BG_JOB_TYPE_UPLOAD_REPLY);
    check_value(GetState, BG_JOB_STATE, BG_JOB_STATE_ACKNOWLEDGED);
    check_value(GetPriority, BG_JOB_PRIORITY, BG_JOB_PRIORITY_LOW);
    check_value(GetNotifyFlags, ULONG, 0xfedcba98);
    check_value(GetMinimumRetryDelay, ULONG, 600);
    check_value(GetNoProgressTimeout, ULONG, 1209600);
    check_value(GetErrorCount, ULONG, 3);
    check_value(GetFileACLFlags, DWORD, BG_COPY_FILE_ALL);
    check_value(GetPeerCachingFlags, DWORD, BG_JOB_ENABLE_PEERCACHING_CLIENT);
    check_value(GetOwnerIntegrityLevel, ULONG, 0x3000);
    check_value(GetOwnerElevationState, BOOL, TRUE);
    check_value(GetMaximumDownloadTime, ULONG, 7776000);
    expect_notes("");

    /* Values outside of an enumeration reach the method. */
    expect_hr(IBackgroundCopyJob5_SetPriority(proxy, (BG_JOB_PRIORITY)0x12345678), S_OK);
    expect_hr(IBackgroundCopyJob5_SetNotifyFlags(proxy, 0xffffffff), S_OK);
    expect_hr(IBackgroundCopyJob5_SetMinimumRetryDelay(proxy, 5), S_OK);
    expect_hr(IBackgroundCopyJob5_SetNoProgressTimeout(proxy, 0), S_OK);
    expect_notes("SetPriority 0x12345678; SetNotifyFlags 0xffffffff; SetMinimumRetryDelay 5; "
                 "SetNoProgressTimeout 0");
    expect_hr(IBackgroundCopyJob5_SetFileACLFlags(proxy, 0xf), S_OK);
    expect_hr(IBackgroundCopyJob5_SetPeerCachingFlags(proxy, 0x80000001), S_OK);
    expect_hr(IBackgroundCopyJob5_SetMaximumDownloadTime(proxy, 60), S_OK);
    expect_notes("SetFileACLFlags 0xf; SetPeerCachingFlags 0x80000001; SetMaximumDownloadTime 60");
}

static void test_strings(void)
{
    BG_JOB_PROXY_USAGE usage = BG_JOB_PROXY_USAGE_PRECONFIG;
    WCHAR *first = NULL, *second = NULL;

    expect_hr(IBackgroundCopyJob5_SetDisplayName(proxy, L"name"), S_OK);
    expect_hr(IBackgroundCopyJob5_SetDescription(proxy, L""), S_OK);
    expect_hr(IBackgroundCopyJob5_SetReplyFileName(proxy, NULL), S_OK);
    expect_notes("SetDisplayName name; SetDescription ; SetReplyFileName NULL");

    expect_hr(IBackgroundCopyJob5_GetOwner(proxy, &first), S_OK);
    expect_string(first, L"S-1-5-18");
    expect_hr(IBackgroundCopyJob5_GetDisplayName(proxy, &first), S_OK);
    expect_string(first, L"display \x20ac name");
    expect_hr(IBackgroundCopyJob5_GetDescription(proxy, &first), S_OK);
    expect_string(first, L"");
    expect_hr(IBackgroundCopyJob5_GetReplyFileName(proxy, &first), S_OK);
    expect_string(first, L"c:\\reply");

    expect_hr(
        IBackgroundCopyJob5_SetProxySettings(proxy, BG_JOB_PROXY_USAGE_AUTODETECT, NULL, L"local"),
        S_OK);
    expect_notes("SetProxySettings 0x3 NULL local");
    first = second = NULL;
    expect_hr(IBackgroundCopyJob5_GetProxySettings(proxy, &usage, &first, &second), S_OK);
    ok(usage == BG_JOB_PROXY_USAGE_OVERRIDE, "Got %d.\n", usage);
    expect_string(first, L"http=a:80");
    expect_string(second, NULL);

    expect_hr(IBackgroundCopyJob5_SetNotifyCmdLine(proxy, L"c:\\a.exe", NULL), S_OK);
    expect_notes("SetNotifyCmdLine c:\\a.exe NULL");
    first = second = NULL;
    expect_hr(IBackgroundCopyJob5_GetNotifyCmdLine(proxy, &first, &second), S_OK);
    expect_string(first, L"c:\\a.exe");
    expect_string(second, L"");
}

static void test_reply_data(void)
{
    UINT64 length = 0;
    byte *buffer = NULL;

    expect_hr(IBackgroundCopyJob5_GetReplyData(proxy, &buffer, &length), S_OK);
    ok(length == 5, "Got length %llu.\n", length);
    ok(buffer && !memcmp(buffer, "reply", 5), "Got other data.\n");
    CoTaskMemFree(buffer);

    length = 1;
    buffer = (byte *)&length;
    expect_hr(IBackgroundCopyJob5_GetReplyData(proxy, &buffer, &length), BG_E_TOO_LARGE);
    ok(length == 0x200000, "Got length %#llx.\n", length);
    ok(!buffer, "Got data.\n");

    length = 2;
    buffer = (byte *)&length;
    expect_hr(IBackgroundCopyJob5_GetReplyData(proxy, &buffer, &length), S_OK);
    ok(!length && !buffer, "Got data of %llu.\n", length);

    buffer = (byte *)&length;
    expect_hr(IBackgroundCopyJob5_GetReplyData(proxy, &buffer, NULL), E_INVALIDARG);
    ok(!buffer, "Got data.\n");
}

static void test_credentials(void)
{
    BG_AUTH_CREDENTIALS value = {BG_AUTH_TARGET_PROXY, BG_AUTH_SCHEME_NEGOTIATE, {{NULL, NULL}}};

    expect_hr(IBackgroundCopyJob5_SetCredentials(proxy, &value), S_OK);
    expect_notes("SetCredentials 0x2 0x4; NULL NULL");

    value.Scheme = BG_AUTH_SCHEME_BASIC;
    value.Credentials.Basic.UserName = (WCHAR *)L"user";
    value.Credentials.Basic.Password = (WCHAR *)L"";
    expect_hr(IBackgroundCopyJob5_SetCredentials(proxy, &value), S_OK);
    expect_notes("SetCredentials 0x2 0x1; user ");

    value.Scheme = (BG_AUTH_SCHEME)77;
    expect_hr(IBackgroundCopyJob5_SetCredentials(proxy, &value), BG_E_INVALID_AUTH_SCHEME);
    expect_notes("SetCredentials 0x2 0x4d");

    expect_hr(
        IBackgroundCopyJob5_RemoveCredentials(proxy, (BG_AUTH_TARGET)9, BG_AUTH_SCHEME_PASSPORT),
        S_FALSE);
    expect_notes("RemoveCredentials 0x9 0x5");
}

static void set_property(BITS_JOB_PROPERTY_ID id, BITS_JOB_PROPERTY_VALUE value, HRESULT hr)
{
    expect_hr(IBackgroundCopyJob5_SetProperty(proxy, id, value), hr);
}

static void test_SetProperty(void)
{
    set_property(BITS_JOB_PROPERTY_ID_COST_FLAGS,
                 (BITS_JOB_PROPERTY_VALUE){.Dword = BITS_COST_STATE_TRANSFER_STANDARD}, S_OK);
    expect_notes("SetProperty 1 Dword 0x80000067");
    set_property(BITS_JOB_PROPERTY_NOTIFICATION_CLSID,
                 (BITS_JOB_PROPERTY_VALUE){.ClsID = some_guid}, S_OK);
    expect_notes("SetProperty 2 ClsID right");
    set_property(BITS_JOB_PROPERTY_DYNAMIC_CONTENT, (BITS_JOB_PROPERTY_VALUE){.Enable = 1}, S_OK);
    set_property(BITS_JOB_PROPERTY_HIGH_PERFORMANCE, (BITS_JOB_PROPERTY_VALUE){.Enable = 0}, S_OK);
    expect_notes("SetProperty 3 Enable 1; SetProperty 4 Enable 0");
    set_property(BITS_JOB_PROPERTY_MAX_DOWNLOAD_SIZE,
                 (BITS_JOB_PROPERTY_VALUE){.Uint64 = 0x1122334455667788}, S_OK);
    expect_notes("SetProperty 5 Uint64 0x1122334455667788");
    set_property(BITS_JOB_PROPERTY_USE_STORED_CREDENTIALS,
                 (BITS_JOB_PROPERTY_VALUE){.Target = BG_AUTH_TARGET_PROXY}, S_OK);
    expect_notes("SetProperty 7 Target 2");
    set_property(BITS_JOB_PROPERTY_MINIMUM_NOTIFICATION_INTERVAL_MS,
                 (BITS_JOB_PROPERTY_VALUE){.Dword = 500}, S_OK);
    set_property(BITS_JOB_PROPERTY_ON_DEMAND_MODE, (BITS_JOB_PROPERTY_VALUE){.Enable = 1}, S_OK);
    expect_notes("SetProperty 9 Dword 0x1f4; SetProperty 10 Enable 1");
    set_property((BITS_JOB_PROPERTY_ID)8, (BITS_JOB_PROPERTY_VALUE){.Dword = 1},
                 BG_E_UNKNOWN_PROPERTY_ID);
    expect_notes("SetProperty 8");
}

static void test_GetProperty(void)
{
    BITS_JOB_PROPERTY_VALUE value;

    memset(&value, 0xcc, sizeof(value));
    expect_hr(IBackgroundCopyJob5_GetProperty(proxy, BITS_JOB_PROPERTY_ID_COST_FLAGS, &value),
              S_OK);
    ok(value.Dword == BITS_COST_STATE_TRANSFER_ALWAYS, "Got %#lx.\n", value.Dword);
    expect_hr(IBackgroundCopyJob5_GetProperty(proxy, BITS_JOB_PROPERTY_NOTIFICATION_CLSID, &value),
              S_OK);
    ok(IsEqualGUID(&value.ClsID, &some_guid), "Got another class.\n");
    expect_hr(IBackgroundCopyJob5_GetProperty(proxy, BITS_JOB_PROPERTY_ON_DEMAND_MODE, &value),
              S_OK);
    ok(value.Enable == TRUE, "Got %d.\n", value.Enable);
    expect_hr(IBackgroundCopyJob5_GetProperty(proxy, BITS_JOB_PROPERTY_MAX_DOWNLOAD_SIZE, &value),
              S_OK);
    ok(value.Uint64 == 0x8877665544332211, "Got %#llx.\n", value.Uint64);
    expect_hr(
        IBackgroundCopyJob5_GetProperty(proxy, BITS_JOB_PROPERTY_USE_STORED_CREDENTIALS, &value),
        S_OK);
    ok(value.Target == BG_AUTH_TARGET_PROXY, "Got %d.\n", value.Target);
    expect_hr(IBackgroundCopyJob5_GetProperty(proxy, (BITS_JOB_PROPERTY_ID)77, &value),
              BG_E_UNKNOWN_PROPERTY_ID);
}

static void test_interfaces(void)
{
    IUnknown *mine = (IUnknown *)&notify, *got = NULL;
    IBackgroundCopyError *info = (void *)mine;
    BG_ERROR_CONTEXT context = 0;
    HRESULT code = 0;

    expect_hr(IBackgroundCopyJob5_SetNotifyInterface(proxy, mine), S_OK);
    expect_notes("SetNotifyInterface object");
    expect_hr(IBackgroundCopyJob5_GetNotifyInterface(proxy, &got), S_OK);
    ok(got == mine, "Got %p, not %p.\n", got, mine);
    if (got) IUnknown_Release(got);
    expect_hr(IBackgroundCopyJob5_SetNotifyInterface(proxy, NULL), S_OK);
    expect_notes("SetNotifyInterface NULL");
    got = mine;
    expect_hr(IBackgroundCopyJob5_GetNotifyInterface(proxy, &got), S_OK);
    ok(!got, "Got %p.\n", got);

    expect_hr(IBackgroundCopyJob5_GetError(proxy, &info), BG_E_ERROR_INFORMATION_UNAVAILABLE);
    ok(!info, "Got %p.\n", info);
    expect_hr(IBackgroundCopyJob5_GetError(proxy, &info), S_OK);
    if (!info) return;
    expect_hr(IBackgroundCopyError_GetError(info, &context, &code), S_OK);
    ok(context == BG_ERROR_CONTEXT_SERVER_CERTIFICATE_CALLBACK, "Got context %d.\n", context);
    ok(code == BG_E_HTTP_ERROR_404, "Got code %#lx.\n", code);
    IBackgroundCopyError_Release(info);
}

/* Each version has a proxy of its own, of its own length. */
static void test_versions(void)
{
    IBackgroundCopyJob2 *job2 = NULL;
    IBackgroundCopyJob3 *job3 = NULL;
    IBackgroundCopyJob4 *job4 = NULL;
    IBackgroundCopyJob *job1 = NULL;
    BG_JOB_STATE state = 0;
    ULONG value = 0;

    expect_hr(IBackgroundCopyJob5_QueryInterface(proxy, &IID_IBackgroundCopyJob, (void **)&job1),
              S_OK);
    expect_hr(IBackgroundCopyJob5_QueryInterface(proxy, &IID_IBackgroundCopyJob2, (void **)&job2),
              S_OK);
    expect_hr(IBackgroundCopyJob5_QueryInterface(proxy, &IID_IBackgroundCopyJob3, (void **)&job3),
              S_OK);
    expect_hr(IBackgroundCopyJob5_QueryInterface(proxy, &IID_IBackgroundCopyJob4, (void **)&job4),
              S_OK);
    if (!job1 || !job2 || !job3 || !job4) return;

    expect_hr(IBackgroundCopyJob_GetState(job1, &state), S_OK);
    ok(state == BG_JOB_STATE_ACKNOWLEDGED, "Got state %d.\n", state);
    expect_hr(IBackgroundCopyJob_TakeOwnership(job1), BG_E_NEW_OWNER_DIFF_MAPPING);
    expect_hr(IBackgroundCopyJob2_RemoveCredentials(job2, 1, 2), S_FALSE);
    expect_notes("TakeOwnership; RemoveCredentials 0x1 0x2");
    expect_hr(IBackgroundCopyJob3_GetFileACLFlags(job3, &value), S_OK);
    ok(value == BG_COPY_FILE_ALL, "Got %#lx.\n", value);
    expect_hr(IBackgroundCopyJob4_GetMaximumDownloadTime(job4, &value), S_OK);
    ok(value == 7776000, "Got %lu.\n", value);

    IBackgroundCopyJob_Release(job1);
    IBackgroundCopyJob2_Release(job2);
    IBackgroundCopyJob3_Release(job3);
    IBackgroundCopyJob4_Release(job4);
}

START_TEST(proxy_job)
{
    if (!proxy_start()) return;
    if ((proxy = proxy_of(&IID_IBackgroundCopyJob5, &job)))
    {
        RUN_TEST(test_files);
        RUN_TEST(test_control);
        RUN_TEST(test_structures);
        RUN_TEST(test_values);
        RUN_TEST(test_strings);
        RUN_TEST(test_reply_data);
        RUN_TEST(test_credentials);
        RUN_TEST(test_SetProperty);
        RUN_TEST(test_GetProperty);
        RUN_TEST(test_interfaces);
        RUN_TEST(test_versions);
        IBackgroundCopyJob5_Release(proxy);
    }
    proxy_stop();
    check_released(&job);
    check_released(&enum_files);
    check_released(&error);
    check_released(&notify);
}
