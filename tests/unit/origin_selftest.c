/* SPDX-License-Identifier: LGPL-2.1-or-later
 *
 * The origin itself, driven with plain sockets: honest answers, and everything that a test of a
 * download relies on. */
#include "harness/test.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "harness/origin.h"
#include "harness/raw_client.h"
#include "harness/synthetic.h"

#define WAIT_MS 20000
#define SIZE    100000

static struct origin *o;
static struct raw_client client;
static struct raw_answer answer;

static void begin(const struct origin_options *options)
{
    o = origin_start(options);
    ok(o != NULL, "Could not start the origin.\n");
    if (!o) exit(1);
    ok(raw_connect(&client, options && options->is_v6, origin_port(o)), "Could not connect.\n");
}

static void end(void)
{
    raw_answer_done(&answer);
    raw_disconnect(&client);
    origin_destroy(o);
}

static void reconnect(void)
{
    raw_disconnect(&client);
    ok(raw_connect(&client, false, origin_port(o)), "Could not connect.\n");
}

static void send_request(const char *method, const char *path, const char *headers)
{
    char text[2048];

    snprintf(text, sizeof(text), "%s %s HTTP/1.1\r\nHost: test\r\n%s\r\n", method, path, headers);
    ok(raw_send(&client, text), "The connection is gone.\n");
}

static bool receive(bool has_body)
{
    raw_answer_done(&answer);
    return raw_receive(&client, has_body, SIZE_MAX, WAIT_MS, &answer);
}

static void ask(const char *method, const char *path, const char *headers)
{
    send_request(method, path, headers);
    ok(receive(strcmp(method, "HEAD") != 0), "No answer to %s %s.\n", method, path);
}

/* Sockets of Wine 8.0 take the reset for an end of the stream. */
static bool can_see_resets(void)
{
    return strcmp(winetest_platform, "wine") != 0;
}

static void expect_body_(int line, uint32_t version, uint64_t offset, size_t size)
{
    ok_(__FILE__, line)(answer.size == size, "Got %zu bytes.\n", answer.size);
    ok_(__FILE__, line)(synthetic_check(version, offset, answer.body, answer.size) == answer.size,
                        "Got other bytes.\n");
}
#define expect_body(version, offset, size) expect_body_(__LINE__, version, offset, size)

static void expect_header_(int line, const char *name, const char *value)
{
    char text[256];

    origin_header(answer.head, name, text, sizeof(text));
    ok_(__FILE__, line)(!strcmp(text, value), "Got %s: %s.\n", name, text);
}
#define expect_header(name, value) expect_header_(__LINE__, name, value)

static void test_synthetic(void)
{
    unsigned char a[64], b[64];
    uint32_t version;

    /* Any cut of the same bytes is the same. */
    synthetic_fill(3, 1000, a, sizeof(a));
    for (size_t cut = 0; cut <= sizeof(b); cut++)
    {
        synthetic_fill(3, 1000, b, cut);
        synthetic_fill(3, 1000 + cut, b + cut, sizeof(b) - cut);
        ok(!memcmp(a, b, sizeof(a)), "Cut %zu: other bytes.\n", cut);
    }
    ok(synthetic_check(3, 1000, a, sizeof(a)) == sizeof(a), "Not recognised.\n");
    a[37] ^= 1;
    ok(synthetic_check(3, 1000, a, sizeof(a)) == 37, "The fault was not found.\n");

    /* All of the offset counts, and the version. */
    ok(synthetic_check(3, 1000 + (1ull << 32), b, sizeof(b)) < 8, "Looks alike.\n");
    ok(synthetic_check(3, 1000 + (1ull << 63), b, sizeof(b)) < 8, "Looks alike.\n");
    ok(synthetic_check(4, 1000, b, sizeof(b)) < 8, "Looks alike.\n");
    ok(synthetic_identify(10, 1000, b, sizeof(b), &version) && version == 3, "Got version %u.\n",
       (unsigned int)version);
    ok(!synthetic_identify(3, 1000, b, sizeof(b), &version), "Got version %u.\n",
       (unsigned int)version);

    synthetic_fill(SYNTHETIC_BOMB, 0, a, 3);
    ok(a[0] == 0x1f && a[1] == 0x8b && a[2] == 8, "Not the start of a gzip stream.\n");
}

