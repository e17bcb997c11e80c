/* SPDX-License-Identifier: LGPL-2.1-or-later
 *
 * The jobs of the machine: add, find, list, and the way out of the lock, where the notes for the
 * mover and the notifier are left. */
#include "job/queue.h"

#include <stdlib.h>

#include "base/random.h"
#include "base/str.h"
#include "bitsmsg.h"
#include "job/job_private.h"
#include "policy/peer_flags.h"

#define BUCKETS_MIN 64

HRESULT queue_create(const struct queue_ports *ports, const struct machine_settings *settings,
                     struct queue **out)
{
    struct queue *queue;

    *out = NULL;
    if (!(queue = calloc(1, sizeof(*queue)))) return E_OUTOFMEMORY;
    if (!(queue->buckets = calloc(BUCKETS_MIN, sizeof(*queue->buckets))))
    {
        free(queue);
        return E_OUTOFMEMORY;
    }

    queue->ports = *ports;
    queue->settings = *settings;
    queue->bucket_count = BUCKETS_MIN;
    queue->is_network_up = true;
    lock_init(&queue->lock, LOCK_RANK_QUEUE, "queue");
    cond_init(&queue->wake);
    cond_init(&queue->quiet);
    cond_init(&queue->saved);
    list_init(&queue->unsaved);
    queue->save_at = TICK_NEVER;
    list_init(&queue->jobs);
    list_init(&queue->running);
    list_init(&queue->outbox);
    list_init(&queue->notify_due);
    for (unsigned int i = 0; i < READY_LISTS; i++)
        list_init(&queue->ready[i]);
    deadlines_init(&queue->deadlines);
    *out = queue;
    return S_OK;
}

void queue_destroy(struct queue *queue)
{
    struct list *cursor, *next;

    queue_lock(queue);
    queue_save(queue);
    queue_unlock(queue);
    LIST_FOR_EACH_SAFE(cursor, next, &queue->jobs)
    {
        struct job *job = LIST_ENTRY_OF(cursor, struct job, queue_link);

        lock_acquire(&queue->lock);
        queue_remove_job(queue, job);
        lock_release(&queue->lock);
        job_release(job, JOB_HOLDER_QUEUE);
    }
    deadlines_done(&queue->deadlines);
    cond_done(&queue->saved);
    cond_done(&queue->quiet);
    cond_done(&queue->wake);
    lock_done(&queue->lock);
    free(queue->buckets);
    free(queue);
}

void queue_lock(struct queue *queue)
{
    lock_acquire(&queue->lock);
}

tick_t queue_now(const struct queue *queue)
{
    return clock_ticks(&queue->ports.clock);
}

/* A client's object may do anything when it is let go of, and take its time: that must not hold up
 * the outbox. */
static void take_slot(struct job *job, struct notify_slot **dropped)
{
    if (!job->slot) return;
    job->slot->next_dropped = *dropped;
    *dropped = job->slot;
    job->slot = NULL;
}

static void drop_slots(struct notify_slot *dropped)
{
    while (dropped)
    {
        struct notify_slot *slot = dropped;

        dropped = slot->next_dropped;
        notify_slot_release(slot);
    }
}

/* One thread at a time empties the outbox, so that the notes reach the mover in the order in which
 * the states changed. A thread that finds it busy can go: its notes will be taken along. */
static void deliver_notes(struct queue *queue, struct job *job, struct notify_slot **dropped)
{
    const struct transfer_ops *ops = queue->ports.transfer;
    bool wants_start = job->wants_start, wants_stop = job->wants_stop;
    bool wants_release = job->wants_release;
    uint32_t start_epoch = job->start_epoch, stop_epoch = job->stop_epoch;

    list_remove(&job->outbox_link);
    job->wants_start = job->wants_stop = job->wants_release = false;
    if (wants_start)
    {
        job->mover_count++;
        job_addref(job, JOB_HOLDER_TRANSFER);
    }
    if (wants_release) take_slot(job, dropped);
    lock_release(&queue->lock);

    if (wants_stop) ops->stop(queue->ports.transfer_ctx, job, stop_epoch);
    if (wants_start) ops->start(queue->ports.transfer_ctx, job, start_epoch);
    if (wants_release) job_release(job, JOB_HOLDER_QUEUE);
    job_release(job, JOB_HOLDER_QUEUE);

    lock_acquire(&queue->lock);
}

