/* SPDX-License-Identifier: LGPL-2.1-or-later
 *
 * How a job's requests are to be made. */
#include "job/job_private.h"

struct http_settings *job_http_settings(struct job *job)
{
    struct http_settings *settings;

    job_lock(job);
    settings = http_settings_addref(job->http);
    queue_unlock(job->queue);
    return settings;
}

HRESULT job_change_http(struct job *job, http_change_fn change, const void *wish)
{
    struct http_settings *settings, *before = NULL;
    HRESULT hr;

    if (FAILED(hr = job_lock_for_change(job))) return hr;
    if (!(settings = http_settings_copy(job->http)))
        hr = E_OUTOFMEMORY;
    else if ((hr = change(settings, wish)) != S_OK)
        before = settings;
    else
    {
        before = job->http;
        job->http = settings;
        job_mark(job, UNSAVED_TEXTS);
        job_touch(job);
        hr = queue_save(job->queue);
    }
    queue_unlock(job->queue);
    http_settings_release(before);
    return hr;
}
