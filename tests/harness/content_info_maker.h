/* SPDX-License-Identifier: LGPL-2.1-or-later
 *
 * Content information of version 1 for tests, made from the bytes of a file with SHA-256. Needs
 * mbedTLS. */
#ifndef OPENBITS_TESTS_CONTENT_INFO_MAKER_H
#define OPENBITS_TESTS_CONTENT_INFO_MAKER_H

#include <stddef.h>
#include <stdint.h>

#define MAKER_SECRET "a secret of thirty-two bytes...."

/* Of bytes [begin, end) of a file of so many bytes, one segment at most; free() it. The secret has
 * 32 bytes. */
uint8_t *make_content_info(const uint8_t *file, size_t file_size, size_t begin, size_t end,
                           const void *secret, size_t *size);

#endif
