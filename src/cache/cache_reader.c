/* SPDX-License-Identifier: LGPL-2.1-or-later
 *
 * Content on its way out, block by block, each checked before a byte of it is given away. A record
 * whose content is not what was put in goes at once. */
#include "cache/cache_private.h"

#include <stdlib.h>
#include <string.h>

#include "base/crc32c.h"
#include "base/log.h"
#include "bitsmsg.h"

struct cache_reader
{
    struct cache *cache;
    struct cache_entry *entry; /* which is not freed while it is read */
    struct cache_record record;
    struct cache_file *file;
    uint8_t *sums;
    uint8_t *block;
    uint64_t block_index; /* UINT64_MAX: there is nothing in it */
};

/* Its content is damaged or gone. */
static void drop_record(struct cache_reader *reader, HRESULT reason)
{
    struct cache *cache = reader->cache;
    bool is_news;

    cache_take_turn(cache);
    lock_acquire(&cache->lock);
    if ((is_news = reader->entry->is_in)) cache_doom(cache, reader->entry);
    lock_release(&cache->lock);
    if (is_news)
        LOG_WARN(LOG_PEER, "Cache: a record was removed, its content is not what it was: hr %#lx",
                 (unsigned long)reason);
    cache_retire(cache);
    cache_end_turn(cache);
}

/* ---- open ---- */

static HRESULT attach(struct cache_reader *reader, const GUID *id)
{
    struct cache *cache = reader->cache;
    HRESULT hr = BG_E_NOT_FOUND;

    lock_acquire(&cache->lock);
    if ((reader->entry = cache_index_find(&cache->index, id)))
    {
        cache_add_reader(cache, reader->entry);
        cache_index_touch(&cache->index, reader->entry, clock_filetime(&cache->clock));
        hr = cache_record_copy(&reader->entry->record, &reader->record);
    }
    lock_release(&cache->lock);
    return hr;
}

static HRESULT open_content(struct cache_reader *reader)
{
    struct cache *cache = reader->cache;
    uint64_t size = reader->record.size;
    struct cache_file_facts facts;
    WCHAR *path;
    HRESULT hr;

    if (!(path = cache_content_path(cache->folder, &reader->record.id, CACHE_CONTENT_WHOLE)))
        return E_OUTOFMEMORY;
    hr = cache->disk->open(cache->disk_ctx, path, &reader->file);
    free(path);
    if (SUCCEEDED(hr)) hr = cache->disk->get_facts(cache->disk_ctx, reader->file, &facts);
    if (SUCCEEDED(hr) && facts.size != cache_content_size(size)) hr = ERR_CRC;
    return hr;
}

static HRESULT read_sums(struct cache_reader *reader)
{
    struct cache *cache = reader->cache;
    uint64_t count = cache_block_count(reader->record.size);
    size_t size = (size_t)count * CACHE_SUM_SIZE;
    HRESULT hr;

    if (count > SIZE_MAX / CACHE_SUM_SIZE / 2) return E_OUTOFMEMORY;
    if (!(reader->sums = malloc(size)) || !(reader->block = malloc(CACHE_BLOCK_SIZE)))
        return E_OUTOFMEMORY;
    hr = cache->disk->read(cache->disk_ctx, reader->file, reader->record.size, reader->sums, size);
    if (SUCCEEDED(hr) && crc32c(0, reader->sums, size) != reader->record.sums_crc) hr = ERR_CRC;
    return hr;
}

/* Is it the content, rather than the machine? */
static bool is_lost(HRESULT hr)
{
    return hr == ERR_FILE_NOT_FOUND || hr == E_ACCESSDENIED || hr == ERR_CRC ||
           hr == ERR_HANDLE_EOF;
}

HRESULT cache_reader_open(struct cache *cache, const GUID *id, struct cache_reader **out)
{
    struct cache_reader *reader = calloc(1, sizeof(*reader));
    HRESULT hr;

    *out = NULL;
    if (!reader) return E_OUTOFMEMORY;
    reader->cache = cache;
    reader->block_index = UINT64_MAX;
    hr = attach(reader, id);
    if (SUCCEEDED(hr)) hr = open_content(reader);
    if (SUCCEEDED(hr)) hr = read_sums(reader);
    if (SUCCEEDED(hr))
    {
        *out = reader;
        return S_OK;
    }
    if (is_lost(hr))
    {
        drop_record(reader, hr);
        hr = BG_E_NOT_FOUND;
    }
    cache_reader_close(reader);
    return hr;
}

/* ---- read ---- */

const struct cache_record *cache_reader_record(const struct cache_reader *reader)
{
    return &reader->record;
}

static uint32_t sum_of(const struct cache_reader *reader, uint64_t block)
{
    const uint8_t *sum = reader->sums + (size_t)block * CACHE_SUM_SIZE;

    return sum[0] | (uint32_t)sum[1] << 8 | (uint32_t)sum[2] << 16 | (uint32_t)sum[3] << 24;
}

static HRESULT load_block(struct cache_reader *reader, uint64_t index)
{
    struct cache *cache = reader->cache;
    size_t length = cache_block_length(reader->record.size, index);
    HRESULT hr;

    if (reader->block_index == index) return S_OK;
    reader->block_index = UINT64_MAX;
    hr = cache->disk->read(cache->disk_ctx, reader->file, index * CACHE_BLOCK_SIZE, reader->block,
                           length);
    if (hr == ERR_HANDLE_EOF ||
        (SUCCEEDED(hr) && crc32c(0, reader->block, length) != sum_of(reader, index)))
        hr = ERR_CRC;
    if (SUCCEEDED(hr))
        reader->block_index = index;
    else
        drop_record(reader, hr);
    return hr;
}

HRESULT cache_reader_read(struct cache_reader *reader, uint64_t offset, void *data, size_t size)
{
    uint8_t *next = data;
    HRESULT hr;

    if (offset > reader->record.size || size > reader->record.size - offset) return ERR_HANDLE_EOF;
    while (size)
    {
        size_t begin = (size_t)(offset % CACHE_BLOCK_SIZE), piece = CACHE_BLOCK_SIZE - begin;

        if (FAILED(hr = load_block(reader, offset / CACHE_BLOCK_SIZE))) return hr;
        if (piece > size) piece = size;
        memcpy(next, reader->block + begin, piece);
        next += piece;
        offset += piece;
        size -= piece;
    }
    return S_OK;
}

/* ---- close ---- */

/* Everything of this reader is closed before the content may be removed. */
static void detach(struct cache *cache, struct cache_entry *entry)
{
    bool is_last;

    lock_acquire(&cache->lock);
    is_last = cache_remove_reader(cache, entry);
    lock_release(&cache->lock);
    if (!is_last) return;
    cache_take_turn(cache);
    cache_retire(cache);
    cache_end_turn(cache);
}

void cache_reader_close(struct cache_reader *reader)
{
    if (!reader) return;
    if (reader->file) reader->cache->disk->close(reader->cache->disk_ctx, reader->file);
    if (reader->entry) detach(reader->cache, reader->entry);
    cache_record_done(&reader->record);
    free(reader->sums);
    free(reader->block);
    free(reader);
}
