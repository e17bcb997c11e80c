/* SPDX-License-Identifier: LGPL-2.1-or-later
 *
 * transfer/http_rules.c */
#include "harness/test.h"

#include <bitsmsg.h>
#include <stdio.h>
#include <string.h>

#include "transfer/http_rules.h"

#define DATE       "Sun, 06 Nov 1994 08:49:37 GMT"
#define OTHER_DATE "Sun, 06 Nov 1994 08:49:38 GMT"

#define OK        "HTTP/1.1 200 OK\r\n"
#define PARTIAL   "HTTP/1.1 206 Partial Content\r\n"
#define LENGTH(n) "Content-Length: " #n "\r\n"
#define RANGE(v)  "Content-Range: bytes " v "\r\n"

static const struct file_version known_1000 = {
    .known = true,
    .size = 1000,
    .has_mtime = true,
    .mtime = 124285853770000000ull,
    .last_modified = DATE,
    .etag = "\"v1\"",
};

/* The file was asked for its size. */
static const struct http_expectation ask_size = {.method = HTTP_HEAD};
static const struct http_expectation ask_size_again = {.method = HTTP_HEAD, .known = &known_1000};

/* Bytes 100 to 199 of a file of 1000. */
static const struct http_expectation ask_range = {
    .method = HTTP_GET, .asked = {100, 200}, .known = &known_1000, .resumed = true};
static const struct http_expectation ask_range_foreground = {.method = HTTP_GET,
                                                             .asked = {100, 200},
                                                             .known = &known_1000,
                                                             .resumed = true,
                                                             .foreground = true};

/* All bytes of a file of 1000, as a range. */
static const struct http_expectation ask_all = {
    .method = HTTP_GET, .asked = {0, 1000}, .known = &known_1000};
static const struct http_expectation ask_all_foreground = {
    .method = HTTP_GET, .asked = {0, 1000}, .known = &known_1000, .foreground = true};

/* The first byte, to learn the size. */
static const struct http_expectation ask_first = {.method = HTTP_GET, .asked = {0, 1}};

/* Without a range. */
static const struct http_expectation ask_whole = {.method = HTTP_GET, .whole_file = true};
static const struct http_expectation ask_dynamic = {
    .method = HTTP_GET, .whole_file = true, .is_dynamic = true};
static const struct http_expectation ask_whole_again = {
    .method = HTTP_GET, .whole_file = true, .known = &known_1000};

/* Either of them with content information, if the server likes. */
static const struct http_expectation ask_info = {
    .method = HTTP_GET, .asked = {100, 200}, .known = &known_1000, .peerdist = true};
static const struct http_expectation ask_info_unknown = {
    .method = HTTP_GET, .asked = {0, 1000}, .foreground = true, .peerdist = true};
static const struct http_expectation ask_size_info = {.method = HTTP_HEAD, .peerdist = true};

static void judge(const struct http_expectation *asked, const char *answer,
                  struct http_verdict *verdict)
{
    struct http_head head;
    HRESULT hr = S_OK;

    http_head_init(&head);
    while (*answer && SUCCEEDED(hr))
    {
        size_t len = strcspn(answer, "\n") + 1;

        hr = http_head_feed_line(&head, answer, len);
        answer += len;
    }
    if (SUCCEEDED(hr)) hr = http_head_feed_line(&head, "\r\n", 2);
    ok(hr == S_OK, "The head is refused: %#lx.\n", (unsigned long)hr);
    memset(verdict, 0xff, sizeof(*verdict));
    http_judge(asked, &head, verdict);
    http_head_done(&head);
}

struct rule
{
    int line;
    const struct http_expectation *asked;
    const char *answer;
    enum http_action action;
    HRESULT code;
    uint64_t offset, length;
};

