/* SPDX-License-Identifier: LGPL-2.1-or-later
 *
 * Pins, and beside them the table with its two ends of the call. */
#include "peer/peer_trust.h"

#include <stdlib.h>

#include "base/log.h"
#include "peer/key_client.h"
#include "peer/key_server.h"
#include "peer/trust_pins.h"

struct peer_trust
{
    struct peer_trust_config config;
    struct trust_pins *pins;
    struct trust pinned;

    /* Without a door there are none of these. */
    struct key_client *client;
    struct key_exchange_carrier carrier;
    struct trust_table *table;
    struct trust exchanged;
    struct key_server *server; /* NULL: shut */
};

/* ---- as one back end ---- */

/* What an administrator says goes before what a machine says. */
static bool either_find(void *ctx, const uint8_t fingerprint[CERTIFICATE_FINGERPRINT_SIZE],
                        filetime_t now, struct trusted_peer *peer)
{
    struct peer_trust *trust = ctx;

    if (trust->pinned.ops->find(trust->pinned.ctx, fingerprint, now, peer)) return true;
    return trust->table && trust->exchanged.ops->find(trust->exchanged.ctx, fingerprint, now, peer);
}

static bool either_has_peers(void *ctx)
{
    struct peer_trust *trust = ctx;

    return trust_has_peers(&trust->pinned) || (trust->table && trust_has_peers(&trust->exchanged));
}

static HRESULT either_exchange(void *ctx, const char *fqdn, void (*done)(void *arg, HRESULT hr),
                               void *arg)
{
    struct peer_trust *trust = ctx;

    return trust->table ? trust_exchange(&trust->exchanged, fqdn, done, arg) : E_NOTIMPL;
}

static const struct trust_ops either_ops = {either_find, either_has_peers, either_exchange};

struct trust peer_trust_trust(struct peer_trust *trust)
{
    return (struct trust){&either_ops, trust};
}

/* ---- keys ---- */

HRESULT peer_trust_set_own(struct peer_trust *trust, const uint8_t *der, size_t size)
{
    return trust->table ? trust_table_set_own(trust->table, der, size) : S_OK;
}

void peer_trust_serve(struct peer_trust *trust, bool is_serving)
{
    HRESULT hr;

    if (!is_serving)
    {
        key_server_destroy(trust->server);
        trust->server = NULL;
    }
    else if (trust->table && !trust->server &&
             FAILED(hr = key_server_create(trust->config.door, trust->config.is_called,
                                           trust->config.ctx, &trust->server)))
        LOG_WARN(LOG_PEER, "others cannot exchange keys with this machine: %#lx",
                 (unsigned long)hr);
}

static HRESULT answer_call(void *arg, const struct key_exchange_peer *caller, const uint8_t *blob,
                           size_t size, uint8_t **answer, size_t *answer_size)
{
    struct peer_trust *trust = arg;
    HRESULT hr = trust_table_serve(trust->table, caller, blob, size, answer, answer_size);

    LOG_INFO(LOG_PEER, "%s exchanges keys: %#lx", caller->sid, (unsigned long)hr);
    return hr;
}

tick_t peer_trust_run(struct peer_trust *trust, tick_t now)
{
    if (trust->server) key_server_run(trust->server, answer_call, trust);
    return trust->client ? key_client_run(trust->client, now) : TICK_NEVER;
}

/* ---- life ---- */

static HRESULT create_table(struct peer_trust *trust)
{
    const struct peer_trust_config *config = &trust->config;
    const struct trust_table_config table = {&trust->carrier, config->clock, false};
    HRESULT hr;

    if (FAILED(hr = key_client_create(config->door, &config->clock, config->is_called, config->ctx,
                                      &trust->client)))
        return hr;
    trust->carrier = key_client_carrier(trust->client);
    if (FAILED(hr = trust_table_create(&table, &trust->table))) return hr;
    trust->exchanged = trust_table_trust(trust->table);
    return S_OK;
}

HRESULT peer_trust_create(const struct peer_trust_config *config, struct peer_trust **out)
{
    struct peer_trust *trust = calloc(1, sizeof(*trust));
    HRESULT hr;

    *out = NULL;
    if (!trust) return E_OUTOFMEMORY;
    trust->config = *config;
    hr = trust_pins_create(config->changed, config->ctx, &trust->pins);
    if (SUCCEEDED(hr)) trust->pinned = trust_pins_trust(trust->pins);
    if (SUCCEEDED(hr) && config->door) hr = create_table(trust);
    if (FAILED(hr))
    {
        peer_trust_destroy(trust);
        return hr;
    }
    *out = trust;
    return S_OK;
}

void peer_trust_destroy(struct peer_trust *trust)
{
    if (!trust) return;
    key_server_destroy(trust->server);
    key_client_destroy(trust->client);
    trust_table_destroy(trust->table);
    trust_pins_destroy(trust->pins);
    free(trust);
}
