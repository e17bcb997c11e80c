/* SPDX-License-Identifier: LGPL-2.1-or-later
 *
 * What happens to files while no engine runs. Row A14 of the faults: a temporary file that is gone,
 * shorter or changed starts over; one that was left alone, or to which something was added, does
 * not. Row A13: the folder is not there. */
#include "kill_life.h"

#include <stdio.h>

#define WAIT_MS 20000

static WCHAR *find_temporary_file(const struct client_plan *plan, WCHAR path[MAX_PATH])
{
    WIN32_FIND_DATAW data;
    HANDLE find;

    swprintf(path, MAX_PATH, L"%ls\\BIT*.tmp", plan->folder);
    find = FindFirstFileW(path, &data);
    ok(find != INVALID_HANDLE_VALUE, "There is no temporary file.\n");
    if (find == INVALID_HANDLE_VALUE) return path;
    ok(!FindNextFileW(find, &data) || !*data.cFileName, "There is more than one.\n");
    FindClose(find);
    swprintf(path, MAX_PATH, L"%ls\\%ls", plan->folder, data.cFileName);
    return path;
}

static HANDLE open_temporary_file(const struct client_plan *plan)
{
    WCHAR path[MAX_PATH];
    HANDLE file = CreateFileW(find_temporary_file(plan, path), GENERIC_READ | GENERIC_WRITE, 0,
                              NULL, OPEN_EXISTING, 0, NULL);

    ok(file != INVALID_HANDLE_VALUE, "Got error %lu.\n", GetLastError());
    return file;
}

static void delete_it(const struct client_plan *plan)
{
    WCHAR path[MAX_PATH];

    ok(DeleteFileW(find_temporary_file(plan, path)), "Got error %lu.\n", GetLastError());
}

static void set_size(const struct client_plan *plan, LONG size)
{
    HANDLE file = open_temporary_file(plan);

    SetFilePointer(file, size, NULL, FILE_BEGIN);
    ok(SetEndOfFile(file), "Got error %lu.\n", GetLastError());
    CloseHandle(file);
}

static void shorten(const struct client_plan *plan)
{
    set_size(plan, LIFE_HALF - 1);
}

static void empty(const struct client_plan *plan)
{
    set_size(plan, 0);
}

static void lengthen(const struct client_plan *plan)
{
    set_size(plan, 2 * LIFE_LARGE);
}

static void flip(const struct client_plan *plan, LONG offset)
{
    HANDLE file = open_temporary_file(plan);
    DWORD size = 0;
    char byte = 0;

    SetFilePointer(file, offset, NULL, FILE_BEGIN);
    ok(ReadFile(file, &byte, 1, &size, NULL) && size == 1, "Got error %lu.\n", GetLastError());
    byte ^= 0x10;
    SetFilePointer(file, offset, NULL, FILE_BEGIN);
    ok(WriteFile(file, &byte, 1, &size, NULL) && size == 1, "Got error %lu.\n", GetLastError());
    CloseHandle(file);
}

static void change_first_byte(const struct client_plan *plan)
{
    flip(plan, 0);
}

static void change_last_byte(const struct client_plan *plan)
{
    flip(plan, LIFE_HALF - 1);
}

static void leave_alone(const struct client_plan *plan)
{
    WCHAR path[MAX_PATH];

    find_temporary_file(plan, path);
}

static void test_changes(void)
{
    static const struct
    {
        const char *name;
        void (*make)(const struct client_plan *plan);
        bool is_started_over;
    } changes[] = {
        {"left alone", leave_alone, false},
        {"deleted", delete_it, true},
        {"shortened", shorten, true},
        {"emptied", empty, true},
        {"lengthened", lengthen, false},
        {"first byte changed", change_first_byte, true},
        {"last byte changed", change_last_byte, true},
    };

    withstands("A14");
    for (unsigned int i = 0; i < ARRAY_SIZE(changes); i++)
    {
        const struct kill kill = {KILL_FLAGS, 1, true};
        const struct life life = {.files = 2,
                                  .is_held = true,
                                  .between = changes[i].make,
                                  .again = changes[i].is_started_over ? LIFE_HALF : 0};

        winetest_push_context("%s", changes[i].name);
        live(&life, &kill, 1);
        winetest_pop_context();
    }
}

/* Row A13: the folder of the files is not there when the engine starts. The engine is this
 * process's own. */
static void test_no_destination(void)
{
    static const struct life life = {.files = 2, .is_held = true};
    static const struct kill kill = {KILL_FLAGS, 1, true};
    struct runtime_config config = runtime_get_config();
    WCHAR queue[MAX_PATH], away[MAX_PATH], path[MAX_PATH];
    struct client_plan plan;
    BG_ERROR_CONTEXT context;
    IBackgroundCopyJob *job;
    HRESULT hr;

    shows("J4-SPCF-44");
    withstands("A13");
    live_once(&life, &kill, &plan);
    ok(MoveFileW(plan.folder, temp_path(L"away", away)), "Got error %lu.\n", GetLastError());
    config.queue_file = life_kept(QUEUE_NAME, queue);
    job = client_find_job(engine_manager(&config));
    ok(job != NULL, "The job is lost.\n");
    if (!job) return;
    ok(client_flags(job) == FLAGS, "Got flags %#lx.\n", client_flags(job));
    wait_for_state(job, STATE_BIT(BG_JOB_STATE_ERROR), WAIT_MS);
    hr = job_error(job, &context);
    ok(hr == HRESULT_FROM_WIN32(ERROR_PATH_NOT_FOUND), "Got code %#lx.\n", hr);
    ok(context == BG_ERROR_CONTEXT_LOCAL_FILE, "Got context %u.\n", context);
    ok(!file_exists(plan.folder), "A folder was made.\n");

    ok(MoveFileW(away, plan.folder), "Got error %lu.\n", GetLastError());
    hr = IBackgroundCopyJob_Resume(job);
    ok(hr == S_OK, "Got hr %#lx.\n", hr);
    wait_for_state(job, TRANSFERRED, WAIT_MS);
    hr = IBackgroundCopyJob_Complete(job);
    ok(hr == S_OK, "Got hr %#lx.\n", hr);
    for (unsigned int i = 0; i < life.files; i++)
        verify_file(client_file(&plan, i, path), life_size_of(&life, i), i);
    life_check_bytes(&life, &plan, 0);
    IBackgroundCopyJob_Release(job);
}

START_TEST(kill_changes)
{
    struct client_plan plan;

    if (client_read_line(&plan))
    {
        client_run(&plan);
        return;
    }
    com_start(COINIT_MULTITHREADED);
    life_start();
    RUN_TEST(test_changes);
    RUN_TEST(test_no_destination);
    com_stop();
    engine_stop();
    /* The folder could not go with the queue's file in it. */
    com_start(COINIT_MULTITHREADED);
    com_stop();
    life_end();
}
