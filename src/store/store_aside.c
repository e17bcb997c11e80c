/* SPDX-License-Identifier: LGPL-2.1-or-later
 *
 * Damaged files are kept, under another name beside the new one. While it is read for what is left
 * of it such a file is called PATH.damaged, and PATH.damaged-N when that is done: a start that
 * finds the first name does it over again. Its log follows it, never the other way round. */
#include "store/store_private.h"

#include <stdlib.h>
#include <string.h>

#include "base/str.h"

#define ASIDE_MAX 999999

static WCHAR *join(const WCHAR *path, const WCHAR *suffix)
{
    size_t len = str_len(path), suffix_len = str_len(suffix);
    WCHAR *result = malloc((len + suffix_len + 1) * sizeof(*result));

    if (!result) return NULL;
    memcpy(result, path, len * sizeof(*path));
    memcpy(result + len, suffix, (suffix_len + 1) * sizeof(*suffix));
    return result;
}

WCHAR *store_log_path(const WCHAR *path)
{
    return join(path, u"-wal");
}

WCHAR *store_aside_path(const WCHAR *path)
{
    return join(path, u".damaged");
}

bool store_is_repair_due(const WCHAR *path)
{
    WCHAR *aside = store_aside_path(path);
    bool answer = aside && store_file_exists(aside);

    free(aside);
    return answer;
}

HRESULT store_set_aside(const WCHAR *path)
{
    WCHAR *aside = store_aside_path(path), *aside_log = aside ? store_log_path(aside) : NULL;
    HRESULT hr = aside_log ? S_OK : E_OUTOFMEMORY;

    /* Of an earlier one that has got its number. */
    if (SUCCEEDED(hr)) hr = store_file_remove(aside_log);
    if (SUCCEEDED(hr)) hr = store_file_move(path, aside);
    free(aside);
    free(aside_log);
    return hr;
}

/* A log without its file is that of the file aside. With a file both are of a repair that did not
 * come to its end. */
static HRESULT prepare(const WCHAR *path, const WCHAR *log, const WCHAR *aside_log)
{
    HRESULT hr;

    if (!store_file_exists(path) && store_file_exists(log) && !store_file_exists(aside_log))
        return store_file_move(log, aside_log);
    if (FAILED(hr = store_file_remove(log))) return hr;
    return store_file_remove(path);
}

HRESULT store_begin_repair(const WCHAR *path)
{
    WCHAR *aside = store_aside_path(path), *aside_log = aside ? store_log_path(aside) : NULL;
    WCHAR *log = store_log_path(path);
    HRESULT hr = aside_log && log ? prepare(path, log, aside_log) : E_OUTOFMEMORY;

    free(aside);
    free(aside_log);
    free(log);
    return hr;
}

/* Both under the number, unless it is taken. */
static HRESULT number_both(const WCHAR *aside, uint32_t number, bool *is_taken)
{
    WCHAR suffix[12], *to, *to_log, *log = store_log_path(aside);
    size_t at = ARRAY_COUNT(suffix);
    HRESULT hr = S_OK;

    suffix[--at] = 0;
    for (; number; number /= 10)
        suffix[--at] = (WCHAR)('0' + number % 10);
    suffix[--at] = '-';
    to = join(aside, suffix + at);
    to_log = to ? store_log_path(to) : NULL;

    *is_taken = false;
    if (!to_log || !log)
        hr = E_OUTOFMEMORY;
    else if (store_file_exists(to) || store_file_exists(to_log))
        *is_taken = true;
    else
    {
        hr = store_file_move(aside, to);
        if (SUCCEEDED(hr) && store_file_exists(log)) hr = store_file_move(log, to_log);
    }
    free(to);
    free(to_log);
    free(log);
    return hr;
}

HRESULT store_end_repair(const WCHAR *path, uint32_t *number)
{
    WCHAR *aside = store_aside_path(path);
    bool is_taken = true;
    HRESULT hr = S_OK;

    if (!aside) return E_OUTOFMEMORY;
    for (*number = 1; *number <= ASIDE_MAX && SUCCEEDED(hr); ++*number)
    {
        hr = number_both(aside, *number, &is_taken);
        if (!is_taken) break;
    }
    free(aside);
    return SUCCEEDED(hr) && is_taken ? ERR_FILE_EXISTS : hr;
}
