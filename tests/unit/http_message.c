/* SPDX-License-Identifier: LGPL-2.1-or-later
 *
 * net/http_message.c */
#include "harness/test.h"

#include <bitsmsg.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "net/http_message.h"

#define OK_LINE "HTTP/1.1 200 OK\r\n"

/* Feeds a text line by line, each in memory of exactly its size, until one is refused. */
static HRESULT feed(struct http_head *head, const char *text, size_t size)
{
    HRESULT hr = S_OK;

    while (size && SUCCEEDED(hr))
    {
        const char *end = memchr(text, '\n', size);
        size_t len = end ? (size_t)(end - text) + 1 : size;
        char *line = malloc(len);

        memcpy(line, text, len);
        hr = http_head_feed_line(head, line, len);
        free(line);
        text += len;
        size -= len;
    }
    return hr;
}

/* A whole answer with these fields. */
static HRESULT feed_fields(struct http_head *head, const char *fields)
{
    HRESULT hr;

    http_head_reset(head);
    if (FAILED(hr = feed(head, OK_LINE, strlen(OK_LINE)))) return hr;
    if (FAILED(hr = feed(head, fields, strlen(fields)))) return hr;
    return feed(head, "\r\n", 2);
}

static void expect_hr(int line, HRESULT hr, HRESULT expected)
{
    ok(hr == expected, "Line %d: got hr %#lx.\n", line, (unsigned long)hr);
}
#define EXPECT_HR(call, expected) expect_hr(__LINE__, call, expected)

static void test_plain_answer(void)
{
    static const char text[] = "HTTP/1.1 206 Partial Content\r\n"
                               "Date: Sun, 06 Nov 1994 08:49:37 GMT\r\n"
                               "content-LENGTH:\t100 \r\n"
                               "Content-Range: bytes 100-199/1000\r\n"
                               "Last-Modified: Sun, 06 Nov 1994 08:49:37 GMT\r\n"
                               "ETag: \"abc-1\"\r\n"
                               "Accept-Ranges: bytes\r\n"
                               "Connection: keep-alive, Close\r\n"
                               "X-Other: \xe9\xff \t\r\n"
                               "\r\n";
    struct http_head head;

    http_head_init(&head);
    EXPECT_HR(feed(&head, text, sizeof(text) - 3), S_OK);
    ok(!http_head_is_complete(&head), "Complete without an empty line.\n");
    EXPECT_HR(feed(&head, "\r\n", 2), S_OK);
    ok(http_head_is_complete(&head), "Not complete.\n");
    ok(head.status == 206 && head.version == HTTP_VERSION_1_1, "Got %u.\n", head.status);
    ok(head.has_content_length && head.content_length == 100, "Got length %llu.\n",
       (unsigned long long)head.content_length);
    ok(head.content_range == HTTP_RANGE_PRESENT && head.range_first == 100 &&
           head.range_last == 199 && head.has_total && head.total == 1000,
       "Wrong range.\n");
    ok(!strcmp(head.last_modified, "Sun, 06 Nov 1994 08:49:37 GMT"), "Got %s.\n",
       head.last_modified);
    ok(head.has_mtime && head.mtime == 124285853770000000ull, "Wrong time.\n");
    ok(!strcmp(head.etag, "\"abc-1\"") && !head.is_etag_weak, "Got %s.\n", head.etag);
    ok(head.accepts_ranges && !head.refuses_ranges, "Wrong Accept-Ranges.\n");
    ok(head.has_connection_close, "Wrong Connection.\n");
    ok(!head.location && !head.is_multipart_byteranges &&
           head.transfer_coding == HTTP_CODING_NONE && head.retry_after == HTTP_RETRY_ABSENT,
       "Fields from nowhere.\n");
    ok(head.raw_size == sizeof(text) - 3 && !memcmp(head.raw, text, head.raw_size),
       "The raw head is %u bytes.\n", (unsigned int)head.raw_size);

    http_head_reset(&head);
    ok(!head.status && !head.has_content_length && !head.etag[0] && !head.raw_size, "Not reset.\n");
    EXPECT_HR(feed_fields(&head, ""), S_OK);
    ok(head.status == 200 && !head.has_content_length, "Got %u.\n", head.status);
    http_head_done(&head);
}

