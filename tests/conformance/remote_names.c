/* SPDX-License-Identifier: LGPL-2.1-or-later
 *
 * Remote names that change: before a download, in its middle, after it. */
#include "download_fixture.h"

#define OLD "Sat, 01 Jan 2022 00:00:00 GMT"
#define NEW "Sun, 02 Jan 2022 00:00:00 GMT"

static HRESULT set_name(IBackgroundCopyJob *job, ULONG index, const char *path)
{
    IBackgroundCopyFile *file = file_at(job, index);
    IBackgroundCopyFile2 *file2;
    WCHAR url[URL_MAX];
    HRESULT hr;

    if (!file) return E_FAIL;
    hr = IBackgroundCopyFile_QueryInterface(file, &IID_IBackgroundCopyFile2, (void **)&file2);
    ok(hr == S_OK, "Got hr %#lx.\n", hr);
    IBackgroundCopyFile_Release(file);
    if (hr != S_OK) return hr;
    hr = IBackgroundCopyFile2_SetRemoteName(file2, origin_wurl(origin, path, url));
    IBackgroundCopyFile2_Release(file2);
    return hr;
}

static HRESULT replace(IBackgroundCopyJob *job, const WCHAR *before, const WCHAR *after)
{
    IBackgroundCopyJob3 *job3;
    HRESULT hr = IBackgroundCopyJob_QueryInterface(job, &IID_IBackgroundCopyJob3, (void **)&job3);

    ok(hr == S_OK, "Got hr %#lx.\n", hr);
    if (hr != S_OK) return hr;
    hr = IBackgroundCopyJob3_ReplaceRemotePrefix(job3, before, after);
    IBackgroundCopyJob3_Release(job3);
    return hr;
}

#define check_name(job, index, expected) check_name_(__LINE__, job, index, expected)
static void check_name_(int line, IBackgroundCopyJob *job, ULONG index, const WCHAR *expected)
{
    IBackgroundCopyFile *file = file_at(job, index);
    WCHAR *name = NULL;
    HRESULT hr;

    if (!file) return;
    hr = IBackgroundCopyFile_GetRemoteName(file, &name);
    ok_(__FILE__, line)(hr == S_OK && !wcscmp(name, expected), "Got hr %#lx, %s.\n", hr,
                        wine_dbgstr_w(name));
    CoTaskMemFree(name);
    IBackgroundCopyFile_Release(file);
}

static void test_prefix(void)
{
    IBackgroundCopyJob *job = create_job(L"prefix", BG_JOB_TYPE_DOWNLOAD);
    static const WCHAR *const urls[] = {L"http://127.0.0.1/dir/a", L"http://127.0.0.1/dir/b?dir",
                                        L"http://127.0.0.2/dir/c", L"http://127.0.0.1/Dir/d"};
    static WCHAR longer[2190];
    WCHAR local[MAX_PATH];
    HRESULT hr;

    shows("J3-RRP-1");
    shows("J3-RRP-2");
    shows("J3-RRP-3");
    shows("J3-RRP-5");
    temp_path(L"prefix", local);
    for (unsigned int i = 0; i < ARRAY_SIZE(urls); i++)
    {
        hr = IBackgroundCopyJob_AddFile(job, urls[i], local);
        ok(hr == S_OK, "Got hr %#lx.\n", hr);
    }
    hr = replace(job, L"http://127.0.0.3/", L"http://other/");
    ok(hr == S_FALSE, "Got hr %#lx.\n", hr);
    hr = replace(job, L"dir", L"other");
    ok(hr == S_FALSE, "Got hr %#lx.\n", hr);
    hr = replace(job, L"HTTP://127.0.0.1/dir", L"http://other");
    ok(hr == S_FALSE, "Got hr %#lx.\n", hr);

    hr = replace(job, L"http://127.0.0.1/dir", L"ftp://other");
    ok(hr == E_INVALIDARG, "Got hr %#lx.\n", hr);
    wcscpy(longer, L"http://other/");
    for (unsigned int i = (unsigned int)wcslen(longer); i < ARRAY_SIZE(longer) - 1; i++)
        longer[i] = i % 200 ? 'x' : '/';
    hr = replace(job, L"http://127.0.0.1/dir/b", longer);
    ok(hr == S_OK, "Got hr %#lx.\n", hr);
    hr = replace(job, L"http://other/", L"http://other/123456789/");
    ok(hr == E_INVALIDARG, "Got hr %#lx.\n", hr);
    hr = replace(job, longer, L"http://127.0.0.1/dir/b");
    ok(hr == S_OK, "Got hr %#lx.\n", hr);
    for (unsigned int i = 0; i < ARRAY_SIZE(urls); i++)
        check_name(job, i, urls[i]);

    hr = replace(job, L"http://127.0.0.1/dir", L"https://other.example:8443/x");
    ok(hr == S_OK, "Got hr %#lx.\n", hr);
    check_name(job, 0, L"https://other.example:8443/x/a");
    check_name(job, 1, L"https://other.example:8443/x/b?dir");
    check_name(job, 2, urls[2]);
    check_name(job, 3, urls[3]);
    end_job(job);
}

