/* SPDX-License-Identifier: LGPL-2.1-or-later
 *
 * Uploads to a server that is honest, or is not: rows M2 and M3 of the faults, and what the
 * protocol leaves to the server. */
#include <stdio.h>

#include "fault_case.h"
#include "harness/upload_jobs.h"
#include "harness/upload_server_private.h"

#define KIB     1024u
#define MIB     1048576u
#define ACK     "BITS-Packet-Type: Ack\r\n"
#define INVALID BG_E_INVALID_SERVER_RESPONSE

static struct origin *origin;

/* ---- servers that are only different ---- */

static const struct
{
    const char *name;
    UINT64 size;
    struct up_options options;
} honest[] = {
    {"plain", 3 * MIB, {0}},
    {"empty", 0, {0}},
    {"one byte", 1, {0}},
    {"one fragment", 2 * MIB, {0}},
    {"a byte more", 2 * MIB + 1, {0}},
    {"many fragments", 40 * MIB + 12345, {0}},
    {"fragments of 4 KiB", 100000, {.max_fragment = 4096}},
    {"fragments of 100000", 5 * MIB, {.max_fragment = 100000}},
    {"sessions are numbers", 3 * MIB, {.has_plain_ids = true}},
    {"200 for a session", 3 * MIB, {.is_create_200 = true}},
    {"lower case", 3 * MIB, {.is_lower_case = true}},
    {"answers with bodies", 3 * MIB, {.has_bodies = true}},
    {"closes", 3 * MIB, {.closes = true}},
    {"closes, with small fragments", 100000, {.closes = true, .max_fragment = 10000}},
    {"a host", 3 * MIB, {.host_id = "localhost", .fallback = "60"}},
    {"a host without a time", 3 * MIB, {.host_id = "127.0.0.1"}},
};

static void test_honest(void)
{
    IBackgroundCopyJob *jobs[ARRAY_SIZE(honest)];
    struct up_server *servers[ARRAY_SIZE(honest)];
    WCHAR name[32];
    char path[32];

    for (unsigned int i = 0; i < ARRAY_SIZE(honest); i++)
    {
        snprintf(path, sizeof(path), "/honest%u", i);
        swprintf(name, ARRAY_SIZE(name), L"honest%u", i);
        servers[i] = up_serve(origin, path, &honest[i].options);
        jobs[i] = create_upload(origin, path, BG_JOB_TYPE_UPLOAD, name, honest[i].size, i);
        resume_upload(jobs[i]);
    }
    for (unsigned int i = 0; i < ARRAY_SIZE(honest); i++)
    {
        winetest_push_context("%s", honest[i].name);
        swprintf(name, ARRAY_SIZE(name), L"honest%u", i);
        finish_upload(jobs[i], servers[i], name, honest[i].size, i);
        winetest_pop_context();
    }
}

/* ---- servers that go wrong ---- */

struct row
{
    const char *name;
    UINT64 size;
    struct up_options options;
    struct up_fault faults[2];
    BG_JOB_STATE end; /* before it is resumed with a server that is well */
    HRESULT code;
    BG_ERROR_CONTEXT context;
    unsigned int sessions; /* that were made in all; 0: 1 */
};

#define SURVIVES            BG_JOB_STATE_TRANSFERRED, S_OK, BG_ERROR_CONTEXT_NONE
#define TRANSIENT(code)     BG_JOB_STATE_TRANSIENT_ERROR, code, BG_ERROR_CONTEXT_REMOTE_FILE
#define FATAL(code)         BG_JOB_STATE_ERROR, code, BG_ERROR_CONTEXT_REMOTE_FILE
#define APP_TRANSIENT(code) BG_JOB_STATE_TRANSIENT_ERROR, code, BG_ERROR_CONTEXT_REMOTE_APPLICATION
#define APP_FATAL(code)     BG_JOB_STATE_ERROR, code, BG_ERROR_CONTEXT_REMOTE_APPLICATION

