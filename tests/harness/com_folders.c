/* SPDX-License-Identifier: LGPL-2.1-or-later
 *
 * Folders that are closed to the user of the test. */
#include "harness/com_fixture.h"

#include <aclapi.h>
#include <wchar.h>

static bool is_closed(const WCHAR *folder)
{
    WCHAR name[MAX_PATH];
    DWORD error = ERROR_SUCCESS;
    HANDLE file;

    swprintf(name, MAX_PATH, L"%ls\\probe", folder);
    file = CreateFileW(name, GENERIC_WRITE | DELETE, 0, NULL, CREATE_NEW, FILE_FLAG_DELETE_ON_CLOSE,
                       NULL);
    if (file != INVALID_HANDLE_VALUE)
        CloseHandle(file);
    else
        error = GetLastError();
    return error == ERROR_ACCESS_DENIED;
}

/* Everybody is denied what changes the folder. */
static void close_folder(WCHAR *folder)
{
    static const SID everyone = {SID_REVISION, 1, {SECURITY_WORLD_SID_AUTHORITY}, {0}};
    EXPLICIT_ACCESSW entry = {
        .grfAccessPermissions = GENERIC_READ | GENERIC_EXECUTE | DELETE | WRITE_DAC,
        .grfAccessMode = SET_ACCESS,
        .Trustee = {.TrusteeForm = TRUSTEE_IS_SID, .ptstrName = (WCHAR *)&everyone}};
    ACL *acl = NULL;

    if (SetEntriesInAclW(1, &entry, NULL, &acl)) return;
    SetNamedSecurityInfoW(folder, SE_FILE_OBJECT,
                          DACL_SECURITY_INFORMATION | PROTECTED_DACL_SECURITY_INFORMATION, NULL,
                          NULL, acl, NULL);
    LocalFree(acl);
}

bool closed_folder(WCHAR folder[MAX_PATH])
{
    /* No access control list keeps root out; under Wine these folders do. */
    static const WCHAR *const of_the_host[] = {L"Z:\\dev\\pts", L"Z:\\sys"};

    CreateDirectoryW(temp_path(L"closed", folder), NULL);
    close_folder(folder);
    if (is_closed(folder)) return true;
    RemoveDirectoryW(folder);
    for (unsigned int i = 0; i < ARRAY_SIZE(of_the_host); i++)
        if (is_closed(wcscpy(folder, of_the_host[i]))) return true;
    return false;
}
