/* SPDX-License-Identifier: LGPL-2.1-or-later
 *
 * What mbedTLS needs of us. A library built for Windows asks for its locks; one of the host's
 * brings its own. */
#include "net/mbedtls_setup.h"

#include <mbedtls/entropy.h>
#include <mbedtls/threading.h>

#include "base/random.h"

int mbedtls_setup_random(void *ctx, unsigned char *buffer, size_t size)
{
    (void)ctx;
    return SUCCEEDED(random_bytes(buffer, size)) ? 0 : MBEDTLS_ERR_ENTROPY_SOURCE_FAILED;
}

#ifdef MBEDTLS_THREADING_ALT

static void mutex_init(mbedtls_threading_mutex_t *mutex)
{
    if (!mutex) return;
    InitializeCriticalSection(&mutex->section);
    mutex->is_valid = 1;
}

static void mutex_free(mbedtls_threading_mutex_t *mutex)
{
    if (!mutex || !mutex->is_valid) return;
    DeleteCriticalSection(&mutex->section);
    mutex->is_valid = 0;
}

static int mutex_lock(mbedtls_threading_mutex_t *mutex)
{
    if (!mutex || !mutex->is_valid) return MBEDTLS_ERR_THREADING_BAD_INPUT_DATA;
    EnterCriticalSection(&mutex->section);
    return 0;
}

static int mutex_unlock(mbedtls_threading_mutex_t *mutex)
{
    if (!mutex || !mutex->is_valid) return MBEDTLS_ERR_THREADING_BAD_INPUT_DATA;
    LeaveCriticalSection(&mutex->section);
    return 0;
}

static BOOL CALLBACK set_once(INIT_ONCE *once, void *arg, void **out)
{
    (void)once;
    (void)arg;
    (void)out;
    mbedtls_threading_set_alt(mutex_init, mutex_free, mutex_lock, mutex_unlock);
    return TRUE;
}

void mbedtls_setup(void)
{
    static INIT_ONCE once = INIT_ONCE_STATIC_INIT;

    InitOnceExecuteOnce(&once, set_once, NULL, NULL);
}

void mbedtls_setup_end(void)
{
    mbedtls_threading_free_alt();
}

#else

void mbedtls_setup(void)
{
}

void mbedtls_setup_end(void)
{
}

#endif
