/* SPDX-License-Identifier: LGPL-2.1-or-later
 *
 * One connection to a peer: a request, the head of its answer line by line, the body. */
#include "peer/content_client.h"

#include <inttypes.h>
#include <stdlib.h>
#include <string.h>

#include "base/log.h"
#include "base/random.h"
#include "net/http_chunks.h"
#include "peer/byte_buffer.h"
#include "peer/content_request.h"
#include "peer/content_values.h"

#define HOST_SIZE      256
#define SEARCH_AGENT   "BITS"
#define DOWNLOAD_AGENT "Microsoft BITS/7.8"

enum state
{
    STATE_OVER, /* or nothing was begun */
    STATE_HEAD,
    STATE_BODY
};

struct content_client
{
    char host[HOST_SIZE];
    uint16_t port;
    const struct clock *clock;

    enum state state;
    enum content_outcome outcome;
    bool is_reusable;
    tick_t deadline;
    HRESULT sink_failure;

    struct byte_buffer out;
    size_t out_at;

    const struct content_query *query; /* NULL: a download */
    struct content_wish wish;
    struct content_sink sink;

    struct http_head head;
    struct byte_buffer line;
    struct byte_buffer body; /* of a search */
    bool is_chunked;
    struct http_chunks chunks;
    uint64_t position; /* of the next byte, in the record */
    uint64_t left;     /* of the body */
    uint64_t received;
    struct content_results results;
};

static void end_request(struct content_client *client, enum content_outcome outcome)
{
    client->state = STATE_OVER;
    client->outcome = outcome;
    client->out_at = client->out.size;
}

static void fail(struct content_client *client, enum content_outcome outcome)
{
    client->is_reusable = false;
    end_request(client, outcome);
}

/* All of the answer is there. */
static void finish(struct content_client *client)
{
    if (client->head.has_connection_close || client->head.version != HTTP_VERSION_1_1)
        client->is_reusable = false;
    if (client->query)
        end_request(client, content_judge_search(client->body.data, client->body.size,
                                                 client->query, &client->results));
    else
        end_request(client, CONTENT_FOUND);
}

static void begin_body(struct content_client *client)
{
    struct http_head *head = &client->head;
    bool has_no_body = client->wish.is_head && !client->query;
    enum content_outcome outcome;

    outcome = client->query
                  ? content_judge_search_head(head, &client->left)
                  : content_judge_download(head, &client->wish, &client->position, &client->left);
    /* An answer before the request was sent was meant for another one, or for none. */
    if (outcome == CONTENT_FOUND && client->out_at < client->out.size) outcome = CONTENT_TRANSPORT;
    if (outcome != CONTENT_FOUND)
    {
        LOG_INFO(LOG_PEER, "a peer's answer is not used: status %u", head->status);
        if (!head->has_content_length || head->content_length || head->has_connection_close)
            client->is_reusable = false;
        if (client->out_at < client->out.size) client->is_reusable = false;
        end_request(client, outcome);
        return;
    }
    client->state = STATE_BODY;
    client->is_chunked = head->transfer_coding == HTTP_CODING_CHUNKED && !has_no_body;
    if (client->is_chunked) LOG_INFO(LOG_PEER, "a peer sends chunks");
    if (has_no_body) client->left = 0;
    if (!client->left && !client->is_chunked) finish(client);
}

/* Gives how many bytes it took. */
static size_t take_head(struct content_client *client, const char *data, size_t size)
{
    const char *end = memchr(data, '\n', size);
    size_t used = end ? (size_t)(end - data) + 1 : size;

    byte_buffer_add(&client->line, data, used);
    if (FAILED(client->line.failure))
        fail(client, CONTENT_TRANSPORT);
    else if (end)
    {
        HRESULT hr =
            http_head_feed_line(&client->head, (const char *)client->line.data, client->line.size);

        byte_buffer_clear(&client->line);
        if (FAILED(hr))
            fail(client, CONTENT_TRANSPORT);
        else if (http_head_is_complete(&client->head))
            begin_body(client);
    }
    return used;
}

