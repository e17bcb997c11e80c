/* SPDX-License-Identifier: LGPL-2.1-or-later
 *
 * Uploads: what a job says on its way, and what answers of a server's application become. */
#include <stdio.h>

#include "harness/com_callback.h"
#include "harness/upload_jobs.h"

#define MIB             1048576u
#define QUIET_MS        300
#define HTTP_CODE(code) ((HRESULT)(0x80190000 | (code)))
#define APPLICATION     "BITS-Packet-Type: Ack\r\nBITS-Error-Context: 0x7\r\n"

static struct origin *origin;

static BG_FILE_PROGRESS file_progress(IBackgroundCopyJob *job)
{
    BG_FILE_PROGRESS progress = {0};
    IEnumBackgroundCopyFiles *files;
    IBackgroundCopyFile *file;
    HRESULT hr;

    hr = IBackgroundCopyJob_EnumFiles(job, &files);
    ok(hr == S_OK, "Got hr %#lx.\n", hr);
    hr = IEnumBackgroundCopyFiles_Next(files, 1, &file, NULL);
    ok(hr == S_OK, "Got hr %#lx.\n", hr);
    IBackgroundCopyFile_GetProgress(file, &progress);
    IBackgroundCopyFile_Release(file);
    hr = IEnumBackgroundCopyFiles_Next(files, 1, &file, NULL);
    ok(hr == S_FALSE, "There is another file, hr %#lx.\n", hr);
    IEnumBackgroundCopyFiles_Release(files);
    return progress;
}

static void test_whole(void)
{
    struct up_server *server = up_serve(origin, "/whole", NULL);
    IBackgroundCopyJob *job =
        create_upload(origin, "/whole", BG_JOB_TYPE_UPLOAD, L"whole", 3 * MIB, 1);
    struct test_callback *callback = test_callback_create(CALLBACK_ALL);
    BG_JOB_PROGRESS progress;
    BG_FILE_PROGRESS file;

    shows("FIL-6");
    shows("CB2-FT-17");
    shows("J4-SPCF-48");
    job_set_callback(job, callback,
                     BG_NOTIFY_JOB_TRANSFERRED | BG_NOTIFY_JOB_ERROR | BG_NOTIFY_FILE_TRANSFERRED);
    {
        IBackgroundCopyJob4 *job4;
        HRESULT hr =
            IBackgroundCopyJob_QueryInterface(job, &IID_IBackgroundCopyJob4, (void **)&job4);

        ok(hr == S_OK, "Got hr %#lx.\n", hr);
        hr = IBackgroundCopyJob4_SetPeerCachingFlags(job4, 3);
        ok(hr == S_OK, "Got hr %#lx.\n", hr);
        IBackgroundCopyJob4_Release(job4);
    }
    file = file_progress(job);
    ok(!file.Completed && !file.BytesTransferred, "It is there already.\n");
    resume_upload(job);
    wait_for_state(job, TRANSFERRED, UPLOAD_WAIT_MS);
    job_progress(job, &progress);
    ok(progress.BytesTotal == 3 * MIB && progress.BytesTransferred == 3 * MIB, "%llu of %llu.\n",
       (unsigned long long)progress.BytesTransferred, (unsigned long long)progress.BytesTotal);
    ok(progress.FilesTotal == 1 && progress.FilesTransferred == 1, "%lu of %lu files.\n",
       progress.FilesTransferred, progress.FilesTotal);
    file = file_progress(job);
    ok(file.Completed, "Not completed.\n");
    ok(file.BytesTotal == 3 * MIB && file.BytesTransferred == 3 * MIB, "%llu of %llu.\n",
       (unsigned long long)file.BytesTransferred, (unsigned long long)file.BytesTotal);
    ok(test_callback_wait(callback, CALLBACK_JOB_TRANSFERRED, 1, UPLOAD_WAIT_MS), "Not told.\n");
    ok(!test_callback_count(callback, CALLBACK_FILE_TRANSFERRED), "A file was told.\n");
    finish_upload(job, server, L"whole", 3 * MIB, 1);
    test_callback_release(callback);
}

/* ---- the answers of applications ---- */