static void check_rules(const struct rule *rules, size_t count)
{
    static const struct file_version unknown;

    for (size_t i = 0; i < count; i++)
    {
        const struct rule *rule = &rules[i];
        bool is_accepted = rule->action == HTTP_ACCEPT || rule->action == HTTP_ACCEPT_WHOLE;
        struct http_verdict verdict;

        winetest_push_context("line %d", rule->line);
        judge(rule->asked, rule->answer, &verdict);
        ok(verdict.action == rule->action, "Got action %u.\n", verdict.action);
        ok(verdict.code == rule->code, "Got code %#lx.\n", (unsigned long)verdict.code);
        ok(verdict.offset == rule->offset && verdict.length == rule->length, "Got %llu, %llu.\n",
           (unsigned long long)verdict.offset, (unsigned long long)verdict.length);
        ok(verdict.version.known == is_accepted, "Got version %d.\n", verdict.version.known);
        if (!is_accepted)
            ok(!memcmp(&verdict.version, &unknown, sizeof(unknown)), "The version is not empty.\n");
        winetest_pop_context();
    }
}

#define ACCEPTED(asked, answer, offset, length)                                                    \
    {                                                                                              \
        __LINE__, &asked, answer, HTTP_ACCEPT, S_OK, offset, length                                \
    }
#define WHOLE(asked, answer, length)                                                               \
    {                                                                                              \
        __LINE__, &asked, answer, HTTP_ACCEPT_WHOLE, S_OK, 0, length                               \
    }
#define CHANGED(asked, answer)                                                                     \
    {                                                                                              \
        __LINE__, &asked, answer, HTTP_RESTART, BG_E_REMOTE_FILE_CHANGED, 0, 0                     \
    }
#define FAILED_WITH(asked, answer, code)                                                           \
    {                                                                                              \
        __LINE__, &asked, answer, HTTP_FAIL, code, 0, 0                                            \
    }
#define INVALID(asked, answer)   FAILED_WITH(asked, answer, BG_E_INVALID_SERVER_RESPONSE)
#define NO_SIZE(asked, answer)   FAILED_WITH(asked, answer, BG_E_MISSING_FILE_SIZE)
#define NO_RANGES(asked, answer) FAILED_WITH(asked, answer, BG_E_INSUFFICIENT_RANGE_SUPPORT)

static void test_size(void)
{
    static const struct rule rules[] = {
        ACCEPTED(ask_size, OK LENGTH(1000), 0, 0),
        ACCEPTED(ask_size, OK LENGTH(0), 0, 0),
        ACCEPTED(ask_size, "HTTP/1.0 200 OK\r\n" LENGTH(5), 0, 0),
        ACCEPTED(ask_size, "HTTP/2 200\r\n" LENGTH(5), 0, 0),
        ACCEPTED(ask_size, OK LENGTH(9223372036854775807), 0, 0),
        INVALID(ask_size, OK LENGTH(9223372036854775808)),
        INVALID(ask_size, OK LENGTH(18446744073709551615)),
        NO_SIZE(ask_size, OK),
        NO_SIZE(ask_size, OK "Transfer-Encoding: chunked\r\n"),
        ACCEPTED(ask_size, OK "Content-Encoding: gzip\r\n" LENGTH(5), 0, 0),
        INVALID(ask_size, OK "Transfer-Encoding: gzip\r\n"),
        INVALID(ask_size, PARTIAL LENGTH(5) RANGE("0-4/5")),
        ACCEPTED(ask_size_again, OK LENGTH(1000), 0, 0),
        CHANGED(ask_size_again, OK LENGTH(1001)),
        CHANGED(ask_size_again, OK LENGTH(1000) "Last-Modified: " OTHER_DATE "\r\n"),
        FAILED_WITH(ask_size_again, "HTTP/1.1 405 No\r\n" LENGTH(0), (HRESULT)0x80190195),
    };

    check_rules(rules, ARRAY_COUNT(rules));
}

