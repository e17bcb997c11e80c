/* SPDX-License-Identifier: LGPL-2.1-or-later
 *
 * As kills.c, of bytes that do not come in the order of the remote file: parts in another order,
 * and requests at random places of a file that is being fetched. No hole may be taken for bytes. */
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "base/random.h"
#include "harness/com_fixture.h"
#include "harness/engine_fixture.h"
#include "harness/origin.h"
#include "harness/synthetic.h"

#define MIB        1048576ull
#define SIZE       (32 * MIB)
#define RATE       (16 * MIB)
#define KILLS      6
#define PIECE      65536u
#define WAIT_MS    20000
#define QUEUE_NAME L"kills.db"
#define FILE_NAME  L"killed"
#define PATH       "/killed"

enum mode
{
    MODE_PARTS,
    MODE_RANDOM,
    MODE_SEEK
};

/* The second half first, then the rest in two parts, the last one first. */
static const BG_FILE_RANGE parts[] = {
    {SIZE / 2, BG_LENGTH_TO_EOF}, {SIZE / 4 + 1, SIZE / 4 - 1}, {0, SIZE / 4 + 1}};

/* ---- the process that is killed ---- */

static IBackgroundCopyJob *first_job(IBackgroundCopyManager *manager)
{
    IBackgroundCopyJob *job = NULL;
    IEnumBackgroundCopyJobs *jobs;
    HRESULT hr;

    hr = IBackgroundCopyManager_EnumJobs(manager, 0, &jobs);
    ok(hr == S_OK, "Got hr %#lx.\n", hr);
    if (IEnumBackgroundCopyJobs_Next(jobs, 1, &job, NULL) != S_OK) job = NULL;
    IEnumBackgroundCopyJobs_Release(jobs);
    return job;
}

static IBackgroundCopyFile6 *file6_of(IBackgroundCopyJob *job)
{
    IBackgroundCopyFile6 *file6 = NULL;
    IEnumBackgroundCopyFiles *files;
    IBackgroundCopyFile *file;
    HRESULT hr;

    hr = IBackgroundCopyJob_EnumFiles(job, &files);
    ok(hr == S_OK, "Got hr %#lx.\n", hr);
    hr = IEnumBackgroundCopyFiles_Next(files, 1, &file, NULL);
    ok(hr == S_OK, "Got hr %#lx.\n", hr);
    IEnumBackgroundCopyFiles_Release(files);
    hr = IBackgroundCopyFile_QueryInterface(file, &IID_IBackgroundCopyFile6, (void **)&file6);
    ok(hr == S_OK, "Got hr %#lx.\n", hr);
    IBackgroundCopyFile_Release(file);
    return file6;
}

static void seek(IBackgroundCopyJob *job)
{
    IBackgroundCopyFile6 *file = file6_of(job);
    HRESULT hr = IBackgroundCopyFile6_UpdateDownloadPosition(file, SIZE / 2);

    ok(hr == S_OK, "Got hr %#lx.\n", hr);
    IBackgroundCopyFile6_Release(file);
}

static IBackgroundCopyJob *make_job(IBackgroundCopyManager *manager, const WCHAR *folder,
                                    const WCHAR *url, enum mode mode)
{
    BG_FILE_RANGE ranges[ARRAY_SIZE(parts)];
    IBackgroundCopyJob *job = NULL;
    IBackgroundCopyJob3 *job3;
    WCHAR file[MAX_PATH];
    HRESULT hr;
    GUID id;

    swprintf(file, MAX_PATH, L"%ls\\" FILE_NAME, folder);
    memcpy(ranges, parts, sizeof(ranges));
    hr = IBackgroundCopyManager_CreateJob(manager, L"killed", BG_JOB_TYPE_DOWNLOAD, &id, &job);
    ok(hr == S_OK, "Got hr %#lx.\n", hr);
    IBackgroundCopyJob_SetPriority(job, BG_JOB_PRIORITY_FOREGROUND);
    hr = IBackgroundCopyJob_QueryInterface(job, &IID_IBackgroundCopyJob3, (void **)&job3);
    ok(hr == S_OK, "Got hr %#lx.\n", hr);
    if (mode == MODE_PARTS)
        hr = IBackgroundCopyJob3_AddFileWithRanges(job3, url, file, ARRAY_SIZE(ranges), ranges);
    else
        hr = IBackgroundCopyJob3_AddFile(job3, url, file);
    ok(hr == S_OK, "Got hr %#lx.\n", hr);
    IBackgroundCopyJob3_Release(job3);
    if (mode == MODE_SEEK) seek(job);
    hr = IBackgroundCopyJob_Resume(job);
    ok(hr == S_OK, "Got hr %#lx.\n", hr);
    return job;
}

