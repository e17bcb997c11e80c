/* SPDX-License-Identifier: LGPL-2.1-or-later
 *
 * Disks and destinations that fail (group E of the faults). The engine is linked in, so that calls
 * of the system can be made to fail below it. OPENBITS_SMALL_DISK names a folder on a disk of a few
 * MiB, if there is one. */
#include "fault_case.h"

#include <stdio.h>
#include <string.h>
#include <wchar.h>

#include "file_faults.h"
#include "harness/engine_fixture.h"
#include "harness/synthetic.h"

#define KIB 1024u
#define MIB (1024u * KIB)

#define DISK_FULL         HRESULT_FROM_WIN32(ERROR_DISK_FULL)
#define SHARING_VIOLATION HRESULT_FROM_WIN32(ERROR_SHARING_VIOLATION)
#define ACCESS_DENIED     HRESULT_FROM_WIN32(ERROR_ACCESS_DENIED)
#define NO_PATH           HRESULT_FROM_WIN32(ERROR_PATH_NOT_FOUND)
#define NO_FILE           HRESULT_FROM_WIN32(ERROR_FILE_NOT_FOUND)

static struct origin *origin;

static IBackgroundCopyJob *start_download(const char *path, const WCHAR *name, UINT64 size,
                                          unsigned int version)
{
    IBackgroundCopyJob *job;

    origin_add(origin, path, &(struct origin_file){.size = size, .version = version});
    job = create_download(origin, path, name, true);
    resume_job(job);
    return job;
}

static void check_empty(void)
{
    ok(!temp_file_count(), "%u files are left.\n", temp_file_count());
}

/* ---- the disk is full ---- */

#define FULL_SIZE (2 * MIB + 100 * KIB)

/* is_partial: as much is written as there is room for. */
static void check_full_disk(UINT64 space, BOOL is_partial)
{
    UINT64 expected = is_partial ? space : space / MIB * MIB;
    IBackgroundCopyJob *job;
    ULONG errors;

    winetest_push_context("E1: full after %u KiB%s", (unsigned int)(space / KIB),
                          is_partial ? ", partial writes" : "");
    file_fault_space(space, is_partial);
    job = start_download("/full", L"full.bin", FULL_SIZE, 1);
    wait_for_state(job, STATE_BIT(BG_JOB_STATE_TRANSIENT_ERROR), FAULT_WAIT_MS);
    check_job_error(job, DISK_FULL, BG_ERROR_CONTEXT_LOCAL_FILE);
    /* Slow servers are written sooner than in pieces of 1 MiB. */
    ok(bytes_transferred(job) == expected ||
           (bytes_transferred(job) > expected && bytes_transferred(job) <= space),
       "%llu bytes are kept.\n", (unsigned long long)bytes_transferred(job));
    expected = bytes_transferred(job);
    check_kept_bytes(job, 0, expected, 1);

    file_fault_space(MAXUINT64, FALSE);
    resume_job(job);
    wait_for_state(job, TRANSFERRED, FAULT_WAIT_MS);
    check_last_range(origin, "/full", expected, FULL_SIZE);
    IBackgroundCopyJob_GetErrorCount(job, &errors);
    ok(errors == 1, "Got %lu errors.\n", errors);
    complete_download(job, L"full.bin", FULL_SIZE, 1);
    end_job(job);
    check_empty();
    winetest_pop_context();
}

static void test_full_disk(void)
{
    withstands("E1");
    for (UINT64 space = 0; space < FULL_SIZE; space += 64 * KIB)
        check_full_disk(space, TRUE);
    for (UINT64 space = 0; space < FULL_SIZE; space += 320 * KIB)
        check_full_disk(space, FALSE);
}

