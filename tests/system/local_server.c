/* SPDX-License-Identifier: LGPL-2.1-or-later
 *
 * Programs that ask for CLSCTX_LOCAL_SERVER only, and find the service: downloads with callbacks
 * between processes, jobs that outlive their client. The service is installed for the test, by the
 * DLL that is registered, and taken away at the end. */
#include "harness/com_callback.h"
#include "harness/os.h"
#include "host_process.h"

#include <string.h>

#define SIZE    2000000
#define WAIT_MS 20000

static struct origin *origin;

static const CLSID *const class_ids[] = {
    &CLSID_BackgroundCopyManager,     &CLSID_BackgroundCopyManager1_5,
    &CLSID_BackgroundCopyManager2_0,  &CLSID_BackgroundCopyManager2_5,
    &CLSID_BackgroundCopyManager3_0,  &CLSID_BackgroundCopyManager4_0,
    &CLSID_BackgroundCopyManager5_0,  &CLSID_BackgroundCopyManager10_1,
    &CLSID_BackgroundCopyManager10_2, &CLSID_BackgroundCopyManager10_3,
};

static HRESULT create(const CLSID *clsid, DWORD context, IBackgroundCopyManager **manager)
{
    return CoCreateInstance(clsid, NULL, context, &IID_IBackgroundCopyManager, (void **)manager);
}

static IBackgroundCopyJob *start_download(const char *path, const WCHAR *name,
                                          struct test_callback *callback, GUID *id)
{
    IBackgroundCopyManager *manager;
    WCHAR url[URL_MAX], local[MAX_PATH];
    IBackgroundCopyJob *job = NULL;
    HRESULT hr;

    hr = create(&CLSID_BackgroundCopyManager, CLSCTX_LOCAL_SERVER, &manager);
    ok(hr == S_OK, "Got hr %#lx.\n", hr);
    if (FAILED(hr)) return NULL;
    hr = IBackgroundCopyManager_CreateJob(manager, name, BG_JOB_TYPE_DOWNLOAD, id, &job);
    ok(hr == S_OK, "Got hr %#lx.\n", hr);
    IBackgroundCopyManager_Release(manager);
    if (FAILED(hr)) return NULL;
    hr = IBackgroundCopyJob_AddFile(job, origin_wurl(origin, path, url), temp_path(name, local));
    ok(hr == S_OK, "Got hr %#lx.\n", hr);
    if (callback) job_set_callback(job, callback, BG_NOTIFY_JOB_TRANSFERRED);
    hr = IBackgroundCopyJob_Resume(job);
    ok(hr == S_OK, "Got hr %#lx.\n", hr);
    return job;
}

static void complete(IBackgroundCopyJob *job, const WCHAR *name)
{
    WCHAR local[MAX_PATH];
    HRESULT hr = IBackgroundCopyJob_Complete(job);

    ok(hr == S_OK, "Got hr %#lx.\n", hr);
    verify_file(temp_path(name, local), SIZE, 1);
    DeleteFileW(local);
    IBackgroundCopyJob_Release(job);
}

/* ---- tests ---- */

static void test_class_ids(void)
{
    IBackgroundCopyManager *manager;
    HRESULT hr;

    shows("GEN-1");
    for (unsigned int i = 0; i < ARRAY_SIZE(class_ids); i++)
    {
        hr = create(class_ids[i], CLSCTX_LOCAL_SERVER, &manager);
        ok(hr == S_OK, "%s: got hr %#lx.\n", wine_dbgstr_guid(class_ids[i]), hr);
        if (FAILED(hr)) continue;
        ok(is_remote(manager), "It is in this process.\n");
        IBackgroundCopyManager_Release(manager);
    }
}

/* Beside the service there is no second world of jobs. */
static void test_in_process(void)
{
    IBackgroundCopyManager *manager, *service;
    IBackgroundCopyJob *job, *found;
    HRESULT hr;
    GUID id;

    hr = create(&CLSID_BackgroundCopyManager, CLSCTX_INPROC_SERVER, &manager);
    ok(hr == S_OK, "Got hr %#lx.\n", hr);
    if (FAILED(hr)) return;
    ok(is_remote(manager), "There is an engine in this process.\n");
    hr = create(&CLSID_BackgroundCopyManager, CLSCTX_LOCAL_SERVER, &service);
    ok(hr == S_OK, "Got hr %#lx.\n", hr);
    hr = IBackgroundCopyManager_CreateJob(manager, L"both", BG_JOB_TYPE_DOWNLOAD, &id, &job);
    ok(hr == S_OK, "Got hr %#lx.\n", hr);
    hr = IBackgroundCopyManager_GetJob(service, &id, &found);
    ok(hr == S_OK, "Got hr %#lx.\n", hr);
    if (SUCCEEDED(hr)) IBackgroundCopyJob_Release(found);
    end_job(job);
    IBackgroundCopyManager_Release(service);
    IBackgroundCopyManager_Release(manager);
}

/* Each way to the service has a thread of its own, which lets go of what its caller takes and lets
 * go of. One client's thread: several that make and release proxies of one server at the same time
 * meet a race in Wine 8's own COM, now and then, with any server. */
static void test_many_in_process(void)
{
    IBackgroundCopyManager *manager;
    HRESULT hr = S_OK;

    for (unsigned int i = 0; i < 300 && SUCCEEDED(hr); i++)
    {
        hr = create(&CLSID_BackgroundCopyManager, CLSCTX_INPROC_SERVER, &manager);
        ok(hr == S_OK, "Manager %u: got hr %#lx.\n", i, hr);
        if (SUCCEEDED(hr)) IBackgroundCopyManager_Release(manager);
    }
}

