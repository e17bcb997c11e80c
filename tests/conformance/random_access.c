/* SPDX-License-Identifier: LGPL-2.1-or-later
 *
 * IBackgroundCopyFile6 and IBackgroundCopyCallback3: bytes of unfinished files, in the order in
 * which the client wants them. */
#include "download_fixture.h"

#include <string.h>

#include "harness/com_callback.h"

#define SIZE (4 * MIB)

static IBackgroundCopyFile6 *file6_of(IBackgroundCopyJob *job)
{
    IBackgroundCopyFile *file = file_at(job, 0);
    IBackgroundCopyFile6 *file6 = NULL;
    HRESULT hr;

    if (!file) return NULL;
    hr = IBackgroundCopyFile_QueryInterface(file, &IID_IBackgroundCopyFile6, (void **)&file6);
    ok(hr == S_OK, "Got hr %#lx.\n", hr);
    IBackgroundCopyFile_Release(file);
    return file6;
}

static HRESULT set_on_demand(IBackgroundCopyJob *job)
{
    BITS_JOB_PROPERTY_VALUE value = {.Enable = TRUE};
    IBackgroundCopyJob5 *job5;
    HRESULT hr = IBackgroundCopyJob_QueryInterface(job, &IID_IBackgroundCopyJob5, (void **)&job5);

    if (FAILED(hr)) return hr;
    hr = IBackgroundCopyJob5_SetProperty(job5, BITS_JOB_PROPERTY_ON_DEMAND_MODE, value);
    IBackgroundCopyJob5_Release(job5);
    return hr;
}

/* A suspended job on demand with one file. */
static IBackgroundCopyJob *create_on_demand(const char *path, const WCHAR *name)
{
    IBackgroundCopyJob *job = create_download(path, name);
    HRESULT hr = set_on_demand(job);

    ok(hr == S_OK, "Got hr %#lx.\n", hr);
    return job;
}

#define request(file, offset, length, expected) request_(__LINE__, file, offset, length, expected)
static void request_(int line, IBackgroundCopyFile6 *file, UINT64 offset, UINT64 length,
                     HRESULT expected)
{
    const BG_FILE_RANGE range = {offset, length};
    HRESULT hr = IBackgroundCopyFile6_RequestFileRanges(file, 1, &range);

    ok_(__FILE__, line)(hr == expected, "Got hr %#lx.\n", hr);
}

#define check_filled(file, ...)                                                                    \
    check_filled_(__LINE__, file, (const BG_FILE_RANGE[]){__VA_ARGS__},                            \
                  sizeof((const BG_FILE_RANGE[]){__VA_ARGS__}) / sizeof(BG_FILE_RANGE))
static void check_filled_(int line, IBackgroundCopyFile6 *file, const BG_FILE_RANGE *expected,
                          size_t count)
{
    BG_FILE_RANGE *ranges = (BG_FILE_RANGE *)0xdeadbeef;
    DWORD got = 77;
    HRESULT hr = IBackgroundCopyFile6_GetFilledFileRanges(file, &got, &ranges);

    ok_(__FILE__, line)(hr == S_OK, "Got hr %#lx.\n", hr);
    ok_(__FILE__, line)(got == count, "Got %lu ranges.\n", got);
    if (hr != S_OK) return;
    for (DWORD i = 0; i < got && i < count; i++)
        ok_(__FILE__, line)(!memcmp(&ranges[i], &expected[i], sizeof(*ranges)),
                            "Range %lu is %llu+%llu.\n", i, ranges[i].InitialOffset,
                            ranges[i].Length);
    CoTaskMemFree(ranges);
}

/* Bytes that were sent of the path, in all. */
static UINT64 sent(const char *path)
{
    struct origin_tally tally;

    origin_count(origin, path, ORIGIN_ANY_VERSION, NULL, 0, &tally);
    return tally.sent;
}

