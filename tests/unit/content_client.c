/* SPDX-License-Identifier: LGPL-2.1-or-later
 *
 * peer/content_client.c, against scripts and against our own server. R1 and so on are the vectors
 * of the specification. */
#include "harness/content_vectors.h"
#include "harness/fake_records.h"

#include "peer/content_client.h"
#include "peer/content_server.h"
#include "peer/content_values.h"

static tick_t now;
static bool trusted;
static struct content_client *client;

static tick_t ticks(void *ctx)
{
    (void)ctx;
    return now;
}

static filetime_t filetime(void *ctx)
{
    (void)ctx;
    return VECTOR_MTIME;
}

static const struct clock test_clock = {ticks, filetime, NULL};

static const struct content_query query = {
    .url = (char *)VECTOR_URL, .mtime = VECTOR_MTIME, .max_records = 5};

/* What reached the sink. */
static struct
{
    uint8_t data[1000];
    uint64_t next;
    size_t size;
    bool is_wrong;
    HRESULT failure;
} sunk;

static HRESULT sink_write(void *ctx, uint64_t position, const void *data, size_t size)
{
    (void)ctx;
    if (FAILED(sunk.failure)) return sunk.failure;
    if (position != sunk.next || size > sizeof(sunk.data) - sunk.size)
        sunk.is_wrong = true;
    else
        memcpy(sunk.data + sunk.size, data, size);
    sunk.size += size;
    sunk.next += size;
    return S_OK;
}

static const struct content_sink sink = {sink_write, NULL};

static void begin(void)
{
    now = 1000;
    trusted = true;
    content_client_destroy(client);
    ok(content_client_create("alpha.lab.example", 2178, &test_clock, &client) == S_OK,
       "No client.\n");
}

static void end(void)
{
    content_client_destroy(client);
    client = NULL;
}

static void send_all(struct byte_buffer *out)
{
    const void *data;
    size_t size = content_client_output(client, &data);

    byte_buffer_clear(out);
    byte_buffer_add(out, data, size);
    content_client_sent(client, size);
}

static void hear(const void *data, size_t size, size_t step)
{
    const uint8_t *bytes = data;

    for (size_t at = 0; at < size; at += step)
    {
        size_t count = size - at < step ? size - at : step;
        uint8_t *copy = malloc(count);

        memcpy(copy, bytes + at, count);
        content_client_receive(client, copy, count);
        free(copy);
    }
}

static void expect(const char *id, enum content_outcome expected, bool is_reusable)
{
    enum content_outcome outcome;

    ok(content_client_is_over(client, &outcome), "%s: not over.\n", id);
    ok(outcome == expected, "%s: got %u.\n", id, outcome);
    ok(content_client_is_reusable(client) == is_reusable, "%s: reusable %d.\n", id,
       content_client_is_reusable(client));
    ok(content_client_deadline(client) == TICK_NEVER, "%s: a deadline.\n", id);
}

static struct content_wish wish_of(const char *id, uint64_t first, uint64_t end, uint64_t total)
{
    struct content_wish wish = {.begin = first, .end = end, .total = total};

    content_parse_guid(id, strlen(id), &wish.id);
    return wish;
}

static void fetch(const struct content_wish *wish)
{
    memset(&sunk, 0, sizeof(sunk));
    sunk.next = wish->begin;
    ok(content_client_fetch(client, wish, &sink) == S_OK, "Does not begin.\n");
}

