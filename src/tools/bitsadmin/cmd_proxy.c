/* SPDX-License-Identifier: LGPL-2.1-or-later
 *
 * How a job reaches its server: proxies, and the names and passwords for both. */
#include "command.h"

#include <wchar.h>

#define OVERRIDE_WORDS 3

static HRESULT get_usage(struct session *session, void *job, const struct arguments *args)
{
    WCHAR *list = NULL, *bypass = NULL;
    BG_JOB_PROXY_USAGE usage;
    HRESULT hr;

    (void)args;
    hr = IBackgroundCopyJob_GetProxySettings((IBackgroundCopyJob *)job, &usage, &list, &bypass);
    if (FAILED(hr)) return hr;
    CoTaskMemFree(list);
    CoTaskMemFree(bypass);
    return out_value(session, L"%ls", name_of_proxy_usage(usage));
}

static HRESULT get_list(struct session *session, void *job, const struct arguments *args)
{
    WCHAR *list = NULL, *bypass = NULL;
    BG_JOB_PROXY_USAGE usage;
    HRESULT hr;

    (void)args;
    hr = IBackgroundCopyJob_GetProxySettings((IBackgroundCopyJob *)job, &usage, &list, &bypass);
    if (FAILED(hr)) return hr;
    out_value(session, L"%ls", text_or_null(list));
    CoTaskMemFree(list);
    CoTaskMemFree(bypass);
    return S_OK;
}

static HRESULT get_bypass_list(struct session *session, void *job, const struct arguments *args)
{
    WCHAR *list = NULL, *bypass = NULL;
    BG_JOB_PROXY_USAGE usage;
    HRESULT hr;

    (void)args;
    hr = IBackgroundCopyJob_GetProxySettings((IBackgroundCopyJob *)job, &usage, &list, &bypass);
    if (FAILED(hr)) return hr;
    out_value(session, L"%ls", text_or_null(bypass));
    CoTaskMemFree(list);
    CoTaskMemFree(bypass);
    return S_OK;
}

static HRESULT set_proxy(struct session *session, void *job, const struct arguments *args)
{
    const WCHAR *list = NULL, *bypass = NULL;
    BG_JOB_PROXY_USAGE usage;
    HRESULT hr;

    if (!parse_proxy_usage(args->words[0], &usage))
        return session_refuse(session, L"Invalid proxy usage %ls", args->words[0]);
    if ((usage == BG_JOB_PROXY_USAGE_OVERRIDE) != (args->count == OVERRIDE_WORDS))
        return session_refuse(session, L"OVERRIDE needs a list and a bypass list (or NULL), with "
                                       L"quotes around blanks; the others need nothing.");
    if (args->count == OVERRIDE_WORDS)
    {
        list = null_word(args->words[1]);
        bypass = null_word(args->words[2]);
    }
    hr = IBackgroundCopyJob_SetProxySettings((IBackgroundCopyJob *)job, usage, list, bypass);
    if (FAILED(hr)) return hr;
    out_print(L"Proxy usage set to %ls.\n", name_of_proxy_usage(usage));
    if (list)
        out_print(L"Proxy list set to %ls.\nProxy bypass list set to %ls.\n", list,
                  bypass ? bypass : L"NULL");
    return hr;
}

/* ---- credentials ---- */

static BOOL parse_target(const WCHAR *word, BG_AUTH_TARGET *target)
{
    static const WCHAR *const words[] = {L"SERVER", L"PROXY"};
    int place = find_name(word, words, ARRAYSIZE(words));

    if (place >= 0) *target = (BG_AUTH_TARGET)(BG_AUTH_TARGET_SERVER + place);
    return place >= 0;
}

static BOOL parse_scheme(const WCHAR *word, BG_AUTH_SCHEME *scheme)
{
    static const WCHAR *const words[] = {L"BASIC", L"DIGEST", L"NTLM", L"NEGOTIATE", L"PASSPORT"};
    int place = find_name(word, words, ARRAYSIZE(words));

    if (place >= 0) *scheme = (BG_AUTH_SCHEME)(BG_AUTH_SCHEME_BASIC + place);
    return place >= 0;
}

