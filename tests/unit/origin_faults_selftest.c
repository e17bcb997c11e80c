/* SPDX-License-Identifier: LGPL-2.1-or-later
 *
 * Every fault of the catalogue does what it says, on the wire. */
#include "harness/test.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "harness/origin_faults.h"
#include "harness/raw_client.h"
#include "harness/synthetic.h"

#define WAIT_MS 20000
#define LIMIT   200000
#define SIZE    1000

static struct origin *o;
static struct raw_client client;
static bool is_ended;

static char *text; /* all that came, terminated; NULs are shown as '?' */
static size_t text_size;

/* Sends one request on a new connection and reads until the end, the limit or the silence. */
static void ask(const char *method, const char *headers, unsigned int ms)
{
    bool is_reset;
    char request[512];

    raw_disconnect(&client);
    ok(raw_connect(&client, false, origin_port(o)), "Could not connect.\n");
    snprintf(request, sizeof(request), "%s /file HTTP/1.1\r\nConnection: close\r\n%s\r\n", method,
             headers);
    raw_send(&client, request);
    text_size = raw_read(&client, LIMIT, ms, &is_ended, &is_reset);
    free(text);
    text = calloc(text_size + 1, 1);
    for (size_t i = 0; i < text_size; i++)
        text[i] = client.buffer[i] ? client.buffer[i] : '?';
}

static void add(const char *name, uint64_t n, const char *fault_text)
{
    struct origin_fault_use use = {
        .file = {.size = SIZE, .version = 1}, .n = n, .text = fault_text};

    ok(origin_add_fault(o, "/file", name, &use), "There is no fault %s.\n", name);
}

static size_t body_at(void)
{
    const char *end = strstr(text, "\r\n\r\n");

    return end ? (size_t)(end + 4 - text) : text_size;
}

static bool has_body(uint32_t version, uint64_t offset, size_t size)
{
    size_t at = body_at();

    return text_size - at == size &&
           synthetic_check(version, offset, client.buffer + at, size) == size;
}

static bool begins_with(const char *start)
{
    return !strncmp(text, start, strlen(start));
}

/* ---- The catalogue as a whole ---- */

/* n and text that mean something to most. */
static void test_all(void)
{
    const struct origin_fault *fault, *other;

    o = origin_start(NULL);
    for (size_t i = 0; (fault = origin_fault_at(i)); i++)
    {
        winetest_push_context("%s", fault->name);
        for (size_t k = 0; k < i; k++)
        {
            other = origin_fault_at(k);
            ok(strcmp(other->name, fault->name) != 0, "The name is used twice.\n");
        }
        ok(fault->what && *fault->what, "It does not say what it does.\n");
        add(fault->name, strstr(fault->name, "status") ? 404 : 20, "200 Text");
        ask("HEAD", "", 50);
        ask("GET", "", 50);
        ask("GET", "Range: bytes=100-199\r\n", 50);
        ask("CONNECT", "", 50);
        ok(origin_fault_hits(o, "/file"), "Nothing was hit.\n");
        winetest_pop_context();
    }
    raw_disconnect(&client);
    ok(origin_wait_connections(o, 0, WAIT_MS), "Connections are left.\n");
    ok(!origin_add_fault(o, "/file", "no such fault", &(struct origin_fault_use){.n = 0}),
       "It is there.\n");
    origin_destroy(o);
}

static void test_after_and_times(void)
{
    struct origin_fault_use use = {
        .file = {.size = SIZE, .version = 1}, .n = 503, .after = 1, .times = 2};
    static const bool is_hit[] = {false, true, true, false, false};

    o = origin_start(NULL);
    origin_add_fault(o, "/file", "get_status", &use);
    for (size_t i = 0; i < ARRAY_SIZE(is_hit); i++)
    {
        ask("HEAD", "", WAIT_MS);
        ok(begins_with("HTTP/1.1 200"), "HEAD %zu: got %.20s.\n", i, text);
        ask("GET", "", WAIT_MS);
        ok(begins_with(is_hit[i] ? "HTTP/1.1 503" : "HTTP/1.1 200"), "GET %zu: got %.20s.\n", i,
           text);
    }
    ok(origin_fault_hits(o, "/file") == 2, "Got %u hits.\n", origin_fault_hits(o, "/file"));
    raw_disconnect(&client);
    origin_destroy(o);
}

/* ---- One by one ---- */

