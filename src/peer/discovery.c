/* SPDX-License-Identifier: LGPL-2.1-or-later
 *
 * The thread of discovery. The roles and sockets belong to it; what others want and the list of
 * peers are under a leaf lock, which is never held while something is sent or told. */
#include "peer/discovery.h"

#include <stdlib.h>
#include <string.h>

#include "base/clock.h"
#include "base/lock.h"
#include "base/log.h"
#include "base/random.h"
#include "base/thread.h"
#include "peer/discovery_client.h"
#include "peer/discovery_intake.h"
#include "peer/discovery_server.h"
#include "peer/local_addresses.h"

#define LOOK_INTERVAL_MS 30000 /* at our addresses, and for sockets that could not be had */
#define FILETIME_OF_1970 116444736000000000ull

struct wishes
{
    bool is_client, is_server, quits;
    bool cancels, clears, requests;  /* followed in this order */
    unsigned int cancelled_requests; /* taken back before they were followed */
};

struct discovery
{
    struct lock lock;
    struct wishes wishes;     /* lock */
    bool is_running;          /* lock */
    struct peer_table *table; /* lock */

    /* Immutable after create. */
    struct discovery_events events;
    bool is_loopback;
    struct socket_set *set;
    struct thread thread;

    /* The thread's own. */
    struct discovery_sockets *sockets;
    struct discovery_port client_port, server_port;
    struct discovery_client_events client_events;
    struct discovery_client client;
    struct discovery_server server;
    struct discovery_intake intake;
    struct discovery_message message;
    struct local_address locals[PEER_LOCAL_ADDRESSES_MAX];
    size_t local_count;
    tick_t look_time; /* of the next look */
    tick_t now;
    bool has_found;
    unsigned int finished_count;
};

/* ---- the ports of the roles ---- */

static void send_of_client(void *ctx, const struct discovery_target *target, const char *text,
                           size_t size)
{
    struct discovery *discovery = ctx;

    lock_assert_none_held();
    discovery_sockets_send(discovery->sockets, true, target, text, size);
}

static void send_of_server(void *ctx, const struct discovery_target *target, const char *text,
                           size_t size)
{
    struct discovery *discovery = ctx;

    lock_assert_none_held();
    discovery_sockets_send(discovery->sockets, false, target, text, size);
}

static uint32_t random_of_system(void *ctx, uint32_t limit)
{
    (void)ctx;
    return random_below(limit);
}

static void id_of_system(void *ctx, GUID *id)
{
    (void)ctx;
    if (FAILED(guid_create_random(id))) LOG_WARN(LOG_PEER, "discovery: no random numbers");
}

/* The lock may be held: told later. */
static void note_found(void *ctx)
{
    ((struct discovery *)ctx)->has_found = true;
}

static void note_finished(void *ctx)
{
    ((struct discovery *)ctx)->finished_count++;
}

static void tell(struct discovery *discovery)
{
    const struct discovery_events *events = &discovery->events;
    bool has_found = discovery->has_found;
    unsigned int finished_count = discovery->finished_count;

    lock_assert_none_held();
    discovery->has_found = false;
    discovery->finished_count = 0;
    if (has_found && events->found) events->found(events->ctx);
    while (finished_count--)
        if (events->finished) events->finished(events->ctx);
}

/* ---- the thread ---- */

static bool is_client_on(const struct discovery *discovery)
{
    return discovery->client.state != DISCOVERY_CLIENT_STOPPED;
}

static bool is_server_on(const struct discovery *discovery)
{
    return discovery->server.state != DISCOVERY_SERVER_STOPPED;
}

static void update_sockets(struct discovery *discovery)
{
    bool client = is_client_on(discovery), server = is_server_on(discovery);

    discovery_sockets_update(discovery->sockets, client || server, client, discovery->locals,
                             discovery->local_count);
}

