/* SPDX-License-Identifier: LGPL-2.1-or-later
 *
 * IBackgroundCopyJob: which files a job takes. How they are transferred is in job_file_order.c. */
#include "download_fixture.h"

#include <stdlib.h>

#define URL_LIMIT 2200

static void check_add_(int line, IBackgroundCopyJob *job, const WCHAR *url, const WCHAR *local,
                       HRESULT expected)
{
    ULONG before = file_count(job);
    HRESULT hr = IBackgroundCopyJob_AddFile(job, url, local);

    ok_(__FILE__, line)(hr == expected, "%s to %s: got hr %#lx.\n", wine_dbgstr_w(url),
                        wine_dbgstr_w(local), hr);
    ok_(__FILE__, line)(file_count(job) == before + (expected == S_OK), "There are %lu files.\n",
                        file_count(job));
}
#define check_add(job, url, local, expected) check_add_(__LINE__, job, url, local, expected)

#define URL L"http://127.0.0.1/file"

static IBackgroundCopyJob *create(void)
{
    return create_job(L"files", BG_JOB_TYPE_DOWNLOAD);
}

/* ---- AddFile ---- */

static void test_AddFile(void)
{
    IBackgroundCopyJob *job = create();
    BG_JOB_PROGRESS progress;
    WCHAR local[MAX_PATH];

    shows("JOB-AF-1");
    check_add(job, URL, temp_path(L"one", local), S_OK);
    check_add(job, URL, temp_path(L"two", local), S_OK);
    job_progress(job, &progress);
    ok(progress.FilesTotal == 2, "Got %lu files.\n", progress.FilesTotal);
    ok(job_state(job) == BG_JOB_STATE_SUSPENDED, "Got state %s.\n", state_name(job_state(job)));
    end_job(job);
}

static void test_upload_files(void)
{
    static const BG_JOB_TYPE types[] = {BG_JOB_TYPE_UPLOAD, BG_JOB_TYPE_UPLOAD_REPLY};
    WCHAR local[MAX_PATH];

    shows("JOB-AF-2");
    shows("JOB-AFS-2");
    shows("JOB-AFS-3");
    shows("UPL-5");
    ok(write_file(temp_path(L"upload", local), 10, 1), "Could not write.\n");
    for (unsigned int i = 0; i < ARRAY_SIZE(types); i++)
    {
        BG_FILE_INFO set[2] = {{(WCHAR *)URL, local}, {(WCHAR *)URL, local}};
        IBackgroundCopyJob *job = create_job(L"upload", types[i]);
        HRESULT hr;

        winetest_push_context("type %u", types[i]);
        hr = IBackgroundCopyJob_AddFileSet(job, 2, set);
        ok(hr == BG_E_TOO_MANY_FILES, "Got hr %#lx.\n", hr);
        ok(!file_count(job), "There are %lu files.\n", file_count(job));
        check_add(job, URL, local, S_OK);
        check_add(job, URL, local, BG_E_TOO_MANY_FILES);
        hr = IBackgroundCopyJob_AddFileSet(job, 1, set);
        ok(hr == BG_E_TOO_MANY_FILES, "Got hr %#lx.\n", hr);
        hr = IBackgroundCopyJob_AddFileSet(job, 2, set);
        ok(hr == BG_E_TOO_MANY_FILES, "Got hr %#lx.\n", hr);
        ok(file_count(job) == 1, "There are %lu files.\n", file_count(job));
        end_job(job);
        winetest_pop_context();
    }
}

static void test_local_names(void)
{
    static const WCHAR *const bad[] = {L"",           L"C:",           L"C:\\",
                                       L"C:\\\\",     L"C:\\folder\\", L"C:\\a<b",
                                       L"C:\\a>b",    L"C:\\a|b",      L"C:\\a\"b",
                                       L"C:\\a:b",    L"C:\\a\tb",     L"http://127.0.0.1/file",
                                       L"\\\\server", L"\\\\server\\", L"\\\\server\\share",
                                       L"1:\\file"};
    IBackgroundCopyJob *job = create();

    shows("JOB-AF-4");
    for (unsigned int i = 0; i < ARRAY_SIZE(bad); i++)
        check_add(job, URL, bad[i], E_INVALIDARG);
    end_job(job);
}

