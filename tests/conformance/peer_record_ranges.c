/* SPDX-License-Identifier: LGPL-2.1-or-later
 *
 * Records of files that were added with ranges, or whose remote name has changed. */
#include "record_fixture.h"

#define PATH "/parts"
#define SIZE 1000

static IBackgroundCopyJob3 *create(const WCHAR *name)
{
    IBackgroundCopyJob *job = create_job(name, BG_JOB_TYPE_DOWNLOAD);
    IBackgroundCopyJob4 *job4;
    IBackgroundCopyJob3 *job3;
    HRESULT hr;

    IBackgroundCopyJob_SetPriority(job, BG_JOB_PRIORITY_FOREGROUND);
    hr = IBackgroundCopyJob_QueryInterface(job, &IID_IBackgroundCopyJob4, (void **)&job4);
    ok(hr == S_OK, "Got hr %#lx.\n", hr);
    hr = IBackgroundCopyJob4_SetPeerCachingFlags(job4, JOB_SERVER);
    ok(hr == S_OK, "Got hr %#lx.\n", hr);
    hr = IBackgroundCopyJob4_QueryInterface(job4, &IID_IBackgroundCopyJob3, (void **)&job3);
    ok(hr == S_OK, "Got hr %#lx.\n", hr);
    IBackgroundCopyJob4_Release(job4);
    IBackgroundCopyJob_Release(job);
    return job3;
}

static void transfer(IBackgroundCopyJob3 *job)
{
    HRESULT hr = IBackgroundCopyJob3_Resume(job);

    ok(hr == S_OK, "Got hr %#lx.\n", hr);
    wait_for_state((IBackgroundCopyJob *)job, TRANSFERRED, SOON);
}

static void end(IBackgroundCopyJob3 *job)
{
    HRESULT hr = IBackgroundCopyJob3_Complete(job);

    ok(hr == S_OK, "Got hr %#lx.\n", hr);
    IBackgroundCopyJob3_Release(job);
}

static void test_parts(void)
{
    BG_FILE_RANGE ranges[] = {{900, BG_LENGTH_TO_EOF}, {100, 50}};
    IBackgroundCopyJob3 *job = create(L"parts");
    WCHAR url[URL_MAX], local[MAX_PATH];
    struct record record;
    HRESULT hr;

    shows("PCR-GFS-2");
    shows("PCR-GFR-4");
    hr = IBackgroundCopyJob3_AddFileWithRanges(job, origin_wurl(origin, PATH, url),
                                               temp_path(L"parts", local), 2, ranges);
    ok(hr == S_OK, "Got hr %#lx.\n", hr);
    transfer(job);
    end(job);
    if (!wait_records(PATH, 1)) return;
    find_records(PATH, &record);
    ok(record.size == SIZE, "Got size %llu.\n", record.size);
    ok(record.range_count == 2, "Got %lu ranges.\n", record.range_count);
    ok(record.range.InitialOffset == 900 && record.range.Length == 100, "The first is %llu+%llu.\n",
       record.range.InitialOffset, record.range.Length);
}

/* Bytes are kept under the name that they came under. */
static void test_renamed(void)
{
    IBackgroundCopyJob3 *job = create(L"renamed");
    WCHAR url[URL_MAX], other[URL_MAX], local[MAX_PATH];
    HRESULT hr;

    hr = IBackgroundCopyJob3_AddFile(job, origin_wurl(origin, "/before", url),
                                     temp_path(L"renamed", local));
    ok(hr == S_OK, "Got hr %#lx.\n", hr);
    transfer(job);
    hr = IBackgroundCopyJob3_ReplaceRemotePrefix(job, url, origin_wurl(origin, "/after", other));
    ok(hr == S_OK, "Got hr %#lx.\n", hr);
    end(job);
    wait_records("/before", 1);
    settle();
    expect_records("/after", 0);
}

START_TEST(peer_record_ranges)
{
    if (records_start())
    {
        static const struct origin_file file = {.size = SIZE, .last_modified = RECORD_DATE};

        origin_add(origin, PATH, &file);
        origin_add(origin, "/before", &file);
        RUN_TEST(test_parts);
        RUN_TEST(test_renamed);
    }
    records_stop();
}