static const struct
{
    unsigned int status;
    BG_JOB_STATE end;
} answers[] = {
    {300, BG_JOB_STATE_ERROR},           {302, BG_JOB_STATE_ERROR},
    {305, BG_JOB_STATE_ERROR},           {306, BG_JOB_STATE_TRANSIENT_ERROR},
    {307, BG_JOB_STATE_ERROR},           {308, BG_JOB_STATE_TRANSIENT_ERROR},
    {400, BG_JOB_STATE_ERROR},           {404, BG_JOB_STATE_ERROR},
    {408, BG_JOB_STATE_TRANSIENT_ERROR}, {409, BG_JOB_STATE_TRANSIENT_ERROR},
    {410, BG_JOB_STATE_ERROR},           {500, BG_JOB_STATE_TRANSIENT_ERROR},
    {501, BG_JOB_STATE_ERROR},           {503, BG_JOB_STATE_TRANSIENT_ERROR},
    {505, BG_JOB_STATE_ERROR},           {599, BG_JOB_STATE_TRANSIENT_ERROR},
};

static void test_applications(void)
{
    IBackgroundCopyJob *jobs[ARRAY_SIZE(answers)];
    struct up_server *servers[ARRAY_SIZE(answers)];
    WCHAR name[32], local[MAX_PATH];
    char path[32];

    shows("UPL-1");
    shows("UPL-2");
    shows("UPL-3");
    for (unsigned int i = 0; i < ARRAY_SIZE(answers); i++)
    {
        snprintf(path, sizeof(path), "/application%u", answers[i].status);
        swprintf(name, ARRAY_SIZE(name), L"application%u", answers[i].status);
        servers[i] = up_serve(origin, path, NULL);
        up_add_fault(servers[i], &(struct up_fault){UP_FRAGMENT, 1, 0, UP_STATUS, answers[i].status,
                                                    APPLICATION});
        jobs[i] = create_upload(origin, path, BG_JOB_TYPE_UPLOAD, name, 1000, i);
        resume_upload(jobs[i]);
    }
    for (unsigned int i = 0; i < ARRAY_SIZE(answers); i++)
    {
        winetest_push_context("%u", answers[i].status);
        swprintf(name, ARRAY_SIZE(name), L"application%u", answers[i].status);
        expect_failed(jobs[i], answers[i].end, HTTP_CODE(answers[i].status),
                      BG_ERROR_CONTEXT_REMOTE_APPLICATION);
        end_job(jobs[i]);
        DeleteFileW(temp_path(name, local));
        winetest_pop_context();
    }
}

static void test_forbidden(void)
{
    struct up_server *server = up_serve(origin, "/forbidden", NULL);
    IBackgroundCopyJob *job =
        create_upload(origin, "/forbidden", BG_JOB_TYPE_UPLOAD, L"forbidden", 1000, 1);
    struct up_counts counts;
    WCHAR local[MAX_PATH];

    shows("UPL-4");
    IBackgroundCopyJob_SetMinimumRetryDelay(job, 5);
    up_add_fault(server, &(struct up_fault){UP_FRAGMENT, 1, 1, UP_STATUS, 403, APPLICATION});
    resume_upload(job);
    expect_failed(job, BG_JOB_STATE_ERROR, HTTP_CODE(403), BG_ERROR_CONTEXT_REMOTE_APPLICATION);
    ok(!up_wait_packets(server, UP_FRAGMENT, 2, QUIET_MS), "It is sent again.\n");
    ok(job_state(job) == BG_JOB_STATE_ERROR, "Got state %s.\n", state_name(job_state(job)));
    up_get_counts(server, &counts);
    ok(counts.packets[UP_FRAGMENT] == 1, "%u fragments.\n", counts.packets[UP_FRAGMENT]);
    end_job(job);
    DeleteFileW(temp_path(L"forbidden", local));
}

/* ---- the local file ---- */

/* The engine has it open for reading. */
static HANDLE open_shared(const WCHAR *path)
{
    HANDLE file =
        CreateFileW(path, GENERIC_WRITE, FILE_SHARE_READ | FILE_SHARE_WRITE | FILE_SHARE_DELETE,
                    NULL, OPEN_EXISTING, 0, NULL);

    ok(file != INVALID_HANDLE_VALUE, "Got error %lu.\n", GetLastError());
    return file;
}

