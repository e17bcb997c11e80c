/* SPDX-License-Identifier: LGPL-2.1-or-later
 *
 * What the server of content retrieval answers: the checks of [MS-BPCR] 3.2.5, in their order. */
#include "peer/content_request.h"

#include <inttypes.h>
#include <stdio.h>
#include <string.h>

#include "net/http_date.h"
#include "peer/content_match.h"
#include "peer/content_values.h"

#define PATH_SIZE (sizeof(CONTENT_PATH) + CONTENT_GUID_SIZE + 1)

#define ATTRIBUTE_ARCHIVE 0x20

void content_answer_done(struct content_answer *answer)
{
    if (answer->reader) answer->store->close(answer->store->ctx, answer->reader);
    content_record_done(&answer->record);
    byte_buffer_done(&answer->body);
    memset(answer, 0, sizeof(*answer));
}

void content_answer_fail(struct content_answer *answer, unsigned int status)
{
    bool is_last = answer->is_last, is_head = answer->is_head;

    content_answer_done(answer);
    answer->status = status;
    answer->is_last = is_last;
    answer->is_head = is_head;
}

static void answer_failure(struct content_answer *answer, unsigned int status, HRESULT code)
{
    byte_buffer_clear(&answer->body);
    if (SUCCEEDED(content_build_failure(code, &answer->body)))
        answer->status = status;
    else
        content_answer_fail(answer, 503);
}

/* A body that nobody wants is read, so that the next request can be found, unless it is large or
 * its end unknown. */
static enum content_next refuse(const struct http_request *request, struct content_answer *answer,
                                unsigned int status)
{
    content_answer_fail(answer, status);
    if (!request->content_length) return CONTENT_NEXT_ANSWER;
    if (request->content_length <= CONTENT_BODY_MAX) return CONTENT_NEXT_DROP;
    answer->is_last = true;
    return CONTENT_NEXT_ANSWER;
}

static enum content_next decide_search(const struct http_request *request, bool is_trusted,
                                       struct content_answer *answer)
{
    char path[PATH_SIZE];

    if (!request->has_content_length) answer->is_last = true;
    if (!is_trusted)
    {
        enum content_next next = refuse(request, answer, 200);

        answer_failure(answer, 200, CONTENT_E_CERT_NOT_FOUND);
        return next;
    }
    if (!http_request_path(request, path, sizeof(path)) || strcmp(path, CONTENT_PATH))
        return refuse(request, answer, 404);
    if (!request->has_content_length) return refuse(request, answer, 411);
    if (!request->content_length || request->content_length % 2)
        return refuse(request, answer, 400);
    if (request->content_length > CONTENT_BODY_MAX) return refuse(request, answer, 413);
    return CONTENT_NEXT_SEARCH;
}

/* Braces are a must: there is one way to write a path. */
static bool find_id(const struct http_request *request, GUID *id)
{
    static const char prefix[] = CONTENT_PATH "/{";
    char path[PATH_SIZE];

    if (!http_request_path(request, path, sizeof(path))) return false;
    if (strncmp(path, prefix, strlen(prefix))) return false;
    return content_parse_guid(path + strlen(CONTENT_PATH "/"),
                              strlen(path + strlen(CONTENT_PATH "/")), id);
}

static bool is_modified_since(const struct http_request *request, filetime_t mtime)
{
    const struct http_request_field *field;
    filetime_t since;
    size_t count;

    field = http_request_find(request, "if-unmodified-since", &count);
    return field && http_parse_date(field->value.at, field->value.len, &since) &&
           since / FILETIME_PER_SECOND < mtime / FILETIME_PER_SECOND;
}

