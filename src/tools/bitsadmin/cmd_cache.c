/* SPDX-License-Identifier: LGPL-2.1-or-later
 *
 * /CACHE: the files that this machine keeps for its peers. */
#include "command.h"
#include "json.h"

#include <wchar.h>

#define CACHE_SCHEMA L"openbits.cache/1"

static void print_record_line(IBitsPeerCacheRecord *record)
{
    WCHAR *url = NULL, text[40];
    UINT64 size = 0;
    GUID id = {0};

    IBitsPeerCacheRecord_GetId(record, &id);
    IBitsPeerCacheRecord_GetFileSize(record, &size);
    IBitsPeerCacheRecord_GetOriginUrl(record, &url);
    StringFromGUID2(&id, text, ARRAYSIZE(text));
    out_print(L"%ls %llu %ls\n", text, size, text_or_null(url));
    CoTaskMemFree(url);
}

static void print_ranges(IBitsPeerCacheRecord *record)
{
    BG_FILE_RANGE *ranges = NULL;
    DWORD count = 0;

    IBitsPeerCacheRecord_GetFileRanges(record, &count, &ranges);
    out_print(L"RANGES:");
    for (DWORD i = 0; i < count; i++)
        out_print(L" %llu:%llu", ranges[i].InitialOffset, ranges[i].Length);
    out_print(L"\n");
    CoTaskMemFree(ranges);
}

static void print_record_details(IBitsPeerCacheRecord *record)
{
    FILETIME modified = {0}, accessed = {0};
    WCHAR *url = NULL, text[40], time[80];
    UINT64 size = 0;
    GUID id = {0};

    IBitsPeerCacheRecord_GetId(record, &id);
    IBitsPeerCacheRecord_GetOriginUrl(record, &url);
    IBitsPeerCacheRecord_GetFileSize(record, &size);
    IBitsPeerCacheRecord_GetFileModificationTime(record, &modified);
    IBitsPeerCacheRecord_GetLastAccessTime(record, &accessed);
    StringFromGUID2(&id, text, ARRAYSIZE(text));
    out_print(L"GUID: %ls\nORIGIN URL: %ls\nFILE SIZE: %llu\n", text, text_or_null(url), size);
    format_time(&modified, time);
    out_print(L"FILE MODIFICATION TIME: %ls\n", time);
    format_time(&accessed, time);
    out_print(L"LAST ACCESS TIME: %ls\n", time);
    out_print(L"VALIDATED: %ls\n",
              IBitsPeerCacheRecord_IsFileValidated(record) == S_OK ? L"true" : L"false");
    print_ranges(record);
    CoTaskMemFree(url);
}

static void record_to_json(IBitsPeerCacheRecord *record, struct json *json)
{
    FILETIME modified = {0}, accessed = {0};
    BG_FILE_RANGE *ranges = NULL;
    DWORD count = 0;
    WCHAR *url = NULL;
    UINT64 size = 0;
    GUID id = {0};

    IBitsPeerCacheRecord_GetId(record, &id);
    IBitsPeerCacheRecord_GetOriginUrl(record, &url);
    IBitsPeerCacheRecord_GetFileSize(record, &size);
    IBitsPeerCacheRecord_GetFileModificationTime(record, &modified);
    IBitsPeerCacheRecord_GetLastAccessTime(record, &accessed);
    IBitsPeerCacheRecord_GetFileRanges(record, &count, &ranges);
    json_begin_object(json, NULL);
    json_guid(json, L"id", &id);
    json_text(json, L"originUrl", url);
    json_number(json, L"fileSize", size);
    json_time(json, L"fileModificationTime", &modified);
    json_time(json, L"lastAccessTime", &accessed);
    json_bool(json, L"isValidated", IBitsPeerCacheRecord_IsFileValidated(record) == S_OK);
    json_begin_array(json, L"ranges");
    for (DWORD i = 0; i < count; i++)
    {
        json_begin_object(json, NULL);
        json_number(json, L"offset", ranges[i].InitialOffset);
        json_number(json, L"length", ranges[i].Length);
        json_end_object(json);
    }
    json_end_array(json);
    json_end_object(json);
    CoTaskMemFree(url);
    CoTaskMemFree(ranges);
}

