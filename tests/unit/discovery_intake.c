/* SPDX-License-Identifier: LGPL-2.1-or-later
 *
 * peer/discovery_intake.c */
#include "harness/test.h"

#include <stdio.h>

#include "discovery_fake.h"
#include "peer/discovery_intake.h"

static struct discovery_intake intake;
static struct discovery_message message;
static const struct local_address *arrival;

static bool take_bytes(const void *data, size_t size, struct peer_address source, uint16_t port,
                       tick_t now)
{
    struct discovery_datagram datagram = {data, size, source, port};

    return discovery_intake_take(&intake, &datagram, fake_locals, ARRAY_COUNT(fake_locals), now,
                                 &message, &arrival);
}

/* A Probe of its own from the source. */
static bool take_fresh(struct peer_address source, uint16_t port, tick_t now)
{
    static unsigned int count;
    char id[32], *text;
    bool taken;

    sprintf(id, "c2a4b1de-90f1-4f7e-%04x", count++ % 0x10000);
    text = replace_text(probe_text, "c2a4b1de-90f1-4f7e-b1b5", id);
    taken = take_bytes(text, strlen(text), source, port, now);
    free(text);
    return taken;
}

static void reset(void)
{
    memset(&intake, 0, sizeof(intake));
}

static void test_sources(void)
{
    static const struct
    {
        struct peer_address source;
        uint16_t port;
        int local; /* negative: dropped */
    } tests[] = {
        {{PEER_IPV4, {192, 0, 2, 9}, 0}, 3702, 0},
        {{PEER_IPV4, {192, 0, 2, 9}, 0}, 1024, 0},
        {{PEER_IPV4, {192, 0, 2, 9}, 0}, 65535, 0},
        {{PEER_IPV6, {0x20, 0x01, 0x0d, 0xb8, [15] = 9}, 0}, 3702, 1},
        {{PEER_IPV6, {0xfe, 0x80, [15] = 9}, FAKE_LINK}, 3702, 2},
        {{PEER_IPV4, {192, 0, 2, 9}, 0}, 0, -1},
        {{PEER_IPV4, {192, 0, 2, 9}, 0}, 7, -1},
        {{PEER_IPV4, {192, 0, 2, 9}, 0}, 53, -1},
        {{PEER_IPV4, {192, 0, 2, 9}, 0}, 1023, -1},
        {{PEER_IPV4, {192, 0, 2, 1}, 0}, 3702, -1}, /* our own */
        {{PEER_IPV6, {0xfe, 0x80, [15] = 1}, FAKE_LINK}, 3702, -1},
        {{PEER_IPV4, {192, 0, 3, 9}, 0}, 3702, -1}, /* off link */
        {{PEER_IPV4, {192, 0, 2, 255}, 0}, 3702, -1},
        {{PEER_IPV4, {127, 0, 0, 1}, 0}, 3702, -1},
        {{PEER_IPV6, {0xfe, 0x80, [15] = 9}, FAKE_LINK + 1}, 3702, -1},
        {{PEER_IPV6, {0x20, 0x01, 0x0d, 0xb9, [15] = 9}, 0}, 3702, -1},
    };

    withstands("G5");
    for (size_t i = 0; i < ARRAY_COUNT(tests); i++)
    {
        bool taken;

        reset();
        taken = take_fresh(tests[i].source, tests[i].port, 5000);
        ok(taken == (tests[i].local >= 0), "%zu: taken %d.\n", i, taken);
        if (taken) ok(arrival == &fake_locals[tests[i].local], "%zu: wrong subnet.\n", i);
    }

    reset();
    intake.takes_own = true;
    ok(take_fresh(fake_locals[0].address, 3702, 5000), "Our own is dropped.\n");
}

