/* SPDX-License-Identifier: LGPL-2.1-or-later
 *
 * How many bytes may go out: one rate for all, shared evenly by those who have something to send; a
 * share that one cannot use goes to the others. Pure: time comes in. One thread, no lock. */
#ifndef OPENBITS_BASE_THROTTLE_H
#define OPENBITS_BASE_THROTTLE_H

#include "base/list.h"
#include "base/types.h"

#define THROTTLE_UNLIMITED   0
#define THROTTLE_QUANTUM_MIN 1024u /* less is not worth a send */

struct throttle
{
    uint64_t rate; /* bytes a second, or THROTTLE_UNLIMITED */
    tick_t last;
    uint64_t rest; /* thousandths of a byte that nobody has yet */
    struct list users;
    size_t user_count;
    uint64_t taken; /* by those who pay afterwards */
};

/* One that has something to send. A zeroed struct is none. */
struct throttle_user
{
    struct list entry; /* throttle->users */
    struct throttle *throttle;
    uint64_t credit;
    uint64_t debt; /* of what came before it was paid for */
};

void throttle_init(struct throttle *throttle, uint64_t rate, tick_t now);

/* In force from now on. */
void throttle_set_rate(struct throttle *throttle, uint64_t rate, tick_t now);

/* Both may be called again. What a user has not used is lost, so that joining often gains
 * nothing. */
void throttle_join(struct throttle *throttle, struct throttle_user *user, tick_t now);
void throttle_leave(struct throttle_user *user);

/* Bytes that the user may send now, at most want; 0 when it has to wait. Takes none away. */
uint64_t throttle_allowance(struct throttle_user *user, uint64_t want, tick_t now);

/* It has sent them. */
void throttle_spend(struct throttle_user *user, uint64_t size);

/* When there will be something for a user that wants this much; now when there is. */
tick_t throttle_ready_at(const struct throttle_user *user, uint64_t want, tick_t now);

/* For one that cannot choose how much comes at a time: it takes what comes, and nothing more until
 * that is paid for. */
void throttle_owe(struct throttle_user *user, uint64_t size);
/* Pays what can be paid; true when nothing is owed any more. */
bool throttle_pay(struct throttle_user *user, tick_t now);
/* When to try again; later would lose some of the rate. */
tick_t throttle_pay_at(const struct throttle_user *user, tick_t now);

#endif
