/* SPDX-License-Identifier: LGPL-2.1-or-later
 *
 * The machine's cache, filled by real downloads. */
#include "record_fixture.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <wchar.h>

/* ---- Start and end ---- */

bool records_start(void)
{
    if (!peer_start()) return false;
    reset_machine(MACHINE_SERVER);
    clear_records();
    return true;
}

void records_stop(void)
{
    if (admin) clear_records();
    peer_stop();
}

/* ---- Downloads ---- */

static unsigned int number;

static void set_security(IBackgroundCopyJob *job, ULONG flags)
{
    IBackgroundCopyJobHttpOptions *options;
    HRESULT hr = IBackgroundCopyJob_QueryInterface(job, &IID_IBackgroundCopyJobHttpOptions,
                                                   (void **)&options);

    ok(hr == S_OK, "Got hr %#lx.\n", hr);
    if (FAILED(hr)) return;
    hr = IBackgroundCopyJobHttpOptions_SetSecurityFlags(options, flags);
    ok(hr == S_OK, "Got hr %#lx.\n", hr);
    IBackgroundCopyJobHttpOptions_Release(options);
}

void fetch_path(struct download *d, DWORD flags, const char *path)
{
    fetch_path_under(d, flags, 0, path);
}

void fetch_path_under(struct download *d, DWORD flags, ULONG security, const char *path)
{
    HRESULT hr;

    memset(d, 0, sizeof(*d));
    snprintf(d->path, sizeof(d->path), "%s", path);
    swprintf(d->name, ARRAY_SIZE(d->name), L"fetched%u", ++number);
    d->job = create_job(d->name, BG_JOB_TYPE_DOWNLOAD);
    IBackgroundCopyJob_SetPriority(d->job, BG_JOB_PRIORITY_FOREGROUND);
    job_add(d->job, origin, d->path, d->name);
    hr = IBackgroundCopyJob_QueryInterface(d->job, &IID_IBackgroundCopyJob4, (void **)&d->job4);
    ok(hr == S_OK, "Got hr %#lx.\n", hr);
    set_job_flags(d, flags);
    if (security) set_security(d->job, security);
    hr = IBackgroundCopyJob_Resume(d->job);
    ok(hr == S_OK, "Got hr %#lx.\n", hr);
    wait_for_state(d->job, TRANSFERRED, SOON);
}

void fetch(struct download *d, DWORD flags, UINT64 size)
{
    static unsigned int paths;
    char path[32];

    snprintf(path, sizeof(path), "/record%u", ++paths);
    origin_add(origin, path,
               &(struct origin_file){.size = size, .version = paths, .last_modified = RECORD_DATE});
    fetch_path(d, flags, path);
    d->size = size;
    d->version = paths;
}

void complete_(int line, const char *file, struct download *d)
{
    HRESULT hr = IBackgroundCopyJob_Complete(d->job);

    ok_(file, line)(hr == S_OK, "Got hr %#lx.\n", hr);
    download_end(d);
}

void validate_(int line, const char *file, struct download *d, BOOL state)
{
    IEnumBackgroundCopyFiles *files = NULL;
    IBackgroundCopyFile3 *file3 = NULL;
    IBackgroundCopyFile *first = NULL;
    HRESULT hr;

    IBackgroundCopyJob_EnumFiles(d->job, &files);
    IEnumBackgroundCopyFiles_Next(files, 1, &first, NULL);
    IBackgroundCopyFile_QueryInterface(first, &IID_IBackgroundCopyFile3, (void **)&file3);
    hr = IBackgroundCopyFile3_SetValidationState(file3, state);
    ok_(file, line)(hr == S_OK, "State %d: got hr %#lx.\n", state, hr);
    IBackgroundCopyFile3_Release(file3);
    IBackgroundCopyFile_Release(first);
    IEnumBackgroundCopyFiles_Release(files);
}

void make_record(struct download *d, UINT64 size)
{
    fetch(d, JOB_SERVER, size);
    complete(d);
    wait_records(d->path, 1);
}

void settle_(int line, const char *file)
{
    struct download witness;

    fetch(&witness, JOB_SERVER, 1);
    complete_(line, file, &witness);
    if (wait_records_(line, file, witness.path, 1))
    {
        WCHAR url[URL_MAX];

        IBitsPeerCacheAdministration_DeleteUrl(admin, origin_wurl(origin, witness.path, url));
    }
}

/* ---- Records ---- */

