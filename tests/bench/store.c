/* SPDX-License-Identifier: LGPL-2.1-or-later
 *
 * store [JOBS [COMMITS]]: the durable queue with so many jobs of one file each. Prints "fill N",
 * "open N" and "load N" (seconds), "commit N" and "commit_p99 N" (microseconds for the status of
 * one job, flushed), and "size N" (bytes). */
#include "bench.h"
#include "samples.h"

#include <stdio.h>
#include <stdlib.h>

#include "harness/store_fixture.h"

#define NAME  "bench.db"
#define BATCH 1000

static HRESULT drop_job(void *ctx, const GUID *id, const struct job_status *status,
                        struct job_texts *texts)
{
    (void)id;
    (void)status;
    job_texts_free(texts);
    ++*(unsigned int *)ctx;
    return S_OK;
}

static HRESULT drop_file(void *ctx, const GUID *id, uint32_t index, struct file_status *status,
                         struct file_names *names)
{
    (void)ctx;
    (void)id;
    (void)index;
    file_status_done(status);
    file_names_free(names);
    return S_OK;
}

static struct store *open_store(void)
{
    struct store_report report;
    struct store *store;

    bench_check(store_open(scratch_wide(NAME), NULL, &store, &report), "store_open");
    return store;
}

static void tell(const char *name, double seconds)
{
    printf("%s %.3f\n", name, seconds);
    bench_samples(name, &seconds, 1, 1, "s");
}

static void fill(struct store *store, unsigned int jobs)
{
    double start = bench_now();

    for (unsigned int first = 0; first < jobs; first += BATCH)
    {
        struct store_change *changes = NULL;

        for (unsigned int i = first; i < jobs && i < first + BATCH; i++)
            changes = store_test_join(store_test_whole_job(i, 1), changes);
        bench_check(store_test_commit(store, changes), "commit");
    }
    tell("fill", bench_now() - start);
}

static int compare(const void *a, const void *b)
{
    double left = *(const double *)a, right = *(const double *)b;

    return (left > right) - (left < right);
}

static void commit(struct store *store, unsigned int jobs, unsigned int count)
{
    double *times = calloc(count, sizeof(*times));

    if (!times) bench_fail("calloc");
    for (unsigned int i = 0; i < count; i++)
    {
        struct store_change *change = store_test_job_status(i * 7919 % jobs, i);
        double start = bench_now();

        bench_check(store_sqlite_ops.commit(store, change), "commit");
        times[i] = bench_now() - start;
        store_changes_free(change);
    }
    bench_samples("commit", times, count, 1e6, "us");
    qsort(times, count, sizeof(*times), compare);
    printf("commit %.0f\n", times[count / 2] * 1e6);
    printf("commit_p99 %.0f\n", times[count - 1 - count / 100] * 1e6);
    free(times);
}

int main(int argc, char **argv)
{
    static const struct store_loader loader = {drop_job, drop_file};
    unsigned int jobs = argc > 1 ? strtoul(argv[1], NULL, 10) : 10000;
    unsigned int commits = argc > 2 ? strtoul(argv[2], NULL, 10) : 1000;
    unsigned int loaded = 0;
    struct store *store;
    double start;
    size_t size;

    if (!jobs || !commits) bench_fail("usage");
    scratch_remove_store(NAME);
    store = open_store();
    fill(store, jobs);
    commit(store, jobs, commits);
    store_close(store);

    start = bench_now();
    store = open_store();
    tell("open", bench_now() - start);
    start = bench_now();
    bench_check(store_load(store, &loader, &loaded), "store_load");
    tell("load", bench_now() - start);
    if (loaded != jobs) bench_fail("Not all jobs came back");
    store_close(store);

    free(scratch_read(NAME, &size));
    printf("size %zu\n", size);
    scratch_remove_store(NAME);
    scratch_done();
    return 0;
}
