/* SPDX-License-Identifier: LGPL-2.1-or-later
 *
 * Every method of the peer cache, its records, the peers and the enumerators of both through our
 * proxies. */

#include <string.h>

#include "proxy_enum.h"

#include <bits10_3.h>

#include "harness/test.h"

static const GUID some_guid = {
    0x12345678, 0x9abc, 0xdef0, {0x11, 0x22, 0x33, 0x44, 0x55, 0x66, 0x77, 0x88}};

/* The record. */

static HRESULT WINAPI record_GetId(IBitsPeerCacheRecord *This, GUID *value)
{
    (void)This;
    *value = some_guid;
    return S_OK;
}

static HRESULT WINAPI record_GetOriginUrl(IBitsPeerCacheRecord *This, WCHAR **value)
{
    (void)This;
    *value = task_string(L"http://a/b");
    return S_OK;
}

static HRESULT WINAPI record_GetFileSize(IBitsPeerCacheRecord *This, UINT64 *value)
{
    (void)This;
    *value = 0x1122334455667788;
    return S_OK;
}

static HRESULT WINAPI record_GetFileModificationTime(IBitsPeerCacheRecord *This, FILETIME *value)
{
    (void)This;
    *value = (FILETIME){1, 2};
    return S_OK;
}

static HRESULT WINAPI record_GetLastAccessTime(IBitsPeerCacheRecord *This, FILETIME *value)
{
    (void)This;
    *value = (FILETIME){3, 4};
    return S_OK;
}

static HRESULT WINAPI record_IsFileValidated(IBitsPeerCacheRecord *This)
{
    (void)This;
    return S_FALSE;
}

static HRESULT WINAPI record_GetFileRanges(IBitsPeerCacheRecord *This, DWORD *count,
                                           BG_FILE_RANGE **ranges)
{
    static const BG_FILE_RANGE all = {0, 0x1122334455667788};

    (void)This;
    *count = 1;
    *ranges = task_copy(&all, sizeof(all));
    return S_OK;
}

static const IBitsPeerCacheRecordVtbl record_vtbl = {
    MOCK_UNKNOWN,
    .GetId = record_GetId,
    .GetOriginUrl = record_GetOriginUrl,
    .GetFileSize = record_GetFileSize,
    .GetFileModificationTime = record_GetFileModificationTime,
    .GetLastAccessTime = record_GetLastAccessTime,
    .IsFileValidated = record_IsFileValidated,
    .GetFileRanges = record_GetFileRanges,
};

static const IID *const record_iids[] = {&IID_IBitsPeerCacheRecord, NULL};
static struct mock record = {&record_vtbl, record_iids, 1};

/* The peer. */

static HRESULT WINAPI peer_GetPeerName(IBitsPeer *This, WCHAR **value)
{
    (void)This;
    *value = task_string(L"server$.a.b");
    return S_OK;
}

static HRESULT WINAPI peer_IsAuthenticated(IBitsPeer *This, BOOL *value)
{
    (void)This;
    *value = TRUE;
    return S_OK;
}

static HRESULT WINAPI peer_IsAvailable(IBitsPeer *This, BOOL *value)
{
    (void)This;
    *value = 0x1234;
    return S_OK;
}

static const IBitsPeerVtbl peer_vtbl = {
    MOCK_UNKNOWN,
    .GetPeerName = peer_GetPeerName,
    .IsAuthenticated = peer_IsAuthenticated,
    .IsAvailable = peer_IsAvailable,
};

static const IID *const peer_iids[] = {&IID_IBitsPeer, NULL};
static struct mock peer = {&peer_vtbl, peer_iids, 1};

#define PUT_RECORD(place) mock_AddRef((place) = (void *)&record)
#define PUT_PEER(place)   mock_AddRef((place) = (void *)&peer)

static void check_record(IBitsPeerCacheRecord *item)
{
    WCHAR *text = NULL;

    ok(item && (void *)item != &record, "Got %p.\n", item);
    if (!item) return;
    expect_hr(IBitsPeerCacheRecord_GetOriginUrl(item, &text), S_OK);
    expect_string(text, L"http://a/b");
    IBitsPeerCacheRecord_Release(item);
}

static void check_peer(IBitsPeer *item)
{
    WCHAR *text = NULL;

    ok(item && (void *)item != &peer, "Got %p.\n", item);
    if (!item) return;
    expect_hr(IBitsPeer_GetPeerName(item, &text), S_OK);
    expect_string(text, L"server$.a.b");
    IBitsPeer_Release(item);
}

DEFINE_ENUM_MOCK(IEnumBitsPeerCacheRecords, IBitsPeerCacheRecord *, false, PUT_RECORD);
DEFINE_ENUM_TEST(IEnumBitsPeerCacheRecords, IBitsPeerCacheRecord *, false, check_record)
DEFINE_ENUM_MOCK(IEnumBitsPeers, IBitsPeer *, false, PUT_PEER);
DEFINE_ENUM_TEST(IEnumBitsPeers, IBitsPeer *, false, check_peer)

