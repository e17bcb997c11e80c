/* SPDX-License-Identifier: LGPL-2.1-or-later
 *
 * A socket that does not wait, as the transport of a TLS connection. Windows only. */
#ifndef OPENBITS_NET_TLS_SOCKET_H
#define OPENBITS_NET_TLS_SOCKET_H

#include "net/socket_set.h"
#include "net/tls.h"

/* The socket is non-blocking, and stays the caller's. */
struct tls_transport tls_socket_transport(socket_handle handle);

/* What a connection that answered so waits for: SOCKET_SET_..., 0 when it waits for nothing. */
unsigned int tls_socket_wanted(enum tls_status status);

#endif
