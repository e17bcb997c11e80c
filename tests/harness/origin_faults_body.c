/* SPDX-License-Identifier: LGPL-2.1-or-later
 *
 * Faults of the body: too short, too long, chunked, encoded, slow, and of the time around it. */
#include "harness/origin_faults_private.h"

#include <stdio.h>
#include <string.h>

#include "harness/origin_private.h"

const char *const origin_bad_chunk_sizes[] = {"ffffffffffffffff",
                                              "10000000000000000",
                                              "7fffffffffffffff",
                                              "ffffffff",
                                              "-5",
                                              "0x5",
                                              "xyz",
                                              "",
                                              " 5",
                                              "5 5",
                                              NULL};

/* The head and the first n bytes. */
static void send_first(struct origin_conn *c, const struct origin_request *r,
                       const struct origin_fault_use *use)
{
    struct fault_plan plan;

    fault_plan_init(&plan, r, &use->file);
    if (use->n < plan.length) plan.end = plan.begin + use->n;
    fault_send_plan(c, &plan);
}

static void send_short(struct origin_conn *c, const struct origin_request *r,
                       const struct origin_fault_use *use)
{
    send_first(c, r, use);
    origin_close(c);
}

static void send_short_reset(struct origin_conn *c, const struct origin_request *r,
                             const struct origin_fault_use *use)
{
    send_first(c, r, use);
    origin_reset(c);
}

static void send_and_stall(struct origin_conn *c, const struct origin_request *r,
                           const struct origin_fault_use *use)
{
    send_first(c, r, use);
    origin_stall(c);
}

static void stall(struct origin_conn *c, const struct origin_request *r,
                  const struct origin_fault_use *use)
{
    (void)r;
    (void)use;
    origin_stall(c);
}

static void wait_at_gate(struct origin_conn *c, const struct origin_request *r,
                         const struct origin_fault_use *use)
{
    if (origin_wait_gate(c, (unsigned int)use->n)) origin_serve(c, r, &use->file);
}

static void send_long(struct origin_conn *c, const struct origin_request *r,
                      const struct origin_fault_use *use)
{
    struct fault_plan plan;

    fault_plan_init(&plan, r, &use->file);
    plan.end += use->n;
    fault_send_plan(c, &plan);
}

static void send_glued(struct origin_conn *c, const struct origin_request *r,
                       const struct origin_fault_use *use)
{
    static const char second[] = "HTTP/1.1 200 OK\r\nContent-Length: 12\r\n\r\nnot for you\n";

    origin_serve(c, r, &use->file);
    origin_send(c, second, sizeof(second) - 1);
}

static void send_encoded(struct origin_conn *c, const struct origin_request *r,
                         const struct origin_fault_use *use)
{
    struct fault_plan plan;
    char extra[128];

    fault_plan_init(&plan, r, &use->file);
    snprintf(extra, sizeof(extra), "Content-Encoding: %.64s\r\n", use->text ? use->text : "gzip");
    plan.extra = extra;
    fault_send_plan(c, &plan);
}

static void send_slowly(struct origin_conn *c, const struct origin_request *r,
                        const struct origin_fault_use *use)
{
    struct fault_plan plan;
    char head[FAULT_HEAD_SIZE];

    fault_plan_init(&plan, r, &use->file);
    origin_send(c, head, fault_format_head(&plan, head, sizeof(head)));
    for (; plan.begin < plan.end; plan.begin++)
        if (!origin_send_body(c, plan.version, plan.begin, 1) ||
            !origin_pause(c, (unsigned int)use->n))
            return;
}

static void send_and_close_later(struct origin_conn *c, const struct origin_request *r,
                                 const struct origin_fault_use *use)
{
    origin_serve(c, r, &use->file);
    origin_pause(c, (unsigned int)use->n);
    origin_close(c);
}

/* ---- Chunked ---- */

static void send_chunked(struct origin_conn *c, const struct origin_request *r,
                         const struct origin_fault_use *use)
{
    struct origin_file file = use->file;

    file.flags |= ORIGIN_NO_LENGTH;
    origin_serve(c, r, &file);
}

/* False when there is no body to send. */
static bool open_chunked(struct origin_conn *c, const struct origin_request *r,
                         const struct origin_fault_use *use)
{
    struct fault_plan plan;
    char head[FAULT_HEAD_SIZE];

    fault_plan_init(&plan, r, &use->file);
    plan.status_line = "HTTP/1.1 200 OK";
    plan.has_length = plan.has_range = false;
    plan.extra = "Transfer-Encoding: chunked\r\n";
    return origin_send(c, head, fault_format_head(&plan, head, sizeof(head))) && plan.has_body;
}

