/* SPDX-License-Identifier: LGPL-2.1-or-later
 *
 * The mover's desk for uploads. What comes next is not kept as a state of its own: it follows from
 * which files are done and whether a session is open. */
#include "job/job_upload.h"

#include <stdlib.h>

#include "base/str.h"
#include "base/url.h"
#include "bitsmsg.h"
#include "job/job_private.h"

/* Page "Cancel": the server is told for up to a day, or the no-progress timeout. */
#define FAREWELL_SECONDS_MAX 86400u

void upload_plan_done(struct upload_plan *plan)
{
    free(plan->remote_name);
    free(plan->local_name);
    free(plan->temp_name);
    http_settings_release(plan->http);
    job_token_release(plan->token);
    proxy_settings_done(&plan->proxy);
}

static bool is_current(const struct job *job, uint32_t epoch)
{
    return job->epoch == epoch && job_state_is_running(job->state);
}

static bool is_session_open(const struct job *job)
{
    return job->upload && job->upload->state.session[0] != 0;
}

bool job_upload_has_step(const struct job *job)
{
    if (!job->upload || !job->file_count) return false;
    if (!job->files[0]->is_done) return true;
    return !job_reply_is_next(job) && is_session_open(job);
}

bool job_reply_is_next(const struct job *job)
{
    return job->has_reply && job->files[0]->is_done && !job->files[job->file_count]->is_done;
}

/* It is on the disk when the next packet goes: a session that nobody knows of, or an end that may
 * have been heard, would make the upload start over. What cannot be kept now is kept later. */
static void keep_state(struct job *job)
{
    job_mark(job, UNSAVED_TEXTS);
    queue_save(job->queue);
}

bool job_upload_is_next(struct job *job, uint32_t epoch)
{
    bool is_next;

    queue_lock(job->queue);
    is_next = is_current(job, epoch) && job_upload_has_step(job);
    queue_unlock(job->queue);
    return is_next;
}

static HRESULT make_plan(struct job *job, struct upload_plan *plan)
{
    const struct job_file *file = job->files[0];
    const struct proxy_settings proxy = {job->proxy_usage, job->proxy_list, job->proxy_bypass};

    *plan = (struct upload_plan){.is_reply = job->type == JOB_TYPE_UPLOAD_REPLY,
                                 .is_closing = file->is_done,
                                 .has_temp_file = file->has_temp_file,
                                 .is_foreground = job->priority == JOB_PRIORITY_FOREGROUND,
                                 .rate = job_rate(job),
                                 .is_lan_free = job->queue->settings.bandwidth.ignores_lan,
                                 .version = file->version,
                                 .offset = range_set_total(&file->have),
                                 .state = job->upload->state,
                                 .host_failed_at = job->upload->host_failed_at,
                                 .http = http_settings_addref(job->http),
                                 .retry_ms = job->min_retry_delay * 1000u};
    if (job->options.token_flags & TOKEN_LOCAL_FILE) plan->token = job_token_addref(job->token);
    job->rate = plan->rate;
    if ((plan->remote_name = str_dup(file->remote_name)) &&
        (plan->local_name = str_dup(file->local_name)) &&
        (plan->temp_name = str_dup(file->temp_name)) && proxy_settings_copy(&plan->proxy, &proxy))
        return S_OK;
    upload_plan_done(plan);
    return E_OUTOFMEMORY;
}

HRESULT job_upload_next(struct job *job, uint32_t epoch, struct upload_plan *plan)
{
    HRESULT hr = S_FALSE;

    queue_lock(job->queue);
    if (is_current(job, epoch) && job_upload_has_step(job))
    {
        /* To close the session nothing of the file is needed. */
        bool is_token_lost = !job->files[0]->is_done && job_token_is_lost(job);

        hr = is_token_lost ? BG_E_TOKEN_REQUIRED : make_plan(job, plan);
        if (FAILED(hr))
        {
            struct job_error error = {hr, ERROR_CONTEXT_GENERAL_QUEUE_MANAGER, 0};

            job_fail(job, &error);
            hr = S_FALSE;
        }
    }
    queue_unlock(job->queue);
    return hr;
}

