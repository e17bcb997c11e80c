/* SPDX-License-Identifier: LGPL-2.1-or-later
 *
 * Faults of ranges and of versions: other bytes than were asked for, or said to be. */
#include "harness/origin_faults_private.h"

#include <stdio.h>

#include "harness/origin_private.h"

/* clang-format off */
const char *const origin_bad_content_ranges[] = {
    "", "bytes", "bytes */100", "bytes 0-9", "bytes 9-0/100", "bytes 0-9/5", "items 0-9/100",
    "0-9/100", "bytes=0-9/100", "bytes 0 - 9 / 100", "bytes -9/100", "bytes 0-/100", "bytes a-b/c",
    "bytes 0-9/*", "bytes 0-18446744073709551616/100", "bytes 18446744073709551615-0/1",
    "bytes 0-9/99999999999999999999999", "bytes 0-9/100, bytes 10-19/100", NULL};
/* clang-format on */

static void send_whole(struct origin_conn *c, const struct origin_request *r,
                       const struct origin_fault_use *use)
{
    struct origin_file file = use->file;

    file.flags |= ORIGIN_NO_RANGES | ORIGIN_NO_PRECONDITIONS;
    origin_serve(c, r, &file);
}

/* Says what it does. */
static void send_moved(struct origin_conn *c, const struct origin_request *r,
                       const struct origin_fault_use *use, int64_t begin_by, int64_t end_by)
{
    struct fault_plan plan;

    fault_plan_init(&plan, r, &use->file);
    plan.begin += (uint64_t)begin_by;
    plan.end += (uint64_t)end_by;
    plan.range_begin = plan.begin;
    plan.range_end = plan.end;
    plan.length = plan.end - plan.begin;
    fault_send_plan(c, &plan);
}

static void send_shifted(struct origin_conn *c, const struct origin_request *r,
                         const struct origin_fault_use *use)
{
    send_moved(c, r, use, (int64_t)use->n, (int64_t)use->n);
}

static void send_shifted_back(struct origin_conn *c, const struct origin_request *r,
                              const struct origin_fault_use *use)
{
    send_moved(c, r, use, -(int64_t)use->n, -(int64_t)use->n);
}

static void send_longer(struct origin_conn *c, const struct origin_request *r,
                        const struct origin_fault_use *use)
{
    send_moved(c, r, use, 0, (int64_t)use->n);
}

static void send_shorter(struct origin_conn *c, const struct origin_request *r,
                         const struct origin_fault_use *use)
{
    send_moved(c, r, use, 0, -(int64_t)use->n);
}

static void send_wrong_length(struct origin_conn *c, const struct origin_request *r,
                              const struct origin_fault_use *use)
{
    struct fault_plan plan;

    fault_plan_init(&plan, r, &use->file);
    plan.length += use->n;
    plan.end += use->n;
    fault_send_plan(c, &plan);
}

static void send_wrong_bytes(struct origin_conn *c, const struct origin_request *r,
                             const struct origin_fault_use *use)
{
    struct fault_plan plan;

    fault_plan_init(&plan, r, &use->file);
    plan.begin += use->n;
    plan.end += use->n;
    fault_send_plan(c, &plan);
}

static void send_other_total(struct origin_conn *c, const struct origin_request *r,
                             const struct origin_fault_use *use)
{
    struct fault_plan plan;

    fault_plan_init(&plan, r, &use->file);
    plan.total = use->n;
    fault_send_plan(c, &plan);
}

static void send_star_total(struct origin_conn *c, const struct origin_request *r,
                            const struct origin_fault_use *use)
{
    struct fault_plan plan;
    char text[80];

    fault_plan_init(&plan, r, &use->file);
    snprintf(text, sizeof(text), "bytes %llu-%llu/*", (unsigned long long)plan.begin,
             (unsigned long long)(plan.end - 1));
    plan.range_text = text;
    fault_send_plan(c, &plan);
}

static void send_no_content_range(struct origin_conn *c, const struct origin_request *r,
                                  const struct origin_fault_use *use)
{
    struct fault_plan plan;

    fault_plan_init(&plan, r, &use->file);
    plan.has_range = false;
    fault_send_plan(c, &plan);
}

static void send_range_text(struct origin_conn *c, const struct origin_request *r,
                            const struct origin_fault_use *use)
{
    struct fault_plan plan;

    fault_plan_init(&plan, r, &use->file);
    plan.range_text = use->text;
    fault_send_plan(c, &plan);
}

static void send_two_content_ranges(struct origin_conn *c, const struct origin_request *r,
                                    const struct origin_fault_use *use)
{
    struct fault_plan plan;
    char extra[96];

    fault_plan_init(&plan, r, &use->file);
    snprintf(extra, sizeof(extra), "Content-Range: bytes %llu-%llu/%llu\r\n",
             (unsigned long long)(plan.begin + use->n), (unsigned long long)(plan.end - 1 + use->n),
             (unsigned long long)plan.total);
    plan.extra = extra;
    fault_send_plan(c, &plan);
}

static void send_page(struct origin_conn *c, const struct origin_request *r,
                      const struct origin_fault_use *use)
{
    static const char page[] = "<html><body>Please log in to use this network.</body></html>\n";

    (void)use;
    origin_sendf(c, "HTTP/1.1 200 OK\r\nContent-Type: text/html\r\nContent-Length: %u\r\n\r\n%s",
                 (unsigned int)sizeof(page) - 1, r->method[0] == 'H' ? "" : page);
}

