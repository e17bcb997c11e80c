/* SPDX-License-Identifier: LGPL-2.1-or-later
 *
 * Roles come and go on the peers' thread itself: it reads what is wanted, and opens and closes what
 * belongs to it. It ends when no role is wanted any more, and is joined by the next start. */
#include "peer/peer_network.h"

#include <stdlib.h>
#include <string.h>

#include "base/event.h"
#include "base/log.h"
#include "base/str.h"
#include "base/thread.h"
#include "bitsmsg.h"
#include "peer/content_files.h"
#include "peer/identity.h"
#include "peer/machine_name.h"
#include "peer/machine_notice.h"
#include "peer/peer_list_file.h"
#include "peer/peer_listener.h"
#include "peer/peer_stream.h"
#include "peer/peer_trust.h"
#include "policy/peer_flags.h"

/* A role that could not begin (a port is taken, there is no network) is tried again. */
#define AGAIN_MS 30000
#define WAIT_MAX 60000
/* How often known peers are kept, if there is something new. */
#define SAVE_MS 60000

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
    struct peer_network_config config; /* immutable after create, as the next four */
    WCHAR *folder;
    WCHAR *identity_path;
    WCHAR *list_path;
    struct socket_set *set; /* made with the first start; waked by any thread */

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
    struct discovery *discovery;  /* as long as others may use it */
    unsigned int discovery_users; /* other threads that do */
    struct cond unused;

    struct peer_stream_desk desk;

    /* The peers' thread. */
    struct peer_host host;
    struct peer_trust *trust;
    struct machine_name name;
    struct identity identity;
    bool has_identity;
    uint32_t roles; /* that run */
    struct content_store store;
    struct peer_listener *listener;
    struct peer_streams *streams;
    tick_t try_again;
    tick_t save_due;     /* of the list of peers, while there is discovery */
    uint8_t *kept_peers; /* what is in its file, as far as we know */
    size_t kept_peers_size;
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

/* ---- what both roles need ---- */

static HRESULT open_identity(struct peer_network *network)
{
    filetime_t now = clock_filetime(&network->host.clock);
    HRESULT hr;

    if (network->has_identity && now < identity_next_renewal(&network->identity)) return S_OK;
    if (network->has_identity) identity_done(&network->identity);
    network->has_identity = false;
    if (FAILED(hr = machine_name_get(&network->name)) ||
        FAILED(hr = cache_disk_system.make_folder(NULL, network->folder)) ||
        FAILED(hr = identity_open(network->identity_path, now, &network->identity)))
        return hr;
    if (network->trust &&
        FAILED(hr = peer_trust_set_own(network->trust, network->identity.certificate.der,
                                       network->identity.certificate.der_size)))
    {
        identity_done(&network->identity);
        return hr;
    }
    network->has_identity = true;
    machine_notice_write(network->name.fqdn, &network->identity.facts);
    return S_OK;
}

static HRESULT create_context(struct peer_network *network, enum tls_role role,
                              struct tls_context **out)
{
    const struct certificate *own = &network->identity.certificate;
    const struct tls_identity identity = {own->der, own->der_size, own->key, own->key_size};

    return tls_context_create(&identity, role, out);
}

/* Those that were authenticated are known after a start. */
static void load_peers(struct peer_network *network)
{
    struct peer_info *peers;
    size_t count;

    peer_list_file_load(network->list_path, &peers, &count);
    discovery_restore_peers(network->host.discovery, peers, count);
    free(peers);
}

static void save_peers(struct peer_network *network)
{
    struct peer_info *peers;
    size_t count;
    HRESULT hr = discovery_list_peers(network->host.discovery, false, &peers, &count);

    if (SUCCEEDED(hr))
        hr = peer_list_file_save(network->list_path, peers, count, &network->kept_peers,
                                 &network->kept_peers_size);
    if (FAILED(hr)) LOG_WARN(LOG_PEER, "known peers are not kept: %#lx", (unsigned long)hr);
    free(peers);
    network->save_due = clock_ticks(&network->host.clock) + SAVE_MS;
}

static HRESULT open_discovery(struct peer_network *network)
{
    const struct discovery_events events = {on_found, on_discovered, network};
    const struct discovery_config config = {.fqdn = network->name.fqdn,
                                            .domain = network->name.domain,
                                            .place.port = network->config.discovery_port};
    HRESULT hr;

    if (network->host.discovery) return S_OK;
    if (FAILED(hr = discovery_create(&config, &events, &network->host.discovery))) return hr;
    load_peers(network);
    network->save_due = clock_ticks(&network->host.clock) + SAVE_MS;
    lock_acquire(&network->lock);
    network->discovery = network->host.discovery;
    lock_release(&network->lock);
    return S_OK;
}