static void send_chunk_size(struct origin_conn *c, const struct origin_request *r,
                            const struct origin_fault_use *use)
{
    if (!open_chunked(c, r, use)) return;
    origin_sendf(c, "%s\r\n", use->text);
    origin_send_body(c, use->file.version, 0, use->file.size);
    origin_close(c);
}

static void send_chunks_endlessly(struct origin_conn *c, const struct origin_request *r,
                                  const struct origin_fault_use *use)
{
    uint64_t offset = 0;

    if (!open_chunked(c, r, use)) return;
    while (origin_sendf(c, "%x\r\n", 65536u) &&
           origin_send_body(c, use->file.version, offset, 65536) && origin_send(c, "\r\n", 2))
        offset += 65536;
}

static void send_trailers_endlessly(struct origin_conn *c, const struct origin_request *r,
                                    const struct origin_fault_use *use)
{
    if (!open_chunked(c, r, use)) return;
    origin_sendf(c, "%llx\r\n", (unsigned long long)use->file.size);
    origin_send_body(c, use->file.version, 0, use->file.size);
    origin_sendf(c, "\r\n0\r\n");
    while (origin_sendf(c, "X-Trailer: 0123456789012345678901234567890123456789\r\n"))
        continue;
}

static void send_chunk_extension(struct origin_conn *c, const struct origin_request *r,
                                 const struct origin_fault_use *use)
{
    char filler[1024];

    memset(filler, 'x', sizeof(filler));
    if (!open_chunked(c, r, use)) return;
    origin_sendf(c, "%llx;", (unsigned long long)use->file.size);
    for (uint64_t left = use->n; left;)
    {
        size_t count = left < sizeof(filler) ? (size_t)left : sizeof(filler);

        if (!origin_send(c, filler, count)) return;
        left -= count;
    }
    origin_sendf(c, "\r\n");
    origin_send_body(c, use->file.version, 0, use->file.size);
    origin_sendf(c, "\r\n0\r\n\r\n");
}

static void send_chunk_cut(struct origin_conn *c, const struct origin_request *r,
                           const struct origin_fault_use *use)
{
    if (!open_chunked(c, r, use)) return;
    origin_sendf(c, "%llx\r\n", (unsigned long long)use->file.size);
    origin_send_body(c, use->file.version, 0, use->n < use->file.size ? use->n : use->file.size);
    origin_close(c);
}

#define GET  ORIGIN_HITS_GET
#define BOTH (ORIGIN_HITS_HEAD | ORIGIN_HITS_GET)

/* clang-format off */
const struct fault_entry fault_body_entries[] = {
    {{"short_body", GET, "n bytes of the body, then the end"}, false, send_short},
    {{"short_body_reset", GET, "n bytes of the body, then a reset"}, false, send_short_reset},
    {{"long_body", GET, "n bytes behind the end"}, false, send_long},
    {{"glued_answer", GET, "an answer that nobody asked for behind the right one"}, false, send_glued},
    {{"encoded", GET, "text, or gzip, as Content-Encoding"}, false, send_encoded},
    {{"drip_body", GET, "n ms after each byte of the body"}, false, send_slowly},
    {{"stall", BOTH, "silence"}, false, stall},
    {{"get_stall", GET, "silence, to GET only"}, false, stall},
    {{"stall_in_body", GET, "n bytes of the body, then silence"}, false, send_and_stall},
    {{"gate", BOTH, "silence until gate n is opened, then honest"}, false, wait_at_gate},
    {{"get_gate", GET, "the same, to GET only"}, false, wait_at_gate},
    {{"close_later", BOTH, "honest, but closes after n ms without a request"}, false, send_and_close_later},
    {{"chunked", BOTH, "right, but chunked"}, false, send_chunked},
    {{"chunk_size", BOTH, "text as size of the first chunk"}, false, send_chunk_size},
    {{"chunk_endless", BOTH, "chunks without end"}, false, send_chunks_endlessly},
    {{"trailer_endless", BOTH, "trailers without end"}, false, send_trailers_endlessly},
    {{"chunk_extension", BOTH, "n bytes of chunk extension"}, false, send_chunk_extension},
    {{"chunk_cut", BOTH, "n bytes of one chunk of all, then the end"}, false, send_chunk_cut},
    {{0}, false, NULL},
};
/* clang-format on */
