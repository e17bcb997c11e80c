/* SPDX-License-Identifier: LGPL-2.1-or-later
 *
 * Faults of the header block: lengths, size of the block, strange lines. */
#include "harness/origin_faults_private.h"

#include <stdio.h>
#include <string.h>

#include "harness/origin_private.h"

/* clang-format off */
const char *const origin_bad_lengths[] = {
    "", "-1", "+5", "0x10", "5,5", "5, 6", "5 6", "five", "1e3", "5.0", "5;",
    "18446744073709551616", "18446744073709551615", "9223372036854775808", "9223372036854775807",
    "00000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000"
    "00000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000005",
    "99999999999999999999999999999999999999999999999999999999999999999999999999999999999999999999999"
    "99999999999999999999999999999999999999999999999999999999999999999999999999999999999999999999999"
    "99999999999999999999999999999999999999999999999999999999999999999999999999999999999999999999999"
    "99999999999999999999999999999999999999999999999999999999999999999999999999999999999999999999999",
    NULL};

const char *const origin_bad_headers[] = {
    "No-Colon\r\n", ": no name\r\n", "Space-Before : colon\r\n", " folded into nothing\r\n",
    "Folded: first\r\n second\r\n\tthird\r\n", "Bare-Line-Feed: yes\n", "Return: a\rb\r\n",
    "High: \x80\xff\xfe\r\n", "High-\xe4-Name: x\r\n", "Control: \x01\x02\x7f\r\n", "Bell\a: x\r\n",
    "Empty:\r\n", "Colons: a:b:c\r\n", NULL};

const char *const origin_bad_dates[] = {
    "", "0", "yesterday", "Mon, 01 Jan 0000 00:00:00 GMT", "Fri, 31 Dec 9999 23:59:59 GMT",
    "Sat, 30 Feb 2019 12:00:00 GMT", "Tue, 01 Jan 2019 25:61:61 GMT",
    "Tue, 01 Jan 2019 12:00:00 +0200", "Tuesday, 01-Jan-19 12:00:00 GMT",
    "Tue Jan  1 12:00:00 2019", "2019-01-01T12:00:00Z", "Tue, 01 Jan 2019 12:00:00",
    "Tue, 01 Jan 99999 12:00:00 GMT", "Tue, 01 Jan 1600 12:00:00 GMT", NULL};
/* clang-format on */

static void send_length_text(struct origin_conn *c, const struct origin_request *r,
                             const struct origin_fault_use *use)
{
    struct fault_plan plan;

    fault_plan_init(&plan, r, &use->file);
    plan.length_text = use->text;
    fault_send_plan(c, &plan);
    origin_close(c);
}

static void send_no_length(struct origin_conn *c, const struct origin_request *r,
                           const struct origin_fault_use *use)
{
    struct fault_plan plan;

    fault_plan_init(&plan, r, &use->file);
    plan.has_length = false;
    fault_send_plan(c, &plan);
    if (plan.has_body) origin_close(c);
}

static void send_other_size(struct origin_conn *c, const struct origin_request *r,
                            const struct origin_fault_use *use)
{
    struct fault_plan plan;

    fault_plan_init(&plan, r, &use->file);
    plan.length = use->n;
    fault_send_plan(c, &plan);
}

static void send_two_lengths(struct origin_conn *c, const struct origin_request *r,
                             const struct origin_fault_use *use)
{
    struct fault_plan plan;
    char extra[64];

    fault_plan_init(&plan, r, &use->file);
    snprintf(extra, sizeof(extra), "Content-Length: %llu\r\n",
             (unsigned long long)(plan.length + use->n));
    plan.extra = extra;
    fault_send_plan(c, &plan);
    origin_close(c);
}

static void send_length_and_chunked(struct origin_conn *c, const struct origin_request *r,
                                    const struct origin_fault_use *use)
{
    struct fault_plan plan;
    char head[FAULT_HEAD_SIZE];

    fault_plan_init(&plan, r, &use->file);
    plan.extra = "Transfer-Encoding: chunked\r\n";
    origin_send(c, head, fault_format_head(&plan, head, sizeof(head)));
    if (!plan.has_body) return;
    origin_sendf(c, "%llx\r\n", (unsigned long long)plan.length);
    if (!origin_send_body(c, plan.version, plan.begin, plan.length)) return;
    origin_sendf(c, "\r\n0\r\n\r\n");
}

static void send_header_text(struct origin_conn *c, const struct origin_request *r,
                             const struct origin_fault_use *use)
{
    struct fault_plan plan;

    fault_plan_init(&plan, r, &use->file);
    plan.extra = use->text;
    fault_send_plan(c, &plan);
}

/* All but the last line and the empty one. */
static void send_open_head(struct origin_conn *c, const struct fault_plan *plan)
{
    char head[FAULT_HEAD_SIZE];
    size_t len = fault_format_head(plan, head, sizeof(head));

    origin_send(c, head, len - 2);
}

