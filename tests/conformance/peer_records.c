/* SPDX-License-Identifier: LGPL-2.1-or-later
 *
 * The records of the machine's cache: what they say, how they are got and deleted. Their
 * list is in peer_record_list.c, which downloads get there in peer_record_rules.c. */
#include "record_fixture.h"

#include <stdio.h>
#include <wchar.h>

#define SIZE 100017
#define DAY  86400

/* ---- One record ---- */

static IBitsPeerCacheRecord *get_record(const GUID *id)
{
    IBitsPeerCacheRecord *object = NULL;
    HRESULT hr = IBitsPeerCacheAdministration_GetRecord(admin, id, &object);

    ok(hr == S_OK && object, "Got hr %#lx, %p.\n", hr, object);
    return object;
}

static void test_values(void)
{
    static const SYSTEMTIME date = {.wYear = 2022, .wMonth = 1, .wDay = 1};
    FILETIME before, after, expected;
    struct record record;
    struct download d;
    WCHAR url[URL_MAX];

    shows("PCR-GOU-1");
    shows("PCR-GFS-1");
    shows("PCR-GFMT-1");
    shows("PCR-GFMT-2");
    shows("PCR-GLAT-1");
    shows("PCR-IFV-1");
    shows("PCR-IFV-6");
    shows("PCR-GFR-1");
    shows("PCR-GFR-2");
    shows("PCR-GFR-3");
    GetSystemTimeAsFileTime(&before);
    make_record(&d, SIZE);
    GetSystemTimeAsFileTime(&after);
    expect_records(d.path, 1);
    if (find_records(d.path, &record) != 1) return;
    origin_wurl(origin, d.path, url);
    ok(!wcscmp(record.url, url), "Got %s.\n", wine_dbgstr_w(record.url));
    ok(record.size == SIZE, "Got %llu bytes.\n", record.size);
    SystemTimeToFileTime(&date, &expected);
    ok(!CompareFileTime(&record.modified, &expected), "Got %#lx%08lx.\n",
       record.modified.dwHighDateTime, record.modified.dwLowDateTime);
    ok(CompareFileTime(&record.accessed, &before) >= 0 &&
           CompareFileTime(&record.accessed, &after) <= 0,
       "Got %#lx%08lx.\n", record.accessed.dwHighDateTime, record.accessed.dwLowDateTime);
    ok(record.validated == S_OK, "Got hr %#lx.\n", record.validated);
    ok(record.range_count == 1, "Got %lu ranges.\n", record.range_count);
    ok(!record.range.InitialOffset && record.range.Length == SIZE, "Got %llu bytes from %llu on.\n",
       record.range.Length, record.range.InitialOffset);
}

static void test_GetRecord(void)
{
    struct record enumerated, got, again;
    IBitsPeerCacheRecord *object;
    IUnknown *unknown = NULL;
    struct download d;
    HRESULT hr;

    shows("PCA-GR-1");
    shows("PCA-GR-2");
    shows("PCA-GR-3");
    shows("PCR-1");
    shows("PCR-GID-1");
    shows("PCR-GID-3");
    make_record(&d, SIZE);
    if (find_records(d.path, &enumerated) != 1) return;
    if (!(object = get_record(&enumerated.id))) return;
    read_record(object, &got);
    ok(is_same_record(&got, &enumerated), "They differ.\n");
    hr = IBitsPeerCacheRecord_QueryInterface(object, &IID_IUnknown, (void **)&unknown);
    ok(hr == S_OK && unknown, "Got hr %#lx.\n", hr);
    if (unknown) IUnknown_Release(unknown);

    /* What is got now was true then: deleting does not reach it. */
    settle();
    find_records(d.path, &again);
    ok(IsEqualGUID(&again.id, &enumerated.id), "The id has changed.\n");
    hr = IBitsPeerCacheAdministration_DeleteRecord(admin, &enumerated.id);
    ok(hr == S_OK, "Got hr %#lx.\n", hr);
    read_record(object, &got);
    ok(is_same_record(&got, &enumerated), "They differ.\n");
    IBitsPeerCacheRecord_Release(object);
}

