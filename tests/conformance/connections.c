/* SPDX-License-Identifier: LGPL-2.1-or-later
 *
 * Which jobs share connections: a connection has the rights of whoever has opened it. The origin is
 * the proxy too. */
#include "download_fixture.h"

#include <stdio.h>
#include <stdlib.h>

#include "bits10_3.h"
#include "harness/origin.h"

#define WAIT_MS         60000
#define CONNECTIONS_MAX 64

/* ---- jobs ---- */

static void set_proxy(IBackgroundCopyJob *job)
{
    WCHAR proxy[64];
    HRESULT hr;

    swprintf(proxy, ARRAY_SIZE(proxy), L"127.0.0.1:%u", origin_port(origin));
    hr = IBackgroundCopyJob_SetProxySettings(job, BG_JOB_PROXY_USAGE_OVERRIDE, proxy, NULL);
    ok(hr == S_OK, "Got hr %#lx.\n", hr);
}

/* Runs a job with one file, by way of the proxy where is_by_proxy. */
static void run(const char *path, bool is_by_proxy, HRESULT (*change)(IBackgroundCopyJob *job))
{
    static const struct origin_file file = {.size = SMALL};
    IBackgroundCopyJob *job = create_job(L"connections", BG_JOB_TYPE_DOWNLOAD);
    static unsigned int number;
    WCHAR url[128], name[32], local[MAX_PATH];
    BG_JOB_STATE state;
    HRESULT hr;

    origin_add(origin, path, &file);
    swprintf(url, ARRAY_SIZE(url), L"http://%hs:%u%hs",
             is_by_proxy ? "server.invalid" : "127.0.0.1", is_by_proxy ? 80 : origin_port(origin),
             path);
    swprintf(name, ARRAY_SIZE(name), L"connections-%u", ++number);
    IBackgroundCopyJob_SetPriority(job, BG_JOB_PRIORITY_FOREGROUND);
    hr = IBackgroundCopyJob_AddFile(job, url, temp_path(name, local));
    ok(hr == S_OK, "Got hr %#lx.\n", hr);
    if (is_by_proxy) set_proxy(job);
    if (change)
    {
        hr = change(job);
        ok(hr == S_OK, "Got hr %#lx.\n", hr);
    }
    resume(job);
    state = wait_for_state(job, TRANSFERRED | FAILED_STATES, WAIT_MS);
    ok(state == BG_JOB_STATE_TRANSFERRED, "Got state %d, error %#lx.\n", state,
       job_error(job, NULL));
    end_job(job);
}

/* ---- what a job may have that others have not ---- */

static HRESULT set_login(IBackgroundCopyJob *job, BG_AUTH_TARGET target)
{
    BG_AUTH_CREDENTIALS credentials = {.Target = target, .Scheme = BG_AUTH_SCHEME_BASIC};
    IBackgroundCopyJob2 *job2;
    HRESULT hr = IBackgroundCopyJob_QueryInterface(job, &IID_IBackgroundCopyJob2, (void **)&job2);

    if (hr != S_OK) return hr;
    credentials.Credentials.Basic.UserName = (WCHAR *)L"Jo";
    credentials.Credentials.Basic.Password = (WCHAR *)L"Sesame";
    hr = IBackgroundCopyJob2_SetCredentials(job2, &credentials);
    IBackgroundCopyJob2_Release(job2);
    return hr;
}

static HRESULT set_server_login(IBackgroundCopyJob *job)
{
    return set_login(job, BG_AUTH_TARGET_SERVER);
}

static HRESULT set_proxy_login(IBackgroundCopyJob *job)
{
    return set_login(job, BG_AUTH_TARGET_PROXY);
}

static HRESULT use_stored_login(IBackgroundCopyJob *job)
{
    BITS_JOB_PROPERTY_VALUE value = {.Target = BG_AUTH_TARGET_PROXY};
    IBackgroundCopyJob5 *job5;
    HRESULT hr = IBackgroundCopyJob_QueryInterface(job, &IID_IBackgroundCopyJob5, (void **)&job5);

    if (hr != S_OK) return hr;
    hr = IBackgroundCopyJob5_SetProperty(job5, BITS_JOB_PROPERTY_USE_STORED_CREDENTIALS, value);
    IBackgroundCopyJob5_Release(job5);
    return hr;
}

