/* SPDX-License-Identifier: LGPL-2.1-or-later
 *
 * IBitsPeerCacheRecord: what one record of the cache said. */
#include <stdlib.h>

#include "cache/cache.h"
#include "com/bg_peer.h"
#include "com/enum_body.h"

struct bg_peer_record
{
    IBitsPeerCacheRecord IBitsPeerCacheRecord_iface;
    struct com_front front;
    struct cache_record record; /* immutable after create */
};

static inline struct bg_peer_record *impl_from_IBitsPeerCacheRecord(IBitsPeerCacheRecord *iface)
{
    return CONTAINING_RECORD(iface, struct bg_peer_record, IBitsPeerCacheRecord_iface);
}

static inline const struct cache_record *record_from(IBitsPeerCacheRecord *iface)
{
    return &impl_from_IBitsPeerCacheRecord(iface)->record;
}

static HRESULT WINAPI bg_peer_record_QueryInterface(IBitsPeerCacheRecord *iface, REFIID iid,
                                                    void **out)
{
    static const IID *const iids[] = {&IID_IBitsPeerCacheRecord, NULL};

    return com_front_query(&impl_from_IBitsPeerCacheRecord(iface)->front, iface, iids, iid, out);
}

static ULONG WINAPI bg_peer_record_AddRef(IBitsPeerCacheRecord *iface)
{
    return com_front_addref(&impl_from_IBitsPeerCacheRecord(iface)->front);
}

static void destroy_record(struct bg_peer_record *record)
{
    cache_record_done(&record->record);
    com_front_done(&record->front);
    free(record);
}

static ULONG WINAPI bg_peer_record_Release(IBitsPeerCacheRecord *iface)
{
    struct bg_peer_record *record = impl_from_IBitsPeerCacheRecord(iface);
    ULONG ref = com_front_release(&record->front);

    if (!ref) destroy_record(record);
    return ref;
}

static HRESULT WINAPI bg_peer_record_GetId(IBitsPeerCacheRecord *iface, GUID *out)
{
    if (!out) return E_INVALIDARG;
    *out = record_from(iface)->id;
    return S_OK;
}

static HRESULT WINAPI bg_peer_record_GetOriginUrl(IBitsPeerCacheRecord *iface, WCHAR **out)
{
    if (!out) return E_INVALIDARG;
    return com_copy_string(record_from(iface)->url, out);
}

static HRESULT WINAPI bg_peer_record_GetFileSize(IBitsPeerCacheRecord *iface, UINT64 *out)
{
    if (!out) return E_INVALIDARG;
    *out = record_from(iface)->file_size;
    return S_OK;
}

static void give_time(filetime_t time, FILETIME *out)
{
    out->dwLowDateTime = (DWORD)time;
    out->dwHighDateTime = (DWORD)(time >> 32);
}

static HRESULT WINAPI bg_peer_record_GetFileModificationTime(IBitsPeerCacheRecord *iface,
                                                             FILETIME *out)
{
    if (!out) return E_INVALIDARG;
    give_time(record_from(iface)->file_time, out);
    return S_OK;
}

static HRESULT WINAPI bg_peer_record_GetLastAccessTime(IBitsPeerCacheRecord *iface, FILETIME *out)
{
    if (!out) return E_INVALIDARG;
    give_time(record_from(iface)->accessed, out);
    return S_OK;
}

static HRESULT WINAPI bg_peer_record_IsFileValidated(IBitsPeerCacheRecord *iface)
{
    return record_from(iface)->is_validated ? S_OK : S_FALSE;
}

static HRESULT WINAPI bg_peer_record_GetFileRanges(IBitsPeerCacheRecord *iface, DWORD *count,
                                                   BG_FILE_RANGE **out)
{
    const struct cache_record *record = record_from(iface);
    BG_FILE_RANGE *ranges;

    if (count) *count = 0;
    if (out) *out = NULL;
    if (!count || !out) return E_INVALIDARG;
    if (!(ranges = CoTaskMemAlloc(record->range_count * sizeof(*ranges)))) return E_OUTOFMEMORY;
    for (size_t i = 0; i < record->range_count; i++)
    {
        ranges[i].InitialOffset = record->ranges[i].offset;
        ranges[i].Length = record->ranges[i].length;
    }
    *count = (DWORD)record->range_count;
    *out = ranges;
    return S_OK;
}

static const IBitsPeerCacheRecordVtbl bg_peer_record_vtbl = {
    bg_peer_record_QueryInterface,
    bg_peer_record_AddRef,
    bg_peer_record_Release,
    /* IBitsPeerCacheRecord */
    bg_peer_record_GetId,
    bg_peer_record_GetOriginUrl,
    bg_peer_record_GetFileSize,
    bg_peer_record_GetFileModificationTime,
    bg_peer_record_GetLastAccessTime,
    bg_peer_record_IsFileValidated,
    bg_peer_record_GetFileRanges,
};

HRESULT bg_peer_record_create(const struct cache_record *value, IBitsPeerCacheRecord **out)
{
    struct bg_peer_record *record;
    HRESULT hr;

    *out = NULL;
    if (!(record = calloc(1, sizeof(*record)))) return E_OUTOFMEMORY;
    record->IBitsPeerCacheRecord_iface.lpVtbl = &bg_peer_record_vtbl;
    if (FAILED(hr = com_front_init(&record->front, &record->IBitsPeerCacheRecord_iface)) ||
        FAILED(hr = cache_record_copy(value, &record->record)))
    {
        destroy_record(record);
        return hr;
    }
    *out = &record->IBitsPeerCacheRecord_iface;
    return S_OK;
}

/* ---- the enumerator ---- */

struct snapshot
{
    struct enum_snapshot base;
    struct cache_list list;
};

static HRESULT create_element(const struct enum_snapshot *base, uint32_t index, IUnknown **out)
{
    return bg_peer_record_create(&((const struct snapshot *)base)->list.records[index],
                                 (IBitsPeerCacheRecord **)out);
}

static void destroy(struct enum_snapshot *base)
{
    struct snapshot *snapshot = (struct snapshot *)base;

    cache_list_free(&snapshot->list);
    free(snapshot);
}

static const struct enum_snapshot_ops snapshot_ops = {create_element, destroy};

HRESULT bg_peer_record_enum_create(struct cache *cache, IEnumBitsPeerCacheRecords **out)
{
    struct snapshot *snapshot;
    HRESULT hr;

    *out = NULL;
    if (!(snapshot = calloc(1, sizeof(*snapshot)))) return E_OUTOFMEMORY;
    if (FAILED(hr = cache_enumerate(cache, &snapshot->list)))
    {
        free(snapshot);
        return hr;
    }
    snapshot->base = (struct enum_snapshot){1, (uint32_t)snapshot->list.count, &snapshot_ops};
    return enum_create(&enum_records, &snapshot->base, (void **)out);
}
