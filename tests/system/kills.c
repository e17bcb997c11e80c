/* SPDX-License-Identifier: LGPL-2.1-or-later
 *
 * The engine is killed again and again in mid-download (row A1 of the faults): a second process of
 * this program runs it, this one ends that at bytes chosen at random and starts it again. The file
 * is whole, and little is fetched twice. OPENBITS_KILLS is the number of kills. */
#include <stdio.h>
#include <stdlib.h>

#include "base/random.h"
#include "harness/com_fixture.h"
#include "harness/engine_fixture.h"
#include "harness/origin.h"

#define MIB 1048576ull
/* More kills need a longer way between them. */
#define SIZE_OF(kills) ((kills) > KILLS ? 256 * MIB : 128 * MIB)
/* A second: little enough that a busy machine keeps up, and little waits in sockets. */
#define RATE       (32 * MIB)
#define KILLS      25
#define AGAIN_MAX  MIB /* bytes fetched again for each kill */
#define WAIT_MS    20000
#define QUEUE_NAME L"kills.db"
#define FILE_NAME  L"killed"
#define PATH       "/killed"

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

/* Makes the job, or takes up the one that is there; runs until it is done. */
static void run_engine(const WCHAR *folder, const WCHAR *url)
{
    WCHAR queue[MAX_PATH], file[MAX_PATH];
    struct runtime_config config = runtime_get_config();
    IBackgroundCopyManager *manager;
    IBackgroundCopyJob *job;
    HRESULT hr;
    GUID id;

    swprintf(queue, MAX_PATH, L"%ls\\" QUEUE_NAME, folder);
    swprintf(file, MAX_PATH, L"%ls\\" FILE_NAME, folder);
    config.queue_file = queue;
    com_start(COINIT_MULTITHREADED);
    manager = engine_manager(&config);
    if (!manager) return;
    if (!(job = first_job(manager)))
    {
        hr = IBackgroundCopyManager_CreateJob(manager, L"killed", BG_JOB_TYPE_DOWNLOAD, &id, &job);
        ok(hr == S_OK, "Got hr %#lx.\n", hr);
        hr = IBackgroundCopyJob_AddFile(job, url, file);
        ok(hr == S_OK, "Got hr %#lx.\n", hr);
        hr = IBackgroundCopyJob_Resume(job);
        ok(hr == S_OK, "Got hr %#lx.\n", hr);
    }
    wait_for_state(job, STATE_BIT(BG_JOB_STATE_TRANSFERRED), 60000);
    hr = IBackgroundCopyJob_Complete(job);
    ok(hr == S_OK, "Got hr %#lx.\n", hr);
    IBackgroundCopyJob_Release(job);
    com_stop();
    engine_stop();
}

/* ---- the one that kills ---- */

static HANDLE start_engine(const WCHAR *folder, const WCHAR *url)
{
    WCHAR program[MAX_PATH], line[3 * MAX_PATH];
    STARTUPINFOW startup = {.cb = sizeof(startup)};
    PROCESS_INFORMATION process;

    GetModuleFileNameW(NULL, program, MAX_PATH);
    swprintf(line, ARRAY_SIZE(line), L"\"%ls\" kills engine \"%ls\" %ls", program, folder, url);
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

static unsigned int wanted_kills(void)
{
    const char *text = getenv("OPENBITS_KILLS");
    unsigned long count = text ? strtoul(text, NULL, 10) : 0;

    return count ? (unsigned int)count : KILLS;
}

static uint64_t sent(struct origin *origin)
{
    struct origin_tally tally;

    origin_count(origin, PATH, 0, NULL, 0, &tally);
    return tally.sent;
}

/* The most that was asked for again after one kill. */
static uint64_t most_again(struct origin *origin)
{
    uint64_t end = 0, most = 0;
    struct origin_entry entry;

    for (size_t i = 0; origin_journal_get(origin, PATH, i, &entry); i++)
    {
        if (!entry.body_sent) continue;
        if (end > entry.body_begin + most) most = end - entry.body_begin;
        if (entry.body_begin + entry.body_sent > end) end = entry.body_begin + entry.body_sent;
    }
    return most;
}

static void test_kills(void)
{
    unsigned int kills = wanted_kills(), done = 0;
    const uint64_t size = SIZE_OF(kills);
    WCHAR folder[MAX_PATH], file[MAX_PATH], wide[64];
    /* What is on its way when the engine dies is lost: let it be little. */
    struct origin *origin = origin_start(&(struct origin_options){.send_buffer = 65536});
    DWORD code = 0;
    HANDLE process;
    char url[64];

    shows("GEN-16");
    withstands("A1");
    if (!origin) return;
    origin_add(origin, PATH, &(struct origin_file){.size = size, .rate = RATE});
    swprintf(wide, ARRAY_SIZE(wide), L"%hs", origin_url(origin, PATH, url, sizeof(url)));
    temp_path(L"", folder);
    folder[wcslen(folder) - 1] = 0;

    for (unsigned int i = 0; i < kills; i++)
    {
        process = start_engine(folder, wide);
        done += kill_at(process, origin, size / (kills + 1) * (i + 1));
        CloseHandle(process);
    }
    process = start_engine(folder, wide);
    ok(WaitForSingleObject(process, 60000) == WAIT_OBJECT_0, "It does not end.\n");
    GetExitCodeProcess(process, &code);
    ok(code == 0, "Got exit code %lu.\n", code);
    CloseHandle(process);

    ok(done >= kills * 3 / 4, "Only %u kills of %u were in time.\n", done, kills);
    temp_path(FILE_NAME, file);
    verify_file(file, size, 0);
    trace("%u kills, %.2f MiB fetched again, at most %.2f after one.\n", done,
          (double)(sent(origin) - size) / (double)MIB, (double)most_again(origin) / (double)MIB);
    ok(sent(origin) <= size + done * AGAIN_MAX, "%llu bytes were sent for %llu, %u kills.\n",
       (unsigned long long)sent(origin), (unsigned long long)size, done);
    DeleteFileW(file);
    origin_destroy(origin);
}

START_TEST(kills)
{
    char **argv;
    WCHAR folder[MAX_PATH], url[256];

    if (winetest_get_mainargs(&argv) >= 5)
    {
        swprintf(folder, MAX_PATH, L"%hs", argv[3]);
        swprintf(url, ARRAY_SIZE(url), L"%hs", argv[4]);
        run_engine(folder, url);
        return;
    }
    com_start(COINIT_MULTITHREADED);
    RUN_TEST(test_kills);
    com_stop();
}
