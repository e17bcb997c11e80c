/* SPDX-License-Identifier: LGPL-2.1-or-later
 *
 * The registry is read here and not by WinHTTP, which takes the environment for the machine's
 * settings where it is not Windows that it runs on. */
#include "net/http_proxy_system.h"

#include <stdlib.h>
#include <string.h>

#include <winhttp.h>

#include "base/err.h"
#include "base/reg.h"
#include "base/str.h"

#define SETTINGS_PATH    L"Software\\Microsoft\\Windows\\CurrentVersion\\Internet Settings"
#define CONNECTIONS_PATH SETTINGS_PATH L"\\Connections"
#define TEXT_MAX         32767
#define BLOB_MAX         65536
#define DETECT_FLAG      8 /* of the blob of connection settings */
#define PROXY_FLAG       2

/* ---- the registry ---- */

static HKEY open_key(HKEY root, const WCHAR *path)
{
    const struct reg_place place = {root, path, 0};
    HKEY key = NULL;

    return reg_open(&place, KEY_QUERY_VALUE, &key) == S_OK ? key : NULL;
}

/* From malloc(), with a 0 behind it; NULL: there is no such value. */
static void *read_value(HKEY key, const WCHAR *name, DWORD wanted, DWORD *size)
{
    DWORD type;
    char *data;

    *size = BLOB_MAX;
    if (!(data = calloc(1, BLOB_MAX + sizeof(WCHAR)))) return NULL;
    if (!RegQueryValueExW(key, name, NULL, &type, (BYTE *)data, size) && type == wanted)
        return data;
    free(data);
    return NULL;
}

static WCHAR *read_text(HKEY key, const WCHAR *name)
{
    DWORD size;
    WCHAR *text = read_value(key, name, REG_SZ, &size), *copy = NULL;

    if (text && *text) copy = str_dup(text);
    free(text);
    return copy;
}

static bool detects(void)
{
    HKEY key = open_key(HKEY_CURRENT_USER, CONNECTIONS_PATH);
    uint8_t *blob = NULL;
    bool is_set = false;
    DWORD size;

    if (!key) return false;
    if ((blob = read_value(key, L"DefaultConnectionSettings", REG_BINARY, &size)))
        is_set = size > 8 && blob[8] & DETECT_FLAG;
    free(blob);
    RegCloseKey(key);
    return is_set;
}

static void read_user(struct http_proxy_settings *settings)
{
    HKEY key = open_key(HKEY_CURRENT_USER, SETTINGS_PATH);

    if (!key) return;
    settings->script = read_text(key, L"AutoConfigURL");
    if (reg_read_number(key, L"ProxyEnable").number)
    {
        settings->list = read_text(key, L"ProxyServer");
        settings->bypass = read_text(key, L"ProxyOverride");
    }
    RegCloseKey(key);
    settings->detects = detects();
}

/* A length and so many bytes; moves on behind them. */
static WCHAR *take_blob_text(const uint8_t *blob, size_t size, size_t *at)
{
    uint32_t len;
    WCHAR *text;

    if (size - *at < 4) return NULL;
    memcpy(&len, blob + *at, 4);
    *at += 4;
    if (len > size - *at || !len || !(text = calloc(len + 1, sizeof(*text)))) return NULL;
    for (uint32_t i = 0; i < len; i++)
        text[i] = blob[*at + i];
    *at += len;
    return text;
}

/* What "netsh winhttp set proxy" writes: size, number, flags, list and bypass. */
static void read_machine(struct http_proxy_settings *settings)
{
    HKEY key = open_key(HKEY_LOCAL_MACHINE, CONNECTIONS_PATH);
    uint8_t *blob = NULL;
    size_t at = 12;
    DWORD size;

    if (!key) return;
    if ((blob = read_value(key, L"WinHttpSettings", REG_BINARY, &size)) && size > at &&
        blob[8] & PROXY_FLAG)
    {
        settings->list = take_blob_text(blob, size, &at);
        settings->bypass = take_blob_text(blob, size, &at);
    }
    free(blob);
    RegCloseKey(key);
}

