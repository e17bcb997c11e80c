/* SPDX-License-Identifier: LGPL-2.1-or-later
 *
 * Both enumerators of bits.h: a list as it was when it was taken, with a position of its own. */
#include "harness/com_fixture.h"

#include <stdio.h>
#include <wchar.h>

#define FILES 5

static IBackgroundCopyJob *make_job(unsigned int files)
{
    IBackgroundCopyJob *job = create_job(L"enumerators", BG_JOB_TYPE_DOWNLOAD);
    WCHAR name[16], path[MAX_PATH];
    HRESULT hr;

    for (unsigned int i = 0; i < files; i++)
    {
        swprintf(name, ARRAY_SIZE(name), L"file%u", i);
        hr = IBackgroundCopyJob_AddFile(job, L"http://127.0.0.1/file", temp_path(name, path));
        ok(hr == S_OK, "Got hr %#lx.\n", hr);
    }
    return job;
}

static IEnumBackgroundCopyFiles *enum_files(IBackgroundCopyJob *job)
{
    IEnumBackgroundCopyFiles *files = NULL;
    HRESULT hr = IBackgroundCopyJob_EnumFiles(job, &files);

    ok(hr == S_OK, "Got hr %#lx.\n", hr);
    return files;
}

/* Takes the next file, which must be the one of this number, or the end for FILES. */
#define check_next(files, number) check_next_(__LINE__, files, number)
static void check_next_(int line, IEnumBackgroundCopyFiles *files, unsigned int number)
{
    IBackgroundCopyFile *file = (IBackgroundCopyFile *)0xdeadbeef;
    WCHAR expected[16], path[MAX_PATH], *name;
    ULONG fetched = 0xdeadbeef;
    HRESULT hr = IEnumBackgroundCopyFiles_Next(files, 1, &file, &fetched);

    if (number == FILES)
    {
        ok_(__FILE__, line)(hr == S_FALSE && !fetched, "Got hr %#lx, %lu files.\n", hr, fetched);
        return;
    }
    ok_(__FILE__, line)(hr == S_OK && fetched == 1, "Got hr %#lx, %lu files.\n", hr, fetched);
    if (hr != S_OK) return;
    swprintf(expected, ARRAY_SIZE(expected), L"file%u", number);
    IBackgroundCopyFile_GetLocalName(file, &name);
    ok_(__FILE__, line)(!wcscmp(name, temp_path(expected, path)), "Got %s.\n", wine_dbgstr_w(name));
    CoTaskMemFree(name);
    IBackgroundCopyFile_Release(file);
}

static void test_Next(void)
{
    IBackgroundCopyFile *list[FILES + 2];
    IBackgroundCopyJob *job = make_job(FILES);
    IEnumBackgroundCopyFiles *files = enum_files(job);
    ULONG fetched;
    HRESULT hr;

    withstands("K14");
    shows("ENU-1");
    shows("ENU-2");
    shows("ENU-3");
    for (unsigned int i = 0; i <= FILES; i++)
        check_next(files, i);

    IEnumBackgroundCopyFiles_Reset(files);
    hr = IEnumBackgroundCopyFiles_Next(files, FILES, list, &fetched);
    ok(hr == S_OK && fetched == FILES, "Got hr %#lx, %lu files.\n", hr, fetched);
    for (unsigned int i = 0; i < FILES; i++)
        IBackgroundCopyFile_Release(list[i]);

    /* More than there are: those that are there. */
    IEnumBackgroundCopyFiles_Reset(files);
    hr = IEnumBackgroundCopyFiles_Next(files, FILES + 2, list, &fetched);
    ok(hr == S_FALSE && fetched == FILES, "Got hr %#lx, %lu files.\n", hr, fetched);
    for (unsigned int i = 0; i < FILES; i++)
        IBackgroundCopyFile_Release(list[i]);

    IEnumBackgroundCopyFiles_Reset(files);
    fetched = 0xdeadbeef;
    hr = IEnumBackgroundCopyFiles_Next(files, 0, list, &fetched);
    ok(hr == S_OK && !fetched, "Got hr %#lx, %lu files.\n", hr, fetched);
    /* No proxy has the room that this asks for. */
    if (!is_remote(com_manager()))
    {
        hr = IEnumBackgroundCopyFiles_Next(files, ~0u, list, &fetched);
        ok(hr == S_FALSE && fetched == FILES, "Got hr %#lx, %lu files.\n", hr, fetched);
        for (unsigned int i = 0; i < fetched; i++)
            IBackgroundCopyFile_Release(list[i]);
        IEnumBackgroundCopyFiles_Reset(files);
    }
    hr = IEnumBackgroundCopyFiles_Next(files, 2, list, NULL);
    ok(hr == E_INVALIDARG, "Got hr %#lx.\n", hr);
    hr = IEnumBackgroundCopyFiles_Next(files, 0, list, NULL);
    ok(hr == E_INVALIDARG, "Got hr %#lx.\n", hr);
    check_next(files, 0);
    hr = IEnumBackgroundCopyFiles_Next(files, 1, list, NULL);
    ok(hr == S_OK, "Got hr %#lx.\n", hr);
    IBackgroundCopyFile_Release(list[0]);
    check_next(files, 2);
    IEnumBackgroundCopyFiles_Release(files);
    end_job(job);
}