static void test_status_line(void)
{
    static const struct
    {
        const char *line;
        HRESULT hr;
        unsigned int status;
        enum http_version version;
    } tests[] = {
        {"HTTP/1.1 200 OK", S_OK, 200, HTTP_VERSION_1_1},
        {"HTTP/1.0 404 Not Found", S_OK, 404, HTTP_VERSION_1_0},
        {"HTTP/2 206 ", S_OK, 206, HTTP_VERSION_2},
        {"HTTP/2.0 200", S_OK, 200, HTTP_VERSION_2},
        {"HTTP/1.1 200", S_OK, 200, HTTP_VERSION_1_1},
        {"HTTP/1.1 200 ", S_OK, 200, HTTP_VERSION_1_1},
        {"HTTP/1.1 599 caf\xe9", S_OK, 599, HTTP_VERSION_1_1},
        {"HTTP/0.9 200 OK", BG_E_INSUFFICIENT_HTTP_SUPPORT, 0, 0},
        {"HTTP/1.2 200 OK", BG_E_INSUFFICIENT_HTTP_SUPPORT, 0, 0},
        {"HTTP/3 200 OK", BG_E_INSUFFICIENT_HTTP_SUPPORT, 0, 0},
        {"HTTP/3.7 200 OK", BG_E_INSUFFICIENT_HTTP_SUPPORT, 0, 0},
        {"HTTP/01.1 200 OK", BG_E_INSUFFICIENT_HTTP_SUPPORT, 0, 0},
        {"HTTP/99999999999999999999.1 200 OK", BG_E_INSUFFICIENT_HTTP_SUPPORT, 0, 0},
        {"HTTP/1.1 099 Low", BG_E_INVALID_SERVER_RESPONSE, 0, 0},
        {"HTTP/1.1 600 High", BG_E_INVALID_SERVER_RESPONSE, 0, 0},
        {"HTTP/1.1 000 None", BG_E_INVALID_SERVER_RESPONSE, 0, 0},
        {"HTTP/1.1 99 Short", BG_E_INVALID_SERVER_RESPONSE, 0, 0},
        {"HTTP/1.1 2000 Long", BG_E_INVALID_SERVER_RESPONSE, 0, 0},
        {"HTTP/1.1 200OK", BG_E_INVALID_SERVER_RESPONSE, 0, 0},
        {"HTTP/1.1  200 OK", BG_E_INVALID_SERVER_RESPONSE, 0, 0},
        {"HTTP/1.1\t200 OK", BG_E_INVALID_SERVER_RESPONSE, 0, 0},
        {"HTTP/1.1 +20 OK", BG_E_INVALID_SERVER_RESPONSE, 0, 0},
        {"HTTP/1.1 OK", BG_E_INVALID_SERVER_RESPONSE, 0, 0},
        {"HTTP/1.1", BG_E_INVALID_SERVER_RESPONSE, 0, 0},
        {"HTTP/1.1 ", BG_E_INVALID_SERVER_RESPONSE, 0, 0},
        {"HTTP/ 200 OK", BG_E_INVALID_SERVER_RESPONSE, 0, 0},
        {"HTTP/.1 200 OK", BG_E_INVALID_SERVER_RESPONSE, 0, 0},
        {"HTTP 200 OK", BG_E_INVALID_SERVER_RESPONSE, 0, 0},
        {"http/1.1 200 OK", BG_E_INVALID_SERVER_RESPONSE, 0, 0},
        {"ICY 200 OK", BG_E_INVALID_SERVER_RESPONSE, 0, 0},
        {" HTTP/1.1 200 OK", BG_E_INVALID_SERVER_RESPONSE, 0, 0},
        {"<html>hello</html>", BG_E_INVALID_SERVER_RESPONSE, 0, 0},
        {"HTTP", BG_E_INVALID_SERVER_RESPONSE, 0, 0},
        {"\r", BG_E_INVALID_SERVER_RESPONSE, 0, 0},
        {"", BG_E_INVALID_SERVER_RESPONSE, 0, 0},
    };

    withstands("B21");
    for (unsigned int i = 0; i < ARRAY_COUNT(tests); i++)
    {
        struct http_head head;
        HRESULT hr;

        winetest_push_context("%s", tests[i].line);
        http_head_init(&head);
        hr = http_head_feed_line(&head, tests[i].line, strlen(tests[i].line));
        ok(hr == tests[i].hr, "Got hr %#lx.\n", (unsigned long)hr);
        if (SUCCEEDED(tests[i].hr))
            ok(head.status == tests[i].status && head.version == tests[i].version,
               "Got status %u, version %u.\n", head.status, head.version);
        hr = http_head_feed_line(&head, "\r\n", 2);
        ok(hr == tests[i].hr, "At the end: got hr %#lx.\n", (unsigned long)hr);
        ok(http_head_is_complete(&head) == SUCCEEDED(tests[i].hr), "Wrong completeness.\n");
        http_head_done(&head);
        winetest_pop_context();
    }
}

