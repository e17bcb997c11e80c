/* SPDX-License-Identifier: LGPL-2.1-or-later
 *
 * IBackgroundCopyFile and IBackgroundCopyFile2: names, progress, ranges. */
#include "download_fixture.h"

#define OLD "Sat, 01 Jan 2022 00:00:00 GMT"
#define NEW "Sun, 02 Jan 2022 00:00:00 GMT"

static IBackgroundCopyFile2 *file2_at(IBackgroundCopyJob *job, ULONG index)
{
    IBackgroundCopyFile *file = file_at(job, index);
    IBackgroundCopyFile2 *file2 = NULL;
    HRESULT hr;

    if (!file) return NULL;
    hr = IBackgroundCopyFile_QueryInterface(file, &IID_IBackgroundCopyFile2, (void **)&file2);
    ok(hr == S_OK, "Got hr %#lx.\n", hr);
    IBackgroundCopyFile_Release(file);
    return file2;
}

/* ---- names ---- */

static void check_remote_name_(int line, IBackgroundCopyFile *file, const WCHAR *expected)
{
    WCHAR *name = NULL;
    HRESULT hr = IBackgroundCopyFile_GetRemoteName(file, &name);

    ok_(__FILE__, line)(hr == S_OK, "Got hr %#lx.\n", hr);
    ok_(__FILE__, line)(name && !wcscmp(name, expected), "Got %s.\n", wine_dbgstr_w(name));
    CoTaskMemFree(name);
}
#define check_remote_name(file, expected) check_remote_name_(__LINE__, file, expected)

static void test_names(void)
{
    static const WCHAR *const urls[] = {
        L"http://127.0.0.1/file", L"HTTP://LocalHost:80/A%20b/../c?q=1&r=%41",
        L"https://user:word@host.example/", L"\\\\server\\share\\folder\\file",
        L"file://server/share/file"};
    IBackgroundCopyJob *job = create_job(L"names", BG_JOB_TYPE_DOWNLOAD);
    WCHAR local[MAX_PATH], *name;
    HRESULT hr;

    shows("FIL-1");
    shows("FIL-2");
    temp_path(L"Some Name.Bin", local);
    for (unsigned int i = 0; i < ARRAY_SIZE(urls); i++)
    {
        IBackgroundCopyFile *file;

        hr = IBackgroundCopyJob_AddFile(job, urls[i], local);
        ok(hr == S_OK, "%s: got hr %#lx.\n", wine_dbgstr_w(urls[i]), hr);
        if (!(file = file_at(job, i))) break;
        check_remote_name(file, urls[i]);
        name = NULL;
        hr = IBackgroundCopyFile_GetLocalName(file, &name);
        ok(hr == S_OK, "Got hr %#lx.\n", hr);
        ok(name && !wcscmp(name, local), "Got %s.\n", wine_dbgstr_w(name));
        CoTaskMemFree(name);
        IBackgroundCopyFile_Release(file);
    }
    end_job(job);
}

/* ---- progress ---- */

static void check_progress_(int line, IBackgroundCopyJob *job, UINT64 total, UINT64 transferred,
                            BOOL is_completed)
{
    BG_FILE_PROGRESS progress;

    file_progress(job, 0, &progress);
    ok_(__FILE__, line)(progress.BytesTotal == total, "Got %#llx bytes.\n", progress.BytesTotal);
    ok_(__FILE__, line)(progress.BytesTransferred == transferred, "Got %llu bytes transferred.\n",
                        progress.BytesTransferred);
    ok_(__FILE__, line)(progress.Completed == is_completed, "Got Completed %d.\n",
                        progress.Completed);
}
#define check_progress(job, total, transferred, is_completed)                                      \
    check_progress_(__LINE__, job, total, transferred, is_completed)

static void test_GetProgress(void)
{
    IBackgroundCopyJob *job = create_download("/small", L"progress");
    HRESULT hr;

    shows("FIL-3");
    shows("FIL-4");
    shows("FIL-5");
    check_progress(job, BG_SIZE_UNKNOWN, 0, FALSE);
    resume(job);
    wait_for_state(job, TRANSFERRED, SOON);
    check_progress(job, SMALL, SMALL, FALSE);
    com_pump(QUIET_MS);
    check_progress(job, SMALL, SMALL, FALSE);
    hr = IBackgroundCopyJob_Complete(job);
    ok(hr == S_OK, "Got hr %#lx.\n", hr);
    check_progress(job, SMALL, SMALL, TRUE);
    IBackgroundCopyJob_Release(job);
}