/* Range, and Content-Range as the prose of the specification has it. */
static void select_ranges(const struct http_request *request, struct content_answer *answer)
{
    const struct http_request_field *range, *prose;
    size_t range_count, prose_count;
    bool is_good;

    range = http_request_find(request, "range", &range_count);
    prose = http_request_find(request, "content-range", &prose_count);
    if (!range_count && !prose_count)
    {
        answer->status = 200;
        answer->asked.ranges[0] = (struct byte_range){0, answer->total};
        answer->asked.count = 1;
        return;
    }
    if (range_count)
        is_good = range && content_parse_range(range->value.at, range->value.len, answer->total,
                                               &answer->asked);
    else
        is_good = prose && content_parse_prose_range(prose->value.at, prose->value.len,
                                                     answer->total, &answer->asked);
    answer->status = is_good ? 206 : 416;
}

static enum content_next decide_download(const struct http_request *request, bool is_trusted,
                                         const struct content_store *store, const char *boundary,
                                         struct content_answer *answer)
{
    uint64_t total;
    HRESULT hr;
    GUID id;

    if (!is_trusted)
    {
        enum content_next next = refuse(request, answer, 400);

        if (!answer->is_head) answer_failure(answer, 400, CONTENT_E_CERT_NOT_FOUND);
        return next;
    }
    if (!find_id(request, &id)) return refuse(request, answer, 404);
    if (request->content_length) return refuse(request, answer, 400);

    answer->store = store;
    hr = store->open(store->ctx, &id, &answer->record, &answer->reader);
    if (FAILED(hr)) return refuse(request, answer, hr == E_OUTOFMEMORY ? 503 : 404);
    if (is_modified_since(request, answer->record.mtime)) return refuse(request, answer, 412);

    answer->total = content_pieces_total(answer->record.pieces, answer->record.piece_count);
    snprintf(answer->boundary, sizeof(answer->boundary), "%s", boundary);
    select_ranges(request, answer);
    if (answer->asked.is_list &&
        !content_multipart_size(&answer->asked, answer->boundary, answer->total, &total))
        answer->status = 416;
    if (answer->status != 416) return CONTENT_NEXT_ANSWER;
    total = answer->total;
    content_answer_fail(answer, 416);
    answer->total = total;
    return CONTENT_NEXT_ANSWER;
}

enum content_next content_request_decide(const struct http_request *request, bool is_trusted,
                                         bool is_busy, const struct content_store *store,
                                         const char *boundary, struct content_answer *answer)
{
    bool is_post, is_download;

    memset(answer, 0, sizeof(*answer));
    answer->is_last = request->has_connection_close;
    if (request->state != HTTP_REQUEST_COMPLETE)
    {
        answer->is_last = true;
        answer->status = 400;
        return CONTENT_NEXT_ANSWER;
    }
    if (request->version_major != 1 || request->version_minor != 1)
    {
        answer->is_last = true;
        answer->status = 505;
        return CONTENT_NEXT_ANSWER;
    }
    is_post = http_part_is(request->method, "POST");
    answer->is_head = http_part_is(request->method, "HEAD");
    is_download = answer->is_head || http_part_is(request->method, "GET");
    if (!is_post && !is_download) return refuse(request, answer, 405);
    if (is_busy) return refuse(request, answer, 503);
    return is_post ? decide_search(request, is_trusted, answer)
                   : decide_download(request, is_trusted, store, boundary, answer);
}

/* The port may give more than was asked for. */
static void keep_matches(struct content_results *results, const struct content_query *query,
                         size_t max)
{
    size_t kept = 0;

    for (size_t i = 0; i < results->count; i++)
    {
        struct content_record *record = &results->records[i];

        if (kept < max && content_record_matches(record, query) &&
            content_pieces_are_valid(record->pieces, record->piece_count, record->size))
            results->records[kept++] = *record;
        else
            content_record_done(record);
    }
    results->count = kept;
}

/* As many records as an answer holds that every client takes. */
static HRESULT build_answer(struct content_results *results, struct byte_buffer *body)
{
    HRESULT hr = E_OUTOFMEMORY;
    size_t count = results->count;

    body->limit = CONTENT_BODY_MAX;
    for (;; results->count--)
    {
        results->status = results->count ? CONTENT_SUCCESS : CONTENT_NOT_FOUND;
        byte_buffer_clear(body);
        hr = content_build_results(results, body);
        if (hr != E_OUTOFMEMORY || !results->count) break;
    }
    results->count = count;
    return hr;
}