static void test_relative_names(void)
{
    static const WCHAR *const bad[] = {L"file",     L"folder\\file", L".\\file",
                                       L"..\\file", L"\\file",       L"C:file"};
    IBackgroundCopyJob *job = create();

    shows("JOB-AF-7");
    for (unsigned int i = 0; i < ARRAY_SIZE(bad); i++)
        check_add(job, URL, bad[i], E_INVALIDARG);
    end_job(job);
}

static void test_remote_names(void)
{
    static const WCHAR *const bad[] = {L"",
                                       L"file",
                                       L"/file",
                                       L"//127.0.0.1/file",
                                       L"http",
                                       L"http:",
                                       L"http:/",
                                       L"http://",
                                       L"http:///file",
                                       L"http:127.0.0.1/file",
                                       L"http://127.0.0.1/a b",
                                       L"http://127.0.0.1/a\tb",
                                       L"http://127.0.0.1/a\nb",
                                       L"http://127.0.0.1/<>",
                                       L"http://127.0.0.1/\x00e4",
                                       L"http://127.0.0.1:70000/file",
                                       L"http://127.0.0.1:port/file",
                                       L"http://127.0.0.1/%zz",
                                       L" http://127.0.0.1/file"};
    IBackgroundCopyJob *job = create();
    WCHAR local[MAX_PATH];

    shows("JOB-AF-5");
    temp_path(L"remote", local);
    for (unsigned int i = 0; i < ARRAY_SIZE(bad); i++)
        check_add(job, bad[i], local, E_INVALIDARG);
    end_job(job);
}

static void test_protocols(void)
{
    static const WCHAR *const bad[] = {L"ftp://127.0.0.1/file",
                                       L"ftps://127.0.0.1/file",
                                       L"sftp://127.0.0.1/file",
                                       L"gopher://127.0.0.1/file",
                                       L"mailto:somebody",
                                       L"javascript:1",
                                       L"data:,x",
                                       L"ws://127.0.0.1/file",
                                       L"httpx://127.0.0.1/file"};
    IBackgroundCopyJob *job = create();
    WCHAR local[MAX_PATH];

    shows("JOB-AF-6");
    temp_path(L"protocol", local);
    for (unsigned int i = 0; i < ARRAY_SIZE(bad); i++)
        check_add(job, bad[i], local, E_INVALIDARG);
    end_job(job);
}

static void test_accepted_protocols(void)
{
    static const WCHAR *const good[] = {L"http://127.0.0.1/file",   L"https://127.0.0.1/file",
                                        L"HTTP://LOCALHOST/file",   L"http://127.0.0.1:8080/a?b=c",
                                        L"http://[::1]/file",       L"\\\\server\\share\\file",
                                        L"file://server/share/file"};
    IBackgroundCopyJob *job = create();
    WCHAR local[MAX_PATH];

    shows("JOB-AF-15");
    temp_path(L"protocol", local);
    for (unsigned int i = 0; i < ARRAY_SIZE(good); i++)
        check_add(job, good[i], local, S_OK);
    end_job(job);
}

static void test_upload_reply_over_smb(void)
{
    static const WCHAR *const bad[] = {L"\\\\server\\share\\file", L"file://server/share/file"};
    IBackgroundCopyJob *job = create_job(L"upload-reply", BG_JOB_TYPE_UPLOAD_REPLY);
    WCHAR local[MAX_PATH];

    shows("JOB-AF-16");
    ok(write_file(temp_path(L"upload", local), 10, 1), "Could not write.\n");
    for (unsigned int i = 0; i < ARRAY_SIZE(bad); i++)
    {
        HRESULT hr = IBackgroundCopyJob_AddFile(job, bad[i], local);

        ok(FAILED(hr), "%s: got hr %#lx.\n", wine_dbgstr_w(bad[i]), hr);
        ok(!file_count(job), "%s was added.\n", wine_dbgstr_w(bad[i]));
    }
    end_job(job);
}

/* ---- lengths ---- */

/* http://127.0.0.1/ and segments of 200 characters, so many in all. */
static void make_url(WCHAR *url, size_t len)
{
    wcscpy(url, L"http://127.0.0.1/");
    for (size_t i = wcslen(url); i < len; i++)
        url[i] = i % 200 ? 'x' : '/';
    url[len] = 0;
}

