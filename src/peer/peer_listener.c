/* SPDX-License-Identifier: LGPL-2.1-or-later
 *
 * Guests: from the first byte of a handshake to the last of an answer. */
#include "peer/peer_listener.h"

#include <stdlib.h>

#include "base/list.h"
#include "base/log.h"
#include "peer/peer_gate.h"
#include "peer/secure_socket.h"

#define HANDSHAKE_MS 15000
#define LINGER_MS    1000
#define GUESTS_MAX   96 /* with those whose handshake is not over */
#define ROUNDS_MAX   32 /* pieces that one guest moves before the others have their turn */
/* Guests from one address: one machine shall not keep all others out. */
#define GUESTS_OF_ONE 32

enum guest_state
{
    GUEST_HANDSHAKE,
    GUEST_SERVED,
    GUEST_LEAVING, /* all is sent; what still comes is thrown away */
    GUEST_GONE
};

struct guest
{
    struct list entry;
    struct peer_listener *listener;
    struct secure_socket socket;
    struct peer_address address; /* of the other side */
    struct peer_gate gate;
    struct content_connection *connection;
    enum guest_state state;
    tick_t deadline; /* of its state, but for GUEST_SERVED */
};

struct peer_listener
{
    const struct peer_host *host;
    struct content_server *server;
    socket_handle sockets[2]; /* IPv4, IPv6 */
    struct list guests;
    unsigned int guest_count;
};

static bool is_trusted(void *ctx, void *caller)
{
    struct guest *guest = caller;

    (void)ctx;
    /* Asked again for each request: a pin may have been taken away. */
    return peer_gate_is_trusted(&guest->gate);
}

/* ---- a guest ---- */

static void end_guest(struct guest *guest)
{
    content_connection_close(guest->connection);
    secure_socket_done(&guest->socket);
    list_remove(&guest->entry);
    guest->listener->guest_count--;
    free(guest);
}

static void shake_hands(struct guest *guest, unsigned int *wanted)
{
    enum tls_status status = tls_handshake(guest->socket.tls);

    *wanted |= tls_socket_wanted(status);
    if (status == TLS_WANT_READ || status == TLS_WANT_WRITE) return;
    if (status != TLS_DONE)
    {
        LOG_INFO(LOG_PEER, "a peer is refused: %s", tls_failure_text(guest->socket.tls));
        guest->state = GUEST_GONE;
        return;
    }
    guest->connection = content_server_accept(guest->listener->server, guest);
    guest->state = guest->connection ? GUEST_SERVED : GUEST_GONE;
}

/* False: nothing can be sent now. */
static bool send_more(struct guest *guest, unsigned int *wanted)
{
    const void *data;
    size_t size = content_connection_output(guest->connection, &data), sent;
    enum tls_status status;

    if (!size) return false;
    status = tls_write(guest->socket.tls, data, size, &sent);
    content_connection_sent(guest->connection, sent);
    *wanted |= tls_socket_wanted(status);
    if (status == TLS_CLOSED || status == TLS_FAILED) guest->state = GUEST_GONE;
    return status == TLS_DONE;
}

/* False: nothing is there, or wanted, now. */
static bool receive_more(struct guest *guest, unsigned int *wanted)
{
    char buffer[16384];
    enum tls_status status;
    size_t got;

    if (!content_connection_is_hungry(guest->connection)) return false;
    status = tls_read(guest->socket.tls, buffer, sizeof(buffer), &got);
    if (got) content_connection_receive(guest->connection, buffer, got);
    *wanted |= tls_socket_wanted(status);
    if (status == TLS_FAILED) guest->state = GUEST_GONE;
    if (status == TLS_CLOSED) content_connection_end_input(guest->connection);
    return status == TLS_DONE;
}

static void check_end(struct guest *guest)
{
    bool is_clean;

    if (guest->state != GUEST_SERVED || !content_connection_is_over(guest->connection, &is_clean))
        return;
    guest->state = GUEST_GONE;
    if (!is_clean) return;
    secure_socket_finish(&guest->socket);
    guest->state = GUEST_LEAVING;
    guest->deadline = clock_ticks(&guest->listener->host->clock) + LINGER_MS;
}

