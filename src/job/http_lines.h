/* SPDX-License-Identifier: LGPL-2.1-or-later
 *
 * The fields that a client adds to its requests, as one text of lines. Pure. */
#ifndef OPENBITS_JOB_HTTP_LINES_H
#define OPENBITS_JOB_HTTP_LINES_H

#include "base/types.h"

#define HTTP_LINES_MAX  16383 /* characters */
#define HTTP_METHOD_MAX 64

/* BG_E_STRING_TOO_LONG, or E_INVALIDARG unless every line is a name, a colon and a value that can
 * be one field of a request and no more. The end of the last line may be missing. */
HRESULT http_lines_check(const WCHAR *lines);

/* Takes the next line off the text; *len without its end. False: there is none. */
bool http_lines_next(const WCHAR **lines, const WCHAR **line, size_t *len);

/* Is it a field that only the program itself can fill? Those of a client are not sent: they would
 * ask for other bytes, of another server, or change where a message ends. */
bool http_lines_is_reserved(const WCHAR *line, size_t len);

/* E_INVALIDARG unless it is a token that can be a method; BG_E_STRING_TOO_LONG. */
HRESULT http_method_check(const WCHAR *method);

#endif
