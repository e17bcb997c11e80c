/* SPDX-License-Identifier: LGPL-2.1-or-later
 *
 * bitsadmin.exe as a process. It gets a console without a window; to read that screen, or to press
 * Ctrl+C there, this process moves to the same console. */
#include "tool_run.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <wchar.h>

#include "tool_private.h"

#define WAIT_MS          20000
#define COLUMNS          80
#define ROWS             8 /* where the console obeys, the tool's block is at the bottom */
#define COMMAND_LINE_MAX 2048

/* Two folders up from this program, and down to bin. */
static void get_program(WCHAR path[MAX_PATH])
{
    GetModuleFileNameW(NULL, path, MAX_PATH);
    for (int i = 0; i < 3 && wcsrchr(path, '\\'); i++)
        *wcsrchr(path, '\\') = 0;
    wcsncat(path, L"\\bin\\bitsadmin.exe", MAX_PATH - wcslen(path) - 1);
}

static void make_line(const WCHAR *const *words, WCHAR line[COMMAND_LINE_MAX])
{
    WCHAR program[MAX_PATH];
    int len;

    get_program(program);
    len = swprintf(line, COMMAND_LINE_MAX, L"\"%ls\"", program);
    for (; *words && len > 0; words++)
    {
        int more = swprintf(line + len, COMMAND_LINE_MAX - len, L" \"%ls\"", *words);

        len = more < 0 ? more : len + more;
    }
    ok(len > 0, "The command line is too long.\n");
}

/* Only the pipe is inherited: a copy of a socket of ours would keep its connection open. */
static bool create_process(WCHAR *line, HANDLE output, HANDLE *process)
{
    STARTUPINFOEXW startup = {.StartupInfo.cb = sizeof(startup)};
    PROCESS_INFORMATION information;
    SIZE_T size = 0;
    BOOL is_started;

    startup.StartupInfo.dwFlags = STARTF_USESTDHANDLES | STARTF_USECOUNTCHARS;
    startup.StartupInfo.dwXCountChars = COLUMNS;
    startup.StartupInfo.dwYCountChars = ROWS;
    startup.StartupInfo.hStdOutput = output;
    InitializeProcThreadAttributeList(NULL, 1, 0, &size);
    startup.lpAttributeList = malloc(size);
    InitializeProcThreadAttributeList(startup.lpAttributeList, 1, 0, &size);
    if (output)
        UpdateProcThreadAttribute(startup.lpAttributeList, 0, PROC_THREAD_ATTRIBUTE_HANDLE_LIST,
                                  &startup.StartupInfo.hStdOutput, sizeof(HANDLE), NULL, NULL);
    is_started = CreateProcessW(NULL, line, NULL, NULL, output != NULL,
                                CREATE_NO_WINDOW | EXTENDED_STARTUPINFO_PRESENT, NULL, NULL,
                                &startup.StartupInfo, &information);
    DeleteProcThreadAttributeList(startup.lpAttributeList);
    free(startup.lpAttributeList);
    ok(is_started, "Could not start %s, error %lu.\n", wine_dbgstr_w(line), GetLastError());
    if (!is_started) return false;
    CloseHandle(information.hThread);
    *process = information.hProcess;
    return true;
}

/* ---- Its console ---- */

/* What is meant for the tool comes to all processes of the console. */
static BOOL WINAPI ignore_interrupt(DWORD event)
{
    return event == CTRL_C_EVENT;
}

static bool is_attached(void *ctx)
{
    struct tool_process *tool = ctx;

    return AttachConsole(GetProcessId(tool->process));
}

/* A program that has just been started has no console yet. */
static void move_to_console(struct tool_process *tool)
{
    FreeConsole();
    ok(wait_for(is_attached, tool, WAIT_MS), "The tool has no console, error %lu.\n",
       GetLastError());
    SetConsoleCtrlHandler(ignore_interrupt, TRUE);
    tool->is_at_console = true;
}

static void leave_console(void)
{
    FreeConsole();
    AttachConsole(ATTACH_PARENT_PROCESS);
}

static HANDLE open_screen(void)
{
    return CreateFileW(L"CONOUT$", GENERIC_READ | GENERIC_WRITE, FILE_SHARE_READ | FILE_SHARE_WRITE,
                       NULL, OPEN_EXISTING, 0, NULL);
}

/* All rows down to the end of the window of what is shown now: a program may show another buffer
 * than the one that it began with. */
