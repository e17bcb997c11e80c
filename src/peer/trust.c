/* SPDX-License-Identifier: LGPL-2.1-or-later
 *
 * Which machines are trusted: the judgement, the same for every back end. */
#include "peer/trust.h"

#include <string.h>

#include "base/log.h"

static enum trust_verdict judge(const struct trust *trust, const struct certificate_rules *rules,
                                const struct certificate_facts *facts, struct trusted_peer *peer,
                                const char **reason)
{
    struct certificate_rules full = *rules;
    enum certificate_fault fault;
    bool is_known;

    is_known = trust->ops->find(trust->ctx, facts->fingerprint, rules->now, peer) ||
               trust->ops->find(trust->ctx, facts->key_fingerprint, rules->now, peer);
    full.property_use = is_known ? peer->use : CERTIFICATE_USE_ANY;
    fault = certificate_check(facts, &full);
    *reason = certificate_fault_text(fault);
    if (fault) return TRUST_REFUSED;
    if (!is_known) return TRUST_UNKNOWN;

    *reason = "it is pinned for another SID";
    if (peer->sid[0] && strcmp(facts->sid, peer->sid)) return TRUST_REFUSED;
    memcpy(peer->sid, facts->sid, sizeof(peer->sid));
    return TRUST_KNOWN;
}

enum trust_verdict trust_judge_facts(const struct trust *trust,
                                     const struct certificate_rules *rules,
                                     const struct certificate_facts *facts,
                                     struct trusted_peer *peer)
{
    const char *reason;
    enum trust_verdict verdict;

    memset(peer, 0, sizeof(*peer));
    verdict = judge(trust, rules, facts, peer, &reason);
    if (verdict == TRUST_REFUSED) LOG_INFO(LOG_PEER, "A peer's certificate is refused: %s", reason);
    if (verdict != TRUST_KNOWN) memset(peer, 0, sizeof(*peer));
    return verdict;
}

enum trust_verdict trust_judge(const struct trust *trust, const struct certificate_rules *rules,
                               const uint8_t *der, size_t size, struct trusted_peer *peer)
{
    struct certificate_facts facts;

    if (SUCCEEDED(certificate_read(der, size, &facts)))
        return trust_judge_facts(trust, rules, &facts, peer);
    LOG_INFO(LOG_PEER, "A peer's certificate is refused: it cannot be read");
    memset(peer, 0, sizeof(*peer));
    return TRUST_REFUSED;
}

bool trust_has_peers(const struct trust *trust)
{
    return trust->ops->has_peers(trust->ctx);
}

HRESULT trust_exchange(const struct trust *trust, const char *fqdn,
                       void (*done)(void *arg, HRESULT hr), void *arg)
{
    if (!trust->ops->exchange) return E_NOTIMPL;
    return trust->ops->exchange(trust->ctx, fqdn, done, arg);
}
