/* SPDX-License-Identifier: LGPL-2.1-or-later
 *
 * src/net/http_auth: which challenges are answered, with what, and how often. */
#include "harness/test.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "base/log.h"
#include "net/base64.h"
#include "net/http_auth.h"

#define URL "http://server.example:81/a/file?b#c"

static const WCHAR user[] = {'J', 'o', 0}, password[] = {'S', 'e', 's', 'a', 'm', 'e', 0};
static const WCHAR half_pair[] = {0xd800, 0};
static struct http_logins logins;
static struct http_auth *auth;
static struct http_auth_memory memory;

static void forget(void)
{
    memset(&logins, 0, sizeof(logins));
}

static void set(enum http_auth_target target, enum http_auth_scheme scheme)
{
    logins.of[target][scheme] = (struct http_login){true, user, password};
}

static HRESULT begin(const char *url)
{
    const struct http_auth_params params = {.logins = &logins, .method = "GET", .url = url};

    return http_auth_create(&params, &auth);
}

/* Lines with LF in between; plays an answer. */
static bool answer(unsigned int status, const char *lines, bool is_tunnel)
{
    http_auth_take_line(auth, "HTTP/1.1 401 No\r\n", 17);
    while (*lines)
    {
        size_t len = strcspn(lines, "\n");
        static char line[70000];

        snprintf(line, sizeof(line), "%.*s\r\n", (int)len, lines);
        http_auth_take_line(auth, line, strlen(line));
        lines += len + (lines[len] == '\n');
    }
    http_auth_take_line(auth, "\r\n", 2);
    return http_auth_is_answerable(auth, status, is_tunnel);
}

static bool server_says(const char *lines)
{
    return answer(401, lines, false);
}

static void expect_field(enum http_auth_target target, const char *expected)
{
    const char *field = http_auth_field(auth, target);

    if (expected)
        ok(field && !strncmp(field, expected, strlen(expected)), "Got %s, expected %s.\n",
           field ? field : "none", expected);
    else
        ok(!field, "Got %s.\n", field);
}

static void end(void)
{
    http_auth_destroy(auth);
    auth = NULL;
}

static void test_nothing_to_say(void)
{
    forget();
    ok(begin(URL) == S_FALSE && !auth, "There is an object.\n");
    end();
    set(HTTP_AUTH_SERVER, HTTP_AUTH_BASIC);
    ok(begin(URL) == S_OK, "There is none.\n");
    expect_field(HTTP_AUTH_SERVER, NULL);
    expect_field(HTTP_AUTH_PROXY, NULL);
    ok(!answer(404, "WWW-Authenticate: Basic realm=\"x\"", false), "A 404 was answered.\n");
    ok(!answer(200, "WWW-Authenticate: Basic realm=\"x\"", false), "A 200 was answered.\n");
    ok(!server_says(""), "Nothing was answered.\n");
    expect_field(HTTP_AUTH_SERVER, NULL);
    end();
}

static void test_basic(void)
{
    withstands("D9");
    forget();
    set(HTTP_AUTH_SERVER, HTTP_AUTH_BASIC);
    begin(URL);
    ok(server_says("Date: x\nwww-AUTHENTICATE:Basic realm=\"x\""), "Not answered.\n");
    expect_field(HTTP_AUTH_SERVER, "Basic Sm86U2VzYW1l");
    expect_field(HTTP_AUTH_PROXY, NULL);
    /* Refused: once is enough. */
    ok(!server_says("WWW-Authenticate: Basic realm=\"x\""), "Answered again.\n");
    expect_field(HTTP_AUTH_SERVER, NULL);
    ok(!server_says("WWW-Authenticate: Basic realm=\"y\""), "Answered again.\n");
    end();
}