static void test_content_length(void)
{
    static const char zeros[] = "00000000000000000000000000000000000000000000000000005";
    static const struct
    {
        const char *value;
        bool is_good;
        uint64_t length;
    } tests[] = {
        {"0", true, 0},
        {"1", true, 1},
        {" 5 ", true, 5},
        {"2147483647", true, 0x7fffffff},
        {"2147483648", true, 0x80000000},
        {"4294967295", true, 0xffffffff},
        {"4294967296", true, 0x100000000},
        {"4294967297", true, 0x100000001},
        {"9007199254740992", true, 1ull << 53},
        {"9223372036854775807", true, INT64_MAX},
        {"9223372036854775808", true, 1ull << 63},
        {"18446744073709551615", true, UINT64_MAX},
        {"5,5", true, 5},
        {"5, 5", true, 5},
        {"5 ,\t5 , 5", true, 5},
        {zeros, true, 5},
        {"18446744073709551616", false, 0},
        {"18446744073709551620", false, 0},
        {"99999999999999999999", false, 0},
        {"1000000000000000000000000000000", false, 0},
        {"-1", false, 0},
        {"+5", false, 0},
        {"0x10", false, 0},
        {"5a", false, 0},
        {"5.0", false, 0},
        {"5 5", false, 0},
        {"5, 6", false, 0},
        {"5,", false, 0},
        {",5", false, 0},
        {"5,,5", false, 0},
        {"\"5\"", false, 0},
        {"", false, 0},
        {" ", false, 0},
    };
    struct http_head head;
    char fields[128];

    withstands("B15");
    withstands("B16");
    http_head_init(&head);
    for (unsigned int i = 0; i < ARRAY_COUNT(tests); i++)
    {
        HRESULT hr;

        winetest_push_context("%s", tests[i].value);
        snprintf(fields, sizeof(fields), "Content-Length:%s\r\n", tests[i].value);
        hr = feed_fields(&head, fields);
        ok(hr == (tests[i].is_good ? S_OK : BG_E_INVALID_SERVER_RESPONSE), "Got hr %#lx.\n",
           (unsigned long)hr);
        if (tests[i].is_good)
            ok(head.has_content_length && head.content_length == tests[i].length, "Got %llu.\n",
               (unsigned long long)head.content_length);
        winetest_pop_context();
    }

    EXPECT_HR(feed_fields(&head, "Content-Length: 5\r\nContent-Length: 5\r\n"), S_OK);
    EXPECT_HR(feed_fields(&head, "Content-Length: 5\r\nContent-Length: 6\r\n"),
              BG_E_INVALID_SERVER_RESPONSE);
    EXPECT_HR(feed_fields(&head, "Content-Length: 5\r\nTransfer-Encoding: chunked\r\n"),
              BG_E_INVALID_SERVER_RESPONSE);
    EXPECT_HR(feed_fields(&head, "Transfer-Encoding: gzip\r\nContent-Length: 5\r\n"),
              BG_E_INVALID_SERVER_RESPONSE);
    http_head_done(&head);
}

static void test_content_range(void)
{
    static const struct
    {
        const char *value;
        enum http_content_range kind;
        uint64_t first, last;
        bool has_total;
        uint64_t total;
    } tests[] = {
        {"bytes 0-9/10", HTTP_RANGE_PRESENT, 0, 9, true, 10},
        {"bytes 5-5/10", HTTP_RANGE_PRESENT, 5, 5, true, 10},
        {"Bytes 0-9/*", HTTP_RANGE_PRESENT, 0, 9, false, 0},
        {"bytes   0-9/10", HTTP_RANGE_PRESENT, 0, 9, true, 10},
        {"bytes 4294967296-4294967297/4294967298", HTTP_RANGE_PRESENT, 1ull << 32, (1ull << 32) + 1,
         true, (1ull << 32) + 2},
        {"bytes 0-18446744073709551614/18446744073709551615", HTTP_RANGE_PRESENT, 0, UINT64_MAX - 1,
         true, UINT64_MAX},
        {"bytes */10", HTTP_RANGE_UNSATISFIED, 0, 0, true, 10},
        {"bytes */*", HTTP_RANGE_MALFORMED, 0, 0, false, 0},
        {"bytes 9-0/10", HTTP_RANGE_MALFORMED, 0, 0, false, 0},
        {"bytes 0-10/10", HTTP_RANGE_MALFORMED, 0, 0, false, 0},
        {"bytes 0-9/9", HTTP_RANGE_MALFORMED, 0, 0, false, 0},
        {"bytes 0-9", HTTP_RANGE_MALFORMED, 0, 0, false, 0},
        {"bytes 0-9/", HTTP_RANGE_MALFORMED, 0, 0, false, 0},
        {"bytes -9/10", HTTP_RANGE_MALFORMED, 0, 0, false, 0},
        {"bytes 0-/10", HTTP_RANGE_MALFORMED, 0, 0, false, 0},
        {"bytes 0/10", HTTP_RANGE_MALFORMED, 0, 0, false, 0},
        {"bytes /10", HTTP_RANGE_MALFORMED, 0, 0, false, 0},
        {"bytes=0-9/10", HTTP_RANGE_MALFORMED, 0, 0, false, 0},
        {"bytes 0-9/10/10", HTTP_RANGE_MALFORMED, 0, 0, false, 0},
        {"bytes 0-4,5-9/10", HTTP_RANGE_MALFORMED, 0, 0, false, 0},
        {"bytes 0 - 9/10", HTTP_RANGE_MALFORMED, 0, 0, false, 0},
        {"bytes 0-9 /10", HTTP_RANGE_MALFORMED, 0, 0, false, 0},
        {"bytes 0-9/ 10", HTTP_RANGE_MALFORMED, 0, 0, false, 0},
        {"bytes +0-9/10", HTTP_RANGE_MALFORMED, 0, 0, false, 0},
        {"bytes 0x0-9/10", HTTP_RANGE_MALFORMED, 0, 0, false, 0},
        {"bytes 18446744073709551616-18446744073709551617/*", HTTP_RANGE_MALFORMED, 0, 0, false, 0},
        {"bytes 0-9/18446744073709551616", HTTP_RANGE_MALFORMED, 0, 0, false, 0},
        {"items 0-9/10", HTTP_RANGE_MALFORMED, 0, 0, false, 0},
        {"0-9/10", HTTP_RANGE_MALFORMED, 0, 0, false, 0},
        {"bytes", HTTP_RANGE_MALFORMED, 0, 0, false, 0},
        {"", HTTP_RANGE_MALFORMED, 0, 0, false, 0},
    };
    struct http_head head;
    char fields[128];

    withstands("B6");
    http_head_init(&head);
    for (unsigned int i = 0; i < ARRAY_COUNT(tests); i++)
    {
        winetest_push_context("%s", tests[i].value);
        snprintf(fields, sizeof(fields), "Content-Range: %s\r\n", tests[i].value);
        EXPECT_HR(feed_fields(&head, fields), S_OK);
        ok(head.content_range == tests[i].kind, "Got kind %u.\n", head.content_range);
        ok(head.range_first == tests[i].first && head.range_last == tests[i].last,
           "Got %llu-%llu.\n", (unsigned long long)head.range_first,
           (unsigned long long)head.range_last);
        ok(head.has_total == tests[i].has_total && head.total == tests[i].total, "Got %d, %llu.\n",
           head.has_total, (unsigned long long)head.total);
        winetest_pop_context();
    }

    EXPECT_HR(feed_fields(&head, "Content-Range: bytes 0-9/10\r\nContent-Range: bytes 0-9/10\r\n"),
              S_OK);
    ok(head.content_range == HTTP_RANGE_MALFORMED, "Two of them: got kind %u.\n",
       head.content_range);
    EXPECT_HR(feed_fields(&head, "Content-Range: x\r\nContent-Range: bytes 0-9/10\r\n"), S_OK);
    ok(head.content_range == HTTP_RANGE_MALFORMED, "Two of them: got kind %u.\n",
       head.content_range);
    http_head_done(&head);
}

