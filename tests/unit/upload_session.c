/* SPDX-License-Identifier: LGPL-2.1-or-later
 *
 * The client's side of an upload: which packet comes next, what answers mean, and how large the
 * fragments are. */
#include "harness/test.h"

#include <stdio.h>
#include <string.h>

#include "bitsmsg.h"
#include "upload/upload_session.h"

#define MIB                 1048576u
#define ACK                 "BITS-Packet-Type: Ack\r\n"
#define CREATED             ACK "BITS-Protocol: " UPLOAD_PROTOCOL "\r\nBITS-Session-Id: s1\r\n"
#define NOT_FOUND           ACK "BITS-Error-Code: 0x8020001F\r\nBITS-Error-Context: 0x5\r\n"
#define HTTP(status)        ((HRESULT)(0x80190000 | (status)))
#define EXPECT(packet_type) expect_packet(__LINE__, packet_type)

static struct upload_session session;
static struct upload_packet packet;

static void start_at(bool is_reply, uint64_t total, const char *id, uint64_t offset)
{
    struct upload_state state = {.fallback_seconds = UPLOAD_FALLBACK_NEVER};
    struct upload_start start = {
        .state = &state, .is_reply = is_reply, .total = total, .offset = offset};

    snprintf(state.session, sizeof(state.session), "%s", id);
    upload_session_init(&session, &start);
}

static void expect_packet(int line, enum upload_packet_type type)
{
    upload_session_next(&session, &packet);
    ok(packet.type == type, "Line %d: got packet %u, expected %u.\n", line, packet.type, type);
}

static struct upload_verdict answer(unsigned int status, const char *lines)
{
    struct upload_ack ack;

    upload_ack_parse(lines, strlen(lines), status, &ack);
    return upload_session_take(&session, &ack, 5000);
}

static struct upload_verdict received(unsigned int status, uint64_t offset)
{
    char lines[200];

    snprintf(lines, sizeof(lines), ACK "BITS-Received-Content-Range: %llu\r\n",
             (unsigned long long)offset);
    return answer(status, lines);
}

#define expect_action(verdict, wanted) expect_action_(__LINE__, verdict, wanted)
static void expect_action_(int line, struct upload_verdict verdict, enum upload_action wanted)
{
    ok(verdict.action == wanted, "Line %d: got action %u, code %#lx.\n", line, verdict.action,
       (unsigned long)verdict.code);
}

#define expect_failure(verdict, code, transient) expect_failure_(__LINE__, verdict, code, transient)
static void expect_failure_(int line, struct upload_verdict verdict, HRESULT code, bool transient)
{
    ok(verdict.action == UPLOAD_FAILED && verdict.code == code && verdict.is_transient == transient,
       "Line %d: got action %u, code %#lx, transient %d.\n", line, verdict.action,
       (unsigned long)verdict.code, verdict.is_transient);
}

static void create(uint64_t total)
{
    start_at(false, total, "", 0);
    EXPECT(UPLOAD_CREATE);
    expect_action(answer(201, CREATED), UPLOAD_GO_ON);
    ok(!strcmp(session.state.session, "s1"), "Got session %s.\n", session.state.session);
}

static void test_whole(void)
{
    create(5 * MIB);
    EXPECT(UPLOAD_FRAGMENT);
    ok(packet.begin == 0 && packet.end == 2 * MIB && packet.is_named && !packet.is_last,
       "A wrong first fragment.\n");
    expect_action(received(200, 2 * MIB), UPLOAD_GO_ON);
    EXPECT(UPLOAD_FRAGMENT);
    ok(packet.begin == 2 * MIB && packet.end == 4 * MIB && !packet.is_named, "A wrong second.\n");
    expect_action(received(200, 4 * MIB), UPLOAD_GO_ON);
    EXPECT(UPLOAD_FRAGMENT);
    ok(packet.end == 5 * MIB && packet.is_last, "A wrong last one.\n");
    expect_action(received(200, 5 * MIB), UPLOAD_ALL_SENT);
    session.is_closing = true;
    EXPECT(UPLOAD_CLOSE);
    ok(session.state.is_closing, "It is not kept that a Close may arrive.\n");
    expect_action(answer(200, ACK), UPLOAD_CLOSED);
    ok(!session.state.session[0], "There is still a session.\n");
}

static void test_empty(void)
{
    start_at(false, 0, "", 0);
    EXPECT(UPLOAD_CREATE);
    expect_action(answer(200, CREATED), UPLOAD_ALL_SENT);
    start_at(true, 0, "", 0);
    EXPECT(UPLOAD_CREATE);
    expect_action(answer(200, CREATED), UPLOAD_ALL_SENT);
}

