/* SPDX-License-Identifier: LGPL-2.1-or-later
 *
 * src/net/http_proxy: lists of proxies, and of hosts without one. */
#include "harness/test.h"

#include <stdlib.h>
#include <string.h>

#include "base/str.h"
#include "bitsmsg.h"
#include "net/http_proxy.h"

/* NULL expected: none; "!": the list is none. */
static void expect(const char *list, const char *bypass, const char *url, const char *expected)
{
    WCHAR *wide_list = str_from_utf8(list), *wide_bypass = bypass ? str_from_utf8(bypass) : NULL;
    char *proxy = (char *)1;
    HRESULT hr = http_proxy_pick(wide_list, wide_bypass, url, &proxy);

    if (!expected)
        ok(hr == S_FALSE && !proxy, "%s, %s: got hr %#lx, %s.\n", list, url, (unsigned long)hr,
           proxy ? proxy : "none");
    else if (!strcmp(expected, "!"))
        ok(hr == BG_E_INVALID_PROXY_INFO && !proxy, "%s: got hr %#lx, %s.\n", list,
           (unsigned long)hr, proxy ? proxy : "none");
    else
        ok(hr == S_OK && proxy && !strcmp(proxy, expected), "%s, %s: got hr %#lx, %s.\n", list, url,
           (unsigned long)hr, proxy ? proxy : "none");
    free(proxy);
    free(wide_list);
    free(wide_bypass);
}

static void test_lists(void)
{
    static const char http[] = "http://server.example/file", https[] = "https://server.example/";

    expect("proxy", NULL, http, "http://proxy:80");
    expect("proxy", NULL, https, "http://proxy:80");
    expect("proxy:3128", NULL, http, "http://proxy:3128");
    expect("http://proxy.example:8080/", NULL, http, "http://proxy.example:8080");
    expect("[::1]:3128", NULL, http, "http://[::1]:3128");
    expect("[::1]", NULL, http, "http://[::1]:80");
    /* Each protocol its own, and the rest the bare one. */
    expect("http=http://p:80", NULL, http, "http://p:80");
    expect("http=http://p:80", NULL, https, NULL);
    expect("HTTP=p HTTPS=q:1", NULL, https, "http://q:1");
    expect("bare http=p:2", NULL, http, "http://p:2");
    expect("http=p:2 bare", NULL, http, "http://p:2");
    expect("http=p:2;bare", NULL, https, "http://bare:80");
    expect("ftp=f socks=socks5://s:1080", NULL, http, NULL);
}

/* All that can be tried, in the order of the list. */
static void test_several(void)
{
    static const char http[] = "http://server.example/file", https[] = "https://server.example/";

    expect("first second", NULL, http, "http://first:80 http://second:80");
    expect("first:1;second:2; third", NULL, https,
           "http://first:1 http://second:2 http://third:80");
    expect("http=p:1;http=p:2", NULL, http, "http://p:1 http://p:2");
    expect("a http=p:1 b http=p:2 https=q", NULL, http, "http://p:1 http://p:2");
    expect("a http=p:1 b http=p:2", NULL, https, "http://a:80 http://b:80");
    expect("first;second", "server.example", http, NULL);
}

static void expect_next(const char **proxies, const char *expected)
{
    char *proxy = http_proxy_next(proxies);

    if (!expected)
        ok(!proxy, "Got %s.\n", proxy);
    else
        ok(proxy && !strcmp(proxy, expected), "Got %s.\n", proxy ? proxy : "none");
    free(proxy);
}

static void test_next(void)
{
    const char *proxies = "http://first:80 http://[::1]:81";

    expect_next(&proxies, "http://first:80");
    expect_next(&proxies, "http://[::1]:81");
    expect_next(&proxies, NULL);
    expect_next(&proxies, NULL);
}

static void test_no_lists(void)
{
    static const char *const bad[] = {
        "",         "  ",        ":80",          "http=",       "=p",          "p:0",
        "p:65536",  "p:x",       "p:",           "ftp://p",     "http://",     "a/b",
        "user@p:1", "good ba:d", "socks5://s:1", "http=http=p", "p:999999999", "::1",
        "a:b:80",   "p\x01",     "p,q",          "[::1",
    };

    for (size_t i = 0; i < ARRAY_COUNT(bad); i++)
    {
        expect(bad[i], NULL, "http://server/", "!");
        expect(bad[i], "*", "https://server/", "!");
    }
}

static void expect_bypass(const char *bypass, const char *url, bool is_direct)
{
    expect("proxy:1", bypass, url, is_direct ? NULL : "http://proxy:1");
}

static void test_bypass(void)
{
    expect_bypass("", "http://server/", false);
    expect_bypass("server", "http://server/", true);
    expect_bypass("SERVER", "http://server/", true);
    expect_bypass("server", "http://server2/", false);
    expect_bypass("server", "http://aserver/", false);
    expect_bypass("server", "http://server.example/", false);
    expect_bypass("a b;server", "https://Server:81/file?x", true);
    expect_bypass("server:81", "http://server:81/", true);
    expect_bypass("server:81", "http://server/", false);
    expect_bypass("server:80", "http://server", true);
    expect_bypass("https://server", "http://server/", false);
    expect_bypass("https://server", "https://server/", true);
    expect_bypass("server", "http://user:server@other/", false);
    expect_bypass("[::1]", "http://[::1]:5/", true);
    expect_bypass("127.0.0.1", "http://127.0.0.1:5/", true);
}

static void test_wildcards(void)
{
    expect_bypass("*", "http://server/", true);
    expect_bypass("*.example", "http://server.example/", true);
    expect_bypass("*.example", "http://a.b.EXAMPLE/", true);
    expect_bypass("*.example", "http://example/", false);
    expect_bypass("*.example", "http://server.example.org/", false);
    expect_bypass("*ample", "http://example/", true);
    expect_bypass("*.example:81", "http://a.example:81/", true);
    expect_bypass("*.example:81", "http://a.example/", false);
    /* Only in front. */
    expect_bypass("server.*", "http://server.example/", false);
    expect_bypass("*.server.*", "http://a.server.example/", false);
    expect_bypass("ser*er", "http://server/", false);
}

static void test_local(void)
{
    expect_bypass("<local>", "http://server/", true);
    expect_bypass("<LOCAL>", "http://server:8080/a.b", true);
    expect_bypass("<local>", "http://server.example/", false);
    expect_bypass("<local>", "http://127.0.0.1/", false);
    expect_bypass("<local>", "http://[::1]/", false);
    expect_bypass("*.example <local>", "http://server/", true);
}

START_TEST(http_proxy)
{
    RUN_TEST(test_lists);
    RUN_TEST(test_several);
    RUN_TEST(test_next);
    RUN_TEST(test_no_lists);
    RUN_TEST(test_bypass);
    RUN_TEST(test_wildcards);
    RUN_TEST(test_local);
}
