/* SPDX-License-Identifier: LGPL-2.1-or-later
 *
 * peer/discovery_server.c and peer/discovery_outbox.c */
#include "harness/test.h"

#include "base/str.h"
#include "discovery_fake.h"
#include "peer/discovery_server.h"

#define INSTANCE 1717200000

static struct discovery_server server;

static void start(const struct local_address *locals, size_t count)
{
    fake_reset();
    discovery_server_init(&server, "alpha.lab.example", "lab.example", &fake_port);
    discovery_server_start(&server, locals, count, INSTANCE, fake_now);
}

/* Lets the time go on to the moment, stopping at each deadline. */
static void run_until(tick_t end)
{
    for (;;)
    {
        tick_t next = discovery_server_next(&server);

        if (next > end) break;
        if (next > fake_now) fake_now = next;
        discovery_server_run(&server, fake_now);
    }
    fake_now = end;
    discovery_server_run(&server, fake_now);
}

/* Behind the messages of the start. */
static void start_quiet(void)
{
    start(fake_locals, 1);
    run_until(fake_now + 10000);
    fake_count = 0;
}

static void receive(const struct discovery_message *message, struct peer_address source)
{
    discovery_server_receive(&server, message, &source, 50000, &fake_locals[0], fake_now);
}

static void test_hello(void)
{
    const struct discovery_message *message;

    start(fake_locals, ARRAY_COUNT(fake_locals));
    run_until(fake_now + 10000);
    ok(fake_count == 4, "%zu messages.\n", fake_count);
    for (size_t i = 0; i < fake_count; i++)
    {
        message = &fake_sent[i].message;
        ok(message->kind == DISCOVERY_HELLO, "%zu: kind %d.\n", i, message->kind);
        ok(fake_sent[i].target.is_multicast && fake_sent[i].target.link == FAKE_LINK &&
               fake_sent[i].target.family == (i % 2 ? PEER_IPV6 : PEER_IPV4),
           "%zu: wrong target.\n", i);
        ok(fake_sent[i].time == (i < 2 ? 1000u : 1050u), "%zu: at %llu.\n", i,
           (unsigned long long)fake_sent[i].time);
        ok(message->instance_id == INSTANCE && message->metadata_version == 1,
           "%zu: wrong numbers.\n", i);
        ok(message->message_number == i % 2 + 1, "%zu: number %lu.\n", i,
           (unsigned long)message->message_number);
        ok(message->address_count == 2, "%zu: %zu addresses.\n", i, message->address_count);
        ok(!strcmp(message->fqdn, "alpha.lab.example"), "%zu: name %s.\n", i, message->fqdn);
    }
    ok(fake_sent[0].size == fake_sent[2].size &&
           !memcmp(fake_sent[0].text, fake_sent[2].text, fake_sent[0].size),
       "The repetition differs.\n");
    ok(strcmp(fake_sent[0].message.message_id, fake_sent[1].message.message_id),
       "One id for two.\n");
}

static void test_hello_times(void)
{
    fake_reset();
    fake_random_is_high = true;
    discovery_server_init(&server, "alpha.lab.example", "lab.example", &fake_port);
    discovery_server_start(&server, fake_locals, 1, INSTANCE, fake_now);
    ok(discovery_server_next(&server) == 1500, "Got %llu.\n",
       (unsigned long long)discovery_server_next(&server));
    run_until(1499);
    ok(!fake_count, "%zu messages.\n", fake_count);
    run_until(10000);
    ok(fake_count == 2 && fake_sent[0].time == 1500 && fake_sent[1].time == 1750, "%zu messages.\n",
       fake_count);
}

static void test_link_local_only(void)
{
    start(fake_locals + 2, 1);
    run_until(fake_now + 10000);
    ok(fake_count == 2 && fake_sent[0].message.address_count == 1, "%zu messages.\n", fake_count);
}

static void test_instances(void)
{
    GUID first;

    start_quiet();
    first = server.self.endpoint;
    discovery_server_stop(&server, fake_now);
    run_until(fake_now + 1000);
    discovery_server_start(&server, fake_locals, 1, INSTANCE + 1, fake_now);
    ok(!guid_is_equal(&first, &server.self.endpoint), "The same instance.\n");
    fake_count = 0;
    run_until(fake_now + 1000);
    ok(fake_count == 2 && fake_sent[0].message.message_number == 1, "Number %lu.\n",
       (unsigned long)fake_sent[0].message.message_number);
}

