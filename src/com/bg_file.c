/* SPDX-License-Identifier: LGPL-2.1-or-later
 *
 * IBackgroundCopyFile to IBackgroundCopyFile6: names and numbers out of the core. */
#include "com/bg_file.h"

#include <stdlib.h>

#include "com/com_ranges.h"
#include "com/com_util.h"
#include "job/job.h"

struct bg_file
{
    IBackgroundCopyFile6 IBackgroundCopyFile6_iface;
    struct com_front front;
    struct job *job; /* JOB_HOLDER_FRONT; immutable after create */
    uint32_t index;  /* immutable after create */
};

static inline struct bg_file *impl_from_IBackgroundCopyFile6(IBackgroundCopyFile6 *iface)
{
    return CONTAINING_RECORD(iface, struct bg_file, IBackgroundCopyFile6_iface);
}

static HRESULT WINAPI bg_file_QueryInterface(IBackgroundCopyFile6 *iface, REFIID iid, void **out)
{
    static const IID *const iids[] = {&IID_IBackgroundCopyFile,
                                      &IID_IBackgroundCopyFile2,
                                      &IID_IBackgroundCopyFile3,
                                      &IID_IBackgroundCopyFile4,
                                      &IID_IBackgroundCopyFile5,
                                      &IID_IBackgroundCopyFile6,
                                      NULL};
    struct bg_file *file = impl_from_IBackgroundCopyFile6(iface);

    return com_front_query(&file->front, iface, iids, iid, out);
}

static ULONG WINAPI bg_file_AddRef(IBackgroundCopyFile6 *iface)
{
    return com_front_addref(&impl_from_IBackgroundCopyFile6(iface)->front);
}

static void destroy(struct bg_file *file)
{
    job_release(file->job, JOB_HOLDER_FRONT);
    com_front_done(&file->front);
    free(file);
}

static ULONG WINAPI bg_file_Release(IBackgroundCopyFile6 *iface)
{
    struct bg_file *file = impl_from_IBackgroundCopyFile6(iface);
    ULONG ref = com_front_release(&file->front);

    if (!ref) destroy(file);
    return ref;
}

typedef HRESULT (*get_name_fn)(struct job *job, uint32_t index, WCHAR **name);

static HRESULT give_name(IBackgroundCopyFile6 *iface, get_name_fn get, WCHAR **out)
{
    struct bg_file *file = impl_from_IBackgroundCopyFile6(iface);
    WCHAR *name;
    HRESULT hr;

    if (!out) return E_INVALIDARG;
    *out = NULL;
    if (FAILED(hr = get(file->job, file->index, &name))) return hr;
    return com_give_string(name, out);
}

static HRESULT WINAPI bg_file_GetRemoteName(IBackgroundCopyFile6 *iface, WCHAR **name)
{
    return give_name(iface, job_file_get_remote_name, name);
}

static HRESULT WINAPI bg_file_GetLocalName(IBackgroundCopyFile6 *iface, WCHAR **name)
{
    return give_name(iface, job_file_get_local_name, name);
}

static HRESULT WINAPI bg_file_GetProgress(IBackgroundCopyFile6 *iface, BG_FILE_PROGRESS *out)
{
    struct bg_file *file = impl_from_IBackgroundCopyFile6(iface);
    struct file_progress progress;

    if (!out) return E_INVALIDARG;
    job_file_get_progress(file->job, file->index, &progress);
    out->BytesTotal = progress.bytes_total;
    out->BytesTransferred = progress.bytes_transferred;
    out->Completed = progress.completed;
    return S_OK;
}

static HRESULT WINAPI bg_file_GetFileRanges(IBackgroundCopyFile6 *iface, DWORD *count,
                                            BG_FILE_RANGE **out)
{
    struct bg_file *file = impl_from_IBackgroundCopyFile6(iface);
    struct file_ranges *ranges;
    HRESULT hr;

    if (count) *count = 0;
    if (out) *out = NULL;
    if (!count || !out) return E_INVALIDARG;
    if (!(ranges = job_file_ranges(file->job, file->index))) return S_FALSE;
    hr = com_give_ranges(ranges->items, ranges->count, count, out);
    file_ranges_release(ranges);
    return hr;
}

static HRESULT WINAPI bg_file_SetRemoteName(IBackgroundCopyFile6 *iface, const WCHAR *name)
{
    struct bg_file *file = impl_from_IBackgroundCopyFile6(iface);
    return job_file_set_remote_name(file->job, file->index, name);
}

static HRESULT WINAPI bg_file_GetTemporaryName(IBackgroundCopyFile6 *iface, WCHAR **name)
{
    return give_name(iface, job_file_get_temp_name, name);
}

static HRESULT WINAPI bg_file_SetValidationState(IBackgroundCopyFile6 *iface, BOOL state)
{
    struct bg_file *file = impl_from_IBackgroundCopyFile6(iface);
    return job_file_set_validation(file->job, file->index, state != FALSE);
}

static HRESULT WINAPI bg_file_GetValidationState(IBackgroundCopyFile6 *iface, BOOL *state)
{
    struct bg_file *file = impl_from_IBackgroundCopyFile6(iface);

    if (!state) return E_INVALIDARG;
    *state = job_file_get_validation(file->job, file->index);
    return S_OK;
}

