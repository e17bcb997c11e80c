/* SPDX-License-Identifier: LGPL-2.1-or-later
 *
 * The peer cache of this machine as the rest of the program sees it: the cached files, the known
 * peers, and the two roles that the policy switches on and off. Any thread may call, none with a
 * lock held. While both roles are off it has no socket and no thread that waits for one. */
#ifndef OPENBITS_PEER_PEER_CACHE_H
#define OPENBITS_PEER_PEER_CACHE_H

#include "job/ports.h"
#include "policy/policy.h"
#include "transfer/source_stream.h"

struct cache;
struct peer_cache;

#define PEER_CONTENT_PORT   2178
#define PEER_DISCOVERY_PORT 3702

struct peer_cache_config
{
    const WCHAR *folder;     /* of cached files and of the certificate; copied */
    uint16_t content_port;   /* TCP */
    uint16_t discovery_port; /* UDP */
};

extern const struct peer_cache_config peer_cache_defaults;

HRESULT peer_cache_create(const struct peer_cache_config *config, struct peer_cache **out);
/* Nobody may call any more. NULL is welcome. */
void peer_cache_destroy(struct peer_cache *peers);

/* Another policy holds: roles, limits of the cache, bandwidth. Does not wait for the network. */
void peer_cache_apply(struct peer_cache *peers, const struct policy *policy);

/* Does it serve peers, so that its process has work although no job is there? */
bool peer_cache_is_serving(struct peer_cache *peers);

/* The cached files, opened at first use and until the end. */
HRESULT peer_cache_files(struct peer_cache *peers, struct cache **out);

/* ---- peers ---- */

#define PEER_NAME_SIZE 256

struct peer_facts
{
    WCHAR name[PEER_NAME_SIZE]; /* as server$.domain */
    bool is_authenticated;
    bool is_available;
};

/* Those of this subnet that serve; freed with free(). */
HRESULT peer_cache_list(struct peer_cache *peers, struct peer_facts **list, uint32_t *count);
HRESULT peer_cache_forget(struct peer_cache *peers);
/* Begins to look for peers. BG_E_DISCOVERY_IN_PROGRESS, BG_E_PEER_CACHING_DISABLED... */
HRESULT peer_cache_discover(struct peer_cache *peers);

/* ---- for the mover and the core; the context is the struct peer_cache ---- */

/* What peers have of a file. A stream fails at once when there is nobody to ask. */
extern const struct source_ops peer_source_ops;

/* Keeps files that may be served. */
extern const struct cache_ops peer_keep_ops;

#endif
