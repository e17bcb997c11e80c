/* SPDX-License-Identifier: LGPL-2.1-or-later
 *
 * What proxy settings do on the wire. The origin is the proxy: a request that comes by way of it
 * names a whole URL. */
#include "download_fixture.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include <wincred.h>

#include "harness/origin.h"

#define WAIT_MS   60000
#define HEAD_SIZE 4096
#define FAR_AWAY  L"http://server.invalid"
#define SETTINGS  L"Software\\Microsoft\\Windows\\CurrentVersion\\Internet Settings"

/* ---- jobs ---- */

static IBackgroundCopyJob *create(const WCHAR *url)
{
    static unsigned int number;
    IBackgroundCopyJob *job = create_job(L"proxies", BG_JOB_TYPE_DOWNLOAD);
    WCHAR name[32], local[MAX_PATH];
    HRESULT hr;

    swprintf(name, ARRAY_SIZE(name), L"proxies-%u", ++number);
    IBackgroundCopyJob_SetPriority(job, BG_JOB_PRIORITY_FOREGROUND);
    hr = IBackgroundCopyJob_AddFile(job, url, temp_path(name, local));
    ok(hr == S_OK, "Got hr %#lx.\n", hr);
    return job;
}

static const WCHAR *proxy_text(const WCHAR *format)
{
    static WCHAR text[128];

    swprintf(text, ARRAY_SIZE(text), format, origin_port(origin));
    return text;
}

static void set_proxy(IBackgroundCopyJob *job, BG_JOB_PROXY_USAGE usage, const WCHAR *list,
                      const WCHAR *bypass)
{
    HRESULT hr = IBackgroundCopyJob_SetProxySettings(job, usage, list, bypass);

    ok(hr == S_OK, "Got hr %#lx.\n", hr);
}

static void set_login(IBackgroundCopyJob *job, BG_AUTH_TARGET target, const WCHAR *password)
{
    BG_AUTH_CREDENTIALS credentials = {.Target = target, .Scheme = BG_AUTH_SCHEME_BASIC};
    IBackgroundCopyJob2 *job2;
    HRESULT hr = IBackgroundCopyJob_QueryInterface(job, &IID_IBackgroundCopyJob2, (void **)&job2);

    ok(hr == S_OK, "Got hr %#lx.\n", hr);
    credentials.Credentials.Basic.UserName = (WCHAR *)L"Jo";
    credentials.Credentials.Basic.Password = (WCHAR *)password;
    hr = IBackgroundCopyJob2_SetCredentials(job2, &credentials);
    ok(hr == S_OK, "Got hr %#lx.\n", hr);
    IBackgroundCopyJob2_Release(job2);
}

#define expect_transferred(job) expect_transferred_(__LINE__, job)
static void expect_transferred_(int line, IBackgroundCopyJob *job)
{
    BG_JOB_STATE state;

    resume(job);
    state = wait_for_state(job, TRANSFERRED | FAILED_STATES, WAIT_MS);
    ok_(__FILE__, line)(state == BG_JOB_STATE_TRANSFERRED, "Got state %d, error %#lx.\n", state,
                        job_error(job, NULL));
}

#define expect_error(job, code, context) expect_error_(__LINE__, job, code, context)
static void expect_error_(int line, IBackgroundCopyJob *job, HRESULT expected,
                          BG_ERROR_CONTEXT expected_context)
{
    BG_ERROR_CONTEXT context = BG_ERROR_CONTEXT_NONE;
    HRESULT code;

    resume(job);
    wait_for_state(job, TRANSFERRED | FAILED_STATES, WAIT_MS);
    code = job_error(job, &context);
    ok_(__FILE__, line)(code == expected, "Got code %#lx, expected %#lx.\n", code, expected);
    ok_(__FILE__, line)(context == expected_context, "Got context %d.\n", context);
}

/* Requests for the path that named a whole URL, or that did not. */
static unsigned int count_ways(const char *path, bool is_by_proxy)
{
    unsigned int count = 0;
    struct origin_entry entry;

    for (size_t i = 0; origin_journal_get(origin, path, i, &entry); i++)
        if (!strncmp(entry.target, "http://", 7) == is_by_proxy) count++;
    return count;
}

static void add_file(const char *path)
{
    static const struct origin_file file = {.size = SMALL};

    origin_add(origin, path, &file);
}

