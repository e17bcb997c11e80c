/* SPDX-License-Identifier: LGPL-2.1-or-later
 *
 * Downloads of parts of files: what is in the local file, and what servers may do to them. */
#include "download_fixture.h"

#include <stdio.h>
#include <string.h>

#include "harness/origin_faults.h"
#include "harness/synthetic.h"

#define SIZE    1000u
#define VERSION 1

static void add_parts(IBackgroundCopyJob *job, const char *path, const WCHAR *name,
                      BG_FILE_RANGE *ranges, DWORD count, HRESULT expected)
{
    WCHAR url[URL_MAX], local[MAX_PATH];
    IBackgroundCopyJob3 *job3;
    HRESULT hr = IBackgroundCopyJob_QueryInterface(job, &IID_IBackgroundCopyJob3, (void **)&job3);

    ok(hr == S_OK, "Got hr %#lx.\n", hr);
    if (hr != S_OK) return;
    hr = IBackgroundCopyJob3_AddFileWithRanges(job3, origin_wurl(origin, path, url),
                                               temp_path(name, local), count, ranges);
    ok(hr == expected, "Got hr %#lx.\n", hr);
    IBackgroundCopyJob3_Release(job3);
}

static IBackgroundCopyJob *create_parts(const char *path, const WCHAR *name, BG_FILE_RANGE *ranges,
                                        DWORD count)
{
    IBackgroundCopyJob *job = create_job(name, BG_JOB_TYPE_DOWNLOAD);

    IBackgroundCopyJob_SetPriority(job, BG_JOB_PRIORITY_FOREGROUND);
    add_parts(job, path, name, ranges, count, S_OK);
    return job;
}

/* The file consists of these parts and nothing else. */
static void verify_parts(const WCHAR *name, const BG_FILE_RANGE *ranges, DWORD count)
{
    WCHAR local[MAX_PATH];
    static char data[64 * 1024];
    DWORD size = 0, place = 0;
    HANDLE file = CreateFileW(temp_path(name, local), GENERIC_READ, FILE_SHARE_READ, NULL,
                              OPEN_EXISTING, 0, NULL);

    ok(file != INVALID_HANDLE_VALUE, "The file is not there.\n");
    if (file == INVALID_HANDLE_VALUE) return;
    ok(ReadFile(file, data, sizeof(data), &size, NULL), "It cannot be read.\n");
    CloseHandle(file);
    for (DWORD i = 0; i < count; i++)
    {
        DWORD length = (DWORD)ranges[i].Length;

        ok(place + length <= size, "Part %lu is cut.\n", i);
        if (place + length > size) return;
        ok(synthetic_check(VERSION, ranges[i].InitialOffset, data + place, length) == length,
           "Part %lu has other bytes.\n", i);
        place += length;
    }
    ok(size == place, "Got %lu bytes.\n", size);
}

static void check_progress(IBackgroundCopyJob *job, UINT64 total, UINT64 transferred)
{
    BG_FILE_PROGRESS file;
    BG_JOB_PROGRESS whole;

    file_progress(job, 0, &file);
    ok(file.BytesTotal == total && file.BytesTransferred == transferred,
       "The file has %llu of %llu bytes.\n", file.BytesTransferred, file.BytesTotal);
    job_progress(job, &whole);
    ok(whole.BytesTotal == total && whole.BytesTransferred == transferred,
       "The job has %llu of %llu bytes.\n", whole.BytesTransferred, whole.BytesTotal);
}

static void test_parts(void)
{
    BG_FILE_RANGE ranges[] = {{100, 100}, {900, 100}, {400, 100}};
    IBackgroundCopyJob *job = create_parts("/file", L"parts", ranges, ARRAY_SIZE(ranges));
    HRESULT hr;

    shows("J3-AFWR-1");
    shows("J3-AFWR-2");
    shows("FIL-7");
    shows("JOB-GET-6");
    resume(job);
    wait_for_state(job, TRANSFERRED, SOON);
    check_progress(job, 300, 300);
    hr = IBackgroundCopyJob_Complete(job);
    ok(hr == S_OK, "Got hr %#lx.\n", hr);
    verify_parts(L"parts", ranges, ARRAY_SIZE(ranges));
    IBackgroundCopyJob_Release(job);
}

