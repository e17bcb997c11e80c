/* SPDX-License-Identifier: LGPL-2.1-or-later
 *
 * peers.exe URL FILE: a download that may come from peers and is kept for them, where the machine
 * allows it; tells how many bytes came from whom. */
#define COBJMACROS
#include <stdio.h>
#include <windows.h>

#include <bits4_0.h>

/* S_FALSE: a group policy decides, whatever is set here. Needs an administrator. */
static HRESULT allow_on_machine(IBackgroundCopyManager *manager)
{
    IBitsPeerCacheAdministration *administration;
    HRESULT hr;

    hr = IBackgroundCopyManager_QueryInterface(manager, &IID_IBitsPeerCacheAdministration,
                                               (void **)&administration);
    if (FAILED(hr)) return hr;
    hr = IBitsPeerCacheAdministration_SetConfigurationFlags(
        administration, BG_ENABLE_PEERCACHING_CLIENT | BG_ENABLE_PEERCACHING_SERVER);
    IBitsPeerCacheAdministration_Release(administration);
    return hr;
}

static HRESULT allow_for_job(IBackgroundCopyJob *job)
{
    IBackgroundCopyJob4 *job4;
    HRESULT hr;

    hr = IBackgroundCopyJob_QueryInterface(job, &IID_IBackgroundCopyJob4, (void **)&job4);
    if (FAILED(hr)) return hr;
    hr = IBackgroundCopyJob4_SetPeerCachingFlags(job4, BG_JOB_ENABLE_PEERCACHING_CLIENT |
                                                           BG_JOB_ENABLE_PEERCACHING_SERVER);
    IBackgroundCopyJob4_Release(job4);
    return hr;
}

static void print_sources(IBackgroundCopyJob *job)
{
    IEnumBackgroundCopyFiles *files;
    IBackgroundCopyFile4 *file4;
    IBackgroundCopyFile *file;
    UINT64 origin, peers;

    if (FAILED(IBackgroundCopyJob_EnumFiles(job, &files))) return;
    while (IEnumBackgroundCopyFiles_Next(files, 1, &file, NULL) == S_OK)
    {
        if (SUCCEEDED(IBackgroundCopyFile_QueryInterface(file, &IID_IBackgroundCopyFile4,
                                                         (void **)&file4)))
        {
            if (SUCCEEDED(IBackgroundCopyFile4_GetPeerDownloadStats(file4, &origin, &peers)))
                printf("%lu bytes from the origin, %lu from peers\n", (unsigned long)origin,
                       (unsigned long)peers);
            IBackgroundCopyFile4_Release(file4);
        }
        IBackgroundCopyFile_Release(file);
    }
    IEnumBackgroundCopyFiles_Release(files);
}

static HRESULT download(IBackgroundCopyManager *manager, const WCHAR *url, const WCHAR *file)
{
    BG_JOB_STATE state = BG_JOB_STATE_QUEUED;
    IBackgroundCopyJob *job;
    HRESULT hr;
    GUID id;

    hr = IBackgroundCopyManager_CreateJob(manager, L"example", BG_JOB_TYPE_DOWNLOAD, &id, &job);
    if (FAILED(hr)) return hr;
    hr = IBackgroundCopyJob_AddFile(job, url, file);
    if (SUCCEEDED(hr)) hr = allow_for_job(job);
    if (SUCCEEDED(hr)) hr = IBackgroundCopyJob_Resume(job);
    while (SUCCEEDED(hr) && state != BG_JOB_STATE_TRANSFERRED)
    {
        Sleep(100);
        hr = IBackgroundCopyJob_GetState(job, &state);
        if (state == BG_JOB_STATE_ERROR) hr = E_FAIL;
    }
    /* Complete says that the file is good: from then on peers may have it. */
    if (SUCCEEDED(hr)) hr = IBackgroundCopyJob_Complete(job);
    if (SUCCEEDED(hr))
        print_sources(job);
    else
        IBackgroundCopyJob_Cancel(job);
    IBackgroundCopyJob_Release(job);
    return hr;
}

int wmain(int argc, WCHAR **argv)
{
    IBackgroundCopyManager *manager;
    HRESULT hr;

    if (argc != 3) return 2;
    CoInitializeEx(NULL, COINIT_MULTITHREADED);
    hr = CoCreateInstance(&CLSID_BackgroundCopyManager, NULL,
                          CLSCTX_LOCAL_SERVER | CLSCTX_INPROC_SERVER, &IID_IBackgroundCopyManager,
                          (void **)&manager);
    if (SUCCEEDED(hr))
    {
        if (FAILED(allow_on_machine(manager))) printf("the machine's switches stay as they are\n");
        hr = download(manager, argv[1], argv[2]);
        IBackgroundCopyManager_Release(manager);
    }
    CoUninitialize();
    printf("%#lx\n", hr);
    return FAILED(hr);
}
