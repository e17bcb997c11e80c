/* SPDX-License-Identifier: LGPL-2.1-or-later
 *
 * The engine is killed while it uploads (row M4 of the faults): at each packet of a session, and at
 * bytes chosen at random. A second process of this program runs it, the server is in this one.
 * OPENBITS_KILLS is the number of kills at random. */
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "base/random.h"
#include "harness/engine_fixture.h"
#include "harness/synthetic.h"
#include "harness/upload_jobs.h"

#define MIB     1048576u
#define KILLS   8
#define WAIT_MS 60000
#define GATE    5

static struct origin *origin;

/* ---- the process that is killed ---- */

static IBackgroundCopyJob *first_job(IBackgroundCopyManager *manager)
{
    IBackgroundCopyJob *job = NULL;
    IEnumBackgroundCopyJobs *jobs;
    HRESULT hr;

    hr = IBackgroundCopyManager_EnumJobs(manager, 0, &jobs);
    ok(hr == S_OK, "Got hr %#lx.\n", hr);
    if (IEnumBackgroundCopyJobs_Next(jobs, 1, &job, NULL) != S_OK) job = NULL;
    IEnumBackgroundCopyJobs_Release(jobs);
    return job;
}

static IBackgroundCopyJob *make_job(IBackgroundCopyManager *manager, BG_JOB_TYPE type,
                                    const WCHAR *url, const WCHAR *local, const WCHAR *reply)
{
    IBackgroundCopyJob *job;
    HRESULT hr;
    GUID id;

    hr = IBackgroundCopyManager_CreateJob(manager, L"killed", type, &id, &job);
    ok(hr == S_OK, "Got hr %#lx.\n", hr);
    IBackgroundCopyJob_SetPriority(job, BG_JOB_PRIORITY_FOREGROUND);
    hr = IBackgroundCopyJob_AddFile(job, url, local);
    ok(hr == S_OK, "Got hr %#lx.\n", hr);
    if (type == BG_JOB_TYPE_UPLOAD_REPLY)
    {
        IBackgroundCopyJob2 *job2 = job2_of(job);

        hr = IBackgroundCopyJob2_SetReplyFileName(job2, reply);
        ok(hr == S_OK, "Got hr %#lx.\n", hr);
        IBackgroundCopyJob2_Release(job2);
    }
    hr = IBackgroundCopyJob_Resume(job);
    ok(hr == S_OK, "Got hr %#lx.\n", hr);
    return job;
}

/* What the engine is to do; its words are the arguments of its process. */
struct task
{
    const WCHAR *folder;
    const WCHAR *local;
    const WCHAR *url;
    const WCHAR *what; /* upload, reply, cancel (when bytes are there), idle (nothing new) */
};

static void run_engine(const struct task *task)
{
    BG_JOB_TYPE type = wcscmp(task->what, L"reply") ? BG_JOB_TYPE_UPLOAD : BG_JOB_TYPE_UPLOAD_REPLY;
    WCHAR queue[MAX_PATH], reply[MAX_PATH];
    struct runtime_config config = runtime_get_config();
    IBackgroundCopyManager *manager;
    IBackgroundCopyJob *job;
    HRESULT hr;

    swprintf(queue, MAX_PATH, L"%ls\\uploads.db", task->folder);
    swprintf(reply, MAX_PATH, L"%ls\\the-reply", task->folder);
    config.queue_file = queue;
    com_start(COINIT_MULTITHREADED);
    if (!(manager = engine_manager(&config))) return;
    job = first_job(manager);
    if (!wcscmp(task->what, L"idle"))
    {
        ok(!job, "There is a job.\n");
        Sleep(INFINITE);
    }
    if (!job) job = make_job(manager, type, task->url, task->local, reply);
    if (!wcscmp(task->what, L"cancel"))
    {
        wait_for_bytes(job, 1, WAIT_MS);
        IBackgroundCopyJob_Cancel(job);
        Sleep(INFINITE);
    }
    wait_for_state(job, TRANSFERRED, WAIT_MS);
    hr = IBackgroundCopyJob_Complete(job);
    ok(hr == S_OK, "Got hr %#lx.\n", hr);
    IBackgroundCopyJob_Release(job);
    com_stop();
    engine_stop();
}

