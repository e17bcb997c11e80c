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

static unsigned int block_rows; /* of the block that the next one is drawn over */

BOOL out_is_console(void)
{
    DWORD mode;

    return GetConsoleMode(GetStdHandle(STD_OUTPUT_HANDLE), &mode);
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

void out_print(const WCHAR *format, ...)
{
    WCHAR *text;
    va_list args;
    DWORD written;
    int len;

    va_start(args, format);
    len = _vscwprintf(format, args);
    va_end(args);
    if (len <= 0 || !(text = malloc((len + 1) * sizeof(*text)))) return;
    va_start(args, format);
    _vsnwprintf(text, len + 1, format, args);
    va_end(args);

    if (out_is_console())
        WriteConsoleW(GetStdHandle(STD_OUTPUT_HANDLE), text, len, &written, NULL);
    else
        write_bytes(text, len);
    free(text);
}

/* In a console, East Asian characters are two columns wide; so is a pair of surrogates. */
static int columns_of(WCHAR c)
{
    static const struct
    {
        WCHAR first, last;
    } wide[] = {{0x1100, 0x115f}, {0x2e80, 0xa4cf}, {0xac00, 0xd7a3}, {0xd800, 0xdbff},
                {0xf900, 0xfaff}, {0xfe30, 0xfe6f}, {0xff00, 0xff60}, {0xffe0, 0xffe6}};

    if (c >= 0xdc00 && c <= 0xdfff) return 0;
    for (unsigned int i = 0; i < ARRAYSIZE(wide); i++)
        if (c >= wide[i].first && c <= wide[i].last) return 2;
    return 1;
}

static int width_of(const WCHAR *text)
{
    int columns = 0;

    for (; *text; text++)
        columns += columns_of(*text);
    return columns;
}

/* As much of the text as fits; returns how many columns that takes. */
static int cut(const WCHAR *text, int columns, WCHAR result[OUT_ROW_CHARS])
{
    int used = 0, len = 0;

    while (text[len] && used + columns_of(text[len]) <= columns && len < OUT_ROW_CHARS - 1)
    {
        used += columns_of(text[len]);
        result[len] = text[len] < ' ' || text[len] == 0x7f ? '?' : text[len];
        len++;
    }
    result[len] = 0;
    return used;
}

void out_shorten(const WCHAR *text, int columns, WCHAR result[OUT_ROW_CHARS])
{
    static const WCHAR dots[] = L"...";
    const int dots_len = ARRAYSIZE(dots) - 1;

    columns = min(columns, OUT_ROW_CHARS - 1);
    if (width_of(text) <= columns || columns < dots_len)
    {
        cut(text, columns, result);
        return;
    }
    cut(text, columns - dots_len, result);
    wcscat(result, dots);
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

    for (unsigned int i = 0; i < min(count, BLOCK_ROWS_MAX); i++)
    {
        int used = cut(lines[i], columns, row);

        len +=
            _snwprintf(text + len, ARRAYSIZE(text) - len, L"%ls%*ls\n", row, columns - used, L"");
    }
    go_to_block(GetStdHandle(STD_OUTPUT_HANDLE));
    /* In one piece: what is drawn over never shows half of it. */
    out_print(L"%ls", text);
    block_rows = min(count, BLOCK_ROWS_MAX);
}

void out_block_end(void)
{
    block_rows = 0;
}
