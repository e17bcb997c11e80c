/* SPDX-License-Identifier: LGPL-2.1-or-later
 *
 * One connection of the server of content retrieval at a time: reads a request, lets
 * content_request.c decide, sends the answer, reads the next. */
#include "peer/content_server.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "base/log.h"
#include "base/random.h"
#include "peer/throttle.h"

#define CHUNK_SIZE 16384 /* of a record; what a record of TLS holds */

enum state
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
    enum state state;
    bool is_clean; /* of STATE_OVER */
    bool has_input_ended;
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

static tick_t now_of(const struct content_connection *connection)
{
    return clock_ticks(connection->server->config.clock);
}

static void note_progress(struct content_connection *connection)
{
    connection->progress = 0;
    connection->progress_at = now_of(connection);
}

static void count_progress(struct content_connection *connection, size_t size)
{
    connection->progress += size;
    if (connection->progress >= CONTENT_PROGRESS) note_progress(connection);
}

static void end_work(struct content_connection *connection)
{
    throttle_leave(&connection->user);
    if (connection->is_at_work) connection->server->request_count--;
    connection->is_at_work = false;
    content_answer_done(&connection->answer);
}

static void end_connection(struct content_connection *connection, bool is_clean)
{
    end_work(connection);
    connection->state = STATE_OVER;
    connection->is_clean = is_clean;
    connection->out_at = 0;
    byte_buffer_clear(&connection->out);
    byte_buffer_clear(&connection->input);
}

static void begin_request(struct content_connection *connection)
{
    connection->state = STATE_HEAD;
    connection->request_begun = now_of(connection);
    note_progress(connection);
    http_request_reset(&connection->request);
    byte_buffer_clear(&connection->body);
}

/* Adds the next bytes of the record and what stands around them; nothing at the end. */
static HRESULT read_on(struct content_connection *connection)
{
    struct content_answer *answer = &connection->answer;
    char text[CONTENT_PART_HEAD_MAX];
    const struct byte_range *range;
    uint8_t chunk[CHUNK_SIZE];
    uint64_t left;
    HRESULT hr;

    if (!answer->reader || answer->is_head) return S_OK;
    if (connection->part == answer->asked.count)
    {
        if (answer->asked.is_list && !connection->are_parts_ended)
            byte_buffer_add(&connection->out, text,
                            content_format_part_end(answer->boundary, text));
        connection->are_parts_ended = true;
        return connection->out.failure;
    }

    range = &answer->asked.ranges[connection->part];
    if (!connection->is_part_begun && answer->asked.is_list)
        byte_buffer_add(&connection->out, text,
                        content_format_part_head(answer->boundary, range, answer->total, text));
    connection->is_part_begun = true;
    left = range->end - range->begin - connection->position;
    if (left > CHUNK_SIZE) left = CHUNK_SIZE;
    if (left &&
        FAILED(hr = answer->store->read(answer->store->ctx, answer->reader,
                                        range->begin + connection->position, chunk, (size_t)left)))
        return hr;
    byte_buffer_add(&connection->out, chunk, (size_t)left);
    connection->position += left;
    if (connection->position == range->end - range->begin)
    {
        connection->part++;
        connection->position = 0;
        connection->is_part_begun = false;
    }
    return connection->out.failure;
}

/* Data is read before the status is written: a record that cannot be read is none. */
static void begin_answer(struct content_connection *connection)
{
    struct content_server *server = connection->server;
    struct content_answer *answer = &connection->answer;
    struct byte_buffer data;
    HRESULT hr;

    connection->state = STATE_ANSWER;
    connection->part = 0;
    connection->position = 0;
    connection->is_part_begun = connection->are_parts_ended = false;
    connection->out_at = 0;
    byte_buffer_clear(&connection->out);
    note_progress(connection);

    if (connection->has_input_ended) answer->is_last = true;
    if (FAILED(hr = read_on(connection)))
    {
        LOG_WARN(LOG_PEER, "a record cannot be served: %#x", (unsigned int)hr);
        content_answer_fail(answer, 404);
        byte_buffer_clear(&connection->out);
    }
    LOG_INFO(LOG_PEER, "content request answered: %u", answer->status);

    data = connection->out;
    byte_buffer_init(&connection->out, 0);
    content_answer_write_head(answer, clock_filetime(server->config.clock), &connection->out);
    if (!answer->is_head)
    {
        byte_buffer_add(&connection->out, answer->body.data, answer->body.size);
        byte_buffer_add(&connection->out, data.data, data.size);
    }
    byte_buffer_done(&data);
    if (FAILED(connection->out.failure))
        end_connection(connection, false);
    else if (answer->reader && !answer->is_head)
        throttle_join(&server->throttle, &connection->user, now_of(connection));
}

