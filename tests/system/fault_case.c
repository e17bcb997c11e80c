/* SPDX-License-Identifier: LGPL-2.1-or-later
 *
 * How a row is run and what is checked of each: the state, the error, the bytes on the disk, the
 * requests, the names beside the destination, and that the job goes on afterwards. */
#include "fault_case.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <wchar.h>

#include "harness/synthetic.h"

#define BATCH 64

#define STOPPED (FAILED_STATES | TRANSFERRED)

struct running
{
    const struct fault_case *row;
    struct origin *origin;
    IBackgroundCopyJob *job;
    char path[32];
    WCHAR name[16];
    BG_JOB_STATE state;
    UINT64 kept;
    bool is_recovering;
};

/* ---- jobs ---- */

IBackgroundCopyJob *create_download(const struct origin *o, const char *path, const WCHAR *name,
                                    bool is_foreground)
{
    IBackgroundCopyJob *job = create_job(name, BG_JOB_TYPE_DOWNLOAD);
    HRESULT hr;

    job_add(job, o, path, name);
    if (is_foreground)
    {
        hr = IBackgroundCopyJob_SetPriority(job, BG_JOB_PRIORITY_FOREGROUND);
        ok(hr == S_OK, "Got hr %#lx.\n", hr);
    }
    return job;
}

void resume_job(IBackgroundCopyJob *job)
{
    HRESULT hr = IBackgroundCopyJob_Resume(job);

    ok(hr == S_OK, "Got hr %#lx.\n", hr);
}

UINT64 bytes_transferred(IBackgroundCopyJob *job)
{
    BG_JOB_PROGRESS progress;

    job_progress(job, &progress);
    return progress.BytesTransferred;
}

static IBackgroundCopyFile3 *get_file(IBackgroundCopyJob *job, ULONG index)
{
    IEnumBackgroundCopyFiles *files = NULL;
    IBackgroundCopyFile *file = NULL;
    IBackgroundCopyFile3 *file3 = NULL;

    if (FAILED(IBackgroundCopyJob_EnumFiles(job, &files))) return NULL;
    IEnumBackgroundCopyFiles_Skip(files, index);
    if (IEnumBackgroundCopyFiles_Next(files, 1, &file, NULL) == S_OK)
    {
        IBackgroundCopyFile_QueryInterface(file, &IID_IBackgroundCopyFile3, (void **)&file3);
        IBackgroundCopyFile_Release(file);
    }
    IEnumBackgroundCopyFiles_Release(files);
    return file3;
}

WCHAR *temporary_name(IBackgroundCopyJob *job, ULONG index, WCHAR path[MAX_PATH])
{
    IBackgroundCopyFile3 *file = get_file(job, index);
    WCHAR *name = NULL;

    *path = 0;
    ok(file != NULL, "There is no file %lu.\n", index);
    if (!file) return path;
    if (IBackgroundCopyFile3_GetTemporaryName(file, &name) == S_OK && wcslen(name) < MAX_PATH)
        wcscpy(path, name);
    ok(*path, "There is no temporary name.\n");
    CoTaskMemFree(name);
    IBackgroundCopyFile3_Release(file);
    return path;
}

void check_kept_bytes(IBackgroundCopyJob *job, ULONG index, UINT64 bytes, unsigned int version)
{
    WCHAR path[MAX_PATH];
    char *buffer = malloc(65536);
    UINT64 offset = 0;
    HANDLE file;

    if (!buffer) abort();
    file = CreateFileW(temporary_name(job, index, path), GENERIC_READ,
                       FILE_SHARE_READ | FILE_SHARE_WRITE | FILE_SHARE_DELETE, NULL, OPEN_EXISTING,
                       0, NULL);
    ok(file != INVALID_HANDLE_VALUE || !bytes, "%s is not there.\n", wine_dbgstr_w(path));
    while (file != INVALID_HANDLE_VALUE && offset < bytes)
    {
        DWORD got = 0, size = bytes - offset < 65536 ? (DWORD)(bytes - offset) : 65536;
        size_t good;

        if (!ReadFile(file, buffer, size, &got, NULL) || !got) break;
        good = synthetic_check(version, offset, buffer, got);
        offset += good;
        if (good < got) break;
    }
    ok(file == INVALID_HANDLE_VALUE || offset == bytes, "Only %llu of %llu bytes are right.\n",
       (unsigned long long)offset, (unsigned long long)bytes);
    if (file != INVALID_HANDLE_VALUE) CloseHandle(file);
    free(buffer);
}

