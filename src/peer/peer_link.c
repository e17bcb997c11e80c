/* SPDX-License-Identifier: LGPL-2.1-or-later
 *
 * A connection from its first byte to its end: TLS, the check of who answers, questions. */
#include "peer/peer_link.h"

#include <stdlib.h>
#include <string.h>

#include "base/list.h"
#include "base/log.h"
#include "peer/peer_gate.h"
#include "peer/secure_socket.h"

#define CONNECT_MS 2000  /* up to the end of the handshake */
#define IDLE_MS    20000 /* without a question */
#define ROUNDS_MAX 64    /* pieces that one link moves before the others have their turn */

struct peer_link
{
    struct list entry;
    struct peer_links *links;
    char fqdn[PEER_FQDN_MAX + 1];
    struct peer_address address;
    struct secure_socket socket;
    struct content_client *client;
    struct peer_gate gate;
    bool is_open;    /* the handshake is over */
    bool is_gone;    /* to be freed by the next run */
    tick_t deadline; /* of the handshake, or of idleness */

    /* The question. */
    const struct peer_link_events *events; /* NULL: none */
    void *ctx;
    bool is_search;
};

struct peer_links
{
    const struct peer_host *host;
    struct list links;
};

/* ---- the end of a question, and of a link ---- */

/* Why there was no connection. */
static enum content_outcome loss_of(const struct peer_link *link)
{
    if (!link->is_open && link->socket.tls && link->gate.verdict != TRUST_KNOWN &&
        tls_failure(link->socket.tls) == TLS_FAILURE_CERTIFICATE)
        return CONTENT_SERVER_STRANGE;
    return CONTENT_TRANSPORT;
}

static void free_link(struct peer_link *link)
{
    content_client_destroy(link->client);
    secure_socket_done(&link->socket);
    list_remove(&link->entry);
    free(link);
}

static void answer(struct peer_link *link, enum content_outcome outcome)
{
    const struct peer_link_events *events = link->events;
    struct content_results results = {0};
    void *ctx = link->ctx;

    link->events = NULL;
    link->deadline = clock_ticks(&link->links->host->clock) + IDLE_MS;
    if (!content_client_is_reusable(link->client)) link->is_gone = true;
    if (!link->is_search)
    {
        events->fetched(ctx, outcome);
        return;
    }
    if (outcome == CONTENT_FOUND) content_client_take_results(link->client, &results);
    events->searched(ctx, outcome, &results);
    content_results_done(&results);
}

static void lose(struct peer_link *link)
{
    link->is_gone = true;
    content_client_lose(link->client, loss_of(link));
}

/* ---- bytes ---- */

static void shake_hands(struct peer_link *link, unsigned int *wanted)
{
    const struct peer_host *host = link->links->host;
    enum tls_status status = tls_handshake(link->socket.tls);

    *wanted |= tls_socket_wanted(status);
    if (status == TLS_WANT_READ || status == TLS_WANT_WRITE) return;
    if (status != TLS_DONE)
    {
        LOG_INFO(LOG_PEER, "%s is of no use: %s", link->fqdn, tls_failure_text(link->socket.tls));
        lose(link);
        return;
    }
    link->is_open = true;
    discovery_set_authenticated(host->discovery, link->fqdn, true);
    discovery_refresh_peer(host->discovery, link->fqdn, &link->address);
}

/* False: nothing can be sent now. */
static bool send_more(struct peer_link *link, unsigned int *wanted)
{
    const void *data;
    size_t size = content_client_output(link->client, &data), sent;
    enum tls_status status;

    if (!size) return false;
    status = tls_write(link->socket.tls, data, size, &sent);
    content_client_sent(link->client, sent);
    *wanted |= tls_socket_wanted(status);
    if (status == TLS_CLOSED || status == TLS_FAILED) lose(link);
    return status == TLS_DONE;
}

