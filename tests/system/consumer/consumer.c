/* SPDX-License-Identifier: LGPL-2.1-or-later
 *
 * Makes a job, sets its peer-caching flags, reads them back and cancels it. */
#define COBJMACROS
#include <stdio.h>
#include <windows.h>

#include <bits10_3.h>

#define FLAGS (BG_JOB_ENABLE_PEERCACHING_CLIENT | BG_JOB_ENABLE_PEERCACHING_SERVER)

static int use(IBackgroundCopyManager *manager)
{
    IBackgroundCopyJob *job;
    IBackgroundCopyJob4 *job4;
    DWORD flags = 0;
    GUID id;
    HRESULT hr;

    hr = IBackgroundCopyManager_CreateJob(manager, L"consumer", BG_JOB_TYPE_DOWNLOAD, &id, &job);
    if (FAILED(hr)) return printf("CreateJob: %#lx\n", hr), 1;
    hr = IBackgroundCopyJob_QueryInterface(job, &IID_IBackgroundCopyJob4, (void **)&job4);
    if (SUCCEEDED(hr))
    {
        hr = IBackgroundCopyJob4_SetPeerCachingFlags(job4, FLAGS);
        if (SUCCEEDED(hr)) hr = IBackgroundCopyJob4_GetPeerCachingFlags(job4, &flags);
        IBackgroundCopyJob4_Release(job4);
    }
    IBackgroundCopyJob_Cancel(job);
    IBackgroundCopyJob_Release(job);
    printf("flags %#lx (%#lx)\n", flags, hr);
    return flags != FLAGS;
}

int main(void)
{
    IBackgroundCopyManager *manager;
    HRESULT hr;
    int code;

    CoInitializeEx(NULL, COINIT_MULTITHREADED);
    hr = CoCreateInstance(&CLSID_BackgroundCopyManager, NULL,
                          CLSCTX_INPROC_SERVER | CLSCTX_LOCAL_SERVER, &IID_IBackgroundCopyManager,
                          (void **)&manager);
    if (FAILED(hr)) return printf("CoCreateInstance: %#lx\n", hr), 1;
    code = use(manager);
    IBackgroundCopyManager_Release(manager);
    CoUninitialize();
    return code;
}
