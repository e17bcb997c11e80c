/* SPDX-License-Identifier: LGPL-2.1-or-later
 *
 * What can still be read of a damaged file. First as SQLite reads it, from both ends of each table;
 * then page by page, without its trees. Records prove themselves by their checksums, and of two
 * with the same key the newer one counts. */
#include "store/store_private.h"

#include <stdlib.h>

#define PAGE_SIZE 4096

static const char *const orders[] = {"SELECT key, record FROM %s ORDER BY key",
                                     "SELECT key, record FROM %s ORDER BY key DESC"};

static HRESULT has_newer(struct store *store, const struct store_record *record, bool *answer)
{
    sqlite3_stmt *statement = NULL;
    struct store_record other;
    HRESULT hr = S_OK;
    char sql[96];
    int code;

    *answer = false;
    sqlite3_snprintf(sizeof(sql), sql, "SELECT record FROM %s WHERE key=%lld",
                     store_table_names[record->table], (long long)record->key);
    code = sqlite3_prepare_v2(store->db, sql, -1, &statement, NULL);
    if (code == SQLITE_OK && (code = sqlite3_step(statement)) == SQLITE_ROW)
        *answer = store_record_open(record->table, record->key, sqlite3_column_blob(statement, 0),
                                    (size_t)sqlite3_column_bytes(statement, 0), &other) &&
                  other.stamp >= record->stamp;
    if (code != SQLITE_ROW && code != SQLITE_DONE) hr = store_failure(store, "look for a record");
    sqlite3_finalize(statement);
    return hr;
}

static HRESULT keep(struct store *store, const struct store_record *record, const void *data,
                    size_t size)
{
    sqlite3_stmt *statement = store->statements[record->table][STATEMENT_PUT];
    bool is_old;
    HRESULT hr;

    if (FAILED(hr = has_newer(store, record, &is_old)) || is_old) return hr;
    sqlite3_bind_int64(statement, 1, record->key);
    sqlite3_bind_blob64(statement, 2, data, size, SQLITE_STATIC);
    if (sqlite3_step(statement) != SQLITE_DONE) hr = store_failure(store, "keep a record");
    sqlite3_reset(statement);
    sqlite3_clear_bindings(statement);
    return hr;
}

/* Stops where SQLite does. */
static HRESULT copy_table(struct store *store, sqlite3 *old, enum store_table table,
                          const char *order)
{
    sqlite3_stmt *statement = NULL;
    HRESULT hr = S_OK;
    char sql[96];

    sqlite3_snprintf(sizeof(sql), sql, order, store_table_names[table]);
    sqlite3_prepare_v2(old, sql, -1, &statement, NULL);
    while (SUCCEEDED(hr) && sqlite3_step(statement) == SQLITE_ROW)
    {
        const void *data = sqlite3_column_blob(statement, 1);
        size_t size = (size_t)sqlite3_column_bytes(statement, 1);
        struct store_record record;
        size_t taken;

        /* By the record's own key: that of the row may be what is damaged. */
        if (data && store_record_find(data, size, &record, &taken) && taken == size)
            hr = keep(store, &record, data, size);
    }
    sqlite3_finalize(statement);
    return hr;
}

static HRESULT copy_tables(struct store *store, sqlite3 *old)
{
    HRESULT hr = S_OK;

    for (int table = 0; table < TABLE_COUNT; table++)
        for (size_t i = 0; i < ARRAY_COUNT(orders) && SUCCEEDED(hr); i++)
            hr = copy_table(store, old, table, orders[i]);
    return hr;
}

/* A record that fits into its page stands there in one piece. */
static HRESULT copy_page(struct store *store, const uint8_t *page, size_t size)
{
    struct store_record record;
    HRESULT hr = S_OK;
    size_t taken;

    for (size_t i = 0; i < size && SUCCEEDED(hr); i++)
    {
        if (!store_record_find(page + i, size - i, &record, &taken)) continue;
        hr = keep(store, &record, page + i, taken);
        i += taken - 1;
    }
    return hr;
}

static HRESULT copy_pages(struct store *store, const WCHAR *from)
{
    FILE *file = store_file_read(from);
    uint8_t page[PAGE_SIZE];
    HRESULT hr = S_OK;
    size_t size;

    if (!file) return S_OK;
    while (SUCCEEDED(hr) && (size = fread(page, 1, sizeof(page), file)))
        hr = copy_page(store, page, size);
    fclose(file);
    return hr;
}

/* Pages in the log may take back what stands in the file. */
static bool has_log(const WCHAR *from)
{
    WCHAR *path = store_log_path(from);
    FILE *file = path ? store_file_read(path) : NULL;
    bool answer = !path || (file && fgetc(file) != EOF);

    if (file) fclose(file);
    free(path);
    return answer;
}

HRESULT store_salvage(struct store *store, const WCHAR *from, const char *vfs)
{
    sqlite3 *old = NULL;
    bool had_log = has_log(from), is_readable = SUCCEEDED(store_connect(from, vfs, &old));
    HRESULT hr;

    if (sqlite3_exec(store->db, "BEGIN IMMEDIATE", NULL, NULL, NULL) != SQLITE_OK)
        hr = store_failure(store, "begin a transaction");
    else
    {
        hr = is_readable ? copy_tables(store, old) : S_OK;
        if (SUCCEEDED(hr) && !had_log) hr = copy_pages(store, from);
        if (SUCCEEDED(hr) && sqlite3_exec(store->db, "COMMIT", NULL, NULL, NULL) != SQLITE_OK)
            hr = store_failure(store, "commit");
        if (FAILED(hr)) sqlite3_exec(store->db, "ROLLBACK", NULL, NULL, NULL);
    }
    sqlite3_close(old);
    return hr;
}
