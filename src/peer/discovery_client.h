/* SPDX-License-Identifier: LGPL-2.1-or-later
 *
 * The client role of discovery: hears who serves, and asks for it from time to time. Pure: time and
 * messages come in by calls, datagrams go out through a port. Belongs to one thread. */
#ifndef OPENBITS_PEER_DISCOVERY_CLIENT_H
#define OPENBITS_PEER_DISCOVERY_CLIENT_H

#include "peer/discovery_message.h"
#include "peer/discovery_outbox.h"
#include "peer/discovery_port.h"
#include "peer/peer_table.h"

#define DISCOVERY_TIMER_MS       30000
#define DISCOVERY_SUPPRESSION_MS 600000

enum discovery_client_state
{
    DISCOVERY_CLIENT_STOPPED,
    DISCOVERY_CLIENT_IDLE,
    DISCOVERY_CLIENT_PROBING,
    DISCOVERY_CLIENT_SUPPRESSED
};

/* Called from within the functions below. */
struct discovery_client_events
{
    void (*found)(void *ctx);    /* an announcement has been taken */
    void (*finished)(void *ctx); /* what was requested has come to its end */
    void *ctx;
};

struct discovery_client
{
    enum discovery_client_state state;

    /* Private. */
    const struct discovery_port *port;
    const struct discovery_client_events *events;
    struct peer_table *table; /* of the caller */
    char fqdn[PEER_FQDN_MAX + 1];
    char domain[PEER_FQDN_MAX + 1];
    struct local_address locals[PEER_LOCAL_ADDRESSES_MAX];
    size_t local_count;
    GUID probe_ids[2]; /* of the last request: one Probe for each scheme */
    bool has_probed;
    tick_t end;             /* of the request */
    tick_t suppression_end; /* in PROBING and SUPPRESSED */
    struct discovery_outbox outbox;
};

/* The names are checked already; port, events and table are kept. */
void discovery_client_init(struct discovery_client *client, const char *fqdn, const char *domain,
                           struct peer_table *table, const struct discovery_port *port,
                           const struct discovery_client_events *events);

void discovery_client_start(struct discovery_client *client, const struct local_address *locals,
                            size_t local_count);

/* Finishes what is requested. */
void discovery_client_stop(struct discovery_client *client);

void discovery_client_set_addresses(struct discovery_client *client,
                                    const struct local_address *locals, size_t local_count);

/* Asks for peers, unless it was asked a short time ago. There will be one call of finished(), which
 * may come at once. */
void discovery_client_request(struct discovery_client *client, tick_t now);

/* Finishes the request that is running. */
void discovery_client_cancel(struct discovery_client *client);

/* Forgets all peers, and that it has asked. */
void discovery_client_clear(struct discovery_client *client);

/* A message from the subnet of a local address; everything but Hello and ProbeMatches is ignored.
 */
void discovery_client_receive(struct discovery_client *client,
                              const struct discovery_message *message,
                              const struct peer_address *source,
                              const struct local_address *arrival, filetime_t now);

/* Does what is due. */
void discovery_client_run(struct discovery_client *client, tick_t now);

tick_t discovery_client_next(const struct discovery_client *client);

#endif
