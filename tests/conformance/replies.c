/* SPDX-License-Identifier: LGPL-2.1-or-later
 *
 * Upload-reply jobs: the reply's name, progress, bytes and file. */
#include <stdio.h>
#include <stdlib.h>

#include "harness/com_callback.h"
#include "harness/synthetic.h"
#include "harness/upload_jobs.h"

#define MIB             1048576u
#define SIZE            1000
#define REPLY_VERSION   77
#define HTTP_CODE(code) ((HRESULT)(0x80190000 | (code)))

static struct origin *origin;

/* A server whose application answers with a reply of this size. */
static struct up_server *serve(const char *path, const char *reply_path, UINT64 size)
{
    struct up_options options = {.reply_path = reply_path};

    origin_add(origin, reply_path, &(struct origin_file){.size = size, .version = REPLY_VERSION});
    return up_serve(origin, path, &options);
}

static IBackgroundCopyJob *create_reply(const char *path, const WCHAR *name, UINT64 size)
{
    return create_upload(origin, path, BG_JOB_TYPE_UPLOAD_REPLY, name, size, 1);
}

static UINT64 reply_total(IBackgroundCopyJob *job)
{
    IBackgroundCopyJob2 *job2 = job2_of(job);
    BG_JOB_REPLY_PROGRESS progress = {0};
    HRESULT hr = IBackgroundCopyJob2_GetReplyProgress(job2, &progress);

    ok(hr == S_OK, "Got hr %#lx.\n", hr);
    IBackgroundCopyJob2_Release(job2);
    return progress.BytesTotal;
}

static void get_reply_name(IBackgroundCopyJob *job, WCHAR path[MAX_PATH])
{
    IBackgroundCopyJob2 *job2 = job2_of(job);
    WCHAR *name = NULL;
    HRESULT hr = IBackgroundCopyJob2_GetReplyFileName(job2, &name);

    ok(hr == S_OK, "Got hr %#lx.\n", hr);
    ok(name != NULL, "No name.\n");
    wcscpy(path, name ? name : L"");
    CoTaskMemFree(name);
    IBackgroundCopyJob2_Release(job2);
}

static HRESULT set_reply_name(IBackgroundCopyJob *job, const WCHAR *name)
{
    IBackgroundCopyJob2 *job2 = job2_of(job);
    HRESULT hr = IBackgroundCopyJob2_SetReplyFileName(job2, name);

    IBackgroundCopyJob2_Release(job2);
    return hr;
}

/* A check of GetReplyData. */
static void check_data(IBackgroundCopyJob *job, HRESULT expected, UINT64 size)
{
    IBackgroundCopyJob2 *job2 = job2_of(job);
    byte *data = (byte *)0xdeadbeef;
    UINT64 length = 0;
    HRESULT hr = IBackgroundCopyJob2_GetReplyData(job2, &data, &length);

    ok(hr == expected, "Got hr %#lx.\n", hr);
    ok(length == size, "Got %llu bytes.\n", (unsigned long long)length);
    if (FAILED(expected) || !size)
        ok(!data, "Got data.\n");
    else
        ok(synthetic_check(REPLY_VERSION, 0, data, (size_t)size) == size, "Other bytes.\n");
    CoTaskMemFree(data);
    IBackgroundCopyJob2_Release(job2);
}

static void remove_files(const WCHAR *name, const WCHAR *reply)
{
    WCHAR path[MAX_PATH];

    ok(DeleteFileW(temp_path(name, path)), "%ls is gone.\n", path);
    if (reply) DeleteFileW(reply);
}

/* ---- a whole job ---- */

static HRESULT on_call(struct test_callback *callback, const struct callback_call *call)
{
    if (call->method != CALLBACK_FILE_TRANSFERRED) return S_OK;
    return IBackgroundCopyFile_GetLocalName(call->file, (WCHAR **)callback->ctx);
}

