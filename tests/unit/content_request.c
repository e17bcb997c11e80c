/* SPDX-License-Identifier: LGPL-2.1-or-later
 *
 * peer/content_request.c. R6 and so on are the vectors of the specification. */
#include "harness/content_vectors.h"
#include "harness/fake_records.h"

#define BOUNDARY "BITSPEER_4F1C2A"
#define ID_1     "%7B" VECTOR_ID_1 "%7D"
#define ID_5     "%7b" VECTOR_ID_5 "%7d"

/* One request as a connection would answer it, body and all; the answer is put together. */
struct exchange
{
    struct http_request request;
    struct content_answer answer;
    enum content_next next;
    struct byte_buffer head, data;
};

static void exchange_done(struct exchange *x)
{
    content_answer_done(&x->answer);
    http_request_done(&x->request);
    byte_buffer_done(&x->head);
    byte_buffer_done(&x->data);
}

static void read_data(struct exchange *x)
{
    const struct content_answer *answer = &x->answer;
    char text[CONTENT_PART_HEAD_MAX];
    uint8_t bytes[1000];

    if (!answer->reader)
    {
        byte_buffer_add(&x->data, answer->body.data, answer->body.size);
        return;
    }
    for (size_t i = 0; i < answer->asked.count; i++)
    {
        const struct byte_range *range = &answer->asked.ranges[i];
        size_t size = (size_t)(range->end - range->begin);

        if (answer->asked.is_list)
            byte_buffer_add(&x->data, text,
                            content_format_part_head(answer->boundary, range, answer->total, text));
        ok(answer->store->read(answer->store->ctx, answer->reader, range->begin, bytes, size) ==
               S_OK,
           "Cannot be read.\n");
        byte_buffer_add(&x->data, bytes, size);
    }
    if (answer->asked.is_list)
        byte_buffer_add(&x->data, text, content_format_part_end(answer->boundary, text));
}

static void run_as(struct exchange *x, const char *text, const void *body, size_t body_size,
                   bool is_trusted, bool is_busy)
{
    size_t used;

    memset(x, 0, sizeof(*x));
    http_request_feed(&x->request, text, strlen(text), &used);
    x->next = content_request_decide(&x->request, is_trusted, is_busy, &fake_records, BOUNDARY,
                                     &x->answer);
    if (x->next == CONTENT_NEXT_SEARCH)
        content_request_search(body, body_size, &fake_records, &x->answer);
    content_answer_write_head(&x->answer, VECTOR_MTIME, &x->head);
    byte_buffer_add(&x->head, "", 1);
    read_data(x);
    ok(x->data.size == content_answer_size(&x->answer), "The length is %llu, not %llu.\n",
       (unsigned long long)content_answer_size(&x->answer), (unsigned long long)x->data.size);
}

static bool has_line(const struct exchange *x, const char *line)
{
    const char *found = strstr((const char *)x->head.data, line);

    return found && found > (const char *)x->head.data && found[-1] == '\n' &&
           !strncmp(found + strlen(line), "\r\n", 2);
}

static void get(struct exchange *x, const char *id, const char *fields)
{
    char text[512];

    snprintf(text, sizeof(text), "GET /BITS-peer-caching/%s HTTP/1.1\r\n%s\r\n", id, fields);
    run_as(x, text, NULL, 0, true, false);
}

static void post(struct exchange *x, const char *body)
{
    size_t size;
    uint8_t *bytes = vector_utf16(body, &size);
    char text[512];

    snprintf(text, sizeof(text),
             "POST /BITS-peer-caching HTTP/1.1\r\nHost: alpha.lab.example:2178\r\n"
             "Content-Length: %u\r\nConnection: Keep-Alive\r\n\r\n",
             (unsigned int)size);
    run_as(x, text, bytes, size, true, false);
    free(bytes);
}

