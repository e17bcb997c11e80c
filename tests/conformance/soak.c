/* SPDX-License-Identifier: LGPL-2.1-or-later
 *
 * Jobs that are made, run, completed and cancelled in rounds leave nothing behind in the process:
 * handles, threads and memory are after the last rounds what they were after the first ones. For a
 * server in this process. OPENBITS_SOAK_JOBS sets how many jobs a round has. */
#include "download_fixture.h"

#include <limits.h>
#include <psapi.h>
#include <stdlib.h>
#include <tlhelp32.h>
#include <winternl.h>

#define ROUNDS    10
#define BASE      2 /* the first round of those that count: what is made once has been made */
#define COMPARED  3 /* first and last rounds whose figures are held against each other */
#define JOBS      20
#define BATCH     10 /* that run at once */
#define SLACK_KIB 512

#define SYSTEM_HANDLES 16

/* What NtQuerySystemInformation() tells of each handle. */
struct handle_entry
{
    USHORT process, reserved;
    UCHAR type, flags;
    USHORT value;
    void *object;
    ACCESS_MASK access;
};

struct handle_list
{
    ULONG count;
    struct handle_entry handles[];
};

struct usage
{
    DWORD handles;
    unsigned int threads;
    SIZE_T kib;
};

static unsigned int count_threads(void)
{
    HANDLE snapshot = CreateToolhelp32Snapshot(TH32CS_SNAPTHREAD, 0);
    THREADENTRY32 entry = {.dwSize = sizeof(entry)};
    unsigned int count = 0;

    for (BOOL more = Thread32First(snapshot, &entry); more; more = Thread32Next(snapshot, &entry))
        if (entry.th32OwnerProcessID == GetCurrentProcessId()) count++;
    CloseHandle(snapshot);
    return count;
}

/* Wine's GetProcessHandleCount() knows nothing; 0: neither does this one. */
static DWORD count_handles(void)
{
    NTSTATUS(WINAPI * query)(SYSTEM_INFORMATION_CLASS, void *, ULONG, ULONG *);
    ULONG size = 4 << 20, count = 0;
    struct handle_list *list;

    query = (void *)GetProcAddress(GetModuleHandleW(L"ntdll.dll"), "NtQuerySystemInformation");
    if (!query || !(list = malloc(size))) return 0;
    if (!query((SYSTEM_INFORMATION_CLASS)SYSTEM_HANDLES, list, size, NULL))
        for (ULONG i = 0; i < list->count; i++)
            if (list->handles[i].process == GetCurrentProcessId()) count++;
    free(list);
    return count;
}

static struct usage usage_now(void)
{
    PROCESS_MEMORY_COUNTERS counters = {.cb = sizeof(counters)};
    struct usage usage = {0};

    usage.handles = count_handles();
    usage.threads = count_threads();
    if (GetProcessMemoryInfo(GetCurrentProcess(), &counters, sizeof(counters)))
        usage.kib = counters.WorkingSetSize / 1024;
    return usage;
}

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
    WCHAR url[URL_MAX], path[MAX_PATH], name[32];
    IBackgroundCopyJob *job = NULL;
    HRESULT hr;
    GUID id;

    swprintf(name, ARRAY_SIZE(name), L"soak-%u", number % BATCH);
    hr = IBackgroundCopyManager_CreateJob(manager, name, BG_JOB_TYPE_DOWNLOAD, &id, &job);
    ok(hr == S_OK, "Got hr %#lx.\n", hr);
    if (hr != S_OK) return NULL;
    hr = IBackgroundCopyJob_AddFile(job, origin_wurl(origin, "/small", url), temp_path(name, path));
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

static void take_most(struct usage *usage, const struct usage *other)
{
    if (other->handles > usage->handles) usage->handles = other->handles;
    if (other->threads > usage->threads) usage->threads = other->threads;
    if (other->kib > usage->kib) usage->kib = other->kib;
}

static void take_least(struct usage *usage, const struct usage *other)
{
    if (other->handles < usage->handles) usage->handles = other->handles;
    if (other->threads < usage->threads) usage->threads = other->threads;
    if (other->kib < usage->kib) usage->kib = other->kib;
}

/* Threads come and go: the most of the first rounds against the least of the last. */
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
        if (round >= BASE && round < BASE + COMPARED) take_most(&first, &now);
        if (round > ROUNDS - COMPARED) take_least(&last, &now);
    }
    ok(first.handles > 0, "The handles cannot be counted.\n");
    ok(last.handles <= first.handles, "Got %lu handles, had %lu.\n", last.handles, first.handles);
    ok(last.threads <= first.threads, "Got %u threads, had %u.\n", last.threads, first.threads);
    ok(last.kib <= first.kib + first.kib / 100 + SLACK_KIB, "Got %lu KiB, had %lu.\n",
       (unsigned long)last.kib, (unsigned long)first.kib);
}

START_TEST(soak)
{
    downloads_start();
    if (is_remote(com_manager()))
        skip("The server is another process.\n");
    else
        RUN_TEST(test_rounds);
    downloads_stop();
}
