/* SPDX-License-Identifier: LGPL-2.1-or-later
 *
 * jobs COUNT: COUNT suspended jobs. Prints "create N" (microseconds a job), "bytes N" (memory a
 * job), and "walk N": milliseconds of EnumJobs and of a walk over all with GetId and GetState. */
#include "bench.h"
#include "samples.h"

#include <psapi.h>
#include <stdio.h>
#include <stdlib.h>

#define WALKS 5

static SIZE_T memory_used(void)
{
    PROCESS_MEMORY_COUNTERS counters = {.cb = sizeof(counters)};

    GetProcessMemoryInfo(GetCurrentProcess(), &counters, sizeof(counters));
    return counters.WorkingSetSize;
}

/* The macros of COM take their argument twice. */
static void add_job(IBackgroundCopyManager *manager)
{
    IBackgroundCopyJob *job = bench_job(manager, BG_JOB_PRIORITY_NORMAL);

    IBackgroundCopyJob_Release(job);
}

static double walk(IBackgroundCopyManager *manager, ULONG expected)
{
    IEnumBackgroundCopyJobs *jobs;
    IBackgroundCopyJob *job;
    double start = bench_now();
    ULONG count = 0;

    bench_check(IBackgroundCopyManager_EnumJobs(manager, 0, &jobs), "EnumJobs");
    while (IEnumBackgroundCopyJobs_Next(jobs, 1, &job, NULL) == S_OK)
    {
        BG_JOB_STATE state;
        GUID id;

        bench_check(IBackgroundCopyJob_GetId(job, &id), "GetId");
        bench_check(IBackgroundCopyJob_GetState(job, &state), "GetState");
        IBackgroundCopyJob_Release(job);
        count++;
    }
    IEnumBackgroundCopyJobs_Release(jobs);
    if (count != expected)
    {
        fprintf(stderr, "bench: walked %lu of %lu jobs\n", count, expected);
        ExitProcess(1);
    }
    return (bench_now() - start) * 1e3;
}

int main(int argc, char **argv)
{
    ULONG count = argc == 2 ? strtoul(argv[1], NULL, 10) : 10000;
    IBackgroundCopyManager *manager = bench_manager();
    SIZE_T before, after;
    double start, each, walks[WALKS], best = 1e9;

    add_job(manager);
    before = memory_used();
    start = bench_now();
    for (ULONG i = 1; i < count; i++)
        add_job(manager);
    each = (bench_now() - start) * 1e6 / count;
    printf("create %.3f\n", each);
    bench_samples("create", &each, 1, 1, "us");
    after = memory_used();
    each = ((double)after - (double)before) / count;
    printf("bytes %.0f\n", each);
    bench_samples("bytes", &each, 1, 1, "B");
    for (unsigned int i = 0; i < WALKS; i++)
    {
        walks[i] = walk(manager, count);
        if (walks[i] < best) best = walks[i];
    }
    printf("walk %.3f\n", best);
    bench_samples("walk", walks, WALKS, 1, "ms");
    IBackgroundCopyManager_Release(manager);
    return 0;
}
