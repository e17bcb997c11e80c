/* SPDX-License-Identifier: LGPL-2.1-or-later
 *
 * The main job, shown: a download by an in-process BITS job with peer-caching flags, checked
 * against the machine's, and two toggles in mid-download. Uses public headers only.
 *
 * demo.exe URL FILE: exit code 0 when the file is there, else 1. */
#include <stdarg.h>
#include <stdio.h>

#include <windows.h>

#include "bits10_3.h"

#define POLL_MS   20
#define LIMIT_MS  120000
#define BAR_WIDTH 24

static const char *const state_names[] = {"QUEUED",      "CONNECTING",   "TRANSFERRING",
                                          "SUSPENDED",   "ERROR",        "TRANSIENT_ERROR",
                                          "TRANSFERRED", "ACKNOWLEDGED", "CANCELLED"};

static BOOL is_terminal;

struct demo
{
    IBackgroundCopyManager *manager;
    IBitsPeerCacheAdministration *peers;
    IBackgroundCopyJob *job;
    IBackgroundCopyJob4 *job4;
};

static void fail(const char *what, HRESULT hr)
{
    fprintf(stderr, "\nThe demo failed: %s (0x%08lx).\n", what, hr);
    ExitProcess(1);
}

static void check(const char *what, HRESULT hr)
{
    if (FAILED(hr)) fail(what, hr);
}

static void say(const char *format, ...)
{
    va_list args;

    if (is_terminal) printf("\r%*s\r", 78, "");
    va_start(args, format);
    vprintf(format, args);
    va_end(args);
    fflush(stdout);
}

static void show_progress(BG_JOB_STATE state, const BG_JOB_PROGRESS *progress)
{
    static unsigned int last_percent = 1000;
    unsigned int percent, i;

    if (progress->BytesTotal == BG_SIZE_UNKNOWN || !progress->BytesTotal) return;
    percent = (unsigned int)(progress->BytesTransferred * 100 / progress->BytesTotal);
    if (percent == last_percent) return;
    if (!is_terminal && percent / 25 == last_percent / 25) return;
    last_percent = percent;

    if (is_terminal) putchar('\r');
    printf("  [");
    for (i = 0; i < BAR_WIDTH; i++)
        putchar(i * 100 < percent * BAR_WIDTH ? '#' : '.');
    printf("] %3u%%  %lu of %lu KiB  %-15s", percent,
           (unsigned long)(progress->BytesTransferred / 1024),
           (unsigned long)(progress->BytesTotal / 1024), state_names[state]);
    if (!is_terminal) putchar('\n');
    fflush(stdout);
}

static void show_flags(struct demo *demo)
{
    DWORD machine, job;

    check("GetConfigurationFlags",
          IBitsPeerCacheAdministration_GetConfigurationFlags(demo->peers, &machine));
    check("GetPeerCachingFlags", IBackgroundCopyJob4_GetPeerCachingFlags(demo->job4, &job));
    say("  machine flags 0x%lx, job flags 0x%lx: the job %s download from peers\n", machine, job,
        machine & job & BG_JOB_ENABLE_PEERCACHING_CLIENT ? "may" : "may not");
}

static void set_machine(struct demo *demo, DWORD flags)
{
    HRESULT hr = IBitsPeerCacheAdministration_SetConfigurationFlags(demo->peers, flags);

    check("SetConfigurationFlags", hr);
    say("SetConfigurationFlags(0x%lx): 0x%08lx%s\n", flags, hr,
        hr == S_OK ? "" : " (saved, but a group policy wins)");
    show_flags(demo);
}

static void set_job(struct demo *demo, DWORD flags)
{
    check("SetPeerCachingFlags", IBackgroundCopyJob4_SetPeerCachingFlags(demo->job4, flags));
    say("SetPeerCachingFlags(0x%lx)\n", flags);
    show_flags(demo);
}

static BG_JOB_STATE look(struct demo *demo, BG_JOB_PROGRESS *progress)
{
    BG_JOB_STATE state;

    check("GetState", IBackgroundCopyJob_GetState(demo->job, &state));
    check("GetProgress", IBackgroundCopyJob_GetProgress(demo->job, progress));
    return state;
}

/* The mover writes what it has received before the job goes on; the state says when. */
static void toggle(struct demo *demo, void (*set)(struct demo *, DWORD), DWORD flags)
{
    BG_JOB_PROGRESS progress;
    BG_JOB_STATE state = look(demo, &progress);

    say("toggle while %s, %lu KiB are on the disk:\n", state_names[state],
        (unsigned long)(progress.BytesTransferred / 1024));
    set(demo, flags);
    state = look(demo, &progress);
    say("  state now: %s\n", state_names[state]);
}

