/* SPDX-License-Identifier: LGPL-2.1-or-later
 *
 * src/net/http_client: requests of one client to a scripted server, which is its own proxy too. */
#include "harness/test.h"

#include <stdlib.h>
#include <string.h>

#include "base/err_codes.h"
#include "bitsmsg.h"
#include "harness/origin.h"
#include "net/http_client.h"

#define TIMEOUT_ERROR ((HRESULT)0x80072ee2)
#define CONNECT_ERROR ((HRESULT)0x80072efd)
#define WAIT_MS       30000
#define SETTINGS_PATH L"Software\\Microsoft\\Windows\\CurrentVersion\\Internet Settings"

static struct origin *origin;

/* ---- requests ---- */

struct seen
{
    bool is_over;
    HRESULT hr;
    unsigned int heads; /* that were handed on */
    unsigned int status;
    size_t size;
};

static bool on_head(void *ctx, const struct http_head *head)
{
    struct seen *seen = ctx;

    seen->heads++;
    seen->status = head->status;
    return true;
}

static bool on_body(void *ctx, const void *data, size_t size)
{
    struct seen *seen = ctx;

    (void)data;
    seen->size += size;
    return true;
}

static void on_done(void *ctx, HRESULT hr)
{
    struct seen *seen = ctx;

    seen->is_over = true;
    seen->hr = hr;
}

static const struct http_request_ops ops = {on_head, on_body, on_done};

/* Milliseconds until it was over; what is not over by then is called off. */
static uint64_t run_request(struct http_client *client, const struct http_request_params *params,
                            struct seen *seen)
{
    uint64_t start = test_ticks();
    struct http_request *request;
    HRESULT hr;

    memset(seen, 0, sizeof(*seen));
    hr = http_request_start(client, params, &ops, seen, &request);
    ok(hr == S_OK, "Got hr %#lx.\n", hr);
    if (hr != S_OK) return 0;
    while (!seen->is_over && test_ticks() - start < WAIT_MS)
        http_client_run(client, 100);
    ok(seen->is_over, "It still waits.\n");
    if (!seen->is_over) http_request_cancel(request);
    return test_ticks() - start;
}

static struct http_client *create_client(uint32_t head_timeout_ms)
{
    struct http_client_config config = http_client_defaults;
    struct http_client *client = NULL;
    HRESULT hr;

    config.head_timeout_ms = head_timeout_ms;
    hr = http_client_create(&config, &client);
    ok(hr == S_OK, "Got hr %#lx.\n", hr);
    return client;
}

static const WCHAR *proxy_list(void)
{
    static WCHAR list[64];

    swprintf(list, ARRAY_SIZE(list), L"127.0.0.1:%u", origin_port(origin));
    return list;
}

static void set_basic(struct http_logins *logins, enum http_auth_target target)
{
    logins->of[target][HTTP_AUTH_BASIC] =
        (struct http_login){.is_set = true, .user = L"Jo", .password = L"Sesame"};
}

/* ---- patience for the head ---- */

/* Asks for a login, and says nothing more when it has got one. */
static void ask_and_stall(struct origin_conn *c, const struct origin_request *r, void *ctx)
{
    bool is_proxy = ctx != NULL;
    char value[64];

    if (origin_header(r->head, is_proxy ? "Proxy-Authorization" : "Authorization", value,
                      sizeof(value)))
        origin_stall(c);
    else
        origin_sendf(c,
                     "HTTP/1.1 %s\r\n%s-Authenticate: Basic realm=\"a\"\r\n"
                     "Content-Length: 0\r\n\r\n",
                     is_proxy ? "407 Who" : "401 Who", is_proxy ? "Proxy" : "WWW");
}

/* A request that waits as long as it was told to, and not as long as others do. */
static void check_patience(const struct http_request_params *params, size_t requests)
{
    struct http_client *client = create_client(4 * WAIT_MS);
    struct http_request_params patient = *params;
    size_t before = origin_journal_count(origin, NULL);
    struct seen seen;
    uint64_t took;

    patient.head_timeout_ms = 1000;
    took = run_request(client, &patient, &seen);
    ok(seen.hr == TIMEOUT_ERROR, "Got hr %#lx.\n", seen.hr);
    ok(!seen.heads, "Got status %u.\n", seen.status);
    ok(took >= 900, "It took %u ms.\n", (unsigned int)took);
    ok(origin_journal_count(origin, NULL) == before + requests, "Got %u requests.\n",
       (unsigned int)(origin_journal_count(origin, NULL) - before));
    http_client_destroy(client);
}

