/* SPDX-License-Identifier: LGPL-2.1-or-later
 *
 * The tables and their versions. The version is kept in the header of the file together with its
 * complement, so that a flipped bit does not make a file of this program look like a newer one. */
#include "store/store_private.h"

#include <stdio.h>
#include <string.h>

#include "base/log.h"

#define APPLICATION_ID 0x4f424954 /* OBIT */

const char *const store_table_names[TABLE_COUNT] = {
    [TABLE_JOBS] = "jobs",   [TABLE_JOB_TEXTS] = "job_texts",   [TABLE_JOB_FILES] = "job_files",
    [TABLE_FILES] = "files", [TABLE_FILE_NAMES] = "file_names", [TABLE_SECRETS] = "secrets",
};

#define ROWS(name)    "CREATE TABLE " name "(key INTEGER PRIMARY KEY, record BLOB NOT NULL)"
#define DAMAGED_TABLE "CREATE TABLE damaged(place TEXT, key INTEGER, record BLOB)"

/* A version's own statements; those of older files follow one another. */
static const struct
{
    uint32_t version;
    const char *name;
    const char *sql;
} tables[] = {
    {1, "jobs", ROWS("jobs")},
    {1, "job_texts", ROWS("job_texts")},
    {1, "job_files", ROWS("job_files")},
    {1, "files", ROWS("files")},
    {1, "file_names", ROWS("file_names")},
    {1, "damaged", DAMAGED_TABLE},
    {2, "secrets", ROWS("secrets")},
};

static uint32_t mark_of(uint32_t version)
{
    return (~version & 0xffff) << 16 | version;
}

static HRESULT run(struct store *store, const char *sql)
{
    if (sqlite3_exec(store->db, sql, NULL, NULL, NULL) != SQLITE_OK)
        return store_failure(store, "prepare the tables");
    return S_OK;
}

static HRESULT ask_number(struct store *store, const char *sql, uint32_t *value)
{
    sqlite3_stmt *statement = NULL;
    HRESULT hr = S_OK;

    *value = 0;
    if (sqlite3_prepare_v2(store->db, sql, -1, &statement, NULL) != SQLITE_OK ||
        sqlite3_step(statement) != SQLITE_ROW)
        hr = store_failure(store, "read the version");
    else
        *value = (uint32_t)sqlite3_column_int64(statement, 0);
    sqlite3_finalize(statement);
    return hr;
}

/* 0 for a file without tables. */
static HRESULT read_version(struct store *store, uint32_t *version)
{
    uint32_t application = 0, mark = 0, count = 0;
    HRESULT hr;

    *version = 0;
    if (FAILED(hr = ask_number(store, "SELECT count(*) FROM sqlite_schema", &count)) ||
        FAILED(hr = ask_number(store, "PRAGMA application_id", &application)) ||
        FAILED(hr = ask_number(store, "PRAGMA user_version", &mark)))
        return hr;

    if (!application && !mark && !count) return S_OK;
    if (application != APPLICATION_ID || mark != mark_of(mark & 0xffff) || !(mark & 0xffff))
        return ERR_FILE_CORRUPT;
    *version = mark & 0xffff;
    return *version > STORE_VERSION ? STORE_E_NEWER : S_OK;
}

static HRESULT upgrade(struct store *store, uint32_t from)
{
    char text[96];
    HRESULT hr;

    if (FAILED(hr = run(store, "BEGIN IMMEDIATE"))) return hr;
    for (size_t i = 0; i < ARRAY_COUNT(tables) && SUCCEEDED(hr); i++)
        if (tables[i].version > from) hr = run(store, tables[i].sql);
    snprintf(text, sizeof(text), "PRAGMA application_id=%u; PRAGMA user_version=%d", APPLICATION_ID,
             (int)mark_of(STORE_VERSION));
    if (SUCCEEDED(hr)) hr = run(store, text);
    if (SUCCEEDED(hr)) hr = run(store, "COMMIT");
    if (FAILED(hr)) sqlite3_exec(store->db, "ROLLBACK", NULL, NULL, NULL);
    return hr;
}

