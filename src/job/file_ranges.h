/* SPDX-License-Identifier: LGPL-2.1-or-later
 *
 * The parts of a remote file that a download consists of. Two ways to count bytes meet here: the
 * remote file's positions, and those of the local file, which holds the parts one after the other
 * in the order given. Immutable, counted; NULL stands for the whole file, where both are the same.
 */
#ifndef OPENBITS_JOB_FILE_RANGES_H
#define OPENBITS_JOB_FILE_RANGES_H

#include <stdatomic.h>

#include "base/range_set.h"
#include "base/types.h"

/* BG_LENGTH_TO_EOF */
#define FILE_RANGE_TO_END UINT64_MAX

/* As clients give them. */
struct file_range
{
    uint64_t offset;
    uint64_t length; /* FILE_RANGE_TO_END: up to the end of the file */
};

struct file_ranges
{
    atomic_uint refs;
    uint32_t count; /* never 0 */
    struct file_range items[];
};

/* Can there be such a range at all? BG_E_INVALID_RANGE. */
HRESULT file_range_check(const struct file_range *range);

/* BG_E_INVALID_RANGE, BG_E_OVERLAPPING_RANGES. */
HRESULT file_ranges_create(const struct file_range *items, uint32_t count,
                           struct file_ranges **out);
struct file_ranges *file_ranges_addref(struct file_ranges *ranges);
void file_ranges_release(struct file_ranges *ranges);

/* Are all of them inside of a file of this size? */
bool file_ranges_fit(const struct file_ranges *ranges, uint64_t size);

/* Of the local file, when the remote one has this size. */
uint64_t file_ranges_local_size(const struct file_ranges *ranges, uint64_t size);

/* Where the bytes from this place of the local file on come from, as far as they follow each other
 * in the remote file too, and not more than length. The place must be below the local size. */
struct byte_range file_ranges_find(const struct file_ranges *ranges, uint64_t size, uint64_t place,
                                   uint64_t length);

#endif
