/* SPDX-License-Identifier: LGPL-2.1-or-later
 *
 * Servers that lie, break off or dawdle, by name, so that a test of them is a table. A fault hits
 * some requests to its path (all of a kind, or some of them); the others get the honest answer. */
#ifndef OPENBITS_TESTS_ORIGIN_FAULTS_H
#define OPENBITS_TESTS_ORIGIN_FAULTS_H

#include "harness/origin.h"

struct origin_fault_use
{
    struct origin_file file; /* the honest part */
    uint64_t n;              /* what it means is said by the fault */
    const char *text;        /* the same */
    unsigned int after;      /* so many requests of its kind are answered honestly first */
    unsigned int times;      /* then so many are hit; 0: all */
};

/* What a fault hits; faults about ranges hit only requests that ask for one. */
enum origin_fault_scope
{
    ORIGIN_HITS_HEAD = 0x1,
    ORIGIN_HITS_GET = 0x2,
    ORIGIN_HITS_RESUME = 0x4, /* GET that begins behind the first byte */
    ORIGIN_HITS_OTHER = 0x8
};

struct origin_fault
{
    const char *name;
    unsigned int scope;
    const char *what; /* it does, with n and text */
};

/* The catalogue; NULL behind the last. */
const struct origin_fault *origin_fault_at(size_t index);

/* False when there is no fault of this name. */
bool origin_add_fault(struct origin *o, const char *path, const char *name,
                      const struct origin_fault_use *use);
/* How many requests were hit. */
unsigned int origin_fault_hits(struct origin *o, const char *path);

/* Texts for the faults that take one; each list ends with NULL. */
extern const char *const origin_bad_lengths[];        /* get_length, head_length */
extern const char *const origin_bad_content_ranges[]; /* range_text */
extern const char *const origin_bad_status_lines[];   /* status_line */
extern const char *const origin_bad_headers[];        /* header_text */
extern const char *const origin_bad_chunk_sizes[];    /* chunk_size */
extern const char *const origin_bad_dates[];          /* origin_file.last_modified */

#endif
