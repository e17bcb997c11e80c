/* SPDX-License-Identifier: LGPL-2.1-or-later
 *
 * The lock file. It stays when it is let go of: its name is not the lock, the open handle is. */
#include "service/owner.h"

#include <objbase.h>

#include "base/err.h"
#include "base/str.h"

/* Not the variable ALLUSERSPROFILE: under Wine a service has another one than a program. */
#define PROFILES  L"Software\\Microsoft\\Windows NT\\CurrentVersion\\ProfileList"
#define PATH_SIZE (MAX_PATH + 64)

static const WCHAR *const steps[] = {L"\\Microsoft", L"\\Network", L"\\Downloader"};

static void append(WCHAR path[PATH_SIZE], const WCHAR *part)
{
    size_t len = str_len(path);

    while (*part && len + 1 < PATH_SIZE)
        path[len++] = *part++;
    path[len] = 0;
}

static HRESULT make_path(WCHAR path[PATH_SIZE])
{
    DWORD size = MAX_PATH * sizeof(*path);
    LSTATUS status = RegGetValueW(HKEY_LOCAL_MACHINE, PROFILES, L"ProgramData", RRF_RT_REG_SZ, NULL,
                                  path, &size);

    if (status) return HRESULT_FROM_WIN32(status);
    for (unsigned int i = 0; i < ARRAY_COUNT(steps); i++)
    {
        append(path, steps[i]);
        if (!CreateDirectoryW(path, NULL) && GetLastError() != ERROR_ALREADY_EXISTS)
            return err_from_last_error();
    }
    append(path, L"\\openbits.lock");
    return S_OK;
}

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
    WCHAR path[PATH_SIZE];
    DWORD size = 0;
    HANDLE file;
    HRESULT hr;

    if (FAILED(hr = make_path(path))) return hr;
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
    WCHAR path[PATH_SIZE];
    HANDLE file;
    HRESULT hr;

    *owner = NULL;
    if (FAILED(hr = make_path(path))) return hr;
    file = CreateFileW(path, GENERIC_WRITE, FILE_SHARE_READ, NULL, OPEN_ALWAYS,
                       FILE_ATTRIBUTE_NORMAL, NULL);
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
