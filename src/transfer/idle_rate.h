/* SPDX-License-Identifier: LGPL-2.1-or-later
 *
 * How fast background transfers may be beside what else this machine receives or sends: as fast as
 * they can while nobody else wants the link, and out of the way when somebody does. Pure: counters
 * and time come in. */
#ifndef OPENBITS_TRANSFER_IDLE_RATE_H
#define OPENBITS_TRANSFER_IDLE_RATE_H

#include "base/types.h"

#define IDLE_SAMPLE_MS 500u

/* A zeroed struct has seen nothing. */
struct idle_rate
{
    bool is_started;
    tick_t last;
    uint64_t last_total, last_ours;
    uint64_t capacity; /* bytes per second that have come at once, lately */
    tick_t capacity_at;
    unsigned int quiet;                /* samples without anybody else */
    uint64_t rate;                     /* 0: no limit */
    uint64_t tried_rate, tried_others; /* before the last halving; 0: its outcome is known */
    unsigned int hold;                 /* samples until the next one */
};

/* limit: bytes per second that background transfers may have whoever else is there, 0: any. total:
 * bytes that the machine has received (or sent), ours: those of background transfers among them,
 * both from a start of no meaning. Answers bytes per second; 0: no limit. */
uint64_t idle_rate_sample(struct idle_rate *idle, tick_t now, uint64_t limit, uint64_t total,
                          uint64_t ours);

/* What is sent waits in the system for a while: not all that was given to it has gone. */
struct idle_sent
{
    bool is_started;
    uint64_t last_total, last_given;
    uint64_t waiting, left;
};

/* given: bytes of background transfers so far, all of which have gone. */
void idle_sent_init(struct idle_sent *sent, uint64_t given);
/* Those that have gone by now, for the sample. */
uint64_t idle_sent_left(struct idle_sent *sent, uint64_t total, uint64_t given);

#endif
