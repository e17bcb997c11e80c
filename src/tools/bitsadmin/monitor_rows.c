/* SPDX-License-Identifier: LGPL-2.1-or-later
 *
 * The rows of the live screen. What matters most stands first; a wide console shows more. */
#include "monitor.h"

#include <stdio.h>
#include <wchar.h>

#define STATE_WIDTH    15
#define PRIORITY_WIDTH 10
#define PERCENT_WIDTH  4
#define SIZE_WIDTH     21
#define RATE_WIDTH     12
#define LEFT_WIDTH     10
#define FILES_WIDTH    11
#define NAME_MIN       12
#define WIDE_COLUMNS   110 /* from here on there is room for all */

static WORD colour_of(BG_JOB_STATE state)
{
    switch (state)
    {
    case BG_JOB_STATE_TRANSFERRING:
    case BG_JOB_STATE_CONNECTING:
        return FOREGROUND_GREEN | FOREGROUND_BLUE | FOREGROUND_INTENSITY;
    case BG_JOB_STATE_TRANSFERRED:
    case BG_JOB_STATE_ACKNOWLEDGED:
        return FOREGROUND_GREEN | FOREGROUND_INTENSITY;
    case BG_JOB_STATE_ERROR:
        return FOREGROUND_RED | FOREGROUND_INTENSITY;
    case BG_JOB_STATE_TRANSIENT_ERROR:
        return FOREGROUND_RED | FOREGROUND_GREEN | FOREGROUND_INTENSITY;
    case BG_JOB_STATE_SUSPENDED:
        return FOREGROUND_INTENSITY;
    default:
        return 0;
    }
}

void monitor_format_title(const struct monitor *monitor, struct monitor_row *row)
{
    *row = (struct monitor_row){0};
    _snwprintf(row->text, OUT_ROW_CHARS - 1,
               L"MONITORING BACKGROUND COPY MANAGER(%lu second refresh)", monitor->refresh_seconds);
}

static void append(struct monitor_row *row, const WCHAR *text, int width)
{
    size_t len = wcslen(row->text);

    _snwprintf(row->text + len, OUT_ROW_CHARS - 1 - len, L"%-*ls ", width, text);
}

/* The texts of a row's cells, in order. */
struct cells
{
    const WCHAR *state, *priority, *percent, *size, *rate, *left, *files, *name;
};

static void format_cells(const struct cells *cells, int columns, struct monitor_row *row)
{
    WCHAR name[OUT_ROW_CHARS];
    BOOL is_wide = columns >= WIDE_COLUMNS;

    *row = (struct monitor_row){.state_len = STATE_WIDTH};
    append(row, cells->state, STATE_WIDTH);
    if (is_wide) append(row, cells->priority, PRIORITY_WIDTH);
    append(row, cells->percent, PERCENT_WIDTH);
    append(row, cells->size, SIZE_WIDTH);
    append(row, cells->rate, RATE_WIDTH);
    if (is_wide) append(row, cells->left, LEFT_WIDTH);
    if (is_wide) append(row, cells->files, FILES_WIDTH);
    out_shorten(cells->name, max(columns - (int)wcslen(row->text), NAME_MIN), name);
    append(row, name, 0);
}

void monitor_format_head(int columns, struct monitor_row *row)
{
    static const struct cells cells = {L"STATE", L"PRIORITY", L"",      L"BYTES",
                                       L"RATE",  L"LEFT",     L"FILES", L"NAME"};

    format_cells(&cells, columns, row);
    row->state_len = 0;
}

static BOOL is_moving(BG_JOB_STATE state)
{
    return state == BG_JOB_STATE_TRANSFERRING;
}

void monitor_format_job(const struct monitor_job *job, int columns, struct monitor_row *row)
{
    WCHAR percent[8] = L"", size[NUMBER_CHARS * 2 + 4], done[NUMBER_CHARS], total[NUMBER_CHARS];
    WCHAR rate[NUMBER_CHARS] = L"", left[NUMBER_CHARS] = L"", files[NUMBER_CHARS];
    const BG_JOB_PROGRESS *progress = &job->progress;
    UINT64 speed = rate_get(&job->rate);
    BOOL is_size_known = progress->BytesTotal != BG_SIZE_UNKNOWN;

    if (is_size_known && progress->FilesTotal)
        _snwprintf(percent, ARRAYSIZE(percent), L"%3u%%", percent_of(progress));
    format_bytes(progress->BytesTransferred, done);
    if (is_size_known) format_bytes(progress->BytesTotal, total);
    _snwprintf(size, ARRAYSIZE(size), L"%ls / %ls", done, is_size_known ? total : L"?");
    if (FAILED(job->error))
        _snwprintf(rate, NUMBER_CHARS, L"0x%08lx", job->error);
    else if (is_moving(job->state))
    {
        format_bytes(speed, rate);
        wcscat(rate, L"/s");
        format_rest(progress, speed, left);
    }
    _snwprintf(files, NUMBER_CHARS, L"%lu / %lu", progress->FilesTransferred, progress->FilesTotal);
    format_cells(&(struct cells){name_of_state(job->state), name_of_priority(job->priority),
                                 percent, size, rate, left, files, job->name},
                 columns, row);
    row->colour = colour_of(job->state);
}

void monitor_format_summary(const struct monitor *monitor, unsigned int first, unsigned int shown,
                            struct monitor_row *row)
{
    unsigned int running = 0, failed = 0;
    WCHAR place[64] = L"";

    for (unsigned int i = 0; i < monitor->count; i++)
    {
        BG_JOB_STATE state = monitor->jobs[i].state;

        running += state == BG_JOB_STATE_TRANSFERRING || state == BG_JOB_STATE_CONNECTING;
        failed += state == BG_JOB_STATE_ERROR || state == BG_JOB_STATE_TRANSIENT_ERROR;
    }
    *row = (struct monitor_row){0};
    if (shown < monitor->count)
        _snwprintf(place, ARRAYSIZE(place), L", %u to %u shown", first + 1, first + shown);
    _snwprintf(row->text, OUT_ROW_CHARS - 1,
               L"%u job(s), %u running, %u in error%ls   Q quit  R now  +/- interval%ls",
               monitor->count, running, failed, place,
               shown < monitor->count ? L"  arrows scroll" : L"");
}
