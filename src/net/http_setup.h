/* SPDX-License-Identifier: LGPL-2.1-or-later
 *
 * What is asked: a request's parameters as options of libcurl. What comes back, and on whose
 * behalf, is http_client's. */
#ifndef OPENBITS_NET_HTTP_SETUP_H
#define OPENBITS_NET_HTTP_SETUP_H

#include <curl/curl.h>

#include "net/http_client.h"

#define HTTP_SETUP_BUFFER_MAX (1024 * 1024L) /* libcurl is built to take so much at once */

/* Sets all options of a fresh handle but its callbacks. The fields are the caller's to free with
 * curl_slist_free_all() once the handle is done with, also after a failure. */
HRESULT http_setup_request(CURL *easy, const struct http_client_config *config,
                           const struct http_request_params *params, struct curl_slist **fields);

#endif
