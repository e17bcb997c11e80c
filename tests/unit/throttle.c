/* SPDX-License-Identifier: LGPL-2.1-or-later
 *
 * base/throttle.c */
#include "harness/test.h"

#include <string.h>

#include "base/throttle.h"

static uint64_t take(struct throttle_user *user, uint64_t want, tick_t now)
{
    uint64_t size = throttle_allowance(user, want, now);

    ok(size <= want, "More than was wanted.\n");
    throttle_spend(user, size);
    return size;
}

static void test_unlimited(void)
{
    struct throttle_user user = {0};
    struct throttle throttle;

    throttle_init(&throttle, THROTTLE_UNLIMITED, 1000);
    throttle_join(&throttle, &user, 1000);
    ok(take(&user, UINT64_MAX, 1000) == UINT64_MAX, "Limited.\n");
    ok(throttle_ready_at(&user, UINT64_MAX, 1000) == 1000, "Waits.\n");
    throttle_leave(&user);
}

/* Over any second no more than the rate and one burst. */
static void test_rate(void)
{
    static const uint64_t rates[] = {1, 1000, 131072, 100000000, 536870900};
    static const tick_t steps[] = {1, 7, 100, 999};

    for (size_t i = 0; i < ARRAY_COUNT(rates); i++)
        for (size_t j = 0; j < ARRAY_COUNT(steps); j++)
        {
            struct throttle_user user = {0};
            struct throttle throttle;
            uint64_t sent = 0, burst = rates[i] / 4 < 2048 ? 2048 : rates[i] / 4;
            tick_t now = 1000;

            throttle_init(&throttle, rates[i], now);
            throttle_join(&throttle, &user, now);
            ok(!take(&user, 1 << 30, now), "A gift.\n");
            for (; now < 21000; now += steps[j])
                sent += take(&user, 1 << 30, now);
            ok(sent <= rates[i] * 20, "Rate %llu, step %llu: sent %llu.\n",
               (unsigned long long)rates[i], (unsigned long long)steps[j],
               (unsigned long long)sent);
            if (steps[j] <= 100)
                ok(sent + burst >= rates[i] * (20000 - 2 * steps[j]) / 1000,
                   "Rate %llu, step %llu: only %llu.\n", (unsigned long long)rates[i],
                   (unsigned long long)steps[j], (unsigned long long)sent);

            /* A long pause is no gift either. */
            ok(take(&user, 1 << 30, now + 3600000) <= burst, "Rate %llu: more than a burst.\n",
               (unsigned long long)rates[i]);
            throttle_leave(&user);
        }
}

static void test_shares(void)
{
    struct throttle_user users[3] = {{{0}, NULL, 0, 0}};
    uint64_t sent[3] = {0};
    struct throttle throttle;

    throttle_init(&throttle, 30000, 0);
    for (size_t i = 0; i < 3; i++)
        throttle_join(&throttle, &users[i], 0);
    /* The first one asks most often and first; the last one wants little. */
    for (tick_t now = 1; now <= 10000; now++)
    {
        sent[0] += take(&users[0], 1 << 20, now);
        sent[0] += take(&users[0], 1 << 20, now);
        if (now % 10 == 0) sent[1] += take(&users[1], 1 << 20, now);
        if (now % 100 == 0) sent[2] += take(&users[2], 100, now);
    }
    ok(sent[2] == 100 * 100 - 100 || sent[2] == 100 * 100, "The modest one: %llu.\n",
       (unsigned long long)sent[2]);
    ok(sent[0] + sent[1] + sent[2] > 290000, "Left unused: %llu of 300000.\n",
       (unsigned long long)(sent[0] + sent[1] + sent[2]));
    ok(sent[0] < sent[1] + 8000 && sent[1] < sent[0] + 8000, "Got %llu and %llu.\n",
       (unsigned long long)sent[0], (unsigned long long)sent[1]);
    for (size_t i = 0; i < 3; i++)
        throttle_leave(&users[i]);
}