#define APPLICATION ACK "BITS-Error-Context: 0x7\r\n"
#define NOT_FOUND   ACK "BITS-Error-Code: 0x8020001F\r\nBITS-Error-Context: 0x5\r\n"

/* clang-format off */
static const struct row rows[] = {
    /* M2 */
    {"session lost in the middle", 8 * MIB, {0}, {{UP_FRAGMENT, 2, 1, UP_FORGET, 0, NULL}}, SURVIVES, 2},
    {"session lost at its end", 3 * MIB, {0}, {{UP_CLOSE, 1, 1, UP_FORGET, 0, NULL}}, SURVIVES, 2},
    {"sessions lost again and again", 3 * MIB, {0}, {{UP_FRAGMENT, 1, 0, UP_FORGET, 0, NULL}},
     TRANSIENT(BG_E_SESSION_NOT_FOUND), 5},
    {"range going back", 24 * MIB, {0}, {{UP_FRAGMENT, 3, 1, UP_REWIND, 1000, NULL}}, SURVIVES, 0},
    {"range going back to nothing", 24 * MIB, {0}, {{UP_FRAGMENT, 3, 1, UP_REWIND, 0, NULL}}, SURVIVES, 0},
    {"range that always goes back", 2 * MIB, {.max_fragment = 65536},
     {{UP_FRAGMENT, 12, 0, UP_REWIND, 0, NULL}}, TRANSIENT(BG_E_NO_PROGRESS), 0},
    {"range beyond what was sent", 8 * MIB, {0}, {{UP_FRAGMENT, 2, 1, UP_SAY, 7 * MIB, NULL}}, SURVIVES, 2},
    {"range beyond the file", 3 * MIB, {0}, {{UP_FRAGMENT, 1, 1, UP_SAY, 4 * MIB, NULL}}, SURVIVES, 2},
    {"range less than it has", 8 * MIB, {0}, {{UP_FRAGMENT, 1, 1, UP_SAY, 5, NULL}}, SURVIVES, 0},
    {"another session's answer", 3 * MIB, {0},
     {{UP_FRAGMENT, 2, 1, UP_INSTEAD, 0, "BITS-Session-Id: {other}"}}, TRANSIENT(INVALID), 0},
    /* M3: what is broken or not there */
    {"no range", 3 * MIB, {0}, {{UP_FRAGMENT, 2, 1, UP_LEAVE_OUT, 0, "BITS-Received-Content-Range"}},
     TRANSIENT(INVALID), 0},
    {"range without a number", 3 * MIB, {0},
     {{UP_FRAGMENT, 1, 1, UP_INSTEAD, 0, "BITS-Received-Content-Range: all"}}, TRANSIENT(INVALID), 0},
    {"no packet type", 3 * MIB, {0}, {{UP_FRAGMENT, 1, 1, UP_LEAVE_OUT, 0, "BITS-Packet-Type"}},
     TRANSIENT(INVALID), 0},
    {"another packet type", 3 * MIB, {0},
     {{UP_FRAGMENT, 1, 1, UP_INSTEAD, 0, "BITS-Packet-Type: Ping"}}, TRANSIENT(INVALID), 0},
    {"no session id in an answer", 3 * MIB, {0},
     {{UP_FRAGMENT, 1, 0, UP_LEAVE_OUT, 0, "BITS-Session-Id"}}, SURVIVES, 0},
    {"no session", 3 * MIB, {0}, {{UP_CREATE, 1, 1, UP_LEAVE_OUT, 0, "BITS-Session-Id"}},
     TRANSIENT(INVALID), 2},
    {"no protocol", 3 * MIB, {0}, {{UP_CREATE, 1, 1, UP_LEAVE_OUT, 0, "BITS-Protocol"}},
     TRANSIENT(INVALID), 2},
    {"another protocol", 3 * MIB, {0}, {{UP_CREATE, 1, 1, UP_INSTEAD, 0, "BITS-Protocol: {0}"}},
     FATAL(BG_E_CLIENT_SERVER_PROTOCOL_MISMATCH), 2},
    {"a page for a session", 3 * MIB, {0}, {{UP_CREATE, 1, 1, UP_PAGE, 0, NULL}}, TRANSIENT(INVALID), 0},
    {"a page for a fragment", 3 * MIB, {0}, {{UP_FRAGMENT, 1, 1, UP_PAGE, 0, NULL}}, TRANSIENT(INVALID), 0},
    {"a page for the end", 3 * MIB, {0}, {{UP_CLOSE, 1, 1, UP_PAGE, 0, NULL}}, TRANSIENT(INVALID), 0},
    {"a host that is none", 3 * MIB, {0},
     {{UP_CREATE, 1, 1, UP_ADD, 0, "BITS-Host-Id: x/../y@z\r\n"}}, TRANSIENT(INVALID), 2},
    {"an error in a good answer", 3 * MIB, {0},
     {{UP_FRAGMENT, 1, 0, UP_ADD, 0, "BITS-Error-Code: 1\r\nBITS-Error-Context: \r\n"}}, SURVIVES, 0},
    /* M3: what is refused */
    {"404 for a session", 3 * MIB, {0}, {{UP_CREATE, 1, 1, UP_STATUS, 404, NULL}}, FATAL(HTTP_CODE(404)), 0},
    {"403 for a session", 3 * MIB, {0},
     {{UP_CREATE, 1, 1, UP_STATUS, 403, ACK "BITS-Error-Code: 0x80070005\r\nBITS-Error-Context: 0x5\r\n"}},
     FATAL(E_ACCESSDENIED), 0},
    {"409 for a session", 3 * MIB, {0}, {{UP_CREATE, 1, 1, UP_STATUS, 409, NULL}}, TRANSIENT(HTTP_CODE(409)), 0},
    {"501 for a session", 3 * MIB, {0}, {{UP_CREATE, 1, 1, UP_STATUS, 501, NULL}}, FATAL(HTTP_CODE(501)), 0},
    {"503 for a session", 3 * MIB, {0}, {{UP_CREATE, 1, 1, UP_STATUS, 503, NULL}}, TRANSIENT(HTTP_CODE(503)), 0},
    {"302 for a session", 3 * MIB, {0},
     {{UP_CREATE, 1, 1, UP_STATUS, 302, "Location: /elsewhere\r\n"}}, FATAL(HTTP_CODE(302)), 0},
    {"401 for a session", 3 * MIB, {0},
     {{UP_CREATE, 1, 1, UP_STATUS, 401, "WWW-Authenticate: Basic realm=\"x\"\r\n"}}, FATAL(HTTP_CODE(401)), 0},
    {"500 for a fragment", 8 * MIB, {0}, {{UP_FRAGMENT, 2, 1, UP_STATUS, 500, ACK}}, TRANSIENT(HTTP_CODE(500)), 0},
    {"400 for a fragment", 8 * MIB, {0},
     {{UP_FRAGMENT, 2, 1, UP_STATUS, 400, ACK "BITS-Error: 80070057\r\n"}}, FATAL(E_INVALIDARG), 0},
    {"too large for the server", 8 * MIB, {.max_size = 1000}, {{UP_OTHER, 1, 1, UP_NONE, 0, NULL}}, FATAL(BG_E_TOO_LARGE), 2},
    {"the same in other words", 8 * MIB, {.max_size = 1000, .is_old_error = true}, {{UP_OTHER, 1, 1, UP_NONE, 0, NULL}},
     FATAL(BG_E_TOO_LARGE), 2},
    {"500 for the end, twice", 3 * MIB, {0}, {{UP_CLOSE, 1, 1, UP_STATUS, 500, ACK}},
     TRANSIENT(HTTP_CODE(500)), 0},
    {"404 for the end", 3 * MIB, {0}, {{UP_CLOSE, 1, 1, UP_STATUS, 404, ACK}}, FATAL(HTTP_CODE(404)), 0},
    {"the application fails", 3 * MIB, {0}, {{UP_FRAGMENT, 2, 1, UP_STATUS, 500, APPLICATION}},
     APP_TRANSIENT(HTTP_CODE(500)), 0},
    {"the application refuses", 3 * MIB, {0}, {{UP_FRAGMENT, 2, 1, UP_STATUS, 403, APPLICATION}},
     APP_FATAL(HTTP_CODE(403)), 0},
    {"the application redirects", 3 * MIB, {0}, {{UP_FRAGMENT, 2, 1, UP_STATUS, 301, APPLICATION}},
     APP_FATAL(HTTP_CODE(301)), 0},
    /* connections */
    {"cut in a fragment", 8 * MIB, {0}, {{UP_FRAGMENT, 2, 1, UP_CUT, 100000, NULL}},
     TRANSIENT(WINHTTP_CONNECTION_ERROR), 0},
    /* On a connection that was used before a packet is sent again at once. */
    {"cut before a fragment's answer", 8 * MIB, {0}, {{UP_FRAGMENT, 2, 1, UP_MUTE, 0, NULL}},
     SURVIVES, 0},
    {"cut before the last answer", 3 * MIB, {0}, {{UP_FRAGMENT, 2, 1, UP_MUTE, 0, NULL}},
     SURVIVES, 0},
    {"cut before the answer to the end", 3 * MIB, {0}, {{UP_CLOSE, 1, 1, UP_MUTE, 0, NULL}},
     SURVIVES, 0},
};
/* clang-format on */

