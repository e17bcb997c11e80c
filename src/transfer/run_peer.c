/* SPDX-License-Identifier: LGPL-2.1-or-later
 *
 * A peer that gives nothing, or too little, for as long as it may is left. */
#include "transfer/run_private.h"

/* Caller holds the lock. When a peer that goes on like this is to be looked at again; not after
 * now: it has given nothing, or too little, for as long as it may. */
static tick_t judge_peer(struct run *run, tick_t now)
{
    uint32_t budget = run->host->config->peer_budget_ms;
    uint64_t least = (uint64_t)run->host->config->peer_floor_rate * budget / 1000;

    if (now >= run->window_start + budget && run->window_bytes >= least)
    {
        run->window_start = now;
        run->window_bytes = 0;
    }
    return (run->last_data < run->window_start ? run->last_data : run->window_start) + budget;
}

tick_t run_watch_peer(struct run *run, tick_t now)
{
    tick_t due;
    bool has_ended;

    lock_acquire(run->host->lock);
    has_ended = list_is_linked(&run->ended_link);
    due = judge_peer(run, now);
    lock_release(run->host->lock);
    if (has_ended) return now; /* its result is taken next */
    if (now < due) return due;

    run_stop_stream(run); /* it may have ended by now: from here on it writes no result any more */
    run->result = (struct source_result){SOURCE_FAILED, E_ABORT, ERROR_CONTEXT_NONE};
    run_take_result(run);
    return now;
}
