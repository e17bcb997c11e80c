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
    IBackgroundCopyJob5 IBackgroundCopyJob5_iface;
    IBitsTokenOptions IBitsTokenOptions_iface;
    IBackgroundCopyJobHttpOptions3 IBackgroundCopyJobHttpOptions3_iface;
    struct com_front front;
    struct job *job; /* JOB_HOLDER_FRONT; immutable after create */
};

static inline struct bg_job *impl_from_IBackgroundCopyJob5(IBackgroundCopyJob5 *iface)
{
    return CONTAINING_RECORD(iface, struct bg_job, IBackgroundCopyJob5_iface);
}

/* The core's job behind an interface pointer. */
static inline struct job *job_from(IBackgroundCopyJob5 *iface)
{
    return impl_from_IBackgroundCopyJob5(iface)->job;
}

/* Some settings are the owner's alone, not an administrator's: E_ACCESSDENIED. */
HRESULT bg_job_check_owner(struct job *job);

/* What a method answers that has no core behind it yet, once its arguments are good. */
HRESULT bg_job_refuse_change(IBackgroundCopyJob5 *iface, const char *method);

/* bg_token_options.c */
extern const IBitsTokenOptionsVtbl bg_token_options_vtbl;

/* clang-format off */

/* bg_job_properties.c */
HRESULT WINAPI bg_job_SetDisplayName(IBackgroundCopyJob5 *iface, const WCHAR *name);
HRESULT WINAPI bg_job_GetDisplayName(IBackgroundCopyJob5 *iface, WCHAR **out);
HRESULT WINAPI bg_job_SetDescription(IBackgroundCopyJob5 *iface, const WCHAR *text);
HRESULT WINAPI bg_job_GetDescription(IBackgroundCopyJob5 *iface, WCHAR **out);
HRESULT WINAPI bg_job_SetPriority(IBackgroundCopyJob5 *iface, BG_JOB_PRIORITY priority);
HRESULT WINAPI bg_job_GetPriority(IBackgroundCopyJob5 *iface, BG_JOB_PRIORITY *out);
HRESULT WINAPI bg_job_SetNotifyFlags(IBackgroundCopyJob5 *iface, ULONG flags);
HRESULT WINAPI bg_job_GetNotifyFlags(IBackgroundCopyJob5 *iface, ULONG *out);
HRESULT WINAPI bg_job_SetNotifyInterface(IBackgroundCopyJob5 *iface, IUnknown *client);
HRESULT WINAPI bg_job_GetNotifyInterface(IBackgroundCopyJob5 *iface, IUnknown **out);
HRESULT WINAPI bg_job_SetMinimumRetryDelay(IBackgroundCopyJob5 *iface, ULONG seconds);
HRESULT WINAPI bg_job_GetMinimumRetryDelay(IBackgroundCopyJob5 *iface, ULONG *out);
HRESULT WINAPI bg_job_SetNoProgressTimeout(IBackgroundCopyJob5 *iface, ULONG seconds);
HRESULT WINAPI bg_job_GetNoProgressTimeout(IBackgroundCopyJob5 *iface, ULONG *out);
HRESULT WINAPI bg_job_SetProxySettings(IBackgroundCopyJob5 *iface, BG_JOB_PROXY_USAGE usage,
                                       const WCHAR *list, const WCHAR *bypass);
HRESULT WINAPI bg_job_GetProxySettings(IBackgroundCopyJob5 *iface, BG_JOB_PROXY_USAGE *usage,
                                       WCHAR **list, WCHAR **bypass);
HRESULT WINAPI bg_job_SetPeerCachingFlags(IBackgroundCopyJob5 *iface, DWORD flags);
HRESULT WINAPI bg_job_GetPeerCachingFlags(IBackgroundCopyJob5 *iface, DWORD *out);
HRESULT WINAPI bg_job_GetOwnerIntegrityLevel(IBackgroundCopyJob5 *iface, ULONG *out);
HRESULT WINAPI bg_job_GetOwnerElevationState(IBackgroundCopyJob5 *iface, BOOL *out);
HRESULT WINAPI bg_job_SetMaximumDownloadTime(IBackgroundCopyJob5 *iface, ULONG seconds);
HRESULT WINAPI bg_job_GetMaximumDownloadTime(IBackgroundCopyJob5 *iface, ULONG *out);
HRESULT WINAPI bg_job_TakeOwnership(IBackgroundCopyJob5 *iface);
HRESULT WINAPI bg_job_SetNotifyCmdLine(IBackgroundCopyJob5 *iface, const WCHAR *program,
                                       const WCHAR *parameters);
HRESULT WINAPI bg_job_GetNotifyCmdLine(IBackgroundCopyJob5 *iface, WCHAR **program,
                                       WCHAR **parameters);

/* bg_job_http.c */
extern const IBackgroundCopyJobHttpOptions3Vtbl bg_job_http_vtbl;
bool bg_job_is_http_options(REFIID iid);

/* bg_job_reply.c */
HRESULT WINAPI bg_job_GetReplyProgress(IBackgroundCopyJob5 *iface, BG_JOB_REPLY_PROGRESS *out);
HRESULT WINAPI bg_job_GetReplyData(IBackgroundCopyJob5 *iface, byte **buffer, UINT64 *size);
HRESULT WINAPI bg_job_SetReplyFileName(IBackgroundCopyJob5 *iface, const WCHAR *name);
HRESULT WINAPI bg_job_GetReplyFileName(IBackgroundCopyJob5 *iface, WCHAR **out);

/* bg_job_credentials.c */
HRESULT WINAPI bg_job_SetCredentials(IBackgroundCopyJob5 *iface, BG_AUTH_CREDENTIALS *credentials);
HRESULT WINAPI bg_job_RemoveCredentials(IBackgroundCopyJob5 *iface, BG_AUTH_TARGET target,
                                        BG_AUTH_SCHEME scheme);

/* bg_job_ranges.c */
HRESULT WINAPI bg_job_ReplaceRemotePrefix(IBackgroundCopyJob5 *iface, const WCHAR *old_prefix,
                                          const WCHAR *new_prefix);
HRESULT WINAPI bg_job_AddFileWithRanges(IBackgroundCopyJob5 *iface, const WCHAR *remote_name,
                                        const WCHAR *local_name, DWORD count,
                                        BG_FILE_RANGE ranges[]);

/* bg_job_options.c */
HRESULT WINAPI bg_job_SetFileACLFlags(IBackgroundCopyJob5 *iface, DWORD flags);
HRESULT WINAPI bg_job_GetFileACLFlags(IBackgroundCopyJob5 *iface, DWORD *out);
HRESULT WINAPI bg_job_SetProperty(IBackgroundCopyJob5 *iface, BITS_JOB_PROPERTY_ID id,
                                  BITS_JOB_PROPERTY_VALUE value);
HRESULT WINAPI bg_job_GetProperty(IBackgroundCopyJob5 *iface, BITS_JOB_PROPERTY_ID id,
                                  BITS_JOB_PROPERTY_VALUE *out);

/* clang-format on */

#endif
