/* SPDX-License-Identifier: LGPL-2.1-or-later
 *
 * One queue, one owner: a second process uses the engine of the first one, and takes its place when
 * that is gone. For a server that is registered in process. */
#include "harness/com_callback.h"
#include "host_process.h"

#include <stdio.h>
#include <string.h>

#define SIZE    300000
#define WAIT_MS 20000

static struct origin *origin;

static HRESULT create_manager_here(IBackgroundCopyManager **manager)
{
    return CoCreateInstance(&CLSID_BackgroundCopyManager, NULL, CLSCTX_INPROC_SERVER,
                            &IID_IBackgroundCopyManager, (void **)manager);
}

/* ---- the first process ---- */

static void be_owner(void)
{
    IBackgroundCopyJob *job = create_job(L"of the owner", BG_JOB_TYPE_DOWNLOAD);

    ok(!is_remote(com_manager()), "The first process has got a proxy.\n");
    host_is_ready();
    host_wait_for_end();
    end_job(job);
}

/* ---- the second one ---- */

static bool finds_job(IBackgroundCopyManager *manager, const WCHAR *wanted)
{
    IEnumBackgroundCopyJobs *jobs;
    IBackgroundCopyJob *job;
    bool is_found = false;
    WCHAR *name;

    if (FAILED(IBackgroundCopyManager_EnumJobs(manager, 0, &jobs))) return false;
    while (IEnumBackgroundCopyJobs_Next(jobs, 1, &job, NULL) == S_OK)
    {
        if (SUCCEEDED(IBackgroundCopyJob_GetDisplayName(job, &name)))
        {
            if (!lstrcmpW(name, wanted)) is_found = true;
            CoTaskMemFree(name);
        }
        IBackgroundCopyJob_Release(job);
    }
    IEnumBackgroundCopyJobs_Release(jobs);
    return is_found;
}

static void download(IBackgroundCopyManager *manager, const WCHAR *name)
{
    struct test_callback *callback = test_callback_create(CALLBACK_1);
    WCHAR url[URL_MAX], path[MAX_PATH];
    IBackgroundCopyJob *job;
    HRESULT hr;
    GUID id;

    hr = IBackgroundCopyManager_CreateJob(manager, name, BG_JOB_TYPE_DOWNLOAD, &id, &job);
    ok(hr == S_OK, "Got hr %#lx.\n", hr);
    if (FAILED(hr)) return;
    hr = IBackgroundCopyJob_AddFile(job, origin_wurl(origin, "/file", url), temp_path(name, path));
    ok(hr == S_OK, "Got hr %#lx.\n", hr);
    job_set_callback(job, callback, BG_NOTIFY_JOB_TRANSFERRED);
    hr = IBackgroundCopyJob_Resume(job);
    ok(hr == S_OK, "Got hr %#lx.\n", hr);
    ok(test_callback_wait(callback, CALLBACK_JOB_TRANSFERRED, 1, WAIT_MS), "Not called.\n");
    hr = IBackgroundCopyJob_Complete(job);
    ok(hr == S_OK, "Got hr %#lx.\n", hr);
    verify_file(path, SIZE, 1);
    DeleteFileW(path);
    IBackgroundCopyJob_Release(job);
    test_callback_release(callback);
}

static void test_second_process(void)
{
    IBackgroundCopyManager *manager;
    struct host_process host;
    HRESULT hr;

    shows("GEN-8");
    if (!host_start(&host, "owner", "")) return;
    hr = create_manager_here(&manager);
    ok(hr == S_OK, "Got hr %#lx.\n", hr);
    if (SUCCEEDED(hr))
    {
        ok(is_remote(manager), "There is a second engine.\n");
        ok(finds_job(manager, L"of the owner"), "The owner's job is not seen.\n");
        download(manager, L"second");
        IBackgroundCopyManager_Release(manager);
    }
    host_end(&host);
}

/* Another process can go on at once, whatever the owner was doing. */
static void test_owner_dies(void)
{
    IBackgroundCopyManager *manager, *other;
    struct host_process host;
    HRESULT hr;

    if (!host_start(&host, "owner", "")) return;
    hr = create_manager_here(&manager);
    ok(hr == S_OK, "Got hr %#lx.\n", hr);
    host_kill(&host);
    if (FAILED(hr)) return;
    ok(!finds_job(manager, L"of the owner"), "A dead process answers.\n");

    hr = create_manager_here(&other);
    ok(hr == S_OK, "Got hr %#lx.\n", hr);
    if (SUCCEEDED(hr))
    {
        ok(!is_remote(other), "There is no new owner.\n");
        download(other, L"after");
        IBackgroundCopyManager_Release(other);
    }
    IBackgroundCopyManager_Release(manager);
}

START_TEST(owner)
{
    const char *argument, *role = host_role(&argument);

    com_start(COINIT_MULTITHREADED);
    if (role)
        be_owner();
    else if (!target_is_ours())
        win_skip("No server of ours is registered.\n");
    else
    {
        origin = origin_start(NULL);
        origin_add(origin, "/file", &(struct origin_file){.size = SIZE, .version = 1});
        RUN_TEST(test_second_process);
        RUN_TEST(test_owner_dies);
        origin_destroy(origin);
    }
    com_stop();
}
