/* SPDX-License-Identifier: LGPL-2.1-or-later
 *
 * A thread in the caller's storage. Every thread that is started is joined, by another thread,
 * before its storage goes. */
#ifndef OPENBITS_BASE_THREAD_H
#define OPENBITS_BASE_THREAD_H

#include <stdatomic.h>

#include "base/types.h"

#ifndef _WIN32
#include <pthread.h>
#endif

struct thread
{
#ifdef _WIN32
    HANDLE native;
#else
    pthread_t native;
#endif
    atomic_uintptr_t mark; /* set by the thread itself, 0 while there is none */
    void (*fn)(void *arg); /* immutable while the thread runs, as the rest */
    void *arg;
    const char *name;
};

/* Runs fn(arg) on a new thread. The name is kept, not copied; debuggers show it. */
HRESULT thread_start(struct thread *thread, void (*fn)(void *arg), void *arg, const char *name);

/* Waits for the end of the thread. No lock may be held. Does nothing to a zeroed struct. */
void thread_join(struct thread *thread);

/* Is this code run by that thread? */
bool thread_is_current(const struct thread *thread);

#endif
