/* SPDX-License-Identifier: LGPL-2.1-or-later
 *
 * The life of a job: made, run, ended. */
#include "command.h"

static BOOL parse_type(const WCHAR *word, BG_JOB_TYPE *type)
{
    static const WCHAR *const words[] = {L"/download", L"/upload", L"/upload-reply"};
    int place = find_name(word, words, ARRAYSIZE(words));

    if (place >= 0) *type = (BG_JOB_TYPE)place;
    return place >= 0;
}

static HRESULT create_job(struct session *session, const struct arguments *args)
{
    BG_JOB_TYPE type = BG_JOB_TYPE_DOWNLOAD;
    IBackgroundCopyJob *job;
    WCHAR text[40];
    HRESULT hr;
    GUID id;

    if (args->count == 2 && !parse_type(args->words[0], &type))
        return session_refuse(session,
                              L"Invalid argument %ls\nThe type is /DOWNLOAD, /UPLOAD or "
                              L"/UPLOAD-REPLY; a name with blanks is put in \"quotes\".",
                              args->words[0]);
    hr = IBackgroundCopyManager_CreateJob(session->manager, args->words[args->count - 1], type, &id,
                                          &job);
    if (FAILED(hr)) return session_fail(session, hr, L"create job");
    IBackgroundCopyJob_Release(job);
    StringFromGUID2(&id, text, ARRAYSIZE(text));
    return session->is_raw ? out_value(session, L"%ls", text)
                           : out_value(session, L"Created job %ls.", text);
}

static HRESULT suspend_job(struct session *session, void *job, const struct arguments *args)
{
    HRESULT hr = IBackgroundCopyJob_Suspend((IBackgroundCopyJob *)job);

    (void)session, (void)args;
    if (SUCCEEDED(hr)) out_print(L"Job suspended.\n");
    return hr;
}

static HRESULT resume_job(struct session *session, void *job, const struct arguments *args)
{
    HRESULT hr = IBackgroundCopyJob_Resume((IBackgroundCopyJob *)job);

    (void)session, (void)args;
    if (SUCCEEDED(hr)) out_print(L"Job resumed.\n");
    return hr;
}

static HRESULT cancel_job(struct session *session, void *job, const struct arguments *args)
{
    HRESULT hr = IBackgroundCopyJob_Cancel((IBackgroundCopyJob *)job);

    (void)session, (void)args;
    if (SUCCEEDED(hr)) out_print(L"Job canceled.\n");
    return hr;
}

static HRESULT complete_job(struct session *session, void *job, const struct arguments *args)
{
    HRESULT hr = IBackgroundCopyJob_Complete((IBackgroundCopyJob *)job);

    (void)session, (void)args;
    if (SUCCEEDED(hr)) out_print(L"Job completed.\n");
    return hr;
}

static HRESULT take_ownership(struct session *session, void *job, const struct arguments *args)
{
    HRESULT hr = IBackgroundCopyJob_TakeOwnership((IBackgroundCopyJob *)job);

    (void)session, (void)args;
    if (SUCCEEDED(hr)) out_print(L"The job is yours.\n");
    return hr;
}

static const struct command commands[] = {
    COMMAND(L"/create", L"[/DOWNLOAD | /UPLOAD | /UPLOAD-REPLY] name", 1, 2, 0, create_job,
            L"Makes a job without files and prints its id"),
    JOB_COMMAND(L"/suspend", L"job", 1, 1, IBackgroundCopyJob, suspend_job, L"suspend job",
                L"Stops a job until /RESUME"),
    JOB_COMMAND(L"/resume", L"job", 1, 1, IBackgroundCopyJob, resume_job, L"resume job",
                L"Queues a job for its transfer"),
    JOB_COMMAND(L"/cancel", L"job", 1, 1, IBackgroundCopyJob, cancel_job, L"cancel job",
                L"Ends a job and removes its temporary files"),
    JOB_COMMAND(L"/complete", L"job", 1, 1, IBackgroundCopyJob, complete_job, L"complete job",
                L"Ends a job; what has been transferred appears under its name"),
    JOB_COMMAND(L"/takeownership", L"job", 1, 1, IBackgroundCopyJob, take_ownership,
                L"take ownership of job",
                L"Makes the caller, an administrator, the owner of the job"),
};

COMMAND_TABLE(job_commands, L"Making, running and ending jobs", NULL, commands);
