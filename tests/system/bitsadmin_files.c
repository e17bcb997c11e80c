/* SPDX-License-Identifier: LGPL-2.1-or-later
 *
 * Switches of bitsadmin for the files of a job, /LISTFILES and /RESET, run in this process. */
#include "tool_run.h"

#include <stdio.h>

#define SIZE    100000
#define WAIT_MS 20000
#define NAME    L"with files"

static struct origin *origin;
static struct tool_run run;
static IBackgroundCopyJob *job, *twin;

static void start(void)
{
    job = create_job(NAME, BG_JOB_TYPE_DOWNLOAD);
    twin = create_job(L"twin", BG_JOB_TYPE_DOWNLOAD);
}

static void stop(void)
{
    end_job(job);
    end_job(twin);
}

/* What the twin's method has answered. */
static void check_answer(HRESULT hr, const char *done, const char *what)
{
    if (FAILED(hr))
        check_run(&run, hr, "Unable to %s - 0x%08lx\n*\n", what, hr);
    else
        check_run(&run, S_OK, "%s", done);
}

static void test_add_file(void)
{
    WCHAR url[URL_MAX], path[MAX_PATH];

    start();
    origin_wurl(origin, "/one", url);
    temp_path(L"one", path);
    call_tool(&run, L"/addfile", NAME, url, path);
    check_run(&run, S_OK, "Added %ls -> %ls to job.\n", url, path);
    call_tool(&run, L"/listfiles", NAME);
    check_run(&run, S_OK, "\t0 / UNKNOWN WORKING %ls -> %ls\n", url, path);
    call_tool(&run, L"/addfile", NAME, url, L"relative");
    check_run(&run, E_INVALIDARG, "Unable to add file - 0x80070057\n*\n");
    stop();
}

static void write_list(const WCHAR *path, const char *text)
{
    HANDLE file = CreateFileW(path, GENERIC_WRITE, 0, NULL, CREATE_ALWAYS, 0, NULL);
    DWORD written;

    WriteFile(file, text, (DWORD)strlen(text), &written, NULL);
    CloseHandle(file);
}

static void test_add_file_set(void)
{
    WCHAR list[MAX_PATH], folder[MAX_PATH];
    char text[2000];

    start();
    temp_path(L"list.txt", list);
    temp_path(L"", folder);
    snprintf(text, sizeof(text), "# two files\r\nhttp://a.test/1 %ls\\1\r\n\r\n%s %ls\\2 b\r\n",
             folder, "http://a.test/2", folder);
    write_list(list, text);
    call_tool(&run, L"/addfileset", NAME, list);
    check_run(&run, S_OK,
              "Added http://a.test/1 -> *1 to job.\n"
              "Added http://a.test/2 -> *2 b to job.\n");
    call_tool(&run, L"/rawreturn", L"/getfilestotal", NAME);
    check_raw_run(&run, S_OK, "2");
    write_list(list, "http://a.test/3\r\n");
    call_tool(&run, L"/addfileset", NAME, list);
    check_run(&run, E_INVALIDARG, "Line 1 is not a remote and a local name\n");
    write_list(list, "# nothing\r\n");
    call_tool(&run, L"/addfileset", NAME, list);
    check_run(&run, E_INVALIDARG, "There is no file in the list.\n");
    DeleteFileW(list);
    call_tool(&run, L"/addfileset", NAME, list);
    check_run(&run, HRESULT_FROM_WIN32(ERROR_FILE_NOT_FOUND),
              "Unable to read the list of files - 0x80070002\n*\n");
    stop();
}

static void test_ranges(void)
{
    BG_FILE_RANGE ranges[] = {{0, 100}, {2000, BG_LENGTH_TO_EOF}};
    WCHAR url[URL_MAX], path[MAX_PATH];
    IBackgroundCopyJob3 *twin3;
    char done[URL_MAX + MAX_PATH + 100];
    HRESULT hr;

    start();
    origin_wurl(origin, "/parts", url);
    temp_path(L"parts", path);
    IBackgroundCopyJob_QueryInterface(twin, &IID_IBackgroundCopyJob3, (void **)&twin3);
    hr = IBackgroundCopyJob3_AddFileWithRanges(twin3, url, path, 2, ranges);
    call_tool(&run, L"/addfilewithranges", NAME, url, path, L"0:100,2000:eof");
    snprintf(done, sizeof(done), "Added %ls -> %ls to job, in 2 range(s).\n", url, path);
    check_answer(hr, done, "add file");
    call_tool(&run, L"/addfilewithranges", NAME, url, path, L"100");
    check_run(&run, E_INVALIDARG, "Invalid ranges 100\nThey are *\n");
    IBackgroundCopyJob3_Release(twin3);
    stop();
}

