/* SPDX-License-Identifier: LGPL-2.1-or-later
 *
 * What is printed about a job. Scripts read these lines: labels and their order are those that
 * users of the tool know. */
#include "bitsadmin.h"
#include "error_advice.h"

#include <stdio.h>
#include <wchar.h>

void format_job_id(IBackgroundCopyJob *job, WCHAR text[40])
{
    GUID id = {0};

    IBackgroundCopyJob_GetId(job, &id);
    StringFromGUID2(&id, text, 40);
}

void format_size(UINT64 bytes, WCHAR text[24])
{
    if (bytes == BG_SIZE_UNKNOWN)
        wcscpy(text, L"UNKNOWN");
    else
        _snwprintf(text, 24, L"%llu", bytes);
}

void format_time(const FILETIME *time, WCHAR text[80])
{
    FILETIME local;
    SYSTEMTIME system;
    int len;

    wcscpy(text, L"UNKNOWN");
    if (!time->dwLowDateTime && !time->dwHighDateTime) return;
    if (!FileTimeToLocalFileTime(time, &local) || !FileTimeToSystemTime(&local, &system)) return;
    len = GetDateFormatW(LOCALE_USER_DEFAULT, DATE_SHORTDATE, &system, NULL, text, 40);
    if (!len) return;
    text[len - 1] = ' ';
    if (!GetTimeFormatW(LOCALE_USER_DEFAULT, 0, &system, NULL, text + len, 40)) text[len - 1] = 0;
}

void format_sid(const WCHAR *sid_text, WCHAR text[OWNER_CHARS])
{
    WCHAR user[256], domain[256];
    DWORD user_size = ARRAYSIZE(user), domain_size = ARRAYSIZE(domain);
    SID_NAME_USE use;
    PSID sid;

    _snwprintf(text, OWNER_CHARS, L"%ls", *sid_text ? sid_text : L"UNKNOWN");
    text[OWNER_CHARS - 1] = 0;
    if (!ConvertStringSidToSidW(sid_text, &sid)) return;
    if (LookupAccountSidW(NULL, sid, user, &user_size, domain, &domain_size, &use))
        _snwprintf(text, OWNER_CHARS, L"%ls\\%ls", domain, user);
    LocalFree(sid);
}

void format_owner(IBackgroundCopyJob *job, WCHAR text[OWNER_CHARS])
{
    WCHAR *sid = NULL;

    IBackgroundCopyJob_GetOwner(job, &sid);
    format_sid(sid ? sid : L"", text);
    CoTaskMemFree(sid);
}

void print_job_line(IBackgroundCopyJob *job)
{
    WCHAR id[40], total[24], *name = NULL;
    BG_JOB_PROGRESS progress = {0};
    BG_JOB_STATE state = BG_JOB_STATE_QUEUED;

    format_job_id(job, id);
    IBackgroundCopyJob_GetDisplayName(job, &name);
    IBackgroundCopyJob_GetState(job, &state);
    IBackgroundCopyJob_GetProgress(job, &progress);
    format_size(progress.BytesTotal, total);
    out_print(L"%ls '%ls' %ls %lu / %lu %llu / %ls\n", id, name ? printable(name) : L"",
              name_of_state(state), progress.FilesTransferred, progress.FilesTotal,
              progress.BytesTransferred, total);
    CoTaskMemFree(name);
}

void print_peer_flags(DWORD flags)
{
    out_print(L"\t Enable download from peers      :%ls\n",
              flags & BG_JOB_ENABLE_PEERCACHING_CLIENT ? L"true" : L"false");
    out_print(L"\t Enable serving to peers         :%ls\n",
              flags & BG_JOB_ENABLE_PEERCACHING_SERVER ? L"true" : L"false");
}