static void test_patience_after_401(void)
{
    struct http_logins logins = {0};
    char url[128];
    struct http_request_params params = {.url = origin_url(origin, "/401", url, sizeof(url)),
                                         .logins = &logins};

    set_basic(&logins, HTTP_AUTH_SERVER);
    origin_handle(origin, "/401", ask_and_stall, NULL);
    check_patience(&params, 2);
}

static void test_patience_after_407(void)
{
    struct http_proxy_wish proxy = {.usage = HTTP_PROXY_OVERRIDE, .list = proxy_list()};
    struct http_request_params params = {.url = "http://server.invalid/407", .proxy = &proxy};
    struct http_logins logins = {0};

    set_basic(&logins, HTTP_AUTH_PROXY);
    params.logins = &logins;
    origin_handle(origin, "/407", ask_and_stall, &origin);
    check_patience(&params, 2);
}

static void stall(struct origin_conn *c, const struct origin_request *r, void *ctx)
{
    (void)r;
    (void)ctx;
    origin_stall(c);
}

/* A script that always says the same: the handler's text. */
static void tell_script(struct origin_conn *c, const struct origin_request *r, void *ctx)
{
    char script[512];

    (void)r;
    snprintf(script, sizeof(script), "function FindProxyForURL(url, host) { return \"%s\"; }",
             (const char *)ctx);
    origin_sendf(c,
                 "HTTP/1.1 200 OK\r\nContent-Type: application/x-ns-proxy-autoconfig\r\n"
                 "Content-Length: %u\r\n\r\n%s",
                 (unsigned int)strlen(script), script);
}

/* The user's setting for as long as a test needs it; NULL: none. */
static void set_script(const char *url)
{
    WCHAR wide[128];
    LSTATUS status;

    if (!url)
    {
        RegDeleteKeyValueW(HKEY_CURRENT_USER, SETTINGS_PATH, L"AutoConfigURL");
        return;
    }
    swprintf(wide, ARRAY_SIZE(wide), L"%hs", url);
    status = RegSetKeyValueW(HKEY_CURRENT_USER, SETTINGS_PATH, L"AutoConfigURL", REG_SZ, wide,
                             (DWORD)(wcslen(wide) + 1) * sizeof(WCHAR));
    ok(!status, "Got %ld.\n", status);
}

/* With a skip. */
static bool has_script(void)
{
    if (RegGetValueW(HKEY_CURRENT_USER, SETTINGS_PATH, L"AutoConfigURL", RRF_RT_REG_SZ, NULL, NULL,
                     NULL))
        return false;
    skip("The user has a script.\n");
    return true;
}

static void test_patience_after_a_script(void)
{
    struct http_proxy_wish proxy = {.usage = HTTP_PROXY_PRECONFIG};
    char url[128], script[128];
    struct http_request_params params = {.url = origin_url(origin, "/silent", url, sizeof(url)),
                                         .proxy = &proxy};

    if (has_script()) return;
    origin_handle(origin, "/script", tell_script, (void *)"DIRECT");
    origin_handle(origin, "/silent", stall, NULL);
    set_script(origin_url(origin, "/script", script, sizeof(script)));
    check_patience(&params, 2);
    set_script(NULL);
    ok(origin_journal_count(origin, "/script") == 1, "The script was not read.\n");
}

/* More patience than the client has by itself. */
static void answer_late(struct origin_conn *c, const struct origin_request *r, void *ctx)
{
    char value[64];

    (void)ctx;
    if (!origin_header(r->head, "Authorization", value, sizeof(value)))
    {
        origin_sendf(c, "HTTP/1.1 401 Who\r\nWWW-Authenticate: Basic realm=\"a\"\r\n"
                        "Content-Length: 0\r\n\r\n");
        return;
    }
    origin_pause(c, 2000);
    origin_sendf(c, "HTTP/1.1 200 OK\r\nContent-Length: 2\r\n\r\nok");
}

