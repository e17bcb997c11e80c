/* SPDX-License-Identifier: LGPL-2.1-or-later
 *
 * Downloads from a scripted origin, and callers without rights. */
#include "download_fixture.h"

struct origin *origin;

void downloads_start(void)
{
    com_start(COINIT_MULTITHREADED);
    origin = origin_start(NULL);
    ok(origin != NULL, "There is no origin.\n");
    if (origin) origin_add(origin, "/small", &(struct origin_file){.size = SMALL});
}

void downloads_stop(void)
{
    com_stop();
    if (origin) origin_destroy(origin);
    origin = NULL;
}

IBackgroundCopyJob *create_download(const char *path, const WCHAR *name)
{
    IBackgroundCopyJob *job = create_job(name, BG_JOB_TYPE_DOWNLOAD);

    IBackgroundCopyJob_SetPriority(job, BG_JOB_PRIORITY_FOREGROUND);
    job_add(job, origin, path, name);
    return job;
}

void resume_(int line, const char *file, IBackgroundCopyJob *job)
{
    HRESULT hr = IBackgroundCopyJob_Resume(job);

    ok_(file, line)(hr == S_OK, "Got hr %#lx.\n", hr);
}

IBackgroundCopyJob *transfer(const char *path, const WCHAR *name)
{
    IBackgroundCopyJob *job = create_download(path, name);

    resume(job);
    wait_for_state(job, TRANSFERRED, SOON);
    return job;
}

static void give_fixed_answer(struct origin_conn *c, const struct origin_request *r, void *ctx)
{
    const struct fixed_answer *answer = ctx;

    (void)r;
    origin_sendf(c, "HTTP/1.1 %d Scripted\r\nContent-Length: 0\r\n%s\r\n", answer->status,
                 answer->headers ? answer->headers : "");
}

void answer_with(const char *path, const struct fixed_answer *answer)
{
    origin_handle(origin, path, give_fixed_answer, (void *)answer);
}

/* ---- files ---- */

IBackgroundCopyFile *file_at(IBackgroundCopyJob *job, ULONG index)
{
    IEnumBackgroundCopyFiles *files;
    IBackgroundCopyFile *file = NULL;
    HRESULT hr = IBackgroundCopyJob_EnumFiles(job, &files);

    ok(hr == S_OK, "Got hr %#lx.\n", hr);
    if (hr != S_OK) return NULL;
    if (index) IEnumBackgroundCopyFiles_Skip(files, index);
    hr = IEnumBackgroundCopyFiles_Next(files, 1, &file, NULL);
    ok(hr == S_OK, "File %lu: got hr %#lx.\n", index, hr);
    IEnumBackgroundCopyFiles_Release(files);
    return hr == S_OK ? file : NULL;
}

void file_progress(IBackgroundCopyJob *job, ULONG index, BG_FILE_PROGRESS *progress)
{
    IBackgroundCopyFile *file = file_at(job, index);
    HRESULT hr;

    ZeroMemory(progress, sizeof(*progress));
    if (!file) return;
    hr = IBackgroundCopyFile_GetProgress(file, progress);
    ok(hr == S_OK, "File %lu: got hr %#lx.\n", index, hr);
    IBackgroundCopyFile_Release(file);
}

ULONG file_count(IBackgroundCopyJob *job)
{
    IEnumBackgroundCopyFiles *files;
    ULONG count = 0xdeadbeef;
    HRESULT hr = IBackgroundCopyJob_EnumFiles(job, &files);

    ok(hr == S_OK, "Got hr %#lx.\n", hr);
    if (hr != S_OK) return 0;
    hr = IEnumBackgroundCopyFiles_GetCount(files, &count);
    ok(hr == S_OK, "Got hr %#lx.\n", hr);
    IEnumBackgroundCopyFiles_Release(files);
    return count;
}

void temporary_name(IBackgroundCopyJob *job, ULONG index, WCHAR path[MAX_PATH])
{
    IBackgroundCopyFile *file = file_at(job, index);
    IBackgroundCopyFile3 *file3;
    WCHAR *name = NULL;
    HRESULT hr;

    *path = 0;
    if (!file) return;
    hr = IBackgroundCopyFile_QueryInterface(file, &IID_IBackgroundCopyFile3, (void **)&file3);
    ok(hr == S_OK, "Got hr %#lx.\n", hr);
    IBackgroundCopyFile_Release(file);
    if (hr != S_OK) return;
    hr = IBackgroundCopyFile3_GetTemporaryName(file3, &name);
    ok(hr == S_OK && name && wcslen(name) < MAX_PATH, "Got hr %#lx, %s.\n", hr,
       wine_dbgstr_w(name));
    if (name && wcslen(name) < MAX_PATH) wcscpy(path, name);
    CoTaskMemFree(name);
    IBackgroundCopyFile3_Release(file3);
}

/* ---- jobs ---- */

bool is_in_queue(IBackgroundCopyJob *job)
{
    IBackgroundCopyJob *found;
    HRESULT hr;
    GUID id;

    hr = IBackgroundCopyJob_GetId(job, &id);
    ok(hr == S_OK, "Got hr %#lx.\n", hr);
    hr = IBackgroundCopyManager_GetJob(com_manager(), &id, &found);
    ok(hr == S_OK || hr == BG_E_NOT_FOUND, "Got hr %#lx.\n", hr);
    if (hr == S_OK) IBackgroundCopyJob_Release(found);
    return hr == S_OK;
}

ULONG error_count(IBackgroundCopyJob *job)
{
    ULONG count = 0xdeadbeef;
    HRESULT hr = IBackgroundCopyJob_GetErrorCount(job, &count);

    ok(hr == S_OK, "Got hr %#lx.\n", hr);
    return count;
}

/* ---- rights ---- */

static HANDLE create_lesser_token(void)
{
    BYTE sid[SECURITY_MAX_SID_SIZE];
    SID_AND_ATTRIBUTES disabled = {sid, 0};
    HANDLE process = NULL, lesser = NULL, token = NULL;
    DWORD size = sizeof(sid);

    if (CreateWellKnownSid(WinBuiltinAdministratorsSid, NULL, sid, &size) &&
        OpenProcessToken(GetCurrentProcess(), TOKEN_ALL_ACCESS, &process) &&
        CreateRestrictedToken(process, 0, 1, &disabled, 0, NULL, 0, NULL, &lesser))
        DuplicateTokenEx(lesser, TOKEN_ALL_ACCESS, NULL, SecurityImpersonation, TokenImpersonation,
                         &token);
    if (lesser) CloseHandle(lesser);
    if (process) CloseHandle(process);
    return token;
}

bool become_ordinary_user(void)
{
    HANDLE token;
    bool is_other;

    /* A server in another process sees the token of the process. */
    if (!target_is_ours() || is_remote(com_manager()))
    {
        skip("The server does not see the token of the thread.\n");
        return false;
    }
    token = create_lesser_token();
    is_other = token && SetThreadToken(NULL, token);
    ok(is_other, "There is no lesser token, error %lu.\n", GetLastError());
    if (token) CloseHandle(token);
    return is_other;
}

void become_oneself(void)
{
    RevertToSelf();
}
