/* SPDX-License-Identifier: LGPL-2.1-or-later
 *
 * Where a redirect leads. Pure. */
#ifndef OPENBITS_NET_HTTP_REDIRECT_H
#define OPENBITS_NET_HTTP_REDIRECT_H

#include "base/types.h"

/* The URL that a Location field means, relative to the one that was asked. User and password stay
 * if scheme, host and port do; a Location may not bring its own. NULL when it is no http or https
 * URL, or leads from https to http unless that is allowed; freed with free(). */
char *http_redirect_target(const char *url, const char *location, bool may_leave_https);

/* Are scheme, host and port of both URLs the same? */
bool http_redirect_is_same_server(const char *a, const char *b);

#endif
