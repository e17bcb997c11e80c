/* SPDX-License-Identifier: LGPL-2.1-or-later
 *
 * Which jobs run beside each other: all of the foreground, and one of the background. Every job has
 * a file of its own at the origin, so that a test can hold each of them. */
#include "download_fixture.h"

#include <stdio.h>

#define JOBS 5

struct held_job
{
    IBackgroundCopyJob *job;
    char path[32];
};

static unsigned int number;

/* Suspended. Its file gives no byte before origin_release(). */
static void create_held(struct held_job *held, BG_JOB_PRIORITY priority)
{
    WCHAR name[32];
    HRESULT hr;

    number++;
    snprintf(held->path, sizeof(held->path), "/held%u", number);
    swprintf(name, ARRAY_SIZE(name), L"held%u", number);
    origin_add(origin, held->path, &(struct origin_file){.size = SMALL});
    origin_hold_after(origin, held->path, 0);
    held->job = create_download(held->path, name);
    hr = IBackgroundCopyJob_SetPriority(held->job, priority);
    ok(hr == S_OK, "Got hr %#lx.\n", hr);
}

static void start_held(struct held_job *held, BG_JOB_PRIORITY priority)
{
    create_held(held, priority);
    resume(held->job);
}

#define check_runs(held) check_runs_(__LINE__, held)
static void check_runs_(int line, struct held_job *held)
{
    ok_(__FILE__, line)(origin_wait_held(origin, held->path, SOON), "%s is not asked for.\n",
                        held->path);
    wait_for_state_(line, __FILE__, held->job, STATE_BIT(BG_JOB_STATE_TRANSFERRING), SOON);
}

/* Nothing has been asked for this job. */
#define check_waits(held) check_waits_(__LINE__, held)
static void check_waits_(int line, struct held_job *held)
{
    BG_JOB_STATE state = job_state(held->job);

    ok_(__FILE__, line)(state == BG_JOB_STATE_QUEUED, "Got state %s.\n", state_name(state));
    ok_(__FILE__, line)(!origin_journal_count(origin, held->path), "%s is asked for.\n",
                        held->path);
}

static void finish(struct held_job *held)
{
    origin_release(origin, held->path);
    wait_for_state(held->job, TRANSFERRED, SOON);
}

static void test_foreground(void)
{
    struct held_job jobs[JOBS], background;

    shows("JOB-SPR-6");
    start_held(&background, BG_JOB_PRIORITY_NORMAL);
    for (unsigned int i = 0; i < JOBS; i++)
        start_held(&jobs[i], BG_JOB_PRIORITY_FOREGROUND);
    for (unsigned int i = 0; i < JOBS; i++)
        check_runs(&jobs[i]);
    check_runs(&background);
    /* All at the same moment. */
    for (unsigned int i = 0; i < JOBS; i++)
        ok(job_state(jobs[i].job) == BG_JOB_STATE_TRANSFERRING, "Job %u: got state %s.\n", i,
           state_name(job_state(jobs[i].job)));
    for (unsigned int i = 0; i < JOBS; i++)
    {
        finish(&jobs[i]);
        end_job(jobs[i].job);
    }
    finish(&background);
    end_job(background.job);
}

/* One after the other, as they came. */
static void test_background(void)
{
    struct held_job jobs[3];

    for (unsigned int i = 0; i < ARRAY_SIZE(jobs); i++)
        start_held(&jobs[i], BG_JOB_PRIORITY_NORMAL);
    for (unsigned int i = 0; i < ARRAY_SIZE(jobs); i++)
    {
        check_runs(&jobs[i]);
        com_pump(QUIET_MS);
        for (unsigned int j = i + 1; j < ARRAY_SIZE(jobs); j++)
            check_waits(&jobs[j]);
        finish(&jobs[i]);
    }
    for (unsigned int i = 0; i < ARRAY_SIZE(jobs); i++)
        end_job(jobs[i].job);
}

