/* SPDX-License-Identifier: LGPL-2.1-or-later
 *
 * What fuzz targets share. A target is one function with libFuzzer's name; what does not hold ends
 * the program. */
#ifndef OPENBITS_TESTS_FUZZ_H
#define OPENBITS_TESTS_FUZZ_H

#include <stddef.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size);

#define CHECK(condition)                                                                           \
    do                                                                                             \
    {                                                                                              \
        if (condition) break;                                                                      \
        fprintf(stderr, "%s:%d: does not hold: %s\n", __FILE__, __LINE__, #condition);             \
        abort();                                                                                   \
    } while (0)

#endif
