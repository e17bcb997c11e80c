/* SPDX-License-Identifier: LGPL-2.1-or-later
 *
 * The folder, as the registry says it. Not the variable ALLUSERSPROFILE: under Wine a service has
 * another one than a program. */
#include "service/machine_folder.h"

#include "base/err.h"
#include "base/str.h"

#define PROFILES L"Software\\Microsoft\\Windows NT\\CurrentVersion\\ProfileList"

static const WCHAR *const steps[] = {L"\\Microsoft", L"\\Network", L"\\Downloader"};

static void append(WCHAR path[MACHINE_PATH_SIZE], const WCHAR *part)
{
    size_t len = str_len(path);

    while (*part && len + 1 < MACHINE_PATH_SIZE)
        path[len++] = *part++;
    path[len] = 0;
}

HRESULT machine_folder_path(const WCHAR *name, WCHAR path[MACHINE_PATH_SIZE])
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
    append(path, L"\\");
    append(path, name);
    return S_OK;
}
