/* SPDX-License-Identifier: LGPL-2.1-or-later
 *
 * Content information of version 1 for tests. */
#include "harness/content_info_maker.h"

#include <mbedtls/md.h>
#include <stdlib.h>
#include <string.h>

#define BLOCK_SIZE 65536u
#define HASH_SIZE  32u

static void put(uint8_t **at, uint64_t number, unsigned int size)
{
    while (size--)
    {
        *(*at)++ = (uint8_t)number;
        number >>= 8;
    }
}

static void sha256(const uint8_t *data, size_t size, uint8_t *hash)
{
    if (mbedtls_md(mbedtls_md_info_from_type(MBEDTLS_MD_SHA256), data, size, hash)) abort();
}

uint8_t *make_content_info(const uint8_t *file, size_t file_size, size_t begin, size_t end,
                           const void *secret, size_t *size)
{
    size_t count = (file_size + BLOCK_SIZE - 1) / BLOCK_SIZE;
    size_t first = begin / BLOCK_SIZE, after = (end + BLOCK_SIZE - 1) / BLOCK_SIZE;
    uint8_t *hashes = malloc(count * HASH_SIZE), *info, *at;

    *size = 18 + 16 + 2 * HASH_SIZE + 4 + (after - first) * HASH_SIZE;
    info = at = malloc(*size);
    if (!hashes || !info) abort();
    for (size_t i = 0; i < count; i++)
    {
        size_t left = file_size - i * BLOCK_SIZE;

        sha256(file + i * BLOCK_SIZE, left < BLOCK_SIZE ? left : BLOCK_SIZE,
               hashes + i * HASH_SIZE);
    }
    put(&at, 0x0100, 2);
    put(&at, 0x800c, 4);
    put(&at, begin, 4);
    put(&at, end == file_size ? 0 : end - begin, 4);
    put(&at, 1, 4);
    put(&at, 0, 8);
    put(&at, file_size, 4);
    put(&at, BLOCK_SIZE, 4);
    sha256(hashes, count * HASH_SIZE, at);
    memcpy(at + HASH_SIZE, secret, HASH_SIZE);
    at += 2 * HASH_SIZE;
    put(&at, after - first, 4);
    memcpy(at, hashes + first * HASH_SIZE, (after - first) * HASH_SIZE);
    free(hashes);
    return info;
}
