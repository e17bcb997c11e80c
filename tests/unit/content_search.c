/* SPDX-License-Identifier: LGPL-2.1-or-later
 *
 * peer/content_search.c and peer/content_outcome.c, with peers, time and chance from the test.
 * R33 and so on are the vectors of the specification. */
#include "harness/content_vectors.h"

#include <stdio.h>

#include "peer/content_search.h"

#define PEERS_MAX 100

/* What the port was asked to do. */
static struct
{
    struct content_peer peers[PEERS_MAX];
    size_t peer_count;
    uint32_t random;
    char asked[200][8];
    uint32_t numbers[200];
    size_t asked_count, authenticate_count, stopped, dropped, discoveries, reported, completed;
    uint32_t authenticate_number;
    enum content_outcome why;
} world;

static struct content_search search;

static bool get_peer(void *ctx, size_t index, struct content_peer *peer)
{
    (void)ctx;
    if (index >= world.peer_count) return false;
    *peer = world.peers[index];
    return true;
}

static uint32_t random_below(void *ctx, uint32_t limit)
{
    (void)ctx;
    world.random = world.random * 1103515245 + 12345;
    return (world.random >> 16) % limit;
}

static void ask(void *ctx, uint32_t attempt, const char *peer)
{
    (void)ctx;
    snprintf(world.asked[world.asked_count], 8, "%.7s", peer);
    world.numbers[world.asked_count++] = attempt;
}

static void stop(void *ctx, uint32_t attempt)
{
    (void)ctx, (void)attempt;
    world.stopped++;
}

static void authenticate(void *ctx, uint32_t attempt, const char *peer)
{
    (void)ctx, (void)peer;
    world.authenticate_count++;
    world.authenticate_number = attempt;
}

static void drop_peer(void *ctx, const char *peer, enum content_outcome why)
{
    (void)ctx;
    world.dropped++;
    world.why = why;
    for (size_t i = 0; i < world.peer_count; i++)
        if (!strcmp(world.peers[i].name, peer)) world.peers[i] = world.peers[--world.peer_count];
}

static void discover(void *ctx)
{
    (void)ctx;
    world.discoveries++;
}

static void report(void *ctx, const char *peer, struct content_results *results)
{
    (void)ctx, (void)peer, (void)results;
    world.reported++;
}

static void complete(void *ctx)
{
    (void)ctx;
    world.completed++;
}

static const struct content_search_port port = {
    NULL, get_peer, random_below, ask, stop, authenticate, drop_peer, discover, report, complete};

static void begin(size_t authenticated, size_t others)
{
    memset(&world, 0, sizeof(world));
    for (size_t i = 0; i < authenticated + others; i++)
    {
        snprintf(world.peers[i].name, sizeof(world.peers[i].name), "%c%u",
                 i < authenticated ? 'a' : 'o', (unsigned int)i);
        world.peers[i].is_authenticated = i < authenticated;
    }
    world.peer_count = authenticated + others;
    ok(content_search_start(&search, &port, 1000) == S_OK, "Does not start.\n");
}

static void answer(size_t index, enum content_outcome outcome)
{
    content_search_answered(&search, world.numbers[index], outcome, NULL, 2000);
}

static size_t count_asked(char kind)
{
    size_t count = 0;

    for (size_t i = 0; i < world.asked_count; i++)
        count += world.asked[i][0] == kind;
    return count;
}

