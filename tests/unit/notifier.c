/* SPDX-License-Identifier: LGPL-2.1-or-later
 *
 * The notifier's threads, with clients that are played by the test. */
#include "harness/test.h"

#include <string.h>

#include "base/lock.h"
#include "harness/fake_ports.h"
#include "job/job_notify.h"
#include "notify/notifier.h"

#define DEADLINE_MS 10000
#define JOBS        5

static struct
{
    struct lock lock;
    struct cond changed;
    unsigned int begun, ended; /* threads */
    unsigned int told;         /* calls that have begun */
    unsigned int inside;       /* of them, now */
    unsigned int inside_max;
    unsigned int released;
    unsigned int deferred; /* releases that were refused */
    bool is_blocking;      /* clients do not return */
    bool is_release_refused;
    HRESULT begin_result;
    bool is_refusing;  /* clients fail */
    bool is_startable; /* programs can be started, and run on */
    unsigned int started, not_started;
    struct notify_event started_event; /* of the last one */
} clients;

static struct fake_world world;
static struct notifier *notifier;

static HRESULT begin_thread(void *ctx)
{
    ok(ctx == &clients, "Got ctx %p.\n", ctx);
    lock_acquire(&clients.lock);
    clients.begun++;
    cond_broadcast(&clients.changed);
    lock_release(&clients.lock);
    return clients.begin_result;
}

static void end_thread(void *ctx)
{
    (void)ctx;
    lock_acquire(&clients.lock);
    clients.ended++;
    lock_release(&clients.lock);
}

static bool deliver(void *ctx, const struct notify_event *event)
{
    bool is_taken;

    (void)ctx;
    lock_assert_none_held();
    lock_acquire(&clients.lock);
    ok(event->target != NULL, "An event has no target.\n");
    clients.told++;
    if (++clients.inside > clients.inside_max) clients.inside_max = clients.inside;
    cond_broadcast(&clients.changed);
    while (clients.is_blocking)
        cond_wait(&clients.changed, &clients.lock, DEADLINE_MS);
    clients.inside--;
    is_taken = !clients.is_refusing;
    cond_broadcast(&clients.changed);
    lock_release(&clients.lock);
    return is_taken;
}

static bool run_program(void *ctx, const struct notify_event *event)
{
    bool is_started;

    (void)ctx;
    lock_assert_none_held();
    lock_acquire(&clients.lock);
    ok(event->program != NULL, "There is no program.\n");
    if ((is_started = clients.is_startable))
    {
        clients.started_event = *event;
        clients.started++;
    }
    else
        clients.not_started++;
    cond_broadcast(&clients.changed);
    lock_release(&clients.lock);
    return is_started;
}

static bool release(void *ctx, void *target)
{
    bool is_refused;

    (void)ctx;
    ok(target != NULL, "Got no target.\n");
    lock_assert_none_held();
    lock_acquire(&clients.lock);
    is_refused = clients.is_release_refused;
    clients.is_release_refused = false;
    if (is_refused)
        clients.deferred++;
    else
        clients.released++;
    cond_broadcast(&clients.changed);
    lock_release(&clients.lock);
    return !is_refused;
}

static const struct notifier_config config = {&clients, begin_thread, end_thread,
                                              deliver,  run_program,  release};

static bool wait_until(const unsigned int *counter, unsigned int value)
{
    bool is_there;

    lock_acquire(&clients.lock);
    while (!(is_there = *counter >= value))
        if (!cond_wait(&clients.changed, &clients.lock, DEADLINE_MS)) break;
    lock_release(&clients.lock);
    return is_there;
}

static unsigned int read_count(const unsigned int *counter)
{
    unsigned int value;

    lock_acquire(&clients.lock);
    value = *counter;
    lock_release(&clients.lock);
    return value;
}

static void set_flag(bool *flag, bool value)
{
    lock_acquire(&clients.lock);
    *flag = value;
    cond_broadcast(&clients.changed);
    lock_release(&clients.lock);
}

static void set_up(void)
{
    struct queue_ports ports;
    HRESULT hr;

    memset(&clients, 0, sizeof(clients));
    lock_init(&clients.lock, LOCK_RANK_LEAF, "clients");
    cond_init(&clients.changed);
    fake_world_init(&world);

    hr = notifier_create(&config, &notifier);
    ok(hr == S_OK, "Got hr %#lx.\n", (unsigned long)hr);
    queue_destroy(world.queue);
    ports = world.ports;
    ports.notify = &notifier_ops;
    ports.notify_ctx = notifier;
    hr = queue_create(&ports, &world.settings, &world.queue);
    ok(hr == S_OK, "Got hr %#lx.\n", (unsigned long)hr);
}

