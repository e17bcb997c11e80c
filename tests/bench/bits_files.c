/* SPDX-License-Identifier: LGPL-2.1-or-later
 *
 * bits_files URL FOLDER COUNT: COUNT small files (URL/0, URL/1, ...) in one job. Prints "add N",
 * "transfer N" and "seconds N": seconds of AddFileSet, up to TRANSFERRED, and with Complete. */
#include "bench.h"

#include <stdio.h>
#include <stdlib.h>

/* No header declares it. */
int wmain(int argc, WCHAR **argv);

int wmain(int argc, WCHAR **argv)
{
    IBackgroundCopyManager *manager;
    IBackgroundCopyJob *job;
    BG_FILE_INFO *files;
    double start, added, transferred;
    ULONG count;

    if (argc != 4) bench_fail("usage");
    count = wcstoul(argv[3], NULL, 10);
    if (!(files = calloc(count, sizeof(*files)))) bench_fail("calloc");
    for (ULONG i = 0; i < count; i++)
    {
        files[i].RemoteName = malloc(600);
        files[i].LocalName = malloc(600);
        _snwprintf(files[i].RemoteName, 300, L"%ls/%lu", argv[1], i);
        _snwprintf(files[i].LocalName, 300, L"%ls\\%lu", argv[2], i);
    }
    manager = bench_manager();
    start = bench_now();
    job = bench_job(manager, BG_JOB_PRIORITY_FOREGROUND);
    bench_check(IBackgroundCopyJob_AddFileSet(job, count, files), "AddFileSet");
    added = bench_now();
    bench_transfer(job);
    transferred = bench_now();
    bench_check(IBackgroundCopyJob_Complete(job), "Complete");
    printf("add %.4f\ntransfer %.4f\nseconds %.4f\n", added - start, transferred - added,
           bench_now() - added);
    IBackgroundCopyJob_Release(job);
    IBackgroundCopyManager_Release(manager);
    CoUninitialize();
    return 0;
}