/* ---- OVERRIDE ---- */

static void test_override(void)
{
    static const WCHAR *const lists[] = {L"127.0.0.1:%u", L"http://127.0.0.1:%u",
                                         L"http=http://127.0.0.1:%u", L"https=dead:1 127.0.0.1:%u"};

    shows("JOB-SPX-9");
    for (unsigned int i = 0; i < ARRAY_SIZE(lists); i++)
    {
        IBackgroundCopyJob *job = create(FAR_AWAY L"/override");
        unsigned int before = count_ways("/override", true);

        add_file("/override");
        set_proxy(job, BG_JOB_PROXY_USAGE_OVERRIDE, proxy_text(lists[i]), NULL);
        expect_transferred(job);
        ok(count_ways("/override", true) > before, "List %u: it did not come by proxy.\n", i);
        ok(!count_ways("/override", false), "List %u: it came directly.\n", i);
        end_job(job);
    }
}

/* A proxy for another protocol is none for this one. */
static void test_other_protocol(void)
{
    WCHAR url[URL_MAX];
    IBackgroundCopyJob *job = create(origin_wurl(origin, "/other", url));

    add_file("/other");
    set_proxy(job, BG_JOB_PROXY_USAGE_OVERRIDE, L"https=127.0.0.1:1", NULL);
    expect_transferred(job);
    ok(count_ways("/other", false) && !count_ways("/other", true), "It came by proxy.\n");
    end_job(job);
}

static void test_bypass(void)
{
    static const struct
    {
        const WCHAR *bypass;
        bool is_direct;
    } rows[] = {{L"127.0.0.1", true},      {L"*", true},        {L"other *.0.0.1", true},
                {L"127.0.0.*", false},     {L"<local>", false}, {L"", false},
                {L"server.invalid", false}};

    shows("JOB-SPX-10");
    add_file("/bypass");
    for (unsigned int i = 0; i < ARRAY_SIZE(rows); i++)
    {
        unsigned int direct = count_ways("/bypass", false), by_proxy = count_ways("/bypass", true);
        WCHAR url[URL_MAX];
        IBackgroundCopyJob *job = create(origin_wurl(origin, "/bypass", url));

        winetest_push_context("bypass %s", wine_dbgstr_w(rows[i].bypass));
        set_proxy(job, BG_JOB_PROXY_USAGE_OVERRIDE, proxy_text(L"127.0.0.1:%u"), rows[i].bypass);
        expect_transferred(job);
        ok((count_ways("/bypass", false) > direct) == rows[i].is_direct, "The wrong way.\n");
        ok((count_ways("/bypass", true) > by_proxy) == !rows[i].is_direct, "The wrong way.\n");
        end_job(job);
        winetest_pop_context();
    }
}

static void test_malformed(void)
{
    static const WCHAR *const lists[] = {L"", L"http=", L"127.0.0.1:port", L"socks5://a:1"};

    shows("JOB-SPX-8");
    for (unsigned int i = 0; i < ARRAY_SIZE(lists); i++)
    {
        IBackgroundCopyJob *job = create(FAR_AWAY L"/malformed");

        set_proxy(job, BG_JOB_PROXY_USAGE_OVERRIDE, lists[i], NULL);
        expect_error(job, BG_E_INVALID_PROXY_INFO, BG_ERROR_CONTEXT_GENERAL_TRANSPORT);
        ok(job_state(job) == BG_JOB_STATE_ERROR, "List %u: got state %d.\n", i, job_state(job));
        end_job(job);
    }
}

static void test_dead_proxy(void)
{
    WCHAR list[64], url[URL_MAX];
    IBackgroundCopyJob *job = create(origin_wurl(origin, "/dead", url));

    withstands("C10");
    add_file("/dead");
    swprintf(list, ARRAY_SIZE(list), L"127.0.0.1:%u", origin_dead_port());
    set_proxy(job, BG_JOB_PROXY_USAGE_OVERRIDE, list, NULL);
    expect_error(job, (HRESULT)0x80072efd, BG_ERROR_CONTEXT_REMOTE_FILE);
    ok(!origin_journal_count(origin, "/dead"), "It went round the proxy.\n");
    end_job(job);
}

/* ---- the settings of the user ---- */

static void set_number(const WCHAR *name, DWORD value)
{
    RegSetKeyValueW(HKEY_CURRENT_USER, SETTINGS, name, REG_DWORD, &value, sizeof(value));
}

