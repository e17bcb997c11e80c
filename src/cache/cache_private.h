/* SPDX-License-Identifier: LGPL-2.1-or-later
 *
 * Inside of the cache. Whoever writes to the index file, or changes which records there are, has
 * the turn: one thread at a time, without a lock while it waits for the disk. */
#ifndef OPENBITS_CACHE_CACHE_PRIVATE_H
#define OPENBITS_CACHE_CACHE_PRIVATE_H

#include "base/lock.h"
#include "cache/cache.h"
#include "cache/cache_content.h"
#include "cache/cache_deleted.h"
#include "cache/cache_index.h"
#include "cache/cache_store.h"

struct cache
{
    const struct cache_disk *disk; /* immutable after open, as the next four */
    void *disk_ctx;
    struct clock clock;
    WCHAR *folder; /* of the content */
    WCHAR *index_path;
    struct cache_store *store; /* whoever has the turn */

    struct lock lock; /* a leaf; guards the rest */
    struct cond turn_ended;
    bool is_turn_taken;
    bool is_work_left;        /* for whoever has the turn: something can be retired */
    struct cache_index index; /* entries come and go by whoever has the turn */
    struct cache_limits limits;
    uint64_t limit;      /* in bytes */
    uint64_t reserved;   /* for writers */
    uint64_t busy;       /* of entries in the index that are read */
    uint64_t held;       /* of entries on their way out */
    struct list doomed;  /* out of the index; their rows are still there */
    struct list leaving; /* their rows are gone, their content waits for readers or a second try */
    struct cache_deleted deleted;
};

/* ---- cache_turn.c ---- */

void cache_take_turn(struct cache *cache);
void cache_end_turn(struct cache *cache);

/* Takes an entry out of the index. With the turn and the lock held; cache_retire() does the rest.
 */
void cache_doom(struct cache *cache, struct cache_entry *entry);
/* Removes rows, then content, of what is doomed and not read. With the turn, without the lock. */
HRESULT cache_retire(struct cache *cache);
/* With the turn, without the lock. */
HRESULT cache_save_uses(struct cache *cache);

/* The count of readers; with the lock held. */
void cache_add_reader(struct cache *cache, struct cache_entry *entry);
/* True: the caller has to take the turn and retire it. A reader does not wait for others who have
 * the turn, and perhaps much to do: they retire it. */
bool cache_remove_reader(struct cache *cache, struct cache_entry *entry);

/* ---- cache_limits.c; with the turn and the lock held ---- */

/* What is too old or too much, whether it is read or not. */
void cache_doom_excess(struct cache *cache);
/* Room beside what is read, and reserves it; ERR_FILE_TOO_LARGE, ERR_DISK_FULL. */
HRESULT cache_make_room(struct cache *cache, uint64_t bytes);
/* Older records of the same content, unless they are validated and this one is not. */
void cache_doom_older(struct cache *cache, struct cache_entry *entry);
/* Bytes that the limits mean now. Without the turn and the lock. */
HRESULT cache_limit_in_bytes(struct cache *cache, const struct cache_limits *limits,
                             uint64_t *bytes);

/* ---- cache_aside.c; before there are other threads ---- */

/* A damaged index becomes PATH.damaged-N. */
HRESULT cache_set_aside(struct cache *cache, uint32_t *number);
/* The rest of what was cut off in the middle. */
HRESULT cache_finish_aside(struct cache *cache);

#endif
