/* SPDX-License-Identifier: LGPL-2.1-or-later
 *
 * Which event a client is told, in which order, how often, and what happens when it fails. */
#include "harness/test.h"

#include <stdlib.h>
#include <string.h>

#include "base/str.h"
#include "bitsmsg.h"
#include "harness/fake_ports.h"
#include "job/job_notify.h"

static struct fake_world world;
static int client, other_client; /* stand for the objects of clients */

#define NOT_FOUND ((HRESULT)0x80190194)

static struct job *job_with_client(uint32_t files, uint32_t flags)
{
    struct job *job = fake_job(&world, files);

    job_set_priority(job, JOB_PRIORITY_FOREGROUND);
    job_set_notify_flags(job, flags);
    job_set_notify_target(job, &client);
    return job;
}

/* Takes the next event, expects it to be this one, and answers for the client. */
static void expect_event(int line, enum notify_kind kind, bool is_delivered)
{
    struct notify_event event;

    if (!job_notify_take(world.queue, &event))
    {
        ok(false, "Line %d: nothing is due.\n", line);
        return;
    }
    ok(event.kind == kind, "Line %d: got event %u.\n", line, event.kind);
    job_notify_finish(&event, is_delivered);
}
#define EXPECT_EVENT(kind)        expect_event(__LINE__, kind, true)
#define EXPECT_EVENT_FAILED(kind) expect_event(__LINE__, kind, false)

static void expect_nothing(int line)
{
    struct notify_event event;

    if (!job_notify_take(world.queue, &event)) return;
    ok(false, "Line %d: got event %u.\n", line, event.kind);
    job_notify_finish(&event, true);
}
#define EXPECT_NOTHING() expect_nothing(__LINE__)

static void run(struct job *job)
{
    job_resume(job);
    fake_schedule(&world);
}

static void done(struct job *job)
{
    job_release(job, JOB_HOLDER_CALLER);
    fake_world_done(&world);
}

static void test_transferred(void)
{
    struct job *job;

    fake_world_init(&world);
    job = job_with_client(1, NOTIFY_FLAG_DEFAULT);
    run(job);
    fake_fetch(&world, job, 1000, 500);
    EXPECT_NOTHING();
    world.wakes = 0;
    fake_finish(&world, job);
    ok(world.wakes == 1, "The notifier was woken %u times.\n", world.wakes);
    EXPECT_EVENT(NOTIFY_TRANSFERRED);
    EXPECT_NOTHING();
    done(job);
    ok(world.released == 1, "The client was released %u times.\n", world.released);
}

static void test_error(void)
{
    struct notify_event event;
    struct job *job;

    fake_world_init(&world);
    job = job_with_client(1, NOTIFY_FLAG_DEFAULT | NOTIFY_FLAG_MODIFICATION);
    run(job);
    EXPECT_EVENT(NOTIFY_MODIFICATION);
    fake_fail(&world, job, (HRESULT)0x801901f7);
    fake_advance(&world, 1000);
    EXPECT_EVENT(NOTIFY_MODIFICATION); /* never JobError for a transient one */
    EXPECT_NOTHING();
    run(job);
    fake_fail(&world, job, NOT_FOUND);
    ok(job_notify_take(world.queue, &event), "Nothing is due.\n");
    ok(event.kind == NOTIFY_ERROR && event.error.code == NOT_FOUND && event.error.file_index == 0,
       "Got event %u, code %#lx.\n", event.kind, (unsigned long)event.error.code);
    job_notify_finish(&event, true);
    /* Entry into ERROR is no modification. */
    fake_advance(&world, 10000);
    EXPECT_NOTHING();
    job_set_description(job, u"a change in ERROR is one");
    EXPECT_EVENT(NOTIFY_MODIFICATION);
    done(job);
}

