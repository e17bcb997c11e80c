/* SPDX-License-Identifier: LGPL-2.1-or-later
 *
 * How many bytes may go out: a token bucket for each user, all filled from one rate. */
#include "base/throttle.h"

/* A bucket holds what its rate gives in this time, so that a pause is not made up for. */
#define BURST_MS 250u
/* While a user waits for a quantum, what comes must find room. */
#define BURST_MIN (2 * THROTTLE_QUANTUM_MIN)
#define RATE_MAX  (UINT64_MAX / 1000 / 1000)

static uint64_t burst(const struct throttle *throttle)
{
    uint64_t size = throttle->rate * BURST_MS / 1000;

    return size < BURST_MIN ? BURST_MIN : size;
}

static struct throttle_user *user_of(struct list *entry)
{
    return CONTAINER_OF(entry, struct throttle_user, entry);
}

static size_t count_hungry(const struct throttle *throttle, uint64_t limit)
{
    size_t count = 0;

    for (struct list *at = throttle->users.next; at != &throttle->users; at = at->next)
        count += user_of(at)->credit < limit;
    return count;
}

/* Even shares; what overflows a bucket goes round again until all are full. The user behind the
 * last one served is the first next time, for the bytes that cannot be divided. */
static void hand_out(struct throttle *throttle, uint64_t bytes)
{
    uint64_t limit = burst(throttle);
    size_t hungry;

    while (bytes && (hungry = count_hungry(throttle, limit)))
    {
        uint64_t share = bytes / hungry ? bytes / hungry : 1;

        for (size_t i = throttle->user_count; i && bytes; i--)
        {
            struct throttle_user *user = user_of(throttle->users.next);
            uint64_t given = limit > user->credit ? limit - user->credit : 0;

            if (given > share) given = share;
            user->credit += given;
            bytes -= given;
            list_remove(&user->entry);
            list_add_tail(&throttle->users, &user->entry);
        }
    }
}

static void refill(struct throttle *throttle, tick_t now)
{
    uint64_t past = now > throttle->last ? now - throttle->last : 0;

    throttle->last = now;
    if (throttle->rate == THROTTLE_UNLIMITED || !past) return;
    if (!throttle->user_count)
    {
        throttle->rest = 0;
        return;
    }
    if (past > 1000) past = 1000;
    throttle->rest += throttle->rate * past;
    hand_out(throttle, throttle->rest / 1000);
    throttle->rest %= 1000;
}

void throttle_init(struct throttle *throttle, uint64_t rate, tick_t now)
{
    throttle->rate = rate < RATE_MAX ? rate : RATE_MAX;
    throttle->last = now;
    throttle->rest = 0;
    throttle->user_count = 0;
    throttle->taken = 0;
    list_init(&throttle->users);
}

void throttle_set_rate(struct throttle *throttle, uint64_t rate, tick_t now)
{
    uint64_t limit;

    refill(throttle, now);
    throttle->rate = rate < RATE_MAX ? rate : RATE_MAX;
    limit = burst(throttle);
    for (struct list *at = throttle->users.next; at != &throttle->users; at = at->next)
        if (user_of(at)->credit > limit) user_of(at)->credit = limit;
}

void throttle_join(struct throttle *throttle, struct throttle_user *user, tick_t now)
{
    if (user->throttle) return;
    /* What came before it is not its own. */
    refill(throttle, now);
    user->throttle = throttle;
    user->credit = 0;
    list_init(&user->entry);
    list_add_tail(&throttle->users, &user->entry);
    throttle->user_count++;
}

void throttle_leave(struct throttle_user *user)
{
    if (!user->throttle) return;
    list_remove(&user->entry);
    user->throttle->user_count--;
    user->throttle = NULL;
    user->credit = user->debt = 0;
}

/* With less than this it waits. */
static uint64_t needed(uint64_t want)
{
    return want < THROTTLE_QUANTUM_MIN ? want : THROTTLE_QUANTUM_MIN;
}

uint64_t throttle_allowance(struct throttle_user *user, uint64_t want, tick_t now)
{
    refill(user->throttle, now);
    if (user->throttle->rate == THROTTLE_UNLIMITED) return want;
    if (user->credit < needed(want)) return 0;
    return want < user->credit ? want : user->credit;
}

void throttle_spend(struct throttle_user *user, uint64_t size)
{
    user->credit -= size < user->credit ? size : user->credit;
}

tick_t throttle_ready_at(const struct throttle_user *user, uint64_t want, tick_t now)
{
    const struct throttle *throttle = user->throttle;
    uint64_t missing, ms;

    if (throttle->rate == THROTTLE_UNLIMITED || user->credit >= needed(want)) return now;
    missing = (needed(want) - user->credit) * throttle->user_count;
    ms = (missing * 1000 + throttle->rate - 1) / throttle->rate;
    return throttle->last + ms > now ? throttle->last + ms : now + 1;
}

/* ---- paying afterwards ---- */

void throttle_owe(struct throttle_user *user, uint64_t size)
{
    user->debt += size;
    user->throttle->taken += size;
}

bool throttle_pay(struct throttle_user *user, tick_t now)
{
    uint64_t paid;

    refill(user->throttle, now);
    paid = user->throttle->rate == THROTTLE_UNLIMITED || user->debt < user->credit ? user->debt
                                                                                   : user->credit;
    throttle_spend(user, paid);
    user->debt -= paid;
    return !user->debt;
}

/* A bucket must not run over meanwhile. */
tick_t throttle_pay_at(const struct throttle_user *user, tick_t now)
{
    const struct throttle *throttle = user->throttle;
    uint64_t ms, limit = BURST_MS / 2;

    if (throttle->rate == THROTTLE_UNLIMITED || !user->debt) return now;
    if (user->debt / throttle->rate >= UINT32_MAX) return now + limit;
    ms = (user->debt * 1000 * throttle->user_count + throttle->rate - 1) / throttle->rate;
    if (ms > limit) ms = limit;
    return now + (ms ? ms : 1);
}