static void tear_down(void)
{
    set_flag(&clients.is_blocking, false);
    ok(notifier_stop(notifier, DEADLINE_MS), "The notifier does not stop.\n");
    ok(clients.begin_result || clients.begun == clients.ended, "%u threads began, %u ended.\n",
       clients.begun, clients.ended);
    fake_world_done(&world);
    notifier_destroy(notifier);
    cond_done(&clients.changed);
    lock_done(&clients.lock);
}

/* A job that has something to tell as soon as it has a client. */
static struct job *make_job(void)
{
    struct job *job = fake_job(&world, 1);

    job_set_notify_flags(job, NOTIFY_FLAG_MODIFICATION);
    return job;
}

static void add_client(struct job *job)
{
    HRESULT hr = job_set_notify_target(job, job);

    ok(hr == S_OK, "Got hr %#lx.\n", (unsigned long)hr);
}

static void test_event_from_before_start(void)
{
    struct job *job;

    set_up();
    job = make_job();
    add_client(job);
    ok(!read_count(&clients.begun), "A thread runs before the start.\n");

    notifier_start(notifier, world.queue);
    ok(wait_until(&clients.told, 1), "The client is not told.\n");
    job_release(job, JOB_HOLDER_CALLER);
    tear_down();
}

static void test_no_event_no_thread(void)
{
    struct job *job;

    set_up();
    notifier_start(notifier, world.queue);
    job = fake_job(&world, 1);
    job_set_display_name(job, u"other");
    ok(!read_count(&clients.begun), "%u threads run for nothing.\n", read_count(&clients.begun));
    job_release(job, JOB_HOLDER_CALLER);
    tear_down();
}

static struct job *make_failed_job(void)
{
    struct job *job = fake_job(&world, 1);

    job_set_priority(job, JOB_PRIORITY_FOREGROUND);
    job_set_notify_command(job, u"C:\\program", NULL);
    job_resume(job);
    fake_schedule(&world);
    fake_fail(&world, job, E_FAIL);
    return job;
}

/* An object that takes the event is all there is. */
static void test_object_before_program(void)
{
    struct job *job;

    set_up();
    job = make_failed_job();
    add_client(job);
    notifier_start(notifier, world.queue);
    ok(wait_until(&clients.told, 1), "The client is not told.\n");
    job_release(job, JOB_HOLDER_CALLER);
    tear_down();
    ok(!clients.started && !clients.not_started, "The program is started.\n");
}

/* The program runs on while others are told. */
static void test_program_after_object(void)
{
    struct notify_event event;
    struct job *job;

    set_up();
    job = make_failed_job();
    set_flag(&clients.is_refusing, true);
    set_flag(&clients.is_startable, true);
    add_client(job);
    notifier_start(notifier, world.queue);
    ok(wait_until(&clients.started, 1), "The program is not started.\n");
    ok(read_count(&clients.told) == 1, "The client is told %u times.\n", read_count(&clients.told));
    event = clients.started_event;
    job_notify_finish(&event, NOTIFY_TAKEN);
    job_release(job, JOB_HOLDER_CALLER);
    tear_down();
    ok(clients.started == 1 && clients.told == 1, "It is told again.\n");
}

static void test_program_that_cannot_start(void)
{
    struct job *job;

    set_up();
    job = make_failed_job();
    notifier_start(notifier, world.queue);
    ok(wait_until(&clients.not_started, 1), "The program is not tried.\n");
    job_release(job, JOB_HOLDER_CALLER);
    tear_down();
    ok(!clients.told, "An object is told.\n");
}

/* "At most four notifications per user run at the same time; a fifth waits." */
static void test_blocking_clients(void)
{
    struct job *jobs[JOBS];

    withstands("K7");
    set_up();
    notifier_start(notifier, world.queue);
    set_flag(&clients.is_blocking, true);
    for (unsigned int i = 0; i < JOBS; i++)
    {
        jobs[i] = make_job();
        add_client(jobs[i]);
    }
    ok(wait_until(&clients.inside, NOTIFIER_THREADS_MAX), "Only %u clients are called.\n",
       read_count(&clients.inside));

    set_flag(&clients.is_blocking, false);
    ok(wait_until(&clients.told, JOBS), "Only %u clients were called.\n",
       read_count(&clients.told));
    ok(read_count(&clients.inside_max) == NOTIFIER_THREADS_MAX, "%u clients were called at once.\n",
       read_count(&clients.inside_max));
    for (unsigned int i = 0; i < JOBS; i++)
        job_release(jobs[i], JOB_HOLDER_CALLER);
    tear_down();
}

