/* SPDX-License-Identifier: LGPL-2.1-or-later
 *
 * What the parts that live on the peers' thread share. Made and ended by peer_roles.c; read-only
 * for the others while a role runs. */
#ifndef OPENBITS_PEER_PEER_HOST_H
#define OPENBITS_PEER_PEER_HOST_H

#include "base/clock.h"
#include "net/socket_set.h"
#include "net/tls.h"
#include "peer/discovery.h"
#include "peer/trust.h"

struct peer_host
{
    struct socket_set *set;
    struct clock clock;
    uint16_t content_port;
    struct trust trust;
    struct tls_context *client_tls; /* NULL: the role is off, as the next two */
    struct tls_context *server_tls;
    struct discovery *discovery;
};

#endif
