/* SPDX-License-Identifier: LGPL-2.1-or-later
 *
 * Downloads and uploads through a proxy of the real world that asks who it is, from servers that
 * ask as well; proxy.sh has started them. */
#include "harness/test.h"

#include "base/err_codes.h"
#include "bitsmsg.h"
#include "harness/upload_jobs.h"
#include "https_fixture.h"

#define FILE_SIZE 300000
#define WAIT_MS   60000
#define MIB       1048576u

static struct origin *origin; /* of uploads; nginx hands on to it */

static unsigned int port_of(const char *name)
{
    char ports[512], *found, key[32];

    snprintf(key, sizeof(key), "%s=", name);
    if (!test_env("OPENBITS_PROXY", ports, sizeof(ports)) || !(found = strstr(ports, key)))
        return 0;
    return atoi(found + strlen(key));
}

static void set_login(IBackgroundCopyJob *job, BG_AUTH_TARGET target, const WCHAR *user,
                      const WCHAR *password)
{
    set_upload_login(job, target, BG_AUTH_SCHEME_BASIC, user, password);
}

static void set_proxy(IBackgroundCopyJob *job)
{
    WCHAR proxy[64];
    HRESULT hr;

    swprintf(proxy, ARRAY_SIZE(proxy), L"127.0.0.1:%u", port_of("proxy"));
    hr = IBackgroundCopyJob_SetProxySettings(job, BG_JOB_PROXY_USAGE_OVERRIDE, proxy, NULL);
    ok(hr == S_OK, "Got hr %#lx.\n", hr);
}

static IBackgroundCopyJob *create(const char *scheme, WCHAR path[MAX_PATH])
{
    IBackgroundCopyJob *job = create_job(L"proxy", BG_JOB_TYPE_DOWNLOAD);
    static unsigned int number;
    WCHAR url[128], name[64];
    HRESULT hr;

    swprintf(url, ARRAY_SIZE(url), L"%hs://127.0.0.1:%u/file", scheme, port_of(scheme));
    swprintf(name, ARRAY_SIZE(name), L"proxy_%u", ++number);
    hr = IBackgroundCopyJob_AddFile(job, url, temp_path(name, path));
    ok(hr == S_OK, "Got hr %#lx.\n", hr);
    set_proxy(job);
    IBackgroundCopyJob_SetPriority(job, BG_JOB_PRIORITY_FOREGROUND);
    return job;
}

static void start(IBackgroundCopyJob *job)
{
    HRESULT hr = IBackgroundCopyJob_Resume(job);

    ok(hr == S_OK, "Got hr %#lx.\n", hr);
}

static void check_download(const char *scheme)
{
    WIN32_FILE_ATTRIBUTE_DATA data = {0};
    IBackgroundCopyJob *job;
    WCHAR path[MAX_PATH];
    HRESULT hr;

    job = create(scheme, path);
    set_login(job, BG_AUTH_TARGET_PROXY, L"Jane", L"Abracadabra");
    set_login(job, BG_AUTH_TARGET_SERVER, L"Jo", L"Sesame");
    start(job);
    wait_for_state(job, TRANSFERRED, WAIT_MS);
    hr = IBackgroundCopyJob_Complete(job);
    ok(hr == S_OK, "Got hr %#lx.\n", hr);
    ok(GetFileAttributesExW(path, GetFileExInfoStandard, &data) && data.nFileSizeLow == FILE_SIZE,
       "The file has %lu bytes.\n", data.nFileSizeLow);
    end_job(job);
}

static void expect_refusal(const char *scheme, BG_AUTH_TARGET only, HRESULT expected)
{
    IBackgroundCopyJob *job;
    BG_ERROR_CONTEXT context;
    WCHAR path[MAX_PATH];
    HRESULT hr;

    job = create(scheme, path);
    if (only == BG_AUTH_TARGET_PROXY) set_login(job, only, L"Jane", L"Abracadabra");
    if (only == BG_AUTH_TARGET_SERVER) set_login(job, only, L"Jo", L"Sesame");
    start(job);
    wait_for_state(job, STATE_BIT(BG_JOB_STATE_ERROR), WAIT_MS);
    hr = job_error(job, &context);
    ok(hr == expected, "Got hr %#lx, expected %#lx.\n", hr, expected);
    ok(context == BG_ERROR_CONTEXT_REMOTE_FILE, "Got context %d.\n", context);
    end_job(job);
}

