/* SPDX-License-Identifier: LGPL-2.1-or-later
 *
 * A socket as the transport of a TLS connection. */
#include <winsock2.h>

#include "net/tls_socket.h"

#include <limits.h>

static int failure(void)
{
    int code = WSAGetLastError();

    return code == WSAEWOULDBLOCK || code == WSAEINTR ? TLS_IO_BLOCK : TLS_IO_FAILED;
}

static int bounded(size_t size)
{
    return size > INT_MAX ? INT_MAX : (int)size;
}

static int socket_send(void *ctx, const void *data, size_t size)
{
    int sent = send((SOCKET)ctx, data, bounded(size), 0);

    return sent == SOCKET_ERROR ? failure() : sent;
}

static int socket_receive(void *ctx, void *buffer, size_t size)
{
    int got = recv((SOCKET)ctx, buffer, bounded(size), 0);

    return got == SOCKET_ERROR ? failure() : got;
}

struct tls_transport tls_socket_transport(socket_handle handle)
{
    return (struct tls_transport){socket_send, socket_receive, (void *)handle};
}

unsigned int tls_socket_wanted(enum tls_status status)
{
    if (status == TLS_WANT_READ) return SOCKET_SET_READ;
    return status == TLS_WANT_WRITE ? SOCKET_SET_WRITE : 0;
}
