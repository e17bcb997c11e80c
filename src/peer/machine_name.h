/* SPDX-License-Identifier: LGPL-2.1-or-later
 *
 * How this machine calls itself among its peers, and the domain whose peers it has: the machine's
 * own DNS domain or, for one that is in none, what the administrator wrote into PeerDomain, or
 * "local". Windows only. */
#ifndef OPENBITS_PEER_MACHINE_NAME_H
#define OPENBITS_PEER_MACHINE_NAME_H

#include "peer/discovery_scope.h"

struct machine_name
{
    char fqdn[PEER_FQDN_MAX + 1];
    char domain[PEER_FQDN_MAX + 1];
};

/* ERROR_INVALID_NAME: the names cannot be those of a host and a domain. */
HRESULT machine_name_get(struct machine_name *name);

#endif
