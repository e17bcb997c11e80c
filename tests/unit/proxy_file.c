/* SPDX-License-Identifier: LGPL-2.1-or-later
 *
 * Every method of a file, of an error and of the enumerator of files through our proxies. */

#include <string.h>

#include "proxy_enum.h"

#include <bits10_3.h>

#include "harness/test.h"

static const BG_FILE_RANGE two_ranges[] = {{0, 5}, {0x100000000, BG_LENGTH_TO_EOF}};

/* clang-format off */
#define METHOD(name, ...) static HRESULT WINAPI file_##name(IBackgroundCopyFile6 *This, __VA_ARGS__)
#define GET_STRING(name, text)                                                                     \
    METHOD(name, WCHAR **value)                                                                    \
    { (void)This; *value = task_string(text); return S_OK; }
/* clang-format on */

GET_STRING(GetRemoteName, L"http://a/b")
GET_STRING(GetLocalName, L"c:\\b")

METHOD(GetProgress, BG_FILE_PROGRESS *value)
{
    (void)This;
    *value = (BG_FILE_PROGRESS){BG_SIZE_UNKNOWN, 0x1122334455, TRUE};
    return S_OK;
}

/* The number that comes in says which answer is wanted. */
METHOD(GetFileRanges, DWORD *count, BG_FILE_RANGE **ranges)
{
    (void)This;
    *ranges = NULL;
    if (!count) return E_INVALIDARG;
    *ranges = *count ? task_copy(two_ranges, sizeof(two_ranges)) : NULL;
    *count = *ranges ? 2 : 0;
    return *ranges ? S_OK : S_FALSE;
}

METHOD(SetRemoteName, const WCHAR *value)
{
    (void)This;
    note("SetRemoteName %s", narrow(value));
    return S_OK;
}

GET_STRING(GetTemporaryName, L"c:\\tmp")

METHOD(SetValidationState, BOOL value)
{
    (void)This;
    note("SetValidationState %d", value);
    return BG_E_RECORD_DELETED;
}

METHOD(GetValidationState, BOOL *value)
{
    (void)This;
    *value = TRUE;
    return S_OK;
}

METHOD(IsDownloadedFromPeer, BOOL *value)
{
    (void)This;
    *value = TRUE;
    return S_OK;
}

METHOD(GetPeerDownloadStats, UINT64 *origin, UINT64 *peers)
{
    (void)This;
    *origin = 0x1122334455667788;
    *peers = 5;
    return S_OK;
}

METHOD(SetProperty, BITS_FILE_PROPERTY_ID id, BITS_FILE_PROPERTY_VALUE value)
{
    (void)This;
    if (id != BITS_FILE_PROPERTY_ID_HTTP_RESPONSE_HEADERS)
    {
        note("SetProperty %d", id);
        return BG_E_UNKNOWN_PROPERTY_ID;
    }
    note("SetProperty %d %s", id, narrow(value.String));
    return BG_E_READ_ONLY_PROPERTY;
}

METHOD(GetProperty, BITS_FILE_PROPERTY_ID id, BITS_FILE_PROPERTY_VALUE *value)
{
    (void)This;
    value->String = NULL;
    if (id != BITS_FILE_PROPERTY_ID_HTTP_RESPONSE_HEADERS) return BG_E_UNKNOWN_PROPERTY_ID;
    value->String = task_string(L"HTTP/1.1 200 OK");
    return S_OK;
}

METHOD(UpdateDownloadPosition, UINT64 offset)
{
    (void)This;
    note("UpdateDownloadPosition %#llx", (unsigned long long)offset);
    return S_OK;
}

METHOD(RequestFileRanges, DWORD count, const BG_FILE_RANGE *ranges)
{
    (void)This;
    note("RequestFileRanges %lu", count);
    for (DWORD i = 0; i < count; i++)
        note("%#llx+%#llx", (unsigned long long)ranges[i].InitialOffset,
             (unsigned long long)ranges[i].Length);
    return BG_E_INVALID_RANGE;
}

METHOD(GetFilledFileRanges, DWORD *count, BG_FILE_RANGE **ranges)
{
    (void)This;
    *count = 2;
    *ranges = task_copy(two_ranges, sizeof(two_ranges));
    return S_OK;
}

