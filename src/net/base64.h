/* SPDX-License-Identifier: LGPL-2.1-or-later
 *
 * Base64, RFC 4648, with padding. Pure. */
#ifndef OPENBITS_NET_BASE64_H
#define OPENBITS_NET_BASE64_H

#include "base/types.h"

/* Text from malloc(); NULL when there is no memory. */
char *base64_encode(const void *data, size_t size);

/* Bytes from malloc(), also when there are none; NULL: it is no Base64, or there is no memory. */
uint8_t *base64_decode(const char *text, size_t len, size_t *size);

#endif
