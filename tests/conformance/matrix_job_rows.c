/* SPDX-License-Identifier: LGPL-2.1-or-later
 *
 * What IBackgroundCopyJob, Job2 and Job4 answer. */
#include "matrix_calls.h"

#define MATRIX_CELLS "matrix_job_cells.h"
#define MATRIX_NAME  matrix_job_rows
#include "matrix_cells.h"