static void test_last_modified(void)
{
    static const struct
    {
        const char *value, *kept;
        bool has_mtime;
    } tests[] = {
        {"Sun, 06 Nov 1994 08:49:37 GMT", "Sun, 06 Nov 1994 08:49:37 GMT", true},
        {"Sunday, 06-Nov-94 08:49:37 GMT", "Sunday, 06-Nov-94 08:49:37 GMT", true},
        {"Fri, 30 Feb 2024 00:00:00 GMT", "Fri, 30 Feb 2024 00:00:00 GMT", false},
        {"yesterday", "yesterday", false},
        {"", "", false},
        {"Sun, 06 Nov 1994 08:49:37 GMT\x01", "", false},
        {"Sun, 06 Nov 1994 08:49:37 GMT and so on, and so on, and so on, on", "", false},
    };
    struct http_head head;
    char fields[128];

    http_head_init(&head);
    for (unsigned int i = 0; i < ARRAY_COUNT(tests); i++)
    {
        snprintf(fields, sizeof(fields), "Last-Modified: %s\r\n", tests[i].value);
        EXPECT_HR(feed_fields(&head, fields), S_OK);
        ok(!strcmp(head.last_modified, tests[i].kept), "Got %s.\n", head.last_modified);
        ok(head.has_mtime == tests[i].has_mtime && !head.mtime == !tests[i].has_mtime,
           "%s: got %d.\n", tests[i].value, head.has_mtime);
    }
    http_head_done(&head);
}

static void test_etag(void)
{
    static const struct
    {
        const char *value, *kept;
        bool is_weak;
    } tests[] = {
        {"\"abc\"", "\"abc\"", false},
        {"W/\"abc\"", "\"abc\"", true},
        {"\"\"", "\"\"", false},
        {"\"a\xe9\"", "\"a\xe9\"", false},
        {"abc", "", false},
        {"\"abc", "", false},
        {"abc\"", "", false},
        {"\"", "", false},
        {"w/\"abc\"", "", false},
        {"W/abc", "", false},
        {"W/", "", false},
        {"\"a\"b\"", "", false},
        {"\"a b\"", "", false},
        {"\"a\tb\"", "", false},
        {"\"a\x7f\"", "", false},
        {"\"a\", \"b\"", "", false},
        {"", "", false},
    };
    struct http_head head;
    char fields[200], tag[160];

    http_head_init(&head);
    for (unsigned int i = 0; i < ARRAY_COUNT(tests); i++)
    {
        snprintf(fields, sizeof(fields), "ETag: %s\r\n", tests[i].value);
        EXPECT_HR(feed_fields(&head, fields), S_OK);
        ok(!strcmp(head.etag, tests[i].kept), "%s: got %s.\n", tests[i].value, head.etag);
        ok(head.is_etag_weak == tests[i].is_weak, "%s: got %d.\n", tests[i].value,
           head.is_etag_weak);
    }

    for (size_t len = 120; len < 135; len++)
    {
        memset(tag, 'x', len);
        tag[0] = tag[len - 1] = '"';
        tag[len] = 0;
        snprintf(fields, sizeof(fields), "ETag: %s\r\n", tag);
        EXPECT_HR(feed_fields(&head, fields), S_OK);
        ok(!strcmp(head.etag, len < sizeof(head.etag) ? tag : ""), "Length %u: got %s.\n",
           (unsigned int)len, head.etag);
    }
    http_head_done(&head);
}

