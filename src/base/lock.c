/* SPDX-License-Identifier: LGPL-2.1-or-later
 *
 * Ranked locks over SRWLOCK and pthread mutexes. Debug builds keep, for each thread, a mask of the
 * ranks that it holds. */
#include "base/lock.h"

#include <stdio.h>
#include <stdlib.h>

#ifndef _WIN32
#include <errno.h>
#include <time.h>
#endif

static void report_and_abort(const char *fault, const char *lock_name)
{
    fprintf(stderr, "lock fault: %s: %s\n", lock_name, fault);
    fflush(stderr);
    abort();
}

static _Atomic(void (*)(const char *, const char *)) fault_handler = report_and_abort;

void lock_set_fault_handler(void (*handler)(const char *fault, const char *lock_name))
{
    atomic_store(&fault_handler, handler ? handler : report_and_abort);
}

#ifdef NDEBUG

static void check_acquire(const struct lock *lock)
{
    (void)lock;
}

static void note_acquired(struct lock *lock)
{
    (void)lock;
}

static void check_and_note_release(struct lock *lock)
{
    (void)lock;
}

static void check_wait(const struct lock *lock)
{
    (void)lock;
}

void lock_assert_held(const struct lock *lock)
{
    (void)lock;
}

void lock_assert_none_held(void)
{
}

static void check_done(const struct lock *lock)
{
    (void)lock;
}

#else

#ifdef _WIN32

/* The mask is the value of the slot itself, so that there is nothing to free when a thread ends;
 * the slot goes with the module, which may be loaded and unloaded many times. */
static DWORD held_slot;

__attribute__((constructor)) static void make_held_slot(void)
{
    held_slot = TlsAlloc();
}

__attribute__((destructor)) static void free_held_slot(void)
{
    TlsFree(held_slot);
}

static uintptr_t get_held(void)
{
    DWORD error = GetLastError(); /* TlsGetValue() clears it */
    uintptr_t held = (uintptr_t)TlsGetValue(held_slot);

    SetLastError(error);
    return held;
}

static void set_held(uintptr_t held)
{
    TlsSetValue(held_slot, (void *)held);
}

static uintptr_t this_thread(void)
{
    return GetCurrentThreadId();
}

#else

static _Thread_local uintptr_t held_mask;

static uintptr_t get_held(void)
{
    return held_mask;
}

static void set_held(uintptr_t held)
{
    held_mask = held;
}

static uintptr_t this_thread(void)
{
    return (uintptr_t)&held_mask;
}

#endif

static void fault(const char *text, const char *lock_name)
{
    atomic_load (&fault_handler)(text, lock_name);
}

static uintptr_t rank_bit(const struct lock *lock)
{
    return (uintptr_t)1 << lock->rank;
}

static bool is_owned(const struct lock *lock)
{
    return atomic_load_explicit(&lock->owner, memory_order_relaxed) == this_thread();
}

static void check_acquire(const struct lock *lock)
{
    uintptr_t held = get_held();

    if (is_owned(lock))
        fault("taken twice by one thread", lock->name);
    else if (held & rank_bit(lock))
        fault("another lock of its rank is held", lock->name);
    else if (held > rank_bit(lock))
        fault("a lock of a higher rank is held", lock->name);
}

static void note_acquired(struct lock *lock)
{
    atomic_store_explicit(&lock->owner, this_thread(), memory_order_relaxed);
    set_held(get_held() | rank_bit(lock));
}

static void check_and_note_release(struct lock *lock)
{
    if (!is_owned(lock)) fault("given back by a thread that does not hold it", lock->name);
    atomic_store_explicit(&lock->owner, 0, memory_order_relaxed);
    set_held(get_held() & ~rank_bit(lock));
}

static void check_wait(const struct lock *lock)
{
    if (!is_owned(lock)) fault("waits without holding it", lock->name);
    if (get_held() & ~rank_bit(lock)) fault("waits while another lock is held", lock->name);
}

void lock_assert_held(const struct lock *lock)
{
    if (!is_owned(lock)) fault("not held where it must be", lock->name);
}

void lock_assert_none_held(void)
{
    if (get_held()) fault("held where none may be", "a lock");
}

static void check_done(const struct lock *lock)
{
    if (atomic_load_explicit(&lock->owner, memory_order_relaxed))
        fault("destroyed while held", lock->name);
}

#endif

void lock_init(struct lock *lock, unsigned int rank, const char *name)
{
    atomic_init(&lock->owner, 0);
    lock->rank = rank > LOCK_RANK_MAX ? LOCK_RANK_MAX : rank;
    lock->name = name;
#ifdef _WIN32
    InitializeSRWLock(&lock->native);
#else
    pthread_mutex_init(&lock->native, NULL);
#endif
}

void lock_done(struct lock *lock)
{
    check_done(lock);
#ifndef _WIN32
    pthread_mutex_destroy(&lock->native);
#endif
}

void lock_acquire(struct lock *lock)
{
    check_acquire(lock);
#ifdef _WIN32
    AcquireSRWLockExclusive(&lock->native);
#else
    pthread_mutex_lock(&lock->native);
#endif
    note_acquired(lock);
}

void lock_release(struct lock *lock)
{
    check_and_note_release(lock);
#ifdef _WIN32
    ReleaseSRWLockExclusive(&lock->native);
#else
    pthread_mutex_unlock(&lock->native);
#endif
}

#ifdef _WIN32

void cond_init(struct cond *cond)
{
    InitializeConditionVariable(&cond->native);
}

void cond_done(struct cond *cond)
{
    (void)cond;
}

static bool wait_native(struct cond *cond, struct lock *lock, uint32_t timeout_ms)
{
    return SleepConditionVariableSRW(&cond->native, &lock->native, timeout_ms, 0);
}

void cond_signal(struct cond *cond)
{
    WakeConditionVariable(&cond->native);
}

void cond_broadcast(struct cond *cond)
{
    WakeAllConditionVariable(&cond->native);
}

#else

void cond_init(struct cond *cond)
{
    pthread_condattr_t attr;

    pthread_condattr_init(&attr);
    pthread_condattr_setclock(&attr, CLOCK_MONOTONIC);
    pthread_cond_init(&cond->native, &attr);
    pthread_condattr_destroy(&attr);
}

void cond_done(struct cond *cond)
{
    pthread_cond_destroy(&cond->native);
}

static bool wait_native(struct cond *cond, struct lock *lock, uint32_t timeout_ms)
{
    struct timespec end;

    if (timeout_ms == COND_FOREVER) return !pthread_cond_wait(&cond->native, &lock->native);

    clock_gettime(CLOCK_MONOTONIC, &end);
    end.tv_sec += timeout_ms / 1000;
    end.tv_nsec += (long)(timeout_ms % 1000) * 1000000;
    if (end.tv_nsec >= 1000000000)
    {
        end.tv_sec++;
        end.tv_nsec -= 1000000000;
    }
    return pthread_cond_timedwait(&cond->native, &lock->native, &end) != ETIMEDOUT;
}

void cond_signal(struct cond *cond)
{
    pthread_cond_signal(&cond->native);
}

void cond_broadcast(struct cond *cond)
{
    pthread_cond_broadcast(&cond->native);
}

#endif

bool cond_wait(struct cond *cond, struct lock *lock, uint32_t timeout_ms)
{
    bool is_woken;

    check_wait(lock);
    check_and_note_release(lock);
    is_woken = wait_native(cond, lock, timeout_ms);
    note_acquired(lock);
    return is_woken;
}