static void test_real_full_disk(const WCHAR *folder)
{
    WCHAR path[MAX_PATH], filler[MAX_PATH], url[URL_MAX];
    IBackgroundCopyJob *job;
    UINT64 kept;
    HRESULT hr;

    winetest_push_context("E1: %s", wine_dbgstr_w(folder));
    swprintf(path, ARRAY_SIZE(path), L"%ls\\real.bin", folder);
    swprintf(filler, ARRAY_SIZE(filler), L"%ls\\filler.bin", folder);
    ok(write_file(filler, 700 * KIB, 0), "Could not fill the disk.\n");
    job = create_job(L"real", BG_JOB_TYPE_DOWNLOAD);
    origin_add(origin, "/real", &(struct origin_file){.size = 1900 * KIB, .version = 1});
    hr = IBackgroundCopyJob_AddFile(job, origin_wurl(origin, "/real", url), path);
    ok(hr == S_OK, "Got hr %#lx.\n", hr);
    resume_job(job);
    wait_for_state(job, STATE_BIT(BG_JOB_STATE_TRANSIENT_ERROR), FAULT_WAIT_MS);
    check_job_error(job, DISK_FULL, BG_ERROR_CONTEXT_LOCAL_FILE);
    kept = bytes_transferred(job);
    ok(kept > 500 * KIB && kept < 1900 * KIB, "%llu bytes are kept.\n", (unsigned long long)kept);
    check_kept_bytes(job, 0, kept, 1);
    DeleteFileW(filler);
    resume_job(job);
    wait_for_state(job, TRANSFERRED, FAULT_WAIT_MS);
    check_last_range(origin, "/real", kept, 1900 * KIB);
    hr = IBackgroundCopyJob_Complete(job);
    ok(hr == S_OK, "Got hr %#lx.\n", hr);
    verify_file(path, 1900 * KIB, 1);
    DeleteFileW(path);
    IBackgroundCopyJob_Release(job);
    winetest_pop_context();
}

static WCHAR small_disk[MAX_PATH];

static void test_small_disk(void)
{
    withstands("E1");
    test_real_full_disk(small_disk);
}

/* ---- single calls ---- */

static void test_short_writes(void)
{
    IBackgroundCopyJob *job;

    withstands("E7");
    winetest_push_context("E7: short writes");
    file_fault_short_writes(10000);
    job = start_download("/short", L"short.bin", FULL_SIZE, 1);
    wait_for_state(job, TRANSFERRED, FAULT_WAIT_MS);
    ok(bytes_transferred(job) == FULL_SIZE, "Got %llu bytes.\n",
       (unsigned long long)bytes_transferred(job));
    file_fault_short_writes(0);
    complete_download(job, L"short.bin", FULL_SIZE, 1);
    end_job(job);
    winetest_pop_context();
}

static void test_failing_writes(void)
{
    static const struct
    {
        DWORD error;
        unsigned int state;
    } tests[] = {
        {ERROR_LOCK_VIOLATION, STATE_BIT(BG_JOB_STATE_TRANSIENT_ERROR)},
        {ERROR_NOT_READY, STATE_BIT(BG_JOB_STATE_TRANSIENT_ERROR)},
        {ERROR_WRITE_PROTECT, STATE_BIT(BG_JOB_STATE_ERROR)},
        {ERROR_CRC, STATE_BIT(BG_JOB_STATE_ERROR)},
    };

    withstands("E7");
    for (unsigned int i = 0; i < ARRAY_SIZE(tests); i++)
    {
        IBackgroundCopyJob *job;

        winetest_push_context("E7: error %lu", tests[i].error);
        file_fault_set(FILE_CALL_WRITE, tests[i].error, 1, 1);
        job = start_download("/write", L"write.bin", FULL_SIZE, 1);
        wait_for_state(job, tests[i].state, FAULT_WAIT_MS);
        check_job_error(job, HRESULT_FROM_WIN32(tests[i].error), BG_ERROR_CONTEXT_LOCAL_FILE);
        check_kept_bytes(job, 0, bytes_transferred(job), 1);
        file_fault_set(FILE_CALL_WRITE, ERROR_SUCCESS, 0, 0);
        resume_job(job);
        wait_for_state(job, TRANSFERRED, FAULT_WAIT_MS);
        complete_download(job, L"write.bin", FULL_SIZE, 1);
        end_job(job);
        winetest_pop_context();
    }
}

