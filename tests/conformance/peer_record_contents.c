/* SPDX-License-Identifier: LGPL-2.1-or-later
 *
 * Which contents become records of the machine's cache, and under which name. */
#include "record_fixture.h"

#include <stdio.h>
#include <wchar.h>

#define SIZE 70001

/* ---- Content ---- */

static void write_temporary(struct download *d, LONG offset, DWORD from, const char *data,
                            DWORD size)
{
    IEnumBackgroundCopyFiles *files = NULL;
    IBackgroundCopyFile3 *file3 = NULL;
    IBackgroundCopyFile *first = NULL;
    DWORD written = 0;
    WCHAR *name = NULL;
    HANDLE file;

    IBackgroundCopyJob_EnumFiles(d->job, &files);
    IEnumBackgroundCopyFiles_Next(files, 1, &first, NULL);
    IBackgroundCopyFile_QueryInterface(first, &IID_IBackgroundCopyFile3, (void **)&file3);
    IBackgroundCopyFile3_GetTemporaryName(file3, &name);
    file = CreateFileW(name, GENERIC_READ | GENERIC_WRITE,
                       FILE_SHARE_READ | FILE_SHARE_WRITE | FILE_SHARE_DELETE, NULL, OPEN_EXISTING,
                       0, NULL);
    ok(file != INVALID_HANDLE_VALUE, "Could not open %s, error %lu.\n", wine_dbgstr_w(name),
       GetLastError());
    SetFilePointer(file, offset, NULL, from);
    ok(WriteFile(file, data, size, &written, NULL) && written == size, "Could not write.\n");
    CloseHandle(file);
    CoTaskMemFree(name);
    IBackgroundCopyFile3_Release(file3);
    IBackgroundCopyFile_Release(first);
    IEnumBackgroundCopyFiles_Release(files);
}

/* Somebody writes to the file before the client says that it is good: these are not the bytes that
 * came from the origin. */
static void test_changed(void)
{
    struct download changed, longer, validated;

    fetch(&changed, JOB_SERVER, SIZE);
    fetch(&longer, JOB_SERVER, SIZE);
    fetch(&validated, JOB_SERVER, SIZE);
    write_temporary(&changed, SIZE / 2, FILE_BEGIN, "other bytes", 11);
    write_temporary(&longer, 0, FILE_END, "more bytes", 10);
    write_temporary(&validated, 0, FILE_BEGIN, "other bytes", 11);
    complete(&changed);
    complete(&longer);
    validate(&validated, TRUE);
    settle();
    expect_records(changed.path, 0);
    expect_records(longer.path, 0);
    expect_records(validated.path, 0);
    download_end(&validated);
}

/* A search names the time of a file; one without cannot be found. */
static void test_no_time(void)
{
    struct download none, tagged;

    origin_add(origin, "/no-time",
               &(struct origin_file){.size = SIZE, .flags = ORIGIN_NO_LAST_MODIFIED});
    origin_add(
        origin, "/tagged",
        &(struct origin_file){.size = SIZE, .etag = "\"tag\"", .flags = ORIGIN_NO_LAST_MODIFIED});
    fetch_path(&none, JOB_SERVER, "/no-time");
    fetch_path(&tagged, JOB_SERVER, "/tagged");
    complete(&none);
    complete(&tagged);
    settle();
    expect_records("/no-time", 0);
    expect_records("/tagged", 0);
}

/* The origin says what others than the client may do with the content. */
static void test_cache_control(void)
{
    static const struct
    {
        const char *path, *headers;
        bool is_kept;
    } tests[] = {{"/public", "Cache-Control: public, max-age=60\r\n", true},
                 {"/no-store", "Cache-Control: no-store\r\n", false},
                 {"/private", "Cache-Control: max-age=60, private\r\n", false}};

    if (!target_is_ours())
    {
        skip("It is not known what is kept.\n");
        return;
    }
    for (unsigned int i = 0; i < ARRAY_SIZE(tests); i++)
    {
        struct download d;
        ULONG count;

        origin_add(origin, tests[i].path,
                   &(struct origin_file){
                       .size = SIZE, .last_modified = RECORD_DATE, .headers = tests[i].headers});
        fetch_path(&d, JOB_SERVER, tests[i].path);
        complete(&d);
        settle();
        count = find_records(tests[i].path, NULL);
        ok(count == tests[i].is_kept, "%s: got %lu records.\n", tests[i].path, count);
    }
}

