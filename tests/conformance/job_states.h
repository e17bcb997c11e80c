/* SPDX-License-Identifier: LGPL-2.1-or-later
 *
 * Jobs that stand in a wanted state and stay there, with an origin for them. Main thread only. */
#ifndef OPENBITS_TESTS_JOB_STATES_H
#define OPENBITS_TESTS_JOB_STATES_H

#include "harness/com_fixture.h"

#define STATE_COUNT (BG_JOB_STATE_CANCELLED + 1)

/* Between com_start() and com_stop(). A job that is CONNECTING has asked for "/silent". */
void states_start(void);
void states_stop(void);
extern struct origin *states_origin;

/* ACKNOWLEDGED or CANCELLED? */
bool is_final_state(BG_JOB_STATE state);

struct state_job
{
    BG_JOB_STATE state;
    IBackgroundCopyJob *job; /* a download with one file; in the foreground unless it is QUEUED */
    IBackgroundCopyJob4 *job4;
    IBackgroundCopyJob *blocker; /* has the background to itself while the job is QUEUED */
};

void state_job_start(struct state_job *s, BG_JOB_STATE state);
/* Cancels and releases what is left. */
void state_job_end(struct state_job *s);

#endif
