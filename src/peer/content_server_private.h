/* SPDX-License-Identifier: LGPL-2.1-or-later
 *
 * The server of content retrieval and its connections. Private to content_server.c and
 * content_connection.c. */
#ifndef OPENBITS_PEER_CONTENT_SERVER_PRIVATE_H
#define OPENBITS_PEER_CONTENT_SERVER_PRIVATE_H

#include "peer/content_server.h"
#include "base/throttle.h"

enum connection_state
{
    STATE_HEAD,
    STATE_BODY, /* of a search */
    STATE_DROP, /* the body of a request that is refused */
    STATE_ANSWER,
    STATE_OVER
};

struct content_server
{
    struct content_server_config config;
    struct throttle throttle;
    struct list connections;
    size_t connection_count;
    unsigned int request_count; /* at work */
    char boundary[CONTENT_BOUNDARY_SIZE];
};

struct content_connection
{
    struct content_server *server;
    struct list entry; /* server->connections */
    void *caller;
    enum connection_state state;
    bool is_clean; /* of STATE_OVER */
    bool has_input_ended;
    bool is_trusted; /* at the last request */
    bool is_at_work; /* counted by the server */

    struct http_request request;
    struct byte_buffer input; /* of requests that come behind this one */
    struct byte_buffer body;
    uint64_t body_left;

    struct content_answer answer;
    struct throttle_user user;
    struct byte_buffer out;
    size_t out_at;
    size_t part;       /* of answer.asked */
    uint64_t position; /* in the part */
    bool is_part_begun, are_parts_ended;

    tick_t request_begun; /* its first byte, or the end of the last answer */
    tick_t progress_at;
    size_t progress; /* bytes since then */
};

/* Gives back its place and its bandwidth; nothing more is sent. */
void content_connection_stop(struct content_connection *connection, bool is_clean);

/* Waits for a request. */
void content_connection_begin(struct content_connection *connection);

bool content_connection_is_idle(const struct content_connection *connection);

/* Ends a request that its client does not let go on, if there is one. */
void content_server_make_room(struct content_server *server);

#endif