static void test_whole(void)
{
    IBackgroundCopyJob *job;
    struct test_callback *callback = test_callback_create(CALLBACK_ALL);
    WCHAR reply[MAX_PATH], *told = NULL;
    BG_JOB_PROGRESS progress;
    struct up_counts counts;
    struct up_server *server = serve("/whole", "/whole-reply", 5000);
    HRESULT hr;

    shows("UPL-6");
    shows("CB-1");
    shows("CB2-FT-16");
    shows("JOB-GET-7");
    shows("J2-REP-2");
    shows("J2-REP-7");
    shows("J2-REP-9");
    shows("J2-REP-14");
    job = create_reply("/whole", L"whole", 3 * MIB);
    callback->hook = on_call;
    callback->ctx = &told;
    job_set_callback(job, callback, BG_NOTIFY_JOB_TRANSFERRED | BG_NOTIFY_FILE_TRANSFERRED);
    hr = set_reply_name(job, temp_path(L"reply", reply));
    ok(hr == S_OK, "Got hr %#lx.\n", hr);
    origin_hold_after(origin, "/whole-reply", 2500);
    ok(reply_total(job) == BG_SIZE_UNKNOWN, "It is known.\n");
    check_data(job, BG_E_INVALID_STATE, 0);
    resume_upload(job);

    /* Half of the reply is there. */
    ok(origin_wait_held(origin, "/whole-reply", UPLOAD_WAIT_MS), "No reply is fetched.\n");
    ok(job_state(job) == BG_JOB_STATE_TRANSFERRING, "Got state %s.\n", state_name(job_state(job)));
    ok(reply_total(job) == 5000, "Got %llu.\n", (unsigned long long)reply_total(job));
    job_progress(job, &progress);
    ok(progress.BytesTotal == 3 * MIB && progress.BytesTransferred == 3 * MIB,
       "The reply counts.\n");
    ok(progress.FilesTotal == 1 && progress.FilesTransferred == 1, "The reply is a file.\n");
    hr = set_reply_name(job, reply);
    ok(hr == BG_E_INVALID_STATE, "Got hr %#lx.\n", hr);
    ok(!test_callback_count(callback, CALLBACK_JOB_TRANSFERRED), "Told too early.\n");
    check_data(job, BG_E_INVALID_STATE, 0);
    origin_release(origin, "/whole-reply");

    wait_for_state(job, TRANSFERRED, UPLOAD_WAIT_MS);
    ok(test_callback_wait(callback, CALLBACK_JOB_TRANSFERRED, 1, UPLOAD_WAIT_MS), "Not told.\n");
    ok(test_callback_count(callback, CALLBACK_FILE_TRANSFERRED) == 1, "The reply is not told.\n");
    ok(told && !wcscmp(told, reply), "Got %s.\n", wine_dbgstr_w(told));
    CoTaskMemFree(told);
    check_data(job, S_OK, 5000);
    ok(!file_exists(reply), "The reply is there already.\n");
    hr = IBackgroundCopyJob_Complete(job);
    ok(hr == S_OK, "Got hr %#lx.\n", hr);
    ok(verify_file(reply, 5000, REPLY_VERSION), "Another reply.\n");
    check_data(job, S_OK, 5000);
    ok(up_has_file(server, 3 * MIB, 1), "The file did not arrive.\n");
    up_get_counts(server, &counts);
    ok(counts.closed == 1 && !counts.sessions, "The session is open.\n");
    IBackgroundCopyJob_Release(job);
    test_callback_release(callback);
    remove_files(L"whole", reply);
}

/* ---- no reply, and a large one ---- */

static void test_empty(void)
{
    IBackgroundCopyJob *jobs[2];
    WCHAR reply[MAX_PATH];

    shows("J2-REP-6");
    shows("J2-REP-14");
    serve("/empty", "/empty-reply", 0);
    serve("/nothing", "/nothing-reply", 10);
    jobs[0] = create_reply("/empty", L"empty", SIZE);
    jobs[1] = create_reply("/nothing", L"nothing", 0);
    for (unsigned int i = 0; i < ARRAY_SIZE(jobs); i++)
    {
        HRESULT hr = set_reply_name(jobs[i], temp_path(L"reply", reply));

        ok(hr == S_OK, "Got hr %#lx.\n", hr);
        resume_upload(jobs[i]);
        wait_for_state(jobs[i], TRANSFERRED, UPLOAD_WAIT_MS);
        check_data(jobs[i], S_OK, 0);
        ok(!file_exists(reply), "The reply is there already.\n");
        hr = IBackgroundCopyJob_Complete(jobs[i]);
        ok(hr == S_OK, "Got hr %#lx.\n", hr);
        ok(verify_file(reply, 0, REPLY_VERSION), "No empty reply.\n");
        IBackgroundCopyJob_Release(jobs[i]);
        DeleteFileW(reply);
    }
    remove_files(L"empty", NULL);
    remove_files(L"nothing", NULL);
}

