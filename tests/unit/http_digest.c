/* SPDX-License-Identifier: LGPL-2.1-or-later
 *
 * src/net: challenges, Digest with the examples of its RFCs, Base64. */
#include "harness/test.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "net/base64.h"
#include "net/http_digest.h"

/* ---- challenges ---- */

/* The list as "SCHEME[ token=TOKEN][ NAME=VALUE]...;" for each. */
static void expect_list(const char *field, const char *expected)
{
    struct http_span rest = {field, strlen(field)};
    struct http_challenge c;
    char got[1024];
    size_t len = 0;

    got[0] = 0;
    while (http_challenge_next(&rest, &c))
    {
        len += (size_t)snprintf(got + len, sizeof(got) - len, "%.*s", (int)c.scheme.len,
                                c.scheme.text);
        if (c.token.len)
            len += (size_t)snprintf(got + len, sizeof(got) - len, " token=%.*s", (int)c.token.len,
                                    c.token.text);
        for (size_t i = 0; i < c.param_count; i++)
            len += (size_t)snprintf(got + len, sizeof(got) - len, " %.*s=%.*s",
                                    (int)c.params[i].name.len, c.params[i].name.text,
                                    (int)c.params[i].value.len, c.params[i].value.text);
        len += (size_t)snprintf(got + len, sizeof(got) - len, ";");
    }
    ok(!strcmp(got, expected), "%s: got %s, expected %s.\n", field, got, expected);
}

static void test_challenges(void)
{
    expect_list("", "");
    expect_list(" , ,", "");
    expect_list("NTLM", "NTLM;");
    expect_list("NTLM, Negotiate ,Basic realm=\"a, b\"", "NTLM;Negotiate;Basic realm=a, b;");
    expect_list("NTLM TlRMTVM=", "NTLM token=TlRMTVM=;");
    expect_list("NTLM TlRMTVM= , Basic realm=x", "NTLM token=TlRMTVM=;Basic realm=x;");
    expect_list("Digest realm = \"a\\\"b\" ,nonce=\"\", , qop=\"auth,auth-int\", Basic realm=\"\"",
                "Digest realm=a\\\"b nonce= qop=auth,auth-int;Basic realm=;");
    expect_list("Newauth realm=\"apps\", type=1, title=\"Login to \\\"apps\\\"\", Basic "
                "realm=\"simple\"",
                "Newauth realm=apps type=1 title=Login to \\\"apps\\\";Basic realm=simple;");
    /* What makes no sense ends the list. */
    expect_list("Basic realm=\"x", "");
    expect_list("Basic realm=\"x\\", "");
    expect_list("Basic realm=\"a\x01\"", "");
    expect_list("NTLM, =x", "NTLM;");
    expect_list("NTLM, \"x\"", "NTLM;");
    expect_list("Basic realm=\"x\" y", "");
}

static void test_many_params(void)
{
    char field[1024] = "Digest ";
    struct http_span rest;
    struct http_challenge challenge;

    for (int i = 0; i < 100; i++)
        strcat(field, i ? ",a=b" : "a=b");
    rest = (struct http_span){field, strlen(field)};
    ok(http_challenge_next(&rest, &challenge), "Refused.\n");
    ok(challenge.param_count == HTTP_CHALLENGE_PARAMS_MAX, "Got %zu.\n", challenge.param_count);
}

/* ---- Digest ---- */

static void expect_answer(const char *field, const struct http_digest_request *request,
                          const char *expected)
{
    struct http_span rest = {field, strlen(field)};
    struct http_challenge challenge;
    bool is_read = http_challenge_next(&rest, &challenge);
    char *answer;

    ok(is_read, "%s: refused.\n", field);
    if (!is_read) return;
    answer = http_digest_answer(&challenge, request);
    if (expected)
        ok(answer && strstr(answer, expected), "Got %s, expected %s.\n", answer ? answer : "none",
           expected);
    else
        ok(!answer, "%s: got %s.\n", field, answer);
    ok(!answer == !http_digest_strength(&challenge), "Its strength says otherwise.\n");
    free(answer);
}

