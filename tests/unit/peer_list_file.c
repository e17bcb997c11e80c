/* SPDX-License-Identifier: LGPL-2.1-or-later
 *
 * peer/peer_list_file.c, and what peer/peer_table.c makes of it. */
#include "harness/test.h"

#include <stdlib.h>
#include <string.h>

#include "peer/peer_list_file.h"

#define NOW 133537620300000000ull

static struct peer_info peer_of(const char *fqdn, uint8_t last, bool is_authenticated)
{
    struct peer_info peer = {.is_authenticated = is_authenticated, .refreshed = NOW};

    strcpy(peer.fqdn, fqdn);
    peer.addresses[0] = peer_ipv4(192, 0, 2, last);
    peer.address_count = 1;
    return peer;
}

static uint8_t *make(const struct peer_info *peers, size_t count, size_t *size)
{
    uint8_t *bytes;

    ok(peer_list_file_make(peers, count, &bytes, size) == S_OK, "It cannot be made.\n");
    return bytes;
}

static void test_round_trip(void)
{
    struct peer_info peers[] = {peer_of("a.local", 1, true), peer_of("b.local", 2, false),
                                peer_of("c.local", 3, true), peer_of("d.local", 4, true)};
    struct peer_info *read;
    size_t size, count;
    uint8_t *bytes;

    peers[2].addresses[1] = (struct peer_address){.family = PEER_IPV6, .bytes = {0x20, 1}};
    peers[2].addresses[2] =
        (struct peer_address){.family = PEER_IPV6, .bytes = {0xfe, 0x80}, .scope = 7};
    peers[2].address_count = 3;
    peers[3].addresses[0] = peers[2].addresses[2]; /* nothing is left of it */
    bytes = make(peers, 4, &size);
    ok(peer_list_file_read(bytes, size, &read, &count) && count == 2, "Got %zu peers.\n", count);
    ok(!strcmp(read[0].fqdn, "a.local") && !strcmp(read[1].fqdn, "c.local"), "Other peers.\n");
    ok(read[0].is_authenticated && read[0].refreshed == NOW, "It is not what it was.\n");
    ok(read[1].address_count == 2 &&
           peer_address_is_equal(&read[1].addresses[1], &peers[2].addresses[1]),
       "Got %zu addresses.\n", read[1].address_count);
    free(read);
    free(bytes);

    bytes = make(NULL, 0, &size);
    ok(peer_list_file_read(bytes, size, &read, &count) && !count && !read, "Got %zu.\n", count);
    free(bytes);
}

/* Every cut and every flipped bit is seen. */
static void test_damage(void)
{
    const struct peer_info peers[] = {peer_of("a.local", 1, true), peer_of("b.local", 2, true)};
    struct peer_info *read;
    size_t size, count;
    uint8_t *bytes = make(peers, 2, &size);

    for (size_t cut = 0; cut < size; cut++)
        ok(!peer_list_file_read(bytes, cut, &read, &count) && !read && !count, "Cut at %zu.\n",
           cut);
    for (size_t bit = 0; bit < 8 * size; bit++)
    {
        bytes[bit / 8] ^= (uint8_t)(1 << bit % 8);
        ok(!peer_list_file_read(bytes, size, &read, &count) && !read, "Bit %zu.\n", bit);
        bytes[bit / 8] ^= (uint8_t)(1 << bit % 8);
    }
    free(bytes);
}

static void test_restore(void)
{
    const struct local_address local = {.address = peer_ipv4(192, 0, 2, 200), .prefix = 24};
    const struct local_address other = {.address = peer_ipv4(198, 51, 100, 200), .prefix = 24};
    struct peer_info peer = peer_of("a.local", 1, true), info;
    struct peer_table *table;

    ok(peer_table_create(&table) == S_OK, "There is no table.\n");
    peer_table_restore(table, &peer, NOW + 1);
    peer_table_restore(table, &peer, NOW + 1);
    ok(peer_table_count(table) == 1, "Got %zu peers.\n", peer_table_count(table));
    peer_table_set_attached(table, &local, 1);
    peer_table_get(table, 0, &info);
    ok(info.is_authenticated && info.address_count == 1 && info.refreshed == NOW, "Got %zu.\n",
       info.address_count);
    /* Elsewhere it cannot be asked. */
    peer_table_set_attached(table, &other, 1);
    peer_table_get(table, 0, &info);
    ok(!info.address_count, "Got %zu.\n", info.address_count);

    /* What is too old is not known any more; what comes from the future is of now. */
    peer = peer_of("b.local", 2, true);
    peer.refreshed = NOW - PEER_ADDRESS_LIFETIME;
    peer_table_restore(table, &peer, NOW + 1);
    ok(peer_table_count(table) == 1, "Got %zu peers.\n", peer_table_count(table));
    peer.refreshed = NOW + PEER_ADDRESS_LIFETIME;
    peer_table_restore(table, &peer, NOW + 1);
    peer_table_get(table, 1, &info);
    ok(info.refreshed == NOW + 1, "Got %llu.\n", (unsigned long long)info.refreshed);
    peer_table_destroy(table);
}

START_TEST(peer_list_file)
{
    RUN_TEST(test_round_trip);
    RUN_TEST(test_damage);
    RUN_TEST(test_restore);
}