static void test_before(void)
{
    IBackgroundCopyJob *job = create_download("/nothing", L"before");
    WCHAR url[URL_MAX], local[MAX_PATH];
    HRESULT hr;

    shows("F2-3");
    hr = set_name(job, 0, "/small");
    ok(hr == S_OK, "Got hr %#lx.\n", hr);
    check_name(job, 0, origin_wurl(origin, "/small", url));
    resume(job);
    wait_for_state(job, TRANSFERRED, SOON);
    hr = IBackgroundCopyJob_Complete(job);
    ok(hr == S_OK, "Got hr %#lx.\n", hr);
    verify_file(temp_path(L"before", local), SMALL, 0);
    ok(!origin_journal_count(origin, "/nothing"), "The old name was asked for.\n");
    IBackgroundCopyJob_Release(job);
}

/* A name that does not work is repaired. */
static void test_repair(void)
{
    IBackgroundCopyJob *job = create_download("/missing", L"repair");
    HRESULT hr;

    resume(job);
    wait_for_state(job, STATE_BIT(BG_JOB_STATE_ERROR), SOON);
    hr = set_name(job, 0, "/small");
    ok(hr == S_OK, "Got hr %#lx.\n", hr);
    ok(job_state(job) == BG_JOB_STATE_ERROR, "Got state %s.\n", state_name(job_state(job)));
    resume(job);
    wait_for_state(job, TRANSFERRED, SOON);
    end_job(job);
}

static void test_protocol(void)
{
    IBackgroundCopyJob *job = create_download("/nothing", L"protocol");
    WCHAR source[MAX_PATH], url[MAX_PATH + 9], local[MAX_PATH];
    IBackgroundCopyFile2 *file2;
    IBackgroundCopyFile *file;
    HRESULT hr;

    shows("F2-5");
    ok(write_file(temp_path(L"source", source), SMALL, 3), "Could not write.\n");
    wcscpy(url, L"file:///");
    wcscat(url, source);
    for (WCHAR *place = url; *place; place++)
        if (*place == '\\') *place = '/';
    if (!(file = file_at(job, 0))) return;
    IBackgroundCopyFile_QueryInterface(file, &IID_IBackgroundCopyFile2, (void **)&file2);
    hr = IBackgroundCopyFile2_SetRemoteName(file2, url);
    ok(hr == S_OK, "Got hr %#lx.\n", hr);
    IBackgroundCopyFile2_Release(file2);
    IBackgroundCopyFile_Release(file);
    resume(job);
    wait_for_state(job, TRANSFERRED, SOON);
    hr = IBackgroundCopyJob_Complete(job);
    ok(hr == S_OK, "Got hr %#lx.\n", hr);
    verify_file(temp_path(L"protocol", local), SMALL, 3);
    IBackgroundCopyJob_Release(job);
}

/* ---- in mid-file ---- */

/* A job that has got a part of the path, which gives no more; it runs still. */
static IBackgroundCopyJob *create_held(const char *path, const WCHAR *name)
{
    IBackgroundCopyJob *job;

    origin_add(origin, path,
               &(struct origin_file){
                   .size = 4 * MIB, .version = 1, .last_modified = OLD, .etag = "\"held\""});
    origin_hold_after(origin, path, 2 * MIB);
    job = create_download(path, name);
    resume(job);
    ok(wait_for_bytes(job, MIB, SOON), "Nothing has arrived.\n");
    return job;
}

static uint64_t first_get(const char *path)
{
    struct origin_entry entry;

    for (size_t i = 0; origin_journal_get(origin, path, i, &entry); i++)
        if (!strcmp(entry.method, "GET")) return entry.range_count ? entry.range.begin : 0;
    return UINT64_MAX;
}

