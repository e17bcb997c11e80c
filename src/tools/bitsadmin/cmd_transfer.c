/* SPDX-License-Identifier: LGPL-2.1-or-later
 *
 * /TRANSFER: a job from its creation to its end, watched. */
#include "bitsadmin.h"

#include <stdio.h>
#include <wchar.h>

#define POLL_MS        50
#define DRAW_MS        200 /* on a console */
#define PRINT_PERCENT  10  /* elsewhere: a line for every tenth */
#define RATE_WINDOW_MS 5000
#define RATE_SAMPLES   32

struct transfer_options
{
    const WCHAR *name;
    BG_JOB_PRIORITY priority;
    int first_file; /* index of the first URL */
};

/* The rate over the last seconds. */
struct rate
{
    struct
    {
        ULONGLONG time;
        UINT64 bytes;
    } samples[RATE_SAMPLES];
    unsigned int first, count;
};

static IBackgroundCopyJob *volatile interrupted_job;

/* The job would end with this process, and leave its temporary file. */
static BOOL WINAPI on_interrupt(DWORD event)
{
    IBackgroundCopyJob *job = interrupted_job;

    (void)event;
    if (!job) return FALSE;
    CoInitializeEx(NULL, COINIT_MULTITHREADED);
    IBackgroundCopyJob_Cancel(job);
    out_block_end();
    out_print(L"\nInterrupted: the job is canceled.\n");
    ExitProcess((UINT)E_ABORT);
}

static void rate_add(struct rate *rate, ULONGLONG now, UINT64 bytes)
{
    if (rate->count == RATE_SAMPLES)
    {
        rate->first = (rate->first + 1) % RATE_SAMPLES;
        rate->count--;
    }
    rate->samples[(rate->first + rate->count) % RATE_SAMPLES].time = now;
    rate->samples[(rate->first + rate->count++) % RATE_SAMPLES].bytes = bytes;
    while (rate->count > 2 && rate->samples[rate->first].time + RATE_WINDOW_MS < now)
    {
        rate->first = (rate->first + 1) % RATE_SAMPLES;
        rate->count--;
    }
}

/* Bytes per second; 0 while there is too little to tell. */
static UINT64 rate_get(const struct rate *rate)
{
    unsigned int last = (rate->first + rate->count - 1) % RATE_SAMPLES;
    ULONGLONG ms;

    if (rate->count < 2) return 0;
    ms = rate->samples[last].time - rate->samples[rate->first].time;
    if (!ms || rate->samples[last].bytes < rate->samples[rate->first].bytes) return 0;
    return (rate->samples[last].bytes - rate->samples[rate->first].bytes) * 1000 / ms;
}

static void format_rate(UINT64 rate, WCHAR *text, size_t size)
{
    static const WCHAR *const units[] = {L"B/s", L"KiB/s", L"MiB/s", L"GiB/s"};
    unsigned int unit = 0;
    UINT64 tenths = rate * 10;

    while (tenths >= 10240 && unit + 1 < ARRAYSIZE(units))
    {
        tenths /= 1024;
        unit++;
    }
    _snwprintf(text, size, L"%llu.%llu %ls", tenths / 10, tenths % 10, units[unit]);
}

static void format_rest(const BG_JOB_PROGRESS *progress, UINT64 rate, WCHAR *text, size_t size)
{
    UINT64 seconds;

    text[0] = 0;
    if (!rate || progress->BytesTotal == BG_SIZE_UNKNOWN) return;
    seconds = (progress->BytesTotal - progress->BytesTransferred + rate - 1) / rate;
    if (seconds < 360000)
        _snwprintf(text, size, L" %llu:%02llu:%02llu LEFT", seconds / 3600, seconds / 60 % 60,
                   seconds % 60);
}

static unsigned int percent_of(const BG_JOB_PROGRESS *progress)
{
    if (progress->BytesTotal == BG_SIZE_UNKNOWN) return 0;
    if (!progress->BytesTotal) return progress->FilesTransferred == progress->FilesTotal ? 100 : 0;
    return (unsigned int)((double)progress->BytesTransferred * 100 / progress->BytesTotal);
}

static void show(const struct transfer_options *options, BG_JOB_STATE state,
                 const BG_JOB_PROGRESS *progress, const struct rate *rate)
{
    WCHAR first[400], second[200], total[24] = L"UNKNOWN", speed[32], rest[32];
    const WCHAR *lines[] = {first, second};

    if (progress->BytesTotal != BG_SIZE_UNKNOWN)
        _snwprintf(total, ARRAYSIZE(total), L"%llu", progress->BytesTotal);
    format_rate(rate_get(rate), speed, ARRAYSIZE(speed));
    format_rest(progress, rate_get(rate), rest, ARRAYSIZE(rest));
    _snwprintf(first, ARRAYSIZE(first), L"DISPLAY: '%ls' TYPE: DOWNLOAD STATE: %ls", options->name,
               state_name(state));
    _snwprintf(second, ARRAYSIZE(second),
               L"PRIORITY: %ls FILES: %lu / %lu BYTES: %llu / %ls (%u%%) %ls%ls",
               priority_name(options->priority), progress->FilesTransferred, progress->FilesTotal,
               progress->BytesTransferred, total, percent_of(progress), speed, rest);
    first[ARRAYSIZE(first) - 1] = second[ARRAYSIZE(second) - 1] = 0;
    out_block(lines, ARRAYSIZE(lines));
}

