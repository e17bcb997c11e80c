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
#include "job/job.h"
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
    const struct http_get *host;
    struct job *job;
    struct http_request *request;
    struct server_question *question; /* that the client has not answered; NULL: none */
    tick_t question_due;
    bool is_refused; /* by the client, with ... */
    HRESULT refusal;
    struct http_options options;
    struct http_identity identity;
    char *url;
    struct upload_lines lines;
    struct http_body body;
    struct http_auth_memory *auth_memory;
    struct throttle_user *limit;
    bool is_lan_free;
    bool is_last; /* the server may take its time before it answers */
    struct upload_ack ack;
    bool has_ack;
    uint64_t skipped;
    void (*done)(void *ctx, HRESULT hr, bool is_refused, const struct upload_ack *ack);
    void *ctx;
};

static HRESULT send_packet(struct upload_request *request);

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
    server_question_drop(request->question);
    http_identity_done(&request->identity);
    http_options_done(&request->options);
    free(request->url);
    free(request);
}

static void finish(struct upload_request *request, HRESULT hr)
{
    void (*done)(void *, HRESULT, bool, const struct upload_ack *) = request->done;
    void *done_ctx = request->ctx;
    bool has_ack = request->has_ack, is_refused = request->is_refused;
    struct upload_ack ack = request->ack;

    if (is_refused) hr = request->refusal;
    free_request(request);
    /* A head is an answer, whatever became of the rest. */
    done(done_ctx, has_ack ? S_OK : hr, is_refused, has_ack ? &ack : NULL);
}

static void on_done(void *ctx, HRESULT hr)
{
    struct upload_request *request = ctx;

    request->request = NULL;
    if (!request->question) finish(request, hr); /* else upload_request_tick() goes on */
}

/* ---- the client's check of servers ---- */

static void refuse_server(struct upload_request *request, HRESULT code)
{
    request->is_refused = true;
    request->refusal = code;
}

static HRESULT ask_client(struct upload_request *request, struct server_facts *facts,
                          const struct http_server *server)
{
    HRESULT hr = server_cert_export(server->certificate, &facts->cert, &facts->cert_size,
                                    &facts->chain, &facts->chain_size);

    facts->job = request->job;
    job_addref(facts->job, JOB_HOLDER_NOTIFY);
    facts->judge = server_judge_addref(request->options.settings->judge);
    if (FAILED(hr))
    {
        server_facts_done(facts);
        return hr;
    }
    request->question_due = clock_ticks(&clock_system) + request->host->client_patience_ms;
    return server_question_ask(facts, request->host->client, request->host->ask_client,
                               &request->question);
}

/* Nothing of the request has been sent. It is sent anew when the client has said yes. */
static HRESULT check_server(void *ctx, const struct http_server *server)
{
    struct upload_request *request = ctx;
    struct server_judge *judge = request->options.settings->judge;
    struct server_facts facts = {0};
    HRESULT hr;

    if (!judge)
        hr = BG_E_SERVER_CERT_VALIDATION_INTERFACE_REQUIRED;
    else if (!server_cert_hash(server->certificate, facts.hash))
        hr = E_FAIL;
    else
    {
        snprintf(facts.origin, sizeof(facts.origin), "%s:%u", server->host, server->port);
        if (server_judge_has_accepted(judge, facts.origin, facts.hash)) return S_OK;
        hr = BG_E_SERVER_CERT_VALIDATION_INTERFACE_REQUIRED;
        if (request->job && request->host->ask_client) hr = ask_client(request, &facts, server);
        if (SUCCEEDED(hr)) return E_PENDING;
    }
    refuse_server(request, hr);
    return E_ABORT;
}

tick_t upload_request_tick(struct upload_request *request, tick_t now)
{
    struct server_question *question = request->question;
    const struct server_facts *facts;
    HRESULT answer;

    if (!question || request->request) return TICK_NEVER;
    if (!server_question_has_answer(question, &answer))
    {
        if (now < request->question_due) return request->question_due;
        answer = HRESULT_FROM_WIN32(ERROR_TIMEOUT);
    }
    request->question = NULL;
    facts = server_question_facts(question);
    if (answer == S_OK) server_judge_accept(facts->judge, facts->origin, facts->hash);
    server_question_drop(question);
    if (answer == S_OK && SUCCEEDED(answer = send_packet(request))) return TICK_NEVER;
    refuse_server(request, answer);
    finish(request, answer);
    return TICK_NEVER;
}

/* ---- the packet ---- */

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

static HRESULT send_packet(struct upload_request *request)
{
    const struct upload_lines *lines = &request->lines;
    struct http_request_params http = {.url = request->url,
                                       .body = &request->body,
                                       .auth_memory = request->auth_memory,
                                       .limit = request->limit,
                                       .is_lan_free = request->is_lan_free};
    const char **all;
    HRESULT hr;

    /* Another host is the session's place, because the client's server says so. */
    http_options_apply(&request->options, true, &http);
    http_identity_apply(&request->identity, true, &http);
    http.method = UPLOAD_METHOD;
    if (request->options.settings && request->options.settings->needs_judge)
        http.check_server = check_server;
    if (request->is_last) http.head_timeout_ms = LAST_ACK_MS;
    if (!(all = malloc((lines->count + http.line_count) * sizeof(*all)))) return E_OUTOFMEMORY;
    /* The protocol has the last word. */
    if (http.line_count) memcpy(all, http.lines, http.line_count * sizeof(*all));
    memcpy(all + http.line_count, lines->lines, lines->count * sizeof(*all));
    http.lines = all;
    http.line_count += lines->count;
    hr = http_request_start(request->host->client, &http, &request_ops, request, &request->request);
    free(all);
    return hr;
}

static void fill(struct upload_request *request, const struct http_get *host,
                 const struct upload_request_params *params, const char *name)
{
    const struct upload_packet *packet = params->packet;

    request->host = host;
    request->job = params->job;
    request->done = params->done;
    request->ctx = params->ctx;
    request->auth_memory = params->auth_memory;
    request->limit = params->limit;
    request->is_lan_free = params->is_lan_free;
    request->is_last = packet->is_last;
    request->body = (struct http_body){packet->end - packet->begin, params->read, params->ctx};
    upload_format_packet(params->session, packet, name, &request->lines);
}

HRESULT upload_request_start(const struct http_get *host,
                             const struct upload_request_params *params,
                             struct upload_request **out)
{
    struct upload_request *request = calloc(1, sizeof(*request));
    char *name = name_of(params->local_name);
    HRESULT hr = E_OUTOFMEMORY;

    *out = NULL;
    if (request && (request->url = url_of(params->remote_name, params->session->state.host)))
    {
        fill(request, host, params, name);
        hr = http_options_init(&request->options, params->http);
        if (SUCCEEDED(hr)) hr = http_identity_init(&request->identity, params->http, params->proxy);
        if (SUCCEEDED(hr)) hr = send_packet(request);
    }
    free(name);
    if (FAILED(hr))
        free_request(request);
    else
        *out = request;
    return hr;
}

void upload_request_cancel(struct upload_request *request)
{
    if (request->request) http_request_cancel(request->request);
    free_request(request);
}
