/* SPDX-License-Identifier: LGPL-2.1-or-later
 *
 * Ctrl+C, told to the thread that runs the command: only that one knows what must be undone. The
 * system calls the handler on a thread of its own. */
#include "transfer.h"

#define UNDO_MS 4000 /* the system gives 5 seconds when a console is closed */

static HANDLE interrupted, finished; /* events, kept for the handler's sake */

static BOOL WINAPI on_interrupt(DWORD event)
{
    BOOL is_first = WaitForSingleObject(interrupted, 0) == WAIT_TIMEOUT;

    SetEvent(interrupted);
    if (event == CTRL_C_EVENT || event == CTRL_BREAK_EVENT) return is_first;
    /* The process ends with this function. */
    WaitForSingleObject(finished, UNDO_MS);
    return TRUE;
}

void interrupt_begin(void)
{
    if (!interrupted) interrupted = CreateEventW(NULL, TRUE, FALSE, NULL);
    if (!finished) finished = CreateEventW(NULL, TRUE, FALSE, NULL);
    ResetEvent(interrupted);
    ResetEvent(finished);
    SetConsoleCtrlHandler(on_interrupt, TRUE);
}

void interrupt_end(void)
{
    SetEvent(finished);
    SetConsoleCtrlHandler(on_interrupt, FALSE);
}

BOOL interrupt_wait(DWORD ms)
{
    return WaitForSingleObject(interrupted, ms) == WAIT_OBJECT_0;
}

HANDLE interrupt_event(void)
{
    return interrupted;
}
