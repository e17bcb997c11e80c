/* SPDX-License-Identifier: LGPL-2.1-or-later
 *
 * Copies in both directions. */
#include "com/com_ranges.h"

#include <stdlib.h>

_Static_assert(FILE_RANGE_TO_END == BG_LENGTH_TO_EOF, "lengths pass as they are");

HRESULT com_take_ranges(const BG_FILE_RANGE *ranges, DWORD count, struct file_range **out)
{
    *out = NULL;
    if (!ranges || !count) return E_INVALIDARG;
    if (!(*out = calloc(count, sizeof(**out)))) return E_OUTOFMEMORY;
    for (DWORD i = 0; i < count; i++)
        (*out)[i] = (struct file_range){ranges[i].InitialOffset, ranges[i].Length};
    return S_OK;
}

static HRESULT make_array(size_t count, BG_FILE_RANGE **out)
{
    *out = NULL;
    if (!count) return S_OK;
    if (count > SIZE_MAX / sizeof(**out)) return E_OUTOFMEMORY;
    *out = CoTaskMemAlloc(count * sizeof(**out));
    return *out ? S_OK : E_OUTOFMEMORY;
}

HRESULT com_give_ranges(const struct file_range *ranges, uint32_t count, DWORD *out_count,
                        BG_FILE_RANGE **out)
{
    HRESULT hr = make_array(count, out);

    *out_count = 0;
    if (FAILED(hr)) return hr;
    for (uint32_t i = 0; i < count; i++)
    {
        (*out)[i].InitialOffset = ranges[i].offset;
        (*out)[i].Length = ranges[i].length;
    }
    *out_count = count;
    return S_OK;
}

HRESULT com_give_range_set(const struct range_set *set, DWORD *out_count, BG_FILE_RANGE **out)
{
    size_t count = range_set_count(set);
    HRESULT hr = make_array(count, out);

    *out_count = 0;
    if (FAILED(hr)) return hr;
    for (size_t i = 0; i < count; i++)
    {
        const struct byte_range *range = range_set_get(set, i);

        (*out)[i].InitialOffset = range->begin;
        (*out)[i].Length = range->end - range->begin;
    }
    *out_count = (DWORD)count;
    return S_OK;
}
