/* SPDX-License-Identifier: LGPL-2.1-or-later
 *
 * The server of content retrieval, without sockets and TLS: one state machine for each connection,
 * bytes in and bytes out, and what they share: places for requests at work, bandwidth, time. A call
 * for one connection may end another. One thread, no lock; the records may wait for the disk. */
#ifndef OPENBITS_PEER_CONTENT_SERVER_H
#define OPENBITS_PEER_CONTENT_SERVER_H

#include "base/clock.h"
#include "peer/content_request.h"

#define CONTENT_REQUESTS_MAX    3  /* at work at once, as Windows has it */
#define CONTENT_CONNECTIONS_MAX 64 /* with and without a request */

#define CONTENT_IDLE_MS       300000 /* between two requests, and for a download that stands still */
#define CONTENT_SEARCH_MAX_MS 300000 /* for a search, all in all */
#define CONTENT_INPUT_MS      15000 /* for a head; without progress of a body; idle, for a stranger */
#define CONTENT_PATIENCE_MS   15000 /* one that stands still this long makes room for others */
#define CONTENT_PROGRESS      4096  /* bytes; fewer are none */

struct content_server;
struct content_connection;

struct content_server_config
{
    const struct content_store *store;
    const struct clock *clock;
    uint64_t rate; /* bytes a second for the data of records; 0: no limit */

    /* Is the certificate of this caller in the table of peers now? Asked for every request. */
    bool (*is_trusted)(void *ctx, void *caller);
    void *ctx;
};

HRESULT content_server_create(const struct content_server_config *config,
                              struct content_server **server);

/* All connections have been closed. NULL is welcome. */
void content_server_destroy(struct content_server *server);

void content_server_set_rate(struct content_server *server, uint64_t rate);

/* The handshake is done. NULL without memory or when there are too many; the one that has been
 * idle for the longest time is over then, and makes room for the next. */
struct content_connection *content_server_accept(struct content_server *server, void *caller);

/* NULL is welcome. */
void content_connection_close(struct content_connection *connection);

/* Should more be received? Not while an answer goes out. */
bool content_connection_is_hungry(const struct content_connection *connection);

/* What was received; all of it is taken. */
void content_connection_receive(struct content_connection *connection, const void *data,
                                size_t size);

/* The other side will send no more. */
void content_connection_end_input(struct content_connection *connection);

/* What can be sent now, and its size: 0 when there is nothing or the bandwidth is used up. Good
 * until the next call for this connection. */
size_t content_connection_output(struct content_connection *connection, const void **data);

/* So much of it was sent. */
void content_connection_sent(struct content_connection *connection, size_t size);

/* To be closed. When it is clean, all was sent: say goodbye, and go on reading for a moment, so
 * that a reset does not overtake the answer. */
bool content_connection_is_over(const struct content_connection *connection, bool *is_clean);

/* When content_connection_run() has to be called, and output asked for again. */
tick_t content_connection_deadline(struct content_connection *connection);

/* Ends it when it is too slow. */
void content_connection_run(struct content_connection *connection);

#endif
