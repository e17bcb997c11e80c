/* SPDX-License-Identifier: LGPL-2.1-or-later
 *
 * One stream from the origin: a HEAD, or a GET of one range, with the redirects that lead to the
 * answer, and with the content information that may come first. What an answer means is decided by
 * http_rules. */
#include "transfer/http_get.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include <bitsmsg.h>

#include "base/err.h"
#include "base/log.h"
#include "base/str.h"
#include "base/url.h"
#include "branchcache/content_verifier.h"
#include "net/http_client.h"
#include "net/http_redirect.h"
#include "net/server_cert.h"
#include "job/http_options.h"
#include "transfer/http_auth.h"
#include "job/job.h"
#include "transfer/http_options.h"
#include "transfer/http_rules.h"

#define REDIRECTS_MAX     10
#define REDIRECT_BODY_MAX 65536 /* read to its end, so that the connection can be used again */
#define CONNECTION_CLOSED ((HRESULT)0x80072efe)

struct source_stream
{
    const struct http_get *host;
    struct http_client *client;
    struct job *job;
    uint32_t file_index;
    struct server_question *question; /* that the client has not answered; NULL: none */
    tick_t question_due;
    struct http_request *request; /* NULL: ended */
    const struct source_sink *sink;
    void *sink_ctx;

    struct file_version version;
    struct throttle_user *limit; /* NULL: none */
    bool is_lan_free;
    struct http_expectation asked;
    struct http_options options;
    struct http_identity identity;
    bool is_elsewhere; /* url is another server's than the client has named */
    char *url;
    char *next_url; /* where a redirect leads; its body is being skipped */
    unsigned int redirects;
    uint64_t skipped;

    uint8_t *info; /* content information that comes in */
    bool is_info_refused;
    struct content_verifier *verifier; /* of the bytes that come; NULL without */

    uint64_t promised; /* bytes of body that the answer has */
    uint64_t given;
    struct source_result result; /* decided by the head; DONE until something is wrong */
};

static HRESULT send_request(struct source_stream *stream);

static void end(struct source_stream *stream, enum source_outcome outcome, HRESULT code)
{
    struct source_result result = {outcome, code, ERROR_CONTEXT_REMOTE_FILE};

    stream->sink->end(stream->sink_ctx, &result);
}

/* ---- the answer ---- */

static uint32_t flags_of(const struct source_stream *stream)
{
    return stream->options.settings ? stream->options.settings->security_flags : 0;
}

static uint32_t redirect_policy(const struct source_stream *stream)
{
    return flags_of(stream) & HTTP_REDIRECT_MASK;
}

/* The place becomes the file's name. One that no file can have is followed, but not shown. */
static bool report_place(struct source_stream *stream, const char *url, bool is_elsewhere)
{
    WCHAR *name = str_from_utf8(url);
    bool may_go_on = true;

    if (name && url_check_remote(name) == S_OK)
        may_go_on = stream->sink->moved(stream->sink_ctx, name, is_elsewhere);
    free(name);
    return may_go_on;
}

static bool follow(struct source_stream *stream, const struct http_head *head)
{
    char *target;

    stream->result = (struct source_result){SOURCE_FAILED, err_from_http_status(head->status),
                                            ERROR_CONTEXT_REMOTE_FILE};
    if (++stream->redirects > REDIRECTS_MAX) return false;
    target = http_redirect_target(stream->url, head->location,
                                  flags_of(stream) & HTTP_REDIRECT_TO_PLAIN);
    if (!target) return false;
    if (redirect_policy(stream) == HTTP_REDIRECT_DISALLOW)
    {
        report_place(stream, target,
                     stream->is_elsewhere || !http_redirect_is_same_server(stream->url, target));
        free(target);
        return false;
    }
    http_options_redirected(&stream->options, head->status);
    stream->next_url = target;
    stream->skipped = 0;
    return true;
}