static void take_data(struct content_client *client, const uint8_t *data, size_t size)
{
    HRESULT hr;

    if (!size) return;
    if (size > client->left)
    {
        fail(client, CONTENT_TRANSPORT);
        return;
    }
    client->received += size;
    client->left -= size;
    if (client->query)
    {
        byte_buffer_add(&client->body, data, size);
        if (FAILED(client->body.failure)) fail(client, CONTENT_BROKEN);
        return;
    }
    client->deadline = clock_ticks(client->clock) + CONTENT_CLIENT_MS;
    if (FAILED(hr = client->sink.write(client->sink.ctx, client->position, data, size)))
    {
        client->sink_failure = hr;
        fail(client, CONTENT_STOPPED);
    }
    client->position += size;
}

static size_t take_body(struct content_client *client, const uint8_t *data, size_t size)
{
    size_t used = size;

    if (!client->is_chunked)
    {
        if (used > client->left) used = (size_t)client->left;
        take_data(client, data, used);
        if (client->state == STATE_BODY && !client->left) finish(client);
        return used;
    }
    if (FAILED(http_chunks_feed(&client->chunks, data, size, &used, &data, &size)))
    {
        fail(client, CONTENT_TRANSPORT);
        return used;
    }
    take_data(client, data, size);
    if (client->state != STATE_BODY || client->chunks.state != HTTP_CHUNKS_COMPLETE) return used;
    if (client->left)
        fail(client, CONTENT_TRANSPORT);
    else
        finish(client);
    return used;
}

void content_client_receive(struct content_client *client, const void *data, size_t size)
{
    const uint8_t *bytes = data;

    while (size && client->state != STATE_OVER)
    {
        size_t used = client->state == STATE_HEAD ? take_head(client, (const char *)bytes, size)
                                                  : take_body(client, bytes, size);

        bytes += used;
        size -= used;
    }
    /* Nobody asked for it. */
    if (size) client->is_reusable = false;
}

void content_client_lose(struct content_client *client, enum content_outcome why)
{
    client->is_reusable = false;
    if (client->state != STATE_OVER) fail(client, why);
}

static void begin_request(struct content_client *client)
{
    client->state = STATE_HEAD;
    client->outcome = CONTENT_STOPPED;
    client->sink_failure = S_OK;
    client->deadline = clock_ticks(client->clock) + CONTENT_CLIENT_MS;
    client->out_at = 0;
    client->chunks = (struct http_chunks){0};
    byte_buffer_clear(&client->out);
    byte_buffer_clear(&client->line);
    byte_buffer_clear(&client->body);
    http_head_reset(&client->head);
    content_results_done(&client->results);
}

static HRESULT check_request(struct content_client *client)
{
    HRESULT hr = client->out.failure;

    if (FAILED(hr)) fail(client, CONTENT_STOPPED);
    return hr;
}

HRESULT content_client_search(struct content_client *client, const struct content_query *query)
{
    struct byte_buffer body = {0};
    char text[CONTENT_GUID_SIZE];
    GUID activity;
    HRESULT hr;

    if (client->state != STATE_OVER || !client->is_reusable) return E_UNEXPECTED;
    hr = content_build_query(query, &body);
    if (SUCCEEDED(hr)) hr = guid_create_random(&activity);
    if (FAILED(hr))
    {
        byte_buffer_done(&body);
        return hr;
    }
    begin_request(client);
    client->query = query;
    content_format_guid(&activity, text);
    byte_buffer_add_format(&client->out,
                           "POST " CONTENT_PATH " HTTP/1.1\r\nAccept: */*\r\n"
                           "X-ETW-ACTIVITY-ID: %s\r\nUser-Agent: " SEARCH_AGENT "\r\n"
                           "Host: %s:%u\r\nContent-Length: %u\r\nConnection: Keep-Alive\r\n\r\n",
                           text, client->host, client->port, (unsigned int)body.size);
    byte_buffer_add(&client->out, body.data, body.size);
    byte_buffer_done(&body);
    return check_request(client);
}