static void check_preemption(BG_JOB_PRIORITY lower, BG_JOB_PRIORITY higher)
{
    struct held_job low, high;
    struct origin_entry entry;
    size_t requests;

    winetest_push_context("%u over %u", higher, lower);
    start_held(&low, lower);
    check_runs(&low);
    start_held(&high, higher);
    check_runs(&high);
    wait_for_state(low.job, STATE_BIT(BG_JOB_STATE_QUEUED), SOON);
    /* It has not only been said: the connection has been given up. */
    origin_release(origin, low.path);
    ok(origin_wait_idle(origin, low.path, SOON), "%s is still being read.\n", low.path);
    requests = origin_journal_count(origin, low.path);
    ok(origin_journal_get(origin, low.path, requests - 1, &entry), "There is no request.\n");

    com_pump(QUIET_MS);
    ok(job_state(low.job) == BG_JOB_STATE_QUEUED, "Got state %s.\n",
       state_name(job_state(low.job)));
    ok(origin_journal_count(origin, low.path) == requests, "%s is asked for.\n", low.path);
    finish(&high);
    wait_for_state(low.job, TRANSFERRED, SOON);
    end_job(low.job);
    end_job(high.job);
    winetest_pop_context();
}

static void test_preemption(void)
{
    shows("JOB-SPR-7");
    check_preemption(BG_JOB_PRIORITY_NORMAL, BG_JOB_PRIORITY_HIGH);
    check_preemption(BG_JOB_PRIORITY_LOW, BG_JOB_PRIORITY_NORMAL);
    check_preemption(BG_JOB_PRIORITY_LOW, BG_JOB_PRIORITY_HIGH);
}

static void test_order_of_levels(void)
{
    static const BG_JOB_PRIORITY order[] = {BG_JOB_PRIORITY_HIGH, BG_JOB_PRIORITY_NORMAL,
                                            BG_JOB_PRIORITY_LOW};
    struct held_job first, jobs[ARRAY_SIZE(order)];

    shows("JOB-SPR-9");
    /* Resumed from the lowest up, while the place is taken. */
    start_held(&first, BG_JOB_PRIORITY_HIGH);
    check_runs(&first);
    for (unsigned int i = ARRAY_SIZE(order); i--;)
        start_held(&jobs[i], order[i]);
    com_pump(QUIET_MS);
    for (unsigned int i = 0; i < ARRAY_SIZE(order); i++)
        check_waits(&jobs[i]);
    finish(&first);

    for (unsigned int i = 0; i < ARRAY_SIZE(order); i++)
    {
        check_runs(&jobs[i]);
        com_pump(QUIET_MS);
        for (unsigned int j = i + 1; j < ARRAY_SIZE(order); j++)
            check_waits(&jobs[j]);
        finish(&jobs[i]);
        end_job(jobs[i].job);
    }
    end_job(first.job);
}

/* A job that fails for a time does not keep the place. */
static void test_failing_job(void)
{
    static const struct fixed_answer busy = {503, NULL};
    struct held_job high, low;

    create_held(&high, BG_JOB_PRIORITY_HIGH);
    answer_with(high.path, &busy);
    start_held(&low, BG_JOB_PRIORITY_LOW);
    resume(high.job);
    wait_for_state(high.job, STATE_BIT(BG_JOB_STATE_TRANSIENT_ERROR), SOON);
    check_runs(&low);
    finish(&low);
    end_job(low.job);
    end_job(high.job);
}

static void set_priority(struct held_job *held, BG_JOB_PRIORITY priority)
{
    HRESULT hr = IBackgroundCopyJob_SetPriority(held->job, priority);

    ok(hr == S_OK, "Got hr %#lx.\n", hr);
}

/* A changed priority counts at once. */
static void test_changed_priority(void)
{
    struct held_job first, second, third;

    start_held(&first, BG_JOB_PRIORITY_NORMAL);
    check_runs(&first);
    start_held(&second, BG_JOB_PRIORITY_NORMAL);
    start_held(&third, BG_JOB_PRIORITY_NORMAL);
    com_pump(QUIET_MS);
    check_waits(&second);
    check_waits(&third);

    set_priority(&third, BG_JOB_PRIORITY_HIGH);
    check_runs(&third);
    wait_for_state(first.job, STATE_BIT(BG_JOB_STATE_QUEUED), SOON);
    check_waits(&second);
    set_priority(&second, BG_JOB_PRIORITY_FOREGROUND);
    check_runs(&second);
    ok(job_state(third.job) == BG_JOB_STATE_TRANSFERRING, "Got state %s.\n",
       state_name(job_state(third.job)));

    finish(&third);
    finish(&second);
    finish(&first);
    end_job(first.job);
    end_job(second.job);
    end_job(third.job);
}

START_TEST(job_schedule)
{
    downloads_start();
    RUN_TEST(test_foreground);
    RUN_TEST(test_background);
    RUN_TEST(test_preemption);
    RUN_TEST(test_order_of_levels);
    RUN_TEST(test_failing_job);
    RUN_TEST(test_changed_priority);
    downloads_stop();
}