static void test_failing_rename(void)
{
    IBackgroundCopyJob *job;
    WCHAR path[MAX_PATH];
    BG_JOB_PROGRESS progress;
    HRESULT hr;

    withstands("E6");
    winetest_push_context("E6: busy for a moment");
    job = start_download("/move", L"move.bin", 1000, 1);
    wait_for_state(job, TRANSFERRED, FAULT_WAIT_MS);
    file_fault_set(FILE_CALL_MOVE, ERROR_SHARING_VIOLATION, 0, 3);
    complete_download(job, L"move.bin", 1000, 1);
    ok(file_fault_hits(FILE_CALL_MOVE) == 3, "%lu calls failed.\n",
       file_fault_hits(FILE_CALL_MOVE));
    end_job(job);
    winetest_pop_context();

    winetest_push_context("E6: for ever");
    job = start_download("/move", L"move.bin", 1000, 1);
    job_add(job, origin, "/move", L"move2.bin");
    job_add(job, origin, "/move", L"move3.bin");
    resume_job(job);
    wait_for_state(job, TRANSFERRED, FAULT_WAIT_MS);
    file_fault_set(FILE_CALL_MOVE, ERROR_SHARING_VIOLATION, 1, INFINITE);
    hr = IBackgroundCopyJob_Complete(job);
    ok(hr == SHARING_VIOLATION, "Got hr %#lx.\n", hr);
    ok(job_state(job) == BG_JOB_STATE_TRANSFERRED, "The job is %s.\n", state_name(job_state(job)));
    job_progress(job, &progress);
    ok(progress.FilesTransferred == 3, "%lu files are done.\n", progress.FilesTransferred);
    check_kept_bytes(job, 1, 1000, 1);
    ok(!file_exists(temp_path(L"move2.bin", path)), "It is there.\n");
    /* The job has kept what is missing. */
    file_fault_set(FILE_CALL_MOVE, ERROR_SUCCESS, 0, 0);
    hr = IBackgroundCopyJob_Complete(job);
    ok(hr == S_OK, "Got hr %#lx.\n", hr);
    IBackgroundCopyJob_Release(job);
    verify_file(temp_path(L"move.bin", path), 1000, 1);
    DeleteFileW(path);
    verify_file(temp_path(L"move2.bin", path), 1000, 1);
    DeleteFileW(path);
    verify_file(temp_path(L"move3.bin", path), 1000, 1);
    DeleteFileW(path);
    check_empty();
    winetest_pop_context();
}

static void test_failing_delete(void)
{
    IBackgroundCopyJob *job;
    WCHAR temporary[MAX_PATH];
    HRESULT hr;

    winetest_push_context("E6: the temporary file cannot be removed");
    job = start_download("/delete", L"delete.bin", 1000, 1);
    wait_for_state(job, TRANSFERRED, FAULT_WAIT_MS);
    temporary_name(job, 0, temporary);
    file_fault_set(FILE_CALL_DELETE, ERROR_SHARING_VIOLATION, 0, INFINITE);
    hr = IBackgroundCopyJob_Cancel(job);
    ok(hr == BG_S_UNABLE_TO_DELETE_FILES, "Got hr %#lx.\n", hr);
    ok(job_state(job) == BG_JOB_STATE_CANCELLED, "The job is %s.\n", state_name(job_state(job)));
    ok(file_exists(temporary), "It is gone.\n");
    file_fault_set(FILE_CALL_DELETE, ERROR_SUCCESS, 0, 0);
    DeleteFileW(temporary);
    IBackgroundCopyJob_Release(job);
    check_empty();
    winetest_pop_context();
}

/* ---- the folder ---- */

static HRESULT add_file(IBackgroundCopyJob *job, const WCHAR *name)
{
    WCHAR url[URL_MAX], path[MAX_PATH];

    return IBackgroundCopyJob_AddFile(job, origin_wurl(origin, "/folder", url),
                                      temp_path(name, path));
}

static void test_no_folder(void)
{
    IBackgroundCopyJob *job = create_job(L"folder", BG_JOB_TYPE_DOWNLOAD);
    WCHAR path[MAX_PATH];
    HRESULT hr;

    withstands("E3");
    hr = add_file(job, L"missing\\file.bin");
    ok(hr == NO_PATH, "E3: missing folder: got hr %#lx.\n", hr);
    write_file(temp_path(L"plain.bin", path), 10, 1);
    hr = add_file(job, L"plain.bin\\file.bin");
    ok(FAILED(hr), "E3: a file in place of the folder: got hr %#lx.\n", hr);
    DeleteFileW(path);
    end_job(job);
    check_empty();
}

