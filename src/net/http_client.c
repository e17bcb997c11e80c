/* SPDX-License-Identifier: LGPL-2.1-or-later
 *
 * Requests on libcurl's multi interface; only the files of http_client_private, http_setup,
 * http_body, http_pools and the table of its errors know it. The waiting is our own (socket_set),
 * which costs a third of libcurl's under Wine. Redirects, ranges and versions are decided by the
 * callers: libcurl is asked for one request and one answer at a time. */
#include "net/http_client.h"

#include <stdlib.h>
#include <string.h>

#include <bitsmsg.h>

#include "base/err.h"
#include "base/err_codes.h"
#include "base/log.h"
#include "net/http_client_errors.h"
#include "net/http_client_private.h"
#include "net/http_setup.h"

#define GREEDY_READS  4 /* of one socket without a wait, while it fills the buffer each time */
#define TIMEOUT_ERROR ((HRESULT)0x80072ee2)
#define CLOSED_ERROR  ((HRESULT)0x80072efe)

const struct http_client_config http_client_defaults = {
    .connect_timeout_ms = 30000,
    .head_timeout_ms = 60000,
    .floor_rate = 17, /* 1 KiB in 60 seconds */
    .floor_seconds = 60,
};

/* ---- what libcurl waits for ---- */

static int on_socket(CURL *easy, curl_socket_t handle, int what, void *ctx, void *socket_ctx)
{
    struct http_client *client = ctx;
    unsigned int wanted = 0;

    (void)easy;
    (void)socket_ctx;
    if (what == CURL_POLL_IN || what == CURL_POLL_INOUT) wanted |= SOCKET_SET_READ;
    if (what == CURL_POLL_OUT || what == CURL_POLL_INOUT) wanted |= SOCKET_SET_WRITE;
    return socket_set_want(client->sockets, handle, wanted) ? 0 : -1;
}

static int on_timer(CURLM *multi, long timeout_ms, void *ctx)
{
    struct http_client *client = ctx;

    (void)multi;
    client->timer =
        timeout_ms < 0 ? TICK_NEVER : clock_ticks(&clock_system) + (unsigned long)timeout_ms;
    return 0;
}

/* libcurl receives once each time. A socket that filled its buffer has more in all likelihood, and
 * to ask it costs less than a wait. */
static void on_ready(void *ctx, socket_handle handle, unsigned int ready)
{
    struct http_client *client = ctx;
    unsigned int reads = GREEDY_READS;
    int running, bits = 0;

    if (ready & SOCKET_SET_READ) bits |= CURL_CSELECT_IN;
    if (ready & SOCKET_SET_WRITE) bits |= CURL_CSELECT_OUT;
    do
    {
        client->body_size = client->sent_size = 0;
        curl_multi_socket_action(client->multi, handle, bits, &running);
    } while ((client->body_size >= HTTP_SETUP_BUFFER_MAX ||
              client->sent_size >= (size_t)HTTP_BODY_BUFFER) &&
             --reads);
}

static void run_timer(struct http_client *client)
{
    int running;

    if (client->timer > clock_ticks(&clock_system)) return;
    client->timer = TICK_NEVER;
    curl_multi_socket_action(client->multi, CURL_SOCKET_TIMEOUT, 0, &running);
}

/* ---- life ---- */

static void on_found(void *ctx)
{
    http_client_wake(ctx);
}

/* Other TLS libraries check certificates themselves, wherever they run. */
static bool has_schannel(void)
{
    const char *tls = curl_version_info(CURLVERSION_NOW)->ssl_version;

    return tls && !strcmp(tls, "Schannel");
}

HRESULT http_client_create(const struct http_client_config *config, struct http_client **out)
{
    struct http_client *client;

    *out = NULL;
    if (curl_global_init(CURL_GLOBAL_DEFAULT)) return E_FAIL;
    if (!(client = calloc(1, sizeof(*client)))) goto failed;
    if (FAILED(socket_set_create(&client->sockets))) goto failed;
    if (FAILED(http_proxy_finder_create(on_found, client, &client->finder))) goto failed;
    if (FAILED(server_cert_checks_create(on_found, client, &client->checks))) goto failed;
    if (!(client->multi = curl_multi_init())) goto failed;
    curl_multi_setopt(client->multi, CURLMOPT_SOCKETFUNCTION, on_socket);
    curl_multi_setopt(client->multi, CURLMOPT_SOCKETDATA, client);
    curl_multi_setopt(client->multi, CURLMOPT_TIMERFUNCTION, on_timer);
    curl_multi_setopt(client->multi, CURLMOPT_TIMERDATA, client);
    client->config = *config;
    client->checks_servers = has_schannel();
    client->timer = TICK_NEVER;
    list_init(&client->requests);
    *out = client;
    return S_OK;

failed:
    if (client) server_cert_checks_destroy(client->checks);
    if (client) http_proxy_finder_destroy(client->finder);
    if (client && client->sockets) socket_set_destroy(client->sockets);
    free(client);
    curl_global_cleanup();
    return E_OUTOFMEMORY;
}

