/* SPDX-License-Identifier: LGPL-2.1-or-later
 *
 * Fuzz target: the messages of content retrieval. What was read can be written, and is read as the
 * same again. */
#include <string.h>

#include "fuzz/fuzz.h"
#include "peer/content_match.h"
#include "peer/content_values.h"

/* What is written keeps milliseconds. */
static bool is_same_time(filetime_t a, filetime_t b)
{
    return a / 10000 == b / 10000;
}

static void check_query(const uint8_t *data, size_t size)
{
    struct content_query query, again;
    struct byte_buffer body = {0};
    HRESULT hr = content_parse_query(data, size, &query);

    CHECK(hr == S_OK || hr == E_INVALIDARG);
    if (FAILED(hr))
    {
        CHECK(!query.url && !query.etag);
        return;
    }
    CHECK(query.url && content_url_is_valid(query.url));
    CHECK(content_url_is_same(query.url, query.url));
    CHECK(query.max_records);
    if (SUCCEEDED(content_build_query(&query, &body)))
    {
        CHECK(content_parse_query(body.data, body.size, &again) == S_OK);
        CHECK(!strcmp(again.url, query.url) && is_same_time(again.mtime, query.mtime));
        CHECK(again.has_size == query.has_size && again.size == query.size);
        CHECK(!again.etag == !query.etag && (!again.etag || !strcmp(again.etag, query.etag)));
        CHECK(again.max_records == query.max_records);
        content_query_done(&again);
    }
    byte_buffer_done(&body);
    content_query_done(&query);
}

static void check_results(const uint8_t *data, size_t size)
{
    struct content_results results, again;
    struct byte_buffer body = {0};
    HRESULT hr = content_parse_results(data, size, 5, &results);

    CHECK(hr == S_OK || hr == E_INVALIDARG);
    CHECK(results.count <= 5 && (SUCCEEDED(hr) || !results.count));
    CHECK(results.status == CONTENT_SUCCESS || !results.count);
    for (size_t i = 0; i < results.count; i++)
    {
        const struct content_record *record = &results.records[i];

        CHECK(record->url && content_url_is_valid(record->url));
        CHECK(content_pieces_are_valid(record->pieces, record->piece_count, record->size));
    }
    if (SUCCEEDED(hr) && SUCCEEDED(content_build_results(&results, &body)))
    {
        CHECK(content_parse_results(body.data, body.size, 5, &again) == S_OK);
        CHECK(again.status == results.status && again.count == results.count);
        for (size_t i = 0; i < again.count; i++)
            CHECK(again.records[i].piece_count == results.records[i].piece_count &&
                  !memcmp(again.records[i].pieces, results.records[i].pieces,
                          again.records[i].piece_count * sizeof(*again.records[i].pieces)));
        content_results_done(&again);
    }
    byte_buffer_done(&body);
    content_results_done(&results);
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
    uint8_t *copy = malloc(size ? size : 1);
    filetime_t time, time_again;
    char text[CONTENT_TIME_SIZE];

    memcpy(copy, data, size);
    check_query(copy, size);
    check_results(copy, size);
    if (content_parse_time((const char *)copy, size, &time))
    {
        CHECK(content_format_time(time, text) || time >= 2650467744000000000);
        CHECK(!text[0] || (content_parse_time(text, strlen(text), &time_again) &&
                           is_same_time(time, time_again)));
    }
    free(copy);
    return 0;
}
