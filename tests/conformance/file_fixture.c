/* SPDX-License-Identifier: LGPL-2.1-or-later
 *
 * Jobs with one file or two, and what their files say. */
#include "file_fixture.h"

#include <stdlib.h>

#include "harness/synthetic.h"

struct origin *origin;

static bool has_validation(void)
{
    IBackgroundCopyJob *job = create_files("/small", NULL);
    IEnumBackgroundCopyFiles *files = NULL;
    IBackgroundCopyFile3 *file3 = NULL;
    IBackgroundCopyFile *file = NULL;
    BOOL state;
    HRESULT hr;

    IBackgroundCopyJob_EnumFiles(job, &files);
    IEnumBackgroundCopyFiles_Next(files, 1, &file, NULL);
    hr = IBackgroundCopyFile_QueryInterface(file, &IID_IBackgroundCopyFile3, (void **)&file3);
    if (SUCCEEDED(hr)) hr = IBackgroundCopyFile3_GetValidationState(file3, &state);
    if (file3) IBackgroundCopyFile3_Release(file3);
    IBackgroundCopyFile_Release(file);
    IEnumBackgroundCopyFiles_Release(files);
    end_job(job);
    ok(hr == S_OK || !target_is_ours(), "Got hr %#lx.\n", hr);
    return hr == S_OK;
}

bool files_start(void)
{
    com_start(COINIT_MULTITHREADED);
    origin = origin_start(NULL);
    ok(origin != NULL, "There is no origin.\n");
    if (!origin) return false;
    origin_add(origin, "/small", &(struct origin_file){.size = SMALL});
    origin_add(origin, "/held", &(struct origin_file){.size = SMALL});
    origin_hold_after(origin, "/held", 0);
    if (has_validation()) return true;
    skip("Files have no validation.\n");
    return false;
}

void files_stop(void)
{
    com_stop();
    if (origin) origin_destroy(origin);
    origin = NULL;
}

IBackgroundCopyFile4 *file_of(IBackgroundCopyJob *job, ULONG index)
{
    IBackgroundCopyFile4 *file4 = NULL;
    IEnumBackgroundCopyFiles *files;
    IBackgroundCopyFile *file = NULL;
    HRESULT hr;

    hr = IBackgroundCopyJob_EnumFiles(job, &files);
    ok(hr == S_OK, "Got hr %#lx.\n", hr);
    if (hr != S_OK) return NULL;
    if (index) IEnumBackgroundCopyFiles_Skip(files, index);
    hr = IEnumBackgroundCopyFiles_Next(files, 1, &file, NULL);
    ok(hr == S_OK, "Got hr %#lx.\n", hr);
    IEnumBackgroundCopyFiles_Release(files);
    if (hr != S_OK) return NULL;
    hr = IBackgroundCopyFile_QueryInterface(file, &IID_IBackgroundCopyFile4, (void **)&file4);
    ok(hr == S_OK, "Got hr %#lx.\n", hr);
    IBackgroundCopyFile_Release(file);
    return file4;
}

IBackgroundCopyJob *create_files(const char *path, const char *path2)
{
    IBackgroundCopyJob *job = create_job(L"files", BG_JOB_TYPE_DOWNLOAD);

    IBackgroundCopyJob_SetPriority(job, BG_JOB_PRIORITY_FOREGROUND);
    job_add(job, origin, path, L"first");
    if (path2) job_add(job, origin, path2, L"second");
    return job;
}

void resume(IBackgroundCopyJob *job)
{
    HRESULT hr = IBackgroundCopyJob_Resume(job);

    ok(hr == S_OK, "Got hr %#lx.\n", hr);
}

IBackgroundCopyJob *transfer(const char *path)
{
    IBackgroundCopyJob *job = create_files(path, NULL);

    resume(job);
    wait_for_state(job, TRANSFERRED, SOON);
    return job;
}

UINT64 bytes_of(IBackgroundCopyFile4 *file)
{
    BG_FILE_PROGRESS progress = {0};
    HRESULT hr = IBackgroundCopyFile4_GetProgress(file, &progress);

    ok(hr == S_OK, "Got hr %#lx.\n", hr);
    return progress.BytesTransferred;
}

void temp_name_of(IBackgroundCopyFile4 *file, WCHAR name[MAX_PATH])
{
    WCHAR *text = NULL;
    HRESULT hr = IBackgroundCopyFile4_GetTemporaryName(file, &text);

    *name = 0;
    ok(hr == S_OK, "Got hr %#lx.\n", hr);
    ok(text && wcslen(text) < MAX_PATH, "Got %s.\n", wine_dbgstr_w(text));
    if (text && wcslen(text) < MAX_PATH) wcscpy(name, text);
    CoTaskMemFree(text);
}

HANDLE open_shared(const WCHAR *name, DWORD share)
{
    HANDLE file = CreateFileW(name, GENERIC_READ, share, NULL, OPEN_EXISTING, 0, NULL);

    ok(file != INVALID_HANDLE_VALUE, "Could not open %s, error %lu.\n", wine_dbgstr_w(name),
       GetLastError());
    return file;
}

void check_content_(int line, const char *file_name, const WCHAR *name, UINT64 size,
                    unsigned int version)
{
    HANDLE file = open_shared(name, FILE_SHARE_READ | FILE_SHARE_WRITE | FILE_SHARE_DELETE);
    char *buffer = malloc((size_t)size);
    DWORD got = 0;
    size_t good;

    if (!buffer) abort();
    ok_(file_name, line)(ReadFile(file, buffer, (DWORD)size, &got, NULL), "Got error %lu.\n",
                         GetLastError());
    ok_(file_name, line)(got == size, "Got %lu bytes.\n", got);
    good = synthetic_check(version, 0, buffer, got);
    ok_(file_name, line)(good == got, "Byte %zu is wrong.\n", good);
    free(buffer);
    CloseHandle(file);
}
