/* SPDX-License-Identifier: LGPL-2.1-or-later
 *
 * One queue, one owner: a second process uses the engine of the first one, and takes its place when
 * that is gone (row A11 of the faults). For a server that is registered in process. */
#include "harness/com_callback.h"
#include "host_process.h"

#include <stdio.h>
#include <string.h>

#define SIZE      300000
#define WAIT_MS   20000
#define PROMPT_MS 10000 /* two transfers and what clients are told of them */

static struct origin *origin;

static HRESULT create_manager_here(IBackgroundCopyManager **manager)
{
    return CoCreateInstance(&CLSID_BackgroundCopyManager, NULL, CLSCTX_INPROC_SERVER,
                            &IID_IBackgroundCopyManager, (void **)manager);
}

/* The same for both processes. */
static WCHAR *path_of_owner(WCHAR path[MAX_PATH])
{
    *path = 0;
    GetTempPathW(MAX_PATH - 20, path);
    return lstrcatW(path, L"openbits-owner");
}

/* ---- the first process ---- */

static void be_owner(const char *url)
{
    IBackgroundCopyJob *job = create_job(L"of the owner", BG_JOB_TYPE_DOWNLOAD);
    WCHAR wide[URL_MAX], path[MAX_PATH];
    HRESULT hr;

    ok(!is_remote(com_manager()), "The first process has got a proxy.\n");
    if (*url)
    {
        MultiByteToWideChar(CP_ACP, 0, url, -1, wide, URL_MAX);
        hr = IBackgroundCopyJob_AddFile(job, wide, path_of_owner(path));
        ok(hr == S_OK, "Got hr %#lx.\n", hr);
        hr = IBackgroundCopyJob_Resume(job);
        ok(hr == S_OK, "Got hr %#lx.\n", hr);
    }
    host_is_ready();
    host_wait_for_end();
    end_job(job);
}

/* ---- a client of the second one ---- */

#define LEFT 4

static const struct left
{
    const WCHAR *name;
    const char *path;
    bool is_resumed;
    BG_JOB_STATE state;
} left[LEFT] = {
    {L"left suspended", "/file", false, BG_JOB_STATE_SUSPENDED},
    {L"left running", "/left", true, BG_JOB_STATE_TRANSFERRING},
    {L"left done", "/file", true, BG_JOB_STATE_TRANSFERRED},
    {L"left failed", "/missing", true, BG_JOB_STATE_ERROR},
};

static WCHAR *path_of_left(unsigned int index, WCHAR path[MAX_PATH])
{
    *path = 0;
    GetTempPathW(MAX_PATH - 30, path);
    return lstrcatW(lstrcatW(path, L"openbits-"), left[index].name);
}

/* Dies with a job in each state, and with everything that it holds of them. */
static void be_client(const char *server)
{
    WCHAR url[URL_MAX], path[MAX_PATH];
    IEnumBackgroundCopyJobs *jobs;
    IBackgroundCopyJob *job;
    HRESULT hr;

    ok(is_remote(com_manager()), "The client has an engine of its own.\n");
    for (unsigned int i = 0; i < LEFT; i++)
    {
        job = create_job(left[i].name, BG_JOB_TYPE_DOWNLOAD);
        IBackgroundCopyJob_SetPriority(job, BG_JOB_PRIORITY_FOREGROUND);
        swprintf(url, ARRAY_SIZE(url), L"%hs%hs", server, left[i].path);
        hr = IBackgroundCopyJob_AddFile(job, url, path_of_left(i, path));
        ok(hr == S_OK, "Got hr %#lx.\n", hr);
        job_set_callback(job, test_callback_create(CALLBACK_1),
                         BG_NOTIFY_JOB_TRANSFERRED | BG_NOTIFY_JOB_ERROR |
                             BG_NOTIFY_JOB_MODIFICATION);
        if (!left[i].is_resumed) continue;
        hr = IBackgroundCopyJob_Resume(job);
        ok(hr == S_OK, "Got hr %#lx.\n", hr);
        wait_for_state(job, STATE_BIT(left[i].state), WAIT_MS);
    }
    hr = IBackgroundCopyManager_EnumJobs(com_manager(), 0, &jobs);
    ok(hr == S_OK, "Got hr %#lx.\n", hr);
    host_is_ready();
    host_wait_for_end();
}

/* ---- the second one ---- */

static bool has_name(IBackgroundCopyJob *job, const WCHAR *wanted)
{
    bool is_same;
    WCHAR *name;

    if (FAILED(IBackgroundCopyJob_GetDisplayName(job, &name))) return false;
    is_same = !lstrcmpW(name, wanted);
    CoTaskMemFree(name);
    return is_same;
}

static IBackgroundCopyJob *find_job(IBackgroundCopyManager *manager, const WCHAR *wanted)
{
    IBackgroundCopyJob *job, *found = NULL;
    IEnumBackgroundCopyJobs *jobs;

    if (FAILED(IBackgroundCopyManager_EnumJobs(manager, 0, &jobs))) return NULL;
    while (!found && IEnumBackgroundCopyJobs_Next(jobs, 1, &job, NULL) == S_OK)
    {
        if (has_name(job, wanted))
            found = job;
        else
            IBackgroundCopyJob_Release(job);
    }
    IEnumBackgroundCopyJobs_Release(jobs);
    return found;
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
    IBackgroundCopyJob *job;
    HRESULT hr;

    shows("GEN-8");
    if (!host_start(&host, "owner", "")) return;
    hr = create_manager_here(&manager);
    ok(hr == S_OK, "Got hr %#lx.\n", hr);
    if (SUCCEEDED(hr))
    {
        ok(is_remote(manager), "There is a second engine.\n");
        job = find_job(manager, L"of the owner");
        ok(job != NULL, "The owner's job is not seen.\n");
        if (job) IBackgroundCopyJob_Release(job);
        download(manager, L"second");
        IBackgroundCopyManager_Release(manager);
    }
    host_end(&host);
}