/* Whatever the headers say: what stands in the vtable of the object. */
static void test_slots(void)
{
    typedef HRESULT(WINAPI * out_fn)(void *iface, void *out);
    static const IID published = {
        0x659cdeaf, 0x489e, 0x11d9, {0xa9, 0xcd, 0x00, 0x0d, 0x56, 0x96, 0x52, 0x51}};
    BG_FILE_RANGE *ranges = NULL;
    IBitsPeerCacheRecord *object, *found = NULL;
    FILETIME modified, accessed;
    struct record record;
    void *const *slots;
    WCHAR *url = NULL;
    struct download d;
    DWORD count = 0;
    UINT64 size = 0;
    HRESULT hr;
    GUID id;

    shows("PCR-2");
    shows("PCR-IFV-3");
    make_record(&d, SIZE);
    if (find_records(d.path, &record) != 1 || !(object = get_record(&record.id))) return;
    hr = IBitsPeerCacheRecord_QueryInterface(object, &published, (void **)&found);
    ok(hr == S_OK && found, "Got hr %#lx.\n", hr);
    if (found) IBitsPeerCacheRecord_Release(found);
    slots = *(void **)object;
    hr = ((out_fn)slots[3])(object, &id);
    ok(hr == S_OK && IsEqualGUID(&id, &record.id), "Got hr %#lx.\n", hr);
    hr = ((out_fn)slots[4])(object, &url);
    ok(hr == S_OK && url && !wcscmp(url, record.url), "Got hr %#lx.\n", hr);
    CoTaskMemFree(url);
    hr = ((out_fn)slots[5])(object, &size);
    ok(hr == S_OK && size == SIZE, "Got hr %#lx.\n", hr);
    hr = ((out_fn)slots[6])(object, &modified);
    ok(hr == S_OK && !CompareFileTime(&modified, &record.modified), "Got hr %#lx.\n", hr);
    hr = ((out_fn)slots[7])(object, &accessed);
    ok(hr == S_OK && !CompareFileTime(&accessed, &record.accessed), "Got hr %#lx.\n", hr);
    hr = ((HRESULT(WINAPI *)(void *))slots[8])(object);
    ok(hr == S_OK, "Got hr %#lx.\n", hr);
    hr = ((HRESULT(WINAPI *)(void *, DWORD *, BG_FILE_RANGE **))slots[9])(object, &count, &ranges);
    ok(hr == S_OK && count == 1 && ranges && ranges[0].Length == SIZE, "Got hr %#lx.\n", hr);
    CoTaskMemFree(ranges);
    IBitsPeerCacheRecord_Release(object);
}

#define refused(object, call) refused_(__LINE__, object, #call, call)
static void refused_(int line, void *object, const char *call, HRESULT hr)
{
    ok_(__FILE__, line)(is_null_refusal(object, hr), "%s: got hr %#lx.\n", call, hr);
}

static void test_NULL(void)
{
    BG_FILE_RANGE *ranges = NULL;
    IBitsPeerCacheRecord *object;
    struct record record;
    struct download d;
    DWORD count = 0;

    make_record(&d, SIZE);
    if (find_records(d.path, &record) != 1 || !(object = get_record(&record.id))) return;
    refused(object, IBitsPeerCacheRecord_GetId(object, NULL));
    refused(object, IBitsPeerCacheRecord_GetOriginUrl(object, NULL));
    refused(object, IBitsPeerCacheRecord_GetFileSize(object, NULL));
    refused(object, IBitsPeerCacheRecord_GetFileModificationTime(object, NULL));
    refused(object, IBitsPeerCacheRecord_GetLastAccessTime(object, NULL));
    refused(object, IBitsPeerCacheRecord_GetFileRanges(object, NULL, &ranges));
    refused(object, IBitsPeerCacheRecord_GetFileRanges(object, &count, NULL));
    refused(object, IBitsPeerCacheRecord_GetFileRanges(object, NULL, NULL));
    ok(!ranges, "Got %p.\n", ranges);
    if (!is_remote(object)) ok(!count, "Got %lu ranges.\n", count);
    IBitsPeerCacheRecord_Release(object);

    shows("PCA-ER-5");
    refused(admin, IBitsPeerCacheAdministration_EnumRecords(admin, NULL));
    refused(admin, IBitsPeerCacheAdministration_GetRecord(admin, &record.id, NULL));
    refused(admin, IBitsPeerCacheAdministration_DeleteRecord(admin, NULL));
    ok(has_record(&record.id), "It is gone.\n");
}