/* Is the word at this place the one that asks for more? */
static BOOL is_verbose(const struct arguments *args, int place)
{
    return args->count > place && is_word(args->words[place], L"/verbose");
}

static void begin_records(struct json *json)
{
    json_begin(json, CACHE_SCHEMA);
    json_begin_array(json, L"records");
}

static HRESULT finish_records(struct json *json)
{
    json_end_array(json);
    return json_finish(json);
}

static HRESULT list_records(struct session *session, const struct arguments *args)
{
    IEnumBitsPeerCacheRecords *records;
    IBitsPeerCacheAdministration *admin;
    IBitsPeerCacheRecord *record;
    unsigned int count = 0;
    struct json json = {0};
    HRESULT hr;

    if (args->count && !is_verbose(args, 0))
        return session_refuse(session, L"Invalid argument %ls", args->words[0]);
    if (FAILED(hr = open_peer_admin(session, &admin))) return hr;
    hr = IBitsPeerCacheAdministration_EnumRecords(admin, &records);
    IBitsPeerCacheAdministration_Release(admin);
    if (FAILED(hr)) return session_fail(session, hr, L"list the cache");
    if (session->is_json) begin_records(&json);
    for (; IEnumBitsPeerCacheRecords_Next(records, 1, &record, NULL) == S_OK; count++)
    {
        if (session->is_json)
            record_to_json(record, &json);
        else if (is_verbose(args, 0))
            print_record_details(record);
        else
            print_record_line(record);
        IBitsPeerCacheRecord_Release(record);
    }
    IEnumBitsPeerCacheRecords_Release(records);
    if (session->is_json) return finish_records(&json);
    if (!session->is_raw) out_print(L"Listed %u cache entries.\n", count);
    return S_OK;
}

static HRESULT parse_id(struct session *session, const WCHAR *word, GUID *id)
{
    if (SUCCEEDED(CLSIDFromString(word, id)) && word[0] == '{') return S_OK;
    return session_refuse(session, L"Invalid id %ls: give it as {GUID}.", word);
}

static HRESULT show_record(struct session *session, const struct arguments *args)
{
    IBitsPeerCacheAdministration *admin;
    IBitsPeerCacheRecord *record;
    struct json json;
    HRESULT hr;
    GUID id;

    if (args->count > 1 && !is_verbose(args, 1))
        return session_refuse(session, L"Invalid argument %ls", args->words[1]);
    if (FAILED(hr = parse_id(session, args->words[0], &id))) return hr;
    if (FAILED(hr = open_peer_admin(session, &admin))) return hr;
    hr = IBitsPeerCacheAdministration_GetRecord(admin, &id, &record);
    IBitsPeerCacheAdministration_Release(admin);
    if (FAILED(hr)) return session_fail(session, hr, L"find the cache entry");
    if (session->is_json)
    {
        begin_records(&json);
        record_to_json(record, &json);
        hr = finish_records(&json);
    }
    else if (is_verbose(args, 1))
        print_record_details(record);
    else
        print_record_line(record);
    IBitsPeerCacheRecord_Release(record);
    return hr;
}

static HRESULT delete_record(struct session *session, const struct arguments *args)
{
    IBitsPeerCacheAdministration *admin;
    HRESULT hr;
    GUID id;

    if (FAILED(hr = parse_id(session, args->words[0], &id))) return hr;
    if (FAILED(hr = open_peer_admin(session, &admin))) return hr;
    hr = IBitsPeerCacheAdministration_DeleteRecord(admin, &id);
    IBitsPeerCacheAdministration_Release(admin);
    if (FAILED(hr)) return session_fail(session, hr, L"delete the cache entry");
    out_print(L"Cache entry deleted.\n");
    return hr;
}

static HRESULT delete_url(struct session *session, const struct arguments *args)
{
    IBitsPeerCacheAdministration *admin;
    HRESULT hr;

    if (FAILED(hr = open_peer_admin(session, &admin))) return hr;
    hr = IBitsPeerCacheAdministration_DeleteUrl(admin, args->words[0]);
    IBitsPeerCacheAdministration_Release(admin);
    if (FAILED(hr)) return session_fail(session, hr, L"delete the URL from the cache");
    out_print(hr == S_FALSE ? L"The URL is not in the cache.\n" : L"Cache entries deleted.\n");
    return S_OK;
}

