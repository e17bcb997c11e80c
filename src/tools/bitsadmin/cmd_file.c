/* SPDX-License-Identifier: LGPL-2.1-or-later
 *
 * The files of a job: adding them, and what is known or said of one. */
#include "command.h"

#include <stdlib.h>

/* ---- adding ---- */

static HRESULT add_file(struct session *session, void *object, const struct arguments *args)
{
    IBackgroundCopyJob *job = object;
    const WCHAR *remote = args->words[0], *local = args->words[1];
    HRESULT hr = IBackgroundCopyJob_AddFile(job, remote, local);

    (void)session;
    if (SUCCEEDED(hr)) out_print(L"Added %ls -> %ls to job.\n", remote, local);
    return hr;
}

static HRESULT add_file_set(struct session *session, void *object, const struct arguments *args)
{
    IBackgroundCopyJob *job = object;
    struct file_set set;
    HRESULT hr;

    if (FAILED(hr = file_set_read(args->words[0], &set)))
        return session_fail(session, hr, L"read the list of files");
    if (set.bad_line)
        hr = session_refuse(session, L"Line %lu is not a remote and a local name", set.bad_line);
    else if (!set.count)
        hr = session_refuse(session, L"There is no file in the list.");
    else if (SUCCEEDED(hr = IBackgroundCopyJob_AddFileSet(job, set.count, set.files)))
        for (DWORD i = 0; i < set.count; i++)
            out_print(L"Added %ls -> %ls to job.\n", set.files[i].RemoteName,
                      set.files[i].LocalName);
    file_set_done(&set);
    return hr;
}

static HRESULT add_file_with_ranges(struct session *session, void *object,
                                    const struct arguments *args)
{
    const WCHAR *remote = args->words[0], *local = args->words[1];
    IBackgroundCopyJob3 *job = object;
    BG_FILE_RANGE *ranges;
    DWORD count;
    HRESULT hr;

    if (!parse_ranges(args->words[2], &ranges, &count))
        return session_refuse(session,
                              L"Invalid ranges %ls\nThey are offset:length with commas between, as "
                              L"0:100,2000:100,5000:eof",
                              args->words[2]);
    hr = IBackgroundCopyJob3_AddFileWithRanges(job, remote, local, count, ranges);
    free(ranges);
    if (SUCCEEDED(hr))
        out_print(L"Added %ls -> %ls to job, in %lu range(s).\n", remote, local, count);
    return hr;
}

static HRESULT replace_remote_prefix(struct session *session, void *object,
                                     const struct arguments *args)
{
    IBackgroundCopyJob3 *job = object;
    HRESULT hr = IBackgroundCopyJob3_ReplaceRemotePrefix(job, args->words[0], args->words[1]);

    (void)session;
    if (hr == S_FALSE)
        out_print(L"No file begins with %ls.\n", args->words[0]);
    else if (SUCCEEDED(hr))
        out_print(L"Remote prefix %ls replaced with %ls.\n", args->words[0], args->words[1]);
    return hr;
}

/* ---- one of them ---- */

static HRESULT get_validation_state(struct session *session, void *job,
                                    const struct arguments *args)
{
    IBackgroundCopyFile3 *file;
    BOOL state;
    HRESULT hr;

    hr = find_job_file(session, job, args->words[0], &IID_IBackgroundCopyFile3, (void **)&file);
    if (FAILED(hr)) return hr;
    hr = IBackgroundCopyFile3_GetValidationState(file, &state);
    IBackgroundCopyFile3_Release(file);
    return FAILED(hr) ? hr : out_value(session, L"%ls", state ? L"TRUE" : L"FALSE");
}

