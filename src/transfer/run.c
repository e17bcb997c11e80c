/* SPDX-License-Identifier: LGPL-2.1-or-later
 *
 * The steps of a run. The core is asked what to do for each file, so a plan is as old as the file's
 * transfer and no older. */
#include "transfer/run_private.h"

#include <stdlib.h>

#include <bitsmsg.h>

#include "base/log.h"
#include "base/url.h"
#include "transfer/file_security.h"
#include "transfer/http_rules.h"
#include "transfer/local_files.h"
#include "transfer/local_path.h"

#define CHECKPOINT_MS 1000

/* A peer may know of parts of a file only, but not of crumbs. */
#define PEER_STREAMS_MAX 32

/* ---- steps ---- */

static void fail(struct run *run, HRESULT code, enum error_context context)
{
    struct job_error error = {code, context, run->plan.file_index};
    char url[256];

    url_redact_to_char(run->plan.remote_name, url, sizeof(url));
    LOG_INFO(LOG_JOB, "%s: fails with %#lx in context %u", url, (unsigned long)code, context);
    file_writer_close(run->writer);
    job_transfer_failed(run->job, run->epoch, &error);
    run->step = RUN_OVER;
}

static void start_over(struct run *run)
{
    file_writer_close(run->writer);
    /* It may be that it cannot be removed: the next one has another name. */
    if (!run->plan.is_direct) local_file_ops.discard(NULL, run->plan.temp_name);
    run->step = job_transfer_restart(run->job, run->epoch, run->plan.file_index) == S_OK ? RUN_PLAN
                                                                                         : RUN_OVER;
}

/* Content information and bytes contradict each other. The bytes alone must do. */
static void start_over_plainly(struct run *run)
{
    run->plain_file = run->plan.file_index;
    start_over(run);
}

static void drop_plan(struct run *run)
{
    if (run->has_plan) transfer_plan_done(&run->plan);
    run->has_plan = false;
}

/* What was begun is made anew by the server, so that nothing of it is of use. */
static void take_dynamic_plan(struct run *run)
{
    run->plan.is_restored = false;
    if (run->plan.version.known || run_file_end(&run->plan.have))
        start_over(run);
    else
        run->step = RUN_FETCH;
}

/* What an earlier request has left is of no use to the next one, but a file that is whole is. */
static void take_single_plan(struct run *run)
{
    const struct transfer_plan *plan = &run->plan;
    bool is_whole = plan->version.known && range_set_covers(&plan->have, 0, plan->version.size);

    if (plan->version.known && !is_whole)
        start_over(run);
    else
        run->step = RUN_FETCH;
}

static void take_plan(struct run *run)
{
    drop_plan(run);
    if (job_transfer_next(run->job, run->epoch, &run->plan) != S_OK)
    {
        run->step = RUN_OVER;
        return;
    }
    run->has_plan = true;
    run->peer_streams = 0;
    if (run->plan.is_dynamic)
    {
        take_dynamic_plan(run);
        return;
    }
    /* What belongs to no known version is of no use. */
    if (!run->plan.version.known) run->plan.is_restored = false;
    if (run->plan.is_single)
        take_single_plan(run);
    else if (!run->plan.version.known || run->plan.is_renamed)
        run->step = RUN_PROBE;
    else
        run->step = run->plan.is_restored ? RUN_CHECK : RUN_FETCH;
}

static void peers_are_of_no_use(struct run *run)
{
    job_transfer_peer_failed(run->job, run->epoch, run->plan.file_index);
    run->plan.source = SOURCE_ORIGIN;
}

static void file_is_not_open(struct run *run)
{
    if (run->is_content_lost)
        start_over(run);
    else
        fail(run, run->local_error, ERROR_CONTEXT_LOCAL_FILE);
    run->local_error = S_OK;
    run->is_content_lost = false;
}

/* True: in pieces, for the mover has others to serve. */
static bool check_file(struct run *run)
{
    if (run_file_check_more(run)) return true;
    if (run_file_is_in_trouble(run))
        file_is_not_open(run);
    else
        run->step = RUN_FETCH;
    return false;
}