/* Polls until the job is TRANSFERRED, in ERROR, or gone. */
static HRESULT watch(struct session *session, const struct transfer_options *options,
                     IBackgroundCopyJob *job, BG_JOB_STATE *state)
{
    unsigned int shown_percent = 0;
    BG_JOB_STATE shown_state = BG_JOB_STATE_SUSPENDED;
    ULONGLONG drawn = 0;
    struct rate rate = {0};

    for (;;)
    {
        ULONGLONG now = GetTickCount64();
        BG_JOB_PROGRESS progress;
        BOOL is_over, is_due;
        HRESULT hr;

        if (FAILED(hr = IBackgroundCopyJob_GetState(job, state)) ||
            FAILED(hr = IBackgroundCopyJob_GetProgress(job, &progress)))
            return session_fail(session, hr, L"get the state of the job");
        rate_add(&rate, now, progress.BytesTransferred);
        is_over = *state == BG_JOB_STATE_TRANSFERRED || *state == BG_JOB_STATE_ERROR ||
                  *state == BG_JOB_STATE_CANCELLED || *state == BG_JOB_STATE_ACKNOWLEDGED;
        if (out_is_console())
            is_due = now - drawn >= DRAW_MS;
        else
            is_due = *state != shown_state ||
                     percent_of(&progress) / PRINT_PERCENT != shown_percent / PRINT_PERCENT;
        if (is_due || is_over)
        {
            show(options, *state, &progress, &rate);
            shown_state = *state;
            shown_percent = percent_of(&progress);
            drawn = now;
        }
        if (is_over) return S_OK;
        Sleep(POLL_MS);
    }
}

static HRESULT finish(struct session *session, IBackgroundCopyJob *job, BG_JOB_STATE state)
{
    HRESULT hr, code;

    if (state == BG_JOB_STATE_TRANSFERRED)
    {
        if (FAILED(hr = IBackgroundCopyJob_Complete(job)))
            return session_fail(session, hr, L"complete job");
        out_print(L"Transfer complete.\n");
        return S_OK;
    }
    out_print(L"Unable to complete transfer.\n");
    print_job_error(session, job, &code);
    return FAILED(code) ? code : E_FAIL;
}

static BOOL parse_options(const struct arguments *args, struct transfer_options *options)
{
    int i;

    *options = (struct transfer_options){args->words[0], BG_JOB_PRIORITY_NORMAL, 0};
    for (i = 1; i < args->count && args->words[i][0] == '/'; i++)
    {
        if (is_word(args->words[i], L"/download")) continue;
        if (!is_word(args->words[i], L"/priority") || i + 1 == args->count)
        {
            out_print(L"Invalid argument %ls\n", args->words[i]);
            return FALSE;
        }
        if (!parse_priority(args->words[++i], &options->priority))
        {
            out_print(L"Invalid priority %ls\n", args->words[i]);
            return FALSE;
        }
    }
    options->first_file = i;
    if (i == args->count || (args->count - i) % 2)
    {
        out_print(L"Every URL needs a local file name after it.\n");
        return FALSE;
    }
    return TRUE;
}

static HRESULT prepare(struct session *session, const struct arguments *args,
                       const struct transfer_options *options, IBackgroundCopyJob *job)
{
    HRESULT hr;

    if (FAILED(hr = IBackgroundCopyJob_SetPriority(job, options->priority)))
        return session_fail(session, hr, L"set priority");
    for (int i = options->first_file; i < args->count; i += 2)
        if (FAILED(hr = IBackgroundCopyJob_AddFile(job, args->words[i], args->words[i + 1])))
            return session_fail(session, hr, L"add file");
    if (FAILED(hr = IBackgroundCopyJob_Resume(job)))
        return session_fail(session, hr, L"resume job");
    return hr;
}

HRESULT cmd_transfer(struct session *session, const struct arguments *args)
{
    BG_JOB_STATE state = BG_JOB_STATE_SUSPENDED;
    struct transfer_options options;
    IBackgroundCopyJob *job;
    HRESULT hr;
    GUID id;

    if (!parse_options(args, &options)) return EXIT_USAGE;
    hr = IBackgroundCopyManager_CreateJob(session->manager, options.name, BG_JOB_TYPE_DOWNLOAD, &id,
                                          &job);
    if (FAILED(hr)) return session_fail(session, hr, L"create job");

    interrupted_job = job;
    SetConsoleCtrlHandler(on_interrupt, TRUE);
    if (SUCCEEDED(hr = prepare(session, args, &options, job)) &&
        SUCCEEDED(hr = watch(session, &options, job, &state)))
    {
        out_block_end();
        hr = finish(session, job, state);
    }
    interrupted_job = NULL;
    SetConsoleCtrlHandler(on_interrupt, FALSE);
    /* Nothing is left behind: neither a job nor its files. */
    if (FAILED(hr)) IBackgroundCopyJob_Cancel(job);
    IBackgroundCopyJob_Release(job);
    return hr;
}
