/* SPDX-License-Identifier: LGPL-2.1-or-later
 *
 * A program that knows nothing of us: BITS through the headers of MinGW-w64, as a local server
 * only.
 *
 * program.exe start URL FILE: makes a job, sets it going, and ends.
 * program.exe wait BYTES:     until so many bytes of it are there.
 * program.exe finish:         until all is there; takes the file. */
#include <stdio.h>
#include <wchar.h>

#include <windows.h>

#include <initguid.h>

#include <bits.h>

#define NAME     L"an ordinary program"
#define LIMIT_MS 60000
#define POLL_MS  20

static IBackgroundCopyManager *manager;

static void check(const char *what, HRESULT hr)
{
    if (SUCCEEDED(hr)) return;
    fprintf(stderr, "%s: 0x%08lx\n", what, hr);
    ExitProcess(1);
}

static void start(const WCHAR *url, const WCHAR *file)
{
    IBackgroundCopyJob *job;
    GUID id;

    check("CreateJob",
          IBackgroundCopyManager_CreateJob(manager, NAME, BG_JOB_TYPE_DOWNLOAD, &id, &job));
    check("SetPriority", IBackgroundCopyJob_SetPriority(job, BG_JOB_PRIORITY_FOREGROUND));
    check("AddFile", IBackgroundCopyJob_AddFile(job, url, file));
    check("Resume", IBackgroundCopyJob_Resume(job));
    IBackgroundCopyJob_Release(job);
}

static IBackgroundCopyJob *find(void)
{
    IEnumBackgroundCopyJobs *jobs;
    IBackgroundCopyJob *job;
    WCHAR *name;

    check("EnumJobs", IBackgroundCopyManager_EnumJobs(manager, 0, &jobs));
    while (IEnumBackgroundCopyJobs_Next(jobs, 1, &job, NULL) == S_OK)
    {
        check("GetDisplayName", IBackgroundCopyJob_GetDisplayName(job, &name));
        if (!wcscmp(name, NAME)) return job;
        CoTaskMemFree(name);
        IBackgroundCopyJob_Release(job);
    }
    fprintf(stderr, "The job is not there.\n");
    ExitProcess(1);
}

/* Until this state, or so many bytes. */
static UINT64 wait(IBackgroundCopyJob *job, BG_JOB_STATE wanted, UINT64 bytes)
{
    ULONGLONG end = GetTickCount64() + LIMIT_MS;
    BG_JOB_PROGRESS progress;
    BG_JOB_STATE state;

    for (;;)
    {
        check("GetState", IBackgroundCopyJob_GetState(job, &state));
        check("GetProgress", IBackgroundCopyJob_GetProgress(job, &progress));
        if (state == wanted || progress.BytesTransferred >= bytes) return progress.BytesTransferred;
        if (state == BG_JOB_STATE_ERROR) check("The job failed", E_FAIL);
        if (GetTickCount64() >= end) check("The job takes too long", E_FAIL);
        Sleep(POLL_MS);
    }
}

static void finish(void)
{
    IBackgroundCopyJob *job = find();

    wait(job, BG_JOB_STATE_TRANSFERRED, BG_SIZE_UNKNOWN);
    check("Complete", IBackgroundCopyJob_Complete(job));
    IBackgroundCopyJob_Release(job);
    printf("   the file is complete\n");
}

int wmain(int argc, WCHAR **argv);
int wmain(int argc, WCHAR **argv)
{
    check("CoInitializeEx", CoInitializeEx(NULL, COINIT_APARTMENTTHREADED));
    check("CoCreateInstance",
          CoCreateInstance(&CLSID_BackgroundCopyManager, NULL, CLSCTX_LOCAL_SERVER,
                           &IID_IBackgroundCopyManager, (void **)&manager));
    if (argc == 4 && !wcscmp(argv[1], L"start"))
        start(argv[2], argv[3]);
    else if (argc == 3 && !wcscmp(argv[1], L"wait"))
        printf("   %llu bytes are there\n",
               (unsigned long long)wait(find(), BG_JOB_STATE_TRANSFERRED,
                                        _wcstoui64(argv[2], NULL, 10)));
    else if (argc == 2 && !wcscmp(argv[1], L"finish"))
        finish();
    else
        return 2;
    IBackgroundCopyManager_Release(manager);
    CoUninitialize();
    return 0;
}
