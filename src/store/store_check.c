/* SPDX-License-Identifier: LGPL-2.1-or-later
 *
 * Is what comes back what was written? Each record says where it belongs and ends in a checksum in
 * which no change of a single byte can hide. A job with a damaged row is taken out as a whole: half
 * of its files is not what its owner asked for. */
#include "store/store_private.h"

#include <stdlib.h>
#include <string.h>

#include "base/log.h"

#define HEAD_SIZE     40 /* mark, table, size of all, key, stamp, job */
#define CHECKSUM_SIZE 8

static const uint8_t record_mark[3] = {'O', 'B', '1'};

/* FNV-1a: every step is a bijection of the state, so two inputs that differ in one byte never end
 * in the same state. */
static uint64_t checksum_of(const uint8_t *data, size_t size)
{
    uint64_t sum = 0xcbf29ce484222325ull;

    for (size_t i = 0; i < size; i++)
        sum = (sum ^ data[i]) * 0x100000001b3ull;
    return sum;
}

static void put_u32(uint8_t *out, uint32_t value)
{
    for (int i = 0; i < 4; i++)
        out[i] = (uint8_t)(value >> 8 * i);
}

static uint32_t get_u32(const uint8_t *in)
{
    return in[0] | (uint32_t)in[1] << 8 | (uint32_t)in[2] << 16 | (uint32_t)in[3] << 24;
}

static void put_u64(uint8_t *out, uint64_t value)
{
    for (int i = 0; i < 8; i++)
        out[i] = (uint8_t)(value >> 8 * i);
}

static uint64_t get_u64(const uint8_t *in)
{
    uint64_t value = 0;

    for (int i = 0; i < 8; i++)
        value |= (uint64_t)in[i] << 8 * i;
    return value;
}

HRESULT store_record_begin(struct store_buffer *buffer, const struct store_record *record)
{
    uint8_t head[HEAD_SIZE];

    memcpy(head, record_mark, sizeof(record_mark));
    head[3] = (uint8_t)record->table;
    put_u32(head + 4, 0);
    put_u64(head + 8, (uint64_t)record->key);
    put_u64(head + 16, record->stamp);
    memcpy(head + 24, &record->job, sizeof(record->job));
    buffer->size = 0;
    return store_buffer_add(buffer, head, sizeof(head));
}

HRESULT store_record_end(struct store_buffer *buffer)
{
    uint8_t sum[CHECKSUM_SIZE];

    if (buffer->size > UINT32_MAX / 2) return E_INVALIDARG;
    put_u32(buffer->data + 4, (uint32_t)buffer->size + CHECKSUM_SIZE);
    put_u64(sum, checksum_of(buffer->data, buffer->size));
    return store_buffer_add(buffer, sum, sizeof(sum));
}

bool store_record_find(const uint8_t *data, size_t size, struct store_record *record, size_t *taken)
{
    size_t len;

    if (size < HEAD_SIZE + CHECKSUM_SIZE) return false;
    if (memcmp(data, record_mark, sizeof(record_mark)) || data[3] >= TABLE_COUNT) return false;
    len = get_u32(data + 4);
    if (len > size || len < HEAD_SIZE + CHECKSUM_SIZE) return false;
    *taken = len;
    len -= CHECKSUM_SIZE;
    if (checksum_of(data, len) != get_u64(data + len)) return false;

    record->table = data[3];
    record->key = (int64_t)get_u64(data + 8);
    record->stamp = get_u64(data + 16);
    memcpy(&record->job, data + 24, sizeof(record->job));
    record->data = data + HEAD_SIZE;
    record->size = len - HEAD_SIZE;
    return true;
}

bool store_record_open(enum store_table table, int64_t key, const void *data, size_t size,
                       struct store_record *record)
{
    size_t taken;

    return data && store_record_find(data, size, record, &taken) && taken == size &&
           record->table == table && record->key == key;
}

struct check
{
    struct store *store;
    struct store_report *report;
    int64_t *damaged;
    size_t count;
    size_t capacity;
};

