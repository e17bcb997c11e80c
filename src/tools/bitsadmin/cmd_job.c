/* SPDX-License-Identifier: LGPL-2.1-or-later
 *
 * Commands on one job and on the list of jobs. */
#include "bitsadmin.h"

struct list_options
{
    BOOL is_verbose;
    BOOL is_all_users;
};

static BOOL parse_list_options(const struct arguments *args, int first,
                               struct list_options *options)
{
    for (int i = first; i < args->count; i++)
    {
        if (is_word(args->words[i], L"/verbose"))
            options->is_verbose = TRUE;
        else if (is_word(args->words[i], L"/allusers"))
            options->is_all_users = TRUE;
        else
        {
            out_print(L"Invalid argument %ls\n", args->words[i]);
            return FALSE;
        }
    }
    return TRUE;
}

static void print_job(struct session *session, IBackgroundCopyJob *job, BOOL is_verbose)
{
    if (is_verbose)
        print_job_details(session, job);
    else
        print_job_line(job);
}

HRESULT cmd_list(struct session *session, const struct arguments *args)
{
    struct list_options options = {FALSE, FALSE};
    IEnumBackgroundCopyJobs *jobs;
    IBackgroundCopyJob *job;
    unsigned int count = 0;
    HRESULT hr;

    if (!parse_list_options(args, 0, &options)) return EXIT_USAGE;
    hr = IBackgroundCopyManager_EnumJobs(session->manager,
                                         options.is_all_users ? BG_JOB_ENUM_ALL_USERS : 0, &jobs);
    if (FAILED(hr)) return session_fail(session, hr, L"enum jobs");
    while (IEnumBackgroundCopyJobs_Next(jobs, 1, &job, NULL) == S_OK)
    {
        print_job(session, job, options.is_verbose);
        IBackgroundCopyJob_Release(job);
        count++;
    }
    IEnumBackgroundCopyJobs_Release(jobs);
    out_print(L"%lsListed %u job(s).\n", count && !options.is_verbose ? L"\n" : L"", count);
    return S_OK;
}

HRESULT cmd_info(struct session *session, const struct arguments *args)
{
    struct list_options options = {FALSE, FALSE};
    IBackgroundCopyJob *job;
    HRESULT hr;

    if (!parse_list_options(args, 1, &options)) return EXIT_USAGE;
    if (FAILED(hr = session_find_job(session, args->words[0], &job))) return hr;
    print_job(session, job, options.is_verbose);
    IBackgroundCopyJob_Release(job);
    return S_OK;
}

/* Finds the job, does the one thing, and says how it went. */
static HRESULT act(struct session *session, const struct arguments *args,
                   HRESULT (*action)(IBackgroundCopyJob *job), const WCHAR *what, const WCHAR *done)
{
    IBackgroundCopyJob *job;
    WCHAR *text;
    HRESULT hr;

    if (FAILED(hr = session_find_job(session, args->words[0], &job))) return hr;
    hr = action(job);
    IBackgroundCopyJob_Release(job);
    if (FAILED(hr)) return session_fail(session, hr, what);

    out_print(L"%ls\n", done);
    if (hr != S_OK && (text = session_error_text(session, hr)))
    {
        out_print(L"0x%08lx - %ls\n", hr, text);
        CoTaskMemFree(text);
    }
    return hr;
}

static HRESULT suspend_job(IBackgroundCopyJob *job)
{
    return IBackgroundCopyJob_Suspend(job);
}

static HRESULT resume_job(IBackgroundCopyJob *job)
{
    return IBackgroundCopyJob_Resume(job);
}

static HRESULT cancel_job(IBackgroundCopyJob *job)
{
    return IBackgroundCopyJob_Cancel(job);
}

static HRESULT complete_job(IBackgroundCopyJob *job)
{
    return IBackgroundCopyJob_Complete(job);
}

HRESULT cmd_suspend(struct session *session, const struct arguments *args)
{
    return act(session, args, suspend_job, L"suspend job", L"Job suspended.");
}

HRESULT cmd_resume(struct session *session, const struct arguments *args)
{
    return act(session, args, resume_job, L"resume job", L"Job resumed.");
}

HRESULT cmd_cancel(struct session *session, const struct arguments *args)
{
    return act(session, args, cancel_job, L"cancel job", L"Job canceled.");
}

HRESULT cmd_complete(struct session *session, const struct arguments *args)
{
    return act(session, args, complete_job, L"complete job", L"Job completed.");
}
