/* SPDX-License-Identifier: LGPL-2.1-or-later
 *
 * Reading: a table of the elements that count, by what they stand in; all others are passed over.
 * Each may stand there once. What has to be there is looked at in the end. */
#include "peer/discovery_message.h"

#include <string.h>

#include "base/str.h"
#include "peer/discovery_names.h"
#include "peer/xml_reader.h"

enum element
{
    EL_NONE, /* unknown, and all that is in it */
    EL_DOCUMENT,
    EL_ENVELOPE,
    EL_HEADER,
    EL_BODY,
    EL_TO,
    EL_ACTION,
    EL_MESSAGE_ID,
    EL_RELATES_TO,
    EL_SEQUENCE,
    EL_HELLO,
    EL_BYE,
    EL_PROBE,
    EL_MATCHES,
    EL_MATCH,
    EL_ENDPOINT,
    EL_ADDRESS,
    EL_FQDN,
    EL_VERSION,
    EL_TYPES,
    EL_SCOPES,
    EL_XADDRS,
    EL_METADATA,
    EL_COUNT
};

#define BIT(element) (1u << (element))
#define SERVICES     (BIT(EL_HELLO) | BIT(EL_MATCH))

/* clang-format off */
static const struct known
{
    uint32_t parents;
    const char *ns, *local;
    enum element element;
} known_elements[] = {
    {BIT(EL_DOCUMENT),             NS_SOAP,       "Envelope",          EL_ENVELOPE},
    {BIT(EL_ENVELOPE),             NS_SOAP,       "Header",            EL_HEADER},
    {BIT(EL_ENVELOPE),             NS_SOAP,       "Body",              EL_BODY},
    {BIT(EL_HEADER),               NS_ADDRESSING, "To",                EL_TO},
    {BIT(EL_HEADER),               NS_ADDRESSING, "Action",            EL_ACTION},
    {BIT(EL_HEADER),               NS_ADDRESSING, "MessageID",         EL_MESSAGE_ID},
    {BIT(EL_HEADER),               NS_ADDRESSING, "RelatesTo",         EL_RELATES_TO},
    {BIT(EL_HEADER),               NS_DISCOVERY,  "AppSequence",       EL_SEQUENCE},
    {BIT(EL_BODY),                 NS_DISCOVERY,  "Hello",             EL_HELLO},
    {BIT(EL_BODY),                 NS_DISCOVERY,  "Bye",               EL_BYE},
    {BIT(EL_BODY),                 NS_DISCOVERY,  "Probe",             EL_PROBE},
    {BIT(EL_BODY),                 NS_DISCOVERY,  "ProbeMatches",      EL_MATCHES},
    {BIT(EL_MATCHES),              NS_DISCOVERY,  "ProbeMatch",        EL_MATCH},
    {SERVICES | BIT(EL_BYE),       NS_ADDRESSING, "EndpointReference", EL_ENDPOINT},
    {BIT(EL_ENDPOINT),             NS_ADDRESSING, "Address",           EL_ADDRESS},
    {BIT(EL_ENDPOINT),             NS_BITS,       "Fqdn",              EL_FQDN},
    {BIT(EL_ENDPOINT),             NS_BITS,       "version",           EL_VERSION},
    {SERVICES | BIT(EL_PROBE),     NS_DISCOVERY,  "Types",             EL_TYPES},
    {SERVICES | BIT(EL_PROBE),     NS_DISCOVERY,  "Scopes",            EL_SCOPES},
    {SERVICES,                     NS_DISCOVERY,  "XAddrs",            EL_XADDRS},
    {SERVICES,                     NS_DISCOVERY,  "MetadataVersion",   EL_METADATA},
};

#define COMMON (BIT(EL_ENVELOPE) | BIT(EL_HEADER) | BIT(EL_BODY) | BIT(EL_TO) | BIT(EL_ACTION) |   \
                BIT(EL_MESSAGE_ID))
#define SERVICE (BIT(EL_SEQUENCE) | BIT(EL_ENDPOINT) | BIT(EL_ADDRESS) | BIT(EL_FQDN) |            \
                 BIT(EL_VERSION) | BIT(EL_TYPES) | BIT(EL_SCOPES) | BIT(EL_XADDRS) |               \
                 BIT(EL_METADATA))

