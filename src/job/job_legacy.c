/* SPDX-License-Identifier: LGPL-2.1-or-later
 *
 * A job as a group of the queue manager of BITS 1.0. */
#include "job/legacy_group.h"

#include "bitsmsg.h"
#include "job/job_private.h"

void job_get_legacy(struct job *job, struct legacy_group *group)
{
    queue_lock(job->queue);
    *group = job->legacy;
    queue_unlock(job->queue);
}

/* A group at rest: it has not begun, or it was suspended, or it has come to an end. */
static bool is_at_rest(const struct job *job)
{
    return job->state == JOB_SUSPENDED || job->state == JOB_ERROR || job->state == JOB_TRANSFERRED;
}

HRESULT job_legacy_create_job(struct job *job, const GUID *id)
{
    HRESULT hr;

    if (FAILED(hr = job_lock_for_change(job))) return hr;
    if (!is_at_rest(job))
        hr = BG_E_INVALID_STATE;
    else if (job->legacy.has_job)
        hr = E_NOTIMPL;
    if (FAILED(hr))
    {
        queue_unlock(job->queue);
        return hr;
    }
    job->legacy.has_job = true;
    job->legacy.job_id = *id;
    job_mark(job, UNSAVED_TEXTS);
    job_touch(job);
    return queue_save_and_unlock(job->queue);
}

HRESULT job_legacy_set_class(struct job *job, const GUID *notify_class)
{
    HRESULT hr;

    if (FAILED(hr = job_lock_for_change(job))) return hr;
    job->legacy.notify_class = *notify_class;
    job_touch(job);
    return queue_save_and_unlock(job->queue);
}
