/* SPDX-License-Identifier: LGPL-2.1-or-later
 *
 * net/http_request.c */
#include "harness/test.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "net/http_request.h"

#define LINE "GET /a HTTP/1.1\r\n"

static HRESULT feed(struct http_request *request, const char *text, size_t size, size_t step,
                    size_t *used)
{
    HRESULT hr = S_OK;

    *used = 0;
    http_request_reset(request);
    while (*used < size && SUCCEEDED(hr) && request->state == HTTP_REQUEST_PARTIAL)
    {
        size_t count = size - *used < step ? size - *used : step, taken;
        char *copy = malloc(count);

        memcpy(copy, text + *used, count);
        hr = http_request_feed(request, copy, count, &taken);
        free(copy);
        *used += taken;
    }
    return hr;
}

static void test_post(void)
{
    static const char text[] = "POST /BITS-peer-caching HTTP/1.1\r\nAccept: */*\r\n"
                               "X-ETW-ACTIVITY-ID: {A5C414C6-94AC-4319-8E8D-4C300915CD9B}\r\n"
                               "User-Agent: BITS\r\nHost: alpha.lab.example:2178\r\n"
                               "content-LENGTH: \t522 \r\nEmpty:\r\nConnection: Keep-Alive\r\n\r\n"
                               "<body>";
    struct http_request request = {0};
    size_t used, count;

    for (size_t step = 1; step < sizeof(text); step = step * 2 + 1)
    {
        const struct http_request_field *field;

        ok(feed(&request, text, strlen(text), step, &used) == S_OK, "Refused.\n");
        ok(request.state == HTTP_REQUEST_COMPLETE && used == strlen(text) - 6, "Took %u bytes.\n",
           (unsigned int)used);
        ok(http_part_is(request.method, "POST") &&
               http_part_is(request.target, "/BITS-peer-caching"),
           "Another request line.\n");
        ok(request.version_major == 1 && request.version_minor == 1, "Another version.\n");
        ok(request.has_content_length && request.content_length == 522, "Another length.\n");
        ok(!request.has_connection_close, "Is to be closed.\n");
        ok(request.field_count == 7, "Got %u fields.\n", (unsigned int)request.field_count);
        field = http_request_find(&request, "user-agent", &count);
        ok(field && count == 1 && http_part_is(field->value, "BITS"), "No agent.\n");
        field = http_request_find(&request, "empty", &count);
        ok(field && !field->value.len, "No empty field.\n");
        ok(!http_request_find(&request, "range", &count) && !count, "A field from nowhere.\n");
    }
    http_request_done(&request);
}

static void test_good(void)
{
    static const char *const good[] = {
        "GET / HTTP/1.0\r\n\r\n",
        "PUT * HTTP/9.9\r\n\r\n",
        LINE "Connection: a, Close ,b\r\n\r\n",
        LINE "A: b\r\nA: c\r\nX: \xc3\xa9\r\n\r\n",
        LINE "Content-Length: 18446744073709551615\r\n\r\n",
    };
    struct http_request request = {0};
    size_t used, count;

    for (size_t i = 0; i < ARRAY_COUNT(good); i++)
    {
        ok(feed(&request, good[i], strlen(good[i]), 1000, &used) == S_OK &&
               request.state == HTTP_REQUEST_COMPLETE,
           "Head %u is refused.\n", (unsigned int)i);
        ok(request.has_connection_close == (i == 2), "Head %u: close.\n", (unsigned int)i);
        ok(!http_request_find(&request, "a", &count) && count == (i == 3 ? 2u : 0u),
           "Head %u: one of two fields.\n", (unsigned int)i);
        for (size_t size = 0; size < strlen(good[i]); size++)
        {
            feed(&request, good[i], size, 1000, &used);
            ok(request.state == HTTP_REQUEST_PARTIAL, "Head %u: complete at %u.\n", (unsigned int)i,
               (unsigned int)size);
            ok(http_request_is_begun(&request) == (size > 0), "Head %u: begun at %u.\n",
               (unsigned int)i, (unsigned int)size);
        }
    }
    http_request_done(&request);
}