static HRESULT set_validation_state(struct session *session, void *job,
                                    const struct arguments *args)
{
    IBackgroundCopyFile3 *file;
    BOOL state;
    HRESULT hr;

    if (!parse_bool(args->words[1], &state))
        return session_refuse(session, L"Invalid state %ls: it is TRUE or FALSE", args->words[1]);
    hr = find_job_file(session, job, args->words[0], &IID_IBackgroundCopyFile3, (void **)&file);
    if (FAILED(hr)) return hr;
    hr = IBackgroundCopyFile3_SetValidationState(file, state);
    IBackgroundCopyFile3_Release(file);
    if (SUCCEEDED(hr)) out_print(L"Validation state set to %ls.\n", state ? L"TRUE" : L"FALSE");
    return hr;
}

static HRESULT get_temporary_name(struct session *session, void *job, const struct arguments *args)
{
    IBackgroundCopyFile3 *file;
    WCHAR *name;
    HRESULT hr;

    hr = find_job_file(session, job, args->words[0], &IID_IBackgroundCopyFile3, (void **)&file);
    if (FAILED(hr)) return hr;
    hr = IBackgroundCopyFile3_GetTemporaryName(file, &name);
    IBackgroundCopyFile3_Release(file);
    if (FAILED(hr)) return hr;
    out_value(session, L"%ls", text_or_null(name));
    CoTaskMemFree(name);
    return S_OK;
}

static HRESULT get_peer_stats(struct session *session, void *job, const struct arguments *args)
{
    UINT64 from_origin, from_peers;
    IBackgroundCopyFile4 *file;
    HRESULT hr;

    hr = find_job_file(session, job, args->words[0], &IID_IBackgroundCopyFile4, (void **)&file);
    if (FAILED(hr)) return hr;
    hr = IBackgroundCopyFile4_GetPeerDownloadStats(file, &from_origin, &from_peers);
    IBackgroundCopyFile4_Release(file);
    if (FAILED(hr)) return hr;
    if (session->is_raw) return out_value(session, L"%llu %llu", from_peers, from_origin);
    out_print(L"BYTES FROM PEERS:  %llu\nBYTES FROM ORIGIN: %llu\n", from_peers, from_origin);
    return S_OK;
}

static const struct command commands[] = {
    JOB_COMMAND(L"/addfile", L"job remote local", 3, 3, IBackgroundCopyJob, add_file, L"add file",
                L"Adds a file; the local name is a full path"),
    JOB_COMMAND(L"/addfileset", L"job textfile", 2, 2, IBackgroundCopyJob, add_file_set,
                L"add files",
                L"Adds the files of a list: on each line a remote and a local name with a blank "
                L"between; lines that begin with # are left out"),
    JOB_COMMAND(L"/addfilewithranges", L"job remote local ranges", 4, 4, IBackgroundCopyJob3,
                add_file_with_ranges, L"add file",
                L"Adds parts of a file, as 0:100,2000:100,5000:eof (offset:length)"),
    JOB_COMMAND(L"/replaceremoteprefix", L"job old new", 3, 3, IBackgroundCopyJob3,
                replace_remote_prefix, L"replace remote prefix",
                L"All files whose URL begins with old get new in its place"),
    JOB_COMMAND(L"/getvalidationstate", L"job file", 2, 2, IBackgroundCopyJob, get_validation_state,
                L"get validation state", L"Whether the file is said to be good"),
    JOB_COMMAND(L"/setvalidationstate", L"job file TRUE | FALSE", 3, 3, IBackgroundCopyJob,
                set_validation_state, L"set validation state",
                L"Says that a file is good, or that it is to be fetched anew"),
    JOB_COMMAND(L"/gettemporaryname", L"job file", 2, 2, IBackgroundCopyJob, get_temporary_name,
                L"get temporary name", L"Where the file is until /COMPLETE"),
    JOB_COMMAND(L"/getpeerstats", L"job file", 2, 2, IBackgroundCopyJob, get_peer_stats,
                L"get peer statistics", L"Bytes of the file from peers and from the origin"),
};

COMMAND_TABLE(file_commands, L"Files of jobs", NULL, commands);
