/* SPDX-License-Identifier: LGPL-2.1-or-later
 *
 * Page "Cancel": for up to 24 hours, or the no-progress timeout. Any answer but one of a server in
 * trouble is the last word; a server that has lost the session need not be told. */
#include "transfer/upload_farewell.h"

#include <stdlib.h>

#include <bitsmsg.h>

#include "base/clock.h"
#include "base/err.h"
#include "base/log.h"

struct upload_farewell
{
    struct list link;
    const struct http_get *http;
    struct job *job;
    struct upload_plan plan;
    struct upload_session session;
    struct upload_request *request;
    tick_t due; /* TICK_NEVER: a request is out */
};

static void free_farewell(struct upload_farewell *farewell)
{
    if (farewell->request) upload_request_cancel(farewell->request);
    list_remove(&farewell->link);
    upload_plan_done(&farewell->plan);
    free(farewell);
}

static void finish(struct upload_farewell *farewell)
{
    struct job *job = farewell->job;

    free_farewell(farewell);
    job_upload_farewell_done(job);
}

static void try_later(struct upload_farewell *farewell)
{
    tick_t next = clock_ticks(&clock_system) + farewell->plan.retry_ms;

    if (next >= farewell->plan.give_up_at)
    {
        LOG_WARN(LOG_JOB, "a server was not told that an upload is cancelled");
        finish(farewell);
        return;
    }
    farewell->due = next;
}

/* A client whose job is gone is not asked for its opinion of a server any more. */
static void on_done(void *ctx, HRESULT hr, bool is_refused, const struct upload_ack *ack)
{
    struct upload_farewell *farewell = ctx;
    bool is_lost = ack && ack->has_error && (HRESULT)ack->error == BG_E_SESSION_NOT_FOUND;

    (void)is_refused;
    farewell->request = NULL;
    if ((FAILED(hr) && err_is_transient(hr)) || (ack && ack->status >= 500 && !is_lost))
        try_later(farewell);
    else
        finish(farewell);
}

static void say(struct upload_farewell *farewell)
{
    struct upload_packet packet;
    struct upload_request_params params = {.session = &farewell->session,
                                           .packet = &packet,
                                           .remote_name = farewell->plan.remote_name,
                                           .http = farewell->plan.http,
                                           .proxy = &farewell->plan.proxy,
                                           .done = on_done,
                                           .ctx = farewell};

    farewell->due = TICK_NEVER;
    packet = (struct upload_packet){.type = UPLOAD_CANCEL};
    if (FAILED(upload_request_start(farewell->http, &params, &farewell->request)))
        try_later(farewell);
}

void upload_farewell_start(const struct http_get *http, struct job *job, struct list *farewells)
{
    struct upload_farewell *farewell = calloc(1, sizeof(*farewell));

    if (!farewell || FAILED(job_upload_farewell(job, &farewell->plan)))
    {
        free(farewell);
        job_upload_farewell_left(job);
        return;
    }
    farewell->http = http;
    farewell->job = job;
    farewell->session.state = farewell->plan.state;
    list_add_tail(farewells, &farewell->link);
    say(farewell);
}

tick_t upload_farewells_tick(struct list *farewells, tick_t now)
{
    struct list *cursor, *after;
    tick_t next = TICK_NEVER;

    LIST_FOR_EACH_SAFE(cursor, after, farewells)
    {
        struct upload_farewell *farewell = LIST_ENTRY_OF(cursor, struct upload_farewell, link);

        if (farewell->due <= now)
            say(farewell);
        else if (farewell->due < next)
            next = farewell->due;
    }
    return next;
}

void upload_farewells_stop(struct list *farewells)
{
    struct upload_farewell *farewell;

    while ((farewell = LIST_HEAD_ENTRY(farewells, struct upload_farewell, link)))
    {
        struct job *job = farewell->job;

        free_farewell(farewell);
        job_upload_farewell_left(job);
    }
}