/* Between two runs of the job. */
static void test_folder_vanishes(void)
{
    WCHAR folder[MAX_PATH], temporary[MAX_PATH];
    IBackgroundCopyJob *job;
    HRESULT hr;

    withstands("E3");
    for (unsigned int is_file = 0; is_file < 2; is_file++)
    {
        winetest_push_context("E3: folder %s", is_file ? "becomes a file" : "is removed");
        CreateDirectoryW(temp_path(L"sub", folder), NULL);
        origin_add(origin, "/folder", &(struct origin_file){.size = FULL_SIZE, .version = 1});
        origin_cut_after(origin, "/folder", 1000, 0, 1);
        job = create_download(origin, "/folder", L"sub\\file.bin", true);
        resume_job(job);
        wait_for_state(job, STATE_BIT(BG_JOB_STATE_TRANSIENT_ERROR), FAULT_WAIT_MS);
        DeleteFileW(temporary_name(job, 0, temporary));
        ok(RemoveDirectoryW(folder), "Could not remove it, error %lu.\n", GetLastError());
        if (is_file) ok(write_file(folder, 10, 7), "Could not write.\n");

        resume_job(job);
        wait_for_state(job, STATE_BIT(BG_JOB_STATE_ERROR), FAULT_WAIT_MS);
        check_job_error(job, NO_PATH, BG_ERROR_CONTEXT_LOCAL_FILE);
        if (is_file)
        {
            verify_file(folder, 10, 7);
            DeleteFileW(folder);
        }
        ok(!temp_file_count(), "%u files are left.\n", temp_file_count());

        /* The folder is back, its content is not. */
        CreateDirectoryW(folder, NULL);
        resume_job(job);
        wait_for_state(job, TRANSFERRED, FAULT_WAIT_MS);
        check_last_range(origin, "/folder", 0, FULL_SIZE);
        hr = IBackgroundCopyJob_Complete(job);
        ok(hr == S_OK, "Got hr %#lx.\n", hr);
        verify_file(temp_path(L"sub\\file.bin", temporary), FULL_SIZE, 1);
        DeleteFileW(temporary);
        RemoveDirectoryW(folder);
        IBackgroundCopyJob_Release(job);
        check_empty();
        winetest_pop_context();
    }
}

/* While the job runs: Complete must not claim what is not there. */
static void test_folder_vanishes_meanwhile(void)
{
    WCHAR folder[MAX_PATH], path[MAX_PATH];
    IBackgroundCopyJob *job;
    HRESULT hr;

    withstands("E3");
    winetest_push_context("E3: removed while it runs");
    CreateDirectoryW(temp_path(L"sub", folder), NULL);
    origin_add(origin, "/meanwhile", &(struct origin_file){.size = FULL_SIZE, .version = 1});
    origin_hold_after(origin, "/meanwhile", MIB + 1000);
    job = create_download(origin, "/meanwhile", L"sub\\file.bin", true);
    resume_job(job);
    ok(wait_for_bytes(job, MIB, FAULT_WAIT_MS), "Only %llu bytes came.\n",
       (unsigned long long)bytes_transferred(job));
    DeleteFileW(temporary_name(job, 0, path));
    if (!RemoveDirectoryW(folder))
    {
        /* The open file keeps it on Windows. */
        skip("It cannot be removed, error %lu.\n", GetLastError());
        end_job(job);
        RemoveDirectoryW(folder);
        origin_release(origin, "/meanwhile");
        winetest_pop_context();
        return;
    }
    origin_release(origin, "/meanwhile");
    wait_for_state(job, TRANSFERRED | STATE_BIT(BG_JOB_STATE_ERROR), FAULT_WAIT_MS);
    hr = IBackgroundCopyJob_Complete(job);
    ok(hr == NO_PATH || hr == NO_FILE, "Got hr %#lx.\n", hr);
    hr = IBackgroundCopyJob_Cancel(job);
    ok(hr == S_OK, "Got hr %#lx.\n", hr);
    IBackgroundCopyJob_Release(job);
    check_empty();
    winetest_pop_context();
}