static void test_to_the_end(void)
{
    BG_FILE_RANGE ranges[] = {{990, BG_LENGTH_TO_EOF}, {0, 10}};
    IBackgroundCopyJob *job = create_parts("/file", L"tail", ranges, ARRAY_SIZE(ranges));
    HRESULT hr;

    shows("J3-AFWR-14");
    resume(job);
    wait_for_state(job, TRANSFERRED, SOON);
    check_progress(job, 20, 20);
    hr = IBackgroundCopyJob_Complete(job);
    ok(hr == S_OK, "Got hr %#lx.\n", hr);
    ranges[0].Length = 10;
    verify_parts(L"tail", ranges, ARRAY_SIZE(ranges));
    IBackgroundCopyJob_Release(job);
}

/* Backwards, beside a plain file. */
static void test_many(void)
{
    BG_FILE_RANGE ranges[100];
    IBackgroundCopyJob *job = create_download("/small", L"plain");
    WCHAR local[MAX_PATH];
    HRESULT hr;

    for (DWORD i = 0; i < ARRAY_SIZE(ranges); i++)
        ranges[i] = (BG_FILE_RANGE){(ARRAY_SIZE(ranges) - 1 - i) * 2, 1};
    add_parts(job, "/file", L"many", ranges, ARRAY_SIZE(ranges), S_OK);
    resume(job);
    wait_for_state(job, TRANSFERRED, 3 * SOON);
    hr = IBackgroundCopyJob_Complete(job);
    ok(hr == S_OK, "Got hr %#lx.\n", hr);
    verify_parts(L"many", ranges, ARRAY_SIZE(ranges));
    verify_file(temp_path(L"plain", local), SMALL, 0);
    IBackgroundCopyJob_Release(job);
}

static void test_GetFileRanges(void)
{
    static const BG_FILE_RANGE given[] = {{500, BG_LENGTH_TO_EOF}, {0, 10}, {20, 1}};
    BG_FILE_RANGE ranges[ARRAY_SIZE(given)], *got = NULL;
    IBackgroundCopyFile2 *file2 = NULL;
    IBackgroundCopyFile *file;
    IBackgroundCopyJob *job;
    DWORD count = 77;
    HRESULT hr;

    shows("F2-1");
    memcpy(ranges, given, sizeof(given));
    job = create_parts("/file", L"get", ranges, ARRAY_SIZE(ranges));
    memset(ranges, 0xff, sizeof(ranges));
    if ((file = file_at(job, 0)))
    {
        hr = IBackgroundCopyFile_QueryInterface(file, &IID_IBackgroundCopyFile2, (void **)&file2);
        ok(hr == S_OK, "Got hr %#lx.\n", hr);
        hr = IBackgroundCopyFile2_GetFileRanges(file2, &count, &got);
        ok(hr == S_OK, "Got hr %#lx.\n", hr);
        ok(count == ARRAY_SIZE(given), "Got %lu ranges.\n", count);
        ok(got && !memcmp(got, given, sizeof(given)), "They are not as given.\n");
        CoTaskMemFree(got);
        IBackgroundCopyFile2_Release(file2);
        IBackgroundCopyFile_Release(file);
    }
    end_job(job);
}

static void test_limit(void)
{
    static BG_FILE_RANGE ranges[501];
    IBackgroundCopyJob *job;

    for (DWORD i = 0; i < ARRAY_SIZE(ranges); i++)
        ranges[i] = (BG_FILE_RANGE){i * 2, 1};
    if (!become_ordinary_user()) return;
    shows("J3-AFWR-9");
    job = create_job(L"limit", BG_JOB_TYPE_DOWNLOAD);
    add_parts(job, "/file", L"limit", ranges, ARRAY_SIZE(ranges), BG_E_TOO_MANY_RANGES_IN_FILE);
    ok(!file_count(job), "It was added.\n");
    add_parts(job, "/file", L"limit", ranges, ARRAY_SIZE(ranges) - 1, S_OK);
    end_job(job);
    become_oneself();
}

/* ---- servers ---- */

