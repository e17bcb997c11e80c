/* SPDX-License-Identifier: LGPL-2.1-or-later
 *
 * The file of known peers on the disk. It can be lost: peers are looked for all the same. */
#include "peer/peer_list_file.h"

#include <stdlib.h>
#include <string.h>

#include "base/err.h"
#include "base/lock.h"
#include "base/log.h"

void peer_list_file_load(const WCHAR *path, struct peer_info **peers, size_t *count)
{
    HANDLE file = CreateFileW(path, GENERIC_READ, FILE_SHARE_READ | FILE_SHARE_DELETE, NULL,
                              OPEN_EXISTING, 0, NULL);
    uint8_t *bytes = NULL;
    LARGE_INTEGER length;
    DWORD got = 0;

    lock_assert_none_held();
    *peers = NULL;
    *count = 0;
    if (file == INVALID_HANDLE_VALUE) return;
    if (GetFileSizeEx(file, &length) && length.QuadPart > 0 &&
        length.QuadPart <= PEER_LIST_FILE_MAX && (bytes = malloc((size_t)length.QuadPart)) &&
        ReadFile(file, bytes, (DWORD)length.QuadPart, &got, NULL) &&
        !peer_list_file_read(bytes, got, peers, count))
        LOG_WARN(LOG_PEER, "The list of known peers is damaged");
    CloseHandle(file);
    free(bytes);
}

static HRESULT write_file(const WCHAR *path, const uint8_t *bytes, size_t size)
{
    HANDLE file = CreateFileW(path, GENERIC_WRITE, 0, NULL, CREATE_ALWAYS, 0, NULL);
    HRESULT hr = S_OK;
    DWORD written;

    if (file == INVALID_HANDLE_VALUE) return err_from_last_error();
    /* One that is cut does not add up, and counts as none. */
    if (!WriteFile(file, bytes, (DWORD)size, &written, NULL)) hr = err_from_last_error();
    CloseHandle(file);
    return hr;
}

HRESULT peer_list_file_save(const WCHAR *path, const struct peer_info *peers, size_t count,
                            uint8_t **kept, size_t *kept_size)
{
    uint8_t *bytes;
    size_t size;
    HRESULT hr;

    lock_assert_none_held();
    if (FAILED(hr = peer_list_file_make(peers, count, &bytes, &size))) return hr;
    if (*kept && *kept_size == size && !memcmp(*kept, bytes, size))
    {
        free(bytes);
        return S_FALSE;
    }
    if (FAILED(hr = write_file(path, bytes, size)))
    {
        free(bytes);
        return hr;
    }
    free(*kept);
    *kept = bytes;
    *kept_size = size;
    return S_OK;
}
