/* SPDX-License-Identifier: LGPL-2.1-or-later
 *
 * Bytes out of a message, never beyond its end. Private to the readers of content information. */
#ifndef OPENBITS_BRANCHCACHE_CONTENT_INFO_READ_H
#define OPENBITS_BRANCHCACHE_CONTENT_INFO_READ_H

#include "branchcache/content_info.h"

struct bytes
{
    const uint8_t *at;
    size_t left;
};

/* NULL when there are not so many. */
static inline const uint8_t *take(struct bytes *bytes, size_t size)
{
    const uint8_t *at = bytes->at;

    if (size > bytes->left) return NULL;
    bytes->at += size;
    bytes->left -= size;
    return at;
}

static inline uint64_t read_little(const uint8_t *at, unsigned int size)
{
    uint64_t value = 0;

    while (size--)
        value = value << 8 | at[size];
    return value;
}

static inline uint64_t read_big(const uint8_t *at, unsigned int size)
{
    uint64_t value = 0;

    for (unsigned int i = 0; i < size; i++)
        value = value << 8 | at[i];
    return value;
}

/* After the two bytes of the version. */
HRESULT content_info_parse_v2(struct bytes bytes, struct content_info *info);

#endif
