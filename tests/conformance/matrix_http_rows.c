/* SPDX-License-Identifier: LGPL-2.1-or-later
 *
 * What IBackgroundCopyJobHttpOptions3 and IBitsTokenOptions answer. */
#include "matrix_calls.h"

#define MATRIX_CELLS "matrix_http_cells.h"
#define MATRIX_NAME  matrix_http_rows
#include "matrix_cells.h"