/* What an answer holds, and what it must not hold. */
static void test_heads(void)
{
    static const struct
    {
        const char *name;
        uint64_t n;
        const char *text;
        const char *method;
        const char *range;
        const char *with;
        const char *without;
    } tests[] = {
        {"status", 416, "X-A: b\r\n", "GET", "", "HTTP/1.1 416 ", NULL},
        {"status", 416, "X-A: b\r\n", "HEAD", "", "\r\nX-A: b\r\n", NULL},
        {"head_status", 405, NULL, "HEAD", "", "HTTP/1.1 405 ", NULL},
        {"head_status", 405, NULL, "GET", "", "HTTP/1.1 200 ", NULL},
        {"resume_status", 412, NULL, "GET", "Range: bytes=1-\r\n", "HTTP/1.1 412 ", NULL},
        {"resume_status", 412, NULL, "GET", "Range: bytes=0-\r\n", "HTTP/1.1 206 ", NULL},
        {"connect_status", 407, NULL, "CONNECT", "", "HTTP/1.1 407 ", NULL},
        {"status_line", 0, "HTTP/3.7 200 OK", "GET", "", "HTTP/3.7 200 OK\r\nContent-T", NULL},
        {"interim", 3, "100 Continue", "HEAD", "",
         "HTTP/1.1 100 Continue\r\n\r\nHTTP/1.1 100 Continue\r\n\r\n"
         "HTTP/1.1 100 Continue\r\n\r\nHTTP/1.1 200 OK\r\n",
         NULL},
        {"redirect_loop", 0, NULL, "GET", "", "\r\nLocation: /file?again=", NULL},
        {"head_no_length", 0, NULL, "HEAD", "", "HTTP/1.1 200 ", "Content-Length"},
        {"head_no_length", 0, NULL, "GET", "", "Content-Length: 1000\r\n", NULL},
        {"head_length", 0, "5, 6", "HEAD", "", "\r\nContent-Length: 5, 6\r\n", NULL},
        {"head_size", 77, NULL, "HEAD", "", "\r\nContent-Length: 77\r\n", NULL},
        {"head_size", 77, NULL, "GET", "", "\r\nContent-Length: 1000\r\n", NULL},
        {"two_lengths", 1, NULL, "GET", "", "\r\nContent-Length: 1001\r\n", NULL},
        {"two_lengths", 1, NULL, "GET", "", "\r\nContent-Length: 1000\r\n", NULL},
        {"length_and_chunked", 0, NULL, "GET", "", "\r\nTransfer-Encoding: chunked\r\n", NULL},
        {"length_and_chunked", 0, NULL, "GET", "", "\r\nContent-Length: 1000\r\n", NULL},
        {"header_text", 0, "Bare: lf\n", "HEAD", "", "\r\nBare: lf\n\r\n", NULL},
        {"header_nul", 0, NULL, "HEAD", "", "\r\nNul: a?b\r\n\r\n", NULL},
        {"header_line", 5, NULL, "HEAD", "", "\r\nX-Long: xxxxx\r\n\r\n", NULL},
        {"header_lines", 1, NULL, "HEAD", "", "\r\nX-Line: 123456\r\n\r\n", NULL},
        {"header_lines", 1000, NULL, "GET", "", "X-Line: 123456\r\nX-Line: 123456\r\n", NULL},
        {"ignore_resume", 0, NULL, "GET", "Range: bytes=1-\r\n", "HTTP/1.1 200 ", "Content-Range"},
        {"ignore_resume", 0, NULL, "GET", "Range: bytes=0-\r\n", "HTTP/1.1 206 ", NULL},
        {"page", 0, NULL, "GET", "", "\r\nContent-Type: text/html\r\n", "Content-Range"},
        {"encoded", 0, NULL, "GET", "", "\r\nContent-Encoding: gzip\r\n", NULL},
        {"encoded", 0, "br", "GET", "", "\r\nContent-Encoding: br\r\n", NULL},
        {"glued_answer", 0, NULL, "GET", "", "HTTP/1.1 200 OK\r\nContent-Length: 12\r\n\r\nnot",
         NULL},
        {"chunked", 0, NULL, "HEAD", "", "\r\nTransfer-Encoding: chunked\r\n", "Content-Length"},
        {"chunked", 0, NULL, "GET", "", "\r\n\r\n3e8\r\n", "Content-Length"},
        {"chunk_size", 0, "fff", "GET", "", "\r\n\r\nfff\r\n", "Content-Length"},
        {"chunk_extension", 3, NULL, "GET", "", "\r\n\r\n3e8;xxx\r\n", "Content-Length"},
        {"connect_rubbish", 0, "HELLO", "CONNECT", "", "established\r\n\r\nHELLO", NULL},
        {"old_whole", 0, NULL, "GET", "Range: bytes=9-\r\n", "Via: ", "Content-Range"},
    };

    o = origin_start(NULL);
    for (size_t i = 0; i < ARRAY_SIZE(tests); i++)
    {
        winetest_push_context("%s to %s %s", tests[i].name, tests[i].method, tests[i].range);
        add(tests[i].name, tests[i].n, tests[i].text);
        ask(tests[i].method, tests[i].range, 2000);
        ok(strstr(text, tests[i].with) != NULL, "Got %.400s.\n", text);
        if (tests[i].without) ok(!strstr(text, tests[i].without), "Got %.400s.\n", text);
        winetest_pop_context();
    }
    raw_disconnect(&client);
    origin_destroy(o);
}