static const IBackgroundCopyFile6Vtbl file_vtbl = {
    MOCK_UNKNOWN,
    .GetRemoteName = file_GetRemoteName,
    .GetLocalName = file_GetLocalName,
    .GetProgress = file_GetProgress,
    .GetFileRanges = file_GetFileRanges,
    .SetRemoteName = file_SetRemoteName,
    .GetTemporaryName = file_GetTemporaryName,
    .SetValidationState = file_SetValidationState,
    .GetValidationState = file_GetValidationState,
    .IsDownloadedFromPeer = file_IsDownloadedFromPeer,
    .GetPeerDownloadStats = file_GetPeerDownloadStats,
    .SetProperty = file_SetProperty,
    .GetProperty = file_GetProperty,
    .UpdateDownloadPosition = file_UpdateDownloadPosition,
    .RequestFileRanges = file_RequestFileRanges,
    .GetFilledFileRanges = file_GetFilledFileRanges,
};

static const IID *const file_iids[] = {&IID_IBackgroundCopyFile,
                                       &IID_IBackgroundCopyFile2,
                                       &IID_IBackgroundCopyFile3,
                                       &IID_IBackgroundCopyFile4,
                                       &IID_IBackgroundCopyFile5,
                                       &IID_IBackgroundCopyFile6,
                                       NULL};
static struct mock file = {&file_vtbl, file_iids, 1};

static HRESULT WINAPI error_GetError(IBackgroundCopyError *This, BG_ERROR_CONTEXT *context,
                                     HRESULT *code)
{
    (void)This;
    *context = BG_ERROR_CONTEXT_REMOTE_FILE;
    *code = BG_E_HTTP_ERROR_404;
    return S_OK;
}

static HRESULT WINAPI error_GetFile(IBackgroundCopyError *This, IBackgroundCopyFile **out)
{
    (void)This;
    mock_AddRef(*out = (void *)&file);
    return S_OK;
}

static HRESULT WINAPI error_GetErrorDescription(IBackgroundCopyError *This, DWORD language,
                                                WCHAR **text)
{
    (void)This;
    *text = NULL;
    if (language != 0x409) return HRESULT_FROM_WIN32(ERROR_RESOURCE_LANG_NOT_FOUND);
    *text = task_string(L"Not there.");
    return S_OK;
}

static HRESULT WINAPI error_GetErrorContextDescription(IBackgroundCopyError *This, DWORD language,
                                                       WCHAR **text)
{
    (void)This;
    note("GetErrorContextDescription %#lx", language);
    *text = task_string(L"The remote file.");
    return S_OK;
}

static HRESULT WINAPI error_GetProtocol(IBackgroundCopyError *This, WCHAR **text)
{
    (void)This;
    *text = NULL;
    return BG_E_PROTOCOL_NOT_AVAILABLE;
}

static const IBackgroundCopyErrorVtbl error_vtbl = {
    MOCK_UNKNOWN,
    .GetError = error_GetError,
    .GetFile = error_GetFile,
    .GetErrorDescription = error_GetErrorDescription,
    .GetErrorContextDescription = error_GetErrorContextDescription,
    .GetProtocol = error_GetProtocol,
};

static const IID *const error_iids[] = {&IID_IBackgroundCopyError, NULL};
static struct mock error = {&error_vtbl, error_iids, 1};

static IBackgroundCopyFile6 *proxy;

/* For expressions, so that a caller can be seen in the place of a failure. */
static void check_name(IBackgroundCopyFile *item)
{
    WCHAR *name = NULL;

    ok(item && (void *)item != &file, "Got %p.\n", item);
    if (!item) return;
    expect_hr(IBackgroundCopyFile_GetRemoteName(item, &name), S_OK);
    expect_string(name, L"http://a/b");
    IBackgroundCopyFile_Release(item);
}

#define PUT_FILE(place) mock_AddRef((place) = (void *)&file)

DEFINE_ENUM_MOCK(IEnumBackgroundCopyFiles, IBackgroundCopyFile *, false, PUT_FILE);
DEFINE_ENUM_TEST(IEnumBackgroundCopyFiles, IBackgroundCopyFile *, false, check_name)

static void test_names(void)
{
    WCHAR *text = NULL;

    expect_hr(IBackgroundCopyFile6_GetRemoteName(proxy, &text), S_OK);
    expect_string(text, L"http://a/b");
    expect_hr(IBackgroundCopyFile6_GetLocalName(proxy, &text), S_OK);
    expect_string(text, L"c:\\b");
    expect_hr(IBackgroundCopyFile6_GetTemporaryName(proxy, &text), S_OK);
    expect_string(text, L"c:\\tmp");
    expect_hr(IBackgroundCopyFile6_SetRemoteName(proxy, L"http://c"), S_OK);
    expect_notes("SetRemoteName http://c");
}

