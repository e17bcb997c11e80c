/* SPDX-License-Identifier: LGPL-2.1-or-later
 *
 * What credentials do on the wire: answers to challenges of servers and proxies, to the right ones
 * only, and an end when they are refused. */
#include "download_fixture.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <wincrypt.h>

#include "harness/digest_login.h"
#include "harness/origin.h"

#define USER      L"Jo"
#define PASSWORD  L"Sesame"
#define BASIC     "Basic Sm86U2VzYW1l"
#define REALM     "the realm"
#define NONCE     "b7102dd2f0e8b11d"
#define WAIT_MS   60000
#define HEAD_SIZE 8192

static const struct origin_file small_file = {.size = SMALL};

/* ---- jobs ---- */

static IBackgroundCopyJob *create(const char *path)
{
    static unsigned int number;
    WCHAR name[32];

    swprintf(name, ARRAY_SIZE(name), L"credentials-%u", ++number);
    return create_download(path, name);
}

static void set_login(IBackgroundCopyJob *job, BG_AUTH_TARGET target, BG_AUTH_SCHEME scheme,
                      const WCHAR *user, const WCHAR *password)
{
    BG_AUTH_CREDENTIALS credentials = {.Target = target, .Scheme = scheme};
    IBackgroundCopyJob2 *job2;
    HRESULT hr = IBackgroundCopyJob_QueryInterface(job, &IID_IBackgroundCopyJob2, (void **)&job2);

    ok(hr == S_OK, "Got hr %#lx.\n", hr);
    credentials.Credentials.Basic.UserName = (WCHAR *)user;
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
    ok_(__FILE__, line)(state == BG_JOB_STATE_TRANSFERRED, "Got state %d.\n", state);
}

#define expect_error(job, code) expect_error_(__LINE__, job, code)
static void expect_error_(int line, IBackgroundCopyJob *job, HRESULT expected)
{
    HRESULT code;

    resume(job);
    wait_for_state(job, TRANSFERRED | FAILED_STATES, WAIT_MS);
    code = job_error(job, NULL);
    ok_(__FILE__, line)(code == expected, "Got code %#lx, expected %#lx.\n", code, expected);
    ok_(__FILE__, line)(job_state(job) == BG_JOB_STATE_ERROR, "Got state %d.\n", job_state(job));
}

/* ---- servers that ask ---- */

/* Fields of a challenge, with CRLF each. */
struct asker
{
    const char *field;  /* "WWW-Authenticate" */
    const char *answer; /* "Authorization" */
    int status;
    const char *challenge;
    /* Is this value good? NULL: none is. */
    bool (*is_good)(const struct origin_request *r, const char *value);
};

static void refuse(struct origin_conn *c, const struct asker *asker, const char *challenge)
{
    origin_sendf(c, "HTTP/1.1 %d No\r\n%s: %s\r\nContent-Length: 3\r\n\r\n", asker->status,
                 asker->field, challenge);
    origin_send(c, "no\n", 3);
}

static void ask(struct origin_conn *c, const struct origin_request *r, void *ctx)
{
    const struct asker *asker = ctx;
    char value[HEAD_SIZE];

    if (origin_header(r->head, asker->answer, value, sizeof(value)) && asker->is_good &&
        asker->is_good(r, value))
        origin_serve(c, r, &small_file);
    else if (!strcmp(r->method, "HEAD"))
        origin_sendf(c, "HTTP/1.1 %d No\r\n%s: %s\r\n\r\n", asker->status, asker->field,
                     asker->challenge);
    else
        refuse(c, asker, asker->challenge);
}

static bool is_basic(const struct origin_request *r, const char *value)
{
    (void)r;
    return !strcmp(value, BASIC);
}

static bool is_digest(const struct origin_request *r, const char *value)
{
    return is_digest_of(r, value, &(struct digest_login){"Jo", "Sesame", REALM, NONCE});
}

static const struct asker basic = {"WWW-Authenticate", "Authorization", 401,
                                   "Basic realm=\"" REALM "\"", is_basic};
static const struct asker digest = {"WWW-Authenticate", "Authorization", 401,
                                    "Digest realm=\"" REALM "\", nonce=\"" NONCE "\", qop=\"auth\"",
                                    is_digest};
static const struct asker never = {"WWW-Authenticate", "Authorization", 401,
                                   "Basic realm=\"" REALM "\", NTLM, Negotiate, Bearer, "
                                   "Digest realm=\"" REALM "\", nonce=\"" NONCE
                                   "\", qop=auth, stale=true",
                                   NULL};

