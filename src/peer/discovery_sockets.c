/* SPDX-License-Identifier: LGPL-2.1-or-later
 *
 * Winsock behind discovery. Nothing leaves the link: hop limits are 1. */
#include <winsock2.h>
#include <ws2tcpip.h>

#include "peer/discovery_sockets.h"

#include <stdlib.h>
#include <string.h>

#include "base/log.h"

#define FAMILIES            2
#define RECEIVED_AT_ONCE    16
#define RECEIVE_BUFFER_SIZE 65536

struct channel
{
    SOCKET listener, asker;
    bool is_failure_told; /* one line for one failure */
    /* One address of each link whose group the listener has joined. */
    struct local_address joined[PEER_LOCAL_ADDRESSES_MAX];
    size_t joined_count;
};

struct discovery_sockets
{
    struct socket_set *set;
    uint16_t port;
    struct peer_address groups[FAMILIES];
    struct local_address locals[PEER_LOCAL_ADDRESSES_MAX];
    size_t local_count;
    struct channel channels[FAMILIES];
    char buffer[DISCOVERY_RECEIVE_MAX + 1];
};

union address
{
    struct sockaddr any;
    struct sockaddr_in ipv4;
    struct sockaddr_in6 ipv6;
};

static enum peer_family family_of(size_t channel)
{
    return channel ? PEER_IPV6 : PEER_IPV4;
}

static int write_address(const struct peer_address *from, uint32_t scope, uint16_t port,
                         union address *to)
{
    memset(to, 0, sizeof(*to));
    if (from->family == PEER_IPV4)
    {
        to->ipv4.sin_family = AF_INET;
        to->ipv4.sin_port = htons(port);
        memcpy(&to->ipv4.sin_addr, from->bytes, 4);
        return sizeof(to->ipv4);
    }
    to->ipv6.sin6_family = AF_INET6;
    to->ipv6.sin6_port = htons(port);
    to->ipv6.sin6_scope_id = scope;
    memcpy(&to->ipv6.sin6_addr, from->bytes, 16);
    return sizeof(to->ipv6);
}

static bool read_address(const union address *from, struct peer_address *address, uint16_t *port)
{
    *address = (struct peer_address){0};
    if (from->any.sa_family == AF_INET)
    {
        address->family = PEER_IPV4;
        memcpy(address->bytes, &from->ipv4.sin_addr, 4);
        *port = ntohs(from->ipv4.sin_port);
        return true;
    }
    if (from->any.sa_family != AF_INET6) return false;
    address->family = PEER_IPV6;
    memcpy(address->bytes, &from->ipv6.sin6_addr, 16);
    if (peer_address_is_link_local(address)) address->scope = from->ipv6.sin6_scope_id;
    *port = ntohs(from->ipv6.sin6_port);
    return true;
}

static bool set_option(SOCKET handle, int level, int option, DWORD value)
{
    return !setsockopt(handle, level, option, (const char *)&value, sizeof(value));
}

static bool limit_hops(SOCKET handle, enum peer_family family)
{
    if (family == PEER_IPV4)
        return set_option(handle, IPPROTO_IP, IP_MULTICAST_TTL, 1) &&
               set_option(handle, IPPROTO_IP, IP_TTL, 1);
    return set_option(handle, IPPROTO_IPV6, IPV6_MULTICAST_HOPS, 1) &&
           set_option(handle, IPPROTO_IPV6, IPV6_UNICAST_HOPS, 1);
}

/* At the port of discovery with others, else at one of the system's choice. */
static SOCKET open_socket(struct discovery_sockets *sockets, enum peer_family family, bool listens)
{
    struct peer_address anywhere = {.family = (uint8_t)family};
    SOCKET handle = socket(family == PEER_IPV4 ? AF_INET : AF_INET6, SOCK_DGRAM, IPPROTO_UDP);
    union address address;
    int size = write_address(&anywhere, 0, listens ? sockets->port : 0, &address), error;
    u_long on = 1;

    if (handle == INVALID_SOCKET) return handle;
    set_option(handle, SOL_SOCKET, SO_RCVBUF, RECEIVE_BUFFER_SIZE);
    if ((!listens || set_option(handle, SOL_SOCKET, SO_REUSEADDR, 1)) &&
        (family == PEER_IPV4 || set_option(handle, IPPROTO_IPV6, IPV6_V6ONLY, 1)) &&
        limit_hops(handle, family) && !bind(handle, &address.any, size) &&
        !ioctlsocket(handle, FIONBIO, &on) &&
        socket_set_want(sockets->set, handle, SOCKET_SET_READ))
        return handle;
    error = WSAGetLastError();
    closesocket(handle);
    WSASetLastError(error);
    return INVALID_SOCKET;
}

