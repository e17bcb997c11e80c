/* SPDX-License-Identifier: LGPL-2.1-or-later
 *
 * Keeping the queue. A change marks what it has made different; whoever must know that it is kept
 * takes values of all that is marked, under the lock, and writes them after the lock has been let
 * go of. One thread at a time writes; those who come meanwhile share the next write. What nobody
 * waits for is written by the scheduler's thread. */
#include <stdlib.h>
#include <string.h>

#include "base/log.h"
#include "base/str.h"
#include "job/job_private.h"

#define CHECKPOINT_MS 1000
#define FAILED_MS     5000 /* to the next try of what could not be kept */

/* Changes that are kept together. */
struct save_batch
{
    struct store_change *first, **last;
    unsigned int waiters;
    bool is_over;
    HRESULT hr;
};

static bool has_store(const struct queue *queue)
{
    return queue->ports.store != NULL;
}

static void save_by(struct queue *queue, tick_t due)
{
    if (due < queue->save_at) queue->save_at = due;
}

/* ---- marks ---- */

void job_mark(struct job *job, unsigned int what)
{
    struct queue *queue = job->queue;

    lock_assert_held(&queue->lock);
    if (!has_store(queue) || !job->is_kept) return;
    job->unsaved |= what;
    if (!list_is_linked(&job->unsaved_link)) list_add_tail(&queue->unsaved, &job->unsaved_link);
    save_by(queue, queue_now(queue) + CHECKPOINT_MS);
}

void job_mark_soon(struct job *job, unsigned int what)
{
    job_mark(job, what);
    if (job->unsaved & what) save_by(job->queue, queue_now(job->queue));
}

void job_mark_file(struct job *job, struct job_file *file, bool with_names)
{
    if (!has_store(job->queue)) return;
    file->are_names_unsaved |= with_names;
    if (!list_is_linked(&file->unsaved_link))
        list_add_tail(&job->unsaved_files, &file->unsaved_link);
    job_mark(job, UNSAVED_FILES);
}

/* ---- values ---- */

static struct store_change *add_change(struct save_batch *batch, enum store_change_kind kind,
                                       const struct job *job)
{
    struct store_change *change = calloc(1, sizeof(*change));

    if (!change) return NULL;
    change->kind = kind;
    change->job = job->id;
    *batch->last = change;
    batch->last = &change->next;
    return change;
}

static bool copy_text(WCHAR **to, const WCHAR *from)
{
    return !from || (*to = str_dup(from));
}

static bool copy_upload(struct job_texts *texts, const struct upload *upload)
{
    if (!upload) return true;
    if (!copy_text(&texts->reply_name, upload->reply_name)) return false;
    if (!upload->state.session[0] && !upload->state.fragment_limit) return true;
    if (!(texts->upload = malloc(sizeof(*texts->upload)))) return false;
    *texts->upload = upload->state;
    return true;
}

static struct job_texts *copy_texts(const struct job *job)
{
    struct job_texts *texts = calloc(1, sizeof(*texts));

    if (!texts) return NULL;
    texts->type = job->type;
    texts->owner = job->owner;
    texts->http = http_settings_addref(job->http);
    texts->legacy = job->legacy;
    texts->legacy.notify_class = (GUID){0};
    if (copy_text(&texts->display_name, job->display_name) &&
        copy_text(&texts->description, job->description) &&
        copy_text(&texts->proxy_list, job->proxy_list) &&
        copy_text(&texts->proxy_bypass, job->proxy_bypass) &&
        copy_text(&texts->notify_program, job->notify_program) &&
        copy_text(&texts->notify_parameters, job->notify_parameters) &&
        copy_upload(texts, job->upload))
        return texts;
    job_texts_free(texts);
    return NULL;
}

static struct file_names *copy_names(const struct job_file *file)
{
    struct file_names *names = calloc(1, sizeof(*names));

    if (!names) return NULL;
    names->ranges = file_ranges_addref(file->ranges);
    names->is_elsewhere = file->is_elsewhere;
    if (file->headers && !(names->headers = strdup(file->headers)))
    {
        file_names_free(names);
        return NULL;
    }
    if (copy_text(&names->remote, file->remote_name) &&
        copy_text(&names->content, file->content_name) &&
        copy_text(&names->local, file->local_name) && copy_text(&names->temp, file->temp_name))
        return names;
    file_names_free(names);
    return NULL;
}

static struct job_status status_of(const struct job *job, tick_t now)
{
    struct job_status status = {.state = job->state,
                                .ending = job->ending,
                                .priority = job->priority,
                                .peer_flags = job->peer_flags,
                                .notify_flags = job->notify_flags,
                                .min_retry_delay = job->min_retry_delay,
                                .no_progress_timeout = job->no_progress_timeout,
                                .max_download_time = job->max_download_time,
                                .has_max_download_time = job->has_max_download_time,
                                .proxy_usage = job->proxy_usage,
                                .times = job->times,
                                .error = job->error,
                                .error_count = job->error_count,
                                .notify_failures = job->notify_failures,
                                .active_ms = job->active_ms,
                                .is_done_untold = job->is_done_untold,
                                .is_error_untold = job->is_error_untold,
                                .is_on_demand = job->is_on_demand,
                                .options = job->options};

    if (job_state_is_running(job->state)) status.active_ms += now - job->active_since;
    return status;
}

