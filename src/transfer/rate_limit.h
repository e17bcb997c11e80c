/* SPDX-License-Identifier: LGPL-2.1-or-later
 *
 * How fast a run may be: by the limits of the machine, which its plan tells, and by what others
 * receive or send meanwhile. The mover's thread. */
#ifndef OPENBITS_TRANSFER_RATE_LIMIT_H
#define OPENBITS_TRANSFER_RATE_LIMIT_H

#include "base/throttle.h"
#include "job/job_upload.h"
#include "transfer/idle_rate.h"

struct run;
struct source_request;

/* Of the mover. */
struct rate_limit
{
    struct throttle throttle;
    uint64_t planned; /* 0: no limit */
    bool is_sending;  /* the users send; else they receive */
    struct idle_rate idle;
    struct idle_sent sent;
    tick_t sample_at;
};

void rate_limit_init(struct rate_limit *limit, tick_t now);

/* Fills in the limit of a request whose source has been chosen. Peers are never limited here: what
 * they may send is their own affair. */
void rate_limit_request(struct run *run, struct source_request *request);

/* The user joins when there is a limit for the upload; else it stays none. */
void rate_limit_upload(struct rate_limit *limit, const struct upload_plan *plan,
                       struct throttle_user *user);

/* Looks at the links when that is due, and tells when it will be again. */
tick_t rate_limit_tick(struct rate_limit *limit, tick_t now);

#endif
