/* SPDX-License-Identifier: LGPL-2.1-or-later
 *
 * Whose turn it is, retries and time limits, under a clock that is set by hand. */
#include "harness/test.h"

#include "bitsmsg.h"
#include "harness/fake_ports.h"

#define SERVER_ERROR ((HRESULT)0x801901f7) /* 503 */
#define NOT_FOUND    ((HRESULT)0x80190194) /* 404 */

static struct fake_world world;

static struct job *queued_job(enum job_priority priority)
{
    struct job *job = fake_job(&world, 1);

    job_set_priority(job, priority);
    job_resume(job);
    return job;
}

static void expect_state(int line, struct job *job, enum job_state state)
{
    ok(job_state(job) == state, "Line %d: got state %u, expected %u.\n", line, job_state(job),
       state);
}
#define EXPECT_STATE(job, state) expect_state(__LINE__, job, state)

static void release_jobs(struct job **jobs, unsigned int count)
{
    for (unsigned int i = 0; i < count; i++)
        job_release(jobs[i], JOB_HOLDER_CALLER);
    fake_world_done(&world);
}

static void test_foreground_jobs_run_side_by_side(void)
{
    struct job *jobs[5];

    fake_world_init(&world);
    for (unsigned int i = 0; i < 3; i++)
        jobs[i] = queued_job(JOB_PRIORITY_FOREGROUND);
    jobs[3] = queued_job(JOB_PRIORITY_NORMAL);
    jobs[4] = queued_job(JOB_PRIORITY_NORMAL);
    fake_schedule(&world);
    for (unsigned int i = 0; i < 4; i++)
        EXPECT_STATE(jobs[i], JOB_CONNECTING);
    EXPECT_STATE(jobs[4], JOB_QUEUED);
    release_jobs(jobs, 5);
}

static void test_higher_level_first(void)
{
    struct job *jobs[3];

    fake_world_init(&world);
    jobs[0] = queued_job(JOB_PRIORITY_LOW);
    jobs[1] = queued_job(JOB_PRIORITY_HIGH);
    jobs[2] = queued_job(JOB_PRIORITY_NORMAL);
    fake_schedule(&world);
    EXPECT_STATE(jobs[1], JOB_CONNECTING);

    /* However long it takes, a lower level gets nothing while a higher one can run. */
    fake_fetch(&world, jobs[1], 1000, 10);
    fake_advance(&world, 1000 * FAKE_SECOND);
    EXPECT_STATE(jobs[1], JOB_TRANSFERRING);
    EXPECT_STATE(jobs[2], JOB_QUEUED);

    fake_finish(&world, jobs[1]);
    fake_schedule(&world);
    EXPECT_STATE(jobs[2], JOB_CONNECTING);
    EXPECT_STATE(jobs[0], JOB_QUEUED);

    /* A job that waits for its retry does not keep the lower ones back. */
    fake_fail(&world, jobs[2], SERVER_ERROR);
    fake_schedule(&world);
    EXPECT_STATE(jobs[2], JOB_TRANSIENT_ERROR);
    EXPECT_STATE(jobs[0], JOB_CONNECTING);
    release_jobs(jobs, 3);
}

static void test_preemption(void)
{
    struct job *jobs[3];

    fake_world_init(&world);
    jobs[0] = queued_job(JOB_PRIORITY_NORMAL);
    jobs[1] = queued_job(JOB_PRIORITY_NORMAL);
    fake_schedule(&world);
    EXPECT_STATE(jobs[0], JOB_CONNECTING);

    jobs[2] = queued_job(JOB_PRIORITY_HIGH);
    fake_schedule(&world);
    EXPECT_STATE(jobs[0], JOB_QUEUED);
    EXPECT_STATE(jobs[2], JOB_CONNECTING);
    ok(!fake_running_epoch(&world, jobs[0]), "The mover goes on.\n");

    /* The one that was interrupted goes on before its equals. */
    job_suspend(jobs[2]);
    fake_schedule(&world);
    EXPECT_STATE(jobs[0], JOB_CONNECTING);
    EXPECT_STATE(jobs[1], JOB_QUEUED);
    release_jobs(jobs, 3);
}