/* Several events that are due at the moment of one wake-up reach several threads. */
static void test_events_at_once(void)
{
    struct job *jobs[2];

    set_up();
    for (unsigned int i = 0; i < 2; i++)
    {
        jobs[i] = make_job();
        add_client(jobs[i]);
    }
    set_flag(&clients.is_blocking, true);
    notifier_start(notifier, world.queue);
    ok(wait_until(&clients.inside, 2), "%u clients are called.\n", read_count(&clients.inside));
    for (unsigned int i = 0; i < 2; i++)
        job_release(jobs[i], JOB_HOLDER_CALLER);
    tear_down();
}

static void test_stop_is_bounded(void)
{
    struct job *job, *other;

    set_up();
    notifier_start(notifier, world.queue);
    set_flag(&clients.is_blocking, true);
    job = make_job();
    add_client(job);
    ok(wait_until(&clients.inside, 1), "The client is not called.\n");
    ok(!notifier_stop(notifier, 50), "It stopped with a client that has not returned.\n");

    /* It goes on as before. */
    other = make_job();
    add_client(other);
    ok(wait_until(&clients.inside, 2), "The other client is not called.\n");

    set_flag(&clients.is_blocking, false);
    ok(notifier_stop(notifier, DEADLINE_MS), "The notifier does not stop.\n");
    job_set_display_name(other, u"other");
    ok(read_count(&clients.told) == 2, "%u calls.\n", read_count(&clients.told));
    job_release(job, JOB_HOLDER_CALLER);
    job_release(other, JOB_HOLDER_CALLER);
    tear_down();
}

static void test_release_elsewhere(void)
{
    struct job *job;

    set_up();
    notifier_start(notifier, world.queue);
    job = fake_job(&world, 1);
    add_client(job);
    add_client(job);
    ok(read_count(&clients.released) == 1 && !read_count(&clients.begun),
       "Dropped %u targets, with %u threads.\n", read_count(&clients.released),
       read_count(&clients.begun));

    set_flag(&clients.is_release_refused, true);
    job_set_notify_target(job, NULL);
    ok(wait_until(&clients.released, 2), "The target is not dropped.\n");
    ok(read_count(&clients.deferred) == 1, "Refused %u times.\n", read_count(&clients.deferred));
    job_release(job, JOB_HOLDER_CALLER);
    tear_down();
}

/* What could not be dropped before the end is dropped there. */
static void test_release_at_the_end(void)
{
    struct job *job;

    set_up();
    job = fake_job(&world, 1);
    add_client(job);
    set_flag(&clients.is_release_refused, true);
    job_set_notify_target(job, NULL);
    ok(!read_count(&clients.released) && read_count(&clients.deferred) == 1,
       "Dropped %u targets.\n", read_count(&clients.released));
    job_release(job, JOB_HOLDER_CALLER);
    tear_down();
    ok(clients.released == 1, "Dropped %u targets.\n", clients.released);
}

static void test_threads_that_cannot_begin(void)
{
    struct job *job;

    set_up();
    clients.begin_result = E_FAIL;
    notifier_start(notifier, world.queue);
    job = make_job();
    add_client(job);
    ok(wait_until(&clients.begun, 1), "No thread began.\n");
    ok(!read_count(&clients.told), "The client was told all the same.\n");
    job_release(job, JOB_HOLDER_CALLER);
    tear_down();
}

START_TEST(notifier)
{
    RUN_TEST(test_event_from_before_start);
    RUN_TEST(test_no_event_no_thread);
    RUN_TEST(test_object_before_program);
    RUN_TEST(test_program_after_object);
    RUN_TEST(test_program_that_cannot_start);
    RUN_TEST(test_blocking_clients);
    RUN_TEST(test_events_at_once);
    RUN_TEST(test_stop_is_bounded);
    RUN_TEST(test_release_elsewhere);
    RUN_TEST(test_release_at_the_end);
    RUN_TEST(test_threads_that_cannot_begin);
}