/* The cache. */

/* clang-format off */
#define METHOD(name, ...)                                                                          \
    static HRESULT WINAPI cache_##name(IBitsPeerCacheAdministration *This, __VA_ARGS__)
#define PUT(name, hr)                                                                              \
    METHOD(name, ULONG value)                                                                      \
    { (void)This; note(#name " %#lx", value); return hr; }
#define GET(name, result)                                                                          \
    METHOD(name, ULONG *value)                                                                     \
    { (void)This; *value = result; return S_OK; }
#define PLAIN(name)                                                                                \
    static HRESULT WINAPI cache_##name(IBitsPeerCacheAdministration *This)                         \
    { (void)This; note(#name); return S_FALSE; }
/* clang-format on */

GET(GetMaximumCacheSize, 80)
PUT(SetMaximumCacheSize, S_FALSE)
GET(GetMaximumContentAge, 7776000)
PUT(SetMaximumContentAge, S_OK)
GET(GetConfigurationFlags, 3)
PUT(SetConfigurationFlags, BG_S_OVERRIDDEN_BY_POLICY)

METHOD(EnumRecords, IEnumBitsPeerCacheRecords **out)
{
    (void)This;
    mock_AddRef(*out = (void *)&IEnumBitsPeerCacheRecords_mock);
    return S_OK;
}

METHOD(GetRecord, REFGUID id, IBitsPeerCacheRecord **out)
{
    (void)This;
    *out = NULL;
    if (!IsEqualGUID(id, &some_guid)) return BG_E_NOT_FOUND;
    PUT_RECORD(*out);
    return S_OK;
}

PLAIN(ClearRecords)

METHOD(DeleteRecord, REFGUID id)
{
    (void)This;
    return IsEqualGUID(id, &some_guid) ? BG_E_BUSYCACHERECORD : BG_E_NOT_FOUND;
}

METHOD(DeleteUrl, const WCHAR *url)
{
    (void)This;
    note("DeleteUrl %s", narrow(url));
    return S_FALSE;
}

METHOD(EnumPeers, IEnumBitsPeers **out)
{
    (void)This;
    mock_AddRef(*out = (void *)&IEnumBitsPeers_mock);
    return S_OK;
}

PLAIN(ClearPeers)
PLAIN(DiscoverPeers)

static const IBitsPeerCacheAdministrationVtbl cache_vtbl = {
    MOCK_UNKNOWN,
    .GetMaximumCacheSize = cache_GetMaximumCacheSize,
    .SetMaximumCacheSize = cache_SetMaximumCacheSize,
    .GetMaximumContentAge = cache_GetMaximumContentAge,
    .SetMaximumContentAge = cache_SetMaximumContentAge,
    .GetConfigurationFlags = cache_GetConfigurationFlags,
    .SetConfigurationFlags = cache_SetConfigurationFlags,
    .EnumRecords = cache_EnumRecords,
    .GetRecord = cache_GetRecord,
    .ClearRecords = cache_ClearRecords,
    .DeleteRecord = cache_DeleteRecord,
    .DeleteUrl = cache_DeleteUrl,
    .EnumPeers = cache_EnumPeers,
    .ClearPeers = cache_ClearPeers,
    .DiscoverPeers = cache_DiscoverPeers,
};

static const IID *const cache_iids[] = {&IID_IBitsPeerCacheAdministration, NULL};
static struct mock cache = {&cache_vtbl, cache_iids, 1};

static IBitsPeerCacheAdministration *proxy;

static void test_configuration(void)
{
    ULONG value = 0;

    expect_hr(IBitsPeerCacheAdministration_GetMaximumCacheSize(proxy, &value), S_OK);
    ok(value == 80, "Got %lu.\n", value);
    expect_hr(IBitsPeerCacheAdministration_GetMaximumContentAge(proxy, &value), S_OK);
    ok(value == 7776000, "Got %lu.\n", value);
    expect_hr(IBitsPeerCacheAdministration_GetConfigurationFlags(proxy, &value), S_OK);
    ok(value == 3, "Got %lu.\n", value);

    expect_hr(IBitsPeerCacheAdministration_SetMaximumCacheSize(proxy, 7), S_FALSE);
    expect_hr(IBitsPeerCacheAdministration_SetMaximumContentAge(proxy, 0xfedcba98), S_OK);
    expect_hr(IBitsPeerCacheAdministration_SetConfigurationFlags(proxy, 1),
              BG_S_OVERRIDDEN_BY_POLICY);
    expect_notes("SetMaximumCacheSize 0x7; SetMaximumContentAge 0xfedcba98; "
                 "SetConfigurationFlags 0x1");
}

static void test_contents(void)
{
    IEnumBitsPeerCacheRecords *records = NULL;
    IBitsPeerCacheRecord *item = (void *)&record;
    IEnumBitsPeers *peers = NULL;
    ULONG count = 0;

    expect_hr(IBitsPeerCacheAdministration_EnumRecords(proxy, &records), S_OK);
    if (records)
    {
        expect_hr(IEnumBitsPeerCacheRecords_GetCount(records, &count), S_OK);
        ok(count == 3, "Got count %lu.\n", count);
        IEnumBitsPeerCacheRecords_Release(records);
    }
    count = 0;
    expect_hr(IBitsPeerCacheAdministration_EnumPeers(proxy, &peers), S_OK);
    if (peers)
    {
        expect_hr(IEnumBitsPeers_GetCount(peers, &count), S_OK);
        ok(count == 3, "Got count %lu.\n", count);
        IEnumBitsPeers_Release(peers);
    }

    expect_hr(IBitsPeerCacheAdministration_GetRecord(proxy, &IID_IUnknown, &item), BG_E_NOT_FOUND);
    ok(!item, "Got %p.\n", item);
    expect_hr(IBitsPeerCacheAdministration_GetRecord(proxy, &some_guid, &item), S_OK);
    check_record(item);

    expect_hr(IBitsPeerCacheAdministration_DeleteRecord(proxy, &some_guid), BG_E_BUSYCACHERECORD);
    expect_hr(IBitsPeerCacheAdministration_DeleteUrl(proxy, L"http://a"), S_FALSE);
    expect_hr(IBitsPeerCacheAdministration_ClearRecords(proxy), S_FALSE);
    expect_hr(IBitsPeerCacheAdministration_ClearPeers(proxy), S_FALSE);
    expect_hr(IBitsPeerCacheAdministration_DiscoverPeers(proxy), S_FALSE);
    expect_notes("DeleteUrl http://a; ClearRecords; ClearPeers; DiscoverPeers");
}

static void test_record(void)
{
    IBitsPeerCacheRecord *item = proxy_of(&IID_IBitsPeerCacheRecord, &record);
    BG_FILE_RANGE *ranges = NULL;
    FILETIME time = {0, 0};
    UINT64 size = 0;
    DWORD count = 0;
    GUID id = {0};

    if (!item) return;
    expect_hr(IBitsPeerCacheRecord_GetId(item, &id), S_OK);
    ok(IsEqualGUID(&id, &some_guid), "Got another id.\n");
    expect_hr(IBitsPeerCacheRecord_GetFileSize(item, &size), S_OK);
    ok(size == 0x1122334455667788, "Got %#llx.\n", size);
    expect_hr(IBitsPeerCacheRecord_GetFileModificationTime(item, &time), S_OK);
    ok(time.dwLowDateTime == 1 && time.dwHighDateTime == 2, "Got another time.\n");
    expect_hr(IBitsPeerCacheRecord_GetLastAccessTime(item, &time), S_OK);
    ok(time.dwLowDateTime == 3 && time.dwHighDateTime == 4, "Got another time.\n");
    expect_hr(IBitsPeerCacheRecord_IsFileValidated(item), S_FALSE);
    expect_hr(IBitsPeerCacheRecord_GetFileRanges(item, &count, &ranges), S_OK);
    ok(count == 1 && ranges && ranges->Length == 0x1122334455667788, "Got %lu ranges.\n", count);
    CoTaskMemFree(ranges);
    check_record(item);
}

static void test_peer(void)
{
    IBitsPeer *item = proxy_of(&IID_IBitsPeer, &peer);
    BOOL value = FALSE;

    if (!item) return;
    expect_hr(IBitsPeer_IsAuthenticated(item, &value), S_OK);
    ok(value == TRUE, "Got %d.\n", value);
    expect_hr(IBitsPeer_IsAvailable(item, &value), S_OK);
    ok(value == 0x1234, "Got %d.\n", value);
    check_peer(item);
}

START_TEST(proxy_cache)
{
    if (!proxy_start()) return;
    if ((proxy = proxy_of(&IID_IBitsPeerCacheAdministration, &cache)))
    {
        RUN_TEST(test_configuration);
        RUN_TEST(test_contents);
        RUN_TEST(test_record);
        RUN_TEST(test_peer);
        RUN_TEST(test_IEnumBitsPeerCacheRecords);
        RUN_TEST(test_IEnumBitsPeers);
        IBitsPeerCacheAdministration_Release(proxy);
    }
    proxy_stop();
    check_released(&cache);
    check_released(&record);
    check_released(&peer);
    check_released(&IEnumBitsPeerCacheRecords_mock);
    check_released(&IEnumBitsPeers_mock);
}