static void test_whole(void)
{
    begin(NULL);
    origin_add(o, "/file",
               &(struct origin_file){
                   .size = SIZE, .version = 7, .etag = "\"seven\"", .headers = "X-More: yes\r\n"});
    origin_add(o, "/empty", &(struct origin_file){0});

    ask("HEAD", "/file", "");
    ok(answer.status == 200, "Got status %d.\n", answer.status);
    expect_header("Content-Length", "100000");
    expect_header("Accept-Ranges", "bytes");
    expect_header("ETag", "\"seven\"");
    expect_header("X-More", "yes");
    expect_header("Last-Modified", "Wed, 08 Jan 2020 00:00:00 GMT");

    ask("GET", "/file?query=1", "");
    ok(answer.status == 200, "Got status %d.\n", answer.status);
    expect_body(7, 0, SIZE);

    ask("GET", "/empty", "");
    ok(answer.status == 200, "Got status %d.\n", answer.status);
    ok(!answer.size, "Got %zu bytes.\n", answer.size);

    ask("GET", "http://proxied.example/file", "");
    ok(answer.status == 200 && answer.size == SIZE, "Got status %d.\n", answer.status);
    ask("GET", "/nothing", "");
    ok(answer.status == 404, "Got status %d.\n", answer.status);
    ask("DELETE", "/file", "");
    ok(answer.status == 405, "Got status %d.\n", answer.status);
    ok(origin_connection_count(o) == 1, "Got %u connections.\n", origin_connection_count(o));
    end();
}

static void test_ranges(void)
{
    static const struct
    {
        const char *range;
        int status;
        const char *content_range;
        uint64_t begin;
        size_t size;
    } tests[] = {
        {"bytes=0-0", 206, "bytes 0-0/100000", 0, 1},
        {"bytes=5-104", 206, "bytes 5-104/100000", 5, 100},
        {"bytes=99990-", 206, "bytes 99990-99999/100000", 99990, 10},
        {"bytes=99990-200000", 206, "bytes 99990-99999/100000", 99990, 10},
        {"bytes=-7", 206, "bytes 99993-99999/100000", 99993, 7},
        {"bytes=-200000", 206, "bytes 0-99999/100000", 0, SIZE},
        {"bytes=0-18446744073709551614", 206, "bytes 0-99999/100000", 0, SIZE},
        {"bytes=9-5", 200, "", 0, SIZE},
        {"bytes=", 200, "", 0, SIZE},
        {"bytes=a-b", 200, "", 0, SIZE},
        {"bytes=99999999999999999999-", 200, "", 0, SIZE},
        {"items=0-1", 200, "", 0, SIZE},
    };
    char headers[128];

    begin(NULL);
    origin_add(o, "/file", &(struct origin_file){.size = SIZE, .version = 1});
    for (size_t i = 0; i < ARRAY_SIZE(tests); i++)
    {
        winetest_push_context("%s", tests[i].range);
        snprintf(headers, sizeof(headers), "Range: %s\r\n", tests[i].range);
        ask("GET", "/file", headers);
        ok(answer.status == tests[i].status, "Got status %d.\n", answer.status);
        expect_header("Content-Range", tests[i].content_range);
        expect_body(1, tests[i].begin, tests[i].size);
        winetest_pop_context();
    }
    ask("GET", "/file", "Range: bytes=100000-\r\n");
    ok(answer.status == 416, "Got status %d.\n", answer.status);
    expect_header("Content-Range", "bytes */100000");

    origin_add(o, "/file", &(struct origin_file){.size = SIZE, .flags = ORIGIN_NO_RANGES});
    ask("GET", "/file", "Range: bytes=1-1\r\n");
    ok(answer.status == 200 && answer.size == SIZE, "Got status %d.\n", answer.status);
    end();
}