static void test_bad(void)
{
    static const char *const bad[] = {
        "\r\n",
        "\n",
        "GET\r\n\r\n",
        "GET /a\r\n\r\n",
        "GET  /a HTTP/1.1\r\n\r\n",
        "GET /a HTTP/1.1 \r\n\r\n",
        "GET /a b HTTP/1.1\r\n\r\n",
        " GET /a HTTP/1.1\r\n\r\n",
        "G(T /a HTTP/1.1\r\n\r\n",
        "GET /\xc3\xa9 HTTP/1.1\r\n\r\n",
        "GET /a http/1.1\r\n\r\n",
        "GET /a HTTP/1\r\n\r\n",
        "GET /a HTTP/11.1\r\n\r\n",
        "GET /a HTTP/1.1\n\r\n",
        "GET /a HTTP/1.1\rA: b\r\n\r\n",
        LINE "A: b\n\r\n",
        LINE "A: b\rc\r\n\r\n",
        LINE "A: b\r\r\n\r\n",
        LINE "A: b\r\n c\r\n\r\n",
        LINE " A: b\r\n\r\n",
        LINE "A\r\n\r\n",
        LINE ": b\r\n\r\n",
        LINE "A : b\r\n\r\n",
        LINE "A B: c\r\n\r\n",
        LINE "A: \x01\r\n\r\n",
        LINE "A: \x7f\r\n\r\n",
        LINE "Transfer-Encoding: chunked\r\n\r\n",
        LINE "transfer-encoding: identity\r\n\r\n",
        LINE "Content-Length: 5\r\nContent-Length: 5\r\n\r\n",
        LINE "Content-Length: 5, 5\r\n\r\n",
        LINE "Content-Length: \r\n\r\n",
        LINE "Content-Length: -1\r\n\r\n",
        LINE "Content-Length: +1\r\n\r\n",
        LINE "Content-Length: 0x5\r\n\r\n",
        LINE "Content-Length: 18446744073709551616\r\n\r\n",
    };
    static const char with_nul[] = LINE "A: \0\r\n\r\n";
    struct http_request request = {0};
    size_t used;

    for (size_t i = 0; i < ARRAY_COUNT(bad); i++)
    {
        ok(feed(&request, bad[i], strlen(bad[i]), 3, &used) == E_INVALIDARG, "Head %u is taken.\n",
           (unsigned int)i);
        ok(request.state == HTTP_REQUEST_REFUSED, "Head %u: state %u.\n", (unsigned int)i,
           request.state);
        ok(http_request_feed(&request, LINE "\r\n", 19, &used) == E_INVALIDARG && !used,
           "Head %u: goes on.\n", (unsigned int)i);
    }
    ok(feed(&request, with_nul, sizeof(with_nul) - 1, 100, &used) == E_INVALIDARG, "NUL.\n");
    http_request_done(&request);
}

static void test_limits(void)
{
    char *text = malloc(HTTP_REQUEST_SIZE_MAX + 8);
    struct http_request request = {0};
    size_t used, len;

    withstands("F13");
    for (size_t size = HTTP_REQUEST_SIZE_MAX; size <= HTTP_REQUEST_SIZE_MAX + 1; size++)
    {
        memset(text, 'a', size);
        memcpy(text, LINE "A:", strlen(LINE) + 2);
        memcpy(text + size - 4, "\r\n\r\n", 4);
        ok(feed(&request, text, size, 1000, &used) ==
               (size > HTTP_REQUEST_SIZE_MAX ? E_INVALIDARG : S_OK),
           "%u bytes.\n", (unsigned int)size);
    }
    for (unsigned int count = HTTP_REQUEST_FIELDS_MAX; count <= HTTP_REQUEST_FIELDS_MAX + 1;
         count++)
    {
        strcpy(text, LINE);
        len = strlen(text);
        for (unsigned int i = 0; i < count; i++, len += 6)
            memcpy(text + len, "A: b\r\n", 6);
        memcpy(text + len, "\r\n", 2);
        ok(feed(&request, text, len + 2, 1000, &used) ==
               (count > HTTP_REQUEST_FIELDS_MAX ? E_INVALIDARG : S_OK),
           "%u fields.\n", count);
    }
    free(text);
    http_request_done(&request);
}

static void test_path(void)
{
    static const struct
    {
        const char *target, *path; /* NULL: none */
    } tests[] = {
        {"/", "/"},
        {"/a%7Bb%7d", "/a{b}"},
        {"/a?b", NULL},
        {"/a#b", NULL},
        {"*", NULL},
        {"http://h/a", NULL},
        {"/%", NULL},
        {"/%4", NULL},
        {"/%4g", NULL},
        {"/%00", NULL},
        {"/1234567890123", "/1234567890123"},
        {"/12345678901234", NULL},
        {"/%2e%2E%2f", "/../"},
    };
    struct http_request request = {0};
    char text[64], path[15];
    size_t used;

    withstands("F13");
    for (size_t i = 0; i < ARRAY_COUNT(tests); i++)
    {
        int len = snprintf(text, sizeof(text), "GET %s HTTP/1.1\r\n\r\n", tests[i].target);

        ok(feed(&request, text, (size_t)len, 100, &used) == S_OK, "Refused.\n");
        ok(http_request_path(&request, path, sizeof(path)) == (tests[i].path != NULL), "Path %s.\n",
           tests[i].target);
        if (tests[i].path) ok(!strcmp(path, tests[i].path), "%s: got %s.\n", tests[i].target, path);
    }
    http_request_done(&request);
}

START_TEST(http_request)
{
    RUN_TEST(test_post);
    RUN_TEST(test_good);
    RUN_TEST(test_bad);
    RUN_TEST(test_limits);
    RUN_TEST(test_path);
}
