/* SPDX-License-Identifier: LGPL-2.1-or-later
 *
 * Downloads from servers with good and bad certificates, which https.sh has started. */
#include "harness/test.h"

#include "base/err_codes.h"
#include "https_fixture.h"

static IBackgroundCopyJob *start(const char *certificate, const char *host, WCHAR path[MAX_PATH])
{
    IBackgroundCopyJob *job = https_job(certificate, host, path);
    HRESULT hr = IBackgroundCopyJob_Resume(job);

    ok(hr == S_OK, "Got hr %#lx.\n", hr);
    return job;
}

static bool is_file_right(const WCHAR *path)
{
    WIN32_FILE_ATTRIBUTE_DATA data;

    return GetFileAttributesExW(path, GetFileExInfoStandard, &data) &&
           data.nFileSizeLow == HTTPS_FILE_SIZE;
}

static void test_good_certificate(void)
{
    static const char *const hosts[] = {"127.0.0.1", "localhost"};
    WCHAR path[MAX_PATH];

    for (unsigned int i = 0; i < ARRAY_SIZE(hosts); i++)
    {
        IBackgroundCopyJob *job = start("good", hosts[i], path);
        HRESULT hr;

        wait_for_state(job, TRANSFERRED, HTTPS_WAIT_MS);
        hr = IBackgroundCopyJob_Complete(job);
        ok(hr == S_OK, "%s: got hr %#lx.\n", hosts[i], hr);
        ok(is_file_right(path), "%s: the file is not right.\n", hosts[i]);
        end_job(job);
    }
}

/* No request goes to a server that is not the right one: nothing is there to be kept. */
static void test_bad_certificates(void)
{
    static const struct
    {
        const char *certificate;
        HRESULT hr;
    } tests[] = {
        {"expired", ERR_HTTP_CERT_DATE_INVALID},      {"not_yet", ERR_HTTP_CERT_DATE_INVALID},
        {"unknown_issuer", ERR_HTTP_CERT_INVALID_CA}, {"self_signed", ERR_HTTP_CERT_INVALID_CA},
        {"for_clients", ERR_HTTP_CERT_WRONG_USAGE},   {"other_name", ERR_HTTP_CERT_CN_INVALID},
    };
    BG_JOB_PROGRESS progress;
    BG_ERROR_CONTEXT context;
    WCHAR path[MAX_PATH];

    withstands("D11");
    for (unsigned int i = 0; i < ARRAY_SIZE(tests); i++)
    {
        IBackgroundCopyJob *job = start(tests[i].certificate, "localhost", path);
        HRESULT hr;

        winetest_push_context("%s", tests[i].certificate);
        wait_for_state(job, STATE_BIT(BG_JOB_STATE_ERROR), HTTPS_WAIT_MS);
        hr = job_error(job, &context);
        ok(hr == tests[i].hr && context == BG_ERROR_CONTEXT_REMOTE_FILE,
           "Got hr %#lx in context %u.\n", hr, context);
        job_progress(job, &progress);
        ok(!progress.BytesTransferred && progress.BytesTotal == BG_SIZE_UNKNOWN,
           "Got %llu of %llu bytes.\n", progress.BytesTransferred, progress.BytesTotal);
        end_job(job);
        ok(!file_exists(path), "There is a file.\n");
        winetest_pop_context();
    }
}

/* A connection that was good for one name is not good for another. */
static void test_same_connection(void)
{
    WCHAR path[MAX_PATH];
    IBackgroundCopyJob *job = start("other_name", "127.0.0.1", path);

    wait_for_state(job, STATE_BIT(BG_JOB_STATE_ERROR), HTTPS_WAIT_MS);
    IBackgroundCopyJob_Resume(job);
    wait_for_state(job, STATE_BIT(BG_JOB_STATE_ERROR), HTTPS_WAIT_MS);
    ok(job_error(job, NULL) == ERR_HTTP_CERT_CN_INVALID, "Got hr %#lx.\n", job_error(job, NULL));
    end_job(job);
}

static void redirect(struct origin_conn *c, const struct origin_request *r, void *ctx)
{
    (void)r;
    origin_sendf(c, "HTTP/1.1 302 Found\r\nLocation: %s\r\nContent-Length: 0\r\n\r\n",
                 (const char *)ctx);
}

static BG_JOB_STATE run_under(const WCHAR *url, ULONG flags)
{
    IBackgroundCopyJob *job = create_job(L"redirected", BG_JOB_TYPE_DOWNLOAD);
    IBackgroundCopyJobHttpOptions *options = NULL;
    WCHAR path[MAX_PATH];
    BG_JOB_STATE state;
    HRESULT hr;

    hr = IBackgroundCopyJob_AddFile(job, url, temp_path(L"redirected", path));
    ok(hr == S_OK, "Got hr %#lx.\n", hr);
    hr = IBackgroundCopyJob_QueryInterface(job, &IID_IBackgroundCopyJobHttpOptions,
                                           (void **)&options);
    ok(hr == S_OK, "Got hr %#lx.\n", hr);
    hr = IBackgroundCopyJobHttpOptions_SetSecurityFlags(options, flags);
    ok(hr == S_OK, "Got hr %#lx.\n", hr);
    IBackgroundCopyJobHttpOptions_Release(options);
    IBackgroundCopyJob_SetPriority(job, BG_JOB_PRIORITY_FOREGROUND);
    hr = IBackgroundCopyJob_Resume(job);
    ok(hr == S_OK, "Got hr %#lx.\n", hr);
    state = wait_for_state(job, TRANSFERRED | STATE_BIT(BG_JOB_STATE_ERROR), HTTPS_WAIT_MS);
    end_job(job);
    return state;
}

/* What was asked for over TLS is not fetched without it, unless the job says so. */
static void test_redirect_to_plain(void)
{
    struct origin *origin = origin_start(NULL);
    char path[64], target[64];
    BG_JOB_STATE state;
    WCHAR url[128];

    shows("HO-SEC-7");
    ok(origin != NULL, "There is no origin.\n");
    if (!origin) return;
    origin_add(origin, "/plain", &(struct origin_file){.size = 1000});
    origin_url(origin, "/plain", target, sizeof(target));
    snprintf(path, sizeof(path), "/to/%u/away", origin_port(origin));
    origin_handle(origin, path, redirect, target);
    swprintf(url, ARRAY_SIZE(url), L"https://localhost:%u%hs", https_port("good"), path);

    state = run_under(url, 0);
    ok(state == BG_JOB_STATE_ERROR, "Got state %s.\n", state_name(state));
    state = run_under(url, BG_HTTP_REDIRECT_POLICY_ALLOW_REPORT);
    ok(state == BG_JOB_STATE_ERROR, "Got state %s.\n", state_name(state));
    ok(origin_journal_count(origin, path) >= 2, "Nobody was redirected.\n");
    ok(!origin_journal_count(origin, "/plain"), "It was asked for.\n");
    state = run_under(url, BG_HTTP_REDIRECT_POLICY_ALLOW_HTTPS_TO_HTTP);
    ok(state == BG_JOB_STATE_TRANSFERRED, "Got state %s.\n", state_name(state));
    ok(origin_journal_count(origin, "/plain"), "It was not asked for.\n");
    origin_destroy(origin);
}

START_TEST(https)
{
    const CERT_CONTEXT *authority = https_begin();

    if (!authority) return;
    com_start(COINIT_MULTITHREADED);
    RUN_TEST(test_good_certificate);
    RUN_TEST(test_bad_certificates);
    RUN_TEST(test_same_connection);
    RUN_TEST(test_redirect_to_plain);
    com_stop();
    https_end(authority);
}
