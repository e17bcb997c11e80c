/* SPDX-License-Identifier: LGPL-2.1-or-later
 *
 * Compares an address with the prefixes of the adapters that are up. */
#include <winsock2.h>
#include <ws2tcpip.h>

#include <iphlpapi.h>

#include "net/own_network.h"

#include <stdlib.h>
#include <string.h>

#define LIST_SIZE  16384
#define LIST_TRIES 4

struct address
{
    int family;
    unsigned int size;
    uint8_t bytes[16];
};

static bool parse(const char *text, struct address *address)
{
    char bare[64];

    strncpy(bare, text, sizeof(bare) - 1);
    bare[sizeof(bare) - 1] = 0;
    bare[strcspn(bare, "%")] = 0; /* the scope of a link-local address */
    *address = (struct address){.family = AF_INET, .size = 4};
    if (inet_pton(AF_INET, bare, address->bytes) == 1) return true;
    *address = (struct address){.family = AF_INET6, .size = 16};
    return inet_pton(AF_INET6, bare, address->bytes) == 1;
}

static bool read_address(const struct sockaddr *any, struct address *address)
{
    *address = (struct address){.family = any->sa_family};
    if (any->sa_family == AF_INET)
        memcpy(address->bytes, &((const struct sockaddr_in *)any)->sin_addr, address->size = 4);
    else if (any->sa_family == AF_INET6)
        memcpy(address->bytes, &((const struct sockaddr_in6 *)any)->sin6_addr, address->size = 16);
    return address->size != 0;
}

static bool has_prefix(const struct address *a, const struct address *b, unsigned int bits)
{
    unsigned int bytes = bits / 8, rest = bits % 8;

    if (a->family != b->family || bits > a->size * 8 || !bits) return false;
    if (memcmp(a->bytes, b->bytes, bytes)) return false;
    return !rest || !((a->bytes[bytes] ^ b->bytes[bytes]) >> (8 - rest));
}

static IP_ADAPTER_ADDRESSES *read_list(void)
{
    ULONG flags = GAA_FLAG_SKIP_ANYCAST | GAA_FLAG_SKIP_MULTICAST | GAA_FLAG_SKIP_DNS_SERVER |
                  GAA_FLAG_SKIP_FRIENDLY_NAME;
    ULONG size = LIST_SIZE, code = ERROR_BUFFER_OVERFLOW;
    IP_ADAPTER_ADDRESSES *list = NULL;

    /* It may grow between two calls. */
    for (unsigned int i = 0; i < LIST_TRIES && code == ERROR_BUFFER_OVERFLOW; i++)
    {
        free(list);
        if (!(list = malloc(size))) return NULL;
        code = GetAdaptersAddresses(AF_UNSPEC, flags, NULL, list, &size);
    }
    if (!code) return list;
    free(list);
    return NULL;
}

bool own_network_has(const char *address)
{
    const IP_ADAPTER_UNICAST_ADDRESS *unicast;
    IP_ADAPTER_ADDRESSES *list, *adapter;
    struct address wanted, own;
    bool is_found = false;

    if (!parse(address, &wanted) || !(list = read_list())) return false;
    for (adapter = list; adapter && !is_found; adapter = adapter->Next)
    {
        if (adapter->OperStatus != IfOperStatusUp) continue;
        for (unicast = adapter->FirstUnicastAddress; unicast && !is_found; unicast = unicast->Next)
            is_found = read_address(unicast->Address.lpSockaddr, &own) &&
                       has_prefix(&wanted, &own, unicast->OnLinkPrefixLength);
    }
    free(list);
    return is_found;
}