static void check_row(const struct row *row, IBackgroundCopyJob *job, struct up_server *server,
                      const WCHAR *name, unsigned int version)
{
    struct up_options options = {0};
    struct up_counts counts;

    if (row->end != BG_JOB_STATE_TRANSFERRED)
    {
        expect_failed(job, row->end, row->code, row->context);
        up_clear_faults(server);
        up_set_options(server, &options);
        resume_upload(job);
    }
    /* A session that was not told in the right way cannot be ended. */
    finish_upload_(__LINE__, __FILE__, job, server, name, row->size, version,
                   row->faults[0].packet == UP_CREATE && row->faults[0].kind != UP_STATUS);
    up_get_counts(server, &counts);
    ok(counts.delivered <= (row->sessions ? row->sessions : 1), "Delivered %u times.\n",
       counts.delivered);
}

static void test_rows(void)
{
    IBackgroundCopyJob *jobs[ARRAY_SIZE(rows)];
    struct up_server *servers[ARRAY_SIZE(rows)];
    WCHAR name[32];
    char path[32];

    for (unsigned int i = 0; i < ARRAY_SIZE(rows); i++)
    {
        snprintf(path, sizeof(path), "/row%u", i);
        swprintf(name, ARRAY_SIZE(name), L"row%u", i);
        servers[i] = up_serve(origin, path, &rows[i].options);
        for (unsigned int j = 0; j < ARRAY_SIZE(rows[i].faults); j++)
            if (rows[i].faults[j].kind) up_add_fault(servers[i], &rows[i].faults[j]);
        jobs[i] = create_upload(origin, path, BG_JOB_TYPE_UPLOAD, name, rows[i].size, i);
        resume_upload(jobs[i]);
    }
    for (unsigned int i = 0; i < ARRAY_SIZE(rows); i++)
    {
        winetest_push_context("%s", rows[i].name);
        swprintf(name, ARRAY_SIZE(name), L"row%u", i);
        check_row(&rows[i], jobs[i], servers[i], name, i);
        winetest_pop_context();
    }
}

