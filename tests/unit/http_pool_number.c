/* SPDX-License-Identifier: LGPL-2.1-or-later
 *
 * src/transfer/http_options: which requests share their connections with those of other jobs. */
#include "harness/test.h"

#include <stdlib.h>

#include "base/str.h"
#include "job/http_options.h"
#include "transfer/http_options.h"

/* The pool of a request with these settings; 0: the one for all. */
static uint32_t pool_of(struct http_settings *settings, bool is_own_server)
{
    struct http_request_params params = {.url = "http://server/"};
    struct http_options options;
    HRESULT hr = http_options_init(&options, settings);

    ok(hr == S_OK, "Got hr %#lx.\n", (unsigned long)hr);
    http_options_apply(&options, is_own_server, &params);
    http_options_done(&options);
    return params.pool;
}

static void expect_own(const char *what, struct http_settings *settings, bool is_own)
{
    uint32_t expected = is_own ? settings->serial : 0;

    ok(pool_of(settings, true) == expected, "%s: got %u.\n", what, pool_of(settings, true));
    /* What was opened for it stays its own after a redirect. */
    ok(pool_of(settings, false) == expected, "%s, elsewhere: got %u.\n", what,
       pool_of(settings, false));
}

static struct http_settings *create(void)
{
    struct http_settings *settings = http_settings_copy(NULL);

    ok(settings != NULL && settings->serial, "There are no settings.\n");
    return settings;
}

static void test_nothing(void)
{
    struct http_settings *settings = create();

    ok(!pool_of(NULL, true), "No settings: got %u.\n", pool_of(NULL, true));
    expect_own("nothing", settings, false);
    /* What the check of certificates has no part in. */
    settings->security_flags = ~(uint32_t)HTTP_CERT_MASK;
    expect_own("other flags", settings, false);
    settings->headers = str_from_utf8("A: b\r\n");
    expect_own("fields", settings, false);
    http_settings_release(settings);
}

static void test_certificate(void)
{
    struct http_settings *settings = create();

    withstands("D13");
    settings->cert.is_set = true;
    settings->cert.store = str_from_utf8("MY");
    expect_own("certificate", settings, true);
    http_settings_release(settings);
}

static void test_leniency(void)
{
    withstands("D13");
    for (uint32_t bit = 1; bit; bit <<= 1)
        if (bit & HTTP_CERT_MASK)
        {
            struct http_settings *settings = create();

            settings->security_flags = bit;
            expect_own("leniency", settings, true);
            http_settings_release(settings);
        }
}

static void test_judge(void)
{
    struct http_settings *settings = create();

    withstands("D13");
    settings->needs_judge = true;
    expect_own("judge", settings, true);
    http_settings_release(settings);
}

static void test_credentials(void)
{
    withstands("D13");
    for (int target = 0; target < AUTH_TARGET_COUNT; target++)
        for (int scheme = 0; scheme < AUTH_SCHEME_COUNT; scheme++)
        {
            struct http_settings *settings = create();

            settings->credentials[target][scheme].is_set = true;
            expect_own("credentials", settings, true);
            http_settings_release(settings);
        }
}

static void test_stored_login(void)
{
    struct http_settings *settings = create();

    withstands("D13");
    settings->uses_stored_for_proxy = true;
    expect_own("stored login", settings, true);
    http_settings_release(settings);
}

/* Two versions of one job's settings are two. */
static void test_versions(void)
{
    struct http_settings *first = create(), *second;

    withstands("D13");
    first->needs_judge = true;
    second = http_settings_copy(first);
    ok(second && second->serial != first->serial, "Both are the same.\n");
    ok(pool_of(first, true) != pool_of(second, true), "Both use pool %u.\n", pool_of(first, true));
    http_settings_release(first);
    http_settings_release(second);
}

START_TEST(http_pool_number)
{
    RUN_TEST(test_nothing);
    RUN_TEST(test_certificate);
    RUN_TEST(test_leniency);
    RUN_TEST(test_judge);
    RUN_TEST(test_credentials);
    RUN_TEST(test_stored_login);
    RUN_TEST(test_versions);
}