static bool expect_info(struct source_stream *stream, const struct http_head *head)
{
    stream->info = malloc((size_t)head->content_length);
    stream->promised = head->content_length;
    stream->is_info_refused = !stream->info;
    return stream->info != NULL;
}

static bool accept(struct source_stream *stream, const struct http_verdict *verdict)
{
    struct source_answer answer = {verdict->version, verdict->offset, verdict->length};

    if (stream->asked.method == HTTP_HEAD) answer.length = 0;
    if (stream->verifier && verdict->action == HTTP_ACCEPT_WHOLE)
    {
        /* It was made for what was asked. */
        content_verifier_destroy(stream->verifier);
        stream->verifier = NULL;
    }
    stream->promised = answer.length;
    if (stream->redirects && redirect_policy(stream) == HTTP_REDIRECT_REPORT &&
        !report_place(stream, stream->url, stream->is_elsewhere))
        return false;
    return stream->sink->answer(stream->sink_ctx, &answer);
}

static bool on_head(void *ctx, const struct http_head *head)
{
    struct source_stream *stream = ctx;
    struct http_verdict verdict;

    if (!stream->sink->connected(stream->sink_ctx)) return false;
    if (stream->sink->headers) stream->sink->headers(stream->sink_ctx, head->raw, head->raw_size);
    http_judge(&stream->asked, head, &verdict);
    switch (verdict.action)
    {
    case HTTP_ACCEPT:
    case HTTP_ACCEPT_WHOLE:
        return accept(stream, &verdict);
    case HTTP_REDIRECT:
        return follow(stream, head);
    case HTTP_CONTENT_INFO:
        return expect_info(stream, head);
    case HTTP_NO_PEERDIST:
        stream->is_info_refused = true;
        return false;
    case HTTP_RESTART:
        stream->result.outcome = SOURCE_CHANGED;
        stream->result.code = verdict.code;
        return false;
    default:
        stream->result =
            (struct source_result){SOURCE_FAILED, verdict.code, ERROR_CONTEXT_REMOTE_FILE};
        return false;
    }
}

/* False: it is wrong. */
static bool verify(struct source_stream *stream, const void *data, size_t size)
{
    if (!stream->verifier || content_verifier_take(stream->verifier, data, size) == S_OK)
        return true;
    LOG_WARN(LOG_HTTP, "bytes of an origin are not those of its content information");
    stream->result = (struct source_result){SOURCE_WRONG, BG_E_INVALID_SERVER_RESPONSE,
                                            ERROR_CONTEXT_REMOTE_FILE};
    return false;
}

static bool on_body(void *ctx, const void *data, size_t size)
{
    struct source_stream *stream = ctx;

    if (stream->next_url)
    {
        stream->skipped += size;
        return stream->skipped <= REDIRECT_BODY_MAX;
    }
    if (size > stream->promised - stream->given) size = stream->promised - stream->given;
    if (stream->info && size) memcpy(stream->info + stream->given, data, size);
    stream->given += size;
    if (!size || stream->info) return true;
    return verify(stream, data, size) && stream->sink->data(stream->sink_ctx, data, size);
}

static void send_again(struct source_stream *stream)
{
    HRESULT hr = send_request(stream);

    if (FAILED(hr)) end(stream, SOURCE_FAILED, hr);
}

/* Content information has come, or none that is of use: now the bytes. */
static void ask_for_bytes(struct source_stream *stream)
{
    HRESULT hr = S_OK;

    if (stream->info && !stream->is_info_refused)
    {
        hr = content_verifier_create(stream->info, (size_t)stream->promised, &stream->asked.asked,
                                     &stream->verifier);
        stream->info = NULL;
    }
    if (stream->is_info_refused || FAILED(hr))
        LOG_INFO(LOG_HTTP, "content information of an origin is of no use (%#lx)",
                 (unsigned long)hr);
    stream->asked.peerdist = false;
    stream->is_info_refused = false;
    stream->promised = stream->given = 0;
    send_again(stream);
}

