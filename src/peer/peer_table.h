/* SPDX-License-Identifier: LGPL-2.1-or-later
 *
 * The peers that are known: names, addresses in our subnets, when they were last heard of. Bounded,
 * as everybody on the link can announce anything. Pure; whoever owns the table guards it. */
#ifndef OPENBITS_PEER_PEER_TABLE_H
#define OPENBITS_PEER_PEER_TABLE_H

#include "peer/discovery_scope.h"
#include "peer/peer_address.h"

#define PEER_TABLE_MAX           200
#define PEER_ADDRESSES_MAX       16 /* of one peer */
#define PEER_SUBNET_ADDRESSES    4  /* of one peer in one subnet */
#define PEER_LOCAL_ADDRESSES_MAX 32
#define PEER_ADDRESS_LIFETIME    (7 * 86400 * FILETIME_PER_SECOND)

struct peer_table;

/* What a message says of its sender. */
struct peer_news
{
    const char *fqdn;
    GUID endpoint;
    uint32_t instance_id, message_number, metadata_version;
    const struct peer_address *addresses;
    size_t address_count;
    struct peer_address source; /* of the datagram */
    uint32_t link;              /* where it arrived */
};

enum peer_merge
{
    PEER_MERGED,
    PEER_OUTDATED,   /* an older message than the last one */
    PEER_NO_ADDRESS, /* none in a subnet of ours */
    PEER_NO_ROOM,    /* or no memory */
};

struct peer_info
{
    char fqdn[PEER_FQDN_MAX + 1];
    bool is_authenticated;
    filetime_t refreshed; /* the latest of all its addresses */

    /* Where it can be asked now: in an attached subnet, not ours, and for IPv4 one that it has sent
     * from itself. IPv6 announcements come from the link-local address, so that these cannot be
     * checked. */
    struct peer_address addresses[PEER_ADDRESSES_MAX];
    size_t address_count;
};

HRESULT peer_table_create(struct peer_table **out);
void peer_table_destroy(struct peer_table *table);

/* The subnets that we are attached to now. More than PEER_LOCAL_ADDRESSES_MAX are left out. */
void peer_table_set_attached(struct peer_table *table, const struct local_address *locals,
                             size_t count);

enum peer_merge peer_table_merge(struct peer_table *table, const struct peer_news *news,
                                 filetime_t now);

/* A peer that was authenticated before the process started; not when it has become too old. */
void peer_table_restore(struct peer_table *table, const struct peer_info *info, filetime_t now);

/* The peer answered at this address and proved who it is. */
void peer_table_refresh(struct peer_table *table, const char *fqdn,
                        const struct peer_address *address, filetime_t now);

/* Does nothing for a name that is not known. */
void peer_table_set_authenticated(struct peer_table *table, const char *fqdn, bool authenticated);

/* Takes a peer off the list, as when its certificate was not its own. */
void peer_table_remove(struct peer_table *table, const char *fqdn);

/* Drops addresses that were not heard of for seven days, and peers without any. */
void peer_table_expire(struct peer_table *table, filetime_t now);

void peer_table_clear(struct peer_table *table);

size_t peer_table_count(const struct peer_table *table);

/* The peer at this place, below peer_table_count(). */
void peer_table_get(const struct peer_table *table, size_t index, struct peer_info *info);

#endif