static void test_repetitions(void)
{
    struct peer_address source = peer_ipv4(192, 0, 2, 9), other = peer_ipv4(192, 0, 2, 10);
    char *again = replace_text(probe_text, "</s:Envelope>\n", "</s:Envelope>");

    withstands("G9");
    reset();
    ok(take_bytes(probe_text, strlen(probe_text), source, 3702, 5000), "Dropped.\n");
    ok(message.kind == DISCOVERY_PROBE, "Kind %d.\n", message.kind);
    ok(!take_bytes(probe_text, strlen(probe_text), source, 3702, 5100), "D15: taken twice.\n");
    ok(!take_bytes(again, strlen(again), source, 3702, 5200), "D15: the id is taken twice.\n");
    ok(!take_bytes(probe_text, strlen(probe_text), source, 50000, 500000), "D15: taken later.\n");

    /* The same announcement by another way tells of another address. */
    ok(take_bytes(probe_text, strlen(probe_text), other, 3702, 5300), "Dropped.\n");
    ok(!take_bytes(probe_text, strlen(probe_text), other, 3702, 5400), "D15: taken twice.\n");
    free(again);
}

static void test_rate(void)
{
    struct peer_address source = peer_ipv4(192, 0, 2, 9);
    unsigned int taken = 0;

    withstands("G6");
    reset();
    for (unsigned int i = 0; i < 10000; i++)
        taken += take_fresh(source, 3702, i / 10);
    ok(taken == 20, "%u in the first second.\n", taken);
    taken = 0;
    for (unsigned int i = 0; i < 10000; i++)
        taken += take_fresh(source, 3702, 1000 + i / 10);
    ok(taken == 20, "%u in the next second.\n", taken);

    /* Rubbish counts, repetitions do not. */
    reset();
    ok(take_bytes(probe_text, strlen(probe_text), source, 3702, 5000), "Dropped.\n");
    for (unsigned int i = 0; i < 100; i++)
        ok(!take_bytes(probe_text, strlen(probe_text), source, 3702, 5000), "Taken.\n");
    for (unsigned int i = 0; i < 18; i++)
        ok(!take_bytes("rubbish", 7, source, 3702, 5000), "Taken.\n");
    ok(take_fresh(source, 3702, 5000), "The 20th is dropped.\n");
    ok(!take_fresh(source, 3702, 5000), "The 21st is taken.\n");
    ok(take_fresh(source, 3702, 6000), "Dropped a second later.\n");
    /* What is from elsewhere keeps nobody out. */
    reset();
    for (unsigned int i = 0; i < 100; i++)
        take_fresh(peer_ipv4(198, 51, 100, 7), 3702, 5000);
    ok(take_fresh(source, 3702, 5000), "Dropped.\n");
}

static void test_rubbish(void)
{
    struct peer_address source = peer_ipv4(192, 0, 2, 9);
    static unsigned char bytes[DISCOVERY_RECEIVE_MAX + 1];
    tick_t now = 5000;

    withstands("G7");
    reset();
    ok(!take_bytes("<:/>\n", 5, source, 3702, now), "Taken.\n");
    for (size_t size = 0; size <= 64; size++)
    {
        for (size_t i = 0; i < size; i++)
            bytes[i] = (unsigned char)(i * 37 + size);
        ok(!take_bytes(bytes, size, source, 3702, now += 100), "%zu bytes are taken.\n", size);
    }
    memset(bytes, ' ', sizeof(bytes));
    memcpy(bytes, probe_text, strlen(probe_text));
    ok(!take_bytes(bytes, sizeof(bytes), source, 3702, now + 1000), "Too much is taken.\n");
    ok(take_bytes(bytes, sizeof(bytes) - 1, source, 3702, now + 1000), "Dropped.\n");
}

static void test_resolve(void)
{
    struct peer_address source = peer_ipv4(192, 0, 2, 9);
    char *text = replace_text(probe_text, "discovery/Probe<", "discovery/Resolve<");

    reset();
    ok(!take_bytes(text, strlen(text), source, 3702, 5000), "Taken.\n");
    free(text);
}

START_TEST(discovery_intake)
{
    fake_reset();
    RUN_TEST(test_sources);
    RUN_TEST(test_repetitions);
    RUN_TEST(test_rate);
    RUN_TEST(test_rubbish);
    RUN_TEST(test_resolve);
}