static void test_range(void)
{
    static const struct rule rules[] = {
        ACCEPTED(ask_range, PARTIAL LENGTH(100) RANGE("100-199/1000"), 100, 100),
        ACCEPTED(ask_range_foreground, PARTIAL LENGTH(100) RANGE("100-199/1000"), 100, 100),
        ACCEPTED(ask_all, PARTIAL LENGTH(1000) RANGE("0-999/1000"), 0, 1000),
        ACCEPTED(ask_first, PARTIAL LENGTH(1) RANGE("0-0/5000000000"), 0, 1),
        ACCEPTED(ask_range,
                 PARTIAL LENGTH(100) RANGE("100-199/1000") "ETag: \"v1\"\r\n"
                                                           "Last-Modified: " DATE "\r\n",
                 100, 100),
        ACCEPTED(ask_range,
                 PARTIAL LENGTH(100)
                     RANGE("100-199/1000") "Last-Modified: Sunday, 06-Nov-94 08:49:37 GMT\r\n",
                 100, 100),
        ACCEPTED(ask_range, PARTIAL LENGTH(100) RANGE("100-199/1000") "ETag: W/\"v2\"\r\n", 100,
                 100),
        /* Another range than asked. */
        INVALID(ask_range, PARTIAL LENGTH(100) RANGE("101-200/1000")),
        INVALID(ask_range, PARTIAL LENGTH(100) RANGE("99-198/1000")),
        INVALID(ask_range, PARTIAL LENGTH(101) RANGE("100-200/1000")),
        INVALID(ask_range, PARTIAL LENGTH(99) RANGE("100-198/1000")),
        INVALID(ask_range, PARTIAL LENGTH(1000) RANGE("0-999/1000")),
        INVALID(ask_range, PARTIAL LENGTH(100) RANGE("100-199/*")),
        INVALID(ask_range, PARTIAL LENGTH(100) RANGE("*/1000")),
        INVALID(ask_range, PARTIAL LENGTH(100) RANGE("199-100/1000")),
        INVALID(ask_range, PARTIAL LENGTH(100) RANGE("100-199/150")),
        INVALID(ask_range, PARTIAL LENGTH(100) RANGE("100-199")),
        INVALID(ask_range, PARTIAL LENGTH(100) "Content-Range: 100-199/1000\r\n"),
        INVALID(ask_range, PARTIAL LENGTH(100)),
        INVALID(ask_range, PARTIAL LENGTH(100) RANGE("100-199/1000") RANGE("100-199/1000")),
        INVALID(ask_range,
                PARTIAL LENGTH(100)
                    RANGE("100-199/1000") "Content-Type: multipart/byteranges; boundary=x\r\n"),
        INVALID(ask_range,
                PARTIAL LENGTH(100) "Content-Type: multipart/byteranges; boundary=x\r\n"),
        INVALID(ask_range, PARTIAL LENGTH(99) RANGE("100-199/1000")),
        INVALID(ask_range, PARTIAL LENGTH(1000) RANGE("100-199/1000")),
        ACCEPTED(ask_range, PARTIAL LENGTH(100) RANGE("100-199/1000") "Content-Encoding: gzip\r\n",
                 100, 100),
        INVALID(ask_first, PARTIAL LENGTH(1) RANGE("0-0/9223372036854775808")),
        INVALID(ask_whole, PARTIAL LENGTH(1000) RANGE("0-999/1000")),
        NO_SIZE(ask_range, PARTIAL RANGE("100-199/1000")),
        NO_SIZE(ask_range, PARTIAL RANGE("100-199/1000") "Transfer-Encoding: chunked\r\n"),
        /* Another version of the file, whatever else is wrong. */
        CHANGED(ask_range, PARTIAL LENGTH(100) RANGE("100-199/1001")),
        CHANGED(ask_range, PARTIAL LENGTH(50) RANGE("100-149/150")),
        CHANGED(ask_range,
                PARTIAL LENGTH(100) RANGE("100-199/1000") "Last-Modified: " OTHER_DATE "\r\n"),
        CHANGED(ask_range, PARTIAL LENGTH(100) RANGE("100-199/1000") "ETag: \"v2\"\r\n"),
        CHANGED(ask_range,
                PARTIAL LENGTH(100) RANGE("100-199/1000") "Last-Modified: yesterday\r\n"),
        CHANGED(ask_all_foreground, PARTIAL LENGTH(1000) RANGE("0-999/1001")),
    };

    withstands("B6");
    check_rules(rules, ARRAY_COUNT(rules));
}

