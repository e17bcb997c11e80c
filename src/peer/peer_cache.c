/* SPDX-License-Identifier: LGPL-2.1-or-later
 *
 * Puts the parts together. The cache is opened by the first call that needs it: a machine that
 * never serves has no file for it. One leaf lock. */
#include "peer/peer_cache.h"

#include <stdlib.h>

#include "base/lock.h"
#include "base/log.h"
#include "base/str.h"
#include "cache/cache.h"
#include "peer/file_keeper.h"
#include "peer/local_addresses.h"
#include "peer/peer_network.h"
#include "policy/peer_flags.h"

#define MAINTAIN_MS 60000

struct peer_cache
{
    WCHAR *folder; /* immutable after create, as the next two */
    struct file_keeper *keeper;
    struct peer_network *network;
    struct lock lock; /* leaf; the rest */
    struct cond changed;
    struct cache *cache; /* NULL: not opened yet */
    bool is_opening;
    struct cache_limits limits;
};

const struct peer_cache_config peer_cache_defaults = {.content_port = PEER_CONTENT_PORT,
                                                      .discovery_port = PEER_DISCOVERY_PORT};

/* ---- the cached files ---- */

static HRESULT open_cache(struct peer_cache *peers, const struct cache_limits *limits,
                          struct cache **cache)
{
    const struct cache_options options = {.limits = *limits, .clock = clock_system};
    struct cache_report report;
    HRESULT hr = cache_open(peers->folder, &options, cache, &report);

    if (FAILED(hr)) LOG_ERR(LOG_PEER, "the cache cannot be opened: %#lx", (unsigned long)hr);
    return hr;
}

HRESULT peer_cache_files(struct peer_cache *peers, struct cache **out)
{
    struct cache_limits limits;
    struct cache *cache;
    HRESULT hr = S_OK;

    *out = NULL;
    lock_acquire(&peers->lock);
    while (peers->is_opening)
        cond_wait(&peers->changed, &peers->lock, COND_FOREVER);
    if (!peers->cache)
    {
        peers->is_opening = true;
        limits = peers->limits;
        lock_release(&peers->lock);
        hr = open_cache(peers, &limits, &cache);
        lock_acquire(&peers->lock);
        peers->cache = cache;
        peers->is_opening = false;
        cond_broadcast(&peers->changed);
    }
    *out = peers->cache;
    lock_release(&peers->lock);
    return hr;
}

static HRESULT get_cache(void *ctx, struct cache **cache)
{
    return peer_cache_files(ctx, cache);
}

/* ---- policy ---- */

static void apply_limits(struct peer_cache *peers, const struct cache_limits *limits)
{
    struct cache *cache;
    HRESULT hr = S_OK;

    lock_acquire(&peers->lock);
    while (peers->is_opening)
        cond_wait(&peers->changed, &peers->lock, COND_FOREVER);
    peers->limits = *limits;
    cache = peers->cache;
    lock_release(&peers->lock);
    if (cache) hr = cache_set_limits(cache, limits);
    if (FAILED(hr)) LOG_WARN(LOG_PEER, "the cache keeps its limits: %#lx", (unsigned long)hr);
}

/* Bytes a second. Without a policy peers get at most 30 percent of the slowest link, but enough to
 * be of use. */
static uint64_t served_bandwidth(const struct policy *policy)
{
    uint64_t least = policy_max_bandwidth_served(policy), share;

    if (policy_overrides_bandwidth(policy)) return least / 8;
    share = local_link_speed() / 10 * 3;
    return (share > least ? share : least) / 8;
}

void peer_cache_apply(struct peer_cache *peers, const struct policy *policy)
{
    const struct cache_limits limits = {.percent = policy_cache_size(policy),
                                        .max_age = policy_content_age(policy)};
    uint32_t roles = policy_machine_flags(policy);
    const struct peer_network_settings settings = {
        .roles = roles, .bandwidth = roles & PEER_MACHINE_SERVER ? served_bandwidth(policy) : 0};

    apply_limits(peers, &limits);
    peer_network_apply(peers->network, &settings);
}

bool peer_cache_is_serving(struct peer_cache *peers)
{
    return peer_network_is_serving(peers->network);
}

/* ---- peers ---- */

HRESULT peer_cache_list(struct peer_cache *peers, struct peer_facts **list, uint32_t *count)
{
    return peer_network_list(peers->network, list, count);
}

HRESULT peer_cache_forget(struct peer_cache *peers)
{
    return peer_network_forget(peers->network);
}

HRESULT peer_cache_discover(struct peer_cache *peers)
{
    return peer_network_discover(peers->network);
}

/* ---- the ports ---- */

static HRESULT start_stream(void *ctx, const struct source_request *request,
                            const struct source_sink *sink, void *sink_ctx,
                            struct source_stream **out)
{
    return peer_network_start(((struct peer_cache *)ctx)->network, request, sink, sink_ctx, out);
}

static void stop_stream(void *ctx, struct source_stream *stream)
{
    peer_network_stop(((struct peer_cache *)ctx)->network, stream);
}

const struct source_ops peer_source_ops = {start_stream, stop_stream};

static void keep_file(void *ctx, const struct judged_file *file)
{
    file_keeper_keep(((struct peer_cache *)ctx)->keeper, file);
}

static void drop_file(void *ctx, const struct judged_file *file)
{
    struct peer_cache *peers = ctx;

    file_keeper_drop(peers->keeper, file);
    if (file->version->known && file->version->has_mtime)
        peer_network_refuse(peers->network, file->remote_name, file->version);
}

static bool is_deleted_file(void *ctx, const struct judged_file *file)
{
    const struct cache_query query = {.url = file->remote_name,
                                      .file_time = file->version->mtime,
                                      .has_size = true,
                                      .file_size = file->version->size};
    struct cache *cache;

    return SUCCEEDED(get_cache(ctx, &cache)) && cache_was_deleted(cache, &query);
}

const struct cache_ops peer_keep_ops = {keep_file, drop_file, is_deleted_file};

/* ---- life ---- */

static HRESULT create_parts(struct peer_cache *peers, const struct peer_cache_config *config)
{
    const struct file_keeper_config keeper = {.get_cache = get_cache,
                                              .ctx = peers,
                                              .disk = &cache_disk_system,
                                              .maintain_ms = MAINTAIN_MS};
    const struct peer_network_config network = {.clock = clock_system,
                                                .folder = peers->folder,
                                                .content_port = config->content_port,
                                                .discovery_port = config->discovery_port,
                                                .get_cache = get_cache,
                                                .ctx = peers};
    HRESULT hr;

    if (FAILED(hr = file_keeper_create(&keeper, &peers->keeper))) return hr;
    return peer_network_create(&network, &peers->network);
}

HRESULT peer_cache_create(const struct peer_cache_config *config, struct peer_cache **out)
{
    struct peer_cache *peers = calloc(1, sizeof(*peers));
    HRESULT hr = E_OUTOFMEMORY;

    *out = NULL;
    if (!peers) return hr;
    lock_init(&peers->lock, LOCK_RANK_LEAF, "peer cache");
    cond_init(&peers->changed);
    if (!(peers->folder = str_dup(config->folder)) || FAILED(hr = create_parts(peers, config)))
    {
        peer_cache_destroy(peers);
        return hr;
    }
    *out = peers;
    return S_OK;
}

void peer_cache_destroy(struct peer_cache *peers)
{
    if (!peers) return;
    peer_network_destroy(peers->network);
    file_keeper_destroy(peers->keeper);
    cache_close(peers->cache);
    cond_done(&peers->changed);
    lock_done(&peers->lock);
    free(peers->folder);
    free(peers);
}
