/* SPDX-License-Identifier: LGPL-2.1-or-later
 *
 * The peers that are known. Anybody may have said what stands here, so what was proven is never
 * pushed out by what was only said. */
#include "peer/peer_table.h"

#include <stdlib.h>
#include <string.h>

#include "base/str.h"

struct known_address
{
    struct peer_address address;
    filetime_t refreshed;
    bool is_source; /* it has sent from there */
    bool is_proven; /* it has proved there who it is */
};

struct peer
{
    char fqdn[PEER_FQDN_MAX + 1];
    bool is_authenticated;
    GUID endpoint;
    uint32_t instance_id, message_number, metadata_version;
    struct known_address addresses[PEER_ADDRESSES_MAX];
    size_t address_count;
};

struct peer_table
{
    struct peer *peers[PEER_TABLE_MAX];
    size_t count;
    struct local_address locals[PEER_LOCAL_ADDRESSES_MAX];
    size_t local_count;
};

static struct peer *find_peer(const struct peer_table *table, const char *fqdn, size_t *index)
{
    for (size_t i = 0; i < table->count; i++)
    {
        if (!fqdn_is_equal(table->peers[i]->fqdn, fqdn)) continue;
        if (index) *index = i;
        return table->peers[i];
    }
    return NULL;
}

static const struct local_address *find_subnet(const struct peer_table *table,
                                               const struct peer_address *address)
{
    for (size_t i = 0; i < table->local_count; i++)
        if (peer_address_is_neighbour(address, &table->locals[i])) return &table->locals[i];
    return NULL;
}

static struct known_address *find_address(struct peer *peer, const struct peer_address *address)
{
    for (size_t i = 0; i < peer->address_count; i++)
        if (peer_address_is_equal(&peer->addresses[i].address, address)) return &peer->addresses[i];
    return NULL;
}

static filetime_t latest_refresh(const struct peer *peer)
{
    filetime_t latest = 0;

    for (size_t i = 0; i < peer->address_count; i++)
        if (peer->addresses[i].refreshed > latest) latest = peer->addresses[i].refreshed;
    return latest;
}

static void drop_peer(struct peer_table *table, size_t index)
{
    free(table->peers[index]);
    table->count--;
    memmove(&table->peers[index], &table->peers[index + 1],
            (table->count - index) * sizeof(table->peers[0]));
}

/* Authenticated peers stay, whatever is announced. */
static bool make_room(struct peer_table *table)
{
    size_t oldest = SIZE_MAX;

    if (table->count < PEER_TABLE_MAX) return true;
    for (size_t i = 0; i < table->count; i++)
    {
        if (table->peers[i]->is_authenticated) continue;
        if (oldest == SIZE_MAX ||
            latest_refresh(table->peers[i]) < latest_refresh(table->peers[oldest]))
            oldest = i;
    }
    if (oldest == SIZE_MAX) return false;
    drop_peer(table, oldest);
    return true;
}

/* In the order in which they go. */
static unsigned int rank_address(const struct known_address *known)
{
    return known->is_proven ? 2 : known->is_source;
}

static bool goes_before(const struct known_address *a, const struct known_address *b)
{
    if (rank_address(a) != rank_address(b)) return rank_address(a) < rank_address(b);
    return a->refreshed < b->refreshed;
}

/* The place for a new address; NULL when all that could go are worth more. */
static struct known_address *find_place(struct peer *peer, const struct local_address *subnet,
                                        const struct known_address *added)
{
    struct known_address *first = NULL;
    size_t in_subnet = 0;
    bool is_full;

    for (size_t i = 0; i < peer->address_count; i++)
        if (peer_address_is_neighbour(&peer->addresses[i].address, subnet)) in_subnet++;
    is_full = peer->address_count == PEER_ADDRESSES_MAX;
    if (in_subnet < PEER_SUBNET_ADDRESSES && !is_full)
        return &peer->addresses[peer->address_count++];

    for (size_t i = 0; i < peer->address_count; i++)
    {
        struct known_address *known = &peer->addresses[i];

        if (in_subnet >= PEER_SUBNET_ADDRESSES &&
            !peer_address_is_neighbour(&known->address, subnet))
            continue;
        if (!first || goes_before(known, first)) first = known;
    }
    return rank_address(first) <= rank_address(added) ? first : NULL;
}

static void put_address(struct peer *peer, const struct local_address *subnet,
                        const struct known_address *added)
{
    struct known_address *known = find_address(peer, &added->address);

    if (known)
    {
        known->refreshed = added->refreshed;
        known->is_source |= added->is_source;
        known->is_proven |= added->is_proven;
    }
    else if ((known = find_place(peer, subnet, added)))
        *known = *added;
}

/* WS-Discovery, appendix I: messages of one instance are ordered by their numbers. */
static bool is_outdated(const struct peer *peer, const struct peer_news *news)
{
    if (!guid_is_equal(&peer->endpoint, &news->endpoint)) return false;
    if (news->instance_id != peer->instance_id) return news->instance_id < peer->instance_id;
    return news->message_number < peer->message_number ||
           news->metadata_version < peer->metadata_version;
}

static bool is_own(const struct peer_table *table, const struct peer_address *address)
{
    for (size_t i = 0; i < table->local_count; i++)
        if (peer_address_is_equal(address, &table->locals[i].address)) return true;
    return false;
}

/* An announced address as it is known here; false when it is in no subnet of ours, or when we are
 * to be sent to ourselves. */