static void test_sizes(void)
{
    static const UINT64 sizes[] = {0, 1, 0x3ffff, 0x40000, 0x40001, 3 * MIB};
    struct download d[ARRAY_SIZE(sizes)];
    struct record record;

    for (unsigned int i = 0; i < ARRAY_SIZE(sizes); i++)
    {
        fetch(&d[i], JOB_SERVER, sizes[i]);
        complete(&d[i]);
    }
    settle();
    for (unsigned int i = 0; i < ARRAY_SIZE(sizes); i++)
    {
        winetest_push_context("%llu bytes", sizes[i]);
        expect_records(d[i].path, sizes[i] ? 1 : 0);
        if (find_records(d[i].path, &record))
        {
            ok(record.size == sizes[i], "Got %llu bytes.\n", record.size);
            ok(record.range.Length == sizes[i], "Got %llu bytes.\n", record.range.Length);
        }
        winetest_pop_context();
    }
}

/* One job, several files: a record for each. */
static void test_several_files(void)
{
    IBackgroundCopyJob4 *job4 = NULL;
    IBackgroundCopyJob *job = create_job(L"several", BG_JOB_TYPE_DOWNLOAD);
    WCHAR name[16];
    char path[16];
    HRESULT hr;

    IBackgroundCopyJob_SetPriority(job, BG_JOB_PRIORITY_FOREGROUND);
    IBackgroundCopyJob_QueryInterface(job, &IID_IBackgroundCopyJob4, (void **)&job4);
    IBackgroundCopyJob4_SetPeerCachingFlags(job4, JOB_SERVER);
    IBackgroundCopyJob4_Release(job4);
    for (unsigned int i = 0; i < 5; i++)
    {
        snprintf(path, sizeof(path), "/several%u", i);
        swprintf(name, ARRAY_SIZE(name), L"several%u", i);
        origin_add(
            origin, path,
            &(struct origin_file){.size = SIZE + i, .version = i, .last_modified = RECORD_DATE});
        job_add(job, origin, path, name);
    }
    IBackgroundCopyJob_Resume(job);
    wait_for_state(job, TRANSFERRED, SOON);
    hr = IBackgroundCopyJob_Complete(job);
    ok(hr == S_OK, "Got hr %#lx.\n", hr);
    IBackgroundCopyJob_Release(job);
    settle();
    for (unsigned int i = 0; i < 5; i++)
    {
        snprintf(path, sizeof(path), "/several%u", i);
        expect_records(path, 1);
    }
}

/* ---- Names ---- */

static void redirect(struct origin_conn *c, const struct origin_request *r, void *ctx)
{
    (void)r;
    origin_sendf(c, "HTTP/1.1 302 Found\r\nLocation: %s\r\nContent-Length: 0\r\n\r\n",
                 (const char *)ctx);
}

/* Unless the job wants to hear of redirects, its own URL is the name. */
static void test_redirect(void)
{
    struct download d;
    WCHAR url[URL_MAX];
    HRESULT hr;

    withstands("F21");
    shows("PCR-GOU-4");
    origin_add(origin, "/target",
               &(struct origin_file){.size = SIZE, .version = 1, .last_modified = RECORD_DATE});
    origin_handle(origin, "/redirected", redirect, "/target");
    fetch_path(&d, JOB_SERVER, "/redirected");
    complete(&d);
    wait_records("/redirected", 1);
    expect_records("/target", 0);
    hr = IBitsPeerCacheAdministration_DeleteUrl(admin, origin_wurl(origin, "/target", url));
    ok(hr == S_FALSE, "Got hr %#lx.\n", hr);
    hr = IBitsPeerCacheAdministration_DeleteUrl(admin, origin_wurl(origin, "/redirected", url));
    ok(hr == S_OK, "Got hr %#lx.\n", hr);
}

