/* SPDX-License-Identifier: LGPL-2.1-or-later
 *
 * /TRANSFER: a job from its creation to its end, watched. */
#include "command.h"
#include "transfer.h"

#define POLL_MS 50

struct transfer_options
{
    const WCHAR *name;
    BG_JOB_TYPE type;
    BG_JOB_PRIORITY priority;
    const WCHAR *acl_letters; /* or NULL */
    DWORD acl_flags;
    BOOL is_dynamic;
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

/* Takes the value of an option, which is the next word. */
static HRESULT parse_value(struct session *session, const struct arguments *args, int place,
                           struct transfer_options *options)
{
    const WCHAR *value = args->words[place + 1];

    if (is_word(args->words[place], L"/priority"))
    {
        if (parse_priority(value, &options->priority)) return S_OK;
        return session_refuse(session, L"Invalid priority %ls", value);
    }
    options->acl_letters = value;
    if (parse_acl_flags(value, &options->acl_flags)) return S_OK;
    return session_refuse(session, L"Invalid flags %ls: letters of OGDS", value);
}

static HRESULT parse_options(struct session *session, const struct arguments *args,
                             struct transfer_options *options)
{
    HRESULT hr;
    int i;

    *options =
        (struct transfer_options){.name = args->words[0], .priority = BG_JOB_PRIORITY_NORMAL};
    for (i = 1; i < args->count && args->words[i][0] == '/'; i++)
    {
        const WCHAR *word = args->words[i];
        BOOL has_value = is_word(word, L"/priority") || is_word(word, L"/aclflags");

        if (is_word(word, L"/download"))
            options->type = BG_JOB_TYPE_DOWNLOAD;
        else if (is_word(word, L"/upload"))
            options->type = BG_JOB_TYPE_UPLOAD;
        else if (is_word(word, L"/dynamic"))
            options->is_dynamic = TRUE;
        else if (!has_value || i + 1 == args->count)
            return session_refuse(session, L"Invalid argument %ls", word);
        else if (FAILED(hr = parse_value(session, args, i++, options)))
            return hr;
    }
    options->first_file = i;
    if (i == args->count || (args->count - i) % 2)
        return session_refuse(session, L"Every URL needs a local file name after it.");
    return S_OK;
}

static HRESULT set_acl_flags(IBackgroundCopyJob *job, DWORD flags)
{
    IBackgroundCopyJob3 *job3;
    HRESULT hr;

    hr = IBackgroundCopyJob_QueryInterface(job, &IID_IBackgroundCopyJob3, (void **)&job3);
    if (FAILED(hr)) return hr;
    hr = IBackgroundCopyJob3_SetFileACLFlags(job3, flags);
    IBackgroundCopyJob3_Release(job3);
    return hr;
}

/* Before the first file: afterwards it can only be read. */
static HRESULT set_dynamic(IBackgroundCopyJob *job)
{
    BITS_JOB_PROPERTY_VALUE value = {.Enable = TRUE};
    IBackgroundCopyJob5 *job5;
    HRESULT hr;

    hr = IBackgroundCopyJob_QueryInterface(job, &IID_IBackgroundCopyJob5, (void **)&job5);
    if (FAILED(hr)) return hr;
    hr = IBackgroundCopyJob5_SetProperty(job5, BITS_JOB_PROPERTY_DYNAMIC_CONTENT, value);
    IBackgroundCopyJob5_Release(job5);
    return hr;
}

static HRESULT set_options(struct session *session, const struct transfer_options *options,
                           IBackgroundCopyJob *job)
{
    HRESULT hr;

    if (FAILED(hr = IBackgroundCopyJob_SetPriority(job, options->priority)))
        return session_fail(session, hr, L"set priority");
    if (options->acl_letters && FAILED(hr = set_acl_flags(job, options->acl_flags)))
        return session_fail(session, hr, L"set ACL flags");
    if (options->is_dynamic && FAILED(hr = set_dynamic(job)))
        return session_fail(session, hr, L"transfer dynamic content");
    return S_OK;
}

static HRESULT prepare(struct session *session, const struct arguments *args,
                       const struct transfer_options *options, IBackgroundCopyJob *job)
{
    HRESULT hr;

    if (FAILED(hr = set_options(session, options, job))) return hr;
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
    transfer_view_init(&view, options->name, options->type, options->priority, job);
    hr = watch(session, job, &view, &state);
    transfer_view_done(&view);
    return FAILED(hr) ? hr : finish(session, job, state);
}

static HRESULT transfer(struct session *session, const struct arguments *args)
{
    struct transfer_options options;
    IBackgroundCopyJob *job;
    HRESULT hr;
    GUID id;

    if (FAILED(hr = parse_options(session, args, &options))) return hr;
    hr = IBackgroundCopyManager_CreateJob(session->manager, options.name, options.type, &id, &job);
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

static const struct command commands[] = {
    COMMAND(L"/transfer",
            L"name [/DOWNLOAD | /UPLOAD] [/PRIORITY priority] [/ACLFLAGS letters] [/DYNAMIC] "
            L"remote local [remote local ...]",
            3, -1, 0, transfer,
            L"Makes a job, runs it, shows how far it is, and completes it; a job that fails, or is "
            L"interrupted with Ctrl+C, is canceled"),
};

COMMAND_TABLE(transfer_commands, L"A job from its beginning to its end", NULL, commands);
