/* SPDX-License-Identifier: LGPL-2.1-or-later
 *
 * Jobs of the tests. Their ids are kept, so that none outlives the test program. */
#include "harness/com_fixture.h"

#include <stdlib.h>

#include "harness/com_private.h"

#define JOBS_MAX 4096

static GUID job_ids[JOBS_MAX];
static unsigned int job_count;

IBackgroundCopyJob *create_job_(int line, const char *file, const WCHAR *name, BG_JOB_TYPE type)
{
    IBackgroundCopyJob *job = NULL;
    HRESULT hr;
    GUID id;

    hr = IBackgroundCopyManager_CreateJob(com_manager(), name, type, &id, &job);
    ok_(file, line)(hr == S_OK, "Could not create the job, hr %#lx.\n", hr);
    if (SUCCEEDED(hr) && job_count < JOBS_MAX) job_ids[job_count++] = id;
    return job;
}

void com_cancel_jobs(void)
{
    IBackgroundCopyJob *job;

    while (job_count--)
    {
        if (IBackgroundCopyManager_GetJob(com_manager(), &job_ids[job_count], &job) != S_OK)
            continue;
        end_job(job);
    }
    job_count = 0;
}

void job_add_(int line, const char *file, IBackgroundCopyJob *job, const struct origin *origin,
              const char *path, const WCHAR *name)
{
    WCHAR url[URL_MAX], local[MAX_PATH];
    HRESULT hr;

    hr = IBackgroundCopyJob_AddFile(job, origin_wurl(origin, path, url), temp_path(name, local));
    ok_(file, line)(hr == S_OK, "Could not add %s, hr %#lx.\n", path, hr);
}

void end_job(IBackgroundCopyJob *job)
{
    if (!job) return;
    IBackgroundCopyJob_Cancel(job);
    IBackgroundCopyJob_Release(job);
}

BG_JOB_STATE job_state_(int line, const char *file, IBackgroundCopyJob *job)
{
    BG_JOB_STATE state = (BG_JOB_STATE)-1;
    HRESULT hr = IBackgroundCopyJob_GetState(job, &state);

    ok_(file, line)(hr == S_OK, "Got hr %#lx.\n", hr);
    return state;
}

const char *state_name(BG_JOB_STATE state)
{
    static const char *const names[] = {"QUEUED",      "CONNECTING",   "TRANSFERRING",
                                        "SUSPENDED",   "ERROR",        "TRANSIENT_ERROR",
                                        "TRANSFERRED", "ACKNOWLEDGED", "CANCELLED"};

    return (size_t)state < ARRAY_SIZE(names) ? names[state] : "UNKNOWN";
}

void job_progress(IBackgroundCopyJob *job, BG_JOB_PROGRESS *progress)
{
    HRESULT hr;

    ZeroMemory(progress, sizeof(*progress));
    hr = IBackgroundCopyJob_GetProgress(job, progress);
    ok(hr == S_OK, "Got hr %#lx.\n", hr);
}

HRESULT job_error(IBackgroundCopyJob *job, BG_ERROR_CONTEXT *context)
{
    IBackgroundCopyError *error;
    BG_ERROR_CONTEXT found = BG_ERROR_CONTEXT_NONE;
    HRESULT code = S_OK;

    if (IBackgroundCopyJob_GetError(job, &error) == S_OK)
    {
        IBackgroundCopyError_GetError(error, &found, &code);
        IBackgroundCopyError_Release(error);
    }
    if (context) *context = found;
    return code;
}

struct state_goal
{
    IBackgroundCopyJob *job;
    unsigned int mask;
    BG_JOB_STATE state;
};

/* A state that a job does not leave by itself ends the wait as well. */
static bool has_state(void *ctx)
{
    struct state_goal *goal = ctx;
    unsigned int final = STATE_BIT(BG_JOB_STATE_ERROR) | STATE_BIT(BG_JOB_STATE_ACKNOWLEDGED) |
                         STATE_BIT(BG_JOB_STATE_CANCELLED);

    goal->state = job_state(goal->job);
    return STATE_BIT((unsigned int)goal->state % 32) & (goal->mask | final);
}

BG_JOB_STATE wait_for_state_(int line, const char *file, IBackgroundCopyJob *job, unsigned int mask,
                             unsigned int ms)
{
    struct state_goal goal = {.job = job, .mask = mask};
    BG_ERROR_CONTEXT context;
    HRESULT code;
    bool is_met;

    com_wait_for(has_state, &goal, ms);
    is_met = STATE_BIT((unsigned int)goal.state % 32) & mask;
    code = is_met ? S_OK : job_error(job, &context);
    ok_(file, line)(is_met, "Got state %s, error %#lx in context %u.\n", state_name(goal.state),
                    code, code ? context : 0);
    return goal.state;
}

struct bytes_goal
{
    IBackgroundCopyJob *job;
    UINT64 bytes;
};

static bool has_bytes(void *ctx)
{
    struct bytes_goal *goal = ctx;
    BG_JOB_PROGRESS progress;

    job_progress(goal->job, &progress);
    return progress.BytesTransferred >= goal->bytes;
}

bool wait_for_bytes(IBackgroundCopyJob *job, UINT64 bytes, unsigned int ms)
{
    return com_wait_for(has_bytes, &(struct bytes_goal){job, bytes}, ms);
}
