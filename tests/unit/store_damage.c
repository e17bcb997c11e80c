/* SPDX-License-Identifier: LGPL-2.1-or-later
 *
 * src/store, with files that are not as they were left: cut, changed, newer, foreign. */
#include "harness/test.h"

#include <sqlite3.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "base/log.h"
#include "harness/fault_vfs.h"
#include "harness/store_fixture.h"

#define NAME           "damage.db"
#define JOBS           10
#define TIME_LIMIT_MS  10000
#define VERSION_OFFSET 60 /* of the header of an SQLite file: its user_version, high byte first */

static char *expected[JOBS + 1];

static HRESULT open_store(struct store **store, struct store_report *report)
{
    static const struct store_options options = {.vfs = FAULT_VFS};

    return store_open(scratch_wide(NAME), &options, store, report);
}

/* A store with ten jobs, closed; its bytes. */
static uint8_t *make_store(size_t *size)
{
    struct store_report report;
    struct store *store;
    uint8_t *data;
    HRESULT hr = open_store(&store, &report);

    ok(hr == S_OK, "Got hr %#lx.\n", (unsigned long)hr);
    for (unsigned int seed = 1; seed <= JOBS; seed++)
    {
        hr = store_test_commit(store, store_test_whole_job(seed, seed % 3));
        ok(hr == S_OK, "Got hr %#lx.\n", (unsigned long)hr);
    }
    store_close(store);
    data = scratch_read(NAME, size);
    ok(data && *size > 4096, "Got %zu bytes.\n", *size);
    scratch_remove_store(NAME);
    return data;
}

static void make_expected(void)
{
    for (unsigned int seed = 1; seed <= JOBS; seed++)
    {
        struct store_change *changes = store_test_whole_job(seed, seed % 3);

        free(expected[seed]);
        expected[seed] = store_test_text_of(changes);
        store_changes_free(changes);
    }
}

/* How many jobs came back? Each must be whole and as it was, once, in order. */
static size_t check_loaded(const struct loaded *loaded)
{
    unsigned int last = 0;

    for (size_t i = 0; i < loaded->count; i++)
    {
        unsigned int seed = 1;

        while (seed <= JOBS && strcmp(loaded->jobs[i].text, expected[seed]))
            seed++;
        ok(seed <= JOBS, "A job came back changed:\n%s\n", loaded->jobs[i].text);
        ok(seed > last, "Job %u came after %u.\n", seed, last);
        last = seed;
    }
    return loaded->count;
}

/* Opens what is there, loads it, writes to it and loads again; returns the number of old jobs. */
static size_t check_use(struct store_report *report)
{
    struct loaded loaded;
    struct store *store;
    size_t count = 0;
    HRESULT hr = open_store(&store, report);

    ok(hr == S_OK, "Got hr %#lx.\n", (unsigned long)hr);
    if (FAILED(hr)) return 0;
    hr = store_test_load(store, &loaded);
    ok(hr == S_OK, "Got hr %#lx.\n", (unsigned long)hr);
    count = check_loaded(&loaded);
    ok(count == report->jobs, "%zu jobs, reported %u.\n", count, (unsigned int)report->jobs);
    loaded_done(&loaded);
    store_close(store);
    return count;
}

static void test_cut(void)
{
    size_t size, whole = 0, none = 0;
    uint64_t start = test_ticks();
    uint8_t *data = make_store(&size);
    size_t tried = 0;

    withstands("A7");
    /* The first pages and the ends of pages byte by byte, between them in steps. */
    for (size_t len = 0; len < size && test_ticks() - start < TIME_LIMIT_MS;
         len += len < 128 || len % 4096 > 4090 || len % 4096 < 4 ? 1 : 37)
    {
        struct store_report report;
        size_t count;

        tried++;
        winetest_push_context("%zu bytes", len);
        scratch_write(NAME, data, len);
        count = check_use(&report);
        ok(count == JOBS || report.aside || report.damaged_jobs || report.is_new,
           "%zu jobs and nothing was reported.\n", count);
        if (count == JOBS) whole++;
        if (!count) none++;
        scratch_remove_store(NAME);
        winetest_pop_context();
    }
    trace("%zu lengths, %zu with all jobs, %zu without any\n", tried, whole, none);
    free(data);
}