static void print_head(IBackgroundCopyJob *job)
{
    BG_JOB_PRIORITY priority = BG_JOB_PRIORITY_NORMAL;
    BG_JOB_STATE state = BG_JOB_STATE_QUEUED;
    BG_JOB_TYPE type = BG_JOB_TYPE_DOWNLOAD;
    WCHAR id[40], owner[OWNER_CHARS], total[24], *name = NULL;
    BG_JOB_PROGRESS progress = {0};

    format_job_id(job, id);
    format_owner(job, owner);
    IBackgroundCopyJob_GetDisplayName(job, &name);
    IBackgroundCopyJob_GetType(job, &type);
    IBackgroundCopyJob_GetState(job, &state);
    IBackgroundCopyJob_GetPriority(job, &priority);
    IBackgroundCopyJob_GetProgress(job, &progress);
    format_size(progress.BytesTotal, total);
    out_print(L"GUID: %ls DISPLAY: '%ls'\n", id, name ? printable(name) : L"");
    out_print(L"TYPE: %ls STATE: %ls OWNER: %ls\n", name_of_type(type), name_of_state(state),
              owner);
    out_print(L"PRIORITY: %ls FILES: %lu / %lu BYTES: %llu / %ls\n", name_of_priority(priority),
              progress.FilesTransferred, progress.FilesTotal, progress.BytesTransferred, total);
    CoTaskMemFree(name);
}

void format_acl_flags(DWORD flags, WCHAR text[6])
{
    static const WCHAR letters[] = L"OGDS";
    int len = 0;

    if (flags & BG_COPY_FILE_ALL) text[len++] = ' ';
    for (unsigned int i = 0; letters[i]; i++)
        if (flags & (BG_COPY_FILE_OWNER << i)) text[len++] = letters[i];
    text[len] = 0;
}

static DWORD get_acl_flags(IBackgroundCopyJob *job)
{
    IBackgroundCopyJob3 *job3;
    DWORD flags = 0;

    if (FAILED(IBackgroundCopyJob_QueryInterface(job, &IID_IBackgroundCopyJob3, (void **)&job3)))
        return 0;
    IBackgroundCopyJob3_GetFileACLFlags(job3, &flags);
    IBackgroundCopyJob3_Release(job3);
    return flags;
}

static void print_times(IBackgroundCopyJob *job)
{
    WCHAR acl_flags[6], created[80], modified[80], completed[80];
    BG_JOB_TIMES times = {0};

    IBackgroundCopyJob_GetTimes(job, &times);
    format_time(&times.CreationTime, created);
    format_time(&times.ModificationTime, modified);
    format_time(&times.TransferCompletionTime, completed);
    out_print(L"CREATION TIME: %ls MODIFICATION TIME: %ls\n", created, modified);
    format_acl_flags(get_acl_flags(job), acl_flags);
    out_print(L"COMPLETION TIME: %ls ACL FLAGS:%ls\n", completed, acl_flags);
}

static void print_settings(IBackgroundCopyJob *job)
{
    BG_JOB_PROXY_USAGE usage = BG_JOB_PROXY_USAGE_PRECONFIG;
    ULONG flags = 0, delay = 0, timeout = 0, errors = 0;
    WCHAR *list = NULL, *bypass = NULL;
    IUnknown *notify = NULL;

    IBackgroundCopyJob_GetNotifyInterface(job, &notify);
    IBackgroundCopyJob_GetNotifyFlags(job, &flags);
    IBackgroundCopyJob_GetMinimumRetryDelay(job, &delay);
    IBackgroundCopyJob_GetNoProgressTimeout(job, &timeout);
    IBackgroundCopyJob_GetErrorCount(job, &errors);
    IBackgroundCopyJob_GetProxySettings(job, &usage, &list, &bypass);
    out_print(L"NOTIFY INTERFACE: %ls NOTIFICATION FLAGS: %lu\n",
              notify ? L"REGISTERED" : L"UNREGISTERED", flags);
    out_print(L"RETRY DELAY: %lu NO PROGRESS TIMEOUT: %lu ERROR COUNT: %lu\n", delay, timeout,
              errors);
    out_print(L"PROXY USAGE: %ls PROXY LIST: %ls PROXY BYPASS LIST: %ls\n",
              name_of_proxy_usage(usage), text_or_null(list), text_or_null(bypass));
    if (notify) IUnknown_Release(notify);
    CoTaskMemFree(list);
    CoTaskMemFree(bypass);
}

BOOL is_file_there(const BG_FILE_PROGRESS *progress)
{
    /* Completed comes only with the end of the job. */
    return progress->Completed || progress->BytesTransferred == progress->BytesTotal;
}

static void print_file(IBackgroundCopyFile *file)
{
    BG_FILE_PROGRESS progress = {0};
    WCHAR total[24], *remote = NULL, *local = NULL;

    IBackgroundCopyFile_GetProgress(file, &progress);
    IBackgroundCopyFile_GetRemoteName(file, &remote);
    IBackgroundCopyFile_GetLocalName(file, &local);
    format_size(progress.BytesTotal, total);
    out_print(L"\t%llu / %ls %ls %ls -> %ls\n", progress.BytesTransferred, total,
              is_file_there(&progress) ? L"COMPLETED" : L"WORKING", text_or_null(remote),
              text_or_null(local));
    CoTaskMemFree(remote);
    CoTaskMemFree(local);
}

