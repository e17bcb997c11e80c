/* SPDX-License-Identifier: LGPL-2.1-or-later
 *
 * Sizes of fragments. What is under way when something breaks is sent again: so a fragment should
 * not take long, and on a fast link few of them should carry much. */
#include "upload/upload_fragment.h"

#define QUICK_MS             1000 /* a fragment that takes less may be larger */
#define AT_ONCE_MS           60   /* one that takes less may be so many times as large: */
#define MUCH_LARGER          8u
#define SLOW_MS              8000 /* one that takes more is too large */
#define SMALLEST_AFTER_BREAK 65536u

static uint32_t at_most(uint32_t size, uint32_t limit)
{
    return size < limit ? size : limit;
}

void upload_fragment_init(struct upload_fragment *fragment, uint32_t limit)
{
    if (!limit || limit > UPLOAD_FRAGMENT_MAX) limit = UPLOAD_FRAGMENT_MAX;
    if (limit < UPLOAD_FRAGMENT_MIN) limit = UPLOAD_FRAGMENT_MIN;
    fragment->limit = limit;
    fragment->size = at_most(UPLOAD_FRAGMENT_START, limit);
}

void upload_fragment_taken(struct upload_fragment *fragment, uint64_t size, uint64_t ms)
{
    /* The last one of a file says nothing about larger ones. */
    if (ms < QUICK_MS && size >= fragment->size)
        fragment->size =
            at_most(fragment->size * (ms < AT_ONCE_MS ? MUCH_LARGER : 2), fragment->limit);
    else if (ms > SLOW_MS && fragment->size / 2 >= SMALLEST_AFTER_BREAK)
        fragment->size /= 2;
}

bool upload_fragment_refused(struct upload_fragment *fragment, uint64_t size)
{
    if (size <= UPLOAD_FRAGMENT_MIN) return false;
    size /= 2;
    if (size < UPLOAD_FRAGMENT_MIN) size = UPLOAD_FRAGMENT_MIN;
    if (size < fragment->limit) fragment->limit = (uint32_t)size;
    fragment->size = at_most(fragment->size, fragment->limit);
    return true;
}

void upload_fragment_broken(struct upload_fragment *fragment)
{
    if (fragment->size / 2 >= SMALLEST_AFTER_BREAK) fragment->size /= 2;
}