/* One that its client does not let go on gives its place to others. */
static void make_room(struct content_server *server)
{
    tick_t now = clock_ticks(server->config.clock);

    for (struct list *at = server->connections.next; at != &server->connections; at = at->next)
    {
        struct content_connection *other = CONTAINER_OF(at, struct content_connection, entry);

        if (!other->is_at_work || now - other->progress_at < CONTENT_PATIENCE_MS) continue;
        LOG_INFO(LOG_PEER, "a slow content request gives way");
        end_connection(other, false);
        return;
    }
}

static void decide(struct content_connection *connection)
{
    struct content_server *server = connection->server;
    const struct http_request *request = &connection->request;
    bool is_trusted = server->config.is_trusted(server->config.ctx, connection->caller);
    enum content_next next;

    if (server->request_count >= CONTENT_REQUESTS_MAX) make_room(server);
    next =
        content_request_decide(request, is_trusted, server->request_count >= CONTENT_REQUESTS_MAX,
                               server->config.store, server->boundary, &connection->answer);
    note_progress(connection);
    /* What is refused, strangers among it, takes no place. */
    if (next == CONTENT_NEXT_SEARCH || connection->answer.reader)
    {
        connection->is_at_work = true;
        server->request_count++;
    }
    connection->body_left = request->content_length;
    if (next == CONTENT_NEXT_ANSWER)
        begin_answer(connection);
    else
        connection->state = next == CONTENT_NEXT_SEARCH ? STATE_BODY : STATE_DROP;
}

static void take_body(struct content_connection *connection, const uint8_t *data, size_t size)
{
    struct content_answer *answer = &connection->answer;

    connection->body_left -= size;
    count_progress(connection, size);
    if (connection->state == STATE_BODY) byte_buffer_add(&connection->body, data, size);
    if (FAILED(connection->body.failure))
    {
        content_answer_fail(answer, 503);
        answer->is_last = true;
    }
    else if (connection->body_left)
        return;
    else if (connection->state == STATE_BODY)
        content_request_search(connection->body.data, connection->body.size,
                               connection->server->config.store, answer);
    begin_answer(connection);
}

/* Takes bytes until there is an answer; gives how many. */
static size_t take_some(struct content_connection *connection, const uint8_t *data, size_t size)
{
    size_t used = size;

    if (connection->state == STATE_HEAD)
    {
        if (!http_request_is_begun(&connection->request))
            connection->request_begun = now_of(connection);
        if (http_request_feed(&connection->request, data, size, &used) == E_OUTOFMEMORY)
            end_connection(connection, false);
        else if (connection->request.state != HTTP_REQUEST_PARTIAL)
            decide(connection);
        return used;
    }
    if (used > connection->body_left) used = (size_t)connection->body_left;
    take_body(connection, data, used);
    return used;
}

bool content_connection_is_hungry(const struct content_connection *connection)
{
    return connection->state < STATE_ANSWER && !connection->has_input_ended;
}

void content_connection_receive(struct content_connection *connection, const void *data,
                                size_t size)
{
    const uint8_t *bytes = data;

    while (size && connection->state < STATE_ANSWER)
    {
        size_t used = take_some(connection, bytes, size);

        bytes += used;
        size -= used;
    }
    if (connection->state != STATE_ANSWER) return;
    byte_buffer_add(&connection->input, bytes, size);
    /* Nobody has to keep what a client sends without waiting. */
    if (FAILED(connection->input.failure)) connection->answer.is_last = true;
}

void content_connection_end_input(struct content_connection *connection)
{
    connection->has_input_ended = true;
    if (connection->state < STATE_ANSWER)
        end_connection(connection, connection->state == STATE_HEAD &&
                                       !http_request_is_begun(&connection->request));
}

static void take_kept_input(struct content_connection *connection)
{
    struct byte_buffer kept = connection->input;

    byte_buffer_init(&connection->input, kept.limit);
    content_connection_receive(connection, kept.data, kept.size);
    byte_buffer_done(&kept);
}

static void end_answer(struct content_connection *connection)
{
    bool is_last = connection->answer.is_last;

    end_work(connection);
    if (is_last)
    {
        end_connection(connection, true);
        return;
    }
    begin_request(connection);
    take_kept_input(connection);
    if (connection->has_input_ended && connection->state < STATE_ANSWER)
        end_connection(connection, true);
}