static void set_text(const WCHAR *name, const WCHAR *value)
{
    RegSetKeyValueW(HKEY_CURRENT_USER, SETTINGS, name, REG_SZ, value,
                    (DWORD)(wcslen(value) + 1) * sizeof(*value));
}

static void test_preconfig(void)
{
    WCHAR url[URL_MAX];
    IBackgroundCopyJob *job;

    add_file("/user");
    set_text(L"ProxyServer", proxy_text(L"http=127.0.0.1:%u"));
    set_number(L"ProxyEnable", 1);
    Sleep(3500); /* settings are not read for each request */
    job = create(FAR_AWAY L"/user");
    expect_transferred(job);
    ok(count_ways("/user", true) != 0, "It did not come by proxy.\n");
    end_job(job);

    job = create(origin_wurl(origin, "/none", url));
    add_file("/none");
    set_proxy(job, BG_JOB_PROXY_USAGE_NO_PROXY, NULL, NULL);
    expect_transferred(job);
    ok(count_ways("/none", false) && !count_ways("/none", true), "It came by proxy.\n");
    end_job(job);

    set_number(L"ProxyEnable", 0);
    RegDeleteKeyValueW(HKEY_CURRENT_USER, SETTINGS, L"ProxyServer");
    Sleep(3500);
    job = create(origin_wurl(origin, "/off", url));
    add_file("/off");
    expect_transferred(job);
    ok(count_ways("/off", false) && !count_ways("/off", true), "It came by proxy.\n");
    end_job(job);
}

/* Whatever other programs take from there. */
static void test_environment(void)
{
    static const char *const names[] = {"http_proxy", "HTTP_PROXY", "all_proxy", "ALL_PROXY"};
    WCHAR url[URL_MAX];
    IBackgroundCopyJob *job = create(origin_wurl(origin, "/environment", url));

    add_file("/environment");
    for (unsigned int i = 0; i < ARRAY_SIZE(names); i++)
    {
        char setting[64];

        snprintf(setting, sizeof(setting), "%s=http://127.0.0.1:1", names[i]);
        _putenv(setting);
    }
    expect_transferred(job);
    ok(count_ways("/environment", false) != 0, "It did not come.\n");
    for (unsigned int i = 0; i < ARRAY_SIZE(names); i++)
    {
        char setting[64];

        snprintf(setting, sizeof(setting), "%s=", names[i]);
        _putenv(setting);
    }
    end_job(job);
}

/* Without a script in the network there is no proxy. */
static void test_autodetect(void)
{
    WCHAR url[URL_MAX];
    IBackgroundCopyJob *job = create(origin_wurl(origin, "/detect", url));

    add_file("/detect");
    set_proxy(job, BG_JOB_PROXY_USAGE_AUTODETECT, NULL, NULL);
    expect_transferred(job);
    ok(count_ways("/detect", false) != 0, "It did not come.\n");
    end_job(job);
}

/* ---- proxies that ask who it is ---- */

static void ask(struct origin_conn *c, const struct origin_request *r, void *ctx)
{
    static const struct origin_file file = {.size = SMALL};
    char value[HEAD_SIZE];

    (void)ctx;
    if (!origin_header(r->head, "Proxy-Authorization", value, sizeof(value)) ||
        strcmp(value, "Basic Sm86U2VzYW1l"))
        origin_sendf(c, "HTTP/1.1 407 No\r\nProxy-Authenticate: Basic realm=\"x\"\r\n"
                        "Content-Length: 0\r\n\r\n");
    else if (!strcmp(r->method, "CONNECT"))
        origin_sendf(c, "HTTP/1.1 502 No such server\r\nContent-Length: 0\r\n\r\n");
    else
        origin_serve(c, r, &file);
}

/* Those that had a value in this field. */
static unsigned int count_field(const char *path, const char *name)
{
    unsigned int count = 0;
    struct origin_entry entry;
    char value[HEAD_SIZE];

    for (size_t i = 0; origin_journal_get(origin, path, i, &entry); i++)
        if (origin_header(entry.head, name, value, sizeof(value))) count++;
    return count;
}

static IBackgroundCopyJob *create_by_proxy(const WCHAR *url)
{
    IBackgroundCopyJob *job = create(url);

    set_proxy(job, BG_JOB_PROXY_USAGE_OVERRIDE, proxy_text(L"127.0.0.1:%u"), NULL);
    return job;
}