void content_request_search(const void *body, size_t size, const struct content_store *store,
                            struct content_answer *answer)
{
    struct content_results results = {0};
    struct content_query query;
    size_t max;
    HRESULT hr;

    hr = content_parse_query(body, size, &query);
    if (FAILED(hr))
    {
        answer_failure(answer, 200, hr);
        return;
    }
    max = query.max_records < CONTENT_ANSWERED_MAX ? query.max_records : CONTENT_ANSWERED_MAX;
    hr = store->search(store->ctx, &query, max, &results);
    keep_matches(&results, &query, max);
    if (SUCCEEDED(hr)) hr = build_answer(&results, &answer->body);
    answer->status = 200;
    if (FAILED(hr)) answer_failure(answer, 200, hr == E_OUTOFMEMORY ? hr : E_UNEXPECTED);
    content_results_done(&results);
    content_query_done(&query);
}

uint64_t content_answer_size(const struct content_answer *answer)
{
    uint64_t size;

    if (!answer->reader) return answer->body.size;
    if (!answer->asked.is_list) return answer->asked.ranges[0].end - answer->asked.ranges[0].begin;
    content_multipart_size(&answer->asked, answer->boundary, answer->total, &size);
    return size;
}

static void write_record_fields(const struct content_answer *answer, struct byte_buffer *head)
{
    const struct byte_range *range = &answer->asked.ranges[0];
    uint64_t mtime = answer->record.mtime;
    char date[HTTP_DATE_SIZE];

    if (answer->status == 206 && !answer->asked.is_list)
        byte_buffer_add_format(head, "Content-Range: bytes %" PRIu64 "-%" PRIu64 "/%" PRIu64 "\r\n",
                               range->begin, range->end - 1, answer->total);
    if (http_format_date(mtime, date)) byte_buffer_add_format(head, "Last-Modified: %s\r\n", date);
    /* Four times and the attributes; Windows gives the file's own time four times, and so nobody
     * learns when it was fetched. */
    byte_buffer_add_format(
        head, "BITS_BASIC_INFO: 0x%" PRIX64 ",0x%" PRIX64 ",0x%" PRIX64 ",0x%" PRIX64 ",0x%X\r\n",
        mtime, mtime, mtime, mtime, ATTRIBUTE_ARCHIVE);
}

HRESULT content_answer_write_head(const struct content_answer *answer, filetime_t now,
                                  struct byte_buffer *head)
{
    char date[HTTP_DATE_SIZE];

    /* Windows gives no reason. */
    byte_buffer_add_format(head, "HTTP/1.1 %u \r\nContent-Length: %" PRIu64 "\r\n", answer->status,
                           content_answer_size(answer));
    if (answer->reader && answer->asked.is_list)
        byte_buffer_add_format(head, "Content-Type: multipart/byteranges; boundary=%s\r\n",
                               answer->boundary);
    else if (answer->reader || answer->body.size)
        byte_buffer_add_text(head, "Content-Type: application/octet-stream\r\n");
    if (answer->status == 405) byte_buffer_add_text(head, "Allow: GET, HEAD, POST\r\n");
    if (answer->status == 416)
        byte_buffer_add_format(head, "Content-Range: bytes */%" PRIu64 "\r\n", answer->total);
    if (answer->reader) write_record_fields(answer, head);
    byte_buffer_add_text(head, "Server: OpenBITS\r\n");
    if (http_format_date(now, date)) byte_buffer_add_format(head, "Date: %s\r\n", date);
    if (answer->is_last) byte_buffer_add_text(head, "Connection: close\r\n");
    byte_buffer_add_text(head, "\r\n");
    return head->failure;
}