void read_record_(int line, const char *file, IBitsPeerCacheRecord *object, struct record *record)
{
    BG_FILE_RANGE *ranges = NULL;
    WCHAR *url = NULL;
    HRESULT hr;

    memset(record, 0, sizeof(*record));
    hr = IBitsPeerCacheRecord_GetId(object, &record->id);
    ok_(file, line)(hr == S_OK, "Got hr %#lx.\n", hr);
    hr = IBitsPeerCacheRecord_GetOriginUrl(object, &url);
    ok_(file, line)(hr == S_OK && url, "Got hr %#lx, %p.\n", hr, url);
    if (url && wcslen(url) < URL_MAX) wcscpy(record->url, url);
    CoTaskMemFree(url);
    hr = IBitsPeerCacheRecord_GetFileSize(object, &record->size);
    ok_(file, line)(hr == S_OK, "Got hr %#lx.\n", hr);
    hr = IBitsPeerCacheRecord_GetFileModificationTime(object, &record->modified);
    ok_(file, line)(hr == S_OK, "Got hr %#lx.\n", hr);
    hr = IBitsPeerCacheRecord_GetLastAccessTime(object, &record->accessed);
    ok_(file, line)(hr == S_OK, "Got hr %#lx.\n", hr);
    record->validated = IBitsPeerCacheRecord_IsFileValidated(object);
    hr = IBitsPeerCacheRecord_GetFileRanges(object, &record->range_count, &ranges);
    ok_(file, line)(hr == S_OK && record->range_count && ranges, "Got hr %#lx, %lu ranges.\n", hr,
                    record->range_count);
    if (ranges && record->range_count) record->range = ranges[0];
    CoTaskMemFree(ranges);
}

bool is_same_record(const struct record *a, const struct record *b)
{
    return IsEqualGUID(&a->id, &b->id) && !wcscmp(a->url, b->url) && a->size == b->size &&
           !CompareFileTime(&a->modified, &b->modified) &&
           !CompareFileTime(&a->accessed, &b->accessed) && a->validated == b->validated &&
           a->range_count == b->range_count && a->range.InitialOffset == b->range.InitialOffset &&
           a->range.Length == b->range.Length;
}

IEnumBitsPeerCacheRecords *enum_records(void)
{
    IEnumBitsPeerCacheRecords *records = NULL;
    HRESULT hr = IBitsPeerCacheAdministration_EnumRecords(admin, &records);

    ok(hr == S_OK && records, "Got hr %#lx, %p.\n", hr, records);
    if (!records) exit(1);
    return records;
}

static bool has_url(IBitsPeerCacheRecord *object, const WCHAR *expected)
{
    WCHAR *url = NULL;
    HRESULT hr = IBitsPeerCacheRecord_GetOriginUrl(object, &url);
    bool is_equal = hr == S_OK && !wcscmp(url, expected);

    ok(hr == S_OK, "Got hr %#lx.\n", hr);
    CoTaskMemFree(url);
    return is_equal;
}

ULONG find_records(const char *path, struct record *record)
{
    IEnumBitsPeerCacheRecords *records = enum_records();
    IBitsPeerCacheRecord *object;
    WCHAR url[URL_MAX] = L"";
    ULONG count = 0;

    if (path) origin_wurl(origin, path, url);
    while (IEnumBitsPeerCacheRecords_Next(records, 1, &object, NULL) == S_OK)
    {
        if ((!path || has_url(object, url)) && !count++ && record) read_record(object, record);
        IBitsPeerCacheRecord_Release(object);
    }
    IEnumBitsPeerCacheRecords_Release(records);
    return count;
}

void expect_records_(int line, const char *file, const char *path, ULONG count)
{
    ULONG found = find_records(path, NULL);

    ok_(file, line)(found == count, "%s: got %lu records.\n", path ? path : "All", found);
}

struct records_goal
{
    const char *path;
    ULONG count;
};

static bool has_records(void *ctx)
{
    struct records_goal *goal = ctx;

    return find_records(goal->path, NULL) == goal->count;
}

bool wait_records_(int line, const char *file, const char *path, ULONG count)
{
    bool is_met = com_wait_for(has_records, &(struct records_goal){path, count}, SOON);

    ok_(file, line)(is_met, "%s: got %lu records.\n", path ? path : "All",
                    find_records(path, NULL));
    return is_met;
}

void clear_records(void)
{
    HRESULT hr = IBitsPeerCacheAdministration_ClearRecords(admin);

    ok(hr == S_OK, "Got hr %#lx.\n", hr);
}

bool has_record(const GUID *id)
{
    IBitsPeerCacheRecord *object = (IBitsPeerCacheRecord *)0xdeadbeef;
    HRESULT hr = IBitsPeerCacheAdministration_GetRecord(admin, id, &object);

    ok(hr == S_OK || hr == BG_E_NOT_FOUND, "Got hr %#lx.\n", hr);
    if (hr == S_OK) IBitsPeerCacheRecord_Release(object);
    return hr == S_OK;
}
