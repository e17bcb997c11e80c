/* SPDX-License-Identifier: LGPL-2.1-or-later
 *
 * Version 1 of content information: little endian; a table of segments, then the hashes of the
 * blocks of each. */
#include "branchcache/content_info.h"

#include <stdlib.h>
#include <string.h>

#include "branchcache/content_info_read.h"

#define HEADER_SIZE 16u /* without the version */

/* What the header says of the range. */
struct ends
{
    uint32_t skipped; /* bytes of the first segment before the range */
    uint32_t in_last; /* bytes of the range in the last segment; 0: up to its end */
};

static bool choose_hash(uint32_t number, struct content_info *info)
{
    switch (number)
    {
    case 0x800c:
        info->hash = CONTENT_INFO_SHA256;
        info->hash_size = 32;
        return true;
    case 0x800d:
        info->hash = CONTENT_INFO_SHA384;
        info->hash_size = 48;
        return true;
    case 0x800e:
        info->hash = CONTENT_INFO_SHA512;
        info->hash_size = 64;
        return true;
    }
    return false;
}

static bool read_segment(struct bytes *bytes, size_t hash_size,
                         struct content_info_segment *segment)
{
    const uint8_t *at = take(bytes, 16);

    if (!at || !(segment->hash = take(bytes, hash_size)) ||
        !(segment->secret = take(bytes, hash_size)))
        return false;
    segment->offset = read_little(at, 8);
    segment->length = (uint32_t)read_little(at + 8, 4);
    segment->block_size = (uint32_t)read_little(at + 12, 4);
    return segment->length && segment->length <= CONTENT_INFO_SEGMENT_MAX &&
           segment->block_size == CONTENT_INFO_BLOCK_SIZE &&
           segment->offset <= (uint64_t)INT64_MAX - segment->length;
}

static bool read_segments(struct bytes *bytes, struct content_info *info)
{
    for (size_t i = 0; i < info->segment_count; i++)
    {
        struct content_info_segment *segment = &info->segments[i];

        if (!read_segment(bytes, info->hash_size, segment)) return false;
        if (i && segment->offset != segment[-1].offset + segment[-1].length) return false;
    }
    return true;
}

static bool set_range(struct content_info *info, const struct ends *ends)
{
    const struct content_info_segment *first = info->segments;
    const struct content_info_segment *last = first + info->segment_count - 1;
    uint32_t before = first == last ? ends->skipped : 0; /* bytes of the last one, too */

    if (ends->skipped >= first->length || ends->in_last > last->length - before) return false;
    info->range.begin = first->offset + ends->skipped;
    info->range.end = last->offset + (ends->in_last ? before + ends->in_last : last->length);
    return true;
}

/* There are as many hashes as there are blocks that the range touches. */
static bool read_blocks(struct bytes *bytes, const struct content_info *info,
                        struct content_info_segment *segment)
{
    uint64_t begin = segment->offset, end = segment->offset + segment->length;
    const uint8_t *at = take(bytes, 4);

    if (begin < info->range.begin) begin = info->range.begin;
    if (end > info->range.end) end = info->range.end;
    begin -= segment->offset;
    end -= segment->offset;
    segment->first_block = (uint32_t)(begin / segment->block_size);
    segment->block_count =
        (uint32_t)((end + segment->block_size - 1) / segment->block_size) - segment->first_block;
    if (!at || read_little(at, 4) != segment->block_count) return false;
    return (segment->block_hashes = take(bytes, segment->block_count * info->hash_size)) != NULL;
}

static HRESULT parse_v1(struct bytes bytes, struct content_info *info)
{
    const uint8_t *header = take(&bytes, HEADER_SIZE);
    struct ends ends;
    uint64_t count;

    if (!header) return E_INVALIDARG;
    if (!choose_hash((uint32_t)read_little(header, 4), info)) return E_NOTIMPL;
    ends =
        (struct ends){(uint32_t)read_little(header + 4, 4), (uint32_t)read_little(header + 8, 4)};
    count = read_little(header + 12, 4);
    if (!count || count > bytes.left / (16 + 2 * info->hash_size)) return E_INVALIDARG;
    if (!(info->segments = calloc((size_t)count, sizeof(*info->segments)))) return E_OUTOFMEMORY;
    info->segment_count = (size_t)count;

    if (!read_segments(&bytes, info) || !set_range(info, &ends)) return E_INVALIDARG;
    for (size_t i = 0; i < info->segment_count; i++)
        if (!read_blocks(&bytes, info, &info->segments[i])) return E_INVALIDARG;
    return bytes.left ? E_INVALIDARG : S_OK;
}

HRESULT content_info_parse(const uint8_t *data, size_t size, struct content_info *info)
{
    struct bytes bytes = {data, size};
    const uint8_t *version = take(&bytes, 2);
    HRESULT hr = E_NOTIMPL;

    memset(info, 0, sizeof(*info));
    if (!version || size > CONTENT_INFO_SIZE_MAX) return E_INVALIDARG;
    info->version = version[1];
    if (!version[0] && info->version == 1)
        hr = parse_v1(bytes, info);
    else if (!version[0] && info->version == 2)
        hr = content_info_parse_v2(bytes, info);
    if (FAILED(hr)) content_info_done(info);
    return hr;
}

void content_info_done(struct content_info *info)
{
    free(info->segments);
    memset(info, 0, sizeof(*info));
}

bool content_info_is_whole(const struct content_info_segment *segment)
{
    return !segment->first_block &&
           segment->block_count == (segment->length - 1) / segment->block_size + 1;
}
