/* SPDX-License-Identifier: LGPL-2.1-or-later
 *
 * What the two frameworks give to the parts on top of them. */
#ifndef OPENBITS_TESTS_TEST_PRIVATE_H
#define OPENBITS_TESTS_TEST_PRIVATE_H

/* Since the start of the program. */
struct test_counts
{
    long checks;   /* of all kinds */
    long failures; /* a todo that succeeds is one, too */
    long todos;
    long skips;
};

void test_get_counts(struct test_counts *counts);

#endif