static void test_Skip_and_Reset(void)
{
    IBackgroundCopyJob *job = make_job(FILES);
    IEnumBackgroundCopyFiles *files = enum_files(job);
    HRESULT hr;

    withstands("K14");
    shows("ENU-4");
    shows("ENU-5");
    shows("ENU-6");
    for (unsigned int i = 0; i < FILES; i++)
    {
        hr = IEnumBackgroundCopyFiles_Skip(files, 1);
        ok(hr == S_OK, "File %u: got hr %#lx.\n", i, hr);
    }
    hr = IEnumBackgroundCopyFiles_Skip(files, 1);
    ok(hr == S_FALSE, "Got hr %#lx.\n", hr);
    hr = IEnumBackgroundCopyFiles_Skip(files, 0);
    ok(hr == S_OK, "Got hr %#lx.\n", hr);

    hr = IEnumBackgroundCopyFiles_Reset(files);
    ok(hr == S_OK, "Got hr %#lx.\n", hr);
    check_next(files, 0);
    hr = IEnumBackgroundCopyFiles_Skip(files, 2);
    ok(hr == S_OK, "Got hr %#lx.\n", hr);
    check_next(files, 3);

    IEnumBackgroundCopyFiles_Reset(files);
    hr = IEnumBackgroundCopyFiles_Skip(files, FILES + 1);
    ok(hr == S_FALSE, "Got hr %#lx.\n", hr);
    check_next(files, FILES);
    IEnumBackgroundCopyFiles_Reset(files);
    hr = IEnumBackgroundCopyFiles_Skip(files, ~0u);
    ok(hr == S_FALSE, "Got hr %#lx.\n", hr);
    check_next(files, FILES);
    IEnumBackgroundCopyFiles_Release(files);
    end_job(job);
}

static void test_Clone(void)
{
    IBackgroundCopyJob *job = make_job(FILES);
    IEnumBackgroundCopyFiles *files = enum_files(job), *clone;
    HRESULT hr;

    withstands("K14");
    shows("ENU-7");
    check_next(files, 0);
    check_next(files, 1);
    hr = IEnumBackgroundCopyFiles_Clone(files, &clone);
    ok(hr == S_OK, "Got hr %#lx.\n", hr);
    check_next(clone, 2);
    check_next(clone, 3);
    check_next(files, 2);

    /* The clone lives on without the one that it was made from. */
    ok(!IEnumBackgroundCopyFiles_Release(files), "It is still held.\n");
    check_next(clone, 4);
    check_next(clone, FILES);
    ok(!IEnumBackgroundCopyFiles_Release(clone), "It is still held.\n");
    end_job(job);
}

static void test_files_of_job(void)
{
    IBackgroundCopyJob *job = make_job(FILES);
    IEnumBackgroundCopyFiles *files = enum_files(job);
    BG_JOB_PROGRESS progress;
    WCHAR path[MAX_PATH];
    ULONG count = 0;
    HRESULT hr;

    withstands("K14");
    shows("JOB-EF-1");
    shows("JOB-EF-2");
    job_progress(job, &progress);
    hr = IEnumBackgroundCopyFiles_GetCount(files, &count);
    ok(hr == S_OK && count == progress.FilesTotal && count == FILES,
       "Got hr %#lx, count %lu, total %lu.\n", hr, count, progress.FilesTotal);

    /* A file that comes later is in later lists only. */
    hr = IBackgroundCopyJob_AddFile(job, L"http://127.0.0.1/file", temp_path(L"late", path));
    ok(hr == S_OK, "Got hr %#lx.\n", hr);
    hr = IEnumBackgroundCopyFiles_GetCount(files, &count);
    ok(hr == S_OK && count == FILES, "Got hr %#lx, count %lu.\n", hr, count);
    ok(!IEnumBackgroundCopyFiles_Release(files), "It is still held.\n");

    files = enum_files(job);
    hr = IEnumBackgroundCopyFiles_GetCount(files, &count);
    ok(hr == S_OK && count == FILES + 1, "Got hr %#lx, count %lu.\n", hr, count);
    ok(!IEnumBackgroundCopyFiles_Release(files), "It is still held.\n");
    end_job(job);

    job = make_job(0);
    files = enum_files(job);
    hr = IEnumBackgroundCopyFiles_GetCount(files, &count);
    ok(hr == S_OK && !count, "Got hr %#lx, count %lu.\n", hr, count);
    check_next(files, FILES);
    IEnumBackgroundCopyFiles_Release(files);
    end_job(job);
}

/* ---- jobs ---- */

static bool has_job(IEnumBackgroundCopyJobs *jobs, const GUID *id)
{
    IBackgroundCopyJob *job;
    bool is_found = false;
    GUID found;

    IEnumBackgroundCopyJobs_Reset(jobs);
    while (IEnumBackgroundCopyJobs_Next(jobs, 1, &job, NULL) == S_OK)
    {
        IBackgroundCopyJob_GetId(job, &found);
        if (IsEqualGUID(&found, id)) is_found = true;
        IBackgroundCopyJob_Release(job);
    }
    return is_found;
}

