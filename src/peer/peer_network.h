/* SPDX-License-Identifier: LGPL-2.1-or-later
 *
 * The peers' thread and all that happens on it: discovery, serving, searching and fetching. It runs
 * while a role is switched on and somebody is trusted. Any thread may call, none with a lock held.
 */
#ifndef OPENBITS_PEER_PEER_NETWORK_H
#define OPENBITS_PEER_PEER_NETWORK_H

#include "base/clock.h"
#include "peer/peer_cache.h"

struct peer_network;

struct peer_network_config
{
    struct clock clock;
    const WCHAR *folder; /* where the machine's certificate is kept */
    uint16_t content_port;
    uint16_t discovery_port;
    /* The cached files; may wait for the disk. */
    HRESULT (*get_cache)(void *ctx, struct cache **cache);
    void *ctx;
};

struct peer_network_settings
{
    uint32_t roles;     /* PEER_MACHINE_... */
    uint64_t bandwidth; /* bytes per second for all that is served */
};

HRESULT peer_network_create(const struct peer_network_config *config, struct peer_network **out);
/* NULL is welcome. */
void peer_network_destroy(struct peer_network *network);

/* Does not wait until a role has come to its end. */
void peer_network_apply(struct peer_network *network, const struct peer_network_settings *settings);

/* Does it serve, or is it about to? */
bool peer_network_is_serving(struct peer_network *network);

HRESULT peer_network_list(struct peer_network *network, struct peer_facts **list, uint32_t *count);
HRESULT peer_network_forget(struct peer_network *network);
HRESULT peer_network_discover(struct peer_network *network);

/* What peers have of this file is wrong: they are not asked for it for an hour. */
void peer_network_refuse(struct peer_network *network, const WCHAR *url,
                         const struct file_version *version);

/* As in struct source_ops. */
HRESULT peer_network_start(struct peer_network *network, const struct source_request *request,
                           const struct source_sink *sink, void *sink_ctx,
                           struct source_stream **out);
void peer_network_stop(struct peer_network *network, struct source_stream *stream);

#endif
