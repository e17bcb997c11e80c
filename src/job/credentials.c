/* SPDX-License-Identifier: LGPL-2.1-or-later
 *
 * The credentials of a job. */
#include "job/credentials.h"

#include <bitsmsg.h>

#include "base/str.h"
#include "job/job.h"

/* Basic and Digest cannot do without; the others have the log-on of the user. */
static bool needs_both(enum auth_scheme scheme)
{
    return scheme == AUTH_BASIC || scheme == AUTH_DIGEST;
}

static HRESULT check(const struct credential_wish *wish)
{
    const WCHAR *user = wish->user, *password = wish->password;

    if (needs_both(wish->scheme) && (!user || !password)) return E_INVALIDARG;
    if (user && str_len_max(user, CREDENTIAL_USER_MAX + 1) > CREDENTIAL_USER_MAX)
        return BG_E_USERNAME_TOO_LARGE;
    if (password && str_len_max(password, CREDENTIAL_PASSWORD_MAX + 1) > CREDENTIAL_PASSWORD_MAX)
        return BG_E_PASSWORD_TOO_LARGE;
    return S_OK;
}

static HRESULT set(struct http_settings *settings, const void *ctx)
{
    const struct credential_wish *wish = ctx;
    struct http_credential *credential = &settings->credentials[wish->target][wish->scheme];

    http_credential_clear(credential);
    credential->is_set = true;
    return http_settings_put_text(&credential->user, wish->user) &&
                   http_settings_put_text(&credential->password, wish->password)
               ? S_OK
               : E_OUTOFMEMORY;
}

HRESULT job_set_credential(struct job *job, const struct credential_wish *wish)
{
    HRESULT hr = check(wish);

    return FAILED(hr) ? hr : job_change_http(job, set, wish);
}

static HRESULT remove_one(struct http_settings *settings, const void *ctx)
{
    const struct credential_wish *wish = ctx;
    struct http_credential *credential = &settings->credentials[wish->target][wish->scheme];

    if (!credential->is_set) return S_FALSE;
    http_credential_clear(credential);
    return S_OK;
}

HRESULT job_remove_credential(struct job *job, const struct credential_wish *wish)
{
    return job_change_http(job, remove_one, wish);
}

static HRESULT use_stored(struct http_settings *settings, const void *ctx)
{
    (void)ctx;
    settings->uses_stored_for_proxy = true;
    return S_OK;
}

HRESULT job_use_stored_credentials(struct job *job, enum auth_target target)
{
    if (target != AUTH_TARGET_PROXY) return BG_E_USE_STORED_CREDENTIALS_NOT_SUPPORTED;
    return job_change_http(job, use_stored, NULL);
}

bool job_uses_stored_credentials(struct job *job)
{
    struct http_settings *settings = job_http_settings(job);
    bool are_used = settings && settings->uses_stored_for_proxy;

    http_settings_release(settings);
    return are_used;
}

bool http_settings_have_credentials(const struct http_settings *settings)
{
    for (int target = 0; settings && target < AUTH_TARGET_COUNT; target++)
        for (int scheme = 0; scheme < AUTH_SCHEME_COUNT; scheme++)
            if (settings->credentials[target][scheme].is_set) return true;
    return false;
}

struct http_settings *http_settings_for_new_owner(const struct http_settings *settings)
{
    struct http_settings *copy = settings ? http_settings_copy(settings) : NULL;

    if (!copy) return NULL;
    for (int target = 0; target < AUTH_TARGET_COUNT; target++)
        for (int scheme = 0; scheme < AUTH_SCHEME_COUNT; scheme++)
            http_credential_clear(&copy->credentials[target][scheme]);
    copy->uses_stored_for_proxy = false;
    copy->cert.is_set = false;
    http_settings_put_text(&copy->cert.store, NULL);
    http_settings_put_text(&copy->cert.subject, NULL);
    http_settings_put_text(&copy->headers, NULL);
    copy->are_headers_write_only = false;
    return copy;
}
