/* SPDX-License-Identifier: LGPL-2.1-or-later
 *
 * Fuzz target: the head of a request to a peer and what it is answered. */
#include <string.h>

#include "fuzz/content_records.h"
#include "fuzz/fuzz.h"

static void check_request(const struct http_request *request)
{
    char path[64];

    CHECK(request->raw_size <= HTTP_REQUEST_SIZE_MAX);
    if (request->state != HTTP_REQUEST_COMPLETE) return;
    CHECK(request->method.len && request->target.len);
    CHECK(request->field_count <= HTTP_REQUEST_FIELDS_MAX);
    CHECK(!memchr(request->raw, 0, request->raw_size));
    for (size_t i = 0; i < request->field_count; i++)
    {
        struct http_part value = request->fields[i].value;

        CHECK(request->fields[i].name.len);
        CHECK(!memchr(value.at, '\r', value.len) && !memchr(value.at, '\n', value.len));
    }
    if (http_request_path(request, path, sizeof(path)))
        CHECK(path[0] == '/' && strlen(path) < sizeof(path));
}

static void check_answer(const struct http_request *request, bool is_trusted, bool is_busy)
{
    struct content_answer answer;
    enum content_next next;
    struct byte_buffer head = {0};

    next =
        content_request_decide(request, is_trusted, is_busy, &fuzz_records, "BITSPEER_1", &answer);
    if (next == CONTENT_NEXT_SEARCH)
    {
        CHECK(is_trusted && !is_busy && request->content_length <= CONTENT_BODY_MAX);
        content_request_search("<a/>", 4, &fuzz_records, &answer);
    }
    if (next == CONTENT_NEXT_DROP) CHECK(request->content_length <= CONTENT_BODY_MAX);
    CHECK(answer.status >= 200 && answer.status <= 505);
    CHECK(request->state == HTTP_REQUEST_COMPLETE || (answer.status == 400 && answer.is_last));
    if (answer.reader)
    {
        CHECK(is_trusted && !is_busy && answer.asked.count);
        for (size_t i = 0; i < answer.asked.count; i++)
            CHECK(answer.asked.ranges[i].begin < answer.asked.ranges[i].end &&
                  answer.asked.ranges[i].end <= answer.total);
    }
    CHECK(content_answer_write_head(&answer, 133541856001250000, &head) == S_OK);
    CHECK(head.size < 1024);
    byte_buffer_done(&head);
    content_answer_done(&answer);
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
    struct http_request whole = {0}, slow = {0};
    uint8_t *copy = malloc(size ? size : 1);
    size_t used, total = 0;

    memcpy(copy, data, size);
    http_request_feed(&whole, copy, size, &used);
    for (size_t i = 0; i < size && slow.state == HTTP_REQUEST_PARTIAL; i++)
    {
        size_t one;

        http_request_feed(&slow, copy + i, 1, &one);
        total += one;
    }
    free(copy);
    CHECK(whole.state == slow.state && used == total && whole.field_count == slow.field_count);
    check_request(&whole);
    if (whole.state != HTTP_REQUEST_PARTIAL)
        for (unsigned int i = 0; i < 3; i++)
            check_answer(&whole, i > 0, i == 2);
    CHECK(!fuzz_records_open);
    http_request_done(&whole);
    http_request_done(&slow);
    return 0;
}
