/* SPDX-License-Identifier: LGPL-2.1-or-later
 *
 * The folder of the queue: where the registry says, and closed to ordinary users. The registry is
 * one of the test's own. */
#include "service/machine_folder.h"

#include <aclapi.h>
#include <stdlib.h>
#include <wchar.h>

#include "harness/os.h"
#include "harness/test.h"

#define TEST_KEY L"Software\\OpenBITS.Test.Folder"
#define PROFILES L"Software\\Microsoft\\Windows NT\\CurrentVersion\\ProfileList"

static WCHAR root[MAX_PATH];

static bool use_registry_of_own(void)
{
    HKEY key;
    bool is_used;

    GetTempPathW(ARRAY_SIZE(root), root);
    swprintf(root + wcslen(root), 64, L"machine_folder.%lu", GetCurrentProcessId());
    CreateDirectoryW(root, NULL);
    RegDeleteTreeW(HKEY_CURRENT_USER, TEST_KEY);
    if (RegCreateKeyW(HKEY_CURRENT_USER, TEST_KEY, &key)) return false;
    is_used = !RegSetKeyValueW(key, PROFILES, L"ProgramData", REG_SZ, root,
                               (wcslen(root) + 1) * sizeof(WCHAR)) &&
              !RegOverridePredefKey(HKEY_LOCAL_MACHINE, key);
    RegCloseKey(key);
    return is_used;
}

/* What users that have logged on are granted. Wine keeps the bits of a Unix file, and gives those
 * of others to everyone. */
static ACCESS_MASK rights_of_users(const WCHAR *path, bool *is_protected)
{
    BYTE users[SECURITY_MAX_SID_SIZE], everyone[SECURITY_MAX_SID_SIZE];
    DWORD size = sizeof(users), everyone_size = sizeof(everyone), revision;
    SECURITY_DESCRIPTOR_CONTROL control = 0;
    PSECURITY_DESCRIPTOR descriptor = NULL;
    ACCESS_MASK mask = 0;
    ACL *acl = NULL;
    DWORD error;

    CreateWellKnownSid(WinAuthenticatedUserSid, NULL, users, &size);
    CreateWellKnownSid(WinWorldSid, NULL, everyone, &everyone_size);
    error = GetNamedSecurityInfoW((WCHAR *)path, SE_FILE_OBJECT, DACL_SECURITY_INFORMATION, NULL,
                                  NULL, &acl, NULL, &descriptor);
    ok(!error && acl, "%ls: error %lu, list %p.\n", path, error, acl);
    for (WORD i = 0; acl && i < acl->AceCount; i++)
    {
        ACCESS_ALLOWED_ACE *ace;

        if (!GetAce(acl, i, (void **)&ace)) continue;
        if (EqualSid(&ace->SidStart, users) || EqualSid(&ace->SidStart, everyone))
            mask |= ace->Mask;
    }
    GetSecurityDescriptorControl(descriptor, &control, &revision);
    *is_protected = control & SE_DACL_PROTECTED;
    LocalFree(descriptor);
    return mask;
}

static void test_rights(void)
{
    WCHAR path[MACHINE_PATH_SIZE], folder[MACHINE_PATH_SIZE];
    ACCESS_MASK mask;
    bool is_protected;
    HANDLE file;
    HRESULT hr;

    hr = machine_folder_path(L"private", path);
    ok(hr == S_OK, "Got hr %#lx.\n", hr);
    ok(!wcsncmp(path, root, wcslen(root)), "Got %ls.\n", path);
    wcscpy(folder, path);
    *wcsrchr(folder, '\\') = 0;
    mask = rights_of_users(folder, &is_protected);
    ok(!(mask & (FILE_LIST_DIRECTORY | FILE_ADD_FILE | FILE_DELETE_CHILD | DELETE | WRITE_DAC)),
       "Users have %#lx.\n", mask);
    todo_wine ok(is_protected, "What is above is inherited.\n");

    file = CreateFileW(path, GENERIC_WRITE, 0, NULL, CREATE_NEW, 0, NULL);
    ok(file != INVALID_HANDLE_VALUE, "Got error %lu.\n", GetLastError());
    CloseHandle(file);
    mask = rights_of_users(path, &is_protected);
    todo_wine ok(!mask, "Users have %#lx.\n", mask);
    DeleteFileW(path);

    hr = machine_folder_path(L"public", path);
    ok(hr == S_OK, "Got hr %#lx.\n", hr);
    file = machine_folder_create_public(path, GENERIC_WRITE, 0);
    ok(file != INVALID_HANDLE_VALUE, "Got error %lu.\n", GetLastError());
    CloseHandle(file);
    mask = rights_of_users(path, &is_protected);
    todo_wine ok(mask & FILE_READ_DATA, "Users have %#lx.\n", mask);
    ok(!(mask & (FILE_WRITE_DATA | DELETE | WRITE_DAC)), "Users have %#lx.\n", mask);
    DeleteFileW(path);
    while (wcslen(folder) >= wcslen(root))
    {
        RemoveDirectoryW(folder);
        *wcsrchr(folder, '\\') = 0;
    }
}

START_TEST(machine_folder)
{
    bool is_own = use_registry_of_own();

    ok(is_own, "There is no registry of one's own.\n");
    if (!is_own) return;
    test_rights();
    RegOverridePredefKey(HKEY_LOCAL_MACHINE, NULL);
    RegDeleteTreeW(HKEY_CURRENT_USER, TEST_KEY);
}
