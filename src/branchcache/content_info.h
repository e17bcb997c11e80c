/* SPDX-License-Identifier: LGPL-2.1-or-later
 *
 * Content information of BranchCache, [MS-PCCRC] 2.3 and 2.4: which bytes of a file it describes,
 * and their hashes. Reads bytes from outside; pure. Knows no lock: whoever owns it guards it. */
#ifndef OPENBITS_BRANCHCACHE_CONTENT_INFO_H
#define OPENBITS_BRANCHCACHE_CONTENT_INFO_H

#include "base/range_set.h"
#include "base/types.h"

/* Larger ones are not read: this describes 16 GiB in blocks with SHA-256. */
#define CONTENT_INFO_SIZE_MAX (8u * 1024 * 1024)

#define CONTENT_INFO_HASH_MAX       64
#define CONTENT_INFO_BLOCK_SIZE     65536u              /* version 1 */
#define CONTENT_INFO_SEGMENT_MAX    (32u * 1024 * 1024) /* version 1 */
#define CONTENT_INFO_V2_SEGMENT_MAX (128u * 1024)

enum content_info_hash
{
    CONTENT_INFO_SHA256,
    CONTENT_INFO_SHA384,
    CONTENT_INFO_SHA512,
    CONTENT_INFO_SHA512_CUT /* to 32 bytes */
};

/* The pointers lead into what was read. */
struct content_info_segment
{
    uint64_t offset; /* in the file */
    uint32_t length;
    const uint8_t *hash;   /* version 1: of the hashes of all its blocks; version 2: of its bytes */
    const uint8_t *secret; /* as long as the hash */
    /* The blocks that the range touches. Version 2: one, which is the segment. */
    uint32_t block_size;
    uint32_t first_block;
    uint32_t block_count;
    const uint8_t *block_hashes;
};

/* At least one segment; each begins where the one before ends, and the range touches all. */
struct content_info
{
    unsigned int version; /* 1 or 2 */
    enum content_info_hash hash;
    size_t hash_size;
    struct byte_range range; /* of the file, not empty */
    struct content_info_segment *segments;
    size_t segment_count;
};

/* data must live as long as info. E_INVALIDARG: it is not what it should be; E_NOTIMPL: of another
 * version, or with a hash that is none of ours; E_OUTOFMEMORY. Nothing is kept on failure. */
HRESULT content_info_parse(const uint8_t *data, size_t size, struct content_info *info);

/* A zeroed one is done already. */
void content_info_done(struct content_info *info);

/* Are the hashes of all blocks of this segment there? */
bool content_info_is_whole(const struct content_info_segment *segment);

#endif
