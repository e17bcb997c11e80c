/* SPDX-License-Identifier: LGPL-2.1-or-later
 *
 * The mover's thread: takes the notes of the core in order, drives the network, and lets the runs
 * go on. Starts and stops only leave a note under a leaf lock. */
#include "transfer/transfer.h"

#include <stdlib.h>

#include "base/clock.h"
#include "base/list.h"
#include "base/lock.h"
#include "base/log.h"
#include "base/thread.h"
#include "job/job_transfer.h"
#include "job/job_upload.h"
#include "transfer/rate_limit.h"
#include "transfer/run.h"
#include "transfer/upload_farewell.h"
#include "transfer/upload_run.h"

#define IDLE_WAIT_MS 60000

enum note_kind
{
    NOTE_START,
    NOTE_STOP,
    NOTE_FAREWELL
};

struct note
{
    struct list link;
    struct job *job;
    uint32_t epoch;
    enum note_kind kind;
};

struct transfer
{
    struct transfer_config config; /* immutable after create */
    struct run_host host;          /* immutable after create */
    struct http_client *http;
    struct thread thread;

    struct lock lock; /* leaf; notes, ended, is_stopped */
    struct list notes;
    struct list ended;
    bool is_stopped;

    /* The thread's own. */
    struct list runs;
    struct list uploads;   /* struct upload_run */
    struct list farewells; /* struct upload_farewell */
    struct rate_limit background;
};

const struct transfer_config transfer_defaults = {
    .http = {.connect_timeout_ms = 30000,
             .head_timeout_ms = 60000,
             .floor_rate = 17,
             .floor_seconds = 60},
    .peer_budget_ms = 2000,
    .peer_floor_rate = 64 * 1024,
    .client_patience_ms = 120000,
};

/* ---- notes ---- */

/* Without memory a start cannot be noted: the job fails, as if its run had ended at once. */
static void refuse_start(struct job *job, uint32_t epoch)
{
    struct job_error error = {E_OUTOFMEMORY, ERROR_CONTEXT_GENERAL_TRANSPORT, JOB_NO_FILE};

    job_transfer_failed(job, epoch, &error);
    job_transfer_released(job);
}

static void leave_note(struct transfer *transfer, struct job *job, uint32_t epoch,
                       enum note_kind kind)
{
    struct note *note = malloc(sizeof(*note));

    if (!note)
    {
        if (kind == NOTE_START) refuse_start(job, epoch);
        if (kind == NOTE_FAREWELL) job_upload_farewell_left(job);
        return; /* a run that is not stopped ends by itself: its epoch is over */
    }
    *note = (struct note){.job = job, .epoch = epoch, .kind = kind};
    lock_acquire(&transfer->lock);
    list_add_tail(&transfer->notes, &note->link);
    lock_release(&transfer->lock);
    http_client_wake(transfer->http);
}

static void mover_start(void *ctx, struct job *job, uint32_t epoch)
{
    leave_note(ctx, job, epoch, NOTE_START);
}

static void mover_stop(void *ctx, struct job *job, uint32_t epoch)
{
    leave_note(ctx, job, epoch, NOTE_STOP);
}

static void mover_farewell(void *ctx, struct job *job)
{
    leave_note(ctx, job, 0, NOTE_FAREWELL);
}

const struct transfer_ops transfer_mover_ops = {mover_start, mover_stop, mover_farewell};

/* ---- the thread ---- */

static void start_upload(struct transfer *transfer, struct job *job, uint32_t epoch)
{
    if (FAILED(upload_run_start(&transfer->host, job, epoch, &transfer->uploads)))
        refuse_start(job, epoch);
}

static void start_run(struct transfer *transfer, struct job *job, uint32_t epoch)
{
    struct run *run;

    if (job_upload_is_next(job, epoch))
    {
        start_upload(transfer, job, epoch);
        return;
    }

    if (FAILED(run_create(&transfer->host, job, epoch, &run)))
    {
        refuse_start(job, epoch);
        return;
    }
    list_add_tail(&transfer->runs, &run->link);
    run_advance(run);
}

static void stop_run(struct transfer *transfer, const struct job *job, uint32_t epoch)
{
    struct list *cursor;

    LIST_FOR_EACH(cursor, &transfer->runs)
    {
        struct run *run = LIST_ENTRY_OF(cursor, struct run, link);

        if (run->job != job || run->epoch != epoch) continue;
        run_stop(run);
        return;
    }
    LIST_FOR_EACH(cursor, &transfer->uploads)
    {
        struct upload_run *run = LIST_ENTRY_OF(cursor, struct upload_run, link);

        if (run->job != job || run->epoch != epoch) continue;
        upload_run_stop(run);
        return;
    }
}

