/* SPDX-License-Identifier: LGPL-2.1-or-later
 *
 * The file is written under a temporary name beside its destination and renamed when it is whole.
 * The core knows the temporary name before there is such a file, so that Cancel can remove it. */
#include "transfer/upload_copy.h"

#include <stdatomic.h>
#include <stdlib.h>

#include <bitsmsg.h>

#include "base/err.h"
#include "base/str.h"
#include "base/thread.h"
#include "base/url.h"
#include "job/job_transfer.h"
#include "transfer/local_files.h"
#include "transfer/local_path.h"
#include "transfer/upload_file.h"

#define PIECE_SIZE  (1 << 20)
#define PATIENCE_MS 50 /* with a server, when it is to stop */

struct upload_copy
{
    struct job *job;
    uint32_t epoch;
    const struct upload_plan *plan;
    struct thread thread;
    atomic_bool is_stopped; /* asked by stop(), read by the thread between two pieces */

    /* The thread's own. */
    struct upload_file file;
    WCHAR *path, *temp;
    HANDLE target;
    uint64_t offset;
    char *buffer;
};

/* Whose fault a failure is, for the error's context. S_FALSE: the epoch is over. */
struct outcome
{
    HRESULT hr;
    enum error_context context;
};

static struct outcome local(HRESULT hr)
{
    return (struct outcome){hr, ERROR_CONTEXT_LOCAL_FILE};
}

static struct outcome remote(HRESULT hr)
{
    return (struct outcome){hr, ERROR_CONTEXT_REMOTE_FILE};
}

static struct outcome open_source(struct upload_copy *copy)
{
    const struct file_version *known = &copy->plan->version;
    HRESULT hr = upload_file_open(&copy->file, copy->plan->local_name, copy->plan->token);

    if (FAILED(hr)) return local(hr);
    if (known->known)
        return local(upload_file_is_same(known, &copy->file.version) ? S_OK
                                                                     : BG_E_LOCAL_FILE_CHANGED);
    return local(job_upload_opened(copy->job, copy->epoch, &copy->file.version) ? S_OK : S_FALSE);
}

/* An earlier run's, or a new one. */
static HRESULT choose_temp(struct upload_copy *copy)
{
    HRESULT hr = url_to_path(copy->plan->remote_name, &copy->path);

    if (FAILED(hr)) return hr;
    if (copy->plan->has_temp_file)
        return (copy->temp = str_dup(copy->plan->temp_name)) ? S_OK : E_OUTOFMEMORY;
    return local_file_ops.choose_temp_name(NULL, copy->path, &copy->temp);
}

static struct outcome open_target(struct upload_copy *copy)
{
    LARGE_INTEGER size;
    HRESULT hr;

    if (FAILED(hr = choose_temp(copy))) return remote(hr);
    if (!job_transfer_temp_made(copy->job, copy->epoch, 0, copy->temp)) return remote(S_FALSE);
    hr = local_path_open(copy->temp, GENERIC_READ | GENERIC_WRITE | DELETE, OPEN_ALWAYS,
                         FILE_ATTRIBUTE_HIDDEN, &copy->target);
    if (FAILED(hr))
    {
        copy->target = NULL;
        return remote(hr);
    }
    if (!job_transfer_connected(copy->job, copy->epoch)) return remote(S_FALSE);
    if (!GetFileSizeEx(copy->target, &size)) return remote(err_from_last_error());
    copy->offset = copy->plan->offset <= (uint64_t)size.QuadPart ? copy->plan->offset : 0;
    return remote(S_OK);
}

static HRESULT write_piece(struct upload_copy *copy, DWORD size)
{
    OVERLAPPED place = {.Offset = (DWORD)copy->offset, .OffsetHigh = (DWORD)(copy->offset >> 32)};
    DWORD done = 0;

    if (!WriteFile(copy->target, copy->buffer, size, &done, &place)) return err_from_last_error();
    return done == size ? S_OK : HRESULT_FROM_WIN32(ERROR_WRITE_FAULT);
}