static void close_discovery(struct peer_network *network)
{
    lock_acquire(&network->lock);
    network->discovery = NULL;
    while (network->discovery_users)
        cond_wait(&network->unused, &network->lock, COND_FOREVER);
    lock_release(&network->lock);
    save_peers(network);
    discovery_destroy(network->host.discovery);
    network->host.discovery = NULL;
}

/* ---- the roles ---- */

static void close_server(struct peer_network *network)
{
    if (network->roles & PEER_MACHINE_SERVER)
        event_write(EVENT_SERVER_STOPPED, "port %u", network->host.content_port);
    peer_listener_destroy(network->listener);
    network->listener = NULL;
    tls_context_release(network->host.server_tls);
    network->host.server_tls = NULL;
    network->roles &= ~(uint32_t)PEER_MACHINE_SERVER;
}

static HRESULT open_server(struct peer_network *network, uint64_t rate)
{
    struct cache *cache;
    HRESULT hr;

    if (FAILED(hr = network->config.get_cache(network->config.ctx, &cache))) return hr;
    content_files_init(&network->store, cache);
    if (FAILED(hr = create_context(network, TLS_SERVER, &network->host.server_tls)) ||
        FAILED(hr =
                   peer_listener_create(&network->host, &network->store, rate, &network->listener)))
    {
        close_server(network);
        event_write(EVENT_SERVER_FAILED, "port %u: 0x%08x", network->host.content_port,
                    (unsigned int)hr);
        return hr;
    }
    network->roles |= PEER_MACHINE_SERVER;
    event_write(EVENT_SERVER_LISTENS, "port %u", network->host.content_port);
    return S_OK;
}

static void close_client(struct peer_network *network)
{
    if (network->roles & PEER_MACHINE_CLIENT) event_write(EVENT_CLIENT_STOPPED, "as wanted");
    peer_streams_destroy(network->streams);
    network->streams = NULL;
    tls_context_release(network->host.client_tls);
    network->host.client_tls = NULL;
    network->roles &= ~(uint32_t)PEER_MACHINE_CLIENT;
}

static HRESULT open_client(struct peer_network *network)
{
    HRESULT hr;

    if (FAILED(hr = create_context(network, TLS_CLIENT, &network->host.client_tls)) ||
        FAILED(hr = peer_streams_create(&network->host, &network->desk, &network->streams)))
    {
        close_client(network);
        return hr;
    }
    network->roles |= PEER_MACHINE_CLIENT;
    event_write(EVENT_CLIENT_LISTENS, "%s in %s", network->name.fqdn, network->name.domain);
    return S_OK;
}

/* ---- what is wanted ---- */

static HRESULT create_trust(struct peer_network *network)
{
    const struct peer_trust_config config = {.clock = network->host.clock,
                                             .door = key_door_is_in_domain() ? &key_door_kerberos
                                                                             : NULL,
                                             .changed = on_pins_changed,
                                             .is_called = on_keys,
                                             .ctx = network};
    HRESULT hr = peer_trust_create(&config, &network->trust);

    if (SUCCEEDED(hr) && network->has_identity &&
        FAILED(hr = peer_trust_set_own(network->trust, network->identity.certificate.der,
                                       network->identity.certificate.der_size)))
    {
        peer_trust_destroy(network->trust);
        network->trust = NULL;
    }
    return hr;
}

static HRESULT open_trust(struct peer_network *network)
{
    HRESULT hr;

    if (network->trust) return S_OK;
    if (SUCCEEDED(hr = create_trust(network)))
        network->host.trust = peer_trust_trust(network->trust);
    else
        LOG_ERR(LOG_PEER, "trusted peers cannot be read: %#lx", (unsigned long)hr);
    return hr;
}

static HRESULT open_roles(struct peer_network *network, uint32_t roles, uint64_t rate)
{
    bool is_new_client = (roles & ~network->roles & PEER_MACHINE_CLIENT) != 0;
    HRESULT hr = open_discovery(network), opened;

    if (FAILED(hr)) return hr;
    if (is_new_client) hr = open_client(network);
    if (roles & ~network->roles & PEER_MACHINE_SERVER)
    {
        opened = open_server(network, rate);
        if (SUCCEEDED(hr)) hr = opened;
    }
    discovery_set_roles(network->host.discovery, network->roles & PEER_MACHINE_CLIENT,
                        network->roles & PEER_MACHINE_SERVER);
    /* Who serves is known, as a rule, before the first job wants to know it. */
    if (is_new_client) discovery_request(network->host.discovery);
    return hr;
}