static void test_url_length(void)
{
    IBackgroundCopyJob *job = create();
    WCHAR url[URL_LIMIT + 2], local[MAX_PATH], *got = NULL;
    IBackgroundCopyFile *file;

    shows("JOB-AF-9");
    temp_path(L"long", local);
    make_url(url, URL_LIMIT);
    check_add(job, url, local, S_OK);
    if ((file = file_at(job, 0)))
    {
        IBackgroundCopyFile_GetRemoteName(file, &got);
        ok(got && !wcscmp(got, url), "It was cut.\n");
        CoTaskMemFree(got);
        IBackgroundCopyFile_Release(file);
    }
    make_url(url, URL_LIMIT + 1);
    check_add(job, url, local, E_INVALIDARG);
    end_job(job);
}

static void test_segment_length(void)
{
    static const WCHAR *const ends[] = {L"", L"/file", L"?query"};
    IBackgroundCopyJob *job = create();
    WCHAR url[1024], local[MAX_PATH];

    shows("JOB-AF-10");
    temp_path(L"segment", local);
    for (unsigned int i = 0; i < ARRAY_SIZE(ends); i++)
        for (size_t len = MAX_PATH; len <= MAX_PATH + 1; len++)
        {
            size_t begin;

            wcscpy(url, L"http://127.0.0.1/");
            begin = wcslen(url);
            for (size_t j = 0; j < len; j++)
                url[begin + j] = 'x';
            wcscpy(url + begin + len, ends[i]);
            check_add(job, url, local, len > MAX_PATH ? E_INVALIDARG : S_OK);
        }
    end_job(job);
}

static void test_local_length(void)
{
    IBackgroundCopyJob *job = create();
    WCHAR local[MAX_PATH + 3];
    size_t begin;

    shows("JOB-AF-11");
    temp_path(L"", local);
    begin = wcslen(local);
    for (size_t len = MAX_PATH - 1; len <= MAX_PATH + 1; len++)
    {
        for (size_t i = begin; i < len; i++)
            local[i] = 'x';
        local[len] = 0;
        check_add(job, URL, local, len > MAX_PATH ? E_INVALIDARG : S_OK);
    }
    end_job(job);
}

/* ---- characters ---- */

static void test_wildcards(void)
{
    static const WCHAR *const bad_local[] = {L"a*", L"*", L"a?", L"*.*"};
    static const WCHAR *const bad_remote[] = {L"\\\\server\\share\\*", L"\\\\server\\share\\a?",
                                              L"\\\\server\\*\\file", L"file://server/share/*"};
    IBackgroundCopyJob *job = create();
    WCHAR local[MAX_PATH];

    shows("JOB-AF-12");
    for (unsigned int i = 0; i < ARRAY_SIZE(bad_local); i++)
        check_add(job, URL, temp_path(bad_local[i], local), E_INVALIDARG);
    temp_path(L"wild", local);
    for (unsigned int i = 0; i < ARRAY_SIZE(bad_remote); i++)
        check_add(job, bad_remote[i], local, E_INVALIDARG);
    end_job(job);
}

static void test_no_directory(void)
{
    IBackgroundCopyJob *job = create();
    WCHAR local[MAX_PATH];
    HRESULT hr;

    shows("JOB-AF-13");
    hr = IBackgroundCopyJob_AddFile(job, URL, temp_path(L"no such folder\\file", local));
    ok(FAILED(hr), "Got hr %#lx.\n", hr);
    ok(!file_count(job), "It was added.\n");

    /* Nor is a file a directory. */
    ok(write_file(temp_path(L"plain", local), 1, 1), "Could not write.\n");
    hr = IBackgroundCopyJob_AddFile(job, URL, temp_path(L"plain\\file", local));
    ok(FAILED(hr), "Got hr %#lx.\n", hr);
    ok(!file_count(job), "It was added.\n");
    end_job(job);
}

static void test_forbidden_directory(void)
{
    IBackgroundCopyJob *job = create();
    WCHAR folder[MAX_PATH], local[MAX_PATH], good[MAX_PATH];
    BG_FILE_INFO set[2] = {{(WCHAR *)URL, good}, {(WCHAR *)URL, local}};
    unsigned int before;
    HRESULT hr;

    shows("JOB-AF-8");
    shows("JOB-AFS-6");
    if (closed_folder(folder))
    {
        temp_path(L"good", good);
        before = temp_file_count();
        swprintf(local, MAX_PATH, L"%ls\\file", folder);
        check_add(job, URL, local, E_ACCESSDENIED);
        hr = IBackgroundCopyJob_AddFileSet(job, 2, set);
        ok(hr == E_ACCESSDENIED, "Got hr %#lx.\n", hr);
        ok(!file_count(job), "There are %lu files.\n", file_count(job));
        check_add(job, URL, good, S_OK);
        ok(temp_file_count() == before, "There are %u files.\n", temp_file_count());
    }
    else
        skip("No folder is closed to this user.\n");
    end_job(job);
}