/* Another address comes or goes unseen for a while at most. */
static void look_at_addresses(struct discovery *discovery)
{
    struct local_address locals[PEER_LOCAL_ADDRESSES_MAX];
    size_t count = local_addresses_list(discovery->is_loopback, locals, ARRAY_COUNT(locals));

    discovery->look_time = discovery->now + LOOK_INTERVAL_MS;
    lock_acquire(&discovery->lock);
    peer_table_expire(discovery->table, clock_filetime(&clock_system));
    lock_release(&discovery->lock);
    if (local_addresses_are_equal(locals, count, discovery->locals, discovery->local_count)) return;

    LOG_INFO(LOG_PEER, "discovery: %zu addresses of ours, %zu before", count,
             discovery->local_count);
    if (count) memcpy(discovery->locals, locals, count * sizeof(*locals));
    discovery->local_count = count;
    discovery_server_set_addresses(&discovery->server, locals, count, discovery->now);
    lock_acquire(&discovery->lock);
    discovery_client_set_addresses(&discovery->client, locals, count);
    lock_release(&discovery->lock);
}

static uint32_t seconds_since_1970(void)
{
    return (uint32_t)((clock_filetime(&clock_system) - FILETIME_OF_1970) / FILETIME_PER_SECOND);
}

static void start_client(struct discovery *discovery)
{
    LOG_INFO(LOG_PEER, "discovery: listens for peers");
    lock_acquire(&discovery->lock);
    discovery_client_start(&discovery->client, discovery->locals, discovery->local_count);
    lock_release(&discovery->lock);
}

/* The sockets are open before the first message goes out, and until the last one has. */
static void apply_roles(struct discovery *discovery, const struct wishes *wishes)
{
    bool wants_server = wishes->is_server && !wishes->quits;
    bool wants_client = wishes->is_client && !wishes->quits;
    bool had_client = is_client_on(discovery), had_server = is_server_on(discovery);

    if (!had_client && !had_server && (wants_client || wants_server)) look_at_addresses(discovery);
    if (wants_client && !had_client) start_client(discovery);
    if (!wants_client) discovery_client_stop(&discovery->client);
    if (wants_server && discovery->server.state != DISCOVERY_SERVER_RUNNING)
    {
        LOG_INFO(LOG_PEER, "discovery: says that we serve");
        discovery_server_start(&discovery->server, discovery->locals, discovery->local_count,
                               seconds_since_1970(), discovery->now);
    }
    if (!wants_server) discovery_server_stop(&discovery->server, discovery->now);
    if (had_client != is_client_on(discovery) || had_server != is_server_on(discovery))
        update_sockets(discovery);
}

static struct wishes take_wishes(struct discovery *discovery)
{
    struct wishes wishes;

    lock_acquire(&discovery->lock);
    wishes = discovery->wishes;
    discovery->wishes.cancels = discovery->wishes.clears = discovery->wishes.requests = false;
    discovery->wishes.cancelled_requests = 0;
    lock_release(&discovery->lock);
    return wishes;
}

static void follow(struct discovery *discovery, const struct wishes *wishes)
{
    apply_roles(discovery, wishes);
    discovery->finished_count += wishes->cancelled_requests;
    if (wishes->cancels) discovery_client_cancel(&discovery->client);
    if (wishes->clears)
    {
        lock_acquire(&discovery->lock);
        discovery_client_clear(&discovery->client);
        lock_release(&discovery->lock);
    }
    if (wishes->requests)
    {
        /* A Probe will go out. */
        if (discovery->client.state == DISCOVERY_CLIENT_IDLE)
            look_at_addresses(discovery), update_sockets(discovery);
        discovery_client_request(&discovery->client, discovery->now);
    }
}

static void run_roles(struct discovery *discovery)
{
    bool had_server = is_server_on(discovery);

    if ((is_client_on(discovery) || had_server) && discovery->look_time <= discovery->now)
    {
        look_at_addresses(discovery);
        update_sockets(discovery);
    }
    discovery_client_run(&discovery->client, discovery->now);
    discovery_server_run(&discovery->server, discovery->now);
    if (had_server && !is_server_on(discovery)) update_sockets(discovery);
}

