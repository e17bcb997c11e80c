/* SPDX-License-Identifier: LGPL-2.1-or-later
 *
 * IBackgroundCopyError: what is said of a job's last failure. */
#include "download_fixture.h"

#define ENGLISH 0x409

/* Codes of WinHTTP, which clients of BITS know. */
#define CONNECT_TIMED_OUT ((HRESULT)0x80072ee2)
#define NAME_NOT_RESOLVED ((HRESULT)0x80072ee7)
#define CANNOT_CONNECT    ((HRESULT)0x80072efd)

static const struct fixed_answer forbidden = {403, NULL}, gone = {410, NULL},
                                 server_error = {500, NULL}, busy = {503, NULL},
                                 not_written = {501, NULL};

/* Resumes the job and waits for its failure; NULL, and a failed check, without. */
static IBackgroundCopyError *fail_job(IBackgroundCopyJob *job, BG_JOB_STATE state)
{
    IBackgroundCopyError *error = NULL;
    HRESULT hr;

    resume(job);
    wait_for_state(job, STATE_BIT(state), SOON);
    hr = IBackgroundCopyJob_GetError(job, &error);
    ok(hr == S_OK, "Got hr %#lx.\n", hr);
    return hr == S_OK ? error : NULL;
}

static void check_error_(int line, IBackgroundCopyError *error, BG_ERROR_CONTEXT context,
                         HRESULT code)
{
    BG_ERROR_CONTEXT got_context = (BG_ERROR_CONTEXT)0xdeadbeef;
    HRESULT hr, got_code = S_OK;

    hr = IBackgroundCopyError_GetError(error, &got_context, &got_code);
    ok_(__FILE__, line)(hr == S_OK, "Got hr %#lx.\n", hr);
    ok_(__FILE__, line)(got_context == context, "Got context %u.\n", got_context);
    ok_(__FILE__, line)(got_code == code, "Got code %#lx.\n", got_code);
}
#define check_error(error, context, code) check_error_(__LINE__, error, context, code)

/* NULL: it has none. */
static void check_protocol_(int line, IBackgroundCopyError *error, const WCHAR *expected)
{
    WCHAR *protocol = (WCHAR *)0xdeadbeef;
    HRESULT hr = IBackgroundCopyError_GetProtocol(error, &protocol);

    ok_(__FILE__, line)(hr == (expected ? S_OK : BG_E_PROTOCOL_NOT_AVAILABLE), "Got hr %#lx.\n",
                        hr);
    if (hr == S_OK)
    {
        ok_(__FILE__, line)(expected && !wcscmp(protocol, expected), "Got %s.\n",
                            wine_dbgstr_w(protocol));
        CoTaskMemFree(protocol);
    }
    else
        ok_(__FILE__, line)(!protocol, "Got %p.\n", protocol);
}
#define check_protocol(error, expected) check_protocol_(__LINE__, error, expected)

/* NULL: it has none. */
static void check_file_(int line, IBackgroundCopyError *error, const WCHAR *name)
{
    IBackgroundCopyFile *file = (IBackgroundCopyFile *)0xdeadbeef;
    HRESULT hr = IBackgroundCopyError_GetFile(error, &file);
    WCHAR *local = NULL, expected[MAX_PATH];

    ok_(__FILE__, line)(hr == (name ? S_OK : BG_E_FILE_NOT_AVAILABLE), "Got hr %#lx.\n", hr);
    if (hr != S_OK)
    {
        ok_(__FILE__, line)(!file, "Got %p.\n", file);
        return;
    }
    hr = IBackgroundCopyFile_GetLocalName(file, &local);
    ok_(__FILE__, line)(hr == S_OK, "Got hr %#lx.\n", hr);
    ok_(__FILE__, line)(name && local && !wcscmp(local, temp_path(name, expected)), "Got %s.\n",
                        wine_dbgstr_w(local));
    CoTaskMemFree(local);
    IBackgroundCopyFile_Release(file);
}
#define check_file(error, name) check_file_(__LINE__, error, name)

/* ---- answers of the server ---- */

