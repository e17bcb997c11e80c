/* SPDX-License-Identifier: LGPL-2.1-or-later
 *
 * MD4, RFC 1320, which NTLM makes a key of a password with. Good for nothing else any more. */
#ifndef OPENBITS_NET_MD4_H
#define OPENBITS_NET_MD4_H

#include "base/types.h"

#define MD4_SIZE 16

void md4(const uint8_t *data, size_t size, uint8_t digest[MD4_SIZE]);

#endif
