/* SPDX-License-Identifier: LGPL-2.1-or-later
 *
 * The engine is killed at named moments (rows A2 to A5 of the faults), then once more in the
 * process that goes on: what is found is the old or the new state, and the job comes to its end. An
 * ordinary run passes all points in the life of one job, and some pairs; OPENBITS_NIGHTLY=1 takes
 * each alone and every pair. */
#include <stdio.h>
#include <stdlib.h>

#include "harness/origin.h"
#include "kill_client.h"

#define SMALL_SIZE 20000
/* Long enough that a checkpoint comes in it. */
#define LARGE_SIZE (2u << 20)
#define LARGE_RATE (5u << 18)
#define MANY_FILES 50
#define FEW_FILES  5
#define AGAIN_MAX  1048576ull /* bytes fetched again for each kill */
#define WAIT_MS    30000
#define KILLS_MAX  64

static struct origin *origin;
static unsigned int kill_count, run_count;

static bool is_nightly(void)
{
    const char *text = getenv("OPENBITS_NIGHTLY");

    return text && *text == '1';
}

/* ---- one job and the processes that it survives ---- */

struct life
{
    unsigned int files;
    bool is_cancelled;
    bool is_held; /* when the flags are changed half of the first file is there, and no more comes
                     before a kill */
    bool is_slow;
    bool is_chain; /* no point of it may be passed before its turn */
};

static uint64_t size_of(const struct life *life, unsigned int index)
{
    return life->is_slow || (life->is_held && !index) ? LARGE_SIZE : SMALL_SIZE;
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
                   &(struct origin_file){.size = size_of(life, i),
                                         .version = i,
                                         .rate = life->is_slow ? LARGE_RATE : 0});
        if (!i && life->is_held) origin_hold_after(origin, path, LARGE_SIZE / 2);
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
    len = swprintf(line, ARRAY_SIZE(line), L"\"%ls\" kill_points ", program);
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

static WCHAR *kept(const WCHAR *name, WCHAR path[MAX_PATH])
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
        DeleteFileW(kept(names[i], path));
}

static unsigned int rename_count(void)
{
    WIN32_FILE_ATTRIBUTE_DATA data = {0};
    WCHAR path[MAX_PATH];

    GetFileAttributesExW(kept(RENAMES_NAME, path), GetFileExInfoStandard, &data);
    return data.nFileSizeLow;
}

static void check_files(const struct life *life, const struct client_plan *plan)
{
    WCHAR path[MAX_PATH];

    for (unsigned int i = 0; i < life->files && !life->is_cancelled; i++)
    {
        verify_file(client_file(plan, i, path), size_of(life, i), i);
        DeleteFileW(path);
    }
    ok(temp_file_count() == 1, "%u files are left.\n", temp_file_count() - 1);
    ok(rename_count() == (life->is_cancelled ? 0 : life->files), "%u files were given a name.\n",
       rename_count());
}

static void check_bytes(const struct life *life, const struct client_plan *plan, unsigned int kills)
{
    uint64_t sent = 0, wanted = 0;
    struct origin_tally tally;
    char path[64];

    for (unsigned int i = 0; i < life->files && !life->is_cancelled; i++)
    {
        origin_count(origin, path_of(plan, i, path), i, NULL, 0, &tally);
        sent += tally.sent;
        wanted += size_of(life, i);
    }
    ok(sent <= wanted + kills * AGAIN_MAX, "%llu bytes were sent for %llu, %u kills.\n",
       (unsigned long long)sent, (unsigned long long)wanted, kills);
}

static void live(const struct life *life, const struct kill *kills, unsigned int count)
{
    struct client_plan plan = {.files = life->files,
                               .is_cancelled = life->is_cancelled,
                               .flags_at = life->is_held ? LARGE_SIZE / 2 : 0};
    unsigned int done = 0;
    char text[64], path[64];

    temp_path(L"", plan.folder);
    plan.folder[wcslen(plan.folder) - 1] = 0;
    forget_last_life();
    offer_files(life, &plan);
    for (unsigned int i = 0; i < count; i++)
    {
        winetest_push_context("%s", kill_name(&kills[i], text));
        plan.kill = kills[i];
        /* The second of a pair may have been passed before the first. */
        if (run_process(&plan))
            done++;
        else
            ok(i && !life->is_chain, "The process does not come to its point.\n");
        if (life->is_held) origin_release(origin, path_of(&plan, 0, path));
        winetest_pop_context();
    }
    plan.kill = (struct kill){KILL_NEVER, 0, false};
    ok(!run_process(&plan), "It ended itself.\n");
    check_files(life, &plan);
    check_bytes(life, &plan, done);
    kill_count += done;
    run_count++;
}

