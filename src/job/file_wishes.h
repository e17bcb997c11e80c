/* SPDX-License-Identifier: LGPL-2.1-or-later
 *
 * Which bytes of a file its client wants first. Pure; whoever owns the wishes guards them. */
#ifndef OPENBITS_JOB_FILE_WISHES_H
#define OPENBITS_JOB_FILE_WISHES_H

#include "base/range_set.h"
#include "job/file_ranges.h"

/* A zeroed struct has none. */
struct file_wishes
{
    bool is_random; /* there have been some: bytes do not come one after the other */
    bool has_position;
    uint64_t position;         /* goes before the ranges: from here to the end */
    struct byte_range *ranges; /* in the order of the requests; end: UINT64_MAX, to the end */
    uint32_t count;
};

void file_wishes_done(struct file_wishes *wishes);
HRESULT file_wishes_copy(struct file_wishes *wishes, const struct file_wishes *from);
bool file_wishes_are_any(const struct file_wishes *wishes);

/* Behind those that are there, unless is_first. */
HRESULT file_wishes_add(struct file_wishes *wishes, const struct byte_range *ranges, uint32_t count,
                        bool is_first);

/* BG_E_INVALID_RANGE when one is not inside of a file of this size; these are gone then. */
HRESULT file_wishes_fit(struct file_wishes *wishes, uint64_t size);

/* The next bytes that are wanted and not there; is_all: when nothing is wanted more than the rest,
 * the rest. False, and an empty range, when there are none. Forgets wishes that have come true. */
bool file_wishes_next(struct file_wishes *wishes, const struct range_set *have, uint64_t size,
                      bool is_all, struct byte_range *gap);

#endif
