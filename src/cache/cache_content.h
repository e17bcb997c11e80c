/* SPDX-License-Identifier: LGPL-2.1-or-later
 *
 * How content is kept: one file for each record, named by its id. The bytes come first, then a
 * CRC-32C of each block of them, so that no part is given away that is not what was put in. */
#ifndef OPENBITS_CACHE_CACHE_CONTENT_H
#define OPENBITS_CACHE_CACHE_CONTENT_H

#include "base/types.h"

#define CACHE_BLOCK_SIZE 0x40000u
#define CACHE_SUM_SIZE   4u

static inline uint64_t cache_block_count(uint64_t size)
{
    return size / CACHE_BLOCK_SIZE + (size % CACHE_BLOCK_SIZE != 0);
}

static inline size_t cache_block_length(uint64_t size, uint64_t block)
{
    uint64_t rest = size - block * CACHE_BLOCK_SIZE;

    return rest < CACHE_BLOCK_SIZE ? (size_t)rest : CACHE_BLOCK_SIZE;
}

/* Of the whole file; sizes of records leave room for it. */
static inline uint64_t cache_content_size(uint64_t size)
{
    return size + cache_block_count(size) * CACHE_SUM_SIZE;
}

enum cache_content_kind
{
    CACHE_CONTENT_NONE, /* no name of ours */
    CACHE_CONTENT_WHOLE,
    CACHE_CONTENT_UNFINISHED
};

/* NULL without memory. */
WCHAR *cache_content_path(const WCHAR *folder, const GUID *id, enum cache_content_kind kind);
enum cache_content_kind cache_content_kind_of(const WCHAR *name, GUID *id);
/* folder + separator + name. */
WCHAR *cache_path_join(const WCHAR *folder, const WCHAR *name);

#endif