static void test_huge_file(void)
{
    static const uint64_t size = 5ull << 30;

    begin(NULL);
    origin_add(o, "/huge", &(struct origin_file){.size = size, .version = 2});
    ask("HEAD", "/huge", "");
    expect_header("Content-Length", "5368709120");
    ask("GET", "/huge", "Range: bytes=4294967290-4294967310\r\n");
    expect_header("Content-Range", "bytes 4294967290-4294967310/5368709120");
    expect_body(2, 4294967290u, 21);
    end();
}

static void test_several_ranges(void)
{
    char *text, *first, *second, *last;

    begin(NULL);
    origin_add(o, "/file", &(struct origin_file){.size = SIZE, .version = 1});
    ask("GET", "/file", "Range: bytes=0-9, 50-69 ,200000-\r\n");
    ok(answer.status == 206, "Got status %d.\n", answer.status);
    ok(strstr(answer.head, "multipart/byteranges; boundary=") != NULL, "Got %s.\n", answer.head);
    expect_header("Content-Range", "");

    text = calloc(answer.size + 1, 1);
    for (size_t i = 0; i < answer.size; i++)
        text[i] = answer.body[i] ? (char)answer.body[i] : '?';
    first = strstr(text, "Content-Range: bytes 0-9/100000\r\n\r\n");
    second = strstr(text, "Content-Range: bytes 50-69/100000\r\n\r\n");
    ok(first && second, "A part is missing.\n");
    if (first && second)
    {
        size_t at = (size_t)(strstr(second, "\r\n\r\n") + 4 - text);

        ok(synthetic_check(1, 50, answer.body + at, 20) == 20, "Got other bytes.\n");
        last = strstr(text + at + 20, "--\r\n");
        ok(last && !last[4], "The end is missing.\n");
    }
    free(text);
    end();
}

static void test_preconditions(void)
{
    static const struct
    {
        const char *headers;
        int status;
    } tests[] = {
        {"If-Match: \"one\"\r\n", 206},
        {"If-Match: \"two\", \"one\"\r\n", 206},
        {"If-Match: *\r\n", 206},
        {"If-Match: \"two\"\r\n", 412},
        {"If-Match: W/\"one\"\r\n", 412},
        {"If-Unmodified-Since: Thu, 02 Jan 2020 00:00:00 GMT\r\n", 206},
        {"If-Unmodified-Since: Fri, 03 Jan 2020 00:00:00 GMT\r\n", 206},
        {"If-Unmodified-Since: Wed, 01 Jan 2020 23:59:59 GMT\r\n", 412},
        {"If-Unmodified-Since: Sat, 30 Feb 2019 00:00:00 GMT\r\n", 206},
        {"If-Unmodified-Since: nonsense\r\n", 206},
        {"If-Range: \"one\"\r\n", 206},
        {"If-Range: \"two\"\r\n", 200},
        {"If-Range: Thu, 02 Jan 2020 00:00:00 GMT\r\n", 206},
        {"If-Range: Fri, 03 Jan 2020 00:00:00 GMT\r\n", 200},
    };
    struct origin_file file = {.size = SIZE, .version = 1, .etag = "\"one\""};
    char headers[256];

    begin(NULL);
    origin_add(o, "/file", &file);
    for (size_t i = 0; i < ARRAY_SIZE(tests); i++)
    {
        snprintf(headers, sizeof(headers), "Range: bytes=0-9\r\n%s", tests[i].headers);
        ask("GET", "/file", headers);
        ok(answer.status == tests[i].status, "%s: got status %d.\n", tests[i].headers,
           answer.status);
    }
    file.flags = ORIGIN_NO_PRECONDITIONS;
    origin_add(o, "/file", &file);
    ask("GET", "/file", "If-Match: \"two\"\r\n");
    ok(answer.status == 200, "Got status %d.\n", answer.status);
    end();
}

