/* SPDX-License-Identifier: LGPL-2.1-or-later
 *
 * One TLS connection over a socket that never waits. Belongs to the peers' thread. */
#ifndef OPENBITS_PEER_SECURE_SOCKET_H
#define OPENBITS_PEER_SECURE_SOCKET_H

#include "net/socket_set.h"
#include "net/tls_socket.h"
#include "peer/peer_address.h"

struct secure_socket
{
    struct socket_set *set; /* where it is waited for */
    socket_handle handle;
    struct tls *tls;
    unsigned int wanted; /* SOCKET_SET_..., as the set has been told */
};

#define SECURE_SOCKET_NONE                                                                         \
    {                                                                                              \
        NULL, UINTPTR_MAX, NULL, 0                                                                 \
    }

/* Takes the handle over, on failure too. The check and its ctx as in tls_open(). */
HRESULT secure_socket_init(struct secure_socket *socket, struct socket_set *set,
                           socket_handle handle, struct tls_context *context, tls_check_fn check,
                           void *check_ctx, const char *server_name);

/* Begins to connect and fills in what secure_socket_init() does. */
HRESULT secure_socket_connect(struct secure_socket *socket, struct socket_set *set,
                              const struct peer_address *address, uint16_t port,
                              struct tls_context *context, tls_check_fn check, void *check_ctx,
                              const char *server_name);

/* Closes it at once; takes one that was never open. */
void secure_socket_done(struct secure_socket *socket);

/* What to wait for until something is called again. */
bool secure_socket_want(struct secure_socket *socket, unsigned int wanted);

/* We shall send no more; what still comes is thrown away by secure_socket_drain(). */
void secure_socket_finish(struct secure_socket *socket);
/* False: the other side is gone too. */
bool secure_socket_drain(struct secure_socket *socket);

/* The address of the other side. */
bool secure_socket_address(socket_handle handle, struct peer_address *address);

/* ---- listening ---- */

/* A socket that accepts on this port of all addresses of a family. */
HRESULT secure_socket_listen(enum peer_family family, uint16_t port, socket_handle *handle);
/* False: nobody is waiting, or the one who was is gone. */
bool secure_socket_accept(socket_handle listener, socket_handle *handle);
void secure_socket_close(socket_handle handle);

#endif
