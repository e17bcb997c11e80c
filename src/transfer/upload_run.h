/* SPDX-License-Identifier: LGPL-2.1-or-later
 *
 * One run of an upload: the packets of a session from a start to its stop, its failure, or the
 * point from which on another run does the rest. Belongs to the mover's thread. */
#ifndef OPENBITS_TRANSFER_UPLOAD_RUN_H
#define OPENBITS_TRANSFER_UPLOAD_RUN_H

#include "base/list.h"
#include "base/throttle.h"
#include "job/job_upload.h"
#include "transfer/run.h"
#include "transfer/upload_file.h"
#include "transfer/upload_request.h"

struct upload_copy;

struct upload_run
{
    struct list link; /* the mover's */
    const struct run_host *host;
    struct job *job;
    uint32_t epoch;

    struct upload_plan plan;
    bool has_plan;
    struct upload_session session;
    struct upload_packet packet; /* the one that is out */
    tick_t sent_at;
    struct http_auth_memory auth; /* a server or proxy may read no body before it knows who asks */
    struct throttle_user limit;   /* of the speed of the fragments, where there is one */
    struct upload_file file;
    HRESULT local_error; /* of the file that is sent */
    struct upload_request *request;
    struct upload_copy *copy; /* to a path, in the place of a session */
};

/* Takes over JOB_HOLDER_TRANSFER when it succeeds, and puts the run into the list. It takes itself
 * out of it, and is gone, when it is over, which may be at once. */
HRESULT upload_run_start(const struct run_host *host, struct job *job, uint32_t epoch,
                         struct list *runs);

/* What is due by now, and the next time. */
tick_t upload_runs_tick(struct list *runs, tick_t now);

/* Lets go of the job, frees the run. */
void upload_run_stop(struct upload_run *run);

#endif
