/* SPDX-License-Identifier: LGPL-2.1-or-later
 *
 * Whom this machine trusts: those that an administrator has pinned and, in a domain, those that
 * have exchanged keys with it. Belongs to the peers' thread. Windows only. */
#ifndef OPENBITS_PEER_PEER_TRUST_H
#define OPENBITS_PEER_PEER_TRUST_H

#include "peer/key_door.h"
#include "peer/trust_table.h"

struct peer_trust_config
{
    struct clock clock;
    const struct key_door *door;  /* NULL: keys cannot be exchanged, as without a domain */
    void (*changed)(void *ctx);   /* on any thread: other peers are pinned */
    void (*is_called)(void *ctx); /* on any thread: there is something to run */
    void *ctx;
};

struct peer_trust;

HRESULT peer_trust_create(const struct peer_trust_config *config, struct peer_trust **out);
/* Ends what is under way. NULL is welcome. */
void peer_trust_destroy(struct peer_trust *trust);

/* What is shown to others from now on. */
HRESULT peer_trust_set_own(struct peer_trust *trust, const uint8_t *der, size_t size);

/* May others call for our key? Does nothing where keys cannot be exchanged. */
void peer_trust_serve(struct peer_trust *trust, bool is_serving);

/* Does what is due and tells the next time. */
tick_t peer_trust_run(struct peer_trust *trust, tick_t now);

/* Good as long as this. */
struct trust peer_trust_trust(struct peer_trust *trust);

#endif
