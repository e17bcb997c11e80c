/* SPDX-License-Identifier: LGPL-2.1-or-later
 *
 * Which addresses this machine reaches without a router. */
#ifndef OPENBITS_NET_OWN_NETWORK_H
#define OPENBITS_NET_OWN_NETWORK_H

#include "base/types.h"

/* Is the address, as text, one of a network that this machine is on, or its own? Asks the system.
 */
bool own_network_has(const char *address);

#endif
