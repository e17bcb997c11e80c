/* SPDX-License-Identifier: LGPL-2.1-or-later
 *
 * active URL FOLDER COUNT SECONDS: how much memory transfers take that are under way. The URL's
 * file must take longer than that. Prints "mib_each N". */
#include "bench.h"
#include "samples.h"

#include <psapi.h>
#include <stdio.h>
#include <stdlib.h>

/* No header declares it. */
int wmain(int argc, WCHAR **argv);

#define JOBS_MAX 64

static double used_mib(void)
{
    PROCESS_MEMORY_COUNTERS counters = {.cb = sizeof(counters)};

    GetProcessMemoryInfo(GetCurrentProcess(), &counters, sizeof(counters));
    return (double)counters.WorkingSetSize / 1048576;
}

static IBackgroundCopyJob *start(IBackgroundCopyManager *manager, const WCHAR *url,
                                 const WCHAR *folder, unsigned int number)
{
    IBackgroundCopyJob *job = bench_job(manager, BG_JOB_PRIORITY_FOREGROUND);
    WCHAR name[MAX_PATH];

    swprintf(name, MAX_PATH, L"%ls\\active-%u", folder, number);
    bench_check(IBackgroundCopyJob_AddFile(job, url, name), "AddFile");
    bench_check(IBackgroundCopyJob_Resume(job), "Resume");
    return job;
}

static unsigned int count_active(IBackgroundCopyJob **jobs, unsigned int count)
{
    unsigned int active = 0;

    for (unsigned int i = 0; i < count; i++)
    {
        BG_JOB_STATE state = BG_JOB_STATE_ERROR;

        IBackgroundCopyJob_GetState(jobs[i], &state);
        active += state == BG_JOB_STATE_TRANSFERRING;
    }
    return active;
}

int wmain(int argc, WCHAR **argv)
{
    IBackgroundCopyJob *jobs[JOBS_MAX], *first;
    IBackgroundCopyManager *manager;
    unsigned int count, seconds;
    double before, each, most = 0;

    if (argc != 5) bench_fail("usage");
    count = (unsigned int)_wtoi(argv[3]);
    seconds = (unsigned int)_wtoi(argv[4]);
    if (!count || count > JOBS_MAX) bench_fail("1 to 64 jobs");
    manager = bench_manager();
    /* Threads and libraries come with the first one, whatever their number. */
    first = start(manager, argv[1], argv[2], JOBS_MAX);
    while (count_active(&first, 1) < 1)
        Sleep(50);
    Sleep(1000);
    before = used_mib();
    for (unsigned int i = 0; i < count; i++)
        jobs[i] = start(manager, argv[1], argv[2], i);
    for (unsigned int i = 0; i < 600 && count_active(jobs, count) < count; i++)
        Sleep(50);
    if (count_active(jobs, count) < count) bench_fail("not all at once");
    for (unsigned int i = 0; i < seconds * 10; i++)
    {
        double now = used_mib();

        if (now > most) most = now;
        Sleep(100);
    }
    each = (most - before) / count;
    printf("mib_before %.2f\nmib_each %.3f\n", before, each);
    bench_samples("mib_each", &each, 1, 1, "MiB");
    for (unsigned int i = 0; i < count; i++)
    {
        IBackgroundCopyJob_Cancel(jobs[i]);
        IBackgroundCopyJob_Release(jobs[i]);
    }
    IBackgroundCopyJob_Cancel(first);
    IBackgroundCopyJob_Release(first);
    IBackgroundCopyManager_Release(manager);
    CoUninitialize();
    return 0;
}
