/* SPDX-License-Identifier: LGPL-2.1-or-later
 *
 * peer/content_server.c: connections without sockets, and time that the test makes pass. R1 and so
 * on are the vectors of the specification. */
#include "harness/content_vectors.h"
#include "harness/fake_records.h"

#include "peer/content_server.h"

#define PATH  "/BITS-peer-caching"
#define GET_1 "GET " PATH "/%7B" VECTOR_ID_1 "%7D HTTP/1.1\r\n"
#define POST  "POST " PATH " HTTP/1.1\r\nContent-Length: 522\r\n\r\n"

static tick_t now;
static bool trusted;
static struct content_server *server;

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

static bool is_trusted(void *ctx, void *caller)
{
    (void)ctx, (void)caller;
    return trusted;
}

static void begin(uint64_t rate)
{
    const struct content_server_config config = {&fake_records, &test_clock, rate, is_trusted,
                                                 NULL};

    now = 1000;
    trusted = true;
    fake_records_size = 1000;
    fake_records_read_failure = S_OK;
    ok(content_server_create(&config, &server) == S_OK, "No server.\n");
}

static void end(void)
{
    content_server_destroy(server);
    ok(!fake_records_open, "%u readers are left.\n", fake_records_open);
    fake_records_size = 1000;
}

static struct content_connection *connect_peer(void)
{
    struct content_connection *connection = content_server_accept(server, NULL);

    ok(connection != NULL, "No connection.\n");
    return connection;
}

static void feed(struct content_connection *connection, const void *data, size_t size)
{
    /* In memory of exactly its size, so that a look past its end is found. */
    void *copy = malloc(size ? size : 1);

    memcpy(copy, data, size);
    content_connection_receive(connection, copy, size);
    free(copy);
}

static void say(struct content_connection *connection, const char *text)
{
    feed(connection, text, strlen(text));
}

static void say_query(struct content_connection *connection)
{
    size_t size;
    uint8_t *body = vector_utf16(VECTOR_QUERY, &size);

    feed(connection, body, size);
    free(body);
}

/* Takes at most limit bytes of what can be sent now. */
static size_t pump(struct content_connection *connection, struct byte_buffer *out, size_t limit)
{
    size_t total = 0, size;
    const void *data;

    while (total < limit && (size = content_connection_output(connection, &data)))
    {
        if (size > limit - total) size = limit - total;
        byte_buffer_add(out, data, size);
        content_connection_sent(connection, size);
        total += size;
    }
    return total;
}

static unsigned int status_of(struct byte_buffer *out)
{
    unsigned int status = 0;

    byte_buffer_add(out, "", 1);
    sscanf((const char *)out->data, "HTTP/1.1 %u", &status);
    out->size--;
    return status;
}

/* Everything that can be sent now, the head cut off; gives the status. */
static unsigned int answer_of(struct content_connection *connection, struct byte_buffer *out)
{
    unsigned int status;
    char *body;

    byte_buffer_clear(out);
    pump(connection, out, SIZE_MAX);
    status = status_of(out);
    body = status ? strstr((char *)out->data, "\r\n\r\n") : NULL;
    if (body) byte_buffer_drop(out, (size_t)(body + 4 - (char *)out->data));
    return status;
}

static bool is_over(struct content_connection *connection, bool is_clean)
{
    bool clean;

    return content_connection_is_over(connection, &clean) && clean == is_clean;
}

static void test_search(void)
{
    struct content_connection *connection;
    struct byte_buffer out = {0};
    size_t size;
    uint8_t *body = vector_utf16(VECTOR_QUERY, &size);

    begin(0);
    connection = connect_peer();
    for (unsigned int round = 0; round < 2; round++)
    {
        ok(content_connection_is_hungry(connection), "Wants nothing.\n");
        for (size_t i = 0; i < strlen(POST); i++)
            feed(connection, POST + i, 1);
        for (size_t i = 0; i < size; i++)
        {
            ok(!pump(connection, &out, 1), "Answers after %u bytes.\n", (unsigned int)i);
            feed(connection, body + i, 1);
        }
        ok(!content_connection_is_hungry(connection), "Wants more.\n");
        ok(answer_of(connection, &out) == 200 &&
               vector_is_utf16(out.data, out.size, VECTOR_RESULTS_OF("Success", VECTOR_RECORD_1)),
           "R1: another answer.\n");
    }

    /* All at once. */
    say(connection, POST);
    say_query(connection);
    ok(answer_of(connection, &out) == 200 && out.size == 1636, "R1: another answer.\n");
    content_connection_end_input(connection);
    ok(is_over(connection, true), "Not over.\n");
    content_connection_close(connection);
    free(body);
    byte_buffer_done(&out);
    end();
}

