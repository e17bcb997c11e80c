/* SPDX-License-Identifier: LGPL-2.1-or-later
 *
 * The steps of a run. The core is asked what to do for each file, so a plan is as old as the file's
 * transfer and no older. */
#include "transfer/run.h"

#include <stdlib.h>

#include <bitsmsg.h>

#include "base/clock.h"
#include "base/err.h"
#include "base/log.h"
#include "base/str.h"
#include "base/url.h"
#include "transfer/file_copy.h"
#include "transfer/file_security.h"
#include "transfer/http_get.h"
#include "transfer/http_rules.h"
#include "transfer/local_files.h"
#include "transfer/local_path.h"
#include "transfer/rate_limit.h"
#include "transfer/run_token.h"

#define CHECKPOINT_MS   1000
#define TEMP_NAME_TRIES 4

/* A peer may know of parts of a file only, but not of crumbs. */
#define PEER_STREAMS_MAX 32

/* ---- the temporary file ---- */

static void on_written(void *ctx, uint64_t begin, uint64_t end)
{
    struct run *run = ctx;

    range_set_add(&run->plan.have, begin, end);
    job_transfer_summed(run->job, run->plan.file_index, run->plan.generation,
                        file_writer_sum(run->writer));
    job_transfer_progress(run->job, run->plan.file_index, run->plan.generation, begin, end,
                          run->is_from_peer);
}

static HRESULT rename_temp(struct transfer_plan *plan)
{
    WCHAR *name;
    HRESULT hr = local_file_ops.choose_temp_name(NULL, plan->local_name, &name);

    if (FAILED(hr)) return hr;
    free(plan->temp_name);
    plan->temp_name = name;
    return S_OK;
}

/* Another name where somebody has taken ours, and for every start over: a store that has not heard
 * of it yet must not take the new content for the old one. */
static HRESULT make_file(struct run *run)
{
    struct transfer_plan *plan = &run->plan;
    HRESULT hr;

    if (plan->is_direct)
    {
        if (FAILED(hr = file_writer_make_anew(run->writer, plan->temp_name))) return hr;
        job_transfer_temp_made(run->job, run->epoch, plan->file_index, plan->temp_name);
        plan->has_temp_file = true;
        return S_OK;
    }
    if (plan->generation && FAILED(hr = rename_temp(plan))) return hr;
    for (unsigned int i = 0; i < TEMP_NAME_TRIES; i++)
    {
        hr = file_writer_make(run->writer, plan->temp_name);
        if (SUCCEEDED(hr))
        {
            job_transfer_temp_made(run->job, run->epoch, plan->file_index, plan->temp_name);
            plan->has_temp_file = true;
            return S_OK;
        }
        if (hr != HRESULT_FROM_WIN32(ERROR_FILE_EXISTS)) return hr;
        if (FAILED(rename_temp(plan))) return hr;
    }
    return hr;
}

static uint64_t local_size(const struct transfer_plan *plan)
{
    return file_ranges_local_size(plan->ranges, plan->version.size);
}

static uint64_t stored_end(const struct range_set *have)
{
    size_t count = range_set_count(have);

    return count ? range_set_get(have, count - 1)->end : 0;
}

/* False: local_error, or is_content_lost, says why. */
static bool open_own_file(struct run *run)
{
    uint64_t size = stored_end(&run->plan.have);
    HRESULT hr;

    if (file_writer_is_open(run->writer)) return true;
    if (!run->plan.has_temp_file)
        hr = make_file(run);
    else if ((hr = file_writer_reopen(run->writer, run->plan.temp_name, size)) == S_FALSE)
    {
        run->is_content_lost = size != 0;
        if (!run->is_content_lost) hr = make_file(run);
    }
    else if (SUCCEEDED(hr) && !run->plan.is_restored)
        file_writer_set_sum(run->writer, &run->plan.sum);
    if (FAILED(hr)) run->local_error = hr;
    return SUCCEEDED(hr) && !run->is_content_lost;
}

static bool open_file(struct run *run)
{
    bool is_other = token_enter(run->plan.token, run->plan.token_use & TOKEN_LOCAL_FILE);
    bool is_open = open_own_file(run);

    if (is_other) token_leave();
    return is_open;
}

