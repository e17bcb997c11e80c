/* SPDX-License-Identifier: LGPL-2.1-or-later
 *
 * What a client does to the course of a job: suspend, resume, cancel, complete, priority; and what
 * a failure does to it. */
#include <stdlib.h>

#include "base/err.h"
#include "base/random.h"
#include "base/str.h"
#include "bitsmsg.h"
#include "job/job_private.h"

/* Ends a call that took the lock to change something. */
static HRESULT finish_call(struct job *job, HRESULT hr)
{
    HRESULT saved = queue_save_and_unlock(job->queue);

    return FAILED(hr) ? hr : saved;
}

HRESULT job_suspend(struct job *job)
{
    HRESULT hr;

    if (FAILED(hr = job_lock_for_change(job))) return hr;
    hr = job_apply(job, EV_SUSPEND);
    return finish_call(job, hr);
}

HRESULT job_resume(struct job *job)
{
    HRESULT hr;

    if (FAILED(hr = job_reply_name_default(job))) return hr;
    if (FAILED(hr = job_lock_for_change(job))) return hr;
    if (!job->file_count)
        hr = BG_E_EMPTY;
    else if (job->state != JOB_TRANSFERRED || job_has_open_file(job))
        hr = job_apply(job, EV_RESUME);
    return finish_call(job, hr);
}

HRESULT job_set_priority(struct job *job, uint32_t priority)
{
    struct queue *queue = job->queue;
    HRESULT hr;

    if (priority >= JOB_PRIORITY_COUNT) return E_NOTIMPL;
    if (FAILED(hr = job_lock_for_change(job))) return hr;
    if (priority != JOB_PRIORITY_FOREGROUND && job_has_own_method(job))
    {
        queue_unlock(queue);
        return BG_E_NOT_SUPPORTED_WITH_CUSTOM_HTTP_METHOD;
    }
    if (priority != (uint32_t)job->priority)
    {
        enum job_priority before = job->priority;

        job->priority = (enum job_priority)priority;
        if (job->state == JOB_QUEUED) scheduler_enqueue(job, false);
        /* A job that runs in the foreground takes the one background place in its turn only. */
        if (job_state_is_running(job->state) && before == JOB_PRIORITY_FOREGROUND)
            job_apply(job, EV_PREEMPT);
        else if (queue->background == job && priority == JOB_PRIORITY_FOREGROUND)
            queue->background = NULL;
        job_limits_changed(job);
        queue_wake_scheduler(queue);
    }
    job_touch(job);
    return finish_call(job, S_OK);
}

/* ---- endings ---- */

static uint32_t all_files(const struct job *job)
{
    return job->file_count + job->has_reply;
}

/* An ending is kept before anything is done about it, so that one that is cut off goes on at the
 * next start. Other changes wait until leave_ending(). */
static HRESULT enter_ending(struct job *job, enum job_ending ending)
{
    HRESULT hr;

    job->is_ending = true;
    job->ending = ending;
    job_stamp(job); /* it must not expire under our hands */
    if (FAILED(hr = queue_save(job->queue))) job->ending = JOB_ENDING_NONE;
    return hr;
}

static void leave_ending(struct job *job)
{
    job->is_ending = false;
    cond_broadcast(&job->queue->quiet);
}

HRESULT job_forget(struct job *job)
{
    HRESULT hr;

    job_mark(job, UNSAVED_REMOVAL);
    hr = queue_save(job->queue);
    job->is_kept = FAILED(hr) && !job_state_is_final(job->state);
    return hr;
}

/* Caller holds the lock and has seen to it that the mover is told to stop. When it does not let go
 * in time the files are dealt with all the same, they are open for sharing, and once more at its
 * end. */
static void wait_until_quiet(struct job *job)
{
    struct queue *queue = job->queue;
    tick_t limit = queue_now(queue) + QUIET_TIMEOUT_MS;

    while (job->mover_count || job->wants_start)
    {
        tick_t now = queue_now(queue);

        if (now >= limit)
        {
            job->is_left_behind = true;
            return;
        }
        cond_wait(&queue->quiet, &queue->lock, (uint32_t)(limit - now));
    }
}

