/* SPDX-License-Identifier: LGPL-2.1-or-later
 *
 * The core's side of uploads: which step comes next, what counts as progress, replies, and what a
 * cancelled job owes its server. */
#include "harness/test.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "base/str.h"
#include "bitsmsg.h"
#include "harness/fake_ports.h"
#include "job/job_upload.h"

#define SIZE 1000

static struct fake_world world;

#define EXPECT_STATE(job, state)                                                                   \
    ok(job_state(job) == (state), "Got state %u, expected " #state ".\n", job_state(job))
#define EXPECT_HR(call, expected)                                                                  \
    do                                                                                             \
    {                                                                                              \
        HRESULT hr_ = (call);                                                                      \
        ok(hr_ == (expected), #call ": got hr %#lx.\n", (unsigned long)hr_);                       \
    } while (0)

static struct job *running_upload(enum job_type type)
{
    struct new_file file = {u"http://server/file", u"C:\\folder\\file"};
    struct job *job;

    EXPECT_HR(queue_add_job(world.queue, u"upload", type, &world.user, &job), S_OK);
    EXPECT_HR(job_add_files(job, &file, 1), S_OK);
    EXPECT_HR(job_set_priority(job, JOB_PRIORITY_FOREGROUND), S_OK);
    EXPECT_HR(job_resume(job), S_OK);
    fake_schedule(&world);
    EXPECT_STATE(job, JOB_CONNECTING);
    return job;
}

static uint32_t epoch_of(struct job *job)
{
    return fake_running_epoch(&world, job);
}

/* Up to a session in which so many bytes are there. */
static void send_up_to(struct job *job, const char *session, uint64_t offset)
{
    struct file_version version = {.known = true, .size = SIZE, .has_mtime = true, .mtime = 5};
    struct upload_state state = {.fallback_seconds = UPLOAD_FALLBACK_NEVER};
    uint32_t epoch = epoch_of(job);
    struct upload_plan plan;

    EXPECT_HR(job_upload_next(job, epoch, &plan), S_OK);
    ok(!plan.is_closing, "The end comes first.\n");
    if (!plan.version.known) ok(job_upload_opened(job, epoch, &version), "The epoch is over.\n");
    ok(job_transfer_connected(job, epoch), "The epoch is over.\n");
    snprintf(state.session, sizeof(state.session), "%s", session);
    ok(job_upload_session(job, epoch, &state, strcmp(plan.state.session, session) != 0),
       "The epoch is over.\n");
    ok(job_upload_progress(job, epoch, offset), "The epoch is over.\n");
    upload_plan_done(&plan);
}

static void close_session(struct job *job)
{
    uint32_t epoch = epoch_of(job);
    struct upload_plan plan;

    ok(job_upload_is_next(job, epoch), "The session is not closed.\n");
    EXPECT_HR(job_upload_next(job, epoch, &plan), S_OK);
    ok(plan.is_closing && plan.state.session[0], "It is no end.\n");
    upload_plan_done(&plan);
    job_upload_closed(job, epoch);
    /* The mover lets go by itself. */
    job_transfer_released(job);
}

static void expect_progress(int line, struct job *job, uint64_t transferred, uint32_t files)
{
    struct job_progress progress;

    job_get_progress(job, &progress);
    ok(progress.bytes_total == SIZE && progress.bytes_transferred == transferred &&
           progress.files_total == 1 && progress.files_transferred == files,
       "Line %d: %llu of %llu bytes, %u of %u files.\n", line,
       (unsigned long long)progress.bytes_transferred, (unsigned long long)progress.bytes_total,
       progress.files_transferred, progress.files_total);
}
#define EXPECT_PROGRESS(job, transferred, files) expect_progress(__LINE__, job, transferred, files)

static void test_upload(void)
{
    struct file_progress file;
    struct job *job;

    fake_world_init(&world);
    job = running_upload(JOB_TYPE_UPLOAD);
    send_up_to(job, "{1}", SIZE);
    EXPECT_STATE(job, JOB_TRANSFERRING);
    EXPECT_PROGRESS(job, SIZE, 0);
    EXPECT_HR(job_complete(job), BG_E_INVALID_STATE);
    job_upload_sent(job, epoch_of(job), NULL);
    EXPECT_STATE(job, JOB_TRANSFERRING);
    EXPECT_PROGRESS(job, SIZE, 1);
    job_file_get_progress(job, 0, &file);
    ok(file.completed, "It is not uploaded.\n");
    close_session(job);
    EXPECT_STATE(job, JOB_TRANSFERRED);
    EXPECT_HR(job_complete(job), S_OK);
    EXPECT_STATE(job, JOB_ACKNOWLEDGED);
    ok(!world.published && !world.discarded, "The client's file was touched.\n");
    ok(!world.farewells, "A closed session is cancelled.\n");
    job_release(job, JOB_HOLDER_CALLER);
    fake_world_done(&world);
}

static void test_reply(void)
{
    struct file_progress reply;
    struct job *job;
    WCHAR *name;
    void *data;
    uint64_t size;

    fake_world_init(&world);
    job = running_upload(JOB_TYPE_UPLOAD_REPLY);
    EXPECT_HR(job_get_reply_name(job, &name), S_OK);
    ok(name != NULL, "There is no name.\n");
    free(name);
    EXPECT_HR(job_set_reply_name(job, u"C:\\folder\\reply"), S_OK);
    send_up_to(job, "{1}", SIZE);
    EXPECT_HR(job_get_reply_progress(job, &reply), S_OK);
    ok(reply.bytes_total == JOB_SIZE_UNKNOWN, "The reply has begun.\n");
    job_upload_sent(job, epoch_of(job), u"http://server/reply");
    EXPECT_HR(job_set_reply_name(job, u"C:\\folder\\other"), BG_E_INVALID_STATE);
    ok(!job_upload_is_next(job, epoch_of(job)), "The reply is not fetched first.\n");
    EXPECT_HR(job_get_reply_data(job, &data, &size), BG_E_INVALID_STATE);

    ok(fake_fetch(&world, job, 300, 100), "No reply is wanted.\n");
    EXPECT_PROGRESS(job, SIZE, 1);
    EXPECT_HR(job_get_reply_progress(job, &reply), S_OK);
    ok(reply.bytes_total == 300 && reply.bytes_transferred == 100, "%llu of %llu.\n",
       (unsigned long long)reply.bytes_transferred, (unsigned long long)reply.bytes_total);
    ok(fake_fetch(&world, job, 300, 300), "No reply is wanted.\n");
    ok(!fake_fetch(&world, job, 300, 300), "Another file is wanted.\n");
    EXPECT_STATE(job, JOB_TRANSFERRING);
    close_session(job);
    EXPECT_STATE(job, JOB_TRANSFERRED);
    ok(job_file_count(job) == 1, "The reply is a file of the job.\n");

    EXPECT_HR(job_get_reply_data(job, &data, &size), S_OK);
    ok(size == 300 && data && *(char *)data == 'r', "Got %llu bytes.\n", (unsigned long long)size);
    free(data);
    EXPECT_HR(job_complete(job), S_OK);
    ok(world.published == 1, "%u files were published.\n", world.published);
    EXPECT_HR(job_get_reply_data(job, &data, &size), S_OK);
    free(data);
    EXPECT_HR(job_get_reply_name(job, &name), S_OK);
    ok(str_is_equal(name, u"C:\\folder\\reply"), "Another name.\n");
    free(name);
    job_release(job, JOB_HOLDER_CALLER);
    fake_world_done(&world);
}

/* The application had nothing to say, or could not be asked. */
static void test_no_reply(void)
{
    uint64_t size = 1;
    struct job *job;
    void *data;

    fake_world_init(&world);
    job = running_upload(JOB_TYPE_UPLOAD_REPLY);
    send_up_to(job, "{1}", SIZE);
    job_upload_sent(job, epoch_of(job), NULL);
    ok(fake_fetch(&world, job, 0, 0), "No empty file is made.\n");
    ok(!fake_fetch(&world, job, 0, 0), "Another file is wanted.\n");
    close_session(job);
    EXPECT_STATE(job, JOB_TRANSFERRED);
    EXPECT_HR(job_get_reply_data(job, &data, &size), S_OK);
    ok(!data && !size, "Got %llu bytes.\n", (unsigned long long)size);
    EXPECT_HR(job_complete(job), S_OK);
    job_release(job, JOB_HOLDER_CALLER);
    fake_world_done(&world);
}

static void test_cancel(void)
{
    struct job *job;

    fake_world_init(&world);
    job = running_upload(JOB_TYPE_UPLOAD);
    EXPECT_HR(job_cancel(job), S_OK);
    ok(!world.farewells, "Without a session there is nothing to say.\n");
    job_release(job, JOB_HOLDER_CALLER);

    job = running_upload(JOB_TYPE_UPLOAD);
    send_up_to(job, "{1}", 10);
    EXPECT_HR(job_suspend(job), S_OK);
    ok(!world.farewells, "A suspended upload goes on.\n");
    EXPECT_HR(job_cancel(job), S_OK);
    ok(world.farewells == 1, "The server was told %u times.\n", world.farewells);
    ok(!world.discarded, "The client's file was touched.\n");
    job_release(job, JOB_HOLDER_CALLER);
    ok(!queue_job_count(world.queue), "There are jobs left.\n");
    fake_world_done(&world);
}

static void test_lost_session(void)
{
    struct job *job;

    fake_world_init(&world);
    job = running_upload(JOB_TYPE_UPLOAD);
    send_up_to(job, "{1}", 600);
    EXPECT_PROGRESS(job, 600, 0);
    send_up_to(job, "{2}", 100);
    EXPECT_PROGRESS(job, 100, 0);
    /* The server lost it when it was to be closed. */
    send_up_to(job, "{2}", SIZE);
    job_upload_sent(job, epoch_of(job), NULL);
    ok(job_upload_session(job, epoch_of(job), &(struct upload_state){0}, true), "It is over.\n");
    EXPECT_PROGRESS(job, 0, 0);
    send_up_to(job, "{3}", SIZE);
    job_upload_sent(job, epoch_of(job), NULL);
    close_session(job);
    EXPECT_STATE(job, JOB_TRANSFERRED);
    job_cancel(job);
    job_release(job, JOB_HOLDER_CALLER);
    fake_world_done(&world);
}

static void test_changed_file(void)
{
    struct upload_plan plan;
    struct job_error error;
    struct job *job;

    fake_world_init(&world);
    job = running_upload(JOB_TYPE_UPLOAD);
    send_up_to(job, "{1}", 600);
    job_upload_changed(job, epoch_of(job));
    EXPECT_STATE(job, JOB_ERROR);
    EXPECT_HR(job_get_error(job, &error), S_OK);
    ok(error.code == BG_E_LOCAL_FILE_CHANGED && error.context == ERROR_CONTEXT_LOCAL_FILE,
       "Got %#lx in context %u.\n", (unsigned long)error.code, error.context);
    EXPECT_HR(job_resume(job), S_OK);
    fake_schedule(&world);
    EXPECT_HR(job_upload_next(job, epoch_of(job), &plan), S_OK);
    ok(!plan.version.known && !plan.offset && plan.state.is_stale, "The old file goes on.\n");
    upload_plan_done(&plan);
    job_cancel(job);
    job_release(job, JOB_HOLDER_CALLER);
    fake_world_done(&world);
}

/* Bytes that a server takes and loses again do not keep a job alive. */
static void test_no_progress(void)
{
    struct job_error error = {BG_E_NO_PROGRESS, ERROR_CONTEXT_REMOTE_FILE, 0};
    struct job *job;
    unsigned int rounds = 0;

    fake_world_init(&world);
    job = running_upload(JOB_TYPE_UPLOAD);
    EXPECT_HR(job_set_no_progress_timeout(job, 3600), S_OK);
    send_up_to(job, "{1}", 600);
    while (job_state(job) != JOB_ERROR && ++rounds < 20)
    {
        job_upload_failed(job, epoch_of(job), &error, true);
        fake_advance(&world, 700 * FAKE_SECOND);
        if (job_state(job) == JOB_ERROR) break;
        send_up_to(job, "{1}", 100);
        send_up_to(job, "{1}", 500);
    }
    EXPECT_STATE(job, JOB_ERROR);
    ok(rounds < 15, "It took %u rounds.\n", rounds);
    job_cancel(job);
    job_release(job, JOB_HOLDER_CALLER);
    fake_world_done(&world);
}

/* Neither machine nor job make a peer of an upload. */
static void test_peers(void)
{
    struct job *job;
    uint32_t epoch;

    fake_world_init(&world);
    job = running_upload(JOB_TYPE_UPLOAD);
    send_up_to(job, "{1}", 600);
    epoch = epoch_of(job);
    EXPECT_HR(job_set_peer_flags(job, 3), S_OK);
    world.settings.peer_flags = 3;
    queue_apply_settings(world.queue, &world.settings);
    EXPECT_STATE(job, JOB_TRANSFERRING);
    ok(epoch_of(job) == epoch, "It was interrupted.\n");
    job_cancel(job);
    job_release(job, JOB_HOLDER_CALLER);
    fake_world_done(&world);
}

START_TEST(job_upload)
{
    RUN_TEST(test_upload);
    RUN_TEST(test_reply);
    RUN_TEST(test_no_reply);
    RUN_TEST(test_cancel);
    RUN_TEST(test_lost_session);
    RUN_TEST(test_changed_file);
    RUN_TEST(test_no_progress);
    RUN_TEST(test_peers);
}