static void on_datagram(void *ctx, const struct discovery_datagram *datagram)
{
    struct discovery *discovery = ctx;
    const struct local_address *arrival;

    if (!discovery_intake_take(&discovery->intake, datagram, discovery->locals,
                               discovery->local_count, discovery->now, &discovery->message,
                               &arrival))
        return;
    discovery_server_receive(&discovery->server, &discovery->message, &datagram->source,
                             datagram->port, arrival, discovery->now);
    lock_acquire(&discovery->lock);
    discovery_client_receive(&discovery->client, &discovery->message, &datagram->source, arrival,
                             clock_filetime(&clock_system));
    lock_release(&discovery->lock);
}

static void on_ready(void *ctx, socket_handle handle, unsigned int ready)
{
    struct discovery *discovery = ctx;

    (void)ready;
    discovery->now = clock_ticks(&clock_system);
    discovery_sockets_receive(discovery->sockets, handle, on_datagram, discovery);
}

static uint32_t time_to_wait(const struct discovery *discovery)
{
    tick_t next = discovery_client_next(&discovery->client);
    tick_t server = discovery_server_next(&discovery->server);

    if (server < next) next = server;
    if ((is_client_on(discovery) || is_server_on(discovery)) && discovery->look_time < next)
        next = discovery->look_time;
    if (next <= discovery->now) return 0;
    return next - discovery->now > INT32_MAX ? INT32_MAX : (uint32_t)(next - discovery->now);
}

static void run_thread(void *arg)
{
    struct discovery *discovery = arg;
    struct wishes wishes;

    for (;;)
    {
        discovery->now = clock_ticks(&clock_system);
        wishes = take_wishes(discovery);
        follow(discovery, &wishes);
        run_roles(discovery);
        tell(discovery);
        if (wishes.quits && !is_client_on(discovery) && !is_server_on(discovery)) return;
        socket_set_wait(discovery->set, time_to_wait(discovery), on_ready, discovery);
    }
}

/* ---- for others ---- */

static bool are_names_good(const char *fqdn, const char *domain)
{
    return fqdn && domain && fqdn_check(fqdn, strlen(fqdn)) != FQDN_MALFORMED &&
           fqdn_check(domain, strlen(domain)) != FQDN_MALFORMED && fqdn_is_below(fqdn, domain);
}

HRESULT discovery_create(const struct discovery_config *config,
                         const struct discovery_events *events, struct discovery **out)
{
    struct discovery *discovery;
    HRESULT hr;

    *out = NULL;
    if (!are_names_good(config->fqdn, config->domain)) return E_INVALIDARG;
    if (!(discovery = calloc(1, sizeof(*discovery)))) return E_OUTOFMEMORY;

    lock_init(&discovery->lock, LOCK_RANK_LEAF, "discovery");
    discovery->events = *events;
    discovery->is_loopback = discovery->intake.takes_own = config->is_loopback;
    discovery->client_port =
        (struct discovery_port){send_of_client, random_of_system, id_of_system, discovery};
    discovery->server_port =
        (struct discovery_port){send_of_server, random_of_system, id_of_system, discovery};
    discovery->client_events =
        (struct discovery_client_events){note_found, note_finished, discovery};
    if (FAILED(hr = peer_table_create(&discovery->table))) goto done;
    if (FAILED(hr = socket_set_create(&discovery->set))) goto done;
    if (FAILED(hr = discovery_sockets_create(discovery->set, &config->place, &discovery->sockets)))
        goto done;
    discovery_server_init(&discovery->server, config->fqdn, config->domain,
                          &discovery->server_port);
    discovery_client_init(&discovery->client, config->fqdn, config->domain, discovery->table,
                          &discovery->client_port, &discovery->client_events);
    *out = discovery;

done:
    if (FAILED(hr)) discovery_destroy(discovery);
    return hr;
}

static void wake(struct discovery *discovery)
{
    socket_set_wake(discovery->set);
}