/* A mover that is late may still make a file, under another name. S_FALSE: there is none. */
static HRESULT take_temp_name(struct job *job, struct job_file *file, WCHAR **name)
{
    HRESULT hr = S_FALSE;

    *name = NULL;
    queue_lock(job->queue);
    if (file->has_temp_file && !file->is_published)
    {
        hr = (*name = str_dup(file->temp_name)) ? S_OK : E_OUTOFMEMORY;
        file->has_temp_file = FAILED(hr);
    }
    queue_unlock(job->queue);
    return hr;
}

static HRESULT discard_file(struct job *job, struct job_file *file)
{
    const struct queue_ports *ports = &job->queue->ports;
    WCHAR *name;
    HRESULT hr = take_temp_name(job, file, &name);

    if (hr != S_OK) return hr;
    if (FAILED(hr = ports->files->discard(ports->files_ctx, name)))
    {
        queue_lock(job->queue);
        file->has_temp_file = true;
        queue_unlock(job->queue);
    }
    free(name);
    return hr;
}

HRESULT job_discard_files(struct job *job)
{
    HRESULT hr = S_OK;

    /* What stands under its final name is the client's. */
    if (job->options.is_high_performance) return S_OK;
    /* The list of files of a job that is final, or is ending, stays as it is. */
    for (uint32_t i = 0; i < all_files(job); i++)
        if (FAILED(discard_file(job, job->files[i]))) hr = BG_S_UNABLE_TO_DELETE_FILES;
    return hr;
}

HRESULT job_end_cancel(struct job *job)
{
    HRESULT hr = job_discard_files(job);

    if (job_upload_say_farewell(job)) return hr;
    queue_lock(job->queue);
    /* What the store did not forget it will be told again at the next start. */
    job_forget(job);
    queue_unlock(job->queue);
    return hr;
}

HRESULT job_cancel(struct job *job)
{
    struct queue *queue = job->queue;
    HRESULT hr;

    if (FAILED(hr = job_lock_for_change(job))) return hr;
    if (SUCCEEDED(hr = enter_ending(job, JOB_ENDING_CANCEL))) hr = job_apply(job, EV_CANCEL);
    leave_ending(job);
    queue_unlock(queue);
    if (FAILED(hr)) return hr;

    queue_lock(queue);
    wait_until_quiet(job);
    queue_unlock(queue);
    return job_end_cancel(job);
}

/* Of an ending that was cut off some files have their names already. */
static HRESULT publish_file(const struct job *job, const struct job_file *file, bool is_resumed)
{
    const struct queue_ports *ports = &job->queue->ports;
    const WCHAR *temp_name = job_temp_name(job, file);
    uint64_t size = job_file_size(file);

    if (is_resumed && !ports->files->has_size(ports->files_ctx, temp_name, size) &&
        ports->files->has_size(ports->files_ctx, file->local_name, size))
        return S_OK;
    return ports->files->publish(ports->files_ctx, temp_name, file->local_name,
                                 file->version.has_mtime ? file->version.mtime : 0);
}

/* Gives the finished files their final names, in order, up to the first that cannot be had. */
static HRESULT publish_files(struct job *job, bool is_resumed, uint32_t *count)
{
    HRESULT hr = S_OK;

    *count = 0;
    for (uint32_t i = 0; i < all_files(job) && SUCCEEDED(hr); i++)
    {
        struct job_file *file = job->files[i];

        if (!file->is_done) continue;
        if (!file->is_published)
        {
            hr = publish_file(job, file, is_resumed);
            if (FAILED(hr)) break;
            queue_lock(job->queue);
            file->is_published = true;
            file->has_temp_file = false;
            /* Complete vouches for the content that the client said nothing about. */
            file->is_valid = true;
            job_mark_file(job, file, false);
            job_file_is_good(job, file);
            queue_unlock(job->queue);
        }
        ++*count;
    }
    return hr;
}