static void test_content_type(void)
{
    static const struct
    {
        const char *value;
        bool is_multipart;
        const char *boundary;
    } tests[] = {
        {"text/html; charset=utf-8", false, ""},
        {"multipart/byteranges; boundary=abc", true, "abc"},
        {"Multipart/ByteRanges;charset=x;BOUNDARY=\"a b:c\"", true, "a b:c"},
        {"multipart/byteranges", true, ""},
        {"multipart/byteranges; boundary=", true, ""},
        {"multipart/byteranges; boundary=\"a\\b\"", true, ""},
        {"multipart/byteranges; boundary=\"abc", true, ""},
        {"multipart/byteranges; boundary=\"abc \"", true, ""},
        {"multipart/byteranges; boundary=a*b", true, ""},
        {"multipart/byteranges; xboundary=abc", true, ""},
        {"multipart/mixed; boundary=abc", false, ""},
        {"multipart/byterangesx; boundary=abc", false, ""},
        {"multipart/byteranges; "
         "boundary=1234567890123456789012345678901234567890123456789012345678901234567890",
         true, "1234567890123456789012345678901234567890123456789012345678901234567890"},
        {"multipart/byteranges; "
         "boundary=12345678901234567890123456789012345678901234567890123456789012345678901",
         true, ""},
        {"", false, ""},
    };
    struct http_head head;
    char fields[200];

    http_head_init(&head);
    for (unsigned int i = 0; i < ARRAY_COUNT(tests); i++)
    {
        snprintf(fields, sizeof(fields), "Content-Type: %s\r\n", tests[i].value);
        EXPECT_HR(feed_fields(&head, fields), S_OK);
        ok(head.is_multipart_byteranges == tests[i].is_multipart, "%s: got %d.\n", tests[i].value,
           head.is_multipart_byteranges);
        ok(!strcmp(head.boundary, tests[i].boundary), "%s: got %s.\n", tests[i].value,
           head.boundary);
    }
    http_head_done(&head);
}

static void test_codings(void)
{
    struct http_head head;

    http_head_init(&head);
    EXPECT_HR(feed_fields(&head, "Transfer-Encoding: Chunked\r\n"), S_OK);
    ok(head.transfer_coding == HTTP_CODING_CHUNKED, "Got %u.\n", head.transfer_coding);
    EXPECT_HR(feed_fields(&head, "Transfer-Encoding: gzip, chunked\r\n"), S_OK);
    ok(head.transfer_coding == HTTP_CODING_OTHER, "Got %u.\n", head.transfer_coding);
    EXPECT_HR(feed_fields(&head, "Transfer-Encoding: chunked\r\nTransfer-Encoding: chunked\r\n"),
              S_OK);
    ok(head.transfer_coding == HTTP_CODING_OTHER, "Got %u.\n", head.transfer_coding);
    EXPECT_HR(feed_fields(&head, "Transfer-Encoding:\r\n"), S_OK);
    ok(head.transfer_coding == HTTP_CODING_OTHER, "Got %u.\n", head.transfer_coding);

    EXPECT_HR(feed_fields(&head, "Accept-Ranges: none\r\n"), S_OK);
    ok(head.refuses_ranges && !head.accepts_ranges, "Wrong Accept-Ranges.\n");
    http_head_done(&head);
}

static void test_peerdist(void)
{
    static const struct
    {
        const char *fields;
        bool is_peerdist, has_other, has_length;
        uint64_t length;
    } tests[] = {
        {"", false, false, false, 0},
        {"Content-Encoding: PeerDist\r\nX-P2P-PeerDist: Version=1.1, ContentLength=184946\r\n",
         true, false, true, 184946},
        {"Content-Encoding: gzip, peerdist\r\n", true, true, false, 0},
        {"Content-Encoding: peerdist\r\nContent-Encoding: gzip\r\n", true, true, false, 0},
        {"Content-Encoding: identity\r\n", false, false, false, 0},
        {"Content-Encoding: peerdistance\r\n", false, true, false, 0},
        {"X-P2P-PeerDist: contentlength = 18446744073709551615\r\n", false, false, true,
         UINT64_MAX},
        {"X-P2P-PeerDist: ContentLength=18446744073709551616\r\n", false, false, false, 0},
        {"X-P2P-PeerDist: ContentLength=-1\r\n", false, false, false, 0},
        {"X-P2P-PeerDist: ContentLength\r\n", false, false, false, 0},
        {"X-P2P-PeerDist: ,=,ContentLength=7,,Version=1.0\r\n", false, false, true, 7},
    };
    struct http_head head;

    http_head_init(&head);
    for (size_t i = 0; i < ARRAY_COUNT(tests); i++)
    {
        EXPECT_HR(feed_fields(&head, tests[i].fields), S_OK);
        ok(head.is_peerdist == tests[i].is_peerdist &&
               head.has_other_encoding == tests[i].has_other &&
               head.has_peerdist_length == tests[i].has_length,
           "Test %zu: got %d, %d, %d.\n", i, head.is_peerdist, head.has_other_encoding,
           head.has_peerdist_length);
        if (tests[i].has_length)
            ok(head.peerdist_length == tests[i].length, "Test %zu: got %llu.\n", i,
               (unsigned long long)head.peerdist_length);
    }
    http_head_done(&head);
}

