/* SPDX-License-Identifier: LGPL-2.1-or-later
 *
 * A server's look at a Digest login (RFC 7616, MD5, qop=auth). */
#ifndef OPENBITS_TESTS_DIGEST_LOGIN_H
#define OPENBITS_TESTS_DIGEST_LOGIN_H

#include "harness/origin.h"

struct digest_login
{
    const char *user;
    const char *password;
    const char *realm;
    const char *nonce;
};

/* Is this value of the field "Authorization" the right one for this request? */
bool is_digest_of(const struct origin_request *r, const char *value,
                  const struct digest_login *login);

#endif
