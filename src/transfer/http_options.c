/* SPDX-License-Identifier: LGPL-2.1-or-later
 *
 * Fields are made ready once for each stream. Pure but for memory. */
#include "transfer/http_options.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "base/log.h"
#include "base/str.h"
#include "bitsmsg.h"
#include "job/http_lines.h"
#include "job/http_options.h"
#include "net/server_cert.h"

_Static_assert((int)HTTP_CHECK_REVOCATION == SERVER_CERT_REVOCATION, "the same bits");
_Static_assert((int)HTTP_IGNORE_NAME == SERVER_CERT_ANY_NAME, "the same bits");
_Static_assert((int)HTTP_IGNORE_DATE == SERVER_CERT_ANY_DATE, "the same bits");
_Static_assert((int)HTTP_IGNORE_AUTHORITY == SERVER_CERT_ANY_AUTHORITY, "the same bits");
_Static_assert((int)HTTP_IGNORE_USAGE == SERVER_CERT_ANY_USAGE, "the same bits");

/* ---- fields ---- */

/* libcurl leaves out a field that is empty, unless a semicolon stands for the colon. */
static void mark_empty(char *line)
{
    char *colon = strchr(line, ':');

    if (!colon || colon[1 + strspn(colon + 1, " \t")]) return;
    colon[0] = ';';
    colon[1] = 0;
}

static bool add_line(struct http_options *options, const WCHAR *text, size_t len)
{
    char **lines = realloc(options->lines, (options->line_count + 1) * sizeof(*lines));
    WCHAR *wide;
    char *line;

    if (!lines) return false;
    options->lines = lines;
    if (!(wide = str_dup_len(text, len))) return false;
    line = str_to_utf8(wide);
    free(wide);
    if (!line) return false;
    mark_empty(line);
    options->lines[options->line_count++] = line;
    return true;
}

static bool add_lines(struct http_options *options, const WCHAR *headers)
{
    const WCHAR *text;
    size_t len;

    while (http_lines_next(&headers, &text, &len))
    {
        if (http_lines_is_reserved(text, len))
            LOG_INFO(LOG_HTTP, "a field of a job is not sent: it is for the program to fill");
        else if (!add_line(options, text, len))
            return false;
    }
    return true;
}

/* ---- the client's certificate ---- */

static const char *const locations[] = {
    "CurrentUser", "LocalMachine",           "CurrentService",          "Services",
    "Users",       "CurrentUserGroupPolicy", "LocalMachineGroupPolicy", "LocalMachineEnterprise",
};

static HRESULT name_cert(struct http_options *options, const struct http_client_cert *cert)
{
    char hash[2 * HTTP_CERT_HASH_SIZE + 1], *store;
    int len;

    if (cert->location >= ARRAY_COUNT(locations)) return E_INVALIDARG;
    if (!(store = str_to_utf8(cert->store))) return E_OUTOFMEMORY;
    for (size_t i = 0; i < HTTP_CERT_HASH_SIZE; i++)
        snprintf(hash + 2 * i, 3, "%02x", cert->hash[i]);
    len = snprintf(options->client_cert, sizeof(options->client_cert), "%s\\%s\\%s",
                   locations[cert->location], store, hash);
    free(store);
    return len > 0 && (size_t)len < sizeof(options->client_cert) ? S_OK : E_INVALIDARG;
}

/* ---- life ---- */

HRESULT http_options_init(struct http_options *options, struct http_settings *settings)
{
    *options = (struct http_options){.settings = http_settings_addref(settings)};
    if (!settings) return S_OK;
    if (settings->method && !(options->method = str_to_utf8(settings->method)))
        return E_OUTOFMEMORY;
    if (settings->headers && !add_lines(options, settings->headers)) return E_OUTOFMEMORY;
    return settings->cert.is_set ? name_cert(options, &settings->cert) : S_OK;
}

void http_options_done(struct http_options *options)
{
    http_settings_release(options->settings);
    free(options->method);
    for (unsigned int i = 0; i < options->line_count; i++)
        free(options->lines[i]);
    free(options->lines);
    *options = (struct http_options){0};
}

bool http_options_has_method(const struct http_options *options)
{
    return options->settings && options->settings->method;
}

/* ---- requests ---- */

static bool has_credentials(const struct http_settings *settings)
{
    for (int target = 0; target < AUTH_TARGET_COUNT; target++)
        for (int scheme = 0; scheme < AUTH_SCHEME_COUNT; scheme++)
            if (settings->credentials[target][scheme].is_set) return true;
    return false;
}

/* A connection carries what was found out, or shown, when it was opened. Other fields than those
 * are of the request alone. */
static bool needs_own_connections(const struct http_settings *settings)
{
    return settings->cert.is_set || (settings->security_flags & HTTP_CERT_MASK) ||
           settings->needs_judge || settings->uses_stored_for_proxy || has_credentials(settings);
}

void http_options_apply(const struct http_options *options, bool is_own_server,
                        struct http_request_params *params)
{
    const struct http_settings *settings = options->settings;

    if (!settings) return;
    params->method = params->is_head ? NULL : options->method;
    params->cert_flags = settings->security_flags & HTTP_CERT_MASK;
    if (needs_own_connections(settings)) params->pool = settings->serial;
    if (!is_own_server) return;
    params->lines = (const char *const *)options->lines;
    params->line_count = options->line_count;
    if (options->client_cert[0]) params->client_cert = options->client_cert;
}

void http_options_redirected(struct http_options *options, unsigned int status)
{
    bool is_post = options->method && !strcmp(options->method, "POST");

    if (status != 303 && !(is_post && (status == 301 || status == 302))) return;
    free(options->method);
    options->method = NULL;
}
