/* SPDX-License-Identifier: LGPL-2.1-or-later
 *
 * Offers the files, starts the processes, and looks at what has become of the files. */
#include "kill_life.h"

#include <stdio.h>
#include <stdlib.h>

#include "harness/origin.h"

#define SMALL_SIZE 20000
#define LARGE_RATE (5u << 18)
/* Bytes fetched again for each kill, with what was on its way: the origin counts what it has handed
 * to the system. */
#define AGAIN_MAX   (1048576ull + 4 * SEND_BUFFER)
#define SEND_BUFFER 65536
#define WAIT_MS     30000

static struct origin *origin;
static unsigned int kill_count, life_count;

bool is_nightly(void)
{
    const char *text = getenv("OPENBITS_NIGHTLY");

    return text && *text == '1';
}

uint64_t life_size_of(const struct life *life, unsigned int index)
{
    return life->is_slow || (life->is_held && !index) ? LIFE_LARGE : SMALL_SIZE;
}

static void offer_files(const struct life *life, struct client_plan *plan)
{
    static unsigned int number;
    char path[64];

    snprintf(path, sizeof(path), "/life%u-", ++number);
    origin_url(origin, path, plan->url, sizeof(plan->url));
    for (unsigned int i = 0; i < life->files; i++)
    {
        snprintf(path, sizeof(path), "/life%u-%u", number, i);
        origin_add(origin, path,
                   &(struct origin_file){.size = life_size_of(life, i),
                                         .version = i,
                                         .rate = life->is_slow ? LARGE_RATE : 0});
        if (!i && life->is_held) origin_hold_after(origin, path, LIFE_HALF);
    }
}

static const char *path_of(const struct client_plan *plan, unsigned int index, char path[64])
{
    snprintf(path, 64, "%s%u", strrchr(plan->url, '/'), index);
    return path;
}

/* True: the process ended itself at its point. */
static bool run_process(const struct client_plan *plan)
{
    WCHAR program[MAX_PATH], line[3 * MAX_PATH];
    STARTUPINFOW startup = {.cb = sizeof(startup)};
    PROCESS_INFORMATION process;
    DWORD code = ~0u;
    int len;

    GetModuleFileNameW(NULL, program, MAX_PATH);
    len = swprintf(line, ARRAY_SIZE(line), L"\"%ls\" %hs ", program, winetest_testlist[0].name);
    client_write_line(plan, line + len, ARRAY_SIZE(line) - len);
    if (!CreateProcessW(program, line, NULL, NULL, FALSE, 0, NULL, NULL, &startup, &process))
    {
        ok(0, "Got error %lu.\n", GetLastError());
        return false;
    }
    CloseHandle(process.hThread);
    if (WaitForSingleObject(process.hProcess, WAIT_MS)) TerminateProcess(process.hProcess, 98);
    WaitForSingleObject(process.hProcess, WAIT_MS);
    GetExitCodeProcess(process.hProcess, &code);
    ok(!code || code == KILLED, "Checks failed in the other process: %lu.\n", code);
    CloseHandle(process.hProcess);
    return code == KILLED;
}

WCHAR *life_kept(const WCHAR *name, WCHAR path[MAX_PATH])
{
    WCHAR inner[64];

    swprintf(inner, ARRAY_SIZE(inner), KEEP_FOLDER L"\\%ls", name);
    return temp_path(inner, path);
}

static void forget_last_life(void)
{
    static const WCHAR *const names[] = {QUEUE_NAME, QUEUE_NAME L"-wal", QUEUE_NAME L"-shm",
                                         STEPS_NAME, RENAMES_NAME};
    WCHAR path[MAX_PATH];

    for (unsigned int i = 0; i < ARRAY_SIZE(names); i++)
        DeleteFileW(life_kept(names[i], path));
}