static void test_equals_take_turns(void)
{
    struct job *jobs[3];

    fake_world_init(&world);
    for (unsigned int i = 0; i < 3; i++)
        jobs[i] = queued_job(JOB_PRIORITY_NORMAL);
    fake_schedule(&world);
    for (unsigned int round = 0; round < 6; round++)
    {
        for (unsigned int i = 0; i < 3; i++)
        {
            bool has_turn = i == round % 3;

            EXPECT_STATE(jobs[i], has_turn ? JOB_CONNECTING : JOB_QUEUED);
        }
        fake_advance(&world, 299 * FAKE_SECOND);
        EXPECT_STATE(jobs[round % 3], JOB_CONNECTING);
        fake_advance(&world, FAKE_SECOND);
    }
    release_jobs(jobs, 3);
}

static void test_alone_is_not_interrupted(void)
{
    struct job *jobs[1];

    fake_world_init(&world);
    jobs[0] = queued_job(JOB_PRIORITY_NORMAL);
    fake_advance(&world, 10000 * FAKE_SECOND);
    EXPECT_STATE(jobs[0], JOB_CONNECTING);
    ok(fake_count_starts(&world, jobs[0]) == 1, "Got %u starts.\n",
       fake_count_starts(&world, jobs[0]));
    release_jobs(jobs, 1);
}

static void test_priority_of_running_job(void)
{
    struct job *jobs[2];

    fake_world_init(&world);
    jobs[0] = queued_job(JOB_PRIORITY_NORMAL);
    jobs[1] = queued_job(JOB_PRIORITY_LOW);
    fake_schedule(&world);

    /* Into the foreground without a stop; the background place becomes free. */
    job_set_priority(jobs[0], JOB_PRIORITY_FOREGROUND);
    fake_schedule(&world);
    EXPECT_STATE(jobs[0], JOB_CONNECTING);
    EXPECT_STATE(jobs[1], JOB_CONNECTING);
    ok(fake_count_stops(&world, jobs[0]) == 0, "It was stopped.\n");

    /* Back into the line: it pushes the lower one aside. */
    job_set_priority(jobs[0], JOB_PRIORITY_HIGH);
    fake_schedule(&world);
    EXPECT_STATE(jobs[0], JOB_CONNECTING);
    EXPECT_STATE(jobs[1], JOB_QUEUED);

    job_set_priority(jobs[0], JOB_PRIORITY_LOW);
    job_set_priority(jobs[1], JOB_PRIORITY_NORMAL);
    fake_schedule(&world);
    EXPECT_STATE(jobs[0], JOB_QUEUED);
    EXPECT_STATE(jobs[1], JOB_CONNECTING);
    release_jobs(jobs, 2);
}

static void test_retry_delay(void)
{
    struct job *jobs[1];

    fake_world_init(&world);
    jobs[0] = queued_job(JOB_PRIORITY_NORMAL);
    fake_schedule(&world);
    fake_fail(&world, jobs[0], SERVER_ERROR);
    EXPECT_STATE(jobs[0], JOB_TRANSIENT_ERROR);
    fake_advance(&world, 600 * FAKE_SECOND - 1);
    EXPECT_STATE(jobs[0], JOB_TRANSIENT_ERROR);
    /* Spread over at most a tenth of the delay. */
    fake_advance(&world, 61 * FAKE_SECOND);
    EXPECT_STATE(jobs[0], JOB_CONNECTING);
    ok(job_error_count(jobs[0]) == 1, "Got %u errors.\n", job_error_count(jobs[0]));

    fake_fail(&world, jobs[0], SERVER_ERROR);
    ok(job_error_count(jobs[0]) == 2, "Got %u errors.\n", job_error_count(jobs[0]));
    job_resume(jobs[0]);
    fake_schedule(&world);
    EXPECT_STATE(jobs[0], JOB_CONNECTING);
    ok(job_error_count(jobs[0]) == 2, "Resume forgot the errors.\n");
    release_jobs(jobs, 1);
}

/* A client that sets the clock of the system neither shortens nor lengthens the wait. */
static void test_clock_is_set(void)
{
    static const filetime_t steps[] = {FAKE_DAY * 10000, (filetime_t)0 - FAKE_DAY * 10000};
    struct job *jobs[1];

    shows("JOB-SMRD-7");
    for (unsigned int i = 0; i < ARRAY_COUNT(steps); i++)
    {
        fake_world_init(&world);
        jobs[0] = queued_job(JOB_PRIORITY_NORMAL);
        fake_schedule(&world);
        fake_fail(&world, jobs[0], SERVER_ERROR);
        world.set_forward = steps[i];
        fake_schedule(&world);
        EXPECT_STATE(jobs[0], JOB_TRANSIENT_ERROR);
        fake_advance(&world, 600 * FAKE_SECOND - 1);
        EXPECT_STATE(jobs[0], JOB_TRANSIENT_ERROR);
        fake_advance(&world, 61 * FAKE_SECOND);
        EXPECT_STATE(jobs[0], JOB_CONNECTING);
        release_jobs(jobs, 1);
    }
}

