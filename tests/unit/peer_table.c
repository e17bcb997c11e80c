/* SPDX-License-Identifier: LGPL-2.1-or-later
 *
 * peer/peer_table.c */
#include "harness/test.h"

#include <stdio.h>
#include <string.h>

#include "peer/peer_table.h"

#define DAY  (86400 * FILETIME_PER_SECOND)
#define T_0  (100 * DAY)
#define LINK 7

static struct peer_table *table;
static uint32_t next_number; /* of messages */

static void set_up(void)
{
    struct local_address locals[] = {
        {peer_ipv4(192, 0, 2, 1), 24, LINK},
        {{PEER_IPV6, {0xfe, 0x80, [15] = 1}, LINK}, 64, LINK},
    };

    ok(peer_table_create(&table) == S_OK, "No table.\n");
    peer_table_set_attached(table, locals, ARRAY_COUNT(locals));
    next_number = 1;
}

static void tear_down(void)
{
    peer_table_destroy(table);
    table = NULL;
}

/* Announced from the first of these addresses. */
static enum peer_merge announce(const char *fqdn, filetime_t now, const char *const *texts,
                                size_t count)
{
    struct peer_address addresses[32];
    struct peer_news news = {.fqdn = fqdn, .link = LINK, .addresses = addresses};

    for (size_t i = 0; i < count; i++)
        ok(peer_address_parse(texts[i], strlen(texts[i]), &addresses[i]), "No address.\n");
    news.address_count = count;
    news.message_number = next_number++;
    if (count) news.source = addresses[0];
    if (peer_address_is_link_local(&news.source)) news.source.scope = LINK;
    return peer_table_merge(table, &news, now);
}

static enum peer_merge announce_one(const char *fqdn, filetime_t now, const char *address)
{
    return announce(fqdn, now, &address, 1);
}

/* The usable addresses of a peer as one text; NULL when it is not known. */
static const char *addresses_of(const char *fqdn)
{
    static char text[1024];
    struct peer_info info;

    for (size_t i = 0; i < peer_table_count(table); i++)
    {
        peer_table_get(table, i, &info);
        if (!fqdn_is_equal(info.fqdn, fqdn)) continue;
        text[0] = 0;
        for (size_t n = 0; n < info.address_count; n++)
        {
            if (n) strcat(text, " ");
            peer_address_format(&info.addresses[n], text + strlen(text));
        }
        return text;
    }
    return NULL;
}

static void expect_addresses(int line, const char *fqdn, const char *expected)
{
    const char *got = addresses_of(fqdn);

    ok(got && expected ? !strcmp(got, expected) : got == expected, "Line %d: %s has %s.\n", line,
       fqdn, got ? got : "no place");
}
#define EXPECT_ADDRESSES(fqdn, expected) expect_addresses(__LINE__, fqdn, expected)

static void test_subnets(void)
{
    static const char *const mixed[] = {"192.0.2.10", "2001:db8::10", "198.51.100.7"};
    struct local_address more[] = {{peer_ipv4(192, 0, 2, 1), 24, LINK},
                                   {{PEER_IPV6, {0x20, 0x01, 0x0d, 0xb8, [15] = 1}, 0}, 64, LINK}};

    set_up();
    ok(announce("alpha.lab.example", T_0, mixed, 3) == PEER_MERGED, "D1: not merged.\n");
    EXPECT_ADDRESSES("alpha.lab.example", "192.0.2.10"); /* D1: IPv6 is not attached */
    ok(announce_one("beta.lab.example", T_0, "198.51.100.7") == PEER_NO_ADDRESS, "D12: merged.\n");
    EXPECT_ADDRESSES("beta.lab.example", NULL);

    peer_table_set_attached(table, more, 2);
    EXPECT_ADDRESSES("alpha.lab.example", "192.0.2.10");
    ok(announce("ALPHA.lab.example", T_0, mixed, 3) == PEER_MERGED, "D1: not merged.\n");
    EXPECT_ADDRESSES("alpha.lab.example", "192.0.2.10 2001:db8::10"); /* D1: attached */
    ok(peer_table_count(table) == 1, "D1: %zu peers.\n", peer_table_count(table));

    /* Detached, and attached again. */
    peer_table_set_attached(table, more, 0);
    EXPECT_ADDRESSES("alpha.lab.example", "");
    peer_table_set_attached(table, more, 1);
    EXPECT_ADDRESSES("alpha.lab.example", "192.0.2.10");
    tear_down();
}

