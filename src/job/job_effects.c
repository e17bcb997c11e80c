/* SPDX-License-Identifier: LGPL-2.1-or-later
 *
 * What follows from a transition: timers, turns, notes for the mover, events for the client. All of
 * it is book-keeping under queue->lock; the notes are acted on in queue_unlock(). */
#include "bitsmsg.h"
#include "job/job_private.h"

static void leave_running(struct job *job, tick_t now)
{
    job->active_ms += now - job->active_since;
    job->queue->running_count--;
    if (job->queue->background == job) job->queue->background = NULL;
}

static void enter_queued(struct job *job, enum job_event event)
{
    /* A job whose turn was cut short goes on first; one whose turn is over waits behind its
     * equals, like a job that is new to the line. */
    bool is_first = event == EV_PREEMPT || event == EV_SOURCES_CHANGED;

    if (event == EV_RESUME)
    {
        job->active_ms = 0;
        job->options.was_resumed = true;
    }
    if (event != EV_SOURCES_CHANGED)
        for (uint32_t i = job->first_open; i < job->file_count; i++)
        {
            if (!job->files[i]->restarts) break;
            job->files[i]->restarts = 0;
        }
    scheduler_enqueue(job, is_first);
}

static void enter_running(struct job *job, enum job_event event, tick_t now)
{
    scheduler_dequeue(job);
    list_add_tail(&job->queue->running, &job->turn_link);
    if (event == EV_START)
    {
        job->queue->running_count++;
        job->active_since = job->slice_since = now;
        job->rate = job_rate(job);
        if (job->priority != JOB_PRIORITY_FOREGROUND) job->queue->background = job;
    }
}

static void enter_error(struct job *job, enum job_event event)
{
    if (event == EV_NETWORK_LOST)
    {
        job->error = (struct job_error){BG_E_NETWORK_DISCONNECTED, ERROR_CONTEXT_GENERAL_TRANSPORT,
                                        JOB_NO_FILE};
        job->retry_at = TICK_NEVER;
    }
    else if (event == EV_BLOCKED)
    {
        job->error =
            (struct job_error){job_block(job), ERROR_CONTEXT_GENERAL_QUEUE_MANAGER, JOB_NO_FILE};
        job->retry_at = TICK_NEVER;
    }
    else if (event == EV_TIME_USED_UP)
        job->error = (struct job_error){BG_E_MAXDOWNLOAD_TIMEOUT,
                                        ERROR_CONTEXT_GENERAL_QUEUE_MANAGER, JOB_NO_FILE};
}

void job_on_state_changed(struct job *job, enum job_state from, enum job_event event)
{
    struct queue *queue = job->queue;
    tick_t now = queue_now(queue);

    if (job_state_is_running(from) && !job_state_is_running(job->state)) leave_running(job, now);
    /* Whoever resumes a job that stood still by will or by failure gives it a new chance. */
    if (event == EV_RESUME && from != JOB_TRANSIENT_ERROR) job->stalled_since = TICK_NEVER;
    if (from == JOB_TRANSFERRED) job->is_done_untold = false;
    if (from == JOB_ERROR) job->is_error_untold = false;

    switch (job->state)
    {
    case JOB_QUEUED:
        enter_queued(job, event);
        break;
    case JOB_CONNECTING:
    case JOB_TRANSFERRING:
        enter_running(job, event, now);
        break;
    case JOB_TRANSFERRED:
        job->times.completion = clock_filetime(&queue->ports.clock);
        scheduler_dequeue(job);
        break;
    default:
        scheduler_dequeue(job);
        enter_error(job, event);
    }
    /* A run is of no interest to whoever starts again. */
    if (job->state != JOB_QUEUED && !job_state_is_running(job->state))
        job_mark_soon(job, UNSAVED_STATUS);
    scheduler_refresh(job);
}

static void note_stop(struct job *job)
{
    uint32_t epoch = job->epoch++;

    if (job->wants_start)
    {
        /* The mover has not heard of this run yet, and will not. An older stop stays. */
        job->wants_start = false;
        return;
    }
    job->wants_stop = true;
    job->stop_epoch = epoch;
}

static void note_start(struct job *job)
{
    job->wants_start = true;
    job->start_epoch = ++job->epoch;
}

static void post_notes(struct job *job)
{
    if (list_is_linked(&job->outbox_link)) return;
    job_addref(job, JOB_HOLDER_QUEUE);
    list_add_tail(&job->queue->outbox, &job->outbox_link);
}

void job_hand_over(struct job *job)
{
    job->wants_stop = true;
    job->stop_epoch = job->epoch;
    note_start(job);
    post_notes(job);
}

static void leave_queue(struct job *job)
{
    /* The reference of the list goes with the outbox, outside of the lock. */
    queue_remove_job(job->queue, job);
    post_notes(job);
    job->wants_release = true;
}

void job_record_effects(struct job *job, unsigned int effects)
{
    if (effects & FX_STOP) note_stop(job);
    if (effects & FX_START) note_start(job);
    if (effects & (FX_START | FX_STOP)) post_notes(job);
    if (effects & FX_TELL_DONE) job->is_done_untold = true;
    if (effects & FX_TELL_ERROR) job->is_error_untold = true;
    if (effects & (FX_TELL_DONE | FX_TELL_ERROR))
    {
        /* These two are told in their own way, not as a modification. */
        job->is_change_untold = false;
        job_stamp(job);
        job_notify_refresh(job, job->touched_at);
    }
    else if (effects & FX_TOUCH)
        job_touch(job);
    if (effects & FX_WAKE) queue_wake_scheduler(job->queue);
    if (effects & FX_LEAVE) leave_queue(job);
}
