/* SPDX-License-Identifier: LGPL-2.1-or-later
 *
 * Keys of classes, interfaces and type libraries in the registry. */
#include "service/class_keys.h"

#include "base/str.h"

#define CLASSES_ROOT L"Software\\Classes\\"
#define PATH_SIZE    256
#define KEPT_NAME    L"OpenBITS.Replaced"

static void join(WCHAR out[PATH_SIZE], const WCHAR *a, const WCHAR *b)
{
    size_t len = 0;

    for (; *a && len + 1 < PATH_SIZE; a++)
        out[len++] = *a;
    for (; *b && len + 1 < PATH_SIZE; b++)
        out[len++] = *b;
    out[len] = 0;
}

static void full_path(WCHAR out[PATH_SIZE], const WCHAR *path)
{
    join(out, *path == '\\' ? L"" : CLASSES_ROOT, *path == '\\' ? path + 1 : path);
}

static LSTATUS open_key(const WCHAR *path, REGSAM access, HKEY *key)
{
    WCHAR full[PATH_SIZE];

    full_path(full, path);
    return RegOpenKeyExW(HKEY_LOCAL_MACHINE, full, 0, access, key);
}

static LSTATUS make_key(const WCHAR *path, HKEY *key)
{
    WCHAR full[PATH_SIZE];

    full_path(full, path);
    return RegCreateKeyExW(HKEY_LOCAL_MACHINE, full, 0, NULL, 0, KEY_READ | KEY_WRITE, NULL, key,
                           NULL);
}

/* "There is no such key or value" is a good answer to "delete it". */
static HRESULT from_delete(LSTATUS status)
{
    return status == ERROR_FILE_NOT_FOUND ? S_OK : HRESULT_FROM_WIN32(status);
}

static void kept_name(WCHAR out[PATH_SIZE], const WCHAR *name)
{
    join(out, KEPT_NAME, name ? name : L"");
}

/* ---- read ---- */

bool class_key_get(const WCHAR *path, const WCHAR *name, WCHAR text[CLASS_TEXT_MAX])
{
    DWORD size = CLASS_TEXT_MAX * sizeof(*text);
    LSTATUS status;
    HKEY key;

    text[0] = 0;
    if (open_key(path, KEY_READ, &key)) return false;
    status = RegGetValueW(key, NULL, name, RRF_RT_REG_SZ | RRF_RT_REG_EXPAND_SZ | RRF_NOEXPAND,
                          NULL, text, &size);
    RegCloseKey(key);
    if (status) text[0] = 0;
    return !status;
}

bool class_key_is(const WCHAR *path, const WCHAR *name, const WCHAR *text)
{
    WCHAR found[CLASS_TEXT_MAX];
    return class_key_get(path, name, found) && str_is_equal_nocase(found, text);
}

/* ---- write ---- */

static HRESULT set_text(const WCHAR *path, const WCHAR *name, DWORD type, const WCHAR *text)
{
    DWORD size = (DWORD)((str_len(text) + 1) * sizeof(*text));
    LSTATUS status;
    HKEY key;

    if ((status = make_key(path, &key))) return HRESULT_FROM_WIN32(status);
    status = RegSetValueExW(key, name, 0, type, (const BYTE *)text, size);
    RegCloseKey(key);
    return HRESULT_FROM_WIN32(status);
}

HRESULT class_key_set(const WCHAR *path, const WCHAR *name, const WCHAR *text)
{
    return set_text(path, name, REG_SZ, text);
}

HRESULT class_key_set_if_absent(const WCHAR *path, const WCHAR *name, const WCHAR *text)
{
    WCHAR found[CLASS_TEXT_MAX];
    return class_key_get(path, name, found) ? S_OK : class_key_set(path, name, text);
}

HRESULT class_key_clear(const WCHAR *path, const WCHAR *name)
{
    LSTATUS status;
    HKEY key;

    if ((status = open_key(path, KEY_WRITE, &key))) return from_delete(status);
    status = RegDeleteValueW(key, name);
    RegCloseKey(key);
    return from_delete(status);
}

/* ---- take and give back ---- */

/* A note of this type says that there was nothing. */
#define NOTHING_TYPE REG_NONE

static LSTATUS query(HKEY key, const WCHAR *name, DWORD *type, BYTE *data, DWORD *size)
{
    *size = CLASS_TEXT_MAX * sizeof(WCHAR);
    return RegQueryValueExW(key, name, NULL, type, data, size);
}