static void note_serving(struct peer_network *network)
{
    lock_acquire(&network->lock);
    network->is_serving = (network->roles & PEER_MACHINE_SERVER) != 0;
    lock_release(&network->lock);
}

static void apply(struct peer_network *network, const struct peer_network_settings *wanted)
{
    HRESULT trust_hr = open_trust(network), hr;
    /* Nobody is trusted: there is nothing to ask and nobody to serve. */
    bool has_peers = network->trust && trust_has_peers(&network->host.trust);
    uint32_t roles = has_peers ? wanted->roles : 0;
    tick_t now = clock_ticks(&network->host.clock);

    network->try_again = TICK_NEVER;
    if (network->roles & ~roles & PEER_MACHINE_CLIENT) close_client(network);
    if (network->roles & ~roles & PEER_MACHINE_SERVER) close_server(network);
    if (network->listener) peer_listener_set_rate(network->listener, wanted->bandwidth);
    if (!roles && network->host.discovery) close_discovery(network);
    /* Others learn whom to trust from it, so it is there before anybody is trusted. */
    hr = open_identity(network);
    if (SUCCEEDED(hr) && roles) hr = open_roles(network, roles, wanted->bandwidth);
    if (FAILED(hr))
        LOG_WARN(LOG_PEER, "a role of the peer cache cannot begin: %#lx", (unsigned long)hr);
    if (FAILED(hr) || FAILED(trust_hr)) network->try_again = now + AGAIN_MS;
    /* Who only asks is called as well: both sides learn from one call. */
    if (network->trust) peer_trust_serve(network->trust, network->roles != 0);
    note_serving(network);
}

/* ---- the thread ---- */

static void on_ready(void *ctx, socket_handle handle, unsigned int ready)
{
    struct peer_network *network = ctx;

    (void)ready;
    if (network->listener && peer_listener_ready(network->listener, handle)) return;
    if (network->streams) peer_streams_ready(network->streams, handle);
}

/* Once in ten days. Connections show the old certificate, so all of them end. */
static bool is_renewal_due(const struct peer_network *network)
{
    return network->has_identity &&
           clock_filetime(&network->host.clock) >= identity_next_renewal(&network->identity);
}

