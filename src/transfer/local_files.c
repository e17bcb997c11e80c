/* SPDX-License-Identifier: LGPL-2.1-or-later
 *
 * Destinations and temporary files. A temporary file is only touched through a handle that was seen
 * to be a plain file, so that a link put in its place leads nowhere. */
#include "transfer/local_files.h"

#include <stdlib.h>
#include <string.h>

#include "base/err.h"
#include "base/random.h"
#include "base/str.h"
#include "transfer/local_path.h"

/* Virus scanners and indexers open new files for a moment. */
#define SHARING_TRIES   20
#define SHARING_WAIT_MS 50

#define TRIED_MS 1000

/* A name that is taken is noticed when the file is made. Longer names make folders of many files
 * slow to search. */
#define TEMP_DIGITS 8

static size_t folder_len(const WCHAR *path)
{
    size_t len = str_len(path);

    while (len && path[len - 1] != '\\' && path[len - 1] != '/')
        len--;
    return len;
}

static HRESULT choose_temp_name(void *ctx, const WCHAR *local_name, WCHAR **temp_name)
{
    static const WCHAR digits[] = u"0123456789ABCDEF";
    static const WCHAR prefix[] = u"BIT", suffix[] = u".tmp";
    size_t len = folder_len(local_name);
    WCHAR *name, *end;
    uint32_t number;
    HRESULT hr;

    (void)ctx;
    *temp_name = NULL;
    if (FAILED(hr = random_bytes(&number, sizeof(number)))) return hr;
    if (!(name = malloc((len + 3 + TEMP_DIGITS + 4 + 1) * sizeof(*name)))) return E_OUTOFMEMORY;
    memcpy(name, local_name, len * sizeof(*name));
    memcpy(name + len, prefix, 3 * sizeof(*name));
    end = name + len + 3;
    for (unsigned int i = 0; i < TEMP_DIGITS; i++)
        *end++ = digits[number >> (4 * i) & 15];
    memcpy(end, suffix, sizeof(suffix));
    *temp_name = name;
    return S_OK;
}

/* Wine does not look whether files may be added to a folder that is opened for it. */
static bool gives_every_folder(void)
{
    return GetProcAddress(GetModuleHandleW(u"ntdll.dll"), "wine_get_version") != NULL;
}

/* The folder that was tried last, so that a job of many files does not make as many. */
static struct
{
    SRWLOCK lock; /* a leaf */
    ULONGLONG ticks;
    size_t len;
    WCHAR folder[MAX_PATH];
} tried = {.lock = SRWLOCK_INIT};

static bool was_just_tried(const WCHAR *name)
{
    size_t len = folder_len(name);
    bool result;

    AcquireSRWLockShared(&tried.lock);
    result = len && len == tried.len && GetTickCount64() - tried.ticks < TRIED_MS &&
             !memcmp(name, tried.folder, len * sizeof(*name));
    ReleaseSRWLockShared(&tried.lock);
    return result;
}

static void remember_tried(const WCHAR *name)
{
    size_t len = folder_len(name);

    if (len > ARRAY_COUNT(tried.folder)) return;
    AcquireSRWLockExclusive(&tried.lock);
    memcpy(tried.folder, name, len * sizeof(*name));
    tried.len = len;
    tried.ticks = GetTickCount64();
    ReleaseSRWLockExclusive(&tried.lock);
}

/* Only a refusal counts: what else is wrong with the folder may be over when it is needed. */
static HRESULT try_to_add(const WCHAR *local_name)
{
    WCHAR *name, *path;
    HANDLE file;
    HRESULT hr;

    if (FAILED(hr = choose_temp_name(NULL, local_name, &name))) return hr;
    path = local_path_extend(name);
    free(name);
    if (!path) return E_OUTOFMEMORY;
    file = CreateFileW(path, GENERIC_WRITE | DELETE, 0, NULL, CREATE_NEW,
                       FILE_ATTRIBUTE_HIDDEN | FILE_FLAG_DELETE_ON_CLOSE, NULL);
    if (file != INVALID_HANDLE_VALUE)
        CloseHandle(file);
    else if (GetLastError() == ERROR_ACCESS_DENIED)
        hr = E_ACCESSDENIED;
    free(path);
    if (SUCCEEDED(hr)) remember_tried(local_name);
    return hr;
}

