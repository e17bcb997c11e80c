/* SPDX-License-Identifier: LGPL-2.1-or-later
 *
 * The client role: [MS-BPDP] 3.2. */
#include "peer/discovery_client.h"

#include <stdio.h>
#include <string.h>

#include "base/log.h"

/* A peer may announce either, so it is asked for both: the scopes of one Probe must all match. */
static const char *const schemes[] = {"http", "https"};

void discovery_client_init(struct discovery_client *client, const char *fqdn, const char *domain,
                           struct peer_table *table, const struct discovery_port *port,
                           const struct discovery_client_events *events)
{
    memset(client, 0, sizeof(*client));
    client->port = port;
    client->events = events;
    client->table = table;
    snprintf(client->fqdn, sizeof(client->fqdn), "%s", fqdn);
    snprintf(client->domain, sizeof(client->domain), "%s", domain);
}

void discovery_client_set_addresses(struct discovery_client *client,
                                    const struct local_address *locals, size_t local_count)
{
    if (local_count > PEER_LOCAL_ADDRESSES_MAX) local_count = PEER_LOCAL_ADDRESSES_MAX;
    if (local_count) memcpy(client->locals, locals, local_count * sizeof(*locals));
    client->local_count = local_count;
    peer_table_set_attached(client->table, locals, local_count);
}

void discovery_client_start(struct discovery_client *client, const struct local_address *locals,
                            size_t local_count)
{
    client->state = DISCOVERY_CLIENT_IDLE;
    client->has_probed = false;
    discovery_outbox_clear(&client->outbox);
    discovery_client_set_addresses(client, locals, local_count);
}

void discovery_client_cancel(struct discovery_client *client)
{
    if (client->state != DISCOVERY_CLIENT_PROBING) return;
    client->state = DISCOVERY_CLIENT_SUPPRESSED;
    discovery_outbox_clear(&client->outbox);
    client->events->finished(client->events->ctx);
}

void discovery_client_stop(struct discovery_client *client)
{
    discovery_client_cancel(client);
    discovery_outbox_clear(&client->outbox);
    client->state = DISCOVERY_CLIENT_STOPPED;
}

static size_t write_post(void *ctx, struct discovery_post *post)
{
    const struct discovery_client *client = ctx;

    return discovery_write_probe(post->text, &post->message_id, post->scheme, client->domain);
}

static void probe(struct discovery_client *client, tick_t now)
{
    for (size_t n = 0; n < ARRAY_COUNT(schemes); n++)
        client->port->create_id(client->port->ctx, &client->probe_ids[n]);
    client->has_probed = true;

    for (size_t i = 0; i < client->local_count; i++)
    {
        struct discovery_target target = discovery_link_of(&client->locals[i]);

        if (discovery_is_link_repeated(client->locals, i)) continue;
        for (size_t n = 0; n < ARRAY_COUNT(schemes); n++)
        {
            struct discovery_post *post =
                discovery_outbox_add(&client->outbox, DISCOVERY_PROBE, &target, now);

            if (!post) return;
            post->scheme = schemes[n];
            post->message_id = client->probe_ids[n];
        }
    }
}

void discovery_client_request(struct discovery_client *client, tick_t now)
{
    discovery_client_run(client, now);
    if (client->state == DISCOVERY_CLIENT_PROBING) return;
    if (client->state != DISCOVERY_CLIENT_IDLE || !client->local_count)
    {
        client->events->finished(client->events->ctx);
        return;
    }
    LOG_INFO(LOG_PEER, "discovery: looking for peers");
    client->state = DISCOVERY_CLIENT_PROBING;
    client->end = now + DISCOVERY_TIMER_MS;
    client->suppression_end = now + DISCOVERY_SUPPRESSION_MS;
    probe(client, now);
    discovery_client_run(client, now);
}

void discovery_client_clear(struct discovery_client *client)
{
    peer_table_clear(client->table);
    /* Who has answered is forgotten and will not answer again: the next request asks anew. */
    discovery_client_cancel(client);
    if (client->state == DISCOVERY_CLIENT_SUPPRESSED) client->state = DISCOVERY_CLIENT_IDLE;
}

