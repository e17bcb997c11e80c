/* SPDX-License-Identifier: LGPL-2.1-or-later
 *
 * Opens the file, whatever is in it. */
#include "store/store_private.h"

#include <stdlib.h>
#include <string.h>

#include "base/log.h"
#include "base/str.h"

#define BUSY_TIMEOUT_MS 300

/* Read before locks are taken, so that there is no shared memory beside the file. */
static const char lock_sql[] = "PRAGMA locking_mode=EXCLUSIVE; BEGIN EXCLUSIVE; COMMIT";

HRESULT store_connect(const WCHAR *path, const char *vfs, sqlite3 **db)
{
    int flags = SQLITE_OPEN_READWRITE | SQLITE_OPEN_CREATE | SQLITE_OPEN_NOMUTEX;
    char *name = str_to_utf8(path);
    int code;

    *db = NULL;
    if (!name) return E_INVALIDARG;
    code = sqlite3_open_v2(name, db, flags, vfs);
    free(name);
    if (code == SQLITE_OK)
    {
        sqlite3_extended_result_codes(*db, 1);
        sqlite3_busy_timeout(*db, BUSY_TIMEOUT_MS);
        /* Until it is known that the file is ours, nothing is written to it. */
        sqlite3_db_config(*db, SQLITE_DBCONFIG_NO_CKPT_ON_CLOSE, 1, NULL);
        sqlite3_db_config(*db, SQLITE_DBCONFIG_DEFENSIVE, 1, NULL);
        code = sqlite3_exec(*db, lock_sql, NULL, NULL, NULL);
    }
    if (code == SQLITE_OK) return S_OK;

    LOG_WARN(LOG_STORE, "Could not open the store: SQLite %d, %s", code,
             *db ? sqlite3_errmsg(*db) : "");
    sqlite3_close(*db);
    *db = NULL;
    return store_error(code);
}

void store_close(struct store *store)
{
    if (!store) return;
    store_schema_done(store);
    sqlite3_close(store->db);
    store_index_done(&store->index);
    store_buffer_done(&store->buffer);
    free(store);
}

static HRESULT open_connected(struct store *store, struct store_report *report)
{
    uint32_t version;
    HRESULT hr;

    if (FAILED(hr = store_schema_prepare(store, &version))) return hr;
    report->is_new = !version && !report->aside;
    if (version && version < STORE_VERSION) report->upgraded_from = version;
    return store_schema_compile(store);
}

static HRESULT open_once(const WCHAR *path, const struct store_options *options, uint32_t aside,
                         struct store **opened, struct store_report *report)
{
    const char *vfs = options ? options->vfs : NULL;
    struct store *store;
    WCHAR *from = NULL;
    HRESULT hr;

    memset(report, 0, sizeof(*report));
    report->aside = aside;
    if (!(store = calloc(1, sizeof(*store)))) return E_OUTOFMEMORY;
    if (options)
    {
        store->secrets = options->secrets;
        store->secrets_ctx = options->secrets_ctx;
    }
    hr = store_connect(path, vfs, &store->db);
    if (SUCCEEDED(hr)) hr = open_connected(store, report);
    if (SUCCEEDED(hr) && aside)
    {
        if ((from = store_aside_path(path, aside, u"")))
            hr = store_salvage(store, from, vfs);
        else
            hr = E_OUTOFMEMORY;
        free(from);
    }
    if (SUCCEEDED(hr)) hr = store_check(store, report);
    if (SUCCEEDED(hr)) sqlite3_db_config(store->db, SQLITE_DBCONFIG_NO_CKPT_ON_CLOSE, 0, NULL);
    if (FAILED(hr))
        store_close(store);
    else
        *opened = store;
    return hr;
}

/* SQLite opens a file for reading only when its header asks for a writer that it does not know. It
 * has never known any but 1 and 2. */
static bool has_odd_writer(const WCHAR *path)
{
    FILE *file = store_file_read(path);
    uint8_t head[20];
    bool answer;

    if (!file) return false;
    answer = fread(head, 1, sizeof(head), file) == sizeof(head) && (head[18] < 1 || head[18] > 2);
    fclose(file);
    return answer;
}

HRESULT store_open(const WCHAR *path, const struct store_options *options, struct store **store,
                   struct store_report *report)
{
    uint32_t aside;
    HRESULT hr;

    *store = NULL;
    hr = open_once(path, options, 0, store, report);
    if (hr == E_ACCESSDENIED && has_odd_writer(path)) hr = ERR_FILE_CORRUPT;
    if (store_is_damage(hr))
    {
        if (FAILED(hr = store_set_aside(path, &aside))) return hr;
        LOG_ERR(LOG_STORE, "The store was damaged; it was set aside with the ending .damaged-%u",
                (unsigned int)aside);
        hr = open_once(path, options, aside, store, report);
    }
    if (hr == STORE_E_NEWER) LOG_ERR(LOG_STORE, "The store is of a newer version");
    if (SUCCEEDED(hr) && report->upgraded_from)
        LOG_INFO(LOG_STORE, "The store was of version %u", (unsigned int)report->upgraded_from);
    return hr;
}