static void finish(IBackgroundCopyManager *manager)
{
    IBackgroundCopyJob *job = find_job(manager, L"of the owner");
    WCHAR path[MAX_PATH];
    HRESULT hr;

    ok(job != NULL, "The job has gone with its owner.\n");
    if (!job) return;
    wait_for_state(job, TRANSFERRED, WAIT_MS);
    hr = IBackgroundCopyJob_Complete(job);
    ok(hr == S_OK, "Got hr %#lx.\n", hr);
    verify_file(path_of_owner(path), SIZE, 1);
    DeleteFileW(path);
    IBackgroundCopyJob_Release(job);
}

/* Another process can go on at once, whatever the owner was doing, and does what that left. */
static void test_owner_dies(void)
{
    IBackgroundCopyManager *manager, *other;
    struct host_process host;
    char url[URL_MAX];
    HRESULT hr;

    origin_add(origin, "/owner", &(struct origin_file){.size = SIZE, .version = 1});
    origin_hold_after(origin, "/owner", SIZE / 2);
    origin_url(origin, "/owner", url, sizeof(url));
    if (!host_start(&host, "owner", url)) return;
    hr = create_manager_here(&manager);
    ok(hr == S_OK, "Got hr %#lx.\n", hr);
    ok(origin_wait_held(origin, "/owner", WAIT_MS), "It is not asked for.\n");
    host_kill(&host);
    origin_release(origin, "/owner");
    if (FAILED(hr)) return;
    ok(!find_job(manager, L"of the owner"), "A dead process answers.\n");

    hr = create_manager_here(&other);
    ok(hr == S_OK, "Got hr %#lx.\n", hr);
    if (SUCCEEDED(hr))
    {
        ok(!is_remote(other), "There is no new owner.\n");
        finish(other);
        download(other, L"after");
        IBackgroundCopyManager_Release(other);
    }
    IBackgroundCopyManager_Release(manager);
}

static void take_over(IBackgroundCopyManager *manager, unsigned int index)
{
    IBackgroundCopyJob *job = find_job(manager, left[index].name);
    WCHAR path[MAX_PATH];
    HRESULT hr;

    winetest_push_context("%s", wine_dbgstr_w(left[index].name));
    ok(job != NULL, "It has gone with its client.\n");
    if (job)
    {
        BG_JOB_STATE state = job_state(job);

        ok(state == left[index].state, "Got %s.\n", state_name(state));
        origin_release(origin, left[index].path);
        if (state == BG_JOB_STATE_ERROR)
            hr = IBackgroundCopyJob_Cancel(job);
        else
        {
            if (state == BG_JOB_STATE_SUSPENDED) IBackgroundCopyJob_Resume(job);
            wait_for_state(job, TRANSFERRED, WAIT_MS);
            hr = IBackgroundCopyJob_Complete(job);
            verify_file(path_of_left(index, path), SIZE, 1);
            DeleteFileW(path);
        }
        ok(hr == S_OK, "Got hr %#lx.\n", hr);
        IBackgroundCopyJob_Release(job);
    }
    winetest_pop_context();
}

/* Its jobs stay as they are, and nobody else waits for the objects that it had. */
static void test_client_dies(void)
{
    IBackgroundCopyManager *manager;
    struct host_process host;
    char url[URL_MAX];
    HRESULT hr;

    withstands("A15");
    origin_add(origin, "/left", &(struct origin_file){.size = SIZE, .version = 1});
    origin_hold_after(origin, "/left", SIZE / 2);
    hr = create_manager_here(&manager);
    ok(hr == S_OK && !is_remote(manager), "Got hr %#lx, or another's engine.\n", hr);
    if (FAILED(hr)) return;
    if (host_start(&host, "client", origin_url(origin, "", url, sizeof(url))))
    {
        host_kill(&host);
        for (unsigned int i = 0; i < LEFT; i++)
        {
            uint64_t begin = test_ticks(), took;

            take_over(manager, i);
            download(manager, L"beside");
            took = test_ticks() - begin;
            ok(took < PROMPT_MS, "It took %u ms.\n", (unsigned int)took);
        }
    }
    IBackgroundCopyManager_Release(manager);
}

START_TEST(owner)
{
    const char *argument, *role = host_role(&argument);

    com_start(COINIT_MULTITHREADED);
    if (role && !strcmp(role, "client"))
        be_client(argument);
    else if (role)
        be_owner(argument);
    else if (!target_is_ours())
        win_skip("No server of ours is registered.\n");
    else
    {
        origin = origin_start(NULL);
        origin_add(origin, "/file", &(struct origin_file){.size = SIZE, .version = 1});
        RUN_TEST(test_second_process);
        RUN_TEST(test_owner_dies);
        RUN_TEST(test_client_dies);
        origin_destroy(origin);
    }
    com_stop();
}