static void test_flags(void)
{
    static const struct
    {
        uint32_t flags;
        bool wants_transferred;
    } tests[] = {{0, false}, {1, true}, {2, false}, {7, false}, {5, false}, {0x3b, true}};

    for (unsigned int i = 0; i < ARRAY_COUNT(tests); i++)
    {
        struct notify_event event;
        bool got = false;
        struct job *job;

        winetest_push_context("flags %#x", tests[i].flags);
        fake_world_init(&world);
        job = job_with_client(1, tests[i].flags);
        run(job);
        fake_finish(&world, job);
        while (job_notify_take(world.queue, &event))
        {
            got |= event.kind == NOTIFY_TRANSFERRED;
            job_notify_finish(&event, true);
        }
        ok(got == tests[i].wants_transferred, "Got %d.\n", got);
        done(job);
        winetest_pop_context();
    }
}

static void test_files_come_first_and_in_order(void)
{
    struct notify_event event, second;
    struct job *job;

    fake_world_init(&world);
    job = job_with_client(3, NOTIFY_FLAG_DEFAULT | NOTIFY_FLAG_FILE_TRANSFERRED);
    run(job);
    fake_finish(&world, job);
    for (uint32_t i = 0; i < 3; i++)
    {
        ok(job_notify_take(world.queue, &event), "Nothing is due.\n");
        ok(event.kind == NOTIFY_FILE_TRANSFERRED && event.file_index == i,
           "Got event %u, file %u.\n", event.kind, event.file_index);
        /* One at a time for one job. */
        ok(!job_notify_take(world.queue, &second), "A second event is out.\n");
        /* The next file waits for the success of this one. */
        if (i == 1)
        {
            job_notify_finish(&event, false);
            EXPECT_NOTHING();
            fake_advance(&world, 1000);
            ok(job_notify_take(world.queue, &event) && event.file_index == 1, "Got file %u.\n",
               event.file_index);
        }
        job_notify_finish(&event, true);
    }
    EXPECT_EVENT(NOTIFY_TRANSFERRED);
    EXPECT_NOTHING();
    done(job);
}

static void test_late_registration(void)
{
    struct job *job;

    fake_world_init(&world);
    job = fake_job(&world, 1);
    run(job);
    fake_finish(&world, job);
    EXPECT_NOTHING();
    fake_advance(&world, FAKE_DAY);
    job_set_notify_target(job, &client);
    EXPECT_EVENT(NOTIFY_TRANSFERRED);
    EXPECT_NOTHING();
    /* Told once: the next client hears nothing. */
    job_set_notify_target(job, &other_client);
    EXPECT_NOTHING();
    done(job);
}

static void test_failing_client(void)
{
    struct job *job;

    fake_world_init(&world);
    job = job_with_client(1, NOTIFY_FLAG_DEFAULT);
    job_set_min_retry_delay(job, 5);
    run(job);
    fake_finish(&world, job);
    EXPECT_EVENT_FAILED(NOTIFY_TRANSFERRED);
    EXPECT_NOTHING();
    fake_advance(&world, 1000);
    EXPECT_EVENT_FAILED(NOTIFY_TRANSFERRED);
    fake_advance(&world, 1000);
    EXPECT_NOTHING();
    fake_advance(&world, 1000);
    EXPECT_EVENT_FAILED(NOTIFY_TRANSFERRED);
    for (unsigned int i = 0; i < 20; i++)
    {
        fake_advance(&world, 5000); /* never longer than the job's retry delay */
        EXPECT_EVENT_FAILED(NOTIFY_TRANSFERRED);
    }
    /* Somebody else is told at once. */
    job_set_notify_target(job, &other_client);
    EXPECT_EVENT(NOTIFY_TRANSFERRED);
    EXPECT_NOTHING();
    done(job);
    ok(world.released == 2, "Clients were released %u times.\n", world.released);
}

