/* SPDX-License-Identifier: LGPL-2.1-or-later
 *
 * IBackgroundCopyJob::Complete: what is there before and after it, in part too, and what happens
 * when a file cannot get its name. */
#include "download_fixture.h"
#include "job_states.h"

#include <aclapi.h>

#define OLD_SIZE    123
#define OLD_VERSION 9

static void complete_(int line, IBackgroundCopyJob *job, HRESULT expected)
{
    HRESULT hr = IBackgroundCopyJob_Complete(job);

    ok_(__FILE__, line)(hr == expected, "Got hr %#lx.\n", hr);
    ok_(__FILE__, line)(job_state(job) == BG_JOB_STATE_ACKNOWLEDGED, "Got state %s.\n",
                        state_name(job_state(job)));
    ok_(__FILE__, line)(!is_in_queue(job), "It is still in the queue.\n");
}
#define complete(job, expected) complete_(__LINE__, job, expected)

/* A job with three files, of which the second one stands still in the middle. */
static IBackgroundCopyJob *start_three(const char *second, const WCHAR *const names[3])
{
    IBackgroundCopyJob *job = create_download("/small", names[0]);

    origin_add(origin, second, &(struct origin_file){.size = 2 * MIB});
    origin_hold_after(origin, second, MIB);
    job_add(job, origin, second, names[1]);
    job_add(job, origin, "/small", names[2]);
    resume(job);
    ok(origin_wait_held(origin, second, SOON), "It is not asked for.\n");
    ok(wait_for_bytes(job, SMALL + 1, SOON), "Nothing of it is there.\n");
    return job;
}

static bool is_completed(IBackgroundCopyJob *job, ULONG index)
{
    BG_FILE_PROGRESS progress;

    file_progress(job, index, &progress);
    return progress.Completed;
}

/* ---- the whole job ---- */

static void test_Complete(void)
{
    unsigned int files = temp_file_count();
    IBackgroundCopyJob *job;
    WCHAR fresh[MAX_PATH], old[MAX_PATH];
    HRESULT hr;

    shows("JOB-COM-1");
    shows("JOB-COM-2");
    shows("JOB-COM-5");
    shows("JOB-COM-10");
    ok(write_file(temp_path(L"old", old), OLD_SIZE, OLD_VERSION), "Could not write.\n");
    job = create_download("/small", L"fresh");
    job_add(job, origin, "/small", L"old");
    resume(job);
    wait_for_state(job, TRANSFERRED, SOON);
    ok(!file_exists(temp_path(L"fresh", fresh)), "The file is there already.\n");
    verify_file(old, OLD_SIZE, OLD_VERSION);

    complete(job, S_OK);
    verify_file(fresh, SMALL, 0);
    verify_file(old, SMALL, 0);
    ok(temp_file_count() == files + 2, "There are %u files, not %u.\n", temp_file_count(),
       files + 2);
    hr = IBackgroundCopyJob_Complete(job);
    ok(hr == BG_E_INVALID_STATE, "Got hr %#lx.\n", hr);
    IBackgroundCopyJob_Release(job);
    DeleteFileW(fresh);
    DeleteFileW(old);
}

/* The file that a client made itself has the owner that its files have. */
static PSID owner_of(const WCHAR *name, PSECURITY_DESCRIPTOR *descriptor)
{
    PSID owner = NULL;
    DWORD error = GetNamedSecurityInfoW((WCHAR *)name, SE_FILE_OBJECT, OWNER_SECURITY_INFORMATION,
                                        &owner, NULL, NULL, NULL, descriptor);

    ok(!error, "%s: got error %lu.\n", wine_dbgstr_w(name), error);
    return owner;
}

static void test_owner(void)
{
    IBackgroundCopyJob *job = transfer("/small", L"owned");
    PSECURITY_DESCRIPTOR descriptor = NULL, own_descriptor = NULL;
    WCHAR local[MAX_PATH], own[MAX_PATH];
    PSID owner, self;

    shows("JOB-COM-11");
    complete(job, S_OK);
    IBackgroundCopyJob_Release(job);
    ok(write_file(temp_path(L"own", own), 1, 1), "Could not write.\n");
    owner = owner_of(temp_path(L"owned", local), &descriptor);
    self = owner_of(own, &own_descriptor);
    ok(owner && self && EqualSid(owner, self), "Another owner.\n");
    LocalFree(descriptor);
    LocalFree(own_descriptor);
    DeleteFileW(local);
    DeleteFileW(own);
}

static BOOL validation_state(IBackgroundCopyJob *job)
{
    IBackgroundCopyFile *file = file_at(job, 0);
    IBackgroundCopyFile3 *file3;
    BOOL state = 0xdeadbeef;
    HRESULT hr;

    if (!file) return state;
    hr = IBackgroundCopyFile_QueryInterface(file, &IID_IBackgroundCopyFile3, (void **)&file3);
    ok(hr == S_OK, "Got hr %#lx.\n", hr);
    IBackgroundCopyFile_Release(file);
    if (hr != S_OK) return state;
    hr = IBackgroundCopyFile3_GetValidationState(file3, &state);
    ok(hr == S_OK, "Got hr %#lx.\n", hr);
    IBackgroundCopyFile3_Release(file3);
    return state;
}

