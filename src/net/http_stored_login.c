/* SPDX-License-Identifier: LGPL-2.1-or-later */
#include "net/http_stored_login.h"

#include <stdlib.h>
#include <string.h>

#include <windows.h>

#include <wincred.h>

#include "base/log.h"
#include "base/str.h"

/* Each with what it is called in the system's tools. */
static const DWORD types[] = {CRED_TYPE_GENERIC, CRED_TYPE_DOMAIN_PASSWORD};

static WCHAR *copy_text(const void *text, size_t size)
{
    WCHAR *copy = malloc(size + sizeof(WCHAR));

    if (!copy) return NULL;
    memcpy(copy, text, size);
    copy[size / sizeof(WCHAR)] = 0;
    return copy;
}

static void wipe(WCHAR *text)
{
    if (text) SecureZeroMemory(text, str_len(text) * sizeof(WCHAR));
    free(text);
}

/* The secret of a domain's login is the system's own. */
static HRESULT take(const CREDENTIALW *found, struct http_stored_login *stored)
{
    DWORD size = found->CredentialBlobSize;

    stored->login.is_set = true;
    if (!found->UserName || !size) return found->Type == CRED_TYPE_GENERIC ? S_FALSE : S_OK;
    if (size % sizeof(WCHAR)) return S_FALSE;
    stored->user = copy_text(found->UserName, str_len(found->UserName) * sizeof(WCHAR));
    stored->password = copy_text(found->CredentialBlob, size);
    if (!stored->user || !stored->password) return E_OUTOFMEMORY;
    stored->login.user = stored->user;
    stored->login.password = stored->password;
    return S_OK;
}

static HRESULT read_one(const WCHAR *target, DWORD type, struct http_stored_login *stored)
{
    CREDENTIALW *found;
    HRESULT hr;

    if (!CredReadW(target, type, 0, &found)) return S_FALSE;
    hr = take(found, stored);
    if (found->CredentialBlobSize)
        SecureZeroMemory(found->CredentialBlob, found->CredentialBlobSize);
    CredFree(found);
    if (hr != S_OK) http_stored_login_done(stored);
    return hr;
}

HRESULT http_stored_login_read(const char *proxy, struct http_stored_login *stored)
{
    const char *server = strstr(proxy, "://");
    WCHAR *target = str_from_utf8(server ? server + 3 : proxy);
    HRESULT hr = target ? S_FALSE : E_OUTOFMEMORY;

    memset(stored, 0, sizeof(*stored));
    for (int pass = 0; pass < 2 && hr == S_FALSE; pass++)
    {
        for (size_t i = 0; i < ARRAY_COUNT(types) && hr == S_FALSE; i++)
            hr = read_one(target, types[i], stored);
        /* The port goes; that of an address in brackets is behind them. */
        for (size_t at = str_len(target); at && target[at] != ']'; at--)
            if (target[at] == ':') target[at] = 0;
    }
    LOG_TRACE(LOG_HTTP, "a login is%s kept for the proxy", hr == S_OK ? "" : " not");
    free(target);
    return hr;
}

void http_stored_login_done(struct http_stored_login *stored)
{
    wipe(stored->user);
    wipe(stored->password);
    memset(stored, 0, sizeof(*stored));
}
