/* SPDX-License-Identifier: LGPL-2.1-or-later
 *
 * Packets become requests, heads of answers become acknowledgements. A body of an answer says
 * nothing: it is read to its end, within limits, so that the connection can be used again. */
#include "transfer/upload_request.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include <bitsmsg.h>

#include "base/str.h"
#include "job/server_judge.h"
#include "net/server_cert.h"
#include "transfer/http_auth.h"
#include "transfer/http_options.h"
#include "upload/upload_format.h"

#define ANSWER_BODY_MAX 65536

/* The server asks its application, which has 5 minutes by default, before it answers the last
 * fragment. */
#define LAST_ACK_MS (6 * 60 * 1000)

struct upload_request
{
    struct http_request *request;
    struct http_options options;
    struct http_identity identity;
    struct upload_ack ack;
    bool has_ack;
    uint64_t skipped;
    void (*done)(void *ctx, HRESULT hr, const struct upload_ack *ack);
    void *ctx;
};

static bool on_head(void *ctx, const struct http_head *head)
{
    struct upload_request *request = ctx;

    upload_ack_parse(head->raw, head->raw_size, head->status, &request->ack);
    request->ack.is_repeated = http_request_is_sent_again(request->request);
    request->has_ack = true;
    return true;
}

static bool on_body(void *ctx, const void *data, size_t size)
{
    struct upload_request *request = ctx;

    (void)data;
    request->skipped += size;
    return request->skipped <= ANSWER_BODY_MAX;
}

static void free_request(struct upload_request *request)
{
    if (!request) return;
    http_identity_done(&request->identity);
    http_options_done(&request->options);
    free(request);
}

static void on_done(void *ctx, HRESULT hr)
{
    struct upload_request *request = ctx;
    void (*done)(void *, HRESULT, const struct upload_ack *) = request->done;
    void *done_ctx = request->ctx;
    bool has_ack = request->has_ack;
    struct upload_ack ack = request->ack;

    free_request(request);
    /* A head is an answer, whatever became of the rest. */
    done(done_ctx, has_ack ? S_OK : hr, has_ack ? &ack : NULL);
}

/* Nobody is asked here: what the client has said yes to for another file of the process is known.
 */
static HRESULT check_server(void *ctx, const struct http_server *server)
{
    struct upload_request *request = ctx;
    struct server_judge *judge = request->options.settings->judge;
    uint8_t hash[SERVER_JUDGE_HASH_SIZE];
    char origin[300];

    snprintf(origin, sizeof(origin), "%s:%u", server->host, server->port);
    if (judge && server_cert_hash(server->certificate, hash) &&
        server_judge_has_accepted(judge, origin, hash))
        return S_OK;
    return BG_E_SERVER_CERT_VALIDATION_INTERFACE_REQUIRED;
}

static const struct http_request_ops request_ops = {on_head, on_body, on_done};

static char *url_of(const WCHAR *remote_name, const char *host)
{
    char *url = str_to_utf8(remote_name), *other;

    if (!url) return NULL;
    other = upload_format_url(url, host);
    free(url);
    return other;
}

static char *name_of(const WCHAR *path)
{
    size_t at = path ? str_len(path) : 0;

    while (at && path[at - 1] != '\\' && path[at - 1] != '/' && path[at - 1] != ':')
        at--;
    return path ? str_to_utf8(path + at) : NULL;
}

static HRESULT send_packet(struct upload_request *request, struct http_client *client,
                           const struct upload_request_params *params, const char *url,
                           const char *name)
{
    const struct upload_packet *packet = params->packet;
    struct http_body body = {packet->end - packet->begin, params->read, params->ctx};
    struct http_request_params http = {.url = url, .method = UPLOAD_METHOD, .body = &body};
    struct upload_lines lines;
    const char **all;
    HRESULT hr;

    upload_format_packet(params->session, packet, name, &lines);
    /* Another host is the session's place, because the client's server says so. */
    http_options_apply(&request->options, true, &http);
    http_identity_apply(&request->identity, true, &http);
    http.method = UPLOAD_METHOD;
    if (request->options.settings && request->options.settings->needs_judge)
        http.check_server = check_server;
    if (packet->is_last) http.head_timeout_ms = LAST_ACK_MS;
    if (!(all = malloc((lines.count + http.line_count) * sizeof(*all)))) return E_OUTOFMEMORY;
    /* The protocol has the last word. */
    if (http.line_count) memcpy(all, http.lines, http.line_count * sizeof(*all));
    memcpy(all + http.line_count, lines.lines, lines.count * sizeof(*all));
    http.lines = all;
    http.line_count += lines.count;
    hr = http_request_start(client, &http, &request_ops, request, &request->request);
    free(all);
    return hr;
}

HRESULT upload_request_start(struct http_client *client, const struct upload_request_params *params,
                             struct upload_request **out)
{
    struct upload_request *request = calloc(1, sizeof(*request));
    char *url = url_of(params->remote_name, params->session->state.host);
    char *name = name_of(params->local_name);
    HRESULT hr = E_OUTOFMEMORY;

    *out = NULL;
    if (request && url)
    {
        request->done = params->done;
        request->ctx = params->ctx;
        hr = http_options_init(&request->options, params->http);
        if (SUCCEEDED(hr)) hr = http_identity_init(&request->identity, params->http, params->proxy);
        if (SUCCEEDED(hr)) hr = send_packet(request, client, params, url, name);
    }
    free(url);
    free(name);
    if (FAILED(hr))
        free_request(request);
    else
        *out = request;
    return hr;
}

void upload_request_cancel(struct upload_request *request)
{
    http_request_cancel(request->request);
    free_request(request);
}
