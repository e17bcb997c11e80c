/* SPDX-License-Identifier: LGPL-2.1-or-later
 *
 * Copies and references of the settings of requests. */
#include "job/http_settings.h"

#include <stdlib.h>
#include <string.h>

#include "base/str.h"
#include "job/server_judge.h"

bool http_settings_put_text(WCHAR **field, const WCHAR *text)
{
    WCHAR *copy = NULL;

    if (text && !(copy = str_dup(text))) return false;
    free(*field);
    *field = copy;
    return true;
}

/* Not left in memory that somebody else gets next; volatile, or the compiler leaves it out. */
static void wipe(WCHAR *text)
{
    for (volatile WCHAR *unit = text; unit && *unit; unit++)
        *unit = 0;
    free(text);
}

void http_credential_clear(struct http_credential *credential)
{
    wipe(credential->user);
    wipe(credential->password);
    *credential = (struct http_credential){0};
}

struct http_settings *http_settings_addref(struct http_settings *settings)
{
    if (settings) atomic_fetch_add_explicit(&settings->refs, 1, memory_order_relaxed);
    return settings;
}

void http_settings_release(struct http_settings *settings)
{
    if (!settings || atomic_fetch_sub_explicit(&settings->refs, 1, memory_order_acq_rel) != 1)
        return;
    free(settings->headers);
    free(settings->method);
    free(settings->cert.store);
    free(settings->cert.subject);
    for (int target = 0; target < AUTH_TARGET_COUNT; target++)
        for (int scheme = 0; scheme < AUTH_SCHEME_COUNT; scheme++)
            http_credential_clear(&settings->credentials[target][scheme]);
    server_judge_release(settings->judge);
    free(settings);
}

static bool copy_credentials(struct http_settings *to, const struct http_settings *from)
{
    for (int target = 0; target < AUTH_TARGET_COUNT; target++)
        for (int scheme = 0; scheme < AUTH_SCHEME_COUNT; scheme++)
        {
            struct http_credential *copy = &to->credentials[target][scheme];
            const struct http_credential *credential = &from->credentials[target][scheme];

            copy->is_set = credential->is_set;
            if (!http_settings_put_text(&copy->user, credential->user) ||
                !http_settings_put_text(&copy->password, credential->password))
                return false;
        }
    return true;
}

static bool copy_cert(struct http_client_cert *to, const struct http_client_cert *from)
{
    to->is_set = from->is_set;
    to->location = from->location;
    memcpy(to->hash, from->hash, sizeof(to->hash));
    return http_settings_put_text(&to->store, from->store) &&
           http_settings_put_text(&to->subject, from->subject);
}

struct http_settings *http_settings_copy(const struct http_settings *settings)
{
    static atomic_uint last_serial;
    struct http_settings *copy = calloc(1, sizeof(*copy));

    if (!copy) return NULL;
    atomic_init(&copy->refs, 1);
    copy->serial = atomic_fetch_add_explicit(&last_serial, 1, memory_order_relaxed) + 1;
    if (!settings) return copy;
    copy->are_headers_write_only = settings->are_headers_write_only;
    copy->security_flags = settings->security_flags;
    copy->uses_stored_for_proxy = settings->uses_stored_for_proxy;
    copy->needs_judge = settings->needs_judge;
    copy->judge = server_judge_addref(settings->judge);
    if (http_settings_put_text(&copy->headers, settings->headers) &&
        http_settings_put_text(&copy->method, settings->method) &&
        copy_cert(&copy->cert, &settings->cert) && copy_credentials(copy, settings))
        return copy;
    http_settings_release(copy);
    return NULL;
}
