/* SPDX-License-Identifier: LGPL-2.1-or-later
 *
 * The two records of the vectors as a content_store. */
#include "harness/fake_records.h"

#include "base/err_codes.h"
#include "harness/content_vectors.h"
#include "peer/content_values.h"

HRESULT fake_records_failure;
HRESULT fake_records_read_failure;
uint64_t fake_records_read_limit;
unsigned int fake_records_open;
uint64_t fake_records_size = 1000;

uint8_t fake_record_byte(bool is_five, uint64_t position)
{
    if (!is_five) return vector_byte(position);
    return vector_byte(position < 16 ? 100 + position : 200 + position - 16);
}

static void make_record(bool is_five, struct content_record *record)
{
    const char *id = is_five ? VECTOR_ID_5 : VECTOR_ID_1;

    memset(record, 0, sizeof(*record));
    content_parse_guid(id, strlen(id), &record->id);
    record->created = 133541856001250000;
    record->modified = 133541856025000000;
    record->accessed = 133542774000000000;
    record->url = strdup(VECTOR_URL);
    record->mtime = VECTOR_MTIME;
    record->size = is_five ? 1000 : fake_records_size;
    record->piece_count = is_five ? 2 : 1;
    record->pieces = calloc(record->piece_count, sizeof(*record->pieces));
    if (is_five)
    {
        record->pieces[0] = (struct content_piece){100, 16};
        record->pieces[1] = (struct content_piece){200, 48};
    }
    else
        record->pieces[0].length = fake_records_size;
}

static HRESULT search(void *ctx, const struct content_query *query, size_t max,
                      struct content_results *results)
{
    struct content_record record;

    (void)ctx, (void)query;
    if (FAILED(fake_records_failure)) return fake_records_failure;
    if (!max) return S_OK;
    make_record(false, &record);
    return content_results_add(results, &record);
}

static HRESULT open_record(void *ctx, const GUID *id, struct content_record *record, void **reader)
{
    (void)ctx;
    *reader = NULL;
    if (FAILED(fake_records_failure)) return fake_records_failure;
    for (unsigned int i = 0; i < 2; i++)
    {
        make_record(i == 1, record);
        if (!memcmp(&record->id, id, sizeof(*id)))
        {
            bool *is_five = malloc(sizeof(*is_five));

            *is_five = i == 1;
            *reader = is_five;
            fake_records_open++;
            return S_OK;
        }
        content_record_done(record);
    }
    return ERR_NOT_FOUND;
}

static HRESULT read_record(void *ctx, void *reader, uint64_t position, void *data, size_t size)
{
    bool is_five = *(bool *)reader;
    uint64_t total = is_five ? 64 : fake_records_size;

    (void)ctx;
    if (position > total || size > total - position) return ERR_HANDLE_EOF;
    if (FAILED(fake_records_read_failure) && position + size > fake_records_read_limit)
        return fake_records_read_failure;
    for (size_t i = 0; i < size; i++)
        ((uint8_t *)data)[i] = fake_record_byte(is_five, position + i);
    return S_OK;
}

static void close_record(void *ctx, void *reader)
{
    (void)ctx;
    free(reader);
    fake_records_open--;
}

const struct content_store fake_records = {NULL, search, open_record, read_record, close_record};