static void test_whole_for_range(void)
{
    static const struct http_expectation ask_begin_resumed = {.method = HTTP_GET,
                                                              .asked = {0, 100},
                                                              .known = &known_1000,
                                                              .foreground = true,
                                                              .resumed = true};
    static const struct http_expectation ask_first_foreground = {
        .method = HTTP_GET, .asked = {0, 1}, .foreground = true};
    static const struct rule rules[] = {
        NO_RANGES(ask_all, OK LENGTH(1000)),
        NO_RANGES(ask_range, OK LENGTH(1000)),
        NO_RANGES(ask_range, OK LENGTH(100)),
        NO_RANGES(ask_range, OK LENGTH(100) RANGE("100-199/1000")),
        NO_RANGES(ask_range, OK),
        NO_RANGES(ask_range, OK LENGTH(500) "Content-Type: text/html\r\n"),
        NO_RANGES(ask_range_foreground, OK LENGTH(1000)),
        NO_RANGES(ask_begin_resumed, OK LENGTH(1000)),
        WHOLE(ask_all_foreground, OK LENGTH(1000), 1000),
        WHOLE(ask_first_foreground, OK LENGTH(0), 0),
        WHOLE(ask_first_foreground, OK LENGTH(2147483647), 2147483647),
        NO_RANGES(ask_first_foreground, OK LENGTH(2147483648)),
        NO_RANGES(ask_first_foreground, OK LENGTH(4294967396)),
        INVALID(ask_first_foreground, OK LENGTH(9223372036854775808)),
        NO_SIZE(ask_all_foreground, OK "Transfer-Encoding: chunked\r\n"),
        CHANGED(ask_all_foreground, OK LENGTH(999)),
        CHANGED(ask_all_foreground, OK LENGTH(1000) "ETag: \"v2\"\r\n"),
        WHOLE(ask_all_foreground, OK LENGTH(1000) "Content-Encoding: gzip\r\n", 1000),
        ACCEPTED(ask_whole, OK LENGTH(1000), 0, 1000),
        ACCEPTED(ask_whole, OK LENGTH(0), 0, 0),
        ACCEPTED(ask_whole_again, OK LENGTH(1000), 0, 1000),
        ACCEPTED(ask_whole, OK LENGTH(5000000000), 0, 5000000000),
        NO_SIZE(ask_whole, OK),
        ACCEPTED(ask_dynamic, OK, 0, HTTP_LENGTH_UNKNOWN),
        ACCEPTED(ask_dynamic, OK LENGTH(1000), 0, 1000),
        INVALID(ask_dynamic, PARTIAL LENGTH(1000) RANGE("0-999/1000")),
        NO_SIZE(ask_whole, OK "Transfer-Encoding: chunked\r\n"),
        CHANGED(ask_whole_again, OK LENGTH(1)),
    };

    withstands("B4");
    check_rules(rules, ARRAY_COUNT(rules));
}

static bool has_redirect(unsigned int status)
{
    return status == 300 || status == 301 || status == 302 || status == 303 || status == 307 ||
           status == 308;
}

/* Every status, with and without what is known. */
#define INFO        "Content-Encoding: peerdist\r\n"
#define PEERDIST(n) "X-P2P-PeerDist: Version=1.1, ContentLength=" #n "\r\n"
#define BY(asked, answer, action)                                                                  \
    {                                                                                              \
        __LINE__, &asked, answer, action, S_OK, 0, 0                                               \
    }
#define GIVES_INFO(asked, answer) BY(asked, answer, HTTP_CONTENT_INFO)
#define NO_USE(asked, answer)     BY(asked, answer, HTTP_NO_PEERDIST)

