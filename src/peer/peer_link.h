/* SPDX-License-Identifier: LGPL-2.1-or-later
 *
 * Connections to peers: made when there is something to ask, kept for a while for the next
 * question. One question at a time each. Belongs to the peers' thread. */
#ifndef OPENBITS_PEER_PEER_LINK_H
#define OPENBITS_PEER_PEER_LINK_H

#include "peer/content_client.h"
#include "peer/peer_host.h"

struct peer_links;
struct peer_link;

/* How a question ended; the link is not the asker's any more. Never called by what asked. */
struct peer_link_events
{
    void (*searched)(void *ctx, enum content_outcome outcome, struct content_results *results);
    void (*fetched)(void *ctx, enum content_outcome outcome);
};

HRESULT peer_links_create(const struct peer_host *host, struct peer_links **out);
/* Nobody may be waiting for an answer. NULL is welcome. */
void peer_links_destroy(struct peer_links *links);

/* Asks the peer, on a new connection or one that is free; the query must outlive the question. */
HRESULT peer_link_search(struct peer_links *links, const char *fqdn,
                         const struct content_query *query, const struct peer_link_events *events,
                         void *ctx, struct peer_link **out);
HRESULT peer_link_fetch(struct peer_links *links, const char *fqdn, const struct content_wish *wish,
                        const struct content_sink *sink, const struct peer_link_events *events,
                        void *ctx, struct peer_link **out);

/* Takes the question back and tells nobody. */
void peer_link_drop(struct peer_link *link);

/* Bytes of bodies so far. */
uint64_t peer_link_received(const struct peer_link *link);

/* True: the socket was one of its own. */
bool peer_links_ready(struct peer_links *links, socket_handle handle);
/* Does what is due and tells the next time. */
tick_t peer_links_run(struct peer_links *links, tick_t now);

#endif
