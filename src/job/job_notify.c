/* SPDX-License-Identifier: LGPL-2.1-or-later
 *
 * Events for clients. An event stays due until a client has taken it, so that one who registers
 * late hears of it too; modifications are merged and may be lost. Files are told in order, and all
 * of them before the job's own event. */
#include "job/job_notify.h"

#include <stdlib.h>

#include "base/log.h"
#include "base/str.h"
#include "bitsmsg.h"
#include "job/job_private.h"

/* A client that fails is asked again after one second, two, four and so on, up to the job's minimum
 * retry delay. */
#define RETRY_FIRST_MS  1000u
#define RETRY_DOUBLINGS 10u

/* ---- the client's object ---- */

static struct notify_slot *slot_addref(struct notify_slot *slot)
{
    atomic_fetch_add(&slot->refs, 1);
    return slot;
}

void notify_slot_release(struct notify_slot *slot)
{
    const struct queue_ports *ports = &slot->queue->ports;

    if (atomic_fetch_sub(&slot->refs, 1) != 1) return;
    ports->notify->release_target(ports->notify_ctx, slot->target);
    free(slot);
}

static struct notify_slot *slot_create(struct queue *queue, void *target)
{
    struct notify_slot *slot = calloc(1, sizeof(*slot));

    if (!slot) return NULL;
    atomic_init(&slot->refs, 1);
    slot->target = target;
    slot->queue = queue;
    return slot;
}

void job_receiver_changed(struct job *job)
{
    job->receiver_epoch++;
    job->notify_failures = 0;
    job->notify_at = 0;
    job_touch(job);
    job_notify_refresh(job, queue_now(job->queue));
}

HRESULT job_set_notify_target(struct job *job, void *target)
{
    struct notify_slot *slot = NULL, *old;
    HRESULT hr;

    if (target && !(slot = slot_create(job->queue, target))) return E_OUTOFMEMORY;
    if (FAILED(hr = job_lock_for_change(job)))
    {
        free(slot);
        return hr;
    }
    old = job->slot;
    job->slot = slot;
    job_receiver_changed(job);
    queue_unlock(job->queue);
    if (old) notify_slot_release(old);
    return S_OK;
}

void job_use_notify_target(struct job *job, void (*use)(void *ctx, void *target), void *ctx)
{
    struct notify_slot *slot = NULL;

    queue_lock(job->queue);
    if (job->slot) slot = slot_addref(job->slot);
    queue_unlock(job->queue);

    use(ctx, slot ? slot->target : NULL);
    if (slot) notify_slot_release(slot);
}

/* ---- the command line ---- */

static bool copy_optional(const WCHAR *text, WCHAR **out)
{
    *out = NULL;
    return !text || (*out = str_dup(text));
}

static HRESULT set_command(struct job *job, WCHAR *program, WCHAR *parameters)
{
    WCHAR *old_program = program, *old_parameters = parameters;
    HRESULT hr = job_lock_for_change(job);

    if (SUCCEEDED(hr))
    {
        old_program = job->notify_program;
        old_parameters = job->notify_parameters;
        job->notify_program = program;
        job->notify_parameters = parameters;
        job_mark(job, UNSAVED_TEXTS);
        job_receiver_changed(job);
        hr = queue_save_and_unlock(job->queue);
    }
    free(old_program);
    free(old_parameters);
    return hr;
}

HRESULT job_set_notify_command(struct job *job, const WCHAR *program, const WCHAR *parameters)
{
    WCHAR *own_program, *own_parameters;

    if (!program && parameters) return E_INVALIDARG;
    if (program && str_len_max(program, JOB_PROGRAM_MAX + 1) > JOB_PROGRAM_MAX)
        return BG_E_STRING_TOO_LONG;
    if (parameters && str_len_max(parameters, JOB_PARAMETERS_MAX + 1) > JOB_PARAMETERS_MAX)
        return BG_E_STRING_TOO_LONG;

    if (!copy_optional(program, &own_program)) return E_OUTOFMEMORY;
    if (!copy_optional(parameters, &own_parameters))
    {
        free(own_program);
        return E_OUTOFMEMORY;
    }
    return set_command(job, own_program, own_parameters);
}

HRESULT job_get_notify_command(struct job *job, WCHAR **program, WCHAR **parameters)
{
    queue_lock(job->queue);
    *program = str_dup(job->notify_program ? job->notify_program : u"");
    *parameters = str_dup(job->notify_parameters ? job->notify_parameters : u"");
    queue_unlock(job->queue);
    if (*program && *parameters) return S_OK;

    free(*program);
    free(*parameters);
    *program = *parameters = NULL;
    return E_OUTOFMEMORY;
}

/* "BITS does not support it for service accounts": there is nobody who could see the program. */
static bool has_program(const struct job *job)
{
    return job->notify_program && !access_is_service_account(&job->owner);
}

/* ---- the class ---- */

static bool has_class(const struct job *job)
{
    static const GUID none;

    return !guid_is_equal(&job->options.notify_class, &none);
}

bool job_has_object(const struct job *job)
{
    return job->slot || has_class(job);
}