static void test_choice(void)
{
    static const struct
    {
        size_t authenticated, others, asked_authenticated, asked_others, discoveries;
    } tests[] = {
        {0, 0, 0, 0, 1},  {0, 3, 0, 3, 1},    {3, 0, 3, 0, 1},   {20, 20, 10, 0, 0},
        {6, 20, 5, 5, 0}, {12, 28, 10, 0, 0}, {11, 29, 5, 5, 0}, {4, 20, 4, 6, 0},
        {2, 3, 2, 3, 1},  {7, 0, 7, 0, 1},    {10, 40, 5, 5, 0}, {6, 60, 5, 5, 0},
    };

    for (size_t i = 0; i < ARRAY_COUNT(tests); i++)
    {
        begin(tests[i].authenticated, tests[i].others);
        ok(count_asked('a') == tests[i].asked_authenticated, "%u: asks %u authenticated ones.\n",
           (unsigned int)i, (unsigned int)count_asked('a'));
        ok(count_asked('o') == tests[i].asked_others, "%u: asks %u others.\n", (unsigned int)i,
           (unsigned int)count_asked('o'));
        ok(world.discoveries == tests[i].discoveries, "%u: discovers %u times.\n", (unsigned int)i,
           (unsigned int)world.discoveries);
        for (size_t a = 0; a < world.asked_count; a++)
            for (size_t b = 0; b < a; b++)
                ok(strcmp(world.asked[a], world.asked[b]), "%u: asks %s twice.\n", (unsigned int)i,
                   world.asked[a]);
        content_search_done(&search);
        ok(world.stopped == world.asked_count && !world.completed, "%u: stops %u.\n",
           (unsigned int)i, (unsigned int)world.stopped);
    }
}

/* Nobody is preferred. */
static void test_chance(void)
{
    unsigned int counts[20] = {0};

    shows("PCM-15");
    for (unsigned int round = 0; round < 400; round++)
    {
        begin(20, 0);
        content_search_done(&search);
        memset(&world.asked_count, 0, sizeof(world.asked_count));
        world.random = round * 7919;
        content_search_start(&search, &port, 0);
        for (size_t i = 0; i < world.asked_count; i++)
            counts[atoi(world.asked[i] + 1)]++;
        content_search_done(&search);
    }
    for (size_t i = 0; i < ARRAY_COUNT(counts); i++)
        ok(counts[i] > 120 && counts[i] < 280, "Peer %u was asked %u times in 400.\n",
           (unsigned int)i, counts[i]);
}

static void test_answers(void)
{
    static const struct
    {
        enum content_outcome outcome;
        bool is_dropped, is_replaced;
    } tests[] = {
        {CONTENT_FOUND, false, false},   {CONTENT_NONE, false, false},
        {CONTENT_DENIED, true, true},    {CONTENT_REFUSED, true, true},
        {CONTENT_BROKEN, true, true},    {CONTENT_BUSY, false, true},
        {CONTENT_TRANSPORT, true, true}, {CONTENT_TIMEOUT, true, true},
        {CONTENT_STOPPED, false, false},
    };

    for (size_t i = 0; i < ARRAY_COUNT(tests); i++)
    {
        begin(30, 0);
        answer(3, tests[i].outcome);
        ok(world.dropped == tests[i].is_dropped, "Outcome %u: dropped %u.\n", tests[i].outcome,
           (unsigned int)world.dropped);
        ok(!world.dropped || world.why == tests[i].outcome, "Outcome %u: because of %u.\n",
           tests[i].outcome, world.why);
        ok(world.asked_count == 10u + tests[i].is_replaced, "Outcome %u: asks %u.\n",
           tests[i].outcome, (unsigned int)world.asked_count);
        ok(world.reported == (tests[i].outcome == CONTENT_FOUND), "Outcome %u: reports %u.\n",
           tests[i].outcome, (unsigned int)world.reported);
        answer(3, CONTENT_FOUND);
        ok(world.reported == (tests[i].outcome == CONTENT_FOUND), "Outcome %u: counts twice.\n",
           tests[i].outcome);
        ok(!world.completed, "Outcome %u: complete.\n", tests[i].outcome);
        content_search_done(&search);
    }
}

static void test_end(void)
{
    begin(10, 0);
    for (size_t i = 0; i < 10; i++)
    {
        ok(!world.completed, "Complete after %u.\n", (unsigned int)i);
        answer(i, i == 4 ? CONTENT_FOUND : CONTENT_NONE);
    }
    ok(world.completed == 1 && world.reported == 1, "Completed %u times.\n",
       (unsigned int)world.completed);
    ok(content_search_deadline(&search) == TICK_NEVER, "A deadline.\n");
    content_search_cancel(&search);
    content_search_done(&search);
    ok(world.completed == 1 && !world.stopped, "Completed again.\n");

    /* While a discovery runs there may be more. */
    begin(1, 0);
    answer(0, CONTENT_NONE);
    ok(!world.completed, "Complete while it discovers.\n");
    content_search_discovered(&search);
    ok(world.completed == 1, "Not complete.\n");
    content_search_done(&search);

    begin(0, 0);
    content_search_discovered(&search);
    ok(world.completed == 1, "Not complete without peers.\n");
    content_search_done(&search);
}