static void test_prefix(void)
{
    IBackgroundCopyJob3 *twin3;
    WCHAR path[MAX_PATH];
    HRESULT hr;

    start();
    IBackgroundCopyJob_AddFile(job, L"http://old.test/1", temp_path(L"1", path));
    IBackgroundCopyJob_AddFile(twin, L"http://old.test/1", path);
    IBackgroundCopyJob_QueryInterface(twin, &IID_IBackgroundCopyJob3, (void **)&twin3);
    hr = IBackgroundCopyJob3_ReplaceRemotePrefix(twin3, L"http://none.test", L"http://new.test");
    call_tool(&run, L"/replaceremoteprefix", NAME, L"http://none.test", L"http://new.test");
    check_answer(hr, "No file begins with http://none.test.\n", "replace remote prefix");
    hr = IBackgroundCopyJob3_ReplaceRemotePrefix(twin3, L"http://old.test", L"http://new.test");
    call_tool(&run, L"/replaceremoteprefix", NAME, L"http://old.test", L"http://new.test");
    check_answer(hr, "Remote prefix http://old.test replaced with http://new.test.\n",
                 "replace remote prefix");
    IBackgroundCopyJob3_Release(twin3);
    stop();
}

static void test_one_file(void)
{
    const struct origin_file file = {.size = SIZE, .version = 1};

    start();
    origin_add(origin, "/state", &file);
    job_add(job, origin, "/state", L"state");
    call_tool(&run, L"/setvalidationstate", NAME, L"0", L"TRUE");
    ok(FAILED((HRESULT)run.code) && strstr(run.output, "Unable to set validation state - 0x8"),
       "Got %#lx: %s\n", run.code, run.output);
    IBackgroundCopyJob_Resume(job);
    wait_for_state(job, TRANSFERRED, WAIT_MS);

    call_tool(&run, L"/getvalidationstate", NAME, L"0");
    check_run(&run, S_OK, "FALSE\n");
    call_tool(&run, L"/setvalidationstate", NAME, L"0", L"true");
    check_run(&run, S_OK, "Validation state set to TRUE.\n");
    call_tool(&run, L"/rawreturn", L"/getvalidationstate", NAME, L"0");
    check_raw_run(&run, S_OK, "TRUE");
    call_tool(&run, L"/gettemporaryname", NAME, L"0");
    check_run(&run, S_OK, "*:\\*\n");
    call_tool(&run, L"/getpeerstats", NAME, L"0");
    check_run(&run, S_OK, "BYTES FROM PEERS:  0\nBYTES FROM ORIGIN: %u\n", SIZE);
    call_tool(&run, L"/rawreturn", L"/getpeerstats", NAME, L"0");
    check_raw_run(&run, S_OK, "0 %u", SIZE);

    call_tool(&run, L"/getvalidationstate", NAME, L"1");
    check_run(&run, E_INVALIDARG, "There is no file 1: the job has 1, numbered from 0\n");
    call_tool(&run, L"/gettemporaryname", NAME, L"first");
    check_run(&run, E_INVALIDARG, "Invalid number of a file first\n");
    call_tool(&run, L"/setvalidationstate", NAME, L"0", L"maybe");
    check_run(&run, E_INVALIDARG, "Invalid state maybe: it is TRUE or FALSE\n");
    stop();
}

/* ---- options of /TRANSFER ---- */

static HRESULT set_dynamic(IBackgroundCopyJob *of)
{
    BITS_JOB_PROPERTY_VALUE value = {.Enable = TRUE};
    IBackgroundCopyJob5 *job5;
    HRESULT hr = IBackgroundCopyJob_QueryInterface(of, &IID_IBackgroundCopyJob5, (void **)&job5);

    if (FAILED(hr)) return hr;
    hr = IBackgroundCopyJob5_SetProperty(job5, BITS_JOB_PROPERTY_DYNAMIC_CONTENT, value);
    IBackgroundCopyJob5_Release(job5);
    return hr;
}

