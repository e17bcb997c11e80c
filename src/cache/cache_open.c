/* SPDX-License-Identifier: LGPL-2.1-or-later
 *
 * From the disk to the memory: records, then the sweep over the content. No other thread knows the
 * cache yet. */
#include "cache/cache_private.h"

#include <stdlib.h>
#include <string.h>

#include "base/event.h"
#include "base/log.h"
#include "base/str.h"

#define INDEX_NAME   u"index.db"
#define CONTENT_NAME u"files"

#define TURN_MAX (UINT64_MAX / 4)

/* ---- records ---- */

static HRESULT take_record(void *ctx, const struct cache_use *use, struct cache_record *record)
{
    struct cache *cache = ctx;
    filetime_t now = clock_filetime(&cache->clock);
    struct cache_entry *entry;
    HRESULT hr;

    if (cache_index_find(&cache->index, &record->id))
    {
        cache_record_done(record);
        return ERR_FILE_CORRUPT;
    }
    if (record->accessed < record->created) record->accessed = record->created;
    if (record->accessed > now) record->accessed = now;
    if (!(entry = cache_entry_create(record, use->number, record->size))) return E_OUTOFMEMORY;
    if (FAILED(hr = cache_index_add(&cache->index, entry)))
    {
        cache_entry_free(entry);
        return hr;
    }
    /* Rows come in the order of their turns. One that cannot be gets the number that fits. */
    if (use->turn >= cache->index.last_turn && use->turn <= TURN_MAX)
        entry->turn = cache->index.last_turn = use->turn;
    else
        list_add_tail(&cache->index.unsaved, &entry->unsaved);
    return S_OK;
}

static HRESULT read_index(struct cache *cache, const char *vfs, struct cache_report *report)
{
    HRESULT hr = cache_store_open(cache->index_path, vfs, &cache->store, &report->is_new);

    if (SUCCEEDED(hr)) hr = cache_store_load(cache->store, take_record, cache);
    if (SUCCEEDED(hr)) return S_OK;
    cache_index_done(&cache->index);
    cache_store_close(cache->store);
    cache->store = NULL;
    return hr;
}

static HRESULT read_index_or_begin_anew(struct cache *cache, const char *vfs,
                                        struct cache_report *report)
{
    HRESULT hr = cache_finish_aside(cache);

    if (FAILED(hr)) return hr;
    hr = read_index(cache, vfs, report);
    /* A damaged head can make it look like a file that may only be read. */
    if (hr != ERR_FILE_CORRUPT && hr != E_ACCESSDENIED) return hr;
    if (FAILED(hr = cache_set_aside(cache, &report->aside))) return hr;
    LOG_ERR(LOG_PEER,
            "Cache: the index was damaged and is kept with the ending .damaged-%u; the cache "
            "begins anew",
            (unsigned int)report->aside);
    event_write(EVENT_CACHE_CORRUPT, "kept with the ending .damaged-%u",
                (unsigned int)report->aside);
    hr = read_index(cache, vfs, report);
    report->is_new = false;
    return hr;
}

/* ---- content ---- */

struct sweep
{
    struct cache *cache;
    uint32_t strays;
};

static HRESULT remove_stray(struct sweep *sweep, const WCHAR *name)
{
    struct cache *cache = sweep->cache;
    WCHAR *path = cache_path_join(cache->folder, name);
    HRESULT hr = path ? cache->disk->remove(cache->disk_ctx, path) : E_OUTOFMEMORY;

    free(path);
    if (hr == E_OUTOFMEMORY) return hr;
    if (SUCCEEDED(hr))
        sweep->strays++;
    else
        LOG_WARN(LOG_PEER, "Cache: a file without a record could not be removed: hr %#lx",
                 (unsigned long)hr);
    return S_OK;
}

static HRESULT sweep_one(void *ctx, const WCHAR *name, uint64_t size, bool is_plain)
{
    struct sweep *sweep = ctx;
    struct cache_entry *entry;
    enum cache_content_kind kind;
    GUID id;

    /* Files that are not ours are let alone. */
    if (!(kind = cache_content_kind_of(name, &id))) return S_OK;
    entry = kind == CACHE_CONTENT_WHOLE ? cache_index_find(&sweep->cache->index, &id) : NULL;
    if (!entry) return remove_stray(sweep, name);
    entry->has_content = is_plain && size == cache_content_size(entry->record.size);
    return S_OK;
}