static void test_more_patience(void)
{
    struct http_client *client = create_client(500);
    struct http_logins logins = {0};
    char url[128];
    struct http_request_params params = {.url = origin_url(origin, "/late", url, sizeof(url)),
                                         .logins = &logins,
                                         .head_timeout_ms = WAIT_MS};
    struct seen seen;

    set_basic(&logins, HTTP_AUTH_SERVER);
    origin_handle(origin, "/late", answer_late, NULL);
    run_request(client, &params, &seen);
    ok(seen.hr == S_OK && seen.status == 200 && seen.size == 2, "Got hr %#lx, status %u.\n",
       seen.hr, seen.status);
    http_client_destroy(client);
}

/* ---- one proxy after the other ---- */

static void serve_small(struct origin_conn *c, const struct origin_request *r, void *ctx)
{
    (void)r;
    (void)ctx;
    origin_sendf(c, "HTTP/1.1 200 OK\r\nContent-Length: 2\r\n\r\nok");
}

static void expect_small(struct http_client *client, const struct http_request_params *params)
{
    struct seen seen;

    run_request(client, params, &seen);
    ok(seen.hr == S_OK && seen.status == 200 && seen.size == 2, "Got hr %#lx, status %u.\n",
       seen.hr, seen.status);
}

static void test_next_proxy(void)
{
    struct http_client *client = create_client(WAIT_MS);
    struct http_proxy_wish proxy = {.usage = HTTP_PROXY_OVERRIDE};
    struct http_request_params params = {.url = "http://server.invalid/next", .proxy = &proxy};
    WCHAR list[128];

    origin_handle(origin, "/next", serve_small, NULL);
    swprintf(list, ARRAY_SIZE(list), L"127.0.0.1:%u;127.0.0.1:%u", origin_dead_port(),
             origin_port(origin));
    proxy.list = list;
    expect_small(client, &params);
    expect_small(client, &params);
    ok(origin_journal_count(origin, "/next") == 2, "Got %u requests.\n",
       (unsigned int)origin_journal_count(origin, "/next"));
    http_client_destroy(client);
}

/* Nobody waits for the silent one twice: it would be asked here, now that it has come back. */
static void test_silent_proxy(void)
{
    struct http_client *client = create_client(WAIT_MS);
    struct http_proxy_wish proxy = {.usage = HTTP_PROXY_OVERRIDE};
    struct http_request_params params = {.url = "http://server.invalid/silent-proxy",
                                         .proxy = &proxy};
    struct origin *second = origin_start(NULL);
    struct seen seen;
    WCHAR list[128];

    if (!second) return;
    origin_handle(origin, "/silent-proxy", serve_small, NULL);
    origin_handle(second, "/silent-proxy", serve_small, NULL);
    swprintf(list, ARRAY_SIZE(list), L"127.0.0.1:%u;127.0.0.1:%u", origin_port(second),
             origin_port(origin));
    proxy.list = list;
    expect_small(client, &params);
    ok(origin_journal_count(second, "/silent-proxy") == 1, "The first was not asked.\n");
    origin_stop(second);
    expect_small(client, &params);
    expect_small(client, &params);
    ok(origin_journal_count(origin, "/silent-proxy") == 2, "The second was not asked.\n");

    /* Where nobody else is left it is asked all the same. */
    swprintf(list, ARRAY_SIZE(list), L"127.0.0.1:%u", origin_port(second));
    run_request(client, &params, &seen);
    ok(seen.hr == CONNECT_ERROR, "Got hr %#lx.\n", seen.hr);
    origin_destroy(second);
    http_client_destroy(client);
}