static HRESULT be_lenient(IBackgroundCopyJob *job)
{
    IBackgroundCopyJobHttpOptions *options;
    HRESULT hr = IBackgroundCopyJob_QueryInterface(job, &IID_IBackgroundCopyJobHttpOptions,
                                                   (void **)&options);

    if (hr != S_OK) return hr;
    hr = IBackgroundCopyJobHttpOptions_SetSecurityFlags(options, BG_SSL_IGNORE_CERT_CN_INVALID);
    IBackgroundCopyJobHttpOptions_Release(options);
    return hr;
}

static const struct
{
    const char *name;
    HRESULT (*change)(IBackgroundCopyJob *job);
} cases[] = {
    {"server-login", set_server_login},
    {"proxy-login", set_proxy_login},
    {"stored-login", use_stored_login},
    {"lenient", be_lenient},
};

/* ---- connections ---- */

static bool is_among(unsigned int connection, const unsigned int *others, unsigned int count)
{
    for (unsigned int i = 0; i < count; i++)
        if (others[i] == connection) return true;
    return false;
}

/* Requests to the path that came on a connection of requests to the other one. */
static unsigned int count_shared(const char *path, const char *other)
{
    unsigned int connections[CONNECTIONS_MAX], count = 0, shared = 0;
    struct origin_entry entry;

    for (size_t i = 0; count < CONNECTIONS_MAX && origin_journal_get(origin, other, i, &entry); i++)
        connections[count++] = entry.connection;
    ok(count != 0, "Nobody asked for %s.\n", other);
    for (size_t i = 0; origin_journal_get(origin, path, i, &entry); i++)
        shared += is_among(entry.connection, connections, count);
    return shared;
}

static void check_apart(const char *name, bool is_by_proxy,
                        HRESULT (*change)(IBackgroundCopyJob *job))
{
    static const char *const kinds[] = {"plain", "other", "plain-again", "other-again"};
    char paths[ARRAY_SIZE(kinds)][64];

    for (unsigned int i = 0; i < ARRAY_SIZE(kinds); i++)
    {
        snprintf(paths[i], sizeof(paths[i]), "/%s-%s-%d", name, kinds[i], is_by_proxy);
        run(paths[i], is_by_proxy, i % 2 ? change : NULL);
    }
    for (unsigned int i = 0; i < ARRAY_SIZE(kinds); i++)
        for (unsigned int j = 0; j < i; j++)
        {
            /* Two that have nothing to hide show that connections are kept at all. */
            bool is_shared = i == 2 && j == 0;
            unsigned int shared = count_shared(paths[i], paths[j]);

            ok(!shared == !is_shared, "%s on connections of %s: got %u.\n", paths[i], paths[j],
               shared);
        }
}

static void test_secrets(void)
{
    withstands("D13");
    for (unsigned int i = 0; i < ARRAY_SIZE(cases); i++)
    {
        check_apart(cases[i].name, false, cases[i].change);
        check_apart(cases[i].name, true, cases[i].change);
    }
}

/* One job's requests, those with something to hide too, go on one connection. */
static void test_own(void)
{
    static const struct origin_file file = {.size = SMALL};
    IBackgroundCopyJob *job = create_download("/own-1", L"own-1");
    struct origin_entry first, second;
    WCHAR url[128], local[MAX_PATH];
    HRESULT hr;

    origin_add(origin, "/own-1", &file);
    origin_add(origin, "/own-2", &file);
    swprintf(url, ARRAY_SIZE(url), L"http://127.0.0.1:%u/own-2", origin_port(origin));
    hr = IBackgroundCopyJob_AddFile(job, url, temp_path(L"own-2", local));
    ok(hr == S_OK, "Got hr %#lx.\n", hr);
    hr = use_stored_login(job);
    ok(hr == S_OK, "Got hr %#lx.\n", hr);
    resume(job);
    ok(wait_for_state(job, TRANSFERRED | FAILED_STATES, WAIT_MS) == BG_JOB_STATE_TRANSFERRED,
       "Got state %d.\n", job_state(job));
    ok(origin_journal_get(origin, "/own-1", 0, &first) &&
           origin_journal_get(origin, "/own-2", 0, &second) &&
           first.connection == second.connection,
       "Each file has a connection.\n");
    end_job(job);
}

START_TEST(connections)
{
    downloads_start();
    RUN_TEST(test_secrets);
    RUN_TEST(test_own);
    downloads_stop();
}