static void test_requests(void)
{
    static const char head[] = "POST /BITS-peer-caching HTTP/1.1\r\nAccept: */*\r\n"
                               "X-ETW-ACTIVITY-ID: {";
    static const char rest[] = "}\r\nUser-Agent: BITS\r\nHost: alpha.lab.example:2178\r\n"
                               "Content-Length: 522\r\nConnection: Keep-Alive\r\n\r\n";
    static const char get[] =
        "GET /BITS-peer-caching/%7B" VECTOR_ID_1 "%7D HTTP/1.1\r\nAccept: */*\r\n"
        "Accept-Encoding: identity\r\nRange: bytes=0-15\r\n"
        "If-Unmodified-Since: Tue, 05 Mar 2024 10:20:30 GMT\r\n"
        "User-Agent: Microsoft BITS/7.8\r\nHost: alpha.lab.example:2178\r\n"
        "Connection: Keep-Alive\r\n\r\n";
    static const char head_request[] =
        "HEAD /BITS-peer-caching/%7B" VECTOR_ID_1 "%7D HTTP/1.1\r\nAccept: */*\r\n"
        "Accept-Encoding: identity\r\nUser-Agent: Microsoft BITS/7.8\r\n"
        "Host: alpha.lab.example:2178\r\nConnection: Keep-Alive\r\n\r\n";
    struct content_wish wish = wish_of(VECTOR_ID_1, 0, 16, 1000);
    struct byte_buffer out = {0};
    const char *text;

    begin();
    ok(content_client_search(client, &query) == S_OK, "Does not begin.\n");
    ok(content_client_search(client, &query) == E_UNEXPECTED, "Begins twice.\n");
    send_all(&out);
    text = (const char *)out.data;
    ok(out.size == strlen(head) + 36 + strlen(rest) + 522, "R1: %u bytes.\n",
       (unsigned int)out.size);
    ok(!memcmp(text, head, strlen(head)) && !memcmp(text + strlen(head) + 36, rest, strlen(rest)) &&
           vector_is_utf16(text + strlen(head) + 36 + strlen(rest), 522, VECTOR_QUERY),
       "R1: another request.\n");

    begin();
    wish.mtime = VECTOR_MTIME;
    fetch(&wish);
    send_all(&out);
    ok(out.size == strlen(get) && !memcmp(out.data, get, out.size), "R6: got %.*s.\n",
       (int)out.size, out.data);

    begin();
    wish = wish_of(VECTOR_ID_1, 0, 1000, 1000);
    wish.is_whole = wish.is_head = true;
    fetch(&wish);
    send_all(&out);
    ok(out.size == strlen(head_request) && !memcmp(out.data, head_request, out.size),
       "R14: got %.*s.\n", (int)out.size, out.data);

    begin();
    wish = wish_of(VECTOR_ID_1, 16, 16, 1000);
    ok(content_client_fetch(client, &wish, &sink) == E_INVALIDARG, "Nothing is asked for.\n");
    wish = wish_of(VECTOR_ID_1, 0, 1001, 1000);
    ok(content_client_fetch(client, &wish, &sink) == E_INVALIDARG, "Too much is asked for.\n");
    wish = wish_of(VECTOR_ID_1, 1, 1000, 1000);
    wish.is_whole = true;
    ok(content_client_fetch(client, &wish, &sink) == E_INVALIDARG, "A part of all.\n");
    byte_buffer_done(&out);
    end();
}

static void test_hosts(void)
{
    static const char *const bad[] = {"", "a b", "a\r\nb", "a/b", "a:1", "\xc3\xa9"};
    struct content_client *other;
    char name[300];

    for (size_t i = 0; i < ARRAY_COUNT(bad); i++)
        ok(content_client_create(bad[i], 1, &test_clock, &other) == E_INVALIDARG && !other,
           "Takes %s.\n", bad[i]);
    memset(name, 'a', sizeof(name));
    name[256] = 0;
    ok(content_client_create(name, 1, &test_clock, &other) == E_INVALIDARG, "A long name.\n");
}

