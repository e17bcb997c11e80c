/* SPDX-License-Identifier: LGPL-2.1-or-later
 *
 * Checks and arithmetic of parts of files. Parts never overlap, so no sum of their lengths can go
 * over the end of 64 bits. */
#include "job/file_ranges.h"

#include <stdlib.h>
#include <string.h>

#include "bitsmsg.h"

HRESULT file_range_check(const struct file_range *range)
{
    if (range->offset == FILE_RANGE_TO_END || !range->length) return BG_E_INVALID_RANGE;
    if (range->length == FILE_RANGE_TO_END) return S_OK;
    return range->length <= UINT64_MAX - range->offset ? S_OK : BG_E_INVALID_RANGE;
}

static int compare(const void *a, const void *b)
{
    const struct file_range *left = a, *right = b;

    return left->offset < right->offset ? -1 : left->offset > right->offset;
}

static HRESULT check_overlap(const struct file_ranges *ranges)
{
    struct file_range *sorted = malloc(ranges->count * sizeof(*sorted));
    HRESULT hr = S_OK;

    if (!sorted) return E_OUTOFMEMORY;
    memcpy(sorted, ranges->items, ranges->count * sizeof(*sorted));
    qsort(sorted, ranges->count, sizeof(*sorted), compare);
    for (uint32_t i = 1; i < ranges->count && SUCCEEDED(hr); i++)
        if (sorted[i - 1].length > sorted[i].offset - sorted[i - 1].offset)
            hr = BG_E_OVERLAPPING_RANGES;
    free(sorted);
    return hr;
}

HRESULT file_ranges_create(const struct file_range *items, uint32_t count, struct file_ranges **out)
{
    struct file_ranges *ranges;
    HRESULT hr;

    *out = NULL;
    if (!items || !count) return E_INVALIDARG;
    for (uint32_t i = 0; i < count; i++)
        if (FAILED(hr = file_range_check(&items[i]))) return hr;
    if (count > INT32_MAX / sizeof(*items) - 1) return E_OUTOFMEMORY;
    if (!(ranges = malloc(sizeof(*ranges) + count * sizeof(*items)))) return E_OUTOFMEMORY;
    atomic_init(&ranges->refs, 1);
    ranges->count = count;
    memcpy(ranges->items, items, count * sizeof(*items));
    if (FAILED(hr = check_overlap(ranges)))
    {
        file_ranges_release(ranges);
        return hr;
    }
    *out = ranges;
    return S_OK;
}

struct file_ranges *file_ranges_addref(struct file_ranges *ranges)
{
    if (ranges) atomic_fetch_add_explicit(&ranges->refs, 1, memory_order_relaxed);
    return ranges;
}

void file_ranges_release(struct file_ranges *ranges)
{
    if (ranges && atomic_fetch_sub_explicit(&ranges->refs, 1, memory_order_acq_rel) == 1)
        free(ranges);
}

static uint64_t length_of(const struct file_range *range, uint64_t size)
{
    if (range->length != FILE_RANGE_TO_END) return range->length;
    return size > range->offset ? size - range->offset : 0;
}

bool file_ranges_fit(const struct file_ranges *ranges, uint64_t size)
{
    for (uint32_t i = 0; ranges && i < ranges->count; i++)
    {
        const struct file_range *range = &ranges->items[i];

        if (range->offset >= size || length_of(range, size) > size - range->offset) return false;
    }
    return true;
}

uint64_t file_ranges_local_size(const struct file_ranges *ranges, uint64_t size)
{
    uint64_t sum = 0;

    if (!ranges) return size;
    for (uint32_t i = 0; i < ranges->count; i++)
        sum += length_of(&ranges->items[i], size);
    return sum;
}

struct byte_range file_ranges_find(const struct file_ranges *ranges, uint64_t size, uint64_t place,
                                   uint64_t length)
{
    struct byte_range found = {place, place};
    uint64_t left;
    uint32_t i = 0;

    if (!ranges)
    {
        found.end = length < size - place ? place + length : size;
        return found;
    }
    for (; i < ranges->count && place >= length_of(&ranges->items[i], size); i++)
        place -= length_of(&ranges->items[i], size);
    if (i == ranges->count) return found;

    found.begin = found.end = ranges->items[i].offset + place;
    for (left = length; i < ranges->count && left; i++)
    {
        uint64_t part = length_of(&ranges->items[i], size) - place;

        if (ranges->items[i].offset + place != found.end) break;
        if (part > left) part = left;
        found.end += part;
        left -= part;
        place = 0;
    }
    return found;
}
