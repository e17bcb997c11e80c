/* SPDX-License-Identifier: LGPL-2.1-or-later
 *
 * Files of Windows. */
#include "cache/cache_disk.h"

#include <stdlib.h>
#include <string.h>

#include "base/err.h"
#include "base/str.h"

/* A longer path needs a prefix to be taken by the system. */
#define LONG_PATH 240

/* Virus scanners and indexers open new files for a moment. */
#define SHARING_TRIES   20
#define SHARING_WAIT_MS 50

#define PIECE_MAX 0x1000000 /* of one read or write */

struct cache_file
{
    HANDLE handle;
};

static WCHAR *join(const WCHAR *first, const WCHAR *second)
{
    size_t len = str_len(first), second_len = str_len(second);
    WCHAR *text = malloc((len + second_len + 1) * sizeof(*text));

    if (!text) return NULL;
    memcpy(text, first, len * sizeof(*text));
    memcpy(text + len, second, (second_len + 1) * sizeof(*text));
    return text;
}

static WCHAR *extend(const WCHAR *path)
{
    if (str_len(path) < LONG_PATH || str_starts_with(path, u"\\\\?\\")) return str_dup(path);
    if (str_starts_with(path, u"\\\\")) return join(u"\\\\?\\UNC", path + 1);
    return join(u"\\\\?\\", path);
}

static HRESULT last_error(void)
{
    HRESULT hr = err_from_last_error();

    if (hr == ERR_PATH_NOT_FOUND) return ERR_FILE_NOT_FOUND;
    return hr == ERR_ALREADY_EXISTS ? ERR_FILE_EXISTS : hr;
}

static HRESULT get_size(void *ctx, const WCHAR *folder, uint64_t *bytes)
{
    ULARGE_INTEGER total;

    (void)ctx;
    *bytes = 0;
    if (!GetDiskFreeSpaceExW(folder, NULL, &total, NULL)) return last_error();
    *bytes = total.QuadPart;
    return S_OK;
}

static HRESULT make_folder(void *ctx, const WCHAR *path)
{
    (void)ctx;
    if (CreateDirectoryW(path, NULL) || GetLastError() == ERROR_ALREADY_EXISTS) return S_OK;
    return last_error();
}

static HRESULT visit_one(const WIN32_FIND_DATAW *found, cache_visit_fn visit, void *visit_ctx)
{
    const DWORD odd = FILE_ATTRIBUTE_DIRECTORY | FILE_ATTRIBUTE_REPARSE_POINT;

    if (str_is_equal(found->cFileName, u".") || str_is_equal(found->cFileName, u"..")) return S_OK;
    return visit(visit_ctx, found->cFileName,
                 (uint64_t)found->nFileSizeHigh << 32 | found->nFileSizeLow,
                 !(found->dwFileAttributes & odd));
}

static HRESULT visit_all(void *ctx, const WCHAR *folder, cache_visit_fn visit, void *visit_ctx)
{
    WCHAR *pattern = join(folder, u"\\*");
    WIN32_FIND_DATAW found;
    HANDLE search;
    HRESULT hr = S_OK;

    (void)ctx;
    if (!pattern) return E_OUTOFMEMORY;
    search = FindFirstFileExW(pattern, FindExInfoBasic, &found, FindExSearchNameMatch, NULL, 0);
    free(pattern);
    if (search == INVALID_HANDLE_VALUE) return last_error();
    do
        hr = visit_one(&found, visit, visit_ctx);
    while (SUCCEEDED(hr) && FindNextFileW(search, &found));
    if (SUCCEEDED(hr) && GetLastError() != ERROR_NO_MORE_FILES) hr = last_error();
    FindClose(search);
    return hr;
}

static bool is_plain(HANDLE handle)
{
    FILE_ATTRIBUTE_TAG_INFO info;

    return GetFileType(handle) == FILE_TYPE_DISK &&
           GetFileInformationByHandleEx(handle, FileAttributeTagInfo, &info, sizeof(info)) &&
           !(info.FileAttributes & (FILE_ATTRIBUTE_DIRECTORY | FILE_ATTRIBUTE_REPARSE_POINT));
}

static HRESULT open_with(const WCHAR *path, DWORD access, DWORD disposition, DWORD flags,
                         struct cache_file **file)
{
    WCHAR *extended = extend(path);
    HRESULT hr = S_OK;