/* All bytes are there, also when there are none. */
static void finish_file(struct run *run)
{
    HRESULT hr = S_OK;

    if (!run_file_open(run))
    {
        file_is_not_open(run);
        return;
    }
    if (FAILED(hr = file_writer_flush(run->writer)) ||
        FAILED(hr = file_writer_cut(run->writer, run_file_size(&run->plan))) ||
        FAILED(hr = file_writer_close(run->writer)))
    {
        fail(run, hr, ERROR_CONTEXT_LOCAL_FILE);
        return;
    }
    /* Its name is known to programs, which may have cut or removed it meanwhile. */
    if (!local_path_has_size(run->plan.temp_name, run_file_size(&run->plan)))
    {
        start_over(run);
        return;
    }
    if (run->plan.source == SOURCE_FILE && run->plan.acl_flags &&
        FAILED(hr = file_security_copy(run->plan.remote_name, run->plan.temp_name,
                                       run->plan.acl_flags)))
    {
        fail(run, hr, ERROR_CONTEXT_LOCAL_FILE);
        return;
    }
    job_transfer_file_done(run->job, run->epoch, run->plan.file_index);
    run->step = RUN_PLAN;
}

static void finish_dynamic_file(struct run *run)
{
    run->found.known = true;
    run->found.size = run->offset;
    if (run_take_version(run, &run->found))
        finish_file(run);
    else
        run->step = RUN_OVER;
    run->is_stale = false;
}

/* True: a stream is on its way. */
static bool begin(struct run *run, bool is_probe)
{
    HRESULT hr = run_start_stream(run, is_probe);

    if (SUCCEEDED(hr)) return true;
    if (run->is_from_peer)
        peers_are_of_no_use(run);
    else
        fail(run, hr, ERROR_CONTEXT_GENERAL_TRANSPORT);
    return false;
}

/* The client wants nothing more of it now. */
static void leave_file(struct run *run)
{
    HRESULT hr = file_writer_close(run->writer);

    if (FAILED(hr))
        fail(run, hr, ERROR_CONTEXT_LOCAL_FILE);
    else
        run->step = RUN_PLAN;
}

/* The core is asked for each range, for the client's wishes change. */
static bool fetch(struct run *run)
{
    struct transfer_plan *plan = &run->plan;

    if (plan->is_dynamic)
    {
        run->asked = run->wanted = (struct byte_range){0, UINT64_MAX};
        return begin(run, false);
    }
    if (plan->is_single && !plan->version.known)
    {
        run->asked = run->wanted = (struct byte_range){0, UINT64_MAX};
        return begin(run, false);
    }
    if (job_transfer_next_range(run->job, run->epoch, plan, &run->asked) != S_OK)
    {
        leave_file(run);
        return false;
    }
    if (run->asked.begin == run->asked.end)
    {
        finish_file(run);
        return false;
    }
    run->wanted = file_ranges_find(plan->ranges, plan->version.size, run->asked.begin,
                                   run->asked.end - run->asked.begin);
    run->asked.end = run->asked.begin + (run->wanted.end - run->wanted.begin);
    if (run->plan.source == SOURCE_PEER &&
        (!run->host->config->peers || run->peer_streams++ == PEER_STREAMS_MAX))
        peers_are_of_no_use(run);
    return begin(run, false);
}

bool run_advance(struct run *run)
{
    for (;;)
    {
        switch (run->step)
        {
        case RUN_PLAN:
            take_plan(run);
            break;
        case RUN_CHECK:
            if (check_file(run)) return true;
            break;
        case RUN_PROBE:
            if (begin(run, true)) return true;
            break;
        case RUN_FETCH:
            if (fetch(run)) return true;
            break;
        case RUN_OVER:
            run_stop(run);
            return false;
        }
    }
}

/* What an answer that we refused ourselves means. */
static void take_refusal(struct run *run)
{
    if (run->is_stale)
        run->step = RUN_OVER;
    else if (run->is_content_lost)
        start_over(run);
    else if (FAILED(run->local_error))
        fail(run, run->local_error, ERROR_CONTEXT_LOCAL_FILE);
    else
        fail(run, BG_E_INVALID_SERVER_RESPONSE, ERROR_CONTEXT_REMOTE_FILE);
}

