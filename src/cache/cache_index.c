/* SPDX-License-Identifier: LGPL-2.1-or-later
 *
 * Hash tables with chains of entries that know their place, so that a removal costs the same
 * wherever it is. The tables grow together. */
#include "cache/cache_index.h"

#include <stdlib.h>
#include <string.h>

#include "base/str.h"

#define FIRST_SIZE 64

static uint32_t mix_time(uint32_t hash, uint64_t second)
{
    uint64_t mixed = (second ^ (uint64_t)hash << 32 ^ hash) * 0x9e3779b97f4a7c15ull;

    return (uint32_t)(mixed >> 32);
}

/* ---- entries ---- */

struct cache_entry *cache_entry_create(struct cache_record *record, int64_t number, uint64_t bytes)
{
    struct cache_entry *entry = calloc(1, sizeof(*entry));

    if (!entry)
    {
        cache_record_done(record);
        return NULL;
    }
    entry->record = *record;
    memset(record, 0, sizeof(*record));
    entry->number = number;
    entry->bytes = bytes;
    for (int key = 0; key < CACHE_KEY_COUNT; key++)
        list_init(&entry->places[key]);
    list_init(&entry->use);
    list_init(&entry->unsaved);
    return entry;
}

void cache_entry_free(struct cache_entry *entry)
{
    if (!entry) return;
    cache_record_done(&entry->record);
    free(entry);
}

/* ---- tables ---- */

void cache_index_init(struct cache_index *index)
{
    memset(index, 0, sizeof(*index));
    list_init(&index->uses);
    list_init(&index->unsaved);
}

void cache_index_done(struct cache_index *index)
{
    struct list *cursor, *after;

    LIST_FOR_EACH_SAFE(cursor, after, &index->uses)
    cache_entry_free(LIST_ENTRY_OF(cursor, struct cache_entry, use));
    for (int key = 0; key < CACHE_KEY_COUNT; key++)
        free(index->buckets[key]);
    cache_index_init(index);
}

static struct list *bucket_of(const struct cache_index *index, enum cache_key key, uint32_t hash)
{
    return &index->buckets[key][hash & (index->size - 1)];
}

static void place(const struct cache_index *index, struct cache_entry *entry)
{
    for (int key = 0; key < CACHE_KEY_COUNT; key++)
        list_add_tail(bucket_of(index, key, entry->hashes[key]), &entry->places[key]);
}

static HRESULT grow(struct cache_index *index)
{
    size_t size = index->size ? index->size * 2 : FIRST_SIZE;
    struct list *buckets[CACHE_KEY_COUNT] = {NULL};
    struct cache_entry *entry;

    for (int key = 0; key < CACHE_KEY_COUNT; key++)
    {
        if (!(buckets[key] = malloc(size * sizeof(*buckets[key]))))
        {
            while (key)
                free(buckets[--key]);
            return E_OUTOFMEMORY;
        }
        for (size_t i = 0; i < size; i++)
            list_init(&buckets[key][i]);
    }

    for (int key = 0; key < CACHE_KEY_COUNT; key++)
    {
        LIST_FOR_EACH_ENTRY(entry, &index->uses, struct cache_entry, use)
        list_remove(&entry->places[key]);
        free(index->buckets[key]);
        index->buckets[key] = buckets[key];
    }
    index->size = size;
    LIST_FOR_EACH_ENTRY(entry, &index->uses, struct cache_entry, use)
    place(index, entry);
    return S_OK;
}

HRESULT cache_index_add(struct cache_index *index, struct cache_entry *entry)
{
    const struct cache_record *record = &entry->record;
    HRESULT hr;

    if (!cache_url_read(record->url, &entry->url)) return E_INVALIDARG;
    if (index->count >= index->size && FAILED(hr = grow(index))) return hr;
    entry->hashes[CACHE_BY_ID] = guid_hash(&record->id);
    entry->hashes[CACHE_BY_URL] = cache_url_hash(&entry->url);
    entry->hashes[CACHE_BY_URL_AND_TIME] =
        mix_time(entry->hashes[CACHE_BY_URL], record->file_time / FILETIME_PER_SECOND);
    place(index, entry);
    list_add_tail(&index->uses, &entry->use);
    entry->turn = ++index->last_turn;
    entry->is_in = true;
    index->count++;
    index->bytes += entry->bytes;
    return S_OK;
}

void cache_index_remove(struct cache_index *index, struct cache_entry *entry)
{
    for (int key = 0; key < CACHE_KEY_COUNT; key++)
        list_remove(&entry->places[key]);
    list_remove(&entry->use);
    list_remove(&entry->unsaved);
    entry->is_in = false;
    index->count--;
    index->bytes -= entry->bytes;
}

void cache_index_touch(struct cache_index *index, struct cache_entry *entry, filetime_t now)
{
    entry->record.accessed = now;
    entry->turn = ++index->last_turn;
    list_remove(&entry->use);
    list_add_tail(&index->uses, &entry->use);
    list_remove(&entry->unsaved);
    list_add_tail(&index->unsaved, &entry->unsaved);
}

/* ---- finding ---- */

struct cache_entry *cache_index_find(const struct cache_index *index, const GUID *id)
{
    struct list *bucket, *cursor;

    if (!index->size) return NULL;
    bucket = bucket_of(index, CACHE_BY_ID, guid_hash(id));
    LIST_FOR_EACH(cursor, bucket)
    {
        struct cache_entry *entry = LIST_ENTRY_OF(cursor, struct cache_entry, places[CACHE_BY_ID]);

        if (guid_is_equal(&entry->record.id, id)) return entry;
    }
    return NULL;
}

void cache_walk_begin(const struct cache_index *index, const struct cache_url *url,
                      filetime_t file_time, struct cache_walk *walk)
{
    *walk = (struct cache_walk){.url = *url, .hash = cache_url_hash(url), .key = CACHE_BY_URL};
    if (file_time)
    {
        walk->key = CACHE_BY_URL_AND_TIME;
        walk->second = file_time / FILETIME_PER_SECOND;
        walk->hash = mix_time(walk->hash, walk->second);
    }
    if (!index->size) return;
    walk->bucket = bucket_of(index, walk->key, walk->hash);
    walk->next = walk->bucket->next;
}

static bool fits(const struct cache_walk *walk, const struct cache_entry *entry)
{
    if (entry->hashes[walk->key] != walk->hash) return false;
    if (walk->key == CACHE_BY_URL_AND_TIME &&
        entry->record.file_time / FILETIME_PER_SECOND != walk->second)
        return false;
    return cache_url_is_equal(&entry->url, &walk->url);
}

struct cache_entry *cache_walk_next(struct cache_walk *walk)
{
    while (walk->next != walk->bucket)
    {
        const struct list *place = walk->next;
        struct cache_entry *entry =
            (struct cache_entry *)((char *)place - offsetof(struct cache_entry, places) -
                                   walk->key * sizeof(*place));

        walk->next = place->next;
        if (fits(walk, entry)) return entry;
    }
    return NULL;
}
