/* SPDX-License-Identifier: LGPL-2.1-or-later
 *
 * A port of discovery that keeps what is sent, with random numbers and a time that the test sets.
 */
#ifndef OPENBITS_TESTS_DISCOVERY_FAKE_H
#define OPENBITS_TESTS_DISCOVERY_FAKE_H

#include <string.h>

#include "discovery_text.h"
#include "peer/discovery_message.h"
#include "peer/discovery_port.h"
#include "peer/xml_reader.h"

#define FAKE_LINK 7

struct fake_sent
{
    tick_t time;
    struct discovery_target target;
    char text[DISCOVERY_SEND_MAX + 1];
    size_t size;
    struct discovery_message message;
};

static struct fake_sent fake_sent[256];
static size_t fake_count;
static tick_t fake_now;
static bool fake_random_is_high; /* the largest number, else 0 */
static uint32_t fake_ids;

static void fake_send(void *ctx, const struct discovery_target *target, const char *text,
                      size_t size)
{
    struct fake_sent *sent = &fake_sent[fake_count];
    const char *fault;

    (void)ctx;
    ok(size < 1400, "A message of %zu bytes.\n", size);
    if (fake_count == ARRAY_COUNT(fake_sent) || size > DISCOVERY_SEND_MAX) return;
    *sent = (struct fake_sent){.time = fake_now, .target = *target, .size = size};
    memcpy(sent->text, text, size);
    ok(discovery_message_parse(text, size, &sent->message, &fault) == S_OK, "Sent %s.\n", text);
    fake_count++;
}

static uint32_t fake_random(void *ctx, uint32_t limit)
{
    (void)ctx;
    return fake_random_is_high ? limit - 1 : 0;
}

static void fake_create_id(void *ctx, GUID *id)
{
    (void)ctx;
    *id = (GUID){++fake_ids, 0, 0, {0}};
}

static const struct discovery_port fake_port = {fake_send, fake_random, fake_create_id, NULL};

static const struct local_address fake_locals[] = {
    {{PEER_IPV4, {192, 0, 2, 1}, 0}, 24, FAKE_LINK},
    {{PEER_IPV6, {0x20, 0x01, 0x0d, 0xb8, [15] = 1}, 0}, 64, FAKE_LINK},
    {{PEER_IPV6, {0xfe, 0x80, [15] = 1}, FAKE_LINK}, 64, FAKE_LINK},
};

static inline void fake_reset(void)
{
    fake_count = 0;
    fake_now = 1000;
    fake_random_is_high = false;
    fake_ids = 0;
}

/* A message as it comes from a neighbour, with its first from as to. */
static inline struct discovery_message fake_message(const char *text, const char *from,
                                                    const char *to)
{
    struct discovery_message message;
    char *changed = replace_text(text, from, to);
    const char *fault = "no such text";

    memset(&message, 0, sizeof(message));
    ok(changed && discovery_message_parse(changed, strlen(changed), &message, &fault) == S_OK,
       "%s: %s.\n", from, fault);
    free(changed);
    return message;
}

#endif