bool job_notify_adopt(const struct notify_event *event, void *target)
{
    struct notify_slot *slot = slot_create(event->job->queue, target), *old = NULL;
    struct job *job = event->job;
    bool is_taken;

    if (!slot) return false;
    queue_lock(job->queue);
    is_taken = job->slot == event->slot && job->receiver_epoch == event->receiver_epoch &&
               !job_state_is_final(job->state) && list_is_linked(&job->queue_link);
    if (is_taken)
    {
        old = job->slot;
        job->slot = slot;
    }
    queue_unlock(job->queue);
    if (old) notify_slot_release(old);
    if (!is_taken) free(slot);
    return is_taken;
}

/* ---- flags ---- */

HRESULT job_set_notify_flags(struct job *job, uint32_t flags)
{
    HRESULT hr;

    if (flags & ~(uint32_t)NOTIFY_FLAG_MASK) return E_NOTIMPL;
    if (FAILED(hr = job_lock_for_change(job))) return hr;
    job->notify_flags = flags;
    job_touch(job);
    job_notify_refresh(job, queue_now(job->queue));
    return queue_save_and_unlock(job->queue);
}

uint32_t job_notify_flags(struct job *job)
{
    uint32_t flags;

    queue_lock(job->queue);
    flags = job->notify_flags;
    queue_unlock(job->queue);
    return flags;
}

/* ---- what is due ---- */

static uint32_t change_interval(const struct job *job)
{
    return job->options.has_change_interval ? job->options.change_interval_ms
                                            : CHANGE_INTERVAL_DEFAULT_MS;
}

static tick_t paced_time(const struct job *job, tick_t told_at)
{
    if (told_at == TICK_NEVER || told_at + change_interval(job) < job->notify_at)
        return job->notify_at;
    return told_at + change_interval(job);
}

/* What can wait, when there is nothing else; what has waited longer goes first. */
static bool find_paced_event(const struct job *job, bool has_ranges, enum notify_kind *kind)
{
    bool has_change = job_has_object(job) && job->is_change_untold &&
                      (job->notify_flags & NOTIFY_FLAG_MODIFICATION);

    if (!has_ranges && !has_change) return false;
    if (!has_change ||
        (has_ranges && paced_time(job, job->ranges_told_at) < paced_time(job, job->change_told_at)))
        *kind = NOTIFY_RANGES_TRANSFERRED;
    else
        *kind = NOTIFY_MODIFICATION;
    return true;
}

static bool has_untold_ranges(const struct job *job, bool *is_urgent)
{
    *is_urgent = false;
    return job_has_object(job) && (job->notify_flags & NOTIFY_FLAG_FILE_RANGES_TRANSFERRED) &&
           job_ranges_find(job, is_urgent) != JOB_NO_FILE;
}

/* False when there is nothing to tell. */
static bool find_event(const struct job *job, enum notify_kind *kind)
{
    uint32_t flags = job->notify_flags;
    bool has_ranges, is_urgent;

    if (job->is_event_out || (flags & NOTIFY_FLAG_DISABLE)) return false;
    if (job_state_is_final(job->state) || (!job_has_object(job) && !has_program(job))) return false;
    has_ranges = has_untold_ranges(job, &is_urgent);
    if (is_urgent)
        *kind = NOTIFY_RANGES_TRANSFERRED;
    else if (job_has_object(job) && job->files_untold && (flags & NOTIFY_FLAG_FILE_TRANSFERRED))
        *kind = NOTIFY_FILE_TRANSFERRED;
    else if (job->is_done_untold && (flags & NOTIFY_FLAG_TRANSFERRED))
        *kind = NOTIFY_TRANSFERRED;
    else if (job->is_error_untold && (flags & NOTIFY_FLAG_ERROR))
        *kind = NOTIFY_ERROR;
    else
        return find_paced_event(job, has_ranges, kind);
    return true;
}

static tick_t event_time(const struct job *job, enum notify_kind kind)
{
    bool is_urgent;

    if (kind == NOTIFY_MODIFICATION) return paced_time(job, job->change_told_at);
    if (kind != NOTIFY_RANGES_TRANSFERRED) return job->notify_at;
    job_ranges_find(job, &is_urgent);
    return is_urgent ? job->notify_at : paced_time(job, job->ranges_told_at);
}

/* The time of an event that has to wait. */
tick_t job_notify_deadline(const struct job *job)
{
    enum notify_kind kind;

    if (list_is_linked(&job->notify_link) || !find_event(job, &kind)) return TICK_NEVER;
    return event_time(job, kind);
}

void job_notify_refresh(struct job *job, tick_t now)
{
    enum notify_kind kind;

    if (!list_is_linked(&job->queue_link) || list_is_linked(&job->notify_link)) return;
    if (!find_event(job, &kind)) return;
    if (event_time(job, kind) > now)
    {
        scheduler_refresh(job);
        return;
    }
    list_add_tail(&job->queue->notify_due, &job->notify_link);
    job->queue->wants_notify_wake = true;
}

static uint32_t first_untold_file(struct job *job)
{
    while (!job->files[job->first_untold]->is_untold)
        job->first_untold++;
    return job->first_untold;
}

