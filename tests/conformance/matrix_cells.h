/* SPDX-License-Identifier: LGPL-2.1-or-later
 *
 * Makes the functions and the table out of the file MATRIX_CELLS, under the name MATRIX_NAME. */

/* The functions. */
#define CELL(method, what, rule, code, expr)           CELL_FUNCTION(expr)
#define CELL_OR(method, what, rule, code, other, expr) CELL_FUNCTION(expr)
#define CELL_BITS(method, mask, code, expr)            CELL_FUNCTION(expr)
#define CELL_TABLE(method, what, table, expr)          CELL_FUNCTION(expr)
#define FRESH(method, what, rule, code, expr)          CELL_FUNCTION(expr)
#define FRESH_TABLE(method, what, table, expr)         CELL_FUNCTION(expr)
#define NEEDS(needs, method, what, rule, code, expr)   CELL_FUNCTION(expr)
#define NEEDS_BITS(needs, method, mask, code, expr)    CELL_FUNCTION(expr)
#define NEEDS_TABLE(needs, method, what, table, expr)  CELL_FUNCTION(expr)
#include MATRIX_CELLS
#undef CELL
#undef CELL_OR
#undef CELL_BITS
#undef CELL_TABLE
#undef FRESH
#undef FRESH_TABLE
#undef NEEDS
#undef NEEDS_BITS
#undef NEEDS_TABLE

/* The table. */
#define ROW(method, what, rule, fresh, code, mask, table, also, needs)                             \
    {#method, what, CELL_NAME(__LINE__), rule, fresh, code, mask, table, also, needs},
#define CELL(method, what, rule, code, expr)                                                       \
    ROW(method, what, rule, false, code, 0, NULL, S_OK, NULL)
#define CELL_OR(method, what, rule, code, other, expr)                                             \
    ROW(method, what, rule, false, code, 0, NULL, other, NULL)
#define CELL_BITS(method, mask, code, expr)                                                        \
    ROW(method, "a bit", BITS, false, code, mask, NULL, S_OK, NULL)
#define CELL_TABLE(method, what, table, expr)                                                      \
    ROW(method, what, TABLE, false, S_OK, 0, table, S_OK, NULL)
#define FRESH(method, what, rule, code, expr)                                                      \
    ROW(method, what, rule, true, code, 0, NULL, S_OK, NULL)
#define FRESH_TABLE(method, what, table, expr)                                                     \
    ROW(method, what, TABLE, true, S_OK, 0, table, S_OK, NULL)
#define NEEDS(needs, method, what, rule, code, expr)                                               \
    ROW(method, what, rule, false, code, 0, NULL, S_OK, needs)
#define NEEDS_BITS(needs, method, mask, code, expr)                                                \
    ROW(method, "a bit", BITS, false, code, mask, NULL, S_OK, needs)
#define NEEDS_TABLE(needs, method, what, table, expr)                                              \
    ROW(method, what, TABLE, false, S_OK, 0, table, S_OK, needs)
static const struct row rows[] = {
#include MATRIX_CELLS
};

const struct row_table MATRIX_NAME = {rows, ARRAY_SIZE(rows)};
