/* SPDX-License-Identifier: LGPL-2.1-or-later
 *
 * The live screen: a screen buffer of its own, so that what stood on the console comes back. All of
 * it is written at once, in the size that the window has at that moment. */
#include "monitor.h"

#include <stdlib.h>
#include <wchar.h>

#define ROWS_MAX    200
#define POLL_MS     250 /* how soon a new size of the window is seen */
#define HEAD_ROWS   3   /* title, blank, names of the columns */
#define FOOT_ROWS   2
#define SECONDS_MAX 3600

struct screen
{
    HANDLE output, input; /* input: NULL without a keyboard */
    HANDLE old_output;
    int columns, rows;
    WORD attributes;
    unsigned int first; /* job of the first row */
    BOOL is_over;
};

static BOOL read_size(struct screen *screen)
{
    CONSOLE_SCREEN_BUFFER_INFO info;
    int columns, rows;
    BOOL is_new;

    if (!GetConsoleScreenBufferInfo(screen->output, &info)) return FALSE;
    columns = max(1, min(info.srWindow.Right - info.srWindow.Left + 1, OUT_ROW_CHARS - 1));
    rows = max(1, min(info.srWindow.Bottom - info.srWindow.Top + 1, ROWS_MAX));
    is_new = columns != screen->columns || rows != screen->rows;
    screen->columns = columns;
    screen->rows = rows;
    return is_new;
}

/* ---- drawing ---- */

static void put_row(const struct screen *screen, CHAR_INFO *cells, int y,
                    const struct monitor_row *row)
{
    WCHAR text[OUT_ROW_CHARS];
    int len;

    if (y >= screen->rows) return;
    row_cut(row->text, screen->columns, text);
    len = (int)wcslen(text);
    for (int x = 0; x < screen->columns; x++)
    {
        BOOL is_state =
            row->colour && x >= row->state_column && x < row->state_column + row->state_len;
        CHAR_INFO *cell = &cells[y * screen->columns + x];

        cell->Char.UnicodeChar = x < len ? text[x] : ' ';
        cell->Attributes =
            is_state ? row->colour | (screen->attributes & 0xf0) : screen->attributes;
    }
}

static void put_all(struct screen *screen, const struct monitor *monitor, CHAR_INFO *cells)
{
    unsigned int room = max(screen->rows - HEAD_ROWS - FOOT_ROWS, 1), shown;
    struct monitor_row row;

    screen->first = min(screen->first, monitor->count > room ? monitor->count - room : 0);
    shown = min(monitor->count - screen->first, room);
    monitor_format_title(monitor, &row);
    put_row(screen, cells, 0, &row);
    monitor_format_head(screen->columns, &row);
    put_row(screen, cells, HEAD_ROWS - 1, &row);
    for (unsigned int i = 0; i < shown; i++)
    {
        monitor_format_job(&monitor->jobs[screen->first + i], screen->columns, &row);
        put_row(screen, cells, HEAD_ROWS + i, &row);
    }
    monitor_format_summary(monitor, screen->first, shown, &row);
    put_row(screen, cells, max(screen->rows - 1, HEAD_ROWS), &row);
}

/* monitor: NULL for an empty screen. */
static void draw(struct screen *screen, const struct monitor *monitor)
{
    CONSOLE_SCREEN_BUFFER_INFO info;
    struct monitor_row empty = {0};
    CHAR_INFO *cells;
    COORD size, origin = {0, 0};
    SMALL_RECT place;

    read_size(screen);
    if (!GetConsoleScreenBufferInfo(screen->output, &info)) return;
    if (!(cells = calloc(screen->columns * screen->rows, sizeof(*cells)))) return;
    for (int y = 0; y < screen->rows; y++)
        put_row(screen, cells, y, &empty);
    if (monitor) put_all(screen, monitor, cells);
    size.X = (SHORT)screen->columns;
    size.Y = (SHORT)screen->rows;
    place.Left = info.srWindow.Left;
    place.Top = info.srWindow.Top;
    place.Right = (SHORT)(place.Left + screen->columns - 1);
    place.Bottom = (SHORT)(place.Top + screen->rows - 1);
    WriteConsoleOutputW(screen->output, cells, size, origin, &place);
    free(cells);
}

/* ---- keys ---- */