static void test_flags(void)
{
    begin(NULL);
    origin_add(o, "/file", &(struct origin_file){.size = 30000, .flags = ORIGIN_NO_LENGTH});
    ask("HEAD", "/file", "");
    expect_header("Content-Length", "");
    expect_header("Transfer-Encoding", "chunked");
    reconnect();
    origin_add(o, "/file", &(struct origin_file){.size = 10, .flags = ORIGIN_NO_HEAD});
    ask("HEAD", "/file", "");
    ok(answer.status == 405, "Got status %d.\n", answer.status);
    origin_add(o, "/file", &(struct origin_file){.flags = ORIGIN_NO_LAST_MODIFIED});
    ask("HEAD", "/file", "");
    expect_header("Last-Modified", "");
    origin_add(o, "/many/*", &(struct origin_file){.size = 10, .flags = ORIGIN_CLOSE});
    ask("GET", "/many/1", "");
    expect_header("Connection", "close");
    raw_read(&client, 1, WAIT_MS, &answer.is_ended, &answer.is_reset);
    ok(answer.is_ended && !answer.is_reset, "The connection was kept.\n");
    reconnect();
    origin_add(o, "/many/2", &(struct origin_file){.size = 20, .flags = ORIGIN_CLOSE_SILENTLY});
    ask("GET", "/many/2", "");
    ok(answer.size == 20, "Got %zu bytes.\n", answer.size);
    expect_header("Connection", "");
    raw_read(&client, 1, WAIT_MS, &answer.is_ended, &answer.is_reset);
    ok(answer.is_ended && !answer.is_reset, "The connection was kept.\n");
    end();
}

static void test_journal(void)
{
    struct origin_entry entry;
    char text[64];

    begin(NULL);
    origin_add(o, "/a", &(struct origin_file){.size = SIZE, .version = 5});
    ask("HEAD", "/a", "X-Secret: 42\r\n");
    ask("GET", "/a?x=y", "Range: bytes=10-19\r\n");
    ask("GET", "/b", "");
    ask("GET", "/a", "Range: bytes=99000-\r\n");

    ok(origin_wait_idle(o, NULL, WAIT_MS), "Still busy.\n");
    ok(origin_journal_count(o, NULL) == 4, "Got %zu.\n", origin_journal_count(o, NULL));
    ok(origin_journal_count(o, "/a") == 3, "Got %zu.\n", origin_journal_count(o, "/a"));
    ok(origin_wait_requests(o, "/a", 3, 0), "Not seen.\n");
    ok(!origin_wait_requests(o, "/a", 4, 20), "Made up.\n");

    ok(origin_journal_get(o, "/a", 0, &entry), "No entry.\n");
    ok(!strcmp(entry.method, "HEAD") && entry.ordinal == 1 && entry.status == 200, "Got %s, %d.\n",
       entry.method, entry.status);
    ok(origin_header(entry.head, "x-secret", text, sizeof(text)) && !strcmp(text, "42"),
       "Got %s.\n", text);
    ok(!origin_header(entry.head, "X-Secre", text, sizeof(text)) && !*text, "Got %s.\n", text);
    ok(!entry.body_sent && entry.raw_sent, "Got %llu bytes.\n",
       (unsigned long long)entry.body_sent);

    ok(origin_journal_get(o, "/a", 1, &entry), "No entry.\n");
    ok(entry.ordinal == 1 && entry.status == 206 && entry.version == 5, "Got %d.\n", entry.status);
    ok(entry.range_count == 1 && entry.range.begin == 10 && entry.range.end == 20,
       "Got %u ranges.\n", entry.range_count);
    ok(entry.body_begin == 10 && entry.body_sent == 10, "Got %llu bytes.\n",
       (unsigned long long)entry.body_sent);
    ok(!strcmp(entry.target, "/a?x=y") && !strcmp(entry.path, "/a"), "Got %s.\n", entry.target);
    ok(entry.end == ORIGIN_END_DONE && entry.end_ms >= entry.begin_ms, "Got end %d.\n", entry.end);
    ok(entry.connection == 1, "Got connection %u.\n", entry.connection);

    ok(origin_journal_get(o, "/b", 0, &entry) && entry.status == 404, "Got %d.\n", entry.status);
    ok(origin_journal_get(o, "/a", 2, &entry) && entry.range.end == ORIGIN_OPEN, "Not open.\n");
    ok(!origin_journal_get(o, "/a", 3, &entry), "Made up.\n");
    end();
}