static void test_location(void)
{
    struct http_head head;
    char *fields;

    withstands("D6");
    http_head_init(&head);
    EXPECT_HR(feed_fields(&head, "Location:  http://user:pw@host/a b#c \r\n"), S_OK);
    ok(head.location && !strcmp(head.location, "http://user:pw@host/a b#c"), "Got %s.\n",
       head.location);
    EXPECT_HR(feed_fields(&head, "Location: ../a\r\nLocation: ../a\r\n"), S_OK);
    ok(head.location && !strcmp(head.location, "../a"), "Got %s.\n", head.location);
    EXPECT_HR(feed_fields(&head, "Location:\r\n"), S_OK);
    ok(!head.location, "Got %s.\n", head.location);
    EXPECT_HR(feed_fields(&head, "Location: a\r\nLocation: b\r\n"), BG_E_INVALID_SERVER_RESPONSE);
    EXPECT_HR(feed_fields(&head, "Location: a\tb\r\n"), BG_E_INVALID_SERVER_RESPONSE);
    EXPECT_HR(feed_fields(&head, "Location: a\x7f\r\n"), BG_E_INVALID_SERVER_RESPONSE);
    EXPECT_HR(feed_fields(&head, "Location: a\rb\r\n"), BG_E_INVALID_SERVER_RESPONSE);

    for (size_t len = HTTP_LOCATION_MAX - 1; len <= HTTP_LOCATION_MAX + 1; len++)
    {
        fields = malloc(len + 16);
        memcpy(fields, "Location: ", 10);
        memset(fields + 10, 'a', len);
        memcpy(fields + 10 + len, "\r\n", 3);
        EXPECT_HR(feed_fields(&head, fields),
                  len <= HTTP_LOCATION_MAX ? S_OK : BG_E_INVALID_SERVER_RESPONSE);
        free(fields);
    }
    http_head_done(&head);
}

static void test_retry_after(void)
{
    static const filetime_t now = 124285853770000000ull; /* 1994-11-06 08:49:37 */
    static const struct
    {
        const char *value;
        uint32_t seconds;
    } tests[] = {
        {"0", 0},
        {"5", 5},
        {"1000000000", 1000000000},
        {"2147483647", INT32_MAX},
        {"2147483648", INT32_MAX},
        {"99999999999999999999999999", INT32_MAX},
        {"-1", 0},
        {"5.5", 0},
        {"soon", 0},
        {"", 0},
        {"Sun, 06 Nov 1994 08:50:37 GMT", 60},
        {"Sun, 06 Nov 1994 08:48:37 GMT", 0},
        {"Fri, 31 Dec 9999 23:59:59 GMT", INT32_MAX},
    };
    struct http_head head;
    char fields[80];

    withstands("B27");
    http_head_init(&head);
    for (unsigned int i = 0; i < ARRAY_COUNT(tests); i++)
    {
        uint32_t seconds;

        snprintf(fields, sizeof(fields), "Retry-After: %s\r\n", tests[i].value);
        EXPECT_HR(feed_fields(&head, fields), S_OK);
        seconds = http_head_retry_delay(&head, now);
        ok(seconds == tests[i].seconds, "%s: got %u.\n", tests[i].value, seconds);
    }
    EXPECT_HR(feed_fields(&head, ""), S_OK);
    ok(!http_head_retry_delay(&head, now), "A delay from nowhere.\n");
    http_head_done(&head);
}

static void test_field_lines(void)
{
    static const char *const bad[] = {
        "no colon\r\n",          ": empty name\r\n", "Content-Length : 5\r\n",
        "Content Length: 5\r\n", "Caf\xe9: 5\r\n",   "Name\x01: 5\r\n",
        "Name: a\rb\r\n",        "Name: a\r\r\n",    " folded under the status line\r\n",
        "HTTP/1.1 200 OK\r\n",
    };
    static const char with_nul[] = "Name: a\0b\r\n";
    struct http_head head;

    http_head_init(&head);
    for (unsigned int i = 0; i < ARRAY_COUNT(bad); i++)
    {
        winetest_push_context("line %u", i);
        EXPECT_HR(feed_fields(&head, bad[i]), BG_E_INVALID_SERVER_RESPONSE);
        ok(!http_head_is_complete(&head), "Complete.\n");
        winetest_pop_context();
    }
    http_head_reset(&head);
    EXPECT_HR(feed(&head, OK_LINE, strlen(OK_LINE)), S_OK);
    EXPECT_HR(feed(&head, with_nul, sizeof(with_nul) - 1), BG_E_INVALID_SERVER_RESPONSE);

    EXPECT_HR(feed_fields(&head, "Content-Length: 5\nETag: \"a\"\n"), S_OK);
    ok(head.content_length == 5 && head.etag[0], "A bare line feed does not end a line.\n");
    EXPECT_HR(feed_fields(&head, "X-Content-Length: 5\r\nContent-Lengthy: 6\r\n"), S_OK);
    ok(!head.has_content_length, "Another field is a length.\n");
    http_head_done(&head);
}