/* Where the bytes end that are there from the first on. */
static uint64_t leading_end(const struct range_set *have)
{
    const struct byte_range *first = range_set_get(have, 0);

    return first && !first->begin ? first->end : 0;
}

/* An engine that was killed wrote in one go from the first gap on, and told of it now and then. */
static void take_untold_bytes(struct run *run)
{
    struct transfer_plan *plan = &run->plan;
    uint64_t told = stored_end(&plan->have), end;

    plan->is_restored = false;
    if (plan->is_random || told != leading_end(&plan->have)) return;
    end = file_writer_recent_end(run->writer);
    if (end > told && end <= local_size(plan)) on_written(run, told, end);
}

/* True: there is more to read. */
static bool sum_more(struct run *run, uint64_t end)
{
    HRESULT hr;

    if (file_writer_sum(run->writer)->end >= end) return false;
    hr = file_writer_sum_more(run->writer, end);
    if (hr == HRESULT_FROM_WIN32(ERROR_HANDLE_EOF))
        run->is_content_lost = true;
    else if (FAILED(hr))
        run->local_error = hr;
    return SUCCEEDED(hr);
}

static bool is_in_trouble(const struct run *run)
{
    return run->is_content_lost || FAILED(run->local_error);
}

/* Programs may have changed the file while no engine ran. True: there is more to read; else it is
 * checked, or local_error or is_content_lost say why not. */
static bool check_more(struct run *run)
{
    struct transfer_plan *plan = &run->plan;

    if (!open_file(run)) return false;
    if (plan->is_restored)
    {
        if (sum_more(run, plan->sum.end)) return true;
        if (is_in_trouble(run)) return false;
        if (file_writer_sum(run->writer)->crc32c != plan->sum.crc32c)
        {
            LOG_WARN(LOG_JOB, "a temporary file is not what it was: it starts over");
            run->is_content_lost = true;
            return false;
        }
        take_untold_bytes(run);
    }
    /* So that the sum goes on where the bytes do. */
    return sum_more(run, leading_end(&plan->have));
}

/* ---- the sink ---- */

static bool on_connected(void *ctx)
{
    struct run *run = ctx;

    run->is_stale = !job_transfer_connected(run->job, run->epoch);
    return !run->is_stale;
}

/* Where it is given in place of a range. */
static bool takes_whole_file(const struct run *run)
{
    return run->plan.is_foreground && !run->plan.ranges && !run->plan.is_random;
}

/* Facts that one side lacks do not count within one server; between two they do. */
static bool is_same_copy(const struct file_version *a, const struct file_version *b)
{
    return a->size == b->size && a->has_mtime && b->has_mtime && a->mtime == b->mtime;
}

static bool take_version(struct run *run, const struct file_version *version)
{
    struct transfer_plan *plan = &run->plan;

    if (plan->version.known && plan->is_renamed && !is_same_copy(&plan->version, version))
    {
        run->is_content_lost = true;
        return false;
    }
    if ((!plan->version.known || plan->is_renamed) &&
        !job_transfer_version(run->job, run->epoch, plan->file_index, version))
    {
        run->is_stale = true;
        return false;
    }
    plan->version = *version;
    return true;
}

/* Whoever answers may give less than was asked, but nothing else; the whole file only to a job that
 * has nothing of it and wants no parts. */
static bool is_answer_of_use(const struct run *run, const struct source_answer *answer)
{
    if (!answer->version.known) return false;
    if (run->plan.version.known && http_is_other_version(&run->plan.version, &answer->version))
        return false;
    if (answer->length > answer->version.size ||
        answer->offset > answer->version.size - answer->length)
        return false;
    if (answer->offset != run->wanted.begin || !answer->length) return false;
    return answer->offset + answer->length <= run->wanted.end ||
           (!run->is_from_peer && takes_whole_file(run) && !answer->offset &&
            !stored_end(&run->plan.have));
}

/* Its version is told when its size is known: at its end. */
static bool take_dynamic_answer(struct run *run, const struct source_answer *answer)
{
    run->found = answer->version;
    run->offset = 0;
    run->limit = answer->length;
    return open_file(run);
}