static IEnumBackgroundCopyJobs *enum_jobs(DWORD flags)
{
    IEnumBackgroundCopyJobs *jobs = NULL;
    HRESULT hr = IBackgroundCopyManager_EnumJobs(com_manager(), flags, &jobs);

    ok(hr == S_OK, "Got hr %#lx.\n", hr);
    return jobs;
}

static void test_jobs(void)
{
    IBackgroundCopyJob *first = create_job(L"first", BG_JOB_TYPE_DOWNLOAD), *second;
    IEnumBackgroundCopyJobs *jobs = enum_jobs(0), *clone;
    ULONG count = 0, again = 0;
    GUID first_id, second_id;
    HRESULT hr;

    withstands("K3");
    withstands("K14");
    shows("ENU-8");
    shows("MGR-EJ-1");
    shows("MGR-EJ-5");
    shows("MGR-EJ-6");
    IBackgroundCopyJob_GetId(first, &first_id);
    ok(has_job(jobs, &first_id), "The job is not in the list.\n");
    hr = IEnumBackgroundCopyJobs_GetCount(jobs, &count);
    ok(hr == S_OK && count, "Got hr %#lx, count %lu.\n", hr, count);

    /* The list stays; the jobs in it are live. */
    second = create_job(L"second", BG_JOB_TYPE_DOWNLOAD);
    IBackgroundCopyJob_GetId(second, &second_id);
    hr = IEnumBackgroundCopyJobs_GetCount(jobs, &again);
    ok(hr == S_OK && again == count, "Got hr %#lx, count %lu.\n", hr, again);
    ok(!has_job(jobs, &second_id), "The new job is in the old list.\n");
    end_job(first);
    ok(has_job(jobs, &first_id), "The cancelled job has left the old list.\n");

    hr = IEnumBackgroundCopyJobs_Reset(jobs);
    ok(hr == S_OK, "Got hr %#lx.\n", hr);
    hr = IEnumBackgroundCopyJobs_Clone(jobs, &clone);
    ok(hr == S_OK, "Got hr %#lx.\n", hr);
    hr = IEnumBackgroundCopyJobs_Skip(clone, count);
    ok(hr == S_OK, "Got hr %#lx.\n", hr);
    hr = IEnumBackgroundCopyJobs_Skip(clone, 1);
    ok(hr == S_FALSE, "Got hr %#lx.\n", hr);
    ok(!IEnumBackgroundCopyJobs_Release(clone), "It is still held.\n");
    ok(!IEnumBackgroundCopyJobs_Release(jobs), "It is still held.\n");

    jobs = enum_jobs(0);
    ok(!has_job(jobs, &first_id), "The cancelled job is in the new list.\n");
    ok(has_job(jobs, &second_id), "The job is not in the new list.\n");
    IEnumBackgroundCopyJobs_Release(jobs);
    end_job(second);
}

static void test_wrong_arguments(void)
{
    IBackgroundCopyJob *job = make_job(1);
    IEnumBackgroundCopyFiles *files = enum_files(job);
    IEnumBackgroundCopyJobs *jobs = enum_jobs(0);
    ULONG fetched;
    HRESULT hr;

    if (!target_is_ours())
        win_skip("The proxy answers in its own way.\n");
    else
    {
        hr = IEnumBackgroundCopyFiles_Next(files, 1, NULL, &fetched);
        ok(hr == E_INVALIDARG && !fetched, "Got hr %#lx.\n", hr);
        hr = IEnumBackgroundCopyFiles_Clone(files, NULL);
        ok(is_null_refusal(files, hr), "Got hr %#lx.\n", hr);
        hr = IEnumBackgroundCopyFiles_GetCount(files, NULL);
        ok(is_null_refusal(files, hr), "Got hr %#lx.\n", hr);
        hr = IEnumBackgroundCopyJobs_Next(jobs, 1, NULL, &fetched);
        ok(hr == E_INVALIDARG && !fetched, "Got hr %#lx.\n", hr);
        hr = IEnumBackgroundCopyJobs_Clone(jobs, NULL);
        ok(is_null_refusal(jobs, hr), "Got hr %#lx.\n", hr);
        hr = IEnumBackgroundCopyJobs_GetCount(jobs, NULL);
        ok(is_null_refusal(jobs, hr), "Got hr %#lx.\n", hr);
        check_next(files, 0);
    }
    IEnumBackgroundCopyJobs_Release(jobs);
    IEnumBackgroundCopyFiles_Release(files);
    end_job(job);
}

START_TEST(enumerators)
{
    com_start(COINIT_MULTITHREADED);
    RUN_TEST(test_Next);
    RUN_TEST(test_Skip_and_Reset);
    RUN_TEST(test_Clone);
    RUN_TEST(test_files_of_job);
    RUN_TEST(test_jobs);
    RUN_TEST(test_wrong_arguments);
    com_stop();
}
