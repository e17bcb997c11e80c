/* SPDX-License-Identifier: LGPL-2.1-or-later
 *
 * The addresses of this machine where it may have neighbours, as they are at the moment. */
#ifndef OPENBITS_PEER_LOCAL_ADDRESSES_H
#define OPENBITS_PEER_LOCAL_ADDRESSES_H

#include "peer/peer_address.h"

/* At most max. Tunnels, temporary IPv6 addresses and those where nobody else can be are left out;
 * loopback takes the loopback addresses, and no others. */
size_t local_addresses_list(bool loopback, struct local_address *locals, size_t max);

/* The same addresses in the same order? */
bool local_addresses_are_equal(const struct local_address *a, size_t a_count,
                               const struct local_address *b, size_t b_count);

/* Of the slowest link that is up, in bits a second; 0 when no link tells. */
uint64_t local_link_speed(void);

#endif
