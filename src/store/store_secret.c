/* SPDX-License-Identifier: LGPL-2.1-or-later
 *
 * Secrets of jobs: bytes that are on the disk only as the caller's secret_ops made them. They go
 * with their job. A secret that is damaged is lost alone: its job can ask for it again. */
#include "store/store_private.h"

#include <stdlib.h>
#include <string.h>

#include "base/log.h"

#define SECRET_SIZE_MAX (1u << 20)

/* Not taken out by the compiler, though nobody reads it again. */
static void wipe(void *data, size_t size)
{
    volatile uint8_t *bytes = data;

    while (size--)
        *bytes++ = 0;
}

void store_secret_free(struct store_secret *secret)
{
    if (secret->data) wipe(secret->data, secret->size);
    free(secret->data);
    memset(secret, 0, sizeof(*secret));
}

static HRESULT find_key(struct store *store, const GUID *id, uint32_t kind, int64_t *key)
{
    const struct index_entry *job;
    HRESULT hr;

    if (!store->secrets) return E_NOTIMPL;
    if (FAILED(hr = store_renew_index(store))) return hr;
    if (!(job = store_index_find(&store->index, id))) return E_INVALIDARG;
    *key = store_file_key(job->number, kind);
    return S_OK;
}

static HRESULT write_record(struct store *store, const struct store_record *record)
{
    sqlite3_stmt *statement = store->statements[TABLE_SECRETS][STATEMENT_PUT];
    struct store_buffer *buffer = &store->buffer;
    HRESULT hr = store_record_begin(buffer, record);

    if (SUCCEEDED(hr)) hr = store_buffer_add(buffer, record->data, record->size);
    if (SUCCEEDED(hr)) hr = store_record_end(buffer);
    if (FAILED(hr)) return hr;
    sqlite3_bind_int64(statement, 1, record->key);
    sqlite3_bind_blob64(statement, 2, buffer->data, buffer->size, SQLITE_STATIC);
    return store_run(store, statement, "write a secret");
}

HRESULT store_put_secret(struct store *store, const GUID *job, uint32_t kind, const void *data,
                         size_t size)
{
    struct store_record record = {.table = TABLE_SECRETS, .job = *job};
    struct store_secret hidden = {NULL, 0};
    HRESULT hr;

    if (size > SECRET_SIZE_MAX) return E_INVALIDARG;
    if (FAILED(hr = find_key(store, job, kind, &record.key))) return hr;
    if (FAILED(hr = store->secrets->protect(store->secrets_ctx, data, size, &hidden))) return hr;
    record.stamp = ++store->stamp;
    record.data = hidden.data;
    record.size = hidden.size;
    hr = write_record(store, &record);
    store_secret_free(&hidden);
    return hr;
}

HRESULT store_get_secret(struct store *store, const GUID *job, uint32_t kind,
                         struct store_secret *secret)
{
    sqlite3_stmt *statement = store->statements[TABLE_SECRETS][STATEMENT_GET];
    struct store_record record;
    int64_t key;
    HRESULT hr;
    int code;

    memset(secret, 0, sizeof(*secret));
    if (FAILED(hr = find_key(store, job, kind, &key))) return hr;
    sqlite3_bind_int64(statement, 1, key);
    if ((code = sqlite3_step(statement)) == SQLITE_DONE)
        hr = ERR_NOT_FOUND;
    else if (code != SQLITE_ROW)
        hr = store_failure(store, "read a secret");
    else if (!store_record_open(TABLE_SECRETS, key, sqlite3_column_blob(statement, 0),
                                (size_t)sqlite3_column_bytes(statement, 0), &record) ||
             memcmp(&record.job, job, sizeof(*job)))
    {
        LOG_ERR(LOG_STORE, "A secret is damaged");
        hr = ERR_FILE_CORRUPT;
    }
    else
        hr = store->secrets->unprotect(store->secrets_ctx, record.data, record.size, secret);
    sqlite3_reset(statement);
    return hr;
}

HRESULT store_remove_secret(struct store *store, const GUID *job, uint32_t kind)
{
    sqlite3_stmt *statement = store->statements[TABLE_SECRETS][STATEMENT_REMOVE];
    int64_t key;
    HRESULT hr;

    if (FAILED(hr = find_key(store, job, kind, &key))) return hr;
    sqlite3_bind_int64(statement, 1, key);
    sqlite3_bind_int64(statement, 2, key);
    return store_run(store, statement, "remove a secret");
}
