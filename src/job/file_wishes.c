/* SPDX-License-Identifier: LGPL-2.1-or-later
 *
 * A short list: a client that seeks asks for few ranges at a time. */
#include "job/file_wishes.h"

#include <stdlib.h>
#include <string.h>

#include "bitsmsg.h"

void file_wishes_done(struct file_wishes *wishes)
{
    free(wishes->ranges);
    *wishes = (struct file_wishes){0};
}

HRESULT file_wishes_copy(struct file_wishes *wishes, const struct file_wishes *from)
{
    *wishes = *from;
    wishes->ranges = NULL;
    wishes->count = 0;
    return file_wishes_add(wishes, from->ranges, from->count, false);
}

bool file_wishes_are_any(const struct file_wishes *wishes)
{
    return wishes->has_position || wishes->count;
}

HRESULT file_wishes_add(struct file_wishes *wishes, const struct byte_range *ranges, uint32_t count,
                        bool is_first)
{
    struct byte_range *all;
    size_t size;

    if (!count) return S_OK;
    if (count > RANGE_SET_MAX || wishes->count > RANGE_SET_MAX - count) return E_OUTOFMEMORY;
    size = (wishes->count + count) * sizeof(*all);
    if (!(all = realloc(wishes->ranges, size))) return E_OUTOFMEMORY;
    if (is_first) memmove(all + count, all, wishes->count * sizeof(*all));
    memcpy(is_first ? all : all + wishes->count, ranges, count * sizeof(*all));
    wishes->ranges = all;
    wishes->count += count;
    return S_OK;
}

static void remove_at(struct file_wishes *wishes, uint32_t index)
{
    wishes->count--;
    memmove(wishes->ranges + index, wishes->ranges + index + 1,
            (wishes->count - index) * sizeof(*wishes->ranges));
}

static bool is_inside(const struct byte_range *range, uint64_t size)
{
    return range->begin < size && (range->end <= size || range->end == UINT64_MAX);
}

HRESULT file_wishes_fit(struct file_wishes *wishes, uint64_t size)
{
    HRESULT hr = S_OK;

    if (wishes->has_position && wishes->position >= size)
    {
        wishes->has_position = false;
        hr = BG_E_INVALID_RANGE;
    }
    for (uint32_t i = wishes->count; i--;)
    {
        if (is_inside(&wishes->ranges[i], size)) continue;
        remove_at(wishes, i);
        hr = BG_E_INVALID_RANGE;
    }
    return hr;
}

bool file_wishes_next(struct file_wishes *wishes, const struct range_set *have, uint64_t size,
                      bool is_all, struct byte_range *gap)
{
    if (wishes->has_position && range_set_first_gap(have, wishes->position, size, gap)) return true;
    wishes->has_position = false;
    while (wishes->count)
    {
        uint64_t end = wishes->ranges[0].end < size ? wishes->ranges[0].end : size;

        if (range_set_first_gap(have, wishes->ranges[0].begin, end, gap)) return true;
        remove_at(wishes, 0);
    }
    *gap = (struct byte_range){0, 0};
    return is_all && range_set_first_gap(have, 0, size, gap);
}
