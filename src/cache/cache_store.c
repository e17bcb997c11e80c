/* SPDX-License-Identifier: LGPL-2.1-or-later
 *
 * The index file. A power cut may take back the last commits: what they said of files is then put
 * right by the sweep at the next start, so they wait for no flush. */
#include "cache/cache_store.h"

#include <sqlite3.h>
#include <stdlib.h>
#include <string.h>

#include "base/log.h"
#include "base/str.h"

#define APPLICATION_ID  0x4f424943 /* OBIC */
#define VERSION         1
#define BUSY_TIMEOUT_MS 300

/* The turn and the time of the last use are apart from the record, which they change more often
 * than; a wrong one does no harm. */
#define TABLE_SQL                                                                                  \
    "CREATE TABLE records(key INTEGER PRIMARY KEY AUTOINCREMENT, record BLOB NOT NULL, "           \
    "turn INTEGER NOT NULL, accessed INTEGER NOT NULL)"

enum statement
{
    STATEMENT_BEGIN,
    STATEMENT_COMMIT,
    STATEMENT_ROLLBACK,
    STATEMENT_ADD,
    STATEMENT_CHANGE,
    STATEMENT_REMOVE,
    STATEMENT_USE,
    STATEMENT_LOAD,
    STATEMENT_COUNT
};

static const char *const statements[STATEMENT_COUNT] = {
    [STATEMENT_BEGIN] = "BEGIN IMMEDIATE",
    [STATEMENT_COMMIT] = "COMMIT",
    [STATEMENT_ROLLBACK] = "ROLLBACK",
    [STATEMENT_ADD] = "INSERT INTO records(key, record, turn, accessed) VALUES(?1, ?2, ?3, ?4)",
    [STATEMENT_CHANGE] = "UPDATE records SET record=?2 WHERE key=?1",
    [STATEMENT_REMOVE] = "DELETE FROM records WHERE key=?1",
    [STATEMENT_USE] = "UPDATE records SET turn=?2, accessed=?3 WHERE key=?1",
    [STATEMENT_LOAD] = "SELECT key, record, turn, accessed FROM records ORDER BY turn, key",
};

struct cache_store
{
    sqlite3 *db;
    sqlite3_stmt *statements[STATEMENT_COUNT];
    int64_t last_number;
};

/* ---- errors ---- */

static HRESULT from_code(int code)
{
    switch (code & 0xff)
    {
    case SQLITE_OK:
    case SQLITE_ROW:
    case SQLITE_DONE:
        return S_OK;
    case SQLITE_NOMEM:
        return E_OUTOFMEMORY;
    case SQLITE_IOERR:
        return code == SQLITE_IOERR_NOMEM ? E_OUTOFMEMORY : ERR_WRITE_FAULT;
    case SQLITE_CANTOPEN:
        return ERR_PATH_NOT_FOUND;
    case SQLITE_FULL:
        return ERR_DISK_FULL;
    case SQLITE_BUSY:
    case SQLITE_LOCKED:
        return ERR_SHARING_VIOLATION;
    case SQLITE_READONLY:
    case SQLITE_PERM:
    case SQLITE_AUTH:
        return E_ACCESSDENIED;
    case SQLITE_TOOBIG:
        return E_INVALIDARG;
    case SQLITE_MISUSE:
    case SQLITE_INTERNAL:
        return E_UNEXPECTED;
    }
    /* Our statements are right: what they name is not as it was made. */
    return ERR_FILE_CORRUPT;
}

static HRESULT failure(struct cache_store *store, const char *doing)
{
    int code = sqlite3_extended_errcode(store->db);
    HRESULT hr = from_code(code);

    if (SUCCEEDED(hr)) hr = E_UNEXPECTED;
    LOG_WARN(LOG_PEER, "Cache: could not %s: SQLite %d, %s; hr %#lx", doing, code,
             sqlite3_errmsg(store->db), (unsigned long)hr);
    return hr;
}

/* ---- opening ---- */

static HRESULT run_text(struct cache_store *store, const char *sql, const char *doing)
{
    return sqlite3_exec(store->db, sql, NULL, NULL, NULL) == SQLITE_OK ? S_OK
                                                                       : failure(store, doing);
}

