/* SPDX-License-Identifier: LGPL-2.1-or-later
 *
 * Reading what is sent. */
#include "transfer/upload_file.h"

#include <stdlib.h>

#include <bitsmsg.h>

#include "base/err.h"
#include "transfer/local_path.h"
#include "transfer/run_token.h"

static HRESULT read_version(HANDLE handle, struct file_version *version)
{
    BY_HANDLE_FILE_INFORMATION info;

    if (!GetFileInformationByHandle(handle, &info)) return err_from_last_error();
    if (info.dwFileAttributes & FILE_ATTRIBUTE_DIRECTORY) return E_ACCESSDENIED;
    *version = (struct file_version){.known = true,
                                     .size = (uint64_t)info.nFileSizeHigh << 32 | info.nFileSizeLow,
                                     .has_mtime = true,
                                     .mtime = (uint64_t)info.ftLastWriteTime.dwHighDateTime << 32 |
                                              info.ftLastWriteTime.dwLowDateTime};
    return S_OK;
}

static HRESULT open_path(struct upload_file *file, const WCHAR *path)
{
    WCHAR *extended = local_path_extend(path);
    HANDLE handle;
    HRESULT hr;

    file->handle = NULL;
    if (!extended) return E_OUTOFMEMORY;
    handle =
        CreateFileW(extended, GENERIC_READ, FILE_SHARE_READ | FILE_SHARE_WRITE | FILE_SHARE_DELETE,
                    NULL, OPEN_EXISTING, FILE_FLAG_SEQUENTIAL_SCAN, NULL);
    hr = handle == INVALID_HANDLE_VALUE ? err_from_last_error() : S_OK;
    free(extended);
    if (FAILED(hr)) return hr;
    hr = GetFileType(handle) == FILE_TYPE_DISK ? read_version(handle, &file->version)
                                               : E_ACCESSDENIED;
    if (FAILED(hr))
        CloseHandle(handle);
    else
    {
        file->handle = handle;
        file->position = 0;
    }
    return hr;
}

HRESULT upload_file_open(struct upload_file *file, const WCHAR *path, const struct job_token *token)
{
    bool is_other = token_enter(token, true);
    HRESULT hr = open_path(file, path);

    if (is_other) token_leave();
    return hr;
}

void upload_file_close(struct upload_file *file)
{
    if (file->handle) CloseHandle(file->handle);
    file->handle = NULL;
}

bool upload_file_is_same(const struct file_version *a, const struct file_version *b)
{
    return a->size == b->size && a->mtime == b->mtime;
}

HRESULT upload_file_check(const struct upload_file *file)
{
    struct file_version now;
    HRESULT hr = read_version(file->handle, &now);

    if (FAILED(hr)) return hr;
    return upload_file_is_same(&file->version, &now) ? S_OK : BG_E_LOCAL_FILE_CHANGED;
}

/* Where each read tells its place, Wine asks its server each time. */
static HRESULT seek(struct upload_file *file, uint64_t offset)
{
    LARGE_INTEGER place = {.QuadPart = (LONGLONG)offset};

    if (file->position == offset) return S_OK;
    if (!SetFilePointerEx(file->handle, place, NULL, FILE_BEGIN)) return err_from_last_error();
    file->position = offset;
    return S_OK;
}

HRESULT upload_file_read(struct upload_file *file, uint64_t offset, void *buffer, size_t size)
{
    HRESULT hr = seek(file, offset);

    while (SUCCEEDED(hr) && size)
    {
        DWORD piece = size < 1u << 30 ? (DWORD)size : 1u << 30, got = 0;

        if (!ReadFile(file->handle, buffer, piece, &got, NULL)) return err_from_last_error();
        if (!got) return BG_E_LOCAL_FILE_CHANGED;
        buffer = (char *)buffer + got;
        file->position += got;
        size -= got;
    }
    return hr;
}
