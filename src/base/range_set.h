/* SPDX-License-Identifier: LGPL-2.1-or-later
 *
 * A set of bytes of a file, as sorted ranges that neither overlap nor touch. Knows no lock: whoever
 * owns the set guards it. */
#ifndef OPENBITS_BASE_RANGE_SET_H
#define OPENBITS_BASE_RANGE_SET_H

#include "base/types.h"

#define RANGE_SET_MAX 4096

/* end is the first byte after the range. */
struct byte_range
{
    uint64_t begin;
    uint64_t end;
};

/* A zeroed struct is an empty set. */
struct range_set
{
    struct byte_range *ranges;
    size_t count;
    size_t capacity;
};

void range_set_init(struct range_set *set);

void range_set_done(struct range_set *set);

/* Empties the set and keeps its memory. */
void range_set_clear(struct range_set *set);

/* Makes an initialised set equal to another; unchanged on failure. */
HRESULT range_set_copy(struct range_set *set, const struct range_set *from);

/* Adds the bytes; what is there already is no fault, an empty range adds nothing. E_OUTOFMEMORY,
 * and no change, without memory or when the set would have more than RANGE_SET_MAX ranges. */
HRESULT range_set_add(struct range_set *set, uint64_t begin, uint64_t end);

/* Bytes in the set. */
uint64_t range_set_total(const struct range_set *set);

size_t range_set_count(const struct range_set *set);

/* Valid until the set changes; NULL when there is no such range. */
const struct byte_range *range_set_get(const struct range_set *set, size_t index);

/* The first run of missing bytes at or after from and below limit; an empty range and false when
 * nothing is missing there. */
bool range_set_first_gap(const struct range_set *set, uint64_t from, uint64_t limit,
                         struct byte_range *gap);

/* Are all of these bytes in the set? An empty range is. */
bool range_set_covers(const struct range_set *set, uint64_t begin, uint64_t end);

#endif
