/* SPDX-License-Identifier: LGPL-2.1-or-later
 *
 * Allocations that fail on purpose. */
#include "harness/alloc_faults.h"

#include <stddef.h>
#include <stdlib.h>

#define LIVE_MAX 65536

void *__real_malloc(size_t size);
void *__real_calloc(size_t count, size_t size);
void *__real_realloc(void *old, size_t size);
void __real_free(void *data);
void *__wrap_malloc(size_t size);
void *__wrap_calloc(size_t count, size_t size);
void *__wrap_realloc(void *old, size_t size);
void __wrap_free(void *data);

static struct
{
    void *live[LIVE_MAX];
    unsigned int live_count;
    bool is_watching;
    unsigned int countdown; /* 0: nothing fails */
    bool has_failed;
} faults;

void alloc_watch(void)
{
    faults.live_count = 0;
    faults.is_watching = true;
}

unsigned int alloc_unwatch(void)
{
    faults.is_watching = false;
    return faults.live_count;
}

void alloc_fail_at(unsigned int n)
{
    faults.countdown = n;
    faults.has_failed = false;
}

bool alloc_has_failed(void)
{
    faults.countdown = 0;
    return faults.has_failed;
}

static bool is_to_fail(void)
{
    if (!faults.countdown || --faults.countdown) return false;
    faults.has_failed = true;
    return true;
}

static void *note(void *data)
{
    if (!faults.is_watching || !data) return data;
    if (faults.live_count == LIVE_MAX) abort();
    return faults.live[faults.live_count++] = data;
}

/* What was there before the watch began is not in the list. */
static void forget(void *data)
{
    for (unsigned int i = faults.live_count; data && i--;)
    {
        if (faults.live[i] != data) continue;
        faults.live[i] = faults.live[--faults.live_count];
        return;
    }
}

void *__wrap_malloc(size_t size)
{
    return is_to_fail() ? NULL : note(__real_malloc(size));
}

void *__wrap_calloc(size_t count, size_t size)
{
    return is_to_fail() ? NULL : note(__real_calloc(count, size));
}

void *__wrap_realloc(void *old, size_t size)
{
    void *data;

    if (is_to_fail() || !(data = __real_realloc(old, size))) return NULL;
    forget(old);
    return note(data);
}

void __wrap_free(void *data)
{
    forget(data);
    __real_free(data);
}