/* ---- the one that kills ---- */

static HANDLE start_engine(const struct task *task)
{
    WCHAR program[MAX_PATH], line[5 * MAX_PATH];
    STARTUPINFOW startup = {.cb = sizeof(startup)};
    PROCESS_INFORMATION process = {0};

    GetModuleFileNameW(NULL, program, MAX_PATH);
    swprintf(line, ARRAY_SIZE(line), L"\"%ls\" upload_kills \"%ls\" \"%ls\" %ls %ls", program,
             task->folder, task->local, task->url, task->what);
    ok(CreateProcessW(program, line, NULL, NULL, FALSE, 0, NULL, NULL, &startup, &process),
       "Got error %lu.\n", GetLastError());
    CloseHandle(process.hThread);
    return process.hProcess;
}

static void kill_engine(HANDLE process)
{
    TerminateProcess(process, 99);
    ok(WaitForSingleObject(process, WAIT_MS) == WAIT_OBJECT_0, "It does not end.\n");
    CloseHandle(process);
}

static void let_engine_finish(const struct task *task)
{
    HANDLE process = start_engine(task);
    DWORD code = 99;

    ok(WaitForSingleObject(process, 2 * WAIT_MS) == WAIT_OBJECT_0, "It does not end.\n");
    GetExitCodeProcess(process, &code);
    ok(code == 0, "Got exit code %lu.\n", code);
    CloseHandle(process);
}

static void prepare(struct task *task, WCHAR folder[MAX_PATH], WCHAR url[URL_MAX], const char *path,
                    const WCHAR *what)
{
    temp_path(L"", folder);
    folder[wcslen(folder) - 1] = 0;
    *task = (struct task){.folder = folder, .url = origin_wurl(origin, path, url), .what = what};
}

/* ---- at each packet ---- */

static const struct
{
    const char *name;
    enum up_packet packet;
    unsigned int number;
    const WCHAR *what;
    unsigned int sessions; /* that are made in all */
} packets[] = {
    {"the session", UP_CREATE, 1, L"upload", 2},
    {"the first fragment", UP_FRAGMENT, 1, L"upload", 1},
    {"a fragment", UP_FRAGMENT, 3, L"upload", 1},
    {"the last fragment", UP_FRAGMENT, 6, L"upload", 1},
    {"the end", UP_CLOSE, 1, L"upload", 1},
    {"the last fragment, with a reply", UP_FRAGMENT, 6, L"reply", 1},
    {"the end, with a reply", UP_CLOSE, 1, L"reply", 1},
};

static void test_each_packet(void)
{
    WCHAR folder[MAX_PATH], url[URL_MAX], local[MAX_PATH], reply[MAX_PATH];
    struct task task;

    withstands("M4");
    origin_add(origin, "/reply", &(struct origin_file){.size = 5000, .version = 9});
    write_file(temp_path(L"killed", local), 5 * MIB + 1, 3);
    for (unsigned int i = 0; i < ARRAY_SIZE(packets); i++)
    {
        struct up_options options = {.max_fragment = MIB, .reply_path = "/reply"};
        struct up_server *server;
        struct up_counts counts;
        HANDLE process;
        char path[32];

        winetest_push_context("%s", packets[i].name);
        snprintf(path, sizeof(path), "/killed%u", i);
        server = up_serve(origin, path, &options);
        /* The first one is refused as too large. */
        up_add_fault(server,
                     &(struct up_fault){packets[i].packet,
                                        packets[i].number + (packets[i].packet == UP_FRAGMENT), 1,
                                        UP_HOLD, GATE, NULL});
        prepare(&task, folder, url, path, packets[i].what);
        task.local = local;
        process = start_engine(&task);
        ok(origin_wait_held(origin, path, WAIT_MS), "It does not get there.\n");
        kill_engine(process);
        let_engine_finish(&task);
        up_get_counts(server, &counts);
        ok(up_has_file(server, 5 * MIB + 1, 3), "The file did not arrive.\n");
        ok(counts.packets[UP_CREATE] == packets[i].sessions, "%u sessions.\n",
           counts.packets[UP_CREATE]);
        ok(counts.delivered == 1, "Delivered %u times.\n", counts.delivered);
        ok(counts.sessions == packets[i].sessions - 1, "%u are open.\n", counts.sessions);
        if (!wcscmp(packets[i].what, L"reply"))
        {
            ok(verify_file(temp_path(L"the-reply", reply), 5000, 9), "Another reply.\n");
            DeleteFileW(reply);
        }
        ok(verify_file(local, 5 * MIB + 1, 3), "The local file was touched.\n");
        winetest_pop_context();
    }
    DeleteFileW(local);
}

