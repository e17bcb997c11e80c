/* SPDX-License-Identifier: LGPL-2.1-or-later
 *
 * What arrives, for both roles: neighbours only, a bounded number, each message once. Pure; belongs
 * to the thread that drives the roles. */
#ifndef OPENBITS_PEER_DISCOVERY_INTAKE_H
#define OPENBITS_PEER_DISCOVERY_INTAKE_H

#include "peer/discovery_message.h"

#define DISCOVERY_PARSED_PER_SECOND 20
#define DISCOVERY_SEEN_MAX          128

struct discovery_datagram
{
    const void *data;
    size_t size;
    struct peer_address source;
    uint16_t port; /* of the sender */
};

struct discovery_intake
{
    bool takes_own; /* from our own addresses too; for tests on one machine */

    /* Private. */
    tick_t parsed[DISCOVERY_PARSED_PER_SECOND];
    size_t parsed_next;
    uint64_t seen[DISCOVERY_SEEN_MAX];
    size_t seen_next;
};

/* A zeroed struct is initialised. The message, and the local address whose subnet it came from;
 * false when it is dropped, which is logged. */
bool discovery_intake_take(struct discovery_intake *intake,
                           const struct discovery_datagram *datagram,
                           const struct local_address *locals, size_t local_count, tick_t now,
                           struct discovery_message *message, const struct local_address **arrival);

#endif