static HRESULT connect(struct cache_store *store, const WCHAR *path, const char *vfs)
{
    int flags = SQLITE_OPEN_READWRITE | SQLITE_OPEN_CREATE | SQLITE_OPEN_NOMUTEX;
    char *name = str_to_utf8(path);
    int code;

    if (!name) return E_INVALIDARG;
    code = sqlite3_open_v2(name, &store->db, flags, vfs);
    free(name);
    if (code != SQLITE_OK) return store->db ? failure(store, "open the index") : from_code(code);
    sqlite3_extended_result_codes(store->db, 1);
    sqlite3_busy_timeout(store->db, BUSY_TIMEOUT_MS);
    sqlite3_db_config(store->db, SQLITE_DBCONFIG_DEFENSIVE, 1, NULL);
    /* Somebody made it read only, or wrote a version of the format that SQLite does not know. */
    if (sqlite3_db_readonly(store->db, "main") == 1) return E_ACCESSDENIED;
    /* Locked before anything is read, so that there is no shared memory beside the file. URLs may
     * hold secrets: what was removed must be gone. */
    return run_text(store,
                    "PRAGMA locking_mode=EXCLUSIVE; BEGIN EXCLUSIVE; COMMIT;"
                    "PRAGMA journal_mode=WAL; PRAGMA synchronous=NORMAL; PRAGMA secure_delete=ON",
                    "lock the index");
}

static HRESULT ask_number(struct cache_store *store, const char *sql, int64_t *value)
{
    sqlite3_stmt *statement = NULL;
    HRESULT hr = S_OK;

    *value = 0;
    if (sqlite3_prepare_v2(store->db, sql, -1, &statement, NULL) != SQLITE_OK ||
        sqlite3_step(statement) != SQLITE_ROW)
        hr = failure(store, "read the index");
    else
        *value = sqlite3_column_int64(statement, 0);
    sqlite3_finalize(statement);
    return hr;
}

static HRESULT make_table(struct cache_store *store)
{
    char sql[sizeof(TABLE_SQL) + 128];

    sqlite3_snprintf(sizeof(sql), sql,
                     "BEGIN IMMEDIATE; %s; PRAGMA application_id=%d; PRAGMA user_version=%d; "
                     "COMMIT",
                     TABLE_SQL, APPLICATION_ID, VERSION);
    return run_text(store, sql, "make the index");
}

/* A table that is not what it was made as would be read wrongly. */
static HRESULT check_table(struct cache_store *store)
{
    int64_t application, version, tables;
    char sql[sizeof(TABLE_SQL) + 128];
    HRESULT hr;

    sqlite3_snprintf(sizeof(sql), sql,
                     "SELECT count(*) FROM sqlite_schema WHERE name='records' AND sql=%Q",
                     TABLE_SQL);
    if (FAILED(hr = ask_number(store, "PRAGMA application_id", &application)) ||
        FAILED(hr = ask_number(store, "PRAGMA user_version", &version)) ||
        FAILED(hr = ask_number(store, sql, &tables)))
        return hr;
    return application == APPLICATION_ID && version == VERSION && tables == 1 ? S_OK
                                                                              : ERR_FILE_CORRUPT;
}

static HRESULT check_structure(struct cache_store *store)
{
    sqlite3_stmt *statement = NULL;
    HRESULT hr = S_OK;
    const char *text;

    if (sqlite3_prepare_v2(store->db, "PRAGMA quick_check(1)", -1, &statement, NULL) != SQLITE_OK ||
        sqlite3_step(statement) != SQLITE_ROW)
        hr = failure(store, "check the index");
    else if (!(text = (const char *)sqlite3_column_text(statement, 0)))
        hr = E_OUTOFMEMORY;
    else if (strcmp(text, "ok"))
    {
        LOG_WARN(LOG_PEER, "Cache: the index is damaged: %s", text);
        hr = ERR_FILE_CORRUPT;
    }
    sqlite3_finalize(statement);
    return hr;
}

static HRESULT prepare(struct cache_store *store, bool *is_new)
{
    int64_t tables;
    HRESULT hr;

    if (FAILED(hr = ask_number(store, "SELECT count(*) FROM sqlite_schema", &tables))) return hr;
    *is_new = !tables;
    if (*is_new && FAILED(hr = make_table(store))) return hr;
    if (FAILED(hr = check_table(store))) return hr;
    if (FAILED(hr = check_structure(store))) return hr;
    if (FAILED(hr = ask_number(store, "SELECT ifnull(max(seq), 0) FROM sqlite_sequence",
                               &store->last_number)))
        return hr;
    for (int i = 0; i < STATEMENT_COUNT; i++)
        if (sqlite3_prepare_v3(store->db, statements[i], -1, SQLITE_PREPARE_PERSISTENT,
                               &store->statements[i], NULL) != SQLITE_OK)
            return failure(store, "prepare a statement");
    return S_OK;
}

HRESULT cache_store_open(const WCHAR *path, const char *vfs, struct cache_store **out, bool *is_new)
{
    struct cache_store *store = calloc(1, sizeof(*store));
    HRESULT hr = store ? connect(store, path, vfs) : E_OUTOFMEMORY;

    *out = NULL;
    *is_new = false;
    if (SUCCEEDED(hr)) hr = prepare(store, is_new);
    if (FAILED(hr))
        cache_store_close(store);
    else
        *out = store;
    return hr;
}

void cache_store_close(struct cache_store *store)
{
    if (!store) return;
    for (int i = 0; i < STATEMENT_COUNT; i++)
        sqlite3_finalize(store->statements[i]);
    sqlite3_close(store->db);
    free(store);
}

