/* SPDX-License-Identifier: LGPL-2.1-or-later
 *
 * bitsadmin.exe /transfer as a program: what it prints to a pipe, what its console shows, what its
 * exit code is, and that nothing is left of a transfer that failed or was interrupted. */
#include "tool_run.h"

#include <stdio.h>

#define MIB  (1024 * 1024)
#define SIZE (8 * MIB)

#define WAIT_MS 20000

static struct origin *origin;
static struct tool_process tool;
static WCHAR url[URL_MAX], local[MAX_PATH]; /* of the file at hand */

/* A file of the origin, and where it is to be saved. */
static void offer(const char *path, const WCHAR *name, uint64_t size)
{
    const struct origin_file file = {.size = size, .version = 1};

    origin_add(origin, path, &file);
    origin_wurl(origin, path, url);
    temp_path(name, local);
}

static void expect_file(const WCHAR *name, uint64_t size)
{
    WCHAR path[MAX_PATH];

    verify_file(temp_path(name, path), size, 1);
    DeleteFileW(path);
}

static void expect_code(HRESULT code)
{
    ok(tool.run.code == (DWORD)code, "Got code %#lx, expected %#lx.\n", tool.run.code, code);
}

static void expect_nothing_left(void)
{
    unsigned int count = temp_file_count();

    ok(!count, "%u files are left.\n", count);
}

static void test_success(void)
{
    offer("/one", L"one.bin", 100000);
    run_tool(&tool, L"/transfer", L"one", url, local);
    expect_code(S_OK);
    ok(has_line_like(tool.run.output, "DISPLAY: 'one' TYPE: DOWNLOAD STATE: TRANSFERRED"),
       "Got:\n%s\n", tool.run.output);
    ok(has_line_like(tool.run.output,
                     "PRIORITY: NORMAL FILES: 1 / 1 BYTES: 100000 / 100000 (100%)"),
       "Got:\n%s\n", tool.run.output);
    ok(strstr(tool.run.output, "(100%)\nTransfer complete.\n") != NULL, "Got:\n%s\n",
       tool.run.output);
    ok(tool.run.is_crlf, "A line ends with a line feed only.\n");
    expect_file(L"one.bin", 100000);
    expect_nothing_left();
}

static void test_several_files(void)
{
    WCHAR urls[3][URL_MAX], locals[3][MAX_PATH];
    static const WCHAR *const names[] = {L"a.bin", L"empty.bin", L"with blank.bin"};
    static const char *const paths[] = {"/a", "/empty", "/c"};

    for (unsigned int i = 0; i < 3; i++)
    {
        offer(paths[i], names[i], i == 1 ? 0 : 3 * MIB);
        wcscpy(urls[i], url);
        wcscpy(locals[i], local);
    }
    run_tool(&tool, L"/RawReturn", L"/NOWRAP", L"/Transfer", L"several files", L"/Download",
             L"/Priority", L"Foreground", urls[0], locals[0], urls[1], locals[1], urls[2],
             locals[2]);
    expect_code(S_OK);
    ok(!strstr(tool.run.output, "BITSADMIN version"), "There is a banner:\n%s\n", tool.run.output);
    ok(strstr(tool.run.output, "DISPLAY: 'several files' TYPE: DOWNLOAD STATE: TRANSFERRED\n"
                               "PRIORITY: FOREGROUND FILES: 3 / 3 BYTES: 6291456 / 6291456 (100%)\n"
                               "Transfer complete.\n") != NULL,
       "Got:\n%s\n", tool.run.output);
    expect_file(names[0], 3 * MIB);
    expect_file(names[1], 0);
    expect_file(names[2], 3 * MIB);
    expect_nothing_left();
}

/* In a pipe, a line for every tenth, with bytes, percent, rate and the time that is left. */
static void test_plain_progress(void)
{
    offer("/plain", L"plain.bin", SIZE);
    origin_hold_after(origin, "/plain", MIB);
    if (!tool_start(&tool, TOOL_PIPE, L"/transfer", L"plain", L"/priority", L"HIGH", url, local))
        return;
    tool_wait_line(&tool, "DISPLAY: 'plain' TYPE: DOWNLOAD STATE: TRANSFERRING");
    origin_hold_after(origin, "/plain", 5 * MIB);
    tool_wait_line(&tool, "PRIORITY: HIGH FILES: 0 / 1 BYTES: * / 8388608 (*%) *iB/s *:*:* LEFT");
    origin_release(origin, "/plain");
    tool_end(&tool);
    expect_code(S_OK);
    expect_file(L"plain.bin", SIZE);
    expect_nothing_left();
}

