/* SPDX-License-Identifier: LGPL-2.1-or-later
 *
 * Opens and closes what belongs to the roles. All of it is the peers' thread's. */
#include "peer/peer_roles.h"

#include <stdlib.h>
#include <string.h>

#include "base/event.h"
#include "base/log.h"
#include "base/str.h"
#include "peer/content_files.h"
#include "peer/identity.h"
#include "peer/machine_name.h"
#include "peer/machine_notice.h"
#include "peer/peer_list_file.h"
#include "peer/peer_listener.h"
#include "peer/peer_trust.h"
#include "policy/peer_flags.h"

/* What could not begin (a port is taken, there is no network, no memory) is tried again. */
#define AGAIN_MS 30000
/* How often known peers are kept, if there is something new. */
#define SAVE_MS 60000

struct peer_roles
{
    struct peer_roles_config config; /* immutable after create, as the next three */
    WCHAR *folder;
    WCHAR *identity_path;
    WCHAR *list_path;

    struct peer_host host;
    struct peer_trust *trust;
    struct machine_name name;
    struct identity identity;
    bool has_identity;
    uint32_t running; /* PEER_MACHINE_... */
    struct content_store store;
    struct peer_listener *listener;
    struct peer_streams *streams;
    tick_t try_again;
    tick_t save_due;     /* of the list of peers, while there is discovery */
    uint8_t *kept_peers; /* what is in its file, as far as we know */
    size_t kept_peers_size;
};

/* ---- what both roles need ---- */

static HRESULT open_identity(struct peer_roles *roles)
{
    filetime_t now = clock_filetime(&roles->host.clock);
    HRESULT hr;

    if (roles->has_identity && !identity_is_outdated(&roles->identity, now)) return S_OK;
    if (roles->has_identity) identity_done(&roles->identity);
    roles->has_identity = false;
    if (FAILED(hr = machine_name_get(&roles->name)) ||
        FAILED(hr = cache_disk_system.make_folder(NULL, roles->folder)) ||
        FAILED(hr = identity_open(roles->identity_path, now, &roles->identity)))
        return hr;
    if (roles->trust &&
        FAILED(hr = peer_trust_set_own(roles->trust, roles->identity.certificate.der,
                                       roles->identity.certificate.der_size)))
    {
        identity_done(&roles->identity);
        return hr;
    }
    roles->has_identity = true;
    machine_notice_write(roles->name.fqdn, &roles->identity.facts);
    return S_OK;
}

static HRESULT create_context(struct peer_roles *roles, enum tls_role role,
                              struct tls_context **out)
{
    const struct certificate *own = &roles->identity.certificate;
    const struct tls_identity identity = {own->der, own->der_size, own->key, own->key_size};

    return tls_context_create(&identity, role, out);
}

/* Those that were authenticated are known after a start. */
static void load_peers(struct peer_roles *roles)
{
    struct peer_info *peers;
    size_t count;

    peer_list_file_load(roles->list_path, &peers, &count);
    discovery_restore_peers(roles->host.discovery, peers, count);
    free(peers);
}

static void save_peers(struct peer_roles *roles)
{
    struct peer_info *peers;
    size_t count;
    HRESULT hr = discovery_list_peers(roles->host.discovery, false, &peers, &count);

    if (SUCCEEDED(hr))
        hr = peer_list_file_save(roles->list_path, peers, count, &roles->kept_peers,
                                 &roles->kept_peers_size);
    if (FAILED(hr)) LOG_WARN(LOG_PEER, "known peers are not kept: %#lx", (unsigned long)hr);
    free(peers);
    roles->save_due = clock_ticks(&roles->host.clock) + SAVE_MS;
}

static HRESULT open_discovery(struct peer_roles *roles)
{
    const struct discovery_config config = {.fqdn = roles->name.fqdn,
                                            .domain = roles->name.domain,
                                            .place.port = roles->config.network.discovery_port};
    HRESULT hr;

    if (roles->host.discovery) return S_OK;
    if (FAILED(hr = discovery_create(&config, &roles->config.events.discovery,
                                     &roles->host.discovery)))
        return hr;
    load_peers(roles);
    roles->save_due = clock_ticks(&roles->host.clock) + SAVE_MS;
    discovery_loan_open(roles->config.loan, roles->host.discovery);
    return S_OK;
}

static void close_discovery(struct peer_roles *roles)
{
    discovery_loan_close(roles->config.loan);
    save_peers(roles);
    discovery_destroy(roles->host.discovery);
    roles->host.discovery = NULL;
}

/* ---- the roles ---- */