void print_job_files(IBackgroundCopyJob *job)
{
    IEnumBackgroundCopyFiles *files;
    IBackgroundCopyFile *file;

    if (FAILED(IBackgroundCopyJob_EnumFiles(job, &files))) return;
    while (IEnumBackgroundCopyFiles_Next(files, 1, &file, NULL) == S_OK)
    {
        print_file(file);
        IBackgroundCopyFile_Release(file);
    }
    IEnumBackgroundCopyFiles_Release(files);
}

static void print_description(IBackgroundCopyJob *job)
{
    WCHAR *text = NULL;

    IBackgroundCopyJob_GetDescription(job, &text);
    out_print(L"DESCRIPTION: %ls\n", text ? printable(text) : L"");
    CoTaskMemFree(text);
}

const WCHAR *name_of_integrity(ULONG level)
{
    if (level >= 0x4000) return L"SYSTEM";
    if (level >= 0x3000) return L"HIGH";
    return level >= 0x2000 ? L"MEDIUM" : L"LOW";
}

static void print_command_line(IBackgroundCopyJob *job)
{
    WCHAR *program = NULL, *parameters = NULL;
    IBackgroundCopyJob2 *job2;

    if (SUCCEEDED(IBackgroundCopyJob_QueryInterface(job, &IID_IBackgroundCopyJob2, (void **)&job2)))
    {
        IBackgroundCopyJob2_GetNotifyCmdLine(job2, &program, &parameters);
        IBackgroundCopyJob2_Release(job2);
    }
    if (program && *program)
        out_print(L"NOTIFICATION COMMAND LINE: '%ls' '%ls'\n", printable(program),
                  text_or_null(parameters));
    else
        out_print(L"NOTIFICATION COMMAND LINE: none\n");
    CoTaskMemFree(program);
    CoTaskMemFree(parameters);
}

static void print_job4(IBackgroundCopyJob *job)
{
    IBackgroundCopyJob4 *job4;
    BOOL is_elevated = FALSE;
    ULONG level = 0;
    DWORD flags = 0;

    if (FAILED(IBackgroundCopyJob_QueryInterface(job, &IID_IBackgroundCopyJob4, (void **)&job4)))
        return;
    IBackgroundCopyJob4_GetOwnerIntegrityLevel(job4, &level);
    IBackgroundCopyJob4_GetOwnerElevationState(job4, &is_elevated);
    out_print(L"owner MIC integrity level: %ls\n", name_of_integrity(level));
    out_print(L"owner elevated ?           %ls\n\n", is_elevated ? L"true" : L"false");
    IBackgroundCopyJob4_GetPeerCachingFlags(job4, &flags);
    out_print(L"Peercaching flags\n");
    print_peer_flags(flags);
    IBackgroundCopyJob4_Release(job4);
}

static void print_headers(IBackgroundCopyJob *job)
{
    IBackgroundCopyJobHttpOptions *options;
    WCHAR *headers = NULL;
    HRESULT hr = S_FALSE;

    if (SUCCEEDED(IBackgroundCopyJob_QueryInterface(job, &IID_IBackgroundCopyJobHttpOptions,
                                                    (void **)&options)))
    {
        hr = IBackgroundCopyJobHttpOptions_GetCustomHeaders(options, &headers);
        IBackgroundCopyJobHttpOptions_Release(options);
    }
    out_print(L"\nCUSTOM HEADERS:%ls\n", hr == E_ACCESSDENIED  ? L" WRITE-ONLY"
                                         : headers && *headers ? L""
                                                               : L" NULL");
    print_header_lines(headers, L"\t");
    out_print(L"\n");
    CoTaskMemFree(headers);
}

void print_job_details(struct session *session, IBackgroundCopyJob *job)
{
    HRESULT code;

    print_head(job);
    print_times(job);
    print_settings(job);
    print_job_error(session, job, &code);
    print_error_advice(code);
    print_description(job);
    out_print(L"JOB FILES: \n");
    print_job_files(job);
    print_command_line(job);
    print_job4(job);
    print_headers(job);
}