/* False: nothing is there now. Also while there is no question, to hear of the end. */
static bool receive_more(struct peer_link *link, unsigned int *wanted)
{
    char buffer[16384];
    enum tls_status status;
    size_t got;

    status = tls_read(link->socket.tls, buffer, sizeof(buffer), &got);
    if (got) content_client_receive(link->client, buffer, got);
    *wanted |= tls_socket_wanted(status);
    if (status == TLS_CLOSED || status == TLS_FAILED) lose(link);
    return status == TLS_DONE;
}

static void move_bytes(struct peer_link *link, unsigned int *wanted)
{
    enum content_outcome outcome;

    for (unsigned int i = 0; i < ROUNDS_MAX && !link->is_gone; i++)
    {
        *wanted = 0;
        if (link->events && content_client_is_over(link->client, &outcome)) return;
        if (!send_more(link, wanted) && (link->is_gone || !receive_more(link, wanted))) return;
    }
    /* There may be more to send: as soon as the others have had their turn. */
    *wanted |= SOCKET_SET_WRITE;
}

static void advance(struct peer_link *link)
{
    enum content_outcome outcome;
    unsigned int wanted = 0;

    if (!link->is_gone && !link->is_open) shake_hands(link, &wanted);
    if (!link->is_gone && link->is_open)
    {
        move_bytes(link, &wanted);
        /* Something may be left inside of TLS, which no socket tells of. */
        wanted |= SOCKET_SET_READ;
    }
    if (!link->is_gone && !secure_socket_want(&link->socket, wanted)) lose(link);
    if (link->is_gone && link->socket.wanted) secure_socket_want(&link->socket, 0);
    if (link->events && content_client_is_over(link->client, &outcome)) answer(link, outcome);
}

/* ---- questions ---- */

static struct peer_link *find_free(struct peer_links *links, const char *fqdn)
{
    struct list *cursor;

    LIST_FOR_EACH(cursor, &links->links)
    {
        struct peer_link *link = LIST_ENTRY_OF(cursor, struct peer_link, entry);

        if (!link->events && !link->is_gone && link->is_open && !strcmp(link->fqdn, fqdn) &&
            content_client_is_reusable(link->client))
            return link;
    }
    return NULL;
}

static bool find_address(struct peer_links *links, const char *fqdn, struct peer_address *address)
{
    struct peer_info *peers;
    bool is_found = false;
    size_t count;

    if (FAILED(discovery_list_peers(links->host->discovery, true, &peers, &count))) return false;
    for (size_t i = 0; i < count && !is_found; i++)
    {
        if (strcmp(peers[i].fqdn, fqdn) || !peers[i].address_count) continue;
        *address = peers[i].addresses[0];
        is_found = true;
    }
    free(peers);
    return is_found;
}

static HRESULT connect_to(struct peer_links *links, const char *fqdn, struct peer_link **out)
{
    const struct peer_host *host = links->host;
    struct peer_link *link = calloc(1, sizeof(*link));
    HRESULT hr;

    *out = NULL;
    if (!link) return E_OUTOFMEMORY;
    link->links = links;
    list_init(&link->entry);
    link->socket = (struct secure_socket)SECURE_SOCKET_NONE;
    if (strlen(fqdn) >= sizeof(link->fqdn) || !find_address(links, fqdn, &link->address))
    {
        free_link(link);
        return HRESULT_FROM_WIN32(ERROR_NOT_FOUND);
    }
    strcpy(link->fqdn, fqdn);
    link->deadline = clock_ticks(&host->clock) + CONNECT_MS;
    peer_gate_init(&link->gate, &host->trust, &host->clock, TLS_CLIENT, false);
    if (FAILED(hr = content_client_create(fqdn, host->content_port, &host->clock, &link->client)) ||
        FAILED(hr = secure_socket_connect(&link->socket, host->set, &link->address,
                                          host->content_port, host->client_tls, peer_gate_check,
                                          &link->gate, fqdn)))
    {
        free_link(link);
        return hr;
    }
    if (!secure_socket_want(&link->socket, SOCKET_SET_WRITE))
    {
        free_link(link);
        return E_OUTOFMEMORY;
    }
    list_add_tail(&links->links, &link->entry);
    *out = link;
    return S_OK;
}

