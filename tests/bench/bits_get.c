/* SPDX-License-Identifier: LGPL-2.1-or-later
 *
 * bits_get URL FILE MIB: one file by a BITS job, Complete included. Prints "seconds N". Also runs
 * against another BITS. */
#include "bench.h"

#include <stdio.h>

/* No header declares it. */
int wmain(int argc, WCHAR **argv);

int wmain(int argc, WCHAR **argv)
{
    IBackgroundCopyManager *manager;
    IBackgroundCopyJob *job;
    char file[MAX_PATH], mib[16];
    double start;

    if (argc != 4) bench_fail("usage");
    manager = bench_manager();
    snprintf(file, sizeof(file), "%ls", argv[2]);
    snprintf(mib, sizeof(mib), "%ls", argv[3]);
    bench_warm(file, mib);
    start = bench_now();
    job = bench_job(manager, BG_JOB_PRIORITY_FOREGROUND);
    bench_check(IBackgroundCopyJob_AddFile(job, argv[1], argv[2]), "AddFile");
    bench_finish(job);
    printf("seconds %.4f\n", bench_now() - start);
    IBackgroundCopyJob_Release(job);
    IBackgroundCopyManager_Release(manager);
    CoUninitialize();
    return 0;
}
