/* SPDX-License-Identifier: LGPL-2.1-or-later
 *
 * The sockets that one thread waits for, and a wake from other threads. Everything but the wake
 * belongs to that thread. */
#ifndef OPENBITS_NET_SOCKET_SET_H
#define OPENBITS_NET_SOCKET_SET_H

#include "base/types.h"

#define SOCKET_SET_READ  0x1
#define SOCKET_SET_WRITE 0x2

struct socket_set;

typedef uintptr_t socket_handle; /* a SOCKET, for those who do not see Winsock */

/* What was wanted can be done. May change the set. */
typedef void (*socket_ready_fn)(void *ctx, socket_handle handle, unsigned int ready);

HRESULT socket_set_create(struct socket_set **out);
void socket_set_destroy(struct socket_set *set);

/* Says what is wanted of a socket: SOCKET_SET_..., or 0 before it is closed. False without memory.
 */
bool socket_set_want(struct socket_set *set, socket_handle handle, unsigned int wanted);

/* Waits until something can be done, or for the time, or for a wake. Tells all that can be done. */
void socket_set_wait(struct socket_set *set, uint32_t timeout_ms, socket_ready_fn ready, void *ctx);

/* Any thread. A wake that nobody waits for ends the next wait. */
void socket_set_wake(struct socket_set *set);

#endif
