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

/* A second name may be a link to somebody else's file, put there so that we write to it. */
static bool is_own_plain_file(HANDLE file)
{
    FILE_ATTRIBUTE_TAG_INFO tag;
    FILE_STANDARD_INFO standard;

    /* GetFileInformationByHandle() also asks for the volume, which Wine has to ask a device for. */
    return GetFileType(file) == FILE_TYPE_DISK &&
           GetFileInformationByHandleEx(file, FileAttributeTagInfo, &tag, sizeof(tag)) &&
           !(tag.FileAttributes & (FILE_ATTRIBUTE_DIRECTORY | FILE_ATTRIBUTE_REPARSE_POINT)) &&
           GetFileInformationByHandleEx(file, FileStandardInfo, &standard, sizeof(standard)) &&
           standard.NumberOfLinks <= 1;
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
    else if (disposition != CREATE_NEW && !is_own_plain_file(*file))
    {
        CloseHandle(*file);
        *file = INVALID_HANDLE_VALUE;
        hr = LOCAL_PATH_IS_LINK;
    }
    free(extended);
    return hr;
}

bool local_path_has_size(const WCHAR *path, uint64_t size)
{
    LARGE_INTEGER there;
    bool is_same;
    HANDLE file;

    if (FAILED(local_path_open(path, FILE_READ_ATTRIBUTES, OPEN_EXISTING, 0, &file))) return false;
    is_same = GetFileSizeEx(file, &there) && (uint64_t)there.QuadPart == size;
    CloseHandle(file);
    return is_same;
}

static HRESULT rename_to(HANDLE file, const WCHAR *name)
{
    size_t length = str_len(name) * sizeof(*name);
    FILE_RENAME_INFO *info = calloc(1, sizeof(*info) + length);
    HRESULT hr = S_OK;

    if (!info) return E_OUTOFMEMORY;
    info->ReplaceIfExists = TRUE;
    info->FileNameLength = (DWORD)length;
    memcpy(info->FileName, name, length);
    if (!SetFileInformationByHandle(file, FileRenameInfo, info, (DWORD)(sizeof(*info) + length)))
        hr = err_from_last_error();
    free(info);
    return hr;
}

HRESULT local_path_rename(HANDLE file, const WCHAR *path)
{
    WCHAR *extended = local_path_extend(path);
    HRESULT hr;

    if (!extended) return E_OUTOFMEMORY;
    hr = rename_to(file, extended);
    free(extended);
    return hr;
}