static struct note *next_note(struct transfer *transfer)
{
    struct note *note;

    lock_acquire(&transfer->lock);
    if ((note = LIST_HEAD_ENTRY(&transfer->notes, struct note, link))) list_remove(&note->link);
    lock_release(&transfer->lock);
    return note;
}

static void take_notes(struct transfer *transfer)
{
    struct note *note;

    while ((note = next_note(transfer)))
    {
        if (note->kind == NOTE_START)
            start_run(transfer, note->job, note->epoch);
        else if (note->kind == NOTE_FAREWELL)
            upload_farewell_start(&transfer->host.http, note->job, &transfer->farewells);
        else
            stop_run(transfer, note->job, note->epoch);
        free(note);
    }
}

static struct run *next_ended(struct transfer *transfer)
{
    struct run *run;

    lock_acquire(&transfer->lock);
    if ((run = LIST_HEAD_ENTRY(&transfer->ended, struct run, ended_link)))
        list_remove(&run->ended_link);
    lock_release(&transfer->lock);
    return run;
}

static bool take_ended(struct transfer *transfer)
{
    bool is_any = false;
    struct run *run;

    while ((run = next_ended(transfer)))
    {
        run_take_result(run);
        run_advance(run);
        is_any = true;
    }
    return is_any;
}

/* How long the network may be waited for. */
static uint32_t tick(struct transfer *transfer)
{
    tick_t now = clock_ticks(&clock_system), next = now + IDLE_WAIT_MS;
    struct list *cursor, *after;
    tick_t due = upload_farewells_tick(&transfer->farewells, now);

    if (due < next) next = due;
    due = upload_runs_tick(&transfer->uploads, now);
    if (due < next) next = due;
    LIST_FOR_EACH_SAFE(cursor, after, &transfer->runs)
    {
        struct run *run = LIST_ENTRY_OF(cursor, struct run, link);

        due = run_tick(run, now);
        if (due < next) next = due;
        if (!run->stream) run_advance(run);
    }
    due = rate_limit_tick(&transfer->background, now);
    if (due < next) next = due;
    return next > now ? (uint32_t)(next - now) : 0;
}

static bool is_stopped(struct transfer *transfer)
{
    bool stopped;

    lock_acquire(&transfer->lock);
    stopped = transfer->is_stopped;
    lock_release(&transfer->lock);
    return stopped;
}

static void transfer_loop(void *arg)
{
    struct transfer *transfer = arg;
    struct upload_run *upload;
    struct run *run;

    while (!is_stopped(transfer))
    {
        uint32_t wait;

        take_notes(transfer);
        wait = tick(transfer);
        /* A run that went on has new requests, which the client must see before it waits. */
        http_client_run(transfer->http, take_ended(transfer) ? 0 : wait);
        take_ended(transfer);
    }
    take_notes(transfer);
    while ((run = LIST_HEAD_ENTRY(&transfer->runs, struct run, link)))
        run_stop(run);
    while ((upload = LIST_HEAD_ENTRY(&transfer->uploads, struct upload_run, link)))
        upload_run_stop(upload);
    upload_farewells_stop(&transfer->farewells);
}

/* ---- life ---- */

HRESULT transfer_create(const struct transfer_config *config, struct transfer **out)
{
    struct transfer *transfer;
    HRESULT hr;

    *out = NULL;
    if (!(transfer = calloc(1, sizeof(*transfer)))) return E_OUTOFMEMORY;
    transfer->config = *config;
    lock_init(&transfer->lock, LOCK_RANK_LEAF, "transfer");
    list_init(&transfer->notes);
    list_init(&transfer->ended);
    list_init(&transfer->runs);
    rate_limit_init(&transfer->background, clock_ticks(&clock_system));
    list_init(&transfer->uploads);
    list_init(&transfer->farewells);
    if (FAILED(hr = http_client_create(&config->http, &transfer->http)))
    {
        lock_done(&transfer->lock);
        free(transfer);
        return hr;
    }
    transfer->host =
        (struct run_host){.config = &transfer->config,
                          .http = {transfer->http, config->ask_client, config->client_patience_ms},
                          .lock = &transfer->lock,
                          .ended = &transfer->ended,
                          .background = &transfer->background};
    *out = transfer;
    return S_OK;
}

HRESULT transfer_begin(struct transfer *transfer)
{
    return thread_start(&transfer->thread, transfer_loop, transfer, "transfer");
}

void transfer_destroy(struct transfer *transfer)
{
    lock_acquire(&transfer->lock);
    transfer->is_stopped = true;
    lock_release(&transfer->lock);
    http_client_wake(transfer->http);
    thread_join(&transfer->thread);
    http_client_destroy(transfer->http);
    lock_done(&transfer->lock);
    free(transfer);
}
