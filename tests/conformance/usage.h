/* SPDX-License-Identifier: LGPL-2.1-or-later
 *
 * What this process holds of the system: for tests that do the same many times over and want it to
 * be afterwards what it was before. */
#ifndef OPENBITS_TESTS_USAGE_H
#define OPENBITS_TESTS_USAGE_H

#include "harness/test.h"

/* Memory goes up and down by itself within these bounds. */
#define USAGE_SLACK_KIB      512
#define USAGE_SLACK_FRACTION 100

struct usage
{
    DWORD handles; /* 0: they cannot be counted */
    unsigned int threads;
    SIZE_T kib; /* resident */
};

struct usage usage_now(void);

/* Blocks that are allocated from all heaps of this process. Slow. */
unsigned int usage_count_blocks(void);

/* Threads come and go, so several figures are taken: the most of the first, the least of the last.
 */
void usage_take_most(struct usage *usage, const struct usage *other);
void usage_take_least(struct usage *usage, const struct usage *other);

/* Checks that all of it is what it was. */
void usage_check(const struct usage *before, const struct usage *after);

#endif