/* How many requests to the path had such a field. */
static unsigned int count_fields(struct origin *o, const char *path, const char *field,
                                 const char *begin)
{
    unsigned int count = 0;
    struct origin_entry entry;

    for (size_t i = 0; origin_journal_get(o, path, i, &entry); i++)
    {
        char value[HEAD_SIZE];

        if (origin_header(entry.head, field, value, sizeof(value)) &&
            !strncmp(value, begin, strlen(begin)))
            count++;
    }
    return count;
}

/* ---- tests ---- */

static void test_basic(void)
{
    IBackgroundCopyJob *job = create("/basic");
    struct origin_entry entry;
    char value[HEAD_SIZE];

    origin_handle(origin, "/basic", ask, (void *)&basic);
    set_login(job, BG_AUTH_TARGET_SERVER, BG_AUTH_SCHEME_BASIC, USER, PASSWORD);
    expect_transferred(job);
    /* Not before it was asked for. */
    ok(origin_journal_get(origin, "/basic", 0, &entry) &&
           !origin_header(entry.head, "Authorization", value, sizeof(value)),
       "The first request has it.\n");
    ok(count_fields(origin, "/basic", "Authorization", BASIC) != 0, "No request has it.\n");
    end_job(job);
}

static void test_digest(void)
{
    IBackgroundCopyJob *job = create("/digest");

    origin_handle(origin, "/digest", ask, (void *)&digest);
    set_login(job, BG_AUTH_TARGET_SERVER, BG_AUTH_SCHEME_DIGEST, USER, PASSWORD);
    expect_transferred(job);
    ok(!count_fields(origin, "/digest", "Authorization", "Basic"), "The password was sent.\n");
    end_job(job);
}

/* The last one counts. */
static void test_replaced(void)
{
    IBackgroundCopyJob *job = create("/replaced");

    shows("J2-CRED-8");
    origin_handle(origin, "/replaced", ask, (void *)&basic);
    set_login(job, BG_AUTH_TARGET_SERVER, BG_AUTH_SCHEME_BASIC, USER, L"wrong");
    set_login(job, BG_AUTH_TARGET_SERVER, BG_AUTH_SCHEME_BASIC, USER, PASSWORD);
    expect_transferred(job);
    ok(count_fields(origin, "/replaced", "Authorization", "Basic") ==
           count_fields(origin, "/replaced", "Authorization", BASIC),
       "The old one was sent.\n");
    end_job(job);
}

static void test_refused(void)
{
    static const struct asker proxy_like = {"Proxy-Authenticate", "Proxy-Authorization", 407,
                                            "Basic realm=\"" REALM "\"", is_basic};
    IBackgroundCopyJob *job;

    withstands("D9");
    shows("J2-CRED-9");
    origin_handle(origin, "/none", ask, (void *)&basic);
    job = create("/none");
    expect_error(job, BG_E_HTTP_ERROR_401);
    ok(!count_fields(origin, "/none", "Authorization", ""), "Something was sent.\n");
    end_job(job);

    origin_handle(origin, "/wrong", ask, (void *)&basic);
    job = create("/wrong");
    set_login(job, BG_AUTH_TARGET_SERVER, BG_AUTH_SCHEME_BASIC, USER, L"wrong");
    expect_error(job, BG_E_HTTP_ERROR_401);
    ok(origin_journal_count(origin, "/wrong") <= 4, "Got %u requests.\n",
       (unsigned int)origin_journal_count(origin, "/wrong"));
    end_job(job);

    origin_handle(origin, "/407", ask, (void *)&proxy_like);
    job = create("/407");
    set_login(job, BG_AUTH_TARGET_SERVER, BG_AUTH_SCHEME_BASIC, USER, PASSWORD);
    expect_error(job, BG_E_HTTP_ERROR_407);
    ok(!count_fields(origin, "/407", "Proxy-Authorization", ""), "The server's was sent.\n");
    end_job(job);
}

/* Only schemes that were set, whatever is asked for. */
static void test_other_scheme(void)
{
    IBackgroundCopyJob *job = create("/other");

    withstands("D9");
    origin_handle(origin, "/other", ask, (void *)&basic);
    set_login(job, BG_AUTH_TARGET_SERVER, BG_AUTH_SCHEME_DIGEST, USER, PASSWORD);
    set_login(job, BG_AUTH_TARGET_SERVER, BG_AUTH_SCHEME_NTLM, USER, PASSWORD);
    expect_error(job, BG_E_HTTP_ERROR_401);
    ok(!count_fields(origin, "/other", "Authorization", ""), "Something was sent.\n");
    end_job(job);
}

