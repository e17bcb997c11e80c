/* SPDX-License-Identifier: LGPL-2.1-or-later
 *
 * What /TRANSFER shows while it runs: two lines that users of the tool know. A console has a third
 * one below them, and is drawn over in one place; elsewhere there is a line for every tenth. */
#include "transfer.h"

#include <stdio.h>
#include <wchar.h>

#define DRAW_MS       200
#define PRINT_PERCENT 10
#define PRINT_MS      10000 /* while the size is not known */
#define BAR_MIN       10
#define BAR_MAX       40
#define NUMBERS_WIDTH 56 /* what is beside the bar, nearly at its longest */

void transfer_view_init(struct transfer_view *view, const WCHAR *name, BG_JOB_TYPE type,
                        BG_JOB_PRIORITY priority, IBackgroundCopyJob *job)
{
    *view =
        (struct transfer_view){.name = name, .type = type, .priority = priority, .file_number = 1};
    view->started = GetTickCount64();
    view->shown_state = BG_JOB_STATE_SUSPENDED;
    if (FAILED(IBackgroundCopyJob_EnumFiles(job, &view->files))) view->files = NULL;
    if (!view->files || IEnumBackgroundCopyFiles_Next(view->files, 1, &view->file, NULL) != S_OK)
        view->file = NULL;
}

void transfer_view_done(struct transfer_view *view)
{
    if (view->file) IBackgroundCopyFile_Release(view->file);
    if (view->files) IEnumBackgroundCopyFiles_Release(view->files);
    out_block_end();
}

unsigned int percent_of(const BG_JOB_PROGRESS *progress)
{
    if (progress->BytesTotal == BG_SIZE_UNKNOWN) return 0;
    if (!progress->BytesTotal) return progress->FilesTransferred == progress->FilesTotal ? 100 : 0;
    if (progress->BytesTransferred >= progress->BytesTotal) return 100;
    return (unsigned int)((double)progress->BytesTransferred * 100 / (double)progress->BytesTotal);
}

static void format_progress(const struct transfer_view *view, const BG_JOB_PROGRESS *progress,
                            WCHAR row[OUT_ROW_CHARS])
{
    WCHAR total[NUMBER_CHARS] = L"UNKNOWN";

    if (progress->BytesTotal != BG_SIZE_UNKNOWN)
        _snwprintf(total, NUMBER_CHARS, L"%llu", progress->BytesTotal);
    _snwprintf(row, OUT_ROW_CHARS, L"PRIORITY: %ls FILES: %lu / %lu BYTES: %llu / %ls (%u%%)",
               name_of_priority(view->priority), progress->FilesTransferred, progress->FilesTotal,
               progress->BytesTransferred, total, percent_of(progress));
}

void format_rest(const BG_JOB_PROGRESS *progress, UINT64 rate, WCHAR text[NUMBER_CHARS])
{
    UINT64 seconds;

    text[0] = 0;
    if (!rate || progress->BytesTotal == BG_SIZE_UNKNOWN ||
        progress->BytesTransferred > progress->BytesTotal)
        return;
    seconds = (progress->BytesTotal - progress->BytesTransferred) / rate + 1;
    if (seconds < 360000) format_seconds(seconds, text);
}

static void print_progress(struct transfer_view *view, const BG_JOB_PROGRESS *progress)
{
    WCHAR row[OUT_ROW_CHARS], speed[NUMBER_CHARS], rest[NUMBER_CHARS];
    UINT64 rate = rate_get(&view->rate);

    format_progress(view, progress, row);
    format_bytes(rate, speed);
    format_rest(progress, rate, rest);
    out_print(*rest ? L"%ls %ls/s %ls LEFT\n" : L"%ls %ls/s\n", row, speed, rest);
}

static void print_state(struct transfer_view *view, struct session *session,
                        IBackgroundCopyJob *job, BG_JOB_STATE state,
                        const BG_JOB_PROGRESS *progress)
{
    WCHAR row[OUT_ROW_CHARS];
    HRESULT code;

    format_progress(view, progress, row);
    out_print(L"DISPLAY: '%ls' TYPE: %ls STATE: %ls\n%ls\n", view->name, name_of_type(view->type),
              name_of_state(state), row);
    if (state == BG_JOB_STATE_TRANSIENT_ERROR) print_job_error(session, job, &code);
}

/* A long name must not push the state out of the row. */
static void format_job(const struct transfer_view *view, BG_JOB_STATE state,
                       WCHAR row[OUT_ROW_CHARS])
{
    static const WCHAR format[] = L"DISPLAY: '%ls' TYPE: %ls STATE: %ls";
    const WCHAR *state_text = name_of_state(state), *type_text = name_of_type(view->type);
    WCHAR name[OUT_ROW_CHARS];
    int used =
        (int)(ARRAYSIZE(format) - 1 - 3 * wcslen(L"%ls") + wcslen(state_text) + wcslen(type_text));

    out_shorten(view->name, max(out_columns() - used, 0), name);
    _snwprintf(row, OUT_ROW_CHARS, format, name, type_text, state_text);
    row[OUT_ROW_CHARS - 1] = 0;
}

static void format_bar(unsigned int percent, int columns, WCHAR text[BAR_MAX + 4])
{
    int width = min(columns - NUMBERS_WIDTH - 3, BAR_MAX), filled = width * (int)percent / 100;

    text[0] = 0;
    if (width < BAR_MIN) return;
    text[0] = '[';
    for (int i = 0; i < width; i++)
        text[1 + i] = i < filled ? '=' : i == filled ? '>' : ' ';
    wcscpy(text + 1 + width, L"] ");
}