static void test_probe(void)
{
    struct discovery_message probe = fake_message(probe_text, "x", "x");
    struct peer_address source = peer_ipv4(192, 0, 2, 9);
    const struct discovery_message *message;

    start_quiet();
    fake_random_is_high = true;
    receive(&probe, source);
    run_until(fake_now + 499);
    ok(!fake_count, "D2: %zu messages at once.\n", fake_count);
    run_until(fake_now + 10000);
    ok(fake_count == 2 && fake_sent[0].time == 11500 && fake_sent[1].time == 11750,
       "D2: %zu messages.\n", fake_count);

    for (size_t i = 0; i < fake_count; i++)
    {
        message = &fake_sent[i].message;
        ok(message->kind == DISCOVERY_MATCHES, "D2: kind %d.\n", message->kind);
        ok(!fake_sent[i].target.is_multicast && fake_sent[i].target.port == 50000 &&
               peer_address_is_equal(&fake_sent[i].target.address, &source),
           "D2: wrong target.\n");
        ok(!strcmp(message->relates_to, probe.message_id), "D2: relates to %s.\n",
           message->relates_to);
        ok(message->message_number == 2, "D2: number %lu.\n",
           (unsigned long)message->message_number);
        ok(message->address_count == 1 &&
               peer_address_is_equal(&message->addresses[0], &fake_locals[0].address),
           "D2: %zu addresses.\n", message->address_count);
    }
    ok(!memcmp(fake_sent[0].text, fake_sent[1].text, fake_sent[0].size), "D2: they differ.\n");
}

static void test_probe_ipv6(void)
{
    struct discovery_message probe = fake_message(probe_text, "x", "x");
    struct peer_address source = {PEER_IPV6, {0xfe, 0x80, [15] = 9}, FAKE_LINK};

    start(fake_locals, ARRAY_COUNT(fake_locals));
    run_until(fake_now + 10000);
    fake_count = 0;
    discovery_server_receive(&server, &probe, &source, 50000, &fake_locals[2], fake_now);
    run_until(fake_now + 10000);
    ok(fake_count == 2, "%zu messages.\n", fake_count);
    ok(fake_sent[0].message.address_count == 1 &&
           peer_address_is_equal(&fake_sent[0].message.addresses[0], &fake_locals[1].address),
       "%zu addresses.\n", fake_sent[0].message.address_count);
}

static void test_scopes(void)
{
    static const struct
    {
        const char *vector, *from, *to;
        bool is_answered;
    } tests[] = {
        {"D3", ">http://lab.example<", ">http://other.example<", false},
        {"D4", ">http://lab.example<", ">HTTP://LAB.EXAMPLE/<", true},
        {"D5", "discovery/rfc2396", "discovery/strcmp0", false},
        {"https", ">http://lab.example<", ">https://lab.example<", true},
        {"both", ">http://lab.example<", ">http://lab.example https://lab.example<", true},
        {"all", ">http://lab.example<", ">http://lab.example http://other.example<", false},
        {"path", ">http://lab.example<", ">http://lab.example/x<", false},
        {"port", ">http://lab.example<", ">http://lab.example:80<", false},
    };

    for (size_t i = 0; i < ARRAY_COUNT(tests); i++)
    {
        struct discovery_message probe = fake_message(probe_text, tests[i].from, tests[i].to);

        start_quiet();
        receive(&probe, peer_ipv4(192, 0, 2, 9));
        run_until(fake_now + 10000);
        ok(fake_count == (tests[i].is_answered ? 2u : 0u), "%s: %zu messages.\n", tests[i].vector,
           fake_count);
    }
}

static void test_others_ignored(void)
{
    struct discovery_message messages[] = {fake_message(hello_text, "x", "x"),
                                           fake_message(bye_text, "x", "x"),
                                           fake_message(matches_text, "x", "x")};

    start_quiet();
    for (size_t i = 0; i < ARRAY_COUNT(messages); i++)
        receive(&messages[i], peer_ipv4(192, 0, 2, 9));
    run_until(fake_now + 10000);
    ok(!fake_count, "%zu messages.\n", fake_count);
}

static void test_rates(void)
{
    struct discovery_message probe = fake_message(probe_text, "x", "x");

    start_quiet();
    /* One to an address in a second. */
    for (unsigned int i = 0; i < 5; i++)
        receive(&probe, peer_ipv4(192, 0, 2, 9));
    run_until(fake_now + 999);
    receive(&probe, peer_ipv4(192, 0, 2, 9));
    ok(fake_count == 2, "%zu messages.\n", fake_count);
    run_until(fake_now + 1);
    receive(&probe, peer_ipv4(192, 0, 2, 9));
    run_until(fake_now + 10000);
    ok(fake_count == 4, "%zu messages.\n", fake_count);

    /* Ten in all, each sent twice. */
    fake_count = 0;
    for (unsigned int i = 0; i < 10000; i++)
        receive(&probe, peer_ipv4(10, 0, (uint8_t)(i >> 8), (uint8_t)i));
    run_until(fake_now + 999);
    receive(&probe, peer_ipv4(10, 1, 0, 1));
    run_until(fake_now + 1);
    ok(!fake_count, "An answer without an address of ours.\n");
    for (unsigned int i = 0; i < 10000; i++)
        receive(&probe, peer_ipv4(192, 0, 2, (uint8_t)(i % 250 + 2)));
    run_until(fake_now + 10000);
    ok(fake_count == 20, "%zu messages.\n", fake_count);
}