static void finish(IBackgroundCopyJob *job, const WCHAR *name, uint32_t version)
{
    WCHAR local[MAX_PATH];
    HRESULT hr;

    wait_for_state(job, TRANSFERRED, 2 * SOON);
    ok(!error_count(job), "Got %lu errors.\n", error_count(job));
    hr = IBackgroundCopyJob_Complete(job);
    ok(hr == S_OK, "Got hr %#lx.\n", hr);
    verify_file(temp_path(name, local), 4 * MIB, version);
    IBackgroundCopyJob_Release(job);
}

static void test_same_copy(void)
{
    IBackgroundCopyJob *job = create_held("/held", L"same");
    WCHAR before[URL_MAX], after[URL_MAX];
    HRESULT hr;

    shows("J3-RRP-8");
    origin_add(
        origin, "/same/held",
        &(struct origin_file){
            .size = 4 * MIB, .version = 1, .last_modified = OLD, .etag = "\"another server's\""});
    hr = replace(job, origin_wurl(origin, "/held", before),
                 origin_wurl(origin, "/same/held", after));
    ok(hr == S_OK, "Got hr %#lx.\n", hr);
    finish(job, L"same", 1);
    ok(first_get("/same/held") >= MIB && first_get("/same/held") < 4 * MIB,
       "It went on at byte %llu.\n", (unsigned long long)first_get("/same/held"));
    origin_release(origin, "/held");
}

static void test_other_copy(void)
{
    static const struct
    {
        const char *before, *path, *time;
        unsigned int flags;
    } others[] = {{"/held1", "/time", NEW, 0},
                  {"/held2", "/notime", NULL, ORIGIN_NO_LAST_MODIFIED},
                  {"/held3", "/whole", OLD, ORIGIN_NO_RANGES}};

    shows("F2-7");
    for (unsigned int i = 0; i < ARRAY_SIZE(others); i++)
    {
        IBackgroundCopyJob *job = create_held(others[i].before, L"other");
        HRESULT hr;

        winetest_push_context("%s", others[i].path);
        origin_add(origin, others[i].path,
                   &(struct origin_file){.size = 4 * MIB,
                                         .version = 2,
                                         .last_modified = others[i].time,
                                         .flags = others[i].flags});
        hr = set_name(job, 0, others[i].path);
        ok(hr == S_OK, "Got hr %#lx.\n", hr);
        finish(job, L"other", 2);
        origin_release(origin, others[i].before);
        winetest_pop_context();
    }
}

/* ---- after it ---- */

static void test_transferred(void)
{
    IBackgroundCopyJob *job = create_download("/small", L"one");
    WCHAR before[URL_MAX], local[MAX_PATH];
    size_t requests;
    HRESULT hr;

    shows("J3-RRP-9");
    resume(job);
    wait_for_state(job, TRANSFERRED, SOON);
    requests = origin_journal_count(origin, NULL);
    origin_wurl(origin, "/", before);
    hr = replace(job, before, L"http://127.0.0.1:1/");
    ok(hr == S_OK, "Got hr %#lx.\n", hr);
    check_name(job, 0, L"http://127.0.0.1:1/small");
    resume(job);
    com_pump(QUIET_MS);
    ok(job_state(job) == BG_JOB_STATE_TRANSFERRED, "Got state %s.\n", state_name(job_state(job)));
    ok(origin_journal_count(origin, NULL) == requests, "Something was asked for.\n");

    /* Another file of the job is fetched, this one is not. */
    job_add(job, origin, "/small", L"two");
    resume(job);
    wait_for_state(job, TRANSFERRED, SOON);
    hr = IBackgroundCopyJob_Complete(job);
    ok(hr == S_OK, "Got hr %#lx.\n", hr);
    verify_file(temp_path(L"one", local), SMALL, 0);
    verify_file(temp_path(L"two", local), SMALL, 0);
    IBackgroundCopyJob_Release(job);
}

START_TEST(remote_names)
{
    downloads_start();
    RUN_TEST(test_prefix);
    RUN_TEST(test_before);
    RUN_TEST(test_repair);
    RUN_TEST(test_protocol);
    RUN_TEST(test_same_copy);
    RUN_TEST(test_other_copy);
    RUN_TEST(test_transferred);
    downloads_stop();
}
