/* SPDX-License-Identifier: LGPL-2.1-or-later
 *
 * Properties of a job that are one value: what it is, how far it is, how it is scheduled. */
#include "command.h"

#include <stdio.h>
#include <wchar.h>

static HRESULT print_text(const struct session *session, WCHAR *text)
{
    out_value(session, L"%ls", text ? printable(text) : L"");
    CoTaskMemFree(text);
    return S_OK;
}

/* ---- what it is ---- */

static HRESULT get_type(struct session *session, void *job, const struct arguments *args)
{
    BG_JOB_TYPE type;
    HRESULT hr = IBackgroundCopyJob_GetType((IBackgroundCopyJob *)job, &type);

    (void)args;
    return FAILED(hr) ? hr : out_value(session, L"%ls", name_of_type(type));
}

static HRESULT get_display_name(struct session *session, void *job, const struct arguments *args)
{
    WCHAR *text;
    HRESULT hr = IBackgroundCopyJob_GetDisplayName((IBackgroundCopyJob *)job, &text);

    (void)args;
    return FAILED(hr) ? hr : print_text(session, text);
}

static HRESULT set_display_name(struct session *session, void *job, const struct arguments *args)
{
    HRESULT hr = IBackgroundCopyJob_SetDisplayName((IBackgroundCopyJob *)job, args->words[0]);

    (void)session;
    if (SUCCEEDED(hr)) out_print(L"Display name set to '%ls'.\n", args->words[0]);
    return hr;
}

static HRESULT get_description(struct session *session, void *job, const struct arguments *args)
{
    WCHAR *text;
    HRESULT hr = IBackgroundCopyJob_GetDescription((IBackgroundCopyJob *)job, &text);

    (void)args;
    return FAILED(hr) ? hr : print_text(session, text);
}

static HRESULT set_description(struct session *session, void *job, const struct arguments *args)
{
    HRESULT hr = IBackgroundCopyJob_SetDescription((IBackgroundCopyJob *)job, args->words[0]);

    (void)session;
    if (SUCCEEDED(hr)) out_print(L"Description set to '%ls'.\n", args->words[0]);
    return hr;
}

static HRESULT get_owner(struct session *session, void *job, const struct arguments *args)
{
    WCHAR *sid, owner[OWNER_CHARS];
    HRESULT hr = IBackgroundCopyJob_GetOwner((IBackgroundCopyJob *)job, &sid);

    (void)args;
    if (FAILED(hr)) return hr;
    format_sid(sid, owner);
    CoTaskMemFree(sid);
    return out_value(session, L"%ls", owner);
}

/* ---- how far it is ---- */

static HRESULT get_state(struct session *session, void *job, const struct arguments *args)
{
    BG_JOB_STATE state;
    HRESULT hr = IBackgroundCopyJob_GetState((IBackgroundCopyJob *)job, &state);

    (void)args;
    return FAILED(hr) ? hr : out_value(session, L"%ls", name_of_state(state));
}

static HRESULT get_bytes_total(struct session *session, void *job, const struct arguments *args)
{
    BG_JOB_PROGRESS progress;
    HRESULT hr = IBackgroundCopyJob_GetProgress((IBackgroundCopyJob *)job, &progress);
    WCHAR text[24];

    (void)args;
    if (FAILED(hr)) return hr;
    format_size(progress.BytesTotal, text);
    return out_value(session, L"%ls", text);
}

static HRESULT get_bytes_transferred(struct session *session, void *job,
                                     const struct arguments *args)
{
    BG_JOB_PROGRESS progress;
    HRESULT hr = IBackgroundCopyJob_GetProgress((IBackgroundCopyJob *)job, &progress);

    (void)args;
    return FAILED(hr) ? hr : out_value(session, L"%llu", progress.BytesTransferred);
}

