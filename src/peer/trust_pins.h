/* SPDX-License-Identifier: LGPL-2.1-or-later
 *
 * Trusted peers as an administrator lists them in the registry, below TrustedPeers in the key of
 * BITS: a key for each peer, named by the SHA-256 of its certificate or of its public key in 64 hex
 * digits, with the values Name and, optionally, Sid. Windows only. */
#ifndef OPENBITS_PEER_TRUST_PINS_H
#define OPENBITS_PEER_TRUST_PINS_H

#include "peer/trust.h"

#define TRUST_PINS_KEY L"Software\\Microsoft\\Windows\\CurrentVersion\\BITS\\TrustedPeers"

/* More are not looked at. */
#define TRUST_PINS_MAX 1000

struct trust_pins;

/* On a thread of its own, after the list has changed; no lock is held. May be NULL. */
typedef void (*trust_pins_changed_fn)(void *ctx);

/* Reads the list, and watches it on a thread of its own. */
HRESULT trust_pins_create(trust_pins_changed_fn changed, void *ctx, struct trust_pins **out);

/* Not on the thread that tells of changes. Takes NULL. */
void trust_pins_destroy(struct trust_pins *pins);

/* Good as long as the pins. */
struct trust trust_pins_trust(struct trust_pins *pins);

#endif
