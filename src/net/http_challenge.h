/* SPDX-License-Identifier: LGPL-2.1-or-later
 *
 * What a WWW-Authenticate or Proxy-Authenticate field asks for, RFC 7235. Pure. */
#ifndef OPENBITS_NET_HTTP_CHALLENGE_H
#define OPENBITS_NET_HTTP_CHALLENGE_H

#include "base/types.h"

#define HTTP_CHALLENGE_PARAMS_MAX 16

/* Bytes of the field, not terminated. */
struct http_span
{
    const char *text;
    size_t len;
};

struct http_challenge_param
{
    struct http_span name;
    struct http_span value; /* without the quotes, but with the backslashes in between */
};

struct http_challenge
{
    struct http_span scheme;
    struct http_span token; /* empty: there is none */
    struct http_challenge_param params[HTTP_CHALLENGE_PARAMS_MAX];
    size_t param_count; /* those beyond the limit are left out */
};

/* Takes the next challenge off the field's value. False at its end, and at the first byte that has
 * no meaning. */
bool http_challenge_next(struct http_span *field, struct http_challenge *challenge);

/* Letters in any case. */
bool http_span_is(const struct http_span *span, const char *text);

/* NULL: the challenge has no such parameter. */
const struct http_span *http_challenge_param(const struct http_challenge *challenge,
                                             const char *name);

#endif
