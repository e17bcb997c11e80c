/* SPDX-License-Identifier: LGPL-2.1-or-later
 *
 * A server whose certificate becomes another one while a file is fetched from it. https.sh has
 * started it; it reads its certificate for each connection, and keeps none. */
#include "harness/test.h"

#include <wincrypt.h>

#include "base/err_codes.h"
#include "bitsmsg.h"
#include "harness/com_fixture.h"
#include "https_fixture.h"

static void copy_from(const char *name, const char *extension)
{
    char unix_path[MAX_PATH], from[2 * MAX_PATH], to[2 * MAX_PATH], *end;

    test_env("OPENBITS_HTTPS_AUTHORITY", unix_path, sizeof(unix_path));
    if (!(end = strrchr(unix_path, '/'))) return;
    *end = 0;
    snprintf(from, sizeof(from), "Z:%s/%s.%s", unix_path, name, extension);
    snprintf(to, sizeof(to), "Z:%s/localhost/swap.%s", unix_path, extension);
    ok(CopyFileA(from, to, FALSE), "%s: error %lu.\n", from, GetLastError());
}

/* What the server shows from the next connection on. */
static void show(const char *name)
{
    copy_from(name, "pem");
    copy_from(name, "key");
}

static UINT64 transferred(IBackgroundCopyJob *job)
{
    BG_JOB_PROGRESS progress = {0};

    IBackgroundCopyJob_GetProgress(job, &progress);
    return progress.BytesTransferred;
}

static bool has_begun(void *ctx)
{
    return transferred(ctx) != 0;
}

/* A job that stands still in the middle of its file, which has come from a good server so far. */
static IBackgroundCopyJob *stop_in_middle(void)
{
    WCHAR path[MAX_PATH];
    IBackgroundCopyJob *job;
    HRESULT hr;

    show("good");
    job = https_job("swap", "localhost", path);
    hr = IBackgroundCopyJob_Resume(job);
    ok(hr == S_OK, "Got hr %#lx.\n", hr);
    ok(com_wait_for(has_begun, job, HTTPS_WAIT_MS), "Nothing comes: error %#lx.\n",
       job_error(job, NULL));
    hr = IBackgroundCopyJob_Suspend(job);
    ok(hr == S_OK, "Got hr %#lx.\n", hr);
    ok(transferred(job) < HTTPS_FILE_SIZE, "It was too fast.\n");
    return job;
}

static void resume(IBackgroundCopyJob *job)
{
    HRESULT hr = IBackgroundCopyJob_Resume(job);

    ok(hr == S_OK, "Got hr %#lx.\n", hr);
}

static void expect_done(IBackgroundCopyJob *job)
{
    wait_for_state(job, TRANSFERRED, HTTPS_WAIT_MS);
    ok(transferred(job) == HTTPS_FILE_SIZE, "Got %llu bytes.\n",
       (unsigned long long)transferred(job));
}

/* Not a byte comes from a server that is refused, and none is lost that has come before. */
static void test_to_bad(void)
{
    static const struct
    {
        const char *name;
        HRESULT hr;
    } bad[] = {
        {"expired", ERR_HTTP_CERT_DATE_INVALID},
        {"unknown_issuer", ERR_HTTP_CERT_INVALID_CA},
        {"other_name", ERR_HTTP_CERT_CN_INVALID},
    };
    IBackgroundCopyJob *job = stop_in_middle();
    UINT64 before = 0;

    withstands("D12");
    for (unsigned int i = 0; i < ARRAY_SIZE(bad); i++)
    {
        HRESULT hr;

        winetest_push_context("%s", bad[i].name);
        show(bad[i].name);
        resume(job);
        wait_for_state(job, STATE_BIT(BG_JOB_STATE_ERROR), HTTPS_WAIT_MS);
        hr = job_error(job, NULL);
        ok(hr == bad[i].hr, "Got hr %#lx.\n", hr);
        /* What was on its way when the job was suspended is counted by now. */
        if (!i) before = transferred(job);
        ok(before && before < HTTPS_FILE_SIZE && transferred(job) == before,
           "Got %llu bytes, %llu before.\n", (unsigned long long)transferred(job),
           (unsigned long long)before);
        winetest_pop_context();
    }
    show("good");
    resume(job);
    expect_done(job);
    end_job(job);
}

/* A server may renew its certificate whenever it likes. */
static void test_to_good(void)
{
    IBackgroundCopyJob *job = stop_in_middle();

    withstands("D12");
    show("kept");
    resume(job);
    expect_done(job);
    end_job(job);
}

/* What was taken back meanwhile is refused by a job that asks, in the middle of a file too. */
static void test_to_revoked(void)
{
    IBackgroundCopyJobHttpOptions *options = NULL;
    WCHAR path[MAX_PATH];
    IBackgroundCopyJob *job;
    HRESULT hr;

    withstands("D12");
    show("kept");
    job = https_job("swap", "localhost", path);
    IBackgroundCopyJob_QueryInterface(job, &IID_IBackgroundCopyJobHttpOptions, (void **)&options);
    hr = IBackgroundCopyJobHttpOptions_SetSecurityFlags(options, BG_SSL_ENABLE_CRL_CHECK);
    ok(hr == S_OK, "Got hr %#lx.\n", hr);
    IBackgroundCopyJobHttpOptions_Release(options);
    resume(job);
    ok(com_wait_for(has_begun, job, HTTPS_WAIT_MS), "Nothing comes: error %#lx.\n",
       job_error(job, NULL));
    IBackgroundCopyJob_Suspend(job);
    show("revoked");
    resume(job);
    wait_for_state(job, STATE_BIT(BG_JOB_STATE_ERROR), HTTPS_WAIT_MS);
    hr = job_error(job, NULL);
    ok(hr == ERR_HTTP_CERT_REVOKED, "Got hr %#lx.\n", hr);
    end_job(job);
}

START_TEST(https_changes)
{
    const CERT_CONTEXT *authority = https_begin();

    if (!authority) return;
    com_start(COINIT_MULTITHREADED);
    RUN_TEST(test_to_bad);
    RUN_TEST(test_to_good);
    RUN_TEST(test_to_revoked);
    com_stop();
    https_end(authority);
}