static void download(struct demo *demo)
{
    ULONGLONG limit = GetTickCount64() + LIMIT_MS;
    unsigned int toggles = 0;
    BG_JOB_PROGRESS progress;
    BG_JOB_STATE state;

    check("Resume", IBackgroundCopyJob_Resume(demo->job));
    for (;;)
    {
        state = look(demo, &progress);
        show_progress(state, &progress);
        if (state == BG_JOB_STATE_TRANSFERRED) break;
        if (state == BG_JOB_STATE_ERROR || GetTickCount64() > limit)
            fail("the job does not get to its end", E_FAIL);
        if (state == BG_JOB_STATE_TRANSFERRING)
        {
            if (!toggles && progress.BytesTransferred > progress.BytesTotal / 3)
            {
                toggles++;
                toggle(demo, set_job, 0);
            }
            else if (toggles == 1 && progress.BytesTransferred > progress.BytesTotal / 2)
            {
                toggles++;
                toggle(demo, set_job, BG_JOB_ENABLE_PEERCACHING_CLIENT);
            }
            else if (toggles == 2 && progress.BytesTransferred > progress.BytesTotal / 3 * 2)
            {
                toggles++;
                toggle(demo, set_machine, 0);
            }
        }
        Sleep(POLL_MS);
    }
    if (is_terminal) putchar('\n');
    if (toggles < 3) fail("the download was over before the toggles", E_FAIL);
}

static void show_sources(struct demo *demo)
{
    IEnumBackgroundCopyFiles *files;
    IBackgroundCopyFile4 *file4;
    IBackgroundCopyFile *file;
    UINT64 origin, peers;
    ULONG errors;

    check("EnumFiles", IBackgroundCopyJob_EnumFiles(demo->job, &files));
    check("Next", IEnumBackgroundCopyFiles_Next(files, 1, &file, NULL));
    check("QueryInterface",
          IBackgroundCopyFile_QueryInterface(file, &IID_IBackgroundCopyFile4, (void **)&file4));
    check("GetPeerDownloadStats",
          IBackgroundCopyFile4_GetPeerDownloadStats(file4, &origin, &peers));
    check("GetErrorCount", IBackgroundCopyJob_GetErrorCount(demo->job, &errors));
    say("bytes from the origin: %lu, from peers: %lu; errors: %lu\n", (unsigned long)origin,
        (unsigned long)peers, errors);
    IBackgroundCopyFile4_Release(file4);
    IBackgroundCopyFile_Release(file);
    IEnumBackgroundCopyFiles_Release(files);
}

static void create(struct demo *demo, const WCHAR *url, const WCHAR *path)
{
    GUID id;

    check("CoCreateInstance(CLSCTX_INPROC_SERVER)",
          CoCreateInstance(&CLSID_BackgroundCopyManager, NULL, CLSCTX_INPROC_SERVER,
                           &IID_IBackgroundCopyManager, (void **)&demo->manager));
    check("QueryInterface",
          IBackgroundCopyManager_QueryInterface(demo->manager, &IID_IBitsPeerCacheAdministration,
                                                (void **)&demo->peers));
    check("CreateJob", IBackgroundCopyManager_CreateJob(demo->manager, L"demo",
                                                        BG_JOB_TYPE_DOWNLOAD, &id, &demo->job));
    check("QueryInterface", IBackgroundCopyJob_QueryInterface(demo->job, &IID_IBackgroundCopyJob4,
                                                              (void **)&demo->job4));
    check("AddFile", IBackgroundCopyJob_AddFile(demo->job, url, path));
    say("created a job with one file, in this process\n");
}

/* No header declares it. */
int wmain(int argc, WCHAR **argv);

int wmain(int argc, WCHAR **argv)
{
    struct demo demo = {0};
    DWORD mode, machine;
    HRESULT hr;

    if (argc != 3)
    {
        fprintf(stderr, "Usage: demo URL FILE\n");
        return 1;
    }
    is_terminal = GetConsoleMode(GetStdHandle(STD_OUTPUT_HANDLE), &mode);
    check("CoInitializeEx", CoInitializeEx(NULL, COINIT_MULTITHREADED));
    create(&demo, argv[1], argv[2]);
    check("GetConfigurationFlags",
          IBitsPeerCacheAdministration_GetConfigurationFlags(demo.peers, &machine));

    show_flags(&demo);
    set_machine(&demo, BG_ENABLE_PEERCACHING_CLIENT);
    set_job(&demo, BG_JOB_ENABLE_PEERCACHING_CLIENT);
    download(&demo);
    show_sources(&demo);
    hr = IBackgroundCopyJob_Complete(demo.job);
    check("Complete", hr);
    say("Complete: 0x%08lx, the file is in its place\n", hr);
    IBitsPeerCacheAdministration_SetConfigurationFlags(demo.peers, machine);

    IBackgroundCopyJob4_Release(demo.job4);
    IBackgroundCopyJob_Release(demo.job);
    IBitsPeerCacheAdministration_Release(demo.peers);
    IBackgroundCopyManager_Release(demo.manager);
    CoUninitialize();
    return 0;
}
