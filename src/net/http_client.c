/* SPDX-License-Identifier: LGPL-2.1-or-later
 *
 * Requests on libcurl's multi interface; only http_setup and the table of its errors know it
 * besides. The waiting is our own (socket_set), which costs a third of libcurl's under Wine.
 * Redirects, ranges and versions are decided by the callers: libcurl is asked for one request and
 * one answer at a time. Heads are read by our own bounded parser. */
#include "net/http_client.h"

#include <stdlib.h>
#include <string.h>

#include <bitsmsg.h>
#include <curl/curl.h>

#include "base/clock.h"
#include "base/err.h"
#include "base/err_codes.h"
#include "base/list.h"
#include "base/log.h"
#include "net/http_body.h"
#include "net/http_client_errors.h"
#include "net/http_pools.h"
#include "net/http_proxy_finder.h"
#include "net/http_setup.h"
#include "net/http_stored_login.h"
#include "net/own_network.h"
#include "net/server_cert.h"
#include "net/socket_set.h"

#define GREEDY_READS  4  /* of one socket without a wait, while it fills the buffer each time */
#define IDLE_EASY_MAX 16 /* handles kept for the next request */
/* Of the body of a challenge, so that the connection can be used again. */
#define SKIPPED_MAX    65536
#define DIALOGUE_POOLS 0x80000000u /* numbers of pools that a request has to itself */
#define TIMEOUT_ERROR  ((HRESULT)0x80072ee2)
#define CLOSED_ERROR   ((HRESULT)0x80072efe)

struct http_client
{
    struct http_client_config config;
    CURLM *multi;
    bool checks_servers; /* the check of certificates is ours */
    struct server_cert_cache certs;
    struct http_pools pools;
    struct socket_set *sockets;
    tick_t timer;     /* when libcurl wants to be called at the latest */
    size_t body_size; /* received since somebody set it to 0 */
    size_t sent_size; /* the same of what is sent */
    struct list requests;
    uint32_t dialogues; /* that have been begun */
    struct http_proxy_finder *finder;
    CURL *idle[IDLE_EASY_MAX];
    unsigned int idle_count;
};

struct http_request
{
    struct list link;
    struct http_client *client;
    CURL *easy;
    struct curl_slist *fields;
    struct http_pool *pool; /* NULL: the one for all */
    uint32_t cert_flags;
    HRESULT (*check_server)(void *ctx, const struct http_server *server);
    const struct http_request_ops *ops;
    void *ctx;
    struct http_head head;
    uint32_t patience_ms; /* for the head */
    tick_t head_deadline;
    struct http_proxy_lookup *lookup; /* it waits for this; NULL: it has begun */
    struct http_auth *auth;           /* NULL: challenges are not answered */
    char *proxy;                      /* NULL: none */
    struct http_stored_login stored;  /* for it */
    struct curl_slist *auth_fields, *proxy_fields;
    bool is_connected; /* what comes is of the server, not of a proxy that leads to it */
    bool is_private;   /* the answers are for nobody else */
    bool is_bound;     /* the pool is its own */
    bool is_challenge; /* this answer is not the caller's: it is to be asked again */
    size_t skipped;    /* of its body */
    struct http_body_reader body;
    bool is_sent, is_answered; /* on the connection that it has now */
    bool is_sent_again;
    bool has_head;               /* ops->head() has been called */
    HRESULT failure;             /* why an operation of ours ended it */
    struct throttle_user *limit; /* NULL: none */
    bool is_lan_free;
    bool is_paused; /* by the limit; libcurl holds what has come */
};

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

static void on_proxy_found(void *ctx)
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
    if (FAILED(http_proxy_finder_create(on_proxy_found, client, &client->finder))) goto failed;
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
    if (client) http_proxy_finder_destroy(client->finder);
    if (client && client->sockets) socket_set_destroy(client->sockets);
    free(client);
    curl_global_cleanup();
    return E_OUTOFMEMORY;
}

/* The fields of the request hang on those of the login. */
static void free_auth_fields(struct http_request *request)
{
    struct curl_slist *last = request->auth_fields;

    if (last) last->next = NULL;
    curl_slist_free_all(request->auth_fields);
    curl_slist_free_all(request->proxy_fields);
    request->auth_fields = request->proxy_fields = NULL;
}