static void serve(struct guest *guest, unsigned int *wanted)
{
    for (unsigned int i = 0; i < ROUNDS_MAX && guest->state == GUEST_SERVED; i++)
    {
        *wanted = 0;
        if (!send_more(guest, wanted) &&
            (guest->state != GUEST_SERVED || !receive_more(guest, wanted)))
        {
            check_end(guest);
            return;
        }
        check_end(guest);
    }
    /* There is more: as soon as the others have had their turn. */
    *wanted |= SOCKET_SET_WRITE;
}

/* False: the guest has gone. */
static bool advance(struct guest *guest)
{
    unsigned int wanted = 0;

    if (guest->state == GUEST_HANDSHAKE) shake_hands(guest, &wanted);
    if (guest->state == GUEST_SERVED) serve(guest, &wanted);
    if (guest->state == GUEST_LEAVING)
    {
        wanted = SOCKET_SET_READ;
        if (!secure_socket_drain(&guest->socket)) guest->state = GUEST_GONE;
    }
    if (guest->state != GUEST_GONE && secure_socket_want(&guest->socket, wanted)) return true;
    end_guest(guest);
    return false;
}

/* When it has to be looked at again without its socket's doing: another one's request may have
 * ended this one, and TLS may hold what no socket tells of. */
static tick_t deadline_of(struct guest *guest)
{
    bool is_clean;

    if (guest->state == GUEST_SERVED &&
        (content_connection_is_over(guest->connection, &is_clean) ||
         (content_connection_is_hungry(guest->connection) && tls_has_pending(guest->socket.tls))))
        return 0;
    return guest->state == GUEST_SERVED ? content_connection_deadline(guest->connection)
                                        : guest->deadline;
}

/* ---- new ones ---- */

/* Ends the oldest of those that have not shown who they are, of this address or, for NULL, of any;
 * false when there is none. */
static bool end_stranger(struct peer_listener *listener, const struct peer_address *address)
{
    struct list *cursor;

    LIST_FOR_EACH(cursor, &listener->guests)
    {
        struct guest *guest = LIST_ENTRY_OF(cursor, struct guest, entry);

        if (guest->state != GUEST_HANDSHAKE) continue;
        if (address && !peer_address_is_equal(&guest->address, address)) continue;
        end_guest(guest);
        return true;
    }
    return false;
}

static bool make_room(struct peer_listener *listener, const struct peer_address *address)
{
    unsigned int of_one = 0;
    struct list *cursor;

    LIST_FOR_EACH(cursor, &listener->guests)
    if (peer_address_is_equal(&LIST_ENTRY_OF(cursor, struct guest, entry)->address, address))
        of_one++;
    if (of_one >= GUESTS_OF_ONE) return end_stranger(listener, address);
    return listener->guest_count < GUESTS_MAX || end_stranger(listener, NULL);
}

static HRESULT add_guest(struct peer_listener *listener, socket_handle handle,
                         const struct peer_address *address)
{
    struct guest *guest = calloc(1, sizeof(*guest));
    HRESULT hr;

    if (!guest)
    {
        secure_socket_close(handle);
        return E_OUTOFMEMORY;
    }
    guest->listener = listener;
    guest->address = *address;
    guest->deadline = clock_ticks(&listener->host->clock) + HANDSHAKE_MS;
    peer_gate_init(&guest->gate, &listener->host->trust, &listener->host->clock, TLS_SERVER, false);
    if (FAILED(hr = secure_socket_init(&guest->socket, listener->host->set, handle,
                                       listener->host->server_tls, peer_gate_check, &guest->gate,
                                       NULL)))
    {
        free(guest);
        return hr;
    }
    list_add_tail(&listener->guests, &guest->entry);
    listener->guest_count++;
    advance(guest);
    return S_OK;
}

static void take_in(struct peer_listener *listener, socket_handle socket)
{
    struct peer_address address;
    socket_handle handle;
    HRESULT hr;

    while (secure_socket_accept(socket, &handle))
    {
        if (!secure_socket_address(handle, &address) || !make_room(listener, &address))
        {
            secure_socket_close(handle);
            continue;
        }
        if (FAILED(hr = add_guest(listener, handle, &address)))
            LOG_WARN(LOG_PEER, "a peer cannot be let in: %#lx", (unsigned long)hr);
    }
}

