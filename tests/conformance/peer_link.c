/* SPDX-License-Identifier: LGPL-2.1-or-later
 *
 * What both programs do. */
#include "peer_link.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <wchar.h>

static char origin_place[256], folder[MAX_PATH];

bool link_start(void)
{
    DWORD flags = 0;

    com_start(COINIT_MULTITHREADED);
    if (!test_env("OPENBITS_LINK_ORIGIN", origin_place, sizeof(origin_place)) ||
        !test_env("OPENBITS_LINK_FOLDER", folder, sizeof(folder)))
    {
        skip("There is no other machine.\n");
        return false;
    }
    admin = manager_query(&IID_IBitsPeerCacheAdministration);
    if (admin) IBitsPeerCacheAdministration_GetConfigurationFlags(admin, &flags);
    ok(flags == 3, "Got flags %#lx.\n", flags);
    return flags == 3;
}

void link_stop(void)
{
    if (admin) IBitsPeerCacheAdministration_Release(admin);
    admin = NULL;
    com_stop();
}

/* ---- steps ---- */

static void step_path(const char *name, char *path, size_t size)
{
    snprintf(path, size, "%s\\%s.step", folder, name);
}

void step_done(const char *name)
{
    char path[MAX_PATH + 64];
    HANDLE file;

    step_path(name, path, sizeof(path));
    file = CreateFileA(path, GENERIC_WRITE, 0, NULL, CREATE_ALWAYS, 0, NULL);
    ok(file != INVALID_HANDLE_VALUE, "Could not make %s.\n", path);
    CloseHandle(file);
}

static bool is_done(void *ctx)
{
    return GetFileAttributesA(ctx) != INVALID_FILE_ATTRIBUTES;
}

void step_wait(const char *name)
{
    char path[MAX_PATH + 64];

    step_path(name, path, sizeof(path));
    if (com_wait_for(is_done, path, LINK_MS)) return;
    ok(false, "The other machine does not do %s.\n", name);
    exit(1);
}

/* ---- downloads ---- */

WCHAR *link_url(const char *name, WCHAR url[URL_MAX])
{
    swprintf(url, URL_MAX, L"%hs/%hs", origin_place, name);
    return url;
}

void link_create(struct link_job *job, const char *name, DWORD flags)
{
    static unsigned int number;
    IEnumBackgroundCopyFiles *files;
    IBackgroundCopyFile *file;
    WCHAR url[URL_MAX], local[32], path[MAX_PATH];
    HRESULT hr;

    memset(job, 0, sizeof(*job));
    swprintf(local, ARRAY_SIZE(local), L"link%u", ++number);
    job->job = create_job(local, BG_JOB_TYPE_DOWNLOAD);
    IBackgroundCopyJob_SetPriority(job->job, BG_JOB_PRIORITY_FOREGROUND);
    hr = IBackgroundCopyJob_AddFile(job->job, link_url(name, url), temp_path(local, path));
    ok(hr == S_OK, "Got hr %#lx.\n", hr);
    IBackgroundCopyJob_QueryInterface(job->job, &IID_IBackgroundCopyJob4, (void **)&job->job4);
    hr = IBackgroundCopyJob4_SetPeerCachingFlags(job->job4, flags);
    ok(hr == S_OK, "Got hr %#lx.\n", hr);
    IBackgroundCopyJob_EnumFiles(job->job, &files);
    IEnumBackgroundCopyFiles_Next(files, 1, &file, NULL);
    IBackgroundCopyFile_QueryInterface(file, &IID_IBackgroundCopyFile4, (void **)&job->file);
    IBackgroundCopyFile_Release(file);
    IEnumBackgroundCopyFiles_Release(files);
}

void link_resume(struct link_job *job)
{
    HRESULT hr = IBackgroundCopyJob_Resume(job->job);

    ok(hr == S_OK, "Got hr %#lx.\n", hr);
}

void link_sources(struct link_job *job)
{
    HRESULT hr =
        IBackgroundCopyFile4_GetPeerDownloadStats(job->file, &job->from_origin, &job->from_peers);

    ok(hr == S_OK, "Got hr %#lx.\n", hr);
}

struct bytes_goal
{
    struct link_job *job;
    UINT64 bytes;
};

static bool has_bytes(void *ctx)
{
    struct bytes_goal *goal = ctx;

    link_sources(goal->job);
    return goal->job->from_peers >= goal->bytes;
}

void link_wait_peers(struct link_job *job, UINT64 bytes)
{
    ok(com_wait_for(has_bytes, &(struct bytes_goal){job, bytes}, LINK_MS),
       "Got %llu bytes from peers, %llu from the origin.\n", job->from_peers, job->from_origin);
}

void link_wait(struct link_job *job)
{
    ULONG errors = 99;

    wait_for_state(job->job, TRANSFERRED, LINK_MS);
    IBackgroundCopyJob_GetErrorCount(job->job, &errors);
    ok(!errors, "%lu errors were counted.\n", errors);
    link_sources(job);
}

void link_fetch(struct link_job *job, const char *name, DWORD flags)
{
    link_create(job, name, flags);
    link_resume(job);
    link_wait(job);
}

void link_complete(struct link_job *job)
{
    HRESULT hr = IBackgroundCopyJob_Complete(job->job);

    ok(hr == S_OK, "Got hr %#lx.\n", hr);
}

void link_end(struct link_job *job)
{
    if (job->file) IBackgroundCopyFile4_Release(job->file);
    if (job->job4) IBackgroundCopyJob4_Release(job->job4);
    end_job(job->job);
    memset(job, 0, sizeof(*job));
}

/* ---- records and peers ---- */

ULONG link_records(const char *name, struct record *record)
{
    IEnumBitsPeerCacheRecords *records = enum_records();
    IBitsPeerCacheRecord *object;
    struct record each;
    WCHAR url[URL_MAX];
    ULONG count = 0;

    link_url(name, url);
    while (IEnumBitsPeerCacheRecords_Next(records, 1, &object, NULL) == S_OK)
    {
        read_record(object, &each);
        IBitsPeerCacheRecord_Release(object);
        if (wcscmp(each.url, url)) continue;
        if (!count++ && record) *record = each;
    }
    IEnumBitsPeerCacheRecords_Release(records);
    return count;
}

struct count_goal
{
    const char *name;
    ULONG count;
};

static bool has_records(void *ctx)
{
    struct count_goal *goal = ctx;

    return link_records(goal->name, NULL) == goal->count;
}

void link_wait_records(const char *name, ULONG count)
{
    ok(com_wait_for(has_records, &(struct count_goal){name, count}, LINK_MS),
       "%s: got %lu records.\n", name, link_records(name, NULL));
}

ULONG link_peers(IBitsPeer **first)
{
    IEnumBitsPeers *peers = NULL;
    ULONG count = 0;
    HRESULT hr = IBitsPeerCacheAdministration_EnumPeers(admin, &peers);

    ok(hr == S_OK, "Got hr %#lx.\n", hr);
    if (first) *first = NULL;
    if (!peers) return 0;
    IEnumBitsPeers_GetCount(peers, &count);
    if (count && first) IEnumBitsPeers_Next(peers, 1, first, NULL);
    IEnumBitsPeers_Release(peers);
    return count;
}

static bool has_peers(void *ctx)
{
    return link_peers(NULL) == ((struct count_goal *)ctx)->count;
}

void link_wait_peer_count(ULONG count)
{
    ok(com_wait_for(has_peers, &(struct count_goal){NULL, count}, LINK_MS), "Got %lu peers.\n",
       link_peers(NULL));
}
