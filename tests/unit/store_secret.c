/* SPDX-License-Identifier: LGPL-2.1-or-later
 *
 * src/store: secrets, and files of older versions, which had none. */
#include "harness/test.h"

#include <sqlite3.h>
#include <stdlib.h>
#include <string.h>

#include "base/log.h"
#include "harness/store_fixture.h"

#define NAME     "secret.db"
#define PASSWORD "correct horse battery staple"

static HRESULT change_bytes(void *ctx, const void *data, size_t size, struct store_secret *out)
{
    uint8_t key = *(uint8_t *)ctx;

    if (!(out->data = malloc(size + 1))) return E_OUTOFMEMORY;
    for (size_t i = 0; i < size; i++)
        out->data[i] = ((const uint8_t *)data)[i] ^ key;
    out->size = size;
    return S_OK;
}

static const struct secret_ops fake_ops = {change_bytes, change_bytes};
static uint8_t fake_key = 0xa5;
static struct store_options options;

static struct store *open_store(struct store_report *report)
{
    struct store_report unused;
    struct store *store;
    HRESULT hr = store_open(scratch_wide(NAME), &options, &store, report ? report : &unused);

    ok(hr == S_OK, "Got hr %#lx.\n", (unsigned long)hr);
    return store;
}

static void expect_put(struct store *store, unsigned int seed, uint32_t kind, const char *text,
                       HRESULT expected)
{
    GUID id = store_test_id(seed);
    HRESULT hr = store_put_secret(store, &id, kind, text, strlen(text));

    ok(hr == expected, "Got hr %#lx, expected %#lx.\n", (unsigned long)hr, (unsigned long)expected);
}

static void expect_get(struct store *store, unsigned int seed, uint32_t kind, const char *text,
                       HRESULT expected)
{
    GUID id = store_test_id(seed);
    struct store_secret secret;
    HRESULT hr = store_get_secret(store, &id, kind, &secret);

    ok(hr == expected, "Got hr %#lx, expected %#lx.\n", (unsigned long)hr, (unsigned long)expected);
    if (SUCCEEDED(hr))
        ok(secret.size == strlen(text) && !memcmp(secret.data, text, secret.size),
           "Got %zu other bytes.\n", secret.size);
    else
        ok(!secret.data && !secret.size, "There is a secret.\n");
    store_secret_free(&secret);
}

/* Where the bytes stand in the file; its size when they do not. */
static size_t find_in(const uint8_t *data, size_t size, const char *text)
{
    size_t len = strlen(text);

    for (size_t i = 0; i + len <= size; i++)
        if (!memcmp(data + i, text, len)) return i;
    return size;
}

static void check_not_on_disk(const char *name)
{
    size_t size;
    uint8_t *data = scratch_read(name, &size);

    ok(!data || find_in(data, size, PASSWORD) == size, "The password stands in %s.\n", name);
    free(data);
}

static void check_round_trip(void)
{
    struct store *store = open_store(NULL);
    GUID id = store_test_id(1);
    HRESULT hr;

    store_test_commit(store, store_test_whole_job(1, 1));
    store_test_commit(store, store_test_whole_job(2, 1));
    expect_get(store, 1, 7, NULL, ERR_NOT_FOUND);
    expect_put(store, 1, 7, "old", S_OK);
    expect_put(store, 1, 7, PASSWORD, S_OK);
    expect_put(store, 1, UINT32_MAX, "", S_OK);
    expect_put(store, 2, 7, "of another job", S_OK);
    expect_put(store, 3, 7, "of no job", E_INVALIDARG);
    check_not_on_disk(NAME "-wal");
    store_close(store);
    check_not_on_disk(NAME);

    store = open_store(NULL);
    expect_get(store, 1, 7, PASSWORD, S_OK);
    expect_get(store, 1, UINT32_MAX, "", S_OK);
    expect_get(store, 1, 8, NULL, ERR_NOT_FOUND);
    expect_get(store, 2, 7, "of another job", S_OK);
    hr = store_remove_secret(store, &id, 7);
    ok(hr == S_OK, "Got hr %#lx.\n", (unsigned long)hr);
    expect_get(store, 1, 7, NULL, ERR_NOT_FOUND);

    /* A secret goes with its job. */
    store_test_commit(store, store_test_removal(2));
    expect_get(store, 2, 7, NULL, E_INVALIDARG);
    store_test_commit(store, store_test_whole_job(2, 1));
    expect_get(store, 2, 7, NULL, ERR_NOT_FOUND);
    store_close(store);
    scratch_remove_store(NAME);
}