static void test_modifications_are_merged(void)
{
    unsigned int count = 0;
    struct notify_event event;
    struct job *job;

    withstands("N3");
    fake_world_init(&world);
    job = job_with_client(1, NOTIFY_FLAG_MODIFICATION);
    while (job_notify_take(world.queue, &event))
        job_notify_finish(&event, true);
    fake_advance(&world, 1000);
    for (unsigned int i = 0; i < 10000; i++) /* ten seconds */
    {
        job_set_peer_flags(job, i % 8);
        fake_advance(&world, 1);
        while (job_notify_take(world.queue, &event))
        {
            count++;
            job_notify_finish(&event, true);
        }
    }
    ok(count >= 19 && count <= 21, "Got %u calls.\n", count);
    done(job);
}

/* What changes while a client thinks is told in one call. */
static void test_slow_client(void)
{
    struct notify_event event, other;
    struct job *job;

    withstands("N3");
    fake_world_init(&world);
    job = job_with_client(1, NOTIFY_FLAG_MODIFICATION);
    ok(job_notify_take(world.queue, &event), "Nothing is due.\n");
    for (unsigned int i = 0; i < 100000; i++)
    {
        job_set_peer_flags(job, i % 8);
        if (i % 10 == 0) fake_advance(&world, 1);
        if (!job_notify_take(world.queue, &other)) continue;
        ok(false, "Change %u: it is called again.\n", i);
        job_notify_finish(&other, true);
        break;
    }
    job_notify_finish(&event, true);
    fake_advance(&world, 1000);
    EXPECT_EVENT(NOTIFY_MODIFICATION);
    fake_advance(&world, 1000);
    EXPECT_NOTHING();
    done(job);
}

static void test_event_that_is_over(void)
{
    struct notify_event event;
    struct job *job;

    fake_world_init(&world);
    job = job_with_client(1, NOTIFY_FLAG_DEFAULT);
    run(job);
    fake_fail(&world, job, NOT_FOUND);
    ok(job_notify_take(world.queue, &event), "Nothing is due.\n");
    /* From inside the call the client resumes the job, and then fails. */
    run(job);
    job_notify_finish(&event, false);
    fake_advance(&world, 10000);
    EXPECT_NOTHING();
    /* The job ends while it is told: nothing is left, the client is let go. */
    fake_finish(&world, job);
    ok(job_notify_take(world.queue, &event), "Nothing is due.\n");
    job_complete(job);
    ok(!world.released, "The client was released in the middle of a call.\n");
    job_notify_finish(&event, false);
    ok(world.released == 1, "The client was released %u times.\n", world.released);
    EXPECT_NOTHING();
    done(job);
}

static void test_disabled_later(void)
{
    struct job *job;

    fake_world_init(&world);
    job = job_with_client(1, NOTIFY_FLAG_DEFAULT);
    run(job);
    fake_finish(&world, job);
    job_set_notify_flags(job, NOTIFY_FLAG_DEFAULT | NOTIFY_FLAG_DISABLE);
    EXPECT_NOTHING();
    job_set_notify_flags(job, NOTIFY_FLAG_DEFAULT);
    EXPECT_EVENT(NOTIFY_TRANSFERRED);
    done(job);
}

/* ---- the program ---- */

static void take(struct notify_event *event, enum notify_kind kind)
{
    bool is_due = job_notify_take(world.queue, event);

    ok(is_due, "Nothing is due.\n");
    if (!is_due) *event = (struct notify_event){0};
    ok(event->kind == kind, "Got event %u.\n", event->kind);
}

/* Without an object: of ends and errors only. */
static void test_program_alone(void)
{
    struct notify_event event;
    struct job *job;

    fake_world_init(&world);
    job = fake_job(&world, 2);
    job_set_notify_flags(job, NOTIFY_FLAG_DEFAULT | NOTIFY_FLAG_FILE_TRANSFERRED |
                                  NOTIFY_FLAG_MODIFICATION);
    job_set_notify_command(job, u"C:\\program", u"program job");
    EXPECT_NOTHING();
    run(job);
    fake_finish(&world, job);
    take(&event, NOTIFY_TRANSFERRED);
    ok(!event.target, "There is an object.\n");
    ok(str_is_equal(event.program, u"C:\\program"), "Another program.\n");
    ok(str_is_equal(event.parameters, u"program job"), "Other parameters.\n");
    job_notify_finish(&event, NOTIFY_TAKEN);
    fake_advance(&world, 3600000);
    EXPECT_NOTHING();
    done(job);
}