static void free_request(struct http_request *request)
{
    struct http_client *client = request->client;

    list_remove(&request->link);
    curl_multi_remove_handle(client->multi, request->easy);
    http_pools_leave(&client->pools, request->pool, request->easy);
    http_proxy_lookup_end(client->finder, request->lookup);
    http_auth_destroy(request->auth);
    http_stored_login_done(&request->stored);
    free(request->proxy);
    free_auth_fields(request);
    if (client->idle_count < IDLE_EASY_MAX)
    {
        curl_easy_reset(request->easy);
        client->idle[client->idle_count++] = request->easy;
    }
    else
        curl_easy_cleanup(request->easy);
    curl_slist_free_all(request->fields);
    http_head_done(&request->head);
    free(request);
}

void http_client_destroy(struct http_client *client)
{
    struct http_request *request;

    while ((request = LIST_HEAD_ENTRY(&client->requests, struct http_request, link)))
        free_request(request);
    while (client->idle_count)
        curl_easy_cleanup(client->idle[--client->idle_count]);
    http_proxy_finder_destroy(client->finder);
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

/* ---- what libcurl calls ---- */

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

static HRESULT ask_caller(struct http_request *request, void *context, const char *host,
                          unsigned int port)
{
    struct http_server server = {host, port, server_cert_of_connection(context)};
    HRESULT hr = ERR_HTTP_SECURE_FAILURE;

    if (server.certificate) hr = request->check_server(request->ctx, &server);
    server_cert_free(server.certificate);
    return hr == S_FALSE ? E_PENDING : hr;
}

static HRESULT check_tls(struct http_request *request, const char *host, unsigned int port)
{
    struct curl_tlssessioninfo *tls = NULL;
    HRESULT hr;

    if (curl_easy_getinfo(request->easy, CURLINFO_TLS_SSL_PTR, &tls) ||
        tls->backend != CURLSSLBACKEND_SCHANNEL)
        return ERR_HTTP_SECURE_FAILURE;
    hr = server_cert_check_connection(&request->client->certs, tls->internals, host,
                                      request->cert_flags);
    if (FAILED(hr) || !request->check_server) return hr;
    return ask_caller(request, tls->internals, host, port);
}

static HRESULT check_server(struct http_request *request)
{
    char *url = NULL, *scheme = NULL, *host = NULL, *port = NULL;
    CURLU *parts = curl_url();
    HRESULT hr = E_OUTOFMEMORY;

    if (parts && !curl_easy_getinfo(request->easy, CURLINFO_EFFECTIVE_URL, &url) &&
        !curl_url_set(parts, CURLUPART_URL, url, 0) &&
        !curl_url_get(parts, CURLUPART_SCHEME, &scheme, 0) &&
        !curl_url_get(parts, CURLUPART_PORT, &port, CURLU_DEFAULT_PORT) &&
        !curl_url_get(parts, CURLUPART_HOST, &host, CURLU_PUNYCODE))
        hr = strcmp(scheme, "http") ? check_tls(request, host, (unsigned int)atoi(port)) : S_OK;
    curl_free(scheme);
    curl_free(host);
    curl_free(port);
    curl_url_cleanup(parts);
    return hr;
}

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
    request->failure = check_server(request);
    return FAILED(request->failure) ? CURL_PREREQFUNC_ABORT : CURL_PREREQFUNC_OK;
}

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

/* Lets those go on whose limit allows it; tells when the next one may. */
static tick_t resume_paused(struct http_client *client, tick_t now)
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

/* ---- a request ---- */

/* Whoever is asked now has all of the time. */
static void wait_for_head(struct http_request *request)
{
    request->head_deadline = clock_ticks(&clock_system) + request->patience_ms;
}

/* A server that is given time to answer does not stand still. */
static void set_patience(struct http_request *request, const struct http_request_params *params)
{
    const struct http_client_config *config = &request->client->config;
    uint32_t patience_ms =
        params->head_timeout_ms ? params->head_timeout_ms : config->head_timeout_ms;

    request->patience_ms = patience_ms;
    wait_for_head(request);
    if (patience_ms / 1000 > config->floor_seconds)
        curl_easy_setopt(request->easy, CURLOPT_LOW_SPEED_TIME, (long)(patience_ms / 1000 + 1));
}

static void set_body(struct http_request *request, const struct http_request_params *params)
{
    if (!params->body) return;
    request->body = (struct http_body_reader){.body = *params->body,
                                              .deadline = &request->head_deadline,
                                              .patience_ms = request->patience_ms,
                                              .taken = &request->client->sent_size};
    http_body_setup(request->easy, &request->body);
}

