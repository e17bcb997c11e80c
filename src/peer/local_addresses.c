/* SPDX-License-Identifier: LGPL-2.1-or-later
 *
 * Asks IP Helper for the addresses of this machine. */
#include <winsock2.h>
#include <ws2tcpip.h>

#include <iphlpapi.h>

#include "peer/local_addresses.h"

#include <stdlib.h>
#include <string.h>

#include "base/log.h"

#define LIST_SIZE  16384
#define LIST_TRIES 4

/* Shorter prefixes would make strangers neighbours. */
#define PREFIX_MIN_IPV4 8
#define PREFIX_MIN_IPV6 16

static IP_ADAPTER_ADDRESSES *read_list(void)
{
    ULONG size = LIST_SIZE, flags = GAA_FLAG_SKIP_ANYCAST | GAA_FLAG_SKIP_MULTICAST |
                                    GAA_FLAG_SKIP_DNS_SERVER | GAA_FLAG_SKIP_FRIENDLY_NAME;
    ULONG code = ERROR_BUFFER_OVERFLOW;
    IP_ADAPTER_ADDRESSES *list = NULL;

    /* It may grow between two calls. */
    for (unsigned int i = 0; i < LIST_TRIES && code == ERROR_BUFFER_OVERFLOW; i++)
    {
        free(list);
        if (!(list = malloc(size))) return NULL;
        code = GetAdaptersAddresses(AF_UNSPEC, flags, NULL, list, &size);
    }
    if (!code) return list;
    if (code != ERROR_NO_DATA) LOG_WARN(LOG_PEER, "addresses: not listed, error %lu", code);
    free(list);
    return NULL;
}

static bool read_address(const SOCKET_ADDRESS *from, uint32_t link, struct peer_address *address)
{
    const struct sockaddr *any = from->lpSockaddr;

    *address = (struct peer_address){0};
    if (any->sa_family == AF_INET)
    {
        const struct sockaddr_in *ipv4 = (const struct sockaddr_in *)any;

        address->family = PEER_IPV4;
        memcpy(address->bytes, &ipv4->sin_addr, 4);
        return true;
    }
    if (any->sa_family != AF_INET6) return false;
    address->family = PEER_IPV6;
    memcpy(address->bytes, &((const struct sockaddr_in6 *)any)->sin6_addr, 16);
    if (peer_address_is_link_local(address)) address->scope = link;
    return true;
}

static bool is_prefix_usable(const struct local_address *local)
{
    if (local->address.family == PEER_IPV4)
        return local->prefix >= PREFIX_MIN_IPV4 && local->prefix < 32;
    return local->prefix >= PREFIX_MIN_IPV6 && local->prefix < 128;
}

static bool is_adapter_usable(const IP_ADAPTER_ADDRESSES *adapter, bool loopback)
{
    if (adapter->OperStatus != IfOperStatusUp) return false;
    if (loopback) return adapter->IfType == IF_TYPE_SOFTWARE_LOOPBACK;
    return adapter->IfType != IF_TYPE_SOFTWARE_LOOPBACK && adapter->IfType != IF_TYPE_TUNNEL &&
           !(adapter->Flags & IP_ADAPTER_NO_MULTICAST);
}

/* One that the system changes from time to time, beside one that stays. */
static bool is_temporary(const IP_ADAPTER_ADDRESSES *adapter,
                         const IP_ADAPTER_UNICAST_ADDRESS *unicast)
{
    const IP_ADAPTER_UNICAST_ADDRESS *other;

    if (unicast->Address.lpSockaddr->sa_family != AF_INET6) return false;
    if (unicast->SuffixOrigin != IpSuffixOriginRandom) return false;
    for (other = adapter->FirstUnicastAddress; other; other = other->Next)
    {
        struct peer_address address;

        if (other->SuffixOrigin != IpSuffixOriginRandom &&
            read_address(&other->Address, 0, &address) && address.family == PEER_IPV6 &&
            !peer_address_is_link_local(&address))
            return true;
    }
    return false;
}

static bool take_address(const IP_ADAPTER_ADDRESSES *adapter,
                         const IP_ADAPTER_UNICAST_ADDRESS *unicast, bool loopback,
                         struct local_address *local)
{
    bool is_ipv6 = unicast->Address.lpSockaddr->sa_family == AF_INET6;

    if (unicast->DadState != IpDadStatePreferred && unicast->DadState != IpDadStateDeprecated)
        return false;
    /* Wine has one index for both. */
    local->link = is_ipv6 && adapter->Ipv6IfIndex ? adapter->Ipv6IfIndex : adapter->IfIndex;
    if (!local->link) return false;
    if (!read_address(&unicast->Address, local->link, &local->address)) return false;
    local->prefix = unicast->OnLinkPrefixLength;
    if (loopback) return true;
    return peer_address_is_host(&local->address) && is_prefix_usable(local) &&
           !is_temporary(adapter, unicast);
}

size_t local_addresses_list(bool loopback, struct local_address *locals, size_t max)
{
    IP_ADAPTER_ADDRESSES *list = read_list(), *adapter;
    IP_ADAPTER_UNICAST_ADDRESS *unicast;
    size_t count = 0;

    for (adapter = list; adapter; adapter = adapter->Next)
    {
        if (!is_adapter_usable(adapter, loopback)) continue;
        for (unicast = adapter->FirstUnicastAddress; unicast && count < max;
             unicast = unicast->Next)
            if (take_address(adapter, unicast, loopback, &locals[count])) count++;
    }
    free(list);
    return count;
}

bool local_addresses_are_equal(const struct local_address *a, size_t a_count,
                               const struct local_address *b, size_t b_count)
{
    if (a_count != b_count) return false;
    for (size_t i = 0; i < a_count; i++)
        if (a[i].link != b[i].link || a[i].prefix != b[i].prefix ||
            !peer_address_is_equal(&a[i].address, &b[i].address))
            return false;
    return true;
}

uint64_t local_link_speed(void)
{
    IP_ADAPTER_ADDRESSES *list = read_list();
    uint64_t slowest = 0;

    for (const IP_ADAPTER_ADDRESSES *at = list; at; at = at->Next)
    {
        uint64_t speed = at->TransmitLinkSpeed;

        if (!is_adapter_usable(at, false) || !speed || speed == UINT64_MAX) continue;
        if (!slowest || speed < slowest) slowest = speed;
    }
    free(list);
    return slowest;
}
