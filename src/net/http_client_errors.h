/* SPDX-License-Identifier: LGPL-2.1-or-later
 *
 * libcurl's result codes as the codes that programs which use BITS know. */
#ifndef OPENBITS_NET_HTTP_CLIENT_ERRORS_H
#define OPENBITS_NET_HTTP_CLIENT_ERRORS_H

#include "base/types.h"

HRESULT http_client_error(int curl_code);

#endif