void discovery_destroy(struct discovery *discovery)
{
    if (!discovery) return;
    lock_acquire(&discovery->lock);
    discovery->wishes.quits = true;
    lock_release(&discovery->lock);
    if (discovery->set) wake(discovery);
    thread_join(&discovery->thread);

    discovery_sockets_destroy(discovery->sockets);
    if (discovery->set) socket_set_destroy(discovery->set);
    peer_table_destroy(discovery->table);
    lock_done(&discovery->lock);
    free(discovery);
}

HRESULT discovery_set_roles(struct discovery *discovery, bool is_client, bool is_server)
{
    bool starts;
    HRESULT hr = S_OK;

    lock_acquire(&discovery->lock);
    discovery->wishes.is_client = is_client;
    discovery->wishes.is_server = is_server;
    starts = (is_client || is_server) && !discovery->is_running;
    discovery->is_running |= starts;
    lock_release(&discovery->lock);

    if (!starts)
        wake(discovery);
    else if (FAILED(hr = thread_start(&discovery->thread, run_thread, discovery, "discovery")))
    {
        lock_acquire(&discovery->lock);
        discovery->is_running = false;
        discovery->wishes.is_client = discovery->wishes.is_server = false;
        lock_release(&discovery->lock);
    }
    return hr;
}

bool discovery_request(struct discovery *discovery)
{
    bool is_client;

    lock_acquire(&discovery->lock);
    is_client = discovery->wishes.is_client;
    discovery->wishes.requests |= is_client;
    lock_release(&discovery->lock);
    if (is_client) wake(discovery);
    return is_client;
}

void discovery_cancel(struct discovery *discovery)
{
    lock_acquire(&discovery->lock);
    discovery->wishes.cancels = true;
    discovery->wishes.cancelled_requests += discovery->wishes.requests;
    discovery->wishes.requests = false;
    lock_release(&discovery->lock);
    wake(discovery);
}

void discovery_clear_peers(struct discovery *discovery)
{
    lock_acquire(&discovery->lock);
    peer_table_clear(discovery->table);
    discovery->wishes.clears = true;
    lock_release(&discovery->lock);
    wake(discovery);
}

HRESULT discovery_list_peers(struct discovery *discovery, bool only_available,
                             struct peer_info **peers, size_t *count)
{
    struct peer_info *list = NULL;
    size_t listed = 0, known;

    *peers = NULL;
    *count = 0;
    lock_acquire(&discovery->lock);
    known = peer_table_count(discovery->table);
    if (known) list = malloc(known * sizeof(*list));
    for (size_t i = 0; list && i < known; i++)
    {
        peer_table_get(discovery->table, i, &list[listed]);
        if (!only_available || list[listed].address_count) listed++;
    }
    lock_release(&discovery->lock);

    if (known && !list) return E_OUTOFMEMORY;
    if (!listed) free(list), list = NULL;
    *peers = list;
    *count = listed;
    return S_OK;
}

void discovery_restore_peers(struct discovery *discovery, const struct peer_info *peers,
                             size_t count)
{
    lock_acquire(&discovery->lock);
    for (size_t i = 0; i < count; i++)
        peer_table_restore(discovery->table, &peers[i], clock_filetime(&clock_system));
    lock_release(&discovery->lock);
}

void discovery_refresh_peer(struct discovery *discovery, const char *fqdn,
                            const struct peer_address *address)
{
    lock_acquire(&discovery->lock);
    peer_table_refresh(discovery->table, fqdn, address, clock_filetime(&clock_system));
    lock_release(&discovery->lock);
}

void discovery_set_authenticated(struct discovery *discovery, const char *fqdn, bool authenticated)
{
    lock_acquire(&discovery->lock);
    peer_table_set_authenticated(discovery->table, fqdn, authenticated);
    lock_release(&discovery->lock);
}

void discovery_remove_peer(struct discovery *discovery, const char *fqdn)
{
    lock_acquire(&discovery->lock);
    peer_table_remove(discovery->table, fqdn);
    lock_release(&discovery->lock);
}
