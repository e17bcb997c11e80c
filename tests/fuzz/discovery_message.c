/* SPDX-License-Identifier: LGPL-2.1-or-later
 *
 * Fuzz target: a datagram of discovery. What is taken keeps to its bounds, and an answer that is
 * written from it is taken too and says the same. */
#include <stdlib.h>
#include <string.h>

#include "fuzz/fuzz.h"
#include "peer/discovery_message.h"

static bool is_terminated(const char *text, size_t size)
{
    return memchr(text, 0, size);
}

static void check_scopes(const struct discovery_message *message)
{
    const char *scope = NULL;
    size_t count = 0;

    CHECK(message->scope_size <= sizeof(message->scope_text));
    CHECK(message->scope_count <= DISCOVERY_SCOPES_MAX);
    while ((scope = discovery_message_next_scope(message, scope)))
    {
        CHECK(scope[0]);
        count++;
        discovery_scope_is_match(scope, "http://lab.example/a");
        discovery_scope_is_match("http://lab.example/a", scope);
    }
    CHECK(count == message->scope_count);
}

static void check_addresses(const struct discovery_message *message)
{
    CHECK(message->address_count <= DISCOVERY_ADDRESSES_MAX);
    for (size_t i = 0; i < message->address_count; i++)
    {
        const struct peer_address *address = &message->addresses[i];
        char text[PEER_XADDR_TEXT_SIZE];
        struct peer_address again;

        CHECK(address->family == PEER_IPV4 || address->family == PEER_IPV6);
        CHECK(!address->scope);
        peer_xaddr_format(address, text);
        CHECK(peer_xaddr_parse(text, strlen(text), &again));
        CHECK(peer_address_is_equal(address, &again));
    }
}

static void check_service(const struct discovery_message *message)
{
    struct discovery_self self = {.endpoint = message->endpoint,
                                  .instance_id = message->instance_id,
                                  .metadata_version = message->metadata_version,
                                  .domain = "lab.example"};
    struct discovery_stamp stamp = {message->endpoint, message->message_number};
    static struct discovery_message again;
    char text[DISCOVERY_SEND_MAX + 1], *exact;
    const char *fault;
    size_t size;

    CHECK(fqdn_check(message->fqdn, strlen(message->fqdn)) != FQDN_MALFORMED);
    strcpy(self.fqdn, message->fqdn);
    size = discovery_write_matches(text, &self, &stamp, message->message_id, message->addresses,
                                   message->address_count);
    CHECK(size <= DISCOVERY_SEND_MAX);
    if (!size) return;

    exact = malloc(size);
    memcpy(exact, text, size);
    CHECK(discovery_message_parse(exact, size, &again, &fault) == S_OK);
    free(exact);
    CHECK(again.kind == DISCOVERY_MATCHES);
    CHECK(!strcmp(again.relates_to, message->message_id));
    CHECK(!strcmp(again.fqdn, message->fqdn));
    CHECK(again.message_number == message->message_number);
    CHECK(again.metadata_version == message->metadata_version);
    CHECK(again.address_count && again.address_count <= message->address_count);
    for (size_t i = 0; i < again.address_count; i++)
        CHECK(peer_address_is_equal(&again.addresses[i], &message->addresses[i]));
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
    static struct discovery_message message;
    const char *fault;
    HRESULT hr = discovery_message_parse(data, size, &message, &fault);

    CHECK(FAILED(hr) == (fault != NULL));
    CHECK(SUCCEEDED(hr) || message.kind == DISCOVERY_OTHER);
    if (message.kind == DISCOVERY_OTHER) return 0;

    CHECK(is_terminated(message.message_id, sizeof(message.message_id)) && message.message_id[0]);
    CHECK(is_terminated(message.relates_to, sizeof(message.relates_to)));
    CHECK(is_terminated(message.fqdn, sizeof(message.fqdn)));
    CHECK(message.kind != DISCOVERY_MATCHES || message.relates_to[0]);
    check_scopes(&message);
    check_addresses(&message);
    if (message.kind == DISCOVERY_HELLO || message.kind == DISCOVERY_MATCHES)
    {
        CHECK(message.scope_count);
        check_service(&message);
    }
    return 0;
}
