/* SPDX-License-Identifier: LGPL-2.1-or-later
 *
 * What shows jobs: /LIST, /INFO, /LISTFILES, and /RESET, which cancels what /LIST shows. */
#include "command.h"
#include "facts.h"
#include "json.h"
#include "monitor.h"

#define JOBS_SCHEMA  L"openbits.jobs/1"
#define FILES_SCHEMA L"openbits.files/1"

struct list_options
{
    BOOL is_verbose;
    BOOL is_all_users;
};

static HRESULT parse_list_options(struct session *session, const struct arguments *args, int first,
                                  struct list_options *options)
{
    for (int i = first; i < args->count; i++)
    {
        if (is_word(args->words[i], L"/verbose"))
            options->is_verbose = TRUE;
        else if (!first && is_word(args->words[i], L"/allusers"))
            options->is_all_users = TRUE;
        else
            return session_refuse(session, L"Invalid argument %ls", args->words[i]);
    }
    return S_OK;
}

static HRESULT enum_jobs(struct session *session, BOOL is_all_users, IEnumBackgroundCopyJobs **jobs)
{
    HRESULT hr = IBackgroundCopyManager_EnumJobs(session->manager,
                                                 is_all_users ? BG_JOB_ENUM_ALL_USERS : 0, jobs);

    return FAILED(hr) ? session_fail(session, hr, L"enum jobs") : hr;
}

static void print_job(struct session *session, IBackgroundCopyJob *job, BOOL is_verbose)
{
    if (is_verbose)
        print_job_details(session, job);
    else
        print_job_line(job);
}

static HRESULT list_as_json(struct session *session, IEnumBackgroundCopyJobs *jobs, BOOL is_verbose)
{
    IBackgroundCopyJob *job;
    struct json json;

    json_begin(&json, JOBS_SCHEMA);
    json_begin_array(&json, L"jobs");
    while (IEnumBackgroundCopyJobs_Next(jobs, 1, &job, NULL) == S_OK)
    {
        job_to_json(session, job, is_verbose, &json);
        IBackgroundCopyJob_Release(job);
    }
    json_end_array(&json);
    return json_finish(&json);
}

static HRESULT list_as_text(struct session *session, IEnumBackgroundCopyJobs *jobs, BOOL is_verbose)
{
    IBackgroundCopyJob *job;
    unsigned int count = 0;

    for (; IEnumBackgroundCopyJobs_Next(jobs, 1, &job, NULL) == S_OK; count++)
    {
        print_job(session, job, is_verbose);
        IBackgroundCopyJob_Release(job);
    }
    out_print(L"%lsListed %u job(s).\n", count && !is_verbose ? L"\n" : L"", count);
    return S_OK;
}

static HRESULT list_jobs(struct session *session, const struct arguments *args)
{
    struct list_options options = {FALSE, FALSE};
    IEnumBackgroundCopyJobs *jobs;
    HRESULT hr;

    if (FAILED(hr = parse_list_options(session, args, 0, &options))) return hr;
    if (FAILED(hr = enum_jobs(session, options.is_all_users, &jobs))) return hr;
    hr = session->is_json ? list_as_json(session, jobs, options.is_verbose)
                          : list_as_text(session, jobs, options.is_verbose);
    IEnumBackgroundCopyJobs_Release(jobs);
    return hr;
}

static HRESULT show_job(struct session *session, const struct arguments *args)
{
    struct list_options options = {FALSE, FALSE};
    IBackgroundCopyJob *job;
    struct json json;
    HRESULT hr;

    if (FAILED(hr = parse_list_options(session, args, 1, &options))) return hr;
    if (FAILED(hr = session_find_job(session, args->words[0], &job))) return hr;
    if (session->is_json)
    {
        json_begin(&json, JOBS_SCHEMA);
        json_begin_array(&json, L"jobs");
        job_to_json(session, job, TRUE, &json);
        json_end_array(&json);
        hr = json_finish(&json);
    }
    else
        print_job(session, job, options.is_verbose);
    IBackgroundCopyJob_Release(job);
    return hr;
}

static HRESULT list_files(struct session *session, const struct arguments *args)
{
    IBackgroundCopyJob *job;
    struct json json;
    HRESULT hr;

    if (FAILED(hr = session_find_job(session, args->words[0], &job))) return hr;
    if (session->is_json)
    {
        json_begin(&json, FILES_SCHEMA);
        files_to_json(job, &json);
        hr = json_finish(&json);
    }
    else
        print_job_files(job);
    IBackgroundCopyJob_Release(job);
    return hr;
}

static HRESULT reset_jobs(struct session *session, const struct arguments *args)
{
    unsigned int count = 0, canceled = 0;
    IEnumBackgroundCopyJobs *jobs;
    HRESULT hr, first = S_OK;
    IBackgroundCopyJob *job;
    WCHAR id[40];

    if (args->count && !is_word(args->words[0], L"/allusers"))
        return session_refuse(session, L"Invalid argument %ls", args->words[0]);
    if (FAILED(hr = enum_jobs(session, args->count, &jobs))) return hr;
    for (; IEnumBackgroundCopyJobs_Next(jobs, 1, &job, NULL) == S_OK; count++)
    {
        format_job_id(job, id);
        if (FAILED(hr = IBackgroundCopyJob_Cancel(job)))
        {
            session_fail(session, hr, id);
            if (SUCCEEDED(first)) first = hr;
        }
        else
        {
            out_print(L"%ls canceled.\n", id);
            canceled++;
        }
        IBackgroundCopyJob_Release(job);
    }
    IEnumBackgroundCopyJobs_Release(jobs);
    out_print(L"%u out of %u jobs canceled.\n", canceled, count);
    return first;
}

static const struct command commands[] = {
    COMMAND(L"/list", L"[/ALLUSERS] [/VERBOSE]", 0, 2, COMMAND_JSON, list_jobs, L"Lists the jobs"),
    COMMAND(L"/info", L"job [/VERBOSE]", 1, 2, COMMAND_JSON, show_job, L"Shows one job"),
    COMMAND(L"/listfiles", L"job", 1, 1, COMMAND_JSON, list_files, L"Lists the files of a job"),
    COMMAND(L"/monitor", L"[/ALLUSERS] [/REFRESH seconds]", 0, 3, 0, monitor_jobs,
            L"Shows the jobs again and again, every 5 seconds at first, until Q or Ctrl+C is "
            L"pressed"),
    COMMAND(L"/reset", L"[/ALLUSERS]", 0, 1, 0, reset_jobs,
            L"Cancels all jobs of the user, or of all users"),
};

COMMAND_TABLE(list_commands, L"Looking at jobs", NULL, commands);
