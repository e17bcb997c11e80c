/* SPDX-License-Identifier: LGPL-2.1-or-later
 *
 * A job: life time, locking, and the properties that have no consequences beyond themselves. */
#include "job/job.h"

#include <stdlib.h>

#include "base/random.h"
#include "base/str.h"
#include "bitsmsg.h"
#include "job/credentials.h"
#include "job/job_private.h"
#include "policy/peer_flags.h"

static struct job *alloc_job(struct queue *queue)
{
    struct job *job = calloc(1, sizeof(*job));

    if (!job) return NULL;
    atomic_init(&job->refs, 0);
    job_addref(job, JOB_HOLDER_CALLER);

    job->queue = queue;
    job->state = JOB_SUSPENDED;
    job->priority = JOB_PRIORITY_NORMAL;
    job->min_retry_delay = queue->settings.min_retry_delay;
    job->no_progress_timeout = queue->settings.no_progress_timeout;
    job->notify_flags = NOTIFY_FLAG_DEFAULT;
    job->error.file_index = JOB_NO_FILE;
    job->retry_at = job->stalled_since = TICK_NEVER;
    job->change_told_at = job->ranges_told_at = TICK_NEVER;
    job->touched_at = queue_now(queue);
    job->times.creation = job->times.modification = clock_filetime(&queue->ports.clock);
    list_init(&job->queue_link);
    list_init(&job->turn_link);
    list_init(&job->outbox_link);
    list_init(&job->notify_link);
    list_init(&job->unsaved_link);
    list_init(&job->unsaved_files);
    return job;
}

static bool add_upload(struct job *job)
{
    if (job->type == JOB_TYPE_DOWNLOAD) return true;
    if (!(job->upload = calloc(1, sizeof(*job->upload)))) return false;
    job->upload->host_failed_at = TICK_NEVER;
    return true;
}

HRESULT job_create(struct queue *queue, const WCHAR *display_name, enum job_type type,
                   const struct caller_facts *owner, struct job **out)
{
    struct job *job = alloc_job(queue);
    HRESULT hr;

    *out = NULL;
    if (!job) return E_OUTOFMEMORY;
    job->type = type;
    job->owner = *owner;
    if (FAILED(hr = guid_create_random(&job->id)) || !(job->display_name = str_dup(display_name)) ||
        !add_upload(job))
    {
        job_release(job, JOB_HOLDER_CALLER);
        return FAILED(hr) ? hr : E_OUTOFMEMORY;
    }
    *out = job;
    return S_OK;
}

static WCHAR *take_text(WCHAR **text)
{
    WCHAR *taken = *text;

    *text = NULL;
    return taken;
}

HRESULT job_create_from_texts(struct queue *queue, const GUID *id, struct job_texts *texts,
                              struct job **out)
{
    struct job *job = alloc_job(queue);

    *out = job;
    if (!job) return E_OUTOFMEMORY;
    job->id = *id;
    job->type = texts->type;
    job->owner = texts->owner;
    if (!add_upload(job))
    {
        job_release(job, JOB_HOLDER_CALLER);
        *out = NULL;
        return E_OUTOFMEMORY;
    }
    if (job->upload && texts->upload) job->upload->state = *texts->upload;
    if (job->upload) job->upload->reply_name = take_text(&texts->reply_name);
    job->display_name = take_text(&texts->display_name);
    job->description = take_text(&texts->description);
    job->proxy_list = take_text(&texts->proxy_list);
    job->proxy_bypass = take_text(&texts->proxy_bypass);
    job->notify_program = take_text(&texts->notify_program);
    job->notify_parameters = take_text(&texts->notify_parameters);
    job->http = texts->http;
    texts->http = NULL;
    job->legacy = texts->legacy;
    job_texts_free(texts);
    return S_OK;
}

/* A write that failed may have left it marked. */
static void unmark(struct job *job)
{
    if (!list_is_linked(&job->unsaved_link)) return;
    queue_lock(job->queue);
    list_remove(&job->unsaved_link);
    queue_unlock(job->queue);
}

static void job_destroy(struct job *job)
{
    unmark(job);
    for (uint32_t i = 0; i < job->file_count + job->has_reply; i++)
        job_file_destroy(job->files[i]);
    free(job->files);
    if (job->upload) free(job->upload->reply_name);
    free(job->upload);
    if (job->slot) notify_slot_release(job->slot);
    free(job->display_name);
    free(job->description);
    free(job->proxy_list);
    free(job->proxy_bypass);
    free(job->notify_program);
    free(job->notify_parameters);
    http_settings_release(job->http);
    job_token_release(job->token);
    free(job);
}