static void test_pacing(void)
{
    uint64_t start, spent;

    begin(NULL);
    origin_add(o, "/slow", &(struct origin_file){.size = 40000, .rate = 100000});
    start = test_ticks();
    ask("GET", "/slow", "");
    spent = test_ticks() - start;
    expect_body(0, 0, 40000);
    ok(spent >= 350 && spent < 5000, "Took %llu ms.\n", (unsigned long long)spent);
    end();
}

static void test_hold(void)
{
    struct origin_entry entry;
    bool is_ended, is_reset;

    begin(NULL);
    origin_add(o, "/file", &(struct origin_file){.size = SIZE, .version = 1});
    origin_hold_after(o, "/file", 1234);
    send_request("GET", "/file", "");
    ok(origin_wait_held(o, "/file", WAIT_MS), "Not held.\n");
    ok(origin_wait_sent(o, "/file", 1234, 0), "Nothing sent.\n");
    ok(!origin_wait_sent(o, "/file", 1235, 20), "Too much sent.\n");
    ok(!origin_wait_idle(o, "/file", 20), "Idle.\n");

    /* The client goes; that is seen, and the next request is held as well. */
    raw_disconnect(&client);
    ok(origin_wait_idle(o, "/file", WAIT_MS), "The end was not seen.\n");
    ok(origin_journal_get(o, "/file", 0, &entry) && entry.end == ORIGIN_END_GONE, "Got end %d.\n",
       entry.end);
    reconnect();
    send_request("GET", "/file", "Range: bytes=1234-\r\n");
    ok(origin_wait_held(o, "/file", WAIT_MS), "Not held.\n");
    raw_read(&client, 100000, 20, &is_ended, &is_reset);
    ok(client.buffered < 1000, "Got %zu bytes.\n", client.buffered);

    origin_release(o, "/file");
    ok(receive(true), "No answer.\n");
    expect_body(1, 1234, SIZE - 1234);
    ok(!origin_wait_held(o, "/file", 0), "Held.\n");
    ok(origin_check_no_overlap(o, "/file", NULL, 0), "The oracle sees an overlap.\n");
    end();
}

static void test_swap(void)
{
    struct origin_file one = {.size = SIZE, .version = 1}, two = {.size = 5000, .version = 2};

    begin(NULL);
    origin_add(o, "/file", &one);
    origin_swap_after(o, "/file", 60000, &two, true);
    ask("GET", "/file", "");
    expect_body(1, 0, 60000);
    ok(answer.is_ended && !answer.is_reset, "The connection was kept.\n");
    reconnect();
    ask("HEAD", "/file", "");
    expect_header("Content-Length", "5000");

    /* Quietly: the answer goes on. */
    origin_add(o, "/quiet", &one);
    origin_swap_after(o, "/quiet", 60000, &two, false);
    ask("GET", "/quiet", "");
    expect_body(1, 0, SIZE);
    ask("GET", "/quiet", "");
    expect_body(2, 0, 5000);

    /* Between HEAD and GET. */
    origin_add(o, "/zero", &one);
    origin_swap_after(o, "/zero", 0, &two, true);
    ask("HEAD", "/zero", "");
    expect_header("Content-Length", "100000");
    ask("GET", "/zero", "");
    expect_body(2, 0, 5000);
    end();
}

