/* SPDX-License-Identifier: LGPL-2.1-or-later
 *
 * What becomes of a file's content beyond the job: good content of a job that may serve it goes to
 * the machine's cache, wrong content is taken out of it. */
#include <stdlib.h>

#include "base/str.h"
#include "job/job_private.h"
#include "policy/peer_flags.h"

enum judgement
{
    JUDGEMENT_GOOD,
    JUDGEMENT_BAD,
    JUDGEMENT_NONE /* only asks */
};

static bool tell(struct job *job, const struct job_file *file, const WCHAR *name,
                 const struct file_version *version, enum judgement judgement)
{
    const struct queue_ports *ports = &job->queue->ports;
    const struct file_version copy = *version;
    const struct file_sum sum = file->sum;
    const struct judged_file judged = {
        name, file->is_published ? file->local_name : job_temp_name(job, file), &copy, &sum,
        file->ranges};
    bool is_offered = file->is_offered, is_deleted = false;

    queue_unlock(job->queue);
    if (judgement == JUDGEMENT_BAD)
        ports->cache->drop(ports->cache_ctx, &judged);
    else if (is_offered)
        is_deleted = ports->cache->is_deleted(ports->cache_ctx, &judged);
    /* What was deleted does not come back by being judged once more. */
    if (judgement == JUDGEMENT_GOOD && !is_deleted) ports->cache->keep(ports->cache_ctx, &judged);
    queue_lock(job->queue);
    return is_deleted;
}

const WCHAR *job_file_content_name(const struct job_file *file)
{
    return file->content_name ? file->content_name : file->remote_name;
}

void job_file_is_good(struct job *job, struct job_file *file)
{
    WCHAR *name;

    if (!job->queue->ports.cache || !file->is_done) return;
    /* Peers ask for a file under one name, and get nothing that came under another one too. */
    if (file->is_of_two_names) return;
    if (!(job_effective_peer_flags(job) & PEER_JOB_SERVER)) return;
    if (!(name = str_dup(job_file_content_name(file)))) return;
    tell(job, file, name, &file->version, JUDGEMENT_GOOD);
    file->is_offered = true;
    free(name);
}

void job_file_is_bad(struct job *job, struct job_file *file, const WCHAR *name,
                     const struct file_version *version)
{
    /* A job that has nothing to do with peers has nothing to say about what they get. */
    if (!job->queue->ports.cache || !(job->peer_flags & (PEER_JOB_CLIENT | PEER_JOB_SERVER)))
        return;
    tell(job, file, name, version, JUDGEMENT_BAD);
}

bool job_file_is_deleted(struct job *job, struct job_file *file)
{
    bool is_deleted;
    WCHAR *name;

    if (!job->queue->ports.cache || !file->is_offered) return false;
    if (!(name = str_dup(job_file_content_name(file)))) return false;
    is_deleted = tell(job, file, name, &file->version, JUDGEMENT_NONE);
    free(name);
    return is_deleted;
}