/* Is there to be a new look at once? */
static BOOL act_on_key(struct screen *screen, struct monitor *monitor, const KEY_EVENT_RECORD *key)
{
    unsigned int page = max(screen->rows - HEAD_ROWS - FOOT_ROWS, 1);

    switch (key->wVirtualKeyCode)
    {
    case VK_ESCAPE:
        screen->is_over = TRUE;
        return TRUE;
    case VK_UP:
        screen->first -= screen->first > 0;
        return TRUE;
    case VK_DOWN:
        screen->first++;
        return TRUE;
    case VK_PRIOR:
        screen->first -= min(screen->first, page);
        return TRUE;
    case VK_NEXT:
        screen->first += page;
        return TRUE;
    }
    switch (key->uChar.UnicodeChar)
    {
    case 'q':
    case 'Q':
        screen->is_over = TRUE;
        return TRUE;
    case 'r':
    case 'R':
    case ' ':
        return TRUE;
    case '+':
        monitor->refresh_seconds = min(monitor->refresh_seconds + 1, SECONDS_MAX);
        return TRUE;
    case '-':
        monitor->refresh_seconds = max(monitor->refresh_seconds - 1, 1);
        return TRUE;
    }
    return FALSE;
}

static BOOL read_keys(struct screen *screen, struct monitor *monitor)
{
    INPUT_RECORD record;
    BOOL is_due = FALSE;
    DWORD count;

    while (screen->input && GetNumberOfConsoleInputEvents(screen->input, &count) && count &&
           ReadConsoleInputW(screen->input, &record, 1, &count) && count)
    {
        if (record.EventType == WINDOW_BUFFER_SIZE_EVENT) is_due = TRUE;
        if (record.EventType == KEY_EVENT && record.Event.KeyEvent.bKeyDown)
            is_due |= act_on_key(screen, monitor, &record.Event.KeyEvent);
    }
    return is_due;
}

/* Until it is time for another look, or over. */
static void wait(struct screen *screen, struct monitor *monitor, ULONGLONG start)
{
    HANDLE handles[2] = {interrupt_event(), screen->input};
    DWORD count = screen->input ? 2 : 1;

    while (!screen->is_over && GetTickCount64() - start < monitor->refresh_seconds * 1000ull)
    {
        ULONGLONG passed = GetTickCount64() - start;
        DWORD rest = (DWORD)(monitor->refresh_seconds * 1000ull - passed);

        if (WaitForMultipleObjects(count, handles, FALSE, min(rest, POLL_MS)) == WAIT_OBJECT_0)
            screen->is_over = TRUE;
        if (read_keys(screen, monitor)) return;
        if (read_size(screen)) draw(screen, monitor);
    }
}

/* ---- start and end ---- */

static HRESULT open_screen(struct screen *screen)
{
    CONSOLE_CURSOR_INFO cursor = {1, FALSE};
    CONSOLE_SCREEN_BUFFER_INFO info;
    DWORD mode;

    screen->old_output = GetStdHandle(STD_OUTPUT_HANDLE);
    screen->output =
        CreateConsoleScreenBuffer(GENERIC_READ | GENERIC_WRITE, FILE_SHARE_READ | FILE_SHARE_WRITE,
                                  NULL, CONSOLE_TEXTMODE_BUFFER, NULL);
    if (screen->output == INVALID_HANDLE_VALUE) return HRESULT_FROM_WIN32(GetLastError());
    GetConsoleScreenBufferInfo(screen->old_output, &info);
    screen->attributes = info.wAttributes;
    screen->input = GetStdHandle(STD_INPUT_HANDLE);
    if (!GetConsoleMode(screen->input, &mode)) screen->input = NULL;
    SetConsoleCursorInfo(screen->output, &cursor);
    SetConsoleActiveScreenBuffer(screen->output);
    return S_OK;
}

/* Wine's terminal keeps what a screen shows when another takes its place. */
static void close_screen(struct screen *screen)
{
    draw(screen, NULL);
    SetConsoleActiveScreenBuffer(screen->old_output);
    CloseHandle(screen->output);
}

HRESULT monitor_screen(struct monitor *monitor, struct session *session)
{
    struct screen screen = {0};
    HRESULT hr;

    out_flush();
    /* What it says of a failure belongs to the screen that stays. */
    if (FAILED(hr = monitor_look(monitor, session, GetTickCount64()))) return hr;
    if (FAILED(hr = open_screen(&screen))) return session_fail(session, hr, L"open a screen");
    for (;;)
    {
        draw(&screen, monitor);
        wait(&screen, monitor, GetTickCount64());
        if (screen.is_over) break;
        if (FAILED(hr = monitor_look(monitor, session, GetTickCount64()))) break;
    }
    close_screen(&screen);
    /* The last look stays. */
    if (SUCCEEDED(hr)) monitor_print(monitor);
    return hr;
}
