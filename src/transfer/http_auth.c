/* SPDX-License-Identifier: LGPL-2.1-or-later
 *
 * On whose behalf a job's requests are made. */
#include "transfer/http_auth.h"

#include <stdlib.h>
#include <string.h>

_Static_assert((int)AUTH_TARGET_SERVER == (int)HTTP_AUTH_SERVER, "same numbers");
_Static_assert((int)AUTH_TARGET_PROXY == (int)HTTP_AUTH_PROXY, "same numbers");
_Static_assert((int)AUTH_BASIC == (int)HTTP_AUTH_BASIC, "same numbers");
_Static_assert((int)AUTH_DIGEST == (int)HTTP_AUTH_DIGEST, "same numbers");
_Static_assert((int)AUTH_NTLM == (int)HTTP_AUTH_NTLM, "same numbers");
_Static_assert((int)AUTH_NEGOTIATE == (int)HTTP_AUTH_NEGOTIATE, "same numbers");
_Static_assert((int)PROXY_PRECONFIG == (int)HTTP_PROXY_PRECONFIG, "same numbers");
_Static_assert((int)PROXY_NONE == (int)HTTP_PROXY_NONE, "same numbers");
_Static_assert((int)PROXY_OVERRIDE == (int)HTTP_PROXY_OVERRIDE, "same numbers");
_Static_assert((int)PROXY_AUTODETECT == (int)HTTP_PROXY_AUTODETECT, "same numbers");

static bool is_implicit(const struct http_login *login)
{
    return login->is_set && !login->user;
}

static bool has_explicit(const struct http_login logins[HTTP_AUTH_SCHEMES])
{
    for (int scheme = 0; scheme < HTTP_AUTH_SCHEMES; scheme++)
        if (logins[scheme].is_set && logins[scheme].user) return true;
    return false;
}

/* Page "BG_BASIC_CREDENTIALS": who is known to the proxy as he is logged on is so to the server,
 * unless he has set another name for it. */
static void spread_implicit(struct http_logins *logins)
{
    if (has_explicit(logins->of[HTTP_AUTH_SERVER])) return;
    for (int scheme = 0; scheme < HTTP_AUTH_SCHEMES; scheme++)
        if (is_implicit(&logins->of[HTTP_AUTH_PROXY][scheme]))
            logins->of[HTTP_AUTH_SERVER][scheme].is_set = true;
}

static void make_logins(struct http_identity *identity)
{
    const struct http_settings *settings = identity->settings;

    for (int target = 0; settings && target < HTTP_AUTH_TARGETS; target++)
        for (int scheme = 0; scheme < HTTP_AUTH_SCHEMES; scheme++)
        {
            const struct http_credential *from = &settings->credentials[target][scheme];

            identity->own.of[target][scheme] =
                (struct http_login){from->is_set, from->user, from->password};
        }
    memcpy(identity->away.of[HTTP_AUTH_PROXY], identity->own.of[HTTP_AUTH_PROXY],
           sizeof(identity->away.of[HTTP_AUTH_PROXY]));
    spread_implicit(&identity->own);
}

HRESULT http_identity_init(struct http_identity *identity, struct http_settings *settings,
                           const struct proxy_settings *proxy)
{
    memset(identity, 0, sizeof(*identity));
    if (proxy && !proxy_settings_copy(&identity->proxy_settings, proxy)) return E_OUTOFMEMORY;
    identity->settings = http_settings_addref(settings);
    make_logins(identity);
    identity->proxy = (struct http_proxy_wish){
        (enum http_proxy_usage)identity->proxy_settings.usage, identity->proxy_settings.list,
        identity->proxy_settings.bypass, settings && settings->uses_stored_for_proxy};
    return S_OK;
}

void http_identity_done(struct http_identity *identity)
{
    http_settings_release(identity->settings);
    proxy_settings_done(&identity->proxy_settings);
    memset(identity, 0, sizeof(*identity));
}

/* Does a line of the client's own say who it is? */
static bool has_secret_line(const WCHAR *lines)
{
    static const char *const names[] = {"authorization:", "cookie:"};

    while (lines && *lines)
    {
        for (size_t i = 0; i < ARRAY_COUNT(names); i++)
        {
            size_t at = 0;

            while (names[i][at] &&
                   (lines[at] | (lines[at] >= 'A' && lines[at] <= 'Z' ? 0x20 : 0)) ==
                       (WCHAR)names[i][at])
                at++;
            if (!names[i][at]) return true;
        }
        while (*lines && *lines != '\n')
            lines++;
        if (*lines) lines++;
    }
    return false;
}

void http_identity_apply(const struct http_identity *identity, bool is_own_server,
                         struct http_request_params *params)
{
    const struct http_settings *settings = identity->settings;

    params->logins = is_own_server ? &identity->own : &identity->away;
    params->proxy = &identity->proxy;
    if (settings && (settings->cert.is_set || has_secret_line(settings->headers)))
        params->is_private = true;
}
