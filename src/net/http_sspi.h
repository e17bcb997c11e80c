/* SPDX-License-Identifier: LGPL-2.1-or-later
 *
 * Tokens of the system's security packages. */
#ifndef OPENBITS_NET_HTTP_SSPI_H
#define OPENBITS_NET_HTTP_SSPI_H

#include "net/http_auth.h"
#include "net/http_ntlm.h"

struct http_sspi;

/* For NTLM or Negotiate with a server of this name. An error: the system cannot do it, or not for
 * this login. */
HRESULT http_sspi_begin(enum http_auth_scheme scheme, const struct http_login *login,
                        const char *host, struct http_sspi **out, struct ntlm_message *token);
HRESULT http_sspi_step(struct http_sspi *sspi, const void *data, size_t size,
                       struct ntlm_message *token);
/* NULL is welcome. */
void http_sspi_end(struct http_sspi *sspi);

#endif
