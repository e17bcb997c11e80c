/* SPDX-License-Identifier: LGPL-2.1-or-later
 *
 * Files of older versions, made from one of this version by taking back what is new in it. */
#include "harness/test.h"

#include <stdlib.h>
#include <string.h>

#include "harness/store_fixture.h"
#include "store/store_private.h"

#define NAME "older.db"

/* The number and its complement, as SQLite wants it. */
#define TO_VERSION_2 "PRAGMA user_version=-196606"

static struct store *open_store(struct store_report *report)
{
    struct store *store;
    HRESULT hr = store_open(scratch_wide(NAME), NULL, &store, report);

    ok(hr == S_OK, "Got hr %#lx.\n", (unsigned long)hr);
    return store;
}

/* Version 2 kept no sum of a file, nor whether its content is private. Of this one these are two
 * numbers of one byte, which are 0, and a flag, which is set, at the end. */
static void take_end_away(sqlite3 *db)
{
    struct store_buffer buffer = {0};
    struct store_record record;
    sqlite3_stmt *get, *put;
    int64_t key;

    ok(!sqlite3_prepare_v2(db, "SELECT key, record FROM files", -1, &get, NULL) &&
           !sqlite3_prepare_v2(db, "UPDATE files SET record=?2 WHERE key=?1", -1, &put, NULL),
       "SQLite: %s\n", sqlite3_errmsg(db));
    ok(sqlite3_step(get) == SQLITE_ROW, "There is no file.\n");
    key = sqlite3_column_int64(get, 0);
    ok(store_record_open(TABLE_FILES, key, sqlite3_column_blob(get, 1),
                         (size_t)sqlite3_column_bytes(get, 1), &record),
       "The record is not sound.\n");
    ok(record.size > 3 && record.data[record.size - 1] == 1 && !record.data[record.size - 2] &&
           !record.data[record.size - 3],
       "It has another end.\n");
    store_record_begin(&buffer, &record);
    store_buffer_add(&buffer, record.data, record.size - 3);
    store_record_end(&buffer);
    sqlite3_finalize(get);

    sqlite3_bind_int64(put, 1, key);
    sqlite3_bind_blob(put, 2, buffer.data, (int)buffer.size, SQLITE_STATIC);
    ok(sqlite3_step(put) == SQLITE_DONE, "SQLite: %s\n", sqlite3_errmsg(db));
    sqlite3_finalize(put);
    store_buffer_done(&buffer);
}

static void make_version_2(void)
{
    sqlite3 *db = NULL;

    ok(!sqlite3_open(scratch_file(NAME), &db), "Could not open the file.\n");
    take_end_away(db);
    ok(!sqlite3_exec(db, TO_VERSION_2, NULL, NULL, NULL), "SQLite: %s\n", sqlite3_errmsg(db));
    sqlite3_close(db);
}

static void expect_job(struct store *store)
{
    struct store_change *changes = store_test_whole_job(1, 1);
    char *expected = store_test_text_of(changes);
    struct loaded loaded;
    HRESULT hr = store_test_load(store, &loaded);

    ok(hr == S_OK && loaded.count == 1, "Got hr %#lx, %zu jobs.\n", (unsigned long)hr,
       loaded.count);
    ok(loaded.count && !strcmp(loaded.jobs[0].text, expected), "Got\n%s\nexpected\n%s\n",
       loaded.count ? loaded.jobs[0].text : "nothing", expected);
    loaded_done(&loaded);
    free(expected);
    store_changes_free(changes);
}

static void test_version_2(void)
{
    struct store_report report;
    struct store *store = open_store(&report);

    withstands("P5");
    store_test_commit(store, store_test_whole_job(1, 1));
    store_close(store);
    make_version_2();

    store = open_store(&report);
    ok(report.upgraded_from == 2, "Got %u.\n", (unsigned int)report.upgraded_from);
    ok(report.jobs == 1 && !report.damaged_jobs && !report.aside, "Got %u jobs.\n",
       (unsigned int)report.jobs);
    expect_job(store);
    ok(store_test_commit(store, store_test_file(1, 0)) == S_OK, "It cannot be written.\n");
    store_close(store);

    store = open_store(&report);
    ok(!report.upgraded_from, "Got %u.\n", (unsigned int)report.upgraded_from);
    expect_job(store);
    store_close(store);
    scratch_remove_store(NAME);
}

START_TEST(store_upgrade)
{
    scratch_remove_store(NAME);
    RUN_TEST(test_version_2);
    scratch_done();
}