static void test_statuses(void)
{
    static const struct
    {
        const char *path;
        const struct fixed_answer *answer;
        BG_JOB_STATE state;
    } tests[] = {
        {"/403", &forbidden, BG_JOB_STATE_ERROR},
        {"/410", &gone, BG_JOB_STATE_ERROR},
        {"/501", &not_written, BG_JOB_STATE_ERROR},
        {"/500", &server_error, BG_JOB_STATE_TRANSIENT_ERROR},
        {"/503", &busy, BG_JOB_STATE_TRANSIENT_ERROR},
    };

    shows("ERR-1");
    shows("JOB-GERR-1");
    for (unsigned int i = 0; i < ARRAY_SIZE(tests); i++)
    {
        IBackgroundCopyJob *job = create_download(tests[i].path, L"status");
        IBackgroundCopyError *error;

        winetest_push_context("%s", tests[i].path);
        answer_with(tests[i].path, tests[i].answer);
        if ((error = fail_job(job, tests[i].state)))
        {
            check_error(error, BG_ERROR_CONTEXT_REMOTE_FILE,
                        (HRESULT)(0x80190000 | tests[i].answer->status));
            check_file(error, L"status");
            check_protocol(error, L"http");
            IBackgroundCopyError_Release(error);
        }
        end_job(job);
        winetest_pop_context();
    }
}

static void test_not_found(void)
{
    IBackgroundCopyJob *job = create_download("/missing", L"missing");
    IBackgroundCopyError *error = fail_job(job, BG_JOB_STATE_ERROR);

    shows("ERR-3");
    if (!error) return;
    check_error(error, BG_ERROR_CONTEXT_REMOTE_FILE, BG_E_HTTP_ERROR_404);
    check_file(error, L"missing");
    check_protocol(error, L"http");
    IBackgroundCopyError_Release(error);
    end_job(job);
}

/* ---- no server ---- */

static void test_no_server(void)
{
    IBackgroundCopyJob *job = create_job(L"refused", BG_JOB_TYPE_DOWNLOAD);
    BG_ERROR_CONTEXT context = BG_ERROR_CONTEXT_NONE;
    WCHAR url[64], local[MAX_PATH];
    IBackgroundCopyError *error;
    HRESULT hr, code = S_OK;

    shows("ERR-2");
    swprintf(url, ARRAY_SIZE(url), L"http://127.0.0.1:%u/file", origin_dead_port());
    hr = IBackgroundCopyJob_AddFile(job, url, temp_path(L"refused", local));
    ok(hr == S_OK, "Got hr %#lx.\n", hr);
    IBackgroundCopyJob_SetPriority(job, BG_JOB_PRIORITY_FOREGROUND);
    if (!(error = fail_job(job, BG_JOB_STATE_TRANSIENT_ERROR))) return;
    hr = IBackgroundCopyError_GetError(error, &context, &code);
    ok(hr == S_OK, "Got hr %#lx.\n", hr);
    ok(code == CANNOT_CONNECT || code == CONNECT_TIMED_OUT || code == NAME_NOT_RESOLVED,
       "Got code %#lx.\n", code);
    ok(context == BG_ERROR_CONTEXT_REMOTE_FILE || context == BG_ERROR_CONTEXT_GENERAL_TRANSPORT,
       "Got context %u.\n", context);
    check_protocol(error, L"http");
    IBackgroundCopyError_Release(error);
    end_job(job);
}

/* ---- other places of failure ---- */

static void test_file_source(void)
{
    IBackgroundCopyJob *job = create_job(L"share", BG_JOB_TYPE_DOWNLOAD);
    WCHAR remote[MAX_PATH + 16] = L"file:///", source[MAX_PATH], local[MAX_PATH];
    IBackgroundCopyError *error;
    HRESULT hr;

    shows("ERR-6");
    temp_path(L"nothing-here", source);
    for (WCHAR *p = source; *p; p++)
        if (*p == '\\') *p = '/';
    wcscat(remote, source);
    hr = IBackgroundCopyJob_AddFile(job, remote, temp_path(L"share", local));
    ok(hr == S_OK, "Got hr %#lx.\n", hr);
    IBackgroundCopyJob_SetPriority(job, BG_JOB_PRIORITY_FOREGROUND);
    if (!(error = fail_job(job, BG_JOB_STATE_ERROR))) return;
    check_error(error, BG_ERROR_CONTEXT_REMOTE_FILE, HRESULT_FROM_WIN32(ERROR_FILE_NOT_FOUND));
    check_file(error, L"share");
    check_protocol(error, L"file");
    IBackgroundCopyError_Release(error);
    end_job(job);
}