static const struct action
{
    const char *uri;
    enum discovery_kind kind;
    const char *to;
    uint32_t needed; /* elements */
} actions[] = {
    {ACTION_HELLO,   DISCOVERY_HELLO,   TO_EVERYBODY, COMMON | BIT(EL_HELLO) | SERVICE},
    {ACTION_BYE,     DISCOVERY_BYE,     TO_EVERYBODY,
     COMMON | BIT(EL_BYE) | BIT(EL_SEQUENCE) | BIT(EL_ENDPOINT) | BIT(EL_ADDRESS)},
    {ACTION_PROBE,   DISCOVERY_PROBE,   TO_EVERYBODY,
     COMMON | BIT(EL_PROBE) | BIT(EL_TYPES) | BIT(EL_SCOPES)},
    {ACTION_MATCHES, DISCOVERY_MATCHES, TO_ANONYMOUS,
     COMMON | BIT(EL_RELATES_TO) | BIT(EL_MATCHES) | BIT(EL_MATCH) | SERVICE},
};
/* clang-format on */

#define BODIES (BIT(EL_HELLO) | BIT(EL_BYE) | BIT(EL_PROBE) | BIT(EL_MATCHES))

struct parse
{
    struct discovery_message *message;
    const struct xml_reader *reader;
    enum element path[XML_DEPTH_MAX + 1];
    uint32_t seen;
    const struct action *action; /* NULL for one that is not ours */
    bool is_to_everybody, is_to_anonymous;
    const char *fault;
};

struct token
{
    const char *at;
    size_t len;
};

static bool is_space(char c)
{
    return c == ' ' || c == '\t' || c == '\r' || c == '\n';
}

/* Takes the next word off the text. */
static bool next_token(struct token *text, struct token *token)
{
    while (text->len && is_space(text->at[0]))
        text->at++, text->len--;
    *token = (struct token){text->at, 0};
    while (token->len < text->len && !is_space(text->at[token->len]))
        token->len++;
    text->at += token->len;
    text->len -= token->len;
    return token->len;
}

/* The only word of the text. */
static bool only_token(struct token text, struct token *token)
{
    struct token more;

    return next_token(&text, token) && !next_token(&text, &more);
}

static bool is_token(struct token token, const char *word)
{
    return token.len == strlen(word) && !memcmp(token.at, word, token.len);
}

static bool copy_token(struct token token, char *out, size_t size)
{
    if (token.len >= size) return false;
    memcpy(out, token.at, token.len);
    out[token.len] = 0;
    return true;
}

static bool parse_uint32(struct token token, uint32_t *value)
{
    uint64_t sum = 0;

    *value = 0;
    for (size_t i = 0; i < token.len; i++)
    {
        if (token.at[i] < '0' || token.at[i] > '9') return false;
        sum = sum * 10 + (uint64_t)(token.at[i] - '0');
        if (sum > UINT32_MAX) return false;
    }
    *value = (uint32_t)sum;
    return token.len;
}

/* uuid:..., or urn:uuid:... as Windows' own stack writes it. */
static bool parse_endpoint(struct token token, GUID *guid)
{
    static const char *const prefixes[] = {"urn:uuid:", "uuid:"};
    WCHAR braced[GUID_TEXT_SIZE] = {'{'};

    for (size_t i = 0; i < ARRAY_COUNT(prefixes); i++)
    {
        size_t len = strlen(prefixes[i]);

        if (token.len != len + GUID_TEXT_SIZE - 3 || memcmp(token.at, prefixes[i], len)) continue;
        for (size_t n = 0; n < GUID_TEXT_SIZE - 3; n++)
            braced[n + 1] = (unsigned char)token.at[len + n];
        braced[GUID_TEXT_SIZE - 2] = '}';
        return guid_parse(braced, guid);
    }
    return false;
}

static const char *take_endpoint(struct parse *parse, struct token text)
{
    struct token token;

    if (only_token(text, &token) && parse_endpoint(token, &parse->message->endpoint)) return NULL;
    return "the endpoint is no uuid";
}

