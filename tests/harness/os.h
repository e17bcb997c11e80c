/* SPDX-License-Identifier: LGPL-2.1-or-later
 *
 * Threads, locks and time for the harness, on Windows and POSIX. The harness does not use src/base:
 * conformance tests must build without it, and must not share its faults. */
#ifndef OPENBITS_TESTS_OS_H
#define OPENBITS_TESTS_OS_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#ifdef _WIN32
#include <winsock2.h>
#include <windows.h>
#else
#include <pthread.h>
#endif

struct os_thread
{
#ifdef _WIN32
    HANDLE native;
#else
    pthread_t native;
#endif
    void (*fn)(void *arg); /* NULL when there is no thread to join */
    void *arg;
};

#ifdef _WIN32
typedef SRWLOCK os_mutex;
typedef CONDITION_VARIABLE os_cond;
#else
typedef pthread_mutex_t os_mutex;
typedef pthread_cond_t os_cond;
#endif

/* The struct may not move before the join. */
bool os_thread_start(struct os_thread *thread, void (*fn)(void *arg), void *arg);
/* Does nothing to a zeroed struct. */
void os_thread_join(struct os_thread *thread);

void os_mutex_init(os_mutex *mutex);
void os_mutex_done(os_mutex *mutex);
void os_lock(os_mutex *mutex);
void os_unlock(os_mutex *mutex);

void os_cond_init(os_cond *cond);
void os_cond_done(os_cond *cond);
/* May return early: look again, and at the clock. */
void os_cond_wait(os_cond *cond, os_mutex *mutex, unsigned int timeout_ms);
void os_cond_broadcast(os_cond *cond);

/* Microseconds and milliseconds that never go back, from the same start. */
uint64_t os_micros(void);
uint64_t os_ticks(void);
/* For pacing and polling only; never instead of a wait for a state. */
void os_sleep(unsigned int ms);
unsigned int os_process_id(void);
/* Bytes that nobody can guess. */
bool os_random(void *buffer, size_t size);

#endif