static void test_search_answers(void)
{
#define OCTETS "Content-Type: application/octet-stream\r\nServer: Microsoft-HTTPAPI/2.0\r\n\r\n"
    static const struct
    {
        const char *id, *head, *body;
        enum content_outcome outcome;
        bool is_reusable;
    } tests[] = {
        {"R1", "HTTP/1.1 200 \r\nContent-Length: 1636\r\n" OCTETS,
         VECTOR_RESULTS_OF("Success", VECTOR_RECORD_1), CONTENT_FOUND, true},
        {"R3", "HTTP/1.1 200 \r\nContent-Length: 232\r\n" OCTETS,
         VECTOR_RESULTS_OF("ContentNotFound", ""), CONTENT_NONE, true},
        {"R4", "HTTP/1.1 200 \r\nContent-Length: 302\r\n" OCTETS,
         VECTOR_FAILURE_OF("0x80040005", "CertificateNotFound"), CONTENT_CLIENT_STRANGE, true},
        {"R4, last", "HTTP/1.1 200 \r\nConnection: close\r\nContent-Length: 302\r\n" OCTETS,
         VECTOR_FAILURE_OF("0x80040005", "CertificateNotFound"), CONTENT_CLIENT_STRANGE, false},
        {"R30", "HTTP/1.1 503 \r\nContent-Length: 0\r\n\r\n", "", CONTENT_BUSY, true},
        {"R33", "HTTP/1.1 200 \r\nContent-Length: 216\r\n" OCTETS, VECTOR_RESULTS_OF("Success", ""),
         CONTENT_BROKEN, true},
        {"R38", "HTTP/1.1 302 \r\nLocation: http://h/\r\nContent-Length: 0\r\n\r\n", "",
         CONTENT_TRANSPORT, true},
        {"R38, a body", "HTTP/1.1 302 \r\nLocation: http://h/\r\nContent-Length: 5\r\n\r\n", "",
         CONTENT_TRANSPORT, false},
        {"R41", "HTTP/1.1 200 \r\nContent-Length: 234\r\n" OCTETS,
         VECTOR_RESULTS_OF("ContentNotFound", "") "x", CONTENT_BROKEN, true},
        {"more than it said", "HTTP/1.1 200 \r\nContent-Length: 232\r\n" OCTETS,
         VECTOR_RESULTS_OF("ContentNotFound", "") "x", CONTENT_NONE, false},
        {"no HTTP", "SSH-2.0\r\n", "", CONTENT_TRANSPORT, false},
        {"no length", "HTTP/1.1 200 \r\n\r\n", "", CONTENT_BROKEN, false},
        {"encoded", "HTTP/1.1 200 \r\nContent-Length: 232\r\nContent-Encoding: gzip\r\n\r\n", "",
         CONTENT_BROKEN, false},
        {"identity", "HTTP/1.1 200 \r\nContent-Length: 232\r\ncontent-encoding: identity \r\n\r\n",
         VECTOR_RESULTS_OF("ContentNotFound", ""), CONTENT_NONE, true},
        {"1.0", "HTTP/1.0 200 \r\nContent-Length: 232\r\n\r\n",
         VECTOR_RESULTS_OF("ContentNotFound", ""), CONTENT_NONE, false},
        {"a hint first", "HTTP/1.1 100 \r\n\r\nHTTP/1.1 200 \r\nContent-Length: 232\r\n\r\n",
         VECTOR_RESULTS_OF("ContentNotFound", ""), CONTENT_NONE, true},
    };
    struct content_results results;
    struct byte_buffer out = {0};

    for (size_t i = 0; i < ARRAY_COUNT(tests); i++)
        for (size_t step = 1; step < 5000; step *= 17)
        {
            size_t size;
            uint8_t *body = vector_utf16(tests[i].body, &size);

            begin();
            ok(content_client_search(client, &query) == S_OK, "Does not begin.\n");
            send_all(&out);
            hear(tests[i].head, strlen(tests[i].head), step);
            hear(body, size, step);
            expect(tests[i].id, tests[i].outcome, tests[i].is_reusable);
            content_client_take_results(client, &results);
            ok(results.count == (tests[i].outcome == CONTENT_FOUND), "%s: %u records.\n",
               tests[i].id, (unsigned int)results.count);
            content_results_done(&results);
            free(body);
        }
    byte_buffer_done(&out);
    end();
}

