/* SPDX-License-Identifier: LGPL-2.1-or-later */
#include "samples.h"

#include <stdio.h>
#include <stdlib.h>

static const char *setting(const char *name)
{
    const char *value = getenv(name);

    return value ? value : "";
}

void bench_samples(const char *name, const double *values, unsigned int count, double scale,
                   const char *unit)
{
    char path[1024];
    FILE *file;

    if (!*setting("BENCH_SAMPLES")) return;
    /* The scripts name files as the host does. */
    snprintf(path, sizeof(path), "%s%s", *setting("BENCH_SAMPLES") == '/' ? "Z:" : "",
             setting("BENCH_SAMPLES"));
    if (!(file = fopen(path, "ab")))
    {
        fprintf(stderr, "bench: %s cannot be opened\n", path);
        return;
    }
    for (unsigned int i = 0; i < count; i++)
        fprintf(file, "%s%s%s\t%u\t%.6g\t-\t%s\n", setting("BENCH_FIGURE"), name,
                setting("BENCH_VARIANT"), i + 1, values[i] * scale, unit);
    fclose(file);
}