static void test_pipeline(void)
{
    struct content_connection *connection;
    struct byte_buffer out = {0};
    char *junk = malloc(HTTP_REQUEST_SIZE_MAX + 1);

    begin(0);
    connection = connect_peer();
    say(connection, GET_1 "Range: bytes=0-0\r\n\r\n" GET_1 "Range: bytes=1-1\r\n\r\n"
                          "HEAD " PATH "/%7B" VECTOR_ID_1 "%7D HTTP/1.1\r\n\r\n"
                          "PUT / HTTP/1.1\r\nContent-Length: 3\r\nConnection: close\r\n\r\nabc"
                          "GET / HTTP/1.1\r\n\r\n");
    pump(connection, &out, SIZE_MAX);
    byte_buffer_add(&out, "", 1);
    {
        const char *first = strstr((char *)out.data, "\r\n\r\n\x03HTTP/1.1 206 ");
        const char *second = first ? strstr(first, "\r\n\r\n\x0aHTTP/1.1 200 ") : NULL;
        const char *third = second ? strstr(second, "\r\n\r\nHTTP/1.1 405 ") : NULL;

        ok(third && strstr(third, "Connection: close\r\n\r\n"), "Got %s.\n", out.data);
        ok(third && !strstr(third + 4, "HTTP/1.1 404"), "Goes on after the last.\n");
    }
    ok(is_over(connection, true), "Not over.\n");
    content_connection_close(connection);

    /* What is sent without waiting for answers is not kept without end. */
    connection = connect_peer();
    say(connection, GET_1 "\r\n");
    memset(junk, 'a', HTTP_REQUEST_SIZE_MAX + 1);
    feed(connection, junk, HTTP_REQUEST_SIZE_MAX + 1);
    byte_buffer_clear(&out);
    ok(answer_of(connection, &out) == 200 && out.size == 1000, "Another answer.\n");
    ok(is_over(connection, true), "Not over.\n");
    content_connection_close(connection);
    free(junk);
    byte_buffer_done(&out);
    end();
}

static void test_large_record(void)
{
    struct content_connection *connection;
    struct byte_buffer out = {0};
    unsigned int wrong = 0;

    begin(0);
    fake_records_size = 100000;
    connection = connect_peer();
    say(connection, GET_1 "\r\n");
    ok(answer_of(connection, &out) == 200 && out.size == 100000, "Got %u bytes.\n",
       (unsigned int)out.size);
    for (size_t i = 0; i < out.size; i++)
        wrong += out.data[i] != fake_record_byte(false, i);
    ok(!wrong, "%u bytes are wrong.\n", wrong);

    say(connection, GET_1 "Range: bytes=50000-90000,7-7,99999-\r\n\r\n");
    ok(answer_of(connection, &out) == 206, "Not partial.\n");
    ok(out.size > 40003 + 300 && out.data[out.size - 1] == '\n', "Got %u bytes.\n",
       (unsigned int)out.size);
    /* Its length was right, as the next answer begins where it should. */
    say(connection, GET_1 "Range: bytes=99990-\r\n\r\n");
    ok(answer_of(connection, &out) == 206 && out.size == 10, "Got %u bytes.\n",
       (unsigned int)out.size);

    fake_records_size = 0;
    say(connection, GET_1 "\r\n");
    ok(answer_of(connection, &out) == 200 && !out.size, "An empty record.\n");
    ok(content_connection_is_hungry(connection), "Does not go on.\n");
    content_connection_close(connection);
    byte_buffer_done(&out);
    end();
}

static void test_read_failures(void)
{
    struct content_connection *connection;
    struct byte_buffer out = {0};

    begin(0);
    fake_records_size = 700000;
    fake_records_read_failure = E_FAIL;
    fake_records_read_limit = 10;
    connection = connect_peer();
    say(connection, GET_1 "\r\n");
    ok(answer_of(connection, &out) == 404 && !out.size, "A record that cannot be read.\n");
    ok(content_connection_is_hungry(connection), "Does not go on.\n");

    fake_records_read_limit = 600000;
    say(connection, GET_1 "\r\n");
    ok(answer_of(connection, &out) == 200 && out.size >= 16384 && out.size < 600000,
       "Got %u bytes.\n", (unsigned int)out.size);
    ok(is_over(connection, false), "Goes on after half a record.\n");
    content_connection_close(connection);
    byte_buffer_done(&out);
    end();
}

