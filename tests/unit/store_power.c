/* SPDX-License-Identifier: LGPL-2.1-or-later
 *
 * src/store, with the power cut at every point of its writing, and on a full disk. What a commit
 * said is there, and no commit is there by half. */
#include "harness/test.h"

#include <stdlib.h>
#include <string.h>

#include "base/log.h"
#include "harness/fault_vfs.h"
#include "harness/store_fixture.h"

#define NAME          "power.db"
#define COMMITS       8
#define TIME_LIMIT_MS 15000
#define PENDING_MAX   64
#define SECTOR        512

static const struct store_options options = {.vfs = FAULT_VFS};

static HRESULT open_store(struct store **store, struct store_report *report)
{
    return store_open(scratch_wide(NAME), &options, store, report);
}

/* Commit number n sets a number in two jobs and adds one with a file. */
static struct store_change *changes_of(uint32_t n)
{
    struct store_change *changes = store_test_whole_job(10 + n, 1);

    if (n == 1)
    {
        store_test_join(changes, store_test_job(1));
        store_test_join(changes, store_test_job(2));
    }
    store_test_join(changes, store_test_job_status(1, n));
    return store_test_join(changes, store_test_job_status(2, n));
}

/* The number of the last commit that is there; each must be whole. */
static uint32_t check_loaded(struct store *store)
{
    const struct loaded_job *one, *two;
    struct loaded loaded;
    uint32_t last = 0;
    HRESULT hr = store_test_load(store, &loaded);

    ok(hr == S_OK, "Got hr %#lx.\n", (unsigned long)hr);
    one = loaded_find(&loaded, 1);
    two = loaded_find(&loaded, 2);
    if (one) last = one->error_count;
    ok((one != NULL) == (two != NULL), "One of two jobs is there.\n");
    if (one && two) ok(two->error_count == last, "Got %u and %u.\n", last, two->error_count);
    ok(loaded.count == (last ? last + 2 : 0), "%zu jobs after commit %u.\n", loaded.count, last);
    for (uint32_t n = 1; n <= last; n++)
    {
        const struct loaded_job *job = loaded_find(&loaded, 10 + n);

        ok(job && job->files == 1, "The job of commit %u is not whole.\n", n);
    }
    loaded_done(&loaded);
    return last;
}

/* ---- the disk after a power cut ---- */

struct image
{
    uint8_t data[512 * 1024];
    size_t size;
    bool exists;
};

static struct image images[DISK_FILE_COUNT], lasting[DISK_FILE_COUNT];

static void apply(struct image *image, const struct disk_op *op, size_t size)
{
    size_t end = (size_t)op->offset + size;

    switch (op->kind)
    {
    case DISK_WRITE:
        ok(end <= sizeof(image->data), "The image is too small.\n");
        if (end > sizeof(image->data)) return;
        if (end > image->size) memset(image->data + image->size, 0, end - image->size);
        memcpy(image->data + op->offset, op->data, size);
        if (end > image->size) image->size = end;
        image->exists = true;
        break;
    case DISK_TRUNCATE:
        if ((size_t)op->offset < image->size) image->size = (size_t)op->offset;
        break;
    case DISK_REMOVE:
        image->exists = false;
        image->size = 0;
        break;
    default:
        break;
    }
}

static uint32_t next_random(void)
{
    static uint64_t state = 20201;

    state = state * 6364136223846793005ull + 1442695040888963407ull;
    return (uint32_t)(state >> 33);
}

/* What of the pending operations reached the disk: all, none, or for each one by chance nothing,
 * the whole or its first half. */
enum fate
{
    FATE_ALL,
    FATE_NONE,
    FATE_CHANCE
};

static void make_disk(const struct disk_op *const *pending, size_t count, enum fate fate)
{
    static const char *const names[DISK_FILE_COUNT] = {NAME, NAME "-wal", NAME "-journal"};

    memcpy(images, lasting, sizeof(images));
    for (size_t i = 0; i < count; i++)
    {
        size_t size = pending[i]->size;
        uint32_t chance = fate == FATE_CHANCE ? next_random() % 3 : fate == FATE_ALL ? 0 : 1;

        if (chance == 1) continue;
        if (chance == 2 && size > SECTOR) size = size / 2 / SECTOR * SECTOR;
        apply(&images[pending[i]->file], pending[i], size);
    }
    for (int i = 0; i < DISK_FILE_COUNT; i++)
    {
        scratch_remove(names[i]);
        if (images[i].exists) scratch_write(names[i], images[i].data, images[i].size);
    }
}

static void check_disk(uint32_t said)
{
    struct store_report report;
    struct store *store;
    uint32_t last;
    HRESULT hr = open_store(&store, &report);

    ok(hr == S_OK, "Got hr %#lx.\n", (unsigned long)hr);
    if (FAILED(hr)) return;
    ok(!said || !report.aside, "The store was set aside.\n");
    ok(!report.damaged_jobs, "%u damaged jobs.\n", (unsigned int)report.damaged_jobs);
    last = check_loaded(store);
    ok(last >= said && last <= said + 1, "Commit %u is there, %u was said.\n", last, said);
    store_close(store);
    scratch_remove_store(NAME);
    scratch_remove(NAME "-journal");
}

