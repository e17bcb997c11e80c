/* SPDX-License-Identifier: LGPL-2.1-or-later
 *
 * peer/peer_address.c */
#include "harness/test.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#ifndef _WIN32
#include <arpa/inet.h>
#endif

#include "peer/peer_address.h"

/* From memory of exactly the text's size. */
static bool parse(const char *text, struct peer_address *address)
{
    size_t len = strlen(text);
    char *copy = malloc(len ? len : 1);
    bool taken;

    memcpy(copy, text, len);
    taken = peer_address_parse(copy, len, address);
    free(copy);
    return taken;
}

static struct peer_address address_of(const char *text)
{
    struct peer_address address;

    ok(parse(text, &address), "%s is refused.\n", text);
    return address;
}

static void test_text(void)
{
    static const struct
    {
        const char *text, *again; /* NULL: refused */
    } tests[] = {
        {"192.0.2.10", "192.0.2.10"},
        {"0.0.0.0", "0.0.0.0"},
        {"255.255.255.255", "255.255.255.255"},
        {"256.0.0.1", NULL},
        {"1.2.3", NULL},
        {"1.2.3.", NULL},
        {"1.2.3.4.", NULL},
        {"1.2.3.4.5", NULL},
        {".1.2.3", NULL},
        {"1..2.3", NULL},
        {"01.2.3.4", NULL},
        {"1.2.3.004", NULL},
        {"1.2.3.4 ", NULL},
        {"0x1.2.3.4", NULL},
        {"16909060", NULL},
        {"-1.2.3.4", NULL},
        {"", NULL},
        {"::", "::"},
        {"::1", "::1"},
        {"1::", "1::"},
        {"2001:db8::10", "2001:db8::10"},
        {"2001:DB8:0:0:0:0:0:10", "2001:db8::10"},
        {"1:0:0:2:0:0:0:3", "1:0:0:2::3"},
        {"1:0:2:3:4:5:6:7", "1:0:2:3:4:5:6:7"},
        {"1:2:3:4:5:6:7:8", "1:2:3:4:5:6:7:8"},
        {"1:2:3:4:5:6:7::", "1:2:3:4:5:6:7:0"},
        {"::2:3:4:5:6:7:8", "0:2:3:4:5:6:7:8"},
        {"fe80::1", "fe80::1"},
        {"::ffff:192.0.2.1", "::ffff:c000:201"},
        {"1:2:3:4:5:6:1.2.3.4", "1:2:3:4:5:6:102:304"},
        {"1:2:3:4:5:6:7:1.2.3.4", NULL},
        {"::1.2.3", NULL},
        {"::1.2.3.4:5", NULL},
        {"1.2.3.4::", NULL},
        {"1:2:3:4:5:6:7:8:9", NULL},
        {"1:2:3:4:5:6:7:8::", NULL},
        {"::1:2:3:4:5:6:7:8", NULL},
        {"1:2:3:4::5:6:7:8", NULL},
        {"1::2::3", NULL},
        {":::", NULL},
        {"1:::2", NULL},
        {":1:2:3:4:5:6:7", NULL},
        {"1:2:3:4:5:6:7:", NULL},
        {"1:2:3:4:5:6:7", NULL},
        {":", NULL},
        {"12345::", NULL},
        {"g::", NULL},
        {"fe80::1%1", NULL},
        {"[::1]", NULL},
    };

    for (size_t i = 0; i < ARRAY_COUNT(tests); i++)
    {
        char text[PEER_ADDRESS_TEXT_SIZE];
        struct peer_address address;
        bool taken = parse(tests[i].text, &address);

        ok(taken == !!tests[i].again, "%s: taken %d.\n", tests[i].text, taken);
        peer_address_format(&address, text);
        ok(!strcmp(text, tests[i].again ? tests[i].again : ""), "%s: got %s.\n", tests[i].text,
           text);
    }
}

#ifndef _WIN32
/* The C library says the same, of texts made of the pieces that matter. */
static void test_against_system(void)
{
    static const char *const pieces[] = {":", "::", "0", "1", "ffff", "12345", ".", "255", "256"};
    uint64_t state = 1;

    for (unsigned int i = 0; i < 100000; i++)
    {
        unsigned char bytes[16];
        char text[128] = "";
        struct peer_address address;
        bool taken;

        for (unsigned int n = (unsigned int)(i % 18); n; n--)
        {
            state = state * 6364136223846793005ull + 1442695040888963407ull;
            strcat(text, pieces[(state >> 33) % ARRAY_COUNT(pieces)]);
        }
        taken = parse(text, &address);
        if (inet_pton(AF_INET, text, bytes) == 1)
            ok(taken && address.family == PEER_IPV4 && !memcmp(bytes, address.bytes, 4),
               "%s differs.\n", text);
        else if (inet_pton(AF_INET6, text, bytes) == 1)
            ok(taken && address.family == PEER_IPV6 && !memcmp(bytes, address.bytes, 16),
               "%s differs.\n", text);
        else
            ok(!taken, "%s is taken.\n", text);
    }
}
#endif

