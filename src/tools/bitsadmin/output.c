/* SPDX-License-Identifier: LGPL-2.1-or-later
 *
 * Text to stdout: wide characters to a console, else bytes of its code page, and blocks of lines
 * that a console shows in one place. */
#include "bitsadmin.h"

#include <stdarg.h>
#include <stdio.h>
#include <stdlib.h>

static unsigned int block_rows; /* of the block that the next one is drawn over */

BOOL out_is_console(void)
{
    DWORD mode;

    return GetConsoleMode(GetStdHandle(STD_OUTPUT_HANDLE), &mode);
}

static void write_bytes(const WCHAR *text, int len)
{
    UINT code_page = GetConsoleOutputCP();
    int size;
    char *bytes;
    DWORD written;

    if (!code_page) code_page = CP_UTF8;
    size = WideCharToMultiByte(code_page, 0, text, len, NULL, 0, NULL, NULL);
    if (!(bytes = malloc(size + 1))) return;
    WideCharToMultiByte(code_page, 0, text, len, bytes, size, NULL, NULL);
    WriteFile(GetStdHandle(STD_OUTPUT_HANDLE), bytes, size, &written, NULL);
    free(bytes);
}

void out_print(const WCHAR *format, ...)
{
    WCHAR *text;
    va_list args;
    DWORD written;
    int len;

    va_start(args, format);
    len = _vscwprintf(format, args);
    va_end(args);
    if (len < 0 || !(text = malloc((len + 1) * sizeof(*text)))) return;
    va_start(args, format);
    _vsnwprintf(text, len + 1, format, args);
    va_end(args);

    if (out_is_console())
        WriteConsoleW(GetStdHandle(STD_OUTPUT_HANDLE), text, len, &written, NULL);
    else
        write_bytes(text, len);
    free(text);
}

/* A line that would wrap is cut, so that a block has as many rows as lines. */
static void print_row(const WCHAR *line, SHORT width)
{
    int len = lstrlenW(line), columns = width > 1 ? width - 1 : len;

    out_print(L"%-*.*ls\n", columns, len < columns ? len : columns, line);
}

void out_block(const WCHAR *const *lines, unsigned int count)
{
    HANDLE console = GetStdHandle(STD_OUTPUT_HANDLE);
    CONSOLE_SCREEN_BUFFER_INFO info;
    COORD place = {0, 0};

    if (!GetConsoleScreenBufferInfo(console, &info))
    {
        for (unsigned int i = 0; i < count; i++)
            out_print(L"%ls\n", lines[i]);
        return;
    }
    if (block_rows)
    {
        if (info.dwCursorPosition.Y > (SHORT)block_rows)
            place.Y = info.dwCursorPosition.Y - (SHORT)block_rows;
        SetConsoleCursorPosition(console, place);
    }
    for (unsigned int i = 0; i < count; i++)
        print_row(lines[i], info.dwSize.X);
    block_rows = count;
}

void out_block_end(void)
{
    block_rows = 0;
}
