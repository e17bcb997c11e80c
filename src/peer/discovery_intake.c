/* SPDX-License-Identifier: LGPL-2.1-or-later
 *
 * The gate for datagrams. Cheap checks come first, so that a flood costs little. */
#include "peer/discovery_intake.h"

#include <string.h>

#include "base/log.h"

#define PORT_MIN 1024 /* below are services that would answer our answer */

#define HASH_START 14695981039346656037ull
#define HASH_PRIME 1099511628211ull

static void drop(const struct discovery_datagram *datagram, const char *because)
{
    char text[PEER_ADDRESS_TEXT_SIZE];

    if (!log_is_on(LOG_PEER, LOG_LEVEL_TRACE)) return;
    peer_address_format(&datagram->source, text);
    LOG_TRACE(LOG_PEER, "discovery: %zu bytes from %s port %u dropped: %s", datagram->size, text,
              datagram->port, because);
}

/* FNV-1a. A neighbour that finds a collision could as well send nothing. */
static uint64_t hash(uint64_t sum, const void *data, size_t size)
{
    const unsigned char *bytes = data;

    for (size_t i = 0; i < size; i++)
        sum = (sum ^ bytes[i]) * HASH_PRIME;
    return sum;
}

/* The same message counts once from each address: from the second one it tells that address. */
static uint64_t hash_source(const struct discovery_datagram *datagram)
{
    uint64_t sum = hash(HASH_START, &datagram->source.family, sizeof(datagram->source.family));

    sum = hash(sum, datagram->source.bytes, sizeof(datagram->source.bytes));
    return hash(sum, &datagram->source.scope, sizeof(datagram->source.scope));
}

static bool is_seen(const struct discovery_intake *intake, uint64_t sum)
{
    for (size_t i = 0; i < DISCOVERY_SEEN_MAX; i++)
        if (intake->seen[i] == sum) return true;
    return false;
}

static void remember(struct discovery_intake *intake, uint64_t sum)
{
    intake->seen[intake->seen_next] = sum;
    intake->seen_next = (intake->seen_next + 1) % DISCOVERY_SEEN_MAX;
}

/* A full ring whose oldest entry is of this second. An empty place is 0. */
static bool is_busy(const struct discovery_intake *intake, tick_t now)
{
    tick_t oldest = intake->parsed[intake->parsed_next];

    return oldest && now + 1 - oldest < 1000;
}

static void count_parsed(struct discovery_intake *intake, tick_t now)
{
    intake->parsed[intake->parsed_next] = now + 1;
    intake->parsed_next = (intake->parsed_next + 1) % DISCOVERY_PARSED_PER_SECOND;
}

static const struct local_address *find_arrival(const struct discovery_datagram *datagram,
                                                const struct local_address *locals, size_t count)
{
    for (size_t i = 0; i < count; i++)
        if (peer_address_is_neighbour(&datagram->source, &locals[i])) return &locals[i];
    return NULL;
}

static bool is_own(const struct peer_address *address, const struct local_address *locals,
                   size_t count)
{
    for (size_t i = 0; i < count; i++)
        if (peer_address_is_equal(address, &locals[i].address)) return true;
    return false;
}

bool discovery_intake_take(struct discovery_intake *intake,
                           const struct discovery_datagram *datagram,
                           const struct local_address *locals, size_t local_count, tick_t now,
                           struct discovery_message *message, const struct local_address **arrival)
{
    uint64_t source_sum = hash_source(datagram), bytes_sum, id_sum;
    const char *fault = NULL;

    *arrival = find_arrival(datagram, locals, local_count);
    if (!*arrival)
        fault = "not from a subnet of ours";
    else if (datagram->port < PORT_MIN)
        fault = "from the port of a service";
    else if (!intake->takes_own && is_own(&datagram->source, locals, local_count))
        fault = "from ourselves";
    else if (datagram->size > DISCOVERY_RECEIVE_MAX)
        fault = "too long";
    if (fault) goto dropped;

    bytes_sum = hash(source_sum, datagram->data, datagram->size);
    if (is_seen(intake, bytes_sum))
        fault = "a repetition";
    else if (is_busy(intake, now))
        fault = "too many at once";
    if (fault) goto dropped;

    count_parsed(intake, now);
    if (FAILED(discovery_message_parse(datagram->data, datagram->size, message, &fault)))
        goto dropped;
    if (message->kind == DISCOVERY_OTHER) return false;
    id_sum = hash(source_sum, message->message_id, strlen(message->message_id));
    if (is_seen(intake, id_sum))
    {
        fault = "an id that was there before";
        goto dropped;
    }
    remember(intake, bytes_sum);
    remember(intake, id_sum);
    return true;

dropped:
    drop(datagram, fault);
    return false;
}
