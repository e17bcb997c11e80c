/* SPDX-License-Identifier: LGPL-2.1-or-later
 *
 * Commits: a list of changes as one transaction. */
#include "store/store_private.h"

#include "base/str.h"

HRESULT store_run(struct store *store, sqlite3_stmt *statement, const char *doing)
{
    HRESULT hr = S_OK;

    if (sqlite3_step(statement) != SQLITE_DONE) hr = store_failure(store, doing);
    sqlite3_reset(statement);
    sqlite3_clear_bindings(statement);
    return hr;
}

/* Writes the record in the buffer to its row. */
static HRESULT put(struct store *store, enum store_table table, int64_t key, bool is_new)
{
    sqlite3_stmt *statement = store->statements[table][is_new ? STATEMENT_PUT : STATEMENT_SET];
    struct store_buffer *buffer = &store->buffer;
    HRESULT hr;

    if (FAILED(hr = store_record_end(buffer))) return hr;
    sqlite3_bind_int64(statement, 1, key);
    if (sqlite3_bind_blob64(statement, 2, buffer->data, buffer->size, SQLITE_STATIC) != SQLITE_OK)
        return store_failure(store, "hand over a record");
    if (FAILED(hr = store_run(store, statement, "write a record"))) return hr;
    return is_new || sqlite3_changes(store->db) == 1 ? S_OK : E_INVALIDARG;
}

static HRESULT write_file_count(struct store *store, const struct index_entry *job)
{
    struct store_record record = {
        .table = TABLE_JOB_FILES, .job = job->id, .stamp = store->stamp, .key = job->number};
    struct file_count count = {job->files};
    HRESULT hr = store_record_begin(&store->buffer, &record);

    if (SUCCEEDED(hr)) hr = store_encode_count(&store->buffer, &count);
    if (SUCCEEDED(hr)) hr = put(store, TABLE_JOB_FILES, job->number, true);
    return hr;
}

static HRESULT add_job(struct store *store, const GUID *id, struct index_entry **job)
{
    struct index_entry entry = {.id = *id};
    HRESULT hr;

    if (store->last_number >= STORE_NUMBER_MAX) return ERR_DISK_FULL;
    entry.number = ++store->last_number;
    if (FAILED(hr = store_index_add(&store->index, &entry))) return hr;
    *job = store_index_find(&store->index, id);
    return write_file_count(store, &entry);
}

static HRESULT write_job(struct store *store, const struct store_change *change)
{
    const struct job_texts *texts = change->job_data.texts;
    struct store_record record = {.table = TABLE_JOBS, .job = change->job, .stamp = store->stamp};
    struct store_buffer *buffer = &store->buffer;
    struct index_entry *job = store_index_find(&store->index, &change->job);
    int64_t number;
    HRESULT hr;

    if (!job && !texts) return E_INVALIDARG;
    if (!job && FAILED(hr = add_job(store, &change->job, &job))) return hr;
    number = record.key = job->number;
    hr = store_record_begin(buffer, &record);
    if (SUCCEEDED(hr)) hr = store_encode_job(buffer, &change->job_data.status);
    if (SUCCEEDED(hr)) hr = put(store, TABLE_JOBS, number, texts != NULL);
    if (FAILED(hr) || !texts) return hr;

    record.table = TABLE_JOB_TEXTS;
    hr = store_record_begin(buffer, &record);
    if (SUCCEEDED(hr)) hr = store_encode_texts(buffer, texts);
    if (SUCCEEDED(hr)) hr = put(store, TABLE_JOB_TEXTS, number, true);
    if (SUCCEEDED(hr)) hr = store_write_logins(store, &change->job, texts->http);
    return hr;
}