/* The link is there before the file is: the name leads elsewhere. */
static void test_link_as_temporary_file(void)
{
    WCHAR target[MAX_PATH], temporary[MAX_PATH];
    IBackgroundCopyJob *job;

    withstands("E4");
    winetest_push_context("E3, E4: link");
    write_file(temp_path(L"victim.bin", target), 10, 7);
    origin_add(origin, "/link", &(struct origin_file){.size = 1000, .version = 1});
    job = create_download(origin, "/link", L"link.bin", true);
    CreateSymbolicLinkW(temporary_name(job, 0, temporary), target, 0);
    if (!file_exists(temporary))
    {
        skip("There are no symbolic links.\n");
        DeleteFileW(target);
        end_job(job);
        winetest_pop_context();
        return;
    }
    resume_job(job);
    wait_for_state(job, TRANSFERRED, FAULT_WAIT_MS);
    verify_file(target, 10, 7);
    complete_download(job, L"link.bin", 1000, 1);
    DeleteFileW(temporary);
    DeleteFileW(target);
    end_job(job);
    winetest_pop_context();
}

/* Somebody else has taken the temporary name before the file is made. */
static void test_temporary_name_is_taken(void)
{
    WCHAR temporary[MAX_PATH], other[MAX_PATH];
    IBackgroundCopyJob *job;

    withstands("E4");
    for (unsigned int is_folder = 0; is_folder < 2; is_folder++)
    {
        winetest_push_context("E4: the name is taken by a %s", is_folder ? "folder" : "file");
        origin_add(origin, "/taken", &(struct origin_file){.size = 1000, .version = 1});
        job = create_download(origin, "/taken", L"taken.bin", true);
        temporary_name(job, 0, temporary);
        ok(is_folder ? CreateDirectoryW(temporary, NULL) : write_file(temporary, 10, 7),
           "Could not take it.\n");
        resume_job(job);
        wait_for_state(job, TRANSFERRED, FAULT_WAIT_MS);
        ok(wcscmp(temporary_name(job, 0, other), temporary) != 0, "The name is still %s.\n",
           wine_dbgstr_w(other));
        complete_download(job, L"taken.bin", 1000, 1);
        if (!is_folder) verify_file(temporary, 10, 7);
        ok(is_folder ? RemoveDirectoryW(temporary) : DeleteFileW(temporary), "It is gone.\n");
        end_job(job);
        check_empty();
        winetest_pop_context();
    }
}

/* ---- the destination is there ---- */

static HANDLE open_file(const WCHAR *path, DWORD share)
{
    return CreateFileW(path, GENERIC_READ, share, NULL, OPEN_EXISTING, 0, NULL);
}

/* A job whose destination exists, with other bytes; TRANSFERRED. */
static IBackgroundCopyJob *transfer_over(WCHAR path[MAX_PATH])
{
    IBackgroundCopyJob *job;

    write_file(temp_path(L"there.bin", path), 500, 7);
    job = start_download("/there", L"there.bin", 1000, 1);
    wait_for_state(job, TRANSFERRED, FAULT_WAIT_MS);
    verify_file(path, 500, 7);
    return job;
}

static void complete_over(IBackgroundCopyJob *job, WCHAR path[MAX_PATH])
{
    HRESULT hr = IBackgroundCopyJob_Complete(job);

    ok(hr == S_OK, "Got hr %#lx.\n", hr);
    verify_file(path, 1000, 1);
    DeleteFileW(path);
    IBackgroundCopyJob_Release(job);
    check_empty();
}

static void test_destination_exists(void)
{
    IBackgroundCopyJob *job;
    WCHAR path[MAX_PATH];

    withstands("E5");
    winetest_push_context("E5: the destination is there");
    complete_over(transfer_over(path), path);
    winetest_pop_context();

    winetest_push_context("E5: Cancel leaves it alone");
    job = transfer_over(path);
    end_job(job);
    verify_file(path, 500, 7);
    DeleteFileW(path);
    check_empty();
    winetest_pop_context();
}

