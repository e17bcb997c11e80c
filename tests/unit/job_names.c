/* SPDX-License-Identifier: LGPL-2.1-or-later
 *
 * Files that get other remote names: what is fetched again, and under which name the machine's
 * cache hears of the content. */
#include "harness/test.h"

#include <stdlib.h>

#include "base/str.h"
#include "bitsmsg.h"
#include "harness/fake_ports.h"

#define SERVER 2

static struct fake_world world;

#define EXPECT_HR(call, expected)                                                                  \
    do                                                                                             \
    {                                                                                              \
        HRESULT hr_ = (call);                                                                      \
        ok(hr_ == (expected), "Got hr %#lx, expected " #expected ".\n", (unsigned long)hr_);       \
    } while (0)
#define EXPECT_STATE(job, state)                                                                   \
    ok(job_state(job) == (state), "Got state %u, expected " #state ".\n", job_state(job))

static struct job *start(uint32_t peer_flags)
{
    struct job *job;

    fake_world_init(&world);
    world.settings.peer_flags = peer_flags;
    queue_apply_settings(world.queue, &world.settings);
    job = fake_job(&world, 1);
    job_set_peer_flags(job, peer_flags);
    job_resume(job);
    fake_schedule(&world);
    return job;
}

static void end(struct job *job)
{
    job_release(job, JOB_HOLDER_CALLER);
    fake_world_done(&world);
}

static void expect_name(int line, struct job *job, uint32_t index, const WCHAR *expected)
{
    WCHAR *name;

    EXPECT_HR(job_file_get_remote_name(job, index, &name), S_OK);
    ok(str_is_equal(name, expected), "Line %d: another name.\n", line);
    free(name);
}
#define EXPECT_NAME(job, index, expected) expect_name(__LINE__, job, index, expected)

static void expect_kept_name(int line, const WCHAR *expected)
{
    ok(str_is_equal(world.kept_name, expected), "Line %d: kept under another name.\n", line);
}
#define EXPECT_KEPT_NAME(expected) expect_kept_name(__LINE__, expected)

static void test_refused(void)
{
    struct job *job = start(0);

    EXPECT_HR(job_file_set_remote_name(job, 0, NULL), E_INVALIDARG);
    EXPECT_HR(job_file_set_remote_name(job, 0, u"ftp://other/file"), E_INVALIDARG);
    EXPECT_HR(job_replace_remote_prefix(job, u"", u"http://other"), E_INVALIDARG);
    EXPECT_HR(job_replace_remote_prefix(job, u"http://server", u""), E_INVALIDARG);
    EXPECT_HR(job_replace_remote_prefix(job, u"http://Server", u"http://other"), S_FALSE);
    EXPECT_HR(job_replace_remote_prefix(job, u"http://server/file/more", u"http://x"), S_FALSE);
    EXPECT_NAME(job, 0, u"http://server/file");
    EXPECT_STATE(job, JOB_CONNECTING);
    job_cancel(job);
    EXPECT_HR(job_file_set_remote_name(job, 0, u"http://other/file"), BG_E_INVALID_STATE);
    EXPECT_HR(job_replace_remote_prefix(job, u"http://server", u"http://other"),
              BG_E_INVALID_STATE);
    end(job);
}

/* All or none. */
static void test_prefix(void)
{
    const struct new_file other = {u"http://server/a b", u"C:\\folder\\2"};
    const struct new_file more[] = {{u"http://server/dir/2", u"C:\\folder\\2"},
                                    {u"http://elsewhere/3", u"C:\\folder\\3"}};
    static const struct file_range part = {0, 10};
    struct job *job = start(0);

    EXPECT_HR(job_add_files(job, &other, 1), E_INVALIDARG);
    EXPECT_HR(job_add_files(job, more, 2), S_OK);
    EXPECT_HR(job_add_file_with_ranges(job, &more[0], &part, 1), S_OK);
    /* Not for the parts of a file, so for none. */
    EXPECT_HR(job_replace_remote_prefix(job, u"http://server/", u"\\\\server\\share\\"),
              E_INVALIDARG);
    EXPECT_NAME(job, 0, u"http://server/file");
    EXPECT_HR(job_replace_remote_prefix(job, u"http://server/", u"https://other/x/"), S_OK);
    EXPECT_NAME(job, 0, u"https://other/x/file");
    EXPECT_NAME(job, 1, u"https://other/x/dir/2");
    EXPECT_NAME(job, 2, u"http://elsewhere/3");
    EXPECT_NAME(job, 3, u"https://other/x/dir/2");
    EXPECT_STATE(job, JOB_QUEUED);
    end(job);
}

static void test_unknown_version(void)
{
    struct transfer_plan plan;
    struct job *job = start(0);

    /* The run must not go on with the old name, and there is nothing to be compared. */
    EXPECT_HR(job_file_set_remote_name(job, 0, u"http://other/file"), S_OK);
    EXPECT_STATE(job, JOB_QUEUED);
    fake_schedule(&world);
    EXPECT_HR(job_transfer_next(job, fake_running_epoch(&world, job), &plan), S_OK);
    ok(str_is_equal(plan.remote_name, u"http://other/file"), "The plan has the old name.\n");
    ok(!plan.is_renamed, "It is to be compared with nothing.\n");
    transfer_plan_done(&plan);
    end(job);
}

static void test_in_mid_file(void)
{
    struct file_version same = {.known = true, .size = 1000, .etag = "\"new\""};
    struct transfer_plan plan;
    struct job *job = start(SERVER);
    uint32_t epoch;

    fake_fetch(&world, job, 1000, 300);
    EXPECT_HR(job_file_set_remote_name(job, 0, u"http://server/file"), S_OK);
    EXPECT_STATE(job, JOB_TRANSFERRING);
    EXPECT_HR(job_file_set_remote_name(job, 0, u"http://other/file"), S_OK);
    EXPECT_STATE(job, JOB_QUEUED);
    fake_schedule(&world);
    epoch = fake_running_epoch(&world, job);
    EXPECT_HR(job_transfer_next(job, epoch, &plan), S_OK);
    ok(plan.is_renamed && plan.version.known, "Nothing is to be compared.\n");
    ok(!plan.version.etag[0], "The tag of the old server is there still.\n");
    ok(range_set_total(&plan.have) == 300, "The bytes are gone.\n");
    transfer_plan_done(&plan);

    ok(job_transfer_version(job, epoch, 0, &same), "The run is over.\n");
    EXPECT_HR(job_transfer_next(job, epoch, &plan), S_OK);
    ok(!plan.is_renamed, "It is to be compared once more.\n");
    transfer_plan_done(&plan);
    fake_finish(&world, job);
    EXPECT_HR(job_complete(job), S_OK);
    /* Half of it came under a name that nobody vouches for. */
    ok(!world.kept, "It is kept for peers.\n");
    end(job);
}

static void test_starts_over(void)
{
    struct transfer_plan plan;
    struct job *job = start(SERVER);
    uint32_t epoch;

    fake_fetch(&world, job, 1000, 300);
    job_file_set_remote_name(job, 0, u"http://other/file");
    fake_schedule(&world);
    epoch = fake_running_epoch(&world, job);
    EXPECT_HR(job_transfer_restart(job, epoch, 0), S_OK);
    EXPECT_HR(job_transfer_next(job, epoch, &plan), S_OK);
    ok(!plan.is_renamed && !plan.version.known && !range_set_count(&plan.have),
       "It did not start over.\n");
    transfer_plan_done(&plan);
    fake_finish(&world, job);
    EXPECT_HR(job_complete(job), S_OK);
    ok(world.kept == 1, "Kept %u files.\n", world.kept);
    EXPECT_KEPT_NAME(u"http://other/file");
    end(job);
}

/* Only the size was known. */
static void test_before_the_first_byte(void)
{
    struct file_version same = {.known = true, .size = 1000};
    struct job *job = start(SERVER);

    fake_fetch(&world, job, 1000, 0);
    job_file_set_remote_name(job, 0, u"http://other/file");
    fake_schedule(&world);
    ok(job_transfer_version(job, fake_running_epoch(&world, job), 0, &same), "It is over.\n");
    fake_finish(&world, job);
    EXPECT_HR(job_complete(job), S_OK);
    ok(world.kept == 1, "Kept %u files.\n", world.kept);
    EXPECT_KEPT_NAME(u"http://other/file");
    end(job);
}

static void test_done_file(void)
{
    struct job *job = start(SERVER);

    fake_finish(&world, job);
    EXPECT_HR(job_file_set_remote_name(job, 0, u"http://other/file"), S_OK);
    EXPECT_HR(job_file_set_remote_name(job, 0, u"http://third/file"), S_OK);
    EXPECT_STATE(job, JOB_TRANSFERRED);
    EXPECT_NAME(job, 0, u"http://third/file");
    EXPECT_HR(job_complete(job), S_OK);
    ok(world.kept == 1, "Kept %u files.\n", world.kept);
    EXPECT_KEPT_NAME(u"http://server/file");
    end(job);
}

static void test_rejected_file(void)
{
    struct job *job = start(SERVER);

    fake_finish(&world, job);
    job_file_set_remote_name(job, 0, u"http://other/file");
    EXPECT_HR(job_file_set_validation(job, 0, false), S_OK);
    ok(world.dropped == 1, "Dropped %u files.\n", world.dropped);
    ok(str_is_equal(world.dropped_name, u"http://server/file"), "Another one is dropped.\n");

    /* What comes now comes under the new name. */
    job_resume(job);
    fake_schedule(&world);
    fake_finish(&world, job);
    EXPECT_HR(job_complete(job), S_OK);
    EXPECT_KEPT_NAME(u"http://other/file");
    end(job);
}

START_TEST(job_names)
{
    RUN_TEST(test_refused);
    RUN_TEST(test_prefix);
    RUN_TEST(test_unknown_version);
    RUN_TEST(test_in_mid_file);
    RUN_TEST(test_starts_over);
    RUN_TEST(test_before_the_first_byte);
    RUN_TEST(test_done_file);
    RUN_TEST(test_rejected_file);
}
