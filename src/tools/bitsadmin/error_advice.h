/* SPDX-License-Identifier: LGPL-2.1-or-later
 *
 * What most often stands behind a code, and what helps. */
#ifndef OPENBITS_BITSADMIN_ERROR_ADVICE_H
#define OPENBITS_BITSADMIN_ERROR_ADVICE_H

#include <windows.h>

struct error_advice
{
    const WCHAR *cause;
    const WCHAR *remedy;
};

/* NULL: nothing can be said that the text of the code does not say. */
const struct error_advice *error_advice_find(HRESULT code);

/* Prints both, if there are any. */
void print_error_advice(HRESULT code);

#endif