static void test_login(void)
{
    IBackgroundCopyJob *job;

    withstands("C10");
    origin_handle(origin, "/asks", ask, NULL);
    job = create_by_proxy(FAR_AWAY L"/asks");
    set_login(job, BG_AUTH_TARGET_PROXY, L"Sesame");
    set_login(job, BG_AUTH_TARGET_SERVER, L"other");
    expect_transferred(job);
    ok(!count_field("/asks", "Authorization"), "The proxy got the server's.\n");
    ok(count_field("/asks", "Proxy-Authorization") < origin_journal_count(origin, "/asks"),
       "It was sent unasked.\n");
    end_job(job);

    job = create_by_proxy(FAR_AWAY L"/asks");
    set_login(job, BG_AUTH_TARGET_PROXY, L"wrong");
    expect_error(job, BG_E_HTTP_ERROR_407, BG_ERROR_CONTEXT_REMOTE_FILE);
    end_job(job);

    origin_handle(origin, "/refuses", ask, NULL);
    job = create_by_proxy(FAR_AWAY L"/refuses");
    set_login(job, BG_AUTH_TARGET_SERVER, L"Sesame");
    expect_error(job, BG_E_HTTP_ERROR_407, BG_ERROR_CONTEXT_REMOTE_FILE);
    ok(!count_field("/refuses", "Proxy-Authorization"), "The proxy got the server's.\n");
    end_job(job);
}

/* ---- logins that the system keeps ---- */

static void keep_login(const WCHAR *target, const WCHAR *password)
{
    CREDENTIALW credential = {.Type = CRED_TYPE_GENERIC, .Persist = CRED_PERSIST_SESSION};

    credential.TargetName = (WCHAR *)target;
    credential.UserName = (WCHAR *)L"Jo";
    credential.CredentialBlob = (BYTE *)password;
    credential.CredentialBlobSize = (DWORD)(wcslen(password) * sizeof(WCHAR));
    ok(CredWriteW(&credential, 0), "Got error %lu.\n", GetLastError());
}

static void forget_login(const WCHAR *target)
{
    ok(CredDeleteW(target, CRED_TYPE_GENERIC, 0), "Got error %lu.\n", GetLastError());
}

static void use_stored(IBackgroundCopyJob *job)
{
    BITS_JOB_PROPERTY_VALUE value = {.Target = BG_AUTH_TARGET_PROXY};
    IBackgroundCopyJob5 *job5;
    HRESULT hr = IBackgroundCopyJob_QueryInterface(job, &IID_IBackgroundCopyJob5, (void **)&job5);

    ok(hr == S_OK, "Got hr %#lx.\n", hr);
    hr = IBackgroundCopyJob5_SetProperty(job5, BITS_JOB_PROPERTY_USE_STORED_CREDENTIALS, value);
    ok(hr == S_OK, "Got hr %#lx.\n", hr);
    value.Target = 0;
    hr = IBackgroundCopyJob5_GetProperty(job5, BITS_JOB_PROPERTY_USE_STORED_CREDENTIALS, &value);
    ok(hr == S_OK && value.Target == BG_AUTH_TARGET_PROXY, "Got hr %#lx, target %d.\n", hr,
       value.Target);
    IBackgroundCopyJob5_Release(job5);
}

static void expect_stored(const char *path, const WCHAR *url, bool is_used, bool is_taken)
{
    IBackgroundCopyJob *job;

    origin_handle(origin, path, ask, NULL);
    job = create_by_proxy(url);
    if (is_used) use_stored(job);
    if (is_taken)
        expect_transferred(job);
    else
        expect_error(job, BG_E_HTTP_ERROR_407, BG_ERROR_CONTEXT_REMOTE_FILE);
    ok(!count_field(path, "Authorization"), "The server got the proxy's.\n");
    ok(count_field(path, "Proxy-Authorization") < origin_journal_count(origin, path),
       "It was sent unasked.\n");
    end_job(job);
}

