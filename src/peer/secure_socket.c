/* SPDX-License-Identifier: LGPL-2.1-or-later
 *
 * Winsock below TLS. */
#include <winsock2.h>
#include <ws2tcpip.h>

#include "peer/secure_socket.h"

#include <string.h>

#include "base/err.h"

#define BACKLOG 16

/* Less, and each wait for the socket, which is dear under Wine, moves little. */
#define SOCKET_BUFFER 2097152

static HRESULT last_error(void)
{
    return HRESULT_FROM_WIN32(WSAGetLastError());
}

/* ---- addresses ---- */

static int to_sockaddr(const struct peer_address *address, uint16_t port,
                       struct sockaddr_storage *storage)
{
    struct sockaddr_in6 *six = (struct sockaddr_in6 *)storage;
    struct sockaddr_in *four = (struct sockaddr_in *)storage;

    memset(storage, 0, sizeof(*storage));
    if (address->family == PEER_IPV4)
    {
        four->sin_family = AF_INET;
        four->sin_port = htons(port);
        memcpy(&four->sin_addr, address->bytes, sizeof(four->sin_addr));
        return sizeof(*four);
    }
    six->sin6_family = AF_INET6;
    six->sin6_port = htons(port);
    six->sin6_scope_id = address->scope;
    memcpy(&six->sin6_addr, address->bytes, sizeof(six->sin6_addr));
    return sizeof(*six);
}

bool secure_socket_address(socket_handle handle, struct peer_address *address)
{
    struct sockaddr_storage storage = {0};
    const struct sockaddr_in6 *six = (const struct sockaddr_in6 *)&storage;
    const struct sockaddr_in *four = (const struct sockaddr_in *)&storage;
    int size = sizeof(storage);

    memset(address, 0, sizeof(*address));
    if (getpeername((SOCKET)handle, (struct sockaddr *)&storage, &size)) return false;
    if (storage.ss_family == AF_INET)
    {
        address->family = PEER_IPV4;
        memcpy(address->bytes, &four->sin_addr, sizeof(four->sin_addr));
        return true;
    }
    if (storage.ss_family != AF_INET6) return false;
    address->family = PEER_IPV6;
    memcpy(address->bytes, &six->sin6_addr, sizeof(six->sin6_addr));
    if (peer_address_is_link_local(address)) address->scope = six->sin6_scope_id;
    return true;
}

/* ---- life ---- */

static void set_buffers(SOCKET handle)
{
    int size = SOCKET_BUFFER;

    setsockopt(handle, SOL_SOCKET, SO_SNDBUF, (const char *)&size, sizeof(size));
    setsockopt(handle, SOL_SOCKET, SO_RCVBUF, (const char *)&size, sizeof(size));
}

static HRESULT prepare(SOCKET handle)
{
    DWORD yes = 1;

    if (ioctlsocket(handle, FIONBIO, &yes)) return last_error();
    set_buffers(handle);
    setsockopt(handle, IPPROTO_TCP, TCP_NODELAY, (const char *)&yes, sizeof(yes));
    return S_OK;
}

HRESULT secure_socket_init(struct secure_socket *socket, struct socket_set *set,
                           socket_handle handle, struct tls_context *context, tls_check_fn check,
                           void *check_ctx, const char *server_name)
{
    const struct tls_transport transport = tls_socket_transport(handle);
    HRESULT hr;

    *socket = (struct secure_socket){set, handle, NULL, 0};
    if (SUCCEEDED(hr = prepare((SOCKET)handle)))
        hr = tls_open(context, &transport, check, check_ctx, server_name, &socket->tls);
    if (FAILED(hr)) secure_socket_done(socket);
    return hr;
}

HRESULT secure_socket_connect(struct secure_socket *own, struct socket_set *set,
                              const struct peer_address *address, uint16_t port,
                              struct tls_context *context, tls_check_fn check, void *check_ctx,
                              const char *server_name)
{
    struct sockaddr_storage storage;
    int size = to_sockaddr(address, port, &storage);
    SOCKET handle = socket(storage.ss_family, SOCK_STREAM, IPPROTO_TCP);
    HRESULT hr;

    *own = (struct secure_socket)SECURE_SOCKET_NONE;
    if (handle == INVALID_SOCKET) return last_error();
    if (FAILED(hr = secure_socket_init(own, set, handle, context, check, check_ctx, server_name)))
        return hr;
    if (connect(handle, (struct sockaddr *)&storage, size) && WSAGetLastError() != WSAEWOULDBLOCK)
    {
        hr = last_error();
        secure_socket_done(own);
    }
    return hr;
}

void secure_socket_done(struct secure_socket *socket)
{
    tls_destroy(socket->tls);
    if (socket->wanted) socket_set_want(socket->set, socket->handle, 0);
    if (socket->handle != UINTPTR_MAX) closesocket((SOCKET)socket->handle);
    *socket = (struct secure_socket)SECURE_SOCKET_NONE;
}

bool secure_socket_want(struct secure_socket *socket, unsigned int wanted)
{
    if (wanted == socket->wanted) return true;
    if (!socket_set_want(socket->set, socket->handle, wanted)) return false;
    socket->wanted = wanted;
    return true;
}

void secure_socket_finish(struct secure_socket *socket)
{
    tls_close(socket->tls);
    shutdown((SOCKET)socket->handle, SD_SEND);
}

bool secure_socket_drain(struct secure_socket *socket)
{
    char bytes[4096];
    int got;

    while ((got = recv((SOCKET)socket->handle, bytes, sizeof(bytes), 0)) > 0)
        ;
    return got < 0 && WSAGetLastError() == WSAEWOULDBLOCK;
}

/* ---- listening ---- */

static HRESULT bind_and_listen(SOCKET handle, enum peer_family family, uint16_t port)
{
    const struct peer_address any = {.family = (uint8_t)family};
    struct sockaddr_storage storage;
    int size = to_sockaddr(&any, port, &storage);
    DWORD yes = 1;

    if (ioctlsocket(handle, FIONBIO, &yes)) return last_error();
    /* Nobody else shall take the port from under us. */
    if (setsockopt(handle, SOL_SOCKET, SO_EXCLUSIVEADDRUSE, (const char *)&yes, sizeof(yes)))
        return last_error();
    if (family == PEER_IPV6 &&
        setsockopt(handle, IPPROTO_IPV6, IPV6_V6ONLY, (const char *)&yes, sizeof(yes)))
        return last_error();
    if (bind(handle, (struct sockaddr *)&storage, size) || listen(handle, BACKLOG))
        return last_error();
    return S_OK;
}

HRESULT secure_socket_listen(enum peer_family family, uint16_t port, socket_handle *handle)
{
    SOCKET listener = socket(family == PEER_IPV4 ? AF_INET : AF_INET6, SOCK_STREAM, IPPROTO_TCP);
    HRESULT hr;

    *handle = UINTPTR_MAX;
    if (listener == INVALID_SOCKET) return last_error();
    if (FAILED(hr = bind_and_listen(listener, family, port)))
        closesocket(listener);
    else
        *handle = listener;
    return hr;
}

bool secure_socket_accept(socket_handle listener, socket_handle *handle)
{
    SOCKET accepted = accept((SOCKET)listener, NULL, NULL);

    *handle = accepted;
    return accepted != INVALID_SOCKET;
}

void secure_socket_close(socket_handle handle)
{
    if (handle != UINTPTR_MAX) closesocket((SOCKET)handle);
}
