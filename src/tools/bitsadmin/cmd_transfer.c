/* SPDX-License-Identifier: LGPL-2.1-or-later
 *
 * /TRANSFER: a job from its creation to its end, watched. */
#include "transfer.h"

#define POLL_MS 50

struct transfer_options
{
    const WCHAR *name;
    BG_JOB_PRIORITY priority;
    int first_file; /* index of the first URL */
};

static BOOL is_over(BG_JOB_STATE state)
{
    return state == BG_JOB_STATE_TRANSFERRED || state == BG_JOB_STATE_ERROR ||
           state == BG_JOB_STATE_CANCELLED || state == BG_JOB_STATE_ACKNOWLEDGED;
}

/* Polls until the job is TRANSFERRED, in ERROR or gone; E_ABORT when the user has interrupted. */
static HRESULT watch(struct session *session, IBackgroundCopyJob *job, struct transfer_view *view,
                     BG_JOB_STATE *state)
{
    BG_JOB_PROGRESS progress;
    HRESULT hr;

    for (;;)
    {
        if (FAILED(hr = IBackgroundCopyJob_GetState(job, state)) ||
            FAILED(hr = IBackgroundCopyJob_GetProgress(job, &progress)))
            return session_fail(session, hr, L"get the state of the job");
        transfer_view_update(view, session, job, *state, &progress);
        if (is_over(*state)) return S_OK;
        if (interrupt_wait(POLL_MS)) return E_ABORT;
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
    {
        const WCHAR *url = args->words[i], *file = args->words[i + 1];

        if (SUCCEEDED(hr = IBackgroundCopyJob_AddFile(job, url, file))) continue;
        session_fail(session, hr, L"add file");
        out_print(L"ERROR FILE:    %ls -> %ls\n", url, file);
        return hr;
    }
    if (FAILED(hr = IBackgroundCopyJob_Resume(job)))
        return session_fail(session, hr, L"resume job");
    return hr;
}

static HRESULT run(struct session *session, const struct arguments *args,
                   const struct transfer_options *options, IBackgroundCopyJob *job)
{
    BG_JOB_STATE state = BG_JOB_STATE_SUSPENDED;
    struct transfer_view view;
    HRESULT hr;

    if (FAILED(hr = prepare(session, args, options, job))) return hr;
    transfer_view_init(&view, options->name, options->priority, job);
    hr = watch(session, job, &view, &state);
    transfer_view_done(&view);
    return FAILED(hr) ? hr : finish(session, job, state);
}

HRESULT cmd_transfer(struct session *session, const struct arguments *args)
{
    struct transfer_options options;
    IBackgroundCopyJob *job;
    HRESULT hr;
    GUID id;

    if (!parse_options(args, &options)) return EXIT_USAGE;
    hr = IBackgroundCopyManager_CreateJob(session->manager, options.name, BG_JOB_TYPE_DOWNLOAD, &id,
                                          &job);
    if (FAILED(hr)) return session_fail(session, hr, L"create job");

    interrupt_begin();
    hr = run(session, args, &options, job);
    /* Nothing is left behind: neither a job nor its files. */
    if (FAILED(hr)) IBackgroundCopyJob_Cancel(job);
    if (hr == E_ABORT)
        out_print(L"%lsInterrupted, the job is canceled.\n", out_is_console() ? L"\n" : L"");
    interrupt_end();
    IBackgroundCopyJob_Release(job);
    return hr;
}