static void test_rfc_2617(void)
{
    static const struct http_digest_request request = {
        "GET", "/dir/index.html", "Mufasa", "Circle Of Life", "0a4f113b", 1};
    static const char field[] = "Digest realm=\"testrealm@host.com\", qop=\"auth,auth-int\", "
                                "nonce=\"dcd98b7102dd2f0e8b11d0f600bfb0c093\", "
                                "opaque=\"5ccc069c403ebaf9f0171e9517f40e41\"";

    expect_answer(field, &request,
                  "Digest username=\"Mufasa\", realm=\"testrealm@host.com\", "
                  "nonce=\"dcd98b7102dd2f0e8b11d0f600bfb0c093\", uri=\"/dir/index.html\", "
                  "qop=auth, nc=00000001, cnonce=\"0a4f113b\", "
                  "response=\"6629fae49393a05397450978507c4ef1\", "
                  "opaque=\"5ccc069c403ebaf9f0171e9517f40e41\"");
    /* As in RFC 2069. */
    expect_answer("Digest realm=\"testrealm@host.com\", "
                  "nonce=\"dcd98b7102dd2f0e8b11d0f600bfb0c093\"",
                  &request, "response=\"670fd8c2df070c60b045671b8b24ff02\"");
}

static void test_rfc_7616(void)
{
    static const struct http_digest_request request = {
        "GET",
        "/dir/index.html",
        "Mufasa",
        "Circle of Life",
        "f2/wE4q74E6zIJEtWaHKaf5wv/H5QzzpXusqGemxURZJ",
        1};

    expect_answer("Digest realm=\"http-auth@example.org\", qop=\"auth, auth-int\", "
                  "algorithm=MD5, nonce=\"7ypf/xlj9XXwfDPEoM4URrv/xwf94BcCAzFZH4GiTo0v\"",
                  &request, "response=\"8ca523f5e9506fed4657c9700eebdbec\"");
    expect_answer("Digest realm=\"http-auth@example.org\", qop=\"auth, auth-int\", "
                  "algorithm=SHA-256, nonce=\"7ypf/xlj9XXwfDPEoM4URrv/xwf94BcCAzFZH4GiTo0v\"",
                  &request,
                  "response=\"753927fa0e85d155564e2e272a28d1802ca10daf4496794697cf8db5856cb6c1\"");
}

static void test_unanswerable(void)
{
    static const struct http_digest_request request = {"GET", "/", "u", "p", "c", 1};

    expect_answer("Digest realm=\"r\"", &request, NULL);
    expect_answer("Digest nonce=\"n\"", &request, NULL);
    expect_answer("Digest realm=\"r\", nonce=\"n\", algorithm=SHA-1", &request, NULL);
    expect_answer("Digest realm=\"r\", nonce=\"n\", qop=\"auth-int\"", &request, NULL);
    expect_answer("Digest realm=\"r\", nonce=\"n\", algorithm=MD5-sess", &request, NULL);
    expect_answer("Basic realm=\"r\", nonce=\"n\"", &request, NULL);
    expect_answer("Digest realm=\"r\", nonce=\"n\", algorithm=\"md5-SESS\", qop=auth", &request,
                  "algorithm=MD5-sess");
}

static void test_quotes(void)
{
    static const struct http_digest_request request = {"GET", "/", "a\"b\\c", "p", "c", 1};

    expect_answer("Digest realm=\"r\\\"s\", nonce=\"n\"", &request,
                  "username=\"a\\\"b\\\\c\", realm=\"r\\\"s\"");
}

/* ---- Base64 ---- */

static void test_base64(void)
{
    static const char *const pairs[][2] = {
        {"", ""},
        {"f", "Zg=="},
        {"fo", "Zm8="},
        {"foo", "Zm9v"},
        {"foob", "Zm9vYg=="},
        {"fooba", "Zm9vYmE="},
        {"foobar", "Zm9vYmFy"},
    };
    static const char *const bad[] = {
        "Z", "Zg", "Zg=", "Zg===", "Z===", "Zm9v=", "Zm 9", "====", "Zm9\n"};

    for (size_t i = 0; i < ARRAY_COUNT(pairs); i++)
    {
        size_t size, len = strlen(pairs[i][0]);
        char *text = base64_encode(pairs[i][0], len);
        uint8_t *data = base64_decode(pairs[i][1], strlen(pairs[i][1]), &size);

        ok(text && !strcmp(text, pairs[i][1]), "Got %s.\n", text);
        ok(data && size == len && !memcmp(data, pairs[i][0], len), "%s.\n", pairs[i][1]);
        free(text);
        free(data);
    }
    for (size_t i = 0; i < ARRAY_COUNT(bad); i++)
    {
        size_t size;
        uint8_t *data = base64_decode(bad[i], strlen(bad[i]), &size);

        ok(!data && !size, "%s was taken.\n", bad[i]);
        free(data);
    }
}

START_TEST(http_digest)
{
    RUN_TEST(test_challenges);
    RUN_TEST(test_many_params);
    RUN_TEST(test_rfc_2617);
    RUN_TEST(test_rfc_7616);
    RUN_TEST(test_unanswerable);
    RUN_TEST(test_quotes);
    RUN_TEST(test_base64);
}