static void test_longest_text(void)
{
    struct peer_address address = address_of("1111:2222:3333:4444:5555:6666:7777:8888");
    char text[PEER_ADDRESS_TEXT_SIZE], xaddr[PEER_XADDR_TEXT_SIZE];

    peer_address_format(&address, text);
    ok(!strcmp(text, "1111:2222:3333:4444:5555:6666:7777:8888"), "Got %s.\n", text);
    peer_xaddr_format(&address, xaddr);
    ok(!strcmp(xaddr, "https://[1111:2222:3333:4444:5555:6666:7777:8888]"), "Got %s.\n", xaddr);
}

static void test_xaddr(void)
{
    static const struct
    {
        const char *text;
        bool taken;
    } tests[] = {
        {"https://192.0.2.10", true},
        {"https://[2001:db8::10]", true},
        {"https://192.0.2.10:2178", false},
        {"https://192.0.2.11/x", false},
        {"https://192.0.2.11/", false},
        {"http://192.0.2.12", false},
        {"https://host.lab.example", false},
        {"https://2001:db8::10", false},
        {"https://[192.0.2.10]", false},
        {"https://[2001:db8::10]:2178", false},
        {"https://[2001:db8::10", false},
        {"https://[]", false},
        {"https://[", false},
        {"https://", false},
        {"192.0.2.10", false},
        {"", false},
    };

    for (size_t i = 0; i < ARRAY_COUNT(tests); i++)
    {
        struct peer_address address;
        bool taken = peer_xaddr_parse(tests[i].text, strlen(tests[i].text), &address);

        ok(taken == tests[i].taken, "%s: taken %d.\n", tests[i].text, taken);
    }
}

static void test_subnets(void)
{
    static const struct
    {
        const char *address, *network;
        uint8_t prefix;
        bool is_in;
    } tests[] = {
        {"192.0.2.10", "192.0.2.0", 24, true},       {"192.0.3.10", "192.0.2.0", 24, false},
        {"192.0.3.10", "192.0.2.0", 23, true},       {"192.0.2.10", "0.0.0.0", 0, true},
        {"192.0.2.10", "192.0.2.10", 32, true},      {"192.0.2.11", "192.0.2.10", 32, false},
        {"192.0.2.10", "192.0.2.0", 33, false},      {"2001:db8::10", "2001:db8::1", 64, true},
        {"2001:db9::10", "2001:db8::1", 64, false},  {"2001:db8::10", "2001:db8::1", 128, false},
        {"2001:db8::10", "2001:db8::10", 128, true}, {"2001:db8::10", "2001:db8::10", 129, false},
        {"2001:db8::10", "0.0.0.0", 0, false},
    };
    struct peer_address a = address_of("fe80::1"), b = address_of("fe80::2");

    for (size_t i = 0; i < ARRAY_COUNT(tests); i++)
    {
        struct peer_address address = address_of(tests[i].address);
        struct peer_address network = address_of(tests[i].network);

        ok(peer_address_is_in(&address, &network, tests[i].prefix) == tests[i].is_in,
           "%s in %s/%u is wrong.\n", tests[i].address, tests[i].network, tests[i].prefix);
    }

    /* The same link-local subnet exists on every link. */
    ok(peer_address_is_in(&a, &b, 64), "Not in it.\n");
    a.scope = 1;
    ok(!peer_address_is_in(&a, &b, 64), "In it.\n");
}

static void test_neighbours(void)
{
    static const struct
    {
        const char *address;
        bool is_host, is_neighbour;
    } tests[] = {
        {"192.0.2.10", true, true},
        {"192.0.2.0", true, false},
        {"192.0.2.255", true, false},
        {"198.51.100.7", true, false},
        {"127.0.0.1", false, false},
        {"0.0.0.0", false, false},
        {"224.0.0.1", false, false},
        {"239.255.255.250", false, false},
        {"255.255.255.255", false, false},
        {"169.254.169.254", true, false},
        {"::", false, false},
        {"::1", false, false},
        {"ff02::c", false, false},
        {"::ffff:192.0.2.10", false, false},
        {"::192.0.2.10", false, false},
        {"2001:db8::10", true, false},
        {"fe80::1", true, false},
    };
    struct local_address local = {address_of("192.0.2.1"), 24, 1};

    for (size_t i = 0; i < ARRAY_COUNT(tests); i++)
    {
        struct peer_address address = address_of(tests[i].address);

        ok(peer_address_is_host(&address) == tests[i].is_host, "%s is wrong.\n", tests[i].address);
        ok(peer_address_is_neighbour(&address, &local) == tests[i].is_neighbour, "%s is wrong.\n",
           tests[i].address);
    }
    local.prefix = 31;
    local.address.bytes[3] = 254;
    ok(peer_address_is_neighbour(&(struct peer_address){PEER_IPV4, {192, 0, 2, 255}, 0}, &local),
       "Both ends of a line are hosts.\n");
}

START_TEST(peer_address)
{
    RUN_TEST(test_text);
#ifndef _WIN32
    RUN_TEST(test_against_system);
#endif
    RUN_TEST(test_longest_text);
    RUN_TEST(test_xaddr);
    RUN_TEST(test_subnets);
    RUN_TEST(test_neighbours);
}