static const char *take_fqdn(struct parse *parse, struct token text)
{
    struct token token;

    if (!only_token(text, &token) || fqdn_check(token.at, token.len) == FQDN_MALFORMED ||
        !copy_token(token, parse->message->fqdn, sizeof(parse->message->fqdn)))
        return "the name is no host's";
    return NULL;
}

/* 1 comes first when it is there at all. */
static const char *take_version(struct token text)
{
    struct token token;
    uint32_t version;

    if (!next_token(&text, &token) || !parse_uint32(token, &version) ||
        version != DISCOVERY_VERSION)
        return "not version 1";
    while (next_token(&text, &token))
        if (!parse_uint32(token, &version)) return "a version is no number";
    return NULL;
}

static bool is_peer_server(const struct parse *parse, struct token name)
{
    const char *colon = memchr(name.at, ':', name.len);
    size_t prefix_len = colon ? (size_t)(colon - name.at) : 0;
    struct token local = colon ? (struct token){colon + 1, name.len - prefix_len - 1} : name;
    const char *ns;

    if (!is_token(local, PEER_SERVER) || (colon && !prefix_len)) return false;
    ns = xml_find_namespace(parse->reader, name.at, prefix_len);
    return ns && !strcmp(ns, NS_BITS);
}

static const char *take_types(struct parse *parse, struct token text)
{
    struct token token;

    while (next_token(&text, &token))
        if (is_peer_server(parse, token)) return NULL;
    return "not of the type PeerServer";
}

static const char *take_scopes(struct discovery_message *message, struct token text)
{
    struct token token;

    while (next_token(&text, &token))
    {
        if (message->scope_count == DISCOVERY_SCOPES_MAX ||
            !copy_token(token, message->scope_text + message->scope_size,
                        sizeof(message->scope_text) - message->scope_size))
            return "too many scopes";
        message->scope_size += token.len + 1;
        message->scope_count++;
    }
    return message->scope_count ? NULL : "no scope";
}

/* What is no address of the form that is asked for is passed over. */
static const char *take_xaddrs(struct discovery_message *message, struct token text)
{
    struct token token;

    while (message->address_count < DISCOVERY_ADDRESSES_MAX && next_token(&text, &token))
        if (peer_xaddr_parse(token.at, token.len, &message->addresses[message->address_count]))
            message->address_count++;
    return NULL;
}

static const char *take_to(struct parse *parse, struct token text)
{
    struct token token;

    if (!only_token(text, &token)) return "no receiver";
    parse->is_to_everybody = is_token(token, TO_EVERYBODY);
    parse->is_to_anonymous = is_token(token, TO_ANONYMOUS);
    return NULL;
}

static const char *take_action(struct parse *parse, struct token text)
{
    struct token token;

    if (!only_token(text, &token)) return "no action";
    for (size_t i = 0; i < ARRAY_COUNT(actions); i++)
        if (is_token(token, actions[i].uri)) parse->action = &actions[i];
    return NULL;
}

static const char *take_id(struct token text, char id[DISCOVERY_ID_MAX + 1])
{
    struct token token;

    if (only_token(text, &token) && copy_token(token, id, DISCOVERY_ID_MAX + 1)) return NULL;
    return "an id is empty or too long";
}

static const char *take_text(struct parse *parse, enum element element, struct token text)
{
    struct token token;

    switch (element)
    {
    case EL_TO:
        return take_to(parse, text);
    case EL_ACTION:
        return take_action(parse, text);
    case EL_MESSAGE_ID:
        return take_id(text, parse->message->message_id);
    case EL_RELATES_TO:
        return take_id(text, parse->message->relates_to);
    case EL_ADDRESS:
        return take_endpoint(parse, text);
    case EL_FQDN:
        return take_fqdn(parse, text);
    case EL_VERSION:
        return take_version(text);
    case EL_TYPES:
        return take_types(parse, text);
    case EL_SCOPES:
        return take_scopes(parse->message, text);
    case EL_XADDRS:
        return take_xaddrs(parse->message, text);
    case EL_METADATA:
        if (only_token(text, &token) && parse_uint32(token, &parse->message->metadata_version))
            return NULL;
        return "MetadataVersion is no number";
    default:
        return NULL;
    }
}