static void test_only_schemes_that_are_set(void)
{
    static const char *const fields[] = {"WWW-Authenticate: Basic realm=\"x\"",
                                         "WWW-Authenticate: Digest realm=\"x\", nonce=\"n\"",
                                         "WWW-Authenticate: NTLM", "WWW-Authenticate: Negotiate"};

    withstands("D9");
    for (int scheme = 0; scheme < HTTP_AUTH_SCHEMES; scheme++)
        for (int asked = 0; asked < HTTP_AUTH_SCHEMES; asked++)
        {
            forget();
            set(HTTP_AUTH_SERVER, scheme);
            begin(URL);
            ok(server_says(fields[asked]) == (asked == scheme), "Scheme %d, asked for %d.\n",
               scheme, asked);
            ok(!http_auth_field(auth, HTTP_AUTH_SERVER) == (asked != scheme),
               "Scheme %d, asked for %d: a field.\n", scheme, asked);
            end();
        }
    /* What is set for the proxy is not for the server. */
    forget();
    set(HTTP_AUTH_PROXY, HTTP_AUTH_BASIC);
    begin(URL);
    ok(!server_says(fields[0]), "The server got the proxy's.\n");
    ok(!answer(407, fields[0], false), "The wrong field was answered.\n");
    ok(answer(407, "Proxy-Authenticate: Basic realm=\"x\"", false), "Not answered.\n");
    expect_field(HTTP_AUTH_PROXY, "Basic ");
    expect_field(HTTP_AUTH_SERVER, NULL);
    end();
}

static void test_strongest_first(void)
{
    static const char all[] = "WWW-Authenticate: Basic realm=\"x\", NTLM\n"
                              "WWW-Authenticate: =, broken\n"
                              "WWW-Authenticate: Digest realm=\"x\", nonce=\"n\"\n"
                              "WWW-Authenticate: Digest realm=\"x\", nonce=\"n\", "
                              "algorithm=SHA-256";

    withstands("D9");
    forget();
    for (int scheme = 0; scheme < HTTP_AUTH_SCHEMES; scheme++)
        set(HTTP_AUTH_SERVER, scheme);
    begin(URL);
    ok(server_says(all), "Not answered.\n");
    expect_field(HTTP_AUTH_SERVER, "NTLM ");
    ok(server_says(all), "Not answered.\n");
    expect_field(HTTP_AUTH_SERVER, "Digest ");
    ok(strstr(http_auth_field(auth, HTTP_AUTH_SERVER), "SHA-256") != NULL, "The weaker one.\n");
    ok(server_says(all), "Not answered.\n");
    expect_field(HTTP_AUTH_SERVER, "Basic ");
    ok(!server_says(all), "Answered again.\n");
    end();
}

static void test_stale(void)
{
    static const char stale[] = "WWW-Authenticate: Digest realm=\"x\", nonce=\"n\", stale=TRUE";
    unsigned int rounds = 0;

    withstands("D9");
    forget();
    set(HTTP_AUTH_SERVER, HTTP_AUTH_DIGEST);
    begin(URL);
    while (rounds < 100 && server_says(stale))
        rounds++;
    ok(rounds > 1 && rounds < 5, "Got %u rounds.\n", rounds);
    end();
    begin(URL);
    ok(server_says(stale), "Not answered.\n");
    ok(strstr(http_auth_field(auth, HTTP_AUTH_SERVER), "uri=\"/a/file?b\"") != NULL, "Got %s.\n",
       http_auth_field(auth, HTTP_AUTH_SERVER));
    ok(!server_says("WWW-Authenticate: Digest realm=\"x\", nonce=\"m\""), "Answered again.\n");
    end();
}

static void test_ntlm(void)
{
    uint8_t challenge[56] = "NTLMSSP\0\2\0\0\0";
    char line[256], *token;

    withstands("D9");
    challenge[20] = 1;
    challenge[21] = 2;
    token = base64_encode(challenge, sizeof(challenge));
    snprintf(line, sizeof(line), "WWW-Authenticate: NTLM %s", token);
    free(token);
    forget();
    set(HTTP_AUTH_SERVER, HTTP_AUTH_NTLM);
    begin(URL);
    ok(!http_auth_is_bound(auth), "It is bound.\n");
    ok(server_says("WWW-Authenticate: NTLM"), "Not answered.\n");
    expect_field(HTTP_AUTH_SERVER, "NTLM TlRMTVNTUAABAAAA");
    ok(http_auth_is_bound(auth), "It is not bound.\n");
    ok(server_says(line), "Not answered.\n");
    expect_field(HTTP_AUTH_SERVER, "NTLM TlRMTVNTUAADAAAA");
    /* A server that goes on for ever, and one that refuses. */
    ok(!server_says(line), "Answered again.\n");
    ok(!server_says("WWW-Authenticate: NTLM"), "Answered again.\n");
    end();

    /* Not before it was asked for. */
    begin(URL);
    ok(server_says(line), "Not answered.\n");
    expect_field(HTTP_AUTH_SERVER, "NTLM TlRMTVNTUAABAAAA");
    ok(!server_says("WWW-Authenticate: NTLM !"), "Nonsense was answered.\n");
    end();
}

