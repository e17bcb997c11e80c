/* SPDX-License-Identifier: LGPL-2.1-or-later
 *
 * What the manager, the enumerators and an error answer. */
#include "matrix_calls.h"

#define MATRIX_CELLS "matrix_other_cells.h"
#define MATRIX_NAME  matrix_other_rows
#include "matrix_cells.h"
