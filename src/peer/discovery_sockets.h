/* SPDX-License-Identifier: LGPL-2.1-or-later
 *
 * The sockets of discovery: per family one that listens at the port of discovery, for both roles,
 * and one from which the client asks, so that answers reach it and no other user of the port.
 * Belongs to one thread. */
#ifndef OPENBITS_PEER_DISCOVERY_SOCKETS_H
#define OPENBITS_PEER_DISCOVERY_SOCKETS_H

#include "net/socket_set.h"
#include "peer/discovery_intake.h"
#include "peer/discovery_port.h"
#include "peer/peer_table.h"

#define DISCOVERY_PORT_NUMBER 3702
#define DISCOVERY_GROUP_IPV4  "239.255.255.250"
#define DISCOVERY_GROUP_IPV6  "ff02::c"

struct discovery_sockets;

/* Zeros mean those of [MS-BPDP]. */
struct discovery_place
{
    uint16_t port;
    struct peer_address group_ipv4, group_ipv6;
};

/* No socket is open yet. The set is the caller's. */
HRESULT discovery_sockets_create(struct socket_set *set, const struct discovery_place *place,
                                 struct discovery_sockets **out);
void discovery_sockets_destroy(struct discovery_sockets *sockets);

/* Opens what is needed for these roles on these links, and closes all else. False when something
 * that is needed is missing: to be called again after a while. */
bool discovery_sockets_update(struct discovery_sockets *sockets, bool listens, bool asks,
                              const struct local_address *locals, size_t local_count);

/* Of a server: from the port of discovery. Of a client: from the other one. */
void discovery_sockets_send(struct discovery_sockets *sockets, bool is_client,
                            const struct discovery_target *target, const char *text, size_t size);

/* For socket_set_wait(); at most a few datagrams in one call. */
typedef void (*discovery_datagram_fn)(void *ctx, const struct discovery_datagram *datagram);
void discovery_sockets_receive(struct discovery_sockets *sockets, socket_handle handle,
                               discovery_datagram_fn fn, void *ctx);

#endif
