/* SPDX-License-Identifier: LGPL-2.1-or-later
 *
 * The steps of an upload. The session decides what is sent; here the file is read, answers are
 * reported to the core, and what is to be kept is given to it before the next packet goes. */
#include "transfer/upload_run.h"

#include <stdlib.h>
#include <string.h>

#include <bitsmsg.h>

#include "base/clock.h"
#include "base/err.h"
#include "base/log.h"
#include "base/str.h"
#include "base/url.h"
#include "job/job_transfer.h"
#include "job/http_options.h"
#include "net/http_redirect.h"
#include "transfer/rate_limit.h"
#include "transfer/upload_copy.h"

static void send_next(struct upload_run *run);
static bool open_file(struct upload_run *run);

void upload_run_stop(struct upload_run *run)
{
    if (run->request) upload_request_cancel(run->request);
    if (run->copy) upload_copy_stop(run->copy);
    throttle_leave(&run->limit);
    http_auth_memory_done(&run->auth);
    upload_file_close(&run->file);
    list_remove(&run->link);
    if (run->has_plan) upload_plan_done(&run->plan);
    job_transfer_released(run->job);
    free(run);
}

/* ---- failures; all of them end the run ---- */

static void fail(struct upload_run *run, HRESULT code, enum error_context context,
                 bool is_transient)
{
    struct job_error error = {code, context, 0};
    char url[256];

    url_redact_to_char(run->plan.remote_name, url, sizeof(url));
    LOG_INFO(LOG_JOB, "%s: upload fails with %#lx in context %u", url, (unsigned long)code,
             context);
    job_upload_failed(run->job, run->epoch, &error, is_transient);
    upload_run_stop(run);
}

static void fail_locally(struct upload_run *run, HRESULT code)
{
    if (code != BG_E_LOCAL_FILE_CHANGED)
    {
        fail(run, code, ERROR_CONTEXT_LOCAL_FILE, err_is_transient(code));
        return;
    }
    LOG_INFO(LOG_JOB, "a file changed while it was sent");
    job_upload_changed(run->job, run->epoch);
    upload_run_stop(run);
}

static void host_failed(struct upload_run *run)
{
    if (run->session.state.host[0])
        job_upload_host(run->job, run->epoch, clock_ticks(&clock_system));
}

/* ---- what is kept ---- */

/* False when the epoch is over. */
static bool keep_state(struct upload_run *run)
{
    struct upload_state *kept = &run->plan.state;
    const struct upload_state *now = &run->session.state;
    bool is_new = strcmp(kept->session, now->session) != 0;

    if (!memcmp(kept, now, sizeof(*now))) return true;
    *kept = *now;
    return job_upload_session(run->job, run->epoch, now, is_new);
}

/* The host that a session was given to has been away for too long. */
static void look_at_host(struct upload_run *run)
{
    const struct upload_state *state = &run->session.state;
    tick_t failed_at = run->plan.host_failed_at;

    if (!state->host[0] || failed_at == TICK_NEVER) return;
    if (state->fallback_seconds == UPLOAD_FALLBACK_NEVER) return;
    if (clock_ticks(&clock_system) - failed_at < state->fallback_seconds * 1000ull) return;
    LOG_INFO(LOG_JOB, "an upload leaves the host that it was sent to");
    upload_session_leave_host(&run->session);
    job_upload_host(run->job, run->epoch, TICK_NEVER);
}

/* ---- the end of the file ---- */

static WCHAR *reply_url_of(const struct upload_run *run)
{
    const struct http_settings *http = run->plan.http;
    bool may_be_plain = http && (http->security_flags & HTTP_REDIRECT_TO_PLAIN);
    char *from = str_to_utf8(run->plan.remote_name), *target = NULL;
    WCHAR *url = NULL;

    if (from) target = http_redirect_target(from, run->session.reply_url, may_be_plain);
    if (target) url = str_from_utf8(target);
    free(from);
    free(target);
    if (url && SUCCEEDED(url_check_remote(url))) return url;
    free(url);
    return NULL;
}

static void all_sent(struct upload_run *run)
{
    WCHAR *url = NULL;

    if (run->session.reply_url[0] && !(url = reply_url_of(run)))
    {
        fail(run, BG_E_INVALID_SERVER_RESPONSE, ERROR_CONTEXT_REMOTE_FILE, true);
        return;
    }
    job_upload_sent(run->job, run->epoch, url);
    free(url);
    upload_run_stop(run);
}

/* ---- answers ---- */

static void take_verdict(struct upload_run *run, const struct upload_verdict *verdict)
{
    if (verdict->action == UPLOAD_CLOSED)
    {
        job_upload_closed(run->job, run->epoch);
        upload_run_stop(run);
        return;
    }
    if (!keep_state(run) || !job_upload_progress(run->job, run->epoch, run->session.offset))
        upload_run_stop(run);
    else if (verdict->action == UPLOAD_FAILED)
    {
        host_failed(run);
        fail(run, verdict->code, verdict->context, verdict->is_transient);
    }
    else if (verdict->action == UPLOAD_ALL_SENT)
        all_sent(run);
    else
    {
        if (run->plan.host_failed_at != TICK_NEVER)
            job_upload_host(run->job, run->epoch, run->plan.host_failed_at = TICK_NEVER);
        /* A session that was lost at its end begins anew. */
        if (run->file.handle || open_file(run)) send_next(run);
    }
}

