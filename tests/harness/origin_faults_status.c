/* SPDX-License-Identifier: LGPL-2.1-or-later
 *
 * Faults of the status: refusals, rubbish, answers before the answer, redirects, proxies. */
#include "harness/origin_faults_private.h"

#include <stdio.h>
#include <string.h>

#include "harness/origin_private.h"

const char *const origin_bad_status_lines[] = {
    "HTTP/3.7 200 OK", "HTTP/1.1 99 Low",      "HTTP/1.1 600 High", "HTTP/1.1 000 None",
    "HTTP/1.1 2000 X", "HTTP/1.1 OK",          "HTTP/1.1",          "HTTP/1.1 -200 OK",
    "HTTP/9",          "HTTP/1.1\t200\tTabs",  "ICY 200 OK",        "220 mail.example ready",
    " HTTP/1.1 200 X", "HTTP/1.1 0x20 Number", "HTTP/ 1.1 200 OK",  NULL};

static void send_status(struct origin_conn *c, const struct origin_request *r,
                        const struct origin_fault_use *use)
{
    origin_send_simple(c, r, (int)use->n, use->text ? use->text : "");
}

static void send_status_line(struct origin_conn *c, const struct origin_request *r,
                             const struct origin_fault_use *use)
{
    struct fault_plan plan;

    fault_plan_init(&plan, r, &use->file);
    plan.status_line = use->text;
    fault_send_plan(c, &plan);
    origin_close(c);
}

static void send_body_only(struct origin_conn *c, const struct origin_request *r,
                           const struct origin_fault_use *use)
{
    (void)r;
    origin_send_body(c, use->file.version, 0, use->file.size);
    origin_close(c);
}

/* Many at once, or a million of them would take their time. */
static void send_interim(struct origin_conn *c, const struct origin_request *r,
                         const struct origin_fault_use *use)
{
    char one[256], many[16384];
    size_t len, size = 0, per_send;

    len = (size_t)snprintf(one, sizeof(one), "HTTP/1.1 %s\r\n\r\n", use->text);
    for (per_send = 0; size + len <= sizeof(many); per_send++, size += len)
        memcpy(many + size, one, len);
    for (uint64_t left = use->n; left;)
    {
        size_t count = left < per_send ? (size_t)left : per_send;

        if (!origin_send(c, many, count * len)) return;
        left -= count;
    }
    origin_serve(c, r, &use->file);
}

static void send_redirect_loop(struct origin_conn *c, const struct origin_request *r,
                               const struct origin_fault_use *use)
{
    char headers[512];

    (void)use;
    snprintf(headers, sizeof(headers), "Location: %.200s?again=%u\r\n", r->path, r->ordinal);
    origin_send_simple(c, r, 302, headers);
}

static void send_tunnel_rubbish(struct origin_conn *c, const struct origin_request *r,
                                const struct origin_fault_use *use)
{
    (void)r;
    origin_sendf(c, "HTTP/1.1 200 Connection established\r\n\r\n%s",
                 use->text ? use->text : "This is not TLS.\r\n");
    origin_stall(c);
}

static void send_nothing(struct origin_conn *c, const struct origin_request *r,
                         const struct origin_fault_use *use)
{
    (void)r;
    (void)use;
    origin_close(c);
}

static void send_reset(struct origin_conn *c, const struct origin_request *r,
                       const struct origin_fault_use *use)
{
    (void)r;
    (void)use;
    origin_reset(c);
}

#define BOTH (ORIGIN_HITS_HEAD | ORIGIN_HITS_GET)

/* clang-format off */
const struct fault_entry fault_status_entries[] = {
    {{"status", BOTH, "status n; text: more header lines"}, false, send_status},
    {{"head_status", ORIGIN_HITS_HEAD, "the same to HEAD only"}, false, send_status},
    {{"get_status", ORIGIN_HITS_GET, "the same to GET only"}, false, send_status},
    {{"resume_status", ORIGIN_HITS_RESUME, "the same to later ranges only"}, false, send_status},
    {{"connect_status", ORIGIN_HITS_OTHER, "the same to other methods, as CONNECT"}, false, send_status},
    {{"status_line", BOTH, "text in place of the status line, then as honest"}, false, send_status_line},
    {{"body_only", ORIGIN_HITS_GET, "the body without any head"}, false, send_body_only},
    {{"interim", BOTH, "n times the status text, as \"100 Continue\", then honest"}, false, send_interim},
    {{"redirect_loop", BOTH, "to itself, each time with another query"}, false, send_redirect_loop},
    {{"connect_rubbish", ORIGIN_HITS_OTHER, "200 to CONNECT, then text instead of TLS"}, false, send_tunnel_rubbish},
    {{"connect_close", ORIGIN_HITS_OTHER, "closes without a byte"}, false, send_nothing},
    {{"close", BOTH, "closes without a byte"}, false, send_nothing},
    {{"get_close", ORIGIN_HITS_GET, "the same to GET only"}, false, send_nothing},
    {{"reset", BOTH, "resets without a byte"}, false, send_reset},
    {{"get_reset", ORIGIN_HITS_GET, "the same to GET only"}, false, send_reset},
    {{0}, false, NULL},
};
/* clang-format on */