/* While half of the reply is there. */
static void test_reply(void)
{
    struct up_options options = {.reply_path = "/half"};
    struct up_server *server = up_serve(origin, "/killed-reply", &options);
    WCHAR folder[MAX_PATH], url[URL_MAX], local[MAX_PATH], reply[MAX_PATH];
    struct up_counts counts;
    struct task task;
    HANDLE process;

    origin_add(origin, "/half", &(struct origin_file){.size = 3 * MIB, .version = 9});
    origin_hold_after(origin, "/half", 2 * MIB);
    write_file(temp_path(L"killed", local), 1000, 3);
    prepare(&task, folder, url, "/killed-reply", L"reply");
    task.local = local;
    process = start_engine(&task);
    ok(origin_wait_held(origin, "/half", WAIT_MS), "It does not get there.\n");
    kill_engine(process);
    origin_release(origin, "/half");
    let_engine_finish(&task);
    ok(verify_file(temp_path(L"the-reply", reply), 3 * MIB, 9), "Another reply.\n");
    up_get_counts(server, &counts);
    ok(counts.packets[UP_CREATE] == 1 && counts.delivered == 1 && !counts.sessions,
       "%u sessions, %u open, delivered %u times.\n", counts.packets[UP_CREATE], counts.sessions,
       counts.delivered);
    DeleteFileW(local);
    DeleteFileW(reply);
}

/* A server that does not answer Cancel-Session is told at the next start. */
static void test_cancel(void)
{
    struct up_options options = {.max_fragment = 65536};
    struct up_server *server = up_serve(origin, "/killed-cancel", &options);
    WCHAR folder[MAX_PATH], url[URL_MAX], local[MAX_PATH];
    struct up_counts counts;
    struct task task;
    HANDLE process;

    up_add_fault(server, &(struct up_fault){UP_FRAGMENT, 20, 0, UP_HOLD, GATE, NULL});
    up_add_fault(server, &(struct up_fault){UP_CANCEL, 1, 1, UP_STATUS, 503, NULL});
    write_file(temp_path(L"killed", local), 4 * MIB, 3);
    prepare(&task, folder, url, "/killed-cancel", L"cancel");
    task.local = local;
    process = start_engine(&task);
    ok(up_wait_packets(server, UP_CANCEL, 1, WAIT_MS), "The server is not told.\n");
    kill_engine(process);
    task.what = L"idle";
    process = start_engine(&task);
    ok(up_wait_packets(server, UP_CANCEL, 2, WAIT_MS), "The server is not told again.\n");
    origin_wait_idle(origin, "/killed-cancel", 2000);
    up_get_counts(server, &counts);
    ok(!counts.sessions && counts.cancelled == 1, "%u sessions are open.\n", counts.sessions);
    kill_engine(process);
    DeleteFileW(local);
}

/* ---- at random ---- */

static unsigned int wanted_kills(void)
{
    const char *text = getenv("OPENBITS_KILLS");
    unsigned long count = text ? strtoul(text, NULL, 10) : 0;

    return count ? (unsigned int)count : KILLS;
}

