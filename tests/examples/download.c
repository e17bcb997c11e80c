/* SPDX-License-Identifier: LGPL-2.1-or-later
 *
 * download.exe URL FILE: one file, by polling. The smallest program that uses BITS rightly. */
#define COBJMACROS
#include <stdio.h>
#include <windows.h>

#include <bits.h>

static BOOL wait_for(IBackgroundCopyJob *job)
{
    BG_JOB_STATE state;

    for (;;)
    {
        if (FAILED(IBackgroundCopyJob_GetState(job, &state))) return FALSE;
        if (state == BG_JOB_STATE_TRANSFERRED) return TRUE;
        if (state == BG_JOB_STATE_ERROR) return FALSE;
        Sleep(100);
    }
}

static void print_error(IBackgroundCopyJob *job)
{
    IBackgroundCopyError *error;
    WCHAR *text;

    if (FAILED(IBackgroundCopyJob_GetError(job, &error))) return;
    if (SUCCEEDED(IBackgroundCopyError_GetErrorDescription(error, GetUserDefaultLangID(), &text)))
    {
        printf("%ls\n", text);
        CoTaskMemFree(text);
    }
    IBackgroundCopyError_Release(error);
}

static BOOL download(IBackgroundCopyManager *manager, const WCHAR *url, const WCHAR *file)
{
    IBackgroundCopyJob *job;
    BOOL done = FALSE;
    GUID id;

    if (FAILED(
            IBackgroundCopyManager_CreateJob(manager, L"example", BG_JOB_TYPE_DOWNLOAD, &id, &job)))
        return FALSE;
    if (SUCCEEDED(IBackgroundCopyJob_AddFile(job, url, file)) &&
        SUCCEEDED(IBackgroundCopyJob_SetPriority(job, BG_JOB_PRIORITY_FOREGROUND)) &&
        SUCCEEDED(IBackgroundCopyJob_Resume(job)))
    {
        if (wait_for(job))
            done = IBackgroundCopyJob_Complete(job) == S_OK;
        else
            print_error(job);
    }
    if (!done) IBackgroundCopyJob_Cancel(job);
    IBackgroundCopyJob_Release(job);
    return done;
}

int wmain(int argc, WCHAR **argv)
{
    IBackgroundCopyManager *manager;
    BOOL done = FALSE;

    if (argc != 3) return 2;
    CoInitializeEx(NULL, COINIT_MULTITHREADED);
    if (SUCCEEDED(CoCreateInstance(&CLSID_BackgroundCopyManager, NULL,
                                   CLSCTX_LOCAL_SERVER | CLSCTX_INPROC_SERVER,
                                   &IID_IBackgroundCopyManager, (void **)&manager)))
    {
        done = download(manager, argv[1], argv[2]);
        IBackgroundCopyManager_Release(manager);
    }
    CoUninitialize();
    printf(done ? "done\n" : "failed\n");
    return !done;
}
