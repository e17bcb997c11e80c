/* SPDX-License-Identifier: LGPL-2.1-or-later
 *
 * How a job is to be transferred: when each wish may be said, and what follows at once. */
#include "job/job_options.h"

#include <string.h>

#include "bitsmsg.h"
#include "job/job_private.h"

/* Ends a change of the options that has been made under the lock. */
static HRESULT finish(struct job *job)
{
    job_touch(job);
    return queue_save_and_unlock(job->queue);
}

static HRESULT refuse(struct job *job, HRESULT hr)
{
    queue_unlock(job->queue);
    return hr;
}

void job_get_options(struct job *job, struct job_options *options)
{
    queue_lock(job->queue);
    *options = job->options;
    queue_unlock(job->queue);
}

/* ---- costs ---- */

HRESULT job_set_cost_flags(struct job *job, uint32_t flags)
{
    HRESULT hr;

    if (flags & ~COST_FLAGS_MASK || !(flags & COST_STATES)) return E_INVALIDARG;
    if (FAILED(hr = job_lock_for_change(job))) return hr;
    job->options.has_cost_flags = true;
    job->options.cost_flags = flags;
    job_limits_changed(job);
    return finish(job);
}

uint32_t job_cost_flags(struct job *job)
{
    uint32_t flags;

    queue_lock(job->queue);
    flags = job_accepted_costs(job);
    queue_unlock(job->queue);
    return flags;
}

/* ---- what is settled before the transfer ---- */

static HRESULT lock_download(struct job *job)
{
    HRESULT hr = job_lock_for_change(job);

    if (FAILED(hr) || job->type == JOB_TYPE_DOWNLOAD) return hr;
    return refuse(job, BG_E_PROPERTY_SUPPORTED_FOR_DOWNLOAD_JOBS_ONLY);
}

static HRESULT lock_before_resume(struct job *job)
{
    HRESULT hr = lock_download(job);

    if (FAILED(hr) || !job->options.was_resumed) return hr;
    return refuse(job, BG_E_READ_ONLY_PROPERTY_AFTER_RESUME);
}

HRESULT job_set_dynamic(struct job *job, bool is_dynamic)
{
    HRESULT hr = lock_before_resume(job);

    if (FAILED(hr)) return hr;
    if (is_dynamic && job_has_own_method(job))
        return refuse(job, BG_E_NOT_SUPPORTED_WITH_CUSTOM_HTTP_METHOD);
    job->options.is_dynamic = is_dynamic;
    return finish(job);
}

HRESULT job_set_max_download_size(struct job *job, uint64_t size)
{
    HRESULT hr;

    if (!size) return BG_E_MAX_DOWNLOAD_SIZE_INVALID_VALUE;
    if (FAILED(hr = lock_before_resume(job))) return hr;
    job->options.max_download_size = size;
    return finish(job);
}

HRESULT job_set_high_performance(struct job *job, bool is_high_performance)
{
    HRESULT hr = lock_download(job);

    if (FAILED(hr)) return hr;
    if (job->file_count) return refuse(job, BG_E_READ_ONLY_PROPERTY_AFTER_ADDFILE);
    job->options.is_high_performance = is_high_performance;
    return finish(job);
}

/* Settled before the first file is added. */
const WCHAR *job_temp_name(const struct job *job, const struct job_file *file)
{
    return job->options.is_high_performance ? file->local_name : file->temp_name;
}

/* ---- what may change at any time ---- */

HRESULT job_set_change_interval(struct job *job, uint32_t ms)
{
    HRESULT hr = job_lock_for_change(job);

    if (FAILED(hr)) return hr;
    job->options.has_change_interval = true;
    job->options.change_interval_ms = ms;
    job_notify_refresh(job, queue_now(job->queue));
    return finish(job);
}

HRESULT job_set_notify_class(struct job *job, const GUID *clsid)
{
    HRESULT hr = job_lock_for_change(job);

    if (FAILED(hr)) return hr;
    job->options.notify_class = *clsid;
    job_receiver_changed(job);
    return finish(job);
}

HRESULT job_set_acl_flags(struct job *job, uint32_t flags)
{
    HRESULT hr;

    if (flags & ~ACL_FLAGS_MASK) return E_INVALIDARG;
    if (FAILED(hr = job_lock_for_change(job))) return hr;
    if (job->state == JOB_TRANSFERRED) return refuse(job, BG_E_INVALID_STATE);
    job->options.acl_flags = flags;
    return finish(job);
}

/* ---- the helper token ---- */

bool job_token_is_lost(const struct job *job)
{
    return job->options.token_flags && job->options.has_token && !job->token;
}

HRESULT job_set_token_flags(struct job *job, uint32_t flags)
{
    HRESULT hr;

    if (flags & ~TOKEN_FLAGS_MASK) return E_INVALIDARG;
    if (FAILED(hr = job_lock_for_change(job))) return hr;
    job->options.token_flags = flags;
    return finish(job);
}