static void test_values(void)
{
    UINT64 origin = 0, peers = 0;
    BG_FILE_PROGRESS progress = {0};
    BOOL state = FALSE;

    expect_hr(IBackgroundCopyFile6_GetProgress(proxy, &progress), S_OK);
    ok(progress.BytesTotal == BG_SIZE_UNKNOWN, "Got %#llx.\n", progress.BytesTotal);
    ok(progress.BytesTransferred == 0x1122334455, "Got %#llx.\n", progress.BytesTransferred);
    ok(progress.Completed == TRUE, "Got %d.\n", progress.Completed);

    expect_hr(IBackgroundCopyFile6_SetValidationState(proxy, TRUE), BG_E_RECORD_DELETED);
    expect_notes("SetValidationState 1");
    expect_hr(IBackgroundCopyFile6_GetValidationState(proxy, &state), S_OK);
    ok(state == TRUE, "Got %d.\n", state);
    state = FALSE;
    expect_hr(IBackgroundCopyFile6_IsDownloadedFromPeer(proxy, &state), S_OK);
    ok(state == TRUE, "Got %d.\n", state);

    expect_hr(IBackgroundCopyFile6_GetPeerDownloadStats(proxy, &origin, &peers), S_OK);
    ok(origin == 0x1122334455667788 && peers == 5, "Got %#llx, %#llx.\n", origin, peers);
}

static void test_ranges(void)
{
    BG_FILE_RANGE *ranges = NULL;
    DWORD count = 1;

    expect_hr(IBackgroundCopyFile6_GetFileRanges(proxy, &count, &ranges), S_OK);
    ok(count == 2, "Got count %lu.\n", count);
    ok(ranges && !memcmp(ranges, two_ranges, sizeof(two_ranges)), "Got other ranges.\n");
    CoTaskMemFree(ranges);

    count = 0;
    ranges = (BG_FILE_RANGE *)&count;
    expect_hr(IBackgroundCopyFile6_GetFileRanges(proxy, &count, &ranges), S_FALSE);
    ok(!count && !ranges, "Got %lu ranges at %p.\n", count, ranges);

    ranges = (BG_FILE_RANGE *)&count;
    expect_hr(IBackgroundCopyFile6_GetFileRanges(proxy, NULL, &ranges), E_INVALIDARG);
    ok(!ranges, "Got ranges at %p.\n", ranges);

    ranges = NULL;
    expect_hr(IBackgroundCopyFile6_GetFilledFileRanges(proxy, &count, &ranges), S_OK);
    ok(count == 2, "Got count %lu.\n", count);
    ok(ranges && !memcmp(ranges, two_ranges, sizeof(two_ranges)), "Got other ranges.\n");
    CoTaskMemFree(ranges);

    expect_hr(IBackgroundCopyFile6_RequestFileRanges(proxy, 2, two_ranges), BG_E_INVALID_RANGE);
    expect_notes("RequestFileRanges 2; 0+0x5; 0x100000000+0xffffffffffffffff");
    expect_hr(IBackgroundCopyFile6_UpdateDownloadPosition(proxy, 0x1122334455667788), S_OK);
    expect_notes("UpdateDownloadPosition 0x1122334455667788");
}

static void test_properties(void)
{
    BITS_FILE_PROPERTY_ID unknown = (BITS_FILE_PROPERTY_ID)7;
    BITS_FILE_PROPERTY_VALUE value = {(WCHAR *)L"text"};

    expect_hr(
        IBackgroundCopyFile6_SetProperty(proxy, BITS_FILE_PROPERTY_ID_HTTP_RESPONSE_HEADERS, value),
        BG_E_READ_ONLY_PROPERTY);
    expect_notes("SetProperty 1 text");
    value.String = NULL;
    expect_hr(
        IBackgroundCopyFile6_SetProperty(proxy, BITS_FILE_PROPERTY_ID_HTTP_RESPONSE_HEADERS, value),
        BG_E_READ_ONLY_PROPERTY);
    expect_hr(IBackgroundCopyFile6_SetProperty(proxy, unknown, value), BG_E_UNKNOWN_PROPERTY_ID);
    expect_notes("SetProperty 1 NULL; SetProperty 7");

    expect_hr(IBackgroundCopyFile6_GetProperty(proxy, BITS_FILE_PROPERTY_ID_HTTP_RESPONSE_HEADERS,
                                               &value),
              S_OK);
    expect_string(value.String, L"HTTP/1.1 200 OK");
    expect_hr(IBackgroundCopyFile6_GetProperty(proxy, unknown, &value), BG_E_UNKNOWN_PROPERTY_ID);
}