static void change_size(const WCHAR *path)
{
    HANDLE file = open_shared(path);

    SetFilePointer(file, -10, NULL, FILE_END);
    ok(SetEndOfFile(file), "Got error %lu.\n", GetLastError());
    CloseHandle(file);
}

static void change_content(const WCHAR *path)
{
    HANDLE file = open_shared(path);
    DWORD done = 0;

    ok(WriteFile(file, "other", 5, &done, NULL), "Got error %lu.\n", GetLastError());
    CloseHandle(file);
}

static void change_time(const WCHAR *path)
{
    HANDLE file = CreateFileW(path, FILE_WRITE_ATTRIBUTES, 7, NULL, OPEN_EXISTING, 0, NULL);
    FILETIME time = {1, 0x01d00000};

    ok(SetFileTime(file, NULL, NULL, &time), "Got error %lu.\n", GetLastError());
    CloseHandle(file);
}

/* As soon as the engine has let go of the old one. */
static bool write_new(void *path)
{
    return write_file(path, 3 * MIB, 5);
}

/* While a fragment's answer is out, and while the job is suspended. */
static void check_change(const char *path, const WCHAR *name, void (*change)(const WCHAR *path),
                         bool is_suspended)
{
    struct up_server *server = up_serve(origin, path, NULL);
    IBackgroundCopyJob *job = create_upload(origin, path, BG_JOB_TYPE_UPLOAD, name, 20 * MIB, 1);
    struct up_counts counts;
    WCHAR local[MAX_PATH];

    up_add_fault(server, &(struct up_fault){UP_FRAGMENT, 2, 1, UP_HOLD, 3, NULL});
    origin_shut_gate(origin, 3);
    resume_upload(job);
    ok(up_wait_packets(server, UP_FRAGMENT, 2, UPLOAD_WAIT_MS), "It does not get there.\n");
    ok(origin_wait_held(origin, path, UPLOAD_WAIT_MS), "It is not held.\n");
    if (is_suspended) IBackgroundCopyJob_Suspend(job);
    change(temp_path(name, local));
    if (is_suspended) resume_upload(job);
    /* What is on its way when the job is suspended is not waited for. */
    origin_open_gate(origin, 3);
    expect_failed(job, BG_JOB_STATE_ERROR, BG_E_LOCAL_FILE_CHANGED, BG_ERROR_CONTEXT_LOCAL_FILE);
    ok(!up_has_any_file(server), "A file was delivered.\n");

    /* The client knows, and wants the new one sent. */
    ok(wait_for(write_new, local, UPLOAD_WAIT_MS), "The file cannot be written.\n");
    resume_upload(job);
    finish_upload(job, server, name, 3 * MIB, 5);
    up_get_counts(server, &counts);
    ok(counts.cancelled == 1, "The old session was not cancelled.\n");
}

static void test_local_file(void)
{
    withstands("M1");
    shows("JOB-AF-20");
    check_change("/size", L"size", change_size, false);
    check_change("/content", L"content", change_content, false);
    check_change("/time", L"time", change_time, false);
    check_change("/suspended", L"suspended", change_content, true);
}

static void test_no_local_file(void)
{
    IBackgroundCopyJob *job;
    WCHAR local[MAX_PATH];

    up_serve(origin, "/missing", NULL);
    job = create_upload(origin, "/missing", BG_JOB_TYPE_UPLOAD, L"missing", 10, 1);
    DeleteFileW(temp_path(L"missing", local));
    resume_upload(job);
    expect_failed(job, BG_JOB_STATE_ERROR, HRESULT_FROM_WIN32(ERROR_FILE_NOT_FOUND),
                  BG_ERROR_CONTEXT_LOCAL_FILE);
    end_job(job);
}

/* ---- to a path ---- */

