/* SPDX-License-Identifier: LGPL-2.1-or-later
 *
 * The mover's desk: hands out work and takes reports. */
#include "job/job_transfer.h"

#include <stdlib.h>
#include <string.h>

#include "base/log.h"
#include "base/str.h"
#include "base/url.h"
#include "bitsmsg.h"
#include "job/job_private.h"

/* A file that keeps changing is no fault of the job: it is tried again later. */
#define FILE_KEEPS_CHANGING BG_E_NO_PROGRESS

void transfer_plan_done(struct transfer_plan *plan)
{
    free(plan->remote_name);
    free(plan->local_name);
    free(plan->temp_name);
    range_set_done(&plan->have);
    file_ranges_release(plan->ranges);
    http_settings_release(plan->http);
    job_token_release(plan->token);
    proxy_settings_done(&plan->proxy);
}

static bool is_current(const struct job *job, uint32_t epoch)
{
    return job->epoch == epoch && job_state_is_running(job->state);
}

static HRESULT make_plan(struct job *job, uint32_t index, struct transfer_plan *plan)
{
    const struct job_file *file = job->files[index];
    const struct proxy_settings proxy = {job->proxy_usage, job->proxy_list, job->proxy_bypass};
    struct source_facts facts = {.is_file_url = url_scheme_of(file->remote_name) == URL_FILE,
                                 .is_origin_only = file->is_origin_only || job_has_own_method(job)};
    struct url_parts parts;

    if (job_token_is_lost(job)) return BG_E_TOKEN_REQUIRED;
    *plan = (struct transfer_plan){.file_index = index,
                                   .generation = file->generation,
                                   .is_foreground = job->priority == JOB_PRIORITY_FOREGROUND,
                                   .rate = job_rate(job),
                                   .is_lan_free = job->queue->settings.bandwidth.ignores_lan,
                                   .is_single = job_has_own_method(job),
                                   .is_elsewhere = file->is_elsewhere,
                                   .uses_branchcache =
                                       job_uses_branchcache(job) && !job_has_own_method(job),
                                   .has_temp_file = file->has_temp_file,
                                   .is_direct = job->options.is_high_performance,
                                   .is_restored = file->is_restored,
                                   .is_random = file->wishes.is_random,
                                   .is_renamed = file->is_renamed,
                                   .ranges = file_ranges_addref(file->ranges),
                                   .version = file->version,
                                   .sum = file->sum,
                                   .http = http_settings_addref(job->http),
                                   .token = job_token_addref(job->token),
                                   .token_use = job->options.token_flags,
                                   .acl_flags = job->options.acl_flags};
    job->rate = plan->rate;
    /* Peers are told names of files, and this one has a password in it. */
    if (url_split(file->remote_name, &parts) && parts.user.len) facts.is_origin_only = true;
    plan->source = source_select(job_effective_peer_flags(job), &facts);
    plan->is_dynamic = job->options.is_dynamic && plan->source != SOURCE_FILE && !file->ranges;
    if (plan->is_dynamic) plan->source = SOURCE_ORIGIN;
    range_set_init(&plan->have);
    if ((plan->remote_name = str_dup(file->remote_name)) &&
        (plan->local_name = str_dup(file->local_name)) &&
        (plan->temp_name = str_dup(job_temp_name(job, file))) &&
        SUCCEEDED(range_set_copy(&plan->have, &file->have)) &&
        proxy_settings_copy(&plan->proxy, &proxy))
        return S_OK;
    transfer_plan_done(plan);
    return E_OUTOFMEMORY;
}

HRESULT job_transfer_next(struct job *job, uint32_t epoch, struct transfer_plan *plan)
{
    HRESULT hr = S_FALSE;
    uint32_t index;

    queue_lock(job->queue);
    if (is_current(job, epoch))
    {
        if (job_upload_has_step(job))
            job_hand_over(job);
        else if ((index = job_next_file(job)) == JOB_NO_FILE)
            job_apply(job, job_has_open_file(job) ? EV_NOTHING_WANTED : EV_ALL_DONE);
        else if (FAILED(hr = make_plan(job, index, plan)))
        {
            struct job_error error = {hr, ERROR_CONTEXT_GENERAL_QUEUE_MANAGER, index};

            job_fail(job, &error);
            hr = S_FALSE;
        }
    }
    queue_unlock(job->queue);
    return hr;
}

