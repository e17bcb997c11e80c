/* SPDX-License-Identifier: LGPL-2.1-or-later
 *
 * Records: looking them up, changing and deleting them. */
#include "cache/cache_private.h"

#include <stdlib.h>
#include <string.h>

#include "base/log.h"
#include "base/str.h"
#include "bitsmsg.h"

/* ---- looking ---- */

void cache_list_free(struct cache_list *list)
{
    for (size_t i = 0; i < list->count; i++)
        cache_record_done(&list->records[i]);
    free(list->records);
    memset(list, 0, sizeof(*list));
}

static bool fits(const struct cache_query *query, const struct cache_record *record)
{
    if (query->is_validated_only && !record->is_validated) return false;
    if (query->has_size && query->file_size != record->file_size) return false;
    return !query->etag || (record->etag && str_is_equal(query->etag, record->etag));
}

static HRESULT append(struct cache_list *list, size_t *capacity, const struct cache_record *record)
{
    HRESULT hr;

    if (list->count == *capacity)
    {
        size_t grown = *capacity ? *capacity * 2 : 4;
        struct cache_record *records = realloc(list->records, grown * sizeof(*records));

        if (!records) return E_OUTOFMEMORY;
        list->records = records;
        *capacity = grown;
    }
    if (SUCCEEDED(hr = cache_record_copy(record, &list->records[list->count]))) list->count++;
    return hr;
}

HRESULT cache_find(struct cache *cache, const struct cache_query *query, size_t max,
                   struct cache_list *list)
{
    struct cache_entry *entry;
    struct cache_walk walk;
    struct cache_url url;
    size_t capacity = 0;
    HRESULT hr = S_OK;

    memset(list, 0, sizeof(*list));
    /* 0 is no time that a record has. */
    if (!query->file_time || !cache_url_read(query->url, &url)) return S_OK;
    lock_acquire(&cache->lock);
    cache_walk_begin(&cache->index, &url, query->file_time, &walk);
    while (SUCCEEDED(hr) && list->count < max && (entry = cache_walk_next(&walk)))
        if (fits(query, &entry->record)) hr = append(list, &capacity, &entry->record);
    lock_release(&cache->lock);
    if (FAILED(hr)) cache_list_free(list);
    return hr;
}

HRESULT cache_enumerate(struct cache *cache, struct cache_list *list)
{
    struct cache_entry *entry;
    size_t capacity = 0;
    HRESULT hr = S_OK;

    memset(list, 0, sizeof(*list));
    lock_acquire(&cache->lock);
    LIST_FOR_EACH_ENTRY(entry, &cache->index.uses, struct cache_entry, use)
    if (FAILED(hr = append(list, &capacity, &entry->record))) break;
    lock_release(&cache->lock);
    if (FAILED(hr)) cache_list_free(list);
    return hr;
}

HRESULT cache_get(struct cache *cache, const GUID *id, struct cache_record *record)
{
    struct cache_entry *entry;
    HRESULT hr = BG_E_NOT_FOUND;

    memset(record, 0, sizeof(*record));
    lock_acquire(&cache->lock);
    if ((entry = cache_index_find(&cache->index, id)))
        hr = cache_record_copy(&entry->record, record);
    lock_release(&cache->lock);
    return hr;
}

void cache_get_usage(struct cache *cache, struct cache_usage *usage)
{
    lock_acquire(&cache->lock);
    *usage = (struct cache_usage){.records = (uint32_t)cache->index.count,
                                  .size = cache->index.bytes,
                                  .held = cache->held,
                                  .limit = cache->limit};
    lock_release(&cache->lock);
}

/* ---- changing ---- */

void cache_touch(struct cache *cache, const GUID *id)
{
    struct cache_entry *entry;

    lock_acquire(&cache->lock);
    if ((entry = cache_index_find(&cache->index, id)))
        cache_index_touch(&cache->index, entry, clock_filetime(&cache->clock));
    lock_release(&cache->lock);
}

/* The row first: what is served is what is kept. With the turn. */
static HRESULT validate(struct cache *cache, struct cache_entry *entry,
                        const struct cache_record *changed)
{
    HRESULT hr = cache_store_change(cache->store, entry->number, changed);

    if (FAILED(hr)) return hr;
    lock_acquire(&cache->lock);
    entry->record.is_validated = changed->is_validated;
    entry->record.modified = changed->modified;
    cache_doom_older(cache, entry);
    lock_release(&cache->lock);
    return cache_retire(cache);
}

