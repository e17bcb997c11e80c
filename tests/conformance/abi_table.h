/* SPDX-License-Identifier: LGPL-2.1-or-later
 *
 * What a set of headers says about the binary interface of BITS: one entry for each id, value,
 * size, offset and slot of abi_list.h. */
#ifndef OPENBITS_TESTS_ABI_TABLE_H
#define OPENBITS_TESTS_ABI_TABLE_H

#include <stddef.h>
#include <stdint.h>

struct abi_entry
{
    const char *name;
    const void *guid; /* 16 bytes, or NULL: the value counts */
    uint64_t value;
};

/* Our headers, and those of MinGW-w64, which has fewer names. */
extern const struct abi_entry abi_ours[], abi_mingw[];
extern const size_t abi_ours_count, abi_mingw_count;

#endif
