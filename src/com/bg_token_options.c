/* SPDX-License-Identifier: LGPL-2.1-or-later
 *
 * IBitsTokenOptions of a job: the helper token. The caller's own token is taken, as the client of a
 * call, as the user that the thread impersonates, or as the process. */
#include "com/bg_job_private.h"

#include "base/err.h"
#include "com/caller.h"
#include "job/job_options.h"
#include "job/job_token.h"

static inline struct bg_job *impl_from_IBitsTokenOptions(IBitsTokenOptions *iface)
{
    return CONTAINING_RECORD(iface, struct bg_job, IBitsTokenOptions_iface);
}

static HRESULT WINAPI bg_token_QueryInterface(IBitsTokenOptions *iface, REFIID iid, void **out)
{
    struct bg_job *job = impl_from_IBitsTokenOptions(iface);

    return IBackgroundCopyJob5_QueryInterface(&job->IBackgroundCopyJob5_iface, iid, out);
}

static ULONG WINAPI bg_token_AddRef(IBitsTokenOptions *iface)
{
    struct bg_job *job = impl_from_IBitsTokenOptions(iface);

    return IBackgroundCopyJob5_AddRef(&job->IBackgroundCopyJob5_iface);
}

static ULONG WINAPI bg_token_Release(IBitsTokenOptions *iface)
{
    struct bg_job *job = impl_from_IBitsTokenOptions(iface);

    return IBackgroundCopyJob5_Release(&job->IBackgroundCopyJob5_iface);
}

static HRESULT WINAPI bg_token_SetHelperTokenFlags(IBitsTokenOptions *iface, DWORD flags)
{
    return job_set_token_flags(impl_from_IBitsTokenOptions(iface)->job, flags);
}

static HRESULT WINAPI bg_token_GetHelperTokenFlags(IBitsTokenOptions *iface, DWORD *out)
{
    struct job_options options;

    if (!out) return E_INVALIDARG;
    job_get_options(impl_from_IBitsTokenOptions(iface)->job, &options);
    *out = options.token_flags;
    return S_OK;
}

/* ---- the token ---- */

static void close_token(void *handle)
{
    CloseHandle(handle);
}

/* Only a token that may be used for access is of any use. */
static HRESULT check_level(HANDLE token)
{
    SECURITY_IMPERSONATION_LEVEL level;
    DWORD size;

    if (!GetTokenInformation(token, TokenImpersonationLevel, &level, sizeof(level), &size))
        return err_from_last_error();
    return level >= SecurityImpersonation ? S_OK : CO_E_FAILEDTOIMPERSONATE;
}

/* A copy of its own of the thread's token; of the process's, when there is none and it is wanted.
 */
static HRESULT copy_token(bool is_process_wanted, HANDLE *out)
{
    const DWORD access = TOKEN_QUERY | TOKEN_DUPLICATE | TOKEN_IMPERSONATE;
    HRESULT hr = S_OK;
    HANDLE token;

    *out = NULL;
    if (OpenThreadToken(GetCurrentThread(), access, TRUE, &token))
        hr = check_level(token);
    else if (GetLastError() != ERROR_NO_TOKEN || !is_process_wanted)
        return CO_E_FAILEDTOIMPERSONATE;
    else if (!OpenProcessToken(GetCurrentProcess(), access, &token))
        return err_from_last_error();
    if (SUCCEEDED(hr) &&
        !DuplicateTokenEx(token, access, NULL, SecurityImpersonation, TokenImpersonation, out))
        hr = err_from_last_error();
    CloseHandle(token);
    return hr;
}

static HRESULT copy_client_token(IServerSecurity *security, HANDLE *out)
{
    bool was_impersonating = IServerSecurity_IsImpersonating(security);
    HRESULT hr;

    *out = NULL;
    if (!was_impersonating && FAILED(IServerSecurity_ImpersonateClient(security)))
        return CO_E_FAILEDTOIMPERSONATE;
    hr = copy_token(false, out);
    if (!was_impersonating) IServerSecurity_RevertToSelf(security);
    return hr;
}

static HRESULT take_caller_token(HANDLE *out)
{
    IServerSecurity *security;
    HRESULT hr;

    if (FAILED(CoGetCallContext(&IID_IServerSecurity, (void **)&security)))
        return copy_token(true, out);
    hr = copy_client_token(security, out);
    IServerSecurity_Release(security);
    return hr;
}

static HRESULT WINAPI bg_token_SetHelperToken(IBitsTokenOptions *iface)
{
    struct caller_facts facts;
    struct job_token *token;
    HANDLE handle;
    HRESULT hr;

    if (FAILED(hr = take_caller_token(&handle))) return hr;
    if (FAILED(hr = caller_get(&facts)) ||
        FAILED(hr = job_token_create(&facts, handle, close_token, &token)))
    {
        CloseHandle(handle);
        return hr;
    }
    hr = job_set_token(impl_from_IBitsTokenOptions(iface)->job, token);
    job_token_release(token);
    return hr;
}

static HRESULT WINAPI bg_token_ClearHelperToken(IBitsTokenOptions *iface)
{
    return job_set_token(impl_from_IBitsTokenOptions(iface)->job, NULL);
}

static HRESULT WINAPI bg_token_GetHelperTokenSid(IBitsTokenOptions *iface, WCHAR **out)
{
    struct job_token *token;
    HRESULT hr = S_OK;

    if (!out) return E_INVALIDARG;
    *out = NULL;
    if (!(token = job_get_token(impl_from_IBitsTokenOptions(iface)->job))) return S_OK;
    hr = com_copy_string(token->facts.sid, out);
    job_token_release(token);
    return hr;
}

const IBitsTokenOptionsVtbl bg_token_options_vtbl = {
    bg_token_QueryInterface,
    bg_token_AddRef,
    bg_token_Release,
    /* IBitsTokenOptions */
    bg_token_SetHelperTokenFlags,
    bg_token_GetHelperTokenFlags,
    bg_token_SetHelperToken,
    bg_token_ClearHelperToken,
    bg_token_GetHelperTokenSid,
};
