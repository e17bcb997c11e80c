/* SPDX-License-Identifier: LGPL-2.1-or-later
 *
 * The files of a job: names, version, bytes and the sums over them, which are kept up to date so
 * that GetProgress costs the same for one file and for ten thousand. */
#include <stdlib.h>
#include <string.h>

#include "base/str.h"
#include "base/url.h"
#include "bitsmsg.h"
#include "job/job_private.h"

/* Bytes; after a kill a smaller one may be fetched anew. Of a larger one the bytes on the disk are
 * of use only when it is known to which version they belong. */
#define LARGE_FILE 1048576

HRESULT job_file_create(const struct queue *queue, const struct new_file *names,
                        struct job_file **out)
{
    const struct file_ops *ops = queue->ports.files;
    struct job_file *file;
    HRESULT hr;

    *out = NULL;
    if (!(file = calloc(1, sizeof(*file)))) return E_OUTOFMEMORY;
    range_set_init(&file->have);
    list_init(&file->unsaved_link);
    if (!(file->remote_name = str_dup(names->remote_name)) ||
        !(file->local_name = str_dup(names->local_name)))
        hr = E_OUTOFMEMORY;
    else
        hr = ops->choose_temp_name(queue->ports.files_ctx, file->local_name, &file->temp_name);
    if (FAILED(hr))
    {
        job_file_destroy(file);
        return hr;
    }
    *out = file;
    return S_OK;
}

void job_file_destroy(struct job_file *file)
{
    range_set_done(&file->have);
    free(file->remote_name);
    free(file->local_name);
    free(file->temp_name);
    free(file);
}

/* ---- adding ---- */

static size_t directory_len(const WCHAR *path)
{
    size_t len = str_len(path);

    while (len && path[len - 1] != '\\' && path[len - 1] != '/')
        len--;
    return len;
}

static bool is_same_directory(const WCHAR *a, const WCHAR *b)
{
    size_t len = directory_len(a);

    return len == directory_len(b) && !memcmp(a, b, len * sizeof(*a));
}

static HRESULT check_names(const struct job *job, const struct new_file *file,
                           const WCHAR *previous_local)
{
    const struct queue *queue = job->queue;
    const struct file_ops *ops = queue->ports.files;
    HRESULT hr;

    if (!file->remote_name || !file->local_name) return E_INVALIDARG;
    if (FAILED(hr = url_check_remote(file->remote_name))) return hr;
    /* Page "BG_FILE_INFO": a share gives no reply. */
    if (job->type == JOB_TYPE_UPLOAD_REPLY && url_scheme_of(file->remote_name) == URL_FILE)
        return E_INVALIDARG;
    if (FAILED(hr = url_check_local(file->local_name))) return hr;
    /* Files mostly come by the folder: ask once for each. */
    if (previous_local && is_same_directory(previous_local, file->local_name)) return S_OK;
    return ops->check_directory(queue->ports.files_ctx, file->local_name);
}

static void destroy_files(struct job_file **files, uint32_t count)
{
    for (uint32_t i = 0; i < count; i++)
        if (files[i]) job_file_destroy(files[i]);
    free(files);
}

static HRESULT make_files(const struct job *job, const struct new_file *names, uint32_t count,
                          struct job_file ***out)
{
    struct job_file **files;
    HRESULT hr = S_OK;

    *out = NULL;
    if (!(files = calloc(count, sizeof(*files)))) return E_OUTOFMEMORY;
    for (uint32_t i = 0; i < count && SUCCEEDED(hr); i++)
    {
        hr = check_names(job, &names[i], i ? names[i - 1].local_name : NULL);
        if (SUCCEEDED(hr)) hr = job_file_create(job->queue, &names[i], &files[i]);
    }
    if (FAILED(hr))
    {
        destroy_files(files, count);
        return hr;
    }
    *out = files;
    return S_OK;
}