static void test_content_info(void)
{
    static const struct rule rules[] = {
        GIVES_INFO(ask_info, PARTIAL INFO LENGTH(134) RANGE("100-199/1000") PEERDIST(100)),
        GIVES_INFO(ask_info, PARTIAL INFO LENGTH(134) RANGE("100-199/1000")),
        GIVES_INFO(ask_info, PARTIAL INFO LENGTH(134) RANGE("100-199/1000") "ETag: \"v1\"\r\n"),
        GIVES_INFO(ask_info, OK INFO LENGTH(134) PEERDIST(1000)),
        GIVES_INFO(ask_info_unknown, OK INFO LENGTH(8388608) PEERDIST(1000)),
        NO_USE(ask_info, PARTIAL INFO LENGTH(134) PEERDIST(100)),
        NO_USE(ask_info, PARTIAL INFO LENGTH(134) RANGE("100-199/*") PEERDIST(100)),
        NO_USE(ask_info, PARTIAL INFO LENGTH(134) RANGE("100-199/1001") PEERDIST(100)),
        NO_USE(ask_info, PARTIAL INFO LENGTH(134) RANGE("100-199/1000") "ETag: \"v2\"\r\n"),
        NO_USE(ask_info, PARTIAL INFO RANGE("100-199/1000")),
        NO_USE(ask_info, PARTIAL INFO LENGTH(0) RANGE("100-199/1000")),
        NO_USE(ask_info,
               PARTIAL INFO LENGTH(134) "Content-Encoding: gzip\r\n" RANGE("100-199/1000")),
        NO_USE(ask_info, OK INFO LENGTH(134)),
        NO_USE(ask_info, OK INFO LENGTH(134) PEERDIST(1001)),
        NO_USE(ask_info_unknown, OK INFO LENGTH(8388609) PEERDIST(1000)),
        /* What was not asked for must not become the file. */
        INVALID(ask_range, PARTIAL INFO LENGTH(100) RANGE("100-199/1000")),
        INVALID(ask_all_foreground, OK INFO LENGTH(1000)),
        INVALID(ask_size, OK INFO LENGTH(134) PEERDIST(1000)),
        INVALID(ask_size_info, OK INFO LENGTH(134) PEERDIST(1000)),
        /* The server does not speak it. */
        ACCEPTED(ask_info, PARTIAL LENGTH(100) RANGE("100-199/1000"), 100, 100),
        CHANGED(ask_info, PARTIAL LENGTH(100) RANGE("100-199/1001")),
        {__LINE__, &ask_info, "HTTP/1.1 412 No\r\n" INFO LENGTH(134), HTTP_RESTART,
         (HRESULT)0x8019019c, 0, 0},
    };

    check_rules(rules, ARRAY_COUNT(rules));
}

static void test_status(void)
{
    static const struct http_expectation *const asks[] = {&ask_size, &ask_size_again, &ask_range,
                                                          &ask_all,  &ask_first,      &ask_whole};

    withstands("B22");
    for (unsigned int status = 200; status < 600; status++)
    {
        for (unsigned int i = 0; i < ARRAY_COUNT(asks); i++)
        {
            bool is_conditional = asks[i]->known != NULL;
            struct http_verdict verdict;
            HRESULT code = (HRESULT)(0x80190000 + status);
            enum http_action action = HTTP_FAIL;
            char answer[64];

            if (status == 200 || status == 206) continue;
            winetest_push_context("status %u, %u", status, i);
            if (is_conditional && (status == 412 || status == 416)) action = HTTP_RESTART;
            snprintf(answer, sizeof(answer), "HTTP/1.1 %u X\r\n", status);
            judge(asks[i], answer, &verdict);
            ok(verdict.action == action, "Got action %u.\n", verdict.action);
            ok(verdict.code == code, "Got code %#lx.\n", (unsigned long)verdict.code);
            ok(!verdict.version.known, "Got a version.\n");

            if (has_redirect(status))
            {
                action = HTTP_REDIRECT;
                code = S_OK;
            }
            snprintf(answer, sizeof(answer), "HTTP/1.1 %u X\r\nLocation: /b\r\n", status);
            judge(asks[i], answer, &verdict);
            ok(verdict.action == action, "With Location: got action %u.\n", verdict.action);
            ok(verdict.code == code, "With Location: got code %#lx.\n",
               (unsigned long)verdict.code);
            winetest_pop_context();
        }
    }
}

