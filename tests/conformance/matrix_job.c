/* SPDX-License-Identifier: LGPL-2.1-or-later
 *
 * Every method of a job, with NULL and boundary values, in every state. */
#include "matrix_run.h"

static void test_job(void)
{
    withstands("K2");
    withstands("K1");
    matrix_run(&matrix_job_rows);
}

static void test_job5(void)
{
    withstands("K2");
    withstands("K1");
    matrix_run(&matrix_job5_rows);
}

START_TEST(matrix_job)
{
    unsigned int cells;

    if (matrix_start())
    {
        RUN_TEST(test_job);
        RUN_TEST(test_job5);
    }
    cells = matrix_stop();
    ok(cells >= 2400, "Got %u cells.\n", cells);
}