/* ---- the packets of a whole upload ---- */

static void test_packets(void)
{
    static const enum up_packet expected[] = {UP_CREATE, UP_FRAGMENT, UP_FRAGMENT, UP_CLOSE};
    struct up_server *server = up_serve(origin, "/packets", NULL);
    IBackgroundCopyJob *job =
        create_upload(origin, "/packets", BG_JOB_TYPE_UPLOAD, L"packets.bin", 3 * MIB, 7);
    char value[128];
    struct origin_entry request;
    struct up_entry entry;

    resume_upload(job);
    finish_upload(job, server, L"packets.bin", 3 * MIB, 7);
    ok(up_journal_count(server) == ARRAY_SIZE(expected), "Got %zu packets.\n",
       up_journal_count(server));
    for (size_t i = 0; i < ARRAY_SIZE(expected) && up_journal_get(server, i, &entry); i++)
    {
        ok(entry.packet == expected[i], "Got packet %u at %zu.\n", entry.packet, i);
        ok(entry.is_named == (i == 1), "The name is in packet %zu.\n", i);
        ok(entry.connection == 1 || i, "Another connection.\n");
        if (!origin_journal_get(origin, "/packets", i, &request)) continue;
        ok(!strcmp(request.method, "BITS_POST"), "Got method %s.\n", request.method);
        ok(origin_header(request.head, "Content-Length", value, sizeof(value)),
           "No length in packet %zu.\n", i);
        if (i != 1 && i != 2) ok(!strcmp(value, "0"), "Got length %s.\n", value);
        ok(!origin_header(request.head, "Expect", value, sizeof(value)), "It expects %s.\n", value);
        ok(!origin_header(request.head, "Transfer-Encoding", value, sizeof(value)), "Chunks.\n");
    }
    up_free(server);
}

