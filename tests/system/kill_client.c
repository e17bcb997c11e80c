/* SPDX-License-Identifier: LGPL-2.1-or-later
 *
 * The client's steps, and what it finds when it starts. What it begins and what it has been told is
 * in a file, one byte each: the system has them whenever the process dies. */
#include "kill_client.h"

#include <stdio.h>
#include <stdlib.h>

#define WAIT_MS   20000
#define NAME      L"killed"
#define FILES_MAX 64

/* Two bytes for each step, in the file of steps. */
#define BEGUN(step) ((char)(2 * (step)))
#define TOLD(step)  ((char)(2 * (step) + 1))

struct client
{
    const struct client_plan *plan;
    IBackgroundCopyManager *manager;
    IBackgroundCopyJob *job;
    HANDLE steps;
    enum client_step begun, told; /* by an earlier process */
};

WCHAR *client_file(const struct client_plan *plan, unsigned int index, WCHAR path[MAX_PATH])
{
    swprintf(path, MAX_PATH, L"%ls\\killed%u", plan->folder, index);
    return path;
}

/* ---- the command line ---- */

void client_write_line(const struct client_plan *plan, WCHAR *line, size_t size)
{
    swprintf(line, size, L"client \"%ls\" %hs %u %u %llu %u %u %u", plan->folder, plan->url,
             plan->files, plan->is_cancelled, (unsigned long long)plan->flags_at, plan->kill.point,
             plan->kill.count, plan->kill.is_after);
}

bool client_read_line(struct client_plan *plan)
{
    char **argv;

    if (winetest_get_mainargs(&argv) < 11) return false;
    *plan = (struct client_plan){.files = strtoul(argv[5], NULL, 10),
                                 .is_cancelled = strtoul(argv[6], NULL, 10) != 0,
                                 .flags_at = strtoull(argv[7], NULL, 10)};
    plan->kill = (struct kill){(enum kill_point)strtoul(argv[8], NULL, 10),
                               strtoul(argv[9], NULL, 10), strtoul(argv[10], NULL, 10) != 0};
    swprintf(plan->folder, MAX_PATH, L"%hs", argv[3]);
    snprintf(plan->url, sizeof(plan->url), "%s", argv[4]);
    return true;
}

/* ---- the file of steps ---- */

static void open_steps(struct client *client, const WCHAR *path)
{
    char steps[256];
    DWORD size = 0;

    client->steps = CreateFileW(path, GENERIC_READ | GENERIC_WRITE, FILE_SHARE_READ, NULL,
                                OPEN_ALWAYS, 0, NULL);
    ok(client->steps != INVALID_HANDLE_VALUE, "Got error %lu.\n", GetLastError());
    ReadFile(client->steps, steps, sizeof(steps), &size, NULL);
    for (DWORD i = 0; i < size; i++)
    {
        client->begun = (enum client_step)(steps[i] / 2);
        if (steps[i] == TOLD(client->begun)) client->told = client->begun;
    }
}

static void write_step(struct client *client, char byte)
{
    DWORD written = 0;

    ok(WriteFile(client->steps, &byte, 1, &written, NULL) && written == 1, "Got error %lu.\n",
       GetLastError());
}

/* ---- what is there ---- */

IBackgroundCopyJob *client_find_job(IBackgroundCopyManager *manager)
{
    IBackgroundCopyJob *job = NULL;
    IEnumBackgroundCopyJobs *jobs;
    HRESULT hr;
    ULONG count;

    hr = IBackgroundCopyManager_EnumJobs(manager, 0, &jobs);
    ok(hr == S_OK, "Got hr %#lx.\n", hr);
    if (FAILED(hr)) return NULL;
    hr = IEnumBackgroundCopyJobs_GetCount(jobs, &count);
    ok(hr == S_OK && count <= 1, "Got hr %#lx, %lu jobs.\n", hr, count);
    if (IEnumBackgroundCopyJobs_Next(jobs, 1, &job, NULL) != S_OK) job = NULL;
    IEnumBackgroundCopyJobs_Release(jobs);
    return job;
}

