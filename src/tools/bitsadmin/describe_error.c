/* SPDX-License-Identifier: LGPL-2.1-or-later
 *
 * What is printed about a job's error: the labels that scripts look for, and the texts of BITS. */
#include "bitsadmin.h"

HRESULT job_error_code(IBackgroundCopyJob *job)
{
    IBackgroundCopyError *error;
    BG_ERROR_CONTEXT context;
    HRESULT code = S_OK;

    if (FAILED(IBackgroundCopyJob_GetError(job, &error))) return S_OK;
    IBackgroundCopyError_GetError(error, &context, &code);
    IBackgroundCopyError_Release(error);
    return code;
}

static void print_error_file(IBackgroundCopyError *error)
{
    WCHAR *remote = NULL, *local = NULL;
    IBackgroundCopyFile *file;

    if (FAILED(IBackgroundCopyError_GetFile(error, &file)) || !file) return;
    IBackgroundCopyFile_GetRemoteName(file, &remote);
    IBackgroundCopyFile_GetLocalName(file, &local);
    out_print(L"ERROR FILE:    %ls -> %ls\n", text_or_null(remote), text_or_null(local));
    CoTaskMemFree(remote);
    CoTaskMemFree(local);
    IBackgroundCopyFile_Release(file);
}

WCHAR *error_context_text(IBackgroundCopyError *error)
{
    WCHAR *text = NULL;

    if (SUCCEEDED(IBackgroundCopyError_GetErrorContextDescription(
            error, LANGIDFROMLCID(GetUserDefaultLCID()), &text)))
        return text;
    IBackgroundCopyError_GetErrorContextDescription(
        error, MAKELANGID(LANG_ENGLISH, SUBLANG_ENGLISH_US), &text);
    return text;
}

void print_job_error(struct session *session, IBackgroundCopyJob *job, HRESULT *code)
{
    BG_ERROR_CONTEXT context = BG_ERROR_CONTEXT_NONE;
    IBackgroundCopyError *error;
    WCHAR *text;

    *code = S_OK;
    if (FAILED(IBackgroundCopyJob_GetError(job, &error))) return;
    IBackgroundCopyError_GetError(error, &context, code);
    print_error_file(error);
    text = session_error_text(session, *code);
    out_print(L"ERROR CODE:    0x%08lx - %ls\n", *code, text ? text : L"");
    CoTaskMemFree(text);
    text = error_context_text(error);
    out_print(L"ERROR CONTEXT: 0x%08x - %ls\n", context, text ? text : L"");
    CoTaskMemFree(text);
    IBackgroundCopyError_Release(error);
}
