/* SPDX-License-Identifier: LGPL-2.1-or-later
 *
 * The queue as it was kept. Runs before the engine's threads do; takes the lock all the same, for
 * what it calls expects it. */
#include <stdlib.h>

#include "base/err_codes.h"
#include "base/log.h"
#include "job/job_private.h"

#define TICKS_PER_MS 10000 /* of a filetime */

/* ---- a job ---- */

/* The moment of the last change on the clock of this start. */
static tick_t touched_at(const struct queue *queue, filetime_t modification)
{
    filetime_t now_time = clock_filetime(&queue->ports.clock);
    tick_t now = queue_now(queue);
    uint64_t age_ms = now_time > modification ? (now_time - modification) / TICKS_PER_MS : 0;

    return age_ms < now ? now - age_ms : 0;
}

/* A job whose end was kept and that was not forgotten is ended once more. */
static void take_state(struct job *job, const struct job_status *status)
{
    job->state = status->state;
    job->ending = status->ending;
    if (job_state_is_running(status->state)) job->state = JOB_QUEUED;
    if (!job_state_is_final(status->state)) return;
    job->ending = status->state == JOB_CANCELLED ? JOB_ENDING_CANCEL : JOB_ENDING_COMPLETE;
    job->state = JOB_SUSPENDED;
}

static void take_status(struct job *job, const struct job_status *status)
{
    struct queue *queue = job->queue;

    take_state(job, status);
    job->priority = status->priority;
    job->peer_flags = status->peer_flags;
    job->notify_flags = status->notify_flags;
    job->min_retry_delay = status->min_retry_delay;
    job->no_progress_timeout = status->no_progress_timeout;
    job->max_download_time = status->max_download_time;
    job->has_max_download_time = status->has_max_download_time;
    job->proxy_usage = status->proxy_usage;
    job->times = status->times;
    job->error = status->error;
    job->error_count = status->error_count;
    job->active_ms = status->active_ms;
    job->is_done_untold = status->is_done_untold;
    job->is_error_untold = status->is_error_untold;
    job->is_on_demand = status->is_on_demand;
    job->options = status->options;
    if (status->state != JOB_SUSPENDED) job->options.was_resumed = true;
    job->touched_at = touched_at(queue, status->times.modification);
    if (job->state != JOB_TRANSIENT_ERROR) return;
    job->stalled_since = queue_now(queue);
    job->retry_at = queue_now(queue) + job->min_retry_delay * 1000ull;
}

HRESULT queue_restore_job(struct queue *queue, const GUID *id, const struct job_status *status,
                          struct job_texts *texts, struct job **out)
{
    HRESULT hr;

    queue_lock(queue);
    if (SUCCEEDED(hr = job_create_from_texts(queue, id, texts, out)))
        take_status(*out, status);
    else
        job_texts_free(texts);
    queue_unlock(queue);
    return hr;
}

/* ---- a file ---- */

static void add_up(struct job *job, const struct job_file *file)
{
    job->files_untold += file->is_untold;
    if (file->is_reply) return;
    if (file->version.known)
        job_add_size(job, job_file_size(file));
    else
        job->files_unsized++;
    job->bytes_done += range_set_total(&file->have);
    job->files_done += file->is_done;
}

HRESULT job_restore_file(struct job *job, struct file_status *status, struct file_names *names)
{
    struct job_file *file = calloc(1, sizeof(*file));
    bool is_reply = job->type == JOB_TYPE_UPLOAD_REPLY && job->file_count;
    HRESULT hr = E_OUTOFMEMORY;

    /* More files than an upload can have were not written by us. */
    if (file && job->upload && (job->has_reply || job->file_count > is_reply))
        hr = ERR_FILE_CORRUPT;
    else if (file)
        hr = job_reserve_files(job, 1);
    if (FAILED(hr))
    {
        free(file);
        file_status_done(status);
        file_names_free(names);
        return hr;
    }
    *file = (struct job_file){.index = job->file_count,
                              .ranges = names->ranges,
                              .remote_name = names->remote,
                              .content_name = names->content,
                              .is_elsewhere = names->is_elsewhere,
                              .headers = names->headers,
                              .local_name = names->local,
                              .temp_name = names->temp,
                              .version = status->version,
                              .have = status->have,
                              .sum = status->sum,
                              .sources = status->sources,
                              .is_done = status->is_done,
                              .is_published = status->is_published,
                              .is_valid = status->is_valid,
                              .is_origin_only = status->is_origin_only,
                              .is_untold = status->is_untold,
                              .is_renamed = status->is_renamed,
                              .is_of_two_names = status->is_of_two_names,
                              .wishes = status->wishes};
    file->is_reply = is_reply;
    /* It may have been made after the last word of the store; a file that is sent is the client's
     * own. */
    file->has_temp_file = !file->is_published;
    if (job->upload && !is_reply) file->has_temp_file = status->has_temp_file;
    file->is_restored = file->has_temp_file;
    list_init(&file->unsaved_link);
    free(names);
    job->files[job->file_count] = file;
    if (is_reply)
        job->has_reply = true;
    else
        job->file_count++;
    add_up(job, file);
    return S_OK;
}

/* ---- into the queue ---- */

static HRESULT insert(struct queue *queue, struct job *job)
{
    HRESULT hr = queue_insert_job(queue, job);

    if (FAILED(hr)) return hr;
    if (job->state == JOB_QUEUED && !job->ending) scheduler_enqueue(job, false);
    scheduler_refresh(job);
    job_notify_refresh(job, queue_now(queue));
    return S_OK;
}

HRESULT queue_restore_end(struct queue *queue, struct job *job, bool is_whole)
{
    HRESULT hr = S_OK;

    if (is_whole)
    {
        queue_lock(queue);
        hr = insert(queue, job);
        queue_unlock(queue);
    }
    job_release(job, JOB_HOLDER_CALLER);
    return hr;
}

/* ---- endings ---- */

/* Of the jobs that were cut off at their end, with a reference. */
static struct job *next_ending(struct queue *queue, enum job_ending *ending)
{
    struct job *found = NULL;
    struct list *cursor;

    queue_lock(queue);
    LIST_FOR_EACH(cursor, &queue->jobs)
    {
        struct job *job = LIST_ENTRY_OF(cursor, struct job, queue_link);

        if (job->ending == JOB_ENDING_NONE || job->is_ending) continue;
        *ending = job->ending;
        job->is_ending = true;
        if (*ending == JOB_ENDING_CANCEL)
            job_apply(job, EV_CANCEL);
        else if (job->state != JOB_TRANSFERRED && job->state != JOB_ERROR)
            job_apply(job, EV_SUSPEND);
        job_addref(job, JOB_HOLDER_CALLER);
        found = job;
        break;
    }
    queue_unlock(queue);
    return found;
}

static void finish_ending(struct job *job, enum job_ending ending)
{
    HRESULT hr;

    if (ending == JOB_ENDING_CANCEL)
    {
        job_end_cancel(job);
        return;
    }
    if (SUCCEEDED(hr = job_end_complete(job, true))) return;
    LOG_WARN(LOG_JOB, "a job that was being completed stays: %#lx", (unsigned long)hr);
}

void queue_finish_endings(struct queue *queue)
{
    enum job_ending ending;
    struct job *job;

    while ((job = next_ending(queue, &ending)))
    {
        finish_ending(job, ending);
        job_release(job, JOB_HOLDER_CALLER);
    }
}
