/* SPDX-License-Identifier: LGPL-2.1-or-later
 *
 * Records of the cache, with texts in the other encoding. */
#include "peer/content_files.h"

#include <stdlib.h>
#include <string.h>

#include "base/str.h"
#include "bitsmsg.h"

static HRESULT copy_texts(const struct cache_record *from, struct content_record *to)
{
    if (!(to->url = str_to_utf8(from->url))) return E_OUTOFMEMORY;
    if (from->etag && !(to->etag = str_to_utf8(from->etag))) return E_OUTOFMEMORY;
    return S_OK;
}

static HRESULT copy_pieces(const struct cache_record *from, struct content_record *to)
{
    if (!(to->pieces = calloc(from->range_count, sizeof(*to->pieces)))) return E_OUTOFMEMORY;
    for (size_t i = 0; i < from->range_count; i++)
        to->pieces[i] = (struct content_piece){from->ranges[i].offset, from->ranges[i].length};
    to->piece_count = from->range_count;
    return S_OK;
}

static HRESULT copy_record(const struct cache_record *from, struct content_record *to)
{
    HRESULT hr;

    memset(to, 0, sizeof(*to));
    to->id = from->id;
    to->created = from->created;
    to->modified = from->modified;
    to->accessed = from->accessed;
    to->mtime = from->file_time;
    to->size = from->file_size;
    if (SUCCEEDED(hr = copy_texts(from, to)) && SUCCEEDED(hr = copy_pieces(from, to))) return S_OK;
    content_record_done(to);
    return hr;
}

static HRESULT add_records(const struct cache_list *list, struct content_results *results)
{
    HRESULT hr = S_OK;

    for (size_t i = 0; i < list->count && SUCCEEDED(hr); i++)
    {
        struct content_record record;

        if (SUCCEEDED(hr = copy_record(&list->records[i], &record)))
            hr = content_results_add(results, &record);
    }
    return hr;
}

static HRESULT search(void *ctx, const struct content_query *query, size_t max,
                      struct content_results *results)
{
    struct cache_query wanted = {.file_time = query->mtime,
                                 .has_size = query->has_size,
                                 .file_size = query->size,
                                 .is_validated_only = true};
    WCHAR *url = str_from_utf8(query->url);
    struct cache_list list;
    HRESULT hr = E_OUTOFMEMORY;

    if (!url) return hr;
    wanted.url = url;
    /* The tag is looked at by whoever asked: records are few. */
    if (SUCCEEDED(hr = cache_find(ctx, &wanted, max, &list)))
    {
        hr = add_records(&list, results);
        cache_list_free(&list);
    }
    free(url);
    return hr;
}

static HRESULT open_record(void *ctx, const GUID *id, struct content_record *record, void **out)
{
    const struct cache_record *kept;
    struct cache_reader *reader;
    HRESULT hr;

    *out = NULL;
    memset(record, 0, sizeof(*record));
    if (FAILED(hr = cache_reader_open(ctx, id, &reader))) return hr;
    kept = cache_reader_record(reader);
    hr = kept->is_validated ? copy_record(kept, record) : BG_E_NOT_FOUND;
    if (FAILED(hr))
        cache_reader_close(reader);
    else
        *out = reader;
    return hr;
}

static HRESULT read_record(void *ctx, void *reader, uint64_t position, void *data, size_t size)
{
    (void)ctx;
    return cache_reader_read(reader, position, data, size);
}

static void close_record(void *ctx, void *reader)
{
    (void)ctx;
    cache_reader_close(reader);
}

void content_files_init(struct content_store *store, struct cache *cache)
{
    *store = (struct content_store){cache, search, open_record, read_record, close_record};
}