void http_client_destroy(struct http_client *client)
{
    struct http_request *request;

    while ((request = LIST_HEAD_ENTRY(&client->requests, struct http_request, link)))
        http_request_free(request);
    while (client->idle_count)
        curl_easy_cleanup(client->idle[--client->idle_count]);
    http_proxy_finder_destroy(client->finder);
    server_cert_checks_destroy(client->checks);
    http_silent_proxies_done(&client->silent);
    http_pools_done(&client->pools);
    curl_multi_cleanup(client->multi);
    socket_set_destroy(client->sockets);
    server_cert_cache_done(&client->certs);
    free(client);
    curl_global_cleanup();
}

void http_client_wake(struct http_client *client)
{
    socket_set_wake(client->sockets);
}

/* ---- the loop ---- */

/* libcurl reports a line beyond its own limit as it reports missing memory. */
static bool is_line_too_long(const struct http_request *request, CURLcode code)
{
    void *memory;

    if (code != CURLE_OUT_OF_MEMORY || request->has_head) return false;
    if (!(memory = malloc(4 * CURL_MAX_HTTP_HEADER))) return false;
    free(memory);
    return true;
}

static HRESULT result_of(const struct http_request *request, CURLcode code)
{
    if (FAILED(request->failure)) return request->failure;
    if (request->body.has_failed) return E_ABORT;
    if (http_request_tunnel_status(request, code))
        return err_from_http_status(http_request_tunnel_status(request, code));
    if (is_line_too_long(request, code)) return BG_E_INVALID_SERVER_RESPONSE;
    if (code == CURLE_OK && !request->has_head) return CLOSED_ERROR;
    return http_client_error(code);
}

/* True: a request has ended, and its owner may have more to do before anybody waits. */
static bool finish_completed(struct http_client *client)
{
    bool is_any = false;
    CURLMsg *message;
    int left;

    while ((message = curl_multi_info_read(client->multi, &left)))
    {
        CURLcode code = message->data.result;
        struct http_request *request;

        if (message->msg != CURLMSG_DONE) continue;
        curl_easy_getinfo(message->easy_handle, CURLINFO_PRIVATE, (char **)&request);
        if (code) LOG_TRACE(LOG_HTTP, "request ends with %d (%s)", code, curl_easy_strerror(code));
        is_any = true;
        if (http_request_waits_for_check(request)) continue;
        if (http_request_answer_challenge(request, code)) continue;
        if (http_request_try_next_proxy(request, code)) continue;
        http_request_finish(request, result_of(request, code));
    }
    return is_any;
}

/* Drips of a head count as progress for libcurl: the whole head has a limit of its own. */
static tick_t finish_late_heads(struct http_client *client, tick_t now, bool *is_any)
{
    struct http_request *late;
    struct list *cursor;
    tick_t next;

    do
    {
        late = NULL;
        next = TICK_NEVER;
        LIST_FOR_EACH(cursor, &client->requests)
        {
            struct http_request *request = LIST_ENTRY_OF(cursor, struct http_request, link);

            if (request->head_deadline <= now)
                late = request;
            else if (request->head_deadline < next)
                next = request->head_deadline;
        }
        if (!late) break;
        http_request_finish(late, late->is_checking ? ERR_HTTP_CERT_REV_FAILED : TIMEOUT_ERROR);
        *is_any = true;
    } while (true);
    return next;
}

static uint32_t until(tick_t due, tick_t now, uint32_t limit)
{
    if (due <= now) return 0;
    return due - now < limit ? (uint32_t)(due - now) : limit;
}

void http_client_run(struct http_client *client, uint32_t timeout_ms)
{
    tick_t now = clock_ticks(&clock_system);
    bool is_any;

    http_requests_begin_found(client);
    is_any = http_requests_go_on_checked(client);
    timeout_ms = until(finish_late_heads(client, now, &is_any), now, timeout_ms);
    run_timer(client);
    /* Behind what may have paused a request, or nothing would end the wait in time. */
    now = clock_ticks(&clock_system);
    timeout_ms = until(http_requests_resume(client, now), now, timeout_ms);
    if (finish_completed(client) || is_any) return;
    socket_set_wait(client->sockets, until(client->timer, now, timeout_ms), on_ready, client);
    run_timer(client);
    finish_completed(client);
}
