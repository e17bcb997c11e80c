/* SPDX-License-Identifier: LGPL-2.1-or-later
 *
 * Numbers in the registry, and notice of changes. */
#include "base/reg.h"

#include <string.h>

#include "base/err.h"
#include "base/lock.h"

HRESULT reg_open(const struct reg_place *place, REGSAM access, HKEY *key)
{
    LSTATUS status;

    lock_assert_none_held();
    *key = NULL;
    status = RegOpenKeyExW(place->root, place->path, 0, access | place->view, key);
    if (!status) return S_OK;

    *key = NULL;
    if (status == ERROR_FILE_NOT_FOUND || status == ERROR_PATH_NOT_FOUND) return S_FALSE;
    return err_from_win32((uint32_t)status);
}

struct reg_number reg_read_number(HKEY key, const WCHAR *name)
{
    struct reg_number result = {REG_KIND_OTHER, 0};
    DWORD type, number = 0, size = sizeof(number);
    LSTATUS status = RegQueryValueExW(key, name, NULL, &type, (BYTE *)&number, &size);

    if (status == ERROR_FILE_NOT_FOUND)
        result.kind = REG_KIND_ABSENT;
    else if (status && status != ERROR_MORE_DATA)
        result.kind = REG_KIND_UNREADABLE;
    else if (!status && type == REG_DWORD && size == sizeof(number))
        result = (struct reg_number){REG_KIND_NUMBER, number};
    return result;
}

HRESULT reg_write_number(const struct reg_place *place, const WCHAR *name, uint32_t number)
{
    DWORD value = number;
    LSTATUS status;
    HKEY key;

    lock_assert_none_held();
    status = RegCreateKeyExW(place->root, place->path, 0, NULL, 0, KEY_SET_VALUE | place->view,
                             NULL, &key, NULL);
    if (status) return err_from_win32((uint32_t)status);
    status = RegSetValueExW(key, name, 0, REG_DWORD, (const BYTE *)&value, sizeof(value));
    RegCloseKey(key);
    return err_from_win32((uint32_t)status);
}

HRESULT reg_watch_init(struct reg_watch *watch, const struct reg_place *place, bool has_subtree)
{
    memset(watch, 0, sizeof(*watch));
    watch->place = *place;
    watch->has_subtree = has_subtree;
    if (!(watch->event = CreateEventW(NULL, TRUE, FALSE, NULL))) return err_from_last_error();
    return S_OK;
}

static void close_key(struct reg_watch *watch)
{
    if (watch->key) RegCloseKey(watch->key);
    watch->key = NULL;
}

void reg_watch_done(struct reg_watch *watch)
{
    close_key(watch);
    if (watch->event) CloseHandle(watch->event);
    watch->event = NULL;
}

static HRESULT ask(struct reg_watch *watch)
{
    static const DWORD filter = REG_NOTIFY_CHANGE_NAME | REG_NOTIFY_CHANGE_LAST_SET;
    LSTATUS status;

    status = RegNotifyChangeKeyValue(watch->key, watch->has_subtree, filter, watch->event, TRUE);
    return err_from_win32((uint32_t)status);
}

HRESULT reg_watch_arm(struct reg_watch *watch)
{
    ResetEvent(watch->event);
    if (watch->key && SUCCEEDED(ask(watch))) return S_OK;
    return reg_watch_arm_anew(watch);
}

HRESULT reg_watch_arm_anew(struct reg_watch *watch)
{
    HRESULT hr;

    /* Giving up a key sets the event, too: reset it afterwards. */
    close_key(watch);
    ResetEvent(watch->event);
    if ((hr = reg_open(&watch->place, KEY_NOTIFY, &watch->key)) != S_OK) return hr;
    if (FAILED(hr = ask(watch))) close_key(watch);
    return hr;
}
