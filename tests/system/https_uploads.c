/* SPDX-License-Identifier: LGPL-2.1-or-later
 *
 * Uploads by HTTPS, with and without a login. A server of the real world, which https.sh has
 * started, hands what it gets on to the upload server of this process. */
#include "harness/test.h"

#include "base/err_codes.h"
#include "bitsmsg.h"
#include "harness/digest_login.h"
#include "harness/upload_jobs.h"
#include "https_fixture.h"
#include "https_look.h"

#define MIB   1048576u
#define REALM "uploads"
#define NONCE "c2VzYW1l"

static struct origin *origin;

/* The path of an upload server, and the URL that leads to it. */
struct place
{
    char path[64];
    char url[128];
    WCHAR wide[128];
};

static struct place place_of(const char *certificate, const char *folder, const char *name)
{
    struct place place;

    snprintf(place.path, sizeof(place.path), "%s/to/%u/%s", folder, origin_port(origin), name);
    snprintf(place.url, sizeof(place.url), "https://localhost:%u%s", https_port(certificate),
             place.path);
    swprintf(place.wide, ARRAY_SIZE(place.wide), L"%hs", place.url);
    return place;
}

/* All requests to the path that were let in have the client's field and its login. */
static void check_requests(const char *path, const char *scheme)
{
    struct origin_entry request;
    char value[512];
    size_t count = 0;

    for (; origin_journal_get(origin, path, count, &request); count++)
    {
        ok(origin_header(request.head, "X-Mine", value, sizeof(value)) && !strcmp(value, "yes"),
           "No field of the client's in request %zu.\n", count);
        ok(!strcmp(request.method, "BITS_POST"), "Got method %s.\n", request.method);
        if (!scheme || request.status == 401) continue;
        ok(origin_header(request.head, "Authorization", value, sizeof(value)) &&
               !strncmp(value, scheme, strlen(scheme)),
           "No login in request %zu.\n", count);
    }
    ok(count >= 3, "Only %zu requests.\n", count);
}

static void set_reply(IBackgroundCopyJob *job, const WCHAR *name, WCHAR path[MAX_PATH])
{
    IBackgroundCopyJob2 *job2 = job2_of(job);
    HRESULT hr = IBackgroundCopyJob2_SetReplyFileName(job2, temp_path(name, path));

    ok(hr == S_OK, "Got hr %#lx.\n", hr);
    IBackgroundCopyJob2_Release(job2);
}

/* An upload that arrives. NULL: no login. */
static void check_upload(const char *folder, const char *name, const struct up_options *options,
                         const char *scheme_name, BG_AUTH_SCHEME scheme)
{
    struct place place = place_of("good", folder, name);
    struct up_server *server = up_serve(origin, place.path, options);
    IBackgroundCopyJob *job;
    WCHAR local[64];

    swprintf(local, ARRAY_SIZE(local), L"%hs", name);
    job = create_upload_to(place.wide, BG_JOB_TYPE_UPLOAD, local, 5 * MIB + 1, 3);
    set_upload_header(job, L"X-Mine: yes\r\n");
    if (scheme_name) set_upload_login(job, BG_AUTH_TARGET_SERVER, scheme, L"Jo", L"Sesame");
    resume_upload(job);
    finish_upload(job, server, local, 5 * MIB + 1, 3);
    check_requests(place.path, scheme_name);
}

static void test_upload(void)
{
    check_upload("", "plain", NULL, NULL, BG_AUTH_SCHEME_BASIC);
}

static void test_basic(void)
{
    check_upload("/login", "basic", NULL, "Basic", BG_AUTH_SCHEME_BASIC);
}

static bool is_digest(const struct origin_request *r)
{
    char value[512];

    return origin_header(r->head, "Authorization", value, sizeof(value)) &&
           is_digest_of(r, value, &(struct digest_login){"Jo", "Sesame", REALM, NONCE});
}

/* Each packet is looked at, with its own method and path. */
static void test_digest(void)
{
    static const struct up_options options = {.challenge =
                                                  "WWW-Authenticate: Digest realm=\"" REALM
                                                  "\", nonce=\"" NONCE "\", qop=\"auth\"\r\n",
                                              .is_allowed = is_digest};

    check_upload("", "digest", &options, "Digest", BG_AUTH_SCHEME_DIGEST);
}

