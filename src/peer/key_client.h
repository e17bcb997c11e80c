/* SPDX-License-Identifier: LGPL-2.1-or-later
 *
 * Calls of ExchangePublicKeys: each on a thread of its own, so that a machine that does not answer
 * holds nothing up. Belongs to the peers' thread. Windows only. */
#ifndef OPENBITS_PEER_KEY_CLIENT_H
#define OPENBITS_PEER_KEY_CLIENT_H

#include "base/clock.h"
#include "peer/key_door.h"
#include "peer/trust_table.h"

/* [MS-BPAU] 3.2.2 */
#define KEY_CLIENT_PATIENCE_MS 15000

struct key_client;

/* wake is called on any thread, with no lock held, when a call is over. */
HRESULT key_client_create(const struct key_door *door, const struct clock *clock,
                          void (*wake)(void *ctx), void *ctx, struct key_client **out);
/* Ends all calls and tells nobody. NULL is welcome. */
void key_client_destroy(struct key_client *client);

/* Good as long as the client. */
struct key_exchange_carrier key_client_carrier(struct key_client *client);

/* Tells what is over and gives up what takes too long; the next time to come. */
tick_t key_client_run(struct key_client *client, tick_t now);

#endif