static bool take_single(struct run *run, const struct source_answer *answer)
{
    if (!take_version(run, &answer->version)) return false;
    run->offset = 0;
    run->limit = answer->length;
    return open_file(run);
}

static bool on_answer(void *ctx, const struct source_answer *answer)
{
    struct run *run = ctx;

    if (run->plan.is_dynamic) return take_dynamic_answer(run, answer);
    if (run->is_probe) return take_version(run, &answer->version);
    if (run->plan.is_single) return take_single(run, answer);
    if (!is_answer_of_use(run, answer)) return false;
    if (!run->is_from_peer && !take_version(run, &answer->version)) return false;
    run->offset = run->asked.begin;
    run->limit = run->asked.begin + answer->length;
    return open_file(run);
}

static bool on_data(void *ctx, const void *data, size_t size)
{
    struct run *run = ctx;
    HRESULT hr;

    if (size > run->limit - run->offset) return false;
    if (FAILED(hr = file_writer_put(run->writer, run->offset, data, size)))
    {
        run->local_error = hr;
        return false;
    }
    run->offset += size;
    if (run->is_from_peer)
    {
        lock_acquire(run->host->lock);
        run->last_data = clock_ticks(&clock_system);
        run->window_bytes += size;
        lock_release(run->host->lock);
    }
    return true;
}

static void on_end(void *ctx, const struct source_result *result)
{
    struct run *run = ctx;

    run->result = *result;
    lock_acquire(run->host->lock);
    list_add_tail(run->host->ended, &run->ended_link);
    lock_release(run->host->lock);
    /* The client's own thread looks by itself. */
    if (run->stream_ops != &http_get_ops) http_client_wake(run->host->http.client);
}

static void on_headers(void *ctx, const char *text, size_t size)
{
    struct run *run = ctx;

    job_transfer_headers(run->job, run->epoch, run->plan.file_index, text, size);
}

static bool on_moved(void *ctx, const WCHAR *remote_name, bool is_elsewhere)
{
    struct run *run = ctx;
    WCHAR *name = str_dup(remote_name);

    run->is_stale =
        !job_transfer_moved(run->job, run->epoch, run->plan.file_index, remote_name, is_elsewhere);
    if (!name) return false;
    free(run->plan.remote_name);
    run->plan.remote_name = name;
    run->plan.is_elsewhere = is_elsewhere;
    return !run->is_stale;
}

static const struct source_sink sink = {on_connected, on_answer,  on_data,
                                        on_end,       on_headers, on_moved};

/* ---- streams ---- */

static void choose_stream(struct run *run)
{
    const struct transfer_config *config = run->host->config;

    run->is_from_peer = false;
    switch (run->plan.source)
    {
    case SOURCE_FILE:
        run->stream_ops = &file_copy_ops;
        run->stream_ctx = NULL;
        break;
    case SOURCE_PEER:
        /* Size and time, the keys of a search, come from the origin. */
        if (!run->is_probe)
        {
            run->is_from_peer = true;
            run->stream_ops = config->peers;
            run->stream_ctx = config->peers_ctx;
            break;
        }
        /* fall through */
    default:
        run->stream_ops = &http_get_ops;
        run->stream_ctx = (void *)&run->host->http;
    }
}

static HRESULT start_stream(struct run *run, bool is_probe)
{
    /* What the server of a new name leaves out must not be taken from what is known. */
    static const struct file_version nothing;
    struct source_request request = {
        .job = run->job,
        .file_index = run->plan.file_index,
        .remote_name = run->plan.remote_name,
        .is_elsewhere = run->plan.is_elsewhere,
        .is_single = run->plan.is_single,
        .is_probe = is_probe,
        .range = run->wanted,
        .version = is_probe ? &nothing : &run->plan.version,
        .is_foreground = takes_whole_file(run),
        .uses_branchcache = run->plan.uses_branchcache && run->plan.file_index != run->plain_file,
        .is_resumed = stored_end(&run->plan.have) != 0,
        .is_dynamic = run->plan.is_dynamic,
        .token = run->plan.token_use & TOKEN_NETWORK ? run->plan.token : NULL,
        .http = run->plan.http,
        .proxy = &run->plan.proxy};

    run->is_probe = is_probe;
    run->offset = run->limit = run->asked.begin;
    run->last_data = run->window_start = clock_ticks(&clock_system);
    run->window_bytes = 0;
    choose_stream(run);
    rate_limit_request(run, &request);
    return run->stream_ops->start(run->stream_ctx, &request, &sink, run, &run->stream);
}

