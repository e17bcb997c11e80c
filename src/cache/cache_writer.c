/* SPDX-License-Identifier: LGPL-2.1-or-later
 *
 * A new record: content under a temporary name, flushed, renamed, and only then the row. Whatever
 * comes in between leaves a file without a record, which the sweep at the next start removes. */
#include "cache/cache_private.h"

#include <stdlib.h>
#include <string.h>

#include "base/crc32c.h"
#include "base/log.h"
#include "base/random.h"
#include "base/str.h"

struct cache_writer
{
    struct cache *cache;
    struct cache_record record; /* the entry's in the end */
    uint64_t size;              /* of the content */
    WCHAR *temp_path, *path;
    struct cache_file *file;
    bool has_file; /* something is under the temporary name */
    bool has_room; /* which is given back at the end */
    bool is_failed;
    uint8_t *block;
    size_t filled;    /* of the block */
    uint64_t written; /* without the block */
    uint8_t *sums;
    size_t sums_size, sums_capacity;
};

/* ---- begin ---- */

static HRESULT take_request(const struct cache_request *request, struct cache_record *record)
{
    const struct cache_range whole = {0, request->file_size};
    size_t count = request->range_count ? request->range_count : 1;
    struct cache_url url;

    *record = (struct cache_record){.file_time = request->file_time,
                                    .file_size = request->file_size,
                                    .range_count = count,
                                    .is_validated = request->is_validated};
    if (!cache_url_read(request->url, &url) || count > CACHE_RANGES_MAX) return E_INVALIDARG;
    if (request->is_private || url.has_user) return E_ACCESSDENIED;
    if (!(record->url = str_dup_len(url.text, url.len))) return E_OUTOFMEMORY;
    if (request->etag && !(record->etag = str_dup(request->etag))) return E_OUTOFMEMORY;
    if (!(record->ranges = malloc(count * sizeof(*record->ranges)))) return E_OUTOFMEMORY;
    memcpy(record->ranges, request->range_count ? request->ranges : &whole,
           count * sizeof(*record->ranges));
    return cache_record_check(record);
}

static HRESULT make_room(struct cache_writer *writer)
{
    struct cache *cache = writer->cache;
    HRESULT hr, ended;

    cache_take_turn(cache);
    lock_acquire(&cache->lock);
    hr = cache_make_room(cache, writer->size);
    lock_release(&cache->lock);
    writer->has_room = SUCCEEDED(hr);
    ended = cache_retire(cache);
    cache_end_turn(cache);
    return FAILED(hr) ? hr : ended;
}

static HRESULT make_file(struct cache_writer *writer)
{
    struct cache *cache = writer->cache;
    const GUID *id = &writer->record.id;
    HRESULT hr;

    if (FAILED(hr = guid_create_random(&writer->record.id))) return hr;
    if (!(writer->block = malloc(CACHE_BLOCK_SIZE)) ||
        !(writer->path = cache_content_path(cache->folder, id, CACHE_CONTENT_WHOLE)) ||
        !(writer->temp_path = cache_content_path(cache->folder, id, CACHE_CONTENT_UNFINISHED)))
        return E_OUTOFMEMORY;
    hr = cache->disk->create(cache->disk_ctx, writer->temp_path, &writer->file);
    writer->has_file = SUCCEEDED(hr);
    return hr;
}

HRESULT cache_writer_begin(struct cache *cache, const struct cache_request *request,
                           struct cache_writer **out)
{
    struct cache_writer *writer = calloc(1, sizeof(*writer));
    HRESULT hr;

    *out = NULL;
    if (!writer) return E_OUTOFMEMORY;
    writer->cache = cache;
    hr = take_request(request, &writer->record);
    writer->size = writer->record.size;
    if (SUCCEEDED(hr)) hr = make_room(writer);
    if (SUCCEEDED(hr)) hr = make_file(writer);
    if (FAILED(hr))
        cache_writer_cancel(writer);
    else
        *out = writer;
    return hr;
}

/* ---- put ---- */

static HRESULT add_sum(struct cache_writer *writer, uint32_t sum)
{
    if (writer->sums_size == writer->sums_capacity)
    {
        size_t capacity = writer->sums_capacity ? writer->sums_capacity * 2 : 64 * CACHE_SUM_SIZE;
        uint8_t *grown = realloc(writer->sums, capacity);

        if (!grown) return E_OUTOFMEMORY;
        writer->sums = grown;
        writer->sums_capacity = capacity;
    }
    for (unsigned int i = 0; i < CACHE_SUM_SIZE; i++)
        writer->sums[writer->sums_size++] = (uint8_t)(sum >> 8 * i);
    return S_OK;
}

static HRESULT write_block(struct cache_writer *writer)
{
    struct cache *cache = writer->cache;
    HRESULT hr = add_sum(writer, crc32c(0, writer->block, writer->filled));

    if (SUCCEEDED(hr))
        hr = cache->disk->write(cache->disk_ctx, writer->file, writer->written, writer->block,
                                writer->filled);
    writer->written += writer->filled;
    writer->filled = 0;
    return hr;
}

