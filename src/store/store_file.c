/* SPDX-License-Identifier: LGPL-2.1-or-later
 *
 * Files, without SQLite. */
#include "store/store_private.h"

#include <errno.h>
#include <stdlib.h>

#include "base/err.h"
#include "base/str.h"

#ifdef _WIN32

HRESULT store_file_move(const WCHAR *from, const WCHAR *to)
{
    return MoveFileExW(from, to, MOVEFILE_WRITE_THROUGH) ? S_OK : err_from_last_error();
}

HRESULT store_file_remove(const WCHAR *path)
{
    HRESULT hr;

    if (DeleteFileW(path)) return S_OK;
    hr = err_from_last_error();
    return hr == ERR_FILE_NOT_FOUND || hr == ERR_PATH_NOT_FOUND ? S_OK : hr;
}

bool store_file_exists(const WCHAR *path)
{
    return GetFileAttributesW(path) != INVALID_FILE_ATTRIBUTES;
}

FILE *store_file_read(const WCHAR *path)
{
    return _wfopen(path, L"rb");
}

#else

HRESULT store_file_move(const WCHAR *from, const WCHAR *to)
{
    char *old_name = str_to_utf8(from), *new_name = str_to_utf8(to);
    HRESULT hr = S_OK;

    if (!old_name || !new_name)
        hr = E_OUTOFMEMORY;
    else if (rename(old_name, new_name))
        hr = errno == ENOENT ? ERR_FILE_NOT_FOUND : E_ACCESSDENIED;
    free(old_name);
    free(new_name);
    return hr;
}

HRESULT store_file_remove(const WCHAR *path)
{
    char *name = str_to_utf8(path);
    HRESULT hr = S_OK;

    if (!name)
        hr = E_OUTOFMEMORY;
    else if (remove(name) && errno != ENOENT)
        hr = E_ACCESSDENIED;
    free(name);
    return hr;
}

bool store_file_exists(const WCHAR *path)
{
    FILE *file = store_file_read(path);

    if (file) fclose(file);
    return file != NULL;
}

FILE *store_file_read(const WCHAR *path)
{
    char *name = str_to_utf8(path);
    FILE *file = name ? fopen(name, "rb") : NULL;

    free(name);
    return file;
}

#endif