static unsigned int rename_count(void)
{
    WIN32_FILE_ATTRIBUTE_DATA data = {0};
    WCHAR path[MAX_PATH];

    GetFileAttributesExW(life_kept(RENAMES_NAME, path), GetFileExInfoStandard, &data);
    return data.nFileSizeLow;
}

static void check_files(const struct life *life, const struct client_plan *plan)
{
    WCHAR path[MAX_PATH];

    for (unsigned int i = 0; i < life->files && !life->is_cancelled; i++)
    {
        verify_file(client_file(plan, i, path), life_size_of(life, i), i);
        DeleteFileW(path);
    }
    ok(RemoveDirectoryW(plan->folder), "Files are left, error %lu.\n", GetLastError());
    CreateDirectoryW(plan->folder, NULL);
    ok(rename_count() == (life->is_cancelled ? 0 : life->files), "%u files were given a name.\n",
       rename_count());
}

void life_check_bytes(const struct life *life, const struct client_plan *plan, unsigned int kills)
{
    uint64_t sent = 0, wanted = 0;
    struct origin_tally tally;
    char path[64];

    for (unsigned int i = 0; i < life->files && !life->is_cancelled; i++)
    {
        origin_count(origin, path_of(plan, i, path), i, NULL, 0, &tally);
        sent += tally.sent;
        wanted += life_size_of(life, i);
    }
    wanted += life->again;
    ok(sent >= wanted, "Only %llu bytes were sent for %llu.\n", (unsigned long long)sent,
       (unsigned long long)wanted);
    ok(sent <= wanted + kills * AGAIN_MAX, "%llu bytes were sent for %llu, %u kills.\n",
       (unsigned long long)sent, (unsigned long long)wanted, kills);
}

static void begin(const struct life *life, struct client_plan *plan)
{
    *plan = (struct client_plan){.files = life->files,
                                 .is_cancelled = life->is_cancelled,
                                 .flags_at = life->is_held ? LIFE_HALF : 0};
    temp_path(FILES_FOLDER, plan->folder);
    forget_last_life();
    offer_files(life, plan);
}

/* True: it was killed. */
static bool be_killed(const struct life *life, const struct kill *kill, struct client_plan *plan)
{
    char text[64], path[64];
    bool is_killed;

    winetest_push_context("%s", kill_name(kill, text));
    plan->kill = *kill;
    is_killed = run_process(plan);
    if (life->is_held) origin_release(origin, path_of(plan, 0, path));
    kill_count += is_killed;
    winetest_pop_context();
    return is_killed;
}

void live_once(const struct life *life, const struct kill *kill, struct client_plan *plan)
{
    begin(life, plan);
    ok(be_killed(life, kill, plan), "The process does not come to its point.\n");
    life_count++;
}

void live(const struct life *life, const struct kill *kills, unsigned int count)
{
    struct client_plan plan;
    unsigned int done = 0;

    begin(life, &plan);
    for (unsigned int i = 0; i < count; i++)
    {
        /* The second of a pair may have been passed before the first. */
        if (be_killed(life, &kills[i], &plan))
            done++;
        else
            ok(i && !life->is_chain, "The process does not come to its point.\n");
        if (!i && life->between) life->between(&plan);
    }
    plan.kill = (struct kill){KILL_NEVER, 0, false};
    ok(!run_process(&plan), "It ended itself.\n");
    check_files(life, &plan);
    life_check_bytes(life, &plan, done);
    life_count++;
}

void life_start(void)
{
    WCHAR path[MAX_PATH];

    CreateDirectoryW(temp_path(KEEP_FOLDER, path), NULL);
    CreateDirectoryW(temp_path(FILES_FOLDER, path), NULL);
    origin = origin_start(&(struct origin_options){.send_buffer = SEND_BUFFER});
    ok(origin != NULL, "There is no origin.\n");
}

void life_end(void)
{
    trace("%u kills in %u lives.\n", kill_count, life_count);
    origin_destroy(origin);
}