static void test_trust(void)
{
    struct content_connection *connection;
    struct byte_buffer out = {0};

    withstands("F10");
    begin(0);
    trusted = false;
    connection = connect_peer();
    say(connection, POST);
    ok(content_connection_is_hungry(connection), "Does not want the body.\n");
    say_query(connection);
    ok(answer_of(connection, &out) == 200 &&
           vector_is_utf16(out.data, out.size,
                           VECTOR_FAILURE_OF("0x80040005", "CertificateNotFound")),
       "R4: another answer.\n");
    say(connection, GET_1 "\r\n");
    ok(answer_of(connection, &out) == 400 && out.size == 302, "R20: another answer.\n");

    /* It has shown who it is, by another way. */
    trusted = true;
    say(connection, POST);
    say_query(connection);
    ok(answer_of(connection, &out) == 200 && out.size == 1636, "R1: another answer.\n");
    content_connection_close(connection);
    byte_buffer_done(&out);
    end();
}

static void test_refused_heads(void)
{
    static const struct
    {
        const char *text;
        unsigned int status;
    } tests[] = {
        {"GET / HTTP/1.1\nA: b\r\n\r\n", 400},
        {POST, 0}, /* the body is waited for */
        {"POST " PATH " HTTP/1.1\r\n\r\n", 411},
        {"POST " PATH " HTTP/1.0\r\nContent-Length: 522\r\n\r\n", 505},
        {"POST " PATH " HTTP/1.1\r\nContent-Length: 99999998\r\n\r\n", 413},
    };
    struct content_connection *connection;
    struct byte_buffer out = {0};
    char *text = malloc(HTTP_REQUEST_SIZE_MAX + 1);

    begin(0);
    for (size_t i = 0; i < ARRAY_COUNT(tests); i++)
    {
        connection = connect_peer();
        say(connection, tests[i].text);
        ok(answer_of(connection, &out) == tests[i].status, "Head %u: another answer.\n",
           (unsigned int)i);
        ok(is_over(connection, true) == (tests[i].status != 0), "Head %u: goes on.\n",
           (unsigned int)i);
        content_connection_close(connection);
    }
    connection = connect_peer();
    memset(text, 'a', HTTP_REQUEST_SIZE_MAX + 1);
    feed(connection, text, HTTP_REQUEST_SIZE_MAX + 1);
    ok(answer_of(connection, &out) == 400 && is_over(connection, true), "A large head.\n");
    content_connection_close(connection);
    free(text);
    byte_buffer_done(&out);
    end();
}

static void test_places(void)
{
    struct content_connection *connections[5];
    struct byte_buffer out = {0};

    withstands("F15");
    shows("PCM-23");
    begin(0);
    fake_records_size = 1000000;
    for (size_t i = 0; i < 5; i++)
        connections[i] = connect_peer();
    for (size_t i = 0; i < 3; i++)
    {
        say(connections[i], i == 1 ? POST : GET_1 "\r\n");
        pump(connections[i], &out, 1000);
    }
    say(connections[3], GET_1 "\r\n");
    ok(answer_of(connections[3], &out) == 503, "R30: a fourth one.\n");
    ok(content_connection_is_hungry(connections[3]), "R30: does not go on.\n");

    /* One is done. */
    say_query(connections[1]);
    ok(answer_of(connections[1], &out) == 200, "R30: the search.\n");
    say(connections[3], GET_1 "\r\n");
    byte_buffer_clear(&out);
    pump(connections[3], &out, 1000);
    ok(status_of(&out) == 200, "R30: still no place.\n");

    /* Strangers and nonsense take no place. */
    say(connections[4], "PUT / HTTP/1.1\r\nContent-Length: 100\r\n\r\n");
    now += CONTENT_PATIENCE_MS - 1;
    pump(connections[2], &out, 100000);
    say(connections[1], GET_1 "\r\n");
    ok(answer_of(connections[1], &out) == 503, "R30: a fourth one.\n");

    /* One that does not go on has to give way, one that does has not. */
    now += 1;
    say(connections[1], GET_1 "\r\n");
    ok(answer_of(connections[1], &out) == 200 && out.size == 1000000, "None gave way.\n");
    ok(is_over(connections[0], false) && !is_over(connections[2], false) &&
           !is_over(connections[3], false),
       "Another one gave way.\n");
    for (size_t i = 0; i < 5; i++)
        content_connection_close(connections[i]);
    byte_buffer_done(&out);
    end();
}

