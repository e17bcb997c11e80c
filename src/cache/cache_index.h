/* SPDX-License-Identifier: LGPL-2.1-or-later
 *
 * All records in memory: by id, by URL, by URL and time, and in the order of their last use. Knows
 * no lock and no disk: the cache guards it with its own lock. */
#ifndef OPENBITS_CACHE_CACHE_INDEX_H
#define OPENBITS_CACHE_CACHE_INDEX_H

#include "base/list.h"
#include "cache/cache_record.h"
#include "cache/cache_url.h"

enum cache_key
{
    CACHE_BY_ID,
    CACHE_BY_URL,
    CACHE_BY_URL_AND_TIME,
    CACHE_KEY_COUNT
};

struct cache_entry
{
    struct cache_record record;
    int64_t number; /* key of its row; immutable after it was added */
    uint64_t turn;  /* grows with every use, of whichever record */
    uint64_t bytes; /* of the content file */
    uint32_t readers;
    bool is_in;                          /* else it is on its way out */
    bool has_content;                    /* seen by the sweep at the start */
    struct cache_url url;                /* of record.url */
    uint32_t hashes[CACHE_KEY_COUNT];    /* immutable after it was added */
    struct list places[CACHE_KEY_COUNT]; /* in the tables */
    struct list use;                     /* in index->uses; later in a list of the cache */
    struct list unsaved;                 /* in index->unsaved */
};

struct cache_index
{
    struct list *buckets[CACHE_KEY_COUNT];
    size_t size; /* buckets of each table, a power of 2, or 0 */
    size_t count;
    uint64_t bytes; /* of all entries */
    uint64_t last_turn;
    struct list uses;    /* the least recently used first */
    struct list unsaved; /* with a last access that is not on the disk */
};

void cache_index_init(struct cache_index *index);
/* Frees the entries that are in it. */
void cache_index_done(struct cache_index *index);

/* From malloc(); takes the record over, even when it fails. NULL without memory. */
struct cache_entry *cache_entry_create(struct cache_record *record, int64_t number, uint64_t bytes);
void cache_entry_free(struct cache_entry *entry);

/* As the last one used; the caller owns the entry again after a failure. */
HRESULT cache_index_add(struct cache_index *index, struct cache_entry *entry);
/* Takes it out; it belongs to the caller. */
void cache_index_remove(struct cache_index *index, struct cache_entry *entry);
/* It is used now. */
void cache_index_touch(struct cache_index *index, struct cache_entry *entry, filetime_t now);

struct cache_entry *cache_index_find(const struct cache_index *index, const GUID *id);

/* Entries of a URL, or of a URL and time. Valid until the index is changed. */
struct cache_walk
{
    enum cache_key key;
    uint32_t hash;
    struct cache_url url;
    uint64_t second;
    const struct list *bucket;
    const struct list *next;
};

/* A time of 0 means any. */
void cache_walk_begin(const struct cache_index *index, const struct cache_url *url,
                      filetime_t file_time, struct cache_walk *walk);
/* NULL at the end. */
struct cache_entry *cache_walk_next(struct cache_walk *walk);

#endif