/* What arrives is what was given, byte for byte. */
static void test_no_escaping(void)
{
    static const char *const paths[] = {"/%41%20%2f?q=%3D",     "/a%2520b",
                                        "/~a;b=c,d'(e)!$&+@:x", "/a//b/./c/../d",
                                        "/p?a=b&c=d?e/f",       "/MiXeD"};
    IBackgroundCopyJob *job = create();

    shows("JOB-AF-14");
    origin_add(origin, "/*", &(struct origin_file){.size = 10});
    IBackgroundCopyJob_SetPriority(job, BG_JOB_PRIORITY_FOREGROUND);
    for (unsigned int i = 0; i < ARRAY_SIZE(paths); i++)
    {
        WCHAR name[] = L"escape0";

        name[6] = (WCHAR)('0' + i);
        job_add(job, origin, paths[i], name);
    }
    resume(job);
    wait_for_state(job, TRANSFERRED, SOON);
    for (unsigned int i = 0; i < ARRAY_SIZE(paths); i++)
    {
        size_t count = origin_journal_count(origin, NULL), found = 0;
        struct origin_entry entry;

        for (size_t j = 0; j < count; j++)
            if (origin_journal_get(origin, NULL, j, &entry) && !strcmp(entry.target, paths[i]))
                found++;
        ok(found, "%s was not asked for.\n", paths[i]);
    }
    end_job(job);
}

/* ---- AddFileSet ---- */

static void check_names(IBackgroundCopyJob *job, ULONG index, const WCHAR *url, const WCHAR *local)
{
    IBackgroundCopyFile *file = file_at(job, index);
    WCHAR *text = NULL;
    HRESULT hr;

    if (!file) return;
    hr = IBackgroundCopyFile_GetRemoteName(file, &text);
    ok(hr == S_OK, "Got hr %#lx.\n", hr);
    ok(text && !wcscmp(text, url), "Got %s, not %s.\n", wine_dbgstr_w(text), wine_dbgstr_w(url));
    CoTaskMemFree(text);
    text = NULL;
    hr = IBackgroundCopyFile_GetLocalName(file, &text);
    ok(hr == S_OK, "Got hr %#lx.\n", hr);
    ok(text && !wcscmp(text, local), "Got %s, not %s.\n", wine_dbgstr_w(text),
       wine_dbgstr_w(local));
    CoTaskMemFree(text);
    IBackgroundCopyFile_Release(file);
}

#define SET_SIZE 5

static void test_AddFileSet(void)
{
    WCHAR urls[SET_SIZE][40], locals[SET_SIZE][MAX_PATH];
    BG_FILE_INFO *set = malloc(SET_SIZE * sizeof(*set));
    IBackgroundCopyJob *job = create();
    HRESULT hr;

    shows("JOB-AFS-1");
    shows("JOB-AFS-7");
    shows("JOB-EF-1");
    if (!set) abort();
    for (unsigned int i = 0; i < SET_SIZE; i++)
    {
        WCHAR name[] = L"set0";

        /* Not in the order of any sorting. */
        name[3] = (WCHAR)('0' + i * 3 % SET_SIZE);
        temp_path(name, locals[i]);
        wcscpy(urls[i], L"http://127.0.0.1/");
        wcscat(urls[i], name);
        set[i].RemoteName = _wcsdup(urls[i]);
        set[i].LocalName = _wcsdup(locals[i]);
    }
    hr = IBackgroundCopyJob_AddFileSet(job, SET_SIZE, set);
    ok(hr == S_OK, "Got hr %#lx.\n", hr);

    for (unsigned int i = 0; i < SET_SIZE; i++)
    {
        memset(set[i].RemoteName, 0xff, wcslen(set[i].RemoteName) * sizeof(WCHAR));
        memset(set[i].LocalName, 0xff, wcslen(set[i].LocalName) * sizeof(WCHAR));
        free(set[i].RemoteName);
        free(set[i].LocalName);
    }
    memset(set, 0xff, SET_SIZE * sizeof(*set));
    free(set);

    ok(file_count(job) == SET_SIZE, "There are %lu files.\n", file_count(job));
    for (unsigned int i = 0; i < SET_SIZE; i++)
        check_names(job, i, urls[i], locals[i]);
    end_job(job);
}