/* The object first; whether it takes the event is for the notifier to see. */
static void test_program_beside_an_object(void)
{
    struct notify_event event;
    struct job *job;

    fake_world_init(&world);
    job = job_with_client(1, NOTIFY_FLAG_DEFAULT | NOTIFY_FLAG_FILE_TRANSFERRED);
    job_set_notify_command(job, u"C:\\program", NULL);
    run(job);
    fake_finish(&world, job);
    take(&event, NOTIFY_FILE_TRANSFERRED);
    ok(event.target == &client && !event.program, "A file starts a program.\n");
    job_notify_finish(&event, NOTIFY_TAKEN);
    take(&event, NOTIFY_TRANSFERRED);
    ok(event.target == &client && event.program && !event.parameters, "Another receiver.\n");
    job_notify_finish(&event, NOTIFY_TAKEN);
    EXPECT_NOTHING();
    done(job);
}

static void test_program_fails(void)
{
    struct notify_event event;
    struct job *job;

    fake_world_init(&world);
    job = fake_job(&world, 1);
    job_set_min_retry_delay(job, 100);
    job_set_notify_command(job, u"C:\\program", NULL);
    run(job);
    fake_fail(&world, job, NOT_FOUND);
    for (unsigned int i = 0; i < 3; i++)
    {
        take(&event, NOTIFY_ERROR);
        ok(event.error.code == NOT_FOUND, "Got error %#lx.\n", (unsigned long)event.error.code);
        job_notify_finish(&event, NOTIFY_PROGRAM_FAILED);
        fake_advance(&world, 99000);
        EXPECT_NOTHING();
        fake_advance(&world, 1000);
    }
    /* Another one is told at once, even when the old one still runs. */
    take(&event, NOTIFY_ERROR);
    job_set_notify_command(job, u"C:\\other", NULL);
    job_notify_finish(&event, NOTIFY_PROGRAM_FAILED);
    take(&event, NOTIFY_ERROR);
    ok(str_is_equal(event.program, u"C:\\other"), "Another program.\n");
    /* The job is over: nobody hears of it again. */
    job_cancel(job);
    job_notify_finish(&event, NOTIFY_PROGRAM_FAILED);
    fake_advance(&world, 200000);
    EXPECT_NOTHING();
    done(job);
}

static void test_program_comes_late(void)
{
    struct notify_event event;
    struct job *job;

    fake_world_init(&world);
    job = fake_job(&world, 1);
    run(job);
    fake_finish(&world, job);
    EXPECT_NOTHING();
    job_set_notify_flags(job, NOTIFY_FLAG_DEFAULT | NOTIFY_FLAG_DISABLE);
    job_set_notify_command(job, u"C:\\program", NULL);
    EXPECT_NOTHING();
    job_set_notify_flags(job, NOTIFY_FLAG_DEFAULT);
    take(&event, NOTIFY_TRANSFERRED);
    job_notify_finish(&event, NOTIFY_TAKEN);
    done(job);
}

static void test_program_of_a_service(void)
{
    static const WCHAR *const accounts[] = {u"S-1-5-18", u"S-1-5-19", u"S-1-5-20"};

    shows("J2-SNCL-14");
    shows("GEN-14");
    for (unsigned int i = 0; i < ARRAY_COUNT(accounts); i++)
    {
        struct job *job;

        fake_world_init(&world);
        memcpy(world.user.sid, accounts[i], 9 * sizeof(WCHAR));
        job = fake_job(&world, 1);
        job_set_notify_command(job, u"C:\\program", NULL);
        run(job);
        fake_finish(&world, job);
        ok(job_state(job) == JOB_TRANSFERRED, "Got state %u.\n", job_state(job));
        EXPECT_NOTHING();
        done(job);
    }
}

