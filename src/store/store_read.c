/* SPDX-License-Identifier: LGPL-2.1-or-later
 *
 * One pass over all tables side by side, each in the order of its keys: no joins, no sorting, and
 * no more than one job in memory. */
#include "store/store_private.h"

#include <stdlib.h>

#include "base/str.h"

struct cursor
{
    sqlite3_stmt *statement;
    enum store_table table;
    bool has_row;
    int64_t key;
};

struct walk
{
    struct store *store;
    const struct store_visitor *visitor;
    struct cursor cursors[TABLE_QUEUE_COUNT];
};

static HRESULT advance(struct walk *walk, enum store_table table)
{
    struct cursor *cursor = &walk->cursors[table];
    int code = sqlite3_step(cursor->statement);

    if (!(cursor->has_row = code == SQLITE_ROW))
        return code == SQLITE_DONE ? S_OK : store_failure(walk->store, "read the queue");
    cursor->key = sqlite3_column_int64(cursor->statement, 0);
    return S_OK;
}

static int64_t number_at(const struct cursor *cursor)
{
    return store_table_has_files(cursor->table) ? cursor->key >> 32 : cursor->key;
}

static bool is_at(const struct walk *walk, enum store_table table, int64_t number)
{
    return walk->cursors[table].has_row && number_at(&walk->cursors[table]) == number;
}

/* The lowest number that a cursor stands at; false at the end of all. */
static bool next_number(const struct walk *walk, int64_t *number)
{
    bool found = false;

    for (int table = 0; table < TABLE_QUEUE_COUNT; table++)
    {
        const struct cursor *cursor = &walk->cursors[table];

        if (!cursor->has_row || (found && number_at(cursor) >= *number)) continue;
        *number = number_at(cursor);
        found = true;
    }
    return found;
}

/* ERR_FILE_CORRUPT when the row is not there or damaged. SQLite leaves the bytes in place until the
 * cursor moves. */
static HRESULT open_row(struct walk *walk, enum store_table table, int64_t key,
                        struct store_record *record)
{
    struct cursor *cursor = &walk->cursors[table];
    const void *data;
    int size;

    if (!cursor->has_row || cursor->key != key) return ERR_FILE_CORRUPT;
    data = sqlite3_column_blob(cursor->statement, 1);
    size = sqlite3_column_bytes(cursor->statement, 1);
    if (!data && sqlite3_errcode(walk->store->db) == SQLITE_NOMEM) return E_OUTOFMEMORY;
    if (!store_record_open(table, key, data, (size_t)size, record)) return ERR_FILE_CORRUPT;
    if (record->stamp > walk->store->stamp) walk->store->stamp = record->stamp;
    return S_OK;
}

/* What is out of its limits was not written by us. */
static HRESULT as_damage(HRESULT hr)
{
    return hr == E_INVALIDARG ? ERR_FILE_CORRUPT : hr;
}

static HRESULT walk_job(struct walk *walk, int64_t number, struct index_entry *job)
{
    const struct store_loader *loader = walk->visitor->loader;
    struct store_record record, texts_record, count_record;
    struct file_count count;
    struct job_texts *texts;
    struct job_status status;
    HRESULT hr;

    if (number < 1 || number > STORE_NUMBER_MAX) return ERR_FILE_CORRUPT;
    if (FAILED(hr = open_row(walk, TABLE_JOBS, number, &record))) return hr;
    if (FAILED(hr = open_row(walk, TABLE_JOB_TEXTS, number, &texts_record))) return hr;
    if (FAILED(hr = open_row(walk, TABLE_JOB_FILES, number, &count_record))) return hr;
    if (!guid_is_equal(&record.job, &texts_record.job)) return ERR_FILE_CORRUPT;
    if (!guid_is_equal(&record.job, &count_record.job)) return ERR_FILE_CORRUPT;
    if (FAILED(hr = store_decode_count(&count_record, &count))) return as_damage(hr);
    *job = (struct index_entry){record.job, number, count.files};
    if (FAILED(hr = store_decode_job(&record, &status))) return as_damage(hr);

    if (!(texts = calloc(1, sizeof(*texts)))) return E_OUTOFMEMORY;
    hr = as_damage(store_decode_texts(&texts_record, texts));
    if (SUCCEEDED(hr) && loader && texts->http)
        hr = store_read_logins(walk->store, &job->id, texts->http);
    if (SUCCEEDED(hr) && loader)
    {
        hr = loader->job(walk->visitor->loader_ctx, &job->id, &status, texts);
        texts = NULL;
    }
    job_texts_free(texts);
    if (SUCCEEDED(hr)) hr = advance(walk, TABLE_JOBS);
    if (SUCCEEDED(hr)) hr = advance(walk, TABLE_JOB_TEXTS);
    if (SUCCEEDED(hr)) hr = advance(walk, TABLE_JOB_FILES);
    return hr;
}

