/* SPDX-License-Identifier: LGPL-2.1-or-later
 *
 * Fuzz target: the head of an HTTP answer and what it is taken for. The input is an answer as a
 * server sends it. */
#include <inttypes.h>
#include <stdlib.h>
#include <string.h>

#include "branchcache/content_info.h"
#include "fuzz/fuzz.h"
#include "transfer/http_rules.h"

static const struct file_version known_1000 = {
    .known = true,
    .size = 1000,
    .has_mtime = true,
    .mtime = 124285853770000000ull,
    .last_modified = "Sun, 06 Nov 1994 08:49:37 GMT",
    .etag = "\"v1\"",
};

static const struct http_expectation asks[] = {
    {.method = HTTP_HEAD},
    {.method = HTTP_HEAD, .known = &known_1000},
    {.method = HTTP_GET, .asked = {0, 1}},
    {.method = HTTP_GET, .asked = {0, 1}, .foreground = true},
    {.method = HTTP_GET, .asked = {0, 1000}, .known = &known_1000, .foreground = true},
    {.method = HTTP_GET, .asked = {100, 200}, .known = &known_1000, .resumed = true},
    {.method = HTTP_GET, .asked = {0, 1000}, .foreground = true, .peerdist = true},
    {.method = HTTP_GET, .asked = {100, 200}, .known = &known_1000, .peerdist = true},
    {.method = HTTP_GET, .whole_file = true},
    {.method = HTTP_GET, .whole_file = true, .known = &known_1000},
};

/* Each line in memory of exactly its size, so that a look past its end is found. */
static void feed(struct http_head *head, const uint8_t *data, size_t size)
{
    while (size)
    {
        const uint8_t *end = memchr(data, '\n', size);
        size_t len = end ? (size_t)(end - data) + 1 : size;
        char *line = malloc(len);

        memcpy(line, data, len);
        http_head_feed_line(head, line, len);
        free(line);
        data += len;
        size -= len;
    }
}

static void check_head(const struct http_head *head)
{
    CHECK(head->raw_size <= HTTP_HEAD_SIZE_MAX + 2 * HTTP_HEAD_LINES_MAX);
    CHECK(!head->raw_size || !memchr(head->raw, 0, head->raw_size));
    CHECK(strlen(head->last_modified) < sizeof(head->last_modified));
    CHECK(strlen(head->etag) < sizeof(head->etag));
    CHECK(strlen(head->boundary) < sizeof(head->boundary));
    CHECK(!head->location || strlen(head->location) <= HTTP_LOCATION_MAX);
    CHECK(!head->location || !strpbrk(head->location, "\r\n"));
    CHECK(http_head_retry_delay(head, 0) <= HTTP_RETRY_AFTER_MAX);
    CHECK(http_head_is_complete(head) == (head->state == HTTP_HEAD_COMPLETE));
    CHECK(FAILED(head->failure) == (head->state == HTTP_HEAD_REFUSED));
    if (!http_head_is_complete(head)) return;

    CHECK(head->status >= 200 && head->status <= 599);
    CHECK(!head->has_content_length || head->transfer_coding == HTTP_CODING_NONE);
    if (head->content_range == HTTP_RANGE_PRESENT)
    {
        CHECK(head->range_first <= head->range_last);
        CHECK(!head->has_total || head->range_last < head->total);
    }
}

static void check_accepted(const struct http_expectation *asked, const struct http_head *head,
                           const struct http_verdict *verdict)
{
    CHECK(verdict->code == S_OK && verdict->version.known);
    CHECK(head->status == 200 || head->status == 206);
    CHECK(head->has_content_length);
    CHECK(verdict->version.size <= INT64_MAX);
    CHECK(verdict->length <= verdict->version.size - verdict->offset);
    CHECK(!asked->known || asked->known->size == verdict->version.size);
    if (asked->method == HTTP_HEAD)
        CHECK(!verdict->offset && !verdict->length);
    else
        CHECK(verdict->length == head->content_length);

    if (verdict->action == HTTP_ACCEPT_WHOLE)
    {
        CHECK(asked->foreground && !asked->resumed && !asked->asked.begin);
        CHECK(!verdict->offset && verdict->length == verdict->version.size);
        CHECK(verdict->length < HTTP_WHOLE_FILE_LIMIT);
    }
    else if (asked->method == HTTP_GET && !asked->whole_file)
    {
        CHECK(head->status == 206 && !head->is_multipart_byteranges);
        CHECK(verdict->offset == asked->asked.begin);
        CHECK(verdict->offset + verdict->length == asked->asked.end);
    }
}

static void check_verdicts(const struct http_head *head)
{
    for (size_t i = 0; i < ARRAY_COUNT(asks); i++)
    {
        struct http_verdict verdict;

        http_judge(&asks[i], head, &verdict);
        switch (verdict.action)
        {
        case HTTP_ACCEPT:
        case HTTP_ACCEPT_WHOLE:
            check_accepted(&asks[i], head, &verdict);
            break;
        case HTTP_REDIRECT:
            CHECK(verdict.code == S_OK && head->location && head->location[0]);
            break;
        case HTTP_CONTENT_INFO:
            CHECK(head->content_length && head->content_length <= CONTENT_INFO_SIZE_MAX);
            /* fall through */
        case HTTP_NO_PEERDIST:
            CHECK(verdict.code == S_OK && asks[i].peerdist && head->is_peerdist);
            break;
        case HTTP_RESTART:
            CHECK(FAILED(verdict.code) && (asks[i].known || asks[i].resumed));
            break;
        case HTTP_FAIL:
            CHECK(FAILED(verdict.code));
            break;
        default:
            CHECK(false);
        }
        if (verdict.action >= HTTP_REDIRECT) CHECK(!verdict.length && !verdict.version.known);
    }
}

static void check_date(const struct http_head *head)
{
    char text[HTTP_DATE_SIZE];
    filetime_t again;

    if (!head->has_mtime) return;
    CHECK(http_format_date(head->mtime, text));
    CHECK(http_parse_date(text, strlen(text), &again) && again == head->mtime);
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
    struct http_head head;

    http_head_init(&head);
    for (unsigned int round = 0; round < 2; round++)
    {
        http_head_reset(&head);
        feed(&head, data, size);
        check_head(&head);
        check_verdicts(&head);
        check_date(&head);
    }
    http_head_done(&head);
    return 0;
}
