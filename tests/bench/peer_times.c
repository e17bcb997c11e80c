/* SPDX-License-Identifier: LGPL-2.1-or-later
 *
 * peer_times WHAT ...: how long a machine among peers takes, as a client of its service sees it.
 *
 *   discover ROUNDS           from DiscoverPeers to the first peer in the list that was cleared
 *   missing URL FILE ROUNDS   a job that may ask peers for what nobody has, beside one that may
 * not; the round is added to URL and FILE toggle URL FILE ROUNDS    from SetPeerCachingFlags to the
 * first bytes of the other source rate URL FILE SECONDS     bytes a second from peers, over as long
 *
 * Prints lines "name value"; peer_times.sh sets the machines up.
 */
#include "bench.h"
#include "samples.h"

#include <stdbool.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <wchar.h>

#define LIMIT_S    60.0
#define ROUNDS_MAX 2000

static IBackgroundCopyManager *manager;

/* ---- figures ---- */

struct figures
{
    double values[ROUNDS_MAX];
    unsigned int count;
};

static int compare(const void *a, const void *b)
{
    double left = *(const double *)a, right = *(const double *)b;

    return (left > right) - (left < right);
}

static void add(struct figures *figures, double value)
{
    if (figures->count < ROUNDS_MAX) figures->values[figures->count++] = value;
}

static void print(const char *name, struct figures *figures)
{
    unsigned int n = figures->count;

    if (!n) bench_fail("nothing was measured");
    bench_samples(name, figures->values, n, 1000, "ms");
    qsort(figures->values, n, sizeof(double), compare);
    printf("%s_rounds %u\n%s_p50_ms %.1f\n%s_p99_ms %.1f\n%s_max_ms %.1f\n", name, n, name,
           figures->values[n / 2] * 1000, name, figures->values[n - 1 - n / 100] * 1000, name,
           figures->values[n - 1] * 1000);
}

/* ---- a job with one file ---- */

struct run
{
    IBackgroundCopyJob *job;
    IBackgroundCopyJob4 *job4;
    IBackgroundCopyFile4 *file;
};

static void set_flags(struct run *run, DWORD flags)
{
    bench_check(IBackgroundCopyJob4_SetPeerCachingFlags(run->job4, flags), "SetPeerCachingFlags");
}

static void begin(struct run *run, const WCHAR *url, const WCHAR *path, DWORD flags)
{
    IEnumBackgroundCopyFiles *files;
    IBackgroundCopyFile *file;

    DeleteFileW(path);
    run->job = bench_job(manager, BG_JOB_PRIORITY_FOREGROUND);
    bench_check(IBackgroundCopyJob_AddFile(run->job, url, path), "AddFile");
    bench_check(
        IBackgroundCopyJob_QueryInterface(run->job, &IID_IBackgroundCopyJob4, (void **)&run->job4),
        "IBackgroundCopyJob4");
    set_flags(run, flags);
    bench_check(IBackgroundCopyJob_EnumFiles(run->job, &files), "EnumFiles");
    bench_check(IEnumBackgroundCopyFiles_Next(files, 1, &file, NULL), "Next");
    bench_check(
        IBackgroundCopyFile_QueryInterface(file, &IID_IBackgroundCopyFile4, (void **)&run->file),
        "IBackgroundCopyFile4");
    IBackgroundCopyFile_Release(file);
    IEnumBackgroundCopyFiles_Release(files);
}

static void end(struct run *run)
{
    IBackgroundCopyJob_Cancel(run->job);
    IBackgroundCopyFile4_Release(run->file);
    IBackgroundCopyJob4_Release(run->job4);
    IBackgroundCopyJob_Release(run->job);
}

static void sources(struct run *run, UINT64 *origin, UINT64 *peers)
{
    BG_JOB_STATE state;

    bench_check(IBackgroundCopyFile4_GetPeerDownloadStats(run->file, origin, peers), "stats");
    bench_check(IBackgroundCopyJob_GetState(run->job, &state), "GetState");
    if (state == BG_JOB_STATE_ERROR || state == BG_JOB_STATE_TRANSIENT_ERROR)
        bench_fail("the job has failed");
}

static UINT64 source_of(struct run *run, BOOL is_peer)
{
    UINT64 origin, peers;

    sources(run, &origin, &peers);
    return is_peer ? peers : origin;
}

/* Until more than this has come from there. */
static double wait_more(struct run *run, BOOL is_peer, UINT64 than)
{
    double start = bench_now();

    while (source_of(run, is_peer) <= than)
    {
        if (bench_now() - start > LIMIT_S)
            bench_fail(is_peer ? "peers give nothing" : "the origin gives nothing");
        Sleep(1);
    }
    return bench_now() - start;
}

/* ---- what is measured ---- */

static ULONG count_peers(IBitsPeerCacheAdministration *admin)
{
    IEnumBitsPeers *peers;
    ULONG count = 0;

    bench_check(IBitsPeerCacheAdministration_EnumPeers(admin, &peers), "EnumPeers");
    IEnumBitsPeers_GetCount(peers, &count);
    IEnumBitsPeers_Release(peers);
    return count;
}

