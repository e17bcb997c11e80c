/* SPDX-License-Identifier: LGPL-2.1-or-later
 *
 * What the roles of discovery ask of their surroundings, and the links that they send on. */
#ifndef OPENBITS_PEER_DISCOVERY_PORT_H
#define OPENBITS_PEER_DISCOVERY_PORT_H

#include "base/types.h"
#include "peer/peer_address.h"

/* Where a datagram goes: to everybody on a link, or to one address. */
struct discovery_target
{
    bool is_multicast;
    enum peer_family family;
    uint32_t link;
    struct peer_address address; /* of one; port is in host order */
    uint16_t port;
};

/* A datagram that could not be sent is lost, as on the way. */
struct discovery_port
{
    void (*send)(void *ctx, const struct discovery_target *target, const char *text, size_t size);
    uint32_t (*random_below)(void *ctx, uint32_t limit);
    void (*create_id)(void *ctx, GUID *id);
    void *ctx;
};

/* Is the link of this address that of an earlier one too? */
static inline bool discovery_is_link_repeated(const struct local_address *locals, size_t index)
{
    for (size_t i = 0; i < index; i++)
        if (locals[i].link == locals[index].link &&
            locals[i].address.family == locals[index].address.family)
            return true;
    return false;
}

static inline struct discovery_target discovery_link_of(const struct local_address *local)
{
    return (struct discovery_target){.is_multicast = true,
                                     .family = (enum peer_family)local->address.family,
                                     .link = local->link};
}

#endif
