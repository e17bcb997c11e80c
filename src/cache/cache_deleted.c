/* SPDX-License-Identifier: LGPL-2.1-or-later
 *
 * A ring: the oldest one makes room. */
#include "cache/cache_deleted.h"

bool cache_deleted_has(const struct cache_deleted *deleted, uint32_t hash, uint64_t size)
{
    if (!hash && !size) return false;
    for (uint32_t i = 0; i < CACHE_DELETED_MAX; i++)
        if (deleted->ones[i].hash == hash && deleted->ones[i].size == size) return true;
    return false;
}

void cache_deleted_add(struct cache_deleted *deleted, const struct cache_entry *entry)
{
    const struct cache_deleted_one one = {entry->hashes[CACHE_BY_URL_AND_TIME],
                                          entry->record.file_size};

    if (cache_deleted_has(deleted, one.hash, one.size)) return;
    deleted->ones[deleted->next] = one;
    deleted->next = (deleted->next + 1) % CACHE_DELETED_MAX;
}
