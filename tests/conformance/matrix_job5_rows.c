/* SPDX-License-Identifier: LGPL-2.1-or-later
 *
 * What IBackgroundCopyJob3 and Job5 answer. */
#include "matrix_calls.h"

#define MATRIX_CELLS "matrix_job5_cells.h"
#define MATRIX_NAME  matrix_job5_rows
#include "matrix_cells.h"
