/* SPDX-License-Identifier: LGPL-2.1-or-later
 *
 * Records for the fuzz targets: every id is one of 1000 bytes, but those that begin with zeros. */
#ifndef OPENBITS_TESTS_FUZZ_CONTENT_RECORDS_H
#define OPENBITS_TESTS_FUZZ_CONTENT_RECORDS_H

#include <stdlib.h>
#include <string.h>

#include "base/err_codes.h"
#include "fuzz/fuzz.h"
#include "peer/content_request.h"

static unsigned int fuzz_records_open;

static void fuzz_make_record(const GUID *id, struct content_record *record)
{
    memset(record, 0, sizeof(*record));
    record->id = *id;
    record->url = strdup("http://origin.example.test/pkg/tool-1.4.cab");
    record->mtime = 0x1DA6EE6BFC8EB00ull;
    record->size = 1000;
    record->piece_count = 1;
    record->pieces = calloc(1, sizeof(*record->pieces));
    record->pieces[0].length = 1000;
}

static HRESULT fuzz_search(void *ctx, const struct content_query *query, size_t max,
                           struct content_results *results)
{
    static const GUID id = {1, 2, 3, {4}};
    struct content_record record;

    (void)ctx, (void)query, (void)max;
    fuzz_make_record(&id, &record);
    return content_results_add(results, &record);
}

static HRESULT fuzz_open(void *ctx, const GUID *id, struct content_record *record, void **reader)
{
    (void)ctx;
    *reader = NULL;
    if (!id->Data1) return ERR_NOT_FOUND;
    fuzz_make_record(id, record);
    *reader = &fuzz_records_open;
    fuzz_records_open++;
    return S_OK;
}

static HRESULT fuzz_read(void *ctx, void *reader, uint64_t position, void *data, size_t size)
{
    (void)ctx, (void)reader;
    CHECK(size <= 1000 && position <= 1000 - size);
    memset(data, 'r', size);
    return S_OK;
}

static void fuzz_close(void *ctx, void *reader)
{
    (void)ctx, (void)reader;
    fuzz_records_open--;
}

static const struct content_store fuzz_records = {NULL, fuzz_search, fuzz_open, fuzz_read,
                                                  fuzz_close};

#endif