static HRESULT check_file_limits(const struct job *job, uint32_t count)
{
    if (job->type != JOB_TYPE_DOWNLOAD)
        return job->file_count + (uint64_t)count > 1 ? BG_E_TOO_MANY_FILES : S_OK;
    if (job->file_count + (uint64_t)count >= JOB_NO_FILE) return BG_E_TOO_MANY_FILES_IN_JOB;
    if (access_is_exempt_from_limits(&job->owner)) return S_OK;
    return job->file_count + (uint64_t)count > job->queue->settings.max_files_per_job
               ? BG_E_TOO_MANY_FILES_IN_JOB
               : S_OK;
}

HRESULT job_reserve_files(struct job *job, uint32_t count)
{
    uint32_t needed = job->file_count + count, capacity = job->file_capacity;
    struct job_file **files;

    if (needed <= capacity) return S_OK;
    if (capacity < needed / 2)
        capacity = needed;
    else
        capacity = capacity ? capacity * 2 : 1;
    if (capacity < needed) capacity = needed;
    if (!(files = realloc(job->files, capacity * sizeof(*files)))) return E_OUTOFMEMORY;
    job->files = files;
    job->file_capacity = capacity;
    return S_OK;
}

HRESULT job_add_files(struct job *job, const struct new_file *names, uint32_t count)
{
    struct job_file **files;
    HRESULT hr;

    if (!names || !count) return E_INVALIDARG;

    /* Refuse what can be refused before the disk is asked. */
    if (FAILED(hr = job_lock_for_change(job))) return hr;
    hr = check_file_limits(job, count);
    queue_unlock(job->queue);
    if (FAILED(hr)) return hr;
    if (FAILED(hr = make_files(job, names, count, &files))) return hr;

    if (SUCCEEDED(hr = job_lock_for_change(job)))
    {
        if (SUCCEEDED(hr = check_file_limits(job, count)) &&
            SUCCEEDED(hr = job_reserve_files(job, count)))
        {
            for (uint32_t i = 0; i < count; i++)
            {
                files[i]->index = job->file_count;
                job->files[job->file_count++] = files[i];
                job_mark_file(job, files[i], true);
                files[i] = NULL;
            }
            job->files_unsized += count;
            job_touch(job);
            hr = queue_save(job->queue);
        }
        queue_unlock(job->queue);
    }
    destroy_files(files, count);
    return hr;
}

/* ---- bytes ---- */

void job_add_size(struct job *job, uint64_t size)
{
    job->bytes_total += size;
    if (job->bytes_total < size) job->bytes_carry++;
}

static void subtract_size(struct job *job, uint64_t size)
{
    if (job->bytes_total < size) job->bytes_carry--;
    job->bytes_total -= size;
}

void job_file_set_version(struct job *job, struct job_file *file,
                          const struct file_version *version)
{
    if (file->version.known)
        subtract_size(job, file->version.size);
    else
        job->files_unsized--;
    file->version = *version;
    file->version.known = true;
    job_add_size(job, version->size);
    job_mark_file(job, file, false);
    if (version->size > LARGE_FILE) job_mark_soon(job, UNSAVED_FILES);
}

void job_file_start_over(struct job *job, uint32_t index)
{
    struct job_file *file = job->files[index];

    job->bytes_done -= range_set_total(&file->have);
    range_set_clear(&file->have);
    file->sum = (struct file_sum){0};
    if (file->version.known)
    {
        subtract_size(job, file->version.size);
        job->files_unsized++;
        file->version = (struct file_version){0};
    }
    file->sources = (struct file_sources){0};
    file->generation++;
    file->is_restored = false;
    file->is_valid = false;
    file->is_published = false;
    if (file->is_done)
    {
        file->is_done = false;
        job->files_done--;
    }
    if (file->is_untold)
    {
        file->is_untold = false;
        job->files_untold--;
    }
    if (index < job->first_open) job->first_open = index;
    job_mark_file(job, file, false);
}

HRESULT job_file_add_bytes(struct job *job, struct job_file *file, uint64_t begin, uint64_t end,
                           bool is_from_peer)
{
    uint64_t before = range_set_total(&file->have), added;
    HRESULT hr;

    if (FAILED(hr = range_set_add(&file->have, begin, end))) return hr;
    added = range_set_total(&file->have) - before;
    job->bytes_done += added;
    if (is_from_peer)
        file->sources.from_peers += added;
    else
        file->sources.from_origin += added;
    job_mark_file(job, file, false);
    return S_OK;
}