static void close_socket(struct discovery_sockets *sockets, SOCKET *handle)
{
    if (*handle == INVALID_SOCKET) return;
    socket_set_want(sockets->set, *handle, 0);
    closesocket(*handle);
    *handle = INVALID_SOCKET;
}

static bool join(struct discovery_sockets *sockets, size_t channel,
                 const struct local_address *local, bool leaves)
{
    SOCKET listener = sockets->channels[channel].listener;
    struct ip_mreq ipv4;
    struct ipv6_mreq ipv6;

    if (family_of(channel) == PEER_IPV4)
    {
        memcpy(&ipv4.imr_multiaddr, sockets->groups[channel].bytes, 4);
        memcpy(&ipv4.imr_interface, local->address.bytes, 4);
        return !setsockopt(listener, IPPROTO_IP, leaves ? IP_DROP_MEMBERSHIP : IP_ADD_MEMBERSHIP,
                           (const char *)&ipv4, sizeof(ipv4));
    }
    memcpy(&ipv6.ipv6mr_multiaddr, sockets->groups[channel].bytes, 16);
    ipv6.ipv6mr_interface = local->link;
    return !setsockopt(listener, IPPROTO_IPV6, leaves ? IPV6_LEAVE_GROUP : IPV6_JOIN_GROUP,
                       (const char *)&ipv6, sizeof(ipv6));
}

static bool is_in(const struct local_address *list, size_t count, const struct local_address *local)
{
    for (size_t i = 0; i < count; i++)
        if (list[i].link == local->link && peer_address_is_equal(&list[i].address, &local->address))
            return true;
    return false;
}

static bool is_link_in(const struct local_address *list, size_t count,
                       const struct local_address *local)
{
    for (size_t i = 0; i < count; i++)
        if (list[i].link == local->link && list[i].address.family == local->address.family)
            return true;
    return false;
}

/* One membership for a link, by one of its addresses; a new one when that address has gone. */
static bool update_groups(struct discovery_sockets *sockets, size_t channel)
{
    struct channel *own = &sockets->channels[channel];
    bool is_complete = true;
    size_t kept = 0;

    for (size_t i = 0; i < own->joined_count; i++)
    {
        if (is_in(sockets->locals, sockets->local_count, &own->joined[i]))
            own->joined[kept++] = own->joined[i];
        else
            join(sockets, channel, &own->joined[i], true);
    }
    own->joined_count = kept;

    for (size_t i = 0; i < sockets->local_count; i++)
    {
        const struct local_address *local = &sockets->locals[i];

        if (local->address.family != family_of(channel)) continue;
        if (is_link_in(own->joined, own->joined_count, local)) continue;
        if (join(sockets, channel, local, false))
            own->joined[own->joined_count++] = *local;
        else
            is_complete = false;
    }
    return is_complete;
}

static bool has_family(const struct discovery_sockets *sockets, enum peer_family family)
{
    for (size_t i = 0; i < sockets->local_count; i++)
        if (sockets->locals[i].address.family == family) return true;
    return false;
}

static bool update_channel(struct discovery_sockets *sockets, size_t channel, bool listens,
                           bool asks)
{
    struct channel *own = &sockets->channels[channel];
    enum peer_family family = family_of(channel);
    bool is_complete = true;
    int error = 0;

    if (!listens) close_socket(sockets, &own->listener);
    if (own->listener == INVALID_SOCKET) own->joined_count = 0;
    if (!asks) close_socket(sockets, &own->asker);

    if (asks && own->asker == INVALID_SOCKET &&
        (own->asker = open_socket(sockets, family, false)) == INVALID_SOCKET)
        is_complete = false, error = WSAGetLastError();
    if (listens && own->listener == INVALID_SOCKET &&
        (own->listener = open_socket(sockets, family, true)) == INVALID_SOCKET)
        is_complete = false, error = WSAGetLastError();
    if (own->listener != INVALID_SOCKET && !update_groups(sockets, channel))
        is_complete = false, error = WSAGetLastError();
    if (!is_complete && !own->is_failure_told)
        LOG_WARN(LOG_PEER, "discovery: no multicast at port %u of IPv%c, error %d", sockets->port,
                 family == PEER_IPV4 ? '4' : '6', error);
    own->is_failure_told = !is_complete;
    return is_complete;
}