void job_addref(struct job *job, enum job_holder holder)
{
    atomic_fetch_add(&job->refs, 1);
#ifndef NDEBUG
    atomic_fetch_add(&job->holders[holder], 1);
#else
    (void)holder;
#endif
}

void job_release(struct job *job, enum job_holder holder)
{
#ifndef NDEBUG
    if (atomic_fetch_sub(&job->holders[holder], 1) <= 0) abort();
#else
    (void)holder;
#endif
    if (atomic_fetch_sub(&job->refs, 1) == 1) job_destroy(job);
}

void job_rename_holder(struct job *job, enum job_holder from, enum job_holder to)
{
    job_addref(job, to);
    job_release(job, from);
}

struct queue *job_queue(struct job *job)
{
    return job->queue;
}

const GUID *job_id(const struct job *job)
{
    return &job->id;
}

enum job_type job_type(const struct job *job)
{
    return job->type;
}

void job_lock(struct job *job)
{
    queue_lock(job->queue);
    while (job->is_ending)
        cond_wait(&job->queue->quiet, &job->queue->lock, COND_FOREVER);
}

HRESULT job_lock_for_change(struct job *job)
{
    job_lock(job);
    if (!job_state_is_final(job->state)) return S_OK;
    queue_unlock(job->queue);
    return BG_E_INVALID_STATE;
}

void job_stamp(struct job *job)
{
    job->times.modification = clock_filetime(&job->queue->ports.clock);
    job->touched_at = queue_now(job->queue);
    job_mark(job, UNSAVED_STATUS);
}

void job_touch(struct job *job)
{
    job_stamp(job);
    if (!(job->notify_flags & NOTIFY_FLAG_MODIFICATION) || !job_has_object(job)) return;
    job->is_change_untold = true;
    job_notify_refresh(job, job->touched_at);
}

/* Ends a change that has been made under job_lock_for_change(). */
static HRESULT finish_change(struct job *job)
{
    job_touch(job);
    return queue_save_and_unlock(job->queue);
}

/* ---- state ---- */

enum job_state job_state(struct job *job)
{
    enum job_state state;

    queue_lock(job->queue);
    state = job->state;
    queue_unlock(job->queue);
    return state;
}

void job_get_progress(struct job *job, struct job_progress *progress)
{
    queue_lock(job->queue);
    progress->bytes_total =
        job->files_unsized || job->bytes_carry ? JOB_SIZE_UNKNOWN : job->bytes_total;
    progress->bytes_transferred = job->bytes_done;
    progress->files_total = job->file_count;
    progress->files_transferred = job->files_done;
    queue_unlock(job->queue);
}

void job_get_times(struct job *job, struct job_times *times)
{
    queue_lock(job->queue);
    *times = job->times;
    queue_unlock(job->queue);
}

uint32_t job_error_count(struct job *job)
{
    uint32_t count;

    queue_lock(job->queue);
    count = job->error_count;
    queue_unlock(job->queue);
    return count;
}

HRESULT job_get_error(struct job *job, struct job_error *error)
{
    HRESULT hr = BG_E_ERROR_INFORMATION_UNAVAILABLE;

    queue_lock(job->queue);
    if (job->state == JOB_ERROR || job->state == JOB_TRANSIENT_ERROR)
    {
        *error = job->error;
        hr = S_OK;
    }
    queue_unlock(job->queue);
    return hr;
}

void job_get_owner(struct job *job, struct caller_facts *owner)
{
    queue_lock(job->queue);
    *owner = job->owner;
    queue_unlock(job->queue);
}

HRESULT job_check_access(struct job *job, const struct caller_facts *caller)
{
    struct caller_facts owner;

    job_get_owner(job, &owner);
    return access_check(caller, &owner);
}

static HRESULT check_files(struct job *job)
{
    const struct queue_ports *ports = &job->queue->ports;
    uint32_t count = job_file_count(job);

    for (uint32_t i = 0; i < count; i++)
    {
        WCHAR *name;
        HRESULT hr;

        if (FAILED(hr = job_file_get_local_name(job, i, &name))) return hr;
        hr = ports->files->check_directory(ports->files_ctx, name);
        free(name);
        if (hr == E_OUTOFMEMORY) return hr;
        if (FAILED(hr)) return BG_E_NEW_OWNER_NO_FILE_ACCESS;
    }
    return S_OK;
}