/* The log-on of a user, where the system has none. */
#ifndef _WIN32
/* Nobody is logged on. */
static void test_implicit(void)
{
    withstands("D10");
    forget();
    logins.of[HTTP_AUTH_SERVER][HTTP_AUTH_NTLM].is_set = true;
    begin(URL);
    ok(!server_says("WWW-Authenticate: NTLM"), "Answered.\n");
    end();
}
#endif

static void test_url(void)
{
    static const char digest[] = "WWW-Authenticate: Digest realm=\"x\", nonce=\"n\"";
    static const char basic[] = "WWW-Authenticate: Basic realm=\"x\"";

    forget();
    ok(begin("http://Jo:Ses%61me@server/") == S_OK, "There is none.\n");
    expect_field(HTTP_AUTH_SERVER, NULL);
    ok(!server_says("WWW-Authenticate: NTLM"), "Answered.\n");
    ok(server_says(basic), "Not answered.\n");
    expect_field(HTTP_AUTH_SERVER, "Basic Sm86U2VzYW1l");
    end();
    begin("http://Jo@server/");
    ok(server_says(digest), "Not answered.\n");
    ok(!answer(407, "Proxy-Authenticate: Basic realm=\"x\"", false), "The proxy got it.\n");
    end();
    begin("http://a%00b:c@server/");
    ok(!server_says(basic), "Answered.\n");
    end();
    begin("http://a%0d%0ab:c@server/");
    ok(!server_says(digest), "Answered.\n");
    end();
    /* What was set is stronger. */
    set(HTTP_AUTH_SERVER, HTTP_AUTH_BASIC);
    begin("http://x:y@server/");
    ok(server_says(basic), "Not answered.\n");
    expect_field(HTTP_AUTH_SERVER, "Basic Sm86U2VzYW1l");
    end();
    ok(begin("http://server/a@b") == S_OK, "There is none.\n");
    end();
    forget();
    ok(begin("http://server/a@b") == S_FALSE, "There is a login.\n");
    end();
}

static void test_tunnel(void)
{
    static const char digest[] = "Proxy-Authenticate: Digest realm=\"x\", nonce=\"n\"";

    forget();
    set(HTTP_AUTH_PROXY, HTTP_AUTH_DIGEST);
    begin("https://server.example/file");
    ok(answer(407, digest, true), "Not answered.\n");
    ok(strstr(http_auth_field(auth, HTTP_AUTH_PROXY), "uri=\"server.example:443\"") != NULL,
       "Got %s.\n", http_auth_field(auth, HTTP_AUTH_PROXY));
    end();
    begin("https://[::1]:8443/file");
    ok(answer(407, digest, true), "Not answered.\n");
    ok(strstr(http_auth_field(auth, HTTP_AUTH_PROXY), "uri=\"[::1]:8443\"") != NULL, "Got %s.\n",
       http_auth_field(auth, HTTP_AUTH_PROXY));
    end();
}

/* Server and proxy may both ask. */
static void test_both(void)
{
    forget();
    set(HTTP_AUTH_PROXY, HTTP_AUTH_BASIC);
    set(HTTP_AUTH_SERVER, HTTP_AUTH_DIGEST);
    begin(URL);
    ok(answer(407, "Proxy-Authenticate: Basic realm=\"p\"", false), "Not answered.\n");
    ok(server_says("WWW-Authenticate: Digest realm=\"s\", nonce=\"n\""), "Not answered.\n");
    expect_field(HTTP_AUTH_PROXY, "Basic ");
    expect_field(HTTP_AUTH_SERVER, "Digest ");
    end();
}