static void test_discovery(void)
{
    char name[300];

    begin(8, 0);
    ok(world.asked_count == 8 && world.discoveries == 1, "Discovers %u times.\n",
       (unsigned int)world.discoveries);
    content_search_peer_found(&search, "a0", 1500);
    memset(name, 'n', sizeof(name));
    name[299] = 0;
    content_search_peer_found(&search, name, 1500);
    ok(world.asked_count == 8, "Asks %u.\n", (unsigned int)world.asked_count);
    content_search_peer_found(&search, "n1", 1500);
    content_search_peer_found(&search, "n1", 1500);
    content_search_peer_found(&search, "n2", 1500);
    content_search_peer_found(&search, "n3", 1500);
    ok(world.asked_count == 10, "Asks %u.\n", (unsigned int)world.asked_count);
    /* Enough: the discovery is not waited for. */
    for (size_t i = 0; i < 10; i++)
        answer(i, CONTENT_NONE);
    ok(world.completed == 1, "Not complete.\n");
    content_search_done(&search);

    /* There is one discovery in a search. */
    begin(2, 0);
    answer(0, CONTENT_BROKEN);
    answer(1, CONTENT_BROKEN);
    ok(world.discoveries == 1 && !world.completed, "Discovers %u times.\n",
       (unsigned int)world.discoveries);
    content_search_discovered(&search);
    ok(world.completed == 1, "Not complete.\n");
    content_search_done(&search);
}

static void test_authentication(void)
{
    shows("PCM-12");
    for (unsigned int way = 0; way < 4; way++)
    {
        begin(10, 0);
        answer(0, way % 2 ? CONTENT_CLIENT_STRANGE : CONTENT_SERVER_STRANGE);
        ok(world.authenticate_count == 1 && world.asked_count == 10 && !world.dropped,
           "Way %u: authenticates %u times.\n", way, (unsigned int)world.authenticate_count);
        /* An answer that comes late. */
        answer(0, CONTENT_FOUND);
        ok(!world.reported, "Way %u: reports.\n", way);
        content_search_authenticated(&search, world.authenticate_number, way < 2, 3000);
        if (way < 2)
        {
            ok(world.asked_count == 11 && !strcmp(world.asked[10], world.asked[0]),
               "Way %u: asks %u.\n", way, (unsigned int)world.asked_count);
            answer(10, CONTENT_CLIENT_STRANGE);
        }
        ok(world.authenticate_count == 1 && world.dropped == 1, "Way %u: drops %u.\n", way,
           (unsigned int)world.dropped);
        ok(world.discoveries == 1, "Way %u: no other peer is looked for.\n", way);
        content_search_done(&search);
    }
}

static void test_time(void)
{
    begin(20, 0);
    ok(content_search_deadline(&search) == 1000 + CONTENT_ATTEMPT_MS, "Another deadline.\n");
    content_search_run(&search, 1000 + CONTENT_ATTEMPT_MS - 1);
    ok(!world.stopped, "Too early.\n");
    content_search_run(&search, 1000 + CONTENT_ATTEMPT_MS);
    ok(world.stopped == 10 && world.dropped == 10 && world.why == CONTENT_TIMEOUT,
       "Stops %u, drops %u.\n", (unsigned int)world.stopped, (unsigned int)world.dropped);
    ok(world.asked_count == 20, "Asks %u.\n", (unsigned int)world.asked_count);
    content_search_run(&search, 1000 + 2 * CONTENT_ATTEMPT_MS);
    ok(world.discoveries == 1 && !world.completed, "Discovers %u times.\n",
       (unsigned int)world.discoveries);
    ok(content_search_deadline(&search) == 1000 + CONTENT_SEARCH_MS, "Another deadline.\n");
    content_search_run(&search, 1000 + CONTENT_SEARCH_MS);
    ok(world.completed == 1, "Not complete.\n");
    content_search_done(&search);

    begin(20, 0);
    content_search_run(&search, 1000 + CONTENT_SEARCH_MS);
    ok(world.completed == 1 && world.stopped == 10 && !world.dropped, "Stops %u, drops %u.\n",
       (unsigned int)world.stopped, (unsigned int)world.dropped);
    answer(0, CONTENT_FOUND);
    content_search_peer_found(&search, "n1", 1500);
    content_search_discovered(&search);
    ok(!world.reported && world.asked_count == 10 && world.completed == 1, "Goes on.\n");
    content_search_done(&search);
}

