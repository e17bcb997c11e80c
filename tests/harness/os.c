/* SPDX-License-Identifier: LGPL-2.1-or-later
 *
 * Threads, locks and time of Windows and of POSIX. */
#ifdef _WIN32
#define _CRT_RAND_S
#endif
#include <stdio.h>
#include <stdlib.h>

#include "harness/os.h"

#ifdef _WIN32

#include <process.h>

static unsigned int WINAPI run_thread(void *arg)
{
    struct os_thread *thread = arg;

    thread->fn(thread->arg);
    return 0;
}

bool os_thread_start(struct os_thread *thread, void (*fn)(void *arg), void *arg)
{
    thread->fn = fn;
    thread->arg = arg;
    thread->native = (HANDLE)_beginthreadex(NULL, 256 * 1024, run_thread, thread,
                                            STACK_SIZE_PARAM_IS_A_RESERVATION, NULL);
    if (!thread->native) thread->fn = NULL;
    return thread->native;
}

void os_thread_join(struct os_thread *thread)
{
    if (!thread->fn) return;
    WaitForSingleObject(thread->native, INFINITE);
    CloseHandle(thread->native);
    thread->fn = NULL;
}

void os_mutex_init(os_mutex *mutex)
{
    InitializeSRWLock(mutex);
}

void os_mutex_done(os_mutex *mutex)
{
    (void)mutex;
}

void os_lock(os_mutex *mutex)
{
    AcquireSRWLockExclusive(mutex);
}

void os_unlock(os_mutex *mutex)
{
    ReleaseSRWLockExclusive(mutex);
}

void os_cond_init(os_cond *cond)
{
    InitializeConditionVariable(cond);
}

void os_cond_done(os_cond *cond)
{
    (void)cond;
}

void os_cond_wait(os_cond *cond, os_mutex *mutex, unsigned int timeout_ms)
{
    SleepConditionVariableSRW(cond, mutex, timeout_ms, 0);
}

void os_cond_broadcast(os_cond *cond)
{
    WakeAllConditionVariable(cond);
}

uint64_t os_micros(void)
{
    LARGE_INTEGER frequency, now;

    QueryPerformanceFrequency(&frequency);
    QueryPerformanceCounter(&now);
    return (uint64_t)now.QuadPart / (uint64_t)frequency.QuadPart * 1000000 +
           (uint64_t)now.QuadPart % (uint64_t)frequency.QuadPart * 1000000 /
               (uint64_t)frequency.QuadPart;
}

void os_sleep(unsigned int ms)
{
    Sleep(ms);
}

unsigned int os_process_id(void)
{
    return GetCurrentProcessId();
}

#else

#include <time.h>
#include <unistd.h>

static void *run_thread(void *arg)
{
    struct os_thread *thread = arg;

    thread->fn(thread->arg);
    return NULL;
}

bool os_thread_start(struct os_thread *thread, void (*fn)(void *arg), void *arg)
{
    thread->fn = fn;
    thread->arg = arg;
    if (!pthread_create(&thread->native, NULL, run_thread, thread)) return true;
    thread->fn = NULL;
    return false;
}

void os_thread_join(struct os_thread *thread)
{
    if (!thread->fn) return;
    pthread_join(thread->native, NULL);
    thread->fn = NULL;
}

void os_mutex_init(os_mutex *mutex)
{
    pthread_mutex_init(mutex, NULL);
}

void os_mutex_done(os_mutex *mutex)
{
    pthread_mutex_destroy(mutex);
}

void os_lock(os_mutex *mutex)
{
    pthread_mutex_lock(mutex);
}

void os_unlock(os_mutex *mutex)
{
    pthread_mutex_unlock(mutex);
}

void os_cond_init(os_cond *cond)
{
    pthread_condattr_t attr;

    pthread_condattr_init(&attr);
    pthread_condattr_setclock(&attr, CLOCK_MONOTONIC);
    pthread_cond_init(cond, &attr);
    pthread_condattr_destroy(&attr);
}

void os_cond_done(os_cond *cond)
{
    pthread_cond_destroy(cond);
}

void os_cond_wait(os_cond *cond, os_mutex *mutex, unsigned int timeout_ms)
{
    struct timespec end;

    clock_gettime(CLOCK_MONOTONIC, &end);
    end.tv_sec += timeout_ms / 1000;
    end.tv_nsec += (long)(timeout_ms % 1000) * 1000000;
    if (end.tv_nsec >= 1000000000)
    {
        end.tv_sec++;
        end.tv_nsec -= 1000000000;
    }
    pthread_cond_timedwait(cond, mutex, &end);
}

void os_cond_broadcast(os_cond *cond)
{
    pthread_cond_broadcast(cond);
}

uint64_t os_micros(void)
{
    struct timespec now;

    clock_gettime(CLOCK_MONOTONIC, &now);
    return (uint64_t)now.tv_sec * 1000000 + (uint64_t)now.tv_nsec / 1000;
}

void os_sleep(unsigned int ms)
{
    struct timespec span = {ms / 1000, (long)(ms % 1000) * 1000000};

    nanosleep(&span, NULL);
}

unsigned int os_process_id(void)
{
    return (unsigned int)getpid();
}

#endif

#ifdef _WIN32

bool os_random(void *buffer, size_t size)
{
    unsigned char *out = buffer;
    unsigned int word = 0;

    for (size_t i = 0; i < size; i++, word >>= 8)
    {
        if (i % sizeof(word) == 0 && rand_s(&word)) return false;
        out[i] = (unsigned char)word;
    }
    return true;
}

#else

bool os_random(void *buffer, size_t size)
{
    FILE *file = fopen("/dev/urandom", "rb");
    bool done = file && fread(buffer, 1, size, file) == size;

    if (file) fclose(file);
    return done;
}

#endif

uint64_t os_ticks(void)
{
    return os_micros() / 1000;
}