static void expect_error(const char *path, BG_FILE_RANGE *ranges, DWORD count, HRESULT expected)
{
    IBackgroundCopyJob *job = create_parts(path, L"refused", ranges, count);
    BG_ERROR_CONTEXT context;
    HRESULT hr;

    winetest_push_context("%s", path);
    resume(job);
    wait_for_state(job, STATE_BIT(BG_JOB_STATE_ERROR), SOON);
    hr = job_error(job, &context);
    ok(hr == expected, "Got error %#lx.\n", hr);
    ok(context == BG_ERROR_CONTEXT_REMOTE_FILE, "Got context %u.\n", context);
    end_job(job);
    winetest_pop_context();
}

static void test_outside(void)
{
    BG_FILE_RANGE behind[] = {{0, 10}, {SIZE, 10}}, across[] = {{990, 11}},
                  tail[] = {{SIZE, BG_LENGTH_TO_EOF}};

    shows("J3-AFWR-11");
    expect_error("/file", behind, ARRAY_SIZE(behind), BG_E_INVALID_RANGE);
    expect_error("/file", across, ARRAY_SIZE(across), BG_E_INVALID_RANGE);
    expect_error("/file", tail, ARRAY_SIZE(tail), BG_E_INVALID_RANGE);
}

/* Also where the whole file would do for a plain one. */
static void test_no_ranges(void)
{
    BG_FILE_RANGE middle[] = {{100, 100}}, start[] = {{0, 100}}, all[] = {{0, BG_LENGTH_TO_EOF}};

    shows("J3-AFWR-12");
    origin_add(origin, "/whole",
               &(struct origin_file){.size = SIZE, .flags = ORIGIN_NO_RANGES, .version = VERSION});
    expect_error("/whole", middle, 1, BG_E_INSUFFICIENT_RANGE_SUPPORT);
    expect_error("/whole", start, 1, BG_E_INSUFFICIENT_RANGE_SUPPORT);
    expect_error("/whole", all, 1, BG_E_INSUFFICIENT_RANGE_SUPPORT);
}

static const struct origin_file honest = {.size = SIZE, .version = VERSION};

/* Everything from the first byte to the last, where parts were asked for. */
static void merge(struct origin_conn *c, const struct origin_request *r, void *ctx)
{
    (void)ctx;
    if (!r->range_count)
    {
        origin_serve(c, r, &honest);
        return;
    }
    origin_sendf(c,
                 "HTTP/1.1 206 Partial Content\r\nContent-Length: %u\r\n"
                 "Content-Range: bytes 0-%u/%u\r\n\r\n",
                 SIZE, SIZE - 1, SIZE);
    origin_send_body(c, VERSION, 0, SIZE);
}

static void test_merged(void)
{
    BG_FILE_RANGE ranges[] = {{100, 100}, {900, 100}};

    shows("J3-AFWR-13");
    origin_handle(origin, "/merged", merge, NULL);
    expect_error("/merged", ranges, ARRAY_SIZE(ranges), BG_E_INVALID_SERVER_RESPONSE);
}

/* Several in one answer, right and wrong ones: no byte of their text may get into the file. */
static void test_multipart(void)
{
    static const char *const faults[] = {"parts",         "parts_unnamed",  "parts_misnamed",
                                         "parts_unended", "parts_reversed", "parts_overlapping",
                                         "parts_headers", "parts_lines"};
    withstands("B8");
    BG_FILE_RANGE ranges[] = {{100, 100}, {900, 100}};
    unsigned int tried = 0;

    for (unsigned int i = 0; i < ARRAY_SIZE(faults); i++)
    {
        char path[32];

        snprintf(path, sizeof(path), "/multipart%u", i);
        if (!origin_add_fault(origin, path, faults[i],
                              &(struct origin_fault_use){.file = honest, .n = 20}))
            continue;
        tried++;
        expect_error(path, ranges, ARRAY_SIZE(ranges), BG_E_INVALID_SERVER_RESPONSE);
    }
    ok(tried == ARRAY_SIZE(faults), "Only %u faults are known.\n", tried);
}