static void test_no_proxy_answers(void)
{
    struct http_client *client = create_client(WAIT_MS);
    struct http_proxy_wish proxy = {.usage = HTTP_PROXY_OVERRIDE};
    char url[128];
    struct http_request_params params = {.url = origin_url(origin, "/round", url, sizeof(url)),
                                         .proxy = &proxy};
    unsigned int dead = origin_dead_port();
    struct seen seen;
    WCHAR list[128];

    origin_handle(origin, "/round", serve_small, NULL);
    swprintf(list, ARRAY_SIZE(list), L"127.0.0.1:%u;127.0.0.1:%u", dead, dead);
    proxy.list = list;
    run_request(client, &params, &seen);
    ok(seen.hr == CONNECT_ERROR, "Got hr %#lx.\n", seen.hr);
    ok(!origin_journal_count(origin, "/round"), "It went round the proxies.\n");
    http_client_destroy(client);
}

/* A proxy that answers, whatever it says, is not silent. */
static void refuse(struct origin_conn *c, const struct origin_request *r, void *ctx)
{
    (void)r;
    (void)ctx;
    origin_sendf(c, "HTTP/1.1 502 No\r\nContent-Length: 0\r\n\r\n");
}

static void test_proxy_refuses(void)
{
    struct http_client *client = create_client(WAIT_MS);
    struct http_proxy_wish proxy = {.usage = HTTP_PROXY_OVERRIDE};
    struct http_request_params params = {.url = "http://server.invalid/refuses", .proxy = &proxy};
    struct origin *second = origin_start(NULL);
    struct seen seen;
    WCHAR list[128];

    if (!second) return;
    origin_handle(origin, "/refuses", refuse, NULL);
    origin_handle(second, "/refuses", serve_small, NULL);
    origin_handle(origin, "server.invalid:443", refuse, NULL);
    swprintf(list, ARRAY_SIZE(list), L"127.0.0.1:%u;127.0.0.1:%u", origin_port(origin),
             origin_port(second));
    proxy.list = list;
    run_request(client, &params, &seen);
    ok(seen.hr == S_OK && seen.status == 502, "Got hr %#lx, status %u.\n", seen.hr, seen.status);
    params.url = "https://server.invalid/refuses";
    run_request(client, &params, &seen);
    ok(seen.hr == BG_E_HTTP_ERROR_502, "Got hr %#lx.\n", seen.hr);
    ok(!origin_journal_count(second, NULL), "The second was asked.\n");
    origin_destroy(second);
    http_client_destroy(client);
}

static void check_script(const char *answer, const char *path, const char *far_url)
{
    struct http_client *client = create_client(WAIT_MS);
    struct http_proxy_wish proxy = {.usage = HTTP_PROXY_PRECONFIG};
    char url[128], script[128], script_path[64];
    struct http_request_params params = {
        .url = far_url ? far_url : origin_url(origin, path, url, sizeof(url)), .proxy = &proxy};

    snprintf(script_path, sizeof(script_path), "/script%s", path);
    origin_handle(origin, script_path, tell_script, (void *)answer);
    origin_handle(origin, path, serve_small, NULL);
    set_script(origin_url(origin, script_path, script, sizeof(script)));
    expect_small(client, &params);
    set_script(NULL);
    ok(origin_journal_count(origin, path) == 1, "It was not asked.\n");
    http_client_destroy(client);
}

/* WinHTTP hands on the first of them at least; Wine's hands on no more. */
static void test_script_proxies(void)
{
    static char answer[128];

    if (has_script()) return;
    snprintf(answer, sizeof(answer), "PROXY 127.0.0.1:%u; PROXY 127.0.0.1:%u; DIRECT",
             origin_port(origin), origin_dead_port());
    check_script(answer, "/of-two", "http://server.invalid/of-two");
    check_script("DIRECT", "/of-none", NULL);
}

START_TEST(http_client)
{
    if (!(origin = origin_start(NULL)))
    {
        skip("There is no socket.\n");
        return;
    }
    RUN_TEST(test_patience_after_401);
    RUN_TEST(test_patience_after_407);
    RUN_TEST(test_patience_after_a_script);
    RUN_TEST(test_more_patience);
    RUN_TEST(test_next_proxy);
    RUN_TEST(test_silent_proxy);
    RUN_TEST(test_no_proxy_answers);
    RUN_TEST(test_proxy_refuses);
    RUN_TEST(test_script_proxies);
    origin_destroy(origin);
}