static HRESULT note_damaged(void *ctx, int64_t number)
{
    struct check *check = ctx;

    if (check->count == check->capacity)
    {
        size_t capacity = check->capacity ? check->capacity * 2 : 16;
        int64_t *grown = realloc(check->damaged, capacity * sizeof(*grown));

        if (!grown) return E_OUTOFMEMORY;
        check->damaged = grown;
        check->capacity = capacity;
    }
    check->damaged[check->count++] = number;
    return S_OK;
}

static HRESULT note_whole(void *ctx, const struct index_entry *job)
{
    struct check *check = ctx;

    /* The second one of the same id. */
    if (store_index_find(&check->store->index, &job->id)) return note_damaged(ctx, job->number);
    check->report->jobs++;
    return store_index_add(&check->store->index, job);
}

static HRESULT move_rows(struct store *store, enum store_table table, int64_t first, int64_t last)
{
    char sql[256];
    HRESULT hr = S_OK;

    sqlite3_snprintf(sizeof(sql), sql,
                     "INSERT INTO damaged SELECT '%s', key, record FROM %s WHERE key BETWEEN %lld "
                     "AND %lld; DELETE FROM %s WHERE key BETWEEN %lld AND %lld",
                     store_table_names[table], store_table_names[table], (long long)first,
                     (long long)last, store_table_names[table], (long long)first, (long long)last);
    if (sqlite3_exec(store->db, sql, NULL, NULL, NULL) != SQLITE_OK)
        hr = store_failure(store, "set a damaged row aside");
    return hr;
}

static HRESULT set_aside(struct store *store, int64_t number)
{
    HRESULT hr = S_OK;

    LOG_ERR(LOG_STORE, "Job number %lld is damaged and was taken out of the queue",
            (long long)number);
    for (int table = 0; table < TABLE_COUNT && SUCCEEDED(hr); table++)
    {
        int64_t first = number, last = number;

        if (store_table_has_files(table))
        {
            first = (int64_t)((uint64_t)number << 32);
            last = (int64_t)((uint64_t)first | UINT32_MAX);
        }
        hr = move_rows(store, table, first, last);
    }
    return hr;
}

static HRESULT set_all_aside(struct check *check)
{
    sqlite3 *db = check->store->db;
    HRESULT hr = S_OK;

    if (sqlite3_exec(db, "BEGIN IMMEDIATE", NULL, NULL, NULL) != SQLITE_OK)
        return store_failure(check->store, "set damaged rows aside");
    for (size_t i = 0; i < check->count && SUCCEEDED(hr); i++)
        hr = set_aside(check->store, check->damaged[i]);
    if (SUCCEEDED(hr) && sqlite3_exec(db, "COMMIT", NULL, NULL, NULL) != SQLITE_OK)
        hr = store_failure(check->store, "set damaged rows aside");
    if (FAILED(hr)) sqlite3_exec(db, "ROLLBACK", NULL, NULL, NULL);
    return hr;
}

/* The structure of the file as SQLite sees it: rows that are lost leave a trace there. */
static HRESULT check_structure(struct store *store)
{
    sqlite3_stmt *statement = NULL;
    HRESULT hr = S_OK;
    const char *text;

    if (sqlite3_prepare_v2(store->db, "PRAGMA quick_check(1)", -1, &statement, NULL) != SQLITE_OK ||
        sqlite3_step(statement) != SQLITE_ROW)
        hr = store_failure(store, "check the store");
    else if (!(text = (const char *)sqlite3_column_text(statement, 0)))
        hr = E_OUTOFMEMORY;
    else if (strcmp(text, "ok"))
    {
        LOG_ERR(LOG_STORE, "The store is damaged: %s", text);
        hr = ERR_FILE_CORRUPT;
    }
    sqlite3_finalize(statement);
    return hr;
}

HRESULT store_check(struct store *store, struct store_report *report)
{
    struct check check = {.store = store, .report = report};
    struct store_visitor visitor = {.whole = note_whole, .damaged = note_damaged, .ctx = &check};
    HRESULT hr;

    store_index_clear(&store->index);
    report->jobs = 0;
    hr = check_structure(store);
    if (SUCCEEDED(hr)) hr = store_walk(store, &visitor);
    if (SUCCEEDED(hr) && check.count) hr = set_all_aside(&check);
    if (SUCCEEDED(hr)) report->damaged_jobs += (uint32_t)check.count;
    free(check.damaged);
    return hr;
}