static void empty_outbox(struct queue *queue, struct notify_slot **dropped)
{
    struct job *job;

    if (queue->is_outbox_busy) return;
    queue->is_outbox_busy = true;
    while ((job = LIST_HEAD_ENTRY(&queue->outbox, struct job, outbox_link)))
        deliver_notes(queue, job, dropped);
    queue->is_outbox_busy = false;
}

void queue_unlock(struct queue *queue)
{
    struct notify_slot *dropped = NULL;
    bool wants_notify_wake;

    if (!list_is_empty(&queue->outbox)) empty_outbox(queue, &dropped);
    /* Not when it was marked: whoever marks a change mostly keeps it too. */
    if (queue->save_at < queue->scheduler_next) queue_wake_scheduler(queue);
    wants_notify_wake = queue->wants_notify_wake;
    queue->wants_notify_wake = false;
    lock_release(&queue->lock);

    if (wants_notify_wake) queue->ports.notify->wake(queue->ports.notify_ctx);
    drop_slots(dropped);
}

void queue_wake_scheduler(struct queue *queue)
{
    lock_assert_held(&queue->lock);
    queue->is_scheduler_woken = true;
    queue->scheduler_next = 0;
    cond_signal(&queue->wake);
}

static struct job **find_bucket(struct queue *queue, const GUID *id)
{
    return &queue->buckets[guid_hash(id) & (queue->bucket_count - 1)];
}

struct job *queue_find_any_job(struct queue *queue, const GUID *id)
{
    for (struct job *job = *find_bucket(queue, id); job; job = job->hash_next)
        if (guid_is_equal(&job->id, id)) return job;
    return NULL;
}

/* A table that cannot grow only gets slower. */
static void grow_buckets(struct queue *queue)
{
    uint32_t count = queue->bucket_count * 2;
    struct job **buckets = calloc(count, sizeof(*buckets));
    struct list *cursor;

    if (!buckets) return;
    free(queue->buckets);
    queue->buckets = buckets;
    queue->bucket_count = count;
    LIST_FOR_EACH(cursor, &queue->jobs)
    {
        struct job *job = LIST_ENTRY_OF(cursor, struct job, queue_link);
        struct job **bucket = find_bucket(queue, &job->id);

        job->hash_next = *bucket;
        *bucket = job;
    }
}

HRESULT queue_insert_job(struct queue *queue, struct job *job)
{
    struct job **bucket;
    HRESULT hr;

    job->deadline = scheduler_deadline(job, queue_now(queue));
    if (FAILED(hr = deadlines_add(&queue->deadlines, job))) return hr;
    if (queue->job_count >= queue->bucket_count) grow_buckets(queue);

    bucket = find_bucket(queue, &job->id);
    job->hash_next = *bucket;
    *bucket = job;
    list_add_tail(&queue->jobs, &job->queue_link);
    queue->job_count++;
    job->is_kept = true;
    job_addref(job, JOB_HOLDER_QUEUE);
    return S_OK;
}

/* Out of every list; the caller drops the queue's reference. */
void queue_remove_job(struct queue *queue, struct job *job)
{
    struct job **link = find_bucket(queue, &job->id);

    while (*link != job)
        link = &(*link)->hash_next;
    *link = job->hash_next;
    list_remove(&job->queue_link);
    list_remove(&job->notify_link);
    scheduler_dequeue(job);
    deadlines_remove(&queue->deadlines, job);
    queue->job_count--;
}

