/* SPDX-License-Identifier: LGPL-2.1-or-later
 *
 * Which records have to go: the least recently used first. */
#include "cache/cache_private.h"

#include <string.h>

#include "base/str.h"

HRESULT cache_limit_in_bytes(struct cache *cache, const struct cache_limits *limits,
                             uint64_t *bytes)
{
    uint64_t disk;
    HRESULT hr;

    *bytes = 0;
    if (limits->percent > 100) return E_INVALIDARG;
    if (!limits->percent) return S_OK;
    if (FAILED(hr = cache->disk->get_size(cache->disk_ctx, cache->folder, &disk))) return hr;
    *bytes = disk / 100 * limits->percent + disk % 100 * limits->percent / 100;
    return S_OK;
}

static struct cache_entry *oldest(struct cache *cache)
{
    return LIST_HEAD_ENTRY(&cache->index.uses, struct cache_entry, use);
}

static void doom_old(struct cache *cache, filetime_t now)
{
    uint64_t age = cache->limits.max_age * FILETIME_PER_SECOND;
    struct cache_entry *entry;

    if (!cache->limits.max_age) return;
    while ((entry = oldest(cache)))
    {
        /* Somebody put the clock back: what was used in a future that never came grows old from
         * now on. */
        if (entry->record.accessed > now) entry->record.accessed = now;
        if (now - entry->record.accessed <= age) return;
        cache_doom(cache, entry);
    }
}

void cache_doom_excess(struct cache *cache)
{
    struct cache_entry *entry;

    lock_assert_held(&cache->lock);
    doom_old(cache, clock_filetime(&cache->clock));
    while (cache->index.bytes > cache->limit || cache->reserved > cache->limit - cache->index.bytes)
    {
        if (!(entry = oldest(cache))) return;
        cache_doom(cache, entry);
    }
}

HRESULT cache_make_room(struct cache *cache, uint64_t bytes)
{
    uint64_t fixed = cache->busy + cache->held + cache->reserved, freed = 0, needed;
    struct list *cursor, *after;

    lock_assert_held(&cache->lock);
    if (bytes > cache->limit) return ERR_FILE_TOO_LARGE;
    /* Nothing is thrown away for what does not fit in the end. */
    if (fixed > cache->limit - bytes) return ERR_DISK_FULL;

    needed = cache->index.bytes + cache->held + cache->reserved + bytes;
    LIST_FOR_EACH_SAFE(cursor, after, &cache->index.uses)
    {
        struct cache_entry *entry = LIST_ENTRY_OF(cursor, struct cache_entry, use);

        if (needed - freed <= cache->limit) break;
        if (entry->readers) continue;
        freed += entry->bytes;
        cache_doom(cache, entry);
    }
    cache->reserved += bytes;
    return S_OK;
}

static bool is_same_content(const struct cache_record *a, const struct cache_record *b)
{
    if (a->file_size != b->file_size || a->range_count != b->range_count) return false;
    if (!a->etag != !b->etag || (a->etag && !str_is_equal(a->etag, b->etag))) return false;
    return !memcmp(a->ranges, b->ranges, a->range_count * sizeof(*a->ranges));
}

void cache_doom_older(struct cache *cache, struct cache_entry *entry)
{
    const struct cache_record *record = &entry->record;
    struct cache_entry *other;
    struct cache_walk walk;

    lock_assert_held(&cache->lock);
    cache_walk_begin(&cache->index, &entry->url, record->file_time, &walk);
    while ((other = cache_walk_next(&walk)))
        if (other != entry && is_same_content(&other->record, record) &&
            (record->is_validated || !other->record.is_validated))
            cache_doom(cache, other);
}
