/* SPDX-License-Identifier: LGPL-2.1-or-later
 *
 * The two ends of a second process; two events tie them together. */
#include "host_process.h"

#include <stdio.h>

#define WAIT_MS  30000
#define LINE_MAX 1024

static void event_name(char name[64], DWORD id, const char *what)
{
    snprintf(name, 64, "openbits-test-%lu-%s", id, what);
}

static HANDLE make_event(const char *what)
{
    static unsigned int count;
    HANDLE event;
    char name[64];

    event_name(name, GetCurrentProcessId() + 100000 * ++count, what);
    event = CreateEventA(NULL, TRUE, FALSE, name);
    SetEnvironmentVariableA(what, name);
    return event;
}

bool host_start(struct host_process *host, const char *role, const char *argument)
{
    STARTUPINFOA startup = {.cb = sizeof(startup)};
    PROCESS_INFORMATION process;
    char line[LINE_MAX], program[MAX_PATH];
    HANDLE handles[2];

    host->ready = make_event("OPENBITS_TEST_READY");
    host->stop = make_event("OPENBITS_TEST_STOP");
    GetModuleFileNameA(NULL, program, sizeof(program));
    snprintf(line, sizeof(line), "\"%s\" %s %s \"%s\"", program, winetest_testlist[0].name, role,
             argument);
    host->process = NULL;
    if (!CreateProcessA(NULL, line, NULL, NULL, FALSE, 0, NULL, NULL, &startup, &process))
    {
        ok(0, "Could not start %s, error %lu.\n", line, GetLastError());
        return false;
    }
    CloseHandle(process.hThread);
    host->process = process.hProcess;
    handles[0] = host->ready;
    handles[1] = host->process;
    if (WaitForMultipleObjects(2, handles, FALSE, WAIT_MS) == WAIT_OBJECT_0) return true;
    ok(0, "The other process does not get ready.\n");
    host_kill(host);
    return false;
}

static void close_handles(struct host_process *host)
{
    CloseHandle(host->process);
    CloseHandle(host->ready);
    CloseHandle(host->stop);
}

void host_end(struct host_process *host)
{
    DWORD code = ~0u;

    SetEvent(host->stop);
    ok(!WaitForSingleObject(host->process, WAIT_MS), "The other process does not end.\n");
    GetExitCodeProcess(host->process, &code);
    ok(!code, "Checks failed in the other process.\n");
    if (code == STILL_ACTIVE) TerminateProcess(host->process, 1);
    close_handles(host);
}

void host_kill(struct host_process *host)
{
    TerminateProcess(host->process, 1);
    WaitForSingleObject(host->process, WAIT_MS);
    close_handles(host);
}

/* ---- in the other process ---- */

static HANDLE open_event(const char *what)
{
    char name[64];

    test_env(what, name, sizeof(name));
    return OpenEventA(EVENT_MODIFY_STATE | SYNCHRONIZE, FALSE, name);
}

const char *host_role(const char **argument)
{
    char **argv;
    int argc = winetest_get_mainargs(&argv);

    *argument = argc > 3 ? argv[3] : "";
    return argc > 2 ? argv[2] : NULL;
}

void host_is_ready(void)
{
    HANDLE event = open_event("OPENBITS_TEST_READY");

    SetEvent(event);
    CloseHandle(event);
}

static bool is_set(void *ctx)
{
    return WaitForSingleObject(ctx, 0) == WAIT_OBJECT_0;
}

void host_wait_for_end(void)
{
    HANDLE event = open_event("OPENBITS_TEST_STOP");

    com_wait_for(is_set, event, WAIT_MS);
    CloseHandle(event);
}