static void test_local_file(void)
{
    IBackgroundCopyJob *job = create_job(L"local", BG_JOB_TYPE_DOWNLOAD);
    BG_ERROR_CONTEXT context = BG_ERROR_CONTEXT_NONE;
    IBackgroundCopyError *error;
    WCHAR folder[MAX_PATH];
    HRESULT code;

    ok(CreateDirectoryW(temp_path(L"gone", folder), NULL), "Got error %lu.\n", GetLastError());
    job_add(job, origin, "/small", L"gone\\local");
    IBackgroundCopyJob_SetPriority(job, BG_JOB_PRIORITY_FOREGROUND);
    ok(RemoveDirectoryW(folder), "Got error %lu.\n", GetLastError());
    resume(job);
    wait_for_state(job, FAILED_STATES, SOON);
    code = job_error(job, &context);
    ok(code == HRESULT_FROM_WIN32(ERROR_PATH_NOT_FOUND), "Got code %#lx.\n", code);
    ok(context == BG_ERROR_CONTEXT_LOCAL_FILE, "Got context %u.\n", context);
    if (IBackgroundCopyJob_GetError(job, &error) == S_OK)
    {
        check_file(error, L"gone\\local");
        IBackgroundCopyError_Release(error);
    }
    end_job(job);
}

/* The time of the whole job is over: that is the fault of no file. */
static void test_no_file(void)
{
    IBackgroundCopyJob *job = create_download("/endless", L"endless");
    IBackgroundCopyJob4 *job4;
    IBackgroundCopyError *error;
    HRESULT hr;

    shows("ERR-4");
    shows("ERR-6");
    origin_add(origin, "/endless", &(struct origin_file){.size = SMALL});
    origin_hold_after(origin, "/endless", 0);
    hr = IBackgroundCopyJob_QueryInterface(job, &IID_IBackgroundCopyJob4, (void **)&job4);
    ok(hr == S_OK, "Got hr %#lx.\n", hr);
    if (hr != S_OK) return;
    hr = IBackgroundCopyJob4_SetMaximumDownloadTime(job4, 1);
    ok(hr == S_OK, "Got hr %#lx.\n", hr);
    IBackgroundCopyJob4_Release(job4);
    if (!(error = fail_job(job, BG_JOB_STATE_ERROR))) return;
    check_error(error, BG_ERROR_CONTEXT_GENERAL_QUEUE_MANAGER, BG_E_MAXDOWNLOAD_TIMEOUT);
    check_file(error, NULL);
    check_protocol(error, NULL);
    IBackgroundCopyError_Release(error);

    IBackgroundCopyJob_Release(job);
    job = create_download("/missing", L"missing");
    if (!(error = fail_job(job, BG_JOB_STATE_ERROR))) return;
    check_file(error, L"missing");
    IBackgroundCopyError_Release(error);
    end_job(job);
    origin_release(origin, "/endless");
}

/* ---- texts ---- */

typedef HRESULT (*describe_fn)(IBackgroundCopyError *error, DWORD language, WCHAR **text);

static HRESULT describe_error(IBackgroundCopyError *error, DWORD language, WCHAR **text)
{
    return IBackgroundCopyError_GetErrorDescription(error, language, text);
}

static HRESULT describe_context(IBackgroundCopyError *error, DWORD language, WCHAR **text)
{
    return IBackgroundCopyError_GetErrorContextDescription(error, language, text);
}

