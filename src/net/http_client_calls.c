/* SPDX-License-Identifier: LGPL-2.1-or-later
 *
 * What libcurl calls for a request. Heads are read by our own bounded parser. */
#include "net/http_client_private.h"

#include <stdlib.h>
#include <string.h>

#include <bitsmsg.h>

#include "base/err_codes.h"
#include "net/own_network.h"

/* Of the body of a challenge, so that the connection can be used again. */
#define SKIPPED_MAX 65536

/* ---- the head ---- */

static size_t on_line(char *line, size_t size, size_t count, void *ctx)
{
    struct http_request *request = ctx;
    size_t len = size * count;

    request->is_answered = true;
    if (request->auth) http_auth_take_line(request->auth, line, len);
    if (!request->is_connected) return len;
    if (FAILED(request->failure = http_head_feed_line(&request->head, line, len))) return 0;
    if (request->has_head || !http_head_is_complete(&request->head)) return len;

    request->has_head = true;
    if (request->is_private || (request->auth && http_auth_field(request->auth, HTTP_AUTH_SERVER)))
        request->head.is_private = true;
    if (request->auth && http_auth_is_answerable(request->auth, request->head.status, false))
    {
        request->is_challenge = true;
        return len;
    }
    request->head_deadline = TICK_NEVER;
    if (request->ops->head(request->ctx, &request->head)) return len;
    request->failure = E_ABORT;
    return 0;
}

/* ---- the server ---- */

/* The connection stands, a new one or one that is used again, and nothing of the request has been
 * sent. */
static int on_connected(void *ctx, char *remote, char *local, int remote_port, int local_port)
{
    struct http_request *request = ctx;

    (void)local;
    (void)remote_port;
    (void)local_port;
    /* libcurl tries once more when a connection that was used before has ended. */
    if (request->is_sent && !request->is_answered) request->is_sent_again = true;
    request->is_sent = true;
    request->is_answered = false;
    if (request->limit && request->is_lan_free && own_network_has(remote)) request->limit = NULL;
    request->is_connected = true;
    if (!request->client->checks_servers) return CURL_PREREQFUNC_OK;
    request->failure = http_request_check_server(request);
    return FAILED(request->failure) ? CURL_PREREQFUNC_ABORT : CURL_PREREQFUNC_OK;
}

/* ---- the body ---- */

static size_t on_body(char *data, size_t size, size_t count, void *ctx)
{
    struct http_request *request = ctx;
    size_t len = size * count;

    if (request->limit && !throttle_pay(request->limit, clock_ticks(&clock_system)))
    {
        request->is_paused = true;
        return CURL_WRITEFUNC_PAUSE;
    }
    request->client->body_size += len;
    if (request->is_challenge)
    {
        request->skipped += len;
        return request->skipped <= SKIPPED_MAX ? len : 0;
    }
    request->failure = BG_E_INVALID_SERVER_RESPONSE;
    if (!request->has_head) return 0;
    request->failure = E_ABORT;
    if (!request->ops->body(request->ctx, data, len)) return 0;
    request->failure = S_OK;
    if (request->limit) throttle_owe(request->limit, len);
    return len;
}

tick_t http_requests_resume(struct http_client *client, tick_t now)
{
    tick_t next = TICK_NEVER;
    struct list *cursor, *after;

    LIST_FOR_EACH_SAFE(cursor, after, &client->requests)
    {
        struct http_request *request = LIST_ENTRY_OF(cursor, struct http_request, link);
        tick_t due;

        if (!request->is_paused) continue;
        if (throttle_pay(request->limit, now))
        {
            request->is_paused = false;
            curl_easy_pause(request->easy, CURLPAUSE_CONT);
        }
        if (!request->is_paused) continue;
        if ((due = throttle_pay_at(request->limit, now)) < next) next = due;
    }
    return next;
}

void http_request_set_calls(struct http_request *request)
{
    CURL *easy = request->easy;

    curl_easy_setopt(easy, CURLOPT_PREREQFUNCTION, on_connected);
    curl_easy_setopt(easy, CURLOPT_PREREQDATA, request);
    if (request->client->checks_servers)
    {
        curl_easy_setopt(easy, CURLOPT_SSL_VERIFYPEER, 0L);
        curl_easy_setopt(easy, CURLOPT_SSL_VERIFYHOST, 0L);
    }
    curl_easy_setopt(easy, CURLOPT_HEADERFUNCTION, on_line);
    curl_easy_setopt(easy, CURLOPT_HEADERDATA, request);
    curl_easy_setopt(easy, CURLOPT_WRITEFUNCTION, on_body);
    curl_easy_setopt(easy, CURLOPT_WRITEDATA, request);
    curl_easy_setopt(easy, CURLOPT_PRIVATE, request);
}
