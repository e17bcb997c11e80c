/* SPDX-License-Identifier: LGPL-2.1-or-later
 *
 * Parts of files: those that a file was added with, and those that a client of an unfinished file
 * wants first. */
#include "base/url.h"
#include "bitsmsg.h"
#include "job/job_private.h"

struct file_ranges *job_file_ranges(struct job *job, uint32_t index)
{
    struct file_ranges *ranges;

    queue_lock(job->queue); /* for the list of files */
    ranges = file_ranges_addref(job->files[index]->ranges);
    queue_unlock(job->queue);
    return ranges;
}

/* ---- the job's mode ---- */

HRESULT job_set_on_demand(struct job *job, bool is_on_demand)
{
    HRESULT hr;

    if (job->type != JOB_TYPE_DOWNLOAD) return BG_E_RANDOM_ACCESS_NOT_SUPPORTED;
    if (FAILED(hr = job_lock_for_change(job))) return hr;
    if (is_on_demand && job_has_own_method(job))
    {
        queue_unlock(job->queue);
        return BG_E_NOT_SUPPORTED_WITH_CUSTOM_HTTP_METHOD;
    }
    if (job->is_on_demand != is_on_demand)
    {
        job->is_on_demand = is_on_demand;
        job_apply(job, EV_SOURCES_CHANGED);
        job_touch(job);
    }
    return queue_save_and_unlock(job->queue);
}

bool job_is_on_demand(struct job *job)
{
    bool is_on_demand;

    queue_lock(job->queue);
    is_on_demand = job->is_on_demand;
    queue_unlock(job->queue);
    return is_on_demand;
}

/* ---- wishes ---- */

static HRESULT check_random_access(const struct job *job, const struct job_file *file)
{
    enum url_scheme scheme = url_scheme_of(file->remote_name);

    if (job->type != JOB_TYPE_DOWNLOAD || file->ranges || file->lacks_ranges ||
        (scheme != URL_HTTP && scheme != URL_HTTPS))
        return BG_E_RANDOM_ACCESS_NOT_SUPPORTED;
    return S_OK;
}

/* Each wish may leave one more range of bytes on the disk. */
static HRESULT check_room(const struct job_file *file, uint32_t count)
{
    size_t room = RANGE_SET_MAX - 2, used = range_set_count(&file->have) + file->wishes.count;

    return used < room && count <= room - used ? S_OK : E_OUTOFMEMORY;
}

/* A file whose bytes do not come one after the other must be known for one before they do: an
 * engine that was killed leaves bytes that it told nobody of, and the next one must not take a hole
 * for them. With the lock, which it lets go and takes again. */
static HRESULT begin_random_access(struct job *job, struct job_file *file)
{
    HRESULT hr;

    if (file->wishes.is_random) return S_OK;
    file->wishes.is_random = true;
    job_mark_file(job, file, false);
    if (FAILED(hr = queue_save(job->queue))) return hr;
    return job_state_is_final(job->state) ? BG_E_INVALID_STATE : S_OK;
}

static HRESULT lock_file(struct job *job, uint32_t index, uint32_t count, struct job_file **out)
{
    struct job_file *file;
    HRESULT hr;

    if (FAILED(hr = job_lock_for_change(job))) return hr;
    *out = file = job->files[index];
    if (SUCCEEDED(hr = check_random_access(job, file)) && SUCCEEDED(hr = check_room(file, count)) &&
        SUCCEEDED(hr = begin_random_access(job, file)))
        return S_OK;
    queue_unlock(job->queue);
    return hr;
}

/* Where the mover is, or goes next; UINT64_MAX: nowhere, or it asks by itself. */
static uint64_t next_place(struct job *job, struct job_file *file)
{
    struct byte_range range;

    if (file->is_done || !file->version.known || job_next_file(job) != file->index)
        return UINT64_MAX;
    return job_file_next_range(job, file, &range) ? range.begin : UINT64_MAX;
}

/* What is on its way is broken off for what comes before it only: a client that asks again and
 * again must not keep the job from getting anything. */
static HRESULT finish(struct job *job, struct job_file *file, uint64_t place_before)
{
    uint64_t place = next_place(job, file);

    job_mark_file(job, file, false);
    if (place != UINT64_MAX && place != place_before) job_apply(job, EV_SOURCES_CHANGED);
    job_touch(job);
    return queue_save_and_unlock(job->queue);
}

static bool is_inside(const struct job_file *file, const struct file_range *item)
{
    if (!file->version.known) return true; /* the size will tell */
    if (item->offset >= file->version.size) return false;
    return item->length == FILE_RANGE_TO_END || item->length <= file->version.size - item->offset;
}

static HRESULT add_wishes(struct job_file *file, const struct file_range *items, uint32_t count)
{
    HRESULT hr = S_OK;

    for (uint32_t i = 0; i < count; i++)
        if (!is_inside(file, &items[i])) return BG_E_INVALID_RANGE;
    for (uint32_t i = 0; i < count && SUCCEEDED(hr); i++)
    {
        const struct byte_range range = {items[i].offset, items[i].length == FILE_RANGE_TO_END
                                                              ? UINT64_MAX
                                                              : items[i].offset + items[i].length};

        hr = file_wishes_add(&file->wishes, &range, 1, false);
    }
    return hr;
}

HRESULT job_file_request_ranges(struct job *job, uint32_t index, const struct file_range *items,
                                uint32_t count)
{
    struct job_file *file;
    uint64_t place;
    HRESULT hr;

    if (!items || !count) return E_INVALIDARG;
    for (uint32_t i = 0; i < count; i++)
        if (FAILED(hr = file_range_check(&items[i]))) return hr;
    if (FAILED(hr = lock_file(job, index, count, &file))) return hr;
    place = next_place(job, file);
    if (FAILED(hr = add_wishes(file, items, count)))
    {
        queue_unlock(job->queue);
        return hr;
    }
    return finish(job, file, place);
}

HRESULT job_file_set_position(struct job *job, uint32_t index, uint64_t offset)
{
    const struct file_range from_here = {offset, FILE_RANGE_TO_END};
    struct job_file *file;
    uint64_t place;
    HRESULT hr;

    if (FAILED(hr = file_range_check(&from_here))) return hr;
    if (FAILED(hr = lock_file(job, index, 1, &file))) return hr;
    if (!is_inside(file, &from_here))
    {
        queue_unlock(job->queue);
        return BG_E_INVALID_RANGE;
    }
    place = next_place(job, file);
    file->wishes.has_position = true;
    file->wishes.position = offset;
    return finish(job, file, place);
}

HRESULT job_file_get_filled(struct job *job, uint32_t index, struct range_set *filled)
{
    const struct job_file *file;
    HRESULT hr;

    range_set_init(filled);
    queue_lock(job->queue);
    file = job->files[index];
    if (job->type != JOB_TYPE_DOWNLOAD || file->ranges)
        hr = BG_E_RANDOM_ACCESS_NOT_SUPPORTED;
    else
        hr = range_set_copy(filled, &file->have);
    queue_unlock(job->queue);
    return hr;
}