static void close_roles(struct peer_network *network)
{
    close_client(network);
    close_server(network);
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

static void take_refusals(struct peer_network *network)
{
    struct refusal *refusal;

    while ((refusal = next_refusal(network)))
    {
        if (network->streams)
            peer_streams_refuse(network->streams, refusal->url, refusal->mtime, refusal->size);
        free(refusal->url);
        free(refusal);
    }
}

/* False: nothing is wanted any more, and the thread ends. */
static bool take_news(struct peer_network *network)
{
    struct peer_network_settings wanted;
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
    if (is_renewal_due(network))
    {
        close_roles(network);
        has_news = true;
    }
    if (has_news || clock_ticks(&network->host.clock) >= network->try_again)
        apply(network, &wanted);
    take_refusals(network);
    if (has_found && network->streams) peer_streams_found(network->streams);
    if (has_discovered && network->streams) peer_streams_discovered(network->streams);
    return true;
}

static uint32_t run_parts(struct peer_network *network)
{
    tick_t now = clock_ticks(&network->host.clock), next = now + WAIT_MAX, due;

    if (network->listener && (due = peer_listener_run(network->listener, now)) < next) next = due;
    /* Searches wait for what it learns. */
    if (network->trust && (due = peer_trust_run(network->trust, now)) < next) next = due;
    if (network->streams)
    {
        if ((due = peer_streams_run(network->streams, now)) < next) next = due;
    }
    else
        peer_stream_desk_fail(&network->desk);
    if (network->host.discovery && now >= network->save_due) save_peers(network);
    if (network->try_again < next) next = network->try_again;
    return next > now ? (uint32_t)(next - now) : 0;
}

static void network_loop(void *arg)
{
    struct peer_network *network = arg;

    while (take_news(network))
        socket_set_wait(network->set, run_parts(network), on_ready, network);
    close_roles(network);
    if (network->host.discovery) close_discovery(network);
    if (network->has_identity) identity_done(&network->identity);
    network->has_identity = false;
    peer_stream_desk_fail(&network->desk);
    peer_trust_destroy(network->trust);
    network->trust = NULL;
    memset(&network->host.trust, 0, sizeof(network->host.trust));
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
        network->host.set = network->set;
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

/* NULL: there is none now. */
static struct discovery *borrow_discovery(struct peer_network *network)
{
    struct discovery *discovery;

    lock_acquire(&network->lock);
    if ((discovery = network->discovery)) network->discovery_users++;
    lock_release(&network->lock);
    return discovery;
}

static void return_discovery(struct peer_network *network)
{
    lock_acquire(&network->lock);
    network->discovery_users--;
    cond_broadcast(&network->unused);
    lock_release(&network->lock);
}

/* host.domain as host$.domain, the name of the machine's account. */
static void fill_facts(const struct peer_info *info, struct peer_facts *facts)
{
    size_t at = 0;

    for (const char *c = info->fqdn; *c && at < PEER_NAME_SIZE - 2; c++)
    {
        if (*c == '.' && !memchr(info->fqdn, '.', (size_t)(c - info->fqdn)))
            facts->name[at++] = '$';
        facts->name[at++] = (unsigned char)*c;
    }
    facts->name[at] = 0;
    facts->is_authenticated = info->is_authenticated;
    facts->is_available = info->address_count != 0;
}

HRESULT peer_network_list(struct peer_network *network, struct peer_facts **list, uint32_t *count)
{
    struct discovery *discovery = borrow_discovery(network);
    struct peer_info *peers = NULL;
    size_t found = 0;
    HRESULT hr = S_OK;

    *list = NULL;
    *count = 0;
    if (!discovery) return S_OK;
    if (SUCCEEDED(hr = discovery_list_peers(discovery, false, &peers, &found)) && found &&
        !(*list = calloc(found, sizeof(**list))))
        hr = E_OUTOFMEMORY;
    return_discovery(network);
    for (size_t i = 0; *list && i < found; i++)
        fill_facts(&peers[i], &(*list)[i]);
    if (*list) *count = (uint32_t)found;
    free(peers);
    return hr;
}

HRESULT peer_network_forget(struct peer_network *network)
{
    struct discovery *discovery = borrow_discovery(network);

    if (!discovery) return S_OK;
    discovery_clear_peers(discovery);
    return_discovery(network);
    return S_OK;
}

HRESULT peer_network_discover(struct peer_network *network)
{
    struct discovery *discovery;
    bool is_wanted;

    lock_acquire(&network->lock);
    is_wanted = network->wanted.roles & PEER_MACHINE_CLIENT;
    lock_release(&network->lock);
    if (!is_wanted) return BG_E_PEERCACHING_DISABLED;
    if (!(discovery = borrow_discovery(network))) return S_OK;
    discovery_request(discovery);
    return_discovery(network);
    return S_OK;
}

/* ---- life ---- */

/* The name begins with a backslash. */
static WCHAR *path_in(const WCHAR *folder, const WCHAR *name)
{
    size_t length = str_len(folder), size = (str_len(name) + 1) * sizeof(WCHAR);
    WCHAR *path = malloc(length * sizeof(WCHAR) + size);

    if (!path) return NULL;
    memcpy(path, folder, length * sizeof(WCHAR));
    memcpy(path + length, name, size);
    return path;
}

HRESULT peer_network_create(const struct peer_network_config *config, struct peer_network **out)
{
    struct peer_network *network = calloc(1, sizeof(*network));

    *out = NULL;
    if (!network) return E_OUTOFMEMORY;
    network->config = *config;
    network->config.folder = NULL; /* the copy is used */
    network->host.clock = config->clock;
    network->host.content_port = config->content_port;
    network->try_again = TICK_NEVER;
    lock_init(&network->lock, LOCK_RANK_LEAF, "peer network");
    lock_init(&network->desk.lock, LOCK_RANK_LEAF, "peer streams");
    cond_init(&network->unused);
    cond_init(&network->desk.called);
    list_init(&network->desk.news);
    list_init(&network->refusals);
    if (!(network->folder = str_dup(config->folder)) ||
        !(network->identity_path = path_in(config->folder, L"\\" IDENTITY_FILE_NAME)) ||
        !(network->list_path = path_in(config->folder, L"\\" PEER_LIST_FILE_NAME)))
    {
        peer_network_destroy(network);
        return E_OUTOFMEMORY;
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
    take_refusals(network);
    if (network->set) socket_set_destroy(network->set);
    cond_done(&network->unused);
    cond_done(&network->desk.called);
    lock_done(&network->desk.lock);
    lock_done(&network->lock);
    free(network->identity_path);
    free(network->list_path);
    free(network->kept_peers);
    free(network->folder);
    free(network);
}