static void test_incomplete(void)
{
    struct http_verdict verdict;
    struct http_head head;

    http_head_init(&head);
    http_judge(&ask_size, &head, &verdict);
    ok(verdict.action == HTTP_FAIL && verdict.code == E_UNEXPECTED, "Got %u, %#lx.\n",
       verdict.action, (unsigned long)verdict.code);
    http_head_feed_line(&head, OK, strlen(OK));
    http_head_feed_line(&head, "Content-Length: 5\r\n", 19);
    http_judge(&ask_size, &head, &verdict);
    ok(verdict.action == HTTP_FAIL && verdict.code == E_UNEXPECTED, "Got %u, %#lx.\n",
       verdict.action, (unsigned long)verdict.code);
    http_head_done(&head);
}

/* What is known grows and is never forgotten. */
static void test_version(void)
{
    static const struct file_version size_only = {.known = true, .size = 1000};
    struct http_expectation asked = ask_range;
    struct http_verdict verdict;

    judge(&ask_size, OK LENGTH(1000) "Last-Modified: " DATE "\r\nETag: \"v1\"\r\n", &verdict);
    ok(verdict.version.size == 1000 && verdict.version.has_mtime &&
           verdict.version.mtime == known_1000.mtime,
       "Wrong size or time.\n");
    ok(!strcmp(verdict.version.last_modified, DATE) && !strcmp(verdict.version.etag, "\"v1\""),
       "Got %s, %s.\n", verdict.version.last_modified, verdict.version.etag);

    judge(&ask_size, OK LENGTH(1000) "ETag: W/\"v1\"\r\n", &verdict);
    ok(!verdict.version.etag[0], "A weak tag is kept: %s.\n", verdict.version.etag);
    ok(!verdict.version.has_mtime && !verdict.version.last_modified[0], "A time from nowhere.\n");

    judge(&ask_range, PARTIAL LENGTH(100) RANGE("100-199/1000"), &verdict);
    ok(verdict.version.has_mtime && !strcmp(verdict.version.etag, "\"v1\""), "Forgotten.\n");

    asked.known = &size_only;
    judge(&asked,
          PARTIAL LENGTH(100) RANGE("100-199/1000") "ETag: \"v7\"\r\n"
                                                    "Last-Modified: " DATE "\r\n",
          &verdict);
    ok(verdict.version.has_mtime && !strcmp(verdict.version.etag, "\"v7\""), "Not learned.\n");
}

static void test_is_other_version(void)
{
    struct file_version a = known_1000, b = known_1000;

    withstands("B9");
    ok(!http_is_other_version(&a, &b), "Equal versions differ.\n");
    b.size++;
    ok(http_is_other_version(&a, &b), "Sizes do not count.\n");
    b = a;
    b.mtime++;
    ok(http_is_other_version(&a, &b), "Times do not count.\n");
    b.has_mtime = false;
    ok(!http_is_other_version(&a, &b), "The same text is another time.\n");
    strcpy(b.last_modified, OTHER_DATE);
    ok(http_is_other_version(&a, &b), "Another text is the same time.\n");
    b.last_modified[0] = 0;
    ok(!http_is_other_version(&a, &b) && !http_is_other_version(&b, &a), "No time counts.\n");
    b = a;
    strcpy(b.etag, "\"v2\"");
    ok(http_is_other_version(&a, &b), "Tags do not count.\n");
    b.etag[0] = 0;
    ok(!http_is_other_version(&a, &b) && !http_is_other_version(&b, &a), "No tag counts.\n");
    b.size++;
    b.known = false;
    ok(!http_is_other_version(&a, &b) && !http_is_other_version(&b, &a), "Unknown differs.\n");
}

START_TEST(http_rules)
{
    RUN_TEST(test_size);
    RUN_TEST(test_range);
    RUN_TEST(test_whole_for_range);
    RUN_TEST(test_content_info);
    RUN_TEST(test_status);
    RUN_TEST(test_incomplete);
    RUN_TEST(test_version);
    RUN_TEST(test_is_other_version);
}