static void close_head(struct origin_conn *c, const struct fault_plan *plan)
{
    if (!origin_send(c, "\r\n", 2)) return;
    if (plan->has_body) origin_send_body(c, plan->version, plan->begin, plan->length);
}

static void send_header_nul(struct origin_conn *c, const struct origin_request *r,
                            const struct origin_fault_use *use)
{
    static const char line[] = "Nul: a\0b\r\n";
    struct fault_plan plan;

    fault_plan_init(&plan, r, &use->file);
    send_open_head(c, &plan);
    origin_send(c, line, sizeof(line) - 1);
    close_head(c, &plan);
}

static void send_header_line(struct origin_conn *c, const struct origin_request *r,
                             const struct origin_fault_use *use)
{
    struct fault_plan plan;
    char filler[8192];

    memset(filler, 'x', sizeof(filler));
    fault_plan_init(&plan, r, &use->file);
    send_open_head(c, &plan);
    origin_sendf(c, "X-Long: ");
    for (uint64_t left = use->n; left;)
    {
        size_t count = left < sizeof(filler) ? (size_t)left : sizeof(filler);

        if (!origin_send(c, filler, count)) return;
        left -= count;
    }
    origin_sendf(c, "\r\n");
    close_head(c, &plan);
}

/* Lines of 16 bytes; n 0: without an end. */
static void send_header_lines(struct origin_conn *c, const struct origin_request *r,
                              const struct origin_fault_use *use)
{
    static const char line[] = "X-Line: 123456\r\n";
    char block[4096];
    struct fault_plan plan;
    uint64_t left = use->n ? use->n : NO_LIMIT;

    for (size_t i = 0; i < sizeof(block); i++)
        block[i] = line[i % 16];
    fault_plan_init(&plan, r, &use->file);
    send_open_head(c, &plan);
    while (left)
    {
        size_t count = left < sizeof(block) / 16 ? (size_t)left : sizeof(block) / 16;

        if (!origin_send(c, block, 16 * count)) return;
        if (left != NO_LIMIT) left -= count;
    }
    close_head(c, &plan);
}

static void send_drip(struct origin_conn *c, const struct origin_request *r,
                      const struct origin_fault_use *use)
{
    struct fault_plan plan;
    char head[FAULT_HEAD_SIZE];
    size_t len;

    fault_plan_init(&plan, r, &use->file);
    len = fault_format_head(&plan, head, sizeof(head));
    for (size_t i = 0; i < len; i++)
        if (!origin_send(c, head + i, 1) || !origin_pause(c, (unsigned int)use->n)) return;
    if (plan.has_body) origin_send_body(c, plan.version, plan.begin, plan.length);
}

static void send_half_head(struct origin_conn *c, const struct origin_request *r,
                           const struct origin_fault_use *use)
{
    struct fault_plan plan;
    char head[FAULT_HEAD_SIZE];

    fault_plan_init(&plan, r, &use->file);
    origin_send(c, head, fault_format_head(&plan, head, sizeof(head)) / 2);
    origin_stall(c);
}

static void send_half_head_and_close(struct origin_conn *c, const struct origin_request *r,
                                     const struct origin_fault_use *use)
{
    struct fault_plan plan;
    char head[FAULT_HEAD_SIZE];

    fault_plan_init(&plan, r, &use->file);
    origin_send(c, head, fault_format_head(&plan, head, sizeof(head)) / 2);
    origin_close(c);
}

#define BOTH (ORIGIN_HITS_HEAD | ORIGIN_HITS_GET)

/* clang-format off */
const struct fault_entry fault_head_entries[] = {
    {{"head_no_length", ORIGIN_HITS_HEAD, "no Content-Length"}, false, send_no_length},
    {{"no_length", BOTH, "no Content-Length, the end of the connection ends the body"}, false, send_no_length},
    {{"head_length", ORIGIN_HITS_HEAD, "text as Content-Length"}, false, send_length_text},
    {{"get_length", ORIGIN_HITS_GET, "text as Content-Length"}, false, send_length_text},
    {{"head_size", ORIGIN_HITS_HEAD, "n as Content-Length"}, false, send_other_size},
    {{"two_lengths", BOTH, "a second Content-Length, greater by n"}, false, send_two_lengths},
    {{"length_and_chunked", BOTH, "Content-Length with Transfer-Encoding"}, false, send_length_and_chunked},
    {{"header_text", BOTH, "text between the header lines"}, false, send_header_text},
    {{"header_nul", BOTH, "a header with a NUL"}, false, send_header_nul},
    {{"header_line", BOTH, "a header line of n bytes"}, false, send_header_line},
    {{"header_lines", BOTH, "n more header lines of 16 bytes; 0: without an end"}, false, send_header_lines},
    {{"drip_head", BOTH, "n ms after each byte of the head"}, false, send_drip},
    {{"stall_in_head", BOTH, "half of the head, then silence"}, false, send_half_head},
    {{"close_in_head", BOTH, "half of the head, then the end"}, false, send_half_head_and_close},
    {{0}, false, NULL},
};
/* clang-format on */