static bool place_address(const struct peer_table *table, const struct peer_news *news,
                          struct peer_address *address, const struct local_address **subnet)
{
    if (peer_address_is_link_local(address)) address->scope = news->link;
    if (!(*subnet = find_subnet(table, address))) return false;
    return !is_own(table, address) || peer_address_is_equal(address, &news->source);
}

static bool has_address_here(const struct peer_table *table, const struct peer_news *news)
{
    for (size_t i = 0; i < news->address_count; i++)
    {
        struct peer_address address = news->addresses[i];
        const struct local_address *subnet;

        if (place_address(table, news, &address, &subnet)) return true;
    }
    return false;
}

static struct peer *add_peer(struct peer_table *table, const char *fqdn)
{
    struct peer *peer;

    if (strlen(fqdn) > PEER_FQDN_MAX || !make_room(table)) return NULL;
    if (!(peer = calloc(1, sizeof(*peer)))) return NULL;
    strcpy(peer->fqdn, fqdn);
    table->peers[table->count++] = peer;
    return peer;
}

enum peer_merge peer_table_merge(struct peer_table *table, const struct peer_news *news,
                                 filetime_t now)
{
    struct peer *peer = find_peer(table, news->fqdn, NULL);

    if (peer && is_outdated(peer, news)) return PEER_OUTDATED;
    if (!has_address_here(table, news)) return PEER_NO_ADDRESS;
    if (!peer && !(peer = add_peer(table, news->fqdn))) return PEER_NO_ROOM;

    peer->endpoint = news->endpoint;
    peer->instance_id = news->instance_id;
    peer->message_number = news->message_number;
    peer->metadata_version = news->metadata_version;
    for (size_t i = 0; i < news->address_count; i++)
    {
        struct known_address added = {.address = news->addresses[i], .refreshed = now};
        const struct local_address *subnet;

        if (!place_address(table, news, &added.address, &subnet)) continue;
        added.is_source = peer_address_is_equal(&added.address, &news->source);
        put_address(peer, subnet, &added);
    }
    return PEER_MERGED;
}

void peer_table_restore(struct peer_table *table, const struct peer_info *info, filetime_t now)
{
    filetime_t refreshed = info->refreshed < now ? info->refreshed : now;
    struct peer *peer;

    if (now - refreshed >= PEER_ADDRESS_LIFETIME || !info->address_count) return;
    if (find_peer(table, info->fqdn, NULL) || !(peer = add_peer(table, info->fqdn))) return;
    peer->is_authenticated = info->is_authenticated;
    for (size_t i = 0; i < info->address_count; i++)
        peer->addresses[peer->address_count++] =
            (struct known_address){info->addresses[i], refreshed, true, info->is_authenticated};
}

void peer_table_refresh(struct peer_table *table, const char *fqdn,
                        const struct peer_address *address, filetime_t now)
{
    struct peer *peer = find_peer(table, fqdn, NULL);
    const struct local_address *subnet = find_subnet(table, address);

    if (peer && subnet)
        put_address(peer, subnet, &(struct known_address){*address, now, true, true});
}

void peer_table_set_authenticated(struct peer_table *table, const char *fqdn, bool authenticated)
{
    struct peer *peer = find_peer(table, fqdn, NULL);

    if (peer) peer->is_authenticated = authenticated;
}

void peer_table_remove(struct peer_table *table, const char *fqdn)
{
    size_t index;

    if (find_peer(table, fqdn, &index)) drop_peer(table, index);
}

static void expire_addresses(struct peer *peer, filetime_t now)
{
    size_t kept = 0;

    for (size_t i = 0; i < peer->address_count; i++)
    {
        struct known_address known = peer->addresses[i];

        /* The clock was set back: it does not get younger than now. */
        if (known.refreshed > now) known.refreshed = now;
        if (now - known.refreshed < PEER_ADDRESS_LIFETIME) peer->addresses[kept++] = known;
    }
    peer->address_count = kept;
}

void peer_table_expire(struct peer_table *table, filetime_t now)
{
    for (size_t i = table->count; i--;)
    {
        expire_addresses(table->peers[i], now);
        if (!table->peers[i]->address_count) drop_peer(table, i);
    }
}

void peer_table_set_attached(struct peer_table *table, const struct local_address *locals,
                             size_t count)
{
    if (count > PEER_LOCAL_ADDRESSES_MAX) count = PEER_LOCAL_ADDRESSES_MAX;
    if (count) memcpy(table->locals, locals, count * sizeof(*locals));
    table->local_count = count;
}

void peer_table_clear(struct peer_table *table)
{
    while (table->count)
        drop_peer(table, table->count - 1);
}

size_t peer_table_count(const struct peer_table *table)
{
    return table->count;
}

void peer_table_get(const struct peer_table *table, size_t index, struct peer_info *info)
{
    const struct peer *peer = table->peers[index];

    memset(info, 0, sizeof(*info));
    strcpy(info->fqdn, peer->fqdn);
    info->is_authenticated = peer->is_authenticated;
    info->refreshed = latest_refresh(peer);
    for (size_t i = 0; i < peer->address_count; i++)
    {
        const struct known_address *known = &peer->addresses[i];

        if (known->address.family == PEER_IPV4 && !known->is_source) continue;
        if (find_subnet(table, &known->address))
            info->addresses[info->address_count++] = known->address;
    }
}

HRESULT peer_table_create(struct peer_table **out)
{
    *out = calloc(1, sizeof(**out));
    return *out ? S_OK : E_OUTOFMEMORY;
}

void peer_table_destroy(struct peer_table *table)
{
    if (!table) return;
    peer_table_clear(table);
    free(table);
}