static void test_download_answers(void)
{
#define PART "HTTP/1.1 206 \r\nContent-Length: 16\r\nContent-Range: bytes 0-15/1000\r\n\r\n"
#define CHUNKS                                                                                     \
    "HTTP/1.1 206 \r\nTransfer-Encoding: chunked\r\nContent-Range: bytes 0-15/1000\r\n\r\n"
    static const struct
    {
        const char *id, *answer;
        enum content_outcome outcome;
        bool is_reusable;
        size_t size; /* that reaches the sink */
    } tests[] = {
        {"R6", PART "0123456789abcdef", CONTENT_FOUND, true, 16},
        {"R16", "HTTP/1.1 404 \r\nContent-Length: 0\r\n\r\n", CONTENT_TRANSPORT, true, 0},
        {"R38", "HTTP/1.1 302 \r\nLocation: /a\r\nContent-Length: 0\r\n\r\n", CONTENT_TRANSPORT,
         true, 0},
        {"R39",
         "HTTP/1.1 206 \r\nContent-Length: 16\r\nContent-Range: bytes 16-31/1000\r\n\r\n"
         "0123456789abcdef",
         CONTENT_TRANSPORT, false, 0},
        {"R40", "HTTP/1.1 200 \r\nContent-Length: 1000\r\n\r\n0123456789abcdef", CONTENT_TRANSPORT,
         false, 0},
        {"chunks", CHUNKS "8\r\n01234567\r\n8\r\n89abcdef\r\n0\r\n\r\n", CONTENT_FOUND, true, 16},
        {"chunks, too little", CHUNKS "8\r\n01234567\r\n0\r\n\r\n", CONTENT_TRANSPORT, false, 8},
        {"chunks, too much", CHUNKS "8\r\n01234567\r\n9\r\n89abcdefg\r\n0\r\n\r\n",
         CONTENT_TRANSPORT, false, 8},
        {"no chunks", CHUNKS "what is this?", CONTENT_TRANSPORT, false, 0},
        {"encoded",
         "HTTP/1.1 206 \r\nContent-Encoding: gzip\r\nContent-Length: 16\r\n"
         "Content-Range: bytes 0-15/1000\r\n\r\n0123456789abcdef",
         CONTENT_TRANSPORT, false, 0},
    };
    const struct content_wish wish = wish_of(VECTOR_ID_1, 0, 16, 1000);
    struct byte_buffer out = {0};

    for (size_t i = 0; i < ARRAY_COUNT(tests); i++)
        for (size_t step = 1; step < 5000; step *= 71)
        {
            begin();
            fetch(&wish);
            send_all(&out);
            hear(tests[i].answer, strlen(tests[i].answer), step);
            expect(tests[i].id, tests[i].outcome, tests[i].is_reusable);
            if (strcmp(tests[i].id, "chunks, too much") || step == 1)
                ok(sunk.size >= tests[i].size &&
                       !memcmp(sunk.data, "0123456789abcdef", sunk.size < 16 ? sunk.size : 16),
                   "%s: got %u bytes.\n", tests[i].id, (unsigned int)sunk.size);
            ok(sunk.size <= 16 && !sunk.is_wrong, "%s: got %u bytes.\n", tests[i].id,
               (unsigned int)sunk.size);
            ok(content_client_received(client) == sunk.size, "%s: received %llu.\n", tests[i].id,
               (unsigned long long)content_client_received(client));
        }

    /* The disk is full. */
    begin();
    fetch(&wish);
    send_all(&out);
    sunk.failure = E_FAIL;
    hear(PART "0123456789abcdef", strlen(PART) + 16, 1000);
    expect("the sink", CONTENT_STOPPED, false);
    ok(content_client_sink_failure(client) == E_FAIL, "Another failure.\n");

    /* An answer that comes before the request was sent. */
    begin();
    fetch(&wish);
    hear(PART "0123456789abcdef", strlen(PART) + 16, 1000);
    expect("too early", CONTENT_TRANSPORT, false);
    ok(!sunk.size, "Got %u bytes.\n", (unsigned int)sunk.size);
    byte_buffer_done(&out);
    end();
}