static unsigned int count_of(const char *text, const char *part)
{
    unsigned int count = 0;
    const char *at = text;

    while ((at = strstr(at, part)))
    {
        count++;
        at++;
    }
    return count;
}

/* On a console everything happens in three rows. */
static void test_live_progress(void)
{
    offer("/live", L"live.bin", SIZE);
    origin_hold_after(origin, "/live", 5 * MIB);
    if (!tool_start(&tool, TOOL_CONSOLE, L"/transfer", L"a name that would fill the whole row", url,
                    local))
        return;
    tool_wait_line(&tool, "[*>*] *% *iB of 8.0 MiB  *iB/s  *:*:* left");
    tool_wait_line(&tool, "PRIORITY: NORMAL FILES: 0 / 1 BYTES: * / 8388608 (*%)");
    tool_wait_line(&tool,
                   "DISPLAY: 'a name that would fill t*...' TYPE: DOWNLOAD STATE: TRANSFERRING");
    origin_release(origin, "/live");
    tool_end(&tool);
    expect_code(S_OK);
    ok(has_line_like(tool.run.output, "[=*] 100%  8.0 MiB of 8.0 MiB  *iB/s  in 0:*"), "Got:\n%s\n",
       tool.run.output);
    ok(has_line_like(tool.run.output, "Transfer complete."), "Got:\n%s\n", tool.run.output);
    ok(count_of(tool.run.output, "DISPLAY:") == 1 && count_of(tool.run.output, "[=") == 1,
       "The rows are not drawn in one place:\n%s\n", tool.run.output);
    expect_file(L"live.bin", SIZE);
    expect_nothing_left();
}

/* While the size of all files is not known, the third row is about the one at hand. */
static void test_live_file(void)
{
    static const WCHAR *const names[] = {L"first.bin", L"second.bin"};
    static const char *const paths[] = {"/first", "/second"};
    WCHAR urls[3][URL_MAX], locals[3][MAX_PATH];

    for (unsigned int i = 0; i < 3; i++)
    {
        offer(paths[min(i, 1)], names[min(i, 1)], SIZE);
        if (i == 2) temp_path(L"third.bin", local);
        wcscpy(urls[i], url);
        wcscpy(locals[i], local);
    }
    origin_hold_after(origin, "/second", 5 * MIB);
    if (!tool_start(&tool, TOOL_CONSOLE, L"/transfer", L"files", urls[0], locals[0], urls[1],
                    locals[1], urls[2], locals[2]))
        return;
    tool_wait_line(&tool, "PRIORITY: NORMAL FILES: 1 / 3 BYTES: * / UNKNOWN (0%)");
    tool_wait_line(&tool, "[*>*] *% of file 2  *iB of 8.0 MiB  *");
    origin_release(origin, "/second");
    tool_end(&tool);
    expect_code(S_OK);
    expect_file(L"first.bin", SIZE);
    expect_file(L"second.bin", SIZE);
    expect_file(L"third.bin", SIZE);
    expect_nothing_left();
}

static void test_not_found(void)
{
    char expected[URL_MAX + 200];

    temp_path(L"none.bin", local);
    origin_wurl(origin, "/none", url);
    run_tool(&tool, L"/transfer", L"missing", url, local);
    expect_code((HRESULT)0x80190194);
    snprintf(expected, sizeof(expected),
             "Unable to complete transfer.\nERROR FILE:    %ls -> %ls\n"
             "ERROR CODE:    0x80190194 - *\nERROR CONTEXT: 0x00000005 - *\n",
             url, local);
    ok(strstr(tool.run.output, "STATE: ERROR\n") != NULL, "Got:\n%s\n", tool.run.output);
    ok(is_like(strstr(tool.run.output, "Unable"), expected), "Got:\n%s\nExpected:\n%s\n",
       tool.run.output, expected);
    expect_nothing_left();
}

/* Each is refused before anything is transferred, and leaves no job, no file. */
static void test_arguments(void)
{
    static struct tool_run run;

    offer("/args", L"args.bin", 1000);
    call_tool(&run, L"/transfer", L"args", L"/priority", L"URGENT", url, local);
    check_run(&run, E_INVALIDARG, "Invalid priority URGENT\n");
    call_tool(&run, L"/transfer", L"args", L"/upward", url, local);
    check_run(&run, E_INVALIDARG, "Invalid argument /upward\n");
    call_tool(&run, L"/transfer", L"args", url, local, L"/priority");
    check_run(&run, E_INVALIDARG, "Every URL needs a local file name after it.\n");
    call_tool(&run, L"/transfer", L"args", L"/download", L"/priority");
    check_run(&run, E_INVALIDARG, "Invalid argument /priority\n");
    call_tool(&run, L"/transfer", L"args", url, L"relative.bin");
    check_run(&run, E_INVALIDARG,
              "Unable to add file - 0x80070057\n*\nERROR FILE:    %ls -> relative.bin\n", url);
    call_tool(&run, L"/list");
    ok(strstr(run.output, " 'args' ") == NULL, "A job is left:\n%s\n", run.output);
    ok(!origin_journal_count(origin, "/args"), "The origin was asked.\n");
    expect_nothing_left();
}

