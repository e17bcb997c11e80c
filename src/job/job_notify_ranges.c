/* SPDX-License-Identifier: LGPL-2.1-or-later
 *
 * Bytes that a client wants to hear of as they come. They are gathered while the flag is set, which
 * any job may have; the event is for files that are fetched on demand. */
#include "base/log.h"
#include "base/url.h"
#include "job/job_private.h"

static bool is_of_interest(const struct job *job, const struct job_file *file)
{
    enum url_scheme scheme;

    if (!(job->notify_flags & NOTIFY_FLAG_FILE_RANGES_TRANSFERRED)) return false;
    if (!job->is_on_demand || file->ranges) return false;
    scheme = url_scheme_of(file->remote_name);
    return scheme == URL_HTTP || scheme == URL_HTTPS;
}

static void add(struct job *job, struct job_file *file, uint64_t begin, uint64_t end)
{
    bool is_first = !range_set_count(&file->untold_ranges);

    if (FAILED(range_set_add(&file->untold_ranges, begin, end)))
        LOG_WARN(LOG_NOTIFY, "a client is not told of bytes that have come");
    else if (is_first && range_set_count(&file->untold_ranges))
        job->files_with_untold_ranges++;
}

void job_ranges_note(struct job *job, struct job_file *file, uint64_t begin, uint64_t end)
{
    if (!is_of_interest(job, file)) return;
    add(job, file, begin, end);
    job_notify_refresh(job, queue_now(job->queue));
}

void job_ranges_forget(struct job *job, struct job_file *file)
{
    if (!range_set_count(&file->untold_ranges)) return;
    range_set_clear(&file->untold_ranges);
    job->files_with_untold_ranges--;
}

uint32_t job_ranges_find(const struct job *job, bool *is_urgent)
{
    *is_urgent = false;
    if (!job->files_with_untold_ranges) return JOB_NO_FILE;
    for (uint32_t i = 0; i < job->file_count; i++)
    {
        if (!range_set_count(&job->files[i]->untold_ranges)) continue;
        *is_urgent = job->files[i]->is_done || !job_state_is_running(job->state);
        return i;
    }
    return JOB_NO_FILE;
}

void job_ranges_take(struct job *job, uint32_t index, struct range_set *ranges)
{
    struct job_file *file = job->files[index];

    *ranges = file->untold_ranges;
    range_set_init(&file->untold_ranges);
    job->files_with_untold_ranges--;
}

void job_ranges_give_back(struct job *job, uint32_t index, const struct range_set *ranges)
{
    struct job_file *file = job->files[index];

    for (size_t i = 0; i < range_set_count(ranges); i++)
    {
        const struct byte_range *range = range_set_get(ranges, i);

        /* What has started over meanwhile is not there any more. */
        if (range_set_covers(&file->have, range->begin, range->end))
            add(job, file, range->begin, range->end);
    }
}