static void on_done(void *ctx, HRESULT hr, bool is_refused, const struct upload_ack *ack)
{
    struct upload_run *run = ctx;
    bool is_fragment = run->packet.type == UPLOAD_FRAGMENT;
    struct upload_verdict verdict;

    run->request = NULL;
    if (ack && !job_transfer_connected(run->job, run->epoch))
    {
        upload_run_stop(run);
        return;
    }
    /* What was read of a file that changed meanwhile may be of both. */
    if (is_fragment && SUCCEEDED(run->local_error))
        run->local_error = upload_file_check(&run->file);
    if (FAILED(run->local_error))
        fail_locally(run, run->local_error);
    else if (FAILED(hr))
    {
        upload_session_broken(&run->session);
        host_failed(run);
        /* Whatever code a client gives, it may think otherwise the next time. */
        fail(run, hr, is_refused ? ERROR_CONTEXT_CERTIFICATE_CALLBACK : ERROR_CONTEXT_REMOTE_FILE,
             is_refused || err_is_transient(hr));
    }
    else
    {
        verdict =
            upload_session_take(&run->session, ack, clock_ticks(&clock_system) - run->sent_at);
        take_verdict(run, &verdict);
    }
}

/* ---- packets ---- */

static size_t read_piece(void *ctx, uint64_t offset, void *buffer, size_t size)
{
    struct upload_run *run = ctx;

    run->local_error = upload_file_read(&run->file, run->packet.begin + offset, buffer, size);
    return SUCCEEDED(run->local_error) ? size : 0;
}

static void send_next(struct upload_run *run)
{
    struct upload_request_params params = {.job = run->job,
                                           .session = &run->session,
                                           .packet = &run->packet,
                                           .remote_name = run->plan.remote_name,
                                           .local_name = run->plan.local_name,
                                           .http = run->plan.http,
                                           .proxy = &run->plan.proxy,
                                           .auth_memory = &run->auth,
                                           .limit = run->limit.throttle ? &run->limit : NULL,
                                           .is_lan_free = run->plan.is_lan_free,
                                           .read = read_piece,
                                           .done = on_done,
                                           .ctx = run};
    HRESULT hr;

    upload_session_next(&run->session, &run->packet);
    if (!keep_state(run))
    {
        upload_run_stop(run);
        return;
    }
    run->sent_at = clock_ticks(&clock_system);
    if (FAILED(hr = upload_request_start(&run->host->http, &params, &run->request)))
        fail(run, hr, ERROR_CONTEXT_GENERAL_TRANSPORT, err_is_transient(hr));
}

/* ---- the beginning ---- */

/* False: the run is over, and gone. */
static bool open_file(struct upload_run *run)
{
    HRESULT hr = upload_file_open(&run->file, run->plan.local_name, run->plan.token);

    if (SUCCEEDED(hr) && run->plan.version.known &&
        !upload_file_is_same(&run->plan.version, &run->file.version))
        hr = BG_E_LOCAL_FILE_CHANGED;
    if (FAILED(hr))
    {
        fail_locally(run, hr);
        return false;
    }
    if (run->plan.version.known || job_upload_opened(run->job, run->epoch, &run->file.version))
        return true;
    upload_run_stop(run);
    return false;
}

static void begin(struct upload_run *run)
{
    struct upload_start start = {.state = &run->plan.state,
                                 .is_reply = run->plan.is_reply,
                                 .is_closing = run->plan.is_closing,
                                 .wants_ping = run->plan.http != NULL,
                                 .offset = run->plan.offset};
    bool is_closing = run->plan.is_closing;

    if (!is_closing && !open_file(run)) return;
    start.total = is_closing ? run->plan.version.size : run->file.version.size;
    upload_session_init(&run->session, &start);
    look_at_host(run);
    if (!run->session.is_closing && upload_session_is_sent(&run->session))
        all_sent(run);
    else
        send_next(run);
}

static void begin_copy(struct upload_run *run)
{
    HRESULT hr = upload_copy_start(run->job, run->epoch, &run->plan, &run->copy);

    if (FAILED(hr)) fail(run, hr, ERROR_CONTEXT_GENERAL_TRANSPORT, err_is_transient(hr));
}

HRESULT upload_run_start(const struct run_host *host, struct job *job, uint32_t epoch,
                         struct list *runs)
{
    struct upload_run *run = calloc(1, sizeof(*run));

    if (!run) return E_OUTOFMEMORY;
    run->host = host;
    run->job = job;
    run->epoch = epoch;
    list_add_tail(runs, &run->link);
    if (job_upload_next(job, epoch, &run->plan) != S_OK)
    {
        upload_run_stop(run);
        return S_OK;
    }
    run->has_plan = true;
    if (url_scheme_of(run->plan.remote_name) == URL_FILE)
        begin_copy(run);
    else
    {
        rate_limit_upload(host->background, &run->plan, &run->limit);
        begin(run);
    }
    return S_OK;
}

tick_t upload_runs_tick(struct list *runs, tick_t now)
{
    struct list *cursor, *after;
    tick_t next = TICK_NEVER;

    LIST_FOR_EACH_SAFE(cursor, after, runs)
    {
        struct upload_run *run = LIST_ENTRY_OF(cursor, struct upload_run, link);
        tick_t due = run->request ? upload_request_tick(run->request, now) : TICK_NEVER;

        if (due < next) next = due;
    }
    return next;
}
