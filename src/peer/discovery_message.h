/* SPDX-License-Identifier: LGPL-2.1-or-later
 *
 * The messages of [MS-BPDP]: read from a datagram into a checked value, and written. Pure; any
 * thread. What a message means for a role is decided elsewhere. */
#ifndef OPENBITS_PEER_DISCOVERY_MESSAGE_H
#define OPENBITS_PEER_DISCOVERY_MESSAGE_H

#include "base/types.h"
#include "peer/discovery_scope.h"
#include "peer/peer_address.h"

#define DISCOVERY_RECEIVE_MAX   8192 /* longer datagrams are not taken */
#define DISCOVERY_SEND_MAX      1399 /* below 1400, so that no link splits it */
#define DISCOVERY_ID_MAX        127
#define DISCOVERY_SCOPE_SIZE    2048 /* of all scopes of one message */
#define DISCOVERY_SCOPES_MAX    16
#define DISCOVERY_ADDRESSES_MAX 16

#define DISCOVERY_VERSION 1

enum discovery_kind
{
    DISCOVERY_OTHER, /* another action: not for us, nothing else is filled in */
    DISCOVERY_HELLO,
    DISCOVERY_BYE,
    DISCOVERY_PROBE,
    DISCOVERY_MATCHES
};

struct discovery_message
{
    enum discovery_kind kind;
    char message_id[DISCOVERY_ID_MAX + 1];
    char relates_to[DISCOVERY_ID_MAX + 1]; /* DISCOVERY_MATCHES */

    /* All but DISCOVERY_PROBE. */
    uint32_t instance_id, message_number;
    GUID endpoint;

    /* DISCOVERY_HELLO and DISCOVERY_MATCHES. */
    char fqdn[PEER_FQDN_MAX + 1];
    uint32_t metadata_version;
    struct peer_address addresses[DISCOVERY_ADDRESSES_MAX]; /* scopes are 0 */
    size_t address_count;

    /* All but DISCOVERY_BYE. */
    char scope_text[DISCOVERY_SCOPE_SIZE]; /* each terminated */
    size_t scope_size, scope_count;
    bool is_rule_known; /* the match rule that is asked for is the one we have */
};

/* XML_MALFORMED or E_OUTOFMEMORY; then *fault is a constant that says what is wrong. */
HRESULT discovery_message_parse(const void *data, size_t size, struct discovery_message *message,
                                const char **fault);

/* The scope after this one, the first for NULL; NULL after the last one. */
const char *discovery_message_next_scope(const struct discovery_message *message,
                                         const char *scope);

/* What a server says of itself in every message. */
struct discovery_self
{
    GUID endpoint;
    uint32_t instance_id;
    uint32_t metadata_version;
    char fqdn[PEER_FQDN_MAX + 1];
    char domain[PEER_FQDN_MAX + 1];
};

/* A number and an id for one message, kept when it is repeated. */
struct discovery_stamp
{
    GUID message_id;
    uint32_t message_number;
};

/* Sizes without a terminator; 0 when even one address does not fit. Later addresses are left out
 * for that. */
size_t discovery_write_hello(char text[DISCOVERY_SEND_MAX + 1], const struct discovery_self *self,
                             const struct discovery_stamp *stamp,
                             const struct peer_address *addresses, size_t address_count);
size_t discovery_write_matches(char text[DISCOVERY_SEND_MAX + 1], const struct discovery_self *self,
                               const struct discovery_stamp *stamp, const char *relates_to,
                               const struct peer_address *addresses, size_t address_count);
size_t discovery_write_bye(char text[DISCOVERY_SEND_MAX + 1], const struct discovery_self *self,
                           const struct discovery_stamp *stamp);

/* The scheme is http or https: a peer is in one of the two scopes, or in both. */
size_t discovery_write_probe(char text[DISCOVERY_SEND_MAX + 1], const GUID *message_id,
                             const char *scheme, const char *domain);

#define DISCOVERY_ID_SIZE 46 /* urn:uuid:..., terminated */

/* A message id as it stands in our messages. */
void discovery_format_id(const GUID *guid, char text[DISCOVERY_ID_SIZE]);

#endif
