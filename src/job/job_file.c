/* SPDX-License-Identifier: LGPL-2.1-or-later
 *
 * The files of a job: names, version, bytes and the sums over them, which are kept up to date so
 * that GetProgress costs the same for one file and for ten thousand. */
#include <stdlib.h>
#include <string.h>

#include "base/log.h"
#include "base/str.h"
#include "bitsmsg.h"
#include "job/job_private.h"

/* Bytes; after a kill a smaller one may be fetched anew. Of a larger one the bytes on the disk are
 * of use only when it is known to which version they belong. */
#define LARGE_FILE 1048576

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

uint64_t job_file_size(const struct job_file *file)
{
    return file_ranges_local_size(file->ranges, file->version.size);
}

HRESULT job_file_set_version(struct job *job, struct job_file *file,
                             const struct file_version *version)
{
    HRESULT hr;

    if (!file_ranges_fit(file->ranges, version->size)) return BG_E_INVALID_RANGE;
    if (FAILED(hr = file_wishes_fit(&file->wishes, version->size))) return hr;
    if (!file->is_reply && file->version.known)
        subtract_size(job, job_file_size(file));
    else if (!file->is_reply)
        job->files_unsized--;
    file->version = *version;
    file->version.known = true;
    if (!file->is_reply) job_add_size(job, job_file_size(file));
    job_mark_file(job, file, false);
    if (version->size > LARGE_FILE) job_mark_soon(job, UNSAVED_FILES);
    return S_OK;
}

/* What was there of a file that is fetched in parts is wanted still. */
static void wish_again(struct job_file *file)
{
    const struct range_set *have = &file->have;

    if (!file->wishes.is_random) return;
    if (FAILED(file_wishes_add(&file->wishes, have->ranges, (uint32_t)have->count, true)))
        LOG_WARN(LOG_JOB, "parts of a file that starts over are not fetched again");
}

void job_file_start_over(struct job *job, uint32_t index)
{
    struct job_file *file = job->files[index];

    wish_again(file);
    if (!file->is_reply) job->bytes_done -= range_set_total(&file->have);
    range_set_clear(&file->have);
    job_ranges_forget(job, file);
    file->sum = (struct file_sum){0};
    if (file->version.known)
    {
        if (!file->is_reply) subtract_size(job, job_file_size(file));
        if (!file->is_reply) job->files_unsized++;
        file->version = (struct file_version){0};
    }
    if (file->content_name) job_mark_file(job, file, true);
    free(file->content_name);
    file->content_name = NULL;
    file->is_renamed = file->is_of_two_names = false;
    file->sources = (struct file_sources){0};
    file->generation++;
    file->is_restored = false;
    file->is_valid = false;
    file->is_published = false;
    file->is_offered = false;
    if (file->is_done)
    {
        file->is_done = false;
        if (!file->is_reply) job->files_done--;
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
    if (!file->is_reply) job->bytes_done += added;
    if (is_from_peer)
        file->sources.from_peers += added;
    else
        file->sources.from_origin += added;
    /* Kept when the file is done, or by chance: that is what makes it fast. */
    if (!job->options.is_high_performance) job_mark_file(job, file, false);
    job_ranges_note(job, file, begin, end);
    return S_OK;
}

void job_file_mark_done(struct job *job, uint32_t index)
{
    struct job_file *file = job->files[index];

    if (file->is_done) return;
    file->is_done = true;
    if (!file->is_reply) job->files_done++;
    job_mark_file(job, file, false);
    /* That a file was sent is told by the job alone. */
    if (job->upload && !file->is_reply) return;
    file->is_untold = true;
    job->files_untold++;
    if (index < job->first_untold) job->first_untold = index;
}

bool job_has_open_file(const struct job *job)
{
    return job->files_done < job->file_count;
}

bool job_file_next_range(struct job *job, struct job_file *file, struct byte_range *range)
{
    bool is_all = !job->is_on_demand || file->ranges;

    return file_wishes_next(&file->wishes, &file->have, job_file_size(file), is_all, range);
}

/* Is there something to do about it now? */
static bool is_due(struct job *job, struct job_file *file)
{
    struct byte_range range;

    if (file->is_done) return false;
    if (!file->version.known)
        return !job->is_on_demand || file->ranges || file_wishes_are_any(&file->wishes);
    return job_file_next_range(job, file, &range) ||
           range_set_covers(&file->have, 0, job_file_size(file));
}

uint32_t job_next_file(struct job *job)
{
    while (job->first_open < job->file_count && job->files[job->first_open]->is_done)
        job->first_open++;
    for (uint32_t i = job->first_open; i < job->file_count; i++)
        if (is_due(job, job->files[i])) return i;
    return job_reply_is_next(job) ? job->file_count : JOB_NO_FILE;
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

/* Byte by byte: what is not ASCII has no agreed meaning in a head. */
HRESULT job_file_get_headers(struct job *job, uint32_t index, WCHAR **text)
{
    const char *headers;
    size_t len;

    queue_lock(job->queue);
    headers = job->files[index]->headers;
    len = headers ? strlen(headers) : 0;
    if ((*text = calloc(len + 1, sizeof(**text))))
        for (size_t i = 0; i < len; i++)
            (*text)[i] = (unsigned char)headers[i];
    queue_unlock(job->queue);
    return *text ? S_OK : E_OUTOFMEMORY;
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
    *name = str_dup(job_temp_name(job, job->files[index]));
    queue_unlock(job->queue);
    return *name ? S_OK : E_OUTOFMEMORY;
}

void job_file_get_progress(struct job *job, uint32_t index, struct file_progress *progress)
{
    const struct job_file *file;

    queue_lock(job->queue);
    file = job->files[index];
    progress->bytes_total = file->version.known ? job_file_size(file) : JOB_SIZE_UNKNOWN;
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
    WCHAR *name;
    bool is_deleted;
    HRESULT hr;

    queue_lock(job->queue);
    is_deleted = job_file_is_deleted(job, job->files[index]);
    queue_unlock(job->queue);
    if (FAILED(hr = job_lock_for_change(job))) return hr;
    file = job->files[index];
    judged = file->version;
    name = str_dup(job_file_content_name(file));
    if (!name)
        hr = E_OUTOFMEMORY;
    else if (!file->is_done)
        hr = E_PENDING;
    else if (is_valid && is_deleted)
        hr = BG_E_RECORD_DELETED;
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
        job_file_is_bad(job, file, name, &judged);
    queue_unlock(job->queue);
    free(name);
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