static HRESULT walk_file(struct walk *walk, int64_t number, const GUID *id, uint32_t index)
{
    const struct store_loader *loader = walk->visitor->loader;
    int64_t key = store_file_key(number, index);
    struct store_record record, names_record;
    struct file_names *names;
    struct file_status status;
    HRESULT hr;

    if (FAILED(hr = open_row(walk, TABLE_FILES, key, &record))) return hr;
    if (FAILED(hr = open_row(walk, TABLE_FILE_NAMES, key, &names_record))) return hr;
    if (!guid_is_equal(&record.job, id) || !guid_is_equal(&names_record.job, id))
        return ERR_FILE_CORRUPT;

    if (!(names = calloc(1, sizeof(*names)))) return E_OUTOFMEMORY;
    hr = as_damage(store_decode_file(&record, &status));
    if (SUCCEEDED(hr)) hr = as_damage(store_decode_names(&names_record, names));
    if (SUCCEEDED(hr) && loader)
    {
        hr = loader->file(walk->visitor->loader_ctx, id, index, &status, names);
        names = NULL;
    }
    else
        file_status_done(&status);
    file_names_free(names);
    if (SUCCEEDED(hr)) hr = advance(walk, TABLE_FILES);
    if (SUCCEEDED(hr)) hr = advance(walk, TABLE_FILE_NAMES);
    return hr;
}

static HRESULT walk_number(struct walk *walk, int64_t number, struct index_entry *job)
{
    HRESULT hr = walk_job(walk, number, job);

    for (uint32_t i = 0; SUCCEEDED(hr) && i < job->files; i++)
        hr = walk_file(walk, number, &job->id, i);
    if (SUCCEEDED(hr) &&
        (is_at(walk, TABLE_FILES, number) || is_at(walk, TABLE_FILE_NAMES, number)))
        hr = ERR_FILE_CORRUPT;
    return hr;
}

/* Is this a row of another job, which must not be lost with this one? */
static bool is_misplaced(const struct walk *walk, enum store_table table)
{
    const struct cursor *cursor = &walk->cursors[table];
    const void *data = sqlite3_column_blob(cursor->statement, 1);
    size_t size = (size_t)sqlite3_column_bytes(cursor->statement, 1), taken;
    struct store_record record;

    return data && store_record_find(data, size, &record, &taken) &&
           (record.table != table || record.key != cursor->key);
}

static HRESULT skip_number(struct walk *walk, int64_t number)
{
    HRESULT hr = S_OK;

    for (int table = 0; table < TABLE_QUEUE_COUNT; table++)
        while (SUCCEEDED(hr) && is_at(walk, table, number))
            hr = is_misplaced(walk, table) ? STORE_E_MISPLACED : advance(walk, table);
    return hr;
}

static HRESULT walk_all(struct walk *walk)
{
    const struct store_visitor *visitor = walk->visitor;
    int64_t number = 0;
    HRESULT hr = S_OK;
    struct index_entry job;

    for (int table = 0; table < TABLE_QUEUE_COUNT && SUCCEEDED(hr); table++)
        hr = advance(walk, table);

    while (SUCCEEDED(hr) && next_number(walk, &number))
    {
        hr = walk_number(walk, number, &job);
        if (SUCCEEDED(hr) && number > walk->store->last_number) walk->store->last_number = number;
        if (SUCCEEDED(hr) && visitor->whole) hr = visitor->whole(visitor->ctx, &job);
        if (!store_is_damage(hr) || !visitor->damaged) continue;

        hr = visitor->damaged(visitor->ctx, number);
        if (SUCCEEDED(hr)) hr = skip_number(walk, number);
    }
    return hr;
}

HRESULT store_walk(struct store *store, const struct store_visitor *visitor)
{
    struct walk walk = {.store = store, .visitor = visitor};
    HRESULT hr;

    for (int table = 0; table < TABLE_QUEUE_COUNT; table++)
    {
        walk.cursors[table].table = table;
        walk.cursors[table].statement = store->statements[table][STATEMENT_SELECT];
    }
    hr = walk_all(&walk);
    for (int table = 0; table < TABLE_QUEUE_COUNT; table++)
        sqlite3_reset(walk.cursors[table].statement);
    return hr;
}

HRESULT store_load(struct store *store, const struct store_loader *loader, void *ctx)
{
    struct store_visitor visitor = {.loader = loader, .loader_ctx = ctx};

    return store_walk(store, &visitor);
}