static unsigned int named_files(const struct client_plan *plan)
{
    unsigned int count = 0;
    WCHAR path[MAX_PATH];

    for (unsigned int i = 0; i < plan->files; i++)
        count += file_exists(client_file(plan, i, path));
    return count;
}

static unsigned int temporary_files(const struct client_plan *plan)
{
    WCHAR path[MAX_PATH];
    WIN32_FIND_DATAW data;
    unsigned int count = 0;
    HANDLE find;

    swprintf(path, MAX_PATH, L"%ls\\BIT*.tmp", plan->folder);
    if ((find = FindFirstFileW(path, &data)) == INVALID_HANDLE_VALUE) return 0;
    do
        count++;
    while (FindNextFileW(find, &data));
    FindClose(find);
    return count;
}

DWORD client_flags(IBackgroundCopyJob *job)
{
    IBackgroundCopyJob4 *job4;
    DWORD flags = ~0u;
    HRESULT hr = IBackgroundCopyJob_QueryInterface(job, &IID_IBackgroundCopyJob4, (void **)&job4);

    ok(hr == S_OK, "Got hr %#lx.\n", hr);
    if (FAILED(hr)) return flags;
    hr = IBackgroundCopyJob4_GetPeerCachingFlags(job4, &flags);
    ok(hr == S_OK, "Got hr %#lx.\n", hr);
    IBackgroundCopyJob4_Release(job4);
    return flags;
}

/* Without a job nothing has been begun, or all of it is done. */
static enum client_step look_without_job(const struct client *client)
{
    const struct client_plan *plan = client->plan;
    unsigned int named = named_files(plan), temporary = temporary_files(plan);
    bool is_over = client->begun == STEP_END;

    ok(!temporary, "%u temporary files are left.\n", temporary);
    ok(named == (is_over && !plan->is_cancelled ? plan->files : 0), "%u files have their names.\n",
       named);
    return is_over ? STEP_END : STEP_NONE;
}

/* The last call whose effect can be seen; each sees to it that there are no others. */
static enum client_step look_at_job(const struct client *client)
{
    const struct client_plan *plan = client->plan;
    BG_JOB_PROGRESS progress;
    BG_JOB_STATE state = job_state(client->job);
    DWORD flags = client_flags(client->job);
    unsigned int named = named_files(plan);
    bool is_resumed = state != BG_JOB_STATE_SUSPENDED;

    job_progress(client->job, &progress);
    ok(!named, "%u files have their names early.\n", named);
    ok(!(STATE_BIT(state) & FAILED_STATES), "Got state %s.\n", state_name(state));
    ok(!flags || flags == FLAGS, "Got flags %#lx.\n", flags);
    if (progress.FilesTotal < plan->files)
    {
        ok(!is_resumed && !flags, "Got %lu files in state %s, flags %#lx.\n", progress.FilesTotal,
           state_name(state), flags);
        ok(progress.FilesTotal <= 1, "Got %lu files.\n", progress.FilesTotal);
        return progress.FilesTotal ? STEP_ADD : STEP_CREATE;
    }
    ok(progress.FilesTotal == plan->files, "Got %lu files.\n", progress.FilesTotal);
    ok(is_resumed || !flags, "It has flags before it was resumed.\n");
    if (flags) return STEP_FLAGS;
    return is_resumed ? STEP_RESUME : STEP_ADD_SET;
}

/* Waiting changes nothing. */
static enum client_step without_waiting(enum client_step step)
{
    return step == STEP_TRANSFER ? STEP_FLAGS : step;
}

/* What was told is true, and nothing is true that was not asked for. */
static enum client_step look(struct client *client)
{
    enum client_step place;

    client->job = client_find_job(client->manager);
    place = client->job ? look_at_job(client) : look_without_job(client);
    ok(place >= without_waiting(client->told) && place <= without_waiting(client->begun),
       "It is at step %u; begun was %u, told %u.\n", place, client->begun, client->told);
    return place;
}

/* ---- the steps ---- */