/* Liars without end do not keep a search alive. */
static void test_many_bad(void)
{
    begin(90, 0);
    for (size_t i = 0; i < world.asked_count; i++)
        answer(i, CONTENT_BROKEN);
    ok(world.asked_count == CONTENT_SEARCH_CHOSEN_MAX, "Asks %u.\n",
       (unsigned int)world.asked_count);
    content_search_discovered(&search);
    ok(world.completed == 1, "Not complete.\n");
    content_search_done(&search);
}

static enum content_outcome judge(const char *text, struct content_results *results)
{
    static const struct content_query query = {.url = (char *)VECTOR_URL,
                                               .mtime = VECTOR_MTIME,
                                               .has_size = true,
                                               .size = 1000,
                                               .max_records = 5};
    size_t size;
    uint8_t *body = vector_utf16(text, &size);
    enum content_outcome outcome = content_judge_search(body, size, &query, results);

    free(body);
    return outcome;
}

static void test_judge_search(void)
{
    static const struct
    {
        const char *id, *text;
        enum content_outcome outcome;
        size_t count;
    } tests[] = {
        {"R1", VECTOR_RESULTS_OF("Success", VECTOR_RECORD_1), CONTENT_FOUND, 1},
        {"R3", VECTOR_RESULTS_OF("ContentNotFound", ""), CONTENT_NONE, 0},
        {"R4", VECTOR_FAILURE_OF("0x80040005", "CertificateNotFound"), CONTENT_CLIENT_STRANGE, 0},
        {"denied", VECTOR_FAILURE_OF("0x80070005", "AccessDenied"), CONTENT_DENIED, 0},
        {"busy", VECTOR_FAILURE_OF("0x8007000E", "OutOfResources"), CONTENT_BUSY, 0},
        {"R25", VECTOR_FAILURE_OF("0x80070057", "InvalidSearch"), CONTENT_REFUSED, 0},
        {"unknown", VECTOR_FAILURE_OF("0x8000FFFF", "Unknown"), CONTENT_BROKEN, 0},
        {"R33", VECTOR_RESULTS_OF("Success", ""), CONTENT_BROKEN, 0},
        {"R34",
         VECTOR_RESULTS_OF("Success", VECTOR_RECORD_OF(VECTOR_ID_1, VECTOR_URL, "1001",
                                                       VECTOR_RANGE("0", "1000"))),
         CONTENT_BROKEN, 0},
        {"R34, one of two",
         VECTOR_RESULTS_OF("Success",
                           VECTOR_RECORD_OF(VECTOR_ID_1, "http://origin.example.test/", "1000",
                                            VECTOR_RANGE("0", "1000")) VECTOR_RECORD_5),
         CONTENT_FOUND, 1},
        {"R41", VECTOR_RESULTS_OF("Success", VECTOR_RECORD_1) "x", CONTENT_BROKEN, 0},
        {"nothing", "", CONTENT_BROKEN, 0},
    };
    struct content_results results;

    for (size_t i = 0; i < ARRAY_COUNT(tests); i++)
    {
        enum content_outcome outcome = judge(tests[i].text, &results);

        ok(outcome == tests[i].outcome && results.count == tests[i].count,
           "%s: got %u, %u records.\n", tests[i].id, outcome, (unsigned int)results.count);
        content_results_done(&results);
    }
}

static void read_head(struct http_head *head, const char *text)
{
    http_head_reset(head);
    while (*text)
    {
        size_t len = strcspn(text, "\n") + 1;

        ok(http_head_feed_line(head, text, len) == S_OK, "Not read: %s\n", text);
        text += len;
    }
    http_head_feed_line(head, "\r\n", 2);
}