/* What comes back, and the check of who is there. */
static void set_callbacks(struct http_request *request)
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

static const char *method_of(const struct http_request_params *params)
{
    if (params->method) return params->method;
    return params->is_head ? "HEAD" : "GET";
}

static const struct http_login *find_stored_login(void *ctx)
{
    struct http_request *request = ctx;

    if (!request->proxy || http_stored_login_read(request->proxy, &request->stored) != S_OK)
        return NULL;
    return &request->stored.login;
}

/* Takes the proxy over; NULL: none. */
static void set_proxy(struct http_request *request, char *proxy)
{
    request->proxy = proxy;
    if (proxy) curl_easy_setopt(request->easy, CURLOPT_PROXY, proxy);
}

/* On whose behalf it is asked. */
static HRESULT set_identity(struct http_request *request, const struct http_request_params *params)
{
    struct http_auth_params auth = {
        .logins = params->logins, .method = method_of(params), .url = params->url};

    if (params->proxy && params->proxy->uses_stored_login)
    {
        auth.find_proxy_login = find_stored_login;
        auth.ctx = request;
    }
    request->is_private = params->is_private;
    return http_auth_create(&auth, &request->auth);
}

/* E_PENDING: that is being found out. */
static HRESULT find_way(struct http_request *request, const struct http_request_params *params)
{
    char *proxy = NULL;
    HRESULT hr = S_FALSE;

    if (params->proxy)
        hr = http_proxy_find(request->client->finder, params->proxy, params->url, &proxy,
                             &request->lookup);
    set_proxy(request, proxy);
    return hr;
}

static CURL *take_easy(struct http_client *client)
{
    return client->idle_count ? client->idle[--client->idle_count] : curl_easy_init();
}

HRESULT http_request_start(struct http_client *client, const struct http_request_params *params,
                           const struct http_request_ops *ops, void *ctx, struct http_request **out)
{
    struct http_request *request;
    HRESULT hr;

    *out = NULL;
    if (!(request = calloc(1, sizeof(*request)))) return E_OUTOFMEMORY;
    if (!(request->easy = take_easy(client)))
    {
        free(request);
        return E_OUTOFMEMORY;
    }
    request->client = client;
    request->cert_flags = params->cert_flags;
    request->check_server = params->check_server;
    request->ops = ops;
    request->ctx = ctx;
    request->limit = params->limit;
    request->is_lan_free = params->is_lan_free;
    http_head_init(&request->head);
    list_add_tail(&client->requests, &request->link);
    hr = http_setup_request(request->easy, &client->config, params, &request->fields);
    if (FAILED(hr))
    {
        free_request(request);
        return hr;
    }
    set_patience(request, params);
    set_body(request, params);
    set_callbacks(request);
    request->pool = http_pools_enter(&client->pools, params->pool, request->easy);
    if (FAILED(hr = set_identity(request, params)))
    {
        free_request(request);
        return hr;
    }
    if (FAILED(hr = find_way(request, params)) && hr != E_PENDING)
    {
        free_request(request);
        return hr;
    }
    if (hr != E_PENDING && curl_multi_add_handle(client->multi, request->easy))
    {
        free_request(request);
        return E_OUTOFMEMORY;
    }
    *out = request;
    return S_OK;
}

bool http_request_is_sent_again(const struct http_request *request)
{
    return request->is_sent_again;
}

void http_request_cancel(struct http_request *request)
{
    free_request(request);
}

/* ---- the way ---- */

/* False: it cannot be begun. */
static bool begin(struct http_request *request, char *proxy)
{
    http_proxy_lookup_end(request->client->finder, request->lookup);
    request->lookup = NULL;
    wait_for_head(request);
    set_proxy(request, proxy);
    return !curl_multi_add_handle(request->client->multi, request->easy);
}

static void begin_found(struct http_client *client)
{
    struct list *cursor, *after;

    LIST_FOR_EACH_SAFE(cursor, after, &client->requests)
    {
        struct http_request *request = LIST_ENTRY_OF(cursor, struct http_request, link);
        char *proxy;

        if (!request->lookup ||
            http_proxy_lookup_result(client->finder, request->lookup, &proxy) == E_PENDING)
            continue;
        /* Else its head comes too late. */
        if (!begin(request, proxy)) request->head_deadline = 0;
    }
}

