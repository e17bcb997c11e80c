/* SPDX-License-Identifier: LGPL-2.1-or-later
 *
 * The life cycle of a job as one table. job_apply() is its only reader and the only writer of the
 * state. */
#ifndef OPENBITS_JOB_JOB_STATE_H
#define OPENBITS_JOB_JOB_STATE_H

#include "job/job_types.h"

struct job;

enum job_event
{
    EV_RESUME, /* by the client */
    EV_SUSPEND,
    EV_CANCEL,
    EV_COMPLETE,
    EV_REJECT,       /* the client calls content of the origin invalid */
    EV_REFETCH,      /* the client calls content of a peer invalid */
    EV_START,        /* by the scheduler: it is the job's turn */
    EV_PREEMPT,      /* a more urgent job is ready */
    EV_SLICE_OVER,   /* an equal job is ready and the turn is over */
    EV_RETRY,        /* the delay is over, or the cause is gone */
    EV_GIVE_UP,      /* no progress for too long */
    EV_TIME_USED_UP, /* the maximum download time */
    EV_EXPIRE,       /* nobody cared for the job for too long */
    EV_CONNECTED,    /* by the mover */
    EV_TRANSIENT_ERROR,
    EV_FATAL_ERROR,
    EV_ALL_DONE,
    EV_NOTHING_WANTED,  /* files lack bytes that nobody has asked for */
    EV_SOURCES_CHANGED, /* by flags and policy: the effective client flag has changed */
    EV_NETWORK_LOST,
    EV_BLOCKED, /* by the cost of the network, or by a policy */
    JOB_EVENT_COUNT
};

/* What a transition asks for. */
enum job_effect
{
    FX_START = 0x01,      /* the mover begins, in the current epoch */
    FX_STOP = 0x02,       /* the mover lets go; what it reports from now on is of an old epoch */
    FX_WAKE = 0x04,       /* the scheduler looks again */
    FX_TOUCH = 0x08,      /* the job was modified */
    FX_TELL_DONE = 0x10,  /* JobTransferred is due */
    FX_TELL_ERROR = 0x20, /* JobError is due */
    FX_LEAVE = 0x40       /* the job leaves the queue */
};

/* False: the event is not allowed in the state. */
bool job_state_find(enum job_state from, enum job_event event, enum job_state *to,
                    unsigned int *effects);

static inline bool job_state_is_final(enum job_state state)
{
    return state == JOB_ACKNOWLEDGED || state == JOB_CANCELLED;
}

static inline bool job_state_is_running(enum job_state state)
{
    return state == JOB_CONNECTING || state == JOB_TRANSFERRING;
}

/* BG_E_INVALID_STATE when the event is not allowed. Caller holds queue->lock; what the transition
 * asks of others happens in queue_unlock(). */
HRESULT job_apply(struct job *job, enum job_event event);

#endif