/* What is said about a range, and what comes: the range 100-199 is asked for. */
static void test_range_faults(void)
{
    static const struct
    {
        const char *name;
        uint64_t n;
        const char *text;
        const char *content_range;
        const char *length;
        uint32_t version;
        uint64_t begin;
        size_t size;
    } tests[] = {
        {"ignore_range", 0, NULL, "", "1000", 1, 0, SIZE},
        {"range_shifted", 10, NULL, "bytes 110-209/1000", "100", 1, 110, 100},
        {"range_shifted_back", 10, NULL, "bytes 90-189/1000", "100", 1, 90, 100},
        {"range_longer", 10, NULL, "bytes 100-209/1000", "110", 1, 100, 110},
        {"range_shorter", 10, NULL, "bytes 100-189/1000", "90", 1, 100, 90},
        {"range_length", 10, NULL, "bytes 100-199/1000", "110", 1, 100, 110},
        {"range_wrong_bytes", 10, NULL, "bytes 100-199/1000", "100", 1, 110, 100},
        {"range_other_total", 5, NULL, "bytes 100-199/5", "100", 1, 100, 100},
        {"range_star_total", 0, NULL, "bytes 100-199/*", "100", 1, 100, 100},
        {"range_missing", 0, NULL, "", "100", 1, 100, 100},
        {"range_text", 0, "items 1-2/3", "items 1-2/3", "100", 1, 100, 100},
        {"range_two", 10, NULL, "bytes 100-199/1000", "100", 1, 100, 100},
        {"version", 3, NULL, "bytes 100-199/1000", "100", 3, 100, 100},
        {"other_content", 3, NULL, "bytes 100-199/1000", "100", 3, 100, 100},
        {"old_whole", 3, NULL, "", "1000", 3, 0, SIZE},
        {"short_body", 30, NULL, "bytes 100-199/1000", "100", 1, 100, 30},
        {"short_body_reset", 30, NULL, "bytes 100-199/1000", "100", 1, 100, 30},
        {"long_body", 30, NULL, "bytes 100-199/1000", "100", 1, 100, 130},
        {"get_length", 0, "77", "bytes 100-199/1000", "77", 1, 100, 100},
        {"no_length", 0, NULL, "bytes 100-199/1000", "", 1, 100, 100},
        {"drip_head", 0, NULL, "bytes 100-199/1000", "100", 1, 100, 100},
        {"drip_body", 0, NULL, "bytes 100-199/1000", "100", 1, 100, 100},
        {"close_later", 10, NULL, "bytes 100-199/1000", "100", 1, 100, 100},
        {"encoded", 0, NULL, "bytes 100-199/1000", "100", 1, 100, 100},
    };
    char value[128];

    o = origin_start(NULL);
    for (size_t i = 0; i < ARRAY_SIZE(tests); i++)
    {
        winetest_push_context("%s", tests[i].name);
        add(tests[i].name, tests[i].n, tests[i].text);
        ask("GET", "Range: bytes=100-199\r\n", WAIT_MS);
        ok(is_ended, "The connection was kept.\n");
        origin_header(text, "Content-Range", value, sizeof(value));
        ok(!strcmp(value, tests[i].content_range), "Got Content-Range: %s.\n", value);
        origin_header(text, "Content-Length", value, sizeof(value));
        ok(!strcmp(value, tests[i].length), "Got Content-Length: %s.\n", value);
        ok(has_body(tests[i].version, tests[i].begin, tests[i].size), "Got %zu bytes of body.\n",
           text_size - body_at());
        winetest_pop_context();
    }
    raw_disconnect(&client);
    origin_destroy(o);
}