    *file = calloc(1, sizeof(**file));
    if (!extended || !*file)
        hr = E_OUTOFMEMORY;
    else if (((*file)->handle = CreateFileW(
                  extended, access, FILE_SHARE_READ | FILE_SHARE_WRITE | FILE_SHARE_DELETE, NULL,
                  disposition, flags | FILE_FLAG_OPEN_REPARSE_POINT, NULL)) == INVALID_HANDLE_VALUE)
        hr = last_error();
    else if (!is_plain((*file)->handle))
    {
        CloseHandle((*file)->handle);
        hr = E_ACCESSDENIED;
    }
    free(extended);
    if (FAILED(hr))
    {
        free(*file);
        *file = NULL;
    }
    return hr;
}

static HRESULT create_file(void *ctx, const WCHAR *path, struct cache_file **file)
{
    (void)ctx;
    return open_with(path, GENERIC_WRITE, CREATE_NEW,
                     FILE_ATTRIBUTE_NORMAL | FILE_ATTRIBUTE_NOT_CONTENT_INDEXED, file);
}

static HRESULT open_file(void *ctx, const WCHAR *path, struct cache_file **file)
{
    (void)ctx;
    return open_with(path, GENERIC_READ, OPEN_EXISTING, 0, file);
}

static HRESULT get_facts(void *ctx, struct cache_file *file, struct cache_file_facts *facts)
{
    LARGE_INTEGER size;
    FILETIME written;

    (void)ctx;
    if (!GetFileSizeEx(file->handle, &size) || !GetFileTime(file->handle, NULL, NULL, &written))
        return last_error();
    facts->size = (uint64_t)size.QuadPart;
    facts->modified = (filetime_t)written.dwHighDateTime << 32 | written.dwLowDateTime;
    return S_OK;
}

static OVERLAPPED at(uint64_t offset)
{
    return (OVERLAPPED){.Offset = (DWORD)offset, .OffsetHigh = (DWORD)(offset >> 32)};
}

static HRESULT read_file(void *ctx, struct cache_file *file, uint64_t offset, void *data,
                         size_t size)
{
    char *next = data;

    (void)ctx;
    while (size)
    {
        DWORD piece = size < PIECE_MAX ? (DWORD)size : PIECE_MAX, got = 0;
        OVERLAPPED place = at(offset);

        if (!ReadFile(file->handle, next, piece, &got, &place)) return last_error();
        if (!got) return ERR_HANDLE_EOF;
        next += got;
        offset += got;
        size -= got;
    }
    return S_OK;
}

static HRESULT write_file(void *ctx, struct cache_file *file, uint64_t offset, const void *data,
                          size_t size)
{
    const char *next = data;

    (void)ctx;
    while (size)
    {
        DWORD piece = size < PIECE_MAX ? (DWORD)size : PIECE_MAX, put = 0;
        OVERLAPPED place = at(offset);

        if (!WriteFile(file->handle, next, piece, &put, &place)) return last_error();
        if (!put) return ERR_WRITE_FAULT;
        next += put;
        offset += put;
        size -= put;
    }
    return S_OK;
}

static HRESULT flush_file(void *ctx, struct cache_file *file)
{
    (void)ctx;
    return FlushFileBuffers(file->handle) ? S_OK : last_error();
}

static void close_file(void *ctx, struct cache_file *file)
{
    (void)ctx;
    CloseHandle(file->handle);
    free(file);
}

static HRESULT move_file(void *ctx, const WCHAR *from, const WCHAR *to)
{
    HRESULT hr = S_OK;

    (void)ctx;
    for (unsigned int i = 0; i < SHARING_TRIES; i++)
    {
        if (MoveFileExW(from, to, 0)) return S_OK;
        if ((hr = last_error()) != ERR_SHARING_VIOLATION) break;
        Sleep(SHARING_WAIT_MS);
    }
    return hr;
}

static HRESULT remove_file(void *ctx, const WCHAR *path)
{
    HRESULT hr;

    (void)ctx;
    if (DeleteFileW(path)) return S_OK;
    hr = last_error();
    if (hr == E_ACCESSDENIED)
    {
        /* It may have been made read only by somebody. */
        SetFileAttributesW(path, FILE_ATTRIBUTE_NORMAL);
        hr = DeleteFileW(path) ? S_OK : last_error();
    }
    return hr == ERR_FILE_NOT_FOUND ? S_OK : hr;
}

const struct cache_disk cache_disk_system = {
    .get_size = get_size,
    .make_folder = make_folder,
    .visit = visit_all,
    .create = create_file,
    .open = open_file,
    .get_facts = get_facts,
    .read = read_file,
    .write = write_file,
    .flush = flush_file,
    .close = close_file,
    .move = move_file,
    .remove = remove_file,
};