bool discovery_sockets_update(struct discovery_sockets *sockets, bool listens, bool asks,
                              const struct local_address *locals, size_t local_count)
{
    bool is_complete = true;

    if (local_count > PEER_LOCAL_ADDRESSES_MAX) local_count = PEER_LOCAL_ADDRESSES_MAX;
    if (local_count) memcpy(sockets->locals, locals, local_count * sizeof(*locals));
    sockets->local_count = local_count;
    for (size_t i = 0; i < FAMILIES; i++)
    {
        bool is_used = has_family(sockets, family_of(i));

        if (!update_channel(sockets, i, listens && is_used, asks && is_used)) is_complete = false;
    }
    return is_complete;
}

/* Of the link that the next multicast goes to. */
static bool choose_link(const struct discovery_sockets *sockets, SOCKET handle,
                        const struct discovery_target *target)
{
    DWORD ipv4;

    if (target->family == PEER_IPV6)
        return set_option(handle, IPPROTO_IPV6, IPV6_MULTICAST_IF, target->link);
    for (size_t i = 0; i < sockets->local_count; i++)
    {
        const struct local_address *local = &sockets->locals[i];

        if (local->link != target->link || local->address.family != PEER_IPV4) continue;
        memcpy(&ipv4, local->address.bytes, sizeof(ipv4));
        return set_option(handle, IPPROTO_IP, IP_MULTICAST_IF, ipv4);
    }
    return false;
}

void discovery_sockets_send(struct discovery_sockets *sockets, bool is_client,
                            const struct discovery_target *target, const char *text, size_t size)
{
    size_t channel = target->family == PEER_IPV6;
    const struct channel *own = &sockets->channels[channel];
    SOCKET handle = is_client ? own->asker : own->listener;
    union address address;
    int address_size;

    if (handle == INVALID_SOCKET) return;
    if (target->is_multicast)
        address_size =
            write_address(&sockets->groups[channel], target->link, sockets->port, &address);
    else
        address_size =
            write_address(&target->address, target->address.scope, target->port, &address);
    if ((target->is_multicast && !choose_link(sockets, handle, target)) ||
        sendto(handle, text, (int)size, 0, &address.any, address_size) < 0)
        LOG_TRACE(LOG_PEER, "discovery: not sent, error %d", WSAGetLastError());
}

void discovery_sockets_receive(struct discovery_sockets *sockets, socket_handle handle,
                               discovery_datagram_fn fn, void *ctx)
{
    for (unsigned int i = 0; i < RECEIVED_AT_ONCE; i++)
    {
        struct discovery_datagram datagram = {.data = sockets->buffer};
        union address source;
        int address_size = sizeof(source), got;

        got = recvfrom(handle, sockets->buffer, sizeof(sockets->buffer), 0, &source.any,
                       &address_size);
        if (got < 0 && WSAGetLastError() == WSAEWOULDBLOCK) return;
        /* Too long for us, or somebody did not want what we sent. */
        if (got < 0) continue;
        if (!read_address(&source, &datagram.source, &datagram.port)) continue;
        datagram.size = (size_t)got;
        fn(ctx, &datagram);
    }
}

HRESULT discovery_sockets_create(struct socket_set *set, const struct discovery_place *place,
                                 struct discovery_sockets **out)
{
    static const char *const groups[FAMILIES] = {DISCOVERY_GROUP_IPV4, DISCOVERY_GROUP_IPV6};
    struct discovery_sockets *sockets;

    if (!(*out = sockets = calloc(1, sizeof(*sockets)))) return E_OUTOFMEMORY;
    sockets->set = set;
    sockets->port = place->port ? place->port : DISCOVERY_PORT_NUMBER;
    sockets->groups[0] = place->group_ipv4;
    sockets->groups[1] = place->group_ipv6;
    for (size_t i = 0; i < FAMILIES; i++)
    {
        if (sockets->groups[i].family != family_of(i))
            peer_address_parse(groups[i], strlen(groups[i]), &sockets->groups[i]);
        sockets->channels[i].listener = sockets->channels[i].asker = INVALID_SOCKET;
    }
    return S_OK;
}

void discovery_sockets_destroy(struct discovery_sockets *sockets)
{
    if (!sockets) return;
    for (size_t i = 0; i < FAMILIES; i++)
    {
        close_socket(sockets, &sockets->channels[i].listener);
        close_socket(sockets, &sockets->channels[i].asker);
    }
    free(sockets);
}