static void test_validation(void)
{
    IBackgroundCopyJob *job = transfer("/small", L"valid");
    WCHAR local[MAX_PATH];

    shows("JOB-COM-12");
    ok(!validation_state(job), "It is valid before.\n");
    complete(job, S_OK);
    ok(validation_state(job) == TRUE, "It is not valid.\n");
    IBackgroundCopyJob_Release(job);
    DeleteFileW(temp_path(L"valid", local));
}

/* ---- a part of it ---- */

static void test_partial(void)
{
    static const WCHAR *const names[] = {L"part1", L"part2", L"part3"};
    unsigned int files = temp_file_count();
    IBackgroundCopyJob *job = start_three("/partial", names);
    WCHAR local[MAX_PATH];
    HRESULT hr;

    shows("JOB-COM-3");
    shows("JOB-COM-10");
    complete(job, BG_S_PARTIAL_COMPLETE);
    ok(!file_exists(temp_path(names[1], local)), "The second file is there.\n");
    ok(!file_exists(temp_path(names[2], local)), "The third file is there.\n");
    verify_file(temp_path(names[0], local), SMALL, 0);
    ok(temp_file_count() == files + 1, "There are %u files, not %u.\n", temp_file_count(),
       files + 1);
    ok(is_completed(job, 0), "The first file is not completed.\n");
    ok(!is_completed(job, 1), "The second file is completed.\n");
    hr = IBackgroundCopyJob_Complete(job);
    ok(hr == BG_E_INVALID_STATE, "Got hr %#lx.\n", hr);
    IBackgroundCopyJob_Release(job);
    origin_release(origin, "/partial");
    DeleteFileW(local);
}

/* With one file, of which nothing is there, in each state before the end. */
static void test_partial_states(void)
{
    for (unsigned int i = 0; i < STATE_COUNT; i++)
    {
        BG_JOB_STATE state = (BG_JOB_STATE)i;
        struct state_job s;
        WCHAR local[MAX_PATH];
        HRESULT hr;

        if (is_final_state(state) || state == BG_JOB_STATE_TRANSFERRED) continue;
        winetest_push_context("%s", state_name(state));
        state_job_start(&s, state);
        hr = IBackgroundCopyJob_Complete(s.job);
        ok(hr == BG_S_PARTIAL_COMPLETE, "Got hr %#lx.\n", hr);
        ok(job_state(s.job) == BG_JOB_STATE_ACKNOWLEDGED, "Got state %s.\n",
           state_name(job_state(s.job)));
        ok(!is_in_queue(s.job), "It is still in the queue.\n");
        ok(!file_exists(temp_path(L"state", local)), "There is a file.\n");
        state_job_end(&s);
        winetest_pop_context();
    }
}

static void test_partial_open_file(void)
{
    static const WCHAR *const names[] = {L"open1", L"open2", L"open3"};
    IBackgroundCopyJob *job = start_three("/open", names);
    WCHAR name[MAX_PATH], local[MAX_PATH];
    HANDLE file;

    shows("JOB-COM-7");
    temporary_name(job, 1, name);
    file = CreateFileW(name, GENERIC_READ, FILE_SHARE_READ | FILE_SHARE_WRITE, NULL, OPEN_EXISTING,
                       0, NULL);
    ok(file != INVALID_HANDLE_VALUE, "Got error %lu.\n", GetLastError());
    complete(job, BG_S_UNABLE_TO_DELETE_FILES);
    verify_file(temp_path(names[0], local), SMALL, 0);
    CloseHandle(file);
    DeleteFileW(name);
    DeleteFileW(local);
    IBackgroundCopyJob_Release(job);
    origin_release(origin, "/open");
}

static void test_upload(void)
{
    static const BG_JOB_TYPE types[] = {BG_JOB_TYPE_UPLOAD, BG_JOB_TYPE_UPLOAD_REPLY};
    WCHAR local[MAX_PATH];

    shows("JOB-COM-4");
    ok(write_file(temp_path(L"upload", local), 10, 1), "Could not write.\n");
    for (unsigned int i = 0; i < ARRAY_SIZE(types); i++)
    {
        IBackgroundCopyJob *job = create_job(L"upload", types[i]);
        HRESULT hr;

        job_add(job, origin, "/upload", L"upload");
        hr = IBackgroundCopyJob_Complete(job);
        ok(hr == BG_E_INVALID_STATE, "Type %u: got hr %#lx.\n", types[i], hr);
        ok(job_state(job) == BG_JOB_STATE_SUSPENDED, "Got state %s.\n", state_name(job_state(job)));
        ok(is_in_queue(job), "It has left the queue.\n");
        end_job(job);
    }
    verify_file(local, 10, 1);
    DeleteFileW(local);
}

