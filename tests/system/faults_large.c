/* SPDX-License-Identifier: LGPL-2.1-or-later
 *
 * Offsets above 4 GiB (row E14 of the faults). The first 4 GiB are told to the core as if the mover
 * had written them, so that no machine has to; what is fetched then lies on both sides of the edge.
 */
#include "job/job.h"
#include "job/job_transfer.h"
#include "job/queue.h"

#include "fault_case.h"

#include <stdio.h>
#include <string.h>
#include <wchar.h>
#include <winioctl.h>

#include "com/caller.h"
#include "harness/engine_fixture.h"
#include "harness/synthetic.h"

#define MIB   (1024ull * 1024)
#define EDGE  (4096 * MIB)
#define BEGIN (EDGE - 3 * MIB / 2)

static struct origin *origin;

static struct job *core_job(IBackgroundCopyJob *front)
{
    struct caller_facts caller;
    struct com_engine engine;
    struct job *job = NULL;
    GUID id;
    HRESULT hr;

    hr = IBackgroundCopyJob_GetId(front, &id);
    ok(hr == S_OK, "Got hr %#lx.\n", hr);
    if (SUCCEEDED(caller_get(&caller)) && SUCCEEDED(runtime_start(&engine)))
        hr = queue_find_job(engine.queue, &id, &caller, &job);
    ok(hr == S_OK && job, "Got hr %#lx.\n", hr);
    return job;
}

/* A file with a hole of this size, where the disk can have one. */
static void make_hole(const WCHAR *path, UINT64 size)
{
    LARGE_INTEGER end = {.QuadPart = (LONGLONG)size};
    HANDLE file = CreateFileW(path, GENERIC_WRITE, 0, NULL, CREATE_NEW, 0, NULL);
    DWORD got;

    DeviceIoControl(file, FSCTL_SET_SPARSE, NULL, 0, NULL, 0, &got, NULL);
    ok(SetFilePointerEx(file, end, NULL, FILE_BEGIN) && SetEndOfFile(file),
       "Could not make a hole, error %lu.\n", GetLastError());
    CloseHandle(file);
}

static void check_bytes(const WCHAR *path, UINT64 begin, UINT64 end)
{
    LARGE_INTEGER place = {.QuadPart = (LONGLONG)begin};
    static char buffer[65536];
    HANDLE file =
        CreateFileW(path, GENERIC_READ, FILE_SHARE_READ | FILE_SHARE_WRITE | FILE_SHARE_DELETE,
                    NULL, OPEN_EXISTING, 0, NULL);
    DWORD got = 0;

    SetFilePointerEx(file, place, NULL, FILE_BEGIN);
    while (begin < end && ReadFile(file, buffer, sizeof(buffer), &got, NULL) && got)
    {
        size_t good = synthetic_check(1, begin, buffer, got);

        begin += good;
        if (good < got) break;
    }
    ok(begin == end, "Byte %llu is wrong.\n", (unsigned long long)begin);
    CloseHandle(file);
}

static UINT64 size_of(const WCHAR *path)
{
    WIN32_FILE_ATTRIBUTE_DATA data = {0};

    GetFileAttributesExW(path, GetFileExInfoStandard, &data);
    return (UINT64)data.nFileSizeHigh << 32 | data.nFileSizeLow;
}

