/* SPDX-License-Identifier: LGPL-2.1-or-later
 *
 * How large the next fragment is: it grows while the server takes them quickly, shrinks when it
 * refuses one as too large or a connection breaks under it. Pure. */
#ifndef OPENBITS_UPLOAD_UPLOAD_FRAGMENT_H
#define OPENBITS_UPLOAD_UPLOAD_FRAGMENT_H

#include "base/types.h"

#define UPLOAD_FRAGMENT_MIN   4096u
#define UPLOAD_FRAGMENT_START (2u << 20)
/* Below the 30,000,000 bytes that a server takes in one request by default. */
#define UPLOAD_FRAGMENT_MAX (28u << 20)

struct upload_fragment
{
    uint32_t size;
    uint32_t limit; /* what the server takes, as far as is known */
};

/* limit: of an earlier run; 0: none is known. */
void upload_fragment_init(struct upload_fragment *fragment, uint32_t limit);
/* One of this size was taken in so many milliseconds. */
void upload_fragment_taken(struct upload_fragment *fragment, uint64_t size, uint64_t ms);
/* One of this size is more than the server takes. False: there is no smaller one. */
bool upload_fragment_refused(struct upload_fragment *fragment, uint64_t size);
/* The connection broke under one. */
void upload_fragment_broken(struct upload_fragment *fragment);

#endif
