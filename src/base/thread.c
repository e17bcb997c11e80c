/* SPDX-License-Identifier: LGPL-2.1-or-later
 *
 * Threads of Windows and of POSIX. */
#include "base/thread.h"

#include "base/lock.h"

#ifdef _WIN32

#include <process.h>

static uintptr_t current_mark(void)
{
    return GetCurrentThreadId();
}

/* Only newer systems have it. */
static void set_name(const char *name)
{
    typedef HRESULT(WINAPI * set_description_fn)(HANDLE thread, PCWSTR text);
    FARPROC found = GetProcAddress(GetModuleHandleW(L"kernel32.dll"), "SetThreadDescription");
    set_description_fn set_description = (set_description_fn)(void *)found;
    WCHAR wide[32];
    size_t len = 0;

    if (!set_description) return;
    for (; name[len] && len + 1 < ARRAY_COUNT(wide); len++)
        wide[len] = (unsigned char)name[len];
    wide[len] = 0;
    set_description(GetCurrentThread(), wide);
}

static unsigned int WINAPI run_thread(void *arg)
{
    struct thread *thread = arg;

    atomic_store(&thread->mark, current_mark());
    set_name(thread->name);
    thread->fn(thread->arg);
    return 0;
}

static bool start_native(struct thread *thread)
{
    thread->native = (HANDLE)_beginthreadex(NULL, 0, run_thread, thread, 0, NULL);
    return thread->native;
}

static void join_native(struct thread *thread)
{
    WaitForSingleObject(thread->native, INFINITE);
    CloseHandle(thread->native);
}

#else

#include <stdio.h>

static uintptr_t current_mark(void)
{
    static _Thread_local char mark;

    return (uintptr_t)&mark;
}

static void set_name(const char *name)
{
    char text[16]; /* the limit of Linux */

    snprintf(text, sizeof(text), "%s", name);
    pthread_setname_np(pthread_self(), text);
}

static void *run_thread(void *arg)
{
    struct thread *thread = arg;

    atomic_store(&thread->mark, current_mark());
    set_name(thread->name);
    thread->fn(thread->arg);
    return NULL;
}

static bool start_native(struct thread *thread)
{
    return !pthread_create(&thread->native, NULL, run_thread, thread);
}

static void join_native(struct thread *thread)
{
    pthread_join(thread->native, NULL);
}

#endif

HRESULT thread_start(struct thread *thread, void (*fn)(void *arg), void *arg, const char *name)
{
    atomic_init(&thread->mark, 0);
    thread->fn = fn;
    thread->arg = arg;
    thread->name = name;
    if (start_native(thread)) return S_OK;
    thread->fn = NULL;
    return E_OUTOFMEMORY;
}

void thread_join(struct thread *thread)
{
    if (!thread->fn) return;

    lock_assert_none_held();
    join_native(thread);
    atomic_store(&thread->mark, 0);
    thread->fn = NULL;
}

bool thread_is_current(const struct thread *thread)
{
    return atomic_load(&thread->mark) == current_mark();
}
