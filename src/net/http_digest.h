/* SPDX-License-Identifier: LGPL-2.1-or-later
 *
 * Digest access authentication, RFC 7616, with MD5 and SHA-256, with qop "auth" or without. Pure,
 * but for the client's nonce, which is given. */
#ifndef OPENBITS_NET_HTTP_DIGEST_H
#define OPENBITS_NET_HTTP_DIGEST_H

#include "net/http_challenge.h"

struct http_digest_request
{
    const char *method;
    const char *uri; /* as in the request line */
    const char *user;
    const char *password;
    const char *client_nonce;
    unsigned int count; /* of answers with the server's nonce, this one among them */
};

/* 0: it cannot be answered; the higher, the better. */
unsigned int http_digest_strength(const struct http_challenge *challenge);

/* The value of the answer's field, "Digest ...", from malloc(). NULL: it cannot be answered, or
 * there is no memory. */
char *http_digest_answer(const struct http_challenge *challenge,
                         const struct http_digest_request *request);

#endif
