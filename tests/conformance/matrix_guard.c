/* SPDX-License-Identifier: LGPL-2.1-or-later
 *
 * Calls that may crash, without the program's end. A server in another process needs no guard: its
 * crash is an answer of COM. */
#include "matrix.h"

static struct
{
    PVOID handler;
    DWORD thread;
    bool is_armed;
    DWORD exception;
    void *place[5];
} guard;

/* The exception's thread goes on here. */
static void __attribute__((noreturn)) leave(void)
{
    __builtin_longjmp(guard.place, 1);
}

static bool is_crash(DWORD code)
{
    return code == EXCEPTION_ACCESS_VIOLATION || code == EXCEPTION_ILLEGAL_INSTRUCTION ||
           code == EXCEPTION_STACK_OVERFLOW || code == EXCEPTION_INT_DIVIDE_BY_ZERO ||
           code == EXCEPTION_PRIV_INSTRUCTION || code == EXCEPTION_DATATYPE_MISALIGNMENT;
}

static LONG WINAPI on_exception(EXCEPTION_POINTERS *pointers)
{
    DWORD code = pointers->ExceptionRecord->ExceptionCode;

    if (!guard.is_armed || GetCurrentThreadId() != guard.thread || !is_crash(code))
        return EXCEPTION_CONTINUE_SEARCH;
    guard.is_armed = false;
    guard.exception = code;
#ifdef _WIN64
    pointers->ContextRecord->Rsp = (pointers->ContextRecord->Rsp & ~(DWORD64)15) - 40;
    pointers->ContextRecord->Rip = (DWORD64)(ULONG_PTR)leave;
#else
    pointers->ContextRecord->Esp = (pointers->ContextRecord->Esp & ~15u) - 20;
    pointers->ContextRecord->Eip = (DWORD)(ULONG_PTR)leave;
#endif
    return EXCEPTION_CONTINUE_EXECUTION;
}

void guard_start(void)
{
    guard.thread = GetCurrentThreadId();
    /* A proxy takes its own exceptions, and a vectored handler would be asked before it. */
    if (!is_remote(com_manager())) guard.handler = AddVectoredExceptionHandler(1, on_exception);
}

void guard_stop(void)
{
    if (guard.handler) RemoveVectoredExceptionHandler(guard.handler);
    guard.handler = NULL;
}

bool __attribute__((noinline))
guarded_call(const struct row *row, struct objects *o, ULONG bit, HRESULT *hr, DWORD *exception)
{
    if (__builtin_setjmp(guard.place))
    {
        *exception = guard.exception;
        return false;
    }
    guard.is_armed = guard.handler != NULL;
    *hr = row->call(o, bit);
    guard.is_armed = false;
    return true;
}