/* ---- rows ---- */

static HRESULT run(struct cache_store *store, enum statement which, const char *doing)
{
    sqlite3_stmt *statement = store->statements[which];
    HRESULT hr = S_OK;

    if (sqlite3_step(statement) != SQLITE_DONE) hr = failure(store, doing);
    sqlite3_reset(statement);
    sqlite3_clear_bindings(statement);
    return hr;
}

static HRESULT end(struct cache_store *store, HRESULT hr)
{
    if (SUCCEEDED(hr)) hr = run(store, STATEMENT_COMMIT, "commit");
    /* SQLite has rolled back already after some failures. */
    if (FAILED(hr) && !sqlite3_get_autocommit(store->db))
        run(store, STATEMENT_ROLLBACK, "roll back");
    return hr;
}

static HRESULT load_row(sqlite3_stmt *row, cache_load_fn load, void *ctx)
{
    struct cache_use use = {.number = sqlite3_column_int64(row, 0),
                            .turn = (uint64_t)sqlite3_column_int64(row, 2),
                            .accessed = (filetime_t)sqlite3_column_int64(row, 3)};
    const void *data = sqlite3_column_blob(row, 1);
    size_t size = (size_t)sqlite3_column_bytes(row, 1);
    struct cache_record record;
    HRESULT hr = cache_record_decode(data, size, use.number, &record);

    if (FAILED(hr)) return hr;
    record.accessed = use.accessed;
    return load(ctx, &use, &record);
}

HRESULT cache_store_load(struct cache_store *store, cache_load_fn load, void *ctx)
{
    sqlite3_stmt *statement = store->statements[STATEMENT_LOAD];
    HRESULT hr = S_OK;
    int code;

    while ((code = sqlite3_step(statement)) == SQLITE_ROW && SUCCEEDED(hr))
        hr = load_row(statement, load, ctx);
    if (SUCCEEDED(hr) && code != SQLITE_DONE) hr = failure(store, "read the records");
    sqlite3_reset(statement);
    return hr;
}

HRESULT cache_store_add(struct cache_store *store, const struct cache_record *record, uint64_t turn,
                        int64_t *number)
{
    sqlite3_stmt *statement = store->statements[STATEMENT_ADD];
    uint8_t *data;
    size_t size;
    HRESULT hr;

    *number = store->last_number + 1;
    if (FAILED(hr = cache_record_encode(record, *number, &data, &size))) return hr;
    sqlite3_bind_int64(statement, 1, *number);
    sqlite3_bind_blob64(statement, 2, data, size, SQLITE_STATIC);
    sqlite3_bind_int64(statement, 3, (sqlite3_int64)turn);
    sqlite3_bind_int64(statement, 4, (sqlite3_int64)record->accessed);
    if (SUCCEEDED(hr = run(store, STATEMENT_ADD, "add a record"))) store->last_number = *number;
    free(data);
    return hr;
}

HRESULT cache_store_change(struct cache_store *store, int64_t number,
                           const struct cache_record *record)
{
    sqlite3_stmt *statement = store->statements[STATEMENT_CHANGE];
    uint8_t *data;
    size_t size;
    HRESULT hr;

    if (FAILED(hr = cache_record_encode(record, number, &data, &size))) return hr;
    sqlite3_bind_int64(statement, 1, number);
    sqlite3_bind_blob64(statement, 2, data, size, SQLITE_STATIC);
    hr = run(store, STATEMENT_CHANGE, "change a record");
    free(data);
    return hr;
}

HRESULT cache_store_remove(struct cache_store *store, const int64_t *numbers, size_t count)
{
    HRESULT hr;

    if (!count) return S_OK;
    if (FAILED(hr = run(store, STATEMENT_BEGIN, "begin"))) return hr;
    for (size_t i = 0; i < count && SUCCEEDED(hr); i++)
    {
        sqlite3_bind_int64(store->statements[STATEMENT_REMOVE], 1, numbers[i]);
        hr = run(store, STATEMENT_REMOVE, "remove a record");
    }
    return end(store, hr);
}

HRESULT cache_store_use(struct cache_store *store, const struct cache_use *uses, size_t count)
{
    sqlite3_stmt *statement = store->statements[STATEMENT_USE];
    HRESULT hr;

    if (!count) return S_OK;
    if (FAILED(hr = run(store, STATEMENT_BEGIN, "begin"))) return hr;
    for (size_t i = 0; i < count && SUCCEEDED(hr); i++)
    {
        sqlite3_bind_int64(statement, 1, uses[i].number);
        sqlite3_bind_int64(statement, 2, (sqlite3_int64)uses[i].turn);
        sqlite3_bind_int64(statement, 3, (sqlite3_int64)uses[i].accessed);
        hr = run(store, STATEMENT_USE, "keep the times of last access");
    }
    return end(store, hr);
}