/* A server that is never content gets each scheme a few times. */
static void test_for_ever(void)
{
    IBackgroundCopyJob *job = create("/never");
    size_t count;

    withstands("D9");
    origin_handle(origin, "/never", ask, (void *)&never);
    for (int scheme = BG_AUTH_SCHEME_BASIC; scheme <= BG_AUTH_SCHEME_PASSPORT; scheme++)
        set_login(job, BG_AUTH_TARGET_SERVER, (BG_AUTH_SCHEME)scheme, USER, PASSWORD);
    expect_error(job, BG_E_HTTP_ERROR_401);
    count = origin_journal_count(origin, "/never");
    ok(count >= 4 && count <= 14, "Got %u requests.\n", (unsigned int)count);
    end_job(job);
}

static void huge_realm(struct origin_conn *c, const struct origin_request *r, void *ctx)
{
    char part[4096];

    (void)r;
    (void)ctx;
    memset(part, 'x', sizeof(part));
    origin_sendf(c, "HTTP/1.1 401 No\r\nWWW-Authenticate: Basic realm=\"");
    for (int i = 0; i < 16; i++)
        origin_send(c, part, sizeof(part));
    origin_sendf(c, "\"\r\nContent-Length: 0\r\n\r\n");
}

static void test_huge_realm(void)
{
    IBackgroundCopyJob *job = create("/huge");
    BG_JOB_STATE state;

    withstands("D9");
    origin_handle(origin, "/huge", huge_realm, NULL);
    set_login(job, BG_AUTH_TARGET_SERVER, BG_AUTH_SCHEME_BASIC, USER, PASSWORD);
    resume(job);
    state = wait_for_state(job, STATE_BIT(BG_JOB_STATE_ERROR), WAIT_MS);
    ok(state == BG_JOB_STATE_ERROR, "Got state %d.\n", state);
    ok(origin_journal_count(origin, "/huge") <= 4, "Got %u requests.\n",
       (unsigned int)origin_journal_count(origin, "/huge"));
    end_job(job);
}

/* ---- NTLM ---- */

/* The challenge of a server without pairs, in Base64; the third message has the same connection. */
static unsigned int ntlm_connection, ntlm_moves;

static bool is_third(const char *value)
{
    return !strncmp(value, "NTLM TlRMTVNTUAADAAAA", 21);
}

static void ask_ntlm(struct origin_conn *c, const struct origin_request *r, void *ctx)
{
    static const char challenge[] =
        "NTLM TlRMTVNTUAACAAAAAAAAAAAAAAABAggAASNFZ4mrze8AAAAAAAAAAAAAAAAAAAAA";
    struct asker asker = {"WWW-Authenticate", "Authorization", 401, NULL, NULL};
    char value[HEAD_SIZE];
    bool is_head = !strcmp(r->method, "HEAD");

    (void)ctx;
    if (!origin_header(r->head, "Authorization", value, sizeof(value)))
        asker.challenge = "NTLM";
    else if (!strncmp(value, "NTLM TlRMTVNTUAABAAAA", 21))
    {
        ntlm_connection = r->connection;
        asker.challenge = challenge;
    }
    else if (is_third(value))
    {
        if (r->connection != ntlm_connection) ntlm_moves++;
        origin_serve(c, r, &small_file);
        return;
    }
    else
        asker.challenge = "NTLM";
    if (is_head)
        origin_sendf(c, "HTTP/1.1 401 No\r\nWWW-Authenticate: %s\r\n\r\n", asker.challenge);
    else
        refuse(c, &asker, asker.challenge);
}

static void test_ntlm(void)
{
    IBackgroundCopyJob *job = create("/ntlm");

    origin_handle(origin, "/ntlm", ask_ntlm, NULL);
    set_login(job, BG_AUTH_TARGET_SERVER, BG_AUTH_SCHEME_NTLM, L"DOMAIN\\Jo", PASSWORD);
    expect_transferred(job);
    ok(count_fields(origin, "/ntlm", "Authorization", "NTLM TlRMTVNTUAADAAAA") != 0,
       "There is no third message.\n");
    ok(!ntlm_moves, "It changed its connection %u times.\n", ntlm_moves);
    end_job(job);
}

/* The user's own log-on goes to nobody that it was not set for. */
static void test_no_implicit(void)
{
    static const struct asker asker = {"WWW-Authenticate", "Authorization", 401, "NTLM, Negotiate",
                                       NULL};
    IBackgroundCopyJob *job = create("/implicit");

    origin_handle(origin, "/implicit", ask, (void *)&asker);
    set_login(job, BG_AUTH_TARGET_SERVER, BG_AUTH_SCHEME_BASIC, USER, PASSWORD);
    expect_error(job, BG_E_HTTP_ERROR_401);
    ok(!count_fields(origin, "/implicit", "Authorization", ""), "Something was sent.\n");
    end_job(job);
}

