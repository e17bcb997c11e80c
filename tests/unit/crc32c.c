/* SPDX-License-Identifier: LGPL-2.1-or-later
 *
 * base/crc32c.c */
#include "harness/test.h"

#include "base/crc32c.h"

#define SIZE 100000

static uint8_t bytes[SIZE];

/* The definition, bit by bit. */
static uint32_t slow(const uint8_t *data, size_t size)
{
    uint32_t sum = ~0u;

    while (size--)
    {
        sum ^= *data++;
        for (unsigned int bit = 0; bit < 8; bit++)
            sum = sum >> 1 ^ (sum & 1 ? 0x82f63b78u : 0);
    }
    return ~sum;
}

/* RFC 3720, appendix B.4. */
static void test_published(void)
{
    static const uint8_t zeroes[32];
    uint8_t up[32];

    for (unsigned int i = 0; i < 32; i++)
        up[i] = (uint8_t)i;
    ok(crc32c(0, zeroes, 32) == 0x8a9136aa, "Got %#x.\n", (unsigned int)crc32c(0, zeroes, 32));
    ok(crc32c(0, up, 32) == 0x46dd794e, "Got %#x.\n", (unsigned int)crc32c(0, up, 32));
    ok(crc32c(0, "123456789", 9) == 0xe3069283, "Got %#x.\n",
       (unsigned int)crc32c(0, "123456789", 9));
    ok(!crc32c(0, "", 0), "Got %#x.\n", (unsigned int)crc32c(0, "", 0));
}

static void test_both_ways(void)
{
    static const size_t sizes[] = {0, 1, 7, 8, 9, 4095, 12287, 12288, 12289, 36864, SIZE - 3};

    for (unsigned int i = 0; i < ARRAY_SIZE(sizes); i++)
        for (size_t from = 0; from < 3; from++)
        {
            uint32_t expected = slow(bytes + from, sizes[i]);

            ok(crc32c(0, bytes + from, sizes[i]) == expected, "Wrong for %zu bytes at %zu.\n",
               sizes[i], from);
            ok(crc32c_by_tables(0, bytes + from, sizes[i]) == expected,
               "The tables are wrong for %zu bytes at %zu.\n", sizes[i], from);
        }
}

static void test_piece_by_piece(void)
{
    uint32_t whole = crc32c(0, bytes, SIZE), sum = 0;
    size_t piece = 1;

    for (size_t at = 0; at < SIZE; at += piece, piece = piece * 3 + 1)
        sum = crc32c(sum, bytes + at, at + piece < SIZE ? piece : SIZE - at);
    ok(sum == whole, "Got %#x, expected %#x.\n", (unsigned int)sum, (unsigned int)whole);
}

START_TEST(crc32c)
{
    uint32_t value = 1;

    for (size_t i = 0; i < SIZE; i++)
        bytes[i] = (uint8_t)((value = value * 1664525 + 1013904223) >> 24);
    RUN_TEST(test_published);
    RUN_TEST(test_both_ways);
    RUN_TEST(test_piece_by_piece);
}
