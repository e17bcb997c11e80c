/* SPDX-License-Identifier: LGPL-2.1-or-later
 *
 * What mbedTLS needs of us before it is used: locks and random numbers. Any thread. */
#ifndef OPENBITS_NET_MBEDTLS_SETUP_H
#define OPENBITS_NET_MBEDTLS_SETUP_H

#include "base/types.h"

/* Before the first call of the library; can be called again at any time. */
void mbedtls_setup(void);

/* Nobody uses it any more, as before this code is unloaded. Waits for nobody. */
void mbedtls_setup_end(void);

/* The library's f_rng; its ctx is not used. */
int mbedtls_setup_random(void *ctx, unsigned char *buffer, size_t size);

#endif