static HRESULT write_file(struct store *store, const struct store_change *change)
{
    const struct file_names *names = change->file_data.names;
    struct store_record record = {.table = TABLE_FILES, .job = change->job, .stamp = store->stamp};
    struct store_buffer *buffer = &store->buffer;
    struct index_entry *job = store_index_find(&store->index, &change->job);
    HRESULT hr;

    if (!job || change->file > job->files || change->file == UINT32_MAX) return E_INVALIDARG;
    record.key = store_file_key(job->number, change->file);
    hr = store_record_begin(buffer, &record);
    if (SUCCEEDED(hr)) hr = store_encode_file(buffer, &change->file_data.status);
    if (SUCCEEDED(hr)) hr = put(store, TABLE_FILES, record.key, names != NULL);
    if (FAILED(hr) || !names) return hr;

    record.table = TABLE_FILE_NAMES;
    hr = store_record_begin(buffer, &record);
    if (SUCCEEDED(hr)) hr = store_encode_names(buffer, names);
    if (SUCCEEDED(hr)) hr = put(store, TABLE_FILE_NAMES, record.key, true);
    if (FAILED(hr) || change->file < job->files) return hr;

    job->files++;
    /* Once for a set of files. */
    if (change->next && change->next->kind == STORE_FILE && change->next->file_data.names &&
        change->next->file == job->files && guid_is_equal(&change->next->job, &change->job))
        return S_OK;
    return write_file_count(store, job);
}

static HRESULT remove_job(struct store *store, const struct store_change *change)
{
    const struct index_entry *job = store_index_find(&store->index, &change->job);
    int64_t number;
    HRESULT hr = S_OK;

    if (!job) return S_OK;
    number = job->number;
    for (int table = 0; table < TABLE_COUNT && SUCCEEDED(hr); table++)
    {
        sqlite3_stmt *statement = store->statements[table][STATEMENT_REMOVE];
        bool has_files = store_table_has_files(table);

        sqlite3_bind_int64(statement, 1, has_files ? store_file_key(number, 0) : number);
        sqlite3_bind_int64(statement, 2, has_files ? store_file_key(number, UINT32_MAX) : number);
        hr = store_run(store, statement, "remove a job");
    }
    if (SUCCEEDED(hr)) store_index_remove(&store->index, &change->job);
    return hr;
}

static HRESULT write_change(struct store *store, const struct store_change *change)
{
    switch (change->kind)
    {
    case STORE_JOB:
        return write_job(store, change);
    case STORE_FILE:
        return write_file(store, change);
    case STORE_REMOVE_JOB:
        return remove_job(store, change);
    }
    return E_INVALIDARG;
}

static HRESULT note_job(void *ctx, const struct index_entry *job)
{
    struct store *store = ctx;

    return store_index_add(&store->index, job);
}

/* The index still holds the changes of a commit that was taken back. */
HRESULT store_renew_index(struct store *store)
{
    struct store_visitor visitor = {.whole = note_job, .ctx = store};
    HRESULT hr;

    if (!store->is_index_stale) return S_OK;
    store_index_clear(&store->index);
    if (SUCCEEDED(hr = store_walk(store, &visitor))) store->is_index_stale = false;
    return hr;
}

static HRESULT commit(void *ctx, const struct store_change *changes)
{
    struct store *store = ctx;
    HRESULT hr;

    if (!changes) return S_OK;
    if (FAILED(hr = store_renew_index(store))) return hr;
    store->stamp++;
    if (FAILED(hr = store_run(store, store->begin, "begin a transaction"))) return hr;
    for (const struct store_change *change = changes; change && SUCCEEDED(hr);
         change = change->next)
        hr = write_change(store, change);
    if (SUCCEEDED(hr)) hr = store_run(store, store->commit, "commit");
    if (SUCCEEDED(hr)) return S_OK;

    /* SQLite has rolled back already after some failures. */
    store->is_index_stale = true;
    if (!sqlite3_get_autocommit(store->db)) store_run(store, store->rollback, "roll back");
    return hr;
}

const struct store_ops store_sqlite_ops = {
    .commit = commit,
};
