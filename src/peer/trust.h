/* SPDX-License-Identifier: LGPL-2.1-or-later
 *
 * Which machines are trusted, behind one interface: pinned by an administrator, known by an
 * exchange of keys in a domain, or given by a test. Asked on the peers' thread and in TLS
 * handshakes. */
#ifndef OPENBITS_PEER_TRUST_H
#define OPENBITS_PEER_TRUST_H

#include "peer/certificate.h"

#define TRUST_NAME_SIZE 256

struct trusted_peer
{
    /* Of one certificate, or of a public key: the latter stays when a peer renews its certificate.
     */
    uint8_t fingerprint[CERTIFICATE_FINGERPRINT_SIZE];
    char name[TRUST_NAME_SIZE];     /* for people; may be empty */
    char sid[CERTIFICATE_SID_SIZE]; /* empty: any */
    unsigned int use;               /* of a property kept with it; CERTIFICATE_USE_ANY without */
};

struct trust_ops
{
    /* Copies what is known of the certificate; false, and nothing copied, when it is not trusted.
     */
    bool (*find)(void *ctx, const uint8_t fingerprint[CERTIFICATE_FINGERPRINT_SIZE], filetime_t now,
                 struct trusted_peer *peer);

    /* False: no peer can be trusted, and so there is nothing to send or to serve. */
    bool (*has_peers)(void *ctx);

    /* Starts to ask a machine for its certificate; E_NOTIMPL where that cannot be. done comes on
     * the peers' thread. */
    HRESULT(*exchange)
    (void *ctx, const char *fqdn, void (*done)(void *arg, HRESULT hr), void *arg);
};

struct trust
{
    const struct trust_ops *ops;
    void *ctx;
};

enum trust_verdict
{
    TRUST_REFUSED, /* no certificate of a peer: end the handshake */
    TRUST_UNKNOWN, /* fit to be a peer's, but nobody has said whose it is */
    TRUST_KNOWN
};

/* The checks of [MS-BPCR] 3.1.5 and 3.2.5.2, and the question whose certificate this is. The
 * property_use of the rules is not used; *peer is filled for TRUST_KNOWN, else empty. */
enum trust_verdict trust_judge(const struct trust *trust, const struct certificate_rules *rules,
                               const uint8_t *der, size_t size, struct trusted_peer *peer);

/* The same for a certificate that was read before: time goes on, and trust changes. */
enum trust_verdict trust_judge_facts(const struct trust *trust,
                                     const struct certificate_rules *rules,
                                     const struct certificate_facts *facts,
                                     struct trusted_peer *peer);

bool trust_has_peers(const struct trust *trust);

HRESULT trust_exchange(const struct trust *trust, const char *fqdn,
                       void (*done)(void *arg, HRESULT hr), void *arg);

/* A back end that is a list, which can be replaced at any time on any thread: pins use it, and
 * tests. */
struct trust_list;

HRESULT trust_list_create(struct trust_list **out);
void trust_list_destroy(struct trust_list *list);

/* Copies the peers. S_FALSE when they are what they were. */
HRESULT trust_list_set(struct trust_list *list, const struct trusted_peer *peers, size_t count);

/* Good as long as the list. */
struct trust trust_list_trust(struct trust_list *list);

#endif
