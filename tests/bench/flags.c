/* SPDX-License-Identifier: LGPL-2.1-or-later
 *
 * flags: SetPeerCachingFlags in process, microseconds a call: "same N" when nothing changes,
 * "change N" when the flags do, and "state N" for GetState beside it. Medians of 20 rounds. */
#include "bench.h"

#include <stdio.h>
#include <stdlib.h>

#define ROUNDS 20
#define CALLS  20000

static IBackgroundCopyJob *job;
static IBackgroundCopyJob4 *job4;

static int compare(const void *a, const void *b)
{
    double x = *(const double *)a, y = *(const double *)b;

    return (x > y) - (x < y);
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

static void measure(const char *name, void (*call)(unsigned int i))
{
    double rounds[ROUNDS];

    for (unsigned int round = 0; round < ROUNDS; round++)
    {
        double start = bench_now();

        for (unsigned int i = 0; i < CALLS; i++)
            call(i);
        rounds[round] = (bench_now() - start) * 1e6 / CALLS;
    }
    qsort(rounds, ROUNDS, sizeof(*rounds), compare);
    printf("%s %.3f\n", name, rounds[ROUNDS / 2]);
}

int main(void)
{
    IBackgroundCopyManager *manager = bench_manager();

    job = bench_job(manager, BG_JOB_PRIORITY_NORMAL);
    bench_check(IBackgroundCopyJob_QueryInterface(job, &IID_IBackgroundCopyJob4, (void **)&job4),
                "QueryInterface");
    bench_check(IBackgroundCopyJob4_SetPeerCachingFlags(job4, 3), "SetPeerCachingFlags");
    measure("same", set_same);
    measure("change", set_other);
    measure("state", get_state);
    IBackgroundCopyJob_Cancel(job);
    IBackgroundCopyJob4_Release(job4);
    IBackgroundCopyJob_Release(job);
    IBackgroundCopyManager_Release(manager);
    CoUninitialize();
    return 0;
}
