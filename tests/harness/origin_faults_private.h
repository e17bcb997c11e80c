/* SPDX-License-Identifier: LGPL-2.1-or-later
 *
 * The catalogue of faults among its files. A fault takes the plan of the honest answer, changes it,
 * and sends it, or sends something else. */
#ifndef OPENBITS_TESTS_ORIGIN_FAULTS_PRIVATE_H
#define OPENBITS_TESTS_ORIGIN_FAULTS_PRIVATE_H

#include "harness/origin_faults.h"

struct fault_plan
{
    const struct origin_file *file;
    const char *status_line; /* without CRLF */
    const char *length_text; /* NULL: the number */
    const char *range_text;  /* NULL: the numbers */
    const char *extra;       /* more lines */
    bool has_length;
    bool has_range;
    bool has_body;
    uint64_t length;                        /* what Content-Length says */
    uint64_t range_begin, range_end, total; /* what Content-Range says */
    uint64_t begin, end;                    /* the bytes that are sent */
    uint32_t version;                       /* of them */
};

/* The honest answer to HEAD or GET, without preconditions. */
void fault_plan_init(struct fault_plan *plan, const struct origin_request *r,
                     const struct origin_file *file);
size_t fault_format_head(const struct fault_plan *plan, char *out, size_t size);
void fault_send_plan(struct origin_conn *c, const struct fault_plan *plan);

#define FAULT_HEAD_SIZE 8192

typedef void (*fault_fn)(struct origin_conn *c, const struct origin_request *r,
                         const struct origin_fault_use *use);

struct fault_entry
{
    struct origin_fault public;
    bool needs_range;
    fault_fn fn;
};

/* Each list ends with a NULL name. */
extern const struct fault_entry fault_status_entries[];
extern const struct fault_entry fault_head_entries[];
extern const struct fault_entry fault_range_entries[];
extern const struct fault_entry fault_body_entries[];

#endif
