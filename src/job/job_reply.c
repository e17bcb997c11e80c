/* SPDX-License-Identifier: LGPL-2.1-or-later
 *
 * What clients ask of the reply to an upload. */
#include <stdlib.h>

#include "base/str.h"
#include "base/url.h"
#include "bitsmsg.h"
#include "job/job_private.h"
#include "job/job_upload.h"

static bool can_have_reply(const struct job *job)
{
    return job->type == JOB_TYPE_UPLOAD_REPLY;
}

/* NULL before the reply is being received. */
static const struct job_file *reply_of(const struct job *job)
{
    return job->has_reply && job->files[0]->is_done ? job->files[job->file_count] : NULL;
}

HRESULT job_get_reply_progress(struct job *job, struct file_progress *progress)
{
    const struct job_file *reply;

    *progress = (struct file_progress){0};
    if (!can_have_reply(job)) return E_NOTIMPL;
    queue_lock(job->queue);
    reply = reply_of(job);
    progress->bytes_total = reply && reply->version.known ? reply->version.size : JOB_SIZE_UNKNOWN;
    progress->bytes_transferred = reply ? range_set_total(&reply->have) : 0;
    progress->completed = reply && reply->is_published;
    queue_unlock(job->queue);
    return S_OK;
}

/* ---- its name ---- */

/* A name that nothing has, beside the file that is sent. *name is NULL without a file. */
static HRESULT make_name(struct job *job, WCHAR **name)
{
    const struct queue_ports *ports = &job->queue->ports;
    WCHAR *local;
    HRESULT hr;

    *name = NULL;
    if (!job_file_count(job)) return S_OK;
    if (FAILED(hr = job_file_get_local_name(job, 0, &local))) return hr;
    hr = ports->files->choose_temp_name(ports->files_ctx, local, name);
    free(local);
    return hr;
}

static HRESULT check_name(struct job *job, const WCHAR *name, WCHAR **copy)
{
    const struct queue_ports *ports = &job->queue->ports;
    HRESULT hr;

    if (FAILED(hr = url_check_local(name))) return hr;
    if (FAILED(hr = ports->files->check_directory(ports->files_ctx, name))) return hr;
    return (*copy = str_dup(name)) ? S_OK : E_OUTOFMEMORY;
}

static void replace_name(struct job *job, WCHAR **name)
{
    WCHAR *old = job->upload->reply_name;

    job->upload->reply_name = *name;
    *name = old;
    job_mark(job, UNSAVED_TEXTS);
}

HRESULT job_set_reply_name(struct job *job, const WCHAR *name)
{
    WCHAR *own = NULL;
    HRESULT hr;

    if (!can_have_reply(job)) return E_NOTIMPL;
    if (job_state_is_final(job_state(job))) return BG_E_INVALID_STATE;
    hr = name && name[0] ? check_name(job, name, &own) : make_name(job, &own);
    if (FAILED(hr)) return hr;
    if (FAILED(hr = job_lock_for_change(job)))
    {
        free(own);
        return hr;
    }
    if (reply_of(job))
        hr = BG_E_INVALID_STATE;
    else
    {
        replace_name(job, &own);
        job_touch(job);
        hr = queue_save(job->queue);
    }
    queue_unlock(job->queue);
    free(own);
    return hr;
}

HRESULT job_reply_name_default(struct job *job)
{
    bool is_missing;
    WCHAR *name;
    HRESULT hr;

    if (!can_have_reply(job)) return S_OK;
    queue_lock(job->queue);
    is_missing = !job->upload->reply_name;
    queue_unlock(job->queue);
    if (!is_missing) return S_OK;
    if (FAILED(hr = make_name(job, &name))) return hr;
    queue_lock(job->queue);
    if (!job->upload->reply_name) replace_name(job, &name);
    queue_unlock(job->queue);
    free(name);
    return S_OK;
}

HRESULT job_get_reply_name(struct job *job, WCHAR **name)
{
    const struct job_file *reply;
    const WCHAR *from;

    *name = NULL;
    if (!can_have_reply(job)) return E_NOTIMPL;
    queue_lock(job->queue);
    reply = reply_of(job);
    from = reply ? reply->local_name : job->upload->reply_name;
    if (from) *name = str_dup(from);
    queue_unlock(job->queue);
    return *name || !from ? S_OK : E_OUTOFMEMORY;
}

/* ---- its bytes ---- */

struct reply_place
{
    uint64_t size;
    WCHAR *path; /* NULL: it is empty */
};

static HRESULT find_reply(struct job *job, struct reply_place *place)
{
    const struct job_file *reply;
    HRESULT hr = S_OK;

    *place = (struct reply_place){0};
    job_lock(job);
    reply = reply_of(job);
    if (job->state != JOB_TRANSFERRED && job->state != JOB_ACKNOWLEDGED)
        hr = BG_E_INVALID_STATE;
    else if (reply)
    {
        place->size = reply->version.size;
        if (place->size &&
            !(place->path = str_dup(reply->is_published ? reply->local_name : reply->temp_name)))
            hr = E_OUTOFMEMORY;
    }
    queue_unlock(job->queue);
    return hr;
}

HRESULT job_get_reply_data(struct job *job, void **data, uint64_t *size)
{
    const struct queue_ports *ports = &job->queue->ports;
    struct reply_place place;
    HRESULT hr;

    *data = NULL;
    *size = 0;
    if (!can_have_reply(job)) return E_NOTIMPL;
    if (FAILED(hr = find_reply(job, &place))) return hr;
    *size = place.size;
    if (place.size > JOB_REPLY_DATA_MAX)
        hr = BG_E_TOO_LARGE;
    else if (place.path && !(*data = malloc((size_t)place.size)))
        hr = E_OUTOFMEMORY;
    else if (place.path)
        hr = ports->files->read(ports->files_ctx, place.path, *data, (size_t)place.size);
    free(place.path);
    if (SUCCEEDED(hr)) return S_OK;
    free(*data);
    *data = NULL;
    if (hr != BG_E_TOO_LARGE) *size = 0;
    return hr;
}
