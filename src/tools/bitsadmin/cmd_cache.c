/* SPDX-License-Identifier: LGPL-2.1-or-later
 *
 * /CACHE: the files that this machine keeps for its peers. */
#include "bitsadmin.h"

#include <wchar.h>

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

static BOOL is_verbose(const struct arguments *args, int place)
{
    return args->count > place && is_word(args->words[place], L"/verbose");
}

static HRESULT list_records(struct session *session, const struct arguments *args)
{
    IEnumBitsPeerCacheRecords *records;
    IBitsPeerCacheAdministration *admin;
    IBitsPeerCacheRecord *record;
    unsigned int count = 0;
    HRESULT hr;

    if (FAILED(hr = open_peer_admin(session, &admin))) return hr;
    hr = IBitsPeerCacheAdministration_EnumRecords(admin, &records);
    IBitsPeerCacheAdministration_Release(admin);
    if (FAILED(hr)) return session_fail(session, hr, L"list the cache");
    for (; IEnumBitsPeerCacheRecords_Next(records, 1, &record, NULL) == S_OK; count++)
    {
        if (is_verbose(args, 0))
            print_record_details(record);
        else
            print_record_line(record);
        IBitsPeerCacheRecord_Release(record);
    }
    IEnumBitsPeerCacheRecords_Release(records);
    if (!session->is_raw) out_print(L"Listed %u cache entries.\n", count);
    return S_OK;
}

static BOOL parse_id(const WCHAR *word, GUID *id)
{
    if (SUCCEEDED(CLSIDFromString(word, id)) && word[0] == '{') return TRUE;
    out_print(L"Invalid id %ls: give it as {GUID}.\n", word);
    return FALSE;
}

static HRESULT show_record(struct session *session, const struct arguments *args)
{
    IBitsPeerCacheAdministration *admin;
    IBitsPeerCacheRecord *record;
    HRESULT hr;
    GUID id;

    if (!parse_id(args->words[0], &id)) return EXIT_USAGE;
    if (FAILED(hr = open_peer_admin(session, &admin))) return hr;
    hr = IBitsPeerCacheAdministration_GetRecord(admin, &id, &record);
    IBitsPeerCacheAdministration_Release(admin);
    if (FAILED(hr)) return session_fail(session, hr, L"find the cache entry");
    if (is_verbose(args, 1))
        print_record_details(record);
    else
        print_record_line(record);
    IBitsPeerCacheRecord_Release(record);
    return S_OK;
}

static HRESULT delete_record(struct session *session, const struct arguments *args)
{
    IBitsPeerCacheAdministration *admin;
    HRESULT hr;
    GUID id;

    if (!parse_id(args->words[0], &id)) return EXIT_USAGE;
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

    if (!parse_number(word, &value))
    {
        out_print(L"Invalid number %ls\n", word);
        return EXIT_USAGE;
    }
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

/* clang-format off */
static const struct subcommand commands[] = {
    { L"/list",              0, 1, list_records,  L"/LIST [/VERBOSE]" },
    { L"/info",              1, 2, show_record,   L"/INFO {GUID} [/VERBOSE]" },
    { L"/delete",            1, 1, delete_record, L"/DELETE {GUID}" },
    { L"/deleteurl",         1, 1, delete_url,    L"/DELETEURL url" },
    { L"/clear",             0, 0, clear,         L"/CLEAR" },
    { L"/getlimit",          0, 0, get_size,      L"/GETLIMIT" },
    { L"/setlimit",          1, 1, set_size,      L"/SETLIMIT percent" },
    { L"/getexpirationtime", 0, 0, get_age,       L"/GETEXPIRATIONTIME" },
    { L"/setexpirationtime", 1, 1, set_age,       L"/SETEXPIRATIONTIME seconds" },
};
/* clang-format on */

HRESULT cmd_cache(struct session *session, const struct arguments *args)
{
    return run_subcommand(session, args, L"/CACHE", commands, ARRAYSIZE(commands));
}