HRESULT content_client_fetch(struct content_client *client, const struct content_wish *wish,
                             const struct content_sink *sink)
{
    char id[CONTENT_GUID_SIZE], date[HTTP_DATE_SIZE];

    if (client->state != STATE_OVER || !client->is_reusable) return E_UNEXPECTED;
    if (wish->begin >= wish->end || wish->end > wish->total) return E_INVALIDARG;
    if (wish->is_whole && (wish->begin || wish->end != wish->total)) return E_INVALIDARG;
    begin_request(client);
    client->query = NULL;
    client->wish = *wish;
    client->sink = *sink;
    content_format_guid(&wish->id, id);
    byte_buffer_add_format(&client->out,
                           "%s " CONTENT_PATH "/%%7B%.36s%%7D HTTP/1.1\r\nAccept: */*\r\n"
                           "Accept-Encoding: identity\r\n",
                           wish->is_head ? "HEAD" : "GET", id + 1);
    if (!wish->is_whole)
        byte_buffer_add_format(&client->out, "Range: bytes=%" PRIu64 "-%" PRIu64 "\r\n",
                               wish->begin, wish->end - 1);
    if (wish->mtime && http_format_date(wish->mtime, date))
        byte_buffer_add_format(&client->out, "If-Unmodified-Since: %s\r\n", date);
    byte_buffer_add_format(&client->out,
                           "User-Agent: " DOWNLOAD_AGENT "\r\nHost: %s:%u\r\n"
                           "Connection: Keep-Alive\r\n\r\n",
                           client->host, client->port);
    return check_request(client);
}

size_t content_client_output(const struct content_client *client, const void **data)
{
    size_t size = client->out.size - client->out_at;

    *data = size ? client->out.data + client->out_at : NULL;
    return size;
}

void content_client_sent(struct content_client *client, size_t size)
{
    size_t left = client->out.size - client->out_at;

    client->out_at += size < left ? size : left;
}

bool content_client_is_over(const struct content_client *client, enum content_outcome *outcome)
{
    *outcome = client->outcome;
    return client->state == STATE_OVER;
}

bool content_client_is_reusable(const struct content_client *client)
{
    return client->state == STATE_OVER && client->is_reusable;
}

void content_client_take_results(struct content_client *client, struct content_results *results)
{
    *results = client->results;
    memset(&client->results, 0, sizeof(client->results));
}

const struct http_head *content_client_head(const struct content_client *client)
{
    return &client->head;
}

uint64_t content_client_received(const struct content_client *client)
{
    return client->received;
}

HRESULT content_client_sink_failure(const struct content_client *client)
{
    return client->sink_failure;
}

tick_t content_client_deadline(const struct content_client *client)
{
    return client->state == STATE_OVER ? TICK_NEVER : client->deadline;
}

void content_client_run(struct content_client *client)
{
    if (client->state != STATE_OVER && clock_ticks(client->clock) >= client->deadline)
        fail(client, CONTENT_TIMEOUT);
}

static bool is_host(const char *host)
{
    size_t len = strlen(host);

    if (!len || len >= HOST_SIZE) return false;
    for (size_t i = 0; i < len; i++)
    {
        char c = host[i];

        if (!(c >= '0' && c <= '9') && !((c | 0x20) >= 'a' && (c | 0x20) <= 'z') &&
            !strchr("-._", c))
            return false;
    }
    return true;
}

HRESULT content_client_create(const char *host, uint16_t port, const struct clock *clock,
                              struct content_client **out)
{
    struct content_client *client;

    *out = NULL;
    if (!is_host(host)) return E_INVALIDARG;
    if (!(client = calloc(1, sizeof(*client)))) return E_OUTOFMEMORY;
    strcpy(client->host, host);
    client->port = port;
    client->clock = clock;
    client->outcome = CONTENT_STOPPED;
    client->is_reusable = true;
    byte_buffer_init(&client->line, HTTP_HEAD_LINE_MAX);
    byte_buffer_init(&client->body, CONTENT_BODY_MAX);
    http_head_init(&client->head);
    *out = client;
    return S_OK;
}

void content_client_destroy(struct content_client *client)
{
    if (!client) return;
    byte_buffer_done(&client->out);
    byte_buffer_done(&client->line);
    byte_buffer_done(&client->body);
    http_head_done(&client->head);
    content_results_done(&client->results);
    free(client);
}