/* A table that is not what it was made as would be read wrongly. */
static HRESULT check_tables(struct store *store)
{
    sqlite3_stmt *statement = NULL;
    HRESULT hr = S_OK;
    int code = sqlite3_prepare_v2(store->db,
                                  "SELECT 1 FROM sqlite_schema WHERE name=?1 AND sql=?2 AND "
                                  "type='table' AND tbl_name=?1",
                                  -1, &statement, NULL);

    for (size_t i = 0; i < ARRAY_COUNT(tables) && code == SQLITE_OK && SUCCEEDED(hr); i++)
    {
        sqlite3_bind_text(statement, 1, tables[i].name, -1, SQLITE_STATIC);
        sqlite3_bind_text(statement, 2, tables[i].sql, -1, SQLITE_STATIC);
        if (sqlite3_step(statement) != SQLITE_ROW) hr = ERR_FILE_CORRUPT;
        code = sqlite3_reset(statement);
    }
    if (code != SQLITE_OK) hr = store_failure(store, "read the list of tables");
    sqlite3_finalize(statement);
    return hr;
}

HRESULT store_schema_prepare(struct store *store, uint32_t *version)
{
    HRESULT hr;

    if (FAILED(hr = read_version(store, version))) return hr;

    /* What was removed must be gone: addresses may hold secrets, and store_salvage.c must not find
     * what was there once. */
    if (FAILED(hr = run(store, "PRAGMA journal_mode=WAL; PRAGMA synchronous=FULL;"
                               "PRAGMA secure_delete=ON")))
        return hr;
    if (*version < STORE_VERSION && FAILED(hr = upgrade(store, *version))) return hr;
    return check_tables(store);
}

static HRESULT compile(struct store *store, const char *sql, sqlite3_stmt **statement)
{
    if (sqlite3_prepare_v3(store->db, sql, -1, SQLITE_PREPARE_PERSISTENT, statement, NULL) !=
        SQLITE_OK)
        return store_failure(store, "prepare a statement");
    return S_OK;
}

HRESULT store_schema_compile(struct store *store)
{
    static const char *const formats[STATEMENT_KIND_COUNT] = {
        [STATEMENT_PUT] = "REPLACE INTO %s(key, record) VALUES(?1, ?2)",
        [STATEMENT_SET] = "UPDATE %s SET record=?2 WHERE key=?1",
        [STATEMENT_REMOVE] = "DELETE FROM %s WHERE key BETWEEN ?1 AND ?2",
        [STATEMENT_GET] = "SELECT record FROM %s WHERE key=?1",
        [STATEMENT_SELECT] = "SELECT key, record FROM %s ORDER BY key",
    };
    char sql[128];
    HRESULT hr;

    for (int table = 0; table < TABLE_COUNT; table++)
        for (int kind = 0; kind < STATEMENT_KIND_COUNT; kind++)
        {
            sqlite3_snprintf(sizeof(sql), sql, formats[kind], store_table_names[table]);
            if (FAILED(hr = compile(store, sql, &store->statements[table][kind]))) return hr;
        }
    if (FAILED(hr = compile(store, "BEGIN IMMEDIATE", &store->begin))) return hr;
    if (FAILED(hr = compile(store, "COMMIT", &store->commit))) return hr;
    return compile(store, "ROLLBACK", &store->rollback);
}

void store_schema_done(struct store *store)
{
    for (int table = 0; table < TABLE_COUNT; table++)
        for (int kind = 0; kind < STATEMENT_KIND_COUNT; kind++)
            sqlite3_finalize(store->statements[table][kind]);
    sqlite3_finalize(store->begin);
    sqlite3_finalize(store->commit);
    sqlite3_finalize(store->rollback);
}
