/* SPDX-License-Identifier: LGPL-2.1-or-later
 *
 * The origin over HTTP(S). Runs on the thread that drives the client; ctx is a struct http_get. */
#ifndef OPENBITS_TRANSFER_HTTP_GET_H
#define OPENBITS_TRANSFER_HTTP_GET_H

#include "base/clock.h"
#include "transfer/server_question.h"
#include "transfer/source_stream.h"

struct http_client;

struct http_get
{
    struct http_client *client;
    server_question_ask_fn ask_client; /* NULL: nobody can be asked */
    uint32_t client_patience_ms;
};

extern const struct source_ops http_get_ops;

/* Goes on with a stream that waits for a client's answer, if that is there or late. When to look
 * again by itself. */
tick_t http_get_tick(struct source_stream *stream, tick_t now);

#endif
