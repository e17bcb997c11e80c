/* SPDX-License-Identifier: LGPL-2.1-or-later
 *
 * Allocations that fail on purpose, one at a time, and a count of those that are still there. The
 * program is linked with --wrap of malloc() and its kin. One thread. */
#ifndef OPENBITS_TESTS_ALLOC_FAULTS_H
#define OPENBITS_TESTS_ALLOC_FAULTS_H

#include <stdbool.h>

/* What is allocated from now on is watched. */
void alloc_watch(void);
/* Ends that; answers how much of it was not freed. */
unsigned int alloc_unwatch(void);

/* The n-th allocation from now on fails, counted from 1; 0: none does. */
void alloc_fail_at(unsigned int n);
/* Has it come to that? No allocation fails from now on. */
bool alloc_has_failed(void);

#endif
