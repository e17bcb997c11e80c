/* SPDX-License-Identifier: LGPL-2.1-or-later
 *
 * Answers of upload servers, and packets as they are written. */
#include "harness/test.h"

#include <stdlib.h>
#include <string.h>

#include "upload/upload_ack.h"
#include "upload/upload_format.h"

static struct upload_ack parse(unsigned int status, const char *lines)
{
    struct upload_ack ack;

    upload_ack_parse(lines, strlen(lines), status, &ack);
    return ack;
}

static void test_fields(void)
{
    struct upload_ack ack =
        parse(201, "HTTP/1.1 201 Created\r\nBITS-Packet-Type: ACK\r\nbits-protocol:  "
                   "{7DF0354D-249B-430F-820D-3D2A9BEF4931} \r\nBITS-Session-Id: -77\r\n"
                   "BITS-Host-Id: [::1]:80\r\nBITS-Host-Id-Fallback-Timeout: 86400\r\n"
                   "BITS-Received-Content-Range: 213\r\nBITS-Reply-URL: http://a/b?c=d\r\n");

    ok(ack.status == 201 && ack.is_ack && !ack.is_malformed, "Not an answer.\n");
    ok(ack.has_protocol && ack.is_our_protocol, "Another protocol.\n");
    ok(!strcmp(ack.session, "-77"), "Got session %s.\n", ack.session);
    ok(!strcmp(ack.host, "[::1]:80"), "Got host %s.\n", ack.host);
    ok(ack.has_fallback && ack.fallback_seconds == 86400, "Got %u.\n", ack.fallback_seconds);
    ok(ack.has_received && ack.received == 213, "Got %llu.\n", (unsigned long long)ack.received);
    ok(!strcmp(ack.reply_url, "http://a/b?c=d"), "Got %s.\n", ack.reply_url);

    ack = parse(200, "BITS-Host-Id-Fallback-Timeout: 99999999999999\r\n");
    ok(ack.has_fallback && ack.fallback_seconds == UPLOAD_FALLBACK_NEVER, "Not for ever.\n");
    ack = parse(200, "BITS-Packet-Type: Ack\nBITS-Session-Id: a\nBITS-Session-Id: a");
    ok(ack.is_ack && !ack.is_malformed && !strcmp(ack.session, "a"), "Twice the same.\n");
}

static void test_error_numbers(void)
{
    static const struct
    {
        const char *line;
        bool has_error;
        uint32_t error;
    } cases[] = {
        {"BITS-Error-Code: 0x80070057\r\n", true, 0x80070057},
        {"BITS-Error-Code: 80070057\r\n", true, 0x80070057},
        {"BITS-Error: 1\r\n", true, 1},
        {"BITS-Error-Code: 0x\r\n", false, 0},
        {"BITS-Error-Code: \r\n", false, 0},
        {"BITS-Error-Code: 0x180070057\r\n", false, 0},
        {"BITS-Error-Code: -1\r\n", false, 0},
    };

    for (size_t i = 0; i < ARRAY_COUNT(cases); i++)
    {
        struct upload_ack ack = parse(500, cases[i].line);

        ok(ack.has_error == cases[i].has_error, "Case %u: error %d.\n", (unsigned int)i,
           ack.has_error);
        if (ack.has_error) ok(ack.error == cases[i].error, "Got %#x.\n", ack.error);
    }
}

/* What would become part of a URL, or of a request, or a place in the file. */
static void test_malformed(void)
{
    static const char *const lines[] = {
        "BITS-Packet-Type: Fragment",
        "BITS-Session-Id:",
        "BITS-Session-Id: a b",
        "BITS-Session-Id: a\r\nBITS-Session-Id: b",
        "BITS-Host-Id: a/b",
        "BITS-Host-Id: user@host",
        "BITS-Host-Id: a?b",
        "BITS-Received-Content-Range: -1",
        "BITS-Received-Content-Range: 0-5",
        "BITS-Received-Content-Range: 18446744073709551616",
        "BITS-Received-Content-Range: 1\r\nBITS-Received-Content-Range: 2",
        "BITS-Reply-URL: http://a/ b",
    };
    char text[600] = "BITS-Session-Id: ";

    for (size_t i = 0; i < ARRAY_COUNT(lines); i++)
        ok(parse(200, lines[i]).is_malformed, "Taken: %s.\n", lines[i]);
    memset(text + 17, 'a', UPLOAD_SESSION_MAX);
    ok(!parse(200, text).is_malformed, "The longest session is refused.\n");
    text[17 + UPLOAD_SESSION_MAX] = 'a';
    ok(parse(200, text).is_malformed, "A longer session is taken.\n");
}

static void test_packets(void)
{
    struct upload_session s = {.total = 10000, .state = {.session = "{1}"}};
    struct upload_packet packet = {
        .type = UPLOAD_FRAGMENT, .begin = 0, .end = 4096, .is_named = true};
    struct upload_lines lines;

    upload_format_packet(&s, &packet, "a b.bin", &lines);
    ok(lines.count == 4, "Got %u lines.\n", lines.count);
    ok(!strcmp(lines.lines[0], "BITS-Packet-Type: Fragment"), "Got %s.\n", lines.lines[0]);
    ok(!strcmp(lines.lines[1], "BITS-Session-Id: {1}"), "Got %s.\n", lines.lines[1]);
    ok(!strcmp(lines.lines[2], "Content-Range: bytes 0-4095/10000"), "Got %s.\n", lines.lines[2]);
    ok(!strcmp(lines.lines[3], "Content-Name: a b.bin"), "Got %s.\n", lines.lines[3]);
    upload_format_packet(&s, &packet, "a\r\nb: c", &lines);
    ok(lines.count == 3, "A name with a line end is told.\n");

    packet = (struct upload_packet){.type = UPLOAD_CREATE};
    upload_format_packet(&s, &packet, NULL, &lines);
    ok(lines.count == 2, "Got %u lines.\n", lines.count);
    ok(!strcmp(lines.lines[1], "BITS-Supported-Protocols: " UPLOAD_PROTOCOL), "Got %s.\n",
       lines.lines[1]);
}

static void test_urls(void)
{
    static const struct
    {
        const char *url, *host, *result;
    } cases[] = {
        {"http://a/b", "", "http://a/b"},
        {"http://a/b", "c", "http://c/b"},
        {"http://a:81/b?d", "c", "http://c:81/b?d"},
        {"http://a:81/b", "c:82", "http://c:82/b"},
        {"http://u:p@a:81/b", "c", "http://u:p@c:81/b"},
        {"http://[::1]:81/b", "[::2]", "http://[::2]:81/b"},
        {"http://[::1]/b", "c", "http://c/b"},
        {"https://a?x", "c", "https://c?x"},
        {"nothing", "c", NULL},
    };

    for (size_t i = 0; i < ARRAY_COUNT(cases); i++)
    {
        char *url = upload_format_url(cases[i].url, cases[i].host);

        if (cases[i].result)
            ok(url && !strcmp(url, cases[i].result), "Got %s for %s.\n", url ? url : "(null)",
               cases[i].result);
        else
            ok(!url, "Got %s.\n", url);
        free(url);
    }
}

START_TEST(upload_ack)
{
    RUN_TEST(test_fields);
    RUN_TEST(test_error_numbers);
    RUN_TEST(test_malformed);
    RUN_TEST(test_packets);
    RUN_TEST(test_urls);
}