/* ---- the points ---- */

/* In the order of a job's life. */
static const enum kill_point points[] = {
    KILL_CREATE,    KILL_ADD,      KILL_ADD_SET,  KILL_RESUME, KILL_FLAGS, KILL_CHECKPOINT,
    KILL_FILE_DONE, KILL_JOB_DONE, KILL_COMPLETE, KILL_RENAME, KILL_REMOVE};

#define POINTS (2 * ARRAY_SIZE(points))

static struct kill point(unsigned int i)
{
    return (struct kill){points[i / 2], 1, i % 2 != 0};
}

static bool is_slow(const struct kill *kill)
{
    return kill->point == KILL_CHECKPOINT || kill->point == KILL_FILE_DONE;
}

static void live_through_pair(unsigned int first, unsigned int second)
{
    const struct kill kills[] = {point(first), point(second)};
    const struct life life = {.files = FEW_FILES,
                              .is_slow = is_slow(&kills[0]) || is_slow(&kills[1])};

    live(&life, kills, 2);
}

/* Each process comes a step further than the one before. */
static void test_all_in_one_life(void)
{
    static const struct life life = {.files = FEW_FILES, .is_slow = true, .is_chain = true};
    struct kill kills[POINTS];

    for (unsigned int i = 0; i < POINTS; i++)
        kills[i] = point(i);
    live(&life, kills, POINTS);
}

static void test_points(void)
{
    for (unsigned int i = 0; i < POINTS; i++)
    {
        const struct kill kill = point(i);
        const struct life life = {.files = FEW_FILES, .is_slow = is_slow(&kill)};

        live(&life, &kill, 1);
    }
}

static void test_pairs(void)
{
    static const unsigned int sample[][2] = {{1, 9}, {7, 17}, {15, 18}, {16, 19}, {18, 20}};

    for (unsigned int i = 0; i < ARRAY_SIZE(sample) && !is_nightly(); i++)
        live_through_pair(sample[i][0], sample[i][1]);
    for (unsigned int i = 0; i < POINTS && is_nightly(); i++)
        for (unsigned int j = i; j < POINTS; j++)
            live_through_pair(i, j);
}

/* ---- Complete with many files ---- */

static void test_renames(void)
{
    static const struct life life = {.files = MANY_FILES};
    static const unsigned int spread[] = {0, 1, 25, 49, 50};
    unsigned int count = is_nightly() ? MANY_FILES + 1 : ARRAY_SIZE(spread);

    for (unsigned int i = 0; i < count; i++)
    {
        unsigned int done = is_nightly() ? i : spread[i];
        const struct kill kill = {KILL_RENAME, done < MANY_FILES ? done + 1 : MANY_FILES,
                                  done == MANY_FILES};

        live(&life, &kill, 1);
    }
}

/* ---- Cancel, and a change of the flags ---- */

static void live_held(enum kill_point kill_point, unsigned int count, bool is_cancelled)
{
    const struct life life = {.files = FEW_FILES, .is_held = true, .is_cancelled = is_cancelled};

    for (unsigned int i = 0; i < 2; i++)
    {
        const struct kill kill = {kill_point, count, i != 0};

        live(&life, &kill, 1);
    }
}

static void test_cancel(void)
{
    live_held(KILL_CANCEL, 1, true);
    live_held(KILL_DISCARD, 1, true);
    live_held(KILL_REMOVE, 1, true);
}

static void test_flags(void)
{
    ok(policy_set(L"EnablePeercaching", 1), "The policy cannot be set.\n");
    live_held(KILL_FLAGS, 1, false);
    policy_restore();
}

START_TEST(kill_points)
{
    struct client_plan plan;
    WCHAR path[MAX_PATH];

    if (client_read_line(&plan))
    {
        client_run(&plan);
        return;
    }
    com_start(COINIT_MULTITHREADED);
    CreateDirectoryW(temp_path(KEEP_FOLDER, path), NULL);
    origin = origin_start(NULL);
    if (is_nightly())
        RUN_TEST(test_points);
    else
        RUN_TEST(test_all_in_one_life);
    RUN_TEST(test_pairs);
    RUN_TEST(test_renames);
    RUN_TEST(test_cancel);
    RUN_TEST(test_flags);
    trace("%u kills in %u lives.\n", kill_count, run_count);
    forget_last_life();
    com_stop();
    origin_destroy(origin);
}
