/* SPDX-License-Identifier: LGPL-2.1-or-later
 *
 * The fields of a request and the options that do not change with what is asked. */
#include "net/http_setup.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#define USER_AGENT         "Microsoft BITS/7.8"
#define BUFFER_MIN         (16 * 1024L)
#define BUFFER_LIMITED_MAX (512 * 1024L)
#define BUFFER_LIMITED_MIN 1024L /* libcurl's own minimum */

/* ---- fields ---- */

static bool add_field(struct curl_slist **fields, const char *name, const char *value)
{
    size_t size = strlen(name) + strlen(value) + 3;
    struct curl_slist *longer = NULL;
    char *line = malloc(size);

    if (line)
    {
        snprintf(line, size, "%s: %s", name, value);
        if ((longer = curl_slist_append(*fields, line))) *fields = longer;
        free(line);
    }
    return longer != NULL;
}

static bool add_peerdist_fields(struct curl_slist **fields, enum http_peerdist peerdist)
{
    if (peerdist == HTTP_PEERDIST_MISSING)
        return add_field(fields, "X-P2P-PeerDist", "Version=1.1, MissingDataRequest=true");
    if (peerdist == HTTP_PEERDIST_ACCEPT)
        return add_field(fields, "X-P2P-PeerDist", "Version=1.1") &&
               add_field(fields, "X-P2P-PeerDistEx",
                         "MinContentInformation=1.0, MaxContentInformation=2.0");
    return true;
}

static bool add_line(struct curl_slist **fields, const char *line)
{
    struct curl_slist *longer = curl_slist_append(*fields, line);

    if (longer) *fields = longer;
    return longer != NULL;
}

/* A field of the caller's by this name? */
static bool has_line(const struct http_request_params *params, const char *name)
{
    size_t len = strlen(name);

    for (unsigned int i = 0; i < params->line_count; i++)
        if (curl_strnequal(params->lines[i], name, len) &&
            (params->lines[i][len] == ':' || params->lines[i][len] == ';'))
            return true;
    return false;
}

static bool add_lines(struct curl_slist **fields, const struct http_request_params *params)
{
    for (unsigned int i = 0; i < params->line_count; i++)
        if (!add_line(fields, params->lines[i])) return false;
    /* Nobody waits to be told to go on. */
    return !params->body || add_line(fields, "Expect:");
}

static bool is_sender(const char *method)
{
    return method &&
           (!strcmp(method, "POST") || !strcmp(method, "PUT") || !strcmp(method, "PATCH"));
}

static bool add_fields(struct curl_slist **fields, const struct http_request_params *params)
{
    const char *encodings =
        params->peerdist == HTTP_PEERDIST_ACCEPT ? "identity, peerdist" : "identity";

    if (!add_lines(fields, params)) return false;
    /* RFC 9110, 8.6: a method that usually sends something says that it does not. */
    if (is_sender(params->method) && !add_field(fields, "Content-Length", "0")) return false;
    if (!has_line(params, "Accept") && !add_field(fields, "Accept", "*/*")) return false;
    if (!add_field(fields, "Accept-Encoding", encodings) ||
        !add_peerdist_fields(fields, params->peerdist) ||
        !add_field(fields, "Connection", "Keep-Alive"))
        return false;
    if (params->if_unmodified_since &&
        !add_field(fields, "If-Unmodified-Since", params->if_unmodified_since))
        return false;
    return !params->if_match || add_field(fields, "If-Match", params->if_match);
}

/* ---- options ---- */

/* What comes in one go comes at full speed; while a request is paused there are two of them. */
static long limited_buffer_size(uint64_t rate)
{
    uint64_t size = rate / 16;

    if (rate == THROTTLE_UNLIMITED) return BUFFER_LIMITED_MAX;
    if (size < BUFFER_LIMITED_MIN) return BUFFER_LIMITED_MIN;
    return size < BUFFER_LIMITED_MAX ? (long)size : BUFFER_LIMITED_MAX;
}

