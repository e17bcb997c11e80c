/* SPDX-License-Identifier: LGPL-2.1-or-later
 *
 * MD4, straight from the text of RFC 1320. */
#include "net/md4.h"

#include <string.h>

#define BLOCK 64

static uint32_t rotate(uint32_t value, unsigned int by)
{
    return value << by | value >> (32 - by);
}

/* The state turns by one place each step, so that every step looks the same. */
static void step(uint32_t state[4], uint32_t mixed, uint32_t word, uint32_t constant,
                 unsigned int by)
{
    uint32_t value = rotate(state[0] + mixed + word + constant, by);

    state[0] = state[3];
    state[3] = state[2];
    state[2] = state[1];
    state[1] = value;
}

static void run_block(uint32_t state[4], const uint8_t *block)
{
    static const uint8_t shifts[3][4] = {{3, 7, 11, 19}, {3, 5, 9, 13}, {3, 9, 11, 15}};
    static const uint8_t third[16] = {0, 8, 4, 12, 2, 10, 6, 14, 1, 9, 5, 13, 3, 11, 7, 15};
    uint32_t words[16], s[4];

    for (int i = 0; i < 16; i++)
        words[i] = block[4 * i] | (uint32_t)block[4 * i + 1] << 8 |
                   (uint32_t)block[4 * i + 2] << 16 | (uint32_t)block[4 * i + 3] << 24;
    memcpy(s, state, sizeof(s));
    for (int i = 0; i < 16; i++)
        step(s, (s[1] & s[2]) | (~s[1] & s[3]), words[i], 0, shifts[0][i % 4]);
    for (int i = 0; i < 16; i++)
        step(s, (s[1] & s[2]) | (s[1] & s[3]) | (s[2] & s[3]), words[i % 4 * 4 + i / 4], 0x5a827999,
             shifts[1][i % 4]);
    for (int i = 0; i < 16; i++)
        step(s, s[1] ^ s[2] ^ s[3], words[third[i]], 0x6ed9eba1, shifts[2][i % 4]);
    for (int i = 0; i < 4; i++)
        state[i] += s[i];
}

void md4(const uint8_t *data, size_t size, uint8_t digest[MD4_SIZE])
{
    uint32_t state[4] = {0x67452301, 0xefcdab89, 0x98badcfe, 0x10325476};
    uint8_t last[2 * BLOCK] = {0};
    size_t whole = size / BLOCK, rest = size % BLOCK;
    size_t last_size = rest < BLOCK - 8 ? BLOCK : 2 * BLOCK;

    for (size_t i = 0; i < whole; i++)
        run_block(state, data + i * BLOCK);
    if (rest) memcpy(last, data + whole * BLOCK, rest);
    last[rest] = 0x80;
    for (int i = 0; i < 8; i++)
        last[last_size - 8 + i] = (uint8_t)((uint64_t)size * 8 >> 8 * i);
    for (size_t at = 0; at < last_size; at += BLOCK)
        run_block(state, last + at);
    for (int i = 0; i < MD4_SIZE; i++)
        digest[i] = (uint8_t)(state[i / 4] >> 8 * (i % 4));
    for (volatile uint8_t *byte = last; byte < last + sizeof(last); byte++)
        *byte = 0;
}
