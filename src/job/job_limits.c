/* SPDX-License-Identifier: LGPL-2.1-or-later
 *
 * What the machine forbids for now: networks that cost more than a job accepts, and bandwidth that
 * background jobs have not. A job that may not run waits in TRANSIENT_ERROR until that is over. All
 * under queue->lock; the scheduler's thread asks the machine. */
#include "bitsmsg.h"
#include "job/job_private.h"

uint32_t job_accepted_costs(const struct job *job)
{
    return job->options.has_cost_flags ? job->options.cost_flags
                                       : job->queue->settings.cost_flags[job->priority];
}

uint64_t job_rate(const struct job *job)
{
    const struct queue *queue = job->queue;

    if (job->priority == JOB_PRIORITY_FOREGROUND) return BANDWIDTH_UNLIMITED;
    return bandwidth_rate(&queue->settings.bandwidth,
                          (enum bandwidth_level)(job->priority - JOB_PRIORITY_HIGH),
                          queue->conditions.minute);
}

HRESULT job_block(const struct job *job)
{
    uint32_t cost = job->queue->conditions.cost_state & COST_STATES;

    if (cost & ~job_accepted_costs(job)) return BG_E_BLOCKED_BY_COST_TRANSFER_POLICY;
    return job_rate(job) ? S_OK : BG_E_BLOCKED_BY_POLICY;
}

bool job_is_too_large(const struct job *job)
{
    uint64_t most = job->options.max_download_size;

    return most && (job->bytes_carry || job->bytes_total > most || job->bytes_done > most);
}

static bool is_blocked(const struct job *job)
{
    return job->state == JOB_TRANSIENT_ERROR &&
           (job->error.code == BG_E_BLOCKED_BY_POLICY ||
            job->error.code == BG_E_BLOCKED_BY_COST_TRANSFER_POLICY);
}

void job_limits_changed(struct job *job)
{
    if (job_state_is_running(job->state))
    {
        if (FAILED(job_block(job)))
            job_apply(job, EV_BLOCKED);
        else if (job_rate(job) != job->rate)
            job_apply(job, EV_SOURCES_CHANGED);
    }
    else if (is_blocked(job) && SUCCEEDED(job_block(job)))
        job_apply(job, EV_RETRY);
}

void queue_limits_changed(struct queue *queue)
{
    struct list *cursor;

    LIST_FOR_EACH(cursor, &queue->jobs)
    job_limits_changed(LIST_ENTRY_OF(cursor, struct job, queue_link));
}

/* ---- asking the machine ---- */

static tick_t next_look(const struct queue *queue, const struct machine_conditions *found,
                        tick_t now)
{
    uint32_t ms = found->cost_valid_ms;

    if (bandwidth_has_schedule(&queue->settings.bandwidth) && (!ms || found->minute_left_ms < ms))
        ms = found->minute_left_ms;
    return ms ? now + ms : TICK_NEVER;
}

void queue_look_at_conditions(struct queue *queue)
{
    const struct condition_ops *ops = queue->ports.conditions;
    struct machine_conditions found;
    bool is_due;

    if (!ops) return;
    queue_lock(queue);
    is_due = queue->conditions_at <= queue_now(queue);
    /* Whatever changes from here on is seen the next time. */
    if (is_due) queue->conditions_at = TICK_NEVER;
    queue_unlock(queue);
    if (!is_due) return;

    ops->read(queue->ports.conditions_ctx, &found);
    queue_lock(queue);
    queue->conditions = found;
    if (queue->conditions_at == TICK_NEVER)
        queue->conditions_at = next_look(queue, &found, queue_now(queue));
    queue_limits_changed(queue);
    queue_unlock(queue);
}

void queue_conditions_changed(struct queue *queue)
{
    queue_lock(queue);
    queue->conditions_at = 0;
    queue_wake_scheduler(queue);
    queue_unlock(queue);
}