static void test_callback(void)
{
    struct test_callback *callback = test_callback_create(CALLBACK_1);
    IBackgroundCopyJob *job;
    GUID id;

    origin_add(origin, "/file", &(struct origin_file){.size = SIZE, .version = 1});
    if ((job = start_download("/file", L"callback", callback, &id)))
    {
        ok(test_callback_wait(callback, CALLBACK_JOB_TRANSFERRED, 1, WAIT_MS), "Not called.\n");
        complete(job, L"callback");
    }
    test_callback_release(callback);
}

/* The client's process: it is killed while it waits here. */
static void be_client(const char *url)
{
    IBackgroundCopyManager *manager;
    WCHAR wide[URL_MAX], local[MAX_PATH];
    IBackgroundCopyJob *job;
    HRESULT hr;
    GUID id;

    GetTempPathW(MAX_PATH - 20, local);
    lstrcatW(local, L"openbits-orphan");
    MultiByteToWideChar(CP_ACP, 0, url, -1, wide, URL_MAX);
    hr = create(&CLSID_BackgroundCopyManager, CLSCTX_LOCAL_SERVER, &manager);
    ok(hr == S_OK, "Got hr %#lx.\n", hr);
    if (FAILED(hr)) return;
    hr = IBackgroundCopyManager_CreateJob(manager, L"orphan", BG_JOB_TYPE_DOWNLOAD, &id, &job);
    ok(hr == S_OK, "Got hr %#lx.\n", hr);
    hr = IBackgroundCopyJob_AddFile(job, wide, local);
    ok(hr == S_OK, "Got hr %#lx.\n", hr);
    hr = IBackgroundCopyJob_Resume(job);
    ok(hr == S_OK, "Got hr %#lx.\n", hr);
    host_is_ready();
    host_wait_for_end();
}

static IBackgroundCopyJob *find_job(const WCHAR *wanted)
{
    IBackgroundCopyJob *job, *found = NULL;
    IBackgroundCopyManager *manager;
    IEnumBackgroundCopyJobs *jobs;
    WCHAR *name;

    if (FAILED(create(&CLSID_BackgroundCopyManager, CLSCTX_LOCAL_SERVER, &manager))) return NULL;
    if (SUCCEEDED(IBackgroundCopyManager_EnumJobs(manager, 0, &jobs)))
    {
        while (!found && IEnumBackgroundCopyJobs_Next(jobs, 1, &job, NULL) == S_OK)
        {
            if (SUCCEEDED(IBackgroundCopyJob_GetDisplayName(job, &name)))
            {
                if (!lstrcmpW(name, wanted)) found = job;
                CoTaskMemFree(name);
            }
            if (!found) IBackgroundCopyJob_Release(job);
        }
        IEnumBackgroundCopyJobs_Release(jobs);
    }
    IBackgroundCopyManager_Release(manager);
    return found;
}

static void test_client_dies(void)
{
    char url[URL_MAX];
    WCHAR wide[URL_MAX], local[MAX_PATH];
    struct host_process client;
    IBackgroundCopyJob *job;
    HRESULT hr;

    origin_add(origin, "/orphan", &(struct origin_file){.size = SIZE, .version = 1});
    origin_hold_after(origin, "/orphan", SIZE / 2);
    WideCharToMultiByte(CP_ACP, 0, origin_wurl(origin, "/orphan", wide), -1, url, URL_MAX, NULL,
                        NULL);
    if (!host_start(&client, "client", url)) return;
    ok(origin_wait_held(origin, "/orphan", WAIT_MS), "It is not asked for.\n");
    host_kill(&client);
    origin_release(origin, "/orphan");

    job = find_job(L"orphan");
    ok(job != NULL, "The job has gone with its client.\n");
    if (!job) return;
    wait_for_state(job, TRANSFERRED, WAIT_MS);
    hr = IBackgroundCopyJob_Complete(job);
    ok(hr == S_OK, "Got hr %#lx.\n", hr);
    GetTempPathW(MAX_PATH - 20, local);
    lstrcatW(local, L"openbits-orphan");
    verify_file(local, SIZE, 1);
    DeleteFileW(local);
    IBackgroundCopyJob_Release(job);
}

/* ---- the service ---- */

typedef HRESULT(WINAPI *install_fn)(BOOL is_installed, const WCHAR *what);

static install_fn find_install(void)
{
    static const WCHAR key_name[] =
        L"CLSID\\{4991d34b-80a1-4291-83b6-3328366b9097}\\InprocServer32";
    WCHAR path[MAX_PATH];
    DWORD size = sizeof(path);
    HMODULE module;

    if (RegGetValueW(HKEY_CLASSES_ROOT, key_name, NULL, RRF_RT_REG_SZ, NULL, path, &size) ||
        !(module = LoadLibraryW(path)))
        return NULL;
    return (install_fn)(void *)GetProcAddress(module, "DllInstall");
}

static void run_tests(void)
{
    install_fn install = find_install();
    HRESULT hr;

    if (!install)
    {
        win_skip("No server of ours is registered.\n");
        return;
    }
    hr = install(TRUE, L"service");
    ok(hr == S_OK, "Got hr %#lx.\n", hr);
    origin = origin_start(NULL);
    RUN_TEST(test_class_ids);
    RUN_TEST(test_in_process);
    RUN_TEST(test_many_in_process);
    RUN_TEST(test_callback);
    RUN_TEST(test_client_dies);
    origin_destroy(origin);
    hr = install(FALSE, L"service");
    ok(hr == S_OK, "Got hr %#lx.\n", hr);
}

START_TEST(local_server)
{
    const char *argument, *role = host_role(&argument);

    com_start(COINIT_MULTITHREADED);
    if (role)
        be_client(argument);
    else
        run_tests();
    com_stop();
}