static void test_names(void)
{
    static const struct
    {
        const WCHAR *url, *name;
    } bad[] = {{L"ftp://127.0.0.1/", L"x"},
               {L"127.0.0.1/file", L"x"},
               {L"http://127.0.0.1/a b", L"x"},
               {L"http://127.0.0.1/file", L"a*"},
               {L"http://127.0.0.1/file", L"nowhere\\x"}};
    static const WCHAR *const shares[] = {L"\\\\server\\share\\file", L"file://server/share/file"};
    IBackgroundCopyJob *job = create_job(L"names", BG_JOB_TYPE_DOWNLOAD);
    BG_FILE_RANGE range = {0, 10};
    IBackgroundCopyJob3 *job3;
    WCHAR local[MAX_PATH];
    HRESULT hr;

    shows("J3-AFWR-4");
    shows("J3-AFWR-15");
    hr = IBackgroundCopyJob_QueryInterface(job, &IID_IBackgroundCopyJob3, (void **)&job3);
    ok(hr == S_OK, "Got hr %#lx.\n", hr);
    for (unsigned int i = 0; i < ARRAY_SIZE(bad); i++)
    {
        hr = IBackgroundCopyJob3_AddFileWithRanges(job3, bad[i].url, temp_path(bad[i].name, local),
                                                   1, &range);
        ok(i == 4 ? FAILED(hr) : hr == E_INVALIDARG, "Row %u: got hr %#lx.\n", i, hr);
    }
    hr = IBackgroundCopyJob3_AddFileWithRanges(job3, L"http://127.0.0.1/file", L"relative", 1,
                                               &range);
    ok(hr == E_INVALIDARG, "Got hr %#lx.\n", hr);
    for (unsigned int i = 0; i < ARRAY_SIZE(shares); i++)
    {
        hr = IBackgroundCopyJob3_AddFileWithRanges(job3, shares[i], temp_path(L"x", local), 1,
                                                   &range);
        ok(FAILED(hr), "%s was added.\n", wine_dbgstr_w(shares[i]));
    }
    ok(!file_count(job), "Got %lu files.\n", file_count(job));
    IBackgroundCopyJob3_Release(job3);
    end_job(job);
}

/* In mid-part: nothing is fetched twice. */
static void test_suspended(void)
{
    BG_FILE_RANGE ranges[] = {{3 * MIB, MIB}, {0, MIB}};
    IBackgroundCopyJob *job;
    struct origin_entry entry;
    bool is_again = false;
    UINT64 before;
    BG_FILE_PROGRESS progress;
    HRESULT hr;

    origin_add(origin, "/large", &(struct origin_file){.size = 4 * MIB, .version = VERSION});
    origin_hold_after(origin, "/large", MIB + MIB / 2);
    job = create_parts("/large", L"suspended", ranges, ARRAY_SIZE(ranges));
    resume(job);
    ok(wait_for_bytes(job, MIB + 1, SOON), "Nothing has arrived.\n");
    hr = IBackgroundCopyJob_Suspend(job);
    ok(hr == S_OK, "Got hr %#lx.\n", hr);
    ok(origin_wait_idle(origin, "/large", SOON), "The answer is still being read.\n");
    com_pump(QUIET_MS);
    file_progress(job, 0, &progress);
    before = progress.BytesTransferred;
    origin_release(origin, "/large");
    resume(job);
    wait_for_state(job, TRANSFERRED, SOON);
    for (size_t i = 0; origin_journal_get(origin, "/large", i, &entry); i++)
        if (entry.range_count && entry.range.begin == before - MIB) is_again = true;
    ok(is_again, "No request begins at byte %llu of the second part.\n", before - MIB);
    hr = IBackgroundCopyJob_Complete(job);
    ok(hr == S_OK, "Got hr %#lx.\n", hr);
    IBackgroundCopyJob_Release(job);
}

START_TEST(ranged_files)
{
    downloads_start();
    origin_add(origin, "/file", &honest);
    RUN_TEST(test_parts);
    RUN_TEST(test_to_the_end);
    RUN_TEST(test_many);
    RUN_TEST(test_GetFileRanges);
    RUN_TEST(test_limit);
    RUN_TEST(test_outside);
    RUN_TEST(test_no_ranges);
    RUN_TEST(test_merged);
    RUN_TEST(test_multipart);
    RUN_TEST(test_names);
    RUN_TEST(test_suspended);
    downloads_stop();
}
