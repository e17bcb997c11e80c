/* SPDX-License-Identifier: LGPL-2.1-or-later
 *
 * IBackgroundCopyJob2: credentials for servers and proxies. */
#include "base/str.h"
#include "bitsmsg.h"
#include "com/bg_job_private.h"

#define USER_NAME_MAX 300
#define PASSWORD_MAX  65536

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

HRESULT WINAPI bg_job_SetCredentials(IBackgroundCopyJob5 *iface, BG_AUTH_CREDENTIALS *credentials)
{
    HRESULT hr;

    if (!credentials) return E_INVALIDARG;
    if (FAILED(hr = check_auth_key(credentials->Target, credentials->Scheme))) return hr;
    if (FAILED(hr = check_credentials(credentials))) return hr;
    return bg_job_refuse_change(iface, "IBackgroundCopyJob2::SetCredentials");
}

HRESULT WINAPI bg_job_RemoveCredentials(IBackgroundCopyJob5 *iface, BG_AUTH_TARGET target,
                                        BG_AUTH_SCHEME scheme)
{
    HRESULT hr;

    if (FAILED(hr = check_auth_key(target, scheme))) return hr;
    return bg_job_refuse_change(iface, "IBackgroundCopyJob2::RemoveCredentials");
}