static void test_joining(void)
{
    struct throttle_user old = {0}, new = {0};
    uint64_t gained = 0;
    struct throttle throttle;

    throttle_init(&throttle, 100000, 0);
    throttle_join(&throttle, &old, 0);
    for (tick_t now = 0; now < 10000; now += 5)
    {
        throttle_join(&throttle, &new, now);
        gained += take(&new, 1 << 20, now);
        throttle_leave(&new);
        throttle_leave(&new);
    }
    ok(!gained, "Gained %llu by joining.\n", (unsigned long long)gained);
    throttle_join(&throttle, &old, 0);
    ok(throttle.user_count == 1, "Counts %u.\n", (unsigned int)throttle.user_count);
    throttle_leave(&old);
}

static void test_waiting(void)
{
    static const uint64_t rates[] = {1, 500, 131072, 4294967200};

    for (size_t i = 0; i < ARRAY_COUNT(rates); i++)
    {
        struct throttle_user users[2] = {{{0}, NULL, 0, 0}};
        struct throttle throttle;
        tick_t ready;

        throttle_init(&throttle, rates[i], 0);
        throttle_join(&throttle, &users[0], 0);
        throttle_join(&throttle, &users[1], 0);
        ready = throttle_ready_at(&users[0], 10, 0);
        ok(ready > 0, "Does not wait.\n");
        for (unsigned int round = 0; round < 100 && !throttle_allowance(&users[0], 10, ready);
             round++)
        {
            ok(throttle_ready_at(&users[0], 10, ready) > ready, "Does not wait.\n");
            ready += 1000; /* no more is given for one call */
        }
        ok(throttle_allowance(&users[0], 10, ready) == 10, "Rate %llu: not ready at %llu.\n",
           (unsigned long long)rates[i], (unsigned long long)ready);
        throttle_leave(&users[0]);
        throttle_leave(&users[1]);
    }
}

static void test_new_rate(void)
{
    struct throttle_user user = {0};
    struct throttle throttle;

    throttle_init(&throttle, 1000000, 0);
    throttle_join(&throttle, &user, 0);
    ok(throttle_allowance(&user, 1 << 20, 1000) == 250000, "Another burst.\n");
    throttle_set_rate(&throttle, 1000, 1000);
    ok(take(&user, 1 << 20, 1000) == 2048, "Keeps what the old rate gave.\n");
    ok(!take(&user, 1 << 20, 1001), "The old rate.\n");
    throttle_set_rate(&throttle, THROTTLE_UNLIMITED, 1001);
    ok(take(&user, 1 << 20, 1001) == 1 << 20, "Limited.\n");
    throttle_set_rate(&throttle, UINT64_MAX, 1001);
    throttle_allowance(&user, UINT64_MAX, 100000);
    throttle_leave(&user);
}

/* What comes at a time is not ours to choose; over ten seconds it is the rate all the same. */
static void check_paying(uint64_t rate, uint64_t piece, uint64_t late_ms)
{
    struct throttle_user user = {0};
    struct throttle throttle;
    uint64_t came = 0;
    tick_t now = 1000;

    throttle_init(&throttle, rate, now);
    throttle_join(&throttle, &user, now);
    while (now < 11000)
    {
        if (throttle_pay(&user, now))
        {
            throttle_owe(&user, piece);
            came += piece;
        }
        else
            now = throttle_pay_at(&user, now) + late_ms;
    }
    ok(came <= rate * 10 * 105 / 100 + piece && came >= rate * 10 * 95 / 100,
       "%llu bytes came in pieces of %llu at %llu a second.\n", (unsigned long long)came,
       (unsigned long long)piece, (unsigned long long)rate);
    throttle_leave(&user);
}

static void test_paying_afterwards(void)
{
    static const uint64_t rates[] = {250, 1000, 12500, 125000, 2500000, 125000000};

    for (unsigned int i = 0; i < ARRAY_COUNT(rates); i++)
        for (unsigned int late = 0; late <= 100; late += 50)
        {
            check_paying(rates[i], rates[i] / 16 < 1024 ? 1024 : rates[i] / 16, late);
            check_paying(rates[i], 100, late);
        }
}

START_TEST(throttle)
{
    RUN_TEST(test_unlimited);
    RUN_TEST(test_rate);
    RUN_TEST(test_shares);
    RUN_TEST(test_joining);
    RUN_TEST(test_waiting);
    RUN_TEST(test_new_rate);
    RUN_TEST(test_paying_afterwards);
}
