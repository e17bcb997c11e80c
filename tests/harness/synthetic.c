/* SPDX-License-Identifier: LGPL-2.1-or-later
 *
 * The bytes of synthetic files, eight at a time. */
#include "harness/synthetic.h"

#include <string.h>

/* The output function of the SplitMix64 generator: a bijection that spreads every bit. */
static uint64_t mix(uint64_t x)
{
    x = (x ^ x >> 30) * 0xbf58476d1ce4e5b9ull;
    x = (x ^ x >> 27) * 0x94d049bb133111ebull;
    return x ^ x >> 31;
}

static uint64_t word_at(uint32_t version, uint64_t index)
{
    return mix(index * 0x9e3779b97f4a7c15ull + mix((uint64_t)version + 1));
}

/* The same bytes on every machine. */
static void store_word(uint64_t word, unsigned char *out)
{
#if defined(__BYTE_ORDER__) && __BYTE_ORDER__ == __ORDER_LITTLE_ENDIAN__
    memcpy(out, &word, 8);
#else
    for (unsigned int i = 0; i < 8; i++)
        out[i] = (unsigned char)(word >> 8 * i);
#endif
}

/* A gzip header, and one block of fixed codes: a zero byte, then 258 times the byte before, for
 * ever. A length of 258 at a distance of 1 takes 13 bits. */
static unsigned char bomb_byte(uint64_t offset)
{
    static const unsigned char header[10] = {0x1f, 0x8b, 8, 0, 0, 0, 0, 0, 0, 255};
    static const char start[] = "11000110000"; /* last block, fixed codes, literal 0 */
    static const char again[] = "1100010100000";
    uint64_t bit;
    unsigned int byte = 0;

    if (offset < sizeof(header)) return header[offset];
    bit = (offset - sizeof(header)) * 8;
    for (unsigned int i = 0; i < 8; i++, bit++)
    {
        char c = bit < sizeof(start) - 1 ? start[bit]
                                         : again[(bit - (sizeof(start) - 1)) % (sizeof(again) - 1)];

        byte |= (unsigned int)(c == '1') << i;
    }
    return (unsigned char)byte;
}

void synthetic_fill(uint32_t version, uint64_t offset, void *buffer, size_t size)
{
    unsigned char *out = buffer, word[8];

    if (version == SYNTHETIC_BOMB)
    {
        for (size_t i = 0; i < size; i++)
            out[i] = bomb_byte(offset + i);
        return;
    }
    while (size)
    {
        size_t skip = (size_t)(offset % 8);
        size_t count = 8 - skip < size ? 8 - skip : size;

        if (count == 8)
            store_word(word_at(version, offset / 8), out);
        else
        {
            store_word(word_at(version, offset / 8), word);
            memcpy(out, word + skip, count);
        }
        out += count;
        offset += count;
        size -= count;
    }
}

size_t synthetic_check(uint32_t version, uint64_t offset, const void *buffer, size_t size)
{
    const unsigned char *in = buffer;
    unsigned char expected[4096];

    for (size_t done = 0; done < size;)
    {
        size_t count = size - done < sizeof(expected) ? size - done : sizeof(expected);

        synthetic_fill(version, offset + done, expected, count);
        if (memcmp(in + done, expected, count))
        {
            size_t i = 0;

            while (in[done + i] == expected[i])
                i++;
            return done + i;
        }
        done += count;
    }
    return size;
}

bool synthetic_identify(uint32_t limit, uint64_t offset, const void *buffer, size_t size,
                        uint32_t *version)
{
    *version = 0;
    if (size < 8) return false;
    for (uint32_t v = 0; v < limit; v++)
        if (synthetic_check(v, offset, buffer, 8) == 8)
        {
            *version = v;
            return true;
        }
    return false;
}
