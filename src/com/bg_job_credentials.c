/* SPDX-License-Identifier: LGPL-2.1-or-later
 *
 * IBackgroundCopyJob2: credentials for servers and proxies. */
#include "bitsmsg.h"
#include "com/bg_job_private.h"
#include "com/caller.h"
#include "job/credentials.h"

_Static_assert((int)AUTH_TARGET_SERVER + 1 == BG_AUTH_TARGET_SERVER, "numbered from 1");
_Static_assert((int)AUTH_TARGET_PROXY + 1 == BG_AUTH_TARGET_PROXY, "numbered from 1");
_Static_assert((int)AUTH_BASIC + 1 == BG_AUTH_SCHEME_BASIC, "numbered from 1");
_Static_assert((int)AUTH_DIGEST + 1 == BG_AUTH_SCHEME_DIGEST, "numbered from 1");
_Static_assert((int)AUTH_NTLM + 1 == BG_AUTH_SCHEME_NTLM, "numbered from 1");
_Static_assert((int)AUTH_NEGOTIATE + 1 == BG_AUTH_SCHEME_NEGOTIATE, "numbered from 1");
_Static_assert((int)AUTH_PASSPORT + 1 == BG_AUTH_SCHEME_PASSPORT, "numbered from 1");

static HRESULT read_key(BG_AUTH_TARGET target, BG_AUTH_SCHEME scheme, struct credential_wish *wish)
{
    if (target != BG_AUTH_TARGET_SERVER && target != BG_AUTH_TARGET_PROXY)
        return BG_E_INVALID_AUTH_TARGET;
    if (scheme < BG_AUTH_SCHEME_BASIC || scheme > BG_AUTH_SCHEME_PASSPORT)
        return BG_E_INVALID_AUTH_SCHEME;
    *wish = (struct credential_wish){(enum auth_target)(target - 1), (enum auth_scheme)(scheme - 1),
                                     NULL, NULL};
    return S_OK;
}

HRESULT bg_job_check_owner(struct job *job)
{
    struct caller_facts caller, owner;
    HRESULT hr = caller_get_client(&caller);

    if (hr != S_OK) return hr == S_FALSE ? S_OK : hr;
    job_get_owner(job, &owner);
    return access_is_same_user(&caller, &owner) ? S_OK : E_ACCESSDENIED;
}

HRESULT WINAPI bg_job_SetCredentials(IBackgroundCopyJob5 *iface, BG_AUTH_CREDENTIALS *credentials)
{
    struct credential_wish wish;
    HRESULT hr;

    if (!credentials) return E_INVALIDARG;
    if (FAILED(hr = read_key(credentials->Target, credentials->Scheme, &wish))) return hr;
    wish.user = credentials->Credentials.Basic.UserName;
    wish.password = credentials->Credentials.Basic.Password;
    if (FAILED(hr = bg_job_check_owner(job_from(iface)))) return hr;
    return job_set_credential(job_from(iface), &wish);
}

HRESULT WINAPI bg_job_RemoveCredentials(IBackgroundCopyJob5 *iface, BG_AUTH_TARGET target,
                                        BG_AUTH_SCHEME scheme)
{
    struct credential_wish wish;
    HRESULT hr;

    if (FAILED(hr = read_key(target, scheme, &wish))) return hr;
    return job_remove_credential(job_from(iface), &wish);
}