static HRESULT add_files(const struct client *client, unsigned int first, unsigned int count)
{
    static WCHAR urls[FILES_MAX][160], paths[FILES_MAX][MAX_PATH];
    BG_FILE_INFO infos[FILES_MAX];

    for (unsigned int i = 0; i < count; i++)
    {
        swprintf(urls[i], ARRAY_SIZE(urls[i]), L"%hs%u", client->plan->url, first + i);
        infos[i].RemoteName = urls[i];
        infos[i].LocalName = client_file(client->plan, first + i, paths[i]);
    }
    return IBackgroundCopyJob_AddFileSet(client->job, count, infos);
}

static HRESULT set_flags(const struct client *client)
{
    IBackgroundCopyJob4 *job4;
    HRESULT hr;

    wait_for_bytes(client->job, client->plan->flags_at, WAIT_MS);
    hr = IBackgroundCopyJob_QueryInterface(client->job, &IID_IBackgroundCopyJob4, (void **)&job4);
    if (FAILED(hr)) return hr;
    hr = IBackgroundCopyJob4_SetPeerCachingFlags(job4, FLAGS);
    IBackgroundCopyJob4_Release(job4);
    return hr;
}

static HRESULT end(const struct client *client)
{
    return client->plan->is_cancelled ? IBackgroundCopyJob_Cancel(client->job)
                                      : IBackgroundCopyJob_Complete(client->job);
}

static HRESULT take_step(struct client *client, enum client_step step)
{
    GUID id;

    switch (step)
    {
    case STEP_CREATE:
        return IBackgroundCopyManager_CreateJob(client->manager, NAME, BG_JOB_TYPE_DOWNLOAD, &id,
                                                &client->job);
    case STEP_ADD:
        return add_files(client, 0, 1);
    case STEP_ADD_SET:
        return client->plan->files > 1 ? add_files(client, 1, client->plan->files - 1) : S_OK;
    case STEP_RESUME:
        return IBackgroundCopyJob_Resume(client->job);
    case STEP_FLAGS:
        return set_flags(client);
    case STEP_TRANSFER:
        if (!client->plan->is_cancelled) wait_for_state(client->job, TRANSFERRED, WAIT_MS);
        return S_OK;
    default:
        return end(client);
    }
}

static void go_on(struct client *client, enum client_step place)
{
    for (enum client_step step = place + 1; step < STEP_COUNT; step++)
    {
        HRESULT hr;

        kill_ports_enter(step);
        write_step(client, BEGUN(step));
        hr = take_step(client, step);
        ok(hr == S_OK, "Got hr %#lx of step %u.\n", hr, step);
        if (FAILED(hr)) return;
        write_step(client, TOLD(step));
    }
    client->begun = client->told = STEP_END;
}

void client_run(const struct client_plan *plan)
{
    WCHAR queue[MAX_PATH], steps[MAX_PATH], renames[MAX_PATH];
    struct runtime_config config = runtime_get_config();
    struct client client = {.plan = plan};
    char text[64];

    winetest_push_context("%s", kill_name(&plan->kill, text));
    swprintf(queue, MAX_PATH, L"%ls\\..\\" KEEP_FOLDER L"\\" QUEUE_NAME, plan->folder);
    swprintf(steps, MAX_PATH, L"%ls\\..\\" KEEP_FOLDER L"\\" STEPS_NAME, plan->folder);
    swprintf(renames, MAX_PATH, L"%ls\\..\\" KEEP_FOLDER L"\\" RENAMES_NAME, plan->folder);
    config.queue_file = queue;
    config.plug = kill_ports_plug;
    kill_ports_arm(&plan->kill, renames);
    com_start(COINIT_MULTITHREADED);
    open_steps(&client, steps);
    client.manager = engine_manager(&config);
    if (client.manager)
    {
        go_on(&client, look(&client));
        if (client.job) IBackgroundCopyJob_Release(client.job);
        client.job = client_find_job(client.manager);
        ok(!client.job, "The job is still there.\n");
        look_without_job(&client);
        com_stop();
        engine_stop();
    }
    CloseHandle(client.steps);
    winetest_pop_context();
}
