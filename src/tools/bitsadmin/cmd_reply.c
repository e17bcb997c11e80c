/* SPDX-License-Identifier: LGPL-2.1-or-later
 *
 * The reply to an upload. */
#include "command.h"

#include <stdio.h>
#include <wchar.h>

#define DUMP_BYTES 16

static HRESULT get_file_name(struct session *session, void *job, const struct arguments *args)
{
    WCHAR *name = NULL;
    HRESULT hr = IBackgroundCopyJob2_GetReplyFileName((IBackgroundCopyJob2 *)job, &name);

    (void)args;
    if (FAILED(hr)) return hr;
    out_value(session, L"%ls", text_or_null(name));
    CoTaskMemFree(name);
    return S_OK;
}

static HRESULT set_file_name(struct session *session, void *job, const struct arguments *args)
{
    const WCHAR *name = null_word(args->words[0]);
    HRESULT hr = IBackgroundCopyJob2_SetReplyFileName((IBackgroundCopyJob2 *)job, name);

    (void)session;
    if (SUCCEEDED(hr)) out_print(L"Reply file name set to %ls.\n", name ? name : L"NULL");
    return hr;
}

static HRESULT get_progress(struct session *session, void *job, const struct arguments *args)
{
    BG_JOB_REPLY_PROGRESS progress = {0, 0};
    HRESULT hr = IBackgroundCopyJob2_GetReplyProgress((IBackgroundCopyJob2 *)job, &progress);
    WCHAR total[24];

    (void)args;
    if (FAILED(hr)) return hr;
    format_size(progress.BytesTotal, total);
    return out_value(session, L"%llu / %ls", progress.BytesTransferred, total);
}

static void print_row(UINT64 offset, const BYTE *bytes, unsigned int count)
{
    out_print(L"%08llx ", offset);
    for (unsigned int i = 0; i < DUMP_BYTES; i++)
        if (i < count)
            out_print(L" %02x", bytes[i]);
        else
            out_print(L"   ");
    out_print(L"  ");
    for (unsigned int i = 0; i < count; i++)
        out_print(L"%lc", bytes[i] >= ' ' && bytes[i] <= '~' ? bytes[i] : '.');
    out_print(L"\n");
}

static HRESULT get_data(struct session *session, void *job, const struct arguments *args)
{
    BYTE *bytes = NULL;
    UINT64 size = 0;
    HRESULT hr = IBackgroundCopyJob2_GetReplyData((IBackgroundCopyJob2 *)job, &bytes, &size);

    (void)args;
    if (FAILED(hr)) return hr;
    for (UINT64 i = 0; bytes && i < size; i += DUMP_BYTES)
        print_row(i, bytes + i, (unsigned int)min(size - i, DUMP_BYTES));
    if (!session->is_raw) out_print(L"%llu byte(s).\n", bytes ? size : 0);
    CoTaskMemFree(bytes);
    return S_OK;
}

static const struct command commands[] = {
    JOB_COMMAND(L"/getreplyfilename", L"job", 1, 1, IBackgroundCopyJob2, get_file_name,
                L"get reply file name", L"Where the reply is saved"),
    JOB_COMMAND(L"/setreplyfilename", L"job file-name", 2, 2, IBackgroundCopyJob2, set_file_name,
                L"set reply file name", L"A full path; NULL for one beside the file"),
    JOB_COMMAND(L"/getreplyprogress", L"job", 1, 1, IBackgroundCopyJob2, get_progress,
                L"get reply progress", L"Bytes of the reply"),
    JOB_COMMAND(L"/getreplydata", L"job", 1, 1, IBackgroundCopyJob2, get_data, L"get reply data",
                L"The reply, in hexadecimal"),
};

COMMAND_TABLE(reply_commands, L"Replies to uploads (UPLOAD-REPLY)", NULL, commands);
