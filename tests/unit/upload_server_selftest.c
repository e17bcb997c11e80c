/* SPDX-License-Identifier: LGPL-2.1-or-later
 *
 * The tests' own upload server under attack (row M6 of the faults): names with tricks, lengths that
 * are none, fragments that overlap, sessions of others. */
#include "harness/test.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "harness/raw_client.h"
#include "harness/upload_server.h"

#define WAIT_MS 20000
#define HEAD    "BITS_POST /up HTTP/1.1\r\nHost: x\r\nBITS-Packet-Type: "

static struct origin *origin;
static struct up_server *server;
static struct raw_client client;
static struct raw_answer answer;

static int ask(const char *text)
{
    if (!raw_send(&client, text) || !raw_receive(&client, true, 4096, WAIT_MS, &answer)) return 0;
    raw_answer_done(&answer);
    return answer.status;
}

static void create(char id[UP_ID_SIZE])
{
    int status = ask(HEAD "Create-Session\r\nBITS-Supported-Protocols: " UP_GUID
                          "\r\nContent-Length: 0\r\n\r\n");

    ok(status == 201, "Got status %d.\n", status);
    ok(origin_header(answer.head, "BITS-Session-Id", id, UP_ID_SIZE), "No session.\n");
}

static int send_fragment(const char *id, const char *range, const char *name, const char *body)
{
    char text[2048];

    snprintf(text, sizeof(text),
             HEAD "Fragment\r\nBITS-Session-Id: %s\r\nContent-Range: %s\r\nContent-Name: %s\r\n"
                  "Content-Length: %zu\r\n\r\n%s",
             id, range, name, strlen(body), body);
    return ask(text);
}

static void test_ranges(void)
{
    static const char *const bad[] = {
        "bytes 0-9/5",
        "bytes 4-3/10",
        "bytes 0-4/*",
        "bytes -5/10",
        "0-4/10",
        "bytes 0-4/10x",
        "bytes 0-18446744073709551616/5",
        "bytes 0-99999999999/9",
        "",
        "bytes 0-3/10",
        "bytes +0-4/10",
    };
    char id[UP_ID_SIZE], other[UP_ID_SIZE];
    int status;

    withstands("M6");
    create(id);
    for (size_t i = 0; i < sizeof(bad) / sizeof(*bad); i++)
    {
        status = send_fragment(id, bad[i], "n", "01234");
        ok(status == 400, "%s: got status %d.\n", bad[i], status);
        if (!status) return;
    }
    create(id);
    status = send_fragment(id, "bytes 0-4/18446744073709551615", "n", "01234");
    ok(status == 500, "A huge file: got status %d.\n", status);

    /* What is stored is never replaced; a gap is refused; the total stays. */
    create(id);
    ok(send_fragment(id, "bytes 0-4/10", "n", "01234") == 200, "Refused.\n");
    ok(send_fragment(id, "bytes 7-9/10", "n", "789") == 416, "A gap is taken.\n");
    ok(send_fragment(id, "bytes 2-6/10", "n", "xxx56") == 200, "Refused.\n");
    ok(send_fragment(id, "bytes 7-9/11", "n", "789") == 400, "Another size is taken.\n");
    ok(!up_has_any_file(server), "It is delivered too early.\n");
    ok(send_fragment(id, "bytes 7-9/10", "n", "789") == 200, "Refused.\n");
    {
        uint64_t size;
        char *file = up_copy_file(server, &size);

        ok(size == 10 && file && !memcmp(file, "0123456789", 10), "Another file.\n");
        free(file);
    }
    ok(send_fragment(id, "bytes 0-9/10", "n", "aaaaaaaaaa") == 200, "Refused.\n");

    /* Sessions are not to be guessed. */
    create(other);
    ok(strcmp(id, other) && strlen(other) > 30, "Got %s after %s.\n", other, id);
    ok(send_fragment("{00000000-0000-0000-0000-000000000000}", "bytes 0-4/5", "n", "01234") == 500,
       "Another's session is taken.\n");
    ok(send_fragment("", "bytes 0-4/5", "n", "01234") == 400, "No session is taken.\n");
}

/* Names lead nowhere: nothing is a file there. */
static void test_names(void)
{
    static const char *const names[] = {
        "../../etc/passwd", "..\\..\\x", "C:\\x", "/etc/passwd", "a\tb", "CON", "x.exe",
        "%2e%2e%2fx"};
    char id[UP_ID_SIZE];

    withstands("M6");
    for (size_t i = 0; i < sizeof(names) / sizeof(*names); i++)
    {
        create(id);
        ok(send_fragment(id, "bytes 0-4/5", names[i], "01234") == 200, "Refused: %s.\n", names[i]);
    }
    ok(ask("BITS_POST /up/../../etc/passwd HTTP/1.1\r\nHost: x\r\nBITS-Packet-Type: Ping\r\n"
           "Content-Length: 0\r\n\r\n") == 404,
       "Another path is served.\n");
}

static void test_packets(void)
{
    withstands("M6");
    ok(ask(HEAD "Ping\r\nContent-Length: 0\r\n\r\n") == 200, "No answer to Ping.\n");
    ok(ask(HEAD "Ping\r\nContent-Length: 1\r\n\r\nx") == 400, "A Ping with a body is taken.\n");
    ok(ask(HEAD "Other\r\nContent-Length: 0\r\n\r\n") == 400, "Any packet is taken.\n");
    ok(ask(HEAD "Create-Session\r\nBITS-Supported-Protocols: {0}\r\nContent-Length: 0\r\n\r\n") ==
           400,
       "Any protocol is taken.\n");
}

START_TEST(upload_server_selftest)
{
    if (!(origin = origin_start(NULL))) return;
    server = up_serve(origin, "/up", NULL);
    if (raw_connect(&client, false, origin_port(origin)))
    {
        RUN_TEST(test_ranges);
        RUN_TEST(test_names);
        RUN_TEST(test_packets);
        raw_disconnect(&client);
    }
    origin_destroy(origin);
    up_free(server);
}