static void send_version(struct origin_conn *c, const struct origin_request *r,
                         const struct origin_fault_use *use)
{
    struct origin_file file = use->file;

    file.version = (uint32_t)use->n;
    file.last_modified = NULL;
    file.flags |= ORIGIN_NO_PRECONDITIONS;
    origin_serve(c, r, &file);
}

static void send_old_whole(struct origin_conn *c, const struct origin_request *r,
                           const struct origin_fault_use *use)
{
    struct origin_file file = use->file;

    file.version = (uint32_t)use->n;
    file.last_modified = NULL;
    file.headers = "Via: 1.1 old-cache\r\nAge: 86400\r\n";
    file.flags |= ORIGIN_NO_PRECONDITIONS | ORIGIN_NO_RANGES;
    origin_serve(c, r, &file);
}

static void send_other_content(struct origin_conn *c, const struct origin_request *r,
                               const struct origin_fault_use *use)
{
    struct fault_plan plan;

    fault_plan_init(&plan, r, &use->file);
    plan.version = (uint32_t)use->n;
    fault_send_plan(c, &plan);
}

/* Each answer is of a version of its own. */
static void send_changing(struct origin_conn *c, const struct origin_request *r,
                          const struct origin_fault_use *use)
{
    struct origin_file file = use->file;

    file.version += 2 * r->ordinal + (r->method[0] == 'H');
    file.last_modified = NULL;
    origin_serve(c, r, &file);
}

static void send_parts(struct origin_conn *c, const struct origin_request *r,
                       const struct origin_fault_use *use, const struct origin_multipart *form)
{
    if (r->range_count)
        origin_send_multipart(c, r, &use->file, form);
    else
        origin_serve(c, r, &use->file);
}

#define PARTS_FAULT(name, field, value)                                                            \
    static void name(struct origin_conn *c, const struct origin_request *r,                        \
                     const struct origin_fault_use *use)                                           \
    {                                                                                              \
        send_parts(c, r, use, &(struct origin_multipart){.field = value});                         \
    }

PARTS_FAULT(send_parts_right, is_unended, false)
PARTS_FAULT(send_parts_unnamed, is_unnamed, true)
PARTS_FAULT(send_parts_misnamed, is_wrongly_named, true)
PARTS_FAULT(send_parts_unended, is_unended, true)
PARTS_FAULT(send_parts_reversed, is_reversed, true)
PARTS_FAULT(send_parts_overlapping, is_overlapping, true)
PARTS_FAULT(send_parts_headers, extra_headers, (unsigned int)use->n)
PARTS_FAULT(send_parts_lines, blank_lines, (unsigned int)use->n)

#define GET  ORIGIN_HITS_GET
#define BOTH (ORIGIN_HITS_HEAD | ORIGIN_HITS_GET)

/* clang-format off */
const struct fault_entry fault_range_entries[] = {
    {{"ignore_range", GET, "200 with all of it"}, true, send_whole},
    {{"ignore_resume", ORIGIN_HITS_RESUME, "the same to later ranges only"}, true, send_whole},
    {{"range_shifted", GET, "the range n bytes further on, and says so"}, true, send_shifted},
    {{"range_shifted_back", GET, "n bytes further in front, and says so"}, true, send_shifted_back},
    {{"range_longer", GET, "n bytes more than asked for, and says so"}, true, send_longer},
    {{"range_shorter", GET, "n bytes less than asked for, and says so"}, true, send_shorter},
    {{"range_length", GET, "n bytes more than Content-Range says, by Content-Length"}, true, send_wrong_length},
    {{"range_wrong_bytes", GET, "says what was asked for, sends what is n bytes further on"}, true, send_wrong_bytes},
    {{"range_other_total", GET, "n as size of the file"}, true, send_other_total},
    {{"range_star_total", GET, "a star as size of the file"}, true, send_star_total},
    {{"range_missing", GET, "206 without Content-Range"}, true, send_no_content_range},
    {{"range_text", GET, "text as Content-Range"}, true, send_range_text},
    {{"range_two", GET, "a second Content-Range, n bytes further on"}, true, send_two_content_ranges},
    {{"page", GET, "200 with a page of HTML"}, false, send_page},
    {{"page_always", BOTH, "the same, to HEAD too"}, false, send_page},
    {{"version", GET, "honest, but of version n; looks at no precondition"}, false, send_version},
    {{"old_whole", GET, "200 with all of version n, out of a cache"}, false, send_old_whole},
    {{"other_content", GET, "the bytes of version n under the dates of the file's"}, false, send_other_content},
    {{"changing", BOTH, "another version in each answer"}, false, send_changing},
    {{"parts", GET, "multipart, also to a single range"}, true, send_parts_right},
    {{"parts_unnamed", GET, "multipart, its boundary is not named"}, true, send_parts_unnamed},
    {{"parts_misnamed", GET, "multipart, another boundary is named"}, true, send_parts_misnamed},
    {{"parts_unended", GET, "multipart without the last boundary"}, true, send_parts_unended},
    {{"parts_reversed", GET, "multipart, the last part first"}, true, send_parts_reversed},
    {{"parts_overlapping", GET, "multipart, each part begins 10 bytes early"}, true, send_parts_overlapping},
    {{"parts_headers", GET, "multipart with n bytes of other headers in each part"}, true, send_parts_headers},
    {{"parts_lines", GET, "multipart with n empty lines before the first boundary"}, true, send_parts_lines},
    {{0}, false, NULL},
};
/* clang-format on */