static struct outcome copy_pieces(struct upload_copy *copy)
{
    uint64_t total = copy->file.version.size;
    HRESULT hr;

    while (copy->offset < total)
    {
        DWORD size = total - copy->offset < PIECE_SIZE ? (DWORD)(total - copy->offset) : PIECE_SIZE;

        if (atomic_load(&copy->is_stopped)) return local(S_FALSE);
        if (FAILED(hr = upload_file_read(&copy->file, copy->offset, copy->buffer, size)))
            return local(hr);
        if (FAILED(hr = write_piece(copy, size))) return remote(hr);
        if (FAILED(hr = upload_file_check(&copy->file))) return local(hr);
        copy->offset += size;
        if (!job_upload_progress(copy->job, copy->epoch, copy->offset)) return local(S_FALSE);
    }
    return local(S_OK);
}

/* Of a file that was there before the end may be too far away. */
static HRESULT end_target(struct upload_copy *copy)
{
    FILE_END_OF_FILE_INFO end = {.EndOfFile.QuadPart = (LONGLONG)copy->file.version.size};

    if (!SetFileInformationByHandle(copy->target, FileEndOfFileInfo, &end, sizeof(end)) ||
        !FlushFileBuffers(copy->target))
        return err_from_last_error();
    CloseHandle(copy->target);
    copy->target = NULL;
    /* Page "BG_FILE_INFO": shares keep time stamps. */
    return local_file_ops.publish(NULL, copy->temp, copy->path, copy->file.version.mtime);
}

static struct outcome work(struct upload_copy *copy)
{
    struct outcome result;
    HRESULT hr;

    if (!(copy->buffer = malloc(PIECE_SIZE))) return local(E_OUTOFMEMORY);
    if ((result = open_source(copy)).hr != S_OK) return result;
    if ((result = open_target(copy)).hr != S_OK) return result;
    if ((result = copy_pieces(copy)).hr != S_OK) return result;
    if (FAILED(hr = upload_file_check(&copy->file))) return local(hr);
    if (atomic_load(&copy->is_stopped)) return local(S_FALSE);
    return remote(end_target(copy));
}

static void report(struct upload_copy *copy, const struct outcome *result)
{
    struct job_error error = {result->hr, result->context, 0};

    /* A call that stop() has ended is nobody's fault. */
    if (result->hr == S_FALSE || atomic_load(&copy->is_stopped)) return;
    if (SUCCEEDED(result->hr))
        job_upload_sent(copy->job, copy->epoch, NULL);
    else if (result->hr == BG_E_LOCAL_FILE_CHANGED)
        job_upload_changed(copy->job, copy->epoch);
    else
        job_upload_failed(copy->job, copy->epoch, &error, err_is_transient(result->hr));
}

static void copy_loop(void *arg)
{
    struct upload_copy *copy = arg;
    struct outcome result = work(copy);

    if (copy->target) CloseHandle(copy->target);
    upload_file_close(&copy->file);
    report(copy, &result);
}

static void free_copy(struct upload_copy *copy)
{
    free(copy->buffer);
    free(copy->path);
    free(copy->temp);
    free(copy);
}

HRESULT upload_copy_start(struct job *job, uint32_t epoch, const struct upload_plan *plan,
                          struct upload_copy **out)
{
    struct upload_copy *copy = calloc(1, sizeof(*copy));
    HRESULT hr;

    *out = NULL;
    if (!copy) return E_OUTOFMEMORY;
    copy->job = job;
    copy->epoch = epoch;
    copy->plan = plan;
    if (FAILED(hr = thread_start(&copy->thread, copy_loop, copy, "upload copy")))
    {
        free_copy(copy);
        return hr;
    }
    *out = copy;
    return S_OK;
}

void upload_copy_stop(struct upload_copy *copy)
{
    atomic_store(&copy->is_stopped, true);
    /* The wait of this thread is one of all jobs. */
    while (WaitForSingleObject(copy->thread.native, PATIENCE_MS) == WAIT_TIMEOUT)
        CancelSynchronousIo(copy->thread.native);
    thread_join(&copy->thread);
    free_copy(copy);
}
