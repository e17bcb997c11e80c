/* SPDX-License-Identifier: LGPL-2.1-or-later
 *
 * The two roles and what both need: the machine's certificate, trust, discovery. Belongs to the
 * peers' thread but for create, set_sockets and destroy, which are called while there is none. */
#ifndef OPENBITS_PEER_PEER_ROLES_H
#define OPENBITS_PEER_PEER_ROLES_H

#include "net/socket_set.h"
#include "peer/discovery_loan.h"
#include "peer/peer_network.h"
#include "peer/peer_stream.h"

/* On any thread, with the context of those of discovery. */
struct peer_roles_events
{
    struct discovery_events discovery;
    void (*pins_changed)(void *ctx);
    void (*is_called)(void *ctx); /* by other machines, or by the answer of one */
};

struct peer_roles_config
{
    struct peer_network_config network; /* the folder's name is copied */
    struct peer_roles_events events;
    struct peer_stream_desk *desk;
    struct discovery_loan *loan;
};

struct peer_roles;

HRESULT peer_roles_create(const struct peer_roles_config *config, struct peer_roles **out);
void peer_roles_set_sockets(struct peer_roles *roles, struct socket_set *set);
/* They must be closed. NULL is welcome. */
void peer_roles_destroy(struct peer_roles *roles);

/* Opens and closes what the settings ask for when they are news, and otherwise what is due: what
 * could not be opened before, and all of it when the certificate is renewed. */
void peer_roles_follow(struct peer_roles *roles, const struct peer_network_settings *settings,
                       bool has_news);
void peer_roles_close(struct peer_roles *roles);

bool peer_roles_is_serving(const struct peer_roles *roles);
/* NULL: nothing is searched for or fetched. */
struct peer_streams *peer_roles_streams(struct peer_roles *roles);

void peer_roles_ready(struct peer_roles *roles, socket_handle handle);
/* Does what is due and tells the next time. */
tick_t peer_roles_run(struct peer_roles *roles, tick_t now);

#endif
