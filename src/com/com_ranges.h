/* SPDX-License-Identifier: LGPL-2.1-or-later
 *
 * Arrays of BG_FILE_RANGE and what the core makes of them. */
#ifndef OPENBITS_COM_COM_RANGES_H
#define OPENBITS_COM_COM_RANGES_H

#include <windows.h>
#include <objbase.h>

#include "bits10_3.h"

#include "base/range_set.h"
#include "job/file_ranges.h"

/* A copy, freed with free(). */
HRESULT com_take_ranges(const BG_FILE_RANGE *ranges, DWORD count, struct file_range **out);

/* Copies that the client frees with CoTaskMemFree(); NULL when there are none. */
HRESULT com_give_ranges(const struct file_range *ranges, uint32_t count, DWORD *out_count,
                        BG_FILE_RANGE **out);
HRESULT com_give_range_set(const struct range_set *set, DWORD *out_count, BG_FILE_RANGE **out);

#endif