static void test_judge_search_head(void)
{
    static const struct
    {
        const char *id, *text;
        enum content_outcome outcome;
    } tests[] = {
        {"R1", "HTTP/1.1 200 \r\nContent-Length: 1636\r\n", CONTENT_FOUND},
        {"R30", "HTTP/1.1 503 \r\nContent-Length: 0\r\n", CONTENT_BUSY},
        {"R38", "HTTP/1.1 302 \r\nLocation: http://h/\r\n", CONTENT_TRANSPORT},
        {"206", "HTTP/1.1 206 \r\nContent-Length: 1636\r\n", CONTENT_TRANSPORT},
        {"404", "HTTP/1.1 404 \r\nContent-Length: 0\r\n", CONTENT_TRANSPORT},
        {"no length", "HTTP/1.1 200 \r\n", CONTENT_BROKEN},
        {"chunked", "HTTP/1.1 200 \r\nTransfer-Encoding: chunked\r\n", CONTENT_BROKEN},
        {"1 MiB", "HTTP/1.1 200 \r\nContent-Length: 1048576\r\n", CONTENT_FOUND},
        {"more", "HTTP/1.1 200 \r\nContent-Length: 1048577\r\n", CONTENT_BROKEN},
    };
    struct http_head head;
    uint64_t size;

    http_head_init(&head);
    for (size_t i = 0; i < ARRAY_COUNT(tests); i++)
    {
        enum content_outcome outcome;

        read_head(&head, tests[i].text);
        outcome = content_judge_search_head(&head, &size);
        ok(outcome == tests[i].outcome, "%s: got %u.\n", tests[i].id, outcome);
        ok(size == (outcome == CONTENT_FOUND ? head.content_length : 0), "%s: got %llu bytes.\n",
           tests[i].id, (unsigned long long)size);
    }
    http_head_done(&head);
}

static void test_judge_download(void)
{
    static const struct content_wish part = {.end = 16, .total = 1000};
    static const struct content_wish last = {.begin = 990, .end = 1000, .total = 1000};
    static const struct content_wish all = {.end = 1000, .total = 1000};
    static const struct content_wish whole = {.end = 1000, .total = 1000, .is_whole = true};
    static const struct
    {
        const char *id;
        const struct content_wish *wish;
        const char *text;
        enum content_outcome outcome;
    } tests[] = {
#define PART "HTTP/1.1 206 \r\nContent-Length: 16\r\n"
        {"R6", &part, PART "Content-Range: bytes 0-15/1000\r\n", CONTENT_FOUND},
        {"the end", &last,
         "HTTP/1.1 206 \r\nContent-Length: 10\r\nContent-Range: bytes 990-999/1000\r\n",
         CONTENT_FOUND},
        {"R8", &whole, "HTTP/1.1 200 \r\nContent-Length: 1000\r\n", CONTENT_FOUND},
        {"R11", &all,
         "HTTP/1.1 206 \r\nContent-Length: 1000\r\nContent-Range: bytes 0-999/1000\r\n",
         CONTENT_FOUND},
        {"R11, 200", &all, "HTTP/1.1 200 \r\nContent-Length: 1000\r\n", CONTENT_FOUND},
        {"R38", &part, "HTTP/1.1 302 \r\nLocation: /\r\n", CONTENT_TRANSPORT},
        {"R39", &part, PART "Content-Range: bytes 16-31/1000\r\n", CONTENT_TRANSPORT},
        {"R40", &part, "HTTP/1.1 200 \r\nContent-Length: 1000\r\n", CONTENT_TRANSPORT},
        {"no range", &part, PART, CONTENT_TRANSPORT},
        {"shorter", &part,
         "HTTP/1.1 206 \r\nContent-Length: 15\r\n"
         "Content-Range: bytes 0-14/1000\r\n",
         CONTENT_TRANSPORT},
        {"another length", &part,
         "HTTP/1.1 206 \r\nContent-Length: 17\r\n"
         "Content-Range: bytes 0-15/1000\r\n",
         CONTENT_TRANSPORT},
        {"another end", &part, PART "Content-Range: bytes 0-14/1000\r\n", CONTENT_TRANSPORT},
        {"another total", &part, PART "Content-Range: bytes 0-15/1001\r\n", CONTENT_TRANSPORT},
        {"no total", &part, PART "Content-Range: bytes 0-15/*\r\n", CONTENT_TRANSPORT},
        {"chunked", &part,
         "HTTP/1.1 206 \r\nTransfer-Encoding: chunked\r\n"
         "Content-Range: bytes 0-15/1000\r\n",
         CONTENT_FOUND},
        {"gzip", &part,
         "HTTP/1.1 206 \r\nTransfer-Encoding: gzip\r\n"
         "Content-Range: bytes 0-15/1000\r\n",
         CONTENT_TRANSPORT},
        {"no length", &part, "HTTP/1.1 206 \r\nContent-Range: bytes 0-15/1000\r\n",
         CONTENT_TRANSPORT},
        {"parts", &part,
         PART "Content-Range: bytes 0-15/1000\r\n"
              "Content-Type: multipart/byteranges; boundary=a\r\n",
         CONTENT_TRANSPORT},
        {"206 nobody asked for", &whole,
         "HTTP/1.1 206 \r\nContent-Length: 1000\r\n"
         "Content-Range: bytes 0-999/1000\r\n",
         CONTENT_TRANSPORT},
        {"another size", &whole, "HTTP/1.1 200 \r\nContent-Length: 1001\r\n", CONTENT_TRANSPORT},
        {"R16", &whole, "HTTP/1.1 404 \r\nContent-Length: 0\r\n", CONTENT_TRANSPORT},
        {"R20", &whole, "HTTP/1.1 400 \r\nContent-Length: 302\r\n", CONTENT_TRANSPORT},
        {"R30", &whole, "HTTP/1.1 503 \r\nContent-Length: 0\r\n", CONTENT_BUSY},
    };
    struct http_head head;
    uint64_t position, size;

    http_head_init(&head);
    for (size_t i = 0; i < ARRAY_COUNT(tests); i++)
    {
        const struct content_wish *wish = tests[i].wish;
        enum content_outcome outcome;

        read_head(&head, tests[i].text);
        outcome = content_judge_download(&head, wish, &position, &size);
        ok(outcome == tests[i].outcome, "%s: got %u.\n", tests[i].id, outcome);
        if (outcome == CONTENT_FOUND)
            ok(position == wish->begin && size == wish->end - wish->begin, "%s: other bytes.\n",
               tests[i].id);
        else
            ok(!position && !size, "%s: bytes are left.\n", tests[i].id);
    }
    http_head_done(&head);
}