/* ---- a break ---- */

/* What the server has is not sent again. */
static void test_resume(void)
{
    struct up_server *server = up_serve(origin, "/resume", NULL);
    IBackgroundCopyJob *job =
        create_upload(origin, "/resume", BG_JOB_TYPE_UPLOAD, L"resume", 24 * MIB, 8);
    struct up_counts counts;
    HRESULT hr;

    up_add_fault(server, &(struct up_fault){UP_FRAGMENT, 3, 1, UP_HOLD, 1, NULL});
    resume_upload(job);
    ok(up_wait_packets(server, UP_FRAGMENT, 3, UPLOAD_WAIT_MS), "It does not get there.\n");
    hr = IBackgroundCopyJob_Suspend(job);
    ok(hr == S_OK, "Got hr %#lx.\n", hr);
    origin_open_gate(origin, 1);
    resume_upload(job);
    finish_upload(job, server, L"resume", 24 * MIB, 8);
    up_get_counts(server, &counts);
    ok(counts.packets[UP_CREATE] == 1, "%u sessions.\n", counts.packets[UP_CREATE]);
    /* The fragment that was out is the only one that may come twice. */
    ok(counts.received <= 24 * MIB + 8 * MIB, "Received %llu.\n",
       (unsigned long long)counts.received);
    origin_shut_gate(origin, 1);
}

/* ---- Cancel ---- */

static IBackgroundCopyJob *held_upload(struct up_server *server, const char *path,
                                       const WCHAR *name)
{
    IBackgroundCopyJob *job = create_upload(origin, path, BG_JOB_TYPE_UPLOAD, name, 12 * MIB, 9);

    up_add_fault(server, &(struct up_fault){UP_FRAGMENT, 2, 0, UP_HOLD, 2, NULL});
    resume_upload(job);
    ok(up_wait_packets(server, UP_FRAGMENT, 2, UPLOAD_WAIT_MS), "It does not get there.\n");
    return job;
}

