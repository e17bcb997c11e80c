/* SPDX-License-Identifier: LGPL-2.1-or-later
 *
 * When others receive and the link is full, the rate is halved with every sample as long
 * as they take what becomes free, so that a stream of theirs finds room within two or three
 * seconds. If they do not, the halving is taken back and tried again later; while the link is not
 * full the rate grows in steps. A little always flows. */
#include "transfer/idle_rate.h"

/* Of the bytes on the wire ours are so much less: heads of packets. */
#define WIRE_PERCENT 106

/* Less than this is no competition: acknowledgements, names, clocks. */
#define OTHERS_MIN   8192u
#define OTHERS_SHARE 16

#define FULL_PERCENT 85
#define STEPS        20
#define FLOOR_SHARE  50
#define FLOOR_MIN    2048u

/* What the link can carry is forgotten slowly, since a pause says nothing about it, and not at all
 * while a limit is what holds us back. */
#define CAPACITY_FRESH_MS 10000u
#define CAPACITY_FADING   50
#define LIMITED_PERCENT   50

/* Growth of others that is more than chance. */
#define HUNGRY_PERCENT 105
#define HOLD_SAMPLES   12

/* A stream of others may pause for a moment. */
#define QUIET_SAMPLES 4

static uint64_t per_second(uint64_t bytes, uint64_t ms)
{
    return bytes * 1000 / ms;
}

static void learn_capacity(struct idle_rate *idle, tick_t now, uint64_t total, bool is_limited)
{
    if (total >= idle->capacity)
    {
        idle->capacity = total;
        idle->capacity_at = now;
    }
    else if (is_limited)
        idle->capacity_at = now;
    else if (now - idle->capacity_at > CAPACITY_FRESH_MS)
        idle->capacity -= idle->capacity / CAPACITY_FADING;
}

static uint64_t floor_of(const struct idle_rate *idle)
{
    uint64_t least = idle->capacity / FLOOR_SHARE;

    return least > FLOOR_MIN ? least : FLOOR_MIN;
}

static bool is_halving_vain(const struct idle_rate *idle, uint64_t others)
{
    return idle->tried_rate && others < idle->tried_others / 100 * HUNGRY_PERCENT;
}

static void give_way(struct idle_rate *idle, uint64_t total, uint64_t ours, uint64_t others)
{
    uint64_t least = floor_of(idle), now = idle->rate ? idle->rate : ours;

    if (is_halving_vain(idle, others))
    {
        now = idle->tried_rate;
        idle->hold = HOLD_SAMPLES;
        idle->tried_rate = 0;
    }
    else if (total < idle->capacity / 100 * FULL_PERCENT)
    {
        now += idle->capacity / STEPS;
        idle->tried_rate = 0;
    }
    else if (idle->hold)
        idle->hold--;
    else
    {
        if (now > ours) now = ours;
        idle->tried_rate = now;
        idle->tried_others = others;
        now /= 2;
    }
    idle->rate = now > least ? now : least;
}

uint64_t idle_rate_sample(struct idle_rate *idle, tick_t now, uint64_t limit, uint64_t total,
                          uint64_t ours)
{
    uint64_t ms = now - idle->last, all, own, others;

    if (!idle->is_started || total < idle->last_total || ours < idle->last_ours)
    {
        idle->is_started = true;
        idle->last = now;
        idle->last_total = total;
        idle->last_ours = ours;
        return idle->rate;
    }
    if (ms < IDLE_SAMPLE_MS / 2) return idle->rate;
    all = per_second(total - idle->last_total, ms);
    own = per_second((ours - idle->last_ours) * WIRE_PERCENT / 100, ms);
    others = all > own ? all - own : 0;
    idle->last = now;
    idle->last_total = total;
    idle->last_ours = ours;
    learn_capacity(idle, now, all, limit && own >= limit / 100 * LIMITED_PERCENT);

    if (others > OTHERS_MIN && others > idle->capacity / OTHERS_SHARE)
    {
        idle->quiet = 0;
        give_way(idle, all, own, others);
    }
    else if (idle->rate && ++idle->quiet >= QUIET_SAMPLES)
        idle->rate = idle->tried_rate = idle->hold = 0;
    return idle->rate;
}

/* ---- what is sent ---- */

/* More than a system keeps for one connection: what never shows on a link hides no more than this
 * of what others send. */
#define WAITING_MAX (16u << 20)

void idle_sent_init(struct idle_sent *sent, uint64_t given)
{
    *sent = (struct idle_sent){.last_given = given, .left = given};
}

uint64_t idle_sent_left(struct idle_sent *sent, uint64_t total, uint64_t given)
{
    uint64_t gone = total > sent->last_total ? total - sent->last_total : 0;

    gone = gone * 100 / WIRE_PERCENT;
    sent->waiting += given - sent->last_given;
    if (sent->waiting > WAITING_MAX) sent->waiting = WAITING_MAX;
    if (!sent->is_started) gone = 0;
    if (gone > sent->waiting) gone = sent->waiting;
    sent->is_started = true;
    sent->last_total = total;
    sent->last_given = given;
    sent->waiting -= gone;
    sent->left += gone;
    return sent->left;
}
