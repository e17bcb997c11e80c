/* SPDX-License-Identifier: LGPL-2.1-or-later
 *
 * The second identity of a job. Its token is the one of the thread that asks for it, which is why
 * the thread takes on the other user for that one call. */
#include "command.h"

#include <stdio.h>
#include <wchar.h>

#define FLAGS_MAX (BG_TOKEN_LOCAL_FILE | BG_TOKEN_NETWORK)

/* Each call is to say who the thread is then, not who it was when it first called. */
static void set_cloaking(IBitsTokenOptions *options)
{
    CoSetProxyBlanket((IUnknown *)options, RPC_C_AUTHN_DEFAULT, RPC_C_AUTHZ_DEFAULT,
                      COLE_DEFAULT_PRINCIPAL, RPC_C_AUTHN_LEVEL_DEFAULT,
                      RPC_C_IMP_LEVEL_IMPERSONATE, COLE_DEFAULT_AUTHINFO, EOAC_DYNAMIC_CLOAKING);
}

static HRESULT become(const struct arguments *args)
{
    BOOL is_done;
    HANDLE token;

    if (!args->count)
    {
        if (ImpersonateSelf(SecurityImpersonation)) return S_OK;
        return HRESULT_FROM_WIN32(GetLastError());
    }
    if (!LogonUserW(args->words[0], NULL, args->words[1], LOGON32_LOGON_INTERACTIVE,
                    LOGON32_PROVIDER_DEFAULT, &token))
        return HRESULT_FROM_WIN32(GetLastError());
    is_done = ImpersonateLoggedOnUser(token);
    CloseHandle(token);
    return is_done ? S_OK : HRESULT_FROM_WIN32(GetLastError());
}

static HRESULT set_token(struct session *session, void *job, const struct arguments *args)
{
    IBitsTokenOptions *options = job;
    HRESULT hr;

    if (args->count == 1)
        return session_refuse(session, L"The password of %ls is missing", args->words[0]);
    set_cloaking(options);
    if (FAILED(hr = become(args))) return session_fail(session, hr, L"log the user on");
    hr = IBitsTokenOptions_SetHelperToken(options);
    RevertToSelf();
    if (SUCCEEDED(hr)) out_print(L"Helper token set.\n");
    return hr;
}

static HRESULT get_sid(struct session *session, void *job, const struct arguments *args)
{
    WCHAR *sid = NULL;
    HRESULT hr = IBitsTokenOptions_GetHelperTokenSid((IBitsTokenOptions *)job, &sid);

    (void)args;
    if (FAILED(hr)) return hr;
    out_value(session, L"%ls", text_or_null(sid));
    CoTaskMemFree(sid);
    return S_OK;
}

static HRESULT get_flags(struct session *session, void *job, const struct arguments *args)
{
    DWORD flags;
    HRESULT hr = IBitsTokenOptions_GetHelperTokenFlags((IBitsTokenOptions *)job, &flags);

    (void)args;
    return FAILED(hr) ? hr : out_value(session, L"%lu", flags);
}

static HRESULT set_flags(struct session *session, void *job, const struct arguments *args)
{
    DWORD flags;
    HRESULT hr;

    if (!parse_number(args->words[0], &flags) || flags > FLAGS_MAX)
        return session_refuse(session, L"Invalid flags %ls: 1 local files, 2 network, 3 both",
                              args->words[0]);
    hr = IBitsTokenOptions_SetHelperTokenFlags((IBitsTokenOptions *)job, flags);
    if (SUCCEEDED(hr)) out_print(L"Helper token flags set to %lu.\n", flags);
    return hr;
}

static const struct command commands[] = {
    JOB_COMMAND(L"/sethelpertoken", L"job [user@domain password]", 1, 3, IBitsTokenOptions,
                set_token, L"set helper token",
                L"The identity of another user, or of this command line's"),
    JOB_COMMAND(L"/gethelpertokensid", L"job", 1, 1, IBitsTokenOptions, get_sid,
                L"get helper token SID", L"Whose it is"),
    JOB_COMMAND(L"/gethelpertokenflags", L"job", 1, 1, IBitsTokenOptions, get_flags,
                L"get helper token flags", L"What it is used for"),
    JOB_COMMAND(L"/sethelpertokenflags", L"job flags", 2, 2, IBitsTokenOptions, set_flags,
                L"set helper token flags", L"1 local files, 2 network, 3 both"),
};

COMMAND_TABLE(token_commands, L"Helper tokens", NULL, commands);
