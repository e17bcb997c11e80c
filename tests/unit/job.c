/* SPDX-License-Identifier: LGPL-2.1-or-later
 *
 * Control, limits, endings and properties of jobs, with everything around the core faked. */
#include "harness/test.h"

#include <stdlib.h>

#include "base/str.h"
#include "bitsmsg.h"
#include "harness/fake_ports.h"

static struct fake_world world;

#define EXPECT_HR(call, expected)                                                                  \
    do                                                                                             \
    {                                                                                              \
        HRESULT hr_ = (call);                                                                      \
        ok(hr_ == (expected), #call ": got hr %#lx.\n", (unsigned long)hr_);                       \
    } while (0)

#define EXPECT_STATE(job, state)                                                                   \
    ok(job_state(job) == (state), "Got state %u, expected " #state ".\n", job_state(job))

static void test_resume(void)
{
    struct job *job;

    fake_world_init(&world);
    job = fake_job(&world, 0);
    EXPECT_HR(job_resume(job), BG_E_EMPTY);
    EXPECT_STATE(job, JOB_SUSPENDED);
    job_release(job, JOB_HOLDER_CALLER);

    job = fake_job(&world, 1);
    EXPECT_HR(job_resume(job), S_OK);
    EXPECT_STATE(job, JOB_QUEUED);
    EXPECT_HR(job_resume(job), S_OK);
    EXPECT_STATE(job, JOB_QUEUED);
    fake_schedule(&world);
    EXPECT_HR(job_resume(job), S_OK);
    EXPECT_STATE(job, JOB_CONNECTING);
    fake_finish(&world, job);

    /* Nothing new to fetch: no change. */
    EXPECT_HR(job_resume(job), S_OK);
    EXPECT_STATE(job, JOB_TRANSFERRED);
    EXPECT_HR(job_add_files(job, &(struct new_file){u"http://server/2", u"C:\\folder\\2"}, 1),
              S_OK);
    EXPECT_STATE(job, JOB_TRANSFERRED);
    EXPECT_HR(job_resume(job), S_OK);
    EXPECT_STATE(job, JOB_QUEUED);
    fake_schedule(&world);
    fake_finish(&world, job);
    job_release(job, JOB_HOLDER_CALLER);
    fake_world_done(&world);
}

static void test_suspend_stops_the_mover(void)
{
    struct job_progress progress;
    struct job *job;

    fake_world_init(&world);
    job = fake_job(&world, 1);
    EXPECT_HR(job_suspend(job), S_OK);
    EXPECT_STATE(job, JOB_SUSPENDED);
    job_resume(job);
    fake_schedule(&world);
    fake_fetch(&world, job, 1000, 400);
    EXPECT_HR(job_suspend(job), S_OK);
    EXPECT_STATE(job, JOB_SUSPENDED);
    ok(!fake_running_epoch(&world, job), "The mover goes on.\n");
    fake_advance(&world, FAKE_DAY);
    EXPECT_STATE(job, JOB_SUSPENDED);
    job_get_progress(job, &progress);
    ok(progress.bytes_transferred == 400, "Got %llu bytes.\n",
       (unsigned long long)progress.bytes_transferred);
    job_release(job, JOB_HOLDER_CALLER);
    fake_world_done(&world);
}

static void test_cancel(void)
{
    struct job *job, *found;

    fake_world_init(&world);
    job = fake_job(&world, 3);
    job_resume(job);
    fake_schedule(&world);
    fake_fetch(&world, job, 1000, 1000);
    fake_fetch(&world, job, 1000, 400);
    EXPECT_HR(job_cancel(job), S_OK);
    EXPECT_STATE(job, JOB_CANCELLED);
    /* The third file was never begun. */
    ok(world.discarded == 2, "%u files were removed.\n", world.discarded);
    EXPECT_HR(queue_find_job(world.queue, job_id(job), &world.user, &found), BG_E_NOT_FOUND);
    EXPECT_HR(job_cancel(job), BG_E_INVALID_STATE);
    EXPECT_HR(job_complete(job), BG_E_INVALID_STATE);
    EXPECT_HR(job_suspend(job), BG_E_INVALID_STATE);
    EXPECT_HR(job_resume(job), BG_E_INVALID_STATE);
    EXPECT_HR(job_set_peer_flags(job, 1), BG_E_INVALID_STATE);
    job_release(job, JOB_HOLDER_CALLER);

    job = fake_job(&world, 1);
    job_resume(job);
    fake_schedule(&world);
    fake_fetch(&world, job, 1000, 400);
    world.discard_error = E_ACCESSDENIED;
    EXPECT_HR(job_cancel(job), BG_S_UNABLE_TO_DELETE_FILES);
    EXPECT_STATE(job, JOB_CANCELLED);
    job_release(job, JOB_HOLDER_CALLER);
    fake_world_done(&world);
}

static void test_complete(void)
{
    struct file_progress file;
    struct job *job, *found;

    fake_world_init(&world);
    job = fake_job(&world, 2);
    job_resume(job);
    fake_schedule(&world);
    fake_finish(&world, job);
    job_file_get_progress(job, 0, &file);
    ok(!file.completed, "It is completed too early.\n");
    EXPECT_HR(job_complete(job), S_OK);
    EXPECT_STATE(job, JOB_ACKNOWLEDGED);
    ok(world.published == 2, "%u files were published.\n", world.published);
    ok(!world.discarded, "%u files were removed.\n", world.discarded);
    job_file_get_progress(job, 1, &file);
    ok(file.completed && file.bytes_transferred == 1000, "Got %d, %llu bytes.\n", file.completed,
       (unsigned long long)file.bytes_transferred);
    EXPECT_HR(queue_find_job(world.queue, job_id(job), &world.user, &found), BG_E_NOT_FOUND);
    EXPECT_HR(job_complete(job), BG_E_INVALID_STATE);
    EXPECT_HR(job_cancel(job), BG_E_INVALID_STATE);
    job_release(job, JOB_HOLDER_CALLER);
    fake_world_done(&world);
}

static void test_complete_early(void)
{
    struct job *job;

    fake_world_init(&world);
    job = fake_job(&world, 3);
    job_resume(job);
    fake_schedule(&world);
    fake_fetch(&world, job, 1000, 1000);
    fake_fetch(&world, job, 1000, 400);
    EXPECT_HR(job_complete(job), BG_S_PARTIAL_COMPLETE);
    EXPECT_STATE(job, JOB_ACKNOWLEDGED);
    ok(world.published == 1, "%u files were published.\n", world.published);
    ok(world.discarded == 1, "%u files were removed.\n", world.discarded);
    job_release(job, JOB_HOLDER_CALLER);

    /* In error: the same. */
    job = fake_job(&world, 1);
    job_resume(job);
    fake_schedule(&world);
    fake_fail(&world, job, (HRESULT)0x80190194);
    EXPECT_HR(job_complete(job), BG_S_PARTIAL_COMPLETE);
    EXPECT_STATE(job, JOB_ACKNOWLEDGED);
    job_release(job, JOB_HOLDER_CALLER);
    fake_world_done(&world);
}

static void test_failed_rename(void)
{
    struct file_progress file;
    struct job *job;

    fake_world_init(&world);
    job = fake_job(&world, 3);
    job_resume(job);
    fake_schedule(&world);
    fake_finish(&world, job);
    world.publish_fails_at = 2;
    world.publish_error = E_ACCESSDENIED;
    EXPECT_HR(job_complete(job), E_ACCESSDENIED);
    EXPECT_STATE(job, JOB_TRANSFERRED);
    job_file_get_progress(job, 0, &file);
    ok(file.completed, "The first file is not completed.\n");
    job_file_get_progress(job, 1, &file);
    ok(!file.completed, "The second file is completed.\n");
    ok(!world.discarded, "%u files were removed.\n", world.discarded);

    EXPECT_HR(job_complete(job), S_OK);
    EXPECT_STATE(job, JOB_ACKNOWLEDGED);
    ok(world.published == 4, "%u renames were tried.\n", world.published);
    job_release(job, JOB_HOLDER_CALLER);
    fake_world_done(&world);
}

/* What stands under the final name of such a file is not what Complete has to show. */
static void test_refused_after_failed_rename(void)
{
    struct file_progress file;
    struct job *job;

    fake_world_init(&world);
    job = fake_job(&world, 2);
    job_resume(job);
    fake_schedule(&world);
    fake_finish(&world, job);
    world.publish_fails_at = 2;
    EXPECT_HR(job_complete(job), E_FAIL);
    EXPECT_HR(job_file_set_validation(job, 0, false), S_OK);
    job_file_get_progress(job, 0, &file);
    ok(!file.completed, "The file is completed.\n");

    job_resume(job);
    fake_schedule(&world);
    fake_finish(&world, job);
    EXPECT_HR(job_complete(job), S_OK);
    ok(world.published == 4, "%u renames were tried.\n", world.published);
    job_release(job, JOB_HOLDER_CALLER);
    fake_world_done(&world);
}

/* Nobody cared for the job for nearly too long; renaming takes the rest of that time. */
static void late_publish(struct fake_world *busy)
{
    fake_advance(busy, FAKE_DAY);
}

static void test_no_expiry_while_ending(void)
{
    struct job *job;

    fake_world_init(&world);
    job = fake_job(&world, 1);
    job_resume(job);
    fake_schedule(&world);
    fake_finish(&world, job);
    fake_advance(&world, 90 * FAKE_DAY - FAKE_SECOND);
    EXPECT_STATE(job, JOB_TRANSFERRED);
    world.on_publish = late_publish;
    EXPECT_HR(job_complete(job), S_OK);
    EXPECT_STATE(job, JOB_ACKNOWLEDGED);
    ok(!world.discarded, "%u files were removed.\n", world.discarded);
    job_release(job, JOB_HOLDER_CALLER);
    fake_world_done(&world);
}

static void test_limits(void)
{
    struct caller_facts admin = {.is_admin = true};
    struct new_file file = {u"http://server/file", u"C:\\folder\\file"};
    struct job *jobs[4], *job;
    HRESULT hr;

    fake_world_init(&world);
    world.settings.max_jobs_per_user = 2;
    world.settings.max_jobs_per_machine = 3;
    world.settings.max_files_per_job = 2;
    queue_apply_settings(world.queue, &world.settings);

    jobs[0] = fake_job(&world, 2);
    jobs[1] = fake_job(&world, 0);
    hr = queue_add_job(world.queue, u"third", JOB_TYPE_DOWNLOAD, &world.user, &job);
    ok(hr == BG_E_TOO_MANY_JOBS_PER_USER, "Got hr %#lx.\n", (unsigned long)hr);
    ok(!job, "Got a job.\n");
    EXPECT_HR(job_add_files(jobs[0], &file, 1), BG_E_TOO_MANY_FILES_IN_JOB);

    /* Administrators are exempt, but their jobs count for the machine. */
    for (unsigned int i = 2; i < 4; i++)
    {
        hr = queue_add_job(world.queue, u"admin", JOB_TYPE_DOWNLOAD, &admin, &jobs[i]);
        ok(hr == S_OK, "Got hr %#lx.\n", (unsigned long)hr);
    }
    for (unsigned int i = 0; i < 5; i++)
        EXPECT_HR(job_add_files(jobs[2], &file, 1), S_OK);
    job_cancel(jobs[0]);
    hr = queue_add_job(world.queue, u"fifth", JOB_TYPE_DOWNLOAD, &world.user, &job);
    ok(hr == BG_E_TOO_MANY_JOBS_PER_MACHINE, "Got hr %#lx.\n", (unsigned long)hr);

    for (unsigned int i = 0; i < 4; i++)
        job_release(jobs[i], JOB_HOLDER_CALLER);
    fake_world_done(&world);
}

static void test_add_files(void)
{
    struct new_file files[3] = {{u"http://server/1", u"C:\\folder\\1"},
                                {u"http://server/2", u"C:\\folder\\2"},
                                {u"ftp://server/3", u"C:\\folder\\3"}};
    struct job *job, *upload;
    struct job_progress progress;
    WCHAR *name;

    fake_world_init(&world);
    job = fake_job(&world, 0);
    job_get_progress(job, &progress);
    ok(!progress.bytes_total && !progress.bytes_transferred && !progress.files_total &&
           !progress.files_transferred,
       "An empty job has progress.\n");

    /* All or none. */
    EXPECT_HR(job_add_files(job, files, 3), E_INVALIDARG);
    ok(!job_file_count(job), "Got %u files.\n", job_file_count(job));
    world.checked = 0;
    EXPECT_HR(job_add_files(job, files, 2), S_OK);
    ok(job_file_count(job) == 2, "Got %u files.\n", job_file_count(job));
    ok(world.checked == 1, "One folder was asked %u times.\n", world.checked);
    job_file_get_remote_name(job, 1, &name);
    ok(str_is_equal(name, files[1].remote_name), "The order is wrong.\n");
    free(name);
    job_get_progress(job, &progress);
    ok(progress.bytes_total == JOB_SIZE_UNKNOWN, "Got a size.\n");

    world.directory_error = E_ACCESSDENIED;
    EXPECT_HR(job_add_files(job, files, 1), E_ACCESSDENIED);
    world.directory_error = S_OK;

    queue_add_job(world.queue, u"upload", JOB_TYPE_UPLOAD, &world.user, &upload);
    EXPECT_HR(job_add_files(upload, files, 2), BG_E_TOO_MANY_FILES);
    ok(!job_file_count(upload), "Got %u files.\n", job_file_count(upload));
    EXPECT_HR(job_add_files(upload, files, 1), S_OK);
    EXPECT_HR(job_add_files(upload, files, 1), BG_E_TOO_MANY_FILES);

    job_cancel(job);
    EXPECT_HR(job_add_files(job, files, 1), BG_E_INVALID_STATE);
    job_release(job, JOB_HOLDER_CALLER);
    job_release(upload, JOB_HOLDER_CALLER);
    fake_world_done(&world);
}

static void test_taken_without_folder(void)
{
    struct caller_facts root = {.sid = {'r'}, .is_admin = true, .is_elevated = true}, owner;
    struct job *job;

    shows("JOB-TO-4");
    fake_world_init(&world);
    job = fake_job(&world, 1);
    world.directory_error = E_ACCESSDENIED;
    EXPECT_HR(job_take_ownership(job, &root), BG_E_NEW_OWNER_NO_FILE_ACCESS);
    job_get_owner(job, &owner);
    ok(access_is_same_user(&owner, &world.user), "It was taken.\n");
    world.directory_error = S_OK;
    EXPECT_HR(job_take_ownership(job, &root), S_OK);
    job_get_owner(job, &owner);
    ok(access_is_same_user(&owner, &root), "It was not taken.\n");
    job_release(job, JOB_HOLDER_CALLER);
    fake_world_done(&world);
}

static void test_times(void)
{
    struct job_times before, after;
    struct job *job;

    fake_world_init(&world);
    job = fake_job(&world, 1);
    job_get_times(job, &before);
    ok(before.creation && before.creation == before.modification && !before.completion,
       "The times of a new job are wrong.\n");
    fake_advance(&world, 5000);
    job_set_peer_flags(job, 0);
    job_get_times(job, &after);
    ok(after.creation == before.creation, "The creation time moves.\n");
    ok(after.modification == before.modification + 5 * FILETIME_PER_SECOND,
       "The modification time stays.\n");

    job_resume(job);
    fake_schedule(&world);
    fake_advance(&world, 1000);
    fake_fetch(&world, job, 1000, 10);
    job_get_times(job, &after);
    ok(after.modification == before.modification + 6 * FILETIME_PER_SECOND,
       "Bytes do not move the modification time.\n");
    fake_finish(&world, job);
    job_get_times(job, &after);
    ok(after.completion == after.modification, "The completion time is wrong.\n");
    job_release(job, JOB_HOLDER_CALLER);
    fake_world_done(&world);
}

static void test_validation(void)
{
    struct file_progress progress;
    struct job_error error;
    struct job *job;

    fake_world_init(&world);
    job = fake_job(&world, 2);
    EXPECT_HR(job_file_set_validation(job, 0, true), E_PENDING);
    job_resume(job);
    fake_schedule(&world);
    fake_fetch(&world, job, 1000, 1000);
    EXPECT_HR(job_file_set_validation(job, 0, true), S_OK);
    ok(job_file_get_validation(job, 0), "It is not valid.\n");
    EXPECT_HR(job_file_set_validation(job, 1, false), E_PENDING);

    /* While the job works on another file. */
    EXPECT_HR(job_file_set_validation(job, 0, false), S_OK);
    EXPECT_STATE(job, JOB_ERROR);
    job_get_error(job, &error);
    ok(error.code == BG_E_VALIDATION_FAILED && error.file_index == 0, "Got code %#lx, file %u.\n",
       (unsigned long)error.code, error.file_index);
    job_file_get_progress(job, 0, &progress);
    ok(!progress.bytes_transferred, "Got %llu bytes.\n",
       (unsigned long long)progress.bytes_transferred);
    ok(!job_file_get_validation(job, 0), "It is valid.\n");

    job_resume(job);
    fake_schedule(&world);
    fake_finish(&world, job);
    job_release(job, JOB_HOLDER_CALLER);
    fake_world_done(&world);
}

static void test_many_jobs(void)
{
    enum
    {
        COUNT = 1000
    };
    static struct job *jobs[COUNT];
    struct job *found, **list;
    uint32_t count;

    fake_world_init(&world);
    world.settings.max_jobs_per_user = world.settings.max_jobs_per_machine = COUNT;
    queue_apply_settings(world.queue, &world.settings);
    for (unsigned int i = 0; i < COUNT; i++)
        jobs[i] = fake_job(&world, 0);
    for (unsigned int i = 0; i < COUNT; i += 2)
        job_cancel(jobs[i]);
    for (unsigned int i = 0; i < COUNT; i++)
    {
        HRESULT hr = queue_find_job(world.queue, job_id(jobs[i]), &world.user, &found);

        ok(hr == (i % 2 ? S_OK : BG_E_NOT_FOUND), "Job %u: got hr %#lx.\n", i, (unsigned long)hr);
        if (found) job_release(found, JOB_HOLDER_CALLER);
    }
    queue_list_jobs(world.queue, &world.user, false, &list, &count);
    ok(count == COUNT / 2, "Got %u jobs.\n", count);
    for (unsigned int i = 0; i < count; i++)
        job_release(list[i], JOB_HOLDER_CALLER);
    free(list);
    for (unsigned int i = 0; i < COUNT; i++)
        job_release(jobs[i], JOB_HOLDER_CALLER);
    fake_world_done(&world);
}

START_TEST(job)
{
    RUN_TEST(test_resume);
    RUN_TEST(test_suspend_stops_the_mover);
    RUN_TEST(test_cancel);
    RUN_TEST(test_complete);
    RUN_TEST(test_complete_early);
    RUN_TEST(test_failed_rename);
    RUN_TEST(test_refused_after_failed_rename);
    RUN_TEST(test_no_expiry_while_ending);
    RUN_TEST(test_limits);
    RUN_TEST(test_add_files);
    RUN_TEST(test_taken_without_folder);
    RUN_TEST(test_times);
    RUN_TEST(test_validation);
    RUN_TEST(test_many_jobs);
}