/* A job that hears of redirects has its record under the last URL. */
static void test_reported_redirect(void)
{
    struct download d;
    WCHAR url[URL_MAX];
    HRESULT hr;

    withstands("F21");
    shows("PCR-GOU-3");
    shows("PCA-DU-5");
    origin_add(origin, "/last",
               &(struct origin_file){.size = SIZE, .version = 1, .last_modified = RECORD_DATE});
    origin_handle(origin, "/reported", redirect, "/last");
    fetch_path_under(&d, JOB_SERVER, BG_HTTP_REDIRECT_POLICY_ALLOW_REPORT, "/reported");
    complete(&d);
    wait_records("/last", 1);
    expect_records("/reported", 0);
    hr = IBitsPeerCacheAdministration_DeleteUrl(admin, origin_wurl(origin, "/reported", url));
    ok(hr == S_FALSE, "Got hr %#lx.\n", hr);
    hr = IBitsPeerCacheAdministration_DeleteUrl(admin, origin_wurl(origin, "/last", url));
    ok(hr == S_OK, "Got hr %#lx.\n", hr);
    expect_records("/last", 0);
}

/* Only what is of HTTP or HTTPS is kept for others. */
static void test_file_source(void)
{
    WCHAR source[MAX_PATH], local[MAX_PATH], url[URL_MAX];
    IBackgroundCopyJob *job;
    IBackgroundCopyJob4 *job4;
    struct download d;
    HRESULT hr;

    shows("PCM-28");
    clear_records();
    ok(write_file(temp_path(L"source", source), SIZE, 1), "Could not write.\n");
    swprintf(url, URL_MAX, L"file:///%ls", source);
    for (WCHAR *at = url; *at; at++)
        if (*at == '\\') *at = '/';
    job = create_job(L"share", BG_JOB_TYPE_DOWNLOAD);
    hr = IBackgroundCopyJob_AddFile(job, url, temp_path(L"copy", local));
    ok(hr == S_OK, "Got hr %#lx.\n", hr);
    hr = IBackgroundCopyJob_QueryInterface(job, &IID_IBackgroundCopyJob4, (void **)&job4);
    ok(hr == S_OK, "Got hr %#lx.\n", hr);
    hr = IBackgroundCopyJob4_SetPeerCachingFlags(job4, JOB_SERVER);
    ok(hr == S_OK, "Got hr %#lx.\n", hr);
    IBackgroundCopyJob4_Release(job4);
    IBackgroundCopyJob_SetPriority(job, BG_JOB_PRIORITY_FOREGROUND);
    hr = IBackgroundCopyJob_Resume(job);
    ok(hr == S_OK, "Got hr %#lx.\n", hr);
    wait_for_state(job, TRANSFERRED, SOON);
    hr = IBackgroundCopyJob_Complete(job);
    ok(hr == S_OK, "Got hr %#lx.\n", hr);
    IBackgroundCopyJob_Release(job);
    settle();
    ok(!find_records(NULL, NULL), "It is kept.\n");

    fetch(&d, JOB_SERVER, SIZE);
    complete(&d);
    wait_records(d.path, 1);
    ok(find_records(NULL, NULL) == 1, "Got %lu records.\n", find_records(NULL, NULL));
}

START_TEST(peer_record_contents)
{
    if (records_start())
    {
        RUN_TEST(test_changed);
        RUN_TEST(test_no_time);
        RUN_TEST(test_cache_control);
        RUN_TEST(test_sizes);
        RUN_TEST(test_several_files);
        RUN_TEST(test_redirect);
        RUN_TEST(test_reported_redirect);
        RUN_TEST(test_file_source);
    }
    records_stop();
}