static HRESULT get_link(struct peer_links *links, const char *fqdn, struct peer_link **out)
{
    if ((*out = find_free(links, fqdn))) return S_OK;
    return connect_to(links, fqdn, out);
}

/* The question goes out with the next run. */
static void begin(struct peer_link *link, const struct peer_link_events *events, void *ctx,
                  bool is_search)
{
    link->events = events;
    link->ctx = ctx;
    link->is_search = is_search;
    if (link->is_open) secure_socket_want(&link->socket, SOCKET_SET_READ | SOCKET_SET_WRITE);
}

HRESULT peer_link_search(struct peer_links *links, const char *fqdn,
                         const struct content_query *query, const struct peer_link_events *events,
                         void *ctx, struct peer_link **out)
{
    struct peer_link *link;
    HRESULT hr;

    *out = NULL;
    if (FAILED(hr = get_link(links, fqdn, &link))) return hr;
    if (FAILED(hr = content_client_search(link->client, query)))
    {
        link->is_gone = true;
        return hr;
    }
    begin(link, events, ctx, true);
    *out = link;
    return S_OK;
}

HRESULT peer_link_fetch(struct peer_links *links, const char *fqdn, const struct content_wish *wish,
                        const struct content_sink *sink, const struct peer_link_events *events,
                        void *ctx, struct peer_link **out)
{
    struct peer_link *link;
    HRESULT hr;

    *out = NULL;
    if (FAILED(hr = get_link(links, fqdn, &link))) return hr;
    if (FAILED(hr = content_client_fetch(link->client, wish, sink)))
    {
        link->is_gone = true;
        return hr;
    }
    begin(link, events, ctx, false);
    *out = link;
    return S_OK;
}

void peer_link_drop(struct peer_link *link)
{
    link->events = NULL;
    link->is_gone = true; /* the rest of an answer is on its way */
    secure_socket_want(&link->socket, 0);
}

uint64_t peer_link_received(const struct peer_link *link)
{
    return content_client_received(link->client);
}

/* ---- what the thread calls ---- */

bool peer_links_ready(struct peer_links *links, socket_handle handle)
{
    struct list *cursor;

    LIST_FOR_EACH(cursor, &links->links)
    {
        struct peer_link *link = LIST_ENTRY_OF(cursor, struct peer_link, entry);

        if (link->socket.handle != handle) continue;
        advance(link);
        return true;
    }
    return false;
}

static tick_t deadline_of(const struct peer_link *link)
{
    if (link->is_open && tls_has_pending(link->socket.tls)) return 0;
    if (link->events && link->is_open) return content_client_deadline(link->client);
    return link->deadline;
}

static void run_link(struct peer_link *link)
{
    if (link->is_open && tls_has_pending(link->socket.tls))
        ;
    else if (link->events && link->is_open)
        content_client_run(link->client);
    else
        lose(link);
    advance(link);
}

tick_t peer_links_run(struct peer_links *links, tick_t now)
{
    tick_t next = TICK_NEVER;
    struct list *cursor, *after;

    for (cursor = links->links.next; cursor != &links->links; cursor = after)
    {
        struct peer_link *link = LIST_ENTRY_OF(cursor, struct peer_link, entry);

        after = cursor->next;
        if (!link->is_gone && deadline_of(link) <= now) run_link(link);
        if (link->is_gone && !link->events)
        {
            /* What it told may have begun another one: behind this one in the list. */
            after = cursor->next;
            free_link(link);
        }
        else if (deadline_of(link) < next)
            next = deadline_of(link);
    }
    return next;
}

/* ---- life ---- */

HRESULT peer_links_create(const struct peer_host *host, struct peer_links **out)
{
    struct peer_links *links = calloc(1, sizeof(*links));

    *out = links;
    if (!links) return E_OUTOFMEMORY;
    links->host = host;
    list_init(&links->links);
    return S_OK;
}

void peer_links_destroy(struct peer_links *links)
{
    struct peer_link *link;

    if (!links) return;
    while ((link = LIST_HEAD_ENTRY(&links->links, struct peer_link, entry)))
        free_link(link);
    free(links);
}