static void test_flipped_bits(void)
{
    size_t size, unnoticed = 0, tried = 0, sum = 0, least = JOBS;
    uint64_t start = test_ticks();
    uint8_t *data = make_store(&size);
    char text[8];
    /* 1: every bit, for as long as that takes (with OPENBITS_TIMEOUT). */
    size_t chosen = test_env("OPENBITS_BIT_STEP", text, sizeof(text)) ? strtoul(text, NULL, 10) : 0;
    size_t step = chosen ? chosen : 331;

    withstands("A8");
    for (size_t bit = 0; bit < size * 8 && (chosen || test_ticks() - start < TIME_LIMIT_MS);
         bit += bit < 800 && step > 3 ? 3 : step)
    {
        struct store_report report;
        size_t count;

        tried++;
        data[bit / 8] ^= 1u << bit % 8;
        winetest_push_context("byte %zu bit %zu", bit / 8, bit % 8);
        scratch_write(NAME, data, size);
        count = check_use(&report);
        ok(count == JOBS || report.aside || report.damaged_jobs,
           "%zu jobs and nothing was reported.\n", count);
        ok(count >= JOBS - 1, "Only %zu jobs.\n", count);
        if (!report.aside && !report.damaged_jobs) unnoticed++;
        if (count < least) least = count;
        sum += count;
        data[bit / 8] ^= 1u << bit % 8;
        scratch_remove_store(NAME);
        winetest_pop_context();
    }
    trace("%zu bits of %zu: %zu without any effect, %zu.%02zu jobs left on average, %zu at least\n",
          tried, size * 8, unnoticed, sum / tried, sum * 100 / tried % 100, least);
    free(data);
}

/* What is damaged is kept. */
static void test_is_set_aside(void)
{
    static const char junk[] = "This is not a store at all, but somebody may want it back.";
    struct store_report report;
    uint8_t *data;
    size_t size;

    for (uint32_t i = 1; i <= 2; i++)
    {
        char name[64];

        scratch_write(NAME, junk, sizeof(junk));
        check_use(&report);
        ok(report.aside == i, "Got %u.\n", (unsigned int)report.aside);
        snprintf(name, sizeof(name), NAME ".damaged-%u", (unsigned int)i);
        data = scratch_read(name, &size);
        ok(data && size == sizeof(junk) && !memcmp(data, junk, size), "It is not as it was.\n");
        free(data);
    }
    scratch_remove_store(NAME);
}

/* What could not be repaired for want of space is repaired later. */
static void test_repair_on_full_disk(void)
{
    struct store_report report;
    struct store *store;
    size_t size, failures = 0;
    uint8_t *data = make_store(&size);
    HRESULT hr;

    data[100] ^= 0x40;
    for (int64_t space = 0; space < 200000; space += 4999)
    {
        winetest_push_context("%d bytes", (int)space);
        scratch_write(NAME, data, size);
        fault_vfs_set_space(space);
        for (int turn = 0; turn < 2; turn++)
        {
            hr = open_store(&store, &report);
            ok(hr == ERR_DISK_FULL || hr == S_OK, "Got hr %#lx.\n", (unsigned long)hr);
            if (FAILED(hr)) failures++;
            store_close(store);
        }
        fault_vfs_set_space(FAULT_VFS_UNLIMITED);
        ok(check_use(&report) == JOBS, "Got %u jobs.\n", (unsigned int)report.jobs);
        scratch_remove_store(NAME);
        winetest_pop_context();
    }
    ok(failures > 2, "The disk was never full.\n");
    free(data);
}

