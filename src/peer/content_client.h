/* SPDX-License-Identifier: LGPL-2.1-or-later
 *
 * One connection to a peer, without sockets and TLS: builds a request, reads the answer, checks it;
 * one request after the other. Nothing of an answer that is not right reaches the sink, but its
 * bytes do before the last one has come. One thread, no lock. */
#ifndef OPENBITS_PEER_CONTENT_CLIENT_H
#define OPENBITS_PEER_CONTENT_CLIENT_H

#include "base/clock.h"
#include "peer/content_outcome.h"

#define CONTENT_CLIENT_MS 300000 /* a search in all; a download without progress */

struct content_client;

/* Where the bytes of a download go. A failure ends it with CONTENT_STOPPED. */
struct content_sink
{
    HRESULT (*write)(void *ctx, uint64_t position, const void *data, size_t size);
    void *ctx;
};

/* The host is how the peer calls itself. E_INVALIDARG when that is no name of a host. The clock
 * must outlive the client. */
HRESULT content_client_create(const char *host, uint16_t port, const struct clock *clock,
                              struct content_client **client);

/* NULL is welcome. */
void content_client_destroy(struct content_client *client);

/* Begins a request; the one before must be over and the client reusable. The query stays valid
 * until it is over. */
HRESULT content_client_search(struct content_client *client, const struct content_query *query);

HRESULT content_client_fetch(struct content_client *client, const struct content_wish *wish,
                             const struct content_sink *sink);

/* What is to be sent, and its size; 0 when nothing is. Good until the next call. */
size_t content_client_output(const struct content_client *client, const void **data);
void content_client_sent(struct content_client *client, size_t size);

void content_client_receive(struct content_client *client, const void *data, size_t size);

/* The connection has ended, or never began; CONTENT_TRANSPORT when there is no better reason.
 * Tells nothing new about a request that is over. */
void content_client_lose(struct content_client *client, enum content_outcome why);

/* Is the request over, and how did it end? */
bool content_client_is_over(const struct content_client *client, enum content_outcome *outcome);

/* May the connection serve another request? */
bool content_client_is_reusable(const struct content_client *client);

/* Of a search that ended with CONTENT_FOUND: moves them out. */
void content_client_take_results(struct content_client *client, struct content_results *results);

/* The head of the answer, as far as there is one: 400 to a download, for one, says that the
 * server may not know our certificate. */
const struct http_head *content_client_head(const struct content_client *client);

/* Bytes of bodies so far, for whoever finds a peer too slow. */
uint64_t content_client_received(const struct content_client *client);

/* What the sink said when it ended the download; S_OK otherwise. */
HRESULT content_client_sink_failure(const struct content_client *client);

tick_t content_client_deadline(const struct content_client *client);

/* Ends a request that takes too long, with CONTENT_TIMEOUT. */
void content_client_run(struct content_client *client);

#endif