static void test_cut(void)
{
    static const unsigned int flags[] = {0, ORIGIN_CUT_RESET};
    bool is_ended, is_reset;

    begin(NULL);
    origin_add(o, "/file", &(struct origin_file){.size = SIZE, .version = 1});
    for (unsigned int i = 0; i < ARRAY_SIZE(flags); i++)
    {
        winetest_push_context("flags %#x", flags[i]);
        origin_cut_after(o, "/file", 40000, flags[i], 1);
        reconnect();
        ask("HEAD", "/file", "");
        ask("GET", "/file", "Range: bytes=20000-\r\n");
        expect_body(1, 20000, 40000);
        ok(answer.is_ended, "The connection was kept.\n");
        if (can_see_resets())
            ok(answer.is_reset == (flags[i] == ORIGIN_CUT_RESET), "Reset %d.\n", answer.is_reset);
        reconnect();
        ask("GET", "/file", "");
        expect_body(1, 0, SIZE);
        winetest_pop_context();
    }
    for (unsigned int n = 0; n <= 200; n += 20)
    {
        origin_cut_after(o, "/file", n, ORIGIN_CUT_RAW | ORIGIN_CUT_ANY, 1);
        reconnect();
        send_request("GET", "/file", "");
        raw_read(&client, 100000, WAIT_MS, &is_ended, &is_reset);
        ok(client.buffered == n && is_ended, "After %u: got %zu bytes.\n", n, client.buffered);
    }
    end();
}

static void handle_script(struct origin_conn *c, const struct origin_request *r, void *ctx)
{
    unsigned int *calls = ctx;

    ++*calls;
    switch (r->ordinal)
    {
    case 1:
        origin_sendf(c, "HTTP/1.1 200 OK\r\nContent-Length: %d\r\n\r\n", 10);
        origin_send(c, "abcde", 5);
        if (!origin_pause(c, 30)) return;
        origin_send(c, "fghij", 5);
        break;
    case 2:
        origin_sendf(c, "HTTP/1.1 200 OK\r\nContent-Length: 500\r\n\r\n");
        if (!origin_wait_gate(c, 3)) return;
        origin_send_body(c, 9, 1000, 500);
        break;
    case 3:
        origin_sendf(c, "HTTP/1.1 200 OK\r\n");
        origin_reset(c);
        ok(!origin_send(c, "x", 1), "Sent on a reset connection.\n");
        break;
    default:
        origin_stall(c);
    }
}

static void test_handler(void)
{
    unsigned int calls = 0;
    uint64_t start;

    begin(NULL);
    origin_handle(o, "/script", handle_script, &calls);
    ask("GET", "/script", "");
    ok(answer.size == 10 && !memcmp(answer.body, "abcdefghij", 10), "Got %zu bytes.\n",
       answer.size);

    send_request("GET", "/script", "");
    ok(origin_wait_held(o, "/script", WAIT_MS), "Not held.\n");
    origin_open_gate(o, 3);
    ok(receive(true), "No answer.\n");
    expect_body(9, 1000, 500);

    send_request("GET", "/script", "");
    ok(!receive(true), "Got an answer.\n");
    ok(answer.is_ended, "The connection was kept.\n");
    if (can_see_resets()) ok(answer.is_reset, "It was not reset.\n");

    reconnect();
    send_request("GET", "/script", "");
    ok(origin_wait_held(o, "/script", WAIT_MS), "Not held.\n");
    start = test_ticks();
    origin_stop(o);
    ok(test_ticks() - start < 5000, "Stopped after %llu ms.\n",
       (unsigned long long)(test_ticks() - start));
    ok(calls == 4, "Got %u calls.\n", calls);
    ok(origin_journal_count(o, "/script") == 4, "The journal is gone.\n");
    end();
}

static void handle_upload(struct origin_conn *c, const struct origin_request *r, void *ctx)
{
    char buffer[64];
    int got, total = 0;

    (void)ctx;
    while ((got = origin_recv_body(c, buffer, sizeof(buffer))) > 0)
        total += got;
    origin_sendf(c, "HTTP/1.1 200 OK\r\nContent-Length: 0\r\nX-Got: %d/%u\r\n\r\n", total,
                 (unsigned int)r->body_size);
}

