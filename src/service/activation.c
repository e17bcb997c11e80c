/* SPDX-License-Identifier: LGPL-2.1-or-later
 *
 * The way to the owner of the queue. A thread of its own asks COM, because an owner that hangs
 * would hold up the client for ever; it is left alone then, and ends with its call. */
#include "service/activation.h"

#include <stdlib.h>

#include <objbase.h>

#include "base/err.h"
#include "base/log.h"
#include "service/install.h"
#include "service/owner.h"
#include "service/runtime.h"
#include "service/service_main.h"

#define CALL_MS  35000 /* a service that starts is given 30 s by COM */
#define RETRY_MS 20000
#define PAUSE_MS 50

struct call
{
    LONG ref; /* the caller and the thread */
    HMODULE module;
    HANDLE done;
    HANDLE taken;    /* by the caller, or given up */
    HANDLE released; /* the thread has nothing of the object any more */
    IID iid;         /* immutable */
    GUID instance;   /* immutable */
    HRESULT result;  /* of the thread until it is done, as the stream */
    IStream *stream; /* the marshalled manager */
};

static void call_release(struct call *call)
{
    if (InterlockedDecrement(&call->ref)) return;
    if (call->stream)
    {
        CoReleaseMarshalData(call->stream);
        IStream_Release(call->stream);
    }
    if (call->done) CloseHandle(call->done);
    if (call->taken) CloseHandle(call->taken);
    if (call->released) CloseHandle(call->released);
    free(call);
}

static HRESULT marshal(struct call *call, IUnknown *object)
{
    IStream *stream;
    HRESULT hr;

    if (FAILED(hr = CreateStreamOnHGlobal(NULL, TRUE, &stream))) return hr;
    hr = CoMarshalInterface(stream, &call->iid, object, MSHCTX_INPROC, NULL, MSHLFLAGS_NORMAL);
    if (SUCCEEDED(hr)) hr = IStream_Seek(stream, (LARGE_INTEGER){0}, STREAM_SEEK_SET, NULL);
    if (SUCCEEDED(hr))
        call->stream = stream;
    else
        IStream_Release(stream);
    return hr;
}

static DWORD WINAPI run(void *arg)
{
    struct call *call = arg;
    HMODULE module = call->module;
    IUnknown *object = NULL;
    HRESULT hr;

    if (SUCCEEDED(hr = CoInitializeEx(NULL, COINIT_MULTITHREADED)))
    {
        hr = CoCreateInstance(&call->instance, NULL, CLSCTX_LOCAL_SERVER, &call->iid,
                              (void **)&object);
        if (SUCCEEDED(hr)) hr = marshal(call, object);
        call->result = hr;
        SetEvent(call->done);
        /* A proxy that goes while its like is made, or goes too, crashes in Wine's COM. */
        WaitForSingleObject(call->taken, INFINITE);
        if (object) IUnknown_Release(object);
        SetEvent(call->released);
        call_release(call);
        CoUninitialize();
    }
    else
    {
        call->result = hr;
        SetEvent(call->done);
        call_release(call);
    }
    FreeLibraryAndExitThread(module, 0);
}

static HRESULT start_call(struct call *call)
{
    HANDLE thread;

    if (!(call->done = CreateEventW(NULL, TRUE, FALSE, NULL)) ||
        !(call->taken = CreateEventW(NULL, TRUE, FALSE, NULL)) ||
        !(call->released = CreateEventW(NULL, TRUE, FALSE, NULL)))
        return err_from_last_error();
    if (!GetModuleHandleExW(GET_MODULE_HANDLE_EX_FLAG_FROM_ADDRESS, (const WCHAR *)(void *)run,
                            &call->module))
        return err_from_last_error();
    call->ref++;
    if ((thread = CreateThread(NULL, 0, run, call, 0, NULL)))
    {
        CloseHandle(thread);
        return S_OK;
    }
    call->ref--;
    FreeLibrary(call->module);
    return err_from_last_error();
}

/* One thread of a process at a time: making and letting go of proxies side by side crashes in
 * Wine's COM. */
static SRWLOCK asking = SRWLOCK_INIT;

/* False: others have waited for an owner that hangs for as long as one may. */
static bool begin_asking(void)
{
    ULONGLONG end = GetTickCount64() + CALL_MS;

    while (!TryAcquireSRWLockExclusive(&asking))
    {
        if (GetTickCount64() >= end) return false;
        Sleep(1);
    }
    return true;
}

static HRESULT ask_now(REFIID iid, void **out)
{
    struct call *call = calloc(1, sizeof(*call));
    HRESULT hr;

    if (!call) return E_OUTOFMEMORY;
    call->ref = 1;
    call->iid = *iid;
    if (SUCCEEDED(hr = owner_find(&call->instance)) && SUCCEEDED(hr = start_call(call)))
    {
        if (WaitForSingleObject(call->done, CALL_MS) != WAIT_OBJECT_0)
            hr = HRESULT_FROM_WIN32(ERROR_TIMEOUT);
        else if (SUCCEEDED(hr = call->result))
        {
            /* Also when it fails what was marshalled is used up. */
            hr = CoUnmarshalInterface(call->stream, iid, out);
            IStream_Release(call->stream);
            call->stream = NULL;
        }
        SetEvent(call->taken);
        /* The client may let go of it at once. */
        if (SUCCEEDED(hr)) WaitForSingleObject(call->released, CALL_MS);
    }
    call_release(call);
    return hr;
}

/* One try; HRESULT_FROM_WIN32(ERROR_TIMEOUT) when there is no answer. */
static HRESULT ask_owner(REFIID iid, void **out)
{
    HRESULT hr;

    if (!begin_asking()) return HRESULT_FROM_WIN32(ERROR_TIMEOUT);
    hr = ask_now(iid, out);
    ReleaseSRWLockExclusive(&asking);
    return hr;
}

/* An owner that is just coming or going cannot be reached for a moment. */
HRESULT activation_create_manager(REFIID iid, void **out)
{
    ULONGLONG end = GetTickCount64() + RETRY_MS;
    bool is_client = service_is_installed() && !service_is_host();
    HRESULT hr;

    *out = NULL;
    for (;;)
    {
        if (!is_client && (hr = runtime_create_manager(iid, out)) != OWNER_E_ELSEWHERE) return hr;
        if (SUCCEEDED(hr = ask_owner(iid, out)) || hr == E_NOINTERFACE) return hr;
        if (GetTickCount64() >= end) break;
        if (is_client && FAILED(hr = service_start())) break;
        Sleep(PAUSE_MS);
    }
    LOG_ERR(LOG_SERVICE, "the owner of the queue does not answer: %#lx", (unsigned long)hr);
    /* "Not registered" would send the client on to an older class. */
    return hr == REGDB_E_CLASSNOTREG ? CO_E_SERVER_EXEC_FAILURE : hr;
}
