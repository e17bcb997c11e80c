/* SPDX-License-Identifier: LGPL-2.1-or-later
 *
 * The stream of a run: where it comes from, and what of its answer is taken. Positions of the
 * remote file become those of the local one here. */
#include "transfer/run_private.h"

#include <stdlib.h>

#include "base/str.h"
#include "transfer/file_copy.h"
#include "transfer/http_rules.h"
#include "transfer/rate_limit.h"

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

bool run_take_version(struct run *run, const struct file_version *version)
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
            !run_file_end(&run->plan.have));
}

/* Its version is told when its size is known: at its end. */
static bool take_dynamic_answer(struct run *run, const struct source_answer *answer)
{
    run->found = answer->version;
    run->offset = 0;
    run->limit = answer->length;
    return run_file_open(run);
}

static bool take_single(struct run *run, const struct source_answer *answer)
{
    if (!run_take_version(run, &answer->version)) return false;
    run->offset = 0;
    run->limit = answer->length;
    return run_file_open(run);
}

static bool on_answer(void *ctx, const struct source_answer *answer)
{
    struct run *run = ctx;

    if (run->plan.is_dynamic) return take_dynamic_answer(run, answer);
    if (run->is_probe) return run_take_version(run, &answer->version);
    if (run->plan.is_single) return take_single(run, answer);
    if (!is_answer_of_use(run, answer)) return false;
    if (!run->is_from_peer && !run_take_version(run, &answer->version)) return false;
    run->offset = run->asked.begin;
    run->limit = run->asked.begin + answer->length;
    return run_file_open(run);
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

HRESULT run_start_stream(struct run *run, bool is_probe)
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
        .is_resumed = run_file_end(&run->plan.have) != 0,
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

void run_stop_stream(struct run *run)
{
    if (!run->stream) return;
    run->stream_ops->stop(run->stream_ctx, run->stream);
    run->stream = NULL;
    lock_acquire(run->host->lock);
    list_remove(&run->ended_link);
    lock_release(run->host->lock);
}
