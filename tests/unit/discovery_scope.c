/* SPDX-License-Identifier: LGPL-2.1-or-later
 *
 * peer/discovery_scope.c */
#include "harness/test.h"

#include <string.h>

#include "peer/discovery_scope.h"

static void test_match(void)
{
    static const struct
    {
        const char *asked, *scope;
        bool is_match;
    } tests[] = {
        {"http://lab.example", "http://lab.example", true},
        {"HTTP://LAB.EXAMPLE/", "http://lab.example", true},
        {"http://lab.example", "http://lab.example/", true},
        {"http://lab.example", "https://lab.example", false},
        {"http://lab.example", "http://other.example", false},
        {"http://lab.example", "http://lab.example.org", false},
        {"http://lab.example", "http://sub.lab.example", false},
        {"http://lab.example:80", "http://lab.example", false},
        {"http://lab.example", "http://lab.example/a/b", true},
        {"http://lab.example/a", "http://lab.example/a/b", true},
        {"http://lab.example/a/", "http://lab.example/a", true},
        {"http://lab.example/a/b", "http://lab.example/a/b/", true},
        {"http://lab.example/a/b", "http://lab.example/a", false},
        {"http://lab.example/a", "http://lab.example/ab", false},
        {"http://lab.example/a", "http://lab.example/A", false},
        {"http://lab.example/a//b", "http://lab.example/a/b", false},
        {"http://lab.example/a//b", "http://lab.example/a//b/c", true},
        {"http://lab.example//", "http://lab.example", true},
        {"http://lab.example/a?q", "http://lab.example/a/b#f", true},
        {"http://lab.example?q", "http://lab.example#f", true},
        {"http://lab.example/./a", "http://lab.example/./a", false},
        {"http://lab.example/a/..", "http://lab.example/a/..", false},
        {"http://lab.example/a", "http://lab.example/a/../b", false},
        {"http://lab.example/...", "http://lab.example/...", true},
        {"urn:a", "urn:a", true},
        {"urn:a", "urn:a/b", true},
        {"urn:a", "urn:b", false},
        {"urn:a", "urn://a", false},
        {"urn:/a", "urn:///a", false},
        {"lab.example", "lab.example", false},
        {"://lab.example", "://lab.example", false},
        {"", "http://lab.example", false},
        {"http://lab.example", "", false},
        {"http:", "http:", true},
    };

    for (size_t i = 0; i < ARRAY_COUNT(tests); i++)
        ok(discovery_scope_is_match(tests[i].asked, tests[i].scope) == tests[i].is_match,
           "%s in %s is wrong.\n", tests[i].asked, tests[i].scope);
}

static void test_fqdn(void)
{
    static const struct
    {
        const char *text;
        enum fqdn_check expected;
    } tests[] = {
        {"alpha.lab.example", FQDN_GOOD},
        {"a", FQDN_GOOD},
        {"A-1.Lab.EXAMPLE", FQDN_GOOD},
        {"1alpha.lab.example", FQDN_TOLERATED},
        {"alpha.1.example", FQDN_TOLERATED},
        {"", FQDN_MALFORMED},
        {".", FQDN_MALFORMED},
        {"alpha.", FQDN_MALFORMED},
        {".alpha", FQDN_MALFORMED},
        {"a..b", FQDN_MALFORMED},
        {"-a.b", FQDN_MALFORMED},
        {"a-.b", FQDN_MALFORMED},
        {"a_b.c", FQDN_MALFORMED},
        {"a b.c", FQDN_MALFORMED},
        {"a.b/c", FQDN_MALFORMED},
        {"a.b:80", FQDN_MALFORMED},
        {"\xc3\xa4.b", FQDN_MALFORMED},
    };
    char text[300];

    for (size_t i = 0; i < ARRAY_COUNT(tests); i++)
    {
        enum fqdn_check got = fqdn_check(tests[i].text, strlen(tests[i].text));

        ok(got == tests[i].expected, "%s: got %d.\n", tests[i].text, got);
    }

    memset(text, 'a', sizeof(text));
    ok(fqdn_check(text, 63) == FQDN_GOOD, "A label of 63 is refused.\n");
    ok(fqdn_check(text, 64) == FQDN_MALFORMED, "A label of 64 is taken.\n");
    for (size_t i = 50; i < sizeof(text); i += 51)
        text[i] = '.';
    ok(fqdn_check(text, 254) == FQDN_GOOD, "254 characters are refused.\n");
    text[254] = 'a', text[203] = 'a', text[204] = '.';
    ok(fqdn_check(text, 255) == FQDN_GOOD, "255 characters are refused.\n");
    ok(fqdn_check(text, 256) == FQDN_MALFORMED, "D17: 256 characters are taken.\n");
}

static void test_domain(void)
{
    ok(fqdn_is_below("alpha.lab.example", "lab.example"), "Not below.\n");
    ok(fqdn_is_below("a.b.lab.example", "LAB.Example"), "Not below.\n");
    ok(!fqdn_is_below("lab.example", "lab.example"), "Below.\n");
    ok(!fqdn_is_below(".lab.example", "lab.example"), "Below.\n");
    ok(!fqdn_is_below("alphalab.example", "lab.example"), "Below.\n");
    ok(!fqdn_is_below("alpha.lab.example.org", "lab.example"), "Below.\n");
    ok(!fqdn_is_below("alpha.lab.example", ""), "Below.\n");
    ok(!fqdn_is_below("", "lab.example"), "Below.\n");
    ok(fqdn_is_equal("Alpha.Lab", "aLPHA.lAB"), "Not the same.\n");
    ok(!fqdn_is_equal("alpha.lab", "alpha.labs"), "The same.\n");
}

START_TEST(discovery_scope)
{
    RUN_TEST(test_match);
    RUN_TEST(test_fqdn);
    RUN_TEST(test_domain);
}
