/* SPDX-License-Identifier: LGPL-2.1-or-later
 *
 * Damaged files are kept, under another name beside the new one. */
#include "store/store_private.h"

#include <stdlib.h>
#include <string.h>

#include "base/str.h"

#define ASIDE_MAX 999999

WCHAR *store_aside_path(const WCHAR *path, uint32_t number, const WCHAR *suffix)
{
    static const WCHAR middle[] = u".damaged-";
    size_t path_len = str_len(path), middle_len = ARRAY_COUNT(middle) - 1;
    size_t suffix_len = str_len(suffix);
    WCHAR digits[10], *result, *at;
    size_t count = 0;

    do
    {
        digits[count++] = (WCHAR)('0' + number % 10);
        number /= 10;
    } while (number);

    if (!(result = malloc((path_len + middle_len + count + suffix_len + 1) * sizeof(*result))))
        return NULL;
    memcpy(result, path, path_len * sizeof(*path));
    at = result + path_len;
    memcpy(at, middle, middle_len * sizeof(*at));
    at += middle_len;
    while (count)
        *at++ = digits[--count];
    memcpy(at, suffix, (suffix_len + 1) * sizeof(*at));
    return result;
}

WCHAR *store_log_path(const WCHAR *path)
{
    size_t len = str_len(path);
    WCHAR *result = malloc((len + 5) * sizeof(*result));

    if (!result) return NULL;
    memcpy(result, path, len * sizeof(*path));
    memcpy(result + len, u"-wal", 5 * sizeof(*result));
    return result;
}

/* The log goes first: left alone, it would be taken for the new file's. */
static HRESULT move_both(const WCHAR *path, const WCHAR *log, uint32_t number, bool *is_taken)
{
    WCHAR *to = store_aside_path(path, number, u"");
    WCHAR *log_to = store_aside_path(path, number, u"-wal");
    HRESULT hr = S_OK;

    *is_taken = false;
    if (!to || !log_to)
        hr = E_OUTOFMEMORY;
    else if (store_file_exists(to) || store_file_exists(log_to))
        *is_taken = true;
    else
    {
        if (store_file_exists(log)) hr = store_file_move(log, log_to);
        if (SUCCEEDED(hr)) hr = store_file_move(path, to);
    }
    free(to);
    free(log_to);
    return hr;
}

HRESULT store_set_aside(const WCHAR *path, uint32_t *number)
{
    WCHAR *log = store_log_path(path);
    HRESULT hr = ERR_FILE_EXISTS;

    if (!log) return E_OUTOFMEMORY;
    for (*number = 1; *number <= ASIDE_MAX; ++*number)
    {
        bool is_taken;

        hr = move_both(path, log, *number, &is_taken);
        if (!is_taken) break;
        hr = ERR_FILE_EXISTS;
    }
    free(log);
    return hr;
}