static void test_no_progress(void)
{
    struct job *jobs[1];
    struct job_error error;
    HRESULT hr;

    fake_world_init(&world);
    jobs[0] = queued_job(JOB_PRIORITY_NORMAL);
    job_set_no_progress_timeout(jobs[0], 1500);
    fake_schedule(&world);
    fake_fail(&world, jobs[0], SERVER_ERROR);
    fake_advance(&world, 661 * FAKE_SECOND);
    EXPECT_STATE(jobs[0], JOB_CONNECTING);
    fake_fail(&world, jobs[0], SERVER_ERROR);
    fake_advance(&world, 661 * FAKE_SECOND);
    EXPECT_STATE(jobs[0], JOB_CONNECTING);
    fake_fail(&world, jobs[0], SERVER_ERROR);
    EXPECT_STATE(jobs[0], JOB_TRANSIENT_ERROR);
    /* Counted from the first of the three. */
    fake_advance(&world, 177 * FAKE_SECOND);
    EXPECT_STATE(jobs[0], JOB_TRANSIENT_ERROR);
    fake_advance(&world, 2 * FAKE_SECOND);
    EXPECT_STATE(jobs[0], JOB_ERROR);
    hr = job_get_error(jobs[0], &error);
    ok(hr == S_OK && error.code == SERVER_ERROR, "Got hr %#lx, code %#lx.\n", (unsigned long)hr,
       (unsigned long)error.code);

    /* The next failure is the first one again. */
    job_resume(jobs[0]);
    fake_schedule(&world);
    fake_fail(&world, jobs[0], SERVER_ERROR);
    EXPECT_STATE(jobs[0], JOB_TRANSIENT_ERROR);
    fake_advance(&world, 661 * FAKE_SECOND);
    EXPECT_STATE(jobs[0], JOB_CONNECTING);
    release_jobs(jobs, 1);
}

static void test_progress_resets_the_stall(void)
{
    struct job *jobs[1];

    fake_world_init(&world);
    jobs[0] = queued_job(JOB_PRIORITY_NORMAL);
    job_set_no_progress_timeout(jobs[0], 1000);
    fake_schedule(&world);
    for (unsigned int i = 1; i <= 5; i++)
    {
        fake_fail(&world, jobs[0], SERVER_ERROR);
        EXPECT_STATE(jobs[0], JOB_TRANSIENT_ERROR);
        fake_advance(&world, 661 * FAKE_SECOND);
        EXPECT_STATE(jobs[0], JOB_CONNECTING);
        fake_fetch(&world, jobs[0], 1000, 10 * i);
    }
    release_jobs(jobs, 1);
}

static void test_errors_without_retry(void)
{
    struct job *jobs[3];

    fake_world_init(&world);
    for (unsigned int i = 0; i < 3; i++)
        jobs[i] = queued_job(JOB_PRIORITY_FOREGROUND);
    job_set_no_progress_timeout(jobs[0], 0);
    job_set_min_retry_delay(jobs[1], 2000);
    job_set_no_progress_timeout(jobs[1], 1999);
    fake_schedule(&world);
    fake_fail(&world, jobs[0], SERVER_ERROR);
    fake_fail(&world, jobs[1], SERVER_ERROR);
    fake_fail(&world, jobs[2], NOT_FOUND);
    for (unsigned int i = 0; i < 3; i++)
        EXPECT_STATE(jobs[i], JOB_ERROR);
    release_jobs(jobs, 3);
}