static void test_searches(void)
{
    static const struct
    {
        const char *id, *body, *answer;
    } tests[] = {
        {"R1", VECTOR_QUERY, VECTOR_RESULTS_OF("Success", VECTOR_RECORD_1)},
        {"R3",
         "<SearchRequest><OriginUrl>http://origin.example.test/other</OriginUrl>"
         "<FileModificationTime>2024-03-05T10:20:30Z</FileModificationTime></SearchRequest>",
         VECTOR_RESULTS_OF("ContentNotFound", "")},
        {"R25", "<SearchRequest>", VECTOR_FAILURE_OF("0x80070057", "InvalidSearch")},
        {"R26",
         "<SearchRequest><OriginUrl>" VECTOR_URL "</OriginUrl><FileModificationTime>"
         "2024-03-05T10:20:30Z</FileModificationTime><MaxRecords>0</MaxRecords></SearchRequest>",
         VECTOR_FAILURE_OF("0x80070057", "InvalidSearch")},
        {"R28",
         "<SearchRequest><OriginUrl>" VECTOR_URL "</OriginUrl><FileModificationTime>"
         "2024-03-05T10:20:30Z</FileModificationTime><FileSize>\"999\"</FileSize></SearchRequest>",
         VECTOR_RESULTS_OF("ContentNotFound", "")},
        {"R29",
         "<SearchRequest><OriginUrl>" VECTOR_URL "</OriginUrl><FileModificationTime>"
         "2024-03-05T10:20:31Z</FileModificationTime></SearchRequest>",
         VECTOR_RESULTS_OF("ContentNotFound", "")},
    };
    struct exchange x;

    for (size_t i = 0; i < ARRAY_COUNT(tests); i++)
    {
        post(&x, tests[i].body);
        ok(x.next == CONTENT_NEXT_SEARCH && x.answer.status == 200, "%s: got %u.\n", tests[i].id,
           x.answer.status);
        ok(vector_is_utf16(x.data.data, x.data.size, tests[i].answer), "%s: another body.\n",
           tests[i].id);
        ok(has_line(&x, "Content-Type: application/octet-stream"), "%s: no type.\n", tests[i].id);
        exchange_done(&x);
    }
    fake_records_failure = E_OUTOFMEMORY;
    post(&x, VECTOR_QUERY);
    ok(vector_is_utf16(x.data.data, x.data.size, VECTOR_FAILURE_OF("0x8007000E", "OutOfResources")),
       "Another body without memory.\n");
    exchange_done(&x);
    fake_records_failure = E_FAIL;
    post(&x, VECTOR_QUERY);
    ok(vector_is_utf16(x.data.data, x.data.size, VECTOR_FAILURE_OF("0x8000FFFF", "Unknown")),
       "Another body after a failure.\n");
    exchange_done(&x);
    fake_records_failure = S_OK;
}

static void test_heads(void)
{
    static const char r1[] = "HTTP/1.1 200 \r\nContent-Length: 1636\r\n"
                             "Content-Type: application/octet-stream\r\nServer: OpenBITS\r\n"
                             "Date: Tue, 05 Mar 2024 10:20:30 GMT\r\n\r\n";
    static const char r6[] =
        "HTTP/1.1 206 \r\nContent-Length: 16\r\nContent-Type: application/octet-stream\r\n"
        "Content-Range: bytes 0-15/64\r\nLast-Modified: Tue, 05 Mar 2024 10:20:30 GMT\r\n"
        "BITS_BASIC_INFO: 0x1DA6EE6BFC8EB00,0x1DA6EE6BFC8EB00,0x1DA6EE6BFC8EB00,"
        "0x1DA6EE6BFC8EB00,0x20\r\nServer: OpenBITS\r\n"
        "Date: Tue, 05 Mar 2024 10:20:30 GMT\r\n\r\n";
    struct exchange x;

    post(&x, VECTOR_QUERY);
    ok(!strcmp((char *)x.head.data, r1), "R1: got %s.\n", x.head.data);
    exchange_done(&x);
    get(&x, ID_5, "Range: bytes=0-15\r\n");
    ok(!strcmp((char *)x.head.data, r6), "R6: got %s.\n", x.head.data);
    exchange_done(&x);
}