static void test_strange_texts(void)
{
    static const size_t sizes[] = {20000, 65536};
    char *huge = malloc(65536);

    withstands("D9");
    if (!huge) abort();
    forget();
    logins.of[HTTP_AUTH_SERVER][HTTP_AUTH_BASIC] = (struct http_login){true, half_pair, password};
    begin(URL);
    ok(!server_says("WWW-Authenticate: Basic realm=\"x\""), "Half a pair was sent.\n");
    end();
    /* A field beyond the limit does not count. */
    forget();
    set(HTTP_AUTH_SERVER, HTTP_AUTH_BASIC);
    begin(URL);
    for (unsigned int i = 0; i < ARRAY_COUNT(sizes); i++)
    {
        memset(huge, 'x', sizes[i]);
        memcpy(huge, "WWW-Authenticate: Basic realm=", 30);
        huge[sizes[i] - 1] = 0;
        ok(!server_says(huge), "Size %u: answered.\n", (unsigned int)sizes[i]);
    }
    /* A scheme that nobody has heard of does not spoil the one beside it. */
    ok(!server_says("WWW-Authenticate: Unheard-Of realm=\"x\""), "Answered.\n");
    expect_field(HTTP_AUTH_SERVER, NULL);
    ok(server_says("WWW-Authenticate: Unheard-Of a=\"b\", Basic realm=\"x\""), "Not answered.\n");
    expect_field(HTTP_AUTH_SERVER, "Basic ");
    free(huge);
    end();
}

static const struct http_login *find_kept(void *ctx)
{
    static const struct http_login kept = {true, user, password};
    unsigned int *count = ctx;

    ++*count;
    return &kept;
}

/* For the proxy only, when it asks, and once. */
static void test_kept_elsewhere(void)
{
    unsigned int count = 0;
    const struct http_auth_params params = {
        .method = "GET", .url = URL, .find_proxy_login = find_kept, .ctx = &count};

    ok(http_auth_create(&params, &auth) == S_OK, "There is nothing to answer with.\n");
    ok(!server_says("WWW-Authenticate: Basic realm=\"x\""), "The server was answered.\n");
    ok(!count, "Asked %u times.\n", count);
    ok(answer(407, "Proxy-Authenticate: Basic realm=\"x\"", false), "Not answered.\n");
    expect_field(HTTP_AUTH_PROXY, "Basic Sm86U2VzYW1l");
    expect_field(HTTP_AUTH_SERVER, NULL);
    ok(!answer(407, "Proxy-Authenticate: Basic realm=\"x\"", false), "Answered again.\n");
    ok(count == 1, "Asked %u times.\n", count);
    end();
}

/* ---- from request to request ---- */

static bool begin_next(const char *url, const char *proxy)
{
    const struct http_auth_params params = {
        .logins = &logins, .method = "BITS_POST", .url = url, .memory = &memory};

    http_auth_create(&params, &auth);
    return http_auth_set_proxy(auth, proxy);
}

static void test_memory(void)
{
    static const char proxy[] = "proxy:1";

    forget();
    set(HTTP_AUTH_SERVER, HTTP_AUTH_BASIC);
    set(HTTP_AUTH_PROXY, HTTP_AUTH_BASIC);
    ok(!begin_next(URL, proxy), "It speaks unasked.\n");
    ok(answer(407, "Proxy-Authenticate: Basic realm=\"x\"", false), "Not answered.\n");
    end();
    ok(begin_next(URL, proxy), "It has forgotten.\n");
    expect_field(HTTP_AUTH_PROXY, "Basic Sm86U2VzYW1l");
    expect_field(HTTP_AUTH_SERVER, NULL);
    ok(server_says("WWW-Authenticate: Basic realm=\"x\""), "Not answered.\n");
    expect_field(HTTP_AUTH_PROXY, "Basic Sm86U2VzYW1l");
    end();
    ok(begin_next(URL, proxy), "It has forgotten.\n");
    expect_field(HTTP_AUTH_PROXY, "Basic Sm86U2VzYW1l");
    expect_field(HTTP_AUTH_SERVER, "Basic Sm86U2VzYW1l");
    end();
    /* Nobody else has asked. */
    ok(begin_next(URL, "other:1"), "It has forgotten.\n");
    expect_field(HTTP_AUTH_PROXY, NULL);
    end();
    ok(begin_next(URL, NULL), "It has forgotten.\n");
    expect_field(HTTP_AUTH_PROXY, NULL);
    end();
    ok(begin_next("http://server.example:82/a/file", proxy), "It has forgotten.\n");
    expect_field(HTTP_AUTH_SERVER, NULL);
    end();
    ok(!begin_next("https://server.example:81/a/file", proxy), "It speaks unasked.\n");
    expect_field(HTTP_AUTH_SERVER, NULL);
    end();
    /* A login that was taken away is not said. */
    forget();
    set(HTTP_AUTH_SERVER, HTTP_AUTH_DIGEST);
    ok(!begin_next(URL, proxy), "It says what it has not.\n");
    end();
    http_auth_memory_done(&memory);
}