static void read_screen(struct tool_process *tool)
{
    static WCHAR text[TOOL_OUTPUT_MAX];
    CONSOLE_SCREEN_BUFFER_INFO info;
    DWORD size = 0;
    SHORT last;

    CloseHandle(tool->source);
    tool->source = open_screen();
    if (!GetConsoleScreenBufferInfo(tool->source, &info)) return;
    last = max(info.dwCursorPosition.Y, info.srWindow.Bottom);
    for (COORD place = {0, 0}; place.Y <= last; place.Y++)
    {
        DWORD count = 0, room = ARRAY_SIZE(text) - size - 2;

        if (room < (DWORD)info.dwSize.X) break;
        ReadConsoleOutputCharacterW(tool->source, text + size, info.dwSize.X, place, &count);
        while (count && text[size + count - 1] == ' ')
            count--;
        size += count;
        text[size++] = '\n';
    }
    text[size] = 0;
    WideCharToMultiByte(CP_UTF8, 0, text, -1, tool->run.output, TOOL_OUTPUT_MAX, NULL, NULL);
    tool->run.is_crlf = true;
}

/* ---- Its pipe ---- */

static void read_pipe(struct tool_process *tool)
{
    DWORD available, size;

    while (PeekNamedPipe(tool->source, NULL, 0, NULL, &available, NULL) && available &&
           tool->byte_count < sizeof(tool->bytes) &&
           ReadFile(tool->source, tool->bytes + tool->byte_count,
                    sizeof(tool->bytes) - tool->byte_count, &size, NULL))
        tool->byte_count += size;
    tool_set_output(&tool->run, tool->bytes, tool->byte_count);
}

static HANDLE make_pipe(struct tool_process *tool)
{
    SECURITY_ATTRIBUTES inherited = {sizeof(inherited), NULL, TRUE};
    HANDLE output = NULL;
    BOOL is_made = CreatePipe(&tool->source, &output, &inherited, sizeof(tool->bytes));

    ok(is_made, "There is no pipe, error %lu.\n", GetLastError());
    SetHandleInformation(tool->source, HANDLE_FLAG_INHERIT, 0);
    return output;
}

static void read_output(struct tool_process *tool)
{
    if (tool->kind == TOOL_CONSOLE)
        read_screen(tool);
    else
        read_pipe(tool);
}

/* ---- Start to end ---- */

bool tool_start_(struct tool_process *tool, enum tool_output kind, const WCHAR *const *words)
{
    WCHAR line[COMMAND_LINE_MAX];
    HANDLE output = NULL;
    bool is_started;

    memset(tool, 0, sizeof(*tool));
    tool->kind = kind;
    make_line(words, line);
    if (kind == TOOL_PIPE) output = make_pipe(tool);
    is_started = create_process(line, output, &tool->process);
    if (output) CloseHandle(output);
    if (is_started && kind == TOOL_CONSOLE)
    {
        move_to_console(tool);
        tool->source = open_screen();
    }
    return is_started;
}

struct awaited_line
{
    struct tool_process *tool;
    const char *pattern;
};

static bool is_line_there(void *ctx)
{
    struct awaited_line *awaited = ctx;

    read_output(awaited->tool);
    return has_line_like(awaited->tool->run.output, awaited->pattern);
}

void tool_wait_line_(int line, const char *file, struct tool_process *tool, const char *pattern)
{
    struct awaited_line awaited = {tool, pattern};

    ok_(file, line)(wait_for(is_line_there, &awaited, WAIT_MS), "No line \"%s\" in:\n%s\n", pattern,
                    tool->run.output);
}

void tool_interrupt(struct tool_process *tool)
{
    BOOL is_sent;

    if (tool->kind == TOOL_PIPE) move_to_console(tool);
    is_sent = GenerateConsoleCtrlEvent(CTRL_C_EVENT, 0);
    ok(is_sent, "Could not interrupt the tool, error %lu.\n", GetLastError());
}

void tool_press(struct tool_process *tool, WCHAR key)
{
    HANDLE input = CreateFileW(L"CONIN$", GENERIC_READ | GENERIC_WRITE,
                               FILE_SHARE_READ | FILE_SHARE_WRITE, NULL, OPEN_EXISTING, 0, NULL);
    INPUT_RECORD record = {.EventType = KEY_EVENT};
    BOOL is_written;
    DWORD count = 0;

    (void)tool;
    record.Event.KeyEvent.bKeyDown = TRUE;
    record.Event.KeyEvent.wRepeatCount = 1;
    record.Event.KeyEvent.uChar.UnicodeChar = key;
    is_written = WriteConsoleInputW(input, &record, 1, &count);
    ok(is_written && count == 1, "Could not press a key, error %lu.\n", GetLastError());
    CloseHandle(input);
}

void tool_end(struct tool_process *tool)
{
    DWORD result = WaitForSingleObject(tool->process, WAIT_MS);

    ok(result == WAIT_OBJECT_0, "The tool does not end: %lu.\n", result);
    if (result != WAIT_OBJECT_0) TerminateProcess(tool->process, 1);
    read_output(tool);
    GetExitCodeProcess(tool->process, &tool->run.code);
    CloseHandle(tool->source);
    CloseHandle(tool->process);
    if (tool->is_at_console) leave_console();
}