static void test_large(void)
{
    IBackgroundCopyJob *job;
    WCHAR reply[MAX_PATH];
    HRESULT hr;

    shows("J2-REP-5");
    serve("/limit", "/limit-reply", MIB);
    job = create_reply("/limit", L"limit", SIZE);
    resume_upload(job);
    wait_for_state(job, TRANSFERRED, UPLOAD_WAIT_MS);
    check_data(job, S_OK, MIB);
    end_job(job);
    remove_files(L"limit", NULL);

    serve("/large", "/large-reply", MIB + 1);
    job = create_reply("/large", L"large", SIZE);
    resume_upload(job);
    wait_for_state(job, TRANSFERRED, UPLOAD_WAIT_MS);
    check_data(job, BG_E_TOO_LARGE, MIB + 1);
    get_reply_name(job, reply);
    hr = IBackgroundCopyJob_Complete(job);
    ok(hr == S_OK, "Got hr %#lx.\n", hr);
    ok(verify_file(reply, MIB + 1, REPLY_VERSION), "Another reply.\n");
    IBackgroundCopyJob_Release(job);
    remove_files(L"large", reply);
}

/* ---- names ---- */

static void test_names(void)
{
    static const WCHAR *const bad[] = {L"reply", L"C:", L"C:\\a*b", L"http://127.0.0.1/a"};
    IBackgroundCopyJob *job = create_job(L"names", BG_JOB_TYPE_UPLOAD_REPLY);
    WCHAR local[MAX_PATH], name[MAX_PATH], folder[MAX_PATH], too_long[MAX_PATH + 50];
    HRESULT hr;

    shows("J2-REP-10");
    shows("J2-REP-11");
    for (unsigned int i = 0; i < ARRAY_SIZE(bad); i++)
    {
        hr = set_reply_name(job, bad[i]);
        ok(hr == E_INVALIDARG, "%s: got hr %#lx.\n", wine_dbgstr_w(bad[i]), hr);
    }
    temp_path(L"", folder);
    wcscpy(too_long, folder);
    while (wcslen(too_long) <= MAX_PATH + 1)
        wcscat(too_long, L"x");
    hr = set_reply_name(job, too_long);
    ok(hr == E_INVALIDARG, "Got hr %#lx.\n", hr);
    hr = set_reply_name(job, temp_path(L"mine", name));
    ok(hr == S_OK, "Got hr %#lx.\n", hr);

    write_file(temp_path(L"names", local), SIZE, 1);
    job_add(job, origin, "/names", L"names");
    get_reply_name(job, name);
    ok(!wcscmp(name, temp_path(L"mine", local)), "Got %s.\n", wine_dbgstr_w(name));
    for (unsigned int i = 0; i < 2; i++)
    {
        hr = set_reply_name(job, i ? L"" : NULL);
        ok(hr == S_OK, "Got hr %#lx.\n", hr);
        get_reply_name(job, name);
        ok(wcscmp(name, local) && !wcsnicmp(name, folder, wcslen(folder)) &&
               !wcschr(name + wcslen(folder), '\\'),
           "Got %s.\n", wine_dbgstr_w(name));
    }
    end_job(job);

    /* Without a name from the beginning. */
    job = create_job(L"names", BG_JOB_TYPE_UPLOAD_REPLY);
    job_add(job, origin, "/names", L"names");
    get_reply_name(job, name);
    ok(!wcsnicmp(name, folder, wcslen(folder)), "Got %s.\n", wine_dbgstr_w(name));
    end_job(job);
    DeleteFileW(temp_path(L"names", local));
}

/* ---- failures ---- */

