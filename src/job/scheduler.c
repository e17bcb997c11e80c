/* SPDX-License-Identifier: LGPL-2.1-or-later
 *
 * Whose turn it is. Foreground jobs run side by side, beside one background job: the first one
 * of the most urgent level that has any. Equals take turns by time slices. Timers are deadlines in
 * queue->deadlines; a job's key may be earlier than what is due, never later. */
#include <stdlib.h>

#include "job/job_private.h"

#define MS_PER_SECOND 1000ull

/* Foreground jobs side by side, each with its buffers and connection; the others wait in their
 * line. The background job has a place of its own. */
#define FOREGROUND_MAX 16

static tick_t earliest(tick_t a, tick_t b)
{
    return a < b ? a : b;
}

static tick_t after(tick_t from, uint64_t ms)
{
    return from > TICK_NEVER - 1 - ms ? TICK_NEVER - 1 : from + ms;
}

/* ---- turns ---- */

void scheduler_enqueue(struct job *job, bool is_first)
{
    struct list *line = &job->queue->ready[job->priority];

    list_remove(&job->turn_link);
    if (is_first)
        list_add_head(line, &job->turn_link);
    else
        list_add_tail(line, &job->turn_link);
}

void scheduler_dequeue(struct job *job)
{
    list_remove(&job->turn_link);
}

static struct job *first_ready(struct queue *queue, enum job_priority priority)
{
    return LIST_HEAD_ENTRY(&queue->ready[priority], struct job, turn_link);
}

/* The first that may run now; those before it wait elsewhere until they may. */
static struct job *first_allowed(struct queue *queue, enum job_priority priority)
{
    struct job *job;

    while ((job = first_ready(queue, priority)) && FAILED(job_block(job)))
        job_apply(job, EV_BLOCKED);
    return job;
}

static struct job *first_background(struct queue *queue)
{
    struct job *job = NULL;

    for (unsigned int i = JOB_PRIORITY_HIGH; i < JOB_PRIORITY_COUNT && !job; i++)
        job = first_allowed(queue, (enum job_priority)i);
    return job;
}

static void fail_ready_jobs(struct queue *queue)
{
    struct job *job;

    for (unsigned int i = 0; i < JOB_PRIORITY_COUNT; i++)
        while ((job = first_ready(queue, (enum job_priority)i)))
            job_apply(job, EV_NETWORK_LOST);
}

static uint32_t foreground_count(const struct queue *queue)
{
    return queue->running_count - (queue->background != NULL);
}

static void give_turns(struct queue *queue)
{
    struct job *job, *next;

    if (!queue->is_network_up)
    {
        fail_ready_jobs(queue);
        return;
    }
    while (foreground_count(queue) < FOREGROUND_MAX &&
           (job = first_allowed(queue, JOB_PRIORITY_FOREGROUND)))
        job_apply(job, EV_START);

    if (!(next = first_background(queue))) return;
    job = queue->background;
    if (job && next->priority < job->priority) job_apply(job, EV_PREEMPT);
    if (!queue->background) job_apply(next, EV_START);
}

/* ---- timers ---- */

static tick_t active_deadline(const struct job *job)
{
    uint64_t seconds = job->has_max_download_time ? job->max_download_time
                                                  : job->queue->settings.max_download_time;
    uint64_t limit = seconds * MS_PER_SECOND;

    return job->active_ms >= limit ? job->active_since
                                   : after(job->active_since, limit - job->active_ms);
}

static tick_t slice_deadline(const struct job *job)
{
    return job->queue->background == job
               ? after(job->slice_since, job->queue->settings.time_slice * MS_PER_SECOND)
               : TICK_NEVER;
}

static tick_t stall_deadline(const struct job *job)
{
    return job->stalled_since == TICK_NEVER
               ? TICK_NEVER
               : after(job->stalled_since, job->no_progress_timeout * MS_PER_SECOND);
}

static tick_t expiry_deadline(const struct job *job)
{
    return after(job->touched_at, job->queue->settings.inactivity_timeout * MS_PER_SECOND);
}

tick_t scheduler_deadline(const struct job *job, tick_t now)
{
    tick_t deadline = job_notify_deadline(job);

    (void)now;
    if (job_state_is_running(job->state))
        return earliest(deadline, earliest(active_deadline(job), slice_deadline(job)));
    if (job->state == JOB_TRANSIENT_ERROR)
        deadline = earliest(deadline, earliest(job->retry_at, stall_deadline(job)));
    return earliest(deadline, expiry_deadline(job));
}