static void test_max_download_time(void)
{
    struct job *jobs[1];
    struct job_error error;

    fake_world_init(&world);
    jobs[0] = queued_job(JOB_PRIORITY_NORMAL);
    job_set_max_download_time(jobs[0], 1000);
    fake_schedule(&world);
    fake_advance(&world, 400 * FAKE_SECOND); /* connecting: counts */
    fake_fetch(&world, jobs[0], 1000, 10);
    fake_advance(&world, 400 * FAKE_SECOND); /* transferring: counts */
    fake_fail(&world, jobs[0], SERVER_ERROR);
    fake_advance(&world, 661 * FAKE_SECOND); /* waiting: up to 61 seconds of it ran again */
    EXPECT_STATE(jobs[0], JOB_CONNECTING);
    fake_advance(&world, 138 * FAKE_SECOND);
    EXPECT_STATE(jobs[0], JOB_CONNECTING);
    fake_advance(&world, 62 * FAKE_SECOND);
    EXPECT_STATE(jobs[0], JOB_ERROR);
    job_get_error(jobs[0], &error);
    ok(error.code == BG_E_MAXDOWNLOAD_TIMEOUT, "Got code %#lx.\n", (unsigned long)error.code);

    /* Resume gives the whole time again. */
    job_resume(jobs[0]);
    fake_advance(&world, 999 * FAKE_SECOND);
    EXPECT_STATE(jobs[0], JOB_CONNECTING);
    fake_advance(&world, 2 * FAKE_SECOND);
    EXPECT_STATE(jobs[0], JOB_ERROR);
    release_jobs(jobs, 1);
}

static void test_time_in_queue_does_not_count(void)
{
    struct job *jobs[2];

    fake_world_init(&world);
    jobs[0] = queued_job(JOB_PRIORITY_HIGH);
    jobs[1] = queued_job(JOB_PRIORITY_LOW);
    job_set_max_download_time(jobs[1], 100);
    fake_advance(&world, 500 * FAKE_SECOND);
    EXPECT_STATE(jobs[1], JOB_QUEUED);
    job_suspend(jobs[1]);
    fake_advance(&world, 500 * FAKE_SECOND);
    job_resume(jobs[1]);
    job_suspend(jobs[0]);
    fake_advance(&world, 99 * FAKE_SECOND);
    EXPECT_STATE(jobs[1], JOB_CONNECTING);
    release_jobs(jobs, 2);
}

static void test_ninety_days(void)
{
    struct job *jobs[3], *found;
    unsigned int discarded;
    HRESULT hr;

    shows("GEN-15");
    fake_world_init(&world);
    jobs[0] = fake_job(&world, 1);
    jobs[1] = fake_job(&world, 1);
    jobs[2] = fake_job(&world, 1);
    fake_advance(&world, 89 * FAKE_DAY);
    job_set_description(jobs[1], u"still wanted");
    job_resume(jobs[2]);
    fake_schedule(&world);
    fake_fetch(&world, jobs[2], 1000, 10);
    fake_advance(&world, FAKE_SECOND);
    fake_fetch(&world, jobs[2], 1000, 500);
    job_suspend(jobs[2]);
    fake_advance(&world, FAKE_DAY - FAKE_SECOND - 1);
    EXPECT_STATE(jobs[0], JOB_SUSPENDED);
    fake_advance(&world, 1);
    EXPECT_STATE(jobs[0], JOB_CANCELLED);
    EXPECT_STATE(jobs[1], JOB_SUSPENDED);
    EXPECT_STATE(jobs[2], JOB_SUSPENDED);
    hr = queue_find_job(world.queue, job_id(jobs[0]), &world.user, &found);
    ok(hr == BG_E_NOT_FOUND, "Got hr %#lx.\n", (unsigned long)hr);

    shows("F3-GTN-10");
    discarded = world.discarded;
    fake_advance(&world, 89 * FAKE_DAY);
    EXPECT_STATE(jobs[1], JOB_CANCELLED);
    fake_advance(&world, FAKE_SECOND);
    EXPECT_STATE(jobs[2], JOB_CANCELLED);
    ok(world.discarded == discarded + 1, "%u temporary files went.\n", world.discarded - discarded);
    release_jobs(jobs, 3);
}

