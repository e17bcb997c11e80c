/* SPDX-License-Identifier: LGPL-2.1-or-later
 *
 * Loopback TCP sockets for the harness, on Windows and POSIX. None of them blocks: sock_wait()
 * does, with a deadline. */
#ifndef OPENBITS_TESTS_SOCK_H
#define OPENBITS_TESTS_SOCK_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#ifdef _WIN32
#include <winsock2.h>
typedef SOCKET sock_t;
#define SOCK_NONE INVALID_SOCKET
#else
typedef int sock_t;
#define SOCK_NONE (-1)
#endif

/* What sock_send() and sock_recv() answer instead of a size. */
#define SOCK_GONE  (-1) /* reset, or closed on this side */
#define SOCK_AGAIN (-2) /* nothing can be done without waiting */

enum sock_readiness
{
    SOCK_READABLE,
    SOCK_WRITABLE
};

/* Before the first socket of the process; may be called again. */
bool sock_startup(void);

/* Port 0 takes a free one; *port says which. Only on 127.0.0.1 or ::1. */
sock_t sock_listen(bool is_v6, int backlog, uint16_t *port);

/* SOCK_NONE when nobody waits. */
sock_t sock_accept(sock_t listener);

/* Waits for the connection for at most ten seconds. */
sock_t sock_connect(bool is_v6, uint16_t port);

/* True when something can be done, even if that is to find the connection gone. */
bool sock_wait(sock_t sock, enum sock_readiness readiness, unsigned int timeout_ms);

/* Bytes taken, SOCK_GONE or SOCK_AGAIN. */
int sock_send(sock_t sock, const void *data, size_t size);

/* Bytes given, 0 at the end of the stream, SOCK_GONE or SOCK_AGAIN. */
int sock_recv(sock_t sock, void *data, size_t size);

/* Has the other side ended or reset the connection? Data that waits to be read hides it. */
bool sock_has_ended(sock_t sock);

/* A small buffer keeps what was sent near to what was read. */
void sock_set_send_buffer(sock_t sock, int size);

void sock_shutdown_send(sock_t sock);
void sock_close(sock_t sock);
/* Closes with RST: the other side loses what it has not read yet. */
void sock_reset(sock_t sock);

#endif
