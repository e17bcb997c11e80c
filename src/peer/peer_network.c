/* SPDX-License-Identifier: LGPL-2.1-or-later
 *
 * The peers' thread, and what other threads ask of it. Roles come and go on the thread itself: it
 * reads what is wanted and follows. It ends when no role is wanted any more, and is joined by the
 * next start. */
#include "peer/peer_network.h"

#include <stdlib.h>

#include "base/log.h"
#include "base/str.h"
#include "base/thread.h"
#include "bitsmsg.h"
#include "peer/peer_roles.h"
#include "policy/peer_flags.h"

#define WAIT_MAX 60000

/* A file of which peers have given something wrong. */
struct refusal
{
    struct list entry;
    char *url;
    filetime_t mtime;
    uint64_t size;
};

struct peer_network
{
    struct clock clock;         /* immutable after create, as the next one */
    struct peer_roles *roles;   /* the peers' thread's, and the starter's while there is none */
    struct socket_set *set;     /* made with the first start; waked by any thread */
    struct discovery_loan loan; /* has a lock, as the next one */
    struct peer_stream_desk desk;

    struct lock lock; /* leaf */
    struct peer_network_settings wanted;
    struct thread thread;
    bool has_thread; /* it was started and not joined */
    bool is_running; /* it will look at what is wanted once more */
    bool is_ending;  /* for good */
    bool has_news;   /* of wanted, trust or discovery */
    bool has_found, has_discovered;
    bool is_serving;
    struct list refusals;
};

/* ---- any thread ---- */

static void wake(struct peer_network *network)
{
    if (network->set) socket_set_wake(network->set);
}

/* Of the pins and of discovery, on their threads. */
static void on_news(struct peer_network *network, bool has_found, bool has_discovered)
{
    lock_acquire(&network->lock);
    network->has_news = true;
    network->has_found |= has_found;
    network->has_discovered |= has_discovered;
    lock_release(&network->lock);
    wake(network);
}

static void on_pins_changed(void *ctx)
{
    on_news(ctx, false, false);
}

static void on_keys(void *ctx)
{
    wake(ctx);
}

static void on_found(void *ctx)
{
    on_news(ctx, true, false);
}

static void on_discovered(void *ctx)
{
    on_news(ctx, false, true);
}

/* ---- the thread ---- */

static void note_serving(struct peer_network *network)
{
    lock_acquire(&network->lock);
    network->is_serving = peer_roles_is_serving(network->roles);
    lock_release(&network->lock);
}

static void on_ready(void *ctx, socket_handle handle, unsigned int ready)
{
    (void)ready;
    peer_roles_ready(((struct peer_network *)ctx)->roles, handle);
}

static struct refusal *next_refusal(struct peer_network *network)
{
    struct refusal *refusal;

    lock_acquire(&network->lock);
    if ((refusal = LIST_HEAD_ENTRY(&network->refusals, struct refusal, entry)))
        list_remove(&refusal->entry);
    lock_release(&network->lock);
    return refusal;
}

static void take_refusals(struct peer_network *network, struct peer_streams *streams)
{
    struct refusal *refusal;

    while ((refusal = next_refusal(network)))
    {
        if (streams) peer_streams_refuse(streams, refusal->url, refusal->mtime, refusal->size);
        free(refusal->url);
        free(refusal);
    }
}

/* False: nothing is wanted any more, and the thread ends. */
static bool take_news(struct peer_network *network)
{
    struct peer_network_settings wanted;
    struct peer_streams *streams;
    bool has_news, has_found, has_discovered, goes_on;

    lock_acquire(&network->lock);
    wanted = network->wanted;
    has_news = network->has_news;
    has_found = network->has_found;
    has_discovered = network->has_discovered;
    network->has_news = network->has_found = network->has_discovered = false;
    goes_on = wanted.roles && !network->is_ending;
    network->is_running = goes_on;
    lock_release(&network->lock);

    if (!goes_on) return false;
    peer_roles_follow(network->roles, &wanted, has_news);
    note_serving(network);
    streams = peer_roles_streams(network->roles);
    take_refusals(network, streams);
    if (has_found && streams) peer_streams_found(streams);
    if (has_discovered && streams) peer_streams_discovered(streams);
    return true;
}

/* For how long the thread may wait then. */
static uint32_t run_roles(struct peer_network *network)
{
    tick_t now = clock_ticks(&network->clock), next = peer_roles_run(network->roles, now);

    if (!peer_roles_streams(network->roles)) peer_stream_desk_fail(&network->desk);
    if (next > now + WAIT_MAX) next = now + WAIT_MAX;
    return next > now ? (uint32_t)(next - now) : 0;
}

static void network_loop(void *arg)
{
    struct peer_network *network = arg;

    while (take_news(network))
        socket_set_wait(network->set, run_roles(network), on_ready, network);
    peer_roles_close(network->roles);
    peer_stream_desk_fail(&network->desk);
    note_serving(network);
}

/* ---- from outside ---- */

static void set_running(struct peer_network *network, bool is_running)
{
    lock_acquire(&network->lock);
    network->is_running = network->has_news = is_running;
    lock_release(&network->lock);
}