static void test_path(void)
{
    IBackgroundCopyJob *job = create_job(L"path", BG_JOB_TYPE_UPLOAD);
    WCHAR local[MAX_PATH], remote[MAX_PATH];
    unsigned int files;
    HRESULT hr;

    write_file(temp_path(L"from", local), 3 * MIB, 4);
    write_file(temp_path(L"to", remote), 10, 1);
    files = temp_file_count();
    IBackgroundCopyJob_SetPriority(job, BG_JOB_PRIORITY_FOREGROUND);
    hr = IBackgroundCopyJob_AddFile(job, remote, local);
    ok(hr == S_OK, "Got hr %#lx.\n", hr);
    resume_upload(job);
    wait_for_state(job, TRANSFERRED, UPLOAD_WAIT_MS);
    hr = IBackgroundCopyJob_Complete(job);
    ok(hr == S_OK, "Got hr %#lx.\n", hr);
    verify_file(remote, 3 * MIB, 4);
    verify_file(local, 3 * MIB, 4);
    ok(temp_file_count() == files, "Files are left.\n");
    DeleteFileW(local);
    DeleteFileW(remote);
    IBackgroundCopyJob_Release(job);
}

static void test_no_path(void)
{
    IBackgroundCopyJob *job = create_job(L"no path", BG_JOB_TYPE_UPLOAD);
    WCHAR local[MAX_PATH], remote[MAX_PATH];
    HRESULT hr;

    write_file(temp_path(L"from", local), 10, 4);
    IBackgroundCopyJob_SetPriority(job, BG_JOB_PRIORITY_FOREGROUND);
    hr = IBackgroundCopyJob_AddFile(job, temp_path(L"nowhere\\to", remote), local);
    ok(hr == S_OK, "Got hr %#lx.\n", hr);
    resume_upload(job);
    expect_failed(job, BG_JOB_STATE_ERROR, HRESULT_FROM_WIN32(ERROR_PATH_NOT_FOUND),
                  BG_ERROR_CONTEXT_REMOTE_FILE);
    end_job(job);
    DeleteFileW(local);
}

static void redirect(struct origin_conn *c, const struct origin_request *r, void *ctx)
{
    (void)r;
    origin_sendf(c, "HTTP/1.1 302 Found\r\nLocation: %s\r\nContent-Length: 0\r\n\r\n",
                 (const char *)ctx);
}

/* What a redirect makes of an upload is the same under every policy. */
static void test_redirect_policies(void)
{
    static const ULONG policies[] = {0, BG_HTTP_REDIRECT_POLICY_ALLOW_REPORT,
                                     BG_HTTP_REDIRECT_POLICY_DISALLOW};
    HRESULT codes[ARRAY_SIZE(policies)];
    size_t requests[ARRAY_SIZE(policies)];
    char path[32];

    shows("HO-SEC-9");
    for (unsigned int i = 0; i < ARRAY_SIZE(policies); i++)
    {
        IBackgroundCopyJobHttpOptions *options;
        IBackgroundCopyJob *job;
        HRESULT hr;

        snprintf(path, sizeof(path), "/redirected%u", i);
        origin_handle(origin, path, redirect, "/elsewhere");
        job = create_upload(origin, path, BG_JOB_TYPE_UPLOAD, L"redirected", 1000, 1);
        hr = IBackgroundCopyJob_QueryInterface(job, &IID_IBackgroundCopyJobHttpOptions,
                                               (void **)&options);
        ok(hr == S_OK, "Got hr %#lx.\n", hr);
        hr = IBackgroundCopyJobHttpOptions_SetSecurityFlags(options, policies[i]);
        ok(hr == S_OK, "Got hr %#lx.\n", hr);
        IBackgroundCopyJobHttpOptions_Release(options);
        resume_upload(job);
        wait_for_state(job, FAILED_STATES | TRANSFERRED, 20000);
        codes[i] = job_state(job) == BG_JOB_STATE_TRANSFERRED ? S_OK : job_error(job, NULL);
        requests[i] = origin_journal_count(origin, path);
        ok(codes[i] == codes[0] && requests[i] == requests[0],
           "Policy %#lx: got code %#lx, %zu requests.\n", policies[i], codes[i], requests[i]);
        end_job(job);
    }
    ok(requests[0], "Nobody was redirected.\n");
}

START_TEST(uploads)
{
    com_start(COINIT_MULTITHREADED);
    if ((origin = origin_start(NULL)))
    {
        RUN_TEST(test_whole);
        RUN_TEST(test_applications);
        RUN_TEST(test_forbidden);
        RUN_TEST(test_local_file);
        RUN_TEST(test_no_local_file);
        RUN_TEST(test_path);
        RUN_TEST(test_no_path);
        RUN_TEST(test_redirect_policies);
        com_stop();
        origin_destroy(origin);
        return;
    }
    com_stop();
}