static void test_changing(void)
{
    static const char *const methods[] = {"HEAD", "GET", "HEAD", "GET", "GET"};
    char value[ARRAY_SIZE(methods)][64];

    o = origin_start(NULL);
    add("changing", 0, NULL);
    for (size_t i = 0; i < ARRAY_SIZE(methods); i++)
    {
        ask(methods[i], "Range: bytes=100-199\r\n", WAIT_MS);
        ok(origin_header(text, "Last-Modified", value[i], sizeof(value[i])), "Got %s.\n", text);
        for (size_t k = 0; k < i; k++)
            ok(strcmp(value[i], value[k]) != 0, "Answers %zu and %zu are alike.\n", i, k);
    }
    raw_disconnect(&client);
    origin_destroy(o);
}

static unsigned int count_of(const char *part)
{
    unsigned int count = 0;

    for (const char *found = text; (found = strstr(found, part)); found++)
        count++;
    return count;
}

static void test_parts(void)
{
    static const struct
    {
        const char *name;
        uint64_t n;
        const char *named; /* after "byteranges" */
        const char *first; /* what is said of the parts, in order */
        const char *second;
        bool is_ended;
        const char *before; /* the first boundary, after the head */
    } tests[] = {
        {"parts", 0, "; boundary=0fA9kZ-origin-part\r\n", "0-9/", "50-59/", true, ""},
        {"parts_unnamed", 0, "\r\n", "0-9/", "50-59/", true, ""},
        {"parts_misnamed", 0, "; boundary=some-other-boundary\r\n", "0-9/", "50-59/", true, ""},
        {"parts_unended", 0, "; boundary=0fA9kZ-origin-part\r\n", "0-9/", "50-59/", false, ""},
        {"parts_reversed", 0, "; boundary=0fA9kZ-origin-part\r\n", "50-59/", "0-9/", true, ""},
        {"parts_overlapping", 0, "; boundary=0fA9kZ-origin-part\r\n", "0-9/", "40-59/", true, ""},
        {"parts_lines", 3, "; boundary=0fA9kZ-origin-part\r\n", "0-9/", "50-59/", true,
         "\r\n\r\n\r\n"},
    };
    char value[128], expected[64];
    const char *first, *second, *line;

    o = origin_start(NULL);
    for (size_t i = 0; i < ARRAY_SIZE(tests); i++)
    {
        winetest_push_context("%s", tests[i].name);
        add(tests[i].name, tests[i].n, NULL);
        ask("GET", "Range: bytes=0-9,50-59\r\n", WAIT_MS);
        snprintf(expected, sizeof(expected), "multipart/byteranges%s", tests[i].named);
        ok(strstr(text, expected) != NULL, "Got %.200s.\n", text);
        first = strstr(text, tests[i].first);
        second = strstr(text, tests[i].second);
        ok(first && second && first < second, "The parts are not as said.\n");
        ok(count_of("--0fA9kZ-origin-part--\r\n") == tests[i].is_ended,
           "The end is not as said.\n");
        snprintf(expected, sizeof(expected), "\r\n\r\n%s--0fA9kZ", tests[i].before);
        ok(strstr(text, expected) != NULL, "The first boundary is elsewhere.\n");
        origin_header(text, "Content-Length", value, sizeof(value));
        ok(strtoull(value, NULL, 10) == text_size - body_at(), "Got Content-Length: %s.\n", value);
        winetest_pop_context();
    }

    /* The lines that are more have this many bytes, with CRLF. */
    add("parts_headers", 180, NULL);
    ask("GET", "Range: bytes=0-9,50-59\r\n", WAIT_MS);
    ok(count_of("X-Extra: ") == 2, "Got %.400s.\n", text);
    line = strstr(text, "X-Extra: ");
    ok(line && strcspn(line, "\n") + 1 == 180, "Got %.400s.\n", text);
    add("parts", 0, NULL);
    ask("GET", "Range: bytes=7-9\r\n", WAIT_MS);
    ok(count_of("Content-Range: bytes 7-9/1000") == 1, "Got %.400s.\n", text);
    raw_disconnect(&client);
    origin_destroy(o);
}

