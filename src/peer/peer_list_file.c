/* SPDX-License-Identifier: LGPL-2.1-or-later
 *
 * Mark, count, then for each peer: time, number of addresses, length of its name, name, addresses
 * (family, 16 bytes); a CRC-32C of all that. Link-local addresses are left out: the number of a
 * link is another one after a start. Little endian. */
#include "peer/peer_list_file.h"

#include <stdlib.h>
#include <string.h>

#include "base/crc32c.h"
#include "base/err_codes.h"

#define MARK         "OBPEERS1"
#define MARK_SIZE    8
#define HEAD_SIZE    (MARK_SIZE + 2)
#define ROW_HEAD     10
#define ADDRESS_SIZE 17
#define ROW_MAX      (ROW_HEAD + PEER_FQDN_MAX + PEER_ADDRESSES_MAX * ADDRESS_SIZE)
#define SUM_SIZE     4

static void put_le(uint8_t *at, uint64_t value, unsigned int size)
{
    for (unsigned int i = 0; i < size; i++)
        at[i] = (uint8_t)(value >> 8 * i);
}

static uint64_t get_le(const uint8_t *at, unsigned int size)
{
    uint64_t value = 0;

    for (unsigned int i = 0; i < size; i++)
        value |= (uint64_t)at[i] << 8 * i;
    return value;
}

/* ---- making ---- */

static size_t put_peer(uint8_t *at, const struct peer_info *peer)
{
    size_t len = strlen(peer->fqdn), size = ROW_HEAD + len;
    unsigned int count = 0;

    memcpy(at + ROW_HEAD, peer->fqdn, len);
    for (size_t i = 0; i < peer->address_count; i++)
    {
        if (peer_address_is_link_local(&peer->addresses[i])) continue;
        at[size] = peer->addresses[i].family;
        memcpy(at + size + 1, peer->addresses[i].bytes, sizeof(peer->addresses[i].bytes));
        size += ADDRESS_SIZE;
        count++;
    }
    put_le(at, peer->refreshed, 8);
    at[8] = (uint8_t)count;
    at[9] = (uint8_t)len;
    return count ? size : 0;
}

HRESULT peer_list_file_make(const struct peer_info *peers, size_t count, uint8_t **bytes,
                            size_t *size)
{
    unsigned int kept = 0;
    size_t row;

    *size = 0;
    if (!(*bytes = malloc(HEAD_SIZE + count * ROW_MAX + SUM_SIZE))) return E_OUTOFMEMORY;
    memcpy(*bytes, MARK, MARK_SIZE);
    *size = HEAD_SIZE;
    for (size_t i = 0; i < count && kept < PEER_TABLE_MAX; i++)
    {
        if (!peers[i].is_authenticated) continue;
        row = put_peer(*bytes + *size, &peers[i]);
        *size += row;
        kept += row != 0;
    }
    put_le(*bytes + MARK_SIZE, kept, 2);
    put_le(*bytes + *size, crc32c(0, *bytes, *size), SUM_SIZE);
    *size += SUM_SIZE;
    return S_OK;
}

/* ---- reading ---- */

/* Bytes of the row; 0 when it is none. */
static size_t get_peer(const uint8_t *at, size_t left, struct peer_info *peer)
{
    size_t len, size;

    memset(peer, 0, sizeof(*peer));
    if (left < ROW_HEAD) return 0;
    peer->refreshed = get_le(at, 8);
    peer->address_count = at[8];
    len = at[9];
    size = ROW_HEAD + len + peer->address_count * ADDRESS_SIZE;
    if (!len || len > PEER_FQDN_MAX || peer->address_count > PEER_ADDRESSES_MAX || size > left)
        return 0;
    memcpy(peer->fqdn, at + ROW_HEAD, len);
    if (strlen(peer->fqdn) != len) return 0;
    at += ROW_HEAD + len;
    for (size_t i = 0; i < peer->address_count; i++, at += ADDRESS_SIZE)
    {
        if (at[0] != PEER_IPV4 && at[0] != PEER_IPV6) return 0;
        peer->addresses[i].family = at[0];
        memcpy(peer->addresses[i].bytes, at + 1, sizeof(peer->addresses[i].bytes));
    }
    peer->is_authenticated = true;
    return size;
}

bool peer_list_file_read(const uint8_t *bytes, size_t size, struct peer_info **peers, size_t *count)
{
    size_t wanted, at = HEAD_SIZE, row = 1;

    *peers = NULL;
    *count = 0;
    if (size < HEAD_SIZE + SUM_SIZE || size > PEER_LIST_FILE_MAX) return false;
    size -= SUM_SIZE;
    if (memcmp(bytes, MARK, MARK_SIZE) || get_le(bytes + size, SUM_SIZE) != crc32c(0, bytes, size))
        return false;
    wanted = (size_t)get_le(bytes + MARK_SIZE, 2);
    if (wanted > PEER_TABLE_MAX) return false;
    if (wanted && !(*peers = calloc(wanted, sizeof(**peers)))) return false;
    while (*count < wanted && (row = get_peer(bytes + at, size - at, &(*peers)[*count])))
    {
        at += row;
        ++*count;
    }
    if (row && at == size) return true;
    free(*peers);
    *peers = NULL;
    *count = 0;
    return false;
}
