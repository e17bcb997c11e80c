/* SPDX-License-Identifier: LGPL-2.1-or-later
 *
 * A damaged index is kept under another name for whoever wants to know what happened; nothing here
 * reads it again. Its log follows it, never the other way round. */
#include "cache/cache_private.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "base/str.h"

#define ASIDE_MAX 9999

/* PATH + .damaged-N + the ending; N 0: PATH + the ending. */
static WCHAR *name_of(const struct cache *cache, uint32_t number, const char *ending)
{
    size_t len = str_len(cache->index_path), i = 0;
    char suffix[32] = "";
    WCHAR *path;

    if (number) snprintf(suffix, sizeof(suffix), ".damaged-%u%s", (unsigned int)number, ending);
    if (!number) snprintf(suffix, sizeof(suffix), "%s", ending);
    if (!(path = malloc((len + sizeof(suffix)) * sizeof(*path)))) return NULL;
    memcpy(path, cache->index_path, len * sizeof(*path));
    do
        path[len + i] = (WCHAR)suffix[i];
    while (suffix[i++]);
    return path;
}

static bool exists(const struct cache *cache, const WCHAR *path)
{
    struct cache_file *file;
    HRESULT hr = cache->disk->open(cache->disk_ctx, path, &file);

    if (SUCCEEDED(hr)) cache->disk->close(cache->disk_ctx, file);
    return hr != ERR_FILE_NOT_FOUND;
}

/* S_FALSE when there is none; ERR_FILE_EXISTS when the other name is taken. */
static HRESULT move(struct cache *cache, const char *ending, uint32_t number)
{
    WCHAR *from = name_of(cache, 0, ending), *to = name_of(cache, number, ending);
    HRESULT hr = E_OUTOFMEMORY;

    if (from && to && SUCCEEDED(hr = exists(cache, from) ? S_OK : S_FALSE) && hr == S_OK)
        hr = cache->disk->move(cache->disk_ctx, from, to);
    free(from);
    free(to);
    return hr;
}

HRESULT cache_set_aside(struct cache *cache, uint32_t *number)
{
    HRESULT hr = ERR_FILE_EXISTS;

    for (*number = 1; *number <= ASIDE_MAX; ++*number)
        if ((hr = move(cache, "", *number)) != ERR_FILE_EXISTS) break;
    if (SUCCEEDED(hr)) hr = cache_finish_aside(cache);
    return FAILED(hr) ? hr : S_OK;
}

/* A log without its file is of the last one that was set aside. */
HRESULT cache_finish_aside(struct cache *cache)
{
    uint32_t number = 0;
    bool is_there = true;
    HRESULT hr;

    if (exists(cache, cache->index_path)) return S_OK;
    while (is_there && number < ASIDE_MAX)
    {
        WCHAR *path = name_of(cache, number + 1, "");

        if (!path) return E_OUTOFMEMORY;
        if ((is_there = exists(cache, path))) number++;
        free(path);
    }
    if (!number) return S_OK;
    hr = move(cache, "-wal", number);
    return FAILED(hr) && hr != ERR_FILE_EXISTS ? hr : S_OK;
}