static void test_link_local(void)
{
    struct peer_info info;

    set_up();
    ok(announce_one("alpha.lab.example", T_0, "fe80::10") == PEER_MERGED, "Not merged.\n");
    peer_table_get(table, 0, &info);
    ok(info.address_count == 1 && info.addresses[0].scope == LINK, "Got scope %lu.\n",
       (unsigned long)info.addresses[0].scope);
    tear_down();
}

/* Nobody is sent to us, to third parties, or to everybody. */
static void test_foreign_addresses(void)
{
    static const char *const third[] = {"192.0.2.10", "192.0.2.11"};
    static const char *const own[] = {"192.0.2.10", "192.0.2.1", "fe80::1"};
    static const char *const others[] = {"127.0.0.1",       "0.0.0.0",         "192.0.2.255",
                                         "192.0.2.0",       "169.254.169.254", "::1",
                                         "239.255.255.250", "ff02::c",         "::ffff:192.0.2.9"};

    withstands("F19");
    set_up();
    ok(announce("alpha.lab.example", T_0, third, 2) == PEER_MERGED, "Not merged.\n");
    EXPECT_ADDRESSES("alpha.lab.example", "192.0.2.10");
    /* When it sends from there itself, it is its own. */
    ok(announce_one("alpha.lab.example", T_0, "192.0.2.11") == PEER_MERGED, "Not merged.\n");
    EXPECT_ADDRESSES("alpha.lab.example", "192.0.2.10 192.0.2.11");

    ok(announce("beta.lab.example", T_0, own, 3) == PEER_MERGED, "Not merged.\n");
    EXPECT_ADDRESSES("beta.lab.example", "192.0.2.10");
    for (size_t i = 0; i < ARRAY_COUNT(others); i++)
        ok(announce_one("gamma.lab.example", T_0, others[i]) == PEER_NO_ADDRESS, "%s is taken.\n",
           others[i]);
    tear_down();
}

static void test_order(void)
{
    struct peer_address address = peer_ipv4(192, 0, 2, 10);
    struct peer_news news = {
        "alpha.lab.example", {1, 0, 0, {0}}, 100, 5, 2, &address, 1, address, LINK};

    set_up();
    ok(peer_table_merge(table, &news, T_0) == PEER_MERGED, "Not merged.\n");
    news.message_number = 4;
    ok(peer_table_merge(table, &news, T_0) == PEER_OUTDATED, "A lower number is taken.\n");
    news.message_number = 5;
    ok(peer_table_merge(table, &news, T_0) == PEER_MERGED, "The same number is refused.\n");
    news.metadata_version = 1;
    ok(peer_table_merge(table, &news, T_0) == PEER_OUTDATED, "A lower version is taken.\n");
    news.instance_id = 99, news.message_number = 9, news.metadata_version = 3;
    ok(peer_table_merge(table, &news, T_0) == PEER_OUTDATED, "A lower instance is taken.\n");
    news.instance_id = 101, news.message_number = 1, news.metadata_version = 1;
    ok(peer_table_merge(table, &news, T_0) == PEER_MERGED, "A later instance is refused.\n");
    /* A new start whose clock is wrong. */
    news.endpoint.Data1 = 2, news.instance_id = 1;
    ok(peer_table_merge(table, &news, T_0) == PEER_MERGED, "Another instance is refused.\n");
    tear_down();
}

static void test_expiry(void)
{
    static const char *const both[] = {"192.0.2.10", "fe80::10"};

    shows("PCM-13");
    shows("PEER-IAV-4");
    set_up();
    announce("alpha.lab.example", T_0, both, 2);
    announce_one("alpha.lab.example", T_0 + DAY, "192.0.2.10");
    peer_table_expire(table, T_0 + 7 * DAY - 1);
    EXPECT_ADDRESSES("alpha.lab.example", "192.0.2.10 fe80::10");
    peer_table_expire(table, T_0 + 7 * DAY);
    EXPECT_ADDRESSES("alpha.lab.example", "192.0.2.10");
    peer_table_refresh(table, "alpha.lab.example",
                       &(struct peer_address){PEER_IPV4, {192, 0, 2, 10}, 0}, T_0 + 3 * DAY);
    peer_table_expire(table, T_0 + 10 * DAY - 1);
    EXPECT_ADDRESSES("alpha.lab.example", "192.0.2.10");
    peer_table_expire(table, T_0 + 10 * DAY);
    EXPECT_ADDRESSES("alpha.lab.example", NULL);

    /* The clock goes back by a year, and on from there. */
    announce_one("alpha.lab.example", T_0 + 365 * DAY, "192.0.2.10");
    peer_table_expire(table, T_0);
    EXPECT_ADDRESSES("alpha.lab.example", "192.0.2.10");
    peer_table_expire(table, T_0 + 7 * DAY);
    EXPECT_ADDRESSES("alpha.lab.example", NULL);
    tear_down();
}

