/* SPDX-License-Identifier: LGPL-2.1-or-later
 *
 * Holds the bytes of a file, as they come in, against content information. Belongs to one thread
 * at a time. */
#ifndef OPENBITS_BRANCHCACHE_CONTENT_VERIFIER_H
#define OPENBITS_BRANCHCACHE_CONTENT_VERIFIER_H

#include "base/range_set.h"
#include "base/types.h"

struct content_verifier;

/* For the bytes of this range, in order from its first. Takes over data, from malloc(), on failure
 * too. E_INVALIDARG: it contradicts itself or does not describe all of the range; also what
 * content_info_parse() says. */
HRESULT content_verifier_create(uint8_t *data, size_t size, const struct byte_range *range,
                                struct content_verifier **out);

void content_verifier_destroy(struct content_verifier *verifier);

/* S_FALSE: the bytes are not those of the file; of no use from then on. E_UNEXPECTED beyond the
 * range. Blocks that the range covers in part only cannot be checked. */
HRESULT content_verifier_take(struct content_verifier *verifier, const void *data, size_t size);

/* Bytes that have been found right. */
uint64_t content_verifier_checked(const struct content_verifier *verifier);

#endif
