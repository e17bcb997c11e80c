/* SPDX-License-Identifier: LGPL-2.1-or-later
 *
 * An origin that speaks PeerDist: a request that accepts content information gets that of the range
 * that it asks for; all others get the file. */
#ifndef OPENBITS_TESTS_PEERDIST_H
#define OPENBITS_TESTS_PEERDIST_H

#include "harness/origin.h"

enum peerdist_answer
{
    PEERDIST_GOOD,
    PEERDIST_NONE,         /* the server does not speak it */
    PEERDIST_WHOLE,        /* of the whole file, whatever the range is */
    PEERDIST_OTHER_BYTES,  /* of other bytes than those that come */
    PEERDIST_RUBBISH,      /* no content information at all */
    PEERDIST_TOO_LONG,     /* longer than anybody reads */
    PEERDIST_OTHER_RANGE,  /* of another range than the one asked for */
    PEERDIST_OTHER_VERSION /* of a file of another size */
};

struct peerdist_file
{
    struct origin_file file; /* 32 MiB at most; with last_modified */
    enum peerdist_answer answer;
};

/* The file must live as long as the origin. */
void peerdist_offer(struct origin *o, const char *path, const struct peerdist_file *file);

/* What a request said of PeerDist. */
enum peerdist_word
{
    PEERDIST_SILENT,
    PEERDIST_ACCEPTS,
    PEERDIST_MISSES /* asks for the missing data */
};

/* Of the head of a request. A check that its header lines belong together. */
enum peerdist_word peerdist_word_of(const char *head);

#endif