static HRESULT get_files_total(struct session *session, void *job, const struct arguments *args)
{
    BG_JOB_PROGRESS progress;
    HRESULT hr = IBackgroundCopyJob_GetProgress((IBackgroundCopyJob *)job, &progress);

    (void)args;
    return FAILED(hr) ? hr : out_value(session, L"%lu", progress.FilesTotal);
}

static HRESULT get_files_transferred(struct session *session, void *job,
                                     const struct arguments *args)
{
    BG_JOB_PROGRESS progress;
    HRESULT hr = IBackgroundCopyJob_GetProgress((IBackgroundCopyJob *)job, &progress);

    (void)args;
    return FAILED(hr) ? hr : out_value(session, L"%lu", progress.FilesTransferred);
}

static HRESULT print_time(const struct session *session, const FILETIME *time)
{
    WCHAR text[80];

    format_time(time, text);
    return out_value(session, L"%ls", text);
}

static HRESULT get_creation_time(struct session *session, void *job, const struct arguments *args)
{
    BG_JOB_TIMES times;
    HRESULT hr = IBackgroundCopyJob_GetTimes((IBackgroundCopyJob *)job, &times);

    (void)args;
    return FAILED(hr) ? hr : print_time(session, &times.CreationTime);
}

static HRESULT get_modification_time(struct session *session, void *job,
                                     const struct arguments *args)
{
    BG_JOB_TIMES times;
    HRESULT hr = IBackgroundCopyJob_GetTimes((IBackgroundCopyJob *)job, &times);

    (void)args;
    return FAILED(hr) ? hr : print_time(session, &times.ModificationTime);
}

static HRESULT get_completion_time(struct session *session, void *job, const struct arguments *args)
{
    BG_JOB_TIMES times;
    HRESULT hr = IBackgroundCopyJob_GetTimes((IBackgroundCopyJob *)job, &times);

    (void)args;
    return FAILED(hr) ? hr : print_time(session, &times.TransferCompletionTime);
}

static HRESULT get_error(struct session *session, void *job, const struct arguments *args)
{
    HRESULT code;

    (void)args;
    print_job_error(session, (IBackgroundCopyJob *)job, &code);
    if (!FAILED(code)) out_print(L"The job has no error.\n");
    return S_OK;
}

static HRESULT get_error_count(struct session *session, void *job, const struct arguments *args)
{
    ULONG count;
    HRESULT hr = IBackgroundCopyJob_GetErrorCount((IBackgroundCopyJob *)job, &count);

    (void)args;
    return FAILED(hr) ? hr : out_value(session, L"%lu", count);
}

/* ---- how it is scheduled ---- */

static HRESULT get_priority(struct session *session, void *job, const struct arguments *args)
{
    BG_JOB_PRIORITY priority;
    HRESULT hr = IBackgroundCopyJob_GetPriority((IBackgroundCopyJob *)job, &priority);

    (void)args;
    return FAILED(hr) ? hr : out_value(session, L"%ls", name_of_priority(priority));
}

static HRESULT set_priority(struct session *session, void *job, const struct arguments *args)
{
    BG_JOB_PRIORITY priority;
    HRESULT hr;

    if (!parse_priority(args->words[0], &priority))
        return session_refuse(session, L"Invalid priority %ls", args->words[0]);
    hr = IBackgroundCopyJob_SetPriority((IBackgroundCopyJob *)job, priority);
    if (SUCCEEDED(hr)) out_print(L"Priority set to %ls.\n", name_of_priority(priority));
    return hr;
}

static HRESULT parse_seconds(struct session *session, const struct arguments *args, DWORD *seconds)
{
    if (parse_number(args->words[0], seconds)) return S_OK;
    return session_refuse(session, L"Invalid number %ls", args->words[0]);
}

static HRESULT get_retry_delay(struct session *session, void *job, const struct arguments *args)
{
    ULONG seconds;
    HRESULT hr = IBackgroundCopyJob_GetMinimumRetryDelay((IBackgroundCopyJob *)job, &seconds);

    (void)args;
    return FAILED(hr) ? hr : out_value(session, L"%lu", seconds);
}

