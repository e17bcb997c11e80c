/* SPDX-License-Identifier: LGPL-2.1-or-later
 *
 * Version 2 of content information: big endian; segments of different lengths in chunks of the
 * message, without blocks. */
#include <stdlib.h>

#include "branchcache/content_info_read.h"

#define HEADER_SIZE  29u /* without the version */
#define SEGMENT_SIZE 68u
#define HASH_SIZE    32u
#define HASH_SHA512  0x04

/* offset: where the segment before ends. */
static bool add_segment(struct content_info *info, const uint8_t *at, uint64_t offset)
{
    struct content_info_segment *segment = &info->segments[info->segment_count];
    uint32_t length = (uint32_t)read_big(at, 4);

    if (!length || length > CONTENT_INFO_V2_SEGMENT_MAX || offset > (uint64_t)INT64_MAX - length)
        return false;
    *segment = (struct content_info_segment){.offset = offset,
                                             .length = length,
                                             .hash = at + 4,
                                             .secret = at + 4 + HASH_SIZE,
                                             .block_size = length,
                                             .block_count = 1,
                                             .block_hashes = at + 4};
    info->segment_count++;
    return true;
}

static bool read_chunks(struct bytes bytes, struct content_info *info, uint64_t *offset)
{
    while (bytes.left)
    {
        const uint8_t *head = take(&bytes, 5), *segments;
        uint64_t size = head ? read_big(head + 1, 4) : 0;

        if (!head || head[0] || size % SEGMENT_SIZE || size > bytes.left) return false;
        segments = take(&bytes, (size_t)size);
        for (uint64_t at = 0; at < size; at += SEGMENT_SIZE)
        {
            if (!add_segment(info, segments + at, *offset)) return false;
            *offset += info->segments[info->segment_count - 1].length;
        }
    }
    return info->segment_count != 0;
}

static bool set_range(struct content_info *info, uint32_t skipped, uint64_t length, uint64_t end)
{
    const struct content_info_segment *first = info->segments;
    const struct content_info_segment *last = first + info->segment_count - 1;

    if (skipped >= first->length) return false;
    info->range.begin = first->offset + skipped;
    if (length > end - info->range.begin) return false;
    info->range.end = length ? info->range.begin + length : end;
    return info->range.end > last->offset;
}

HRESULT content_info_parse_v2(struct bytes bytes, struct content_info *info)
{
    const uint8_t *header = take(&bytes, HEADER_SIZE);
    uint64_t end;

    if (!header) return E_INVALIDARG;
    if (header[0] != HASH_SHA512) return E_NOTIMPL;
    info->hash = CONTENT_INFO_SHA512_CUT;
    info->hash_size = HASH_SIZE;
    end = read_big(header + 1, 8);
    info->segments = calloc(bytes.left / SEGMENT_SIZE + 1, sizeof(*info->segments));
    if (!info->segments) return E_OUTOFMEMORY;
    if (!read_chunks(bytes, info, &end) ||
        !set_range(info, (uint32_t)read_big(header + 17, 4), read_big(header + 21, 8), end))
        return E_INVALIDARG;
    return S_OK;
}