/* RFC 9112, 5.2 */
static void test_folded_lines(void)
{
    static const char joined[] = OK_LINE "ETag: \"a\"\r\nX-Note: one two three \r\n";
    struct http_head head;

    http_head_init(&head);
    EXPECT_HR(feed_fields(&head, "ETag: \"a\"\r\nX-Note: one\r\n two\r\n\t three\r\n \r\n"), S_OK);
    ok(head.raw_size == sizeof(joined) - 1 && !memcmp(head.raw, joined, head.raw_size),
       "Got %.*s.\n", (int)head.raw_size, head.raw);
    EXPECT_HR(feed_fields(&head, "Content-Length:\r\n 5\r\n"), S_OK);
    ok(head.content_length == 5, "Got %llu.\n", (unsigned long long)head.content_length);
    EXPECT_HR(feed_fields(&head, "Content-Length: 5\r\n 6\r\n"), BG_E_INVALID_SERVER_RESPONSE);
    EXPECT_HR(feed_fields(&head, "X-Note: a\r\n Content-Length: 5\r\n"), S_OK);
    ok(!head.has_content_length, "A folded line is a field.\n");
    http_head_done(&head);
}

static void test_informational(void)
{
    static const char early[] = "HTTP/1.1 103 Early Hints\r\nContent-Length: 7\r\n"
                                "Location: /hint\r\n\r\n";
    static const char go_on[] = "HTTP/1.1 100 Continue\r\n\r\n";
    struct http_head head;

    withstands("B19");
    http_head_init(&head);
    EXPECT_HR(feed(&head, early, strlen(early)), S_OK);
    ok(!http_head_is_complete(&head), "Complete after a hint.\n");
    EXPECT_HR(feed(&head, go_on, strlen(go_on)), S_OK);
    EXPECT_HR(feed(&head, OK_LINE "\r\n", strlen(OK_LINE) + 2), S_OK);
    ok(http_head_is_complete(&head) && head.status == 200, "Got %u.\n", head.status);
    ok(!head.has_content_length && !head.location, "Fields of the hint are left.\n");
    ok(head.raw_size == strlen(OK_LINE), "Got %u bytes.\n", (unsigned int)head.raw_size);

    http_head_reset(&head);
    for (unsigned int i = 0; i < HTTP_HEAD_INFORMATIONAL_MAX; i++)
        EXPECT_HR(feed(&head, go_on, strlen(go_on)), S_OK);
    EXPECT_HR(feed(&head, go_on, strlen(go_on)), BG_E_INVALID_SERVER_RESPONSE);

    http_head_reset(&head);
    EXPECT_HR(feed(&head, "HTTP/1.1 101 Switching\r\n\r\n", 26), BG_E_INVALID_SERVER_RESPONSE);
    http_head_done(&head);
}

static void test_limits(void)
{
    static char line[HTTP_HEAD_LINE_MAX + 16];
    struct http_head head;
    HRESULT hr = S_OK;
    unsigned int count;

    withstands("B20");
    memset(line, 'a', sizeof(line));
    line[1] = ':';
    http_head_init(&head);
    EXPECT_HR(feed_fields(&head, ""), S_OK);
    http_head_reset(&head);
    EXPECT_HR(feed(&head, OK_LINE, strlen(OK_LINE)), S_OK);
    EXPECT_HR(http_head_feed_line(&head, line, HTTP_HEAD_LINE_MAX), S_OK);
    EXPECT_HR(http_head_feed_line(&head, line, HTTP_HEAD_LINE_MAX + 1),
              BG_E_INVALID_SERVER_RESPONSE);

    /* Many lines; the status line is one of them. */
    http_head_reset(&head);
    EXPECT_HR(feed(&head, OK_LINE, strlen(OK_LINE)), S_OK);
    for (count = 1; count < 1000 && SUCCEEDED(hr); count++)
        hr = feed(&head, "a: b\r\n", 6);
    ok(hr == BG_E_INVALID_SERVER_RESPONSE && count == HTTP_HEAD_LINES_MAX + 1,
       "Got hr %#lx after %u lines.\n", (unsigned long)hr, count);

    /* Many bytes. */
    http_head_reset(&head);
    EXPECT_HR(feed(&head, OK_LINE, strlen(OK_LINE)), S_OK);
    for (count = 0, hr = S_OK; count < 1000 && SUCCEEDED(hr); count++)
        hr = http_head_feed_line(&head, line, 10000);
    ok(hr == BG_E_INVALID_SERVER_RESPONSE && count == 7, "Got hr %#lx after %u lines.\n",
       (unsigned long)hr, count);
    ok(head.raw_capacity <= 2 * HTTP_HEAD_SIZE_MAX, "Takes %u bytes.\n",
       (unsigned int)head.raw_capacity);

    /* One field, folded again and again. */
    line[0] = ' ';
    http_head_reset(&head);
    EXPECT_HR(feed(&head, OK_LINE "a: b\r\n", strlen(OK_LINE) + 6), S_OK);
    for (count = 0, hr = S_OK; count < 1000 && SUCCEEDED(hr); count++)
        hr = http_head_feed_line(&head, line, 1000);
    ok(hr == BG_E_INVALID_SERVER_RESPONSE && count == 17, "Got hr %#lx after %u lines.\n",
       (unsigned long)hr, count);

    /* Trailers without end. */
    EXPECT_HR(feed_fields(&head, "Transfer-Encoding: chunked\r\n"), S_OK);
    for (count = 0, hr = S_OK; count < 1000 && SUCCEEDED(hr); count++)
    {
        hr = feed(&head, "Content-Length: 5\r\n", 19);
        if (SUCCEEDED(hr)) ok(!head.has_content_length, "A trailer is a length.\n");
    }
    ok(hr == BG_E_INVALID_SERVER_RESPONSE && count < HTTP_HEAD_LINES_MAX,
       "Got hr %#lx after %u lines.\n", (unsigned long)hr, count);
    http_head_done(&head);
}