static HRESULT set_retry_delay(struct session *session, void *job, const struct arguments *args)
{
    DWORD seconds;
    HRESULT hr;

    if (FAILED(hr = parse_seconds(session, args, &seconds))) return hr;
    hr = IBackgroundCopyJob_SetMinimumRetryDelay((IBackgroundCopyJob *)job, seconds);
    if (SUCCEEDED(hr)) out_print(L"Minimum retry delay set to %lu.\n", seconds);
    return hr;
}

static HRESULT get_no_progress_timeout(struct session *session, void *job,
                                       const struct arguments *args)
{
    ULONG seconds;
    HRESULT hr = IBackgroundCopyJob_GetNoProgressTimeout((IBackgroundCopyJob *)job, &seconds);

    (void)args;
    return FAILED(hr) ? hr : out_value(session, L"%lu", seconds);
}

static HRESULT set_no_progress_timeout(struct session *session, void *job,
                                       const struct arguments *args)
{
    DWORD seconds;
    HRESULT hr;

    if (FAILED(hr = parse_seconds(session, args, &seconds))) return hr;
    hr = IBackgroundCopyJob_SetNoProgressTimeout((IBackgroundCopyJob *)job, seconds);
    if (SUCCEEDED(hr)) out_print(L"No progress timeout set to %lu.\n", seconds);
    return hr;
}

static HRESULT get_max_download_time(struct session *session, void *job,
                                     const struct arguments *args)
{
    ULONG seconds;
    HRESULT hr = IBackgroundCopyJob4_GetMaximumDownloadTime((IBackgroundCopyJob4 *)job, &seconds);

    (void)args;
    return FAILED(hr) ? hr : out_value(session, L"%lu", seconds);
}

static HRESULT set_max_download_time(struct session *session, void *job,
                                     const struct arguments *args)
{
    DWORD seconds;
    HRESULT hr;

    if (FAILED(hr = parse_seconds(session, args, &seconds))) return hr;
    hr = IBackgroundCopyJob4_SetMaximumDownloadTime((IBackgroundCopyJob4 *)job, seconds);
    if (SUCCEEDED(hr)) out_print(L"Maximum download time set to %lu.\n", seconds);
    return hr;
}

static HRESULT get_acl_flags(struct session *session, void *job, const struct arguments *args)
{
    DWORD flags;
    HRESULT hr = IBackgroundCopyJob3_GetFileACLFlags((IBackgroundCopyJob3 *)job, &flags);
    WCHAR text[6];

    (void)args;
    if (FAILED(hr)) return hr;
    format_acl_flags(flags, text);
    return out_value(session, L"%ls", *text ? text + 1 : L"");
}

static HRESULT set_acl_flags(struct session *session, void *job, const struct arguments *args)
{
    WCHAR text[6];
    DWORD flags;
    HRESULT hr;

    if (!parse_acl_flags(args->words[0], &flags))
        return session_refuse(
            session,
            L"Invalid flags %ls: letters of O owner, G group, D access list and S "
            L"audit list, or NONE",
            args->words[0]);
    hr = IBackgroundCopyJob3_SetFileACLFlags((IBackgroundCopyJob3 *)job, flags);
    format_acl_flags(flags, text);
    if (SUCCEEDED(hr)) out_print(L"ACL flags set to%ls.\n", *text ? text : L" none");
    return hr;
}

#define GET(name, iface, fn, what, help) JOB_COMMAND(name, L"job", 1, 1, iface, fn, what, help)
#define SET(name, arguments, iface, fn, what, help)                                                \
    JOB_COMMAND(name, arguments, 2, 2, iface, fn, what, help)

