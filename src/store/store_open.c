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
    if (!name) return str_is_whole(path) ? E_OUTOFMEMORY : E_INVALIDARG;
    code = sqlite3_open_v2(name, db, flags, vfs);
    free(name);
    if (code == SQLITE_OK)
    {
        sqlite3_extended_result_codes(*db, 1);
        sqlite3_busy_timeout(*db, BUSY_TIMEOUT_MS);
        /* Until it is known that the file is ours, nothing is written to it. */
        sqlite3_db_config(*db, SQLITE_DBCONFIG_NO_CKPT_ON_CLOSE, 1, NULL);
        sqlite3_db_config(*db, SQLITE_DBCONFIG_DEFENSIVE, 1, NULL);
        if (sqlite3_db_readonly(*db, "main") == 1)
            code = SQLITE_READONLY;
        else
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

void store_library_end(void)
{
    sqlite3_shutdown();
}

static HRESULT salvage(struct store *store, const WCHAR *path, const char *vfs)
{
    WCHAR *from = store_aside_path(path);
    HRESULT hr = from ? store_salvage(store, from, vfs) : E_OUTOFMEMORY;

    free(from);
    return hr;
}

static HRESULT fill(struct store *store, const WCHAR *path, const char *vfs, bool is_repair,
                    struct store_report *report)
{
    uint32_t version = 0;
    HRESULT hr;

    if (FAILED(hr = store_connect(path, vfs, &store->db))) return hr;
    if (FAILED(hr = store_schema_prepare(store, &version))) return hr;
    if (FAILED(hr = store_schema_compile(store))) return hr;
    report->is_new = !version && !is_repair;
    if (version && version < STORE_VERSION) report->upgraded_from = version;

    if (is_repair && FAILED(hr = salvage(store, path, vfs))) return hr;
    if (FAILED(hr = store_check(store, report))) return hr;
    sqlite3_db_config(store->db, SQLITE_DBCONFIG_NO_CKPT_ON_CLOSE, 0, NULL);
    return is_repair ? store_end_repair(path, &report->aside) : S_OK;
}

static HRESULT open_once(const WCHAR *path, const struct store_options *options, bool is_repair,
                         struct store **opened, struct store_report *report)
{
    struct store *store = calloc(1, sizeof(*store));
    HRESULT hr;

    memset(report, 0, sizeof(*report));
    if (!store) return E_OUTOFMEMORY;
    if (options)
    {
        store->secrets = options->secrets;
        store->secrets_ctx = options->secrets_ctx;
    }
    hr = fill(store, path, options ? options->vfs : NULL, is_repair, report);
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

static HRESULT repair(const WCHAR *path, const struct store_options *options, struct store **store,
                      struct store_report *report)
{
    HRESULT hr = store_begin_repair(path);

    if (SUCCEEDED(hr)) hr = open_once(path, options, true, store, report);
    if (SUCCEEDED(hr))
        LOG_ERR(LOG_STORE, "The store was damaged; it is kept with the ending .damaged-%u",
                (unsigned int)report->aside);
    else
        LOG_ERR(LOG_STORE, "The store is damaged and could not be repaired: hr %#lx",
                (unsigned long)hr);
    return hr;
}

HRESULT store_open(const WCHAR *path, const struct store_options *options, struct store **store,
                   struct store_report *report)
{
    HRESULT hr;

    *store = NULL;
    memset(report, 0, sizeof(*report));
    if (store_is_repair_due(path)) return repair(path, options, store, report);

    hr = open_once(path, options, false, store, report);
    if (hr == E_ACCESSDENIED && has_odd_writer(path)) hr = ERR_FILE_CORRUPT;
    if (store_is_damage(hr))
    {
        if (SUCCEEDED(hr = store_set_aside(path))) hr = repair(path, options, store, report);
        return hr;
    }
    if (hr == STORE_E_NEWER) LOG_ERR(LOG_STORE, "The store is of a newer version");
    if (SUCCEEDED(hr) && report->upgraded_from)
        LOG_INFO(LOG_STORE, "The store was of version %u", (unsigned int)report->upgraded_from);
    return hr;
}
