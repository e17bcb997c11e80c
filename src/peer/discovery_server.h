/* SPDX-License-Identifier: LGPL-2.1-or-later
 *
 * The server role of discovery: says that we serve, and answers who asks. Pure: time and messages
 * come in by calls, datagrams go out through a port. Belongs to one thread. */
#ifndef OPENBITS_PEER_DISCOVERY_SERVER_H
#define OPENBITS_PEER_DISCOVERY_SERVER_H

#include "peer/discovery_message.h"
#include "peer/discovery_outbox.h"
#include "peer/discovery_port.h"
#include "peer/peer_table.h"

#define DISCOVERY_ANSWERS_PER_SECOND 10 /* and one to each address */

#define DISCOVERY_HELLO_DELAY_MS 500
/* As the standard has it. Windows waits up to 2,500, and a job would ask nobody in its first
 * second. */
#define DISCOVERY_ANSWER_DELAY_MS 500

enum discovery_server_state
{
    DISCOVERY_SERVER_STOPPED,
    DISCOVERY_SERVER_RUNNING,
    DISCOVERY_SERVER_STOPPING /* the last messages are on their way */
};

struct discovery_answer
{
    tick_t time; /* 0: none */
    struct peer_address address;
};

struct discovery_server
{
    enum discovery_server_state state;

    /* Private. */
    const struct discovery_port *port;
    struct discovery_self self;
    uint32_t message_number; /* of the last message */
    struct local_address locals[PEER_LOCAL_ADDRESSES_MAX];
    size_t local_count;
    struct discovery_answer answers[DISCOVERY_ANSWERS_PER_SECOND];
    size_t answer_next;
    struct discovery_outbox outbox;
};

/* The names are checked already; the port is kept. */
void discovery_server_init(struct discovery_server *server, const char *fqdn, const char *domain,
                           const struct discovery_port *port);

/* Says Hello on every link. The instance id grows with every start: the seconds since 1970. */
void discovery_server_start(struct discovery_server *server, const struct local_address *locals,
                            size_t local_count, uint32_t instance_id, tick_t now);

/* Says Bye; stopped when discovery_server_next() is TICK_NEVER. */
void discovery_server_stop(struct discovery_server *server, tick_t now);

/* Says Hello on the links whose addresses have changed. */
void discovery_server_set_addresses(struct discovery_server *server,
                                    const struct local_address *locals, size_t local_count,
                                    tick_t now);

/* A message from the subnet of a local address; everything but a Probe is ignored. */
void discovery_server_receive(struct discovery_server *server,
                              const struct discovery_message *message,
                              const struct peer_address *source, uint16_t port,
                              const struct local_address *arrival, tick_t now);

/* Does what is due. */
void discovery_server_run(struct discovery_server *server, tick_t now);

tick_t discovery_server_next(const struct discovery_server *server);

#endif