static void test_AddFileSet_bad_name(void)
{
    WCHAR good[MAX_PATH];
    struct
    {
        const WCHAR *url, *local;
    } bad[] = {{URL, L"relative"}, {URL, NULL},  {L"ftp://127.0.0.1/file", good},
               {L"", good},        {NULL, good}, {L"http://127.0.0.1/a b", good}};
    IBackgroundCopyJob *job = create();
    HRESULT hr;

    shows("JOB-AFS-5");
    temp_path(L"good", good);
    for (unsigned int i = 0; i < ARRAY_SIZE(bad); i++)
        for (unsigned int place = 0; place < 3; place++)
        {
            BG_FILE_INFO set[3] = {
                {(WCHAR *)URL, good}, {(WCHAR *)URL, good}, {(WCHAR *)URL, good}};

            set[place].RemoteName = (WCHAR *)bad[i].url;
            set[place].LocalName = (WCHAR *)bad[i].local;
            hr = IBackgroundCopyJob_AddFileSet(job, 3, set);
            ok(hr == E_INVALIDARG, "Row %u at %u: got hr %#lx.\n", i, place, hr);
            ok(!file_count(job), "There are %lu files.\n", file_count(job));
        }
    end_job(job);
}

static void test_EnumFiles(void)
{
    IBackgroundCopyJob *job = create();
    WCHAR local[MAX_PATH];
    ULONG left, count;

    shows("JOB-EF-1");
    shows("JOB-EF-2");
    for (unsigned int i = 0; i < 3; i++)
    {
        IEnumBackgroundCopyFiles *files;
        BG_JOB_PROGRESS progress;
        HRESULT hr = IBackgroundCopyJob_EnumFiles(job, &files);

        ok(hr == S_OK, "Got hr %#lx.\n", hr);
        job_progress(job, &progress);
        hr = IEnumBackgroundCopyFiles_GetCount(files, &count);
        ok(hr == S_OK, "Got hr %#lx.\n", hr);
        ok(count == i && progress.FilesTotal == i, "Got %lu and %lu files, not %u.\n", count,
           progress.FilesTotal, i);
        left = IEnumBackgroundCopyFiles_Release(files);
        ok(!left, "%lu references are left.\n", left);
        check_add(job, URL, temp_path(L"more", local), S_OK);
    }
    end_job(job);
}

/* ---- states ---- */

static void check_refused(IBackgroundCopyJob *job, WCHAR *local)
{
    BG_FILE_INFO set = {(WCHAR *)URL, local};
    HRESULT hr;

    check_add(job, URL, local, BG_E_INVALID_STATE);
    hr = IBackgroundCopyJob_AddFileSet(job, 1, &set);
    ok(hr == BG_E_INVALID_STATE, "Got hr %#lx.\n", hr);
    IBackgroundCopyJob_Release(job);
}

static void test_ended_jobs(void)
{
    IBackgroundCopyJob *cancelled = create(), *completed = transfer("/small", L"completed");
    WCHAR local[MAX_PATH];
    HRESULT hr;

    shows("JOB-AF-21");
    temp_path(L"late", local);
    hr = IBackgroundCopyJob_Cancel(cancelled);
    ok(hr == S_OK, "Got hr %#lx.\n", hr);
    check_refused(cancelled, local);
    hr = IBackgroundCopyJob_Complete(completed);
    ok(hr == S_OK, "Got hr %#lx.\n", hr);
    check_refused(completed, local);
}

START_TEST(job_files)
{
    downloads_start();
    RUN_TEST(test_AddFile);
    RUN_TEST(test_upload_files);
    RUN_TEST(test_local_names);
    RUN_TEST(test_relative_names);
    RUN_TEST(test_remote_names);
    RUN_TEST(test_protocols);
    RUN_TEST(test_accepted_protocols);
    RUN_TEST(test_upload_reply_over_smb);
    RUN_TEST(test_url_length);
    RUN_TEST(test_segment_length);
    RUN_TEST(test_local_length);
    RUN_TEST(test_wildcards);
    RUN_TEST(test_no_directory);
    RUN_TEST(test_forbidden_directory);
    RUN_TEST(test_AddFileSet);
    RUN_TEST(test_AddFileSet_bad_name);
    RUN_TEST(test_EnumFiles);
    RUN_TEST(test_ended_jobs);
    RUN_TEST(test_no_escaping);
    downloads_stop();
}
