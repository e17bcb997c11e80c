/* SPDX-License-Identifier: LGPL-2.1-or-later
 *
 * The server role's sockets: takes connections of peers in, and moves bytes between them and
 * content_server. Belongs to the peers' thread. */
#ifndef OPENBITS_PEER_PEER_LISTENER_H
#define OPENBITS_PEER_PEER_LISTENER_H

#include "peer/content_server.h"
#include "peer/peer_host.h"

struct peer_listener;

/* The host and the store must outlive it. An error: the port cannot be had in any family. */
HRESULT peer_listener_create(const struct peer_host *host, const struct content_store *store,
                             uint64_t rate, struct peer_listener **out);
/* Ends all connections where they are. NULL is welcome. */
void peer_listener_destroy(struct peer_listener *listener);

/* Ends all connections where they are; new ones get host->server_tls as it is then. */
void peer_listener_end_guests(struct peer_listener *listener);

void peer_listener_set_rate(struct peer_listener *listener, uint64_t rate);

/* True: the socket was one of its own. */
bool peer_listener_ready(struct peer_listener *listener, socket_handle handle);

/* Does what is due and tells the next time. */
tick_t peer_listener_run(struct peer_listener *listener, tick_t now);

#endif