static void test_empty_file(void)
{
    IBackgroundCopyJob *job = create_download("/empty", L"empty");
    WCHAR local[MAX_PATH];
    HRESULT hr;

    origin_add(origin, "/empty", &(struct origin_file){.size = 0});
    resume(job);
    wait_for_state(job, TRANSFERRED, SOON);
    check_progress(job, 0, 0, FALSE);
    hr = IBackgroundCopyJob_Complete(job);
    ok(hr == S_OK, "Got hr %#lx.\n", hr);
    check_progress(job, 0, 0, TRUE);
    verify_file(temp_path(L"empty", local), 0, 0);
    IBackgroundCopyJob_Release(job);
}

static bool has_no_bytes(void *ctx)
{
    BG_FILE_PROGRESS progress;

    file_progress(ctx, 0, &progress);
    return !progress.BytesTransferred;
}

/* The same size, so that the time alone tells. */
static void test_changed_time(void)
{
    IBackgroundCopyJob *job = create_download("/changed", L"changed");
    BG_FILE_PROGRESS progress;
    WCHAR local[MAX_PATH];
    HRESULT hr;

    shows("FIL-8");
    origin_add(origin, "/changed",
               &(struct origin_file){.size = 4 * MIB, .version = 1, .last_modified = OLD});
    origin_hold_after(origin, "/changed", 3 * MIB);
    resume(job);
    ok(wait_for_bytes(job, MIB, SOON), "Nothing has arrived.\n");
    hr = IBackgroundCopyJob_Suspend(job);
    ok(hr == S_OK, "Got hr %#lx.\n", hr);
    ok(origin_wait_idle(origin, "/changed", SOON), "The answer is still being read.\n");
    com_pump(QUIET_MS);
    file_progress(job, 0, &progress);
    ok(progress.BytesTransferred >= MIB, "Got %llu bytes.\n", progress.BytesTransferred);

    origin_add(origin, "/changed",
               &(struct origin_file){.size = 4 * MIB, .version = 2, .last_modified = NEW});
    origin_hold_after(origin, "/changed", 0);
    resume(job);
    ok(com_wait_for(has_no_bytes, job, SOON), "The old bytes still count.\n");
    ok(origin_wait_held(origin, "/changed", SOON), "It is not asked for.\n");
    check_progress(job, 4 * MIB, 0, FALSE);

    origin_release(origin, "/changed");
    wait_for_state(job, TRANSFERRED, SOON);
    hr = IBackgroundCopyJob_Complete(job);
    ok(hr == S_OK, "Got hr %#lx.\n", hr);
    verify_file(temp_path(L"changed", local), 4 * MIB, 2);
    IBackgroundCopyJob_Release(job);
}

/* ---- IBackgroundCopyFile2 ---- */

static void check_no_ranges(IBackgroundCopyJob *job)
{
    IBackgroundCopyFile2 *file = file2_at(job, 0);
    BG_FILE_RANGE *ranges = (BG_FILE_RANGE *)0xdeadbeef;
    DWORD count = 5;
    HRESULT hr;

    if (!file) return;
    hr = IBackgroundCopyFile2_GetFileRanges(file, &count, &ranges);
    ok(hr == S_FALSE, "Got hr %#lx.\n", hr);
    ok(!count, "Got %lu ranges.\n", count);
    ok(!ranges, "Got %p.\n", ranges);
    IBackgroundCopyFile2_Release(file);
}

static IBackgroundCopyJob *create_upload(BG_JOB_TYPE type)
{
    IBackgroundCopyJob *job = create_job(L"upload", type);
    WCHAR local[MAX_PATH];

    ok(write_file(temp_path(L"upload", local), 10, 1), "Could not write.\n");
    job_add(job, origin, "/upload", L"upload");
    return job;
}

static void test_GetFileRanges(void)
{
    IBackgroundCopyJob *download = create_download("/small", L"plain");
    IBackgroundCopyJob *upload = create_upload(BG_JOB_TYPE_UPLOAD);
    IBackgroundCopyJob *reply = create_upload(BG_JOB_TYPE_UPLOAD_REPLY);

    shows("F2-2");
    check_no_ranges(download);
    check_no_ranges(upload);
    check_no_ranges(reply);
    end_job(download);
    end_job(upload);
    end_job(reply);
}

