/* SPDX-License-Identifier: LGPL-2.1-or-later
 *
 * The server of ExchangePublicKeys. Calls come on threads of the RPC runtime, wait for a while, and
 * are answered on the peers' thread. Windows only. */
#ifndef OPENBITS_PEER_KEY_SERVER_H
#define OPENBITS_PEER_KEY_SERVER_H

#include "peer/key_door.h"

struct key_server;

/* As trust_table_serve(). */
typedef HRESULT (*key_serve_fn)(void *arg, const struct key_exchange_peer *caller,
                                const uint8_t *blob, size_t size, uint8_t **answer,
                                size_t *answer_size);

/* There can be one in a process at a time. wake is called on any thread, with no lock held, when
 * there is a call to answer. E_NOTIMPL where nobody can be named for sure. */
HRESULT key_server_create(const struct key_door *door, void (*wake)(void *ctx), void *ctx,
                          struct key_server **out);
/* Refuses what waits. NULL is welcome. */
void key_server_destroy(struct key_server *server);

/* On the peers' thread: answers what waits. */
void key_server_run(struct key_server *server, key_serve_fn serve, void *arg);

#endif
