/* SPDX-License-Identifier: LGPL-2.1-or-later
 *
 * Runs tables of rows. Main thread only. */
#ifndef OPENBITS_TESTS_MATRIX_RUN_H
#define OPENBITS_TESTS_MATRIX_RUN_H

#include "matrix.h"

/* False: there is not an object of each kind. */
bool matrix_start(void);
/* All rows in all states. */
void matrix_run(const struct row_table *table);
/* Answers how many cells there were. */
unsigned int matrix_stop(void);

#endif
