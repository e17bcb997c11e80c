/* SPDX-License-Identifier: LGPL-2.1-or-later
 *
 * restart [SECONDS]: starts the engine on the queue that calls.exe has left. Prints "jobs N" and,
 * in seconds from the start of COM, "visible N" (they can be counted), "transferring N" (the server
 * of the download has answered) and "running N" (there are more bytes than before). Bytes are told
 * when they are written: after a MiB, or after a second where the server is slower than that. Then
 * stays for so many seconds, with the download suspended: "idle" is printed. */
#include "bench.h"

#include <stdio.h>
#include <stdlib.h>

#define LIMIT_SECONDS 60.0

static IBackgroundCopyJob *find_download(IEnumBackgroundCopyJobs *jobs)
{
    IBackgroundCopyJob *job;
    BG_JOB_PRIORITY priority;

    while (IEnumBackgroundCopyJobs_Next(jobs, 1, &job, NULL) == S_OK)
    {
        bench_check(IBackgroundCopyJob_GetPriority(job, &priority), "GetPriority");
        if (priority == BG_JOB_PRIORITY_FOREGROUND) return job;
        IBackgroundCopyJob_Release(job);
    }
    bench_fail("to find the download");
    return NULL;
}

static UINT64 bytes_of(IBackgroundCopyJob *job)
{
    BG_JOB_PROGRESS progress;

    bench_check(IBackgroundCopyJob_GetProgress(job, &progress), "GetProgress");
    return progress.BytesTransferred;
}

static BG_JOB_STATE state_of(IBackgroundCopyJob *job)
{
    BG_JOB_STATE state;

    bench_check(IBackgroundCopyJob_GetState(job, &state), "GetState");
    return state;
}

int main(int argc, char **argv)
{
    double start = bench_now(), visible, transferring;
    IBackgroundCopyManager *manager = bench_manager();
    IEnumBackgroundCopyJobs *jobs;
    IBackgroundCopyJob *download;
    UINT64 before;
    ULONG count;

    bench_check(IBackgroundCopyManager_EnumJobs(manager, 0, &jobs), "EnumJobs");
    bench_check(IEnumBackgroundCopyJobs_GetCount(jobs, &count), "GetCount");
    visible = bench_now() - start;
    download = find_download(jobs);
    before = bytes_of(download);
    while (state_of(download) != BG_JOB_STATE_TRANSFERRING)
    {
        if (bench_now() - start > LIMIT_SECONDS) bench_fail("the download");
        Sleep(1);
    }
    transferring = bench_now() - start;
    while (bytes_of(download) <= before)
    {
        if (bench_now() - start > LIMIT_SECONDS) bench_fail("the download");
        Sleep(1);
    }
    printf("jobs %lu\nvisible %.3f\ntransferring %.3f\nrunning %.3f\n", count, visible,
           transferring, bench_now() - start);
    fflush(stdout);
    if (argc == 2)
    {
        bench_check(IBackgroundCopyJob_Suspend(download), "Suspend");
        Sleep(2000);
        printf("idle\n");
        fflush(stdout);
        Sleep(strtoul(argv[1], NULL, 10) * 1000);
    }
    TerminateProcess(GetCurrentProcess(), 0);
    return 0;
}