static void test_ranges(void)
{
    static const struct
    {
        const char *id, *record, *fields;
        unsigned int status;
        uint64_t begin, end; /* of the record; no body when equal */
        const char *line;
    } tests[] = {
        {"R6", ID_5, "Range: bytes=0-15\r\n", 206, 0, 16, "Content-Range: bytes 0-15/64"},
        {"R7", ID_5, "Range: bytes=12-19\r\n", 206, 12, 20, "Content-Range: bytes 12-19/64"},
        {"R8", ID_1, "", 200, 0, 1000, "Content-Length: 1000"},
        {"R11", ID_1, "Range: bytes=0-999\r\n", 206, 0, 1000, "Content-Range: bytes 0-999/1000"},
        {"R12", ID_1, "Range: bytes=1000-\r\n", 416, 0, 0, "Content-Range: bytes */1000"},
        {"R13", ID_1, "Content-Range: 0-1 / 1000\r\n", 206, 0, 2, "Content-Range: bytes 0-1/1000"},
        {"two fields", ID_1, "Range: bytes=0-1\r\nRange: bytes=0-1\r\n", 416, 0, 0,
         "Content-Range: bytes */1000"},
        {"rubbish", ID_1, "Range: bytes=x\r\n", 416, 0, 0, "Content-Range: bytes */1000"},
        {"R15", ID_1, "If-Unmodified-Since: Mon, 04 Mar 2024 10:20:30 GMT\r\n", 412, 0, 0,
         "Content-Length: 0"},
        {"R15, the same time", ID_1, "If-Unmodified-Since: Tue, 05 Mar 2024 10:20:30 GMT\r\n", 200,
         0, 1000, "Content-Length: 1000"},
        {"R16", "%7B00000000-0000-0000-0000-000000000000%7D", "", 404, 0, 0, "Content-Length: 0"},
        {"R17", VECTOR_ID_1, "", 404, 0, 0, "Content-Length: 0"},
        {"R18", "%7B..%2F..%2Fboot.ini%7D", "", 404, 0, 0, "Content-Length: 0"},
        {"a query", ID_1 "?a", "", 404, 0, 0, "Content-Length: 0"},
        {"R19", ID_1, "Content-Length: 5\r\n", 400, 0, 0, "Content-Length: 0"},
        {"length 0", ID_1, "Content-Length: 0\r\n", 200, 0, 1000, "Content-Length: 1000"},
        {"to be closed", ID_1, "Connection: close\r\n", 200, 0, 1000, "Connection: close"},
    };
    struct exchange x;

    withstands("F14");
    for (size_t i = 0; i < ARRAY_COUNT(tests); i++)
    {
        bool is_five = !strcmp(tests[i].record, ID_5);
        bool is_same;

        get(&x, tests[i].record, tests[i].fields);
        ok(x.answer.status == tests[i].status, "%s: got %u.\n", tests[i].id, x.answer.status);
        ok(has_line(&x, tests[i].line), "%s: got %s.\n", tests[i].id, x.head.data);
        is_same = x.data.size == tests[i].end - tests[i].begin;
        for (uint64_t at = tests[i].begin; is_same && at < tests[i].end; at++)
            is_same = x.data.data[at - tests[i].begin] == fake_record_byte(is_five, at);
        ok(is_same, "%s: other bytes.\n", tests[i].id);
        exchange_done(&x);
    }
    get(&x, ID_5, "Range: bytes=12-19\r\n");
    ok(x.data.size == 8 && !memcmp(x.data.data, "\x13\x1a\x21\x28\x7b\x82\x89\x90", 8),
       "R7: other bytes.\n");
    exchange_done(&x);
    ok(!fake_records_open, "%u readers are left.\n", fake_records_open);
}

static void test_multipart(void)
{
    static const char between[] = "\r\n--" BOUNDARY "\r\nContent-Type: application/octet-stream\r\n"
                                  "Content-Range: bytes ";
    const char *at;
    struct exchange x;

    get(&x, ID_1, "Range: bytes=0-15,990-999\r\n");
    ok(x.answer.status == 206 && x.data.size == 242, "R9: got %u bytes.\n",
       (unsigned int)x.data.size);
    ok(has_line(&x, "Content-Type: multipart/byteranges; boundary=" BOUNDARY), "R9: got %s.\n",
       x.head.data);
    ok(!strstr((char *)x.head.data, "Content-Range"), "R9: got %s.\n", x.head.data);
    at = (const char *)x.data.data;
    ok(!memcmp(at, between, strlen(between)), "R9: the first part.\n");
    at += strlen(between);
    ok(!memcmp(at, "0-15/1000\r\n\r\n\x03\x0a", 15), "R9: the first range.\n");
    at += 13 + 16;
    ok(!memcmp(at, between, strlen(between)), "R9: the second part.\n");
    at += strlen(between);
    ok(!memcmp(at, "990-999/1000\r\n\r\n", 16), "R9: the second range.\n");
    ok(!memcmp(at + 16 + 10, "\r\n--" BOUNDARY "--\r\n", 23), "R9: the end.\n");
    exchange_done(&x);

    get(&x, ID_1, "Range: bytes=990-999,0-15\r\n");
    ok(x.answer.status == 206 && x.data.size == 242 &&
           !memcmp(x.data.data + strlen(between), "990-999/1000", 12),
       "R10: another order.\n");
    exchange_done(&x);

    get(&x, ID_1, "Range: bytes=0-0,2000-\r\n");
    ok(x.answer.status == 206 &&
           has_line(&x, "Content-Type: multipart/byteranges; boundary=" BOUNDARY),
       "One range that is left: got %s.\n", x.head.data);
    exchange_done(&x);
}