static void test_destination_is_read_only(void)
{
    IBackgroundCopyJob *job;
    WCHAR path[MAX_PATH];
    HRESULT hr;

    withstands("E5");
    winetest_push_context("E5: read only");
    job = transfer_over(path);
    SetFileAttributesW(path, FILE_ATTRIBUTE_READONLY);
    hr = IBackgroundCopyJob_Complete(job);
    if (hr == S_OK)
    {
        /* Wine's rename does not look at the attribute. */
        verify_file(path, 1000, 1);
        SetFileAttributesW(path, FILE_ATTRIBUTE_NORMAL);
        DeleteFileW(path);
        IBackgroundCopyJob_Release(job);
        check_empty();
        winetest_pop_context();
        return;
    }
    ok(hr == ACCESS_DENIED, "Got hr %#lx.\n", hr);
    ok(job_state(job) == BG_JOB_STATE_TRANSFERRED, "The job is %s.\n", state_name(job_state(job)));
    verify_file(path, 500, 7);
    SetFileAttributesW(path, FILE_ATTRIBUTE_NORMAL);
    complete_over(job, path);
    winetest_pop_context();
}

static void test_destination_is_open(void)
{
    IBackgroundCopyJob *job;
    WCHAR path[MAX_PATH];
    HANDLE file;
    HRESULT hr;

    withstands("E5");
    withstands("E6");
    winetest_push_context("E5, E6: open elsewhere");
    job = transfer_over(path);
    file = open_file(path, FILE_SHARE_READ);
    hr = IBackgroundCopyJob_Complete(job);
    ok(hr == SHARING_VIOLATION || hr == ACCESS_DENIED, "Got hr %#lx.\n", hr);
    ok(job_state(job) == BG_JOB_STATE_TRANSFERRED, "The job is %s.\n", state_name(job_state(job)));
    CloseHandle(file);
    verify_file(path, 500, 7);
    complete_over(job, path);
    winetest_pop_context();
}

static void test_destination_is_folder(void)
{
    IBackgroundCopyJob *job;
    WCHAR path[MAX_PATH];
    HRESULT hr;

    withstands("E5");
    winetest_push_context("E5: a folder");
    CreateDirectoryW(temp_path(L"there.bin", path), NULL);
    job = start_download("/there", L"there.bin", 1000, 1);
    wait_for_state(job, TRANSFERRED, FAULT_WAIT_MS);
    hr = IBackgroundCopyJob_Complete(job);
    ok(hr == ACCESS_DENIED, "Got hr %#lx.\n", hr);
    ok(GetFileAttributesW(path) & FILE_ATTRIBUTE_DIRECTORY, "It is no folder any more.\n");
    RemoveDirectoryW(path);
    complete_over(job, path);
    winetest_pop_context();
}

static void test_local_names(void)
{
    static const WCHAR *const refused[] = {
        L"con",    L"NUL",       L"nul.txt",    L"com1",      L"LPT9.bin",  L"a:b", L"a.bin:stream",
        L"a.bin:", L"dot.",      L"space ",     L"star*.bin", L"what?.bin", L"a<b", L"a>b",
        L"a|b",    L"\"quote\"", L"..\\up.bin", L".\\a.bin",  L"bell\a",    L"",
    };
    IBackgroundCopyJob *job = create_job(L"names", BG_JOB_TYPE_DOWNLOAD);
    ULONG count;
    HRESULT hr;

    withstands("E5");
    for (unsigned int i = 0; i < ARRAY_SIZE(refused); i++)
    {
        hr = add_file(job, refused[i]);
        ok(hr == E_INVALIDARG, "E5: %s: got hr %#lx.\n", wine_dbgstr_w(refused[i]), hr);
    }
    IBackgroundCopyJob_Cancel(job);
    IBackgroundCopyJob_Release(job);
    job = create_job(L"none", BG_JOB_TYPE_DOWNLOAD);
    count = temp_file_count();
    ok(!count, "E5: %lu files were made.\n", count);
    end_job(job);
}

/* ---- two jobs ---- */

