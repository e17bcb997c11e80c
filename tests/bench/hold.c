/* SPDX-License-Identifier: LGPL-2.1-or-later
 *
 * hold SECONDS: has a manager for so long; prints "held" when it has it. */
#include "bench.h"

#include <stdio.h>
#include <stdlib.h>

int main(int argc, char **argv)
{
    IBackgroundCopyManager *manager = bench_manager();

    printf("held\n");
    fflush(stdout);
    Sleep((argc > 1 ? strtoul(argv[1], NULL, 10) : 5) * 1000);
    IBackgroundCopyManager_Release(manager);
    CoUninitialize();
    return 0;
}
