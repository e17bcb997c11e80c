/* SPDX-License-Identifier: LGPL-2.1-or-later
 *
 * job/job_judge.c: which content reaches the cache, and when. */
#include "harness/test.h"

#include "base/str.h"
#include "bitsmsg.h"
#include "harness/fake_ports.h"

#define SERVER 2

static struct fake_world world;

static struct job *done_job(uint32_t job_flags, uint32_t machine_flags)
{
    struct job *job;

    fake_world_init(&world);
    world.settings.peer_flags = machine_flags;
    queue_apply_settings(world.queue, &world.settings);
    job = fake_job(&world, 2);
    job_set_peer_flags(job, job_flags);
    job_resume(job);
    fake_schedule(&world);
    fake_finish(&world, job);
    ok(job_state(job) == JOB_TRANSFERRED, "Got state %u.\n", job_state(job));
    ok(!world.kept, "It is kept before it was judged.\n");
    return job;
}

static void end(struct job *job)
{
    job_release(job, JOB_HOLDER_CALLER);
    fake_world_done(&world);
}

static void test_complete(void)
{
    struct job *job = done_job(SERVER, SERVER);

    withstands("F11");
    ok(job_complete(job) == S_OK, "It cannot be completed.\n");
    ok(world.kept == 2, "Kept %u files.\n", world.kept);
    ok(str_is_equal_nocase(world.kept_path, u"C:\\folder\\file"), "Another path.\n");
    end(job);
}

/* Both switches decide at the moment at which the content is judged. */
static void test_switches(void)
{
    static const struct
    {
        uint32_t job, machine;
    } cases[] = {{0, SERVER}, {1, 3}, {SERVER, 0}, {SERVER, 1}};
    struct job *job;

    withstands("F20");
    for (unsigned int i = 0; i < ARRAY_COUNT(cases); i++)
    {
        job = done_job(cases[i].job, cases[i].machine);
        job_complete(job);
        ok(!world.kept, "Flags %u and %u: kept.\n", cases[i].job, cases[i].machine);
        end(job);
    }

    job = done_job(0, 3);
    job_set_peer_flags(job, SERVER);
    job_complete(job);
    ok(world.kept == 2, "Kept %u files.\n", world.kept);
    end(job);

    job = done_job(SERVER, 3);
    world.settings.peer_flags = 1;
    queue_apply_settings(world.queue, &world.settings);
    job_complete(job);
    ok(!world.kept, "Kept %u files.\n", world.kept);
    end(job);
}

static void test_validation(void)
{
    struct job *job = done_job(SERVER, SERVER);

    withstands("F11");
    ok(job_file_set_validation(job, 0, true) == S_OK, "It is refused.\n");
    ok(world.kept == 1, "Kept %u files.\n", world.kept);
    ok(!str_is_equal_nocase(world.kept_path, u"C:\\folder\\file"), "It has no such name yet.\n");
    ok(job_file_set_validation(job, 1, false) == S_OK, "It is refused.\n");
    ok(world.kept == 1 && world.dropped == 1, "Kept %u, dropped %u.\n", world.kept, world.dropped);
    /* What is left of it is published, and told again: it may not have been read in time. */
    job_complete(job);
    ok(world.kept == 2, "Kept %u files.\n", world.kept);
    end(job);
}

/* A record that was deleted is not made again by the job that made it. */
static void test_deleted(void)
{
    struct job *job = done_job(SERVER, SERVER);

    world.is_record_deleted = true;
    ok(job_file_set_validation(job, 0, true) == S_OK, "Nothing of it was there.\n");
    ok(job_file_set_validation(job, 0, true) == BG_E_RECORD_DELETED, "It is taken.\n");
    ok(job_file_get_validation(job, 0), "Its state has changed.\n");
    ok(world.kept == 1, "Kept %u files.\n", world.kept);
    /* Of the other file nothing was there to be deleted. */
    ok(job_complete(job) == S_OK, "It cannot be completed.\n");
    ok(world.kept == 2, "Kept %u files.\n", world.kept);
    end(job);

    /* To be refused does not depend on what peers could have. */
    job = done_job(SERVER, SERVER);
    job_file_set_validation(job, 0, true);
    world.is_record_deleted = true;
    ok(job_file_set_validation(job, 0, false) == S_OK, "It is not refused.\n");
    end(job);
}

/* Whoever has nothing to do with peers does not change what they get. */
static void test_rejection_by_others(void)
{
    struct job *job = done_job(4, 3);

    ok(job_file_set_validation(job, 1, false) == S_OK, "It is refused.\n");
    ok(!world.dropped, "Dropped %u.\n", world.dropped);
    end(job);
}

static void test_not_published(void)
{
    struct job *job = done_job(SERVER, SERVER);

    world.publish_fails_at = 2;
    ok(job_complete(job) == world.publish_error, "It can be completed.\n");
    ok(world.kept == 1, "Kept %u files.\n", world.kept);
    end(job);
}

START_TEST(job_judge)
{
    RUN_TEST(test_complete);
    RUN_TEST(test_switches);
    RUN_TEST(test_validation);
    RUN_TEST(test_deleted);
    RUN_TEST(test_rejection_by_others);
    RUN_TEST(test_not_published);
}
