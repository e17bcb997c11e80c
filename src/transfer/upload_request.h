/* SPDX-License-Identifier: LGPL-2.1-or-later
 *
 * One packet of the upload protocol and its answer, over HTTP. Belongs to the mover's thread. */
#ifndef OPENBITS_TRANSFER_UPLOAD_REQUEST_H
#define OPENBITS_TRANSFER_UPLOAD_REQUEST_H

#include "job/http_settings.h"
#include "job/proxy_settings.h"
#include "net/http_client.h"
#include "transfer/http_get.h"
#include "upload/upload_session.h"

struct upload_request;

struct upload_request_params
{
    struct job
        *job; /* its client may be asked whether a server is the right one; NULL: it is not */
    const struct upload_session *session;
    const struct upload_packet *packet;
    const WCHAR *remote_name;
    const WCHAR *local_name; /* NULL: not told */
    struct http_settings *http;
    const struct proxy_settings *proxy;
    struct http_auth_memory
        *auth_memory;            /* of the packets before, kept by the caller; NULL: none */
    struct throttle_user *limit; /* of the speed of its body, kept by the caller; NULL: none */
    bool is_lan_free;            /* no limit for a server of the same network */
    /* The bytes of a fragment, by their offset in it. 0: they cannot be had. */
    size_t (*read)(void *ctx, uint64_t offset, void *buffer, size_t size);
    /* The last call; the request is gone. S_OK: there is an answer; else E_ABORT when read() has
     * given up. is_refused: the client has not said yes to the server, and hr says why. */
    void (*done)(void *ctx, HRESULT hr, bool is_refused, const struct upload_ack *ack);
    void *ctx;
};

/* Nothing of the parameters is needed after the call. */
HRESULT upload_request_start(const struct http_get *host,
                             const struct upload_request_params *params,
                             struct upload_request **out);

/* Goes on with a request that waits for the client's answer, if that is there or late. When to look
 * again by itself; TICK_NEVER also when it is done. */
tick_t upload_request_tick(struct upload_request *request, tick_t now);

/* done() is not called. */
void upload_request_cancel(struct upload_request *request);

#endif