/* Without memory the event is told to the object alone, or fails and is told again. */
static void take_program(const struct job *job, struct notify_event *event)
{
    if (copy_optional(job->notify_program, &event->program) &&
        copy_optional(job->notify_parameters, &event->parameters))
        return;
    LOG_ERR(LOG_NOTIFY, "no memory for the program that is to be told of a job");
    free(event->program);
    event->program = event->parameters = NULL;
}

static void take_event(struct job *job, enum notify_kind kind, struct notify_event *event)
{
    bool is_urgent;

    *event = (struct notify_event){.job = job,
                                   .kind = kind,
                                   .file_index = JOB_NO_FILE,
                                   .error = job->error,
                                   .slot = job->slot ? slot_addref(job->slot) : NULL,
                                   .target = job->slot ? job->slot->target : NULL,
                                   .has_class = has_class(job),
                                   .notify_class = job->options.notify_class,
                                   .owner = job->owner,
                                   .receiver_epoch = job->receiver_epoch};
    if ((kind == NOTIFY_TRANSFERRED || kind == NOTIFY_ERROR) && has_program(job))
        take_program(job, event);
    job_addref(job, JOB_HOLDER_NOTIFY);
    job->is_event_out = true;

    switch (kind)
    {
    case NOTIFY_FILE_TRANSFERRED:
        event->file_index = first_untold_file(job);
        job->files[event->file_index]->is_untold = false;
        job->files_untold--;
        job_mark_file(job, job->files[event->file_index], false);
        break;
    case NOTIFY_TRANSFERRED:
        job->is_done_untold = false;
        break;
    case NOTIFY_ERROR:
        job->is_error_untold = false;
        break;
    case NOTIFY_MODIFICATION:
        job->is_change_untold = false;
        job->change_told_at = queue_now(job->queue);
        break;
    case NOTIFY_RANGES_TRANSFERRED:
        event->file_index = job_ranges_find(job, &is_urgent);
        job_ranges_take(job, event->file_index, &event->ranges);
        job->ranges_told_at = queue_now(job->queue);
        break;
    }
}

bool job_notify_take(struct queue *queue, struct notify_event *event)
{
    bool is_found = false;
    struct job *job;

    queue_lock(queue);
    while (!is_found && (job = LIST_HEAD_ENTRY(&queue->notify_due, struct job, notify_link)))
    {
        enum notify_kind kind;

        list_remove(&job->notify_link);
        if (!find_event(job, &kind)) continue;
        take_event(job, kind, event);
        is_found = true;
    }
    queue_unlock(queue);
    return is_found;
}

/* The event comes back, unless what it told of is over. */
static void give_back(struct job *job, const struct notify_event *event)
{
    struct job_file *file;

    switch (event->kind)
    {
    case NOTIFY_FILE_TRANSFERRED:
        file = job->files[event->file_index];
        if (!file->is_done || file->is_untold) break;
        file->is_untold = true;
        job->files_untold++;
        job_mark_file(job, file, false);
        if (event->file_index < job->first_untold) job->first_untold = event->file_index;
        break;
    case NOTIFY_TRANSFERRED:
        job->is_done_untold = job->state == JOB_TRANSFERRED;
        break;
    case NOTIFY_ERROR:
        job->is_error_untold = job->state == JOB_ERROR;
        break;
    case NOTIFY_MODIFICATION:
        break;
    case NOTIFY_RANGES_TRANSFERRED:
        job_ranges_give_back(job, event->file_index, &event->ranges);
        break;
    }
}

static void delay_next_event(struct job *job)
{
    uint64_t delay_ms = (uint64_t)RETRY_FIRST_MS << job->notify_failures;
    uint64_t limit_ms = job->min_retry_delay * 1000ull;

    if (job->notify_failures < RETRY_DOUBLINGS) job->notify_failures++;
    job->notify_at = queue_now(job->queue) + (delay_ms < limit_ms ? delay_ms : limit_ms);
}

static void plan_next(struct job *job, const struct notify_event *event, enum notify_result result)
{
    if (result == NOTIFY_TAKEN)
    {
        job->notify_failures = 0;
        job->notify_at = 0;
    }
    /* Somebody who came in the meantime is told at once. */
    else if (job->receiver_epoch != event->receiver_epoch)
        return;
    else if (result == NOTIFY_PROGRAM_FAILED)
        job->notify_at = queue_now(job->queue) + job->min_retry_delay * 1000ull;
    else
        delay_next_event(job);
}

void job_notify_finish(struct notify_event *event, enum notify_result result)
{
    struct job *job = event->job;
    struct queue *queue = job->queue;

    queue_lock(queue);
    job->is_event_out = false;
    if (list_is_linked(&job->queue_link)) job_mark(job, UNSAVED_STATUS);
    if (result != NOTIFY_TAKEN) give_back(job, event);
    plan_next(job, event, result);
    job_notify_refresh(job, queue_now(queue));
    queue_unlock(queue);

    if (event->slot) notify_slot_release(event->slot);
    free(event->program);
    free(event->parameters);
    range_set_done(&event->ranges);
    job_release(job, JOB_HOLDER_NOTIFY);
}
