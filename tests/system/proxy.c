/* SPDX-License-Identifier: LGPL-2.1-or-later
 *
 * Downloads through a proxy of the real world that asks who it is, from servers that ask as well;
 * proxy.sh has started them. */
#include "harness/test.h"

#include "base/err_codes.h"
#include "bitsmsg.h"
#include "https_fixture.h"

#define FILE_SIZE 300000
#define WAIT_MS   60000

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
    BG_AUTH_CREDENTIALS credentials = {.Target = target, .Scheme = BG_AUTH_SCHEME_BASIC};
    IBackgroundCopyJob2 *job2;
    HRESULT hr = IBackgroundCopyJob_QueryInterface(job, &IID_IBackgroundCopyJob2, (void **)&job2);

    ok(hr == S_OK, "Got hr %#lx.\n", hr);
    credentials.Credentials.Basic.UserName = (WCHAR *)user;
    credentials.Credentials.Basic.Password = (WCHAR *)password;
    hr = IBackgroundCopyJob2_SetCredentials(job2, &credentials);
    ok(hr == S_OK, "Got hr %#lx.\n", hr);
    IBackgroundCopyJob2_Release(job2);
}

static IBackgroundCopyJob *create(const char *scheme, WCHAR path[MAX_PATH])
{
    IBackgroundCopyJob *job = create_job(L"proxy", BG_JOB_TYPE_DOWNLOAD);
    static unsigned int number;
    WCHAR url[128], proxy[64], name[64];
    HRESULT hr;

    swprintf(url, ARRAY_SIZE(url), L"%hs://127.0.0.1:%u/file", scheme, port_of(scheme));
    swprintf(name, ARRAY_SIZE(name), L"proxy_%u", ++number);
    hr = IBackgroundCopyJob_AddFile(job, url, temp_path(name, path));
    ok(hr == S_OK, "Got hr %#lx.\n", hr);
    swprintf(proxy, ARRAY_SIZE(proxy), L"127.0.0.1:%u", port_of("proxy"));
    hr = IBackgroundCopyJob_SetProxySettings(job, BG_JOB_PROXY_USAGE_OVERRIDE, proxy, NULL);
    ok(hr == S_OK, "Got hr %#lx.\n", hr);
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

START_TEST(proxy)
{
    const CERT_CONTEXT *authority = https_begin();

    if (!authority) return;
    com_start(COINIT_MULTITHREADED);
    RUN_TEST(test_http);
    RUN_TEST(test_https);
    com_stop();
    https_end(authority);
}