static void test_wrong_password(void)
{
    struct place place = place_of("good", "/login", "wrong");
    struct up_server *server = up_serve(origin, place.path, NULL);
    IBackgroundCopyJob *job = create_upload_to(place.wide, BG_JOB_TYPE_UPLOAD, L"wrong", MIB, 4);

    set_upload_login(job, BG_AUTH_TARGET_SERVER, BG_AUTH_SCHEME_BASIC, L"Jo", L"Simsim");
    resume_upload(job);
    expect_failed(job, BG_JOB_STATE_ERROR, BG_E_HTTP_ERROR_401, BG_ERROR_CONTEXT_REMOTE_FILE);
    ok(!up_journal_count(server), "It got packets.\n");
    set_upload_login(job, BG_AUTH_TARGET_SERVER, BG_AUTH_SCHEME_BASIC, L"Jo", L"Sesame");
    resume_upload(job);
    finish_upload(job, server, L"wrong", MIB, 4);
}

/* ---- replies ---- */

static void test_reply(void)
{
    struct place reply = place_of("good", "/login", "the-reply");
    struct place place = place_of("good", "/login", "asking");
    struct up_options options = {.reply_url = reply.url};
    struct up_server *server = up_serve(origin, place.path, &options);
    IBackgroundCopyJob *job =
        create_upload_to(place.wide, BG_JOB_TYPE_UPLOAD_REPLY, L"asking", 3 * MIB, 5);
    WCHAR path[MAX_PATH];

    origin_add(origin, reply.path, &(struct origin_file){.size = 200000, .version = 6});
    set_reply(job, L"answer", path);
    set_upload_header(job, L"X-Mine: yes\r\n");
    set_upload_login(job, BG_AUTH_TARGET_SERVER, BG_AUTH_SCHEME_BASIC, L"Jo", L"Sesame");
    resume_upload(job);
    finish_upload(job, server, L"asking", 3 * MIB, 5);
    ok(verify_file(path, 200000, 6), "Another reply.\n");
    check_requests(place.path, "Basic");
    DeleteFileW(path);
}

/* What was secret on its way there stays so on its way back. */
static void test_plain_reply(void)
{
    struct place place = place_of("good", "", "downgraded");
    struct up_options options = {.reply_path = "/plain-reply"}; /* by http: */
    struct up_server *server = up_serve(origin, place.path, &options);
    IBackgroundCopyJob *job =
        create_upload_to(place.wide, BG_JOB_TYPE_UPLOAD_REPLY, L"downgraded", MIB, 5);
    WCHAR path[MAX_PATH];

    origin_add(origin, "/plain-reply", &(struct origin_file){.size = 2000, .version = 6});
    set_reply(job, L"plain", path);
    resume_upload(job);
    expect_failed(job, BG_JOB_STATE_TRANSIENT_ERROR, BG_E_INVALID_SERVER_RESPONSE,
                  BG_ERROR_CONTEXT_REMOTE_FILE);
    ok(!origin_journal_count(origin, "/plain-reply"), "It was asked for.\n");
    ok(up_has_file(server, MIB, 5), "The file did not arrive.\n");
    IBackgroundCopyJob_Cancel(job);
    IBackgroundCopyJob_Release(job);
}

/* ---- certificates ---- */

static void test_bad_certificates(void)
{
    static const struct
    {
        const char *certificate;
        HRESULT hr;
    } tests[] = {
        {"expired", ERR_HTTP_CERT_DATE_INVALID},
        {"self_signed", ERR_HTTP_CERT_INVALID_CA},
        {"other_name", ERR_HTTP_CERT_CN_INVALID},
    };

    for (unsigned int i = 0; i < ARRAY_SIZE(tests); i++)
    {
        struct place place = place_of(tests[i].certificate, "", tests[i].certificate);
        struct up_server *server = up_serve(origin, place.path, NULL);
        IBackgroundCopyJob *job =
            create_upload_to(place.wide, BG_JOB_TYPE_UPLOAD, L"refused", 1000, 3);

        winetest_push_context("%s", tests[i].certificate);
        resume_upload(job);
        expect_failed(job, BG_JOB_STATE_ERROR, tests[i].hr, BG_ERROR_CONTEXT_REMOTE_FILE);
        ok(!up_journal_count(server), "It got packets.\n");
        IBackgroundCopyJob_Cancel(job);
        IBackgroundCopyJob_Release(job);
        winetest_pop_context();
    }
}

