/* SPDX-License-Identifier: LGPL-2.1-or-later
 *
 * A sorted array: a download has few ranges, and nearly every change is at the end of the last. */
#include "base/range_set.h"

#include <stdlib.h>
#include <string.h>

void range_set_init(struct range_set *set)
{
    memset(set, 0, sizeof(*set));
}

void range_set_done(struct range_set *set)
{
    free(set->ranges);
    range_set_init(set);
}

void range_set_clear(struct range_set *set)
{
    set->count = 0;
}

static HRESULT reserve(struct range_set *set, size_t count)
{
    size_t capacity = set->capacity ? set->capacity : 4;
    struct byte_range *ranges;

    if (count <= set->capacity) return S_OK;
    if (count > RANGE_SET_MAX) return E_OUTOFMEMORY;
    while (capacity < count)
        capacity *= 2;
    if (!(ranges = realloc(set->ranges, capacity * sizeof(*ranges)))) return E_OUTOFMEMORY;
    set->ranges = ranges;
    set->capacity = capacity;
    return S_OK;
}

HRESULT range_set_copy(struct range_set *set, const struct range_set *from)
{
    HRESULT hr;

    if (set == from) return S_OK;
    if (FAILED(hr = reserve(set, from->count))) return hr;
    if (from->count) memcpy(set->ranges, from->ranges, from->count * sizeof(*from->ranges));
    set->count = from->count;
    return S_OK;
}

/* Index of the first range that ends at or after the offset. */
static size_t find(const struct range_set *set, uint64_t offset)
{
    size_t low = 0, high = set->count;

    while (low < high)
    {
        size_t middle = low + (high - low) / 2;

        if (set->ranges[middle].end < offset)
            low = middle + 1;
        else
            high = middle;
    }
    return low;
}

HRESULT range_set_add(struct range_set *set, uint64_t begin, uint64_t end)
{
    size_t first, after;
    HRESULT hr;

    if (begin > end) return E_INVALIDARG;
    if (begin == end) return S_OK;

    /* [first, after) are the ranges that the new one overlaps or touches. */
    first = after = find(set, begin);
    while (after < set->count && set->ranges[after].begin <= end)
        after++;

    if (first == after)
    {
        if (FAILED(hr = reserve(set, set->count + 1))) return hr;
        memmove(set->ranges + first + 1, set->ranges + first,
                (set->count - first) * sizeof(*set->ranges));
        set->ranges[first] = (struct byte_range){begin, end};
        set->count++;
        return S_OK;
    }

    if (begin < set->ranges[first].begin) set->ranges[first].begin = begin;
    if (end < set->ranges[after - 1].end) end = set->ranges[after - 1].end;
    set->ranges[first].end = end;
    memmove(set->ranges + first + 1, set->ranges + after,
            (set->count - after) * sizeof(*set->ranges));
    set->count -= after - first - 1;
    return S_OK;
}

uint64_t range_set_total(const struct range_set *set)
{
    uint64_t total = 0;

    for (size_t i = 0; i < set->count; i++)
        total += set->ranges[i].end - set->ranges[i].begin;
    return total;
}

size_t range_set_count(const struct range_set *set)
{
    return set->count;
}

const struct byte_range *range_set_get(const struct range_set *set, size_t index)
{
    return index < set->count ? &set->ranges[index] : NULL;
}

bool range_set_first_gap(const struct range_set *set, uint64_t from, uint64_t limit,
                         struct byte_range *gap)
{
    size_t i = find(set, from);

    *gap = (struct byte_range){0, 0};
    if (i < set->count && set->ranges[i].begin <= from) from = set->ranges[i++].end;
    if (from >= limit) return false;

    gap->begin = from;
    gap->end = i < set->count && set->ranges[i].begin < limit ? set->ranges[i].begin : limit;
    return true;
}

bool range_set_covers(const struct range_set *set, uint64_t begin, uint64_t end)
{
    size_t i;

    if (begin >= end) return true;
    i = find(set, end);
    return i < set->count && set->ranges[i].begin <= begin;
}