void complete_download(IBackgroundCopyJob *job, const WCHAR *name, UINT64 size,
                       unsigned int version)
{
    WCHAR path[MAX_PATH], temporary[MAX_PATH];
    HRESULT hr;

    temporary_name(job, 0, temporary);
    ok(!file_exists(temp_path(name, path)), "The destination is there before Complete.\n");
    hr = IBackgroundCopyJob_Complete(job);
    ok(hr == S_OK, "Got hr %#lx.\n", hr);
    verify_file(path, size, version);
    ok(!file_exists(temporary), "%s is left.\n", wine_dbgstr_w(temporary));
    DeleteFileW(path);
}

void check_last_range(struct origin *o, const char *path, uint64_t begin, uint64_t end)
{
    struct origin_entry entry, last = {0};

    for (size_t i = 0; origin_journal_get(o, path, i, &entry); i++)
        if (!strcmp(entry.method, "GET")) last = entry;
    ok(last.range_count == 1 && last.range.begin == begin && last.range.end == end,
       "The last GET is for [%llu, %llu), not [%llu, %llu).\n",
       (unsigned long long)last.range.begin, (unsigned long long)last.range.end,
       (unsigned long long)begin, (unsigned long long)end);
}

/* ---- errors ---- */

static void check_error_file(int line, const char *name, IBackgroundCopyError *error,
                             BG_ERROR_CONTEXT context)
{
    IBackgroundCopyFile *file = NULL;
    WCHAR *text = NULL;
    HRESULT hr;

    hr = IBackgroundCopyError_GetFile(error, &file);
    ok_(name, line)(hr == S_OK, "GetFile answers %#lx.\n", hr);
    if (SUCCEEDED(hr)) IBackgroundCopyFile_Release(file);
    hr = IBackgroundCopyError_GetProtocol(error, &text);
    ok_(name, line)(context == BG_ERROR_CONTEXT_REMOTE_FILE
                        ? hr == S_OK && !wcscmp(text, L"http")
                        : hr == BG_E_PROTOCOL_NOT_AVAILABLE && !text,
                    "GetProtocol answers %#lx, %s.\n", hr, wine_dbgstr_w(text));
    if (SUCCEEDED(hr)) CoTaskMemFree(text);
}

static void check_error_texts(int line, const char *name, IBackgroundCopyError *error)
{
    DWORD english = MAKELANGID(LANG_ENGLISH, SUBLANG_ENGLISH_US);
    WCHAR *text = NULL;
    HRESULT hr;

    hr = IBackgroundCopyError_GetErrorDescription(error, english, &text);
    ok_(name, line)(hr == S_OK && wcslen(text) > 10, "No description, hr %#lx.\n", hr);
    if (SUCCEEDED(hr)) CoTaskMemFree(text);
    hr = IBackgroundCopyError_GetErrorContextDescription(error, english, &text);
    ok_(name, line)(hr == S_OK && wcslen(text) > 10, "No description of the context, hr %#lx.\n",
                    hr);
    if (SUCCEEDED(hr)) CoTaskMemFree(text);
}

void check_job_error_(int line, const char *file, IBackgroundCopyJob *job, HRESULT code,
                      BG_ERROR_CONTEXT context)
{
    IBackgroundCopyError *error = NULL;
    BG_ERROR_CONTEXT found = BG_ERROR_CONTEXT_NONE;
    HRESULT hr, got = S_OK;

    hr = IBackgroundCopyJob_GetError(job, &error);
    ok_(file, line)(hr == S_OK, "GetError answers %#lx.\n", hr);
    if (FAILED(hr)) return;
    IBackgroundCopyError_GetError(error, &found, &got);
    ok_(file, line)(got == code && found == context,
                    "Got error %#lx in context %u, expected %#lx in %u.\n", got, found, code,
                    context);
    check_error_file(line, file, error, context);
    check_error_texts(line, file, error);
    IBackgroundCopyError_Release(error);
}

/* ---- rows ---- */

/* The id stands before the colon. */
static void claim_row(const char *row)
{
    char id[8];

    snprintf(id, sizeof(id), "%.*s", (int)strcspn(row, ":"), row);
    withstands(id);
}

static void start_row(struct running *run)
{
    static unsigned int index;
    const struct fault_case *row = run->row;
    struct origin_fault_use use = row->use;

    claim_row(row->row);
    snprintf(run->path, sizeof(run->path), "/row/%u", ++index);
    swprintf(run->name, ARRAY_SIZE(run->name), L"%u.bin", index);
    if (row->cut && !use.after) use.after = 1;
    if (!row->fault)
        origin_add(run->origin, run->path, &use.file);
    else
        ok(origin_add_fault(run->origin, run->path, row->fault, &use), "There is no fault %s.\n",
           row->fault);
    if (row->cut) origin_cut_after(run->origin, run->path, row->cut, 0, 1);
    run->job = create_download(run->origin, run->path, run->name, !row->is_background);
    resume_job(run->job);
}