static void record_work(void)
{
    struct store_report report;
    struct store *store;
    HRESULT hr;

    fault_vfs_record(true);
    hr = open_store(&store, &report);
    ok(hr == S_OK, "Got hr %#lx.\n", (unsigned long)hr);
    for (uint32_t n = 1; n <= COMMITS; n++)
    {
        hr = store_test_commit(store, changes_of(n));
        ok(hr == S_OK, "Got hr %#lx.\n", (unsigned long)hr);
        fault_vfs_mark(n);
        if (n % 3) continue;

        /* Takes the log into the file. */
        store_close(store);
        hr = open_store(&store, &report);
        ok(hr == S_OK, "Got hr %#lx.\n", (unsigned long)hr);
    }
    store_close(store);
    fault_vfs_record(false);
    scratch_remove_store(NAME);
}

/* A flush makes what was done to its file lasting; others' removals too, as folders are flushed
 * with anything. */
static void flush(const struct disk_op **pending, size_t *count, enum disk_file file)
{
    size_t left = 0;

    for (size_t i = 0; i < *count; i++)
        if (pending[i]->file == file || pending[i]->kind == DISK_REMOVE)
            apply(&lasting[pending[i]->file], pending[i], pending[i]->size);
        else
            pending[left++] = pending[i];
    *count = left;
}

static void test_power_cut(void)
{
    const struct disk_op *ops, *pending[PENDING_MAX];
    size_t op_count, count = 0, disks = 0, longest = 0, i;
    uint64_t start = test_ticks();
    uint32_t said = 0;

    withstands("A12");
    record_work();
    ops = fault_vfs_ops(&op_count);
    memset(lasting, 0, sizeof(lasting));
    for (i = 0; i < op_count && test_ticks() - start < TIME_LIMIT_MS; i++)
    {
        int chances = ops[i].kind == DISK_SYNC ? 24 : 2;

        winetest_push_context("operation %zu", i);
        if (count)
            for (int turn = 0; turn < chances; turn++, disks++)
            {
                make_disk(pending, count, turn < 2 ? (enum fate)turn : FATE_CHANCE);
                check_disk(said);
            }
        winetest_pop_context();

        if (ops[i].kind == DISK_SYNC)
            flush(pending, &count, ops[i].file);
        else if (ops[i].kind == DISK_MARK)
            said = (uint32_t)ops[i].offset;
        else if (count < PENDING_MAX)
            pending[count++] = &ops[i];
        else
            ok(0, "More than %d operations without a flush.\n", PENDING_MAX);
        if (count > longest) longest = count;
    }
    /* As it was left. */
    make_disk(pending, count, FATE_NONE);
    check_disk(said);
    ok(i < op_count || said == COMMITS, "Commit %u was the last.\n", said);
    trace("%zu of %zu operations, %zu disks, up to %zu operations not flushed\n", i, op_count,
          disks, longest);
    fault_vfs_forget();
}

static void test_disk_full(void)
{
    withstands("E2");
    for (int64_t space = 0; space < 300000; space += 9973)
    {
        struct store_report report;
        struct store *store;
        uint32_t said = 0;
        HRESULT hr = open_store(&store, &report);

        winetest_push_context("%d bytes", (int)space);
        ok(hr == S_OK, "Got hr %#lx.\n", (unsigned long)hr);
        fault_vfs_set_space(space);
        while (said < 20 && SUCCEEDED(hr = store_test_commit(store, changes_of(said + 1))))
            said++;
        ok(hr == ERR_DISK_FULL || said == 20, "Got hr %#lx.\n", (unsigned long)hr);
        ok(check_loaded(store) == said, "%u commits were said.\n", said);

        fault_vfs_set_space(FAULT_VFS_UNLIMITED);
        hr = store_test_commit(store, changes_of(said + 1));
        ok(hr == S_OK, "Got hr %#lx.\n", (unsigned long)hr);
        ok(check_loaded(store) == said + 1, "%u commits were said.\n", said + 1);
        store_close(store);

        hr = open_store(&store, &report);
        ok(hr == S_OK && !report.aside, "Got hr %#lx.\n", (unsigned long)hr);
        ok(check_loaded(store) == said + 1, "%u commits were said.\n", said + 1);
        store_close(store);
        scratch_remove_store(NAME);
        winetest_pop_context();
    }
}

/* A full disk is no damage: nothing is set aside. */
static void test_open_on_full_disk(void)
{
    struct store_report report;
    struct store *store;
    HRESULT hr;

    for (int64_t space = 0; space < 40000; space += 997)
    {
        fault_vfs_set_space(space);
        hr = open_store(&store, &report);
        ok(hr == ERR_DISK_FULL || hr == S_OK, "%d bytes: got hr %#lx.\n", (int)space,
           (unsigned long)hr);
        store_close(store);
        fault_vfs_set_space(FAULT_VFS_UNLIMITED);
        hr = open_store(&store, &report);
        ok(hr == S_OK && !report.aside, "%d bytes: got hr %#lx, aside %u.\n", (int)space,
           (unsigned long)hr, (unsigned int)report.aside);
        store_close(store);
        scratch_remove_store(NAME);
    }
}

START_TEST(store_power)
{
    log_configure("store=off");
    fault_vfs_use();
    fault_vfs_skip_sync(true);
    scratch_remove_store(NAME);
    RUN_TEST(test_power_cut);
    RUN_TEST(test_disk_full);
    RUN_TEST(test_open_on_full_disk);
    scratch_done();
}