static void test_head(void)
{
    char get_head[1024];
    struct exchange x;

    get(&x, ID_1, "");
    snprintf(get_head, sizeof(get_head), "%s", x.head.data);
    exchange_done(&x);
    run_as(&x, "HEAD /BITS-peer-caching/" ID_1 " HTTP/1.1\r\n\r\n", NULL, 0, true, false);
    ok(!strcmp((char *)x.head.data, get_head), "R14: got %s.\n", x.head.data);
    ok(x.answer.is_head, "R14: with a body.\n");
    exchange_done(&x);
}

static void test_refusals(void)
{
    static const struct
    {
        const char *id, *text;
        bool is_trusted, is_busy;
        unsigned int status;
        enum content_next next;
        bool is_last;
        const char *body, *line; /* NULL: none */
    } tests[] = {
#define POST      "POST /BITS-peer-caching HTTP/1.1\r\n"
#define GET       "GET /BITS-peer-caching/" ID_1 " HTTP/1.1\r\n"
#define NOT_FOUND VECTOR_FAILURE_OF("0x80040005", "CertificateNotFound")
        {"R4", POST "Content-Length: 522\r\n\r\n", false, false, 200, CONTENT_NEXT_DROP, false,
         NOT_FOUND, NULL},
        {"R4, no length", POST "\r\n", false, false, 200, CONTENT_NEXT_ANSWER, true, NOT_FOUND,
         "Connection: close"},
        {"R4, large", POST "Content-Length: 1048577\r\n\r\n", false, false, 200,
         CONTENT_NEXT_ANSWER, true, NOT_FOUND, "Connection: close"},
        {"R20", GET "\r\n", false, false, 400, CONTENT_NEXT_ANSWER, false, NOT_FOUND, NULL},
        {"R20, HEAD", "HEAD /BITS-peer-caching/" ID_1 " HTTP/1.1\r\n\r\n", false, false, 400,
         CONTENT_NEXT_ANSWER, false, NULL, "Content-Length: 0"},
        {"R21", POST "\r\n", true, false, 411, CONTENT_NEXT_ANSWER, true, NULL, NULL},
        {"R22, zero", POST "Content-Length: 0\r\n\r\n", true, false, 400, CONTENT_NEXT_ANSWER,
         false, NULL, NULL},
        {"R22, odd", POST "Content-Length: 521\r\n\r\n", true, false, 400, CONTENT_NEXT_DROP, false,
         NULL, NULL},
        {"1 MiB", POST "Content-Length: 1048576\r\n\r\n", true, false, 200, CONTENT_NEXT_SEARCH,
         false, VECTOR_FAILURE_OF("0x80070057", "InvalidSearch"), NULL},
        {"more than 1 MiB", POST "Content-Length: 1048578\r\n\r\n", true, false, 413,
         CONTENT_NEXT_ANSWER, true, NULL, NULL},
        {"R23", "POST /bits HTTP/1.1\r\nContent-Length: 522\r\n\r\n", true, false, 404,
         CONTENT_NEXT_DROP, false, NULL, NULL},
        {"R23, unknown", "POST /bits HTTP/1.1\r\nContent-Length: 522\r\n\r\n", false, false, 200,
         CONTENT_NEXT_DROP, false, NOT_FOUND, NULL},
        {"R24", "POST /BITS-peer-caching HTTP/1.0\r\nContent-Length: 522\r\n\r\n", true, false, 505,
         CONTENT_NEXT_ANSWER, true, NULL, NULL},
        {"version 2", "GET / HTTP/2.0\r\n\r\n", false, true, 505, CONTENT_NEXT_ANSWER, true, NULL,
         NULL},
        {"R30", GET "\r\n", true, true, 503, CONTENT_NEXT_ANSWER, false, NULL, NULL},
        {"R30, search", POST "Content-Length: 522\r\n\r\n", true, true, 503, CONTENT_NEXT_DROP,
         false, NULL, NULL},
        {"R31", "PUT /BITS-peer-caching HTTP/1.1\r\nContent-Length: 4\r\n\r\n", true, true, 405,
         CONTENT_NEXT_DROP, false, NULL, "Allow: GET, HEAD, POST"},
        {"a verb in lower case", "get / HTTP/1.1\r\n\r\n", true, false, 405, CONTENT_NEXT_ANSWER,
         false, NULL, NULL},
        {"two lengths", GET "Content-Length: 0\r\nContent-Length: 0\r\n\r\n", true, false, 400,
         CONTENT_NEXT_ANSWER, true, NULL, "Connection: close"},
        {"chunked", POST "Transfer-Encoding: chunked\r\n\r\n", false, true, 400,
         CONTENT_NEXT_ANSWER, true, NULL, "Connection: close"},
        {"another path", "GET / HTTP/1.1\r\n\r\n", true, false, 404, CONTENT_NEXT_ANSWER, false,
         NULL, NULL},
        {"no id", "GET /BITS-peer-caching HTTP/1.1\r\n\r\n", true, false, 404, CONTENT_NEXT_ANSWER,
         false, NULL, NULL},
        {"a longer path", "GET /BITS-peer-caching/" ID_1 "/ HTTP/1.1\r\n\r\n", true, false, 404,
         CONTENT_NEXT_ANSWER, false, NULL, NULL},
    };
    struct exchange x;

    for (size_t i = 0; i < ARRAY_COUNT(tests); i++)
    {
        run_as(&x, tests[i].text, "xx", 2, tests[i].is_trusted, tests[i].is_busy);
        ok(x.answer.status == tests[i].status, "%s: got %u.\n", tests[i].id, x.answer.status);
        ok(x.next == tests[i].next, "%s: next is %u.\n", tests[i].id, x.next);
        ok(x.answer.is_last == tests[i].is_last, "%s: last %d.\n", tests[i].id, x.answer.is_last);
        if (tests[i].body)
            ok(vector_is_utf16(x.data.data, x.data.size, tests[i].body), "%s: another body.\n",
               tests[i].id);
        else
            ok(!x.data.size, "%s: got %u bytes.\n", tests[i].id, (unsigned int)x.data.size);
        if (tests[i].line)
            ok(has_line(&x, tests[i].line), "%s: got %s.\n", tests[i].id, x.head.data);
        exchange_done(&x);
    }
}