static void stop_stream(struct run *run)
{
    if (!run->stream) return;
    run->stream_ops->stop(run->stream_ctx, run->stream);
    run->stream = NULL;
    lock_acquire(run->host->lock);
    list_remove(&run->ended_link);
    lock_release(run->host->lock);
}

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
    if (run->plan.version.known || stored_end(&run->plan.have))
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
    if (check_more(run)) return true;
    if (is_in_trouble(run))
        file_is_not_open(run);
    else
        run->step = RUN_FETCH;
    return false;
}

/* All bytes are there, also when there are none. */
static void finish_file(struct run *run)
{
    HRESULT hr = S_OK;

    if (!open_file(run))
    {
        file_is_not_open(run);
        return;
    }
    if (FAILED(hr = file_writer_flush(run->writer)) ||
        FAILED(hr = file_writer_cut(run->writer, local_size(&run->plan))) ||
        FAILED(hr = file_writer_close(run->writer)))
    {
        fail(run, hr, ERROR_CONTEXT_LOCAL_FILE);
        return;
    }
    /* Its name is known to programs, which may have cut or removed it meanwhile. */
    if (!local_path_has_size(run->plan.temp_name, local_size(&run->plan)))
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
    if (take_version(run, &run->found))
        finish_file(run);
    else
        run->step = RUN_OVER;
    run->is_stale = false;
}

/* True: a stream is on its way. */
static bool begin(struct run *run, bool is_probe)
{
    HRESULT hr = start_stream(run, is_probe);

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
           run->plan.is_renamed && stored_end(&run->plan.have);
}

void run_take_result(struct run *run)
{
    struct source_result result = run->result;
    HRESULT hr;

    stop_stream(run);
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
    if (FAILED(hr = file_writer_create(on_written, run, &run->writer)))
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
    stop_stream(run);
    throttle_leave(&run->own_limit);
    file_writer_destroy(run->writer);
    list_remove(&run->link);
    drop_plan(run);
    job_transfer_released(run->job);
    free(run);
}

/* Caller holds the lock. When a peer that goes on like this is to be looked at again; not after
 * now: it has given nothing, or too little, for as long as it may. */
static tick_t judge_peer(struct run *run, tick_t now)
{
    uint32_t budget = run->host->config->peer_budget_ms;
    uint64_t least = (uint64_t)run->host->config->peer_floor_rate * budget / 1000;

    if (now >= run->window_start + budget && run->window_bytes >= least)
    {
        run->window_start = now;
        run->window_bytes = 0;
    }
    return (run->last_data < run->window_start ? run->last_data : run->window_start) + budget;
}

static tick_t watch_peer(struct run *run, tick_t now)
{
    tick_t due;
    bool has_ended;

    lock_acquire(run->host->lock);
    has_ended = list_is_linked(&run->ended_link);
    due = judge_peer(run, now);
    lock_release(run->host->lock);
    if (has_ended) return now; /* its result is taken next */
    if (now < due) return due;

    stop_stream(run); /* it may have ended by now: from here on it writes no result any more */
    run->result = (struct source_result){SOURCE_FAILED, E_ABORT, ERROR_CONTEXT_NONE};
    run_take_result(run);
    return now;
}

tick_t run_tick(struct run *run, tick_t now)
{
    tick_t oldest, due;

    if (run->step == RUN_CHECK) return now;
    if (!run->stream) return TICK_NEVER;
    if (run->is_from_peer) return watch_peer(run, now);
    /* A file stream writes on its own thread and sees to its checkpoints itself. */
    if (run->stream_ops != &http_get_ops) return TICK_NEVER;

    due = http_get_tick(run->stream, now);
    if ((oldest = file_writer_oldest(run->writer)) == TICK_NEVER) return due;
    if (now < oldest + CHECKPOINT_MS) return oldest + CHECKPOINT_MS;
    if (FAILED(run->local_error = file_writer_flush(run->writer)))
        run_take_result(run); /* the mover advances it */
    return TICK_NEVER;
}
