/* SPDX-License-Identifier: LGPL-2.1-or-later
 *
 * The server role: [MS-BPDP] 3.1. */
#include "peer/discovery_server.h"

#include <stdio.h>
#include <string.h>

#include "base/log.h"

static const char *const schemes[] = {"http", "https"};

/* The addresses of ours that those on the link are told; both families when any is true. */
static size_t list_addresses(const struct discovery_server *server,
                             const struct discovery_target *target, bool any_family,
                             struct peer_address addresses[PEER_LOCAL_ADDRESSES_MAX])
{
    size_t count = 0;

    /* Link-local ones only when there is nothing else. */
    for (unsigned int round = 0; round < 2 && !count; round++)
    {
        for (size_t i = 0; i < server->local_count; i++)
        {
            const struct local_address *local = &server->locals[i];

            if (local->link != target->link) continue;
            if (!any_family && local->address.family != target->family) continue;
            if (peer_address_is_link_local(&local->address) == !!round)
                addresses[count++] = local->address;
        }
    }
    return count;
}

/* To one address: those of ours in its subnet, which for IPv6 are those on its link. */
static size_t list_answer(const struct discovery_server *server,
                          const struct discovery_target *target,
                          struct peer_address addresses[PEER_LOCAL_ADDRESSES_MAX])
{
    size_t count = 0;

    if (target->family == PEER_IPV6) return list_addresses(server, target, false, addresses);
    for (size_t i = 0; i < server->local_count; i++)
        if (peer_address_is_neighbour(&target->address, &server->locals[i]))
            addresses[count++] = server->locals[i].address;
    return count;
}

static size_t write_post(void *ctx, struct discovery_post *post)
{
    static const GUID null_id;
    struct discovery_server *server = ctx;
    struct peer_address addresses[PEER_LOCAL_ADDRESSES_MAX];
    struct discovery_stamp stamp = {post->message_id, ++server->message_number};
    size_t count;

    if (!memcmp(&stamp.message_id, &null_id, sizeof(null_id)))
        server->port->create_id(server->port->ctx, &stamp.message_id);
    switch (post->kind)
    {
    case DISCOVERY_HELLO:
        count = list_addresses(server, &post->target, true, addresses);
        return discovery_write_hello(post->text, &server->self, &stamp, addresses, count);
    case DISCOVERY_MATCHES:
        count = list_answer(server, &post->target, addresses);
        return discovery_write_matches(post->text, &server->self, &stamp, post->relates_to,
                                       addresses, count);
    case DISCOVERY_BYE:
        return discovery_write_bye(post->text, &server->self, &stamp);
    default:
        return 0;
    }
}

static bool has_local(const struct local_address *locals, size_t count,
                      const struct local_address *local)
{
    for (size_t i = 0; i < count; i++)
        if (locals[i].link == local->link && locals[i].prefix == local->prefix &&
            peer_address_is_equal(&locals[i].address, &local->address))
            return true;
    return false;
}

/* Has any address on the link come or gone, since these were all? */
static bool has_link_changed(const struct discovery_server *server, uint32_t link,
                             const struct local_address *before, size_t before_count)
{
    for (size_t i = 0; i < before_count; i++)
        if (before[i].link == link && !has_local(server->locals, server->local_count, &before[i]))
            return true;
    for (size_t i = 0; i < server->local_count; i++)
        if (server->locals[i].link == link && !has_local(before, before_count, &server->locals[i]))
            return true;
    return false;
}

static bool is_hello_due(const struct discovery_server *server,
                         const struct discovery_target *target)
{
    for (size_t i = 0; i < DISCOVERY_OUTBOX_MAX; i++)
    {
        const struct discovery_post *post = &server->outbox.posts[i];

        if (post->kind == DISCOVERY_HELLO && !post->size && post->target.family == target->family &&
            post->target.link == target->link)
            return true;
    }
    return false;
}

static void say_hello(struct discovery_server *server, const struct local_address *before,
                      size_t before_count, tick_t now)
{
    const struct discovery_port *port = server->port;

    for (size_t i = 0; i < server->local_count; i++)
    {
        struct discovery_target target = discovery_link_of(&server->locals[i]);

        if (discovery_is_link_repeated(server->locals, i)) continue;
        if (!has_link_changed(server, target.link, before, before_count)) continue;
        if (is_hello_due(server, &target)) continue;
        discovery_outbox_add(&server->outbox, DISCOVERY_HELLO, &target,
                             now + port->random_below(port->ctx, DISCOVERY_HELLO_DELAY_MS + 1));
    }
}

static void keep_addresses(struct discovery_server *server, const struct local_address *locals,
                           size_t count)
{
    if (count > PEER_LOCAL_ADDRESSES_MAX) count = PEER_LOCAL_ADDRESSES_MAX;
    if (count) memcpy(server->locals, locals, count * sizeof(*locals));
    server->local_count = count;
}

void discovery_server_init(struct discovery_server *server, const char *fqdn, const char *domain,
                           const struct discovery_port *port)
{
    memset(server, 0, sizeof(*server));
    server->port = port;
    snprintf(server->self.fqdn, sizeof(server->self.fqdn), "%s", fqdn);
    snprintf(server->self.domain, sizeof(server->self.domain), "%s", domain);
}