static HRESULT set_acl_flags(IBackgroundCopyJob *of)
{
    IBackgroundCopyJob3 *job3;
    HRESULT hr = IBackgroundCopyJob_QueryInterface(of, &IID_IBackgroundCopyJob3, (void **)&job3);

    if (FAILED(hr)) return hr;
    hr = IBackgroundCopyJob3_SetFileACLFlags(job3, BG_COPY_FILE_OWNER);
    IBackgroundCopyJob3_Release(job3);
    return hr;
}

static void transfer_with(const WCHAR *option, const WCHAR *value, HRESULT hr, const char *what)
{
    const struct origin_file file = {.size = SIZE, .version = 1};
    WCHAR url[URL_MAX], path[MAX_PATH];

    winetest_push_context("%ls", option);
    origin_add(origin, "/option", &file);
    origin_wurl(origin, "/option", url);
    temp_path(L"option", path);
    if (value)
        call_tool(&run, L"/transfer", L"with options", option, value, url, path);
    else
        call_tool(&run, L"/transfer", L"with options", option, url, path);
    if (FAILED(hr))
        check_run(&run, hr, "Unable to %s - 0x%08lx\n*\n", what, hr);
    else
        ok(run.code == S_OK && strstr(run.output, "\nTransfer complete.\n"), "Got %#lx:\n%s\n",
           run.code, run.output);
    DeleteFileW(path);
    call_tool(&run, L"/list");
    ok(!strstr(run.output, "with options"), "A job is left:\n%s\n", run.output);
    winetest_pop_context();
}

static void test_transfer_options(void)
{
    IBackgroundCopyJob *upload = NULL;
    WCHAR url[URL_MAX];
    HRESULT hr;
    GUID id;

    start();
    transfer_with(L"/dynamic", NULL, set_dynamic(twin), "transfer dynamic content");
    transfer_with(L"/aclflags", L"o", set_acl_flags(twin), "set ACL flags");
    stop();

    origin_wurl(origin, "/up", url);
    call_tool(&run, L"/transfer", L"up", L"/aclflags", L"Q", url, L"C:\\up");
    check_run(&run, E_INVALIDARG, "Invalid flags Q: letters of OGDS\n");
    hr = IBackgroundCopyManager_CreateJob(com_manager(), L"up", BG_JOB_TYPE_UPLOAD, &id, &upload);
    if (SUCCEEDED(hr)) end_job(upload);
    call_tool(&run, L"/transfer", L"up", L"/upload", url, L"relative");
    if (FAILED(hr))
        check_run(&run, hr, "Unable to create job - 0x%08lx\n*\n", hr);
    else
        check_run(&run, E_INVALIDARG, "Unable to add file - 0x80070057\n*\nERROR FILE:    *\n");
    call_tool(&run, L"/list");
    ok(!strstr(run.output, "'up'"), "A job is left:\n%s\n", run.output);
}

/* The last one: it leaves no job to anybody. */
static void test_reset(void)
{
    IBackgroundCopyJob *other;

    call_tool(&run, L"/reset", L"/all");
    check_run(&run, E_INVALIDARG, "Invalid argument /all\n");
    call_tool(&run, L"/reset");
    job = create_job(L"first", BG_JOB_TYPE_DOWNLOAD);
    other = create_job(L"second", BG_JOB_TYPE_DOWNLOAD);
    call_tool(&run, L"/reset");
    check_run(&run, S_OK, "{*} canceled.\n{*} canceled.\n2 out of 2 jobs canceled.\n");
    ok(job_state(job) == BG_JOB_STATE_CANCELLED && job_state(other) == BG_JOB_STATE_CANCELLED,
       "A job is left.\n");
    call_tool(&run, L"/reset", L"/allusers");
    check_run(&run, S_OK, "0 out of 0 jobs canceled.\n");
    IBackgroundCopyJob_Release(job);
    IBackgroundCopyJob_Release(other);
}

START_TEST(bitsadmin_files)
{
    com_start(COINIT_MULTITHREADED);
    origin = origin_start(NULL);
    ok(origin != NULL, "There is no origin.\n");
    if (origin)
    {
        RUN_TEST(test_add_file);
        RUN_TEST(test_add_file_set);
        RUN_TEST(test_ranges);
        RUN_TEST(test_prefix);
        RUN_TEST(test_one_file);
        RUN_TEST(test_transfer_options);
        RUN_TEST(test_reset);
    }
    com_stop();
    origin_destroy(origin);
}
