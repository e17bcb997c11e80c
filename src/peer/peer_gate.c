/* SPDX-License-Identifier: LGPL-2.1-or-later
 *
 * Who is at the other end of one connection: [MS-BPCR] 3.1.5 and 3.2.5.2. */
#include "peer/peer_gate.h"

#include <string.h>

#include "base/log.h"

void peer_gate_init(struct peer_gate *gate, const struct trust *trust, const struct clock *clock,
                    enum tls_role role, bool allows_legacy)
{
    memset(gate, 0, sizeof(*gate));
    gate->trust = *trust;
    gate->clock = clock;
    gate->role = role;
    gate->allows_legacy = allows_legacy;
    gate->verdict = TRUST_REFUSED;
}

/* Before the handshake there are no facts, and what is empty is refused. */
static enum trust_verdict ask(struct peer_gate *gate)
{
    struct certificate_rules rules = {
        .now = clock_filetime(gate->clock),
        .use = gate->role == TLS_SERVER ? CERTIFICATE_USE_CLIENT : CERTIFICATE_USE_SERVER,
        .property_use = CERTIFICATE_USE_ANY,
        .allows_legacy = gate->allows_legacy,
    };

    return gate->verdict = trust_judge_facts(&gate->trust, &rules, &gate->facts, &gate->peer);
}

bool peer_gate_check(void *ctx, const uint8_t *der, size_t size)
{
    struct peer_gate *gate = ctx;

    if (FAILED(certificate_read(der, size, &gate->facts)))
    {
        LOG_INFO(LOG_PEER, "A peer's certificate is refused: it cannot be read");
        memset(&gate->facts, 0, sizeof(gate->facts));
        return false;
    }
    if (ask(gate) == TRUST_KNOWN) return true;
    return gate->verdict == TRUST_UNKNOWN && gate->role == TLS_SERVER;
}

bool peer_gate_is_trusted(struct peer_gate *gate)
{
    return ask(gate) == TRUST_KNOWN;
}