static void test_offsets(void)
{
    withstands("M2");
    /* The server lost something. */
    create(10 * MIB);
    EXPECT(UPLOAD_FRAGMENT);
    expect_action(received(200, 2 * MIB), UPLOAD_GO_ON);
    EXPECT(UPLOAD_FRAGMENT);
    expect_action(received(416, 100), UPLOAD_GO_ON);
    EXPECT(UPLOAD_FRAGMENT);
    ok(packet.begin == 100, "Goes on at %llu.\n", (unsigned long long)packet.begin);
    /* It took a part of what was sent. */
    expect_action(received(200, 5000), UPLOAD_GO_ON);
    EXPECT(UPLOAD_FRAGMENT);
    ok(packet.begin == 5000, "Goes on at %llu.\n", (unsigned long long)packet.begin);

    /* It cannot have what was never sent: there would be a hole. */
    expect_action(received(200, 9 * MIB), UPLOAD_GO_ON);
    ok(!session.offset, "The session with a hole is used.\n");
    EXPECT(UPLOAD_CANCEL);
    expect_action(answer(200, ACK), UPLOAD_GO_ON);
    EXPECT(UPLOAD_CREATE);

    /* But an earlier run may have sent more. */
    start_at(false, 10 * MIB, "s1", MIB);
    EXPECT(UPLOAD_FRAGMENT);
    ok(packet.begin == MIB && !packet.is_named, "Starts over.\n");
    expect_action(received(200, 9 * MIB), UPLOAD_GO_ON);
    EXPECT(UPLOAD_FRAGMENT);
    ok(packet.begin == 9 * MIB, "Goes on at %llu.\n", (unsigned long long)packet.begin);
    expect_action(received(200, 11 * MIB), UPLOAD_GO_ON);
    EXPECT(UPLOAD_CANCEL);
}

static void test_no_progress(void)
{
    struct upload_verdict verdict = {.action = UPLOAD_GO_ON};
    unsigned int rounds = 0;

    create(10 * MIB);
    while (verdict.action == UPLOAD_GO_ON && ++rounds < 100)
    {
        EXPECT(UPLOAD_FRAGMENT);
        verdict = received(416, 0);
    }
    expect_failure(verdict, BG_E_NO_PROGRESS, true);
    ok(rounds < 10, "It took %u rounds.\n", rounds);

    /* A server that always takes back what it had, but for a few bytes, is no better. */
    create(10 * MIB);
    for (rounds = 0, verdict.action = UPLOAD_GO_ON; verdict.action == UPLOAD_GO_ON; rounds++)
    {
        EXPECT(UPLOAD_FRAGMENT);
        verdict = rounds % 2 ? received(416, 0) : received(200, packet.begin + 1);
        if (rounds == 100) break;
    }
    expect_failure(verdict, BG_E_NO_PROGRESS, true);
}

static void test_lost_sessions(void)
{
    struct upload_verdict verdict = {.action = UPLOAD_GO_ON};
    unsigned int sessions = 0;

    withstands("M2");
    start_at(false, 10 * MIB, "old", 3 * MIB);
    EXPECT(UPLOAD_FRAGMENT);
    expect_action(answer(500, NOT_FOUND), UPLOAD_GO_ON);
    ok(!session.offset, "Goes on at %llu.\n", (unsigned long long)session.offset);

    start_at(false, 10 * MIB, "", 0);
    for (; verdict.action == UPLOAD_GO_ON && sessions < 20; sessions++)
    {
        EXPECT(UPLOAD_CREATE);
        expect_action(answer(201, CREATED), UPLOAD_GO_ON);
        EXPECT(UPLOAD_FRAGMENT);
        verdict = answer(500, NOT_FOUND);
    }
    expect_failure(verdict, BG_E_SESSION_NOT_FOUND, true);
    ok(sessions == 4, "Got %u sessions.\n", sessions);
}

static void test_close(void)
{
    /* The first one did its work. */
    start_at(false, MIB, "s1", MIB);
    session.is_closing = session.state.is_closing = true;
    EXPECT(UPLOAD_CLOSE);
    expect_action(answer(500, NOT_FOUND), UPLOAD_CLOSED);

    /* Nobody can have closed it: the file is lost. */
    start_at(false, MIB, "s1", MIB);
    session.is_closing = true;
    EXPECT(UPLOAD_CLOSE);
    expect_action(answer(500, NOT_FOUND), UPLOAD_GO_ON);
    EXPECT(UPLOAD_CREATE);

    start_at(false, MIB, "s1", MIB);
    session.is_closing = true;
    EXPECT(UPLOAD_CLOSE);
    expect_failure(answer(500, ACK), HTTP(500), true);
    EXPECT(UPLOAD_CLOSE);
    expect_failure(answer(501, ACK), HTTP(501), true);
    EXPECT(UPLOAD_CLOSE);
    expect_failure(answer(409, ACK), HTTP(409), false);
}

