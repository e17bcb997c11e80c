/* SPDX-License-Identifier: LGPL-2.1-or-later
 *
 * Who calls. The facts of the process are asked once: to look for the token of a thread costs the
 * round trip to the kernel, or to wineserver, that a setter inside the process cannot afford. */
#include "com/caller.h"

#include <objbase.h>
#include <sddl.h>
#include <string.h>

#include "base/err.h"
#include "base/lock.h"
#include "base/log.h"
#include "base/str.h"

/* TokenUser and TokenIntegrityLevel have the same shape. */
union sid_buffer
{
    SID_AND_ATTRIBUTES sid;
    BYTE bytes[sizeof(SID_AND_ATTRIBUTES) + SECURITY_MAX_SID_SIZE];
};

static HRESULT read_user(HANDLE token, struct caller_facts *facts)
{
    union sid_buffer buffer;
    HRESULT hr = S_OK;
    WCHAR *text;
    DWORD size;
    size_t len;

    if (!GetTokenInformation(token, TokenUser, &buffer, sizeof(buffer), &size))
        return err_from_last_error();
    if (!ConvertSidToStringSidW(buffer.sid.Sid, &text)) return err_from_last_error();
    if ((len = str_len(text)) < ACCESS_SID_SIZE)
        memcpy(facts->sid, text, (len + 1) * sizeof(*text));
    else
        hr = E_UNEXPECTED;
    LocalFree(text);
    return hr;
}

static HRESULT read_integrity_level(HANDLE token, struct caller_facts *facts)
{
    union sid_buffer buffer;
    DWORD size;
    UCHAR count;

    if (!GetTokenInformation(token, TokenIntegrityLevel, &buffer, sizeof(buffer), &size))
        return err_from_last_error();
    if (!(count = *GetSidSubAuthorityCount(buffer.sid.Sid))) return E_UNEXPECTED;
    facts->integrity_level = *GetSidSubAuthority(buffer.sid.Sid, count - 1);
    return S_OK;
}

static HRESULT read_elevation(HANDLE token, struct caller_facts *facts)
{
    TOKEN_ELEVATION elevation;
    DWORD size;

    if (!GetTokenInformation(token, TokenElevation, &elevation, sizeof(elevation), &size))
        return err_from_last_error();
    facts->is_elevated = elevation.TokenIsElevated;
    return S_OK;
}

/* Takes a token of impersonation, or NULL for the one of the process. */
static HRESULT read_membership(HANDLE token, struct caller_facts *facts)
{
    BYTE administrators[SECURITY_MAX_SID_SIZE];
    DWORD size = sizeof(administrators);
    BOOL is_member;

    if (!CreateWellKnownSid(WinBuiltinAdministratorsSid, NULL, administrators, &size))
        return err_from_last_error();
    if (!CheckTokenMembership(token, administrators, &is_member)) return err_from_last_error();
    facts->is_admin = is_member;
    return S_OK;
}

/* A client on another machine is logged on by the network. Of the token of this thread. */
static HRESULT read_place(struct caller_facts *facts)
{
    BYTE network[SECURITY_MAX_SID_SIZE];
    DWORD size = sizeof(network);
    BOOL is_member;

    if (!CreateWellKnownSid(WinNetworkSid, NULL, network, &size)) return err_from_last_error();
    if (!CheckTokenMembership(NULL, network, &is_member)) return err_from_last_error();
    facts->is_remote = is_member;
    return S_OK;
}

static HRESULT read_facts(HANDLE token, bool is_impersonation, struct caller_facts *facts)
{
    HRESULT hr;

    if (SUCCEEDED(hr = read_user(token, facts)) &&
        SUCCEEDED(hr = read_integrity_level(token, facts)) &&
        SUCCEEDED(hr = read_elevation(token, facts)))
        hr = read_membership(is_impersonation ? token : NULL, facts);
    facts->is_restricted = IsTokenRestricted(token);
    if (FAILED(hr)) LOG_ERR(LOG_COM, "Cannot read a token: %#lx", (unsigned long)hr);
    return hr;
}

/* Immutable once it is there. */
static struct caller_facts process_facts;
static INIT_ONCE process_facts_once = INIT_ONCE_STATIC_INIT;

static BOOL CALLBACK read_process_facts(INIT_ONCE *once, void *param, void **context)
{
    HRESULT *hr = param;
    HANDLE token;

    (void)once;
    (void)context;
    if (!OpenProcessToken(GetCurrentProcess(), TOKEN_QUERY, &token))
    {
        *hr = err_from_last_error();
        return FALSE;
    }
    *hr = read_facts(token, false, &process_facts);
    CloseHandle(token);
    return SUCCEEDED(*hr);
}

HRESULT caller_get_process(struct caller_facts *facts)
{
    HRESULT hr = S_OK;

    if (!InitOnceExecuteOnce(&process_facts_once, read_process_facts, &hr, NULL))
        return E_ACCESSDENIED;
    *facts = process_facts;
    return S_OK;
}

/* S_FALSE when the thread impersonates nobody. */
static HRESULT get_thread_facts(struct caller_facts *facts)
{
    HANDLE token;
    HRESULT hr;

    if (!OpenThreadToken(GetCurrentThread(), TOKEN_QUERY, TRUE, &token))
        return GetLastError() == ERROR_NO_TOKEN ? S_FALSE : E_ACCESSDENIED;
    hr = read_facts(token, true, facts);
    CloseHandle(token);
    return SUCCEEDED(hr) ? S_OK : E_ACCESSDENIED;
}

/* A server that impersonates its client already must not lose that by our asking. */
static HRESULT get_client_facts(IServerSecurity *security, struct caller_facts *facts)
{
    bool was_impersonating = IServerSecurity_IsImpersonating(security);
    HRESULT hr;

    if (!was_impersonating && FAILED(IServerSecurity_ImpersonateClient(security)))
        return E_ACCESSDENIED;
    hr = get_thread_facts(facts);
    if (hr == S_OK) hr = read_place(facts);
    if (!was_impersonating && FAILED(IServerSecurity_RevertToSelf(security)))
    {
        LOG_ERR(LOG_COM, "Cannot stop impersonating a client");
        return E_UNEXPECTED;
    }
    return hr == S_OK ? S_OK : E_ACCESSDENIED;
}

HRESULT caller_get_client(struct caller_facts *facts)
{
    IServerSecurity *security;
    HRESULT hr;

    lock_assert_none_held();
    memset(facts, 0, sizeof(*facts));
    hr = CoGetCallContext(&IID_IServerSecurity, (void **)&security);
    if (hr == RPC_E_CALL_COMPLETE || hr == CO_E_NOTINITIALIZED) return S_FALSE;
    if (FAILED(hr)) return E_ACCESSDENIED;

    hr = get_client_facts(security, facts);
    IServerSecurity_Release(security);
    if (SUCCEEDED(hr)) hr = access_check_place(facts);
    if (FAILED(hr)) memset(facts, 0, sizeof(*facts));
    return hr;
}

HRESULT caller_get(struct caller_facts *facts)
{
    HRESULT hr;

    if ((hr = caller_get_client(facts)) != S_FALSE) return hr;
    if ((hr = get_thread_facts(facts)) == S_FALSE) hr = caller_get_process(facts);
    if (FAILED(hr)) memset(facts, 0, sizeof(*facts));
    return hr;
}
