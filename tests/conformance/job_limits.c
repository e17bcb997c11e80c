/* SPDX-License-Identifier: LGPL-2.1-or-later
 *
 * How many jobs and files a user may have, and who is exempt. */
#include "download_fixture.h"

#include <stdio.h>
#include <wchar.h>

#define JOBS_PER_USER    60
#define JOBS_PER_MACHINE 300
#define FILES_PER_JOB    200

#define JOBS_MAX (JOBS_PER_MACHINE + 10)

static IBackgroundCopyJob *jobs[JOBS_MAX];
static unsigned int job_count;

static HRESULT try_create(void)
{
    IBackgroundCopyJob *job = NULL;
    HRESULT hr;
    GUID id;

    hr =
        IBackgroundCopyManager_CreateJob(com_manager(), L"limits", BG_JOB_TYPE_DOWNLOAD, &id, &job);
    if (FAILED(hr)) ok(!job, "Got %p.\n", job);
    if (hr == S_OK && job_count < JOBS_MAX) jobs[job_count++] = job;
    return hr;
}

/* Up to this number of jobs in all. */
static void create_jobs(unsigned int count)
{
    while (job_count < count)
    {
        HRESULT hr = try_create();

        ok(hr == S_OK, "Job %u: got hr %#lx.\n", job_count + 1, hr);
        if (hr != S_OK) return;
    }
}

static void end_jobs(void)
{
    while (job_count)
        end_job(jobs[--job_count]);
}

static bool is_created(void *ctx)
{
    (void)ctx;
    return try_create() == S_OK;
}

static bool is_refused(void *ctx)
{
    HRESULT hr = try_create();

    if (hr == S_OK) end_job(jobs[--job_count]);
    return hr == *(HRESULT *)ctx;
}

static void test_jobs_per_user(void)
{
    HRESULT hr;

    shows("MGR-CJ-12");
    if (!become_ordinary_user()) return;
    create_jobs(JOBS_PER_USER);
    hr = try_create();
    ok(hr == BG_E_TOO_MANY_JOBS_PER_USER, "Got hr %#lx.\n", hr);

    /* A job that has ended makes room. */
    end_job(jobs[--job_count]);
    create_jobs(JOBS_PER_USER);
    hr = try_create();
    ok(hr == BG_E_TOO_MANY_JOBS_PER_USER, "Got hr %#lx.\n", hr);
    become_oneself();
    end_jobs();
}

static void test_administrator(void)
{
    shows("MGR-CJ-13");
    create_jobs(JOBS_PER_USER + 5);
    end_jobs();
}

static void test_jobs_per_machine(void)
{
    HRESULT hr;

    shows("MGR-CJ-11");
    if (!policy_set(L"MaxJobsPerUser", JOBS_MAX))
    {
        skip("The policies cannot be written.\n");
        return;
    }
    if (!become_ordinary_user()) return;
    create_jobs(JOBS_PER_USER);
    ok(com_wait_for(is_created, NULL, SOON), "The policy is not in force.\n");
    create_jobs(JOBS_PER_MACHINE);
    hr = try_create();
    ok(hr == BG_E_TOO_MANY_JOBS_PER_MACHINE, "Got hr %#lx.\n", hr);
    become_oneself();
    end_jobs();
    policy_delete(L"MaxJobsPerUser");
}

static void test_policies(void)
{
    HRESULT per_user = BG_E_TOO_MANY_JOBS_PER_USER, per_machine = BG_E_TOO_MANY_JOBS_PER_MACHINE;

    shows("MGR-CJ-14");
    if (!policy_set(L"MaxJobsPerUser", 3))
    {
        skip("The policies cannot be written.\n");
        return;
    }
    if (!become_ordinary_user()) return;
    create_jobs(3);
    ok(com_wait_for(is_refused, &per_user, SOON), "MaxJobsPerUser is not in force.\n");
    become_oneself();

    ok(policy_set(L"MaxJobsPerUser", 100), "Could not set it.\n");
    ok(policy_set(L"MaxJobsPerMachine", 5), "Could not set it.\n");
    if (!become_ordinary_user()) return;
    ok(com_wait_for(is_created, NULL, SOON), "MaxJobsPerUser is not in force.\n");
    ok(job_count == 4, "Got %u jobs.\n", job_count);
    create_jobs(5);
    ok(com_wait_for(is_refused, &per_machine, SOON), "MaxJobsPerMachine is not in force.\n");
    become_oneself();
    end_jobs();
    policy_delete(L"MaxJobsPerUser");
    policy_delete(L"MaxJobsPerMachine");
}

/* ---- files ---- */

static HRESULT add_files(IBackgroundCopyJob *job, unsigned int first, unsigned int count)
{
    static WCHAR remote[FILES_PER_JOB + 1][64], local[FILES_PER_JOB + 1][MAX_PATH];
    BG_FILE_INFO set[FILES_PER_JOB + 1];

    for (unsigned int i = 0; i < count; i++)
    {
        WCHAR name[32];

        swprintf(remote[i], ARRAY_SIZE(remote[i]), L"http://127.0.0.1/%u", first + i);
        swprintf(name, ARRAY_SIZE(name), L"limit%u", first + i);
        set[i].RemoteName = remote[i];
        set[i].LocalName = temp_path(name, local[i]);
    }
    if (count == 1) return IBackgroundCopyJob_AddFile(job, remote[0], local[0]);
    return IBackgroundCopyJob_AddFileSet(job, count, set);
}

static void test_files_per_job(void)
{
    IBackgroundCopyJob *job = create_job(L"full", BG_JOB_TYPE_DOWNLOAD);
    HRESULT hr;

    shows("JOB-AF-3");
    shows("JOB-AFS-4");
    /* The administrator's job first: exempt, one by one and by the set. */
    hr = add_files(job, 0, FILES_PER_JOB);
    ok(hr == S_OK, "Got hr %#lx.\n", hr);
    hr = add_files(job, FILES_PER_JOB, 1);
    ok(hr == S_OK, "Got hr %#lx.\n", hr);
    hr = add_files(job, FILES_PER_JOB + 1, 2);
    ok(hr == S_OK, "Got hr %#lx.\n", hr);
    end_job(job);

    if (!become_ordinary_user()) return;
    job = create_job(L"full", BG_JOB_TYPE_DOWNLOAD);
    hr = add_files(job, 0, FILES_PER_JOB + 1);
    ok(hr == BG_E_TOO_MANY_FILES_IN_JOB, "Got hr %#lx.\n", hr);
    ok(!file_count(job), "Got %lu files.\n", file_count(job));
    hr = add_files(job, 0, FILES_PER_JOB);
    ok(hr == S_OK, "Got hr %#lx.\n", hr);
    hr = add_files(job, FILES_PER_JOB, 1);
    ok(hr == BG_E_TOO_MANY_FILES_IN_JOB, "Got hr %#lx.\n", hr);
    hr = add_files(job, FILES_PER_JOB, 2);
    ok(hr == BG_E_TOO_MANY_FILES_IN_JOB, "Got hr %#lx.\n", hr);
    ok(file_count(job) == FILES_PER_JOB, "Got %lu files.\n", file_count(job));
    become_oneself();
    end_job(job);
}

START_TEST(job_limits)
{
    downloads_start();
    RUN_TEST(test_jobs_per_user);
    RUN_TEST(test_administrator);
    RUN_TEST(test_jobs_per_machine);
    RUN_TEST(test_policies);
    RUN_TEST(test_files_per_job);
    downloads_stop();
}