static HRESULT WINAPI bg_file_IsDownloadedFromPeer(IBackgroundCopyFile6 *iface, BOOL *out)
{
    struct bg_file *file = impl_from_IBackgroundCopyFile6(iface);
    struct file_sources sources;

    if (!out) return E_INVALIDARG;
    job_file_get_sources(file->job, file->index, &sources);
    *out = sources.from_peers != 0;
    return S_OK;
}

static HRESULT WINAPI bg_file_GetPeerDownloadStats(IBackgroundCopyFile6 *iface, UINT64 *from_origin,
                                                   UINT64 *from_peers)
{
    struct bg_file *file = impl_from_IBackgroundCopyFile6(iface);
    struct file_sources sources;

    if (from_origin) *from_origin = 0;
    if (from_peers) *from_peers = 0;
    if (!from_origin || !from_peers) return E_INVALIDARG;
    job_file_get_sources(file->job, file->index, &sources);
    *from_origin = sources.from_origin;
    *from_peers = sources.from_peers;
    return S_OK;
}

/* ---- IBackgroundCopyFile5 ---- */

static HRESULT WINAPI bg_file_SetProperty(IBackgroundCopyFile6 *iface, BITS_FILE_PROPERTY_ID id,
                                          BITS_FILE_PROPERTY_VALUE value)
{
    (void)iface;
    (void)value;
    return id == BITS_FILE_PROPERTY_ID_HTTP_RESPONSE_HEADERS ? BG_E_READ_ONLY_PROPERTY
                                                             : BG_E_UNKNOWN_PROPERTY_ID;
}

static HRESULT WINAPI bg_file_GetProperty(IBackgroundCopyFile6 *iface, BITS_FILE_PROPERTY_ID id,
                                          BITS_FILE_PROPERTY_VALUE *out)
{
    if (!out) return E_INVALIDARG;
    out->String = NULL;
    if (id != BITS_FILE_PROPERTY_ID_HTTP_RESPONSE_HEADERS) return BG_E_UNKNOWN_PROPERTY_ID;
    return give_name(iface, job_file_get_headers, &out->String);
}

/* ---- IBackgroundCopyFile6 ---- */

static HRESULT WINAPI bg_file_UpdateDownloadPosition(IBackgroundCopyFile6 *iface, UINT64 offset)
{
    struct bg_file *file = impl_from_IBackgroundCopyFile6(iface);
    return job_file_set_position(file->job, file->index, offset);
}

static HRESULT WINAPI bg_file_RequestFileRanges(IBackgroundCopyFile6 *iface, DWORD count,
                                                const BG_FILE_RANGE ranges[])
{
    struct bg_file *file = impl_from_IBackgroundCopyFile6(iface);
    struct file_range *items;
    HRESULT hr;

    if (FAILED(hr = com_take_ranges(ranges, count, &items))) return hr;
    hr = job_file_request_ranges(file->job, file->index, items, count);
    free(items);
    return hr;
}

static HRESULT WINAPI bg_file_GetFilledFileRanges(IBackgroundCopyFile6 *iface, DWORD *count,
                                                  BG_FILE_RANGE **ranges)
{
    struct bg_file *file = impl_from_IBackgroundCopyFile6(iface);
    struct range_set filled;
    HRESULT hr;

    if (count) *count = 0;
    if (ranges) *ranges = NULL;
    if (!count || !ranges) return E_INVALIDARG;
    if (SUCCEEDED(hr = job_file_get_filled(file->job, file->index, &filled)))
        hr = com_give_range_set(&filled, count, ranges);
    range_set_done(&filled);
    return hr;
}

static const IBackgroundCopyFile6Vtbl bg_file_vtbl = {
    bg_file_QueryInterface,
    bg_file_AddRef,
    bg_file_Release,
    /* IBackgroundCopyFile */
    bg_file_GetRemoteName,
    bg_file_GetLocalName,
    bg_file_GetProgress,
    /* IBackgroundCopyFile2 */
    bg_file_GetFileRanges,
    bg_file_SetRemoteName,
    /* IBackgroundCopyFile3 */
    bg_file_GetTemporaryName,
    bg_file_SetValidationState,
    bg_file_GetValidationState,
    bg_file_IsDownloadedFromPeer,
    /* IBackgroundCopyFile4 */
    bg_file_GetPeerDownloadStats,
    /* IBackgroundCopyFile5 */
    bg_file_SetProperty,
    bg_file_GetProperty,
    /* IBackgroundCopyFile6 */
    bg_file_UpdateDownloadPosition,
    bg_file_RequestFileRanges,
    bg_file_GetFilledFileRanges,
};

HRESULT bg_file_create(struct job *job, uint32_t index, IBackgroundCopyFile6 **out)
{
    struct bg_file *file;
    HRESULT hr;

    *out = NULL;
    if (!(file = calloc(1, sizeof(*file)))) return E_OUTOFMEMORY;
    file->IBackgroundCopyFile6_iface.lpVtbl = &bg_file_vtbl;
    file->job = job;
    file->index = index;
    job_addref(job, JOB_HOLDER_FRONT);
    if (FAILED(hr = com_front_init(&file->front, &file->IBackgroundCopyFile6_iface)))
    {
        destroy(file);
        return hr;
    }
    *out = &file->IBackgroundCopyFile6_iface;
    return S_OK;
}