static void close_server(struct peer_roles *roles)
{
    if (roles->running & PEER_MACHINE_SERVER)
        event_write(EVENT_SERVER_STOPPED, "port %u", roles->host.content_port);
    peer_listener_destroy(roles->listener);
    roles->listener = NULL;
    tls_context_release(roles->host.server_tls);
    roles->host.server_tls = NULL;
    roles->running &= ~(uint32_t)PEER_MACHINE_SERVER;
}

static HRESULT open_server(struct peer_roles *roles, uint64_t rate)
{
    struct cache *cache;
    HRESULT hr;

    if (FAILED(hr = roles->config.network.get_cache(roles->config.network.ctx, &cache))) return hr;
    content_files_init(&roles->store, cache);
    if (FAILED(hr = create_context(roles, TLS_SERVER, &roles->host.server_tls)) ||
        FAILED(hr = peer_listener_create(&roles->host, &roles->store, rate, &roles->listener)))
    {
        close_server(roles);
        event_write(EVENT_SERVER_FAILED, "port %u: 0x%08x", roles->host.content_port,
                    (unsigned int)hr);
        return hr;
    }
    roles->running |= PEER_MACHINE_SERVER;
    event_write(EVENT_SERVER_LISTENS, "port %u", roles->host.content_port);
    return S_OK;
}

static void close_client(struct peer_roles *roles)
{
    if (roles->running & PEER_MACHINE_CLIENT) event_write(EVENT_CLIENT_STOPPED, "as wanted");
    peer_streams_destroy(roles->streams);
    roles->streams = NULL;
    tls_context_release(roles->host.client_tls);
    roles->host.client_tls = NULL;
    roles->running &= ~(uint32_t)PEER_MACHINE_CLIENT;
}

static HRESULT open_client(struct peer_roles *roles)
{
    HRESULT hr;

    if (FAILED(hr = create_context(roles, TLS_CLIENT, &roles->host.client_tls)) ||
        FAILED(hr = peer_streams_create(&roles->host, roles->config.desk, &roles->streams)))
    {
        close_client(roles);
        return hr;
    }
    roles->running |= PEER_MACHINE_CLIENT;
    event_write(EVENT_CLIENT_LISTENS, "%s in %s", roles->name.fqdn, roles->name.domain);
    return S_OK;
}

/* ---- what is wanted ---- */

static HRESULT create_trust(struct peer_roles *roles)
{
    const struct peer_trust_config config = {.clock = roles->host.clock,
                                             .door = key_door_is_in_domain() ? &key_door_kerberos
                                                                             : NULL,
                                             .changed = roles->config.events.pins_changed,
                                             .is_called = roles->config.events.is_called,
                                             .ctx = roles->config.events.discovery.ctx};
    HRESULT hr = peer_trust_create(&config, &roles->trust);

    if (SUCCEEDED(hr) && roles->has_identity &&
        FAILED(hr = peer_trust_set_own(roles->trust, roles->identity.certificate.der,
                                       roles->identity.certificate.der_size)))
    {
        peer_trust_destroy(roles->trust);
        roles->trust = NULL;
    }
    return hr;
}

static HRESULT open_trust(struct peer_roles *roles)
{
    HRESULT hr;

    if (roles->trust) return S_OK;
    if (SUCCEEDED(hr = create_trust(roles)))
        roles->host.trust = peer_trust_trust(roles->trust);
    else
        LOG_ERR(LOG_PEER, "trusted peers cannot be read: %#lx", (unsigned long)hr);
    return hr;
}

static HRESULT open_roles(struct peer_roles *roles, uint32_t wanted, uint64_t rate)
{
    bool is_new_client = (wanted & ~roles->running & PEER_MACHINE_CLIENT) != 0;
    HRESULT hr = open_discovery(roles), opened;

    if (FAILED(hr)) return hr;
    if (is_new_client) hr = open_client(roles);
    if (wanted & ~roles->running & PEER_MACHINE_SERVER)
    {
        opened = open_server(roles, rate);
        if (SUCCEEDED(hr)) hr = opened;
    }
    discovery_set_roles(roles->host.discovery, roles->running & PEER_MACHINE_CLIENT,
                        roles->running & PEER_MACHINE_SERVER);
    /* Who serves is known, as a rule, before the first job wants to know it. */
    if (is_new_client) discovery_request(roles->host.discovery);
    return hr;
}