/* ---- Deleting ---- */

static void test_unknown_id(void)
{
    IBitsPeerCacheRecord *object = (IBitsPeerCacheRecord *)0xdeadbeef;
    struct download d;
    HRESULT hr;

    shows("PCA-GR-4");
    make_record(&d, SIZE);
    hr = IBitsPeerCacheAdministration_GetRecord(admin, &IID_IUnknown, &object);
    ok(FAILED(hr), "Got hr %#lx.\n", hr);
    ok(!object, "Got %p.\n", object);
    hr = IBitsPeerCacheAdministration_DeleteRecord(admin, &IID_IUnknown);
    ok(FAILED(hr), "Got hr %#lx.\n", hr);
    expect_records(d.path, 1);
}

static void fetch_version(const char *path, unsigned int version, const char *date)
{
    struct download d;

    origin_add(origin, path,
               &(struct origin_file){.size = SIZE, .version = version, .last_modified = date});
    fetch_path(&d, JOB_SERVER, path);
    complete(&d);
}

/* Two versions of one file are two records. */
static void test_DeleteRecord(void)
{
    struct record first, second;
    struct download other;
    HRESULT hr;

    shows("PCA-DR-1");
    shows("PCA-DR-4");
    shows("PCA-DR-5");
    shows("PCR-IFV-7");
    make_record(&other, SIZE);
    fetch_version("/versions", 1, "Sat, 01 Jan 2022 00:00:00 GMT");
    wait_records("/versions", 1);
    find_records("/versions", &first);
    fetch_version("/versions", 2, "Sun, 02 Jan 2022 00:00:00 GMT");
    wait_records("/versions", 2);

    hr = IBitsPeerCacheAdministration_DeleteRecord(admin, &first.id);
    ok(hr == S_OK, "Got hr %#lx.\n", hr);
    ok(!has_record(&first.id), "It is still there.\n");
    hr = IBitsPeerCacheAdministration_DeleteRecord(admin, &first.id);
    ok(FAILED(hr), "Got hr %#lx.\n", hr);
    expect_records("/versions", 1);
    find_records("/versions", &second);
    ok(!IsEqualGUID(&first.id, &second.id), "It is still there.\n");
    expect_records(other.path, 1);
}

static void test_DeleteUrl(void)
{
    struct download other;
    WCHAR url[URL_MAX];
    HRESULT hr;

    shows("PCA-DU-1");
    shows("PCA-DU-2");
    shows("PCA-DU-6");
    shows("PCR-IFV-7");
    make_record(&other, SIZE);
    fetch_version("/gone", 1, "Sat, 01 Jan 2022 00:00:00 GMT");
    fetch_version("/gone", 2, "Sun, 02 Jan 2022 00:00:00 GMT");
    wait_records("/gone", 2);

    hr = IBitsPeerCacheAdministration_DeleteUrl(admin, origin_wurl(origin, "/go", url));
    ok(hr == S_FALSE, "Got hr %#lx.\n", hr);
    hr = IBitsPeerCacheAdministration_DeleteUrl(admin, L"");
    ok(hr == S_FALSE || FAILED(hr), "Got hr %#lx.\n", hr);
    refused(admin, IBitsPeerCacheAdministration_DeleteUrl(admin, NULL));
    expect_records("/gone", 2);
    hr = IBitsPeerCacheAdministration_DeleteUrl(admin, origin_wurl(origin, "/gone", url));
    ok(hr == S_OK, "Got hr %#lx.\n", hr);
    expect_records("/gone", 0);
    hr = IBitsPeerCacheAdministration_DeleteUrl(admin, url);
    ok(hr == S_FALSE, "Got hr %#lx.\n", hr);
    expect_records(other.path, 1);
}

/* ---- What leaves records alone ---- */

static void test_ClearPeers(void)
{
    struct record before, after;
    struct download d;
    HRESULT hr;

    shows("PCA-CP-5");
    make_record(&d, SIZE);
    find_records(d.path, &before);
    hr = IBitsPeerCacheAdministration_ClearPeers(admin);
    ok(hr == S_OK, "Got hr %#lx.\n", hr);
    expect_records(d.path, 1);
    find_records(d.path, &after);
    ok(is_same_record(&before, &after), "It has changed.\n");
}

