/* SPDX-License-Identifier: LGPL-2.1-or-later
 *
 * Discovery for other threads than the one that makes and ends it: as long as one of them uses it,
 * its end waits. One leaf lock. */
#ifndef OPENBITS_PEER_DISCOVERY_LOAN_H
#define OPENBITS_PEER_DISCOVERY_LOAN_H

#include "base/lock.h"
#include "peer/discovery.h"
#include "peer/peer_cache.h"

struct discovery_loan
{
    struct lock lock; /* leaf; the rest */
    struct discovery *discovery;
    unsigned int users;
    struct cond unused;
};

void discovery_loan_init(struct discovery_loan *loan);
void discovery_loan_done(struct discovery_loan *loan);

/* The thread that owns the discovery. After close nobody uses it any more. */
void discovery_loan_open(struct discovery_loan *loan, struct discovery *discovery);
void discovery_loan_close(struct discovery_loan *loan);

/* Any thread. While there is no discovery nobody is known, and there is nothing to do. */
HRESULT discovery_loan_list(struct discovery_loan *loan, struct peer_facts **list, uint32_t *count);
void discovery_loan_forget(struct discovery_loan *loan);
void discovery_loan_request(struct discovery_loan *loan);

#endif