static void test_errors(void)
{
    struct up_server *server = serve("/errors", "/errors-reply", SIZE);
    IBackgroundCopyJob *job = create_reply("/errors", L"errors", SIZE);
    WCHAR reply[MAX_PATH];
    HRESULT hr;

    shows("JOB-GERR-4");
    up_add_fault(server, &(struct up_fault){UP_CREATE, 1, 1, UP_STATUS, 404, NULL});
    up_add_fault(server,
                 &(struct up_fault){UP_FRAGMENT, 1, 1, UP_STATUS, 404,
                                    "BITS-Packet-Type: Ack\r\nBITS-Error-Context: 0x7\r\n"});
    resume_upload(job);
    expect_failed(job, BG_JOB_STATE_ERROR, HTTP_CODE(404), BG_ERROR_CONTEXT_REMOTE_FILE);
    ok(reply_total(job) == BG_SIZE_UNKNOWN, "The reply has begun.\n");

    resume_upload(job);
    expect_failed(job, BG_JOB_STATE_ERROR, HTTP_CODE(404), BG_ERROR_CONTEXT_REMOTE_APPLICATION);

    /* The upload is done, and its reply breaks off. */
    origin_cut_after(origin, "/errors-reply", 100, 0, 1);
    resume_upload(job);
    wait_for_state(job, FAILED_STATES, UPLOAD_WAIT_MS);
    ok(reply_total(job) == SIZE, "Got %llu.\n", (unsigned long long)reply_total(job));
    resume_upload(job);
    wait_for_state(job, TRANSFERRED, UPLOAD_WAIT_MS);
    check_data(job, S_OK, SIZE);
    get_reply_name(job, reply);
    hr = IBackgroundCopyJob_Complete(job);
    ok(hr == S_OK, "Got hr %#lx.\n", hr);
    IBackgroundCopyJob_Release(job);
    remove_files(L"errors", reply);
}

static void test_cancel(void)
{
    struct up_server *server = serve("/cancel", "/cancel-reply", SIZE);
    IBackgroundCopyJob *job = create_reply("/cancel", L"cancel", SIZE);
    unsigned int files = temp_file_count();
    struct up_counts counts;
    HRESULT hr;

    shows("JOB-CAN-10");
    origin_hold_after(origin, "/cancel-reply", 100);
    resume_upload(job);
    ok(origin_wait_held(origin, "/cancel-reply", UPLOAD_WAIT_MS), "No reply is fetched.\n");
    hr = IBackgroundCopyJob_Cancel(job);
    ok(hr == S_OK, "Got hr %#lx.\n", hr);
    IBackgroundCopyJob_Release(job);
    ok(up_wait_packets(server, UP_CANCEL, 1, UPLOAD_WAIT_MS), "The server is not told.\n");
    origin_wait_idle(origin, "/cancel", UPLOAD_WAIT_MS);
    up_get_counts(server, &counts);
    ok(!counts.sessions && counts.delivered == 1, "%u sessions, %u files.\n", counts.sessions,
       counts.delivered);
    ok(temp_file_count() == files, "Files are left.\n");
    origin_release(origin, "/cancel-reply");
    remove_files(L"cancel", NULL);
}

/* ---- what a reply's URL may not be ---- */

static void test_url_tricks(void)
{
    static const char *const urls[] = {"file:///C:/windows/win.ini", "\\\\server\\share\\x",
                                       "ftp://127.0.0.1/x", "http://"};
    IBackgroundCopyJob *job;
    WCHAR local[MAX_PATH];
    char path[32];

    for (unsigned int i = 0; i < ARRAY_SIZE(urls); i++)
    {
        struct up_options options = {.reply_url = urls[i]};

        winetest_push_context("%s", urls[i]);
        snprintf(path, sizeof(path), "/trick%u", i);
        up_serve(origin, path, &options);
        job = create_reply(path, L"trick", SIZE);
        resume_upload(job);
        wait_for_state(job, FAILED_STATES, UPLOAD_WAIT_MS);
        ok(FAILED(job_error(job, NULL)), "No error.\n");
        ok(reply_total(job) == BG_SIZE_UNKNOWN, "The reply has begun.\n");
        end_job(job);
        winetest_pop_context();
    }
    DeleteFileW(temp_path(L"trick", local));
}

START_TEST(replies)
{
    com_start(COINIT_MULTITHREADED);
    if ((origin = origin_start(NULL)))
    {
        RUN_TEST(test_whole);
        RUN_TEST(test_empty);
        RUN_TEST(test_large);
        RUN_TEST(test_names);
        RUN_TEST(test_errors);
        RUN_TEST(test_cancel);
        RUN_TEST(test_url_tricks);
        com_stop();
        origin_destroy(origin);
        return;
    }
    com_stop();
}
