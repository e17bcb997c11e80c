/* SPDX-License-Identifier: LGPL-2.1-or-later
 *
 * Snapshots of jobs, and of the files of one job. */
#include "com/bg_enum.h"

#include <stdlib.h>

#include "com/bg_file.h"
#include "com/bg_job.h"
#include "com/enum_body.h"
#include "job/job.h"

struct snapshot
{
    struct enum_snapshot base;
    /* Immutable after create; of files: one job. */
    struct job **jobs; /* each JOB_HOLDER_FRONT */
    uint32_t job_count;
};

static void destroy(struct enum_snapshot *base)
{
    struct snapshot *snapshot = (struct snapshot *)base;

    for (uint32_t i = 0; i < snapshot->job_count; i++)
        job_release(snapshot->jobs[i], JOB_HOLDER_FRONT);
    free(snapshot->jobs);
    free(snapshot);
}

static HRESULT create_job(const struct enum_snapshot *base, uint32_t index, IUnknown **out)
{
    const struct snapshot *snapshot = (const struct snapshot *)base;

    return bg_job_create(snapshot->jobs[index], (IBackgroundCopyJob5 **)out);
}

static HRESULT create_file(const struct enum_snapshot *base, uint32_t index, IUnknown **out)
{
    const struct snapshot *snapshot = (const struct snapshot *)base;

    return bg_file_create(snapshot->jobs[0], index, (IBackgroundCopyFile6 **)out);
}

static const struct enum_snapshot_ops jobs_ops = {create_job, destroy};
static const struct enum_snapshot_ops files_ops = {create_file, destroy};

/* Takes the array over when it succeeds. */
static struct snapshot *snapshot_create(const struct enum_snapshot_ops *ops, uint32_t count,
                                        struct job **jobs, uint32_t job_count)
{
    struct snapshot *snapshot = malloc(sizeof(*snapshot));

    if (!snapshot) return NULL;
    *snapshot = (struct snapshot){{1, count, ops}, jobs, job_count};
    return snapshot;
}

HRESULT bg_enum_create_jobs(struct job **jobs, uint32_t count, IEnumBackgroundCopyJobs **out)
{
    struct snapshot *snapshot;

    *out = NULL;
    for (uint32_t i = 0; i < count; i++)
        job_rename_holder(jobs[i], JOB_HOLDER_CALLER, JOB_HOLDER_FRONT);
    if (!(snapshot = snapshot_create(&jobs_ops, count, jobs, count)))
    {
        for (uint32_t i = 0; i < count; i++)
            job_release(jobs[i], JOB_HOLDER_FRONT);
        free(jobs);
        return E_OUTOFMEMORY;
    }
    return enum_create(&enum_jobs, &snapshot->base, (void **)out);
}

HRESULT bg_enum_create_files(struct job *job, IEnumBackgroundCopyFiles **out)
{
    struct snapshot *snapshot = NULL;
    struct job **jobs;

    *out = NULL;
    if (!(jobs = malloc(sizeof(*jobs))) ||
        !(snapshot = snapshot_create(&files_ops, job_file_count(job), jobs, 1)))
    {
        free(jobs);
        return E_OUTOFMEMORY;
    }
    jobs[0] = job;
    job_addref(job, JOB_HOLDER_FRONT);
    return enum_create(&enum_files, &snapshot->base, (void **)out);
}