/* Now and then the client wants something else, until there is nothing to want. */
static void read_at_random(IBackgroundCopyJob *job)
{
    IBackgroundCopyFile6 *file = file6_of(job);

    for (unsigned int i = 0; i < 1000 && job_state(job) != BG_JOB_STATE_TRANSFERRED; i++)
    {
        const BG_FILE_RANGE range = {random_below((uint32_t)(SIZE - MIB)), MIB / 4};
        HRESULT hr = IBackgroundCopyFile6_RequestFileRanges(file, 1, &range);

        ok(hr == S_OK, "Got hr %#lx.\n", hr);
        com_pump(50);
    }
    IBackgroundCopyFile6_Release(file);
}

/* Makes the job, or takes up the one that is there; runs until it is done. */
static void run_engine(const WCHAR *folder, const WCHAR *url, enum mode mode)
{
    struct runtime_config config = runtime_get_config();
    IBackgroundCopyManager *manager;
    IBackgroundCopyJob *job;
    WCHAR queue[MAX_PATH];
    HRESULT hr;

    swprintf(queue, MAX_PATH, L"%ls\\" QUEUE_NAME, folder);
    config.queue_file = queue;
    com_start(COINIT_MULTITHREADED);
    manager = engine_manager(&config);
    if (!manager) return;
    if (!(job = first_job(manager))) job = make_job(manager, folder, url, mode);
    if (mode == MODE_RANDOM) read_at_random(job);
    wait_for_state(job, STATE_BIT(BG_JOB_STATE_TRANSFERRED), 60000);
    hr = IBackgroundCopyJob_Complete(job);
    ok(hr == S_OK, "Got hr %#lx.\n", hr);
    IBackgroundCopyJob_Release(job);
    com_stop();
    engine_stop();
}

/* ---- the one that kills ---- */

static HANDLE start_engine(const WCHAR *folder, const WCHAR *url, enum mode mode)
{
    WCHAR program[MAX_PATH], line[3 * MAX_PATH];
    STARTUPINFOW startup = {.cb = sizeof(startup)};
    PROCESS_INFORMATION process;

    GetModuleFileNameW(NULL, program, MAX_PATH);
    swprintf(line, ARRAY_SIZE(line), L"\"%ls\" kills_parts \"%ls\" %ls %u", program, folder, url,
             (unsigned int)mode);
    ok(CreateProcessW(program, line, NULL, NULL, FALSE, 0, NULL, NULL, &startup, &process),
       "Got error %lu.\n", GetLastError());
    CloseHandle(process.hThread);
    return process.hProcess;
}

/* False: the engine came to its end. */
static bool kill_at(HANDLE process, struct origin *origin, uint64_t bytes)
{
    bool is_killed = origin_wait_sent(origin, PATH, bytes, WAIT_MS) &&
                     WaitForSingleObject(process, random_below(30)) == WAIT_TIMEOUT;

    if (is_killed) TerminateProcess(process, 99);
    ok(WaitForSingleObject(process, WAIT_MS) == WAIT_OBJECT_0, "It does not end.\n");
    return is_killed;
}