static void test_losses(void)
{
    const struct content_wish wish = wish_of(VECTOR_ID_1, 0, 16, 1000);
    struct byte_buffer out = {0};

    begin();
    fetch(&wish);
    content_client_lose(client, CONTENT_SERVER_STRANGE);
    expect("the handshake", CONTENT_SERVER_STRANGE, false);
    ok(!content_client_output(client, &(const void *){NULL}), "Sends.\n");
    ok(content_client_fetch(client, &wish, &sink) == E_UNEXPECTED, "Begins again.\n");

    begin();
    fetch(&wish);
    send_all(&out);
    hear(PART "0123", strlen(PART) + 4, 1000);
    content_client_lose(client, CONTENT_TRANSPORT);
    expect("half a body", CONTENT_TRANSPORT, false);

    begin();
    fetch(&wish);
    send_all(&out);
    hear(PART "0123456789abcdef", strlen(PART) + 16, 1000);
    content_client_lose(client, CONTENT_TRANSPORT);
    expect("after the answer", CONTENT_FOUND, false);
    byte_buffer_done(&out);
    end();
}

static void test_time(void)
{
    const struct content_wish wish = wish_of(VECTOR_ID_1, 0, 16, 1000);
    struct byte_buffer out = {0};

    begin();
    ok(content_client_search(client, &query) == S_OK, "Does not begin.\n");
    send_all(&out);
    now += CONTENT_CLIENT_MS / 2;
    hear("HTTP/1.1 200 \r\nContent-Length: 232\r\n\r\n ", 40, 1000);
    ok(content_client_deadline(client) == 1000 + CONTENT_CLIENT_MS, "Another deadline.\n");
    now = 1000 + CONTENT_CLIENT_MS;
    content_client_run(client);
    expect("a search", CONTENT_TIMEOUT, false);

    begin();
    fetch(&wish);
    send_all(&out);
    hear(PART, strlen(PART), 1000);
    for (unsigned int i = 0; i < 10; i++)
    {
        now += CONTENT_CLIENT_MS - 1;
        content_client_run(client);
        hear("a", 1, 1);
    }
    ok(sunk.size == 10, "Got %u bytes.\n", (unsigned int)sunk.size);
    now += CONTENT_CLIENT_MS;
    content_client_run(client);
    expect("a download", CONTENT_TIMEOUT, false);
    byte_buffer_done(&out);
    end();
}

static bool is_trusted(void *ctx, void *caller)
{
    (void)ctx, (void)caller;
    return trusted;
}

/* Carries bytes to and fro until nothing moves. */
static void converse(struct content_connection *connection)
{
    enum content_outcome outcome;
    bool is_clean;

    for (unsigned int i = 0; i < 1000 && !content_client_is_over(client, &outcome); i++)
    {
        const void *data;
        size_t size = content_client_output(client, &data);

        if (size > 100) size = 100;
        content_connection_receive(connection, data, size);
        content_client_sent(client, size);
        if (size) continue;
        size = content_connection_output(connection, &data);
        if (size > 77) size = 77;
        content_client_receive(client, data, size);
        content_connection_sent(connection, size);
        if (!size && content_connection_is_over(connection, &is_clean))
            content_client_lose(client, CONTENT_TRANSPORT);
    }
}