static void test_arguments_of_program(void)
{
    WCHAR missing[MAX_PATH];

    offer("/args", L"args.bin", 1000);
    run_tool(&tool, L"/transfer", L"args", url, local, url);
    check_run(&tool.run, E_INVALIDARG, "Every URL needs a local file name after it.\n");
    temp_path(L"no folder\\args.bin", missing);
    run_tool(&tool, L"/transfer", L"args", url, local, url, missing);
    check_run(&tool.run, HRESULT_FROM_WIN32(ERROR_PATH_NOT_FOUND),
              "Unable to add file - 0x80070003\n*\nERROR FILE:    %ls -> %ls\n", url, missing);
    ok(!origin_journal_count(origin, "/args"), "The origin was asked.\n");
    expect_nothing_left();
}

/* A server that cannot be reached may come back: the tool says what it waits for. */
static void test_refused(void)
{
    WCHAR dead[URL_MAX];

    swprintf(dead, ARRAY_SIZE(dead), L"http://127.0.0.1:%u/x", origin_dead_port());
    temp_path(L"dead.bin", local);
    if (!tool_start(&tool, TOOL_CONSOLE, L"/transfer", L"dead", dead, local)) return;
    tool_wait_line(&tool, "ERROR CODE:    0x80072efd - *");
    tool_wait_line(&tool, "DISPLAY: 'dead' TYPE: DOWNLOAD STATE: TRANSIENT_ERROR");
    tool_interrupt(&tool);
    tool_end(&tool);
    expect_code(E_ABORT);
    expect_nothing_left();

    if (!tool_start(&tool, TOOL_PIPE, L"/transfer", L"dead", dead, local)) return;
    tool_wait_line(&tool, "DISPLAY: 'dead' TYPE: DOWNLOAD STATE: TRANSIENT_ERROR");
    tool_wait_line(&tool, "ERROR FILE:    http://127.0.0.1:*/x -> *dead.bin");
    tool_wait_line(&tool, "ERROR CODE:    0x80072efd - *");
    tool_wait_line(&tool, "ERROR CONTEXT: 0x0000000* - *");
    tool_interrupt(&tool);
    tool_end(&tool);
    expect_code(E_ABORT);
    expect_nothing_left();
}

static bool is_begun(void *ctx)
{
    (void)ctx;
    return temp_file_count() == 1;
}

static void interrupt(enum tool_output kind, const char *path, const char *pattern)
{
    winetest_push_context("%s", path);
    offer(path, L"interrupted.bin", SIZE);
    origin_hold_after(origin, path, 3 * MIB);
    if (tool_start(&tool, kind, L"/transfer", L"interrupted", url, local))
    {
        tool_wait_line(&tool, pattern);
        ok(wait_for(is_begun, NULL, WAIT_MS), "There is no temporary file.\n");
        tool_interrupt(&tool);
        tool_end(&tool);
        expect_code(E_ABORT);
        ok(has_line_like(tool.run.output, "Interrupted, the job is canceled."), "Got:\n%s\n",
           tool.run.output);
        expect_nothing_left();
    }
    origin_release(origin, path);
    winetest_pop_context();
}

static void test_interrupt(void)
{
    interrupt(TOOL_CONSOLE, "/console", "[*>*] *% *iB of 8.0 MiB *");
    interrupt(TOOL_PIPE, "/pipe", "DISPLAY: 'interrupted' TYPE: DOWNLOAD STATE: TRANSFERRING");
}

START_TEST(bitsadmin_transfer)
{
    com_start(COINIT_MULTITHREADED);
    origin = origin_start(NULL);
    ok(origin != NULL, "There is no origin.\n");
    RUN_TEST(test_success);
    RUN_TEST(test_several_files);
    RUN_TEST(test_plain_progress);
    RUN_TEST(test_live_progress);
    RUN_TEST(test_live_file);
    RUN_TEST(test_not_found);
    RUN_TEST(test_arguments);
    RUN_TEST(test_arguments_of_program);
    RUN_TEST(test_refused);
    RUN_TEST(test_interrupt);
    com_stop();
    origin_destroy(origin);
}