void job_file_mark_done(struct job *job, uint32_t index)
{
    struct job_file *file = job->files[index];

    if (file->is_done) return;
    file->is_done = true;
    job->files_done++;
    file->is_untold = true;
    job->files_untold++;
    if (index < job->first_untold) job->first_untold = index;
    job_mark_file(job, file, false);
}

uint32_t job_next_file(struct job *job)
{
    while (job->first_open < job->file_count && job->files[job->first_open]->is_done)
        job->first_open++;
    return job->first_open < job->file_count ? job->first_open : JOB_NO_FILE;
}

/* ---- what the fronts ask ---- */

uint32_t job_file_count(struct job *job)
{
    uint32_t count;

    queue_lock(job->queue);
    count = job->file_count;
    queue_unlock(job->queue);
    return count;
}

HRESULT job_file_get_remote_name(struct job *job, uint32_t index, WCHAR **name)
{
    queue_lock(job->queue);
    *name = str_dup(job->files[index]->remote_name);
    queue_unlock(job->queue);
    return *name ? S_OK : E_OUTOFMEMORY;
}

HRESULT job_file_get_local_name(struct job *job, uint32_t index, WCHAR **name)
{
    queue_lock(job->queue);
    *name = str_dup(job->files[index]->local_name);
    queue_unlock(job->queue);
    return *name ? S_OK : E_OUTOFMEMORY;
}

HRESULT job_file_get_temp_name(struct job *job, uint32_t index, WCHAR **name)
{
    queue_lock(job->queue);
    *name = str_dup(job->files[index]->temp_name);
    queue_unlock(job->queue);
    return *name ? S_OK : E_OUTOFMEMORY;
}

void job_file_get_progress(struct job *job, uint32_t index, struct file_progress *progress)
{
    const struct job_file *file;

    queue_lock(job->queue);
    file = job->files[index];
    progress->bytes_total = file->version.known ? file->version.size : JOB_SIZE_UNKNOWN;
    progress->bytes_transferred = range_set_total(&file->have);
    progress->completed = file->is_published;
    queue_unlock(job->queue);
}

void job_file_get_sources(struct job *job, uint32_t index, struct file_sources *sources)
{
    queue_lock(job->queue);
    *sources = job->files[index]->sources;
    queue_unlock(job->queue);
}

/* Content of a peer is fetched again from the origin; content of the origin that the client refuses
 * is the job's failure. */
static HRESULT reject_file(struct job *job, uint32_t index)
{
    struct job_file *file = job->files[index];
    bool is_from_peer = file->sources.from_peers != 0;

    job_file_start_over(job, index);
    if (is_from_peer)
    {
        file->is_origin_only = true;
        return job_apply(job, EV_REFETCH);
    }
    job->error = (struct job_error){BG_E_VALIDATION_FAILED, ERROR_CONTEXT_REMOTE_FILE, index};
    return job_apply(job, EV_REJECT);
}

HRESULT job_file_set_validation(struct job *job, uint32_t index, bool is_valid)
{
    struct file_version judged;
    struct job_file *file;
    HRESULT hr;

    if (FAILED(hr = job_lock_for_change(job))) return hr;
    file = job->files[index];
    judged = file->version;
    if (!file->is_done)
        hr = E_PENDING;
    else if (is_valid)
        file->is_valid = true;
    else
        hr = reject_file(job, index);
    if (SUCCEEDED(hr))
    {
        job_mark_file(job, file, false);
        job_touch(job);
        hr = queue_save(job->queue);
    }
    if (SUCCEEDED(hr) && is_valid)
        job_file_is_good(job, file);
    else if (SUCCEEDED(hr))
        job_file_is_bad(job, file, &judged);
    queue_unlock(job->queue);
    return hr;
}

bool job_file_get_validation(struct job *job, uint32_t index)
{
    bool is_valid;

    queue_lock(job->queue);
    is_valid = job->files[index]->is_valid;
    queue_unlock(job->queue);
    return is_valid;
}
