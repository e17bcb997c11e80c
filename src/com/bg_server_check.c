/* SPDX-License-Identifier: LGPL-2.1-or-later
 *
 * A thread of the system's pool for each question: there are few, and a client may take as long as
 * it likes. With no lock held. */
#include "com/bg_server_check.h"

#include <stdatomic.h>
#include <stdlib.h>

#include "bits10_3.h"
#include <wincrypt.h>

#include "base/err.h"
#include "base/log.h"
#include "bitsmsg.h"
#include "com/bg_callback.h"
#include "com/bg_file.h"
#include "com/bg_job.h"
#include "com/com_util.h"

#define RUNNING_MAX 16

struct work
{
    void (*fn)(void *arg);
    void *arg;
    HMODULE module;
};

static atomic_uint running;

static void CALLBACK run(TP_CALLBACK_INSTANCE *instance, void *ctx)
{
    struct work work = *(struct work *)ctx;
    HRESULT hr;

    free(ctx);
    CallbackMayRunLong(instance);
    FreeLibraryWhenCallbackReturns(instance, work.module);
    hr = CoInitializeEx(NULL, COINIT_MULTITHREADED);
    work.fn(work.arg);
    if (SUCCEEDED(hr)) CoUninitialize();
    atomic_fetch_sub(&running, 1);
    com_module_unlock();
}

HRESULT bg_server_check_start(void (*fn)(void *arg), void *arg)
{
    struct work *work;
    HRESULT hr = S_OK;

    if (atomic_fetch_add(&running, 1) >= RUNNING_MAX)
        hr = HRESULT_FROM_WIN32(ERROR_TIMEOUT);
    else if (!(work = calloc(1, sizeof(*work))))
        hr = E_OUTOFMEMORY;
    else
    {
        work->fn = fn;
        work->arg = arg;
        com_module_lock();
        if (!GetModuleHandleExW(GET_MODULE_HANDLE_EX_FLAG_FROM_ADDRESS, (const WCHAR *)(void *)run,
                                &work->module))
            hr = err_from_last_error();
        else if (!TrySubmitThreadpoolCallback(run, work, NULL))
        {
            hr = err_from_last_error();
            FreeLibrary(work->module);
        }
        if (FAILED(hr))
        {
            free(work);
            com_module_unlock();
        }
    }
    if (FAILED(hr)) atomic_fetch_sub(&running, 1);
    return hr;
}

static bool is_out_of_reach(HRESULT hr)
{
    return hr == RPC_E_DISCONNECTED || hr == RPC_E_SERVER_DIED || hr == RPC_E_SERVER_DIED_DNE ||
           hr == CO_E_OBJNOTCONNECTED || hr == RPC_E_SERVERFAULT || hr == RPC_E_CALL_REJECTED ||
           hr == HRESULT_FROM_WIN32(RPC_S_SERVER_UNAVAILABLE) ||
           hr == HRESULT_FROM_WIN32(RPC_S_CALL_FAILED) ||
           hr == HRESULT_FROM_WIN32(RPC_S_CALL_FAILED_DNE) || hr == RPC_E_CLIENT_DIED;
}

static HRESULT call(IBackgroundCopyServerCertificateValidationCallback *client,
                    const struct bg_server_check *check)
{
    IBackgroundCopyFile6 *file;
    IBackgroundCopyJob5 *job;
    HRESULT hr;

    if (FAILED(hr = bg_job_create(check->job, &job))) return hr;
    if (SUCCEEDED(hr = bg_file_create(check->job, check->file, &file)))
    {
        hr = IBackgroundCopyServerCertificateValidationCallback_ValidateServerCertificate(
            client, (IBackgroundCopyJob *)job, (IBackgroundCopyFile *)file, check->cert_size,
            check->cert, X509_ASN_ENCODING, check->chain_size, check->chain);
        IBackgroundCopyFile6_Release(file);
    }
    IBackgroundCopyJob5_Release(job);
    return hr;
}

HRESULT bg_server_check_call(const struct bg_server_check *check)
{
    IBackgroundCopyServerCertificateValidationCallback *client;
    HRESULT hr = bg_callback_get_object(check->target, (void **)&client);

    if (FAILED(hr)) return BG_E_SERVER_CERT_VALIDATION_INTERFACE_REQUIRED;
    hr = call(client, check);
    IBackgroundCopyServerCertificateValidationCallback_Release(client);
    if (is_out_of_reach(hr)) return BG_E_SERVER_CERT_VALIDATION_INTERFACE_REQUIRED;
    if (hr != S_OK)
        LOG_INFO(LOG_HTTP, "a client does not take a server's certificate: %#lx",
                 (unsigned long)hr);
    /* Anything but S_OK is no, and no must be an error. */
    return SUCCEEDED(hr) && hr != S_OK ? E_FAIL : hr;
}