static void check_texts(IBackgroundCopyError *error, describe_fn describe)
{
    static const DWORD known[] = {ENGLISH, MAKELANGID(LANG_NEUTRAL, SUBLANG_DEFAULT),
                                  MAKELANGID(LANG_NEUTRAL, SUBLANG_SYS_DEFAULT)};
    static const DWORD unknown[] = {0x07f0, MAKELANGID(LANG_SOTHO, SUBLANG_DEFAULT)};
    WCHAR *text;
    HRESULT hr;

    for (unsigned int i = 0; i < ARRAY_SIZE(known); i++)
    {
        text = NULL;
        hr = describe(error, known[i], &text);
        ok(hr == S_OK, "Language %#lx: got hr %#lx.\n", known[i], hr);
        ok(text && *text, "Language %#lx: got %s.\n", known[i], wine_dbgstr_w(text));
        CoTaskMemFree(text);
    }
    text = (WCHAR *)0xdeadbeef;
    hr = describe(error, 0, &text);
    ok(hr == E_INVALIDARG, "Got hr %#lx.\n", hr);
    for (unsigned int i = 0; i < ARRAY_SIZE(unknown); i++)
    {
        text = (WCHAR *)0xdeadbeef;
        hr = describe(error, unknown[i], &text);
        ok(hr == HRESULT_FROM_WIN32(ERROR_RESOURCE_LANG_NOT_FOUND), "Language %#lx: got hr %#lx.\n",
           unknown[i], hr);
        ok(!text, "Language %#lx: got %p.\n", unknown[i], text);
    }
}

static void test_texts(void)
{
    IBackgroundCopyJob *job = create_download("/missing", L"missing");
    IBackgroundCopyError *error = fail_job(job, BG_JOB_STATE_ERROR);
    WCHAR *text = NULL, *same = NULL, *context = NULL;

    shows("ERR-5");
    if (!error) return;
    check_texts(error, describe_error);
    check_texts(error, describe_context);

    /* The manager knows the same text; the context has one of its own. */
    describe_error(error, ENGLISH, &text);
    describe_context(error, ENGLISH, &context);
    IBackgroundCopyManager_GetErrorDescription(com_manager(), BG_E_HTTP_ERROR_404, ENGLISH, &same);
    ok(text && same && !wcscmp(text, same), "Got %s and %s.\n", wine_dbgstr_w(text),
       wine_dbgstr_w(same));
    ok(text && context && wcscmp(text, context), "Got %s twice.\n", wine_dbgstr_w(text));
    CoTaskMemFree(text);
    CoTaskMemFree(same);
    CoTaskMemFree(context);
    IBackgroundCopyError_Release(error);
    end_job(job);
}

/* A client may keep it longer than the job. */
static void test_job_is_gone(void)
{
    IBackgroundCopyJob *job = create_download("/missing", L"missing");
    IBackgroundCopyError *error = fail_job(job, BG_JOB_STATE_ERROR);

    withstands("K3");
    if (!error) return;
    end_job(job);
    check_error(error, BG_ERROR_CONTEXT_REMOTE_FILE, BG_E_HTTP_ERROR_404);
    check_file(error, L"missing");
    check_protocol(error, L"http");
    IBackgroundCopyError_Release(error);
}

/* Nor does it change when the job goes on; the job then has none. */
static void test_job_goes_on(void)
{
    IBackgroundCopyJob *job = create_download("/later", L"later");
    IBackgroundCopyError *error = fail_job(job, BG_JOB_STATE_ERROR), *again = NULL;
    HRESULT hr;

    if (!error) return;
    withstands("K3");
    origin_add(origin, "/later", &(struct origin_file){.size = SMALL});
    resume(job);
    wait_for_state(job, TRANSFERRED, SOON);
    hr = IBackgroundCopyJob_GetError(job, &again);
    ok(hr == BG_E_ERROR_INFORMATION_UNAVAILABLE && !again, "Got hr %#lx, %p.\n", hr, again);
    check_error(error, BG_ERROR_CONTEXT_REMOTE_FILE, BG_E_HTTP_ERROR_404);
    check_file(error, L"later");
    check_protocol(error, L"http");
    IBackgroundCopyError_Release(error);
    end_job(job);
}

START_TEST(error)
{
    downloads_start();
    RUN_TEST(test_statuses);
    RUN_TEST(test_not_found);
    RUN_TEST(test_no_server);
    RUN_TEST(test_file_source);
    RUN_TEST(test_local_file);
    RUN_TEST(test_no_file);
    RUN_TEST(test_texts);
    RUN_TEST(test_job_is_gone);
    RUN_TEST(test_job_goes_on);
    downloads_stop();
}