static void test_cancel(void)
{
    struct up_server *server = up_serve(origin, "/cancel", NULL);
    IBackgroundCopyJob *job = held_upload(server, "/cancel", L"cancel");
    struct up_counts counts;
    WCHAR local[MAX_PATH];
    HRESULT hr;

    shows("JOB-CAN-8");
    hr = IBackgroundCopyJob_Cancel(job);
    ok(hr == S_OK, "Got hr %#lx.\n", hr);
    ok(job_state(job) == BG_JOB_STATE_CANCELLED, "Got another state.\n");
    IBackgroundCopyJob_Release(job);
    ok(up_wait_packets(server, UP_CANCEL, 1, UPLOAD_WAIT_MS), "The server is not told.\n");
    origin_wait_idle(origin, "/cancel", UPLOAD_WAIT_MS);
    up_get_counts(server, &counts);
    ok(counts.cancelled == 1 && !counts.sessions && !counts.delivered, "%u, %u, %u.\n",
       counts.cancelled, counts.sessions, counts.delivered);
    verify_file(temp_path(L"cancel", local), 12 * MIB, 9);
    DeleteFileW(local);
}

/* A server in trouble is told again. */
static void test_cancel_again(void)
{
    struct up_server *server = up_serve(origin, "/again", NULL);
    IBackgroundCopyJob *job = held_upload(server, "/again", L"again");
    struct up_counts counts;
    WCHAR local[MAX_PATH];
    HRESULT hr;

    shows("JOB-CAN-9");
    up_add_fault(server, &(struct up_fault){UP_CANCEL, 1, 1, UP_STATUS, 503, NULL});
    hr = IBackgroundCopyJob_SetMinimumRetryDelay(job, 5);
    ok(hr == S_OK, "Got hr %#lx.\n", hr);
    hr = IBackgroundCopyJob_Cancel(job);
    ok(hr == S_OK, "Got hr %#lx.\n", hr);
    IBackgroundCopyJob_Release(job);
    ok(up_wait_packets(server, UP_CANCEL, 2, UPLOAD_WAIT_MS), "The server is not told again.\n");
    origin_wait_idle(origin, "/again", UPLOAD_WAIT_MS);
    up_get_counts(server, &counts);
    ok(counts.cancelled == 1, "%u.\n", counts.cancelled);
    DeleteFileW(temp_path(L"again", local));
}

/* ---- the host that the server names ---- */

/* It cannot be reached, and the time until the other one is tried again is over at once. */
static void test_host_fallback(void)
{
    struct up_options options = {.fallback = "0"}, none = {0};
    char host[64];
    struct up_server *server = up_serve(origin, "/host", NULL);
    IBackgroundCopyJob *job = create_upload(origin, "/host", BG_JOB_TYPE_UPLOAD, L"host", MIB, 3);
    struct up_counts counts;

    snprintf(host, sizeof(host), "127.0.0.1:%u", origin_dead_port());
    options.host_id = host;
    up_set_options(server, &options);
    resume_upload(job);
    expect_failed(job, BG_JOB_STATE_TRANSIENT_ERROR, WINHTTP_CANNOT_CONNECT,
                  BG_ERROR_CONTEXT_REMOTE_FILE);
    up_set_options(server, &none);
    resume_upload(job);
    wait_for_state(job, TRANSFERRED, UPLOAD_WAIT_MS);
    up_get_counts(server, &counts);
    ok(counts.packets[UP_CREATE] == 2, "%u sessions were made.\n", counts.packets[UP_CREATE]);
    ok(up_has_file(server, MIB, 3), "The file did not arrive.\n");
    IBackgroundCopyJob_Complete(job);
    IBackgroundCopyJob_Release(job);
}

/* ---- how requests are made ---- */

