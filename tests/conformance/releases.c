/* SPDX-License-Identifier: LGPL-2.1-or-later
 *
 * Pointers that are let go of in every order, on other threads and inside of callbacks: what hangs
 * on an object keeps it, and a job needs no client. */
#include "download_fixture.h"

#include "harness/com_callback.h"
#include "harness/os.h"

#define WAIT_MS 20000

static IBackgroundCopyJob *find_job(const GUID *id)
{
    IBackgroundCopyJob *job = NULL;
    HRESULT hr = IBackgroundCopyManager_GetJob(com_manager(), id, &job);

    ok(hr == S_OK, "Got hr %#lx.\n", hr);
    return job;
}

#define check_gone(object) check_gone_(__LINE__, (IUnknown *)(object))
static void check_gone_(int line, IUnknown *object)
{
    ULONG ref = IUnknown_Release(object);

    ok_(__FILE__, line)(!ref, "%lu references are left.\n", ref);
}

/* The owner first: a file lives longer than its list, its job's pointer and the manager. */
static void test_reverse_order(void)
{
    IBackgroundCopyManager *manager = create_manager();
    IEnumBackgroundCopyFiles *files = NULL;
    IBackgroundCopyFile *file = NULL;
    WCHAR url[URL_MAX], path[MAX_PATH], *name = NULL;
    IBackgroundCopyJob *job = NULL;
    HRESULT hr;
    GUID id;

    withstands("K3");
    withstands("K4");
    if (!manager) return;
    hr = IBackgroundCopyManager_CreateJob(manager, L"order", BG_JOB_TYPE_DOWNLOAD, &id, &job);
    ok(hr == S_OK, "Got hr %#lx.\n", hr);
    IBackgroundCopyManager_Release(manager);
    hr = IBackgroundCopyJob_AddFile(job, origin_wurl(origin, "/small", url),
                                    temp_path(L"order", path));
    ok(hr == S_OK, "Got hr %#lx.\n", hr);
    hr = IBackgroundCopyJob_EnumFiles(job, &files);
    ok(hr == S_OK, "Got hr %#lx.\n", hr);
    check_gone(job);
    hr = IEnumBackgroundCopyFiles_Next(files, 1, &file, NULL);
    ok(hr == S_OK, "Got hr %#lx.\n", hr);
    check_gone(files);
    hr = IBackgroundCopyFile_GetRemoteName(file, &name);
    ok(hr == S_OK && name && !wcscmp(name, url), "Got hr %#lx, %s.\n", hr, wine_dbgstr_w(name));
    CoTaskMemFree(name);

    /* Of a job that is gone too. */
    job = find_job(&id);
    hr = IBackgroundCopyJob_Cancel(job);
    ok(hr == S_OK, "Got hr %#lx.\n", hr);
    check_gone(job);
    name = NULL;
    hr = IBackgroundCopyFile_GetLocalName(file, &name);
    ok(hr == S_OK && name && !wcscmp(name, path), "Got hr %#lx, %s.\n", hr, wine_dbgstr_w(name));
    CoTaskMemFree(name);
    check_gone(file);
}

/* Each GetJob gives an object of its own: who lets go of one has let go of that. */
static void test_objects_of_one_job(void)
{
    IBackgroundCopyJob *job = create_download("/small", L"many"), *others[20];
    GUID id;

    withstands("K4");
    IBackgroundCopyJob_GetId(job, &id);
    for (unsigned int i = 0; i < ARRAY_SIZE(others); i++)
        others[i] = find_job(&id);
    for (unsigned int i = 0; i < ARRAY_SIZE(others); i++)
        check_gone(others[i]);
    ok(job_state(job) == BG_JOB_STATE_SUSPENDED, "Got %s.\n", state_name(job_state(job)));
    end_job(job);
}

/* Nobody holds anything while it runs. */
static void test_no_client(void)
{
    IBackgroundCopyJob *job;
    GUID id;

    withstands("K4");
    origin_add(origin, "/alone", &(struct origin_file){.size = SMALL});
    origin_hold_after(origin, "/alone", 0);
    job = create_download("/alone", L"alone");
    IBackgroundCopyJob_GetId(job, &id);
    resume(job);
    wait_for_state(job, STATE_BIT(BG_JOB_STATE_TRANSFERRING), SOON);
    check_gone(job);
    origin_release(origin, "/alone");
    job = find_job(&id);
    wait_for_state(job, TRANSFERRED, SOON);
    end_job(job);
}

static void release_there(void *arg)
{
    if (FAILED(CoInitializeEx(NULL, COINIT_MULTITHREADED))) return;
    IUnknown_Release((IUnknown *)arg);
    CoUninitialize();
}

static void test_other_thread(void)
{
    IBackgroundCopyJob *job = create_download("/small", L"thread");
    GUID id;

    withstands("K4");
    IBackgroundCopyJob_GetId(job, &id);
    for (unsigned int i = 0; i < 10; i++)
    {
        struct os_thread thread;

        ok(os_thread_start(&thread, release_there, job), "No thread.\n");
        os_thread_join(&thread);
        job = find_job(&id);
        ok(job_state(job) == BG_JOB_STATE_SUSPENDED, "Got %s.\n", state_name(job_state(job)));
    }
    end_job(job);
}

/* ---- in a callback ---- */

static HRESULT release_last(struct test_callback *callback, const struct callback_call *call)
{
    BG_JOB_STATE state = BG_JOB_STATE_ERROR;
    IBackgroundCopyJob *job = callback->ctx;
    HRESULT hr;

    callback->ctx = NULL;
    if (job) IBackgroundCopyJob_Release(job);
    hr = IBackgroundCopyJob_Complete(call->job);
    ok(hr == S_OK, "Got hr %#lx.\n", hr);
    hr = IBackgroundCopyJob_GetState(call->job, &state);
    ok(hr == S_OK && state == BG_JOB_STATE_ACKNOWLEDGED, "Got hr %#lx, %s.\n", hr,
       state_name(state));
    return S_OK;
}

static bool is_let_go(void *ctx)
{
    struct test_callback *callback = ctx;

    return InterlockedCompareExchange(&callback->ref, 0, 0) == 1;
}

static void test_in_callback(void)
{
    struct test_callback *callback = test_callback_create(CALLBACK_1);
    IBackgroundCopyJob *job = create_download("/small", L"callback");
    WCHAR path[MAX_PATH];

    withstands("K4");
    callback->ctx = job;
    callback->hook = release_last;
    job_set_callback(job, callback, BG_NOTIFY_JOB_TRANSFERRED);
    resume(job);
    ok(test_callback_wait(callback, CALLBACK_JOB_TRANSFERRED, 1, WAIT_MS), "Not called.\n");
    verify_file(temp_path(L"callback", path), SMALL, 0);
    DeleteFileW(path);
    /* The core lets go of the object with the job. */
    ok(com_wait_for(is_let_go, callback, WAIT_MS), "Still held.\n");
    test_callback_release(callback);
}

START_TEST(releases)
{
    downloads_start();
    RUN_TEST(test_reverse_order);
    RUN_TEST(test_objects_of_one_job);
    RUN_TEST(test_no_client);
    RUN_TEST(test_other_thread);
    RUN_TEST(test_in_callback);
    downloads_stop();
}