HRESULT cache_writer_put(struct cache_writer *writer, const void *data, size_t size)
{
    uint64_t rest = writer->size - writer->written - writer->filled;
    const uint8_t *next = data;
    HRESULT hr = S_OK;

    if (writer->is_failed) return E_FAIL;
    if (size > rest) hr = ERR_FILE_INVALID;
    while (size && SUCCEEDED(hr))
    {
        size_t piece = CACHE_BLOCK_SIZE - writer->filled;

        if (piece > size) piece = size;
        memcpy(writer->block + writer->filled, next, piece);
        writer->filled += piece;
        next += piece;
        size -= piece;
        if (writer->filled == CACHE_BLOCK_SIZE) hr = write_block(writer);
    }
    writer->is_failed = FAILED(hr);
    return hr;
}

/* ---- end ---- */

static void close_file(struct cache_writer *writer)
{
    if (writer->file) writer->cache->disk->close(writer->cache->disk_ctx, writer->file);
    writer->file = NULL;
}

static HRESULT finish_file(struct cache_writer *writer)
{
    struct cache *cache = writer->cache;
    HRESULT hr = S_OK;

    if (writer->is_failed) return E_FAIL;
    if (writer->filled) hr = write_block(writer);
    if (SUCCEEDED(hr) && writer->written != writer->size) hr = ERR_FILE_INVALID;
    if (SUCCEEDED(hr))
        hr = cache->disk->write(cache->disk_ctx, writer->file, writer->written, writer->sums,
                                writer->sums_size);
    if (SUCCEEDED(hr)) hr = cache->disk->flush(cache->disk_ctx, writer->file);
    if (FAILED(hr)) return hr;
    writer->record.sums_crc = crc32c(0, writer->sums, writer->sums_size);
    close_file(writer);
    hr = cache->disk->move(cache->disk_ctx, writer->temp_path, writer->path);
    if (SUCCEEDED(hr)) writer->has_file = false;
    return hr;
}

/* From the row to the table in memory; what was promised before may not hold any more. */
static HRESULT add_record(struct cache_writer *writer, uint64_t turn)
{
    struct cache *cache = writer->cache;
    struct cache_entry *entry;
    int64_t number;
    HRESULT hr = cache_store_add(cache->store, &writer->record, turn, &number);

    if (FAILED(hr)) return hr;
    if (!(entry = cache_entry_create(&writer->record, number, writer->size))) hr = E_OUTOFMEMORY;
    if (SUCCEEDED(hr))
    {
        lock_acquire(&cache->lock);
        if (SUCCEEDED(hr = cache_index_add(&cache->index, entry)))
        {
            cache->reserved -= writer->size;
            writer->has_room = false;
            cache_doom_older(cache, entry);
            cache_doom_excess(cache);
        }
        lock_release(&cache->lock);
    }
    if (SUCCEEDED(hr)) return S_OK;
    cache_entry_free(entry);
    cache_store_remove(cache->store, &number, 1);
    return hr;
}

static HRESULT publish(struct cache_writer *writer)
{
    struct cache *cache = writer->cache;
    filetime_t now = clock_filetime(&cache->clock);
    uint64_t turn;
    HRESULT hr;

    writer->record.created = writer->record.modified = writer->record.accessed = now;
    cache_take_turn(cache);
    lock_acquire(&cache->lock);
    hr = writer->size > cache->limit ? ERR_FILE_TOO_LARGE : S_OK;
    turn = cache->index.last_turn + 1;
    lock_release(&cache->lock);
    if (SUCCEEDED(hr)) hr = add_record(writer, turn);
    if (FAILED(hr))
        cache->disk->remove(cache->disk_ctx, writer->path);
    else
        cache_retire(cache); /* a failure is logged, and is none of the new record */
    cache_end_turn(cache);
    return hr;
}

HRESULT cache_writer_commit(struct cache_writer *writer, GUID *id)
{
    GUID made = writer->record.id;
    HRESULT hr = finish_file(writer);

    if (SUCCEEDED(hr)) hr = publish(writer);
    *id = SUCCEEDED(hr) ? made : (GUID){0};
    cache_writer_cancel(writer);
    return hr;
}

void cache_writer_cancel(struct cache_writer *writer)
{
    struct cache *cache = writer ? writer->cache : NULL;

    if (!writer) return;
    close_file(writer);
    if (writer->has_file && FAILED(cache->disk->remove(cache->disk_ctx, writer->temp_path)))
        LOG_WARN(LOG_PEER, "Cache: unfinished content could not be removed");
    if (writer->has_room)
    {
        lock_acquire(&cache->lock);
        cache->reserved -= writer->size;
        lock_release(&cache->lock);
    }
    cache_record_done(&writer->record);
    free(writer->temp_path);
    free(writer->path);
    free(writer->block);
    free(writer->sums);
    free(writer);
}
