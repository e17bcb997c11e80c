/* SPDX-License-Identifier: LGPL-2.1-or-later
 *
 * Random numbers of the system, good enough for keys and session ids. For any thread. */
#ifndef OPENBITS_BASE_RANDOM_H
#define OPENBITS_BASE_RANDOM_H

#include "base/types.h"

/* Fills the buffer; it is zeroed when the system has no random numbers. */
HRESULT random_bytes(void *buffer, size_t size);

/* A GUID of version 4; the null GUID on failure. */
HRESULT guid_create_random(GUID *guid);

/* Evenly spread over 0 to limit - 1. 0 when the limit is 0 or there are no random numbers: for
 * spreading things in time, not for secrets. */
uint32_t random_below(uint32_t limit);

#endif