static void test_same_destination(void)
{
    WCHAR path[MAX_PATH], first[MAX_PATH], second[MAX_PATH];
    IBackgroundCopyJob *jobs[2];
    HRESULT hr;

    withstands("E10");
    winetest_push_context("E10");
    origin_add(origin, "/same/1", &(struct origin_file){.size = FULL_SIZE, .version = 1});
    origin_add(origin, "/same/2", &(struct origin_file){.size = MIB, .version = 2});
    origin_hold_after(origin, "/same/1", 1000);
    origin_hold_after(origin, "/same/2", 1000);
    jobs[0] = create_download(origin, "/same/1", L"same.bin", true);
    jobs[1] = create_download(origin, "/same/2", L"same.bin", true);
    resume_job(jobs[0]);
    resume_job(jobs[1]);
    ok(origin_wait_held(origin, "/same/1", FAULT_WAIT_MS) &&
           origin_wait_held(origin, "/same/2", FAULT_WAIT_MS),
       "They do not run at the same time.\n");
    ok(wcscmp(temporary_name(jobs[0], 0, first), temporary_name(jobs[1], 0, second)) != 0,
       "They share %s.\n", wine_dbgstr_w(first));
    origin_release(origin, "/same/1");
    origin_release(origin, "/same/2");
    wait_for_state(jobs[0], TRANSFERRED, FAULT_WAIT_MS);
    wait_for_state(jobs[1], TRANSFERRED, FAULT_WAIT_MS);
    hr = IBackgroundCopyJob_Complete(jobs[1]);
    ok(hr == S_OK, "Got hr %#lx.\n", hr);
    verify_file(temp_path(L"same.bin", path), MIB, 2);
    hr = IBackgroundCopyJob_Complete(jobs[0]);
    ok(hr == S_OK, "Got hr %#lx.\n", hr);
    verify_file(path, FULL_SIZE, 1);
    DeleteFileW(path);
    IBackgroundCopyJob_Release(jobs[0]);
    IBackgroundCopyJob_Release(jobs[1]);
    check_empty();
    winetest_pop_context();
}

/* ---- sizes ---- */

static const struct fault_case sizes[] = {
    {.row = "E13: 0", .use = {.file = {.size = 0, .version = 1}}},
    {.row = "E13: 0, background",
     .use = {.file = {.size = 0, .version = 1}},
     .is_background = true},
    {.row = "E13: 1", .use = {.file = {.size = 1, .version = 1}}},
    {.row = "E13: a buffer less 1", .use = {.file = {.size = MIB - 1, .version = 1}}},
    {.row = "E13: a buffer", .use = {.file = {.size = MIB, .version = 1}}},
    {.row = "E13: a buffer and 1", .use = {.file = {.size = MIB + 1, .version = 1}}},
    {.row = "E13: two buffers", .use = {.file = {.size = 2 * MIB, .version = 1}}},
    {.row = "E13: 0 without ranges",
     .use = {.file = {.size = 0, .version = 1, .flags = ORIGIN_NO_RANGES}}},
    {.row = "E13: cut at a buffer",
     .use = {.file = {.size = 2 * MIB + 1, .version = 1}},
     .cut = MIB},
    {.row = "E13: cut before a buffer",
     .use = {.file = {.size = 2 * MIB + 1, .version = 1}},
     .cut = MIB - 1},
    {.row = "E13: cut behind a buffer",
     .use = {.file = {.size = 2 * MIB + 1, .version = 1}},
     .cut = MIB + 1},
};

static void test_sizes(void)
{
    withstands("E13");
    run_fault_cases(origin, sizes, ARRAY_SIZE(sizes));
}

START_TEST(faults_files)
{
    char text[MAX_PATH];

    com_start(COINIT_MULTITHREADED);
    engine_manager(NULL);
    origin = origin_start(NULL);
    RUN_TEST(test_full_disk);
    RUN_TEST(test_short_writes);
    RUN_TEST(test_failing_writes);
    RUN_TEST(test_failing_rename);
    RUN_TEST(test_failing_delete);
    RUN_TEST(test_no_folder);
    RUN_TEST(test_folder_vanishes);
    RUN_TEST(test_folder_vanishes_meanwhile);
    RUN_TEST(test_link_as_temporary_file);
    RUN_TEST(test_temporary_name_is_taken);
    RUN_TEST(test_destination_exists);
    RUN_TEST(test_destination_is_read_only);
    RUN_TEST(test_destination_is_open);
    RUN_TEST(test_destination_is_folder);
    RUN_TEST(test_local_names);
    RUN_TEST(test_same_destination);
    RUN_TEST(test_sizes);
    if (test_env("OPENBITS_SMALL_DISK", text, sizeof(text)))
    {
        MultiByteToWideChar(CP_ACP, 0, text, -1, small_disk, ARRAY_SIZE(small_disk));
        RUN_TEST(test_small_disk);
    }
    com_stop();
    engine_stop();
    origin_destroy(origin);
}
