/* SPDX-License-Identifier: LGPL-2.1-or-later
 *
 * The settings of a job's requests as parameters of one request. What is secret (fields, the
 * client's certificate) goes to the server that the client has named and to no other. */
#ifndef OPENBITS_TRANSFER_HTTP_OPTIONS_H
#define OPENBITS_TRANSFER_HTTP_OPTIONS_H

#include "job/http_settings.h"
#include "net/http_client.h"

struct http_options
{
    struct http_settings *settings; /* a reference; NULL: the defaults */
    char *method;                   /* NULL: GET */
    char **lines;
    unsigned int line_count;
    char client_cert[400]; /* empty: none */
};

/* Zeroed is empty. After a failure http_options_done() is due as well. */
HRESULT http_options_init(struct http_options *options, struct http_settings *settings);
void http_options_done(struct http_options *options);

bool http_options_has_method(const struct http_options *options);

/* The texts stay the options'. is_own_server: the request goes to the server that the client has
 * named. */
void http_options_apply(const struct http_options *options, bool is_own_server,
                        struct http_request_params *params);

/* RFC 9110, 15.4: what comes of the method when a redirect is followed. */
void http_options_redirected(struct http_options *options, unsigned int status);

#endif
