/* SPDX-License-Identifier: LGPL-2.1-or-later
 *
 * A local file becomes the content of a record, by a copy: the file is its owner's, who may change
 * it at any time after. */
#include "cache/cache_private.h"

#include <stdlib.h>

static HRESULT copy(struct cache_writer *writer, struct cache *cache, struct cache_file *file,
                    uint64_t size, cache_cancelled_fn is_cancelled, void *ctx)
{
    uint8_t *piece = malloc(CACHE_BLOCK_SIZE);
    HRESULT hr = piece ? S_OK : E_OUTOFMEMORY;

    for (uint64_t i = 0; i < cache_block_count(size) && SUCCEEDED(hr); i++)
    {
        size_t length = cache_block_length(size, i);

        if (is_cancelled && is_cancelled(ctx))
            hr = E_ABORT;
        else
            hr = cache->disk->read(cache->disk_ctx, file, i * CACHE_BLOCK_SIZE, piece, length);
        if (hr == ERR_HANDLE_EOF) hr = ERR_FILE_INVALID;
        if (SUCCEEDED(hr)) hr = cache_writer_put(writer, piece, length);
    }
    free(piece);
    return hr;
}

static HRESULT check_same(struct cache *cache, struct cache_file *file,
                          const struct cache_file_facts *before)
{
    struct cache_file_facts after;
    HRESULT hr = cache->disk->get_facts(cache->disk_ctx, file, &after);

    if (FAILED(hr)) return hr;
    return after.size == before->size && after.modified == before->modified ? S_OK
                                                                            : ERR_FILE_INVALID;
}

/* The sum cannot overflow unnoticed: the writer has checked the ranges. */
static uint64_t size_of(const struct cache_request *request)
{
    uint64_t size = request->range_count ? 0 : request->file_size;

    for (size_t i = 0; i < request->range_count; i++)
        size += request->ranges[i].length;
    return size;
}

HRESULT cache_add_file(struct cache *cache, const struct cache_request *request, const WCHAR *path,
                       cache_cancelled_fn is_cancelled, void *ctx, GUID *id)
{
    struct cache_writer *writer = NULL;
    struct cache_file *file = NULL;
    struct cache_file_facts facts;
    HRESULT hr;

    *id = (GUID){0};
    if (FAILED(hr = cache->disk->open(cache->disk_ctx, path, &file))) return hr;
    hr = cache->disk->get_facts(cache->disk_ctx, file, &facts);
    if (SUCCEEDED(hr) && facts.size != size_of(request)) hr = ERR_FILE_INVALID;
    if (SUCCEEDED(hr)) hr = cache_writer_begin(cache, request, &writer);
    if (SUCCEEDED(hr)) hr = copy(writer, cache, file, facts.size, is_cancelled, ctx);
    if (SUCCEEDED(hr)) hr = check_same(cache, file, &facts);
    if (SUCCEEDED(hr) && is_cancelled && is_cancelled(ctx)) hr = E_ABORT;
    if (SUCCEEDED(hr))
        hr = cache_writer_commit(writer, id);
    else
        cache_writer_cancel(writer);
    if (FAILED(hr)) *id = (GUID){0};
    cache->disk->close(cache->disk_ctx, file);
    return hr;
}