static void test_on_demand(void)
{
    IBackgroundCopyJob *job = create_on_demand("/demand", L"demand");
    IBackgroundCopyFile6 *file = file6_of(job);
    struct origin_entry entry;
    unsigned int gets = 0;
    WCHAR local[MAX_PATH];
    HRESULT hr;

    shows("F6-1");
    shows("F6-4");
    shows("F6-5");
    origin_add(origin, "/demand", &(struct origin_file){.size = SIZE, .version = 5});
    if (!file) return;
    request(file, 3 * MIB, 1000, S_OK);
    request(file, 1000, 1000, S_OK);
    request(file, 1500, 1000, S_OK);
    request(file, 3 * MIB, 500, S_OK);
    resume(job);
    wait_for_state(job, STATE_BIT(BG_JOB_STATE_SUSPENDED), SOON);
    check_filled(file, {1000, 1500}, {3 * MIB, 1000});
    ok(sent("/demand") == 2500, "%llu bytes were fetched.\n", sent("/demand"));
    for (size_t i = 0; origin_journal_get(origin, "/demand", i, &entry); i++)
        if (!strcmp(entry.method, "GET") && !gets++)
            ok(entry.range.begin == 3 * MIB, "The first request is for byte %llu.\n",
               (unsigned long long)entry.range.begin);

    /* What is there is there. */
    request(file, 1000, 1500, S_OK);
    resume(job);
    wait_for_state(job, STATE_BIT(BG_JOB_STATE_SUSPENDED), SOON);
    ok(sent("/demand") == 2500, "%llu bytes were fetched.\n", sent("/demand"));

    request(file, 0, BG_LENGTH_TO_EOF, S_OK);
    resume(job);
    wait_for_state(job, TRANSFERRED, SOON);
    ok(sent("/demand") == SIZE, "%llu bytes were fetched.\n", sent("/demand"));
    check_filled(file, {0, SIZE});
    hr = IBackgroundCopyJob_Complete(job);
    ok(hr == S_OK, "Got hr %#lx.\n", hr);
    verify_file(temp_path(L"demand", local), SIZE, 5);
    IBackgroundCopyFile6_Release(file);
    IBackgroundCopyJob_Release(job);
}

static void test_nothing_filled(void)
{
    IBackgroundCopyJob *job = create_download("/demand", L"empty");
    IBackgroundCopyFile6 *file = file6_of(job);
    BG_FILE_RANGE *ranges = (BG_FILE_RANGE *)0xdeadbeef;
    DWORD count = 77;
    HRESULT hr;

    if (!file) return;
    hr = IBackgroundCopyFile6_GetFilledFileRanges(file, &count, &ranges);
    ok(hr == S_OK && !count, "Got hr %#lx, %lu ranges.\n", hr, count);
    CoTaskMemFree(ranges);
    IBackgroundCopyFile6_Release(file);
    end_job(job);
}

static void test_outside(void)
{
    IBackgroundCopyJob *job = create_on_demand("/demand", L"outside");
    IBackgroundCopyFile6 *file = file6_of(job);

    shows("F6-2");
    origin_add(origin, "/demand", &(struct origin_file){.size = SIZE, .version = 5});
    if (!file) return;
    request(file, 0, 10, S_OK);
    resume(job);
    wait_for_state(job, STATE_BIT(BG_JOB_STATE_SUSPENDED), SOON);
    request(file, SIZE, 1, BG_E_INVALID_RANGE);
    request(file, SIZE - 1, 2, BG_E_INVALID_RANGE);
    request(file, SIZE, BG_LENGTH_TO_EOF, BG_E_INVALID_RANGE);
    request(file, 0, 0, BG_E_INVALID_RANGE);
    request(file, SIZE - 1, 1, S_OK);

    /* What was asked for before the size was known shows when it is. */
    IBackgroundCopyFile6_Release(file);
    end_job(job);
    job = create_on_demand("/demand", L"outside");
    if (!(file = file6_of(job))) return;
    request(file, SIZE, 1, S_OK);
    resume(job);
    wait_for_state(job, STATE_BIT(BG_JOB_STATE_ERROR), SOON);
    ok(job_error(job, NULL) == BG_E_INVALID_RANGE, "Got error %#lx.\n", job_error(job, NULL));
    IBackgroundCopyFile6_Release(file);
    end_job(job);
}

