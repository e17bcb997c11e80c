/* SPDX-License-Identifier: LGPL-2.1-or-later
 *
 * IBackgroundCopyJob2: replies of servers to uploads. */
#include <stdlib.h>
#include <string.h>

#include "com/bg_job_private.h"
#include "job/job_upload.h"

HRESULT WINAPI bg_job_GetReplyProgress(IBackgroundCopyJob5 *iface, BG_JOB_REPLY_PROGRESS *out)
{
    struct file_progress progress;
    HRESULT hr;

    if (!out) return E_INVALIDARG;
    *out = (BG_JOB_REPLY_PROGRESS){0};
    if (FAILED(hr = job_get_reply_progress(job_from(iface), &progress))) return hr;
    out->BytesTotal = progress.bytes_total;
    out->BytesTransferred = progress.bytes_transferred;
    return S_OK;
}

HRESULT WINAPI bg_job_GetReplyData(IBackgroundCopyJob5 *iface, byte **buffer, UINT64 *size)
{
    uint64_t length;
    void *data;
    HRESULT hr;

    if (buffer) *buffer = NULL;
    if (size) *size = 0;
    if (!buffer || !size) return E_INVALIDARG;
    hr = job_get_reply_data(job_from(iface), &data, &length);
    *size = length;
    if (!data) return hr;
    if ((*buffer = CoTaskMemAlloc((SIZE_T)length)))
        memcpy(*buffer, data, (size_t)length);
    else
    {
        *size = 0;
        hr = E_OUTOFMEMORY;
    }
    free(data);
    return hr;
}

HRESULT WINAPI bg_job_SetReplyFileName(IBackgroundCopyJob5 *iface, const WCHAR *name)
{
    return job_set_reply_name(job_from(iface), name);
}

HRESULT WINAPI bg_job_GetReplyFileName(IBackgroundCopyJob5 *iface, WCHAR **out)
{
    WCHAR *name;
    HRESULT hr;

    if (!out) return E_INVALIDARG;
    *out = NULL;
    if (FAILED(hr = job_get_reply_name(job_from(iface), &name)) || !name) return hr;
    return com_give_string(name, out);
}