/* Every prefix of a head, whole or not, is taken or refused, and what was refused stays so. */
static void test_truncated(void)
{
    static const char text[] =
        "HTTP/1.1 100 Continue\r\n\r\nHTTP/1.1 206 Partial Content\r\nContent-Length: 10\r\n"
        "Content-Range: bytes 0-9/10\r\nContent-Type: multipart/byteranges; boundary=\"x y\"\r\n"
        "ETag: W/\"abc\"\r\nLast-Modified: Sun, 06 Nov 1994 08:49:37 GMT\r\nLocation: /a\r\n"
        "Retry-After: 5\r\nX: y\r\n z\r\n\r\n";
    struct http_head head;

    http_head_init(&head);
    for (size_t size = 0; size < sizeof(text); size++)
    {
        HRESULT hr;

        http_head_reset(&head);
        hr = feed(&head, text, size);
        ok(http_head_is_complete(&head) == (size == sizeof(text) - 1), "Size %u: complete.\n",
           (unsigned int)size);
        if (FAILED(hr))
            ok(feed(&head, OK_LINE, strlen(OK_LINE)) == hr, "Size %u: goes on.\n",
               (unsigned int)size);
    }
    http_head_done(&head);
}

static void test_format_range(void)
{
    char text[HTTP_RANGE_SIZE];

    ok(http_format_range(text, sizeof(text), 0, 9), "Does not fit.\n");
    ok(!strcmp(text, "bytes=0-9"), "Got %s.\n", text);
    ok(http_format_range(text, sizeof(text), UINT64_MAX, UINT64_MAX), "Does not fit.\n");
    ok(!strcmp(text, "bytes=18446744073709551615-18446744073709551615"), "Got %s.\n", text);
    ok(!http_format_range(text, 9, 0, 9), "Fits.\n");
    ok(http_format_range(text, 10, 0, 9), "Does not fit.\n");
}

static void test_cache_control(void)
{
    static const struct
    {
        const char *field;
        bool is_private;
    } tests[] = {
        {"Cache-Control: no-store", true},
        {"cache-control: max-age=5, PRIVATE", true},
        {"Cache-Control: private=\"x\"", true},
        {"Cache-Control: public", false},
        {"Cache-Control: no-cache, max-age=0", false},
        {"Cache-Control:", false},
        {"Cache-Control: notprivate", false},
    };

    for (unsigned int i = 0; i < ARRAY_COUNT(tests); i++)
    {
        static const char status[] = "HTTP/1.1 200 OK";
        struct http_head head;

        http_head_init(&head);
        http_head_feed_line(&head, status, strlen(status));
        ok(http_head_feed_line(&head, tests[i].field, strlen(tests[i].field)) == S_OK,
           "%s: refused.\n", tests[i].field);
        http_head_feed_line(&head, "", 0);
        ok(head.is_private == tests[i].is_private, "%s: got %u.\n", tests[i].field,
           head.is_private);
        http_head_done(&head);
    }
}

START_TEST(http_message)
{
    RUN_TEST(test_cache_control);
    RUN_TEST(test_plain_answer);
    RUN_TEST(test_status_line);
    RUN_TEST(test_content_length);
    RUN_TEST(test_content_range);
    RUN_TEST(test_last_modified);
    RUN_TEST(test_etag);
    RUN_TEST(test_content_type);
    RUN_TEST(test_codings);
    RUN_TEST(test_peerdist);
    RUN_TEST(test_location);
    RUN_TEST(test_retry_after);
    RUN_TEST(test_field_lines);
    RUN_TEST(test_folded_lines);
    RUN_TEST(test_informational);
    RUN_TEST(test_limits);
    RUN_TEST(test_truncated);
    RUN_TEST(test_format_range);
}
