/* SPDX-License-Identifier: LGPL-2.1-or-later
 *
 * Programs that ask for CLSCTX_LOCAL_SERVER only, and find the service: downloads with callbacks
 * between processes, jobs that outlive their client. Needs the service to be installed. */
#include "harness/com_callback.h"
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

static bool is_proxy(IUnknown *object)
{
    IUnknown *proxy;

    if (FAILED(IUnknown_QueryInterface(object, &IID_IClientSecurity, (void **)&proxy)))
        return false;
    IUnknown_Release(proxy);
    return true;
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
        ok(is_proxy((IUnknown *)manager), "It is in this process.\n");
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
    ok(is_proxy((IUnknown *)manager), "There is an engine in this process.\n");
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

START_TEST(local_server)
{
    com_start(COINIT_MULTITHREADED);
    origin = origin_start(NULL);
    RUN_TEST(test_class_ids);
    RUN_TEST(test_in_process);
    RUN_TEST(test_callback);
    origin_destroy(origin);
    com_stop();
}