bool job_upload_opened(struct job *job, uint32_t epoch, const struct file_version *version)
{
    bool current;

    queue_lock(job->queue);
    if ((current = is_current(job, epoch)))
    {
        job_file_set_version(job, job->files[0], version);
        job_touch(job);
    }
    queue_unlock(job->queue);
    return current;
}

/* The file is to be sent from its beginning; its size and time stay what they are. */
static void send_again(struct job *job)
{
    struct file_version version = job->files[0]->version;

    job_file_start_over(job, 0);
    if (version.known) job_file_set_version(job, job->files[0], &version);
    if (job->has_reply) job_file_start_over(job, job->file_count);
}

bool job_upload_session(struct job *job, uint32_t epoch, const struct upload_state *state,
                        bool is_new)
{
    bool current;

    queue_lock(job->queue);
    current = is_current(job, epoch);
    if (current && is_new) send_again(job);
    job->upload->state = *state;
    if (current) job_touch(job);
    keep_state(job);
    current = is_current(job, epoch);
    queue_unlock(job->queue);
    return current;
}

void job_upload_host(struct job *job, uint32_t epoch, tick_t failed_at)
{
    queue_lock(job->queue);
    if (is_current(job, epoch) &&
        (failed_at == TICK_NEVER || job->upload->host_failed_at == TICK_NEVER))
        job->upload->host_failed_at = failed_at;
    queue_unlock(job->queue);
}

/* Bytes that are sent again after the server has lost them are no progress. */
bool job_upload_progress(struct job *job, uint32_t epoch, uint64_t offset)
{
    struct job_file *file = job->files[0];
    bool current;

    queue_lock(job->queue);
    if ((current = is_current(job, epoch)) && offset != range_set_total(&file->have))
    {
        job->bytes_done -= range_set_total(&file->have);
        range_set_clear(&file->have);
        if (offset) job_file_add_bytes(job, file, 0, offset, false);
        job_mark_file(job, file, false);
        if (offset > job->upload->best)
        {
            job->upload->best = offset;
            job->stalled_since = TICK_NEVER;
        }
        job_touch(job);
    }
    queue_unlock(job->queue);
    return current;
}

/* ---- the end of the file ---- */

static bool is_same_server(struct job *job, const WCHAR *url)
{
    bool is_same;

    queue_lock(job->queue);
    is_same = url_same_origin(job->files[0]->remote_name, url);
    queue_unlock(job->queue);
    return is_same;
}

/* Without a URL: an empty one, so that there is a file to complete. */
static HRESULT make_reply(struct job *job, const WCHAR *url, struct job_file **out)
{
    struct new_file names;
    WCHAR *local = NULL;
    HRESULT hr;

    *out = NULL;
    queue_lock(job->queue);
    if (job->upload->reply_name) local = str_dup(job->upload->reply_name);
    names.remote_name = url ? url : job->files[0]->remote_name;
    queue_unlock(job->queue);
    if (!(names.local_name = local)) return E_OUTOFMEMORY;
    hr = job_file_create(job->queue, &names, out);
    free(local);
    if (FAILED(hr)) return hr;
    (*out)->is_reply = (*out)->is_origin_only = true;
    /* What is secret is for the server that the client has named. */
    (*out)->is_elsewhere = url && !is_same_server(job, url);
    return S_OK;
}

/* A reply that was there before belongs to a session that the server lost. Fronts and the store
 * know it by its place, so it gets new names and keeps that. */
static void renew_reply(struct job_file *reply, struct job_file *now)
{
    WCHAR *remote = reply->remote_name, *local = reply->local_name;

    reply->remote_name = now->remote_name;
    reply->local_name = now->local_name;
    reply->is_elsewhere = now->is_elsewhere;
    now->remote_name = remote;
    now->local_name = local;
}

static void take_reply(struct job *job, struct job_file **made, bool is_empty)
{
    struct job_file *reply;

    if (job->has_reply)
    {
        renew_reply(job->files[job->file_count], *made);
        job_file_start_over(job, job->file_count);
    }
    else
    {
        (*made)->index = job->file_count;
        job->files[job->file_count] = *made;
        job->has_reply = true;
        *made = NULL;
    }
    reply = job->files[job->file_count];
    if (is_empty)
        job_file_set_version(job, reply, &(struct file_version){.known = true, .size = 0});
    job_mark_file(job, reply, true);
}