static HRESULT end_files(struct job *job, bool is_resumed)
{
    uint32_t published;
    HRESULT hr;

    if (FAILED(hr = publish_files(job, is_resumed, &published))) return hr;
    if (published == all_files(job)) return S_OK;
    hr = job_discard_files(job);
    return hr == S_OK ? BG_S_PARTIAL_COMPLETE : hr;
}

HRESULT job_end_complete(struct job *job, bool is_resumed)
{
    HRESULT hr = end_files(job, is_resumed), forgotten;

    queue_lock(job->queue);
    job->ending = JOB_ENDING_NONE;
    if (SUCCEEDED(hr) && FAILED(forgotten = job_forget(job))) hr = forgotten;
    leave_ending(job);
    if (SUCCEEDED(hr))
        job_apply(job, EV_COMPLETE);
    else
        job_stamp(job);
    queue_save_and_unlock(job->queue);
    return hr;
}

HRESULT job_complete(struct job *job)
{
    struct queue *queue = job->queue;
    HRESULT hr;

    if (FAILED(hr = job_lock_for_change(job))) return hr;
    if (job->type != JOB_TYPE_DOWNLOAD && job->state != JOB_TRANSFERRED)
    {
        queue_unlock(queue);
        return BG_E_INVALID_STATE;
    }
    if (FAILED(hr = enter_ending(job, JOB_ENDING_COMPLETE)))
    {
        leave_ending(job);
        queue_unlock(queue);
        return hr;
    }
    if (job->state != JOB_TRANSFERRED && job->state != JOB_ERROR) job_apply(job, EV_SUSPEND);
    queue_unlock(queue);

    queue_lock(queue);
    wait_until_quiet(job);
    queue_unlock(queue);
    return job_end_complete(job, false);
}

/* ---- failures ---- */

/* The code of a client's own check can be any. */
static bool is_passing(const struct job_error *error)
{
    if (error->code == BG_E_SERVER_CERT_VALIDATION_INTERFACE_REQUIRED) return false;
    return error->context == ERROR_CONTEXT_CERTIFICATE_CALLBACK || err_is_transient(error->code);
}

static bool is_worth_a_retry(const struct job *job, HRESULT code, bool is_transient, tick_t now)
{
    uint64_t timeout_ms = job->no_progress_timeout * 1000ull;

    /* Page "SetHttpMethod": to ask again could do again what the method does. */
    if (job_has_own_method(job)) return false;
    if (!job->no_progress_timeout || !is_transient) return false;
    if (job->stalled_since != TICK_NEVER && now - job->stalled_since >= timeout_ms) return false;
    return err_waits_for_condition(code) || job->min_retry_delay <= job->no_progress_timeout;
}

/* Not before the delay, and spread a little, so that jobs which failed together do not come back
 * together. */
static tick_t retry_time(const struct job *job, HRESULT code, tick_t now)
{
    uint64_t delay_ms = job->min_retry_delay * 1000ull;

    if (err_waits_for_condition(code)) return TICK_NEVER;
    return now + delay_ms +
           random_below(
               (uint32_t)(delay_ms / 10 < UINT32_MAX - 1 ? delay_ms / 10 + 1 : UINT32_MAX));
}

void job_fail_as(struct job *job, const struct job_error *error, bool is_transient)
{
    tick_t now = queue_now(job->queue);

    job->error = *error;
    if (err_counts(error->code)) job->error_count++;
    if (!is_worth_a_retry(job, error->code, is_transient, now))
    {
        job_apply(job, EV_FATAL_ERROR);
        return;
    }
    if (job->stalled_since == TICK_NEVER) job->stalled_since = now;
    job->retry_at = retry_time(job, error->code, now);
    job_apply(job, EV_TRANSIENT_ERROR);
}

void job_fail(struct job *job, const struct job_error *error)
{
    job_fail_as(job, error, is_passing(error));
}