static uint32_t count_jobs_of(struct queue *queue, const struct caller_facts *owner)
{
    struct list *cursor;
    uint32_t count = 0;

    LIST_FOR_EACH(cursor, &queue->jobs)
    {
        const struct job *job = LIST_ENTRY_OF(cursor, struct job, queue_link);

        if (access_is_same_user(&job->owner, owner)) count++;
    }
    return count;
}

static HRESULT check_job_limits(struct queue *queue, const struct caller_facts *owner)
{
    if (access_is_exempt_from_limits(owner)) return S_OK;
    if (queue->job_count >= queue->settings.max_jobs_per_machine)
        return BG_E_TOO_MANY_JOBS_PER_MACHINE;
    if (count_jobs_of(queue, owner) >= queue->settings.max_jobs_per_user)
        return BG_E_TOO_MANY_JOBS_PER_USER;
    return S_OK;
}

/* A job that cannot be kept is not made. */
static HRESULT keep_new_job(struct queue *queue, struct job *job)
{
    HRESULT hr;

    job_mark_everything(job);
    if (SUCCEEDED(hr = queue_save(queue))) return S_OK;
    if (list_is_linked(&job->queue_link))
    {
        queue_remove_job(queue, job);
        job_release(job, JOB_HOLDER_QUEUE);
    }
    list_remove(&job->unsaved_link);
    job->is_kept = false;
    return hr;
}

/* A job that is ready goes in, or away. */
static HRESULT add_job(struct queue *queue, struct job *job)
{
    HRESULT hr;

    queue_lock(queue);
    if (queue_find_any_job(queue, &job->id))
        hr = E_INVALIDARG;
    else if (SUCCEEDED(hr = check_job_limits(queue, &job->owner)) &&
             SUCCEEDED(hr = queue_insert_job(queue, job)))
        hr = keep_new_job(queue, job);
    queue_unlock(queue);

    if (FAILED(hr)) job_release(job, JOB_HOLDER_CALLER);
    return hr;
}

static HRESULT begin_adding(struct queue *queue, const struct caller_facts *owner)
{
    const struct queue_ports *ports = &queue->ports;
    HRESULT hr = access_check_token(owner);

    if (FAILED(hr)) return hr;
    if (ports->account && FAILED(hr = access_check_account(owner, ports->account))) return hr;
    return ports->work ? ports->work->begin(ports->work_ctx) : hr;
}

HRESULT queue_add_job(struct queue *queue, const WCHAR *display_name, uint32_t type,
                      const struct caller_facts *owner, struct job **out)
{
    struct job *job;
    HRESULT hr;

    *out = NULL;
    if (!display_name || str_len(display_name) > JOB_DISPLAY_NAME_MAX) return E_INVALIDARG;
    if (type >= JOB_TYPE_COUNT) return E_NOTIMPL;
    if (FAILED(hr = begin_adding(queue, owner))) return hr;
    if (FAILED(hr = job_create(queue, display_name, (enum job_type)type, owner, &job))) return hr;
    if (SUCCEEDED(hr = add_job(queue, job))) *out = job;
    return hr;
}

HRESULT queue_add_group(struct queue *queue, const GUID *id, const struct caller_facts *owner,
                        struct job **out)
{
    static const WCHAR no_name[] = {0};
    struct job *job;
    HRESULT hr;

    *out = NULL;
    if (FAILED(hr = begin_adding(queue, owner))) return hr;
    if (FAILED(hr = job_create(queue, no_name, JOB_TYPE_DOWNLOAD, owner, &job))) return hr;
    job->id = *id;
    job->legacy.is_group = true;
    if (SUCCEEDED(hr = add_job(queue, job))) *out = job;
    return hr;
}

HRESULT queue_find_job(struct queue *queue, const GUID *id, const struct caller_facts *caller,
                       struct job **out)
{
    HRESULT hr = BG_E_NOT_FOUND;
    struct job *job;

