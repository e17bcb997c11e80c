/* SPDX-License-Identifier: LGPL-2.1-or-later
 *
 * One way into each state, by what the origin answers and by what the client calls. */
#include "job_states.h"

#define SOON 10000

struct origin *states_origin;

bool is_final_state(BG_JOB_STATE state)
{
    return state == BG_JOB_STATE_ACKNOWLEDGED || state == BG_JOB_STATE_CANCELLED;
}

/* The server takes the request and says nothing. */
static void be_silent(struct origin_conn *c, const struct origin_request *r, void *ctx)
{
    (void)r;
    (void)ctx;
    origin_stall(c);
}

static void be_busy(struct origin_conn *c, const struct origin_request *r, void *ctx)
{
    (void)r;
    (void)ctx;
    origin_sendf(c, "HTTP/1.1 503 Busy\r\nContent-Length: 0\r\n\r\n");
}

void states_start(void)
{
    states_origin = origin_start(NULL);
    ok(states_origin != NULL, "There is no origin.\n");
    if (!states_origin) return;
    origin_add(states_origin, "/small", &(struct origin_file){.size = 1000});
    origin_add(states_origin, "/held", &(struct origin_file){.size = 1000});
    origin_hold_after(states_origin, "/held", 0);
    origin_handle(states_origin, "/silent", be_silent, NULL);
    origin_handle(states_origin, "/busy", be_busy, NULL);
}

void states_stop(void)
{
    if (states_origin) origin_destroy(states_origin);
    states_origin = NULL;
}

static const char *path_for(BG_JOB_STATE state)
{
    switch (state)
    {
    case BG_JOB_STATE_CONNECTING:
        return "/silent";
    case BG_JOB_STATE_TRANSFERRING:
        return "/held";
    case BG_JOB_STATE_TRANSIENT_ERROR:
        return "/busy";
    case BG_JOB_STATE_ERROR:
        return "/missing";
    default:
        return "/small";
    }
}

static IBackgroundCopyJob *start_blocker(void)
{
    IBackgroundCopyJob *job = create_job(L"blocker", BG_JOB_TYPE_DOWNLOAD);

    origin_hold_after(states_origin, "/held", 0);
    job_add(job, states_origin, "/held", L"blocker");
    IBackgroundCopyJob_Resume(job);
    wait_for_state(job, STATE_BIT(BG_JOB_STATE_TRANSFERRING), SOON);
    return job;
}

void state_job_start(struct state_job *s, BG_JOB_STATE state)
{
    bool is_queued = state == BG_JOB_STATE_QUEUED;
    HRESULT hr;

    *s = (struct state_job){.state = state};
    if (is_queued) s->blocker = start_blocker();
    s->job = create_job(L"state", BG_JOB_TYPE_DOWNLOAD);
    job_add(s->job, states_origin, path_for(state), L"state");
    hr = IBackgroundCopyJob_QueryInterface(s->job, &IID_IBackgroundCopyJob4, (void **)&s->job4);
    ok(hr == S_OK, "Got hr %#lx.\n", hr);
    if (!is_queued) IBackgroundCopyJob_SetPriority(s->job, BG_JOB_PRIORITY_FOREGROUND);
    if (state == BG_JOB_STATE_SUSPENDED) return;

    hr = IBackgroundCopyJob_Resume(s->job);
    ok(hr == S_OK, "Got hr %#lx.\n", hr);
    wait_for_state(s->job, is_final_state(state) ? TRANSFERRED : STATE_BIT(state), SOON);
    if (state == BG_JOB_STATE_ACKNOWLEDGED) IBackgroundCopyJob_Complete(s->job);
    if (state == BG_JOB_STATE_CANCELLED) IBackgroundCopyJob_Cancel(s->job);
    ok(job_state(s->job) == state, "Got state %s.\n", state_name(job_state(s->job)));
}

void state_job_end(struct state_job *s)
{
    WCHAR local[MAX_PATH];

    IBackgroundCopyJob4_Release(s->job4);
    end_job(s->job);
    end_job(s->blocker);
    DeleteFileW(temp_path(L"state", local));
}
