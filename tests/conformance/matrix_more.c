/* SPDX-License-Identifier: LGPL-2.1-or-later
 *
 * Every method of the manager, the enumerators, files, errors and options, with NULL and boundary
 * values, in every state of a job. */
#include "matrix_run.h"

static void test_file(void)
{
    withstands("K2");
    withstands("K1");
    matrix_run(&matrix_file_rows);
}

static void test_other(void)
{
    withstands("K2");
    withstands("K1");
    matrix_run(&matrix_other_rows);
}

static void test_http(void)
{
    withstands("K2");
    withstands("K1");
    matrix_run(&matrix_http_rows);
}

START_TEST(matrix_more)
{
    unsigned int cells;

    if (matrix_start())
    {
        RUN_TEST(test_file);
        RUN_TEST(test_other);
        RUN_TEST(test_http);
    }
    cells = matrix_stop();
    ok(cells >= 1100, "Got %u cells.\n", cells);
}
