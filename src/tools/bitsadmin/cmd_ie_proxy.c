/* SPDX-License-Identifier: LGPL-2.1-or-later
 *
 * /UTIL /SETIEPROXY and /GETIEPROXY: the proxies that PRECONFIG means for jobs of service
 * accounts. */
#include "ie_proxy.h"

#include <stdio.h>
#include <string.h>
#include <wchar.h>

#define SETTINGS_PATH      L"%ls\\Software\\Microsoft\\Windows\\CurrentVersion\\Internet Settings"
#define CONNECTIONS        L"Connections"
#define DEFAULT_CONNECTION L"DefaultConnectionSettings"

struct account
{
    const WCHAR *word, *name, *sid;
};

static const struct account accounts[] = {{L"LOCALSYSTEM", L"LocalSystem", L"S-1-5-18"},
                                          {L"LOCALSERVICE", L"LocalService", L"S-1-5-19"},
                                          {L"NETWORKSERVICE", L"NetworkService", L"S-1-5-20"}};

struct place
{
    const struct account *account;
    const WCHAR *connection;
};

/* Takes the account, and /CONN with its name from the end of the words. */
static HRESULT parse_place(struct session *session, struct arguments *args, struct place *place)
{
    *place = (struct place){NULL, DEFAULT_CONNECTION};
    for (unsigned int i = 0; i < ARRAYSIZE(accounts); i++)
        if (is_word(args->words[0], accounts[i].word)) place->account = &accounts[i];
    if (!place->account)
        return session_refuse(session,
                              L"Invalid account %ls: it is LOCALSYSTEM, NETWORKSERVICE or "
                              L"LOCALSERVICE",
                              args->words[0]);
    args->words++;
    args->count--;
    if (args->count >= 2 && is_word(args->words[args->count - 2], L"/conn"))
    {
        place->connection = args->words[args->count - 1];
        args->count -= 2;
    }
    return S_OK;
}

static LSTATUS open_key(const struct place *place, REGSAM access, HKEY *key)
{
    WCHAR path[200];

    _snwprintf(path, ARRAYSIZE(path), SETTINGS_PATH L"\\" CONNECTIONS, place->account->sid);
    if (access & KEY_SET_VALUE)
        return RegCreateKeyExW(HKEY_USERS, path, 0, NULL, 0, access, NULL, key, NULL);
    return RegOpenKeyExW(HKEY_USERS, path, 0, access, key);
}

static LSTATUS read_proxy(const struct place *place, struct ie_proxy *proxy)
{
    BYTE blob[IE_PROXY_BLOB_MAX];
    DWORD size = sizeof(blob);
    LSTATUS status;
    HKEY key;

    memset(proxy, 0, sizeof(*proxy));
    if ((status = open_key(place, KEY_QUERY_VALUE, &key))) return status;
    status = RegGetValueW(key, NULL, place->connection, RRF_RT_REG_BINARY, NULL, blob, &size);
    RegCloseKey(key);
    if (!status && !ie_proxy_read(blob, size, proxy)) status = ERROR_INVALID_DATA;
    return status;
}

static LSTATUS write_proxy(const struct place *place, const struct ie_proxy *proxy)
{
    BYTE blob[IE_PROXY_BLOB_MAX];
    DWORD size = ie_proxy_write(proxy, blob);
    LSTATUS status;
    HKEY key;

    if ((status = open_key(place, KEY_SET_VALUE, &key))) return status;
    status = RegSetValueExW(key, place->connection, 0, REG_BINARY, blob, size);
    RegCloseKey(key);
    return status;
}

static LSTATUS delete_proxy(const struct place *place)
{
    LSTATUS status;
    HKEY key;

    if ((status = open_key(place, KEY_SET_VALUE, &key))) return status;
    status = RegDeleteValueW(key, place->connection);
    RegCloseKey(key);
    return status == ERROR_FILE_NOT_FOUND ? ERROR_SUCCESS : status;
}

/* ---- words ---- */

static BOOL narrow(const WCHAR *word, char text[IE_PROXY_TEXT_MAX])
{
    const WCHAR *value = is_word(word, L"NULL") ? L"" : word;

    return WideCharToMultiByte(CP_ACP, 0, value, -1, text, IE_PROXY_TEXT_MAX, NULL, NULL) > 0;
}

static HRESULT parse_usage(struct session *session, const struct arguments *args,
                           struct ie_proxy *proxy, BOOL *is_reset)
{
    const WCHAR *usage = args->words[0];
    int more = args->count - 1;
    BOOL fits = TRUE;