static bool is_any_stopped(void *ctx)
{
    struct running *run = ctx;

    run->state = job_state(run->job);
    return STATE_BIT(run->state) & STOPPED;
}

static void wait_until_stopped(struct running *run)
{
    ok(com_wait_for(is_any_stopped, run, FAULT_WAIT_MS), "Still %s.\n", state_name(run->state));
}

static void check_cut(struct running *run)
{
    UINT64 got;

    wait_until_stopped(run);
    ok(run->state == BG_JOB_STATE_TRANSIENT_ERROR, "After the cut: %s.\n", state_name(run->state));
    got = bytes_transferred(run->job);
    ok(got == run->row->cut, "%llu bytes are there after the cut.\n", (unsigned long long)got);
    resume_job(run->job);
}

static uint64_t bytes_of_others(const struct fault_case *row)
{
    return row->is_started_over ? 0 : row->cut;
}

/* The server is well again. */
static void recover(struct running *run)
{
    origin_add(run->origin, run->path, &run->row->use.file);
    resume_job(run->job);
    run->is_recovering = true;
}

static void check_stopped_row(struct running *run)
{
    const struct fault_case *row = run->row;
    UINT64 expected = bytes_of_others(row) + row->received;
    WCHAR path[MAX_PATH];

    run->kept = bytes_transferred(run->job);
    ok(run->state == (row->end == FAULT_FATAL ? BG_JOB_STATE_ERROR : BG_JOB_STATE_TRANSIENT_ERROR),
       "The job is %s.\n", state_name(run->state));
    if (STATE_BIT(run->state) & FAILED_STATES)
        check_job_error(run->job, row->code, BG_ERROR_CONTEXT_REMOTE_FILE);
    ok(row->is_at_most ? run->kept <= expected : run->kept == expected, "%llu bytes are kept.\n",
       (unsigned long long)run->kept);
    check_kept_bytes(run->job, 0, run->kept, row->use.file.version);
    ok(!file_exists(temp_path(run->name, path)), "The destination is there.\n");
    if (!row->is_cancelled) recover(run);
}

static void check_requests(struct running *run)
{
    size_t count = origin_journal_count(run->origin, run->path), limit = run->row->requests;

    if (!limit) limit = run->row->cut ? 3 : 2;
    ok(count <= limit, "%u requests.\n", (unsigned int)count);
}

static void stop_row(struct running *run)
{
    if (run->row->cut) check_cut(run);
    wait_until_stopped(run);
    ok(!run->row->fault || origin_fault_hits(run->origin, run->path), "It was not met.\n");
    check_requests(run);
    if (run->row->end == FAULT_SURVIVED)
        ok(run->state == BG_JOB_STATE_TRANSFERRED, "The job is %s, error %#lx.\n",
           state_name(run->state), job_error(run->job, NULL));
    else
        check_stopped_row(run);
}

static void end_row(struct running *run)
{
    const struct origin_file *file = &run->row->use.file;

    if (run->is_recovering)
    {
        wait_until_stopped(run);
        ok(run->state == BG_JOB_STATE_TRANSFERRED, "Afterwards: %s.\n", state_name(run->state));
        if (file->size > run->kept) check_last_range(run->origin, run->path, run->kept, file->size);
    }
    if (run->state == BG_JOB_STATE_TRANSFERRED)
        complete_download(run->job, run->name, file->size, file->version);
    end_job(run->job);
}

static void for_each_row(struct running *runs, size_t count, void (*fn)(struct running *run))
{
    for (size_t i = 0; i < count; i++)
    {
        winetest_push_context("%s", runs[i].row->row);
        fn(&runs[i]);
        winetest_pop_context();
    }
}

static void run_batch(struct origin *o, const struct fault_case *cases, size_t count)
{
    unsigned int files = temp_file_count();
    struct running runs[BATCH];

    for (size_t i = 0; i < count; i++)
        runs[i] = (struct running){.origin = o, .row = &cases[i]};
    for_each_row(runs, count, start_row);
    for_each_row(runs, count, stop_row);
    for_each_row(runs, count, end_row);
    ok(temp_file_count() == files, "%u files are left.\n", temp_file_count() - files);
}

void run_fault_cases(struct origin *o, const struct fault_case *cases, size_t count)
{
    for (size_t i = 0; i < count; i += BATCH)
        run_batch(o, cases + i, count - i < BATCH ? count - i : BATCH);
}
