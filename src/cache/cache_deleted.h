/* SPDX-License-Identifier: LGPL-2.1-or-later
 *
 * Which records were deleted on demand, as long as the process runs: a job that has made one hears
 * of it. The last ones only. Knows no lock: the cache guards it with its own. */
#ifndef OPENBITS_CACHE_CACHE_DELETED_H
#define OPENBITS_CACHE_CACHE_DELETED_H

#include "cache/cache_index.h"

#define CACHE_DELETED_MAX 1024

struct cache_deleted_one
{
    uint32_t hash; /* of URL and time, as in the index; 0 together with size: nothing */
    uint64_t size;
};

/* A zeroed struct is empty. */
struct cache_deleted
{
    struct cache_deleted_one ones[CACHE_DELETED_MAX];
    uint32_t next;
};

void cache_deleted_add(struct cache_deleted *deleted, const struct cache_entry *entry);
bool cache_deleted_has(const struct cache_deleted *deleted, uint32_t hash, uint64_t size);

#endif