static HRESULT clear(struct session *session, const struct arguments *args)
{
    IBitsPeerCacheAdministration *admin;
    HRESULT hr;

    (void)args;
    if (FAILED(hr = open_peer_admin(session, &admin))) return hr;
    hr = IBitsPeerCacheAdministration_ClearRecords(admin);
    IBitsPeerCacheAdministration_Release(admin);
    if (FAILED(hr)) return session_fail(session, hr, L"clear the cache");
    out_print(L"Cache cleared.\n");
    return hr;
}

/* ---- limits ---- */

static HRESULT print_limit(struct session *session, const WCHAR *label, BOOL is_size)
{
    IBitsPeerCacheAdministration *admin;
    DWORD value = 0;
    HRESULT hr;

    if (FAILED(hr = open_peer_admin(session, &admin))) return hr;
    hr = is_size ? IBitsPeerCacheAdministration_GetMaximumCacheSize(admin, &value)
                 : IBitsPeerCacheAdministration_GetMaximumContentAge(admin, &value);
    IBitsPeerCacheAdministration_Release(admin);
    if (FAILED(hr)) return session_fail(session, hr, L"read the limit");
    if (session->is_raw)
        out_print(L"%lu", value);
    else
        out_print(label, value);
    return hr;
}

static HRESULT set_limit(struct session *session, const WCHAR *word, BOOL is_size)
{
    IBitsPeerCacheAdministration *admin;
    DWORD value;
    HRESULT hr;

    if (!parse_number(word, &value)) return session_refuse(session, L"Invalid number %ls", word);
    if (FAILED(hr = open_peer_admin(session, &admin))) return hr;
    hr = is_size ? IBitsPeerCacheAdministration_SetMaximumCacheSize(admin, value)
                 : IBitsPeerCacheAdministration_SetMaximumContentAge(admin, value);
    IBitsPeerCacheAdministration_Release(admin);
    if (FAILED(hr)) return session_fail(session, hr, L"set the limit");
    out_print(hr == S_FALSE ? L"The limit is saved, but a group policy decides.\n"
                            : L"Limit set.\n");
    return S_OK;
}

static HRESULT get_size(struct session *session, const struct arguments *args)
{
    (void)args;
    return print_limit(session, L"Cache limit: %lu percent of the disk\n", TRUE);
}

static HRESULT set_size(struct session *session, const struct arguments *args)
{
    return set_limit(session, args->words[0], TRUE);
}

static HRESULT get_age(struct session *session, const struct arguments *args)
{
    (void)args;
    return print_limit(session, L"Expiration time: %lu seconds after the last access\n", FALSE);
}

static HRESULT set_age(struct session *session, const struct arguments *args)
{
    return set_limit(session, args->words[0], FALSE);
}

static const struct command commands[] = {
    COMMAND(L"/list", L"[/VERBOSE]", 0, 1, COMMAND_JSON, list_records, L"Lists the entries"),
    COMMAND(L"/info", L"{GUID} [/VERBOSE]", 1, 2, COMMAND_JSON, show_record, L"Shows one entry"),
    COMMAND(L"/delete", L"{GUID}", 1, 1, 0, delete_record, L"Removes one entry"),
    COMMAND(L"/deleteurl", L"url", 1, 1, 0, delete_url, L"Removes all entries of a URL"),
    COMMAND(L"/clear", L"", 0, 0, 0, clear, L"Removes all entries"),
    COMMAND(L"/getlimit", L"", 0, 0, 0, get_size, L"How much of the disk it may fill"),
    COMMAND(L"/setlimit", L"percent", 1, 1, 0, set_size, L"Changes it"),
    COMMAND(L"/getexpirationtime", L"", 0, 0, 0, get_age,
            L"Seconds that an entry stays after its last use"),
    COMMAND(L"/setexpirationtime", L"seconds", 1, 1, 0, set_age, L"Changes them"),
};

COMMAND_TABLE(cache_commands, L"The cache: files that are kept for peers", L"/cache", commands);
