/* SPDX-License-Identifier: LGPL-2.1-or-later
 *
 * What the connections of the server of content retrieval share, and who has to give way. */
#include "peer/content_server.h"

#include <stdio.h>
#include <stdlib.h>

#include "base/log.h"
#include "base/random.h"
#include "peer/content_server_private.h"

/* One that its client does not let go on gives its place to others. */
void content_server_make_room(struct content_server *server)
{
    tick_t now = clock_ticks(server->config.clock);

    for (struct list *at = server->connections.next; at != &server->connections; at = at->next)
    {
        struct content_connection *other = CONTAINER_OF(at, struct content_connection, entry);

        if (!other->is_at_work || now - other->progress_at < CONTENT_PATIENCE_MS) continue;
        LOG_INFO(LOG_PEER, "a slow content request gives way");
        content_connection_stop(other, false);
        return;
    }
}

static void end_idle(struct content_server *server)
{
    struct content_connection *oldest = NULL;

    for (struct list *at = server->connections.next; at != &server->connections; at = at->next)
    {
        struct content_connection *other = CONTAINER_OF(at, struct content_connection, entry);

        if (content_connection_is_idle(other) &&
            (!oldest || other->request_begun < oldest->request_begun))
            oldest = other;
    }
    if (oldest) content_connection_stop(oldest, true);
}

struct content_connection *content_server_accept(struct content_server *server, void *caller)
{
    struct content_connection *connection;

    if (server->connection_count == CONTENT_CONNECTIONS_MAX)
    {
        end_idle(server);
        return NULL;
    }
    if (!(connection = calloc(1, sizeof(*connection)))) return NULL;
    connection->server = server;
    connection->caller = caller;
    connection->is_trusted = server->config.is_trusted(server->config.ctx, caller);
    byte_buffer_init(&connection->input, HTTP_REQUEST_SIZE_MAX);
    byte_buffer_init(&connection->body, CONTENT_BODY_MAX);
    list_add_tail(&server->connections, &connection->entry);
    server->connection_count++;
    content_connection_begin(connection);
    return connection;
}

HRESULT content_server_create(const struct content_server_config *config,
                              struct content_server **out)
{
    struct content_server *server = calloc(1, sizeof(*server));
    uint8_t bytes[12];
    size_t len;
    HRESULT hr;

    *out = NULL;
    if (!server) return E_OUTOFMEMORY;
    if (FAILED(hr = random_bytes(bytes, sizeof(bytes))))
    {
        free(server);
        return hr;
    }
    len = (size_t)snprintf(server->boundary, sizeof(server->boundary), "BITSPEER_");
    for (size_t i = 0; i < sizeof(bytes); i++)
        len += (size_t)snprintf(server->boundary + len, 3, "%02X", bytes[i]);
    server->config = *config;
    list_init(&server->connections);
    throttle_init(&server->throttle, config->rate, clock_ticks(config->clock));
    *out = server;
    return S_OK;
}

void content_server_destroy(struct content_server *server)
{
    free(server);
}

void content_server_set_rate(struct content_server *server, uint64_t rate)
{
    throttle_set_rate(&server->throttle, rate, clock_ticks(server->config.clock));
}