static void test_network(void)
{
    struct job *jobs[4];
    struct job_error error;

    shows("GEN-11");
    shows("GEN-12");
    fake_world_init(&world);
    /* Waits for a server, longer than all of this takes. */
    jobs[3] = queued_job(JOB_PRIORITY_FOREGROUND);
    job_set_no_progress_timeout(jobs[3], 2000000);
    job_set_min_retry_delay(jobs[3], 1000000);
    fake_schedule(&world);
    fake_fail(&world, jobs[3], SERVER_ERROR);
    jobs[0] = queued_job(JOB_PRIORITY_FOREGROUND);
    jobs[1] = queued_job(JOB_PRIORITY_NORMAL);
    jobs[2] = queued_job(JOB_PRIORITY_NORMAL);
    fake_schedule(&world);
    fake_fetch(&world, jobs[0], 1000, 500);

    queue_network_lost(world.queue);
    fake_schedule(&world);
    for (unsigned int i = 0; i < 3; i++)
    {
        EXPECT_STATE(jobs[i], JOB_TRANSIENT_ERROR);
        job_get_error(jobs[i], &error);
        ok(error.code == BG_E_NETWORK_DISCONNECTED, "Got code %#lx.\n", (unsigned long)error.code);
        ok(!job_error_count(jobs[i]), "It was counted.\n");
    }
    /* No timed retry while the cause lasts. */
    fake_advance(&world, 10000 * FAKE_SECOND);
    EXPECT_STATE(jobs[0], JOB_TRANSIENT_ERROR);
    EXPECT_STATE(jobs[3], JOB_TRANSIENT_ERROR);
    job_get_error(jobs[3], &error);
    ok(error.code == SERVER_ERROR, "Got code %#lx.\n", (unsigned long)error.code);

    queue_network_returned(world.queue);
    for (unsigned int i = 0; i < ARRAY_COUNT(jobs); i++)
        EXPECT_STATE(jobs[i], JOB_QUEUED);
    fake_schedule(&world);
    EXPECT_STATE(jobs[0], JOB_CONNECTING);
    EXPECT_STATE(jobs[3], JOB_CONNECTING);
    EXPECT_STATE(jobs[1], JOB_CONNECTING);
    EXPECT_STATE(jobs[2], JOB_QUEUED);
    release_jobs(jobs, 4);
}

static void test_idle_is_idle(void)
{
    struct job *jobs[1];
    tick_t next;

    withstands("L7");
    fake_world_init(&world);
    ok(queue_run_scheduler(world.queue) == TICK_NEVER, "An empty queue has work.\n");
    jobs[0] = fake_job(&world, 1);
    next = queue_run_scheduler(world.queue);
    ok(next >= world.now + 89 * FAKE_DAY, "A suspended job wakes the scheduler after %llu ms.\n",
       (unsigned long long)(next - world.now));
    release_jobs(jobs, 1);
}

/* More foreground jobs than have a place: none is forgotten, and the first ones come first. */
static void test_many_in_the_foreground(void)
{
    struct job *jobs[20], *background;

    fake_world_init(&world);
    background = fake_job(&world, 1);
    job_resume(background);
    for (unsigned int i = 0; i < ARRAY_COUNT(jobs); i++)
    {
        jobs[i] = fake_job(&world, 1);
        job_set_priority(jobs[i], JOB_PRIORITY_FOREGROUND);
        job_resume(jobs[i]);
    }
    fake_schedule(&world);
    for (unsigned int i = 0; i < ARRAY_COUNT(jobs); i++)
        ok(job_state(jobs[i]) == (i < 16 ? JOB_CONNECTING : JOB_QUEUED), "Job %u has state %u.\n",
           i, job_state(jobs[i]));
    ok(job_state(background) == JOB_CONNECTING, "Got state %u.\n", job_state(background));

    fake_finish(&world, jobs[3]);
    job_suspend(jobs[5]);
    fake_schedule(&world);
    for (unsigned int i = 16; i < ARRAY_COUNT(jobs); i++)
        ok(job_state(jobs[i]) == (i < 18 ? JOB_CONNECTING : JOB_QUEUED), "Job %u has state %u.\n",
           i, job_state(jobs[i]));
    for (unsigned int i = 0; i < ARRAY_COUNT(jobs); i++)
        job_release(jobs[i], JOB_HOLDER_CALLER);
    job_release(background, JOB_HOLDER_CALLER);
    fake_world_done(&world);
}

START_TEST(scheduler)
{
    RUN_TEST(test_many_in_the_foreground);
    RUN_TEST(test_foreground_jobs_run_side_by_side);
    RUN_TEST(test_higher_level_first);
    RUN_TEST(test_preemption);
    RUN_TEST(test_equals_take_turns);
    RUN_TEST(test_alone_is_not_interrupted);
    RUN_TEST(test_priority_of_running_job);
    RUN_TEST(test_retry_delay);
    RUN_TEST(test_clock_is_set);
    RUN_TEST(test_no_progress);
    RUN_TEST(test_progress_resets_the_stall);
    RUN_TEST(test_errors_without_retry);
    RUN_TEST(test_max_download_time);
    RUN_TEST(test_time_in_queue_does_not_count);
    RUN_TEST(test_ninety_days);
    RUN_TEST(test_network);
    RUN_TEST(test_idle_is_idle);
}