static void test_our_server(void)
{
    static const struct
    {
        const char *id, *record;
        uint64_t begin, end, total;
        bool is_whole, is_head;
        enum content_outcome outcome;
    } tests[] = {
        {"R6", VECTOR_ID_5, 0, 16, 64, false, false, CONTENT_FOUND},
        {"R7", VECTOR_ID_5, 12, 20, 64, false, false, CONTENT_FOUND},
        {"R8", VECTOR_ID_1, 0, 1000, 1000, true, false, CONTENT_FOUND},
        {"R11", VECTOR_ID_1, 0, 1000, 1000, false, false, CONTENT_FOUND},
        {"R14", VECTOR_ID_1, 0, 1000, 1000, true, true, CONTENT_FOUND},
        {"R16", "00000000-0000-0000-0000-000000000000", 0, 16, 64, false, false, CONTENT_TRANSPORT},
        {"another size", VECTOR_ID_5, 0, 16, 65, false, false, CONTENT_TRANSPORT},
    };
    const struct content_server_config config = {&fake_records, &test_clock, 0, is_trusted, NULL};
    struct content_connection *connection;
    struct content_basic_info info;
    struct content_results results;
    struct content_server *server;

    begin();
    ok(content_server_create(&config, &server) == S_OK, "No server.\n");
    connection = content_server_accept(server, NULL);
    trusted = false;
    content_client_search(client, &query);
    converse(connection);
    expect("R4", CONTENT_CLIENT_STRANGE, true);
    trusted = true;
    content_client_search(client, &query);
    converse(connection);
    expect("R1", CONTENT_FOUND, true);
    content_client_take_results(client, &results);
    ok(results.count == 1 && results.records[0].size == 1000, "R1: %u records.\n",
       (unsigned int)results.count);
    content_results_done(&results);

    for (size_t i = 0; i < ARRAY_COUNT(tests); i++)
    {
        struct content_wish wish =
            wish_of(tests[i].record, tests[i].begin, tests[i].end, tests[i].total);
        bool is_good = tests[i].outcome == CONTENT_FOUND;
        bool is_five = !strcmp(tests[i].record, VECTOR_ID_5), is_right;

        if (!content_client_is_reusable(client))
        {
            begin();
            content_connection_close(connection);
            connection = content_server_accept(server, NULL);
        }
        wish.is_whole = tests[i].is_whole;
        wish.is_head = tests[i].is_head;
        wish.mtime = VECTOR_MTIME;
        fetch(&wish);
        converse(connection);
        expect(tests[i].id, tests[i].outcome,
               is_good || content_client_head(client)->content_length == 0);
        is_right = sunk.size == (is_good && !wish.is_head ? wish.end - wish.begin : 0);
        for (size_t at = 0; is_right && at < sunk.size; at++)
            is_right = sunk.data[at] == fake_record_byte(is_five, wish.begin + at);
        ok(is_right && !sunk.is_wrong, "%s: got %u bytes.\n", tests[i].id, (unsigned int)sunk.size);
        ok(content_find_basic_info(content_client_head(client), &info) ==
               (content_client_head(client)->status < 300),
           "%s: other facts.\n", tests[i].id);
        if (is_good)
            ok(info.written == VECTOR_MTIME && info.attributes == 0x20, "%s: other facts.\n",
               tests[i].id);
    }

    /* R20 */
    trusted = false;
    begin();
    trusted = false;
    content_connection_close(connection);
    connection = content_server_accept(server, NULL);
    fetch(&(struct content_wish){.end = 1, .total = 1});
    converse(connection);
    expect("R20", CONTENT_TRANSPORT, false);
    ok(content_client_head(client)->status == 400, "R20: got %u.\n",
       content_client_head(client)->status);
    content_connection_close(connection);
    content_server_destroy(server);
    end();
}

START_TEST(content_client)
{
    RUN_TEST(test_requests);
    RUN_TEST(test_hosts);
    RUN_TEST(test_search_answers);
    RUN_TEST(test_download_answers);
    RUN_TEST(test_losses);
    RUN_TEST(test_time);
    RUN_TEST(test_our_server);
}
