/* SPDX-License-Identifier: LGPL-2.1-or-later
 *
 * Each member begins on a line of its own, so that a text is read by people and by line tools too.
 */
#include "json.h"

#include <stdio.h>
#include <stdlib.h>
#include <wchar.h>

#include "bitsadmin.h"

static void append(struct json *json, const WCHAR *text, size_t len)
{
    if (json->is_failed) return;
    if (json->len + len + 1 > json->size)
    {
        size_t size = max(2 * json->size, json->len + len + 1024);
        WCHAR *larger = realloc(json->text, size * sizeof(*larger));

        if (!larger)
        {
            json->is_failed = TRUE;
            return;
        }
        json->text = larger;
        json->size = size;
    }
    wmemcpy(json->text + json->len, text, len);
    json->len += len;
    json->text[json->len] = 0;
}

static void append_text(struct json *json, const WCHAR *text)
{
    append(json, text, wcslen(text));
}

static void append_char(struct json *json, WCHAR c)
{
    static const WCHAR shorts[] = L"\"\\\b\f\n\r\t", letters[] = L"\"\\bfnrt";
    const WCHAR *found = c ? wcschr(shorts, c) : NULL;
    WCHAR text[8];

    if (found)
        _snwprintf(text, ARRAYSIZE(text), L"\\%lc", letters[found - shorts]);
    else if (c < ' ' || c > '~')
        _snwprintf(text, ARRAYSIZE(text), L"\\u%04x", c);
    else
        _snwprintf(text, ARRAYSIZE(text), L"%lc", c);
    append_text(json, text);
}

static void append_string(struct json *json, const WCHAR *value)
{
    append_text(json, L"\"");
    for (; *value; value++)
        append_char(json, *value);
    append_text(json, L"\"");
}

static void new_line(struct json *json)
{
    append_text(json, L"\n");
    for (unsigned int i = 0; i < json->depth; i++)
        append_text(json, L"  ");
}

static void begin_member(struct json *json, const WCHAR *key)
{
    if (json->has_member) append_text(json, L",");
    if (json->depth) new_line(json);
    json->has_member = TRUE;
    if (!key) return;
    append_string(json, key);
    append_text(json, L": ");
}

static void begin(struct json *json, const WCHAR *key, const WCHAR *mark)
{
    begin_member(json, key);
    append_text(json, mark);
    json->depth++;
    json->has_member = FALSE;
}

static void end(struct json *json, const WCHAR *mark)
{
    json->depth--;
    if (json->has_member) new_line(json);
    append_text(json, mark);
    json->has_member = TRUE;
}

void json_begin_object(struct json *json, const WCHAR *key)
{
    begin(json, key, L"{");
}

void json_end_object(struct json *json)
{
    end(json, L"}");
}

void json_begin_array(struct json *json, const WCHAR *key)
{
    begin(json, key, L"[");
}

void json_end_array(struct json *json)
{
    end(json, L"]");
}

void json_null(struct json *json, const WCHAR *key)
{
    begin_member(json, key);
    append_text(json, L"null");
}

void json_text(struct json *json, const WCHAR *key, const WCHAR *value)
{
    if (!value)
    {
        json_null(json, key);
        return;
    }
    begin_member(json, key);
    append_string(json, value);
}

void json_number(struct json *json, const WCHAR *key, UINT64 value)
{
    WCHAR text[24];

    _snwprintf(text, ARRAYSIZE(text), L"%llu", value);
    begin_member(json, key);
    append_text(json, text);
}

void json_bool(struct json *json, const WCHAR *key, BOOL value)
{
    begin_member(json, key);
    append_text(json, name_of_bool(value));
}

void json_time(struct json *json, const WCHAR *key, const FILETIME *time)
{
    SYSTEMTIME system;
    WCHAR text[40];

    if ((!time->dwLowDateTime && !time->dwHighDateTime) || !FileTimeToSystemTime(time, &system))
    {
        json_null(json, key);
        return;
    }
    _snwprintf(text, ARRAYSIZE(text), L"%04u-%02u-%02uT%02u:%02u:%02uZ", system.wYear,
               system.wMonth, system.wDay, system.wHour, system.wMinute, system.wSecond);
    json_text(json, key, text);
}

void json_code(struct json *json, const WCHAR *key, HRESULT code)
{
    WCHAR text[16];

    _snwprintf(text, ARRAYSIZE(text), L"0x%08lx", code);
    json_text(json, key, text);
}

void json_guid(struct json *json, const WCHAR *key, const GUID *id)
{
    WCHAR text[40];

    StringFromGUID2(id, text, ARRAYSIZE(text));
    json_text(json, key, text);
}

void json_size(struct json *json, const WCHAR *key, UINT64 value)
{
    if (value == BG_SIZE_UNKNOWN)
        json_null(json, key);
    else
        json_number(json, key, value);
}

void json_begin(struct json *json, const WCHAR *schema)
{
    *json = (struct json){0};
    json_begin_object(json, NULL);
    json_text(json, L"schema", schema);
}

HRESULT json_finish(struct json *json)
{
    BOOL is_failed;

    json_end_object(json);
    append_text(json, L"\n");
    if (!(is_failed = json->is_failed)) out_print(L"%ls", json->text);
    free(json->text);
    *json = (struct json){0};
    return is_failed ? E_OUTOFMEMORY : S_OK;
}