static void test_newer(void)
{
    struct store_report report;
    struct store *store;
    size_t size, size_after;
    uint8_t *data = make_store(&size), *after;
    HRESULT hr;

    withstands("A9");
    /* Version 5 and its complement. */
    memcpy(data + VERSION_OFFSET, "\xff\xfa\x00\x05", 4);
    scratch_write(NAME, data, size);
    hr = open_store(&store, &report);
    ok(hr == STORE_E_NEWER, "Got hr %#lx.\n", (unsigned long)hr);
    ok(!store, "There is a store.\n");
    after = scratch_read(NAME, &size_after);
    ok(after && size_after == size && !memcmp(after, data, size), "The file was changed.\n");
    free(after);
    free(data);
    scratch_remove_store(NAME);
}

/* A row whose key was changed is found by what it says of itself, whether its key now seems to be
 * one of another job, of none, or of a job before its own. */
static void test_misplaced(void)
{
    static const char *const moves[] = {
        "UPDATE files SET key=(7<<32)|9 WHERE key=5<<32",
        "UPDATE file_names SET key=77<<32 WHERE key=(5<<32)|1",
        "UPDATE files SET key=(1<<32)|1 WHERE key=(5<<32)|1",
        "UPDATE job_texts SET key=99 WHERE key=5",
        "UPDATE jobs SET key=-1 WHERE key=5",
    };
    struct store_report report;
    size_t size;
    uint8_t *data = make_store(&size);

    for (size_t i = 0; i < ARRAY_COUNT(moves); i++)
    {
        sqlite3 *db = NULL;

        winetest_push_context("%s", moves[i]);
        scratch_write(NAME, data, size);
        ok(!sqlite3_open(scratch_file(NAME), &db), "Could not open the file.\n");
        ok(!sqlite3_exec(db, moves[i], NULL, NULL, NULL) && sqlite3_changes(db) == 1,
           "SQLite: %s\n", sqlite3_errmsg(db));
        sqlite3_close(db);
        ok(check_use(&report) == JOBS, "Got %u jobs.\n", (unsigned int)report.jobs);
        ok(report.aside == 1, "Got %u.\n", (unsigned int)report.aside);
        scratch_remove_store(NAME);
        winetest_pop_context();
    }
    free(data);
}

/* Nothing that can be had there: a clear failure, and what is there stays. */
static void test_read_only(void)
{
    struct store_report report;
    struct store *store;
    size_t size, size_after;
    uint8_t *data = make_store(&size), *after;
    HRESULT hr;

    withstands("A10");
    fault_vfs_read_only(true);
    hr = open_store(&store, &report);
    ok(hr == ERR_PATH_NOT_FOUND, "Got hr %#lx.\n", (unsigned long)hr);
    ok(!store, "There is a store.\n");

    scratch_write(NAME, data, size);
    hr = open_store(&store, &report);
    ok(hr == E_ACCESSDENIED, "Got hr %#lx.\n", (unsigned long)hr);
    ok(!store, "There is a store.\n");
    fault_vfs_read_only(false);
    after = scratch_read(NAME, &size_after);
    ok(after && size_after == size && !memcmp(after, data, size), "The file was changed.\n");
    ok(check_use(&report) == JOBS && !report.aside, "Got %u jobs.\n", (unsigned int)report.jobs);
    free(after);
    free(data);
    scratch_remove_store(NAME);
}

START_TEST(store_damage)
{
    log_configure("store=off");
    fault_vfs_use();
    fault_vfs_skip_sync(true);
    scratch_remove_store(NAME);
    make_expected();
    RUN_TEST(test_is_set_aside);
    RUN_TEST(test_repair_on_full_disk);
    RUN_TEST(test_newer);
    RUN_TEST(test_read_only);
    RUN_TEST(test_misplaced);
    RUN_TEST(test_cut);
    RUN_TEST(test_flipped_bits);
    for (unsigned int seed = 1; seed <= JOBS; seed++)
        free(expected[seed]);
    scratch_done();
}
