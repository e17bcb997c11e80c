/* SPDX-License-Identifier: LGPL-2.1-or-later
 *
 * Methods of a job that have no core behind them yet. Arguments and states are checked as
 * documented; what would be done then is refused with E_NOTIMPL. */
#include "base/str.h"
#include "bitsmsg.h"
#include "com/bg_job_private.h"
#include "job/job_state.h"

#define USER_NAME_MAX 300
#define PASSWORD_MAX  65536
#define ACL_FLAGS_MASK                                                                             \
    (BG_COPY_FILE_OWNER | BG_COPY_FILE_GROUP | BG_COPY_FILE_DACL | BG_COPY_FILE_SACL)

static HRESULT refuse_change(IBackgroundCopyJob4 *iface, const char *method)
{
    if (job_state_is_final(job_state(job_from(iface)))) return BG_E_INVALID_STATE;
    return com_not_written(method);
}

/* ---- IBackgroundCopyJob2: replies ---- */

/* Only a job of this type has a reply; E_NOTIMPL is the documented answer of the others. */
static bool has_reply(IBackgroundCopyJob4 *iface)
{
    return job_type(job_from(iface)) == JOB_TYPE_UPLOAD_REPLY;
}

HRESULT WINAPI bg_job_GetReplyProgress(IBackgroundCopyJob4 *iface, BG_JOB_REPLY_PROGRESS *out)
{
    if (!out) return E_INVALIDARG;
    *out = (BG_JOB_REPLY_PROGRESS){0};
    if (!has_reply(iface)) return E_NOTIMPL;
    return com_not_written("IBackgroundCopyJob2::GetReplyProgress");
}

HRESULT WINAPI bg_job_GetReplyData(IBackgroundCopyJob4 *iface, byte **buffer, UINT64 *size)
{
    if (buffer) *buffer = NULL;
    if (size) *size = 0;
    if (!buffer || !size) return E_INVALIDARG;
    if (!has_reply(iface)) return E_NOTIMPL;
    return com_not_written("IBackgroundCopyJob2::GetReplyData");
}

HRESULT WINAPI bg_job_SetReplyFileName(IBackgroundCopyJob4 *iface, const WCHAR *name)
{
    (void)name;
    if (!has_reply(iface)) return E_NOTIMPL;
    return refuse_change(iface, "IBackgroundCopyJob2::SetReplyFileName");
}

HRESULT WINAPI bg_job_GetReplyFileName(IBackgroundCopyJob4 *iface, WCHAR **out)
{
    if (!out) return E_INVALIDARG;
    *out = NULL;
    if (!has_reply(iface)) return E_NOTIMPL;
    return com_not_written("IBackgroundCopyJob2::GetReplyFileName");
}

/* ---- IBackgroundCopyJob2: credentials ---- */

static HRESULT check_auth_key(BG_AUTH_TARGET target, BG_AUTH_SCHEME scheme)
{
    if (target != BG_AUTH_TARGET_SERVER && target != BG_AUTH_TARGET_PROXY)
        return BG_E_INVALID_AUTH_TARGET;
    if (scheme < BG_AUTH_SCHEME_BASIC || scheme > BG_AUTH_SCHEME_PASSPORT)
        return BG_E_INVALID_AUTH_SCHEME;
    return S_OK;
}

static HRESULT check_credentials(const BG_AUTH_CREDENTIALS *credentials)
{
    const BG_BASIC_CREDENTIALS *basic = &credentials->Credentials.Basic;
    bool needs_both =
        credentials->Scheme == BG_AUTH_SCHEME_BASIC || credentials->Scheme == BG_AUTH_SCHEME_DIGEST;

    if (needs_both && (!basic->UserName || !basic->Password)) return E_INVALIDARG;
    if (basic->UserName && str_len_max(basic->UserName, USER_NAME_MAX + 1) > USER_NAME_MAX)
        return BG_E_USERNAME_TOO_LARGE;
    if (basic->Password && str_len_max(basic->Password, PASSWORD_MAX + 1) > PASSWORD_MAX)
        return BG_E_PASSWORD_TOO_LARGE;
    return S_OK;
}

HRESULT WINAPI bg_job_SetCredentials(IBackgroundCopyJob4 *iface, BG_AUTH_CREDENTIALS *credentials)
{
    HRESULT hr;

    if (!credentials) return E_INVALIDARG;
    if (FAILED(hr = check_auth_key(credentials->Target, credentials->Scheme))) return hr;
    if (FAILED(hr = check_credentials(credentials))) return hr;
    return refuse_change(iface, "IBackgroundCopyJob2::SetCredentials");
}

HRESULT WINAPI bg_job_RemoveCredentials(IBackgroundCopyJob4 *iface, BG_AUTH_TARGET target,
                                        BG_AUTH_SCHEME scheme)
{
    HRESULT hr;

    if (FAILED(hr = check_auth_key(target, scheme))) return hr;
    return refuse_change(iface, "IBackgroundCopyJob2::RemoveCredentials");
}

/* ---- IBackgroundCopyJob3 ---- */

HRESULT WINAPI bg_job_ReplaceRemotePrefix(IBackgroundCopyJob4 *iface, const WCHAR *old_prefix,
                                          const WCHAR *new_prefix)
{
    if (job_type(job_from(iface)) != JOB_TYPE_DOWNLOAD) return E_NOTIMPL;
    if (!old_prefix || !*old_prefix || !new_prefix || !*new_prefix) return E_INVALIDARG;
    return refuse_change(iface, "IBackgroundCopyJob3::ReplaceRemotePrefix");
}

HRESULT WINAPI bg_job_AddFileWithRanges(IBackgroundCopyJob4 *iface, const WCHAR *remote_name,
                                        const WCHAR *local_name, DWORD count,
                                        BG_FILE_RANGE ranges[])
{
    if (job_type(job_from(iface)) != JOB_TYPE_DOWNLOAD) return E_NOTIMPL;
    if (!remote_name || !local_name || !count || !ranges) return E_INVALIDARG;
    for (DWORD i = 0; i < count; i++)
        if (ranges[i].InitialOffset == BG_LENGTH_TO_EOF || !ranges[i].Length)
            return BG_E_INVALID_RANGE;
    return refuse_change(iface, "IBackgroundCopyJob3::AddFileWithRanges");
}

HRESULT WINAPI bg_job_SetFileACLFlags(IBackgroundCopyJob4 *iface, DWORD flags)
{
    if (flags & ~(DWORD)ACL_FLAGS_MASK) return E_INVALIDARG;
    if (job_state(job_from(iface)) == JOB_TRANSFERRED) return BG_E_INVALID_STATE;
    return refuse_change(iface, "IBackgroundCopyJob3::SetFileACLFlags");
}

HRESULT WINAPI bg_job_GetFileACLFlags(IBackgroundCopyJob4 *iface, DWORD *out)
{
    (void)iface;
    if (!out) return E_INVALIDARG;
    *out = 0;
    return com_not_written("IBackgroundCopyJob3::GetFileACLFlags");
}
