/* SPDX-License-Identifier: LGPL-2.1-or-later
 *
 * The sum is made from what the server knows and compared with the client's. */
#include "harness/digest_login.h"

#include <stdio.h>
#include <string.h>

#include <windows.h>
#include <wincrypt.h>

static void md5_text(const char *text, char out[33])
{
    HCRYPTPROV provider;
    HCRYPTHASH hash;
    BYTE bytes[16] = {0};
    DWORD size = sizeof(bytes);

    out[0] = 0;
    if (!CryptAcquireContextW(&provider, NULL, NULL, PROV_RSA_FULL, CRYPT_VERIFYCONTEXT)) return;
    if (CryptCreateHash(provider, CALG_MD5, 0, 0, &hash))
    {
        CryptHashData(hash, (const BYTE *)text, (DWORD)strlen(text), 0);
        CryptGetHashParam(hash, HP_HASHVAL, bytes, &size, 0);
        CryptDestroyHash(hash);
        for (int i = 0; i < 16; i++)
            sprintf(out + 2 * i, "%02x", bytes[i]);
    }
    CryptReleaseContext(provider, 0);
}

/* NAME="VALUE" or NAME=VALUE in a list. */
static bool get_param(const char *list, const char *name, char *out, size_t size)
{
    size_t len = strlen(name);
    const char *at = list;

    while ((at = strstr(at, name)))
    {
        if ((at[-1] == ' ' || at[-1] == ',') && at[len] == '=')
        {
            bool is_quoted = at[len + 1] == '"';

            at += len + 1 + is_quoted;
            snprintf(out, size, "%.*s", (int)strcspn(at, is_quoted ? "\"" : ", "), at);
            return true;
        }
        at++;
    }
    *out = 0;
    return false;
}

bool is_digest_of(const struct origin_request *r, const char *value,
                  const struct digest_login *login)
{
    char a1[33], a2[33], expected[33], text[1024], uri[256], cnonce[128], got[64], nc[16], user[64];

    if (strncmp(value, "Digest ", 7)) return false;
    get_param(value, "username", user, sizeof(user));
    get_param(value, "uri", uri, sizeof(uri));
    get_param(value, "cnonce", cnonce, sizeof(cnonce));
    get_param(value, "nc", nc, sizeof(nc));
    get_param(value, "response", got, sizeof(got));
    if (strcmp(uri, r->target) || strcmp(user, login->user)) return false;
    snprintf(text, sizeof(text), "%s:%s:%s", login->user, login->realm, login->password);
    md5_text(text, a1);
    snprintf(text, sizeof(text), "%s:%s", r->method, uri);
    md5_text(text, a2);
    snprintf(text, sizeof(text), "%s:%s:%s:%s:auth:%s", a1, login->nonce, nc, cnonce, a2);
    md5_text(text, expected);
    return expected[0] && !strcmp(got, expected);
}
