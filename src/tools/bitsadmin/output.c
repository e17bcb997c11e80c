/* SPDX-License-Identifier: LGPL-2.1-or-later
 *
 * Text to stdout: wide characters to a console, else bytes of its code page, and blocks of lines
 * that a console shows in one place. For one thread. */
#include "bitsadmin.h"

#include <stdarg.h>
#include <stdio.h>
#include <stdlib.h>
#include <wchar.h>

#define BLOCK_ROWS_MAX 4
#define LINE_CHARS     8192 /* a longer line is not broken at words */

static unsigned int block_rows; /* of the block that the next one is drawn over */
static BOOL is_wrapping = TRUE;
static WCHAR line[LINE_CHARS]; /* of a console, until it ends */
static int line_len;

BOOL out_is_console(void)
{
    DWORD mode;

    return GetConsoleMode(GetStdHandle(STD_OUTPUT_HANDLE), &mode);
}

void out_set_wrap(BOOL is_on)
{
    is_wrapping = is_on;
}

/* Lines end as other programs of Windows write them to files. */
static WCHAR *add_carriage_returns(const WCHAR *text, int len, int *new_len)
{
    WCHAR *copy = malloc(2 * (size_t)len * sizeof(*copy));

    *new_len = 0;
    for (int i = 0; copy && i < len; i++)
    {
        if (text[i] == '\n') copy[(*new_len)++] = '\r';
        copy[(*new_len)++] = text[i];
    }
    return copy;
}

static void write_bytes(const WCHAR *text, int len)
{
    UINT code_page = GetConsoleOutputCP();
    DWORD written;
    WCHAR *lines;
    char *bytes;
    int size;

    if (!code_page) code_page = CP_UTF8;
    if (!(lines = add_carriage_returns(text, len, &len))) return;
    size = WideCharToMultiByte(code_page, 0, lines, len, NULL, 0, NULL, NULL);
    if (size > 0 && (bytes = malloc(size)))
    {
        WideCharToMultiByte(code_page, 0, lines, len, bytes, size, NULL, NULL);
        WriteFile(GetStdHandle(STD_OUTPUT_HANDLE), bytes, size, &written, NULL);
        free(bytes);
    }
    free(lines);
}

static void write_console(const WCHAR *text, int len)
{
    DWORD written;

    if (len) WriteConsoleW(GetStdHandle(STD_OUTPUT_HANDLE), text, len, &written, NULL);
}

/* Rows of a line, broken at words. */
static void write_line(void)
{
    int columns = out_columns(), at = 0, len;

    line[line_len] = 0;
    while (is_wrapping && columns > 0 && (len = row_break(line + at, columns)) < line_len - at)
    {
        write_console(line + at, len);
        write_console(L"\n", 1);
        at += len;
        while (line[at] == ' ')
            at++;
    }
    write_console(line + at, line_len - at);
    line_len = 0;
}

void out_flush(void)
{
    if (line_len) write_line();
}

static void write_text(const WCHAR *text, int len)
{
    if (!out_is_console())
    {
        write_bytes(text, len);
        return;
    }
    for (int i = 0; i < len; i++)
    {
        if (text[i] == '\n' || line_len == LINE_CHARS - 1) write_line();
        if (text[i] == '\n')
            write_console(L"\n", 1);
        else
            line[line_len++] = text[i];
    }
}

static void print_args(const WCHAR *format, va_list args)
{
    WCHAR *text;
    va_list copy;
    int len;

    va_copy(copy, args);
    len = _vscwprintf(format, copy);
    va_end(copy);
    if (len <= 0 || !(text = malloc((len + 1) * sizeof(*text)))) return;
    _vsnwprintf(text, len + 1, format, args);
    write_text(text, len);
    free(text);
}

void out_print(const WCHAR *format, ...)
{
    va_list args;

    va_start(args, format);
    print_args(format, args);
    va_end(args);
}

HRESULT out_value(const struct session *session, const WCHAR *format, ...)
{
    va_list args;

    va_start(args, format);
    print_args(format, args);
    va_end(args);
    if (!session->is_raw) out_print(L"\n");
    return S_OK;
}

void out_coloured(WORD colour, const WCHAR *text)
{
    HANDLE console = GetStdHandle(STD_OUTPUT_HANDLE);
    CONSOLE_SCREEN_BUFFER_INFO info;

    if (!colour || !GetConsoleScreenBufferInfo(console, &info))
    {
        out_print(L"%ls", text);
        return;
    }
    out_flush();
    SetConsoleTextAttribute(console, colour | (info.wAttributes & 0xf0));
    write_console(text, (int)wcslen(text));
    SetConsoleTextAttribute(console, info.wAttributes);
}

int out_columns(void)
{
    CONSOLE_SCREEN_BUFFER_INFO info;
    int columns;

    if (!GetConsoleScreenBufferInfo(GetStdHandle(STD_OUTPUT_HANDLE), &info)) return 0;
    /* The last column stays free: a character there can make a new row. */
    columns = min(info.srWindow.Right - info.srWindow.Left + 1, info.dwSize.X) - 1;
    return max(0, min(columns, OUT_ROW_CHARS - 1));
}

static void go_to_block(HANDLE console)
{
    CONSOLE_SCREEN_BUFFER_INFO info;
    COORD place = {0, 0};

    if (!block_rows || !GetConsoleScreenBufferInfo(console, &info)) return;
    place.Y = max(info.dwCursorPosition.Y - (SHORT)block_rows, 0);
    SetConsoleCursorPosition(console, place);
}

void out_block(const WCHAR *const *lines, unsigned int count)
{
    WCHAR text[BLOCK_ROWS_MAX * (OUT_ROW_CHARS + 1) + 1], row[OUT_ROW_CHARS];
    int columns = out_columns(), len = 0;

    out_flush();
    for (unsigned int i = 0; i < min(count, BLOCK_ROWS_MAX); i++)
    {
        int used = row_cut(lines[i], columns, row);

        len +=
            _snwprintf(text + len, ARRAYSIZE(text) - len, L"%ls%*ls\n", row, columns - used, L"");
    }
    go_to_block(GetStdHandle(STD_OUTPUT_HANDLE));
    /* In one piece: what is drawn over never shows half of it. */
    write_console(text, len);
    block_rows = min(count, BLOCK_ROWS_MAX);
}

void out_block_end(void)
{
    block_rows = 0;
}