/* The buffer is made anew for each request, and one of this size costs a call of the system. */
static long buffer_size(const struct http_request_params *params)
{
    long most =
        params->limit ? limited_buffer_size(params->limit->throttle->rate) : HTTP_SETUP_BUFFER_MAX;
    uint64_t size = params->range_last - params->range_first;

    if (params->is_head) return BUFFER_MIN;
    return params->has_range && size < BUFFER_MIN && most > BUFFER_MIN ? BUFFER_MIN : most;
}

static void set_question(CURL *easy, const struct http_request_params *params)
{
    char range[HTTP_RANGE_SIZE];

    curl_easy_setopt(easy, CURLOPT_URL, params->url);
    /* Page "BG_FILE_INFO": the URL is sent as the client wrote it, dot segments too. */
    curl_easy_setopt(easy, CURLOPT_PATH_AS_IS, 1L);
    curl_easy_setopt(easy, CURLOPT_PROTOCOLS_STR, "http,https");
    curl_easy_setopt(easy, CURLOPT_HTTP_VERSION, (long)CURL_HTTP_VERSION_1_1);
    curl_easy_setopt(easy, CURLOPT_USERAGENT, USER_AGENT);
    curl_easy_setopt(easy, CURLOPT_NOBODY, (long)params->is_head);
    if (params->method) curl_easy_setopt(easy, CURLOPT_CUSTOMREQUEST, params->method);
    if (params->client_cert) curl_easy_setopt(easy, CURLOPT_SSLCERT, params->client_cert);
    curl_easy_setopt(easy, CURLOPT_BUFFERSIZE, buffer_size(params));
    if (!params->has_range) return;
    http_format_range(range, sizeof(range), params->range_first, params->range_last);
    curl_easy_setopt(easy, CURLOPT_RANGE, strchr(range, '=') + 1);
}

/* Proxies and logins are decided by the caller: neither the environment nor libcurl has a say. What
 * a proxy says to CONNECT is read for its challenges. */
static void set_proxy(CURL *easy)
{
    curl_easy_setopt(easy, CURLOPT_PROXY, "");
    curl_easy_setopt(easy, CURLOPT_NOPROXY, "");
    curl_easy_setopt(easy, CURLOPT_HEADEROPT, (long)CURLHEADER_SEPARATE);
    curl_easy_setopt(easy, CURLOPT_SUPPRESS_CONNECT_HEADERS, 0L);
    curl_easy_setopt(easy, CURLOPT_HTTPAUTH, (long)CURLAUTH_NONE);
    curl_easy_setopt(easy, CURLOPT_PROXYAUTH, (long)CURLAUTH_NONE);
}

static void set_way(CURL *easy, const struct http_client_config *config)
{
    curl_easy_setopt(easy, CURLOPT_HTTP_CONTENT_DECODING, 0L);
    curl_easy_setopt(easy, CURLOPT_NOSIGNAL, 1L);
    curl_easy_setopt(easy, CURLOPT_QUICK_EXIT, 1L);
    curl_easy_setopt(easy, CURLOPT_CONNECTTIMEOUT_MS, (long)config->connect_timeout_ms);
    curl_easy_setopt(easy, CURLOPT_LOW_SPEED_LIMIT, (long)config->floor_rate);
    curl_easy_setopt(easy, CURLOPT_LOW_SPEED_TIME, (long)config->floor_seconds);
    /* Revocation is checked by server_cert, where it is wanted. */
    curl_easy_setopt(easy, CURLOPT_SSL_OPTIONS, (long)CURLSSLOPT_NO_REVOKE);
}

HRESULT http_setup_request(CURL *easy, const struct http_client_config *config,
                           const struct http_request_params *params, struct curl_slist **fields)
{
    *fields = NULL;
    if (!add_fields(fields, params)) return E_OUTOFMEMORY;
    curl_easy_setopt(easy, CURLOPT_HTTPHEADER, *fields);
    set_question(easy, params);
    set_way(easy, config);
    set_proxy(easy);
    return S_OK;
}