static HRESULT start_thread(struct peer_network *network)
{
    HRESULT hr;

    if (network->has_thread) thread_join(&network->thread);
    network->has_thread = false;
    if (!network->set)
    {
        if (FAILED(hr = socket_set_create(&network->set))) return hr;
        peer_roles_set_sockets(network->roles, network->set);
    }
    /* Before it is true: the thread itself takes it back. */
    set_running(network, true);
    hr = thread_start(&network->thread, network_loop, network, "peers");
    network->has_thread = SUCCEEDED(hr);
    if (FAILED(hr)) set_running(network, false);
    return hr;
}

void peer_network_apply(struct peer_network *network, const struct peer_network_settings *settings)
{
    bool is_running;
    HRESULT hr = S_OK;

    lock_acquire(&network->lock);
    network->wanted = *settings;
    network->has_news = true;
    is_running = network->is_running;
    lock_release(&network->lock);

    /* One policy at a time is applied, so nobody else starts it. */
    if (is_running)
        wake(network);
    else if (settings->roles)
        hr = start_thread(network);
    if (FAILED(hr)) LOG_ERR(LOG_PEER, "the peer cache does not start: %#lx", (unsigned long)hr);
}

bool peer_network_is_serving(struct peer_network *network)
{
    bool is_serving;

    lock_acquire(&network->lock);
    is_serving = network->is_serving;
    lock_release(&network->lock);
    return is_serving;
}

void peer_network_refuse(struct peer_network *network, const WCHAR *url,
                         const struct file_version *version)
{
    struct refusal *refusal = calloc(1, sizeof(*refusal));
    bool is_running = false;

    if (refusal && (refusal->url = str_to_utf8(url)))
    {
        refusal->mtime = version->mtime;
        refusal->size = version->size;
        lock_acquire(&network->lock);
        if ((is_running = network->is_running)) list_add_tail(&network->refusals, &refusal->entry);
        lock_release(&network->lock);
    }
    if (is_running)
        wake(network);
    else if (refusal)
    {
        free(refusal->url);
        free(refusal);
    }
}

HRESULT peer_network_start(struct peer_network *network, const struct source_request *request,
                           const struct source_sink *sink, void *sink_ctx,
                           struct source_stream **out)
{
    bool is_running;
    HRESULT hr;

    *out = NULL;
    lock_acquire(&network->lock);
    is_running = network->is_running;
    lock_release(&network->lock);
    if (!is_running) return BG_E_PEERCACHING_DISABLED;
    hr = peer_stream_create(&network->desk, request, sink, sink_ctx, out);
    if (SUCCEEDED(hr)) wake(network);
    return hr;
}

void peer_network_stop(struct peer_network *network, struct source_stream *stream)
{
    peer_stream_stop(&network->desk, stream);
    wake(network);
}

/* ---- peers, for any thread ---- */

HRESULT peer_network_list(struct peer_network *network, struct peer_facts **list, uint32_t *count)
{
    return discovery_loan_list(&network->loan, list, count);
}

HRESULT peer_network_forget(struct peer_network *network)
{
    discovery_loan_forget(&network->loan);
    return S_OK;
}

HRESULT peer_network_discover(struct peer_network *network)
{
    bool is_wanted;

    lock_acquire(&network->lock);
    is_wanted = network->wanted.roles & PEER_MACHINE_CLIENT;
    lock_release(&network->lock);
    if (!is_wanted) return BG_E_PEERCACHING_DISABLED;
    discovery_loan_request(&network->loan);
    return S_OK;
}

/* ---- life ---- */

static HRESULT create_roles(struct peer_network *network, const struct peer_network_config *config)
{
    const struct peer_roles_config roles = {
        .network = *config,
        .events = {{on_found, on_discovered, network}, on_pins_changed, on_keys},
        .desk = &network->desk,
        .loan = &network->loan};

    return peer_roles_create(&roles, &network->roles);
}

HRESULT peer_network_create(const struct peer_network_config *config, struct peer_network **out)
{
    struct peer_network *network = calloc(1, sizeof(*network));
    HRESULT hr;

    *out = NULL;
    if (!network) return E_OUTOFMEMORY;
    network->clock = config->clock;
    lock_init(&network->lock, LOCK_RANK_LEAF, "peer network");
    lock_init(&network->desk.lock, LOCK_RANK_LEAF, "peer streams");
    cond_init(&network->desk.called);
    list_init(&network->desk.news);
    list_init(&network->refusals);
    discovery_loan_init(&network->loan);
    if (FAILED(hr = create_roles(network, config)))
    {
        peer_network_destroy(network);
        return hr;
    }
    *out = network;
    return S_OK;
}

void peer_network_destroy(struct peer_network *network)
{
    if (!network) return;
    lock_acquire(&network->lock);
    network->is_ending = true;
    lock_release(&network->lock);
    wake(network);
    if (network->has_thread) thread_join(&network->thread);
    peer_stream_desk_fail(&network->desk);
    take_refusals(network, NULL);
    peer_roles_destroy(network->roles);
    if (network->set) socket_set_destroy(network->set);
    discovery_loan_done(&network->loan);
    cond_done(&network->desk.called);
    lock_done(&network->desk.lock);
    lock_done(&network->lock);
    free(network);
}
