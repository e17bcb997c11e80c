/* SPDX-License-Identifier: LGPL-2.1-or-later
 *
 * Loopback sockets over Winsock and over POSIX. */
#include "harness/sock.h"

#include <string.h>

#ifdef _WIN32

#include <ws2tcpip.h>

#define poll        WSAPoll
#define SEND_FLAGS  0
#define SHUT_WR     SD_SEND
#define socklen_t   int
#define LAST_ERROR  WSAGetLastError()
#define WOULD_BLOCK WSAEWOULDBLOCK
#define IN_PROGRESS WSAEWOULDBLOCK

static void close_native(sock_t sock)
{
    closesocket(sock);
}

static void set_unblocked(sock_t sock)
{
    u_long yes = 1;

    ioctlsocket(sock, FIONBIO, &yes);
}

bool sock_startup(void)
{
    WSADATA data;

    return !WSAStartup(MAKEWORD(2, 2), &data);
}

#else

#include <errno.h>
#include <fcntl.h>
#include <netinet/in.h>
#include <netinet/tcp.h>
#include <poll.h>
#include <sys/socket.h>
#include <unistd.h>

#define SEND_FLAGS  MSG_NOSIGNAL
#define LAST_ERROR  errno
#define WOULD_BLOCK EAGAIN
#define IN_PROGRESS EINPROGRESS

static void close_native(sock_t sock)
{
    close(sock);
}

static void set_unblocked(sock_t sock)
{
    fcntl(sock, F_SETFL, fcntl(sock, F_GETFL) | O_NONBLOCK);
    fcntl(sock, F_SETFD, FD_CLOEXEC);
}

bool sock_startup(void)
{
    return true;
}

#endif

union address
{
    struct sockaddr any;
    struct sockaddr_in v4;
    struct sockaddr_in6 v6;
};

static socklen_t make_address(union address *address, bool is_v6, uint16_t port)
{
    memset(address, 0, sizeof(*address));
    if (is_v6)
    {
        address->v6.sin6_family = AF_INET6;
        address->v6.sin6_port = htons(port);
        address->v6.sin6_addr.s6_addr[15] = 1;
        return sizeof(address->v6);
    }
    address->v4.sin_family = AF_INET;
    address->v4.sin_port = htons(port);
    address->v4.sin_addr.s_addr = htonl(INADDR_LOOPBACK);
    return sizeof(address->v4);
}

static void set_option(sock_t sock, int level, int name, int value)
{
    setsockopt(sock, level, name, (const void *)&value, sizeof(value));
}

static sock_t make_socket(bool is_v6)
{
    sock_t sock = socket(is_v6 ? AF_INET6 : AF_INET, SOCK_STREAM, IPPROTO_TCP);

    if (sock == SOCK_NONE) return SOCK_NONE;
    set_unblocked(sock);
    set_option(sock, IPPROTO_TCP, TCP_NODELAY, 1);
    return sock;
}

sock_t sock_listen(bool is_v6, int backlog, uint16_t *port)
{
    union address address;
    socklen_t size = make_address(&address, is_v6, 0);
    sock_t sock = make_socket(is_v6);

    *port = 0;
    if (sock == SOCK_NONE) return SOCK_NONE;
    if (bind(sock, &address.any, size) || listen(sock, backlog) ||
        getsockname(sock, &address.any, &size))
    {
        close_native(sock);
        return SOCK_NONE;
    }
    *port = ntohs(is_v6 ? address.v6.sin6_port : address.v4.sin_port);
    return sock;
}

sock_t sock_accept(sock_t listener)
{
    sock_t sock = accept(listener, NULL, NULL);

    if (sock == SOCK_NONE) return SOCK_NONE;
    set_unblocked(sock);
    set_option(sock, IPPROTO_TCP, TCP_NODELAY, 1);
    return sock;
}

sock_t sock_connect(bool is_v6, uint16_t port)
{
    union address address;
    socklen_t size = make_address(&address, is_v6, port);
    sock_t sock = make_socket(is_v6);
    int error = 0;
    socklen_t error_size = sizeof(error);

    if (sock == SOCK_NONE) return SOCK_NONE;
    if (!connect(sock, &address.any, size)) return sock;
    if (LAST_ERROR == IN_PROGRESS && sock_wait(sock, SOCK_WRITABLE, 10000) &&
        !getsockopt(sock, SOL_SOCKET, SO_ERROR, (void *)&error, &error_size) && !error)
        return sock;
    close_native(sock);
    return SOCK_NONE;
}

bool sock_wait(sock_t sock, enum sock_readiness readiness, unsigned int timeout_ms)
{
    struct pollfd entry = {.fd = sock, .events = readiness == SOCK_READABLE ? POLLIN : POLLOUT};

    return poll(&entry, 1, (int)timeout_ms) > 0;
}

int sock_send(sock_t sock, const void *data, size_t size)
{
    int sent = (int)send(sock, data, (int)size, SEND_FLAGS);

    if (sent >= 0) return sent;
    return LAST_ERROR == WOULD_BLOCK ? SOCK_AGAIN : SOCK_GONE;
}

int sock_recv(sock_t sock, void *data, size_t size)
{
    int got = (int)recv(sock, data, (int)size, 0);

    if (got >= 0) return got;
    return LAST_ERROR == WOULD_BLOCK ? SOCK_AGAIN : SOCK_GONE;
}

bool sock_has_ended(sock_t sock)
{
    char byte;
    int got = (int)recv(sock, &byte, 1, MSG_PEEK);

    return !got || (got < 0 && LAST_ERROR != WOULD_BLOCK);
}

void sock_set_send_buffer(sock_t sock, int size)
{
    set_option(sock, SOL_SOCKET, SO_SNDBUF, size);
}

void sock_shutdown_send(sock_t sock)
{
    shutdown(sock, SHUT_WR);
}

void sock_close(sock_t sock)
{
    close_native(sock);
}

void sock_reset(sock_t sock)
{
    struct linger linger = {1, 0};

    setsockopt(sock, SOL_SOCKET, SO_LINGER, (const void *)&linger, sizeof(linger));
    close_native(sock);
}
