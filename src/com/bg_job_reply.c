/* SPDX-License-Identifier: LGPL-2.1-or-later
 *
 * IBackgroundCopyJob2: replies of servers to uploads. */
#include "com/bg_job_private.h"

/* Only a job of this type has a reply; E_NOTIMPL is the documented answer of the others. */
static bool has_reply(IBackgroundCopyJob5 *iface)
{
    return job_type(job_from(iface)) == JOB_TYPE_UPLOAD_REPLY;
}

HRESULT WINAPI bg_job_GetReplyProgress(IBackgroundCopyJob5 *iface, BG_JOB_REPLY_PROGRESS *out)
{
    if (!out) return E_INVALIDARG;
    *out = (BG_JOB_REPLY_PROGRESS){0};
    if (!has_reply(iface)) return E_NOTIMPL;
    return com_not_written("IBackgroundCopyJob2::GetReplyProgress");
}

HRESULT WINAPI bg_job_GetReplyData(IBackgroundCopyJob5 *iface, byte **buffer, UINT64 *size)
{
    if (buffer) *buffer = NULL;
    if (size) *size = 0;
    if (!buffer || !size) return E_INVALIDARG;
    if (!has_reply(iface)) return E_NOTIMPL;
    return com_not_written("IBackgroundCopyJob2::GetReplyData");
}

HRESULT WINAPI bg_job_SetReplyFileName(IBackgroundCopyJob5 *iface, const WCHAR *name)
{
    (void)name;
    if (!has_reply(iface)) return E_NOTIMPL;
    return bg_job_refuse_change(iface, "IBackgroundCopyJob2::SetReplyFileName");
}

HRESULT WINAPI bg_job_GetReplyFileName(IBackgroundCopyJob5 *iface, WCHAR **out)
{
    if (!out) return E_INVALIDARG;
    *out = NULL;
    if (!has_reply(iface)) return E_NOTIMPL;
    return com_not_written("IBackgroundCopyJob2::GetReplyFileName");
}
