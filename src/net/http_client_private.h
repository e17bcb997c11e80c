/* SPDX-License-Identifier: LGPL-2.1-or-later
 *
 * The parts of http_client: the loop, the life of a request, what libcurl calls for it, the way to
 * the server, and who asks. All for the client's one thread. */
#ifndef OPENBITS_NET_HTTP_CLIENT_PRIVATE_H
#define OPENBITS_NET_HTTP_CLIENT_PRIVATE_H

#include <curl/curl.h>

#include "base/clock.h"
#include "base/list.h"
#include "net/http_body.h"
#include "net/http_client.h"
#include "net/http_pools.h"
#include "net/http_proxy_finder.h"
#include "net/http_silent_proxies.h"
#include "net/http_stored_login.h"
#include "net/server_cert.h"
#include "net/server_cert_checks.h"
#include "net/socket_set.h"

#define IDLE_EASY_MAX 16 /* handles kept for the next request */

struct http_client
{
    struct http_client_config config;
    CURLM *multi;
    bool checks_servers; /* the check of certificates is ours */
    struct server_cert_cache certs;
    struct server_cert_checks *checks;
    struct http_pools pools;
    struct socket_set *sockets;
    tick_t timer;     /* when libcurl wants to be called at the latest */
    size_t body_size; /* received since somebody set it to 0 */
    size_t sent_size; /* the same of what is sent */
    struct list requests;
    uint32_t dialogues; /* that have been begun */
    struct http_proxy_finder *finder;
    struct http_silent_proxies silent;
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
    struct server_cert_wait *cert_wait; /* the last check that asked the network; NULL: none */
    unsigned int cert_checks;           /* that have been begun */
    bool is_checking;                   /* it waits for that */
    HRESULT (*check_server)(void *ctx, const struct http_server *server);
    const struct http_request_ops *ops;
    void *ctx;
    struct http_head head;
    uint32_t patience_ms; /* for the head */
    tick_t head_deadline;
    struct http_proxy_lookup *lookup; /* it waits for this; NULL: it has begun */
    struct http_auth *auth;           /* NULL: challenges are not answered */
    char *proxies;                    /* that can be tried; NULL: none */
    const char *next_proxy;           /* of these */
    char *proxy;                      /* that is being tried; NULL: none */
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

/* ---- http_client_requests ---- */

/* It has all of its patience for the head, from now on. */
void http_request_wait_for_head(struct http_request *request);
void http_request_free(struct http_request *request);
/* Back to where nothing has been said, out of libcurl's hands. */
void http_request_take_back(struct http_request *request);
/* Frees it and tells its owner. */
void http_request_finish(struct http_request *request, HRESULT hr);

/* ---- http_client_calls ---- */

/* What comes back, and the check of who is there. */
void http_request_set_calls(struct http_request *request);
/* Lets those go on whose limit allows it; tells when the next one may. */
tick_t http_requests_resume(struct http_client *client, tick_t now);

/* ---- http_client_servers ---- */

/* The connection's server. E_PENDING: that is being found out. */
HRESULT http_request_check_server(struct http_request *request);
/* True: it is not over, for it waits for a check. */
bool http_request_waits_for_check(struct http_request *request);
/* Makes those once more whose check is over, or ends them. True: one has ended. */
bool http_requests_go_on_checked(struct http_client *client);

/* ---- http_client_way ---- */

/* E_PENDING: that is being found out. */
HRESULT http_request_find_way(struct http_request *request,
                              const struct http_request_params *params);
/* True: it is not over, for another proxy is tried. */
bool http_request_try_next_proxy(struct http_request *request, CURLcode code);
void http_request_forget_way(struct http_request *request);
/* Begins the requests whose way was found out. */
void http_requests_begin_found(struct http_client *client);

/* ---- http_client_logins ---- */

/* On whose behalf it is asked. */
HRESULT http_request_set_login(struct http_request *request,
                               const struct http_request_params *params);
/* The proxy is known now, or there is none: says at once what was asked before. False: there is no
 * memory. */
bool http_request_set_proxy_login(struct http_request *request);
void http_request_drop_login(struct http_request *request);
/* The status with which a proxy has refused to lead to the server; 0: it has not. */
unsigned int http_request_tunnel_status(const struct http_request *request, CURLcode code);
/* True: it is not over. */
bool http_request_answer_challenge(struct http_request *request, CURLcode code);

#endif
