/* SPDX-License-Identifier: LGPL-2.1-or-later
 *
 * Discovery of peers on the network: [MS-BPDP]. One thread, started with the first role, drives
 * both roles and their sockets; a role that is off has no socket. All functions are for any thread,
 * and wait for nothing but a leaf lock. */
#ifndef OPENBITS_PEER_DISCOVERY_H
#define OPENBITS_PEER_DISCOVERY_H

#include "peer/discovery_sockets.h"
#include "peer/peer_table.h"

struct discovery;

/* Called on the thread of discovery, without locks. Either may be NULL. */
struct discovery_events
{
    void (*found)(void *ctx);    /* a peer has announced itself; known ones do so again */
    void (*finished)(void *ctx); /* what was requested has come to its end */
    void *ctx;
};

struct discovery_config
{
    const char *fqdn;   /* of this machine */
    const char *domain; /* whose peers are ours; fqdn lies in it */

    /* For tests: another port or group, and loopback only, which has our own messages count. */
    struct discovery_place place;
    bool is_loopback;
};

/* Both roles are off. E_INVALIDARG for names that are none. */
HRESULT discovery_create(const struct discovery_config *config,
                         const struct discovery_events *events, struct discovery **out);

/* Says Bye, and waits for its thread: a third of a second. */
void discovery_destroy(struct discovery *discovery);

/* Takes effect at once, on the thread of discovery. */
HRESULT discovery_set_roles(struct discovery *discovery, bool is_client, bool is_server);

/* Looks for peers. False: the client role is off and nothing will be finished. */
bool discovery_request(struct discovery *discovery);

/* Finishes what was requested. */
void discovery_cancel(struct discovery *discovery);

/* All peers that are known, or those with an address where they can be asked now. The caller frees
 * the list, which is NULL when there are none. */
HRESULT discovery_list_peers(struct discovery *discovery, bool only_available,
                             struct peer_info **peers, size_t *count);

/* Forgets all peers; the next request asks at once. */
void discovery_clear_peers(struct discovery *discovery);

/* What is learned of a peer when it is talked to, or was before a start: see peer_table.h. */
void discovery_restore_peers(struct discovery *discovery, const struct peer_info *peers,
                             size_t count);
void discovery_refresh_peer(struct discovery *discovery, const char *fqdn,
                            const struct peer_address *address);
void discovery_set_authenticated(struct discovery *discovery, const char *fqdn, bool authenticated);
void discovery_remove_peer(struct discovery *discovery, const char *fqdn);

#endif
