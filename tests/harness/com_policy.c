/* SPDX-License-Identifier: LGPL-2.1-or-later
 *
 * Policies of the machine. Before a value is touched for the first time it is put aside; it comes
 * back at the latest when the program ends. */
#include "harness/com_fixture.h"

#include <stdlib.h>
#include <wchar.h>

#define KEY_NAME  L"Software\\Policies\\Microsoft\\Windows\\BITS"
#define SAVED_MAX 32

struct saved_value
{
    WCHAR name[64];
    DWORD type;
    BYTE data[512];
    DWORD size;
    bool was_there;
};

static struct saved_value saved[SAVED_MAX];
static unsigned int saved_count;
static bool was_key_there;

static LSTATUS open_key(REGSAM access, HKEY *key)
{
    return RegOpenKeyExW(HKEY_LOCAL_MACHINE, KEY_NAME, 0, access, key);
}

static void put_back(HKEY key, const struct saved_value *value)
{
    if (value->was_there)
        RegSetValueExW(key, value->name, 0, value->type, value->data, value->size);
    else
        RegDeleteValueW(key, value->name);
}

void policy_restore(void)
{
    HKEY key;

    if (!saved_count) return;
    if (!open_key(KEY_ALL_ACCESS, &key))
    {
        for (unsigned int i = 0; i < saved_count; i++)
            put_back(key, &saved[i]);
        RegCloseKey(key);
        if (!was_key_there) RegDeleteKeyW(HKEY_LOCAL_MACHINE, KEY_NAME);
    }
    saved_count = 0;
}

/* Opens the key for writing, when what the name stands for now is put aside. */
static bool open_for(const WCHAR *name, HKEY *key)
{
    struct saved_value *value = &saved[saved_count];
    static bool is_set_up;

    if (!is_set_up) atexit(policy_restore);
    is_set_up = true;
    if (!saved_count)
    {
        was_key_there = !open_key(KEY_READ, key);
        if (was_key_there) RegCloseKey(*key);
    }
    if (RegCreateKeyExW(HKEY_LOCAL_MACHINE, KEY_NAME, 0, NULL, 0, KEY_ALL_ACCESS, NULL, key, NULL))
        return false;
    for (unsigned int i = 0; i < saved_count; i++)
        if (!wcscmp(saved[i].name, name)) return true;

    if (saved_count == SAVED_MAX || wcslen(name) >= ARRAY_SIZE(value->name)) abort();
    wcscpy(value->name, name);
    value->size = sizeof(value->data);
    value->was_there = !RegQueryValueExW(*key, name, NULL, &value->type, value->data, &value->size);
    saved_count++;
    return true;
}

bool policy_set_raw(const WCHAR *name, DWORD type, const void *data, DWORD size)
{
    LSTATUS status;
    HKEY key;

    if (!open_for(name, &key)) return false;
    status = RegSetValueExW(key, name, 0, type, data, size);
    RegCloseKey(key);
    return !status;
}

bool policy_set(const WCHAR *name, DWORD value)
{
    return policy_set_raw(name, REG_DWORD, &value, sizeof(value));
}

bool policy_delete(const WCHAR *name)
{
    LSTATUS status;
    HKEY key;

    if (!open_for(name, &key)) return false;
    status = RegDeleteValueW(key, name);
    RegCloseKey(key);
    return !status || status == ERROR_FILE_NOT_FOUND;
}