/* Page "Handling Server Application Errors". */
static void test_classes(void)
{
    static const struct
    {
        unsigned int status;
        bool is_transient;
    } cases[] = {
        {300, false}, {301, false}, {305, false}, {306, true},  {307, false}, {308, true},
        {400, false}, {401, false}, {403, false}, {404, false}, {407, false}, {408, true},
        {409, true},  {410, false}, {499, false}, {500, true},  {501, false}, {503, true},
        {505, false}, {599, true},  {204, true},
    };

    for (size_t i = 0; i < ARRAY_COUNT(cases); i++)
    {
        struct upload_verdict verdict;

        create(10);
        EXPECT(UPLOAD_FRAGMENT);
        verdict = answer(cases[i].status, ACK "BITS-Error-Context: 0x7\r\n");
        expect_failure(verdict, HTTP(cases[i].status), cases[i].is_transient);
        ok(verdict.context == ERROR_CONTEXT_REMOTE_APPLICATION, "Got context %u.\n",
           verdict.context);
        start_at(false, 10, "", 0);
        EXPECT(UPLOAD_CREATE);
        verdict = answer(cases[i].status, "");
        expect_failure(verdict, HTTP(cases[i].status), cases[i].is_transient);
        ok(verdict.context == ERROR_CONTEXT_REMOTE_FILE, "Got context %u.\n", verdict.context);
    }
    create(10);
    EXPECT(UPLOAD_FRAGMENT);
    expect_failure(answer(500, ACK "BITS-Error-Code: 0x80070005\r\n"), E_ACCESSDENIED, true);
    create(10);
    EXPECT(UPLOAD_FRAGMENT);
    expect_failure(answer(500, ACK "BITS-Error: 80200020\r\n"), BG_E_TOO_LARGE, false);
    /* No failure, whatever the field says. */
    create(10);
    EXPECT(UPLOAD_FRAGMENT);
    expect_action(answer(200, ACK "BITS-Error-Code: 1\r\nBITS-Received-Content-Range: 10\r\n"),
                  UPLOAD_ALL_SENT);
}

static void test_wrong_answers(void)
{
    static const char *const created[] = {
        "",
        ACK,
        ACK "BITS-Session-Id: s1\r\n",
        ACK "BITS-Protocol: " UPLOAD_PROTOCOL "\r\n",
        "BITS-Protocol: " UPLOAD_PROTOCOL "\r\nBITS-Session-Id: s1\r\n",
        CREATED "BITS-Session-Id: s2\r\n",
    };
    static const char *const fragment[] = {
        "",
        ACK,
        "BITS-Received-Content-Range: 10\r\n",
        ACK "BITS-Received-Content-Range: ten\r\n",
        ACK "BITS-Received-Content-Range: 10\r\nBITS-Session-Id: s2\r\n",
    };

    withstands("M3");
    for (size_t i = 0; i < ARRAY_COUNT(created); i++)
    {
        start_at(false, 10, "", 0);
        EXPECT(UPLOAD_CREATE);
        expect_failure(answer(200, created[i]), BG_E_INVALID_SERVER_RESPONSE, true);
        ok(!session.state.session[0], "There is a session.\n");
    }
    start_at(false, 10, "", 0);
    EXPECT(UPLOAD_CREATE);
    expect_failure(answer(200, ACK "BITS-Protocol: {0}\r\nBITS-Session-Id: s1\r\n"),
                   BG_E_CLIENT_SERVER_PROTOCOL_MISMATCH, false);
    for (size_t i = 0; i < ARRAY_COUNT(fragment); i++)
    {
        create(10);
        EXPECT(UPLOAD_FRAGMENT);
        expect_failure(answer(200, fragment[i]), BG_E_INVALID_SERVER_RESPONSE, true);
        ok(!session.offset && session.state.session[0], "It was acted on.\n");
    }
}

static void test_reply(void)
{
    start_at(true, 10, "", 0);
    EXPECT(UPLOAD_CREATE);
    expect_action(answer(201, CREATED), UPLOAD_GO_ON);
    EXPECT(UPLOAD_FRAGMENT);
    expect_failure(received(200, 10), BG_E_INVALID_SERVER_RESPONSE, true);

    /* Everything is there, but where the reply is was not heard: the last byte once more. */
    start_at(true, 10, "s1", 10);
    EXPECT(UPLOAD_FRAGMENT);
    ok(packet.begin == 9 && packet.end == 10 && packet.is_last, "Got another fragment.\n");
    expect_action(
        answer(200, ACK "BITS-Received-Content-Range: 10\r\nBITS-Reply-URL: http://a/r\r\n"),
        UPLOAD_ALL_SENT);
    ok(!strcmp(session.reply_url, "http://a/r"), "Got %s.\n", session.reply_url);

    start_at(false, 10, "s1", 10);
    ok(upload_session_is_sent(&session), "Without a reply there is nothing to be sent.\n");
}

