/* SPDX-License-Identifier: LGPL-2.1-or-later
 *
 * Scopes of WS-Discovery and the names of domains and hosts in them. Pure; any thread. */
#ifndef OPENBITS_PEER_DISCOVERY_SCOPE_H
#define OPENBITS_PEER_DISCOVERY_SCOPE_H

#include "base/types.h"

#define PEER_FQDN_MAX 255 /* characters */

/* The match rule rfc2396: does a service with the scope belong to what is asked for? */
bool discovery_scope_is_match(const char *asked, const char *scope);

enum fqdn_check
{
    FQDN_MALFORMED,
    FQDN_GOOD,
    FQDN_TOLERATED /* a label begins with a digit, which RFC 1035, 2.3.1, does not allow */
};

enum fqdn_check fqdn_check(const char *text, size_t len);

/* Is the host's name below the domain's, without case? */
bool fqdn_is_below(const char *fqdn, const char *domain);

bool fqdn_is_equal(const char *a, const char *b);

#endif