/* A source that says that it is done has given what it promised. */
static bool has_all(const struct run *run)
{
    if (run->plan.is_dynamic) return run->offset == run->limit || run->limit == HTTP_LENGTH_UNKNOWN;
    if (run->plan.is_single) return run->plan.version.known && run->offset == run->limit;
    return run->is_probe ? run->plan.version.known
                         : run->offset == run->limit && run->limit != run->asked.begin;
}

/* The server of the new name gives no ranges, but it may give the whole file. */
static bool cannot_go_on(const struct run *run, const struct source_result *result)
{
    return result->outcome == SOURCE_FAILED && result->code == BG_E_INSUFFICIENT_RANGE_SUPPORT &&
           run->plan.is_renamed && run_file_end(&run->plan.have);
}

void run_take_result(struct run *run)
{
    struct source_result result = run->result;
    HRESULT hr;

    run_stop_stream(run);
    hr = file_writer_flush(run->writer);
    if (SUCCEEDED(run->local_error)) run->local_error = hr;

    if (run->is_stale || run->is_content_lost || FAILED(run->local_error))
        take_refusal(run);
    else if (result.outcome == SOURCE_DONE && has_all(run) && run->plan.is_dynamic)
        finish_dynamic_file(run);
    else if (result.outcome == SOURCE_DONE && has_all(run))
        run->step = run->is_probe && run->plan.is_restored ? RUN_CHECK : RUN_FETCH;
    else if (run->is_from_peer && result.outcome == SOURCE_AGAIN)
        run->step = RUN_FETCH; /* fetch() counts how often */
    else if (run->is_from_peer)
    {
        peers_are_of_no_use(run);
        run->step = RUN_FETCH;
    }
    else if (result.outcome == SOURCE_CHANGED || cannot_go_on(run, &result))
        start_over(run);
    else if (result.outcome == SOURCE_WRONG)
        start_over_plainly(run);
    else if (result.code == E_ABORT || result.outcome == SOURCE_DONE)
        take_refusal(run);
    else
        fail(run, result.code, result.context);
    run->local_error = S_OK;
    run->is_content_lost = false;
}

/* ---- life ---- */

HRESULT run_create(const struct run_host *host, struct job *job, uint32_t epoch, struct run **out)
{
    struct run *run;
    HRESULT hr;

    *out = NULL;
    if (!(run = calloc(1, sizeof(*run)))) return E_OUTOFMEMORY;
    if (FAILED(hr = file_writer_create(run_file_written, run, &run->writer)))
    {
        free(run);
        return hr;
    }
    list_init(&run->link);
    list_init(&run->ended_link);
    run->host = host;
    run->job = job;
    run->epoch = epoch;
    run->step = RUN_PLAN;
    run->plain_file = JOB_NO_FILE;
    *out = run;
    return S_OK;
}

void run_stop(struct run *run)
{
    run_stop_stream(run);
    throttle_leave(&run->own_limit);
    file_writer_destroy(run->writer);
    list_remove(&run->link);
    drop_plan(run);
    job_transfer_released(run->job);
    free(run);
}

tick_t run_tick(struct run *run, tick_t now)
{
    tick_t oldest, due;

    if (run->step == RUN_CHECK) return now;
    if (!run->stream) return TICK_NEVER;
    if (run->is_from_peer) return run_watch_peer(run, now);
    /* A file stream writes on its own thread and sees to its checkpoints itself. */
    if (run->stream_ops != &http_get_ops) return TICK_NEVER;

    due = http_get_tick(run->stream, now);
    if ((oldest = file_writer_oldest(run->writer)) == TICK_NEVER) return due;
    if (now < oldest + CHECKPOINT_MS) return oldest + CHECKPOINT_MS;
    if (FAILED(run->local_error = file_writer_flush(run->writer)))
        run_take_result(run); /* the mover advances it */
    return TICK_NEVER;
}