static void apply(struct peer_roles *roles, const struct peer_network_settings *wanted)
{
    HRESULT trust_hr = open_trust(roles), hr;
    /* Nobody is trusted: there is nothing to ask and nobody to serve. */
    bool has_peers = roles->trust && trust_has_peers(&roles->host.trust);
    uint32_t bits = has_peers ? wanted->roles : 0;
    tick_t now = clock_ticks(&roles->host.clock);

    roles->try_again = TICK_NEVER;
    if (roles->running & ~bits & PEER_MACHINE_CLIENT) close_client(roles);
    if (roles->running & ~bits & PEER_MACHINE_SERVER) close_server(roles);
    if (roles->listener) peer_listener_set_rate(roles->listener, wanted->bandwidth);
    if (!bits && roles->host.discovery) close_discovery(roles);
    /* Others learn whom to trust from it, so it is there before anybody is trusted. */
    hr = open_identity(roles);
    if (SUCCEEDED(hr) && bits) hr = open_roles(roles, bits, wanted->bandwidth);
    if (FAILED(hr))
        LOG_WARN(LOG_PEER, "a role of the peer cache cannot begin: %#lx", (unsigned long)hr);
    if (FAILED(hr) || FAILED(trust_hr)) roles->try_again = now + AGAIN_MS;
    /* Who only asks is called as well: both sides learn from one call. */
    if (roles->trust) peer_trust_serve(roles->trust, roles->running != 0);
}

/* Once in ten days, or when the clock has been put back. */
static bool is_renewal_due(const struct peer_roles *roles)
{
    return roles->has_identity &&
           identity_is_outdated(&roles->identity, clock_filetime(&roles->host.clock));
}

/* Connections show the old certificate, so all of them end. The server's port stays open: what is
 * left of its connections would keep us from it for a while. */
static void renew_identity(struct peer_roles *roles)
{
    struct tls_context *context;

    close_client(roles);
    if (!roles->listener) return;
    peer_listener_end_guests(roles->listener);
    if (FAILED(open_identity(roles)) || FAILED(create_context(roles, TLS_SERVER, &context)))
    {
        close_server(roles);
        return;
    }
    tls_context_release(roles->host.server_tls);
    roles->host.server_tls = context;
}

void peer_roles_follow(struct peer_roles *roles, const struct peer_network_settings *settings,
                       bool has_news)
{
    if (is_renewal_due(roles))
    {
        renew_identity(roles);
        has_news = true;
    }
    if (has_news || clock_ticks(&roles->host.clock) >= roles->try_again) apply(roles, settings);
}

bool peer_roles_is_serving(const struct peer_roles *roles)
{
    return (roles->running & PEER_MACHINE_SERVER) != 0;
}

struct peer_streams *peer_roles_streams(struct peer_roles *roles)
{
    return roles->streams;
}

/* ---- what is due ---- */

void peer_roles_ready(struct peer_roles *roles, socket_handle handle)
{
    if (roles->listener && peer_listener_ready(roles->listener, handle)) return;
    if (roles->streams) peer_streams_ready(roles->streams, handle);
}

tick_t peer_roles_run(struct peer_roles *roles, tick_t now)
{
    tick_t next = roles->try_again, due;

    if (roles->listener && (due = peer_listener_run(roles->listener, now)) < next) next = due;
    /* Searches wait for what it learns. */
    if (roles->trust && (due = peer_trust_run(roles->trust, now)) < next) next = due;
    if (roles->streams && (due = peer_streams_run(roles->streams, now)) < next) next = due;
    if (roles->host.discovery && now >= roles->save_due) save_peers(roles);
    return next;
}

/* ---- life ---- */

void peer_roles_close(struct peer_roles *roles)
{
    close_client(roles);
    close_server(roles);
    if (roles->host.discovery) close_discovery(roles);
    if (roles->has_identity) identity_done(&roles->identity);
    roles->has_identity = false;
    peer_trust_destroy(roles->trust);
    roles->trust = NULL;
    memset(&roles->host.trust, 0, sizeof(roles->host.trust));
}

void peer_roles_set_sockets(struct peer_roles *roles, struct socket_set *set)
{
    roles->host.set = set;
}

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

HRESULT peer_roles_create(const struct peer_roles_config *config, struct peer_roles **out)
{
    struct peer_roles *roles = calloc(1, sizeof(*roles));
    const WCHAR *folder = config->network.folder;

    *out = NULL;
    if (!roles) return E_OUTOFMEMORY;
    roles->config = *config;
    roles->config.network.folder = NULL; /* the copy is used */
    roles->host.clock = config->network.clock;
    roles->host.content_port = config->network.content_port;
    roles->try_again = TICK_NEVER;
    if (!(roles->folder = str_dup(folder)) ||
        !(roles->identity_path = path_in(folder, L"\\" IDENTITY_FILE_NAME)) ||
        !(roles->list_path = path_in(folder, L"\\" PEER_LIST_FILE_NAME)))
    {
        peer_roles_destroy(roles);
        return E_OUTOFMEMORY;
    }
    *out = roles;
    return S_OK;
}

void peer_roles_destroy(struct peer_roles *roles)
{
    if (!roles) return;
    free(roles->identity_path);
    free(roles->list_path);
    free(roles->kept_peers);
    free(roles->folder);
    free(roles);
}