size_t content_connection_output(struct content_connection *connection, const void **data)
{
    size_t size = connection->out.size - connection->out_at;

    *data = NULL;
    if (connection->state != STATE_ANSWER || !size) return 0;
    *data = connection->out.data + connection->out_at;
    if (!connection->user.throttle) return size;
    size = (size_t)throttle_allowance(&connection->user, size, now_of(connection));
    /* Waiting for us is no fault. */
    if (!size) note_progress(connection);
    return size;
}

void content_connection_sent(struct content_connection *connection, size_t size)
{
    HRESULT hr = S_OK;

    if (connection->state != STATE_ANSWER) return;
    if (connection->user.throttle) throttle_spend(&connection->user, size);
    count_progress(connection, size);
    connection->out_at += size;
    if (connection->out_at < connection->out.size) return;

    connection->out_at = 0;
    byte_buffer_clear(&connection->out);
    while (!connection->out.size && SUCCEEDED(hr) && !connection->are_parts_ended &&
           connection->answer.reader && !connection->answer.is_head)
        hr = read_on(connection);
    if (FAILED(hr))
    {
        LOG_WARN(LOG_PEER, "a record cannot be served: %#x", (unsigned int)hr);
        end_connection(connection, false);
    }
    else if (!connection->out.size)
        end_answer(connection);
}

bool content_connection_is_over(const struct content_connection *connection, bool *is_clean)
{
    *is_clean = connection->state == STATE_OVER && connection->is_clean;
    return connection->state == STATE_OVER;
}

static bool is_idle(const struct content_connection *connection)
{
    return connection->state == STATE_HEAD && !http_request_is_begun(&connection->request);
}

/* When it ends because nothing comes or goes. */
static tick_t find_limit(const struct content_connection *connection)
{
    const struct content_server_config *config = &connection->server->config;
    tick_t total = connection->request_begun + CONTENT_SEARCH_MAX_MS, limit;

    if (is_idle(connection))
        return connection->request_begun + (config->is_trusted(config->ctx, connection->caller)
                                                ? CONTENT_IDLE_MS
                                                : CONTENT_INPUT_MS);
    if (connection->state == STATE_HEAD) return connection->request_begun + CONTENT_INPUT_MS;
    limit = connection->progress_at +
            (connection->state == STATE_ANSWER ? CONTENT_IDLE_MS : CONTENT_INPUT_MS);
    return connection->answer.reader || limit < total ? limit : total;
}

tick_t content_connection_deadline(struct content_connection *connection)
{
    tick_t limit, ready, now = now_of(connection);

    if (connection->state == STATE_OVER) return TICK_NEVER;
    limit = find_limit(connection);
    if (connection->state != STATE_ANSWER || !connection->user.throttle) return limit;
    ready = throttle_ready_at(&connection->user, connection->out.size - connection->out_at, now);
    /* Where there is something to send already, it is the other side that is waited for. */
    return ready > now && ready < limit ? ready : limit;
}

void content_connection_run(struct content_connection *connection)
{
    if (connection->state == STATE_OVER || now_of(connection) < find_limit(connection)) return;
    LOG_INFO(LOG_PEER, "a content connection is too slow or idle");
    end_connection(connection, is_idle(connection));
}

static void end_idle(struct content_server *server)
{
    struct content_connection *oldest = NULL;

    for (struct list *at = server->connections.next; at != &server->connections; at = at->next)
    {
        struct content_connection *other = CONTAINER_OF(at, struct content_connection, entry);

        if (is_idle(other) && (!oldest || other->request_begun < oldest->request_begun))
            oldest = other;
    }
    if (oldest) end_connection(oldest, true);
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
    byte_buffer_init(&connection->input, HTTP_REQUEST_SIZE_MAX);
    byte_buffer_init(&connection->body, CONTENT_BODY_MAX);
    list_add_tail(&server->connections, &connection->entry);
    server->connection_count++;
    begin_request(connection);
    return connection;
}

void content_connection_close(struct content_connection *connection)
{
    if (!connection) return;
    end_connection(connection, false);
    list_remove(&connection->entry);
    connection->server->connection_count--;
    http_request_done(&connection->request);
    byte_buffer_done(&connection->input);
    byte_buffer_done(&connection->body);
    byte_buffer_done(&connection->out);
    free(connection);
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
