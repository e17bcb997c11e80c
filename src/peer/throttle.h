/* SPDX-License-Identifier: LGPL-2.1-or-later
 *
 * How many bytes may go out: one rate for all, shared evenly by those who have something to send; a
 * share that one cannot use goes to the others. Pure: time comes in. One thread, no lock. */
#ifndef OPENBITS_PEER_THROTTLE_H
#define OPENBITS_PEER_THROTTLE_H

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
};

/* One that has something to send. A zeroed struct is none. */
struct throttle_user
{
    struct list entry; /* throttle->users */
    struct throttle *throttle;
    uint64_t credit;
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

#endif