/* The nonce is counted; when it is too old it is not the login that is wrong. */
static void test_memory_of_nonces(void)
{
    static const char field[] = "WWW-Authenticate: Digest realm=\"x\", nonce=\"n\", qop=\"auth\"";
    static const char next[] = "WWW-Authenticate: Digest realm=\"x\", nonce=\"m\", qop=\"auth\"";
    const char *value;

    forget();
    set(HTTP_AUTH_SERVER, HTTP_AUTH_DIGEST);
    begin_next(URL, NULL);
    ok(server_says(field), "Not answered.\n");
    value = http_auth_field(auth, HTTP_AUTH_SERVER);
    ok(value && strstr(value, "nc=00000001,"), "Got %s.\n", value ? value : "none");
    end();
    for (unsigned int i = 2; i < 4; i++)
    {
        char count[32];

        snprintf(count, sizeof(count), "nc=0000000%u,", i);
        ok(begin_next(URL, NULL), "It has forgotten.\n");
        value = http_auth_field(auth, HTTP_AUTH_SERVER);
        ok(value && strstr(value, count) && strstr(value, "nonce=\"n\""), "Got %s.\n",
           value ? value : "none");
        if (i == 2) end();
    }
    ok(server_says(next), "Not answered.\n");
    value = http_auth_field(auth, HTTP_AUTH_SERVER);
    ok(value && strstr(value, "nc=00000001,") && strstr(value, "nonce=\"m\""), "Got %s.\n",
       value ? value : "none");
    ok(!server_says(next), "Answered again.\n");
    end();
    http_auth_memory_done(&memory);
}

static void test_memory_of_tunnels(void)
{
    forget();
    set(HTTP_AUTH_PROXY, HTTP_AUTH_BASIC);
    begin_next("https://server.example/a/file", "proxy:1");
    ok(answer(407, "Proxy-Authenticate: Basic realm=\"x\"", true), "Not answered.\n");
    end();
    ok(begin_next("https://server.example/a/file", "proxy:1"), "It has forgotten.\n");
    expect_field(HTTP_AUTH_PROXY, "Basic Sm86U2VzYW1l");
    end();
    http_auth_memory_done(&memory);
}

/* What is of one connection begins with its first word on each. */
static void test_memory_of_dialogues(void)
{
    forget();
    set(HTTP_AUTH_SERVER, HTTP_AUTH_NTLM);
    begin_next(URL, NULL);
    ok(server_says("WWW-Authenticate: NTLM"), "Not answered.\n");
    end();
    ok(!begin_next(URL, NULL), "It speaks unasked.\n");
    end();
    http_auth_memory_done(&memory);
}

START_TEST(http_auth)
{
    log_configure("http=off");
    RUN_TEST(test_nothing_to_say);
    RUN_TEST(test_basic);
    RUN_TEST(test_only_schemes_that_are_set);
    RUN_TEST(test_strongest_first);
    RUN_TEST(test_stale);
    RUN_TEST(test_ntlm);
#ifndef _WIN32
    RUN_TEST(test_implicit);
#endif
    RUN_TEST(test_url);
    RUN_TEST(test_tunnel);
    RUN_TEST(test_both);
    RUN_TEST(test_kept_elsewhere);
    RUN_TEST(test_strange_texts);
    RUN_TEST(test_memory);
    RUN_TEST(test_memory_of_nonces);
    RUN_TEST(test_memory_of_tunnels);
    RUN_TEST(test_memory_of_dialogues);
}