/* Each version has a proxy of its own, of its own length. */
static void test_versions(void)
{
    IBackgroundCopyFile2 *file2 = NULL;
    IBackgroundCopyFile3 *file3 = NULL;
    IBackgroundCopyFile4 *file4 = NULL;
    IBackgroundCopyFile5 *file5 = NULL;
    UINT64 origin = 0, peers = 0;
    BOOL state = FALSE;

    IBackgroundCopyFile6_QueryInterface(proxy, &IID_IBackgroundCopyFile2, (void **)&file2);
    IBackgroundCopyFile6_QueryInterface(proxy, &IID_IBackgroundCopyFile3, (void **)&file3);
    IBackgroundCopyFile6_QueryInterface(proxy, &IID_IBackgroundCopyFile4, (void **)&file4);
    IBackgroundCopyFile6_QueryInterface(proxy, &IID_IBackgroundCopyFile5, (void **)&file5);
    ok(file2 && file3 && file4 && file5, "Not all versions.\n");
    if (!file2 || !file3 || !file4 || !file5) return;

    expect_hr(IBackgroundCopyFile2_SetRemoteName(file2, L"x"), S_OK);
    expect_notes("SetRemoteName x");
    expect_hr(IBackgroundCopyFile3_IsDownloadedFromPeer(file3, &state), S_OK);
    ok(state == TRUE, "Got %d.\n", state);
    expect_hr(IBackgroundCopyFile4_GetPeerDownloadStats(file4, &origin, &peers), S_OK);
    ok(peers == 5, "Got %#llx.\n", peers);
    expect_hr(IBackgroundCopyFile5_SetProperty(file5, 9, (BITS_FILE_PROPERTY_VALUE){NULL}),
              BG_E_UNKNOWN_PROPERTY_ID);
    expect_notes("SetProperty 9");

    IBackgroundCopyFile2_Release(file2);
    IBackgroundCopyFile3_Release(file3);
    IBackgroundCopyFile4_Release(file4);
    IBackgroundCopyFile5_Release(file5);
}

static void test_error(void)
{
    IBackgroundCopyError *info = proxy_of(&IID_IBackgroundCopyError, &error);
    BG_ERROR_CONTEXT context = BG_ERROR_CONTEXT_NONE;
    IBackgroundCopyFile *item = NULL;
    WCHAR *text = NULL;
    HRESULT code = 0;

    if (!info) return;
    expect_hr(IBackgroundCopyError_GetError(info, &context, &code), S_OK);
    ok(context == BG_ERROR_CONTEXT_REMOTE_FILE, "Got context %d.\n", context);
    ok(code == BG_E_HTTP_ERROR_404, "Got code %#lx.\n", code);
    expect_hr(IBackgroundCopyError_GetFile(info, &item), S_OK);
    check_name(item);
    expect_hr(IBackgroundCopyError_GetErrorDescription(info, 0x409, &text), S_OK);
    expect_string(text, L"Not there.");
    text = NULL;
    expect_hr(IBackgroundCopyError_GetErrorDescription(info, 0x408, &text),
              HRESULT_FROM_WIN32(ERROR_RESOURCE_LANG_NOT_FOUND));
    expect_string(text, NULL);
    expect_hr(IBackgroundCopyError_GetErrorContextDescription(info, 0x407, &text), S_OK);
    expect_string(text, L"The remote file.");
    expect_notes("GetErrorContextDescription 0x407");
    text = NULL;
    expect_hr(IBackgroundCopyError_GetProtocol(info, &text), BG_E_PROTOCOL_NOT_AVAILABLE);
    expect_string(text, NULL);
    IBackgroundCopyError_Release(info);
}

START_TEST(proxy_file)
{
    if (!proxy_start()) return;
    if ((proxy = proxy_of(&IID_IBackgroundCopyFile6, &file)))
    {
        RUN_TEST(test_names);
        RUN_TEST(test_values);
        RUN_TEST(test_ranges);
        RUN_TEST(test_properties);
        RUN_TEST(test_versions);
        RUN_TEST(test_error);
        RUN_TEST(test_IEnumBackgroundCopyFiles);
        IBackgroundCopyFile6_Release(proxy);
    }
    proxy_stop();
    check_released(&file);
    check_released(&error);
    check_released(&IEnumBackgroundCopyFiles_mock);
}
