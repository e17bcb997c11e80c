/* SPDX-License-Identifier: LGPL-2.1-or-later
 *
 * Fuzz target: what reaches a connection of the content server or of its client. The first byte
 * says which one, for whom, and in which steps; the rest is what the other side sends. */
#include <stdio.h>
#include <string.h>

#include "fuzz/content_records.h"
#include "fuzz/fuzz.h"
#include "peer/content_client.h"
#include "peer/content_server.h"

static tick_t now;
static bool trusted;

static tick_t ticks(void *ctx)
{
    (void)ctx;
    return now;
}

static filetime_t filetime(void *ctx)
{
    (void)ctx;
    return 133541856001250000;
}

static const struct clock fuzz_clock = {ticks, filetime, NULL};

static bool is_trusted(void *ctx, void *caller)
{
    (void)ctx, (void)caller;
    return trusted;
}

static void feed_server(const uint8_t *data, size_t size, size_t step)
{
    const struct content_server_config config = {&fuzz_records, &fuzz_clock, step * 1000,
                                                 is_trusted, NULL};
    struct content_connection *connection;
    struct content_server *server;
    bool is_clean;

    CHECK(content_server_create(&config, &server) == S_OK);
    connection = content_server_accept(server, NULL);
    for (size_t at = 0; at < size && !content_connection_is_over(connection, &is_clean);)
    {
        size_t count = size - at < step ? size - at : step, sent;
        const void *out;

        if (content_connection_is_hungry(connection))
        {
            content_connection_receive(connection, data + at, count);
            at += count;
        }
        else
        {
            CHECK(content_connection_deadline(connection) != TICK_NEVER);
            now += 100;
        }
        if ((sent = content_connection_output(connection, &out)) > 0)
        {
            uint8_t *copy = malloc(sent);

            memcpy(copy, out, sent);
            free(copy);
            content_connection_sent(connection, sent > step ? sent - 1 : sent);
        }
        content_connection_run(connection);
    }
    content_connection_close(connection);
    content_server_destroy(server);
    CHECK(!fuzz_records_open);
}

static uint64_t sunk;

static HRESULT sink_write(void *ctx, uint64_t position, const void *data, size_t size)
{
    (void)ctx;
    CHECK(data && size && position == sunk && size <= 16 - sunk);
    sunk += size;
    return S_OK;
}

static void feed_client(const uint8_t *data, size_t size, size_t step, bool is_search)
{
    static const struct content_sink sink = {sink_write, NULL};
    static const struct content_wish wish = {.id = {1, 2, 3, {4}}, .end = 16, .total = 64};
    static const struct content_query query = {
        .url = (char *)"http://origin.example.test/pkg/tool-1.4.cab",
        .mtime = 0x1DA6EE6BFC8EB00ull,
        .has_size = true,
        .size = 1000,
        .max_records = 5};
    struct content_basic_info info;
    struct content_results results;
    struct content_client *client;
    enum content_outcome outcome;
    const void *out;

    sunk = 0;
    CHECK(content_client_create("alpha.lab.example", 2178, &fuzz_clock, &client) == S_OK);
    CHECK((is_search ? content_client_search(client, &query)
                     : content_client_fetch(client, &wish, &sink)) == S_OK);
    content_client_sent(client, content_client_output(client, &out));
    for (size_t at = 0; at < size; at += step)
        content_client_receive(client, data + at, size - at < step ? size - at : step);
    content_client_lose(client, CONTENT_TRANSPORT);
    CHECK(content_client_is_over(client, &outcome));
    content_client_take_results(client, &results);
    CHECK((results.count > 0) == (is_search && outcome == CONTENT_FOUND));
    CHECK(is_search || outcome != CONTENT_FOUND || sunk == 16);
    if (content_find_basic_info(content_client_head(client), &info))
        CHECK(!(info.attributes & ~0x27u));
    content_results_done(&results);
    content_client_destroy(client);
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
    static const size_t steps[] = {1, 3, 50, 4096};
    uint8_t *copy;
    size_t step;

    if (!size) return 0;
    now = 1000;
    trusted = !(data[0] & 2);
    step = steps[data[0] >> 2 & 3];
    copy = malloc(size);
    memcpy(copy, data + 1, size - 1);
    if (data[0] & 1)
        feed_client(copy, size - 1, step, !(data[0] & 2));
    else
        feed_server(copy, size - 1, step);
    free(copy);
    return 0;
}