HRESULT cache_set_validated(struct cache *cache, const GUID *id, bool is_validated)
{
    filetime_t now = clock_filetime(&cache->clock);
    struct cache_record changed = {0};
    struct cache_entry *entry;
    HRESULT hr = S_OK;

    cache_take_turn(cache);
    lock_acquire(&cache->lock);
    /* Its texts and ranges never change, and it is not freed without the turn. */
    if ((entry = cache_index_find(&cache->index, id))) changed = entry->record;
    lock_release(&cache->lock);
    if (!entry)
        hr = BG_E_RECORD_DELETED;
    else if (changed.is_validated != is_validated)
    {
        changed.is_validated = is_validated;
        changed.modified = now;
        hr = validate(cache, entry, &changed);
    }
    cache_end_turn(cache);
    return hr;
}

/* Somebody wants it to go. With the turn and the lock held. */
static void doom_on_demand(struct cache *cache, struct cache_entry *entry)
{
    cache_deleted_add(&cache->deleted, entry);
    cache_doom(cache, entry);
}

bool cache_was_deleted(struct cache *cache, const struct cache_query *query)
{
    struct cache_entry *entry;
    struct cache_walk walk;
    struct cache_url url;
    bool was_deleted;

    if (!query->url || !cache_url_read(query->url, &url)) return false;
    lock_acquire(&cache->lock);
    cache_walk_begin(&cache->index, &url, query->file_time, &walk);
    was_deleted = cache_deleted_has(&cache->deleted, walk.hash, query->file_size);
    /* It may have come back. */
    while (was_deleted && (entry = cache_walk_next(&walk)))
        was_deleted = entry->record.file_size != query->file_size;
    lock_release(&cache->lock);
    return was_deleted;
}

HRESULT cache_delete(struct cache *cache, const GUID *id)
{
    struct cache_entry *entry;
    HRESULT hr = S_OK;

    cache_take_turn(cache);
    lock_acquire(&cache->lock);
    if (!(entry = cache_index_find(&cache->index, id)))
        hr = BG_E_NOT_FOUND;
    else if (entry->readers)
        hr = BG_E_BUSYCACHERECORD;
    else
        doom_on_demand(cache, entry);
    lock_release(&cache->lock);
    if (SUCCEEDED(hr)) hr = cache_retire(cache);
    cache_end_turn(cache);
    return hr;
}

/* With the lock held. */
static HRESULT doom_url(struct cache *cache, const struct cache_url *url)
{
    struct cache_entry *entry;
    struct cache_walk walk;
    HRESULT hr = S_FALSE;

    cache_walk_begin(&cache->index, url, 0, &walk);
    while ((entry = cache_walk_next(&walk)))
        if (entry->readers) return BG_E_BUSYCACHERECORD;
    cache_walk_begin(&cache->index, url, 0, &walk);
    while ((entry = cache_walk_next(&walk)))
    {
        doom_on_demand(cache, entry);
        hr = S_OK;
    }
    return hr;
}

HRESULT cache_delete_url(struct cache *cache, const WCHAR *text)
{
    struct cache_url url;
    HRESULT hr, ended;

    if (!text) return E_INVALIDARG;
    if (!cache_url_read(text, &url)) return S_FALSE;
    cache_take_turn(cache);
    lock_acquire(&cache->lock);
    hr = doom_url(cache, &url);
    lock_release(&cache->lock);
    if (hr == S_OK && FAILED(ended = cache_retire(cache))) hr = ended;
    cache_end_turn(cache);
    return hr;
}

HRESULT cache_clear(struct cache *cache)
{
    struct cache_entry *entry;
    HRESULT hr;

    cache_take_turn(cache);
    lock_acquire(&cache->lock);
    while ((entry = LIST_HEAD_ENTRY(&cache->index.uses, struct cache_entry, use)))
        doom_on_demand(cache, entry);
    lock_release(&cache->lock);
    hr = cache_retire(cache);
    cache_end_turn(cache);
    return hr;
}

HRESULT cache_set_limits(struct cache *cache, const struct cache_limits *limits)
{
    uint64_t bytes;
    HRESULT hr;

    cache_take_turn(cache);
    if (SUCCEEDED(hr = cache_limit_in_bytes(cache, limits, &bytes)))
    {
        lock_acquire(&cache->lock);
        cache->limits = *limits;
        cache->limit = bytes;
        cache_doom_excess(cache);
        lock_release(&cache->lock);
        hr = cache_retire(cache);
    }
    cache_end_turn(cache);
    return hr;
}

HRESULT cache_maintain(struct cache *cache)
{
    HRESULT hr, saved;

    cache_take_turn(cache);
    lock_acquire(&cache->lock);
    cache_doom_excess(cache);
    lock_release(&cache->lock);
    hr = cache_retire(cache);
    saved = cache_save_uses(cache);
    cache_end_turn(cache);
    return FAILED(hr) ? hr : saved;
}
