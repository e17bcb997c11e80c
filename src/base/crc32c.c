/* SPDX-License-Identifier: LGPL-2.1-or-later
 *
 * Eight bytes at a time through tables; or, on x86-64, three parts at once with the instruction,
 * which can begin a new step before the last one has ended. */
#include "base/crc32c.h"

#include <stdatomic.h>
#include <string.h>

#if defined(__x86_64__)
#include <nmmintrin.h>
#endif

#define POLYNOMIAL 0x82f63b78u /* lowest bit first */
#define PART       4096        /* bytes; a multiple of 8 */

static uint32_t steps[8][256];  /* a byte, and so many bytes of 0 after it */
static uint32_t shifts[4][256]; /* a byte of the sum, and PART bytes of 0 after it */

static atomic_int is_ready; /* 0: no, 1: a thread is about it, 2: yes */

/* ---- tables ---- */

static void make_steps(void)
{
    for (uint32_t i = 0; i < 256; i++)
    {
        uint32_t sum = i;

        for (unsigned int bit = 0; bit < 8; bit++)
            sum = sum >> 1 ^ (sum & 1 ? POLYNOMIAL : 0);
        steps[0][i] = sum;
    }
    for (unsigned int k = 1; k < 8; k++)
        for (uint32_t i = 0; i < 256; i++)
            steps[k][i] = steps[k - 1][i] >> 8 ^ steps[0][steps[k - 1][i] & 0xff];
}

/* A sum is linear in its bits: what becomes of each alone says all. */
static void make_shifts(void)
{
    for (unsigned int bit = 0; bit < 32; bit++)
    {
        uint32_t sum = 1u << bit, mask = 1u << bit % 8;

        for (unsigned int i = 0; i < PART; i++)
            sum = sum >> 8 ^ steps[0][sum & 0xff];
        for (uint32_t i = 0; i < 256; i++)
            if (i & mask) shifts[bit / 8][i] ^= sum;
    }
}

static void make_tables(void)
{
    int expected = 0;

    if (atomic_load_explicit(&is_ready, memory_order_acquire) == 2) return;
    if (atomic_compare_exchange_strong(&is_ready, &expected, 1))
    {
        make_steps();
        make_shifts();
        atomic_store_explicit(&is_ready, 2, memory_order_release);
    }
    /* It takes less than a millisecond, once. */
    while (atomic_load_explicit(&is_ready, memory_order_acquire) != 2)
        continue;
}

/* ---- sums ---- */

static uint32_t get_u32(const uint8_t *in)
{
    return in[0] | (uint32_t)in[1] << 8 | (uint32_t)in[2] << 16 | (uint32_t)in[3] << 24;
}

uint32_t crc32c_by_tables(uint32_t before, const void *data, size_t size)
{
    const uint8_t *at = data;
    uint32_t sum = ~before;

    make_tables();
    for (; size >= 8; at += 8, size -= 8)
    {
        uint32_t low = get_u32(at) ^ sum, high = get_u32(at + 4);

        sum = steps[7][low & 0xff] ^ steps[6][low >> 8 & 0xff] ^ steps[5][low >> 16 & 0xff] ^
              steps[4][low >> 24] ^ steps[3][high & 0xff] ^ steps[2][high >> 8 & 0xff] ^
              steps[1][high >> 16 & 0xff] ^ steps[0][high >> 24];
    }
    while (size--)
        sum = sum >> 8 ^ steps[0][(sum ^ *at++) & 0xff];
    return ~sum;
}

#if defined(__x86_64__)

static uint64_t shift(uint64_t sum)
{
    return shifts[0][sum & 0xff] ^ shifts[1][sum >> 8 & 0xff] ^ shifts[2][sum >> 16 & 0xff] ^
           shifts[3][sum >> 24 & 0xff];
}

static uint64_t load(const uint8_t *from)
{
    uint64_t value;

    memcpy(&value, from, sizeof(value));
    return value;
}

__attribute__((target("sse4.2"))) static uint32_t by_instruction(uint32_t before, const uint8_t *at,
                                                                 size_t size)
{
    uint64_t sum = ~before;

    make_tables();
    for (; size >= 3 * PART; at += 3 * PART, size -= 3 * PART)
    {
        uint64_t second = 0, third = 0;

        for (size_t i = 0; i < PART; i += 8)
        {
            sum = _mm_crc32_u64(sum, load(at + i));
            second = _mm_crc32_u64(second, load(at + PART + i));
            third = _mm_crc32_u64(third, load(at + 2 * PART + i));
        }
        sum = shift(shift(sum) ^ second) ^ third;
    }
    for (; size >= 8; at += 8, size -= 8)
        sum = _mm_crc32_u64(sum, load(at));
    while (size--)
        sum = _mm_crc32_u8((uint32_t)sum, *at++);
    return ~(uint32_t)sum;
}

uint32_t crc32c(uint32_t before, const void *data, size_t size)
{
    if (__builtin_cpu_supports("sse4.2")) return by_instruction(before, data, size);
    return crc32c_by_tables(before, data, size);
}

#else

uint32_t crc32c(uint32_t before, const void *data, size_t size)
{
    return crc32c_by_tables(before, data, size);
}

#endif
