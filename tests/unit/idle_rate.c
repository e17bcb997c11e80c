/* SPDX-License-Identifier: LGPL-2.1-or-later
 *
 * transfer/idle_rate.c on a link that is only arithmetic: whoever wants shares it evenly, as two
 * streams of TCP do. */
#include "harness/test.h"

#include "transfer/idle_rate.h"

#define LINK 2500000u /* bytes a second */
#define STEP 10u      /* milliseconds */

struct link
{
    struct idle_rate idle;
    tick_t now, sample_at;
    uint64_t total, ours, others;
    uint64_t rate;
};

/* others_wish: bytes a second that somebody else would like to have. */
static void run(struct link *link, unsigned int ms, uint64_t others_wish)
{
    for (unsigned int past = 0; past < ms; past += STEP)
    {
        uint64_t ours = link->rate && link->rate < LINK ? link->rate : LINK;
        uint64_t others = others_wish < LINK ? others_wish : LINK;

        if (ours + others > LINK)
        {
            if (ours > LINK / 2 && others > LINK / 2)
                ours = others = LINK / 2;
            else if (ours > others)
                ours = LINK - others;
            else
                others = LINK - ours;
        }
        /* What a link carries is a little more than what comes out of it. */
        link->total += (ours + others) * STEP / 1000 * 104 / 100;
        link->ours += ours * STEP / 1000;
        link->others += others * STEP / 1000;
        link->now += STEP;
        if (link->now < link->sample_at) continue;
        link->sample_at = link->now + IDLE_SAMPLE_MS;
        link->rate = idle_rate_sample(&link->idle, link->now, 0, link->total, link->ours);
    }
}

static void test_alone(void)
{
    struct link link = {.now = 1000};

    run(&link, 20000, 0);
    ok(!link.rate, "There is a limit.\n");
    ok(link.ours >= (uint64_t)LINK * 19, "Got %llu bytes.\n", (unsigned long long)link.ours);
    /* Whispers of others are no reason. */
    run(&link, 10000, 5000);
    ok(!link.rate, "There is a limit.\n");
}

static void test_gives_way(void)
{
    struct link link = {.now = 1000};

    run(&link, 5000, 0);
    link.others = 0;
    run(&link, 20000, LINK);
    ok(link.others >= (uint64_t)LINK * 20 * 90 / 100, "Others got %llu of %llu bytes.\n",
       (unsigned long long)link.others, (unsigned long long)LINK * 20);
    ok(link.rate && link.rate <= LINK / 12, "Got %llu a second.\n", (unsigned long long)link.rate);
    /* A little always flows. */
    ok(link.rate >= LINK / 100, "Got %llu a second.\n", (unsigned long long)link.rate);

    /* They have gone: the link is ours within seconds. */
    run(&link, 4000, 0);
    ok(!link.rate, "There is a limit.\n");
}

/* Somebody was there before. */
static void test_comes_second(void)
{
    struct link link = {.now = 1000};

    run(&link, 20000, LINK);
    ok(link.others >= (uint64_t)LINK * 20 * 85 / 100, "Others got %llu of %llu bytes.\n",
       (unsigned long long)link.others, (unsigned long long)LINK * 20);
}

/* What others leave is taken. */
static void test_takes_the_rest(void)
{
    struct link link = {.now = 1000};

    run(&link, 5000, 0);
    link.ours = link.others = link.total = 0;
    run(&link, 60000, LINK / 4);
    ok(link.others >= (uint64_t)LINK / 4 * 60 * 95 / 100, "Others got %llu bytes.\n",
       (unsigned long long)link.others);
    ok(link.ours >= (uint64_t)LINK * 60 * 25 / 100, "We got %llu bytes.\n",
       (unsigned long long)link.ours);
}

/* What comes by wire at a low limit comes in bursts, whenever there is room in the socket: these
 * are ours, and no reason to halve what the limit allows. */
static void test_limited(void)
{
    const uint64_t limit = LINK / 20;
    struct link link = {.now = 1000};

    run(&link, 5000, 0);
    for (unsigned int i = 0; i < 240; i++)
    {
        link.now += IDLE_SAMPLE_MS;
        link.ours += limit / 2;
        link.total += i % 3 ? 0 : limit * 3 / 2 * 104 / 100;
        link.rate = idle_rate_sample(&link.idle, link.now, limit, link.total, link.ours);
        ok(!link.rate || link.rate >= limit, "Got %llu a second in sample %u.\n",
           (unsigned long long)link.rate, i);
    }
}

static void test_counters_that_go_back(void)
{
    struct idle_rate idle = {0};

    idle_rate_sample(&idle, 1000, 0, 1000000, 0);
    ok(!idle_rate_sample(&idle, 1500, 0, 10, 0), "There is a limit.\n");
    ok(!idle_rate_sample(&idle, 1500, 0, 10, 0), "There is a limit.\n");
    ok(!idle_rate_sample(&idle, 2000, 0, 20, 0), "There is a limit.\n");
}

/* ---- what is sent ---- */

/* A fragment that drains while nothing is given after it is not somebody else's; what comes on top
 * of it is. */
static void test_sent(void)
{
    struct idle_sent sent;
    uint64_t total = 500, left;

    idle_sent_init(&sent, 1000);
    left = idle_sent_left(&sent, total, 5000);
    ok(left == 1000, "%llu bytes have left.\n", (unsigned long long)left);
    left = idle_sent_left(&sent, total += 30 * 106, 6000);
    ok(left == 4000, "%llu bytes have left.\n", (unsigned long long)left);
    left = idle_sent_left(&sent, total += 25 * 106, 6000);
    ok(left == 6000, "%llu bytes have left.\n", (unsigned long long)left);
    left = idle_sent_left(&sent, total += 25 * 106, 6000);
    ok(left == 6000, "%llu bytes have left.\n", (unsigned long long)left);
    /* The counter of a link that is gone. */
    left = idle_sent_left(&sent, 10, 6100);
    ok(left == 6000, "%llu bytes have left.\n", (unsigned long long)left);
    left = idle_sent_left(&sent, 1000, 6100);
    ok(left == 6100, "%llu bytes have left.\n", (unsigned long long)left);
}

/* Fragments with a pause after each, through a buffer of the system: nobody else is there. */
static void test_sends_alone(void)
{
    struct idle_rate idle = {.rate = 0};
    struct idle_sent sent;
    uint64_t given = 0, gone = 0, total = 0, left = 0, rate;
    tick_t now = 1000;

    idle_sent_init(&sent, 0);
    for (unsigned int i = 0; i < 60; i++, now += IDLE_SAMPLE_MS)
    {
        if (i % 4 < 2) given += LINK; /* in one second what takes two to leave */
        gone = gone + LINK / 2 < given ? gone + LINK / 2 : given;
        total = gone * 104 / 100;
        left = idle_sent_left(&sent, total, given);
        rate = idle_rate_sample(&idle, now, 0, total, left);
        ok(!rate, "It gives way to itself at %u.\n", i);
    }
    ok(left <= gone && left >= gone / 100 * 96, "%llu bytes have left of %llu.\n",
       (unsigned long long)left, (unsigned long long)gone);
}

START_TEST(idle_rate)
{
    RUN_TEST(test_alone);
    RUN_TEST(test_gives_way);
    RUN_TEST(test_comes_second);
    RUN_TEST(test_takes_the_rest);
    RUN_TEST(test_limited);
    RUN_TEST(test_counters_that_go_back);
    RUN_TEST(test_sent);
    RUN_TEST(test_sends_alone);
}