static void check_unsupported(IBackgroundCopyJob *job)
{
    IBackgroundCopyFile6 *file = file6_of(job);
    HRESULT hr;

    if (!file) return;
    request(file, 0, 10, BG_E_RANDOM_ACCESS_NOT_SUPPORTED);
    hr = IBackgroundCopyFile6_UpdateDownloadPosition(file, 10);
    ok(hr == BG_E_RANDOM_ACCESS_NOT_SUPPORTED, "Got hr %#lx.\n", hr);
    IBackgroundCopyFile6_Release(file);
    end_job(job);
}

static void test_unsupported(void)
{
    IBackgroundCopyJob *job = create_job(L"up", BG_JOB_TYPE_UPLOAD);
    IBackgroundCopyFile6 *file;
    WCHAR local[MAX_PATH];
    BG_FILE_RANGE part = {0, 10};
    IBackgroundCopyJob3 *job3;
    HRESULT hr;

    shows("F6-3");
    ok(write_file(temp_path(L"up", local), 10, 1), "Could not write.\n");
    job_add(job, origin, "/up", L"up");
    check_unsupported(job);

    job = create_job(L"share", BG_JOB_TYPE_DOWNLOAD);
    hr = IBackgroundCopyJob_AddFile(job, L"\\\\server\\share\\file", temp_path(L"share", local));
    ok(hr == S_OK, "Got hr %#lx.\n", hr);
    check_unsupported(job);

    job = create_job(L"parts", BG_JOB_TYPE_DOWNLOAD);
    IBackgroundCopyJob_QueryInterface(job, &IID_IBackgroundCopyJob3, (void **)&job3);
    hr = IBackgroundCopyJob3_AddFileWithRanges(job3, L"http://127.0.0.1/",
                                               temp_path(L"parts", local), 1, &part);
    ok(hr == S_OK, "Got hr %#lx.\n", hr);
    IBackgroundCopyJob3_Release(job3);
    check_unsupported(job);

    /* This shows when it is tried. */
    origin_add(origin, "/whole", &(struct origin_file){.size = SIZE, .flags = ORIGIN_NO_RANGES});
    job = create_on_demand("/whole", L"whole");
    if (!(file = file6_of(job))) return;
    request(file, 0, 10, S_OK);
    IBackgroundCopyFile6_Release(file);
    resume(job);
    wait_for_state(job, STATE_BIT(BG_JOB_STATE_ERROR), SOON);
    hr = job_error(job, NULL);
    ok(hr == BG_E_INSUFFICIENT_RANGE_SUPPORT, "Got error %#lx.\n", hr);
    check_unsupported(job);
}

/* A job that is not on demand fetches the rest too. */
static void test_position(void)
{
    IBackgroundCopyJob *job = create_download("/position", L"position");
    IBackgroundCopyFile6 *file = file6_of(job);
    struct origin_entry entry;
    bool is_asked = false;
    WCHAR local[MAX_PATH];
    HRESULT hr;

    shows("F6-6");
    origin_add(origin, "/position", &(struct origin_file){.size = SIZE, .version = 6});
    origin_hold_after(origin, "/position", MIB);
    if (!file) return;
    resume(job);
    ok(origin_wait_held(origin, "/position", SOON), "Nothing is sent.\n");
    hr = IBackgroundCopyFile6_UpdateDownloadPosition(file, 3 * MIB);
    ok(hr == S_OK, "Got hr %#lx.\n", hr);
    hr = IBackgroundCopyFile6_UpdateDownloadPosition(file, SIZE);
    ok(hr == BG_E_INVALID_RANGE, "Got hr %#lx.\n", hr);
    ok(origin_wait_requests(origin, "/position", 3, SOON), "Nothing else is asked for.\n");
    origin_release(origin, "/position");
    wait_for_state(job, TRANSFERRED, SOON);
    /* HEAD, the request that was broken off, and then this one. */
    ok(origin_journal_get(origin, "/position", 2, &entry), "There is no third request.\n");
    is_asked = entry.range.begin == 3 * MIB;
    ok(is_asked, "It is for byte %llu.\n", (unsigned long long)entry.range.begin);
    hr = IBackgroundCopyJob_Complete(job);
    ok(hr == S_OK, "Got hr %#lx.\n", hr);
    verify_file(temp_path(L"position", local), SIZE, 6);
    IBackgroundCopyFile6_Release(file);
    IBackgroundCopyJob_Release(job);
}

