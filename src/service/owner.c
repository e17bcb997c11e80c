/* SPDX-License-Identifier: LGPL-2.1-or-later
 *
 * The lock file. It stays when it is let go of: its name is not the lock, the open handle is. */
#include "service/owner.h"

#include <objbase.h>

#include "base/err.h"
#include "service/machine_folder.h"

#define LOCK_NAME L"openbits.lock"

static HRESULT write_instance(HANDLE file, GUID *instance)
{
    HRESULT hr = CoCreateGuid(instance);
    DWORD written;

    if (FAILED(hr)) return hr;
    if (!WriteFile(file, instance, sizeof(*instance), &written, NULL)) return err_from_last_error();
    return S_OK;
}

HRESULT owner_find(GUID *instance)
{
    WCHAR path[MACHINE_PATH_SIZE];
    DWORD size = 0;
    HANDLE file;
    HRESULT hr;

    if (FAILED(hr = machine_folder_path(LOCK_NAME, path))) return hr;
    file = CreateFileW(path, GENERIC_READ, FILE_SHARE_READ | FILE_SHARE_WRITE, NULL, OPEN_EXISTING,
                       0, NULL);
    if (file == INVALID_HANDLE_VALUE) return err_from_last_error();
    if (!ReadFile(file, instance, sizeof(*instance), &size, NULL))
        hr = err_from_last_error();
    else if (size != sizeof(*instance))
        hr = HRESULT_FROM_WIN32(ERROR_HANDLE_EOF);
    CloseHandle(file);
    return hr;
}

HRESULT owner_acquire(HANDLE *owner, GUID *instance)
{
    WCHAR path[MACHINE_PATH_SIZE];
    HANDLE file;
    HRESULT hr;

    *owner = NULL;
    if (FAILED(hr = machine_folder_path(LOCK_NAME, path))) return hr;
    file = machine_folder_create_public(path, GENERIC_WRITE, FILE_SHARE_READ);
    if (file == INVALID_HANDLE_VALUE) return err_from_last_error();
    if (FAILED(hr = write_instance(file, instance)))
    {
        CloseHandle(file);
        return hr;
    }
    *owner = file;
    return S_OK;
}

void owner_release(HANDLE owner)
{
    if (owner) CloseHandle(owner);
}
