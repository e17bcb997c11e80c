/* SPDX-License-Identifier: LGPL-2.1-or-later
 *
 * peer_get.exe URL FILE FLAGS [AT FLAGS]...: downloads with these peer-caching flags; when so many
 * bytes are there, the flags become others. Shows which bytes came from whom while it runs, and in
 * the last line, for scripts: "done ORIGIN PEERS MILLISECONDS LONGEST", the last of these being the
 * longest time in which no byte came once there was one. */
#include <stdio.h>
#include <wchar.h>

#include <windows.h>

#include "bits4_0.h"

#define LIMIT_MS 120000
#define POLL_MS  20
#define SHOW_MS  500

static IBackgroundCopyManager *manager;
static IBackgroundCopyJob *job;
static IBackgroundCopyFile4 *file;
static UINT64 bytes_seen;
static DWORD bytes_time, longest;

static void check(const char *what, HRESULT hr)
{
    if (SUCCEEDED(hr)) return;
    fprintf(stderr, "%s: 0x%08lx\n", what, hr);
    if (job) IBackgroundCopyJob_Cancel(job);
    ExitProcess(1);
}

static void set_flags(DWORD flags)
{
    IBackgroundCopyJob4 *job4;

    check("QueryInterface",
          IBackgroundCopyJob_QueryInterface(job, &IID_IBackgroundCopyJob4, (void **)&job4));
    check("SetPeerCachingFlags", IBackgroundCopyJob4_SetPeerCachingFlags(job4, flags));
    IBackgroundCopyJob4_Release(job4);
}

static void create(const WCHAR *url, const WCHAR *path, DWORD flags)
{
    IEnumBackgroundCopyFiles *files;
    IBackgroundCopyFile *first;
    GUID id;

    check("CreateJob",
          IBackgroundCopyManager_CreateJob(manager, L"peer_get", BG_JOB_TYPE_DOWNLOAD, &id, &job));
    check("SetPriority", IBackgroundCopyJob_SetPriority(job, BG_JOB_PRIORITY_FOREGROUND));
    check("AddFile", IBackgroundCopyJob_AddFile(job, url, path));
    set_flags(flags);
    check("EnumFiles", IBackgroundCopyJob_EnumFiles(job, &files));
    check("Next", IEnumBackgroundCopyFiles_Next(files, 1, &first, NULL));
    check("QueryInterface",
          IBackgroundCopyFile_QueryInterface(first, &IID_IBackgroundCopyFile4, (void **)&file));
    IBackgroundCopyFile_Release(first);
    IEnumBackgroundCopyFiles_Release(files);
}

static void show(UINT64 origin, UINT64 peers)
{
    BG_FILE_PROGRESS progress = {0};

    IBackgroundCopyFile4_GetProgress(file, &progress);
    printf("   %5.1f of %5.1f MiB: %5.1f from the origin, %5.1f from peers\n",
           (double)progress.BytesTransferred / 1048576,
           progress.BytesTotal == BG_SIZE_UNKNOWN ? 0.0 : (double)progress.BytesTotal / 1048576,
           (double)origin / 1048576, (double)peers / 1048576);
    fflush(stdout);
}

static void fail(void)
{
    IBackgroundCopyError *error;
    BG_ERROR_CONTEXT context;
    HRESULT code = E_FAIL;

    if (SUCCEEDED(IBackgroundCopyJob_GetError(job, &error)))
        IBackgroundCopyError_GetError(error, &context, &code);
    check("The job", code);
}

static void measure(UINT64 bytes)
{
    DWORD now = GetTickCount();

    if (bytes_seen && now - bytes_time > longest) longest = now - bytes_time;
    if (bytes == bytes_seen) return;
    bytes_seen = bytes;
    bytes_time = now;
}

/* The end, or the next change of flags. */
static BOOL wait_for(UINT64 bytes)
{
    DWORD start = GetTickCount(), shown = start;
    UINT64 origin = 0, peers = 0;
    BG_JOB_STATE state;

    for (;;)
    {
        check("GetState", IBackgroundCopyJob_GetState(job, &state));
        check("GetPeerDownloadStats",
              IBackgroundCopyFile4_GetPeerDownloadStats(file, &origin, &peers));
        measure(origin + peers);
        if (state == BG_JOB_STATE_TRANSFERRED) return FALSE;
        if (state == BG_JOB_STATE_ERROR || state == BG_JOB_STATE_TRANSIENT_ERROR) fail();
        if (origin + peers >= bytes) break;
        if (GetTickCount() - shown >= SHOW_MS)
        {
            show(origin, peers);
            shown = GetTickCount();
        }
        if (GetTickCount() - start > LIMIT_MS) check("The time", HRESULT_FROM_WIN32(WAIT_TIMEOUT));
        Sleep(POLL_MS);
    }
    show(origin, peers);
    return TRUE;
}

int wmain(int argc, WCHAR **argv);

int wmain(int argc, WCHAR **argv)
{
    UINT64 origin = 0, peers = 0;
    DWORD start;

    if (argc < 4 || argc % 2)
    {
        fprintf(stderr, "peer_get URL FILE FLAGS [AT FLAGS]...\n");
        return 2;
    }
    check("CoInitializeEx", CoInitializeEx(NULL, COINIT_MULTITHREADED));
    check("CoInitializeSecurity",
          CoInitializeSecurity(NULL, -1, NULL, NULL, RPC_C_AUTHN_LEVEL_CONNECT,
                               RPC_C_IMP_LEVEL_IMPERSONATE, NULL, EOAC_NONE, NULL));
    check("CoCreateInstance", CoCreateInstance(&CLSID_BackgroundCopyManager, NULL, CLSCTX_ALL,
                                               &IID_IBackgroundCopyManager, (void **)&manager));
    create(argv[1], argv[2], wcstoul(argv[3], NULL, 0));
    start = GetTickCount();
    check("Resume", IBackgroundCopyJob_Resume(job));
    for (int i = 4; i < argc; i += 2)
    {
        if (!wait_for(wcstoul(argv[i], NULL, 0))) break;
        printf("   the flags become %ls\n", argv[i + 1]);
        set_flags(wcstoul(argv[i + 1], NULL, 0));
    }
    wait_for(MAXUINT64);
    check("GetPeerDownloadStats", IBackgroundCopyFile4_GetPeerDownloadStats(file, &origin, &peers));
    show(origin, peers);
    check("Complete", IBackgroundCopyJob_Complete(job));
    printf("done %llu %llu %lu %lu\n", origin, peers, GetTickCount() - start, longest);
    return 0;
}