/* ---- names that cannot be had ---- */

static IBackgroundCopyJob *transfer_three(const WCHAR *const names[3])
{
    IBackgroundCopyJob *job = create_download("/small", names[0]);

    job_add(job, origin, "/small", names[1]);
    job_add(job, origin, "/small", names[2]);
    resume(job);
    wait_for_state(job, TRANSFERRED, SOON);
    return job;
}

static void check_not_completed(IBackgroundCopyJob *job, const WCHAR *const names[3])
{
    WCHAR local[MAX_PATH];
    HRESULT hr = IBackgroundCopyJob_Complete(job);

    ok(FAILED(hr) && hr != BG_E_INVALID_STATE, "Got hr %#lx.\n", hr);
    ok(job_state(job) == BG_JOB_STATE_TRANSFERRED, "Got state %s.\n", state_name(job_state(job)));
    ok(is_in_queue(job), "It has left the queue.\n");
    verify_file(temp_path(names[0], local), SMALL, 0);
    ok(is_completed(job, 0), "The first file is not completed.\n");
    ok(!is_completed(job, 1), "The second file is completed.\n");
}

static void check_all_there(const WCHAR *const names[3])
{
    WCHAR local[MAX_PATH];

    for (unsigned int i = 0; i < 3; i++)
    {
        verify_file(temp_path(names[i], local), SMALL, 0);
        DeleteFileW(local);
    }
}

static void test_directory_in_the_way(void)
{
    static const WCHAR *const names[] = {L"way1", L"way2", L"way3"};
    IBackgroundCopyJob *job = transfer_three(names);
    WCHAR local[MAX_PATH];

    shows("JOB-COM-8");
    shows("JOB-COM-9");
    ok(CreateDirectoryW(temp_path(names[1], local), NULL), "Got error %lu.\n", GetLastError());
    check_not_completed(job, names);
    check_not_completed(job, names);
    ok(RemoveDirectoryW(local), "Got error %lu.\n", GetLastError());
    complete(job, S_OK);
    check_all_there(names);
    IBackgroundCopyJob_Release(job);
}

static void test_open_destination(void)
{
    static const WCHAR *const names[] = {L"shut1", L"shut2", L"shut3"};
    IBackgroundCopyJob *job = transfer_three(names);
    WCHAR local[MAX_PATH];
    HANDLE file;

    shows("JOB-COM-8");
    shows("JOB-COM-9");
    ok(write_file(temp_path(names[1], local), OLD_SIZE, OLD_VERSION), "Could not write.\n");
    file = CreateFileW(local, GENERIC_READ, 0, NULL, OPEN_EXISTING, 0, NULL);
    ok(file != INVALID_HANDLE_VALUE, "Got error %lu.\n", GetLastError());
    check_not_completed(job, names);
    CloseHandle(file);
    verify_file(local, OLD_SIZE, OLD_VERSION);
    complete(job, S_OK);
    check_all_there(names);
    IBackgroundCopyJob_Release(job);
}

static void test_Cancel_after_failure(void)
{
    static const WCHAR *const names[] = {L"back1", L"back2", L"back3"};
    unsigned int files = temp_file_count();
    IBackgroundCopyJob *job = transfer_three(names);
    WCHAR local[MAX_PATH];
    HRESULT hr;

    shows("JOB-COM-9");
    ok(CreateDirectoryW(temp_path(names[1], local), NULL), "Got error %lu.\n", GetLastError());
    check_not_completed(job, names);
    RemoveDirectoryW(local);
    hr = IBackgroundCopyJob_Cancel(job);
    ok(hr == S_OK, "Got hr %#lx.\n", hr);
    ok(job_state(job) == BG_JOB_STATE_CANCELLED, "Got state %s.\n", state_name(job_state(job)));
    ok(!is_in_queue(job), "It is still in the queue.\n");

    /* What has its name stays; the rest is gone. */
    verify_file(temp_path(names[0], local), SMALL, 0);
    ok(temp_file_count() == files + 1, "There are %u files, not %u.\n", temp_file_count(),
       files + 1);
    DeleteFileW(local);
    IBackgroundCopyJob_Release(job);
}

START_TEST(job_complete)
{
    downloads_start();
    states_start();
    RUN_TEST(test_Complete);
    RUN_TEST(test_owner);
    RUN_TEST(test_validation);
    RUN_TEST(test_partial);
    RUN_TEST(test_partial_states);
    RUN_TEST(test_partial_open_file);
    RUN_TEST(test_upload);
    RUN_TEST(test_directory_in_the_way);
    RUN_TEST(test_open_destination);
    RUN_TEST(test_Cancel_after_failure);
    states_stop();
    downloads_stop();
}