static void test_endless(void)
{
    static const char *const names[] = {"header_lines", "chunk_endless"};

    o = origin_start(NULL);
    for (size_t i = 0; i < ARRAY_SIZE(names); i++)
    {
        add(names[i], 0, NULL);
        ask("GET", "", WAIT_MS);
        ok(text_size >= LIMIT && !is_ended, "%s: ended after %zu bytes.\n", names[i], text_size);
    }
    add("trailer_endless", 0, NULL);
    ask("GET", "", WAIT_MS);
    ok(text_size >= LIMIT && strstr(text, "\r\n0\r\nX-Trailer: ") != NULL, "Got %zu bytes.\n",
       text_size);
    add("interim", 1000000, "100 Continue");
    ask("GET", "", WAIT_MS);
    ok(text_size >= LIMIT && count_of("100 Continue") > 1000, "Got %zu bytes.\n", text_size);
    raw_disconnect(&client);
    ok(origin_wait_idle(o, NULL, WAIT_MS), "It goes on without a client.\n");
    origin_destroy(o);
}

static void test_silence(void)
{
    static const struct
    {
        const char *name;
        bool is_ended;
        size_t least, most;
    } tests[] = {
        {"stall", false, 0, 0},
        {"get_stall", false, 0, 0},
        {"gate", false, 0, 0},
        {"get_gate", false, 0, 0},
        {"close", true, 0, 0},
        {"get_close", true, 0, 0},
        {"reset", true, 0, 0},
        {"get_reset", true, 0, 0},
        {"stall_in_head", false, 20, 300},
        {"close_in_head", true, 20, 300},
    };

    o = origin_start(NULL);
    for (size_t i = 0; i < ARRAY_SIZE(tests); i++)
    {
        winetest_push_context("%s", tests[i].name);
        add(tests[i].name, 1, NULL);
        ask("GET", "", tests[i].is_ended ? WAIT_MS : 100);
        ok(is_ended == tests[i].is_ended, "Ended: %d.\n", is_ended);
        ok(text_size >= tests[i].least && text_size <= tests[i].most, "Got %zu bytes.\n",
           text_size);
        ok(!strstr(text, "\r\n\r\n"), "Got a whole head.\n");
        winetest_pop_context();
    }
    add("stall_in_body", 100, NULL);
    ask("GET", "", 100);
    ok(!is_ended && has_body(1, 0, 100), "Got %zu bytes.\n", text_size);
    add("chunk_cut", 100, NULL);
    ask("GET", "", WAIT_MS);
    ok(is_ended && strstr(text, "\r\n\r\n3e8\r\n") != NULL, "Got %zu bytes.\n", text_size);
    ok(text_size - body_at() == 5 + 100, "Got %zu bytes.\n", text_size);
    add("body_only", 0, NULL);
    ask("GET", "", WAIT_MS);
    ok(text_size == SIZE && synthetic_check(1, 0, client.buffer, SIZE) == SIZE, "Got %zu bytes.\n",
       text_size);

    add("gate", 2, NULL);
    origin_open_gate(o, 2);
    ask("GET", "", WAIT_MS);
    ok(has_body(1, 0, SIZE), "Got %zu bytes.\n", text_size);
    raw_disconnect(&client);
    origin_destroy(o);
}

static void test_lists(void)
{
    static const struct
    {
        const char *const *list;
        const char *fault;
    } lists[] = {{origin_bad_lengths, "get_length"},
                 {origin_bad_content_ranges, "range_text"},
                 {origin_bad_status_lines, "status_line"},
                 {origin_bad_headers, "header_text"},
                 {origin_bad_chunk_sizes, "chunk_size"}};
    struct origin_file file = {.size = SIZE};

    o = origin_start(NULL);
    for (size_t i = 0; i < ARRAY_SIZE(lists); i++)
        for (size_t k = 0; lists[i].list[k]; k++)
        {
            add(lists[i].fault, 0, lists[i].list[k]);
            ask("GET", "Range: bytes=100-199\r\n", WAIT_MS);
            ok(strstr(text, lists[i].list[k]) != NULL, "%s: got %.200s.\n", lists[i].fault, text);
        }
    for (size_t i = 0; origin_bad_dates[i]; i++)
    {
        file.last_modified = origin_bad_dates[i];
        origin_add(o, "/file", &file);
        ask("GET", "", WAIT_MS);
        ok(strstr(text, origin_bad_dates[i]) != NULL, "%s: got %.200s.\n", origin_bad_dates[i],
           text);
    }
    raw_disconnect(&client);
    origin_destroy(o);
}

START_TEST(origin_faults_selftest)
{
    RUN_TEST(test_all);
    RUN_TEST(test_after_and_times);
    RUN_TEST(test_heads);
    RUN_TEST(test_range_faults);
    RUN_TEST(test_changing);
    RUN_TEST(test_parts);
    RUN_TEST(test_endless);
    RUN_TEST(test_silence);
    RUN_TEST(test_lists);
    free(text);
}