/* ---- other servers ---- */

static void redirect(struct origin_conn *c, const struct origin_request *r, void *ctx)
{
    (void)r;
    origin_sendf(c, "HTTP/1.1 302 There\r\nLocation: %s\r\nContent-Length: 0\r\n\r\n",
                 (const char *)ctx);
}

static void test_redirect(void)
{
    struct origin *other = origin_start(NULL);
    IBackgroundCopyJob *job = create("/away");
    char url[128];

    ok(other != NULL, "There is no other server.\n");
    if (!other) return;
    origin_handle(other, "/asks", ask, (void *)&basic);
    origin_handle(origin, "/away", redirect, origin_url(other, "/asks", url, sizeof(url)));
    set_login(job, BG_AUTH_TARGET_SERVER, BG_AUTH_SCHEME_BASIC, USER, PASSWORD);
    expect_error(job, BG_E_HTTP_ERROR_401);
    ok(origin_journal_count(other, "/asks") != 0, "It was not followed.\n");
    ok(!count_fields(other, "/asks", "Authorization", ""), "The other server got it.\n");
    end_job(job);
    origin_destroy(other);
}

static void test_redirect_home(void)
{
    IBackgroundCopyJob *job = create("/home");

    origin_handle(origin, "/asks", ask, (void *)&basic);
    origin_handle(origin, "/home", redirect, (void *)"/asks");
    set_login(job, BG_AUTH_TARGET_SERVER, BG_AUTH_SCHEME_BASIC, USER, PASSWORD);
    expect_transferred(job);
    ok(!count_fields(origin, "/home", "Authorization", ""), "It was sent unasked.\n");
    end_job(job);
}

/* Names and passwords in URLs are answers too, and no more than that. */
static void test_url(void)
{
    IBackgroundCopyJob *job = create_job(L"url", BG_JOB_TYPE_DOWNLOAD);
    WCHAR url[128], local[MAX_PATH];
    HRESULT hr;

    origin_handle(origin, "/url", ask, (void *)&basic);
    swprintf(url, ARRAY_SIZE(url), L"http://Jo:Ses%%61me@127.0.0.1:%u/url", origin_port(origin));
    hr = IBackgroundCopyJob_AddFile(job, url, temp_path(L"credentials-url", local));
    ok(hr == S_OK, "Got hr %#lx.\n", hr);
    expect_transferred(job);
    ok(count_fields(origin, "/url", "Authorization", "") ==
           count_fields(origin, "/url", "Authorization", BASIC),
       "Another one was sent.\n");
    ok(count_fields(origin, "/url", "Authorization", BASIC) < origin_journal_count(origin, "/url"),
       "It was sent unasked.\n");
    end_job(job);
}

/* ---- jobs ---- */

/* A connection that one job has used with its name is not another one's. */
static void test_connections(void)
{
    IBackgroundCopyJob *first = create("/mine"), *second = create("/yours");
    struct origin_entry a, b;

    origin_handle(origin, "/mine", ask, (void *)&basic);
    origin_handle(origin, "/yours", ask, (void *)&basic);
    set_login(first, BG_AUTH_TARGET_SERVER, BG_AUTH_SCHEME_BASIC, USER, PASSWORD);
    set_login(second, BG_AUTH_TARGET_SERVER, BG_AUTH_SCHEME_BASIC, USER, PASSWORD);
    expect_transferred(first);
    expect_transferred(second);
    for (size_t i = 0; origin_journal_get(origin, "/mine", i, &a); i++)
        for (size_t j = 0; origin_journal_get(origin, "/yours", j, &b); j++)
            ok(a.connection != b.connection, "Both used connection %u.\n", a.connection);
    end_job(first);
    end_job(second);
}

START_TEST(credentials)
{
    downloads_start();
    RUN_TEST(test_basic);
    RUN_TEST(test_digest);
    RUN_TEST(test_replaced);
    RUN_TEST(test_refused);
    RUN_TEST(test_other_scheme);
    RUN_TEST(test_for_ever);
    RUN_TEST(test_huge_realm);
    RUN_TEST(test_ntlm);
    RUN_TEST(test_no_implicit);
    RUN_TEST(test_redirect);
    RUN_TEST(test_redirect_home);
    RUN_TEST(test_url);
    RUN_TEST(test_connections);
    downloads_stop();
}
