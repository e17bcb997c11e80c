/* SPDX-License-Identifier: LGPL-2.1-or-later
 *
 * What IBackgroundCopyFile6 answers. */
#include "matrix_calls.h"

#define MATRIX_CELLS "matrix_file_cells.h"
#define MATRIX_NAME  matrix_file_rows
#include "matrix_cells.h"