static void test_stored(void)
{
    WCHAR port[128];
    IBackgroundCopyJob *job;

    lstrcpyW(port, proxy_text(L"127.0.0.1:%u"));
    expect_stored("/kept-none", FAR_AWAY L"/kept-none", true, false);
    keep_login(L"127.0.0.1", L"Sesame");
    expect_stored("/kept", FAR_AWAY L"/kept", true, true);
    expect_stored("/kept-unused", FAR_AWAY L"/kept-unused", false, false);
    ok(!count_field("/kept-unused", "Proxy-Authorization"), "It was sent.\n");

    /* What is kept for this port comes first, and what the job has been given before both. */
    keep_login(port, L"wrong");
    expect_stored("/kept-port", FAR_AWAY L"/kept-port", true, false);
    origin_handle(origin, "/kept-own", ask, NULL);
    job = create_by_proxy(FAR_AWAY L"/kept-own");
    use_stored(job);
    set_login(job, BG_AUTH_TARGET_PROXY, L"Sesame");
    expect_transferred(job);
    end_job(job);
    forget_login(port);
    forget_login(L"127.0.0.1");
}

/* The way to a server of HTTPS. */
static void test_tunnel(void)
{
    static const char target[] = "secure.invalid:443";
    IBackgroundCopyJob *job;

    withstands("C10");
    origin_handle(origin, target, ask, NULL);
    job = create_by_proxy(L"https://secure.invalid/file");
    expect_error(job, BG_E_HTTP_ERROR_407, BG_ERROR_CONTEXT_REMOTE_FILE);
    ok(!count_field(target, "Proxy-Authorization"), "It was sent.\n");
    end_job(job);

    job = create_by_proxy(L"https://secure.invalid/file");
    set_login(job, BG_AUTH_TARGET_PROXY, L"Sesame");
    expect_error(job, BG_E_HTTP_ERROR_502, BG_ERROR_CONTEXT_REMOTE_FILE);
    ok(count_field(target, "Proxy-Authorization") != 0, "It was not sent.\n");
    ok(!count_field(target, "Range"), "The proxy saw the request.\n");
    end_job(job);
}

static void hang_up(struct origin_conn *c, const struct origin_request *r, void *ctx)
{
    (void)r;
    (void)ctx;
    origin_close(c);
}

/* As if it were the server itself, and without a secret. */
static void speak_plainly(struct origin_conn *c, const struct origin_request *r, void *ctx)
{
    (void)r;
    (void)ctx;
    origin_sendf(c, "HTTP/1.1 200 Connection established\r\n\r\n"
                    "HTTP/1.1 200 OK\r\nContent-Length: 5\r\n\r\nhello");
    origin_close(c);
}

static void expect_no_tunnel(const char *target, const WCHAR *url, origin_handler handler,
                             HRESULT expected)
{
    IBackgroundCopyJob *job = create_by_proxy(url);
    BG_JOB_PROGRESS progress;

    origin_handle(origin, target, handler, NULL);
    set_login(job, BG_AUTH_TARGET_PROXY, L"Sesame");
    set_login(job, BG_AUTH_TARGET_SERVER, L"Sesame");
    expect_error(job, expected, BG_ERROR_CONTEXT_REMOTE_FILE);
    job_progress(job, &progress);
    ok(!progress.BytesTransferred && progress.BytesTotal == BG_SIZE_UNKNOWN,
       "Got %llu of %llu bytes.\n", progress.BytesTransferred, progress.BytesTotal);
    ok(origin_journal_count(origin, target), "The proxy was not asked.\n");
    ok(!count_field(target, "Proxy-Authorization") && !count_field(target, "Authorization"),
       "It was told a login unasked.\n");
    end_job(job);
}

static void test_no_tunnel(void)
{
    withstands("C10");
    expect_no_tunnel("closes.invalid:443", L"https://closes.invalid/file", hang_up,
                     (HRESULT)0x80072efe);
    expect_no_tunnel("plain.invalid:443", L"https://plain.invalid/file", speak_plainly,
                     (HRESULT)0x80072f7d);
}

START_TEST(proxies)
{
    downloads_start();
    RUN_TEST(test_override);
    RUN_TEST(test_other_protocol);
    RUN_TEST(test_bypass);
    RUN_TEST(test_malformed);
    RUN_TEST(test_dead_proxy);
    RUN_TEST(test_preconfig);
    RUN_TEST(test_environment);
    RUN_TEST(test_autodetect);
    RUN_TEST(test_login);
    RUN_TEST(test_stored);
    RUN_TEST(test_tunnel);
    RUN_TEST(test_no_tunnel);
    downloads_stop();
}