/* ---- FileRangesTransferred ---- */

struct told
{
    LONG calls;
    LONG64 bytes;
    UINT64 first, last;
    DWORD ticks[16];
};

static HRESULT count_ranges(struct test_callback *callback, const struct callback_call *call)
{
    struct told *told = callback->ctx;

    if (call->method != CALLBACK_FILE_RANGES) return S_OK;
    ok(call->job && call->file && call->number && call->ranges, "Something is missing.\n");
    if (told->calls < 16) told->ticks[told->calls] = GetTickCount();
    told->calls++;
    for (DWORD i = 0; i < call->number; i++)
    {
        UINT64 end = call->ranges[i].InitialOffset + call->ranges[i].Length;

        told->bytes += (LONG64)call->ranges[i].Length;
        if (call->ranges[i].InitialOffset < told->first)
            told->first = call->ranges[i].InitialOffset;
        if (end > told->last) told->last = end;
    }
    return S_OK;
}

static void test_FileRangesTransferred(void)
{
    struct test_callback *callback = test_callback_create(CALLBACK_ALL);
    IBackgroundCopyJob *job = create_on_demand("/slow", L"told");
    IBackgroundCopyFile6 *file = file6_of(job);
    struct told told = {.first = UINT64_MAX};

    shows("CB-12");
    origin_add(origin, "/slow", &(struct origin_file){.size = SIZE, .rate = MIB});
    callback->ctx = &told;
    callback->hook = count_ranges;
    job_set_callback(job, callback, BG_NOTIFY_JOB_TRANSFERRED | 0x20);
    if (!file) return;
    request(file, MIB, 2 * MIB, S_OK);
    resume(job);
    wait_for_state(job, STATE_BIT(BG_JOB_STATE_SUSPENDED), 2 * SOON);
    for (unsigned int i = 0; i < 200 && told.bytes < 2 * MIB; i++)
        com_pump(50);
    ok(told.bytes == 2 * MIB, "Told of %lld bytes.\n", (long long)told.bytes);
    ok(told.first == MIB && told.last == 3 * MIB, "Told of %llu-%llu.\n", told.first, told.last);
    ok(told.calls >= 2, "Told in %ld calls.\n", told.calls);
    /* The last one, of a job that has stopped, does not wait. */
    for (LONG i = 1; i < told.calls - 1 && i < 16; i++)
        ok(told.ticks[i] - told.ticks[i - 1] >= 450, "Call %ld comes after %lu ms.\n", i,
           told.ticks[i] - told.ticks[i - 1]);
    ok(!test_callback_count(callback, CALLBACK_JOB_TRANSFERRED), "It is not whole.\n");
    IBackgroundCopyFile6_Release(file);
    end_job(job);
    test_callback_release(callback);
}

/* Is the mode there at all? */
static bool has_on_demand(void)
{
    IBackgroundCopyJob *job = create_job(L"probe", BG_JOB_TYPE_DOWNLOAD);
    HRESULT hr = set_on_demand(job);

    end_job(job);
    if (hr == S_OK) return true;
    skip("There are no jobs on demand: hr %#lx.\n", hr);
    return false;
}

START_TEST(random_access)
{
    downloads_start();
    if (has_on_demand())
    {
        RUN_TEST(test_on_demand);
        RUN_TEST(test_nothing_filled);
        RUN_TEST(test_outside);
        RUN_TEST(test_unsupported);
        RUN_TEST(test_position);
        RUN_TEST(test_FileRangesTransferred);
    }
    downloads_stop();
}