static void test_request_body(void)
{
    begin(NULL);
    origin_handle(o, "/up", handle_upload, NULL);
    raw_send(&client, "PUT /up HTTP/1.1\r\nContent-Length: 10\r\n\r\n01234");
    raw_send(&client, "56789GET /up HTTP/1.1\r\n\r\n");
    ok(receive(true), "No answer.\n");
    expect_header("X-Got", "10/10");
    ok(receive(true), "No answer.\n");
    expect_header("X-Got", "0/0");

    /* What the handler leaves is no request. */
    raw_send(&client, "PUT /other HTTP/1.1\r\nContent-Length: 10\r\n\r\n0123456789");
    ok(receive(true) && answer.status == 404, "Got status %d.\n", answer.status);
    raw_send(&client, "PUT /up HTTP/1.1\r\nContent-Length: 1\r\nExpect: 100-continue\r\n\r\n");
    ok(receive(false) && answer.status == 100, "Got status %d.\n", answer.status);
    raw_send(&client, "x");
    ok(receive(true) && answer.status == 200, "Got status %d.\n", answer.status);
    end();
}

static void test_no_overlap(void)
{
    static const uint64_t stops[] = {30000};
    struct origin_tally tally;

    begin(NULL);
    origin_add(o, "/file", &(struct origin_file){.size = SIZE, .version = 1});
    ask("GET", "/file", "Range: bytes=0-39999\r\n");
    ask("GET", "/file", "Range: bytes=30000-99998\r\n");

    /* The client may have stopped at 30000, or have fetched 10000 bytes twice. */
    origin_count(o, "/file", 1, NULL, 0, &tally);
    ok(tally.twice == 10000 && tally.missing == 1, "Got %llu twice, %llu missing.\n",
       (unsigned long long)tally.twice, (unsigned long long)tally.missing);
    ok(tally.gets == 2 && !tally.heads && tally.sent == 109999, "Got %u requests.\n", tally.gets);
    origin_count(o, "/file", 1, stops, 1, &tally);
    ok(!tally.twice, "Got %llu twice.\n", (unsigned long long)tally.twice);
    ask("GET", "/file", "Range: bytes=99999-\r\n");
    ok(origin_check_no_overlap(o, "/file", stops, 1), "The oracle sees an overlap.\n");

    /* In any order and around what is there: 5 + 10 + 5. */
    origin_add(o, "/mix", &(struct origin_file){.size = 100, .version = 1});
    ask("GET", "/mix", "Range: bytes=10-19, 30-39\r\n");
    ask("GET", "/mix", "Range: bytes=15-44\r\n");
    origin_count(o, "/mix", 1, NULL, 0, &tally);
    ok(tally.twice == 15 && tally.missing == 65, "Got %llu twice, %llu missing.\n",
       (unsigned long long)tally.twice, (unsigned long long)tally.missing);

    /* Another version is another file. */
    origin_add(o, "/mix", &(struct origin_file){.size = 100, .version = 2});
    ask("GET", "/mix", "");
    origin_count(o, "/mix", ORIGIN_ANY_VERSION, NULL, 0, &tally);
    ok(tally.twice == 15 && !tally.missing, "Got %llu twice, %llu missing.\n",
       (unsigned long long)tally.twice, (unsigned long long)tally.missing);
    end();
}