static void on_done(void *ctx, HRESULT hr)
{
    struct source_stream *stream = ctx;

    stream->request = NULL;
    if (stream->question) return; /* http_get_tick() goes on */
    if (stream->is_info_refused ||
        (stream->info && SUCCEEDED(hr) && stream->given == stream->promised))
    {
        ask_for_bytes(stream);
        return;
    }
    if (stream->next_url)
    {
        /* Once it has been elsewhere it stays so: who was there may have chosen the way back. */
        if (!http_redirect_is_same_server(stream->url, stream->next_url))
            stream->is_elsewhere = true;
        free(stream->url);
        stream->url = stream->next_url;
        stream->next_url = NULL;
        stream->result = (struct source_result){SOURCE_DONE, S_OK, ERROR_CONTEXT_REMOTE_FILE};
        send_again(stream);
        return;
    }
    if (stream->result.outcome != SOURCE_DONE)
        stream->sink->end(stream->sink_ctx, &stream->result);
    else if (FAILED(hr))
        end(stream, SOURCE_FAILED, hr);
    else if (stream->given != stream->promised && stream->promised != HTTP_LENGTH_UNKNOWN)
        end(stream, SOURCE_FAILED, CONNECTION_CLOSED);
    else
        end(stream, SOURCE_DONE, S_OK);
}

static const struct http_request_ops request_ops = {on_head, on_body, on_done};

/* ---- the client's check of servers ---- */

static void refuse_server(struct source_stream *stream, HRESULT code)
{
    stream->result =
        (struct source_result){SOURCE_FAILED, code, ERROR_CONTEXT_CERTIFICATE_CALLBACK};
}

static HRESULT ask_client(struct source_stream *stream, struct server_facts *facts,
                          const struct http_server *server)
{
    HRESULT hr = server_cert_export(server->certificate, &facts->cert, &facts->cert_size,
                                    &facts->chain, &facts->chain_size);

    facts->job = stream->job;
    job_addref(facts->job, JOB_HOLDER_NOTIFY);
    facts->judge = server_judge_addref(stream->options.settings->judge);
    facts->file = stream->file_index;
    if (FAILED(hr))
    {
        server_facts_done(facts);
        return hr;
    }
    stream->question_due = clock_ticks(&clock_system) + stream->host->client_patience_ms;
    return server_question_ask(facts, stream->client, stream->host->ask_client, &stream->question);
}

/* Nothing of the request has been sent. It is sent anew when the client has said yes. */
static HRESULT check_server(void *ctx, const struct http_server *server)
{
    struct source_stream *stream = ctx;
    struct server_judge *judge = stream->options.settings->judge;
    struct server_facts facts = {0};
    HRESULT hr;

    if (!judge || !stream->host->ask_client)
        hr = BG_E_SERVER_CERT_VALIDATION_INTERFACE_REQUIRED;
    else if (!server_cert_hash(server->certificate, facts.hash))
        hr = E_FAIL;
    else
    {
        snprintf(facts.origin, sizeof(facts.origin), "%s:%u", server->host, server->port);
        if (server_judge_has_accepted(judge, facts.origin, facts.hash)) return S_OK;
        hr = ask_client(stream, &facts, server);
        if (SUCCEEDED(hr)) return E_PENDING;
    }
    refuse_server(stream, hr);
    return E_ABORT;
}

tick_t http_get_tick(struct source_stream *stream, tick_t now)
{
    struct server_question *question = stream->question;
    const struct server_facts *facts;
    HRESULT answer;

    if (!question || stream->request) return TICK_NEVER;
    if (!server_question_has_answer(question, &answer))
    {
        if (now < stream->question_due) return stream->question_due;
        answer = HRESULT_FROM_WIN32(ERROR_TIMEOUT);
    }
    stream->question = NULL;
    facts = server_question_facts(question);
    if (answer == S_OK) server_judge_accept(facts->judge, facts->origin, facts->hash);
    server_question_drop(question);
    if (answer == S_OK && SUCCEEDED(answer = send_request(stream))) return TICK_NEVER;
    refuse_server(stream, answer);
    stream->sink->end(stream->sink_ctx, &stream->result);
    return TICK_NEVER;
}

