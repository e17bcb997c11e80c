/* SPDX-License-Identifier: LGPL-2.1-or-later
 *
 * bitsadmin in tests: its commands in this process, where they see our jobs, and the program
 * itself, with a pipe or on a console of its own whose screen is read. */
#ifndef OPENBITS_TESTS_TOOL_RUN_H
#define OPENBITS_TESTS_TOOL_RUN_H

#include "harness/com_fixture.h"

#define TOOL_OUTPUT_MAX 32768

struct tool_run
{
    DWORD code;
    bool is_crlf;                 /* every line ended with both */
    char output[TOOL_OUTPUT_MAX]; /* UTF-8, lines end with \n */
};

/* Runs one command line in this process. */
#define call_tool(run, ...) call_tool_(run, (const WCHAR *const[]){__VA_ARGS__, NULL})
void call_tool_(struct tool_run *run, const WCHAR *const *words);

/* Does the text look like the pattern? In that, '*' is anything of at least one character in one
 * line. */
bool is_like(const char *text, const char *pattern);
/* Does one of its lines? */
bool has_line_like(const char *text, const char *pattern);
/* A check of the exit code, and of the output after the banner by a pattern made as by printf. */
#define check_run(run, code, ...) check_run_(__LINE__, __FILE__, run, true, code, __VA_ARGS__)
/* The same for output that has no banner. */
#define check_raw_run(run, code, ...) check_run_(__LINE__, __FILE__, run, false, code, __VA_ARGS__)
void check_run_(int line, const char *file, const struct tool_run *run, bool has_banner,
                HRESULT code, const char *format, ...) __WINE_PRINTF_ATTR(6, 7);

/* ---- The program ---- */

enum tool_output
{
    TOOL_PIPE,
    TOOL_CONSOLE /* one at a time */
};

struct tool_process
{
    struct tool_run run; /* output: so far, or what the screen shows */
    enum tool_output kind;
    HANDLE process;
    HANDLE source;      /* the pipe, or the screen */
    bool is_at_console; /* this process too */
    char bytes[TOOL_OUTPUT_MAX];
    DWORD byte_count;
};

/* False, with a failed check, when it could not be started. */
#define tool_start(tool, kind, ...)                                                                \
    tool_start_(tool, kind, (const WCHAR *const[]){__VA_ARGS__, NULL})
bool tool_start_(struct tool_process *tool, enum tool_output kind, const WCHAR *const *words);
/* Waits for a line like the pattern; a failed check when the time is over. */
#define tool_wait_line(tool, pattern) tool_wait_line_(__LINE__, __FILE__, tool, pattern)
void tool_wait_line_(int line, const char *file, struct tool_process *tool, const char *pattern);
/* Ctrl+C. */
void tool_interrupt(struct tool_process *tool);
/* A key, on a console. */
void tool_press(struct tool_process *tool, WCHAR key);
/* Waits for its end, and kills it when it does not come; output and exit code are in run. */
void tool_end(struct tool_process *tool);
/* From start to end, with a pipe. */
#define run_tool(tool, ...)                                                                        \
    do                                                                                             \
    {                                                                                              \
        if (tool_start(tool, TOOL_PIPE, __VA_ARGS__)) tool_end(tool);                              \
    } while (0)

#endif
