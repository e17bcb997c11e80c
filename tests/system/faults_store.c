/* SPDX-License-Identifier: LGPL-2.1-or-later
 *
 * The queue has no place (row A10 of the faults): the engine starts, says what it cannot keep
 * instead of promising it, and keeps it as soon as there is a place. */
#include "fault_case.h"

#include "harness/engine_fixture.h"

static WCHAR folder[MAX_PATH], queue[MAX_PATH];

static HRESULT make_job(void)
{
    IBackgroundCopyJob *job = NULL;
    HRESULT hr;
    GUID id;

    hr = IBackgroundCopyManager_CreateJob(com_manager(), L"kept", BG_JOB_TYPE_DOWNLOAD, &id, &job);
    ok(!job == FAILED(hr), "Got hr %#lx and %p.\n", hr, job);
    if (job) end_job(job);
    return hr;
}

static ULONG count_jobs(void)
{
    IEnumBackgroundCopyJobs *jobs;
    ULONG count = 99;
    HRESULT hr;

    hr = IBackgroundCopyManager_EnumJobs(com_manager(), 0, &jobs);
    ok(hr == S_OK, "Got hr %#lx.\n", hr);
    if (FAILED(hr)) return count;
    IEnumBackgroundCopyJobs_GetCount(jobs, &count);
    IEnumBackgroundCopyJobs_Release(jobs);
    return count;
}

static void test_no_place(void)
{
    HRESULT hr;

    withstands("A10");
    /* A file stands where the folder should be. */
    ok(write_file(folder, 10, 1), "Could not write.\n");
    ok(!count_jobs(), "There are jobs.\n");
    hr = make_job();
    ok(FAILED(hr), "Got hr %#lx.\n", hr);
    ok(!count_jobs(), "It promised a job that it cannot keep.\n");
    verify_file(folder, 10, 1);

    DeleteFileW(folder);
    hr = make_job();
    ok(hr == S_OK || hr == HRESULT_FROM_WIN32(ERROR_PATH_NOT_FOUND), "Got hr %#lx.\n", hr);
    CreateDirectoryW(folder, NULL);
    hr = make_job();
    ok(hr == S_OK, "Got hr %#lx.\n", hr);
    ok(file_exists(queue), "The queue is not there.\n");
}

START_TEST(faults_store)
{
    struct runtime_config config = runtime_get_config();

    com_start(COINIT_MULTITHREADED);
    temp_path(L"queue", folder);
    temp_path(L"queue\\queue.db", queue);
    config.queue_file = queue;
    write_file(folder, 10, 1);
    engine_manager(&config);
    RUN_TEST(test_no_place);
    com_stop();
    engine_stop();
}