/* ---- the request ---- */

static enum http_peerdist peerdist_of(const struct source_stream *stream)
{
    if (stream->asked.method == HTTP_HEAD) return HTTP_PEERDIST_NONE;
    if (stream->asked.peerdist) return HTTP_PEERDIST_ACCEPT;
    return stream->verifier ? HTTP_PEERDIST_MISSING : HTTP_PEERDIST_NONE;
}

/* The version is asked for again with every range, so that no file is made of two. */
static HRESULT send_request(struct source_stream *stream)
{
    bool is_known = stream->version.known;
    struct http_request_params params = {.url = stream->url,
                                         .is_head = stream->asked.method == HTTP_HEAD,
                                         .has_range = stream->asked.method == HTTP_GET &&
                                                      !stream->asked.whole_file,
                                         .range_first = stream->asked.asked.begin,
                                         .range_last = stream->asked.asked.end - 1,
                                         .peerdist = peerdist_of(stream),
                                         .limit = stream->limit,
                                         .is_lan_free = stream->is_lan_free};

    if (!params.is_head && is_known && stream->version.has_mtime)
        params.if_unmodified_since = stream->version.last_modified;
    if (!params.is_head && is_known && stream->version.etag[0])
        params.if_match = stream->version.etag;
    http_options_apply(&stream->options, !stream->is_elsewhere, &params);
    http_identity_apply(&stream->identity, !stream->is_elsewhere, &params);
    if (stream->options.settings && stream->options.settings->needs_judge)
        params.check_server = check_server;
    return http_request_start(stream->client, &params, &request_ops, stream, &stream->request);
}

static void free_stream(struct source_stream *stream)
{
    content_verifier_destroy(stream->verifier);
    server_question_drop(stream->question);
    http_options_done(&stream->options);
    free(stream->info);
    free(stream->url);
    free(stream->next_url);
    http_identity_done(&stream->identity);
    free(stream);
}

static HRESULT http_get_start(void *ctx, const struct source_request *request,
                              const struct source_sink *sink, void *sink_ctx,
                              struct source_stream **out)
{
    struct source_stream *stream;
    HRESULT hr;

    *out = NULL;
    if (!(stream = calloc(1, sizeof(*stream)))) return E_OUTOFMEMORY;
    stream->host = ctx;
    stream->client = stream->host->client;
    stream->job = request->job;
    stream->file_index = request->file_index;
    stream->sink = sink;
    stream->sink_ctx = sink_ctx;
    stream->version = *request->version;
    stream->limit = request->limit;
    stream->is_lan_free = request->is_lan_free;
    stream->asked = (struct http_expectation){.method = request->is_probe ? HTTP_HEAD : HTTP_GET,
                                              .asked = request->range,
                                              .foreground = request->is_foreground,
                                              .whole_file = request->is_dynamic,
                                              .is_dynamic = request->is_dynamic,
                                              .peerdist = request->uses_branchcache,
                                              .resumed = request->is_resumed,
                                              .known = &stream->version};
    if (request->is_single) stream->asked.whole_file = true;
    stream->is_elsewhere = request->is_elsewhere;
    stream->url = str_to_utf8(request->remote_name);
    hr = stream->url ? http_options_init(&stream->options, request->http) : E_OUTOFMEMORY;
    if (SUCCEEDED(hr)) hr = http_identity_init(&stream->identity, request->http, request->proxy);
    if (SUCCEEDED(hr)) hr = send_request(stream);
    if (FAILED(hr))
    {
        free_stream(stream);
        return hr;
    }
    *out = stream;
    return S_OK;
}

static void http_get_stop(void *ctx, struct source_stream *stream)
{
    (void)ctx;
    if (stream->request) http_request_cancel(stream->request);
    free_stream(stream);
}

const struct source_ops http_get_ops = {http_get_start, http_get_stop};