static void test_round_trip(void)
{
    options = (struct store_options){.secrets = &fake_ops, .secrets_ctx = &fake_key};
    check_round_trip();
}

#ifdef _WIN32
static void test_windows(void)
{
    options = (struct store_options){.secrets = &store_secrets_by_windows};
    check_round_trip();
}
#endif

static void test_no_ops(void)
{
    struct store *store;

    options = (struct store_options){NULL};
    store = open_store(NULL);
    store_test_commit(store, store_test_whole_job(1, 1));
    expect_put(store, 1, 1, PASSWORD, E_NOTIMPL);
    expect_get(store, 1, 1, NULL, E_NOTIMPL);
    store_close(store);
    scratch_remove_store(NAME);
}

/* The job stays when a secret of it is damaged. */
static void test_damaged(void)
{
    struct store_report report;
    struct store *store;
    char hidden[sizeof(PASSWORD)] = PASSWORD;
    size_t size, place;
    uint8_t *data;

    options = (struct store_options){.secrets = &fake_ops, .secrets_ctx = &fake_key};
    for (char *c = hidden; *c; c++)
        *c ^= (char)fake_key;
    store = open_store(NULL);
    store_test_commit(store, store_test_whole_job(1, 1));
    expect_put(store, 1, 1, PASSWORD, S_OK);
    store_close(store);

    data = scratch_read(NAME, &size);
    place = data ? find_in(data, size, hidden) : 0;
    ok(data && place < size, "The secret was not found.\n");
    if (data && place < size) data[place] ^= 4;
    scratch_write(NAME, data, size);
    free(data);
    store = open_store(&report);
    ok(report.jobs == 1 && !report.aside, "Got %u jobs.\n", (unsigned int)report.jobs);
    expect_get(store, 1, 1, NULL, ERR_FILE_CORRUPT);
    expect_put(store, 1, 1, "new", S_OK);
    expect_get(store, 1, 1, "new", S_OK);
    store_close(store);
    scratch_remove_store(NAME);
}

/* Version 1 was without secrets. */
static void test_upgrade(void)
{
    struct store_report report;
    struct loaded loaded;
    struct store *store;
    sqlite3 *db = NULL;
    HRESULT hr;

    options = (struct store_options){.secrets = &fake_ops, .secrets_ctx = &fake_key};
    store = open_store(NULL);
    store_test_commit(store, store_test_whole_job(1, 2));
    store_test_commit(store, store_test_whole_job(2, 0));
    store_close(store);
    ok(!sqlite3_open(scratch_file(NAME), &db), "Could not open the file.\n");
    ok(!sqlite3_exec(db, "DROP TABLE secrets; PRAGMA user_version=-131071", NULL, NULL, NULL),
       "SQLite: %s\n", sqlite3_errmsg(db));
    sqlite3_close(db);

    store = open_store(&report);
    ok(report.upgraded_from == 1, "Got %u.\n", (unsigned int)report.upgraded_from);
    ok(report.jobs == 2 && !report.aside && !report.is_new, "Got %u jobs.\n",
       (unsigned int)report.jobs);
    expect_put(store, 1, 1, PASSWORD, S_OK);
    store_close(store);

    store = open_store(&report);
    ok(!report.upgraded_from, "Got %u.\n", (unsigned int)report.upgraded_from);
    expect_get(store, 1, 1, PASSWORD, S_OK);
    hr = store_test_load(store, &loaded);
    ok(hr == S_OK && loaded.count == 2, "Got hr %#lx, %zu jobs.\n", (unsigned long)hr,
       loaded.count);
    loaded_done(&loaded);
    store_close(store);
    scratch_remove_store(NAME);
}

START_TEST(store_secret)
{
    log_configure("store=off");
    scratch_remove_store(NAME);
    RUN_TEST(test_round_trip);
#ifdef _WIN32
    RUN_TEST(test_windows);
#endif
    RUN_TEST(test_no_ops);
    RUN_TEST(test_damaged);
    RUN_TEST(test_upgrade);
    scratch_done();
}
