/* SPDX-License-Identifier: LGPL-2.1-or-later
 *
 * CRC-32C (RFC 3720, appendix B.4), with the processor's instruction where it has one. */
#ifndef OPENBITS_BASE_CRC32C_H
#define OPENBITS_BASE_CRC32C_H

#include "base/types.h"

/* The sum of bytes that follow others, whose sum is given; 0 when nothing came before. */
uint32_t crc32c(uint32_t before, const void *data, size_t size);

/* The same without the instruction, for tests. */
uint32_t crc32c_by_tables(uint32_t before, const void *data, size_t size);

#endif
