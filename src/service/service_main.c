/* SPDX-License-Identifier: LGPL-2.1-or-later
 *
 * The life of the service: start the engine, wait for a stop or for the end of all work, stop. The
 * control handler runs on another thread and only reads and sets what is atomic here. */
#include "service/service_main.h"

#include <stdatomic.h>

#include "base/log.h"
#include "com/com_engine.h"
#include "service/install.h"
#include "service/owner.h"
#include "service/runtime.h"
#include "service/start_type.h"

#define START_MS   20000 /* for an owner in another process to end */
#define STOP_MS    10000
#define IDLE_MS    120000 /* without jobs and clients */
#define IDLE_STEPS 12
#define PAUSE_MS   100

static struct
{
    SERVICE_STATUS_HANDLE handle;
    HANDLE stop;
    atomic_uint state; /* SERVICE_* */
    atomic_bool is_host;
} service;

bool service_is_host(void)
{
    return service.is_host;
}

static void report(DWORD state, HRESULT result)
{
    SERVICE_STATUS status = {.dwServiceType = SERVICE_WIN32_SHARE_PROCESS,
                             .dwCurrentState = state,
                             .dwWin32ExitCode = FAILED(result) ? HRESULT_CODE(result) : NO_ERROR};

    if (state == SERVICE_RUNNING)
        status.dwControlsAccepted = SERVICE_ACCEPT_STOP | SERVICE_ACCEPT_SHUTDOWN;
    if (state == SERVICE_START_PENDING) status.dwWaitHint = START_MS + STOP_MS;
    if (state == SERVICE_STOP_PENDING) status.dwWaitHint = 2 * STOP_MS;
    service.state = state;
    SetServiceStatus(service.handle, &status);
}

static DWORD WINAPI on_control(DWORD control, DWORD type, void *data, void *ctx)
{
    (void)type;
    (void)data;
    (void)ctx;
    switch (control)
    {
    case SERVICE_CONTROL_STOP:
    case SERVICE_CONTROL_SHUTDOWN:
        report(SERVICE_STOP_PENDING, S_OK);
        SetEvent(service.stop);
        return NO_ERROR;
    case SERVICE_CONTROL_INTERROGATE:
        report(service.state, S_OK);
        return NO_ERROR;
    default:
        return ERROR_CALL_NOT_IMPLEMENTED;
    }
}

/* A program that runs the queue in process has it until it ends. */
static HRESULT start(void)
{
    ULONGLONG end = GetTickCount64() + START_MS;
    struct com_engine engine;
    HRESULT hr;

    while ((hr = runtime_start(&engine)) == OWNER_E_ELSEWHERE && GetTickCount64() < end)
        if (WaitForSingleObject(service.stop, PAUSE_MS) == WAIT_OBJECT_0) break;
    return hr;
}

static void run_until_stop(void)
{
    unsigned int steps = 0;

    while (WaitForSingleObject(service.stop, IDLE_MS / IDLE_STEPS) == WAIT_TIMEOUT)
    {
        steps = runtime_is_idle() ? steps + 1 : 0;
        if (steps == IDLE_STEPS) return;
    }
}

/* What has work left when it stops is started with the machine. */
static void stop(void)
{
    ULONGLONG end = GetTickCount64() + STOP_MS;

    report(SERVICE_STOP_PENDING, S_OK);
    if (!runtime_has_work()) start_type_give_back();
    while (!runtime_stop_with_jobs() && GetTickCount64() < end)
        Sleep(PAUSE_MS);
}

void WINAPI ServiceMain(DWORD argc, WCHAR **argv)
{
    HRESULT hr;

    (void)argc;
    (void)argv;
    service.is_host = true;
    if (!(service.stop = CreateEventW(NULL, TRUE, FALSE, NULL))) return;
    if (!(service.handle = RegisterServiceCtrlHandlerExW(SERVICE_NAME, on_control, NULL))) return;
    report(SERVICE_START_PENDING, S_OK);
    if (SUCCEEDED(hr = start()))
    {
        report(SERVICE_RUNNING, S_OK);
        start_type_make_automatic();
        run_until_stop();
        stop();
    }
    report(SERVICE_STOPPED, hr);
}