void scheduler_refresh(struct job *job)
{
    struct queue *queue = job->queue;
    tick_t deadline;

    if (!list_is_linked(&job->queue_link)) return;
    deadline = scheduler_deadline(job, queue_now(queue));
    if (deadline >= job->deadline) return; /* corrected when the earlier one has come */
    deadlines_set(&queue->deadlines, job, deadline);
    if (deadlines_first(&queue->deadlines) == job) queue_wake_scheduler(queue);
}

static void run_slice(struct job *job, tick_t now)
{
    struct job *next;

    if (slice_deadline(job) > now) return;
    next = first_allowed(job->queue, job->priority);
    if (next)
        job_apply(job, EV_SLICE_OVER);
    else
        job->slice_since = now;
}

static void run_timers(struct job *job, tick_t now)
{
    if (job_state_is_running(job->state))
    {
        if (active_deadline(job) <= now)
            job_apply(job, EV_TIME_USED_UP);
        else
            run_slice(job, now);
    }
    else if (expiry_deadline(job) <= now)
        job_apply(job, EV_EXPIRE);
    else if (job->state == JOB_TRANSIENT_ERROR)
    {
        if (stall_deadline(job) <= now)
            job_apply(job, EV_GIVE_UP);
        else if (job->retry_at <= now)
            job_apply(job, EV_RETRY);
    }
    job_notify_refresh(job, now);
}

/* The jobs that expire are collected: their files are removed without the lock. */
static void run_due_jobs(struct queue *queue, tick_t now, struct list *expired)
{
    struct job *job;

    while ((job = deadlines_first(&queue->deadlines)) && job->deadline <= now)
    {
        run_timers(job, now);
        if (job_state_is_final(job->state))
        {
            job_addref(job, JOB_HOLDER_CALLER);
            list_add_tail(expired, &job->turn_link);
            continue;
        }
        deadlines_set(&queue->deadlines, job, scheduler_deadline(job, now));
        /* What cannot be done now (an event without a client) must not be tried without end. */
        if (job->deadline <= now) deadlines_set(&queue->deadlines, job, now + 1);
    }
}

tick_t queue_run_scheduler(struct queue *queue)
{
    struct list expired;
    struct job *job;
    tick_t next;

    list_init(&expired);
    queue_look_at_conditions(queue);
    queue_lock(queue);
    run_due_jobs(queue, queue_now(queue), &expired);
    give_turns(queue);
    if (queue->save_at <= queue_now(queue)) queue_save(queue);
    job = deadlines_first(&queue->deadlines);
    next = earliest(job ? job->deadline : TICK_NEVER, queue->save_at);
    if (job && queue->ports.conditions) next = earliest(next, queue->conditions_at);
    queue->scheduler_next = next;
    queue_unlock(queue);

    while ((job = LIST_HEAD_ENTRY(&expired, struct job, turn_link)))
    {
        list_remove(&job->turn_link);
        job_end_cancel(job);
        job_release(job, JOB_HOLDER_CALLER);
    }
    return next;
}

static void wait_for_work(struct queue *queue, tick_t next)
{
    tick_t now = queue_now(queue);
    uint32_t timeout;

    if (queue->is_scheduler_woken || queue->is_scheduler_stopped || next <= now) return;
    if (next == TICK_NEVER)
        timeout = COND_FOREVER;
    else
        timeout = next - now < 60000 ? (uint32_t)(next - now) : 60000;
    cond_wait(&queue->wake, &queue->lock, timeout);
}

void queue_scheduler_loop(void *arg)
{
    struct queue *queue = arg;

    queue_lock(queue);
    while (!queue->is_scheduler_stopped)
    {
        tick_t next;

        queue->is_scheduler_woken = false;
        queue->scheduler_next = 0;
        queue_unlock(queue);
        next = queue_run_scheduler(queue);
        queue_lock(queue);
        wait_for_work(queue, next);
    }
    queue_unlock(queue);
}

void queue_stop_scheduler(struct queue *queue)
{
    queue_lock(queue);
    queue->is_scheduler_stopped = true;
    queue_wake_scheduler(queue);
    queue_unlock(queue);
}