/* Limits that what is there meets; a refused one changes nothing. */
static void test_limits(void)
{
    static const DWORD sizes[] = {80, 1, 0, 81, 0xffffffff, 7};
    static const ULONG ages[] = {120 * DAY, DAY, 0, DAY - 1, 121 * DAY, 30 * DAY};
    struct record before, after;
    struct download d;
    HRESULT hr;

    make_record(&d, SIZE);
    find_records(d.path, &before);
    for (unsigned int i = 0; i < ARRAY_SIZE(sizes); i++)
    {
        hr = IBitsPeerCacheAdministration_SetMaximumCacheSize(admin, sizes[i]);
        ok(hr == (sizes[i] && sizes[i] <= 80 ? S_OK : E_INVALIDARG), "%lu: got hr %#lx.\n",
           sizes[i], hr);
        expect_records(d.path, 1);
    }
    for (unsigned int i = 0; i < ARRAY_SIZE(ages); i++)
    {
        hr = IBitsPeerCacheAdministration_SetMaximumContentAge(admin, ages[i]);
        ok(hr == (ages[i] >= DAY && ages[i] <= 120 * DAY ? S_OK : E_INVALIDARG),
           "%lu: got hr %#lx.\n", ages[i], hr);
        expect_records(d.path, 1);
    }
    find_records(d.path, &after);
    ok(is_same_record(&before, &after), "It has changed.\n");
}

/* ---- Another process ---- */

/* Leaves a record behind. */
static void run_as_child(void)
{
    struct download d;

    if (peer_start())
    {
        reset_machine(MACHINE_SERVER);
        origin_add(origin, "/persistent",
                   &(struct origin_file){.size = SIZE, .last_modified = RECORD_DATE});
        fetch_path(&d, JOB_SERVER, "/persistent");
        complete(&d);
        wait_records("/persistent", 1);
    }
    peer_stop();
}

static void run_child(void)
{
    STARTUPINFOA startup = {.cb = sizeof(startup)};
    PROCESS_INFORMATION process;
    char line[2 * MAX_PATH], **argv;

    winetest_get_mainargs(&argv);
    snprintf(line, sizeof(line), "\"%s\" peer_records child", argv[0]);
    if (!CreateProcessA(NULL, line, NULL, NULL, FALSE, 0, NULL, NULL, &startup, &process))
    {
        ok(0, "Could not start a process, error %lu.\n", GetLastError());
        return;
    }
    wait_child_process(process.hProcess);
    CloseHandle(process.hThread);
    CloseHandle(process.hProcess);
}

/* When the server is in process, the cache of the child has been closed, or left as it was. */
static void test_other_process(void)
{
    static const WCHAR end[] = L"/persistent";
    IEnumBitsPeerCacheRecords *records = enum_records();
    IBitsPeerCacheRecord *object;
    unsigned int count = 0;
    struct record record;

    while (IEnumBitsPeerCacheRecords_Next(records, 1, &object, NULL) == S_OK)
    {
        size_t length;

        read_record(object, &record);
        IBitsPeerCacheRecord_Release(object);
        length = wcslen(record.url);
        if (length < ARRAY_SIZE(end) || wcscmp(record.url + length + 1 - ARRAY_SIZE(end), end))
            continue;
        ok(record.size == SIZE && record.validated == S_OK, "Got %llu bytes, hr %#lx.\n",
           record.size, record.validated);
        count++;
    }
    IEnumBitsPeerCacheRecords_Release(records);
    ok(count == 1, "Got %u records.\n", count);
    clear_records();
}

START_TEST(peer_records)
{
    char **argv;

    if (winetest_get_mainargs(&argv) >= 3)
    {
        run_as_child();
        return;
    }
    run_child();
    if (peer_start())
    {
        reset_machine(MACHINE_SERVER);
        RUN_TEST(test_other_process);
        RUN_TEST(test_values);
        RUN_TEST(test_GetRecord);
        RUN_TEST(test_slots);
        RUN_TEST(test_NULL);
        RUN_TEST(test_unknown_id);
        RUN_TEST(test_DeleteRecord);
        RUN_TEST(test_DeleteUrl);
        RUN_TEST(test_ClearPeers);
        RUN_TEST(test_limits);
    }
    records_stop();
}
