/* SPDX-License-Identifier: LGPL-2.1-or-later
 *
 * One connection of the server of content retrieval: reads a request, lets content_request.c
 * decide, sends the answer, reads the next. */
#include <stdlib.h>

#include "base/log.h"
#include "peer/content_server_private.h"

#define CHUNK_SIZE 262144 /* of a record: a block of the cache, and what leaves in one call */

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

void content_connection_stop(struct content_connection *connection, bool is_clean)
{
    end_work(connection);
    connection->state = STATE_OVER;
    connection->is_clean = is_clean;
    connection->out_at = 0;
    byte_buffer_clear(&connection->out);
    byte_buffer_clear(&connection->input);
}

void content_connection_begin(struct content_connection *connection)
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
    uint64_t left;
    void *chunk;
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
    if (left && !(chunk = byte_buffer_extend(&connection->out, (size_t)left))) return E_OUTOFMEMORY;
    if (left &&
        FAILED(hr = answer->store->read(answer->store->ctx, answer->reader,
                                        range->begin + connection->position, chunk, (size_t)left)))
        return hr;
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
        content_connection_stop(connection, false);
    else if (answer->reader && !answer->is_head)
        throttle_join(&server->throttle, &connection->user, now_of(connection));
}

static void decide(struct content_connection *connection)
{
    struct content_server *server = connection->server;
    const struct http_request *request = &connection->request;
    enum content_next next;

    connection->is_trusted = server->config.is_trusted(server->config.ctx, connection->caller);
    if (connection->is_trusted && server->request_count >= CONTENT_REQUESTS_MAX)
        content_server_make_room(server);
    next = content_request_decide(request, connection->is_trusted,
                                  server->request_count >= CONTENT_REQUESTS_MAX,
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
            content_connection_stop(connection, false);
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
        content_connection_stop(connection, connection->state == STATE_HEAD &&
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
        content_connection_stop(connection, true);
        return;
    }
    content_connection_begin(connection);
    take_kept_input(connection);
    if (connection->has_input_ended && connection->state < STATE_ANSWER)
        content_connection_stop(connection, true);
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
        content_connection_stop(connection, false);
    }
    else if (!connection->out.size)
        end_answer(connection);
}

bool content_connection_is_over(const struct content_connection *connection, bool *is_clean)
{
    *is_clean = connection->state == STATE_OVER && connection->is_clean;
    return connection->state == STATE_OVER;
}

bool content_connection_is_idle(const struct content_connection *connection)
{
    return connection->state == STATE_HEAD && !http_request_is_begun(&connection->request);
}

/* When it ends because nothing comes or goes. */
static tick_t find_limit(const struct content_connection *connection)
{
    tick_t total = connection->request_begun + CONTENT_SEARCH_MAX_MS, limit;

    if (content_connection_is_idle(connection))
        return connection->request_begun +
               (connection->is_trusted ? CONTENT_IDLE_MS : CONTENT_INPUT_MS);
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
    content_connection_stop(connection, content_connection_is_idle(connection));
}

void content_connection_close(struct content_connection *connection)
{
    if (!connection) return;
    content_connection_stop(connection, false);
    list_remove(&connection->entry);
    connection->server->connection_count--;
    http_request_done(&connection->request);
    byte_buffer_done(&connection->input);
    byte_buffer_done(&connection->body);
    byte_buffer_done(&connection->out);
    free(connection);
}