static void change_owner(struct job *job, const struct caller_facts *owner)
{
    struct http_settings *http = job->http;

    job->owner = *owner;
    job->http = http_settings_for_new_owner(http);
    http_settings_release(http);
    free(job->notify_program);
    free(job->notify_parameters);
    job->notify_program = job->notify_parameters = NULL;
    /* As the command line: it is activated in the owner's name. */
    job->options.notify_class = (GUID){0};
    job->options.has_token = false;
    job->legacy.notify_class = (GUID){0};
    job->receiver_epoch++;
    job_mark(job, UNSAVED_TEXTS);
}

HRESULT job_take_ownership(struct job *job, const struct caller_facts *caller)
{
    struct caller_facts owner;
    struct job_token *token;
    HRESULT hr;

    job_get_owner(job, &owner);
    if (FAILED(hr = access_check_taking(caller, &owner))) return hr;
    if (job_state_is_final(job_state(job))) return BG_E_INVALID_STATE;
    if (FAILED(hr = check_files(job))) return hr;
    if (FAILED(hr = job_lock_for_change(job))) return hr;
    /* Somebody else may have taken it meanwhile. */
    hr = access_check_taking(caller, &job->owner);
    if (FAILED(hr))
    {
        queue_unlock(job->queue);
        return hr;
    }
    token = job->token;
    job->token = NULL;
    change_owner(job, caller);
    hr = finish_change(job);
    job_token_release(token);
    return hr;
}

/* ---- properties ---- */

static HRESULT copy_text(struct job *job, WCHAR *const *field, WCHAR **out)
{
    static const WCHAR empty[] = {0};

    queue_lock(job->queue);
    *out = str_dup(*field ? *field : empty);
    queue_unlock(job->queue);
    return *out ? S_OK : E_OUTOFMEMORY;
}

static HRESULT replace_text(struct job *job, WCHAR **field, const WCHAR *text)
{
    WCHAR *copy = str_dup(text), *old;
    HRESULT hr;

    if (!copy) return E_OUTOFMEMORY;
    if (FAILED(hr = job_lock_for_change(job)))
    {
        free(copy);
        return hr;
    }
    old = *field;
    *field = copy;
    job_mark(job, UNSAVED_TEXTS);
    hr = finish_change(job);
    free(old);
    return hr;
}

HRESULT job_set_display_name(struct job *job, const WCHAR *name)
{
    if (!name) return E_INVALIDARG;
    if (str_len(name) > JOB_DISPLAY_NAME_MAX) return BG_E_STRING_TOO_LONG;
    return replace_text(job, &job->display_name, name);
}

HRESULT job_get_display_name(struct job *job, WCHAR **name)
{
    return copy_text(job, &job->display_name, name);
}

HRESULT job_set_description(struct job *job, const WCHAR *text)
{
    if (!text) return E_INVALIDARG;
    if (str_len(text) > JOB_DESCRIPTION_MAX) return BG_E_STRING_TOO_LONG;
    return replace_text(job, &job->description, text);
}

HRESULT job_get_description(struct job *job, WCHAR **text)
{
    return copy_text(job, &job->description, text);
}

static uint32_t get_number(struct job *job, const uint32_t *field)
{
    uint32_t value;

    queue_lock(job->queue);
    value = *field;
    queue_unlock(job->queue);
    return value;
}

enum job_priority job_priority(struct job *job)
{
    enum job_priority priority;

    queue_lock(job->queue);
    priority = job->priority;
    queue_unlock(job->queue);
    return priority;
}

HRESULT job_set_min_retry_delay(struct job *job, uint32_t seconds)
{
    HRESULT hr;

    if (FAILED(hr = job_lock_for_change(job))) return hr;
    job->min_retry_delay = seconds < JOB_RETRY_DELAY_MIN ? JOB_RETRY_DELAY_MIN : seconds;
    return finish_change(job);
}

uint32_t job_min_retry_delay(struct job *job)
{
    return get_number(job, &job->min_retry_delay);
}

HRESULT job_set_no_progress_timeout(struct job *job, uint32_t seconds)
{
    HRESULT hr;

    if (FAILED(hr = job_lock_for_change(job))) return hr;
    job->no_progress_timeout = seconds;
    scheduler_refresh(job);
    return finish_change(job);
}

uint32_t job_no_progress_timeout(struct job *job)
{
    return get_number(job, &job->no_progress_timeout);
}

