/* SPDX-License-Identifier: LGPL-2.1-or-later
 *
 * notify.exe URL FILE: one file; the job tells when it is there, nobody polls. */
#define COBJMACROS
#include <stdio.h>
#include <windows.h>

#include <bits.h>

struct callback
{
    IBackgroundCopyCallback IBackgroundCopyCallback_iface;
    LONG ref;
    HANDLE over;
    HRESULT hr; /* of the job's end */
};

static struct callback *impl_from(IBackgroundCopyCallback *iface)
{
    return CONTAINING_RECORD(iface, struct callback, IBackgroundCopyCallback_iface);
}

static HRESULT WINAPI callback_QueryInterface(IBackgroundCopyCallback *iface, REFIID iid,
                                              void **out)
{
    *out = NULL;
    if (!IsEqualIID(iid, &IID_IUnknown) && !IsEqualIID(iid, &IID_IBackgroundCopyCallback))
        return E_NOINTERFACE;
    IBackgroundCopyCallback_AddRef(iface);
    *out = iface;
    return S_OK;
}

static ULONG WINAPI callback_AddRef(IBackgroundCopyCallback *iface)
{
    return InterlockedIncrement(&impl_from(iface)->ref);
}

/* It lives in main(), which outlives all references. */
static ULONG WINAPI callback_Release(IBackgroundCopyCallback *iface)
{
    return InterlockedDecrement(&impl_from(iface)->ref);
}

/* On a thread of BITS. Complete may be called right here. */
static HRESULT WINAPI callback_JobTransferred(IBackgroundCopyCallback *iface,
                                              IBackgroundCopyJob *job)
{
    struct callback *callback = impl_from(iface);

    callback->hr = IBackgroundCopyJob_Complete(job);
    SetEvent(callback->over);
    return S_OK;
}

static HRESULT WINAPI callback_JobError(IBackgroundCopyCallback *iface, IBackgroundCopyJob *job,
                                        IBackgroundCopyError *error)
{
    struct callback *callback = impl_from(iface);
    BG_ERROR_CONTEXT context;

    if (FAILED(IBackgroundCopyError_GetError(error, &context, &callback->hr)))
        callback->hr = E_FAIL;
    IBackgroundCopyJob_Cancel(job);
    SetEvent(callback->over);
    return S_OK;
}

static HRESULT WINAPI callback_JobModification(IBackgroundCopyCallback *iface,
                                               IBackgroundCopyJob *job, DWORD reserved)
{
    (void)iface;
    (void)job;
    (void)reserved;
    return S_OK;
}

static IBackgroundCopyCallbackVtbl callback_vtbl = {
    callback_QueryInterface, callback_AddRef,   callback_Release,
    callback_JobTransferred, callback_JobError, callback_JobModification,
};

static HRESULT run(IBackgroundCopyManager *manager, struct callback *callback, const WCHAR *url,
                   const WCHAR *file)
{
    IBackgroundCopyJob *job;
    HRESULT hr;
    GUID id;

    hr = IBackgroundCopyManager_CreateJob(manager, L"example", BG_JOB_TYPE_DOWNLOAD, &id, &job);
    if (FAILED(hr)) return hr;
    hr = IBackgroundCopyJob_AddFile(job, url, file);
    if (SUCCEEDED(hr))
        hr =
            IBackgroundCopyJob_SetNotifyFlags(job, BG_NOTIFY_JOB_TRANSFERRED | BG_NOTIFY_JOB_ERROR);
    if (SUCCEEDED(hr))
        hr = IBackgroundCopyJob_SetNotifyInterface(
            job, (IUnknown *)&callback->IBackgroundCopyCallback_iface);
    if (SUCCEEDED(hr)) hr = IBackgroundCopyJob_Resume(job);
    if (SUCCEEDED(hr))
    {
        WaitForSingleObject(callback->over, INFINITE);
        hr = callback->hr;
    }
    else
        IBackgroundCopyJob_Cancel(job);
    IBackgroundCopyJob_Release(job);
    return hr;
}

int wmain(int argc, WCHAR **argv)
{
    struct callback callback = {{&callback_vtbl}, 1, CreateEventW(NULL, TRUE, FALSE, NULL), E_FAIL};
    IBackgroundCopyManager *manager;
    HRESULT hr;

    if (argc != 3) return 2;
    CoInitializeEx(NULL, COINIT_MULTITHREADED);
    hr = CoCreateInstance(&CLSID_BackgroundCopyManager, NULL,
                          CLSCTX_LOCAL_SERVER | CLSCTX_INPROC_SERVER, &IID_IBackgroundCopyManager,
                          (void **)&manager);
    if (SUCCEEDED(hr))
    {
        hr = run(manager, &callback, argv[1], argv[2]);
        IBackgroundCopyManager_Release(manager);
    }
    CoUninitialize();
    printf("%#lx\n", hr);
    return FAILED(hr);
}
