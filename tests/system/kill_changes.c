/* SPDX-License-Identifier: LGPL-2.1-or-later
 *
 * What happens to a temporary file while no engine runs (row A14 of the faults): when it is gone,
 * shorter or changed it starts over; one that was left alone, or to which something was added, does
 * not. */
#include "kill_life.h"

#include <stdio.h>

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
    life_end();
    com_stop();
}