/* Records are doomed whose content is not what they say. */
static HRESULT sweep(struct cache *cache, struct cache_report *report)
{
    struct sweep work = {.cache = cache};
    struct list *cursor, *after;
    HRESULT hr = cache->disk->visit(cache->disk_ctx, cache->folder, sweep_one, &work);

    if (FAILED(hr)) return hr;
    lock_acquire(&cache->lock);
    LIST_FOR_EACH_SAFE(cursor, after, &cache->index.uses)
    {
        struct cache_entry *entry = LIST_ENTRY_OF(cursor, struct cache_entry, use);

        if (entry->has_content) continue;
        report->lost++;
        cache_doom(cache, entry);
    }
    lock_release(&cache->lock);
    report->strays = work.strays;
    if (report->lost || report->strays)
        LOG_WARN(LOG_PEER, "Cache: removed %u records without content, %u files without record",
                 (unsigned int)report->lost, (unsigned int)report->strays);
    return S_OK;
}

/* ---- the whole ---- */

static HRESULT make_folders(struct cache *cache, const WCHAR *folder)
{
    HRESULT hr;

    if (!(cache->index_path = cache_path_join(folder, INDEX_NAME)) ||
        !(cache->folder = cache_path_join(folder, CONTENT_NAME)))
        return E_OUTOFMEMORY;
    if (FAILED(hr = cache->disk->make_folder(cache->disk_ctx, folder))) return hr;
    return cache->disk->make_folder(cache->disk_ctx, cache->folder);
}

static HRESULT fill(struct cache *cache, const WCHAR *folder, const struct cache_options *options,
                    struct cache_report *report)
{
    HRESULT hr;

    if (FAILED(hr = make_folders(cache, folder)) ||
        FAILED(hr = cache_limit_in_bytes(cache, &options->limits, &cache->limit)) ||
        FAILED(hr = read_index_or_begin_anew(cache, options->vfs, report)) ||
        FAILED(hr = sweep(cache, report)))
        return hr;
    cache->limits = options->limits;
    lock_acquire(&cache->lock);
    cache_doom_excess(cache);
    lock_release(&cache->lock);
    hr = cache_retire(cache);
    report->records = (uint32_t)cache->index.count;
    return hr;
}

HRESULT cache_open(const WCHAR *folder, const struct cache_options *options, struct cache **out,
                   struct cache_report *report)
{
    struct cache *cache = calloc(1, sizeof(*cache));
    HRESULT hr;

    *out = NULL;
    memset(report, 0, sizeof(*report));
    if (!cache) return E_OUTOFMEMORY;
    cache->disk = options->disk ? options->disk : &cache_disk_system;
    cache->disk_ctx = options->disk_ctx;
    cache->clock = options->clock;
    lock_init(&cache->lock, LOCK_RANK_LEAF, "cache");
    cond_init(&cache->turn_ended);
    cache_index_init(&cache->index);
    list_init(&cache->doomed);
    list_init(&cache->leaving);

    hr = fill(cache, folder, options, report);
    if (SUCCEEDED(hr))
        *out = cache;
    else
    {
        LOG_ERR(LOG_PEER, "Cache: it could not be opened: hr %#lx", (unsigned long)hr);
        cache_close(cache);
    }
    return hr;
}

static void free_entries(struct list *list)
{
    struct list *cursor, *after;

    LIST_FOR_EACH_SAFE(cursor, after, list)
    cache_entry_free(LIST_ENTRY_OF(cursor, struct cache_entry, use));
}

void cache_close(struct cache *cache)
{
    if (!cache) return;
    if (cache->store)
    {
        cache_take_turn(cache);
        cache_retire(cache);
        cache_save_uses(cache);
        cache_end_turn(cache);
        cache_store_close(cache->store);
    }
    free_entries(&cache->doomed);
    free_entries(&cache->leaving);
    cache_index_done(&cache->index);
    cond_done(&cache->turn_ended);
    lock_done(&cache->lock);
    free(cache->folder);
    free(cache->index_path);
    free(cache);
}