static void check_both_ways(const char *scheme)
{
    check_download(scheme);
    expect_refusal(scheme, BG_AUTH_TARGET_SERVER, BG_E_HTTP_ERROR_407);
    expect_refusal(scheme, BG_AUTH_TARGET_PROXY, BG_E_HTTP_ERROR_401);
}

static void test_http(void)
{
    check_both_ways("http");
}

static void test_https(void)
{
    check_both_ways("https");
}

/* ---- uploads, with a reply ---- */

static IBackgroundCopyJob *create_through(const char *scheme, const char *path, const WCHAR *name,
                                          UINT64 size)
{
    IBackgroundCopyJob *job;
    WCHAR url[128];

    swprintf(url, ARRAY_SIZE(url), L"%hs://localhost:%u%hs", scheme, port_of(scheme), path);
    job = create_upload_to(url, BG_JOB_TYPE_UPLOAD_REPLY, name, size, 2);
    set_proxy(job);
    return job;
}

static void check_upload(const char *scheme, UINT64 size)
{
    struct up_options options = {0};
    char path[64], reply[64], reply_url[128], value[256];
    struct up_server *server;
    struct origin_entry request;
    IBackgroundCopyJob2 *job2;
    IBackgroundCopyJob *job;
    WCHAR reply_path[MAX_PATH];
    HRESULT hr;

    snprintf(path, sizeof(path), "/login/to/%u/%s", origin_port(origin), scheme);
    snprintf(reply, sizeof(reply), "%s-reply", path);
    snprintf(reply_url, sizeof(reply_url), "%s://localhost:%u%s", scheme, port_of(scheme), reply);
    options.reply_url = reply_url;
    server = up_serve(origin, path, &options);
    origin_add(origin, reply, &(struct origin_file){.size = 100000, .version = 8});
    job = create_through(scheme, path, L"through", size);
    set_upload_header(job, L"X-Mine: yes\r\n");
    job2 = job2_of(job);
    hr = IBackgroundCopyJob2_SetReplyFileName(job2, temp_path(L"back", reply_path));
    ok(hr == S_OK, "Got hr %#lx.\n", hr);
    IBackgroundCopyJob2_Release(job2);

    /* Nothing gets to the server without a login for the proxy, nor without one for itself. */
    resume_upload(job);
    expect_failed(job, BG_JOB_STATE_ERROR, BG_E_HTTP_ERROR_407, BG_ERROR_CONTEXT_REMOTE_FILE);
    set_login(job, BG_AUTH_TARGET_PROXY, L"Jane", L"Abracadabra");
    resume_upload(job);
    expect_failed(job, BG_JOB_STATE_ERROR, BG_E_HTTP_ERROR_401, BG_ERROR_CONTEXT_REMOTE_FILE);
    ok(!up_journal_count(server), "It got packets.\n");

    set_login(job, BG_AUTH_TARGET_SERVER, L"Jo", L"Sesame");
    resume_upload(job);
    finish_upload(job, server, L"through", size, 2);
    /* It is told with the last fragment, and a file without bytes has none. */
    if (size) ok(verify_file(reply_path, 100000, 8), "Another reply.\n");
    for (size_t i = 0; origin_journal_get(origin, path, i, &request); i++)
    {
        ok(origin_header(request.head, "X-Mine", value, sizeof(value)) && !strcmp(value, "yes"),
           "No field of the client's in request %zu.\n", i);
        ok(!origin_header(request.head, "Proxy-Authorization", value, sizeof(value)),
           "The server is told the proxy's password.\n");
    }
    DeleteFileW(reply_path);
}

static void test_uploads(void)
{
    check_upload("http", 0);
    /* This proxy resets a connection on which it has refused a body, and its answer may be lost
     * with it: it must know the client by then. A tunnel is asked for without a body. */
    check_upload("http", 5 * MIB + 1);
    check_upload("https", 5 * MIB + 1);
}

START_TEST(proxy)
{
    const CERT_CONTEXT *authority = https_begin();

    if (!authority) return;
    com_start(COINIT_MULTITHREADED);
    RUN_TEST(test_http);
    RUN_TEST(test_https);
    if ((origin = origin_start(NULL))) RUN_TEST(test_uploads);
    com_stop();
    if (origin) origin_destroy(origin);
    https_end(authority);
}
