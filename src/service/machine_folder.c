/* SPDX-License-Identifier: LGPL-2.1-or-later
 *
 * The folder, as the registry says it. Not the variable ALLUSERSPROFILE: under Wine a service has
 * another one than a program. */
#include "service/machine_folder.h"

#include <sddl.h>

#include "base/err.h"
#include "base/str.h"

#define PROFILES L"Software\\Microsoft\\Windows NT\\CurrentVersion\\ProfileList"

/* System and administrators: all, of what is in it too; users: to come through. */
#define FOLDER_RIGHTS L"D:P(A;OICI;FA;;;SY)(A;OICI;FA;;;BA)(A;;0x1200a0;;;AU)"
#define PUBLIC_RIGHTS L"D:P(A;;FA;;;SY)(A;;FA;;;BA)(A;;FR;;;AU)"

static const WCHAR *const steps[] = {L"\\Microsoft", L"\\Network", L"\\Downloader"};

static void append(WCHAR path[MACHINE_PATH_SIZE], const WCHAR *part)
{
    size_t len = str_len(path);

    while (*part && len + 1 < MACHINE_PATH_SIZE)
        path[len++] = *part++;
    path[len] = 0;
}

static bool get_rights(const WCHAR *text, SECURITY_ATTRIBUTES *attributes)
{
    *attributes = (SECURITY_ATTRIBUTES){.nLength = sizeof(*attributes)};
    return ConvertStringSecurityDescriptorToSecurityDescriptorW(
        text, SDDL_REVISION_1, &attributes->lpSecurityDescriptor, NULL);
}

static HRESULT make_folder(const WCHAR *path, const WCHAR *rights)
{
    SECURITY_ATTRIBUTES attributes = {0};
    HRESULT hr = S_OK;

    if (rights && !get_rights(rights, &attributes)) return err_from_last_error();
    if (!CreateDirectoryW(path, rights ? &attributes : NULL) &&
        GetLastError() != ERROR_ALREADY_EXISTS)
        hr = err_from_last_error();
    LocalFree(attributes.lpSecurityDescriptor);
    return hr;
}

HRESULT machine_folder_path(const WCHAR *name, WCHAR path[MACHINE_PATH_SIZE])
{
    DWORD size = MAX_PATH * sizeof(*path);
    LSTATUS status = RegGetValueW(HKEY_LOCAL_MACHINE, PROFILES, L"ProgramData", RRF_RT_REG_SZ, NULL,
                                  path, &size);

    if (status) return HRESULT_FROM_WIN32(status);
    for (unsigned int i = 0; i < ARRAY_COUNT(steps); i++)
    {
        HRESULT hr;

        append(path, steps[i]);
        if (FAILED(hr = make_folder(path, i + 1 == ARRAY_COUNT(steps) ? FOLDER_RIGHTS : NULL)))
            return hr;
    }
    append(path, L"\\");
    append(path, name);
    return S_OK;
}

HANDLE machine_folder_create_public(const WCHAR *path, DWORD access, DWORD share)
{
    SECURITY_ATTRIBUTES attributes;
    HANDLE file;

    if (!get_rights(PUBLIC_RIGHTS, &attributes)) return INVALID_HANDLE_VALUE;
    file = CreateFileW(path, access, share, &attributes, OPEN_ALWAYS, FILE_ATTRIBUTE_NORMAL, NULL);
    LocalFree(attributes.lpSecurityDescriptor);
    return file;
}
