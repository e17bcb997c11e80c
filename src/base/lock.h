/* SPDX-License-Identifier: LGPL-2.1-or-later
 *
 * Locks with ranks, and condition variables. A thread takes locks in rising rank, at most one of a
 * rank, never one that it holds, and gives back what it took itself. Builds without NDEBUG check
 * this and stop the program at the first fault. */
#ifndef OPENBITS_BASE_LOCK_H
#define OPENBITS_BASE_LOCK_H

#include <stdatomic.h>

#include "base/types.h"

#ifndef _WIN32
#include <pthread.h>
#endif

#define LOCK_RANK_QUEUE 1
#define LOCK_RANK_LEAF  3 /* its holder takes nothing */
#define LOCK_RANK_MAX   31

#define COND_FOREVER UINT32_MAX

struct lock
{
#ifdef _WIN32
    SRWLOCK native;
#else
    pthread_mutex_t native;
#endif
    atomic_uintptr_t owner; /* mark of the thread that holds it, 0 when free; debug builds */
    unsigned int rank;      /* immutable after init */
    const char *name;       /* immutable after init */
};

struct cond
{
#ifdef _WIN32
    CONDITION_VARIABLE native;
#else
    pthread_cond_t native;
#endif
};

/* The name is kept, not copied. */
void lock_init(struct lock *lock, unsigned int rank, const char *name);

/* Nobody may hold it or wait for it. */
void lock_done(struct lock *lock);

void lock_acquire(struct lock *lock);

void lock_release(struct lock *lock);

/* First line of a function that needs the lock held. */
void lock_assert_held(const struct lock *lock);

/* First line of what may wait, call out, or touch disk or network. */
void lock_assert_none_held(void);

void cond_init(struct cond *cond);

void cond_done(struct cond *cond);

/* Gives the lock back while it waits; no other lock may be held. False when the time is over. May
 * return early: look at what you wait for again. */
bool cond_wait(struct cond *cond, struct lock *lock, uint32_t timeout_ms);

void cond_signal(struct cond *cond);

void cond_broadcast(struct cond *cond);

/* For the test of the checks: takes the place of the report and the abort. */
void lock_set_fault_handler(void (*handler)(const char *fault, const char *lock_name));

#endif