void discovery_server_start(struct discovery_server *server, const struct local_address *locals,
                            size_t local_count, uint32_t instance_id, tick_t now)
{
    server->state = DISCOVERY_SERVER_RUNNING;
    /* Nothing is kept from one start to the next, so each start is a new instance: 3.1.3. */
    server->port->create_id(server->port->ctx, &server->self.endpoint);
    server->self.instance_id = instance_id;
    server->self.metadata_version = 1;
    server->message_number = 0;
    discovery_outbox_clear(&server->outbox);
    keep_addresses(server, locals, local_count);
    say_hello(server, NULL, 0, now);
}

void discovery_server_stop(struct discovery_server *server, tick_t now)
{
    if (server->state != DISCOVERY_SERVER_RUNNING) return;
    server->state = DISCOVERY_SERVER_STOPPING;
    discovery_outbox_clear(&server->outbox);
    for (size_t i = 0; i < server->local_count; i++)
    {
        struct discovery_target target = discovery_link_of(&server->locals[i]);

        if (!discovery_is_link_repeated(server->locals, i))
            discovery_outbox_add(&server->outbox, DISCOVERY_BYE, &target, now);
    }
    discovery_server_run(server, now);
}

void discovery_server_set_addresses(struct discovery_server *server,
                                    const struct local_address *locals, size_t local_count,
                                    tick_t now)
{
    struct local_address before[PEER_LOCAL_ADDRESSES_MAX];
    size_t before_count = server->local_count;
    bool has_changed = false;

    if (server->state != DISCOVERY_SERVER_RUNNING) return;
    memcpy(before, server->locals, sizeof(before));
    keep_addresses(server, locals, local_count);
    for (size_t i = 0; i < server->local_count; i++)
        has_changed |= !has_local(before, before_count, &server->locals[i]);
    for (size_t i = 0; i < before_count; i++)
        has_changed |= !has_local(server->locals, server->local_count, &before[i]);
    if (!has_changed) return;
    server->self.metadata_version++;
    say_hello(server, before, before_count, now);
}

static bool is_scope_ours(const struct discovery_server *server, const char *asked)
{
    for (size_t i = 0; i < ARRAY_COUNT(schemes); i++)
    {
        char own[PEER_FQDN_MAX + 16];

        snprintf(own, sizeof(own), "%s://%s", schemes[i], server->self.domain);
        if (discovery_scope_is_match(asked, own)) return true;
    }
    return false;
}

static bool is_probe_for_us(const struct discovery_server *server,
                            const struct discovery_message *probe)
{
    const char *scope = NULL;

    if (!probe->is_rule_known) return false;
    while ((scope = discovery_message_next_scope(probe, scope)))
        if (!is_scope_ours(server, scope)) return false;
    return true;
}

/* Also notes the answer when it is allowed. */
static bool may_answer(struct discovery_server *server, const struct peer_address *source,
                       tick_t now)
{
    struct discovery_answer *place = &server->answers[server->answer_next];

    if (place->time && now + 1 - place->time < 1000) return false;
    for (size_t i = 0; i < DISCOVERY_ANSWERS_PER_SECOND; i++)
    {
        const struct discovery_answer *answer = &server->answers[i];

        if (answer->time && now + 1 - answer->time < 1000 &&
            peer_address_is_equal(&answer->address, source))
            return false;
    }
    *place = (struct discovery_answer){now + 1, *source};
    server->answer_next = (server->answer_next + 1) % DISCOVERY_ANSWERS_PER_SECOND;
    return true;
}

void discovery_server_receive(struct discovery_server *server,
                              const struct discovery_message *message,
                              const struct peer_address *source, uint16_t port,
                              const struct local_address *arrival, tick_t now)
{
    struct discovery_target target = {.family = (enum peer_family)source->family,
                                      .link = arrival->link,
                                      .address = *source,
                                      .port = port};
    struct discovery_post *post;
    uint32_t delay;

    if (server->state != DISCOVERY_SERVER_RUNNING || message->kind != DISCOVERY_PROBE) return;
    if (!is_probe_for_us(server, message))
    {
        LOG_TRACE(LOG_PEER, "discovery: a probe for others");
        return;
    }
    if (!may_answer(server, source, now))
    {
        LOG_TRACE(LOG_PEER, "discovery: a probe too many");
        return;
    }
    delay = server->port->random_below(server->port->ctx, DISCOVERY_ANSWER_DELAY_MS + 1);
    post = discovery_outbox_add(&server->outbox, DISCOVERY_MATCHES, &target, now + delay);
    if (post) snprintf(post->relates_to, sizeof(post->relates_to), "%s", message->message_id);
}

void discovery_server_run(struct discovery_server *server, tick_t now)
{
    if (server->state == DISCOVERY_SERVER_STOPPED) return;
    discovery_outbox_run(&server->outbox, server->port, now, write_post, server);
    if (server->state == DISCOVERY_SERVER_STOPPING &&
        discovery_outbox_next(&server->outbox) == TICK_NEVER)
        server->state = DISCOVERY_SERVER_STOPPED;
}

tick_t discovery_server_next(const struct discovery_server *server)
{
    return server->state == DISCOVERY_SERVER_STOPPED ? TICK_NEVER
                                                     : discovery_outbox_next(&server->outbox);
}
