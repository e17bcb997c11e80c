/* SPDX-License-Identifier: LGPL-2.1-or-later
 *
 * Files come into a job: names, limits, and the parts that are wanted of them. */
#include <stdlib.h>
#include <string.h>

#include "base/str.h"
#include "base/url.h"
#include "bitsmsg.h"
#include "job/job_private.h"

void job_file_destroy(struct job_file *file)
{
    range_set_done(&file->have);
    range_set_done(&file->untold_ranges);
    file_wishes_done(&file->wishes);
    file_ranges_release(file->ranges);
    free(file->remote_name);
    free(file->headers);
    free(file->content_name);
    free(file->local_name);
    free(file->temp_name);
    free(file);
}

HRESULT job_file_create(const struct queue *queue, const struct new_file *names,
                        struct job_file **out)
{
    const struct file_ops *ops = queue->ports.files;
    struct job_file *file;
    HRESULT hr;

    *out = NULL;
    if (!(file = calloc(1, sizeof(*file)))) return E_OUTOFMEMORY;
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
    /* It is read, and its folder left alone. */
    if (job->upload) return S_OK;
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

/* Takes over those that it adds. */
static HRESULT put_files(struct job *job, struct job_file **files, uint32_t count)
{
    HRESULT hr;

    if (FAILED(hr = job_lock_for_change(job))) return hr;
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
    return hr;
}

/* Refuses what can be refused before the disk is asked. */
static HRESULT check_early(struct job *job, uint32_t files, uint32_t ranges)
{
    HRESULT hr;

    if (FAILED(hr = job_lock_for_change(job))) return hr;
    hr = check_file_limits(job, files);
    if (SUCCEEDED(hr) && ranges > job->queue->settings.max_ranges_per_file &&
        !access_is_exempt_from_limits(&job->owner))
        hr = BG_E_TOO_MANY_RANGES_IN_FILE;
    queue_unlock(job->queue);
    return hr;
}

HRESULT job_add_files(struct job *job, const struct new_file *names, uint32_t count)
{
    struct job_file **files;
    HRESULT hr;

    if (!names || !count) return E_INVALIDARG;
    if (FAILED(hr = check_early(job, count, 0))) return hr;
    if (FAILED(hr = make_files(job, names, count, &files))) return hr;
    hr = put_files(job, files, count);
    destroy_files(files, count);
    return SUCCEEDED(hr) ? job_reply_name_default(job) : hr;
}

HRESULT job_add_file_with_ranges(struct job *job, const struct new_file *names,
                                 const struct file_range *items, uint32_t count)
{
    struct file_ranges *ranges;
    struct job_file **files;
    HRESULT hr;

    if (job->type != JOB_TYPE_DOWNLOAD) return E_NOTIMPL;
    if (!names->remote_name || !names->local_name || !items || !count) return E_INVALIDARG;
    /* Before anything is done about so many of them. */
    if (FAILED(hr = check_early(job, 1, count))) return hr;
    if (FAILED(hr = file_ranges_create(items, count, &ranges))) return hr;
    if (url_scheme_of(names->remote_name) == URL_FILE)
        hr = E_INVALIDARG; /* page "AddFileWithRanges": not from shares */
    else
        hr = make_files(job, names, 1, &files);
    if (FAILED(hr))
    {
        file_ranges_release(ranges);
        return hr;
    }
    files[0]->ranges = ranges;
    hr = put_files(job, files, 1);
    destroy_files(files, 1);
    return hr;
}