static void test_random(void)
{
    const uint64_t size = 48 * MIB + 321;
    struct up_options options = {.max_fragment = 131072};
    struct up_server *server = up_serve(origin, "/random", &options);
    unsigned int kills = wanted_kills(), done = 0;
    WCHAR folder[MAX_PATH], url[URL_MAX], local[MAX_PATH];
    struct up_counts counts;
    struct task task;

    withstands("M4");
    write_file(temp_path(L"killed", local), size, 4);
    prepare(&task, folder, url, "/random", L"upload");
    task.local = local;
    for (unsigned int i = 0; i < kills; i++)
    {
        HANDLE process = start_engine(&task);

        if (up_wait_received(server, size / (kills + 2) * (i + 1) + random_below(100000), WAIT_MS))
            done += WaitForSingleObject(process, 0) == WAIT_TIMEOUT;
        kill_engine(process);
    }
    let_engine_finish(&task);
    up_get_counts(server, &counts);
    ok(done >= kills / 2, "Only %u kills of %u were in time.\n", done, kills);
    ok(up_has_file(server, size, 4), "The file did not arrive.\n");
    ok(counts.packets[UP_CREATE] == 1 && counts.delivered == 1 && !counts.sessions,
       "%u sessions, %u open, delivered %u times.\n", counts.packets[UP_CREATE], counts.sessions,
       counts.delivered);
    trace("%u kills, %.2f MiB sent again.\n", done, (double)(counts.received - size) / MIB);
    verify_file(local, size, 4);
    DeleteFileW(local);
}

/* ---- a real file: this program's, killed twice on its way ---- */

static void *read_all(const WCHAR *path, DWORD *size)
{
    HANDLE file = CreateFileW(path, GENERIC_READ, FILE_SHARE_READ, NULL, OPEN_EXISTING, 0, NULL);
    void *data;

    *size = GetFileSize(file, NULL);
    data = malloc(*size);
    ok(ReadFile(file, data, *size, size, NULL), "Got error %lu.\n", GetLastError());
    CloseHandle(file);
    return data;
}

static void test_real_file(void)
{
    struct up_options options = {.max_fragment = 65536};
    struct up_server *server = up_serve(origin, "/real", &options);
    WCHAR folder[MAX_PATH], url[URL_MAX], program[MAX_PATH];
    uint64_t received = 0;
    void *data, *file;
    struct task task;
    DWORD size;

    GetModuleFileNameW(NULL, program, MAX_PATH);
    data = read_all(program, &size);
    prepare(&task, folder, url, "/real", L"upload");
    task.local = program;
    for (unsigned int i = 1; i <= 2; i++)
    {
        HANDLE process = start_engine(&task);

        ok(up_wait_received(server, (uint64_t)size / 3 * i, WAIT_MS), "It does not get there.\n");
        ok(!up_has_any_file(server), "It is there already.\n");
        kill_engine(process);
    }
    let_engine_finish(&task);
    file = up_copy_file(server, &received);
    ok(file && received == size && !memcmp(file, data, size), "Another file, of %llu bytes.\n",
       (unsigned long long)received);
    free(file);
    free(data);
}

START_TEST(upload_kills)
{
    WCHAR texts[4][URL_MAX];
    char **argv;

    if (winetest_get_mainargs(&argv) >= 6)
    {
        for (unsigned int i = 0; i < 4; i++)
            swprintf(texts[i], URL_MAX, L"%hs", argv[2 + i]);
        run_engine(&(struct task){texts[0], texts[1], texts[2], texts[3]});
        return;
    }
    com_start(COINIT_MULTITHREADED);
    if ((origin = origin_start(NULL)))
    {
        RUN_TEST(test_each_packet);
        RUN_TEST(test_reply);
        RUN_TEST(test_cancel);
        RUN_TEST(test_real_file);
        RUN_TEST(test_random);
        origin_destroy(origin);
    }
    com_stop();
}