static HRESULT check_directory(void *ctx, const WCHAR *local_name)
{
    WCHAR *folder, *extended;
    HRESULT hr = S_OK;
    HANDLE handle;

    (void)ctx;
    if (!(folder = str_dup_len(local_name, folder_len(local_name)))) return E_OUTOFMEMORY;
    extended = local_path_extend(folder);
    free(folder);
    if (!extended) return E_OUTOFMEMORY;

    handle =
        CreateFileW(extended, FILE_ADD_FILE, FILE_SHARE_READ | FILE_SHARE_WRITE | FILE_SHARE_DELETE,
                    NULL, OPEN_EXISTING, FILE_FLAG_BACKUP_SEMANTICS, NULL);
    if (handle != INVALID_HANDLE_VALUE)
    {
        CloseHandle(handle);
        if (gives_every_folder() && !was_just_tried(local_name)) hr = try_to_add(local_name);
    }
    else if ((hr = err_from_last_error()) == HRESULT_FROM_WIN32(ERROR_FILE_NOT_FOUND))
        hr = HRESULT_FROM_WIN32(ERROR_PATH_NOT_FOUND);
    free(extended);
    return hr;
}

/* Shows the file and gives it the remote file's time. */
static HRESULT prepare(HANDLE file, filetime_t mtime)
{
    FILE_BASIC_INFO info = {.FileAttributes = FILE_ATTRIBUTE_NORMAL};

    /* A time that a LARGE_INTEGER cannot hold is none that a server meant. */
    if (mtime && mtime <= INT64_MAX)
    {
        info.CreationTime.QuadPart = (LONGLONG)mtime;
        info.LastWriteTime.QuadPart = (LONGLONG)mtime;
    }
    if (!SetFileInformationByHandle(file, FileBasicInfo, &info, sizeof(info)))
        return err_from_last_error();
    return S_OK;
}

static HRESULT rename_patiently(HANDLE file, const WCHAR *to)
{
    HRESULT hr = S_OK;

    for (unsigned int i = 0; i < SHARING_TRIES; i++)
    {
        hr = local_path_rename(file, to);
        if (hr != HRESULT_FROM_WIN32(ERROR_SHARING_VIOLATION)) break;
        Sleep(SHARING_WAIT_MS);
    }
    return hr;
}

static HRESULT publish(void *ctx, const WCHAR *temp_name, const WCHAR *local_name, filetime_t mtime)
{
    HANDLE file;
    HRESULT hr;

    (void)ctx;
    hr = local_path_open(temp_name, FILE_READ_ATTRIBUTES | FILE_WRITE_ATTRIBUTES | DELETE,
                         OPEN_EXISTING, 0, &file);
    if (FAILED(hr)) return hr;
    if (SUCCEEDED(hr = prepare(file, mtime)) && !str_is_equal(temp_name, local_name))
        hr = rename_patiently(file, local_name);
    CloseHandle(file);
    return hr;
}

static void make_writable(const WCHAR *path)
{
    FILE_BASIC_INFO info = {.FileAttributes = FILE_ATTRIBUTE_NORMAL};
    HANDLE file;

    if (FAILED(local_path_open(path, FILE_READ_ATTRIBUTES | FILE_WRITE_ATTRIBUTES, OPEN_EXISTING, 0,
                               &file)))
        return;
    SetFileInformationByHandle(file, FileBasicInfo, &info, sizeof(info));
    CloseHandle(file);
}

static HRESULT discard(void *ctx, const WCHAR *temp_name)
{
    WCHAR *path = local_path_extend(temp_name);
    DWORD error = ERROR_SUCCESS;

    (void)ctx;
    if (!path) return E_OUTOFMEMORY;
    if (!DeleteFileW(path) && (error = GetLastError()) == ERROR_ACCESS_DENIED)
    {
        /* It may have been made read only by somebody. */
        make_writable(path);
        error = DeleteFileW(path) ? ERROR_SUCCESS : GetLastError();
    }
    free(path);
    if (error == ERROR_FILE_NOT_FOUND || error == ERROR_PATH_NOT_FOUND) error = ERROR_SUCCESS;
    return HRESULT_FROM_WIN32(error);
}

static bool has_size(void *ctx, const WCHAR *name, uint64_t size)
{
    (void)ctx;
    return local_path_has_size(name, size);
}

static HRESULT read_file(void *ctx, const WCHAR *name, void *buffer, size_t size)
{
    LARGE_INTEGER there;
    DWORD got = 0;
    HANDLE file;
    HRESULT hr;

    (void)ctx;
    if (size > UINT32_MAX) return E_INVALIDARG;
    if (FAILED(hr = local_path_open(name, GENERIC_READ, OPEN_EXISTING, 0, &file))) return hr;
    if (!GetFileSizeEx(file, &there) || !ReadFile(file, buffer, (DWORD)size, &got, NULL))
        hr = err_from_last_error();
    else if ((uint64_t)there.QuadPart != size || got != size)
        hr = HRESULT_FROM_WIN32(ERROR_HANDLE_EOF);
    CloseHandle(file);
    return hr;
}

const struct file_ops local_file_ops = {check_directory, choose_temp_name, publish,
                                        has_size,        discard,          read_file};