static void measure_discovery(unsigned int rounds)
{
    static struct figures figures;
    IBitsPeerCacheAdministration *admin;
    double start;

    bench_check(IBackgroundCopyManager_QueryInterface(manager, &IID_IBitsPeerCacheAdministration,
                                                      (void **)&admin),
                "IBitsPeerCacheAdministration");
    for (unsigned int i = 0; i < rounds; i++)
    {
        /* Nobody is answered twice in a second, and what was asked for must be over. */
        Sleep(4000);
        bench_check(IBitsPeerCacheAdministration_ClearPeers(admin), "ClearPeers");
        start = bench_now();
        bench_check(IBitsPeerCacheAdministration_DiscoverPeers(admin), "DiscoverPeers");
        while (!count_peers(admin))
        {
            if (bench_now() - start > LIMIT_S) bench_fail("there is no peer");
            Sleep(1);
        }
        add(&figures, bench_now() - start);
    }
    print("first_peer", &figures);
    IBitsPeerCacheAdministration_Release(admin);
}

static double time_of(const WCHAR *url, const WCHAR *path, DWORD flags)
{
    struct run run;
    double start;

    begin(&run, url, path, flags);
    start = bench_now();
    bench_transfer(run.job);
    start = bench_now() - start;
    end(&run);
    return start;
}

static void measure_missing(const WCHAR *url, const WCHAR *path, unsigned int rounds)
{
    static struct figures without, with;
    WCHAR each[2048], file[MAX_PATH];
    double cost;

    for (unsigned int i = 0; i < rounds; i++)
    {
        swprintf(each, ARRAYSIZE(each), L"%ls%u", url, i);
        swprintf(file, ARRAYSIZE(file), L"%ls%u", path, i);
        add(&without, time_of(each, file, 0));
        add(&with, time_of(each, file, BG_JOB_ENABLE_PEERCACHING_CLIENT));
    }
    print("origin_alone", &without);
    print("nobody_has_it", &with);
    cost = with.values[rounds / 2] - without.values[rounds / 2];
    printf("nobody_has_it_costs_ms %.1f\n", cost * 1000);
    bench_samples("nobody_has_it_costs", &cost, 1, 1000, "ms");
}

/* The rest of the file comes, and each byte of it has come once. */
static long long finish(struct run *run)
{
    BG_FILE_PROGRESS progress = {0};
    UINT64 origin, peers;

    bench_transfer(run->job);
    sources(run, &origin, &peers);
    IBackgroundCopyFile4_GetProgress(run->file, &progress);
    end(run);
    return (long long)(origin + peers) - (long long)progress.BytesTotal;
}

static bool is_nearly_there(struct run *run)
{
    BG_FILE_PROGRESS progress = {0};

    IBackgroundCopyFile4_GetProgress(run->file, &progress);
    return progress.BytesTransferred > progress.BytesTotal - progress.BytesTotal / 8;
}

static void begin_at_origin(struct run *run, const WCHAR *url, const WCHAR *path)
{
    begin(run, url, path, 0);
    bench_check(IBackgroundCopyJob_Resume(run->job), "Resume");
    wait_more(run, FALSE, 0);
}

/* A client sees a byte when the first piece of about a MiB is on the disk, so the time contains
 * that MiB. A job that is nearly done makes room for another one. */
static void measure_toggles(const WCHAR *url, const WCHAR *path, unsigned int rounds)
{
    static struct figures to_peer, to_origin;
    double twice;
    long long bytes_twice = 0;
    struct run run;

    begin_at_origin(&run, url, path);
    for (unsigned int i = 0; i < rounds; i++)
    {
        UINT64 before = source_of(&run, TRUE);

        set_flags(&run, BG_JOB_ENABLE_PEERCACHING_CLIENT);
        add(&to_peer, wait_more(&run, TRUE, before));
        before = source_of(&run, FALSE);
        set_flags(&run, 0);
        add(&to_origin, wait_more(&run, FALSE, before));
        if (!is_nearly_there(&run)) continue;
        bytes_twice += finish(&run);
        begin_at_origin(&run, url, path);
    }
    bytes_twice += finish(&run);
    print("origin_to_peer", &to_peer);
    print("peer_to_origin", &to_origin);
    printf("bytes_twice %lld\n", bytes_twice);
    twice = (double)bytes_twice;
    bench_samples("bytes_twice", &twice, 1, 1, "B");
}

static void measure_rate(const WCHAR *url, const WCHAR *path, unsigned int seconds)
{
    UINT64 first, last;
    struct run run;
    double start;

    begin(&run, url, path, BG_JOB_ENABLE_PEERCACHING_CLIENT);
    bench_check(IBackgroundCopyJob_Resume(run.job), "Resume");
    /* Behind the first burst. */
    wait_more(&run, TRUE, 0);
    Sleep(2000);
    first = source_of(&run, TRUE);
    start = bench_now();
    Sleep(seconds * 1000);
    last = source_of(&run, TRUE);
    printf("bytes_a_second %.0f\n", (double)(last - first) / (bench_now() - start));
    if (source_of(&run, FALSE)) bench_fail("it came from the origin");
    end(&run);
}

int wmain(int argc, WCHAR **argv);

int wmain(int argc, WCHAR **argv)
{
    unsigned int last = argc > 2 ? (unsigned int)_wtoi(argv[argc - 1]) : 0;

    if (!last || last > ROUNDS_MAX) bench_fail("usage");
    manager = bench_manager();
    if (!wcscmp(argv[1], L"discover") && argc == 3)
        measure_discovery(last);
    else if (argc != 5)
        bench_fail("usage");
    else if (!wcscmp(argv[1], L"missing"))
        measure_missing(argv[2], argv[3], last);
    else if (!wcscmp(argv[1], L"toggle"))
        measure_toggles(argv[2], argv[3], last);
    else if (!wcscmp(argv[1], L"rate"))
        measure_rate(argv[2], argv[3], last);
    else
        bench_fail("usage");
    IBackgroundCopyManager_Release(manager);
    CoUninitialize();
    return 0;
}