/* A path is an id or it is nothing: none of it names a file, and what the disk would take for the
 * same name is another id. */
static void test_tricks(void)
{
    static const char *const paths[] = {
        "/BITS-peer-caching/../" ID_1,
        "/BITS-peer-caching/./" ID_1,
        "/BITS-peer-caching//" ID_1,
        "/BITS-peer-caching/%2e%2e/" ID_1,
        "/BITS-peer-caching/..%5c..%5cwindows%5cwin.ini",
        "/BITS-peer-caching/..\\..\\windows\\win.ini",
        "/BITS-peer-caching/C:\\windows\\win.ini",
        "/BITS-peer-caching/C%3a/windows/win.ini",
        "/BITS-peer-caching/\\\\server\\share\\file",
        "/BITS-peer-caching/%5c%5c.%5cpipe%5cx",
        "/bits-peer-caching/" ID_1,
        "/BITS-PEER-CACHING/" ID_1,
        "/BITS-peer-caching%5c" ID_1,
        "/BITS-peer-caching\\" ID_1,
        "/BITS-peer-caching/NUL",
        "/BITS-peer-caching/COM1",
        "/BITS-peer-caching/" ID_1 ":stream",
        "/BITS-peer-caching/" ID_1 "::$DATA",
        "/BITS-peer-caching/" ID_1 "%00",
        "/BITS-peer-caching/" ID_1 "%2e",
        "/BITS-peer-caching/" ID_1 ".",
        "/BITS-peer-caching/" ID_1 "%20",
        "/BITS-peer-caching/" ID_1 "/../" ID_1,
        "/../BITS-peer-caching/" ID_1,
        "//BITS-peer-caching/" ID_1,
        "http://127.0.0.1/BITS-peer-caching/" ID_1,
        "file:///C:/windows/win.ini",
        "C:\\windows\\win.ini",
    };
    char text[256];
    struct exchange x;

    withstands("F13");
    for (size_t i = 0; i < ARRAY_COUNT(paths); i++)
    {
        snprintf(text, sizeof(text), "GET %s HTTP/1.1\r\n\r\n", paths[i]);
        run_as(&x, text, NULL, 0, true, false);
        ok(x.answer.status == 404 || x.answer.status == 400, "%s: got %u.\n", paths[i],
           x.answer.status);
        ok(!x.data.size, "%s: got %u bytes.\n", paths[i], (unsigned int)x.data.size);
        exchange_done(&x);
    }
}

START_TEST(content_request)
{
    RUN_TEST(test_searches);
    RUN_TEST(test_heads);
    RUN_TEST(test_ranges);
    RUN_TEST(test_multipart);
    RUN_TEST(test_head);
    RUN_TEST(test_refusals);
    RUN_TEST(test_tricks);
}
