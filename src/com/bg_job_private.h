/* SPDX-License-Identifier: LGPL-2.1-or-later
 *
 * The methods of a job, by file; bg_job.c has the table. */
#ifndef OPENBITS_COM_BG_JOB_PRIVATE_H
#define OPENBITS_COM_BG_JOB_PRIVATE_H

#include "com/bg_job.h"
#include "com/com_util.h"
#include "job/job.h"

struct bg_job
{
    IBackgroundCopyJob4 IBackgroundCopyJob4_iface;
    struct com_front front;
    struct job *job; /* JOB_HOLDER_FRONT; immutable after create */
};

static inline struct bg_job *impl_from_IBackgroundCopyJob4(IBackgroundCopyJob4 *iface)
{
    return CONTAINING_RECORD(iface, struct bg_job, IBackgroundCopyJob4_iface);
}

/* The core's job behind an interface pointer. */
static inline struct job *job_from(IBackgroundCopyJob4 *iface)
{
    return impl_from_IBackgroundCopyJob4(iface)->job;
}

/* clang-format off */

/* bg_job_properties.c */
HRESULT WINAPI bg_job_SetDisplayName(IBackgroundCopyJob4 *iface, const WCHAR *name);
HRESULT WINAPI bg_job_GetDisplayName(IBackgroundCopyJob4 *iface, WCHAR **out);
HRESULT WINAPI bg_job_SetDescription(IBackgroundCopyJob4 *iface, const WCHAR *text);
HRESULT WINAPI bg_job_GetDescription(IBackgroundCopyJob4 *iface, WCHAR **out);
HRESULT WINAPI bg_job_SetPriority(IBackgroundCopyJob4 *iface, BG_JOB_PRIORITY priority);
HRESULT WINAPI bg_job_GetPriority(IBackgroundCopyJob4 *iface, BG_JOB_PRIORITY *out);
HRESULT WINAPI bg_job_SetNotifyFlags(IBackgroundCopyJob4 *iface, ULONG flags);
HRESULT WINAPI bg_job_GetNotifyFlags(IBackgroundCopyJob4 *iface, ULONG *out);
HRESULT WINAPI bg_job_SetNotifyInterface(IBackgroundCopyJob4 *iface, IUnknown *client);
HRESULT WINAPI bg_job_GetNotifyInterface(IBackgroundCopyJob4 *iface, IUnknown **out);
HRESULT WINAPI bg_job_SetMinimumRetryDelay(IBackgroundCopyJob4 *iface, ULONG seconds);
HRESULT WINAPI bg_job_GetMinimumRetryDelay(IBackgroundCopyJob4 *iface, ULONG *out);
HRESULT WINAPI bg_job_SetNoProgressTimeout(IBackgroundCopyJob4 *iface, ULONG seconds);
HRESULT WINAPI bg_job_GetNoProgressTimeout(IBackgroundCopyJob4 *iface, ULONG *out);
HRESULT WINAPI bg_job_SetProxySettings(IBackgroundCopyJob4 *iface, BG_JOB_PROXY_USAGE usage,
                                       const WCHAR *list, const WCHAR *bypass);
HRESULT WINAPI bg_job_GetProxySettings(IBackgroundCopyJob4 *iface, BG_JOB_PROXY_USAGE *usage,
                                       WCHAR **list, WCHAR **bypass);
HRESULT WINAPI bg_job_SetPeerCachingFlags(IBackgroundCopyJob4 *iface, DWORD flags);
HRESULT WINAPI bg_job_GetPeerCachingFlags(IBackgroundCopyJob4 *iface, DWORD *out);
HRESULT WINAPI bg_job_GetOwnerIntegrityLevel(IBackgroundCopyJob4 *iface, ULONG *out);
HRESULT WINAPI bg_job_GetOwnerElevationState(IBackgroundCopyJob4 *iface, BOOL *out);
HRESULT WINAPI bg_job_SetMaximumDownloadTime(IBackgroundCopyJob4 *iface, ULONG seconds);
HRESULT WINAPI bg_job_GetMaximumDownloadTime(IBackgroundCopyJob4 *iface, ULONG *out);

/* bg_job_later.c: what the job cannot do yet */
HRESULT WINAPI bg_job_TakeOwnership(IBackgroundCopyJob4 *iface);
HRESULT WINAPI bg_job_SetNotifyCmdLine(IBackgroundCopyJob4 *iface, const WCHAR *program,
                                       const WCHAR *parameters);
HRESULT WINAPI bg_job_GetNotifyCmdLine(IBackgroundCopyJob4 *iface, WCHAR **program,
                                       WCHAR **parameters);
HRESULT WINAPI bg_job_GetReplyProgress(IBackgroundCopyJob4 *iface, BG_JOB_REPLY_PROGRESS *out);
HRESULT WINAPI bg_job_GetReplyData(IBackgroundCopyJob4 *iface, byte **buffer, UINT64 *size);
HRESULT WINAPI bg_job_SetReplyFileName(IBackgroundCopyJob4 *iface, const WCHAR *name);
HRESULT WINAPI bg_job_GetReplyFileName(IBackgroundCopyJob4 *iface, WCHAR **out);
HRESULT WINAPI bg_job_SetCredentials(IBackgroundCopyJob4 *iface, BG_AUTH_CREDENTIALS *credentials);
HRESULT WINAPI bg_job_RemoveCredentials(IBackgroundCopyJob4 *iface, BG_AUTH_TARGET target,
                                        BG_AUTH_SCHEME scheme);
HRESULT WINAPI bg_job_ReplaceRemotePrefix(IBackgroundCopyJob4 *iface, const WCHAR *old_prefix,
                                          const WCHAR *new_prefix);
HRESULT WINAPI bg_job_AddFileWithRanges(IBackgroundCopyJob4 *iface, const WCHAR *remote_name,
                                        const WCHAR *local_name, DWORD count,
                                        BG_FILE_RANGE ranges[]);
HRESULT WINAPI bg_job_SetFileACLFlags(IBackgroundCopyJob4 *iface, DWORD flags);
HRESULT WINAPI bg_job_GetFileACLFlags(IBackgroundCopyJob4 *iface, DWORD *out);

/* clang-format on */

#endif
