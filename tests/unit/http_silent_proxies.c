/* SPDX-License-Identifier: LGPL-2.1-or-later
 *
 * src/net/http_silent_proxies: which proxies did not answer lately. */
#include "net/http_silent_proxies.h"

#include <stdio.h>

#include "harness/test.h"

static void test_time(void)
{
    struct http_silent_proxies silent = {0};

    ok(!http_silent_proxies_has(&silent, "http://a:1", 0), "It is there.\n");
    http_silent_proxies_add(&silent, "http://a:1", 1000);
    ok(http_silent_proxies_has(&silent, "http://a:1", 1000), "It is not there.\n");
    ok(http_silent_proxies_has(&silent, "http://a:1", 999 + HTTP_SILENT_MS), "It has gone.\n");
    ok(!http_silent_proxies_has(&silent, "http://a:1", 1000 + HTTP_SILENT_MS), "It stays.\n");
    ok(!http_silent_proxies_has(&silent, "http://a:12", 1000), "Another is there.\n");

    /* Once more, from then on. */
    http_silent_proxies_add(&silent, "http://a:1", 5000);
    ok(http_silent_proxies_has(&silent, "http://a:1", 4999 + HTTP_SILENT_MS), "It has gone.\n");
    http_silent_proxies_done(&silent);
    ok(!http_silent_proxies_has(&silent, "http://a:1", 5000), "It stays.\n");
}

/* The oldest makes room. */
static void test_many(void)
{
    struct http_silent_proxies silent = {0};
    char proxy[32];

    for (unsigned int i = 0; i <= HTTP_SILENT_PROXIES_MAX; i++)
    {
        snprintf(proxy, sizeof(proxy), "http://a:%u", i + 1);
        http_silent_proxies_add(&silent, proxy, 1000);
        /* The same again takes no other place. */
        http_silent_proxies_add(&silent, proxy, 1000);
    }
    ok(!http_silent_proxies_has(&silent, "http://a:1", 1000), "The oldest is there.\n");
    for (unsigned int i = 1; i <= HTTP_SILENT_PROXIES_MAX; i++)
    {
        snprintf(proxy, sizeof(proxy), "http://a:%u", i + 1);
        ok(http_silent_proxies_has(&silent, proxy, 1000), "%s has gone.\n", proxy);
    }
    http_silent_proxies_done(&silent);
}

START_TEST(http_silent_proxies)
{
    RUN_TEST(test_time);
    RUN_TEST(test_many);
}