static HRESULT parse_pair(struct session *session, const struct arguments *args,
                          BG_AUTH_TARGET *target, BG_AUTH_SCHEME *scheme)
{
    if (!parse_target(args->words[0], target))
        return session_refuse(session, L"Invalid target %ls: it is SERVER or PROXY",
                              args->words[0]);
    if (!parse_scheme(args->words[1], scheme))
        return session_refuse(session,
                              L"Invalid scheme %ls: it is BASIC, DIGEST, NTLM, NEGOTIATE or "
                              L"PASSPORT",
                              args->words[1]);
    return S_OK;
}

static HRESULT set_credentials(struct session *session, void *job, const struct arguments *args)
{
    BG_AUTH_CREDENTIALS credentials = {0};
    HRESULT hr;

    if (FAILED(hr = parse_pair(session, args, &credentials.Target, &credentials.Scheme))) return hr;
    credentials.Credentials.Basic.UserName = (WCHAR *)null_word(args->words[2]);
    /* A password may be empty; only the word NULL says that there is none. */
    if (!is_word(args->words[3], L"NULL")) credentials.Credentials.Basic.Password = args->words[3];
    hr = IBackgroundCopyJob2_SetCredentials((IBackgroundCopyJob2 *)job, &credentials);
    if (SUCCEEDED(hr)) out_print(L"Credentials set for %ls.\n", args->words[0]);
    return hr;
}

static HRESULT remove_credentials(struct session *session, void *job, const struct arguments *args)
{
    BG_AUTH_TARGET target;
    BG_AUTH_SCHEME scheme;
    HRESULT hr;

    if (FAILED(hr = parse_pair(session, args, &target, &scheme))) return hr;
    hr = IBackgroundCopyJob2_RemoveCredentials((IBackgroundCopyJob2 *)job, target, scheme);
    if (hr == S_FALSE)
        out_print(L"There were no such credentials.\n");
    else if (SUCCEEDED(hr))
        out_print(L"Credentials removed for %ls.\n", args->words[0]);
    return hr;
}

static const struct command commands[] = {
    JOB_COMMAND(L"/getproxyusage", L"job", 1, 1, IBackgroundCopyJob, get_usage,
                L"get proxy settings", L"PRECONFIG, AUTODETECT, NO_PROXY or OVERRIDE"),
    JOB_COMMAND(L"/getproxylist", L"job", 1, 1, IBackgroundCopyJob, get_list, L"get proxy settings",
                L"The proxies of OVERRIDE"),
    JOB_COMMAND(L"/getproxybypasslist", L"job", 1, 1, IBackgroundCopyJob, get_bypass_list,
                L"get proxy settings", L"The hosts that are reached without a proxy"),
    JOB_COMMAND(L"/setproxysettings", L"job usage [list bypass]", 2, 4, IBackgroundCopyJob,
                set_proxy, L"set proxy settings",
                L"PRECONFIG, AUTODETECT, NO_PROXY, or OVERRIDE with proxies (commas between) and "
                L"hosts without one (blanks between; NULL for none)"),
    JOB_COMMAND(L"/setcredentials", L"job target scheme user password", 5, 5, IBackgroundCopyJob2,
                set_credentials, L"set credentials",
                L"For SERVER or PROXY, with BASIC, DIGEST, NTLM, NEGOTIATE or PASSPORT; NULL NULL "
                L"stands for the user who is logged on"),
    JOB_COMMAND(L"/removecredentials", L"job target scheme", 3, 3, IBackgroundCopyJob2,
                remove_credentials, L"remove credentials", L"Forgets them"),
};

COMMAND_TABLE(proxy_commands, L"Proxies and credentials", NULL, commands);
