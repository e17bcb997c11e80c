/* SPDX-License-Identifier: LGPL-2.1-or-later
 *
 * Fuzz target: content information of an origin, and bytes that are held against it. */
#include <stdlib.h>
#include <string.h>

#include "branchcache/content_info.h"
#include "branchcache/content_verifier.h"
#include "fuzz/fuzz.h"

#define BYTES_MAX (512u * 1024)

static void check_segment(const struct content_info *info, size_t index, const uint8_t *data,
                          size_t size)
{
    const struct content_info_segment *segment = &info->segments[index];
    uint64_t begin = segment->offset, end = begin + segment->length;

    CHECK(segment->length && segment->block_size && segment->block_count);
    CHECK(end > begin && end <= INT64_MAX);
    CHECK(!index || begin == segment[-1].offset + segment[-1].length);
    CHECK(begin < info->range.end && end > info->range.begin);
    CHECK((uint64_t)(segment->first_block + segment->block_count - 1) * segment->block_size <
          segment->length);
    CHECK(segment->hash >= data && segment->hash + info->hash_size <= data + size);
    CHECK(segment->secret >= data && segment->secret + info->hash_size <= data + size);
    CHECK(segment->block_hashes >= data &&
          segment->block_hashes + segment->block_count * info->hash_size <= data + size);
}

static void check_info(const struct content_info *info, const uint8_t *data, size_t size)
{
    const struct content_info_segment *last = &info->segments[info->segment_count - 1];

    CHECK(info->segment_count && info->range.begin < info->range.end);
    CHECK(info->hash_size && info->hash_size <= CONTENT_INFO_HASH_MAX);
    CHECK(info->range.begin >= info->segments[0].offset);
    CHECK(info->range.end <= last->offset + last->length);
    for (size_t i = 0; i < info->segment_count; i++)
        check_segment(info, i, data, size);
}

static void feed(uint8_t *data, size_t size, const struct byte_range *range)
{
    static const uint8_t bytes[40000];
    struct content_verifier *verifier;
    uint64_t left = range->end - range->begin;
    HRESULT hr = content_verifier_create(data, size, range, &verifier);

    if (FAILED(hr)) return;
    if (left > BYTES_MAX) left = BYTES_MAX;
    while (left && hr == S_OK)
    {
        size_t part = left < sizeof(bytes) ? (size_t)left : sizeof(bytes);

        hr = content_verifier_take(verifier, bytes, part);
        left -= part;
    }
    CHECK(hr == S_OK || hr == S_FALSE);
    CHECK(content_verifier_checked(verifier) <= BYTES_MAX);
    content_verifier_destroy(verifier);
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
    uint8_t *copy = malloc(size + !size);
    struct content_info info;
    struct byte_range range;

    memcpy(copy, data, size);
    if (FAILED(content_info_parse(copy, size, &info)))
    {
        CHECK(!info.segments && !info.segment_count);
        free(copy);
        return 0;
    }
    check_info(&info, copy, size);
    range = info.range;
    content_info_done(&info);
    /* Not always from its first byte. */
    if (size % 3 == 0 && range.end - range.begin > 70000) range.begin += 70000;
    feed(copy, size, &range);
    return 0;
}