/* Bar, percent, bytes and rate. what: what the percent is of, or nothing. */
static void format_numbers(const BG_JOB_PROGRESS *progress, UINT64 rate, const WCHAR *what,
                           WCHAR row[OUT_ROW_CHARS])
{
    WCHAR bar[BAR_MAX + 4], done[NUMBER_CHARS], total[NUMBER_CHARS], speed[NUMBER_CHARS];

    format_bytes(progress->BytesTransferred, done);
    format_bytes(rate, speed);
    row[0] = 0;
    if (progress->BytesTotal == BG_SIZE_UNKNOWN)
    {
        if (progress->BytesTransferred) _snwprintf(row, OUT_ROW_CHARS, L"%ls  %ls/s", done, speed);
        return;
    }
    format_bar(percent_of(progress), out_columns() - (int)wcslen(what), bar);
    format_bytes(progress->BytesTotal, total);
    _snwprintf(row, OUT_ROW_CHARS, L"%ls%3u%%%ls  %ls of %ls  %ls/s", bar, percent_of(progress),
               what, done, total, speed);
}

/* BITS learns the size of a file when it comes to it, so of many files it knows the size of all
 * only in the end: until then the one that is transferred stands for them. */
static BOOL get_file_progress(struct transfer_view *view, BG_JOB_PROGRESS *progress)
{
    BG_FILE_PROGRESS file;

    while (view->file && SUCCEEDED(IBackgroundCopyFile_GetProgress(view->file, &file)))
    {
        if (!is_file_there(&file))
        {
            *progress = (BG_JOB_PROGRESS){file.BytesTotal, file.BytesTransferred, 1, 0};
            return file.BytesTotal != BG_SIZE_UNKNOWN;
        }
        IBackgroundCopyFile_Release(view->file);
        view->file_number++;
        if (IEnumBackgroundCopyFiles_Next(view->files, 1, &view->file, NULL) != S_OK)
            view->file = NULL;
    }
    return FALSE;
}

static void format_running(struct transfer_view *view, const BG_JOB_PROGRESS *progress,
                           WCHAR row[OUT_ROW_CHARS])
{
    WCHAR what[NUMBER_CHARS] = L"", rest[NUMBER_CHARS];
    UINT64 rate = rate_get(&view->rate);
    BG_JOB_PROGRESS part = *progress;

    if (progress->BytesTotal == BG_SIZE_UNKNOWN && get_file_progress(view, &part))
        _snwprintf(what, NUMBER_CHARS, L" of file %u", view->file_number);
    format_numbers(&part, rate, what, row);
    format_rest(&part, rate, rest);
    if (*rest) _snwprintf(row + wcslen(row), NUMBER_CHARS, L"  %ls left", rest);
}

static void format_end(const struct transfer_view *view, const BG_JOB_PROGRESS *progress,
                       WCHAR row[OUT_ROW_CHARS])
{
    ULONGLONG taken = GetTickCount64() - view->started;
    WCHAR time[NUMBER_CHARS];

    format_numbers(progress, bytes_per_second(progress->BytesTransferred, taken), L"", row);
    format_seconds((taken + 500) / 1000, time);
    _snwprintf(row + wcslen(row), NUMBER_CHARS, L"  in %ls", time);
}

static void format_failure(struct session *session, IBackgroundCopyJob *job,
                           WCHAR row[OUT_ROW_CHARS])
{
    HRESULT code = job_error_code(job);
    WCHAR *text = session_error_text(session, code);

    _snwprintf(row, OUT_ROW_CHARS, L"ERROR CODE:    0x%08lx - %ls", code, text ? text : L"");
    row[OUT_ROW_CHARS - 1] = 0;
    CoTaskMemFree(text);
}

static void draw(struct transfer_view *view, struct session *session, IBackgroundCopyJob *job,
                 BG_JOB_STATE state, const BG_JOB_PROGRESS *progress)
{
    WCHAR rows[3][OUT_ROW_CHARS];
    const WCHAR *lines[] = {rows[0], rows[1], rows[2]};

    format_job(view, state, rows[0]);
    format_progress(view, progress, rows[1]);
    if (state == BG_JOB_STATE_TRANSIENT_ERROR)
        format_failure(session, job, rows[2]);
    else if (state == BG_JOB_STATE_TRANSFERRED)
        format_end(view, progress, rows[2]);
    else
        format_running(view, progress, rows[2]);
    out_block(lines, ARRAYSIZE(lines));
}

static BOOL is_print_due(const struct transfer_view *view, const BG_JOB_PROGRESS *progress,
                         ULONGLONG now)
{
    if (progress->BytesTotal == BG_SIZE_UNKNOWN)
        return progress->BytesTransferred && now - view->shown >= PRINT_MS;
    return percent_of(progress) / PRINT_PERCENT != view->shown_percent / PRINT_PERCENT;
}

void transfer_view_update(struct transfer_view *view, struct session *session,
                          IBackgroundCopyJob *job, BG_JOB_STATE state,
                          const BG_JOB_PROGRESS *progress)
{
    ULONGLONG now = GetTickCount64();
    BOOL is_new_state = state != view->shown_state;

    rate_add(&view->rate, now, progress->BytesTransferred);
    if (out_is_console())
    {
        if (!is_new_state && now - view->shown < DRAW_MS) return;
        draw(view, session, job, state, progress);
    }
    else if (is_new_state)
        print_state(view, session, job, state, progress);
    else if (is_print_due(view, progress, now))
        print_progress(view, progress);
    else
        return;
    view->shown = now;
    view->shown_state = state;
    view->shown_percent = percent_of(progress);
}
