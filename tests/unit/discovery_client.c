/* SPDX-License-Identifier: LGPL-2.1-or-later
 *
 * peer/discovery_client.c */
#include "harness/test.h"

#include "base/str.h"
#include "discovery_fake.h"
#include "peer/discovery_client.h"

#define T_0    (1000 * 86400 * FILETIME_PER_SECOND)
#define MINUTE 60000

static struct discovery_client client;
static struct peer_table *table;
static unsigned int found, finished;

static void on_found(void *ctx)
{
    (void)ctx;
    found++;
}

static void on_finished(void *ctx)
{
    (void)ctx;
    finished++;
}

static const struct discovery_client_events events = {on_found, on_finished, NULL};

static void start(size_t local_count)
{
    fake_reset();
    found = finished = 0;
    ok(peer_table_create(&table) == S_OK, "No table.\n");
    discovery_client_init(&client, "beta.lab.example", "lab.example", table, &fake_port, &events);
    discovery_client_start(&client, fake_locals, local_count);
}

static void stop(void)
{
    discovery_client_stop(&client);
    peer_table_destroy(table);
    table = NULL;
}

static void run_until(tick_t end)
{
    for (;;)
    {
        tick_t next = discovery_client_next(&client);

        if (next > end) break;
        if (next > fake_now) fake_now = next;
        discovery_client_run(&client, fake_now);
    }
    fake_now = end;
    discovery_client_run(&client, fake_now);
}

static void receive(const char *text, const char *from, const char *to)
{
    struct discovery_message message = fake_message(text, from, to);
    struct peer_address source = peer_ipv4(192, 0, 2, 10);

    discovery_client_receive(&client, &message, &source, &fake_locals[0], T_0);
}

static void test_hello(void)
{
    struct peer_info info;

    start(1);
    receive(hello_text, "x", "x");
    ok(found == 1 && peer_table_count(table) == 1, "D1: found %u.\n", found);
    peer_table_get(table, 0, &info);
    ok(!strcmp(info.fqdn, "alpha.lab.example"), "D1: got %s.\n", info.fqdn);
    ok(info.address_count == 1 && info.addresses[0].family == PEER_IPV4, "D1: %zu addresses.\n",
       info.address_count);
    stop();

    start(ARRAY_COUNT(fake_locals));
    receive(hello_text, "x", "x");
    peer_table_get(table, 0, &info);
    ok(info.address_count == 2, "D1: %zu addresses.\n", info.address_count);
    ok(!fake_count, "%zu messages.\n", fake_count);
    stop();
}

static void test_unwanted(void)
{
    static const struct
    {
        const char *vector, *text, *from, *to;
    } tests[] = {
        {"scope", hello_text, "http://lab.example https://lab.example", "http://other.example"},
        {"domain", hello_text, "alpha.lab.example", "alpha.other.example"},
        {"domain", hello_text, "alpha.lab.example", "lab.example"},
        {"own name", hello_text, "alpha.lab.example", "BETA.lab.example"},
        {"D12", hello_text, "https://192.0.2.10 https://[2001:db8::10]", "https://198.51.100.7"},
        {"D13", matches_text, "x", "x"},
        {"bye", bye_text, "x", "x"},
        {"probe", probe_text, "x", "x"},
    };

    shows("PCA-DP-3");
    shows("PCA-DP-4");
    shows("PCM-6");
    shows("PCM-7");
    for (size_t i = 0; i < ARRAY_COUNT(tests); i++)
    {
        start(1);
        receive(tests[i].text, tests[i].from, tests[i].to);
        ok(!found && !peer_table_count(table), "%s: taken.\n", tests[i].vector);
        stop();
    }

    /* A Bye, which anybody can send, takes nobody away. */
    start(1);
    receive(hello_text, "x", "x");
    receive(bye_text, "x", "x");
    ok(peer_table_count(table) == 1, "Taken away.\n");
    stop();
}

static void test_scopes(void)
{
    start(1);
    receive(hello_text, "http://lab.example https://lab.example", "https://LAB.example/x urn:y");
    ok(found == 1, "A scope below ours is refused.\n");
    receive(hello_text, "http://lab.example https://lab.example", "http://lab.example/");
    ok(found == 2, "D4: a slash at the end is refused.\n");
    stop();
}

static void test_probe(void)
{
    char id[DISCOVERY_ID_SIZE];

    start(ARRAY_COUNT(fake_locals));
    fake_random_is_high = true;
    discovery_client_request(&client, fake_now);
    run_until(fake_now + 10000);
    /* Two schemes, two families, twice. */
    ok(fake_count == 8, "%zu messages.\n", fake_count);
    for (size_t i = 0; i < fake_count; i++)
    {
        const char *scope = discovery_message_next_scope(&fake_sent[i].message, NULL);

        ok(fake_sent[i].message.kind == DISCOVERY_PROBE && fake_sent[i].message.is_rule_known &&
               fake_sent[i].message.scope_count == 1,
           "%zu: kind %d.\n", i, fake_sent[i].message.kind);
        ok(fake_sent[i].target.is_multicast && fake_sent[i].target.link == FAKE_LINK &&
               fake_sent[i].target.family == (i / 2 % 2 ? PEER_IPV6 : PEER_IPV4),
           "%zu: wrong target.\n", i);
        ok(!strcmp(scope, i % 2 ? "https://lab.example" : "http://lab.example"), "%zu: got %s.\n",
           i, scope);
        ok(fake_sent[i].time == (i < 4 ? 1000u : 1250u), "%zu: at %llu.\n", i,
           (unsigned long long)fake_sent[i].time);
        discovery_format_id(&client.probe_ids[i % 2], id);
        ok(!strcmp(fake_sent[i].message.message_id, id), "%zu: got %s.\n", i,
           fake_sent[i].message.message_id);
    }
    ok(!finished, "Finished early.\n");

    receive(matches_text, "urn:uuid:c2a4b1de-90f1-4f7e-b1b5-52f4c7f00a02",
            fake_sent[0].message.message_id);
    ok(found == 1, "The answer is refused.\n");
    receive(matches_text, "urn:uuid:c2a4b1de-90f1-4f7e-b1b5-52f4c7f00a02",
            fake_sent[1].message.message_id);
    ok(found == 2, "The answer to the second is refused.\n");
    receive(matches_text, "x", "x");
    ok(found == 2, "D13: taken.\n");
    stop();
}