static void test_addresses(void)
{
    struct local_address two[] = {fake_locals[0], {peer_ipv4(198, 51, 100, 1), 24, 8}};

    start_quiet();
    discovery_server_set_addresses(&server, fake_locals, 1, fake_now);
    run_until(fake_now + 10000);
    ok(!fake_count, "%zu messages without a change.\n", fake_count);

    /* One more: told on its own link only. */
    discovery_server_set_addresses(&server, two, 2, fake_now);
    run_until(fake_now + 10000);
    ok(fake_count == 2 && fake_sent[0].target.link == 8, "%zu messages.\n", fake_count);
    ok(fake_sent[0].message.metadata_version == 2 && fake_sent[0].message.address_count == 1 &&
           peer_address_is_equal(&fake_sent[0].message.addresses[0], &two[1].address),
       "Version %lu.\n", (unsigned long)fake_sent[0].message.metadata_version);

    fake_count = 0;
    discovery_server_set_addresses(&server, two, 1, fake_now);
    run_until(fake_now + 10000);
    ok(!fake_count && server.self.metadata_version == 3, "%zu messages.\n", fake_count);
    discovery_server_set_addresses(&server, NULL, 0, fake_now);
    run_until(fake_now + 10000);
    ok(!fake_count, "%zu messages without a link.\n", fake_count);
}

static void test_stop(void)
{
    struct discovery_message probe = fake_message(probe_text, "x", "x");

    start_quiet();
    fake_random_is_high = true;
    receive(&probe, peer_ipv4(192, 0, 2, 9));
    discovery_server_stop(&server, fake_now);
    ok(server.state == DISCOVERY_SERVER_STOPPING, "State %d.\n", server.state);
    receive(&probe, peer_ipv4(192, 0, 2, 10));
    run_until(fake_now + 250);
    ok(server.state == DISCOVERY_SERVER_STOPPED, "State %d.\n", server.state);
    ok(discovery_server_next(&server) == TICK_NEVER, "A timer runs.\n");
    ok(fake_count == 2 && fake_sent[0].message.kind == DISCOVERY_BYE &&
           fake_sent[0].target.is_multicast,
       "%zu messages.\n", fake_count);

    receive(&probe, peer_ipv4(192, 0, 2, 11));
    run_until(fake_now + 10000);
    ok(fake_count == 2, "%zu messages.\n", fake_count);

    start(NULL, 0);
    discovery_server_stop(&server, fake_now);
    ok(server.state == DISCOVERY_SERVER_STOPPED, "State %d.\n", server.state);
}

static size_t write_in_order(void *ctx, struct discovery_post *post)
{
    char **order = ctx;

    *(*order)++ = (char)('0' + post->kind);
    return 0; /* which drops it */
}

/* A place that has become free does not let a later message overtake. */
static void test_order(void)
{
    static struct discovery_outbox outbox;
    struct discovery_target target = discovery_link_of(&fake_locals[0]);
    char order[8] = "", *end = order;

    discovery_outbox_add(&outbox, DISCOVERY_HELLO, &target, 10);
    discovery_outbox_add(&outbox, DISCOVERY_BYE, &target, 20);
    discovery_outbox_run(&outbox, &fake_port, 10, write_in_order, &end);
    discovery_outbox_add(&outbox, DISCOVERY_PROBE, &target, 20);
    discovery_outbox_add(&outbox, DISCOVERY_MATCHES, &target, 15);
    ok(discovery_outbox_next(&outbox) == 15, "Got %llu.\n",
       (unsigned long long)discovery_outbox_next(&outbox));
    discovery_outbox_run(&outbox, &fake_port, 20, write_in_order, &end);
    ok(!strcmp(order, "1423"), "Got %s.\n", order);
    ok(discovery_outbox_next(&outbox) == TICK_NEVER, "Not empty.\n");

    for (unsigned int i = 0; i < DISCOVERY_OUTBOX_MAX; i++)
        ok(!!discovery_outbox_add(&outbox, DISCOVERY_BYE, &target, 30), "Full at %u.\n", i);
    ok(!discovery_outbox_add(&outbox, DISCOVERY_BYE, &target, 30), "Never full.\n");
}

START_TEST(discovery_server)
{
    RUN_TEST(test_hello);
    RUN_TEST(test_hello_times);
    RUN_TEST(test_link_local_only);
    RUN_TEST(test_instances);
    RUN_TEST(test_probe);
    RUN_TEST(test_probe_ipv6);
    RUN_TEST(test_scopes);
    RUN_TEST(test_others_ignored);
    RUN_TEST(test_rates);
    RUN_TEST(test_addresses);
    RUN_TEST(test_stop);
    RUN_TEST(test_order);
}