static bool is_answer_to_us(const struct discovery_client *client,
                            const struct discovery_message *message)
{
    for (size_t n = 0; n < ARRAY_COUNT(schemes) && client->has_probed; n++)
    {
        char id[DISCOVERY_ID_SIZE];

        discovery_format_id(&client->probe_ids[n], id);
        if (!strcmp(id, message->relates_to)) return true;
    }
    return false;
}

static bool is_scope_ours(const struct discovery_client *client,
                          const struct discovery_message *message)
{
    const char *scope = NULL;

    while ((scope = discovery_message_next_scope(message, scope)))
    {
        for (size_t n = 0; n < ARRAY_COUNT(schemes); n++)
        {
            char own[PEER_FQDN_MAX + 16];

            snprintf(own, sizeof(own), "%s://%s", schemes[n], client->domain);
            if (discovery_scope_is_match(own, scope)) return true;
        }
    }
    return false;
}

/* NULL when it is one that we want to know. */
static const char *check_announcement(const struct discovery_client *client,
                                      const struct discovery_message *message)
{
    if (message->kind == DISCOVERY_MATCHES && !is_answer_to_us(client, message))
        return "an answer to nothing";
    if (!is_scope_ours(client, message)) return "of another scope";
    if (!fqdn_is_below(message->fqdn, client->domain)) return "of another domain";
    if (fqdn_is_equal(message->fqdn, client->fqdn)) return "in our own name";
    return NULL;
}

void discovery_client_receive(struct discovery_client *client,
                              const struct discovery_message *message,
                              const struct peer_address *source,
                              const struct local_address *arrival, filetime_t now)
{
    static const char *const outcomes[] = {
        [PEER_MERGED] = "merged",
        [PEER_OUTDATED] = "outdated",
        [PEER_NO_ADDRESS] = "without an address in our subnets",
        [PEER_NO_ROOM] = "one too many",
    };
    struct peer_news news = {message->fqdn,
                             message->endpoint,
                             message->instance_id,
                             message->message_number,
                             message->metadata_version,
                             message->addresses,
                             message->address_count,
                             *source,
                             arrival->link};
    enum peer_merge outcome;
    const char *fault;

    if (client->state == DISCOVERY_CLIENT_STOPPED) return;
    /* A Bye is ignored, as anybody can send one: what is gone is found out when it is asked. */
    if (message->kind != DISCOVERY_HELLO && message->kind != DISCOVERY_MATCHES) return;
    if ((fault = check_announcement(client, message)))
    {
        LOG_TRACE(LOG_PEER, "discovery: announcement dropped: %s", fault);
        return;
    }
    if (fqdn_check(message->fqdn, strlen(message->fqdn)) == FQDN_TOLERATED)
        LOG_TRACE(LOG_PEER, "discovery: %s has a label that begins with a digit", message->fqdn);
    outcome = peer_table_merge(client->table, &news, now);
    LOG_TRACE(LOG_PEER, "discovery: %s is %s", message->fqdn, outcomes[outcome]);
    if (outcome == PEER_MERGED) client->events->found(client->events->ctx);
}

void discovery_client_run(struct discovery_client *client, tick_t now)
{
    discovery_outbox_run(&client->outbox, client->port, now, write_post, client);
    if (client->state == DISCOVERY_CLIENT_PROBING && client->end <= now)
        discovery_client_cancel(client);
    if (client->state == DISCOVERY_CLIENT_SUPPRESSED && client->suppression_end <= now)
        client->state = DISCOVERY_CLIENT_IDLE;
}

tick_t discovery_client_next(const struct discovery_client *client)
{
    tick_t next = discovery_outbox_next(&client->outbox), own = TICK_NEVER;

    if (client->state == DISCOVERY_CLIENT_PROBING) own = client->end;
    if (client->state == DISCOVERY_CLIENT_SUPPRESSED) own = client->suppression_end;
    return own < next ? own : next;
}
