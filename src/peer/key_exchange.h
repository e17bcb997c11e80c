/* SPDX-License-Identifier: LGPL-2.1-or-later
 *
 * ExchangePublicKeys without the call: what the server answers to a caller that Kerberos has named,
 * and what the client takes from an answer. [MS-BPAU] 3.1.4.1 and 3.2.4.1. */
#ifndef OPENBITS_PEER_KEY_EXCHANGE_H
#define OPENBITS_PEER_KEY_EXCHANGE_H

#include "peer/peer_certificates.h"

/* What Kerberos says of the other side. */
struct key_exchange_peer
{
    char sid[CERTIFICATE_SID_SIZE];
    bool is_computer;
    bool is_of_trusted_domain;
};

struct key_exchange
{
    struct peer_certificates *table;
    filetime_t now;
    bool allows_legacy;
};

/* The server's side. A caller may send nothing and only ask. On S_OK the server answers with its
 * own blob, on anything else with none. */
HRESULT key_exchange_serve(const struct key_exchange *exchange,
                           const struct key_exchange_peer *caller, const uint8_t *blob,
                           size_t size);

/* The client's side: result and blob are what the call gave. */
HRESULT key_exchange_take(const struct key_exchange *exchange,
                          const struct key_exchange_peer *server, HRESULT result,
                          const uint8_t *blob, size_t size);

#endif
