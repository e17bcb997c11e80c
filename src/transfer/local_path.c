/* SPDX-License-Identifier: LGPL-2.1-or-later
 *
 * Paths and handles of local files. */
#include "transfer/local_path.h"

#include <stdlib.h>
#include <string.h>

#include "base/err.h"
#include "base/str.h"

#define LONG_PATH 240 /* a folder must leave room for a name of the old kind */

static WCHAR *join(const WCHAR *prefix, const WCHAR *rest)
{
    size_t prefix_len = str_len(prefix), rest_len = str_len(rest);
    WCHAR *text = malloc((prefix_len + rest_len + 1) * sizeof(*text));

    if (!text) return NULL;
    memcpy(text, prefix, prefix_len * sizeof(*text));
    memcpy(text + prefix_len, rest, (rest_len + 1) * sizeof(*text));
    return text;
}

WCHAR *local_path_extend(const WCHAR *path)
{
    if (str_len(path) < LONG_PATH || str_starts_with(path, u"\\\\?\\")) return str_dup(path);
    if (str_starts_with(path, u"\\\\")) return join(u"\\\\?\\UNC", path + 1);
    return join(u"\\\\?\\", path);
}

static bool is_plain_file(HANDLE file)
{
    FILE_ATTRIBUTE_TAG_INFO info;

    /* GetFileInformationByHandle() also asks for the volume, which Wine has to ask a device for. */
    return GetFileType(file) == FILE_TYPE_DISK &&
           GetFileInformationByHandleEx(file, FileAttributeTagInfo, &info, sizeof(info)) &&
           !(info.FileAttributes & (FILE_ATTRIBUTE_DIRECTORY | FILE_ATTRIBUTE_REPARSE_POINT));
}

HRESULT local_path_open(const WCHAR *path, DWORD access, DWORD disposition, DWORD attributes,
                        HANDLE *file)
{
    WCHAR *extended = local_path_extend(path);
    HRESULT hr = S_OK;

    *file = INVALID_HANDLE_VALUE;
    if (!extended) return E_OUTOFMEMORY;
    /* A link that somebody put in the place of our file is opened itself, and refused. */
    *file = CreateFileW(extended, access, FILE_SHARE_READ | FILE_SHARE_WRITE | FILE_SHARE_DELETE,
                        NULL, disposition, attributes | FILE_FLAG_OPEN_REPARSE_POINT, NULL);
    if (*file == INVALID_HANDLE_VALUE)
        hr = err_from_last_error();
    else if (disposition != CREATE_NEW && !is_plain_file(*file))
    {
        CloseHandle(*file);
        *file = INVALID_HANDLE_VALUE;
        hr = E_ACCESSDENIED;
    }
    free(extended);
    return hr;
}

bool local_path_has_size(const WCHAR *path, uint64_t size)
{
    WCHAR *extended = local_path_extend(path);
    WIN32_FILE_ATTRIBUTE_DATA data;
    bool is_there = extended && GetFileAttributesExW(extended, GetFileExInfoStandard, &data) &&
                    ((uint64_t)data.nFileSizeHigh << 32 | data.nFileSizeLow) == size;

    free(extended);
    return is_there;
}