/* A challenge in the middle: the fragment goes once more, from its beginning. */
static void test_credentials(void)
{
    struct up_server *server = up_serve(origin, "/password", NULL);
    IBackgroundCopyJob *job =
        create_upload(origin, "/password", BG_JOB_TYPE_UPLOAD, L"password", 3 * MIB, 6);
    char value[128];
    struct origin_entry request;
    size_t answered = 0;

    set_upload_login(job, BG_AUTH_TARGET_SERVER, BG_AUTH_SCHEME_BASIC, L"user", L"password");
    set_upload_header(job, L"X-Mine: yes\r\n");
    up_add_fault(server, &(struct up_fault){UP_CREATE, 1, 1, UP_STATUS, 401,
                                            "WWW-Authenticate: Basic realm=\"x\"\r\n"});
    up_add_fault(server, &(struct up_fault){UP_FRAGMENT, 1, 1, UP_STATUS, 401,
                                            "WWW-Authenticate: Basic realm=\"x\"\r\n"});
    resume_upload(job);
    finish_upload(job, server, L"password", 3 * MIB, 6);
    for (size_t i = 0; origin_journal_get(origin, "/password", i, &request); i++)
    {
        if (origin_header(request.head, "Authorization", value, sizeof(value))) answered++;
        ok(origin_header(request.head, "X-Mine", value, sizeof(value)) && !strcmp(value, "yes"),
           "No field of the client's in request %zu.\n", i);
        ok(!strcmp(request.method, "BITS_POST"), "Got method %s.\n", request.method);
    }
    ok(answered >= 2, "Only %zu requests have credentials.\n", answered);
    up_free(server);
}

/* A proxy that reads nothing of who has not said his name, and ends the connection when there is
 * something to read: its answer is lost. */
static void answer_known(struct origin_conn *c, const struct origin_request *r, void *ctx)
{
    char value[64];

    if (origin_header(r->head, "Proxy-Authorization", value, sizeof(value)) &&
        !strcmp(value, "Basic Sm86U2VzYW1l"))
        up_answer(c, r, ctx);
    else if (r->body_size)
        origin_reset(c);
    else
        origin_sendf(c, "HTTP/1.1 407 No\r\nProxy-Authenticate: Basic realm=\"x\"\r\n"
                        "Content-Length: 0\r\n\r\n");
}

static void test_impatient_proxy(void)
{
    struct up_server *server = up_serve(origin, "/behind", NULL);
    IBackgroundCopyJob *job = create_upload_to(L"http://far-away.invalid/behind",
                                               BG_JOB_TYPE_UPLOAD, L"behind", 3 * MIB, 6);
    struct origin_entry request;
    WCHAR proxy[32];
    char value[64];
    size_t unnamed = 0;
    HRESULT hr;

    origin_handle(origin, "/behind", answer_known, server);
    swprintf(proxy, ARRAY_SIZE(proxy), L"127.0.0.1:%u", origin_port(origin));
    hr = IBackgroundCopyJob_SetProxySettings(job, BG_JOB_PROXY_USAGE_OVERRIDE, proxy, NULL);
    ok(hr == S_OK, "Got hr %#lx.\n", hr);
    set_upload_login(job, BG_AUTH_TARGET_PROXY, BG_AUTH_SCHEME_BASIC, L"Jo", L"Sesame");
    resume_upload(job);
    finish_upload(job, server, L"behind", 3 * MIB, 6);
    for (size_t i = 0; origin_journal_get(origin, "/behind", i, &request); i++)
    {
        if (origin_header(request.head, "Proxy-Authorization", value, sizeof(value))) continue;
        unnamed++;
        ok(origin_header(request.head, "Content-Length", value, sizeof(value)) &&
               !strcmp(value, "0"),
           "Request %zu has a body and no login.\n", i);
    }
    /* The session is closed by another run, which knows nothing of the first. */
    ok(unnamed == 2, "%zu requests have no login.\n", unnamed);
    up_free(server);
}

START_TEST(uploads)
{
    com_start(COINIT_MULTITHREADED);
    if ((origin = origin_start(NULL)))
    {
        RUN_TEST(test_packets);
        RUN_TEST(test_honest);
        RUN_TEST(test_rows);
        RUN_TEST(test_resume);
        RUN_TEST(test_cancel);
        RUN_TEST(test_cancel_again);
        RUN_TEST(test_host_fallback);
        RUN_TEST(test_credentials);
        RUN_TEST(test_impatient_proxy);
        com_stop();
        origin_destroy(origin);
        return;
    }
    com_stop();
}
