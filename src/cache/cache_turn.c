/* SPDX-License-Identifier: LGPL-2.1-or-later
 *
 * The turn, and what becomes of records that go: mark under the lock, let go of it, remove the row
 * and then the content, free. A kill in between leaves content without a record, which the sweep
 * at the next start removes. */
#include "cache/cache_private.h"

#include <stdlib.h>

#include "base/log.h"

#define BATCH 256

void cache_take_turn(struct cache *cache)
{
    lock_assert_none_held();
    lock_acquire(&cache->lock);
    while (cache->is_turn_taken)
        cond_wait(&cache->turn_ended, &cache->lock, COND_FOREVER);
    cache->is_turn_taken = true;
    lock_release(&cache->lock);
}

void cache_end_turn(struct cache *cache)
{
    lock_acquire(&cache->lock);
    while (cache->is_work_left)
    {
        cache->is_work_left = false;
        lock_release(&cache->lock);
        cache_retire(cache);
        lock_acquire(&cache->lock);
    }
    cache->is_turn_taken = false;
    cond_signal(&cache->turn_ended);
    lock_release(&cache->lock);
}

void cache_doom(struct cache *cache, struct cache_entry *entry)
{
    lock_assert_held(&cache->lock);
    cache_index_remove(&cache->index, entry);
    if (entry->readers) cache->busy -= entry->bytes;
    cache->held += entry->bytes;
    list_add_tail(&cache->doomed, &entry->use);
}

void cache_add_reader(struct cache *cache, struct cache_entry *entry)
{
    lock_assert_held(&cache->lock);
    if (!entry->readers++ && entry->is_in) cache->busy += entry->bytes;
}

bool cache_remove_reader(struct cache *cache, struct cache_entry *entry)
{
    lock_assert_held(&cache->lock);
    if (--entry->readers) return false;
    if (entry->is_in)
    {
        cache->busy -= entry->bytes;
        return false;
    }
    if (!cache->is_turn_taken) return true;
    cache->is_work_left = true;
    return false;
}

static struct cache_entry *entry_at(struct list *place)
{
    return LIST_ENTRY_OF(place, struct cache_entry, use);
}

/* Rows of up to a batch. S_FALSE: there are none left. */
static HRESULT remove_rows(struct cache *cache)
{
    int64_t numbers[BATCH];
    struct list *cursor;
    size_t count = 0;
    HRESULT hr;

    lock_acquire(&cache->lock);
    LIST_FOR_EACH(cursor, &cache->doomed)
    {
        if (count == BATCH) break;
        numbers[count++] = entry_at(cursor)->number;
    }
    lock_release(&cache->lock);
    if (!count) return S_FALSE;
    if (FAILED(hr = cache_store_remove(cache->store, numbers, count))) return hr;

    /* Only the turn adds to the list, so these are still its first. */
    lock_acquire(&cache->lock);
    while (count--)
    {
        struct list *first = cache->doomed.next;

        list_remove(first);
        list_add_tail(&cache->leaving, first);
    }
    lock_release(&cache->lock);
    return S_OK;
}

/* The entry stays in the list for a later try when its content cannot be removed now. */
static void remove_content(struct cache *cache, struct cache_entry *entry)
{
    WCHAR *path = cache_content_path(cache->folder, &entry->record.id, CACHE_CONTENT_WHOLE);
    HRESULT hr = path ? cache->disk->remove(cache->disk_ctx, path) : E_OUTOFMEMORY;

    if (FAILED(hr))
        LOG_WARN(LOG_PEER, "Cache: content could not be removed: hr %#lx", (unsigned long)hr);
    lock_acquire(&cache->lock);
    if (FAILED(hr))
        list_add_tail(&cache->leaving, &entry->use);
    else
        cache->held -= entry->bytes;
    lock_release(&cache->lock);
    if (SUCCEEDED(hr)) cache_entry_free(entry);
    free(path);
}

static void remove_contents(struct cache *cache)
{
    struct list idle, *cursor, *after;

    list_init(&idle);
    lock_acquire(&cache->lock);
    LIST_FOR_EACH_SAFE(cursor, after, &cache->leaving)
    {
        if (entry_at(cursor)->readers) continue;
        list_remove(cursor);
        list_add_tail(&idle, cursor);
    }
    lock_release(&cache->lock);

    while (!list_is_empty(&idle))
    {
        struct list *first = idle.next;

        list_remove(first);
        remove_content(cache, entry_at(first));
    }
}

HRESULT cache_retire(struct cache *cache)
{
    HRESULT hr;

    while ((hr = remove_rows(cache)) == S_OK)
        ;
    remove_contents(cache);
    return FAILED(hr) ? hr : S_OK;
}

HRESULT cache_save_uses(struct cache *cache)
{
    struct cache_use uses[BATCH];
    size_t count;
    HRESULT hr;

    do
    {
        count = 0;
        lock_acquire(&cache->lock);
        while (count < BATCH && !list_is_empty(&cache->index.unsaved))
        {
            struct cache_entry *entry =
                LIST_HEAD_ENTRY(&cache->index.unsaved, struct cache_entry, unsaved);

            list_remove(&entry->unsaved);
            uses[count++] = (struct cache_use){entry->number, entry->turn, entry->record.accessed};
        }
        lock_release(&cache->lock);
        /* What cannot be kept is lost: it comes again with the next use. */
        hr = cache_store_use(cache->store, uses, count);
    } while (count == BATCH && SUCCEEDED(hr));
    return hr;
}