HRESULT job_set_max_download_time(struct job *job, uint32_t seconds)
{
    HRESULT hr;

    if (FAILED(hr = job_lock_for_change(job))) return hr;
    job->max_download_time = seconds;
    job->has_max_download_time = true;
    scheduler_refresh(job);
    return finish_change(job);
}

uint32_t job_max_download_time(struct job *job)
{
    uint32_t seconds;

    queue_lock(job->queue);
    seconds = job->has_max_download_time ? job->max_download_time
                                         : job->queue->settings.max_download_time;
    queue_unlock(job->queue);
    return seconds;
}

static HRESULT check_proxy(uint32_t usage, const WCHAR *list, const WCHAR *bypass)
{
    if (usage >= PROXY_USAGE_COUNT) return E_NOTIMPL;
    if (usage != PROXY_OVERRIDE) return list || bypass ? E_INVALIDARG : S_OK;
    if (!list) return E_INVALIDARG;
    if (str_len(list) > JOB_PROXY_LIST_MAX) return BG_E_PROXY_LIST_TOO_LARGE;
    if (bypass && str_len(bypass) > JOB_PROXY_LIST_MAX) return BG_E_PROXY_BYPASS_LIST_TOO_LARGE;
    return S_OK;
}

HRESULT job_set_proxy(struct job *job, uint32_t usage, const WCHAR *list, const WCHAR *bypass)
{
    WCHAR *new_list = NULL, *new_bypass = NULL, *old_list = NULL, *old_bypass = NULL;
    HRESULT hr;

    if (FAILED(hr = check_proxy(usage, list, bypass))) return hr;
    hr = E_OUTOFMEMORY;
    if (list && !(new_list = str_dup(list))) goto done;
    if (bypass && !(new_bypass = str_dup(bypass))) goto done;
    if (FAILED(hr = job_lock_for_change(job))) goto done;

    old_list = job->proxy_list;
    old_bypass = job->proxy_bypass;
    job->proxy_usage = (enum proxy_usage)usage;
    job->proxy_list = new_list;
    job->proxy_bypass = new_bypass;
    new_list = new_bypass = NULL;
    job_mark(job, UNSAVED_TEXTS);
    hr = finish_change(job);

done:
    free(new_list);
    free(new_bypass);
    free(old_list);
    free(old_bypass);
    return hr;
}

HRESULT job_get_proxy(struct job *job, enum proxy_usage *usage, WCHAR **list, WCHAR **bypass)
{
    HRESULT hr = S_OK;

    *list = *bypass = NULL;
    queue_lock(job->queue);
    *usage = job->proxy_usage;
    if (job->proxy_list && !(*list = str_dup(job->proxy_list))) hr = E_OUTOFMEMORY;
    if (job->proxy_bypass && !(*bypass = str_dup(job->proxy_bypass))) hr = E_OUTOFMEMORY;
    queue_unlock(job->queue);

    if (FAILED(hr))
    {
        free(*list);
        free(*bypass);
        *list = *bypass = NULL;
    }
    return hr;
}

/* ---- peer caching ---- */

/* Peers have no part in uploads, and a reply is of no use to them. */
uint32_t job_effective_peer_flags(const struct job *job)
{
    if (job->upload) return 0;
    return peer_flags_effective(job->peer_flags, job->queue->settings.peer_flags);
}

bool job_uses_branchcache(const struct job *job)
{
    return job->queue->settings.uses_branchcache && !job->upload &&
           !(job_effective_peer_flags(job) & PEER_JOB_NO_BRANCHCACHE);
}

HRESULT job_set_peer_flags(struct job *job, uint32_t flags)
{
    bool used_branchcache;
    uint32_t before;
    HRESULT hr;

    if (flags & ~(uint32_t)PEER_JOB_MASK) return E_NOTIMPL;
    if (FAILED(hr = job_lock_for_change(job))) return hr;

    if (flags == job->peer_flags)
    {
        job_touch(job);
        queue_unlock(job->queue);
        return S_OK;
    }
    before = job_effective_peer_flags(job);
    used_branchcache = job_uses_branchcache(job);
    job->peer_flags = flags;
    /* Serving has no say in where this job's bytes come from, or how they are asked for. */
    if ((before ^ job_effective_peer_flags(job)) & PEER_JOB_CLIENT ||
        used_branchcache != job_uses_branchcache(job))
        job_apply(job, EV_SOURCES_CHANGED);
    return finish_change(job);
}

uint32_t job_peer_flags(struct job *job)
{
    return get_number(job, &job->peer_flags);
}
