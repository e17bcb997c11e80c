/* SPDX-License-Identifier: LGPL-2.1-or-later
 *
 * calls JOBS [URL FILE]: makes so many suspended jobs, then times single calls among them. Prints
 * "name median p99", microseconds: "create" (CreateJob and AddFile), "same" and "change"
 * (SetPeerCachingFlags), "state" (GetState), "find" (GetJob), "cancel"; "walk": one job of an
 * enumeration with GetId and GetState. With URL it leaves a job behind that fetches it. With 0 jobs
 * it makes one, and only "same", "change" and "state" are timed. */
#include "bench.h"
#include "samples.h"

#include <stdio.h>
#include <stdlib.h>

#define CALLS 1000
#define WALKS 5

static IBackgroundCopyManager *manager;
static IBackgroundCopyJob *job;
static IBackgroundCopyJob4 *job4;
static GUID ids[CALLS];
static IBackgroundCopyJob *made[CALLS];

static int compare(const void *a, const void *b)
{
    double x = *(const double *)a, y = *(const double *)b;

    return (x > y) - (x < y);
}

static void measure(const char *name, void (*call)(unsigned int i), unsigned int count,
                    double divisor)
{
    static double times[CALLS];

    for (unsigned int i = 0; i < count; i++)
    {
        double start = bench_now();

        call(i);
        times[i] = (bench_now() - start) * 1e6 / divisor;
    }
    bench_samples(name, times, count, 1, "us");
    qsort(times, count, sizeof(*times), compare);
    printf("%s %.2f %.2f\n", name, times[count / 2], times[count - 1 - count / 100]);
    fflush(stdout);
}

static IBackgroundCopyJob *make_job(GUID *id)
{
    IBackgroundCopyJob *created;

    bench_check(
        IBackgroundCopyManager_CreateJob(manager, L"bench", BG_JOB_TYPE_DOWNLOAD, id, &created),
        "CreateJob");
    bench_check(IBackgroundCopyJob_AddFile(created, L"http://127.0.0.1:9/file", L"C:\\bench"),
                "AddFile");
    return created;
}

static void create(unsigned int i)
{
    made[i] = make_job(&ids[i]);
}

static void set_same(unsigned int i)
{
    (void)i;
    bench_check(IBackgroundCopyJob4_SetPeerCachingFlags(job4, 3), "SetPeerCachingFlags");
}

static void set_other(unsigned int i)
{
    bench_check(IBackgroundCopyJob4_SetPeerCachingFlags(job4, i & 7), "SetPeerCachingFlags");
}

static void get_state(unsigned int i)
{
    BG_JOB_STATE state;

    (void)i;
    bench_check(IBackgroundCopyJob_GetState(job, &state), "GetState");
}

static void find(unsigned int i)
{
    IBackgroundCopyJob *found;

    bench_check(IBackgroundCopyManager_GetJob(manager, &ids[i], &found), "GetJob");
    IBackgroundCopyJob_Release(found);
}

static void walk(unsigned int i)
{
    IEnumBackgroundCopyJobs *jobs;
    IBackgroundCopyJob *each;
    BG_JOB_STATE state;
    GUID id;

    (void)i;
    bench_check(IBackgroundCopyManager_EnumJobs(manager, 0, &jobs), "EnumJobs");
    while (IEnumBackgroundCopyJobs_Next(jobs, 1, &each, NULL) == S_OK)
    {
        bench_check(IBackgroundCopyJob_GetId(each, &id), "GetId");
        bench_check(IBackgroundCopyJob_GetState(each, &state), "GetState");
        IBackgroundCopyJob_Release(each);
    }
    IEnumBackgroundCopyJobs_Release(jobs);
}

static void cancel(unsigned int i)
{
    bench_check(IBackgroundCopyJob_Cancel(made[i]), "Cancel");
    IBackgroundCopyJob_Release(made[i]);
}

static void leave_download(const char *url, const char *file)
{
    WCHAR wide_url[512], wide_file[MAX_PATH];
    IBackgroundCopyJob *download;

    MultiByteToWideChar(CP_ACP, 0, url, -1, wide_url, 512);
    MultiByteToWideChar(CP_ACP, 0, file, -1, wide_file, MAX_PATH);
    download = bench_job(manager, BG_JOB_PRIORITY_FOREGROUND);
    bench_check(IBackgroundCopyJob_AddFile(download, wide_url, wide_file), "AddFile");
    bench_check(IBackgroundCopyJob_Resume(download), "Resume");
}

int main(int argc, char **argv)
{
    unsigned long count = argc > 1 ? strtoul(argv[1], NULL, 10) : 1000;
    GUID id;

    manager = bench_manager();
    job = make_job(&id);
    for (unsigned long i = 1; i < count; i++)
    {
        IBackgroundCopyJob *other = make_job(&id);

        IBackgroundCopyJob_Release(other);
    }
    bench_check(IBackgroundCopyJob_QueryInterface(job, &IID_IBackgroundCopyJob4, (void **)&job4),
                "QueryInterface");
    if (count) measure("create", create, CALLS, 1);
    bench_check(IBackgroundCopyJob4_SetPeerCachingFlags(job4, 3), "SetPeerCachingFlags");
    measure("same", set_same, CALLS, 1);
    measure("change", set_other, CALLS, 1);
    measure("state", get_state, CALLS, 1);
    if (count)
    {
        measure("find", find, CALLS, 1);
        measure("walk", walk, WALKS, (double)count + CALLS);
        measure("cancel", cancel, CALLS, 1);
    }
    if (argc == 4) leave_download(argv[2], argv[3]);
    /* Everything stays as it is: the queue is there for the next program. */
    fflush(stdout);
    TerminateProcess(GetCurrentProcess(), 0);
    return 0;
}