HRESULT job_transfer_next_range(struct job *job, uint32_t epoch, const struct transfer_plan *plan,
                                struct byte_range *range)
{
    struct job_file *file;
    HRESULT hr = S_FALSE;

    *range = (struct byte_range){0, 0};
    queue_lock(job->queue);
    file = job->files[plan->file_index];
    if (is_current(job, epoch) && file->generation == plan->generation && file->version.known &&
        (job_file_next_range(job, file, range) ||
         range_set_covers(&file->have, 0, job_file_size(file))))
        hr = S_OK;
    queue_unlock(job->queue);
    return hr;
}

bool job_transfer_connected(struct job *job, uint32_t epoch)
{
    bool current;

    queue_lock(job->queue);
    if ((current = is_current(job, epoch)))
    {
        job_apply(job, EV_CONNECTED);
    }
    queue_unlock(job->queue);
    return current;
}

bool job_transfer_temp_made(struct job *job, uint32_t epoch, uint32_t file, const WCHAR *temp_name)
{
    WCHAR *name = str_dup(temp_name), *old = NULL;
    bool current;

    queue_lock(job->queue);
    current = is_current(job, epoch);
    /* The file is there, whoever asked for it: Cancel must find it. */
    job->files[file]->has_temp_file = true;
    job->files[file]->is_restored = false;
    job_mark_file(job, job->files[file], false);
    if (name && !str_is_equal(name, job->files[file]->temp_name))
    {
        old = job->files[file]->temp_name;
        job->files[file]->temp_name = name;
        job_mark_file(job, job->files[file], true);
        name = NULL;
    }
    queue_unlock(job->queue);
    free(name);
    free(old);
    return current;
}

/* With nothing on the disk no byte has come under the name before. */
static void settle_name(struct job_file *file)
{
    file->is_renamed = false;
    if (!range_set_count(&file->have)) file->is_of_two_names = false;
}

/* True: the client wants no more than it has set, and this is more. */
static bool fail_if_too_large(struct job *job, uint32_t file)
{
    struct job_error error = {BG_E_MAX_DOWNLOAD_SIZE_LIMIT_REACHED, ERROR_CONTEXT_REMOTE_FILE,
                              file};

    if (!job_is_too_large(job)) return false;
    job_fail(job, &error);
    return true;
}

/* Cut at the end of a line. */
static char *copy_headers(const char *text, size_t size)
{
    char *copy;

    if (size > FILE_HEADERS_MAX)
        for (size = FILE_HEADERS_MAX; size && text[size - 1] != '\n';)
            size--;
    if (!size || !(copy = malloc(size + 1))) return NULL;
    memcpy(copy, text, size);
    copy[size] = 0;
    return copy;
}

void job_transfer_headers(struct job *job, uint32_t epoch, uint32_t file, const char *text,
                          size_t size)
{
    char *copy = copy_headers(text, size), *old = copy;

    queue_lock(job->queue);
    if (is_current(job, epoch))
    {
        old = job->files[file]->headers;
        job->files[file]->headers = copy;
        job_mark_file(job, job->files[file], true);
    }
    queue_unlock(job->queue);
    free(old);
}

bool job_transfer_moved(struct job *job, uint32_t epoch, uint32_t index, const WCHAR *remote_name,
                        bool is_elsewhere)
{
    WCHAR *name = str_dup(remote_name), *old = name;
    bool current;

    queue_lock(job->queue);
    if ((current = is_current(job, epoch)) && name)
    {
        struct job_file *file = job->files[index];

        old = file->remote_name;
        file->remote_name = name;
        file->is_elsewhere = is_elsewhere;
        /* Peers get nothing of which it is not sure under which name it came. */
        if (range_set_count(&file->have)) file->is_of_two_names = true;
        job_mark_file(job, file, true);
        job_touch(job);
    }
    queue_unlock(job->queue);
    free(old);
    return current && name;
}