/* Runs, is held at the first GET, and has got the bytes before BEGIN. */
static IBackgroundCopyJob *start_large(UINT64 size)
{
    IBackgroundCopyJob *front;
    WCHAR temporary[MAX_PATH];
    struct job *job;
    HRESULT hr;

    origin_add(origin, "/large", &(struct origin_file){.size = size, .version = 1});
    origin_hold_after(origin, "/large", 0);
    front = create_download(origin, "/large", L"large.bin", true);
    resume_job(front);
    ok(origin_wait_held(origin, "/large", FAULT_WAIT_MS), "GET does not come.\n");
    hr = IBackgroundCopyJob_Suspend(front);
    ok(hr == S_OK, "Got hr %#lx.\n", hr);
    ok(origin_wait_idle(origin, "/large", FAULT_WAIT_MS), "It is not suspended.\n");

    /* In place of the temporary file that has nothing yet. */
    DeleteFileW(temporary_name(front, 0, temporary));
    make_hole(temporary, BEGIN);
    if ((job = core_job(front)))
    {
        job_transfer_temp_made(job, 0, 0, temporary);
        job_transfer_progress(job, 0, 0, 0, BEGIN, false);
        job_release(job, JOB_HOLDER_CALLER);
    }
    ok(bytes_transferred(front) == BEGIN, "Got %llu bytes.\n",
       (unsigned long long)bytes_transferred(front));
    origin_release(origin, "/large");
    return front;
}

/* The server sends so many bytes more, and the job is suspended. */
static UINT64 fetch_some(IBackgroundCopyJob *job, UINT64 bytes, UINT64 size)
{
    UINT64 before = bytes_transferred(job);
    struct origin_tally tally;
    HRESULT hr;

    origin_count(origin, "/large", ORIGIN_ANY_VERSION, NULL, 0, &tally);
    origin_hold_after(origin, "/large", tally.sent + bytes);
    resume_job(job);
    ok(origin_wait_held(origin, "/large", FAULT_WAIT_MS), "GET does not come.\n");
    check_last_range(origin, "/large", before, size);
    /* What is on its way would be lost. */
    ok(wait_for_bytes(job, before + bytes, FAULT_WAIT_MS), "Got %llu bytes.\n",
       (unsigned long long)bytes_transferred(job));
    hr = IBackgroundCopyJob_Suspend(job);
    ok(hr == S_OK, "Got hr %#lx.\n", hr);
    ok(origin_wait_idle(origin, "/large", FAULT_WAIT_MS), "It is not suspended.\n");
    origin_release(origin, "/large");
    return bytes_transferred(job);
}

static void check_large(UINT64 size)
{
    UINT64 kept, middle = EDGE + (size - EDGE) / 2;
    WCHAR path[MAX_PATH];
    BG_JOB_PROGRESS progress;
    IBackgroundCopyJob *job;
    HRESULT hr;

    winetest_push_context("E14: %llu bytes", (unsigned long long)size);
    job = start_large(size);
    kept = fetch_some(job, MIB, size);
    ok(kept == BEGIN + MIB, "Got %llu bytes.\n", (unsigned long long)kept);
    kept = fetch_some(job, middle - kept, size);
    ok(kept == middle, "Got %llu bytes.\n", (unsigned long long)kept);
    resume_job(job);
    wait_for_state(job, TRANSFERRED, FAULT_WAIT_MS);
    check_last_range(origin, "/large", kept, size);
    job_progress(job, &progress);
    ok(progress.BytesTotal == size && progress.BytesTransferred == size,
       "Got %llu of %llu bytes.\n", (unsigned long long)progress.BytesTransferred,
       (unsigned long long)progress.BytesTotal);
    hr = IBackgroundCopyJob_Complete(job);
    ok(hr == S_OK, "Got hr %#lx.\n", hr);
    temp_path(L"large.bin", path);
    ok(size_of(path) == size, "The file has %llu bytes.\n", (unsigned long long)size_of(path));
    check_bytes(path, BEGIN, size);
    DeleteFileW(path);
    IBackgroundCopyJob_Release(job);
    ok(!temp_file_count(), "%u files are left.\n", temp_file_count());
    winetest_pop_context();
}

static void test_large_files(void)
{
    withstands("E14");
    check_large(EDGE + 4 * MIB);
    check_large(EDGE + 1);
}

START_TEST(faults_large)
{
    com_start(COINIT_MULTITHREADED);
    engine_manager(NULL);
    origin = origin_start(NULL);
    RUN_TEST(test_large_files);
    com_stop();
    engine_stop();
    origin_destroy(origin);
}