    *out = NULL;
    queue_lock(queue);
    if ((job = queue_find_any_job(queue, id)) && SUCCEEDED(hr = access_check(caller, &job->owner)))
    {
        job_addref(job, JOB_HOLDER_CALLER);
        *out = job;
    }
    queue_unlock(queue);
    return hr;
}

HRESULT queue_list_jobs(struct queue *queue, const struct caller_facts *caller, bool all_users,
                        struct job ***jobs, uint32_t *count)
{
    HRESULT hr = E_OUTOFMEMORY;
    struct list *cursor;

    *jobs = NULL;
    *count = 0;
    if (all_users && !caller->is_admin) return E_ACCESSDENIED;

    queue_lock(queue);
    if (queue->job_count && !(*jobs = malloc(queue->job_count * sizeof(**jobs)))) goto done;
    hr = S_OK;
    LIST_FOR_EACH(cursor, &queue->jobs)
    {
        struct job *job = LIST_ENTRY_OF(cursor, struct job, queue_link);

        if (!access_may_list(caller, &job->owner, all_users)) continue;
        job_addref(job, JOB_HOLDER_CALLER);
        (*jobs)[(*count)++] = job;
    }

done:
    queue_unlock(queue);
    return hr;
}

uint32_t queue_job_count(struct queue *queue)
{
    uint32_t count;

    queue_lock(queue);
    count = queue->job_count + queue->farewells;
    queue_unlock(queue);
    return count;
}

/* The next entry is read before the event, which may move the job to another list. */
static void apply_to_running(struct queue *queue, enum job_event event,
                             bool (*concerns)(const struct job *job))
{
    struct list *cursor, *next;

    LIST_FOR_EACH_SAFE(cursor, next, &queue->running)
    {
        struct job *job = LIST_ENTRY_OF(cursor, struct job, turn_link);

        if (!concerns || concerns(job)) job_apply(job, event);
    }
}

static bool may_ask_peers(const struct job *job)
{
    return !job->upload && job->peer_flags & PEER_JOB_CLIENT;
}

static bool may_use_branchcache(const struct job *job)
{
    return !job->upload && !(job->peer_flags & PEER_JOB_NO_BRANCHCACHE);
}

void queue_apply_settings(struct queue *queue, const struct machine_settings *settings)
{
    struct list *cursor;
    bool is_branchcache_changed;
    uint32_t changed;

    queue_lock(queue);
    is_branchcache_changed = queue->settings.uses_branchcache != settings->uses_branchcache;
    changed = queue->settings.peer_flags ^ settings->peer_flags;
    queue->settings = *settings;
    if (changed & PEER_MACHINE_CLIENT) apply_to_running(queue, EV_SOURCES_CHANGED, may_ask_peers);
    if (is_branchcache_changed) apply_to_running(queue, EV_SOURCES_CHANGED, may_use_branchcache);
    queue->conditions_at = 0;
    queue_limits_changed(queue);
    LIST_FOR_EACH(cursor, &queue->jobs)
    scheduler_refresh(LIST_ENTRY_OF(cursor, struct job, queue_link));
    queue_wake_scheduler(queue);
    queue_unlock(queue);
}

void queue_network_lost(struct queue *queue)
{
    queue_lock(queue);
    queue->is_network_up = false;
    apply_to_running(queue, EV_NETWORK_LOST, NULL);
    /* Jobs that are ready follow when the scheduler looks. */
    queue_wake_scheduler(queue);
    queue_unlock(queue);
}

/* The network's return is a reason to try again whatever the error was. */
void queue_network_returned(struct queue *queue)
{
    struct list *cursor;

    queue_lock(queue);
    queue->is_network_up = true;
    LIST_FOR_EACH(cursor, &queue->jobs)
    {
        struct job *job = LIST_ENTRY_OF(cursor, struct job, queue_link);

        if (job->state == JOB_TRANSIENT_ERROR) job_apply(job, EV_RETRY);
    }
    queue_wake_scheduler(queue);
    queue_unlock(queue);
}