static void check_SetRemoteName_(int line, IBackgroundCopyFile2 *file, const WCHAR *name,
                                 HRESULT expected)
{
    HRESULT hr = IBackgroundCopyFile2_SetRemoteName(file, name);

    ok_(__FILE__, line)(hr == expected, "%s: got hr %#lx.\n", wine_dbgstr_w(name), hr);
}
#define check_SetRemoteName(file, name, expected)                                                  \
    check_SetRemoteName_(__LINE__, file, name, expected)

static void test_SetRemoteName_refused(void)
{
    static const WCHAR *const bad[] = {L"",
                                       L"file",
                                       L"ftp://127.0.0.1/",
                                       L"http://",
                                       L"http://127.0.0.1/a b",
                                       L"http://127.0.0.1:99999/"};
    static const WCHAR good[] = L"http://127.0.0.1/other";
    IBackgroundCopyJob *download = create_download("/small", L"renamed");
    IBackgroundCopyJob *upload = create_upload(BG_JOB_TYPE_UPLOAD);
    IBackgroundCopyJob *reply = create_upload(BG_JOB_TYPE_UPLOAD_REPLY);
    IBackgroundCopyFile2 *file = file2_at(download, 0), *upload_file = file2_at(upload, 0);
    IBackgroundCopyFile2 *reply_file = file2_at(reply, 0);
    WCHAR url[URL_MAX], too_long[URL_MAX + 1];

    shows("F2-4");
    if (!file || !upload_file || !reply_file) return;
    for (unsigned int i = 0; i < ARRAY_SIZE(bad); i++)
        check_SetRemoteName(file, bad[i], E_INVALIDARG);
    wcscpy(too_long, L"http://127.0.0.1/");
    for (unsigned int i = (unsigned int)wcslen(too_long); i < URL_MAX; i++)
        too_long[i] = i % 200 ? 'x' : '/';
    too_long[URL_MAX] = 0;
    check_SetRemoteName(file, too_long, E_INVALIDARG);
    check_remote_name((IBackgroundCopyFile *)file, origin_wurl(origin, "/small", url));

    check_SetRemoteName(upload_file, good, E_NOTIMPL);
    check_SetRemoteName(reply_file, good, E_NOTIMPL);

    IBackgroundCopyJob_Cancel(download);
    check_SetRemoteName(file, good, BG_E_INVALID_STATE);
    IBackgroundCopyFile2_Release(file);
    IBackgroundCopyJob_Release(download);
    download = transfer("/small", L"renamed");
    file = file2_at(download, 0);
    IBackgroundCopyJob_Complete(download);
    check_SetRemoteName(file, good, BG_E_INVALID_STATE);

    IBackgroundCopyFile2_Release(file);
    IBackgroundCopyFile2_Release(upload_file);
    IBackgroundCopyFile2_Release(reply_file);
    IBackgroundCopyJob_Release(download);
    end_job(upload);
    end_job(reply);
}

static void test_SetRemoteName(void)
{
    static const WCHAR *const names[] = {L"http://127.0.0.1/other", L"https://127.0.0.1/other",
                                         L"\\\\server\\share\\other"};
    IBackgroundCopyJob *job = create_download("/small", L"renamed");
    IBackgroundCopyFile2 *file = file2_at(job, 0);

    if (!file) return;
    for (unsigned int i = 0; i < ARRAY_SIZE(names); i++)
    {
        HRESULT hr = IBackgroundCopyFile2_SetRemoteName(file, names[i]);

        ok(hr == S_OK, "%u: got hr %#lx.\n", i, hr);
        if (hr == S_OK) check_remote_name((IBackgroundCopyFile *)file, names[i]);
    }
    IBackgroundCopyFile2_Release(file);
    end_job(job);
}

START_TEST(file)
{
    downloads_start();
    RUN_TEST(test_names);
    RUN_TEST(test_GetProgress);
    RUN_TEST(test_empty_file);
    RUN_TEST(test_changed_time);
    RUN_TEST(test_GetFileRanges);
    RUN_TEST(test_SetRemoteName_refused);
    RUN_TEST(test_SetRemoteName);
    downloads_stop();
}