/* ---- what the thread calls ---- */

bool peer_listener_ready(struct peer_listener *listener, socket_handle handle)
{
    struct list *cursor;

    for (unsigned int i = 0; i < ARRAY_COUNT(listener->sockets); i++)
        if (listener->sockets[i] == handle)
        {
            take_in(listener, handle);
            return true;
        }
    LIST_FOR_EACH(cursor, &listener->guests)
    {
        struct guest *guest = LIST_ENTRY_OF(cursor, struct guest, entry);

        if (guest->socket.handle != handle) continue;
        advance(guest);
        return true;
    }
    return false;
}

/* One that waits for nothing on its socket waits for bandwidth, which time brings. */
static bool is_due(struct guest *guest, tick_t now)
{
    return deadline_of(guest) <= now || (guest->state == GUEST_SERVED && !guest->socket.wanted);
}

static bool run_guest(struct guest *guest, tick_t now)
{
    if (guest->state == GUEST_SERVED)
        content_connection_run(guest->connection);
    else if (guest->deadline <= now)
        guest->state = GUEST_GONE;
    return advance(guest);
}

tick_t peer_listener_run(struct peer_listener *listener, tick_t now)
{
    tick_t next = TICK_NEVER, deadline;
    struct list *cursor, *after;

    for (cursor = listener->guests.next; cursor != &listener->guests; cursor = after)
    {
        struct guest *guest = LIST_ENTRY_OF(cursor, struct guest, entry);

        after = cursor->next;
        if (is_due(guest, now) && !run_guest(guest, now)) continue;
        if ((deadline = deadline_of(guest)) < next) next = deadline;
    }
    return next;
}

void peer_listener_set_rate(struct peer_listener *listener, uint64_t rate)
{
    content_server_set_rate(listener->server, rate);
}

/* ---- life ---- */

static HRESULT open_sockets(struct peer_listener *listener)
{
    static const enum peer_family families[] = {PEER_IPV4, PEER_IPV6};
    HRESULT hr = E_FAIL, result = E_FAIL;

    for (unsigned int i = 0; i < ARRAY_COUNT(families); i++)
    {
        hr = secure_socket_listen(families[i], listener->host->content_port, &listener->sockets[i]);
        if (SUCCEEDED(hr) &&
            !socket_set_want(listener->host->set, listener->sockets[i], SOCKET_SET_READ))
            hr = E_OUTOFMEMORY;
        if (FAILED(result)) result = hr;
    }
    return result;
}

HRESULT peer_listener_create(const struct peer_host *host, const struct content_store *store,
                             uint64_t rate, struct peer_listener **out)
{
    struct peer_listener *listener = calloc(1, sizeof(*listener));
    const struct content_server_config config = {.store = store,
                                                 .clock = &host->clock,
                                                 .rate = rate,
                                                 .is_trusted = is_trusted,
                                                 .ctx = listener};
    HRESULT hr;

    *out = NULL;
    if (!listener) return E_OUTOFMEMORY;
    listener->host = host;
    list_init(&listener->guests);
    listener->sockets[0] = listener->sockets[1] = UINTPTR_MAX;
    if (FAILED(hr = content_server_create(&config, &listener->server)) ||
        FAILED(hr = open_sockets(listener)))
    {
        peer_listener_destroy(listener);
        return hr;
    }
    *out = listener;
    return S_OK;
}

void peer_listener_end_guests(struct peer_listener *listener)
{
    struct guest *guest;

    while ((guest = LIST_HEAD_ENTRY(&listener->guests, struct guest, entry)))
        end_guest(guest);
}

void peer_listener_destroy(struct peer_listener *listener)
{
    if (!listener) return;
    peer_listener_end_guests(listener);
    for (unsigned int i = 0; i < ARRAY_COUNT(listener->sockets); i++)
    {
        if (listener->sockets[i] == UINTPTR_MAX) continue;
        socket_set_want(listener->host->set, listener->sockets[i], 0);
        secure_socket_close(listener->sockets[i]);
    }
    content_server_destroy(listener->server);
    free(listener);
}
