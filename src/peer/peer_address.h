/* SPDX-License-Identifier: LGPL-2.1-or-later
 *
 * IP addresses and subnets as values, and the addresses that peers announce. Pure; any thread. */
#ifndef OPENBITS_PEER_PEER_ADDRESS_H
#define OPENBITS_PEER_PEER_ADDRESS_H

#include "base/types.h"

#define PEER_ADDRESS_TEXT_SIZE 46
#define PEER_XADDR_TEXT_SIZE   (PEER_ADDRESS_TEXT_SIZE + 10)

enum peer_family
{
    PEER_NO_FAMILY,
    PEER_IPV4,
    PEER_IPV6
};

/* In network order; what a family does not use is zero, so that values compare as bytes. */
struct peer_address
{
    uint8_t family; /* enum peer_family */
    uint8_t bytes[16];
    uint32_t scope; /* interface of a link-local IPv6 address, else 0 */
};

/* One address of this machine, with the subnet it is in. */
struct local_address
{
    struct peer_address address;
    uint8_t prefix; /* bits of the network part */
    uint32_t link;  /* index; one machine may use two for the two families */
};

struct peer_address peer_ipv4(uint8_t a, uint8_t b, uint8_t c, uint8_t d);

bool peer_address_is_equal(const struct peer_address *a, const struct peer_address *b);

/* Are the first bits the same? False for two families or two scopes. */
bool peer_address_is_in(const struct peer_address *address, const struct peer_address *network,
                        uint8_t prefix);

bool peer_address_is_link_local(const struct peer_address *address);

/* Could it be that of a host: not unspecified, loopback, multicast, reserved or mapped IPv4? */
bool peer_address_is_host(const struct peer_address *address);

/* Could it be that of another host in the local address's subnet? */
bool peer_address_is_neighbour(const struct peer_address *address,
                               const struct local_address *local);

/* Dotted IPv4 of four numbers, or IPv6 without brackets and zone; false for anything else. */
bool peer_address_parse(const char *text, size_t len, struct peer_address *address);

void peer_address_format(const struct peer_address *address, char text[PEER_ADDRESS_TEXT_SIZE]);

/* Exactly https://a.b.c.d or https://[ipv6]: [MS-BPDP] 2.2.3. */
bool peer_xaddr_parse(const char *text, size_t len, struct peer_address *address);

void peer_xaddr_format(const struct peer_address *address, char text[PEER_XADDR_TEXT_SIZE]);

#endif