static void test_bandwidth(void)
{
    struct content_connection *connections[3];
    struct byte_buffer out[3] = {{0}};
    uint64_t total;

    withstands("F22");
    shows("PCM-24");
    begin(131072);
    fake_records_size = 10000000;
    for (size_t i = 0; i < 3; i++)
    {
        connections[i] = connect_peer();
        say(connections[i], GET_1 "\r\n");
    }
    /* The first one has all of it, then there are two. */
    for (; now < 6000; now += 10)
        pump(connections[0], &out[0], SIZE_MAX);
    ok(out[0].size > 131072 * 4, "Alone: %u bytes.\n", (unsigned int)out[0].size);
    for (size_t i = 0; i < 3; i++)
        byte_buffer_clear(&out[i]);
    for (; now < 26000; now += 10)
        for (size_t i = 0; i < 3; i++)
            for (unsigned int often = 0; often < (i ? 1 : 5); often++)
                pump(connections[i], &out[i], SIZE_MAX);
    total = out[0].size + out[1].size + out[2].size;
    ok(total <= 131072 * 21 && total > 131072 * 19, "Together: %u bytes.\n", (unsigned int)total);
    for (size_t i = 0; i < 3; i++)
        ok(out[i].size > total * 3 / 10 && out[i].size < total * 37 / 100,
           "Connection %u: %u of %u bytes.\n", (unsigned int)i, (unsigned int)out[i].size,
           (unsigned int)total);

    /* Waiting for bandwidth is not slow, and has a deadline. */
    pump(connections[0], &out[0], SIZE_MAX);
    ok(content_connection_deadline(connections[0]) > now &&
           content_connection_deadline(connections[0]) < now + 100,
       "Waits until %llu.\n", (unsigned long long)content_connection_deadline(connections[0]));
    now += 1000;
    for (unsigned int round = 0; round < 3; round++)
        pump(connections[round], &out[round], 100);
    ok(content_connection_deadline(connections[0]) > now + 1000, "Spins.\n");

    content_server_set_rate(server, 0);
    byte_buffer_clear(&out[0]);
    ok(pump(connections[0], &out[0], SIZE_MAX) > 1000000, "Still limited.\n");
    for (size_t i = 0; i < 3; i++)
    {
        content_connection_close(connections[i]);
        byte_buffer_done(&out[i]);
    }
    end();
}

/* Who waits for bandwidth that we do not give is not slow. */
static void test_little_bandwidth(void)
{
    struct content_connection *connections[4];
    struct byte_buffer out = {0};

    begin(120);
    fake_records_size = 1000000;
    for (size_t i = 0; i < 4; i++)
        connections[i] = connect_peer();
    for (size_t i = 0; i < 3; i++)
        say(connections[i], GET_1 "\r\n");
    for (tick_t last = now + 2 * CONTENT_PATIENCE_MS; now < last; now += 100)
        for (size_t i = 0; i < 3; i++)
            pump(connections[i], &out, SIZE_MAX);
    say(connections[3], GET_1 "\r\n");
    ok(answer_of(connections[3], &out) == 503, "One gave way.\n");
    for (size_t i = 0; i < 4; i++)
    {
        ok(!is_over(connections[i], false), "Connection %u is over.\n", (unsigned int)i);
        content_connection_close(connections[i]);
    }
    byte_buffer_done(&out);
    end();
}

/* Lets time pass up to the deadline; gives how long. */
static tick_t wait_for_end(struct content_connection *connection, bool is_clean)
{
    tick_t start = now;

    now = content_connection_deadline(connection) - 1;
    content_connection_run(connection);
    ok(!is_over(connection, is_clean), "Over too early.\n");
    now++;
    content_connection_run(connection);
    ok(is_over(connection, is_clean), "Not over.\n");
    ok(content_connection_deadline(connection) == TICK_NEVER, "Another deadline.\n");
    content_connection_close(connection);
    return now - start;
}

