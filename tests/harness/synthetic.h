/* SPDX-License-Identifier: LGPL-2.1-or-later
 *
 * Files that need no disk: a byte is a function of its place (all 64 bits of it) and of the version
 * of the file. Two versions, or two places, look alike only by chance. Pure; for any thread. */
#ifndef OPENBITS_TESTS_SYNTHETIC_H
#define OPENBITS_TESTS_SYNTHETIC_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

/* This version is a gzip stream without an end that grows 158-fold when it is unpacked. */
#define SYNTHETIC_BOMB 0xb0b0b0b0u

void synthetic_fill(uint32_t version, uint64_t offset, void *buffer, size_t size);

/* The number of bytes that are right before the first wrong one; size when all are. */
size_t synthetic_check(uint32_t version, uint64_t offset, const void *buffer, size_t size);

/* Are these at least 8 bytes of one of the versions 0 to limit - 1, and of which? */
bool synthetic_identify(uint32_t limit, uint64_t offset, const void *buffer, size_t size,
                        uint32_t *version);

#endif
