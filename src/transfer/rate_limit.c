/* SPDX-License-Identifier: LGPL-2.1-or-later
 *
 * There is one background job at a time, so that the rate of its plan is the mover's. */
#include "transfer/rate_limit.h"

#include "base/clock.h"
#include "base/log.h"
#include "transfer/net_counters.h"
#include "transfer/run.h"

void rate_limit_init(struct rate_limit *limit, tick_t now)
{
    *limit = (struct rate_limit){.sample_at = now};
    throttle_init(&limit->throttle, THROTTLE_UNLIMITED, now);
}

static void set_rate(struct rate_limit *limit, tick_t now)
{
    uint64_t rate = limit->planned;

    if (limit->idle.rate && (!rate || limit->idle.rate < rate)) rate = limit->idle.rate;
    if (rate != limit->throttle.rate) throttle_set_rate(&limit->throttle, rate, now);
}

/* There is one background job, so that all are of one direction but for a moment. */
static void join(struct rate_limit *limit, struct throttle_user *user, uint64_t rate,
                 bool is_sending)
{
    tick_t now = clock_ticks(&clock_system);

    /* What was seen of the other direction says nothing of this one. */
    if (limit->is_sending != is_sending)
    {
        limit->idle = (struct idle_rate){.rate = 0};
        idle_sent_init(&limit->sent, limit->throttle.taken);
    }
    limit->is_sending = is_sending;
    limit->planned = rate == BANDWIDTH_UNLIMITED ? 0 : rate;
    set_rate(limit, now);
    throttle_join(&limit->throttle, user, now);
}

void rate_limit_request(struct run *run, struct source_request *request)
{
    request->rate = BANDWIDTH_UNLIMITED;
    if (run->is_from_peer || run->plan.is_foreground)
    {
        throttle_leave(&run->own_limit);
        return;
    }
    join(run->host->background, &run->own_limit, run->plan.rate, false);
    request->rate = run->plan.rate;
    request->limit = &run->own_limit;
    request->is_lan_free = run->plan.is_lan_free;
}

void rate_limit_upload(struct rate_limit *limit, const struct upload_plan *plan,
                       struct throttle_user *user)
{
    if (!plan->is_foreground) join(limit, user, plan->rate, true);
}

/* All bytes of the direction, and ours among them. */
static bool count(struct rate_limit *limit, uint64_t *total, uint64_t *ours)
{
    *ours = limit->throttle.taken;
    if (!limit->is_sending) return net_counters_received(total);
    if (!net_counters_sent(total)) return false;
    *ours = idle_sent_left(&limit->sent, *total, *ours);
    return true;
}

tick_t rate_limit_tick(struct rate_limit *limit, tick_t now)
{
    uint64_t before = limit->idle.rate, total, ours;

    if (!limit->throttle.user_count)
    {
        /* What came meanwhile was nobody's concern. */
        limit->idle.is_started = false;
        idle_sent_init(&limit->sent, limit->throttle.taken);
        return TICK_NEVER;
    }
    if (now < limit->sample_at) return limit->sample_at;
    limit->sample_at = now + IDLE_SAMPLE_MS;
    if (!count(limit, &total, &ours)) return limit->sample_at;
    if (idle_rate_sample(&limit->idle, now, limit->planned, total, ours) != before)
        LOG_TRACE(LOG_HTTP, "background transfers: %lu bytes a second beside others",
                  (unsigned long)limit->idle.rate);
    set_rate(limit, now);
    return limit->sample_at;
}
