/* SPDX-License-Identifier: LGPL-2.1-or-later
 *
 * Commands of bitsadmin in this process, and what is checked about their output. */
#include "tool_run.h"

#include <stdarg.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "bitsadmin.h"
#include "tool_private.h"

static const char banner[] = "\nBITSADMIN version 3.0\n"
                             "BITS administration utility.\n"
                             "OpenBITS, licensed under the LGPL 2.1 or later.\n\n";

/* ---- Output ---- */

void tool_set_output(struct tool_run *run, const char *bytes, size_t size)
{
    UINT code_page = GetConsoleOutputCP();
    WCHAR *text = malloc((size + 1) * sizeof(*text));
    int len = 0, used = 0;

    run->is_crlf = true;
    run->output[0] = 0;
    if (!text) return;
    if (size)
        len = MultiByteToWideChar(code_page ? code_page : CP_UTF8, 0, bytes, size, text, size);
    for (int i = 0; i < len; i++)
    {
        if (text[i] == '\n' && (!i || text[i - 1] != '\r')) run->is_crlf = false;
        if (text[i] != '\r') text[used++] = text[i];
    }
    text[used] = 0;
    len = WideCharToMultiByte(CP_UTF8, 0, text, -1, run->output, sizeof(run->output), NULL, NULL);
    ok(len > 0, "The output is longer than %u bytes.\n", TOOL_OUTPUT_MAX);
    free(text);
}

static HANDLE open_output_file(void)
{
    WCHAR folder[MAX_PATH], path[MAX_PATH];
    HANDLE file;

    GetTempPathW(MAX_PATH, folder);
    GetTempFileNameW(folder, L"out", 0, path);
    file = CreateFileW(path, GENERIC_READ | GENERIC_WRITE, FILE_SHARE_DELETE, NULL, CREATE_ALWAYS,
                       FILE_FLAG_DELETE_ON_CLOSE, NULL);
    ok(file != INVALID_HANDLE_VALUE, "Could not make a file, error %lu.\n", GetLastError());
    return file;
}

static void read_output_file(struct tool_run *run, HANDLE file)
{
    static char bytes[TOOL_OUTPUT_MAX];
    DWORD size = 0;

    SetFilePointer(file, 0, NULL, FILE_BEGIN);
    ReadFile(file, bytes, sizeof(bytes), &size, NULL);
    tool_set_output(run, bytes, size);
}

void call_tool_(struct tool_run *run, const WCHAR *const *words)
{
    HANDLE file = open_output_file(), old = GetStdHandle(STD_OUTPUT_HANDLE);
    WCHAR *argv[TOOL_WORDS_MAX];
    int argc = 0;

    for (; words[argc] && argc < TOOL_WORDS_MAX; argc++)
        argv[argc] = wcsdup(words[argc]);
    SetStdHandle(STD_OUTPUT_HANDLE, file);
    run->code = bitsadmin_run(argc, argv);
    SetStdHandle(STD_OUTPUT_HANDLE, old);
    read_output_file(run, file);
    CloseHandle(file);
    while (argc--)
        free(argv[argc]);
}

/* ---- Patterns ---- */

bool is_like(const char *text, const char *pattern)
{
    for (; *pattern && *pattern != '*'; text++, pattern++)
        if (*text != *pattern) return false;
    if (!*pattern) return !*text;
    while (*text && *text != '\n')
        if (is_like(++text, pattern + 1)) return true;
    return false;
}

bool has_line_like(const char *text, const char *pattern)
{
    char row[1024];

    while (*text)
    {
        size_t len = strcspn(text, "\n");

        snprintf(row, sizeof(row), "%.*s", (int)len, text);
        if (is_like(row, pattern)) return true;
        text += len;
        if (*text) text++;
    }
    return false;
}

void check_run_(int line, const char *file, const struct tool_run *run, bool has_banner,
                HRESULT code, const char *format, ...)
{
    static char pattern[TOOL_OUTPUT_MAX];
    const char *text = run->output;
    va_list args;

    va_start(args, format);
    vsnprintf(pattern, sizeof(pattern), format, args);
    va_end(args);
    ok_(file, line)(run->code == (DWORD)code, "Got code %#lx, expected %#lx.\n", run->code, code);
    if (has_banner)
    {
        bool is_there = !strncmp(text, banner, strlen(banner));

        ok_(file, line)(is_there, "There is no banner.\n");
        if (is_there) text += strlen(banner);
    }
    ok_(file, line)(is_like(text, pattern), "Got:\n%s\nExpected:\n%s\n", text, pattern);
    ok_(file, line)(run->is_crlf, "A line ends with a line feed only.\n");
}