static void test_too_large(void)
{
    uint64_t size = UINT64_MAX;
    struct upload_verdict verdict = {.action = UPLOAD_GO_ON};

    withstands("M5");
    create(10 * MIB);
    while (verdict.action == UPLOAD_GO_ON)
    {
        EXPECT(UPLOAD_FRAGMENT);
        ok(packet.end - packet.begin < size, "It does not shrink.\n");
        if (packet.end - packet.begin >= size) break;
        size = packet.end - packet.begin;
        verdict = answer(413, "");
    }
    expect_failure(verdict, HTTP(413), false);
    ok(size == UPLOAD_FRAGMENT_MIN, "It ends at %llu.\n", (unsigned long long)size);
    ok(session.state.fragment_limit == UPLOAD_FRAGMENT_MIN, "It is not kept.\n");
}

static void test_sizes(void)
{
    struct upload_fragment fragment;

    upload_fragment_init(&fragment, 0);
    upload_fragment_taken(&fragment, fragment.size, 1000);
    ok(fragment.size == UPLOAD_FRAGMENT_START, "After a second it is %u.\n", fragment.size);
    upload_fragment_taken(&fragment, fragment.size, 60);
    ok(fragment.size == UPLOAD_FRAGMENT_START * 2, "After 60 ms it is %u.\n", fragment.size);
    upload_fragment_init(&fragment, 0);
    upload_fragment_taken(&fragment, fragment.size, 59);
    ok(fragment.size == UPLOAD_FRAGMENT_START * 8, "After 59 ms it is %u.\n", fragment.size);
    for (unsigned int i = 0; i < 20; i++)
        upload_fragment_taken(&fragment, fragment.size, 10);
    ok(fragment.size == UPLOAD_FRAGMENT_MAX, "It grows to %u.\n", fragment.size);
    upload_fragment_taken(&fragment, fragment.size, 60000);
    ok(fragment.size == UPLOAD_FRAGMENT_MAX / 2, "A slow one leaves %u.\n", fragment.size);
    ok(upload_fragment_refused(&fragment, fragment.size), "There is a smaller one.\n");
    for (unsigned int i = 0; i < 20; i++)
        upload_fragment_taken(&fragment, fragment.size, 10);
    ok(fragment.size == UPLOAD_FRAGMENT_MAX / 4, "It grows over the limit, to %u.\n",
       fragment.size);
    for (unsigned int i = 0; i < 20; i++)
        upload_fragment_broken(&fragment);
    ok(fragment.size >= 65536 && fragment.size < 2 * 65536, "Breaks leave %u.\n", fragment.size);

    upload_fragment_init(&fragment, 10000);
    ok(fragment.size == 10000, "The kept limit is not used: %u.\n", fragment.size);
    upload_fragment_init(&fragment, 1);
    ok(fragment.size == UPLOAD_FRAGMENT_MIN, "A limit of nothing: %u.\n", fragment.size);
}

static void test_hosts(void)
{
    start_at(false, 10, "", 0);
    EXPECT(UPLOAD_CREATE);
    expect_action(answer(201, CREATED "BITS-Host-Id: other\r\n"
                                      "BITS-Host-Id-Fallback-Timeout: 60\r\n"),
                  UPLOAD_GO_ON);
    ok(session.state.fallback_seconds == 60, "Got %u.\n", session.state.fallback_seconds);
    EXPECT(UPLOAD_PING);
    expect_action(answer(200, ACK), UPLOAD_GO_ON);
    EXPECT(UPLOAD_FRAGMENT);
    upload_session_leave_host(&session);
    ok(!session.state.host[0] && !session.state.session[0], "It stays.\n");
    EXPECT(UPLOAD_CREATE);
}

static void test_stale(void)
{
    start_at(false, 10, "s1", 0);
    session.state.is_stale = true;
    EXPECT(UPLOAD_CANCEL);
    expect_action(answer(404, ""), UPLOAD_GO_ON);
    EXPECT(UPLOAD_CREATE);
}

START_TEST(upload_session)
{
    RUN_TEST(test_whole);
    RUN_TEST(test_empty);
    RUN_TEST(test_offsets);
    RUN_TEST(test_no_progress);
    RUN_TEST(test_lost_sessions);
    RUN_TEST(test_close);
    RUN_TEST(test_classes);
    RUN_TEST(test_wrong_answers);
    RUN_TEST(test_reply);
    RUN_TEST(test_too_large);
    RUN_TEST(test_sizes);
    RUN_TEST(test_hosts);
    RUN_TEST(test_stale);
}