static void test_basic_info(void)
{
    static const char good[] = "0x1DA6EE6BFC8EB00,0x1,0x2,0xffffffffffffffff,0xFFFFFFFF";
    static const char *const bad[] = {
        "",
        "0x1,0x2,0x3,0x4",
        "0x1,0x2,0x3,0x4,0x5,0x6",
        "0x1,0x2,0x3,0x4,0x100000000",
        "0x1,0x2,0x3,0x4,5",
        "0x1,0x2,0x3,0x4,0xv",
        "0x1,0x2,0x3,0x4,0x",
        "0x10000000000000000,0x2,0x3,0x4,0x5",
        "0x1;0x2,0x3,0x4,0x5",
        "0x1, 0x2,0x3,0x4,0x5",
        "0x1,0x2,0x3,0x4,0x5 ",
    };
    struct content_basic_info info;

    ok(content_parse_basic_info(good, strlen(good), &info), "R42 is refused.\n");
    ok(info.attributes == 0x27, "R42: got %#x.\n", info.attributes);
    ok(info.created == VECTOR_MTIME && info.accessed == 1 && info.written == 2 &&
           info.changed == UINT64_MAX,
       "Other times.\n");
    for (size_t i = 0; i < ARRAY_COUNT(bad); i++)
        ok(!content_parse_basic_info(bad[i], strlen(bad[i]), &info) && !info.attributes,
           "Takes %s.\n", bad[i]);
}

START_TEST(content_search)
{
    RUN_TEST(test_choice);
    RUN_TEST(test_chance);
    RUN_TEST(test_answers);
    RUN_TEST(test_end);
    RUN_TEST(test_discovery);
    RUN_TEST(test_authentication);
    RUN_TEST(test_time);
    RUN_TEST(test_many_bad);
    RUN_TEST(test_judge_search);
    RUN_TEST(test_judge_search_head);
    RUN_TEST(test_judge_download);
    RUN_TEST(test_basic_info);
}