static struct token find_attribute(const struct xml_attribute *attributes, size_t count,
                                   const char *local)
{
    struct token value, token;

    for (size_t i = 0; i < count; i++)
    {
        if (!xml_name_is(&attributes[i].name, "", local)) continue;
        value = (struct token){attributes[i].value, strlen(attributes[i].value)};
        only_token(value, &token);
        return token;
    }
    return (struct token){"", 0};
}

static const char *take_attributes(struct parse *parse, enum element element,
                                   const struct xml_attribute *attributes, size_t count)
{
    struct discovery_message *message = parse->message;
    struct token rule;

    if (element == EL_SEQUENCE)
    {
        if (!parse_uint32(find_attribute(attributes, count, "InstanceId"), &message->instance_id) ||
            !parse_uint32(find_attribute(attributes, count, "MessageNumber"),
                          &message->message_number))
            return "AppSequence without its numbers";
    }
    else if (element == EL_SCOPES)
    {
        rule = find_attribute(attributes, count, "MatchBy");
        message->is_rule_known = !rule.len || is_token(rule, RULE_RFC2396);
    }
    return NULL;
}

static enum element find_element(enum element parent, const struct xml_name *name)
{
    for (size_t i = 0; i < ARRAY_COUNT(known_elements); i++)
    {
        const struct known *known = &known_elements[i];

        if (known->parents & BIT(parent) && xml_name_is(name, known->ns, known->local))
            return known->element;
    }
    return EL_NONE;
}

static bool on_start(void *ctx, const struct xml_reader *reader, const struct xml_name *name,
                     const struct xml_attribute *attributes, size_t count)
{
    struct parse *parse = ctx;
    unsigned int depth = xml_depth(reader);
    enum element element = find_element(parse->path[depth - 1], name);

    parse->path[depth] = element;
    if (element == EL_NONE) return true;
    if (parse->seen & BIT(element))
    {
        parse->fault = "an element is there twice";
        return false;
    }
    parse->seen |= BIT(element);
    parse->fault = take_attributes(parse, element, attributes, count);
    return !parse->fault;
}

static bool on_end(void *ctx, const struct xml_reader *reader, const struct xml_name *name,
                   const char *text, size_t text_len)
{
    struct parse *parse = ctx;

    (void)name;
    parse->reader = reader;
    parse->fault = take_text(parse, parse->path[xml_depth(reader)], (struct token){text, text_len});
    return !parse->fault;
}

static const char *check_whole(const struct parse *parse)
{
    const struct action *action = parse->action;

    if (!(parse->seen & BIT(EL_ENVELOPE))) return "no envelope";
    if (!(parse->seen & BIT(EL_ACTION))) return "no action";
    if (!action) return NULL;
    if (parse->seen & BODIES & ~action->needed) return "action and body do not fit";
    if (action->needed & ~parse->seen) return "an element is missing";
    if (!(action->kind == DISCOVERY_MATCHES ? parse->is_to_anonymous : parse->is_to_everybody))
        return "another receiver";
    return NULL;
}

HRESULT discovery_message_parse(const void *data, size_t size, struct discovery_message *message,
                                const char **fault)
{
    static const struct xml_handler handler = {on_start, on_end};
    static const struct xml_rules rules = {DISCOVERY_RECEIVE_MAX, DISCOVERY_RECEIVE_MAX, true};
    struct parse parse = {.message = message, .path = {EL_DOCUMENT}};
    HRESULT hr;

    memset(message, 0, sizeof(*message));
    hr = xml_read(data, size, &rules, &handler, &parse, NULL);
    if (SUCCEEDED(hr) && (parse.fault = check_whole(&parse))) hr = XML_MALFORMED;
    if (SUCCEEDED(hr) && parse.action)
        message->kind = parse.action->kind;
    else
        memset(message, 0, sizeof(*message));
    *fault = FAILED(hr) && !parse.fault ? "no XML that is taken" : parse.fault;
    return hr;
}

const char *discovery_message_next_scope(const struct discovery_message *message, const char *scope)
{
    const char *next = scope ? scope + strlen(scope) + 1 : message->scope_text;

    return next < message->scope_text + message->scope_size ? next : NULL;
}