static void test_timers(void)
{
    tick_t begin;

    start(1);
    begin = fake_now;
    discovery_client_request(&client, fake_now);
    ok(client.state == DISCOVERY_CLIENT_PROBING && !finished, "State %d.\n", client.state);
    run_until(begin + 10000);
    discovery_client_request(&client, fake_now); /* joins it */
    run_until(begin + DISCOVERY_TIMER_MS - 1);
    ok(!finished, "Finished early.\n");
    run_until(begin + DISCOVERY_TIMER_MS);
    ok(finished == 1 && client.state == DISCOVERY_CLIENT_SUPPRESSED, "Finished %u.\n", finished);
    ok(fake_count == 4, "%zu messages.\n", fake_count);

    run_until(begin + 9 * MINUTE);
    discovery_client_request(&client, fake_now);
    ok(finished == 2, "D18: finished %u.\n", finished);
    run_until(begin + 10 * MINUTE - 1);
    discovery_client_request(&client, fake_now);
    ok(finished == 3 && fake_count == 4, "D18: %zu messages.\n", fake_count);

    run_until(begin + 10 * MINUTE);
    discovery_client_request(&client, fake_now);
    run_until(fake_now + 1000);
    ok(finished == 3 && fake_count == 8, "Finished %u, %zu messages.\n", finished, fake_count);
    stop();
    ok(finished == 4, "Finished %u.\n", finished);
}

/* Nobody ran the machine between two requests. */
static void test_late_request(void)
{
    start(1);
    discovery_client_request(&client, fake_now);
    fake_now += 11 * MINUTE;
    discovery_client_request(&client, fake_now);
    ok(finished == 1 && client.state == DISCOVERY_CLIENT_PROBING, "State %d.\n", client.state);
    stop();
}

static void test_cancel(void)
{
    start(1);
    discovery_client_cancel(&client);
    ok(!finished, "Finished nothing.\n");
    discovery_client_request(&client, fake_now);
    discovery_client_cancel(&client);
    ok(finished == 1, "Finished %u.\n", finished);
    run_until(fake_now + 5 * MINUTE);
    ok(finished == 1 && fake_count == 2, "%zu messages.\n", fake_count);
    discovery_client_request(&client, fake_now);
    ok(finished == 2 && fake_count == 2, "Asked again.\n");
    stop();
}

static void test_clear(void)
{
    start(1);
    receive(hello_text, "x", "x");
    discovery_client_request(&client, fake_now);
    run_until(fake_now + MINUTE);
    discovery_client_clear(&client);
    ok(!peer_table_count(table), "%zu peers.\n", peer_table_count(table));
    fake_count = 0;
    discovery_client_request(&client, fake_now);
    ok(fake_count == 2 && client.state == DISCOVERY_CLIENT_PROBING, "%zu messages.\n", fake_count);

    /* While it asks: the one after this asks anew, for who has answered will not do so again. */
    fake_count = 0;
    discovery_client_clear(&client);
    ok(client.state == DISCOVERY_CLIENT_IDLE, "State %d.\n", client.state);
    discovery_client_request(&client, fake_now);
    ok(fake_count == 2 && client.state == DISCOVERY_CLIENT_PROBING, "%zu messages.\n", fake_count);
    stop();
}

static void test_no_network(void)
{
    start(0);
    discovery_client_request(&client, fake_now);
    ok(finished == 1 && !fake_count && client.state == DISCOVERY_CLIENT_IDLE, "Finished %u.\n",
       finished);
    discovery_client_set_addresses(&client, fake_locals, 1);
    discovery_client_request(&client, fake_now);
    ok(fake_count == 2, "%zu messages.\n", fake_count);
    stop();
}

static void test_stopped(void)
{
    start(1);
    discovery_client_stop(&client);
    receive(hello_text, "x", "x");
    ok(!found, "Taken.\n");
    discovery_client_request(&client, fake_now);
    ok(finished == 1 && !fake_count, "Finished %u.\n", finished);
    ok(discovery_client_next(&client) == TICK_NEVER, "A timer runs.\n");
    stop();
}

START_TEST(discovery_client)
{
    RUN_TEST(test_hello);
    RUN_TEST(test_unwanted);
    RUN_TEST(test_scopes);
    RUN_TEST(test_probe);
    RUN_TEST(test_timers);
    RUN_TEST(test_late_request);
    RUN_TEST(test_cancel);
    RUN_TEST(test_clear);
    RUN_TEST(test_no_network);
    RUN_TEST(test_stopped);
}
