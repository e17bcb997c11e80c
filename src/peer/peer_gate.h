/* SPDX-License-Identifier: LGPL-2.1-or-later
 *
 * Who is at the other end of one connection: the check that TLS asks in its handshake, and the same
 * question again for each request. Belongs to the connection's thread. */
#ifndef OPENBITS_PEER_PEER_GATE_H
#define OPENBITS_PEER_PEER_GATE_H

#include "base/clock.h"
#include "net/tls.h"
#include "peer/trust.h"

struct peer_gate
{
    struct trust trust;
    const struct clock *clock;
    enum tls_role role; /* ours */
    bool allows_legacy;
    enum trust_verdict verdict; /* of the last question; TRUST_REFUSED before the first */
    struct certificate_facts facts;
    struct trusted_peer peer; /* empty unless TRUST_KNOWN */
};

void peer_gate_init(struct peer_gate *gate, const struct trust *trust, const struct clock *clock,
                    enum tls_role role, bool allows_legacy);

/* The tls_check_fn, with the gate as its ctx. A client goes on with a known server only; a server
 * lets strangers in who show a fit certificate, for they have to be told in HTTP that they are. */
bool peer_gate_check(void *gate, const uint8_t *der, size_t size);

/* Is it a known peer, now? */
bool peer_gate_is_trusted(struct peer_gate *gate);

#endif