bool job_transfer_version(struct job *job, uint32_t epoch, uint32_t file,
                          const struct file_version *version)
{
    bool current;
    HRESULT hr;

    queue_lock(job->queue);
    if ((current = is_current(job, epoch)))
    {
        if (FAILED(hr = job_file_set_version(job, job->files[file], version)))
        {
            struct job_error error = {hr, ERROR_CONTEXT_REMOTE_FILE, file};

            job_fail(job, &error);
            current = false;
        }
        else
        {
            settle_name(job->files[file]);
            current = !fail_if_too_large(job, file);
        }
    }
    queue_unlock(job->queue);
    return current;
}

HRESULT job_transfer_restart(struct job *job, uint32_t epoch, uint32_t file)
{
    HRESULT hr = S_FALSE;

    queue_lock(job->queue);
    if (is_current(job, epoch))
    {
        job_file_start_over(job, file);
        job_touch(job);
        hr = S_OK;
        if (++job->files[file]->restarts > FILE_RESTARTS_MAX)
        {
            struct job_error error = {FILE_KEEPS_CHANGING, ERROR_CONTEXT_REMOTE_FILE, file};

            job_fail(job, &error);
            hr = error.code;
        }
    }
    queue_unlock(job->queue);
    return hr;
}

void job_transfer_summed(struct job *job, uint32_t file, uint32_t generation,
                         const struct file_sum *sum)
{
    queue_lock(job->queue);
    if (job->files[file]->generation == generation) job->files[file]->sum = *sum;
    queue_unlock(job->queue);
}

void job_transfer_progress(struct job *job, uint32_t file, uint32_t generation, uint64_t begin,
                           uint64_t end, bool is_from_peer)
{
    queue_lock(job->queue);
    if (job->files[file]->generation == generation && !job_state_is_final(job->state) &&
        SUCCEEDED(job_file_add_bytes(job, job->files[file], begin, end, is_from_peer)))
    {
        job->files[file]->is_restored = false;
        job->stalled_since = TICK_NEVER;
        job_touch(job);
        if (job_state_is_running(job->state)) fail_if_too_large(job, file);
    }
    queue_unlock(job->queue);
}

void job_transfer_peer_failed(struct job *job, uint32_t epoch, uint32_t file)
{
    queue_lock(job->queue);
    if (is_current(job, epoch))
    {
        job->files[file]->is_origin_only = true;
        job_mark_file(job, job->files[file], false);
    }
    queue_unlock(job->queue);
}

void job_transfer_file_done(struct job *job, uint32_t epoch, uint32_t index)
{
    struct job_file *file;

    queue_lock(job->queue);
    file = job->files[index];
    if (is_current(job, epoch) && file->version.known &&
        range_set_covers(&file->have, 0, job_file_size(file)))
    {
        job_file_mark_done(job, index);
        job->stalled_since = TICK_NEVER;
        job_touch(job);
        job_notify_refresh(job, queue_now(job->queue));
    }
    queue_unlock(job->queue);
}

void job_transfer_failed(struct job *job, uint32_t epoch, const struct job_error *error)
{
    queue_lock(job->queue);
    if (is_current(job, epoch))
    {
        if (error->code == BG_E_INSUFFICIENT_RANGE_SUPPORT && error->file_index < job->file_count)
            job->files[error->file_index]->lacks_ranges = true;
        job_fail(job, error);
    }
    queue_unlock(job->queue);
}

void job_transfer_released(struct job *job)
{
    struct queue *queue = job->queue;
    bool is_late;

    queue_lock(queue);
    is_late = !--job->mover_count && job->is_left_behind && job_state_is_final(job->state);
    cond_broadcast(&queue->quiet);
    queue_unlock(queue);
    if (is_late) job_discard_files(job);
    job_release(job, JOB_HOLDER_TRANSFER);
}
