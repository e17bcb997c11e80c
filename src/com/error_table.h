/* SPDX-License-Identifier: LGPL-2.1-or-later
 *
 * The texts of codes, private to error_text.c and its test. Rows stand in the order of their codes,
 * taken as unsigned numbers; each text is one or two whole sentences of our own, in English but for
 * the table that is named after another language. */
#ifndef OPENBITS_COM_ERROR_TABLE_H
#define OPENBITS_COM_ERROR_TABLE_H

#include "base/types.h"

struct error_row
{
    HRESULT code;
    const WCHAR *text;
};

struct error_table
{
    const struct error_row *rows;
    size_t count;
};

extern const struct error_table error_table_bits; /* BG_* and the legacy QM_E_* */
extern const struct error_table error_table_http; /* BG_E_HTTP_ERROR_n */
extern const struct error_table error_table_http_german;
extern const struct error_table error_table_system; /* Win32, WinHTTP, COM, RPC, TLS */

#endif
