/* SPDX-License-Identifier: LGPL-2.1-or-later
 *
 * One run: the work on one job from a start to its stop, failure or end. Belongs to the mover's
 * thread; what a stream reports from another thread is marked. */
#ifndef OPENBITS_TRANSFER_RUN_H
#define OPENBITS_TRANSFER_RUN_H

#include "base/list.h"
#include "base/lock.h"
#include "job/job_transfer.h"
#include "transfer/file_writer.h"
#include "transfer/http_get.h"
#include "transfer/source_stream.h"
#include "transfer/transfer.h"

/* Shared by all runs of a mover. */
struct run_host
{
    const struct transfer_config *config;
    struct http_get http;
    struct lock *lock;             /* leaf */
    struct list *ended;            /* lock: runs whose stream has ended */
    struct rate_limit *background; /* of the mover's thread */
};

enum run_step
{
    RUN_PLAN,  /* ask the core for the next file */
    RUN_CHECK, /* read what an engine that was killed has left of it */
    RUN_PROBE, /* learn its size and version */
    RUN_FETCH, /* fetch what is wanted next */
    RUN_OVER
};

struct run
{
    struct list link;       /* the mover's */
    struct list ended_link; /* host->lock */
    const struct run_host *host;
    struct job *job;
    uint32_t epoch;

    enum run_step step; /* written by run_advance() and what it calls */
    bool has_plan;
    struct transfer_plan plan;
    struct file_writer *writer;

    /* The stream that is open. Its sink writes the fields below on its own thread; they are read
     * when it has ended or was stopped. */
    struct source_stream *stream;
    const struct source_ops *stream_ops;
    void *stream_ctx;
    bool is_probe;
    bool is_from_peer;
    struct byte_range asked;   /* in the local file; here is all that is counted, but */
    struct byte_range wanted;  /* the same bytes in the remote one */
    uint64_t offset;           /* of the next byte */
    uint64_t limit;            /* where the answer ends */
    struct file_version found; /* of a dynamic file, as the answer told it */
    HRESULT local_error;       /* of the temporary file */
    bool is_content_lost;      /* what is on the disk is of no use: the file starts over */
    bool is_stale;             /* the core said that the epoch is over */
    struct source_result result;
    uint32_t plain_file;       /* the file that BranchCache is of no use for; JOB_NO_FILE: none */
    unsigned int peer_streams; /* for the file of the plan */
    struct throttle_user own_limit; /* of the run's own speed */
    tick_t last_data;               /* host->lock; of a peer */
    tick_t window_start;   /* host->lock; of the time in which a peer must show its worth */
    uint64_t window_bytes; /* host->lock; what it has given since */
};

HRESULT run_create(const struct run_host *host, struct job *job, uint32_t epoch, struct run **out);

/* Goes on until the run waits for a stream, or has read a piece of a file; false: it is over and
 * gone. */
bool run_advance(struct run *run);

/* The stream has ended: decides what comes next. Then run_advance(). */
void run_take_result(struct run *run);

/* Writes what was received, lets go of the job, frees the run. */
void run_stop(struct run *run);

/* Does what is due by now (a checkpoint, the end of a peer's budget) and tells the next time. */
tick_t run_tick(struct run *run, tick_t now);

#endif