static HRESULT finish_file(struct job *job, const WCHAR *reply_url, struct job_file **reply)
{
    struct job_file *file = job->files[0];
    HRESULT hr;

    if (*reply)
    {
        if (FAILED(hr = job_reserve_files(job, 1))) return hr;
        take_reply(job, reply, !reply_url);
    }
    job_file_mark_done(job, 0);
    file->is_published = true;
    job->upload->best = 0;
    job->stalled_since = TICK_NEVER;
    job_mark_soon(job, UNSAVED_FILES);
    job_touch(job);
    return S_OK;
}

void job_upload_sent(struct job *job, uint32_t epoch, const WCHAR *reply_url)
{
    struct job_file *reply = NULL;
    HRESULT hr = S_OK;

    if (job->type == JOB_TYPE_UPLOAD_REPLY) hr = make_reply(job, reply_url, &reply);
    queue_lock(job->queue);
    if (is_current(job, epoch))
    {
        if (SUCCEEDED(hr)) hr = finish_file(job, reply_url, &reply);
        if (FAILED(hr))
            job_fail(job, &(struct job_error){hr, ERROR_CONTEXT_GENERAL_QUEUE_MANAGER, 0});
        else
            job_hand_over(job);
    }
    queue_unlock(job->queue);
    if (reply) job_file_destroy(reply);
}

void job_upload_closed(struct job *job, uint32_t epoch)
{
    queue_lock(job->queue);
    if (is_current(job, epoch))
    {
        job->upload->state = (struct upload_state){0};
        job->stalled_since = TICK_NEVER;
        job_mark_soon(job, UNSAVED_TEXTS);
        job_apply(job, EV_ALL_DONE);
    }
    queue_unlock(job->queue);
}

/* ---- failures ---- */

void job_upload_failed(struct job *job, uint32_t epoch, const struct job_error *error,
                       bool is_transient)
{
    queue_lock(job->queue);
    if (is_current(job, epoch)) job_fail_as(job, error, is_transient);
    queue_unlock(job->queue);
}

void job_upload_changed(struct job *job, uint32_t epoch)
{
    struct job_error error = {BG_E_LOCAL_FILE_CHANGED, ERROR_CONTEXT_LOCAL_FILE, 0};

    queue_lock(job->queue);
    if (is_current(job, epoch))
    {
        job_file_start_over(job, 0);
        job->upload->best = 0;
        job->upload->state.is_stale = is_session_open(job);
        job_mark_soon(job, UNSAVED_TEXTS);
        job_fail_as(job, &error, false);
    }
    queue_unlock(job->queue);
}

/* ---- farewells ---- */

bool job_upload_say_farewell(struct job *job)
{
    const struct queue_ports *ports = &job->queue->ports;
    bool is_wanted;

    queue_lock(job->queue);
    is_wanted = is_session_open(job) && ports->transfer->farewell;
    queue_unlock(job->queue);
    if (!is_wanted) return false;
    if (ports->work && FAILED(ports->work->begin(ports->work_ctx))) return false;
    queue_lock(job->queue);
    job->queue->farewells++;
    queue_unlock(job->queue);
    job_addref(job, JOB_HOLDER_TRANSFER);
    ports->transfer->farewell(ports->transfer_ctx, job);
    return true;
}

HRESULT job_upload_farewell(struct job *job, struct upload_plan *plan)
{
    HRESULT hr;

    queue_lock(job->queue);
    if (SUCCEEDED(hr = make_plan(job, plan)))
    {
        uint32_t seconds = job->no_progress_timeout < FAREWELL_SECONDS_MAX
                               ? job->no_progress_timeout
                               : FAREWELL_SECONDS_MAX;

        plan->give_up_at = job->touched_at + seconds * 1000ull;
    }
    queue_unlock(job->queue);
    return hr;
}

void job_upload_farewell_left(struct job *job)
{
    queue_lock(job->queue);
    job->queue->farewells--;
    queue_unlock(job->queue);
    job_release(job, JOB_HOLDER_TRANSFER);
}

void job_upload_farewell_done(struct job *job)
{
    queue_lock(job->queue);
    job->queue->farewells--;
    job_forget(job);
    queue_unlock(job->queue);
    job_release(job, JOB_HOLDER_TRANSFER);
}
