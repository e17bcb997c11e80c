/* SPDX-License-Identifier: LGPL-2.1-or-later
 *
 * HTTP(S) requests, driven by one thread. Everything here belongs to that thread, but for
 * http_client_wake(); all calls of a request's operations come from inside http_client_run(). */
#ifndef OPENBITS_NET_HTTP_CLIENT_H
#define OPENBITS_NET_HTTP_CLIENT_H

#include "base/throttle.h"
#include "base/types.h"
#include "net/http_auth.h"
#include "net/http_message.h"
#include "net/http_proxy.h"

struct http_client;
struct http_request;

struct http_client_config
{
    uint32_t connect_timeout_ms;
    uint32_t head_timeout_ms; /* from the start to the end of the answer's head */
    uint32_t floor_rate;      /* bytes per second that a body must not stay below ... */
    uint32_t floor_seconds;   /* ... for this long */
};

extern const struct http_client_config http_client_defaults;

/* What the request says of BranchCache, [MS-PCCRTP] 2.2.1. */
enum http_peerdist
{
    HTTP_PEERDIST_NONE,
    HTTP_PEERDIST_ACCEPT, /* content information may come in place of the file */
    HTTP_PEERDIST_MISSING /* it has come, and these bytes are not to be had elsewhere */
};

/* What a request sends. */
struct http_body
{
    uint64_t size;
    /* Up to size bytes from the offset on, in the order of the offsets, but for a body that is sent
     * once more. 0: they cannot be had, and the request ends with E_ABORT. */
    size_t (*read)(void *ctx, uint64_t offset, void *buffer, size_t size);
    void *ctx;
};

/* Who answers, before anything of the request is sent: the certificate is good as far as the system
 * and the request's flags are concerned. */
struct http_server
{
    const char *host; /* as in the URL */
    unsigned int port;
    const void *certificate; /* PCCERT_CONTEXT; its store holds the issuers that came with it */
};

/* Texts are copied, logins are not: they stay the caller's until the request is gone. */
struct http_request_params
{
    const char *url;
    bool is_head;
    bool has_range;
    uint64_t range_first;
    uint64_t range_last;
    enum http_peerdist peerdist;
    const char *if_unmodified_since; /* NULL: none */
    const char *if_match;            /* NULL: none */
    struct throttle_user *limit;     /* of the speed of bodies, kept by the caller; NULL: none */
    bool is_lan_free;                /* no limit for a server of the same network */
    const struct http_body *body;    /* copied; NULL: none */
    uint32_t head_timeout_ms;        /* after the last byte of the body; 0: the client's */
    const char *method;              /* NULL: HEAD or GET */
    const char *const *lines;        /* more fields, without their ends; they replace our own */
    unsigned int line_count;
    const char *client_cert;             /* location\store\hash, as Schannel knows it; NULL: none */
    uint32_t cert_flags;                 /* server_cert_flag */
    const struct http_proxy_wish *proxy; /* NULL: none */
    const struct http_logins *logins;    /* for challenges; NULL: none */
    struct http_auth_memory
        *auth_memory; /* of the requests before, kept by the caller; NULL: none */
    bool is_private;  /* the answer is this client's alone, whatever it says */
    /* Connections are shared with requests of the same number only. */
    uint32_t pool;
    /* Asked for each https request that has one; anything but S_OK ends the request with that. */
    HRESULT (*check_server)(void *ctx, const struct http_server *server);
};

struct http_request_ops
{
    /* The head is complete. False stops the request; done() follows with E_ABORT. */
    bool (*head)(void *ctx, const struct http_head *head);
    /* A piece of the body, as it came off the wire. False stops the request as well. */
    bool (*body)(void *ctx, const void *data, size_t size);
    /* The last call. The request is gone when it returns; a new one may be started in here. */
    void (*done)(void *ctx, HRESULT hr);
};

HRESULT http_client_create(const struct http_client_config *config, struct http_client **out);

/* Cancels what runs. */
void http_client_destroy(struct http_client *client);

/* Waits up to timeout_ms for something to happen on the network, or for a wake, and handles it. */
void http_client_run(struct http_client *client, uint32_t timeout_ms);

/* Ends the wait; any thread. */
void http_client_wake(struct http_client *client);

HRESULT http_request_start(struct http_client *client, const struct http_request_params *params,
                           const struct http_request_ops *ops, void *ctx,
                           struct http_request **out);

/* Was it sent once more because its connection ended without an answer? It may have been heard
 * twice. */
bool http_request_is_sent_again(const struct http_request *request);

/* Nothing is called any more. Does not wait. Not from inside an operation of the request. */
void http_request_cancel(struct http_request *request);

#endif