static void test_connections(void)
{
    struct raw_client more[20];
    bool is_ended, is_reset;

    begin(NULL);
    origin_add(o, "/file", &(struct origin_file){.size = 10, .version = 1});
    ask("GET", "/file", "");
    for (size_t i = 0; i < ARRAY_SIZE(more); i++)
        ok(raw_connect(&more[i], false, origin_port(o)), "Could not connect.\n");
    for (size_t i = 0; i < ARRAY_SIZE(more); i++)
        raw_send(&more[i], "GET /file HTTP/1.1\r\n\r\n");
    ok(origin_wait_requests(o, "/file", 21, WAIT_MS), "Not seen.\n");
    ok(!origin_wait_connections(o, 20, 20), "Connections got lost.\n");
    for (size_t i = 0; i < ARRAY_SIZE(more); i++)
        raw_disconnect(&more[i]);
    ok(origin_wait_connections(o, 1, WAIT_MS), "Connections are left.\n");

    origin_set_accepting(o, false);
    /* The acceptor may be about to take one more. */
    ok(raw_connect(&more[0], false, origin_port(o)), "Could not connect.\n");
    ok(raw_connect(&more[1], false, origin_port(o)), "Could not connect.\n");
    raw_send(&more[1], "GET /file HTTP/1.1\r\n\r\n");
    raw_read(&more[1], 1, 100, &is_ended, &is_reset);
    ok(!more[1].buffered && !is_ended, "It was accepted.\n");
    origin_set_accepting(o, true);
    raw_read(&more[1], 1, WAIT_MS, &is_ended, &is_reset);
    ok(more[1].buffered, "It was not accepted.\n");
    raw_disconnect(&more[0]);
    raw_disconnect(&more[1]);

    ok(!raw_connect(&more[0], false, origin_dead_port()), "Connected to nobody.\n");
    end();
}

static void test_bad_requests(void)
{
    static const char *const requests[] = {"\r\n\r\n",
                                           "GET\r\n\r\n",
                                           "GET /file\r\n\r\n",
                                           "GET  HTTP/1.1\r\n\r\n",
                                           "GET /file FTP/1.1\r\n\r\n",
                                           "GET /file HTTP/1.1\r\nContent-Length: x\r\n\r\n"};
    bool is_ended, is_reset;

    begin(NULL);
    for (size_t i = 0; i < ARRAY_SIZE(requests); i++)
    {
        reconnect();
        raw_send(&client, requests[i]);
        raw_read(&client, 1, WAIT_MS, &is_ended, &is_reset);
        ok(is_ended, "Request %zu was taken.\n", i);
    }
    end();
}

static void test_address(void)
{
    struct origin_options options = {.is_v6 = true, .send_buffer = 4096};
    char url[64], expected[64];

    o = origin_start(NULL);
    snprintf(expected, sizeof(expected), "http://127.0.0.1:%u/x", origin_port(o));
    ok(!strcmp(origin_url(o, "/x", url, sizeof(url)), expected), "Got %s.\n", url);
    origin_destroy(o);

    if (!(o = origin_start(&options)))
    {
        skip("There is no ::1.\n");
        return;
    }
    snprintf(expected, sizeof(expected), "http://[::1]:%u/x", origin_port(o));
    ok(!strcmp(origin_url(o, "/x", url, sizeof(url)), expected), "Got %s.\n", url);
    ok(raw_connect(&client, true, origin_port(o)), "Could not connect.\n");
    origin_add(o, "/file", &(struct origin_file){.size = SIZE, .version = 1});
    ask("GET", "/file", "");
    expect_body(1, 0, SIZE);
    end();
}

START_TEST(origin_selftest)
{
    RUN_TEST(test_synthetic);
    RUN_TEST(test_whole);
    RUN_TEST(test_ranges);
    RUN_TEST(test_huge_file);
    RUN_TEST(test_several_ranges);
    RUN_TEST(test_preconditions);
    RUN_TEST(test_flags);
    RUN_TEST(test_journal);
    RUN_TEST(test_pacing);
    RUN_TEST(test_hold);
    RUN_TEST(test_swap);
    RUN_TEST(test_cut);
    RUN_TEST(test_handler);
    RUN_TEST(test_request_body);
    RUN_TEST(test_no_overlap);
    RUN_TEST(test_connections);
    RUN_TEST(test_bad_requests);
    RUN_TEST(test_address);
}