    proxy->flags = IE_PROXY_DIRECT;
    *is_reset = is_word(usage, L"RESET");
    if ((*is_reset || is_word(usage, L"NO_PROXY")) && !more) return S_OK;
    if (is_word(usage, L"AUTODETECT") && !more)
        proxy->flags |= IE_PROXY_AUTODETECT;
    else if (is_word(usage, L"MANUAL_PROXY") && (more == 1 || more == 2))
    {
        proxy->flags |= IE_PROXY_MANUAL;
        fits = narrow(args->words[1], proxy->list) &&
               (more == 1 || narrow(args->words[2], proxy->bypass));
    }
    else if (is_word(usage, L"AUTOSCRIPT") && more == 1)
    {
        proxy->flags |= IE_PROXY_SCRIPT;
        fits = narrow(args->words[1], proxy->script);
    }
    else
        return session_refuse(session,
                              L"Invalid usage %ls: it is NO_PROXY, AUTODETECT, "
                              L"MANUAL_PROXY list bypass, AUTOSCRIPT url or RESET",
                              usage);
    return fits ? S_OK : session_refuse(session, L"A list is too long");
}

/* ---- what is shown ---- */

static void print_connection(const struct place *place)
{
    out_print(L"(connection = %ls)\n\n",
              wcscmp(place->connection, DEFAULT_CONNECTION) ? place->connection : L"default");
}

static void print_text(const WCHAR *label, const char *text)
{
    if (*text)
        out_print(L"%ls%hs\n", label, text);
    else
        out_print(L"%ls<empty>\n", label);
}

static void print_usage(const WCHAR *label, const struct ie_proxy *proxy)
{
    out_print(L"%ls%ls\n", label,
              proxy->flags & IE_PROXY_MANUAL       ? L"Manual_proxy"
              : proxy->flags & IE_PROXY_SCRIPT     ? L"Autoscript"
              : proxy->flags & IE_PROXY_AUTODETECT ? L"Autodetect"
                                                   : L"No_proxy");
}

static void print_set(const struct place *place, const struct ie_proxy *proxy)
{
    out_print(L"Internet proxy settings for account %ls were set.\n", place->account->name);
    print_connection(place);
    print_usage(L"Proxy usage set to       ", proxy);
    if (proxy->flags & IE_PROXY_MANUAL)
    {
        print_text(L"Proxy list set to        ", proxy->list);
        print_text(L"Proxy bypass list set to ", proxy->bypass);
    }
    if (proxy->flags & IE_PROXY_SCRIPT) print_text(L"Script set to            ", proxy->script);
}

HRESULT set_ie_proxy(struct session *session, const struct arguments *args)
{
    struct arguments rest = *args;
    struct ie_proxy proxy, old;
    struct place place;
    LSTATUS status;
    BOOL is_reset;
    HRESULT hr;

    if (FAILED(hr = parse_place(session, &rest, &place))) return hr;
    if (!rest.count) return session_refuse(session, L"The usage is missing");
    memset(&proxy, 0, sizeof(proxy));
    if (FAILED(hr = parse_usage(session, &rest, &proxy, &is_reset))) return hr;
    read_proxy(&place, &old);
    proxy.changes = old.changes + 1;
    status = is_reset ? delete_proxy(&place) : write_proxy(&place, &proxy);
    if (status)
    {
        session_fail(session, HRESULT_FROM_WIN32(status), L"set the proxy settings");
        if (status == ERROR_ACCESS_DENIED)
            out_print(L"This needs the rights of an administrator.\n");
        return HRESULT_FROM_WIN32(status);
    }
    print_set(&place, &proxy);
    return S_OK;
}

HRESULT get_ie_proxy(struct session *session, const struct arguments *args)
{
    struct arguments rest = *args;
    struct ie_proxy proxy;
    struct place place;
    LSTATUS status;
    HRESULT hr;

    if (FAILED(hr = parse_place(session, &rest, &place))) return hr;
    if (rest.count) return session_refuse(session, L"Invalid argument %ls", rest.words[0]);
    status = read_proxy(&place, &proxy);
    if (status && status != ERROR_FILE_NOT_FOUND)
        return session_fail(session, HRESULT_FROM_WIN32(status), L"read the proxy settings");
    out_print(L"Internet proxy settings for account %ls\n", place.account->name);
    print_connection(&place);
    print_usage(L"Proxy usage:       ", &proxy);
    out_print(L"Autodetect:        %ls\n", name_of_bool(proxy.flags & IE_PROXY_AUTODETECT));
    print_text(L"Script:            ", proxy.script);
    print_text(L"Proxy list:        ", proxy.list);
    print_text(L"Proxy bypass list: ", proxy.bypass);
    return S_OK;
}