/* ---- the client's own look ---- */

/* The client is asked once, before the first packet, and its yes holds for all of them. */
static void test_look_accepts(void)
{
    struct https_look look = {.iface.lpVtbl = &https_look_vtbl, .refs = 1};
    struct place place = place_of("good", "", "looked-at");
    struct up_server *server = up_serve(origin, place.path, NULL);
    IBackgroundCopyJob *job =
        create_upload_to(place.wide, BG_JOB_TYPE_UPLOAD, L"looked-at", 5 * MIB + 1, 3);
    HRESULT hr = https_look_set(job, &look);

    ok(hr == S_OK, "Got hr %#lx.\n", hr);
    resume_upload(job);
    finish_upload(job, server, L"looked-at", 5 * MIB + 1, 3);
    ok(look.calls == 1, "Called %ld times.\n", look.calls);
    ok(look.cert_size && look.store_count, "Got %lu bytes, %lu in the store.\n", look.cert_size,
       look.store_count);
}

static void test_look_refuses(void)
{
    struct https_look look = {.iface.lpVtbl = &https_look_vtbl, .refs = 1, .answer = 0x8abcdef0};
    struct place place = place_of("good", "", "disliked");
    struct up_server *server = up_serve(origin, place.path, NULL);
    IBackgroundCopyJob *job = create_upload_to(place.wide, BG_JOB_TYPE_UPLOAD, L"disliked", MIB, 3);

    https_look_set(job, &look);
    resume_upload(job);
    expect_failed(job, BG_JOB_STATE_TRANSIENT_ERROR, look.answer,
                  BG_ERROR_CONTEXT_SERVER_CERTIFICATE_CALLBACK);
    ok(!up_journal_count(server), "It got packets.\n");
    look.answer = S_OK;
    resume_upload(job);
    finish_upload(job, server, L"disliked", MIB, 3);
    ok(look.calls == 2, "Called %ld times.\n", look.calls);
}

static bool is_called(void *ctx)
{
    return ((struct https_look *)ctx)->calls;
}

/* A job is stopped, and another one goes on, while a client thinks it over. */
static void test_look_hangs(void)
{
    struct https_look look = {
        .iface.lpVtbl = &https_look_vtbl, .refs = 1, .gate = CreateEventW(NULL, TRUE, FALSE, NULL)};
    struct place place = place_of("good", "", "thought-over");
    struct up_server *server = up_serve(origin, place.path, NULL);
    IBackgroundCopyJob *job =
        create_upload_to(place.wide, BG_JOB_TYPE_UPLOAD, L"thought-over", MIB, 3);
    HRESULT hr;

    https_look_set(job, &look);
    resume_upload(job);
    ok(com_wait_for(is_called, &look, HTTPS_WAIT_MS), "It was not called.\n");
    check_upload("", "meanwhile", NULL, NULL, BG_AUTH_SCHEME_BASIC);
    ok(!up_journal_count(server), "It got packets.\n");
    hr = IBackgroundCopyJob_Suspend(job);
    ok(hr == S_OK, "Got hr %#lx.\n", hr);
    SetEvent(look.gate);
    resume_upload(job);
    finish_upload(job, server, L"thought-over", MIB, 3);
    CloseHandle(look.gate);
}

START_TEST(https_uploads)
{
    const CERT_CONTEXT *authority = https_begin();

    if (!authority) return;
    com_start(COINIT_MULTITHREADED);
    if ((origin = origin_start(NULL)))
    {
        RUN_TEST(test_upload);
        RUN_TEST(test_basic);
        RUN_TEST(test_digest);
        RUN_TEST(test_wrong_password);
        RUN_TEST(test_reply);
        RUN_TEST(test_plain_reply);
        RUN_TEST(test_bad_certificates);
        RUN_TEST(test_look_accepts);
        RUN_TEST(test_look_refuses);
        RUN_TEST(test_look_hangs);
    }
    com_stop();
    if (origin) origin_destroy(origin);
    https_end(authority);
}
