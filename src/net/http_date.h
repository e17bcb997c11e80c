/* SPDX-License-Identifier: LGPL-2.1-or-later
 *
 * Dates as HTTP writes them: RFC 9110, 5.6.7. Pure. */
#ifndef OPENBITS_NET_HTTP_DATE_H
#define OPENBITS_NET_HTTP_DATE_H

#include "base/types.h"

/* With the terminator. */
#define HTTP_DATE_SIZE 30

/* Takes the three forms that recipients must take. False, and *time 0, for anything else, for days
 * that never were, and for what a FILETIME cannot hold. */
bool http_parse_date(const char *text, size_t len, filetime_t *time);

/* In the one form that senders may use. False, and an empty text, for years above 9999. */
bool http_format_date(filetime_t time, char text[HTTP_DATE_SIZE]);

#endif
