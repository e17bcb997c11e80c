/* SPDX-License-Identifier: LGPL-2.1-or-later
 *
 * One packet of the upload protocol and its answer, over HTTP. Belongs to the mover's thread. */
#ifndef OPENBITS_TRANSFER_UPLOAD_REQUEST_H
#define OPENBITS_TRANSFER_UPLOAD_REQUEST_H

#include "job/http_settings.h"
#include "job/proxy_settings.h"
#include "net/http_client.h"
#include "upload/upload_session.h"

struct upload_request;

struct upload_request_params
{
    const struct upload_session *session;
    const struct upload_packet *packet;
    const WCHAR *remote_name;
    const WCHAR *local_name; /* NULL: not told */
    struct http_settings *http;
    const struct proxy_settings *proxy;
    /* The bytes of a fragment, by their offset in it. 0: they cannot be had. */
    size_t (*read)(void *ctx, uint64_t offset, void *buffer, size_t size);
    /* The last call; the request is gone. S_OK: there is an answer; else E_ABORT when read() has
     * given up. BG_E_SERVER_CERT_VALIDATION_INTERFACE_REQUIRED: the client is to judge the server,
     * and has not said yes to it. */
    void (*done)(void *ctx, HRESULT hr, const struct upload_ack *ack);
    void *ctx;
};

/* Nothing of the parameters is needed after the call. */
HRESULT upload_request_start(struct http_client *client, const struct upload_request_params *params,
                             struct upload_request **out);

/* done() is not called. */
void upload_request_cancel(struct upload_request *request);

#endif