static HRESULT keep_value(const WCHAR *path, const WCHAR *name)
{
    WCHAR kept[PATH_SIZE];
    BYTE data[CLASS_TEXT_MAX * sizeof(WCHAR)];
    DWORD type, size;
    LSTATUS status;
    HKEY key;

    kept_name(kept, name);
    if ((status = make_key(path, &key))) return HRESULT_FROM_WIN32(status);
    if ((status = query(key, kept, &type, data, &size)) == ERROR_FILE_NOT_FOUND)
    {
        if (!(status = query(key, name, &type, data, &size)))
            status = RegSetValueExW(key, kept, 0, type, data, size);
        else if (status == ERROR_FILE_NOT_FOUND)
            status = RegSetValueExW(key, kept, 0, NOTHING_TYPE, NULL, 0);
    }
    RegCloseKey(key);
    return HRESULT_FROM_WIN32(status);
}

HRESULT class_key_take(const WCHAR *path, const WCHAR *name, const WCHAR *text)
{
    HRESULT hr = keep_value(path, name);

    return FAILED(hr) ? hr : set_text(path, name, REG_SZ, text);
}

HRESULT class_key_take_path(const WCHAR *path, const WCHAR *name, const WCHAR *text)
{
    HRESULT hr = keep_value(path, name);

    return FAILED(hr) ? hr : set_text(path, name, REG_EXPAND_SZ, text);
}

bool class_key_is_taken(const WCHAR *path, const WCHAR *name)
{
    WCHAR kept[PATH_SIZE];
    LSTATUS status;
    HKEY key;

    kept_name(kept, name);
    if (open_key(path, KEY_READ, &key)) return false;
    status = RegQueryValueExW(key, kept, NULL, NULL, NULL, NULL);
    RegCloseKey(key);
    return !status;
}

HRESULT class_key_give_back(const WCHAR *path, const WCHAR *name)
{
    WCHAR kept[PATH_SIZE];
    BYTE data[CLASS_TEXT_MAX * sizeof(WCHAR)];
    DWORD type, size;
    LSTATUS status;
    HKEY key;

    kept_name(kept, name);
    if ((status = open_key(path, KEY_READ | KEY_WRITE, &key))) return from_delete(status);
    if (!(status = query(key, kept, &type, data, &size)))
    {
        if (type == NOTHING_TYPE)
            status = RegDeleteValueW(key, name);
        else
            status = RegSetValueExW(key, name, 0, type, data, size);
        if (!status || status == ERROR_FILE_NOT_FOUND) status = RegDeleteValueW(key, kept);
    }
    RegCloseKey(key);
    return from_delete(status);
}

HRESULT class_key_forget(const WCHAR *path, const WCHAR *name)
{
    WCHAR kept[PATH_SIZE];

    kept_name(kept, name);
    return class_key_clear(path, kept);
}

/* ---- empty keys ---- */

static bool is_empty(const WCHAR *path)
{
    DWORD keys = 1, values = 1;
    HKEY key;

    if (open_key(path, KEY_READ, &key)) return false;
    if (RegQueryInfoKeyW(key, NULL, NULL, NULL, &keys, NULL, NULL, &values, NULL, NULL, NULL, NULL))
        keys = 1;
    RegCloseKey(key);
    return !keys && !values;
}

/* Cuts the last part off; false when it is the only one: CLSID, Interface and TypeLib stay. */
static bool cut_to_parent(WCHAR *path)
{
    size_t len = str_len(path);

    while (len && path[len - 1] != '\\')
        len--;
    if (!len) return false;
    path[len - 1] = 0;
    for (size_t i = 0; i + 1 < len; i++)
        if (path[i] == '\\') return true;
    return false;
}

HRESULT class_key_prune(const WCHAR *path)
{
    WCHAR place[PATH_SIZE], full[PATH_SIZE];
    HRESULT hr = S_OK;

    join(place, path, L"");
    do
    {
        HKEY key;

        if (!open_key(place, KEY_READ, &key))
        {
            RegCloseKey(key);
            if (!is_empty(place)) return hr;
            full_path(full, place);
            hr = from_delete(RegDeleteKeyW(HKEY_LOCAL_MACHINE, full));
        }
    } while (SUCCEEDED(hr) && cut_to_parent(place));
    return hr;
}
