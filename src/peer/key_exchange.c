/* SPDX-License-Identifier: LGPL-2.1-or-later
 *
 * ExchangePublicKeys without the call. */
#include "peer/key_exchange.h"

#include <string.h>

#include "base/err_codes.h"
#include "base/log.h"
#include "peer/certificate_blob.h"

/* Any use will do: which of the two is needed is asked where the certificate is shown. */
static HRESULT insert(const struct key_exchange *exchange, const struct key_exchange_peer *peer,
                      const uint8_t *blob, size_t size)
{
    const struct certificate_rules rules = {exchange->now, 0, CERTIFICATE_USE_ANY,
                                            exchange->allows_legacy};
    struct certificate_facts facts;
    struct certificate_blob parts;
    enum certificate_fault fault;
    HRESULT hr;

    if (FAILED(hr = certificate_blob_read(blob, size, &parts))) return hr;
    if (FAILED(hr = certificate_read(parts.der, parts.der_size, &facts))) return hr;
    if ((fault = certificate_check(&facts, &rules)))
    {
        LOG_WARN(LOG_PEER, "The certificate of %s is refused: %s", peer->sid,
                 certificate_fault_text(fault));
        return E_ACCESSDENIED;
    }
    if (strcmp(facts.sid, peer->sid)) return E_ACCESSDENIED;
    return peer_certificates_insert(exchange->table, &facts, parts.use, exchange->now);
}

static bool is_machine_we_know(const struct key_exchange_peer *peer)
{
    return peer->is_computer && peer->is_of_trusted_domain && certificate_is_machine_sid(peer->sid);
}

HRESULT key_exchange_serve(const struct key_exchange *exchange,
                           const struct key_exchange_peer *caller, const uint8_t *blob, size_t size)
{
    if (!is_machine_we_know(caller)) return E_ACCESSDENIED;
    return size ? insert(exchange, caller, blob, size) : S_OK;
}

HRESULT key_exchange_take(const struct key_exchange *exchange,
                          const struct key_exchange_peer *server, HRESULT result,
                          const uint8_t *blob, size_t size)
{
    if (result != S_OK) return FAILED(result) ? result : E_FAIL;
    if (!size || !blob) return E_FAIL;
    if (!is_machine_we_know(server)) return E_ACCESSDENIED;
    return insert(exchange, server, blob, size);
}