static void verify_parts(const WCHAR *path)
{
    HANDLE file = CreateFileW(path, GENERIC_READ, FILE_SHARE_READ, NULL, OPEN_EXISTING, 0, NULL);
    static char data[PIECE];
    DWORD got;

    ok(file != INVALID_HANDLE_VALUE, "Got error %lu.\n", GetLastError());
    for (unsigned int i = 0; i < ARRAY_SIZE(parts); i++)
    {
        uint64_t place = parts[i].InitialOffset;
        uint64_t end = parts[i].Length == BG_LENGTH_TO_EOF ? SIZE : place + parts[i].Length;

        for (size_t right = 0; place < end; place += right)
        {
            DWORD size = end - place < PIECE ? (DWORD)(end - place) : PIECE;

            ok(ReadFile(file, data, size, &got, NULL) && got == size, "Part %u is cut.\n", i);
            right = got == size ? synthetic_check(0, place, data, size) : 0;
            ok(right == size, "Part %u is wrong at byte %llu.\n", i,
               (unsigned long long)(place + right));
            if (right != size) break;
        }
    }
    ok(ReadFile(file, data, 1, &got, NULL) && !got, "There is more.\n");
    CloseHandle(file);
}

/* The n-th kill comes when so many bytes were sent in all. */
static void live(enum mode mode, unsigned int kills, uint64_t first, uint64_t step)
{
    WCHAR folder[MAX_PATH], file[MAX_PATH], wide[64];
    struct origin *origin = origin_start(&(struct origin_options){.send_buffer = 65536});
    unsigned int done = 0;
    DWORD code = 0;
    HANDLE process;
    char url[64];

    if (!origin) return;
    origin_add(origin, PATH, &(struct origin_file){.size = SIZE, .rate = RATE});
    swprintf(wide, ARRAY_SIZE(wide), L"%hs", origin_url(origin, PATH, url, sizeof(url)));
    temp_path(L"", folder);
    folder[wcslen(folder) - 1] = 0;

    for (unsigned int i = 0; i < kills; i++)
    {
        process = start_engine(folder, wide, mode);
        done += kill_at(process, origin, first + step * i);
        CloseHandle(process);
    }
    process = start_engine(folder, wide, mode);
    if (WaitForSingleObject(process, 60000) != WAIT_OBJECT_0)
    {
        ok(false, "It does not end.\n");
        TerminateProcess(process, 98);
        WaitForSingleObject(process, WAIT_MS);
    }
    GetExitCodeProcess(process, &code);
    ok(code == 0, "Got exit code %lu.\n", code);
    CloseHandle(process);
    ok(done >= (kills + 1) / 2, "Only %u kills were in time.\n", done);

    temp_path(FILE_NAME, file);
    if (mode == MODE_PARTS)
        verify_parts(file);
    else
        verify_file(file, SIZE, 0);
    trace("%u kills.\n", done);
    DeleteFileW(file);
    origin_destroy(origin);
}

#define EVENLY SIZE / (KILLS + 1)

static void test_parts(void)
{
    live(MODE_PARTS, KILLS, EVENLY, EVENLY);
}

static void test_random_access(void)
{
    live(MODE_RANDOM, KILLS, EVENLY, EVENLY);
}

/* Something has been written, far behind the start of the file, but nothing has been told: that is
 * done once in a second. */
static void test_hole(void)
{
    live(MODE_SEEK, 1, 2 * MIB, 0);
}

START_TEST(kills_parts)
{
    char **argv;
    WCHAR folder[MAX_PATH], url[256];

    if (winetest_get_mainargs(&argv) >= 5)
    {
        swprintf(folder, MAX_PATH, L"%hs", argv[2]);
        swprintf(url, ARRAY_SIZE(url), L"%hs", argv[3]);
        run_engine(folder, url, (enum mode)strtoul(argv[4], NULL, 10));
        return;
    }
    com_start(COINIT_MULTITHREADED);
    RUN_TEST(test_parts);
    RUN_TEST(test_random_access);
    RUN_TEST(test_hole);
    com_stop();
}