static void test_time(void)
{
    struct content_connection *connection;
    struct byte_buffer out = {0};
    tick_t waited;

    begin(0);
    connection = connect_peer();
    waited = wait_for_end(connection, true);
    ok(waited == CONTENT_IDLE_MS, "Idle for %u ms.\n", (unsigned int)waited);

    trusted = false;
    connection = connect_peer();
    waited = wait_for_end(connection, true);
    ok(waited == CONTENT_INPUT_MS, "A stranger: %u ms.\n", (unsigned int)waited);
    trusted = true;

    /* A head that drips. */
    connection = connect_peer();
    for (unsigned int i = 0; i < 10; i++, now += 1000)
        feed(connection, GET_1 + i, 1);
    waited = wait_for_end(connection, false);
    ok(waited == CONTENT_INPUT_MS - 10000, "A head: %u ms.\n", (unsigned int)waited);

    /* A body that drips. */
    connection = connect_peer();
    say(connection, POST);
    for (unsigned int i = 0; i < 10; i++, now += 1000)
        say(connection, " ");
    waited = wait_for_end(connection, false);
    ok(waited == CONTENT_INPUT_MS - 10000, "A body: %u ms.\n", (unsigned int)waited);

    /* A large body that comes, but too slowly. */
    connection = connect_peer();
    say(connection, "POST " PATH " HTTP/1.1\r\nContent-Length: 1000000\r\n\r\n");
    for (unsigned int i = 0; i < 30; i++)
    {
        char piece[CONTENT_PROGRESS] = {0};

        if (i) now += 10000;
        content_connection_run(connection);
        feed(connection, piece, sizeof(piece));
    }
    waited = wait_for_end(connection, false);
    ok(waited == CONTENT_SEARCH_MAX_MS - 290000, "A search: %u ms.\n", (unsigned int)waited);

    /* A download that goes on for hours, then stands still. */
    fake_records_size = 10000000;
    connection = connect_peer();
    say(connection, GET_1 "\r\n");
    for (unsigned int i = 0; i < 100; i++, now += 200000)
    {
        content_connection_run(connection);
        ok(pump(connection, &out, 5000) == 5000, "Round %u: over.\n", i);
    }
    waited = wait_for_end(connection, false);
    ok(waited == CONTENT_IDLE_MS - 200000, "A download: %u ms.\n", (unsigned int)waited);
    byte_buffer_done(&out);
    end();
}

static void test_many_connections(void)
{
    struct content_connection *connections[CONTENT_CONNECTIONS_MAX], *more;

    withstands("F15");
    begin(0);
    for (size_t i = 0; i < CONTENT_CONNECTIONS_MAX; i++, now++)
        connections[i] = connect_peer();
    say(connections[0], "GET");
    ok(!content_server_accept(server, NULL), "One too many.\n");
    ok(!is_over(connections[0], true) && is_over(connections[1], true) &&
           !is_over(connections[2], true),
       "Another one is over.\n");
    content_connection_close(connections[1]);
    more = connect_peer();
    connections[1] = more;
    for (size_t i = 0; i < CONTENT_CONNECTIONS_MAX; i++)
        content_connection_close(connections[i]);
    content_connection_close(NULL);
    end();
}

static void test_end_of_input(void)
{
    struct content_connection *connection;
    struct byte_buffer out = {0};

    begin(0);
    connection = connect_peer();
    say(connection, "GE");
    content_connection_end_input(connection);
    ok(is_over(connection, false), "Half a head.\n");
    content_connection_close(connection);

    /* The answer goes out all the same. */
    fake_records_size = 100000;
    connection = connect_peer();
    say(connection, GET_1 "\r\n" GET_1 "Range: bytes=0-9\r\n\r\n");
    content_connection_end_input(connection);
    pump(connection, &out, SIZE_MAX);
    ok(out.size > 100010 && is_over(connection, true), "Got %u bytes.\n", (unsigned int)out.size);
    content_connection_close(connection);
    byte_buffer_done(&out);
    end();
}

START_TEST(content_server)
{
    RUN_TEST(test_search);
    RUN_TEST(test_pipeline);
    RUN_TEST(test_large_record);
    RUN_TEST(test_read_failures);
    RUN_TEST(test_trust);
    RUN_TEST(test_refused_heads);
    RUN_TEST(test_places);
    RUN_TEST(test_bandwidth);
    RUN_TEST(test_little_bandwidth);
    RUN_TEST(test_time);
    RUN_TEST(test_many_connections);
    RUN_TEST(test_end_of_input);
}