static bool collect_file(struct save_batch *batch, struct job *job, struct job_file *file)
{
    struct store_change *change = add_change(batch, STORE_FILE, job);
    struct file_status *status;

    if (!change) return false;
    status = &change->file_data.status;
    *status = (struct file_status){.version = file->version,
                                   .sum = file->sum,
                                   .sources = file->sources,
                                   .has_temp_file = file->has_temp_file,
                                   .is_done = file->is_done,
                                   .is_published = file->is_published,
                                   .is_valid = file->is_valid,
                                   .is_origin_only = file->is_origin_only,
                                   .is_untold = file->is_untold,
                                   .is_renamed = file->is_renamed,
                                   .is_of_two_names = file->is_of_two_names};
    range_set_init(&status->have);
    change->file = file->index;
    if (FAILED(range_set_copy(&status->have, &file->have)) ||
        FAILED(file_wishes_copy(&status->wishes, &file->wishes)))
        return false;
    if (file->are_names_unsaved && !(change->file_data.names = copy_names(file))) return false;
    return true;
}

static bool collect_files(struct save_batch *batch, struct job *job)
{
    struct job_file *file;

    while ((file = LIST_HEAD_ENTRY(&job->unsaved_files, struct job_file, unsaved_link)))
    {
        if (!collect_file(batch, job, file)) return false;
        list_remove(&file->unsaved_link);
        file->are_names_unsaved = false;
    }
    return true;
}

static bool collect_job(struct save_batch *batch, struct job *job)
{
    struct store_change *change;

    if (job->unsaved & UNSAVED_REMOVAL) return add_change(batch, STORE_REMOVE_JOB, job) != NULL;
    if (!(change = add_change(batch, STORE_JOB, job))) return false;
    change->job_data.status = status_of(job, queue_now(job->queue));
    if ((job->unsaved & UNSAVED_TEXTS) && !(change->job_data.texts = copy_texts(job))) return false;
    return collect_files(batch, job);
}

/* Takes back what was added after the place. */
static void cut(struct save_batch *batch, struct store_change **place)
{
    struct store_change *rest = *place;

    *place = NULL;
    batch->last = place;
    store_changes_free(rest);
}

/* What cannot be had now stays marked. A part of a job is never kept. */
static HRESULT collect(struct queue *queue, struct save_batch *batch)
{
    struct job *job;

    while ((job = LIST_HEAD_ENTRY(&queue->unsaved, struct job, unsaved_link)))
    {
        struct store_change **place = batch->last;

        if (!collect_job(batch, job))
        {
            cut(batch, place);
            job_mark_everything(job);
            return E_OUTOFMEMORY;
        }
        list_remove(&job->unsaved_link);
        job->unsaved = 0;
    }
    return S_OK;
}

/* ---- writing ---- */

void job_mark_everything(struct job *job)
{
    for (uint32_t i = 0; i < job->file_count + job->has_reply; i++)
        job_mark_file(job, job->files[i], true);
    job_mark(job, UNSAVED_STATUS | UNSAVED_TEXTS);
}

/* Nothing of it was kept: all of it is to be kept again. A job that has left the queue needs no
 * record of how, only to be forgotten. */
static void mark_again(struct queue *queue, const struct store_change *change)
{
    struct job *job = NULL;

    for (; change; change = change->next)
    {
        if (job && guid_is_equal(&job->id, &change->job)) continue;
        if ((job = queue_find_any_job(queue, &change->job))) job_mark_everything(job);
    }
}

static void write_batch(struct queue *queue)
{
    struct save_batch *batch = queue->batch;
    HRESULT hr;

    queue->batch = NULL;
    queue->is_saving = true;
    batch->waiters++;
    lock_release(&queue->lock);
    hr = queue->ports.store->commit(queue->ports.store_ctx, batch->first);
    lock_acquire(&queue->lock);

    if (FAILED(hr))
    {
        LOG_ERR(LOG_STORE, "the queue cannot be kept: %#lx", (unsigned long)hr);
        mark_again(queue, batch->first);
        queue->save_at = TICK_NEVER;
        save_by(queue, queue_now(queue) + FAILED_MS);
    }
    batch->hr = hr;
    batch->is_over = true;
    batch->waiters--;
    queue->is_saving = false;
    cond_broadcast(&queue->saved);
}

static void free_batch(struct save_batch *batch)
{
    store_changes_free(batch->first);
    free(batch);
}

static struct save_batch *open_batch(struct queue *queue)
{
    struct save_batch *batch;

    if (queue->batch) return queue->batch;
    if (!(batch = calloc(1, sizeof(*batch)))) return NULL;
    batch->last = &batch->first;
    return queue->batch = batch;
}

HRESULT queue_save(struct queue *queue)
{
    struct save_batch *batch;
    HRESULT hr, saved;

    lock_assert_held(&queue->lock);
    if (!has_store(queue) || list_is_empty(&queue->unsaved)) return S_OK;
    if (!(batch = open_batch(queue))) return E_OUTOFMEMORY;
    queue->save_at = TICK_NEVER;
    hr = collect(queue, batch);

    batch->waiters++;
    while (!batch->is_over)
    {
        if (queue->is_saving)
            cond_wait(&queue->saved, &queue->lock, COND_FOREVER);
        else
            write_batch(queue);
    }
    saved = batch->hr;
    if (!--batch->waiters) free_batch(batch);
    return FAILED(saved) ? saved : hr;
}

HRESULT queue_save_and_unlock(struct queue *queue)
{
    HRESULT hr = queue_save(queue);

    queue_unlock(queue);
    return hr;
}