void http_proxy_settings_read(struct http_proxy_settings *settings)
{
    memset(settings, 0, sizeof(*settings));
    read_user(settings);
    if (!settings->detects && !settings->script && !settings->list) read_machine(settings);
}

void http_proxy_settings_done(struct http_proxy_settings *settings)
{
    free(settings->script);
    free(settings->list);
    free(settings->bypass);
    memset(settings, 0, sizeof(*settings));
}

/* ---- scripts ---- */

/* Loaded when it is asked for: programs without a script do without it. */
struct winhttp
{
    HMODULE module;
    HINTERNET(WINAPI *open)(const WCHAR *, DWORD, const WCHAR *, const WCHAR *, DWORD);
    BOOL(WINAPI *close)(HINTERNET);
    BOOL(WINAPI *find)
    (HINTERNET, const WCHAR *, WINHTTP_AUTOPROXY_OPTIONS *, WINHTTP_PROXY_INFO *);
};

static bool load(struct winhttp *winhttp)
{
    if (!(winhttp->module = LoadLibraryW(L"winhttp.dll"))) return false;
    winhttp->open = (void *)GetProcAddress(winhttp->module, "WinHttpOpen");
    winhttp->close = (void *)GetProcAddress(winhttp->module, "WinHttpCloseHandle");
    winhttp->find = (void *)GetProcAddress(winhttp->module, "WinHttpGetProxyForUrl");
    if (winhttp->open && winhttp->close && winhttp->find) return true;
    FreeLibrary(winhttp->module);
    return false;
}

static HRESULT take_info(const WINHTTP_PROXY_INFO *info, WCHAR **list, WCHAR **bypass)
{
    if (info->dwAccessType != WINHTTP_ACCESS_TYPE_NAMED_PROXY || !info->lpszProxy) return S_FALSE;
    *list = str_dup_len(info->lpszProxy, str_len_max(info->lpszProxy, TEXT_MAX));
    if (info->lpszProxyBypass)
        *bypass = str_dup_len(info->lpszProxyBypass, str_len_max(info->lpszProxyBypass, TEXT_MAX));
    return *list ? S_OK : E_OUTOFMEMORY;
}

static HRESULT find(const struct winhttp *winhttp, HINTERNET session,
                    WINHTTP_AUTOPROXY_OPTIONS *options, const WCHAR *url, WCHAR **list,
                    WCHAR **bypass)
{
    WINHTTP_PROXY_INFO info = {0};
    HRESULT hr;

    if (!winhttp->find(session, url, options, &info)) return err_from_last_error();
    hr = take_info(&info, list, bypass);
    if (info.lpszProxy) GlobalFree(info.lpszProxy);
    if (info.lpszProxyBypass) GlobalFree(info.lpszProxyBypass);
    return hr;
}

HRESULT http_proxy_ask_script(bool is_detecting, const WCHAR *script, const WCHAR *url,
                              WCHAR **list, WCHAR **bypass)
{
    WINHTTP_AUTOPROXY_OPTIONS detect = {.dwFlags = WINHTTP_AUTOPROXY_AUTO_DETECT,
                                        .dwAutoDetectFlags = WINHTTP_AUTO_DETECT_TYPE_DHCP |
                                                             WINHTTP_AUTO_DETECT_TYPE_DNS_A};
    WINHTTP_AUTOPROXY_OPTIONS named = {.dwFlags = WINHTTP_AUTOPROXY_CONFIG_URL,
                                       .lpszAutoConfigUrl = script};
    struct winhttp winhttp;
    HINTERNET session;
    HRESULT hr = E_FAIL;

    *list = *bypass = NULL;
    if (!load(&winhttp)) return err_from_last_error();
    if (!(session = winhttp.open(L"OpenBITS", WINHTTP_ACCESS_TYPE_NO_PROXY, NULL, NULL, 0)))
        hr = err_from_last_error();
    else
    {
        if (is_detecting) hr = find(&winhttp, session, &detect, url, list, bypass);
        if (FAILED(hr) && script) hr = find(&winhttp, session, &named, url, list, bypass);
        winhttp.close(session);
    }
    FreeLibrary(winhttp.module);
    return hr;
}
