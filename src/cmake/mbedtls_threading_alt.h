/* SPDX-License-Identifier: LGPL-2.1-or-later
 *
 * The lock of our mbedTLS for Windows, installed as threading_alt.h. Without locks one RSA key used
 * by two threads at once makes wrong signatures. Who uses the library gives it the four functions.
 */
#ifndef THREADING_ALT_H
#define THREADING_ALT_H

#include <windows.h>

typedef struct mbedtls_threading_mutex_t
{
    CRITICAL_SECTION section;
    char is_valid;
} mbedtls_threading_mutex_t;

#endif