static const struct command commands[] = {
    GET(L"/gettype", IBackgroundCopyJob, get_type, L"get type",
        L"DOWNLOAD, UPLOAD or UPLOAD-REPLY"),
    GET(L"/getstate", IBackgroundCopyJob, get_state, L"get state", L"Where the job is in its life"),
    GET(L"/geterror", IBackgroundCopyJob, get_error, L"get error",
        L"File, code and context of its error"),
    GET(L"/geterrorcount", IBackgroundCopyJob, get_error_count, L"get error count",
        L"How often it has failed"),
    GET(L"/getbytestotal", IBackgroundCopyJob, get_bytes_total, L"get progress",
        L"The size of all files, or UNKNOWN"),
    GET(L"/getbytestransferred", IBackgroundCopyJob, get_bytes_transferred, L"get progress",
        L"The bytes that are transferred"),
    GET(L"/getfilestotal", IBackgroundCopyJob, get_files_total, L"get progress",
        L"The number of files"),
    GET(L"/getfilestransferred", IBackgroundCopyJob, get_files_transferred, L"get progress",
        L"The number of files that are transferred"),
    GET(L"/getcreationtime", IBackgroundCopyJob, get_creation_time, L"get times",
        L"When it was made"),
    GET(L"/getmodificationtime", IBackgroundCopyJob, get_modification_time, L"get times",
        L"When it was changed or transferred something"),
    GET(L"/getcompletiontime", IBackgroundCopyJob, get_completion_time, L"get times",
        L"When all was transferred"),
    GET(L"/getowner", IBackgroundCopyJob, get_owner, L"get owner", L"Whose job it is"),
    GET(L"/getdisplayname", IBackgroundCopyJob, get_display_name, L"get display name", L"Its name"),
    SET(L"/setdisplayname", L"job name", IBackgroundCopyJob, set_display_name, L"set display name",
        L"Gives it another name"),
    GET(L"/getdescription", IBackgroundCopyJob, get_description, L"get description",
        L"Its description"),
    SET(L"/setdescription", L"job text", IBackgroundCopyJob, set_description, L"set description",
        L"Describes it"),
    GET(L"/getpriority", IBackgroundCopyJob, get_priority, L"get priority", L"Its priority"),
    SET(L"/setpriority", L"job priority", IBackgroundCopyJob, set_priority, L"set priority",
        L"FOREGROUND, HIGH, NORMAL or LOW"),
    GET(L"/getminretrydelay", IBackgroundCopyJob, get_retry_delay, L"get minimum retry delay",
        L"Seconds between an error and the next attempt"),
    SET(L"/setminretrydelay", L"job seconds", IBackgroundCopyJob, set_retry_delay,
        L"set minimum retry delay", L"Changes them"),
    GET(L"/getnoprogresstimeout", IBackgroundCopyJob, get_no_progress_timeout,
        L"get no progress timeout", L"Seconds of attempts in vain before an error is final"),
    SET(L"/setnoprogresstimeout", L"job seconds", IBackgroundCopyJob, set_no_progress_timeout,
        L"set no progress timeout", L"Changes them; 0: every error is final"),
    GET(L"/getmaxdownloadtime", IBackgroundCopyJob4, get_max_download_time,
        L"get maximum download time", L"Seconds that its transfer may take"),
    SET(L"/setmaxdownloadtime", L"job seconds", IBackgroundCopyJob4, set_max_download_time,
        L"set maximum download time", L"Changes them"),
    GET(L"/getaclflags", IBackgroundCopyJob3, get_acl_flags, L"get ACL flags",
        L"What is copied with files of a share"),
    SET(L"/setaclflags", L"job letters", IBackgroundCopyJob3, set_acl_flags, L"set ACL flags",
        L"Letters of O owner, G group, D access list, S audit list; or NONE"),
    SET(L"/setaclflag", L"job letters", IBackgroundCopyJob3, set_acl_flags, L"set ACL flags",
        L"The same"),
};

COMMAND_TABLE(property_commands, L"Properties of jobs", NULL, commands);
