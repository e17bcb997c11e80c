/* SPDX-License-Identifier: LGPL-2.1-or-later
 *
 * Fuzz target: datagrams of neighbours go through the intake to both roles, time goes on between
 * them. Each 0 byte ends a datagram; its last byte says from whom it comes and how late. What is
 * sent is well-formed and has its bounds, the list of peers too, and no peer is us. */
#include <stdlib.h>
#include <string.h>

#include "fuzz/fuzz.h"
#include "peer/discovery_client.h"
#include "peer/discovery_intake.h"
#include "peer/discovery_server.h"

#define LINK 7
#define HOUR 3600000

#define DATAGRAMS_MAX 32

static const struct local_address locals[] = {
    {{PEER_IPV4, {192, 0, 2, 1}, 0}, 24, LINK},
    {{PEER_IPV6, {0x20, 0x01, 0x0d, 0xb8, [15] = 1}, 0}, 64, LINK},
    {{PEER_IPV6, {0xfe, 0x80, [15] = 1}, LINK}, 64, LINK},
};

static struct discovery_client client;
static struct discovery_server server;
static struct discovery_intake intake;
static struct discovery_message message;
static struct peer_table *table;
static tick_t now;
static uint32_t ids;
static size_t answered, parsed;

static void on_send(void *ctx, const struct discovery_target *target, const char *text, size_t size)
{
    static struct discovery_message sent;
    const char *fault;
    char *exact;

    (void)ctx;
    CHECK(size && size < 1400);
    if (target->is_multicast) return; /* what was received has no part in it */
    answered++;
    exact = malloc(size);
    memcpy(exact, text, size);
    CHECK(discovery_message_parse(exact, size, &sent, &fault) == S_OK);
    CHECK(sent.kind == DISCOVERY_MATCHES);
    free(exact);
}

static uint32_t on_random(void *ctx, uint32_t limit)
{
    (void)ctx;
    return limit / 2;
}

static void on_id(void *ctx, GUID *id)
{
    (void)ctx;
    *id = (GUID){++ids, 0, 0, {0}};
}

static void on_event(void *ctx)
{
    (void)ctx;
}

static const struct discovery_port port = {on_send, on_random, on_id, NULL};
static const struct discovery_client_events events = {on_event, on_event, NULL};

static void run_until(tick_t end)
{
    for (;;)
    {
        tick_t next = discovery_client_next(&client), other = discovery_server_next(&server);

        if (other < next) next = other;
        if (next > end) break;
        if (next > now) now = next;
        discovery_client_run(&client, now);
        discovery_server_run(&server, now);
    }
    now = end;
}

static void receive(const uint8_t *data, size_t size)
{
    uint8_t last = size ? data[size - 1] : 0;
    struct discovery_datagram datagram = {.size = size, .port = 50000};
    const struct local_address *arrival;
    void *exact = malloc(size ? size : 1);

    if (size) memcpy(exact, data, size);
    datagram.data = exact;
    datagram.source = peer_ipv4(192, 0, 2, 10);
    if (last & 1) datagram.source = locals[2].address;
    datagram.source.bytes[datagram.source.family == PEER_IPV4 ? 3 : 15] =
        (uint8_t)(10 + (last & 6));
    if (discovery_intake_take(&intake, &datagram, locals, ARRAY_COUNT(locals), now, &message,
                              &arrival))
    {
        parsed++;
        CHECK(arrival == &locals[last & 1 ? 2 : 0]);
        discovery_server_receive(&server, &message, &datagram.source, datagram.port, arrival, now);
        discovery_client_receive(&client, &message, &datagram.source, arrival, now * 10000);
    }
    free(exact);
    run_until(now + (tick_t)(last >> 3) * 50);
}

static void check_table(void)
{
    CHECK(peer_table_count(table) <= PEER_TABLE_MAX && peer_table_count(table) <= parsed);
    for (size_t i = 0; i < peer_table_count(table); i++)
    {
        struct peer_info info;

        peer_table_get(table, i, &info);
        CHECK(fqdn_is_below(info.fqdn, "lab.example"));
        CHECK(info.address_count <= PEER_ADDRESSES_MAX);
        for (size_t n = 0; n < info.address_count; n++)
        {
            bool is_near = false;

            for (size_t own = 0; own < ARRAY_COUNT(locals); own++)
            {
                CHECK(!peer_address_is_equal(&info.addresses[n], &locals[own].address));
                is_near |= peer_address_is_neighbour(&info.addresses[n], &locals[own]);
            }
            CHECK(is_near);
        }
    }
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
    const uint8_t *end = data + size;
    tick_t begin;

    ids = 0xc2a4b1dd - 1; /* a ProbeMatches of the seeds answers the first Probe */
    now = 1000;
    answered = parsed = 0;
    memset(&intake, 0, sizeof(intake));
    if (FAILED(peer_table_create(&table))) return 0;
    discovery_server_init(&server, "beta.lab.example", "lab.example", &port);
    discovery_client_init(&client, "beta.lab.example", "lab.example", table, &port, &events);
    discovery_server_start(&server, locals, ARRAY_COUNT(locals), 1, now);
    discovery_client_start(&client, locals, ARRAY_COUNT(locals));
    discovery_client_request(&client, now);
    begin = now;
    for (unsigned int i = 0; i < DATAGRAMS_MAX && data < end; i++)
    {
        const uint8_t *zero = memchr(data, 0, (size_t)(end - data));
        size_t len = (size_t)((zero ? zero : end) - data);

        receive(data, len);
        data += len + (zero ? 1 : 0);
    }
    check_table();
    /* Twice each, ten in a second. */
    run_until(now + 5000);
    CHECK(answered <= 2 * parsed && answered <= 20 * ((now - begin) / 1000 + 1));

    discovery_server_stop(&server, now);
    discovery_client_stop(&client);
    run_until(now + HOUR);
    CHECK(server.state == DISCOVERY_SERVER_STOPPED);
    CHECK(discovery_client_next(&client) == TICK_NEVER);
    peer_table_destroy(table);
    return 0;
}