static void test_command_bounds(void)
{
    WCHAR text[JOB_PARAMETERS_MAX + 2], *program, *parameters;
    struct job *job;
    HRESULT hr;

    fake_world_init(&world);
    job = fake_job(&world, 1);
    for (unsigned int i = 0; i < ARRAY_COUNT(text); i++)
        text[i] = 'x';
    text[JOB_PARAMETERS_MAX + 1] = 0;
    hr = job_set_notify_command(job, u"C:\\program", text);
    ok(hr == BG_E_STRING_TOO_LONG, "Got hr %#lx.\n", (unsigned long)hr);
    text[JOB_PARAMETERS_MAX] = 0;
    hr = job_set_notify_command(job, u"C:\\program", text);
    ok(hr == S_OK, "Got hr %#lx.\n", (unsigned long)hr);
    text[JOB_PROGRAM_MAX + 1] = 0;
    hr = job_set_notify_command(job, text, NULL);
    ok(hr == BG_E_STRING_TOO_LONG, "Got hr %#lx.\n", (unsigned long)hr);
    hr = job_get_notify_command(job, &program, &parameters);
    ok(hr == S_OK, "Got hr %#lx.\n", (unsigned long)hr);
    ok(str_is_equal(program, u"C:\\program"), "Another program.\n");
    ok(str_len(parameters) == JOB_PARAMETERS_MAX, "Got %u.\n", (unsigned int)str_len(parameters));
    free(program);
    free(parameters);
    text[JOB_PROGRAM_MAX] = 0;
    hr = job_set_notify_command(job, text, NULL);
    ok(hr == S_OK, "Got hr %#lx.\n", (unsigned long)hr);
    hr = job_set_notify_command(job, NULL, u"parameters");
    ok(hr == E_INVALIDARG, "Got hr %#lx.\n", (unsigned long)hr);
    done(job);
}

/* A client that is let go of may do anything, and what it does counts at once. */
static struct job *neighbour;

static void suspend_neighbour(struct fake_world *released)
{
    job_suspend(neighbour);
    ok(fake_count_stops(released, neighbour) == 1, "The mover was told %u times to stop.\n",
       fake_count_stops(released, neighbour));
}

static void test_released_client_calls(void)
{
    struct job *job;

    fake_world_init(&world);
    job = job_with_client(1, NOTIFY_FLAG_DEFAULT);
    neighbour = job_with_client(1, NOTIFY_FLAG_DEFAULT);
    job_set_notify_target(neighbour, NULL);
    run(neighbour);
    world.on_release = suspend_neighbour;
    job_cancel(job);
    ok(world.released == 2, "Clients were released %u times.\n", world.released);
    world.on_release = NULL;
    job_release(neighbour, JOB_HOLDER_CALLER);
    done(job);
}

START_TEST(job_notify)
{
    RUN_TEST(test_transferred);
    RUN_TEST(test_error);
    RUN_TEST(test_flags);
    RUN_TEST(test_files_come_first_and_in_order);
    RUN_TEST(test_late_registration);
    RUN_TEST(test_failing_client);
    RUN_TEST(test_modifications_are_merged);
    RUN_TEST(test_slow_client);
    RUN_TEST(test_event_that_is_over);
    RUN_TEST(test_disabled_later);
    RUN_TEST(test_program_alone);
    RUN_TEST(test_program_beside_an_object);
    RUN_TEST(test_program_fails);
    RUN_TEST(test_program_comes_late);
    RUN_TEST(test_program_of_a_service);
    RUN_TEST(test_command_bounds);
    RUN_TEST(test_released_client_calls);
}
