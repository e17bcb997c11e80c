/* SPDX-License-Identifier: LGPL-2.1-or-later
 *
 * bits_put URL FILE: one file uploaded by a BITS job, Complete included. Prints "seconds N". */
#include "bench.h"

#include <stdio.h>

/* No header declares it. */
int wmain(int argc, WCHAR **argv);

int wmain(int argc, WCHAR **argv)
{
    IBackgroundCopyManager *manager;
    IBackgroundCopyJob *job;
    double start;
    GUID id;

    if (argc != 3) bench_fail("usage");
    manager = bench_manager();
    start = bench_now();
    bench_check(IBackgroundCopyManager_CreateJob(manager, L"put", BG_JOB_TYPE_UPLOAD, &id, &job),
                "create");
    bench_check(IBackgroundCopyJob_SetPriority(job, BG_JOB_PRIORITY_FOREGROUND), "SetPriority");
    bench_check(IBackgroundCopyJob_AddFile(job, argv[1], argv[2]), "AddFile");
    bench_finish(job);
    printf("seconds %.4f\n", bench_now() - start);
    IBackgroundCopyJob_Release(job);
    IBackgroundCopyManager_Release(manager);
    CoUninitialize();
    return 0;
}