/* ---- challenges ---- */

static struct curl_slist *make_field(const char *name, const char *value)
{
    size_t size = strlen(name) + strlen(value) + 3;
    struct curl_slist *fields;
    char *line = malloc(size);

    if (!line) return NULL;
    snprintf(line, size, "%s: %s", name, value);
    fields = curl_slist_append(NULL, line);
    free(line);
    return fields;
}

/* False: there is no memory. */
static bool set_auth_fields(struct http_request *request)
{
    const char *server = http_auth_field(request->auth, HTTP_AUTH_SERVER);
    const char *proxy = http_auth_field(request->auth, HTTP_AUTH_PROXY);
    bool is_good = true;

    curl_easy_setopt(request->easy, CURLOPT_HTTPHEADER, request->fields);
    curl_easy_setopt(request->easy, CURLOPT_PROXYHEADER, NULL);
    free_auth_fields(request);
    if (server && !(request->auth_fields = make_field("Authorization", server))) is_good = false;
    if (proxy && !(request->proxy_fields = make_field("Proxy-Authorization", proxy)))
        is_good = false;
    if (request->auth_fields)
    {
        request->auth_fields->next = request->fields;
        curl_easy_setopt(request->easy, CURLOPT_HTTPHEADER, request->auth_fields);
    }
    curl_easy_setopt(request->easy, CURLOPT_PROXYHEADER, request->proxy_fields);
    return is_good;
}

/* What a dialogue has said to one connection must not be taken for another's. */
static void set_pool(struct http_request *request)
{
    struct http_client *client = request->client;

    if (!http_auth_is_bound(request->auth) || request->is_bound) return;
    http_pools_leave(&client->pools, request->pool, request->easy);
    request->pool =
        http_pools_enter(&client->pools, DIALOGUE_POOLS | ++client->dialogues, request->easy);
    request->is_bound = true;
}

static bool ask_again(struct http_request *request)
{
    struct http_client *client = request->client;

    curl_multi_remove_handle(client->multi, request->easy);
    http_head_done(&request->head);
    http_head_init(&request->head);
    request->has_head = request->is_challenge = request->is_connected = false;
    request->skipped = 0;
    request->body.offset = 0;
    request->failure = S_OK;
    request->is_sent = request->is_answered = request->is_sent_again = false;
    wait_for_head(request);
    set_pool(request);
    return set_auth_fields(request) && !curl_multi_add_handle(client->multi, request->easy);
}

/* The status with which a proxy has refused to lead to the server; 0: it has not. */
static unsigned int tunnel_status(const struct http_request *request, CURLcode code)
{
    long status = 0;

    if (request->is_connected || code == CURLE_OK) return 0;
    curl_easy_getinfo(request->easy, CURLINFO_HTTP_CONNECTCODE, &status);
    return status >= 300 && status <= 599 ? (unsigned int)status : 0;
}

/* True: it is not over. */
static bool answer_challenge(struct http_request *request, CURLcode code)
{
    unsigned int status = tunnel_status(request, code);

    if (!request->auth || FAILED(request->failure)) return false;
    if (status && !http_auth_is_answerable(request->auth, status, true)) return false;
    /* Of the answer, the head was enough: what was cut off does not matter. */
    if (!status && !request->is_challenge) return false;
    if (ask_again(request)) return true;
    request->failure = E_OUTOFMEMORY;
    return false;
}

/* ---- the loop ---- */

static void finish(struct http_request *request, HRESULT hr)
{
    const struct http_request_ops *ops = request->ops;
    void *ctx = request->ctx;

    free_request(request);
    ops->done(ctx, hr);
}

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
    if (tunnel_status(request, code)) return err_from_http_status(tunnel_status(request, code));
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
        if (answer_challenge(request, code)) continue;
        finish(request, result_of(request, code));
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
        finish(late, TIMEOUT_ERROR);
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
    bool is_any = false;

    begin_found(client);
    timeout_ms = until(finish_late_heads(client, now, &is_any), now, timeout_ms);
    run_timer(client);
    /* Behind what may have paused a request, or nothing would end the wait in time. */
    now = clock_ticks(&clock_system);
    timeout_ms = until(resume_paused(client, now), now, timeout_ms);
    if (finish_completed(client) || is_any) return;
    socket_set_wait(client->sockets, until(client->timer, now, timeout_ms), on_ready, client);
    run_timer(client);
    finish_completed(client);
}