static void test_many_addresses(void)
{
    char text[32];

    set_up();
    announce_one("alpha.lab.example", T_0, "192.0.2.10");
    peer_table_refresh(table, "alpha.lab.example",
                       &(struct peer_address){PEER_IPV4, {192, 0, 2, 10}, 0}, T_0);
    for (unsigned int i = 20; i < 40; i++)
    {
        sprintf(text, "192.0.2.%u", i);
        announce_one("alpha.lab.example", T_0 + i, text);
    }
    /* The one that was proven stays. */
    ok(strstr(addresses_of("alpha.lab.example"), "192.0.2.10 ") &&
           strstr(addresses_of("alpha.lab.example"), "192.0.2.37") &&
           strstr(addresses_of("alpha.lab.example"), "192.0.2.38") &&
           strstr(addresses_of("alpha.lab.example"), "192.0.2.39"),
       "Got %s.\n", addresses_of("alpha.lab.example"));
    ok(strlen(addresses_of("alpha.lab.example")) == 4 * 10 + 3, "Got %s.\n",
       addresses_of("alpha.lab.example"));
    tear_down();
}

static void test_many_peers(void)
{
    char name[64];

    withstands("G8");
    set_up();
    announce_one("old.lab.example", T_0, "192.0.2.10");
    announce_one("trusted.lab.example", T_0, "192.0.2.11");
    peer_table_set_authenticated(table, "TRUSTED.lab.example", true);
    for (unsigned int i = 0; i < 10000; i++)
    {
        sprintf(name, "x%u.lab.example", i);
        ok(announce_one(name, T_0 + 1 + i, "192.0.2.12") == PEER_MERGED, "%s is refused.\n", name);
    }
    ok(peer_table_count(table) == PEER_TABLE_MAX, "%zu peers.\n", peer_table_count(table));
    EXPECT_ADDRESSES("old.lab.example", NULL);
    EXPECT_ADDRESSES("trusted.lab.example", "192.0.2.11");
    EXPECT_ADDRESSES("x9999.lab.example", "192.0.2.12");
    EXPECT_ADDRESSES("x9801.lab.example", "192.0.2.12");
    EXPECT_ADDRESSES("x9800.lab.example", NULL);

    for (unsigned int i = 9801; i < 10000; i++)
    {
        sprintf(name, "x%u.lab.example", i);
        peer_table_set_authenticated(table, name, true);
    }
    ok(announce_one("new.lab.example", T_0 + 20000, "192.0.2.13") == PEER_NO_ROOM, "Taken.\n");
    ok(peer_table_count(table) == PEER_TABLE_MAX, "%zu peers.\n", peer_table_count(table));

    peer_table_remove(table, "x9900.LAB.example");
    EXPECT_ADDRESSES("x9900.lab.example", NULL);
    ok(peer_table_count(table) == PEER_TABLE_MAX - 1, "%zu peers.\n", peer_table_count(table));
    peer_table_remove(table, "nobody.lab.example");
    peer_table_clear(table);
    ok(!peer_table_count(table), "%zu peers.\n", peer_table_count(table));
    tear_down();
}

static void test_info(void)
{
    struct peer_info info;

    set_up();
    announce_one("alpha.lab.example", T_0, "192.0.2.10");
    peer_table_get(table, 0, &info);
    ok(!strcmp(info.fqdn, "alpha.lab.example") && !info.is_authenticated && info.refreshed == T_0,
       "Got %s.\n", info.fqdn);
    peer_table_set_authenticated(table, "nobody.lab.example", true);
    peer_table_set_authenticated(table, "alpha.lab.example", true);
    peer_table_get(table, 0, &info);
    ok(info.is_authenticated, "Not authenticated.\n");
    peer_table_set_authenticated(table, "alpha.lab.example", false);
    peer_table_get(table, 0, &info);
    ok(!info.is_authenticated, "Authenticated.\n");
    tear_down();
}

START_TEST(peer_table)
{
    RUN_TEST(test_subnets);
    RUN_TEST(test_link_local);
    RUN_TEST(test_foreign_addresses);
    RUN_TEST(test_order);
    RUN_TEST(test_expiry);
    RUN_TEST(test_many_addresses);
    RUN_TEST(test_many_peers);
    RUN_TEST(test_info);
}
