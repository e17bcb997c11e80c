/* SPDX-License-Identifier: LGPL-2.1-or-later
 *
 * Jobs that are made, run, completed and cancelled in rounds leave nothing behind in the process:
 * handles, threads and memory are after the last rounds what they were after the first ones. For a
 * server in this process. OPENBITS_SOAK_JOBS sets how many jobs a round has. The files come from
 * another process, because what an origin notes of each request grows with every job. */
#include "download_fixture.h"

#include <limits.h>
#include <stdlib.h>

#include "usage.h"

#define ROUNDS 10
#define BASE   2 /* the first round of those that count: what is made once has been made */
#define MIDDLE 6 /* the rounds before it are held against those from it on */
#define JOBS   20
#define BATCH  10 /* that run at once */

/* ---- the other process ---- */

static struct
{
    HANDLE process;
    HANDLE end; /* it stays as long as this is open */
    WCHAR url[URL_MAX];
} server;

/* Writes the URL, and stays until nobody holds the other end of its input any more. */
static void serve(void)
{
    struct origin *own = origin_start(NULL);
    DWORD done;
    char byte;

    ok(own != NULL, "There is no origin.\n");
    if (!own) return;
    origin_add(own, "/small", &(struct origin_file){.size = SMALL});
    origin_wurl(own, "/small", server.url);
    ok(WriteFile(GetStdHandle(STD_OUTPUT_HANDLE), server.url, sizeof(server.url), &done, NULL),
       "Nobody wants the URL.\n");
    while (ReadFile(GetStdHandle(STD_INPUT_HANDLE), &byte, 1, &done, NULL) && done)
        continue;
    origin_destroy(own);
}

/* One end is for the other process. */
static bool make_pipe(HANDLE *read, HANDLE *write, HANDLE *inherited)
{
    if (!CreatePipe(read, write, NULL, 0)) return false;
    return SetHandleInformation(*inherited, HANDLE_FLAG_INHERIT, HANDLE_FLAG_INHERIT);
}

static bool start_process(HANDLE input, HANDLE output)
{
    STARTUPINFOA startup = {.cb = sizeof(startup),
                            .dwFlags = STARTF_USESTDHANDLES,
                            .hStdInput = input,
                            .hStdOutput = output,
                            .hStdError = GetStdHandle(STD_ERROR_HANDLE)};
    PROCESS_INFORMATION process;
    char line[2 * MAX_PATH], **argv;

    winetest_get_mainargs(&argv);
    snprintf(line, sizeof(line), "\"%s\" soak serve", argv[0]);
    if (!CreateProcessA(NULL, line, NULL, NULL, TRUE, 0, NULL, NULL, &startup, &process))
        return false;
    CloseHandle(process.hThread);
    server.process = process.hProcess;
    return true;
}

static bool read_url(HANDLE from)
{
    DWORD size = 0, got;

    while (size < sizeof(server.url) &&
           ReadFile(from, (char *)server.url + size, (DWORD)sizeof(server.url) - size, &got, NULL))
        size += got;
    return size == sizeof(server.url);
}

static bool start_server(void)
{
    HANDLE input, output, answer;
    bool is_good = make_pipe(&input, &server.end, &input) && make_pipe(&answer, &output, &output) &&
                   start_process(input, output);

    ok(is_good, "Could not start a process, error %lu.\n", GetLastError());
    CloseHandle(input);
    CloseHandle(output);
    is_good = is_good && read_url(answer);
    ok(is_good, "The other process does not serve.\n");
    CloseHandle(answer);
    return is_good;
}

static void stop_server(void)
{
    CloseHandle(server.end);
    if (server.process) wait_child_process(server.process);
    if (server.process) CloseHandle(server.process);
}

/* ---- jobs ---- */

static unsigned int jobs_per_round(void)
{
    char text[16];
    int jobs = test_env("OPENBITS_SOAK_JOBS", text, sizeof(text)) ? atoi(text) : 0;

    return jobs > 0 ? (unsigned int)jobs : JOBS;
}

/* Of each four jobs one is cancelled before it runs, one while it may, two are completed. */
static void end_one(IBackgroundCopyJob *job, unsigned int number)
{
    WCHAR path[MAX_PATH], name[32];
    HRESULT hr;

    if (number % 4 == 0)
        hr = IBackgroundCopyJob_Cancel(job);
    else if (number % 4 == 1)
    {
        IBackgroundCopyJob_Resume(job);
        hr = IBackgroundCopyJob_Cancel(job);
    }
    else
    {
        wait_for_state(job, TRANSFERRED, 3 * SOON);
        hr = IBackgroundCopyJob_Complete(job);
        swprintf(name, ARRAY_SIZE(name), L"soak-%u", number % BATCH);
        DeleteFileW(temp_path(name, path));
    }
    ok(hr == S_OK, "Job %u: got hr %#lx.\n", number, hr);
    IBackgroundCopyJob_Release(job);
}

static IBackgroundCopyJob *begin_one(IBackgroundCopyManager *manager, unsigned int number)
{
    WCHAR path[MAX_PATH], name[32];
    IBackgroundCopyJob *job = NULL;
    HRESULT hr;
    GUID id;

    swprintf(name, ARRAY_SIZE(name), L"soak-%u", number % BATCH);
    hr = IBackgroundCopyManager_CreateJob(manager, name, BG_JOB_TYPE_DOWNLOAD, &id, &job);
    ok(hr == S_OK, "Got hr %#lx.\n", hr);
    if (hr != S_OK) return NULL;
    hr = IBackgroundCopyJob_AddFile(job, server.url, temp_path(name, path));
    ok(hr == S_OK, "Got hr %#lx.\n", hr);
    IBackgroundCopyJob_SetPriority(job, BG_JOB_PRIORITY_FOREGROUND);
    if (number % 4 > 1) IBackgroundCopyJob_Resume(job);
    return job;
}

static void run_round(unsigned int jobs)
{
    IBackgroundCopyManager *manager = com_manager();

    for (unsigned int at = 0; at < jobs; at += BATCH)
    {
        IBackgroundCopyJob *batch[BATCH];

        for (unsigned int i = 0; i < BATCH; i++)
            if (!(batch[i] = begin_one(manager, at + i))) return;
        for (unsigned int i = 0; i < BATCH; i++)
            end_one(batch[i], at + i);
    }
}

static void test_rounds(void)
{
    struct usage first = {0}, last = {MAXDWORD, UINT_MAX, MAXDWORD}, now;
    unsigned int jobs = jobs_per_round();

    for (unsigned int round = 1; round <= ROUNDS; round++)
    {
        run_round(jobs);
        now = usage_now();
        trace("Round %u: %lu handles, %u threads, %lu KiB.\n", round, now.handles, now.threads,
              (unsigned long)now.kib);
        if (round >= BASE && round < MIDDLE) usage_take_most(&first, &now);
        if (round >= MIDDLE) usage_take_least(&last, &now);
    }
    usage_check(&first, &last);
}

START_TEST(soak)
{
    char **argv;

    if (winetest_get_mainargs(&argv) >= 3)
    {
        serve();
        return;
    }
    com_start(COINIT_MULTITHREADED);
    if (is_remote(com_manager()))
        skip("The server is another process.\n");
    else
    {
        if (start_server()) RUN_TEST(test_rounds);
        stop_server();
    }
    com_stop();
}
