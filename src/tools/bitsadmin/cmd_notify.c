/* SPDX-License-Identifier: LGPL-2.1-or-later
 *
 * Who is told what becomes of a job. */
#include "command.h"

static HRESULT get_flags(struct session *session, void *job, const struct arguments *args)
{
    ULONG flags;
    HRESULT hr = IBackgroundCopyJob_GetNotifyFlags((IBackgroundCopyJob *)job, &flags);

    (void)args;
    return FAILED(hr) ? hr : out_value(session, session->is_raw ? L"%lu" : L"0x%lx", flags);
}

static HRESULT set_flags(struct session *session, void *job, const struct arguments *args)
{
    DWORD flags;
    HRESULT hr;

    if (!parse_number(args->words[0], &flags))
        return session_refuse(session, L"Invalid number %ls", args->words[0]);
    hr = IBackgroundCopyJob_SetNotifyFlags((IBackgroundCopyJob *)job, flags);
    if (SUCCEEDED(hr)) out_print(L"Notification flags set to 0x%lx.\n", flags);
    return hr;
}

static HRESULT get_interface(struct session *session, void *job, const struct arguments *args)
{
    IUnknown *notify = NULL;
    HRESULT hr = IBackgroundCopyJob_GetNotifyInterface((IBackgroundCopyJob *)job, &notify);

    (void)args;
    if (FAILED(hr)) return hr;
    out_value(session, L"%ls", notify ? L"REGISTERED" : L"UNREGISTERED");
    if (notify) IUnknown_Release(notify);
    return S_OK;
}

static HRESULT get_command_line(struct session *session, void *job, const struct arguments *args)
{
    WCHAR *program = NULL, *parameters = NULL;
    HRESULT hr =
        IBackgroundCopyJob2_GetNotifyCmdLine((IBackgroundCopyJob2 *)job, &program, &parameters);

    (void)args;
    if (FAILED(hr)) return hr;
    if (program && *program)
        out_value(session, L"'%ls' '%ls'", printable(program),
                  parameters ? printable(parameters) : L"");
    else
        out_value(session, L"none");
    CoTaskMemFree(program);
    CoTaskMemFree(parameters);
    return S_OK;
}

static HRESULT set_command_line(struct session *session, void *job, const struct arguments *args)
{
    const WCHAR *program = null_word(args->words[0]);
    const WCHAR *parameters = args->count > 1 ? null_word(args->words[1]) : NULL;
    HRESULT hr =
        IBackgroundCopyJob2_SetNotifyCmdLine((IBackgroundCopyJob2 *)job, program, parameters);

    (void)session;
    if (FAILED(hr)) return hr;
    if (program)
        out_print(L"Notification command line set to '%ls' '%ls'.\n", program,
                  parameters ? parameters : L"");
    else
        out_print(L"Notification command line removed.\n");
    return hr;
}

static const struct command commands[] = {
    JOB_COMMAND(L"/getnotifyflags", L"job", 1, 1, IBackgroundCopyJob, get_flags,
                L"get notification flags", L"What is told"),
    JOB_COMMAND(L"/setnotifyflags", L"job flags", 2, 2, IBackgroundCopyJob, set_flags,
                L"set notification flags",
                L"A sum of 1 transferred, 2 error, 4 nothing, 8 modification, 16 file "
                L"transferred"),
    JOB_COMMAND(L"/getnotifyinterface", L"job", 1, 1, IBackgroundCopyJob, get_interface,
                L"get notification interface", L"Whether a program has asked to be told"),
    JOB_COMMAND(L"/getnotifycmdline", L"job", 1, 1, IBackgroundCopyJob2, get_command_line,
                L"get notification command line", L"What is started at the end of the job"),
    JOB_COMMAND(L"/setnotifycmdline", L"job program [parameters]", 2, 3, IBackgroundCopyJob2,
                set_command_line, L"set notification command line",
                L"The program's full path, and its parameters, which begin with its name again; "
                L"NULL for no program"),
};

COMMAND_TABLE(notify_commands, L"Notification", NULL, commands);
