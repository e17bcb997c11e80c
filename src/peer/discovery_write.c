/* SPDX-License-Identifier: LGPL-2.1-or-later
 *
 * Writing the messages of discovery_message.h: always small enough for one packet. */
#include <stdarg.h>
#include <stdio.h>
#include <string.h>

#include "peer/discovery_message.h"
#include "peer/discovery_names.h"

#define UUID_SIZE 37

/* What did not fit makes size larger than DISCOVERY_SEND_MAX; nothing is written there. */
struct writer
{
    char *text; /* DISCOVERY_SEND_MAX + 1 characters */
    size_t size;
};

__attribute__((format(printf, 2, 3))) static void put(struct writer *writer, const char *format,
                                                      ...)
{
    va_list args;
    int got;

    if (writer->size > DISCOVERY_SEND_MAX) return;
    va_start(args, format);
    got =
        vsnprintf(writer->text + writer->size, DISCOVERY_SEND_MAX + 1 - writer->size, format, args);
    va_end(args);
    writer->size = got < 0 ? SIZE_MAX : writer->size + (size_t)got;
}

/* Text of others. */
static void put_escaped(struct writer *writer, const char *text)
{
    for (; *text; text++)
    {
        if (*text == '&')
            put(writer, "&amp;");
        else if (*text == '<')
            put(writer, "&lt;");
        else if (*text == '>')
            put(writer, "&gt;");
        else
            put(writer, "%c", *text);
    }
}

static void format_uuid(const GUID *guid, char text[UUID_SIZE])
{
    const uint8_t *rest = guid->Data4;

    snprintf(text, UUID_SIZE, "%08lx-%04x-%04x-%02x%02x-%02x%02x%02x%02x%02x%02x",
             (unsigned long)guid->Data1, guid->Data2, guid->Data3, rest[0], rest[1], rest[2],
             rest[3], rest[4], rest[5], rest[6], rest[7]);
}

void discovery_format_id(const GUID *guid, char text[DISCOVERY_ID_SIZE])
{
    static const char prefix[] = "urn:uuid:";

    memcpy(text, prefix, sizeof(prefix));
    format_uuid(guid, text + strlen(prefix));
}

static void put_head(struct writer *writer, bool has_bits, const char *to, const char *action,
                     const GUID *message_id)
{
    char id[DISCOVERY_ID_SIZE];

    discovery_format_id(message_id, id);
    put(writer, "<?xml version=\"1.0\" encoding=\"utf-8\"?>\n"
                "<s:Envelope xmlns:s=\"" NS_SOAP "\"\n"
                " xmlns:a=\"" NS_ADDRESSING "\"\n"
                " xmlns:d=\"" NS_DISCOVERY "\"");
    if (has_bits) put(writer, "\n xmlns:msbits=\"" NS_BITS "\"");
    put(writer, ">\n<s:Header>\n<a:To>%s</a:To>\n<a:Action>%s</a:Action>\n", to, action);
    put(writer, "<a:MessageID>%s</a:MessageID>\n", id);
}

static void put_sequence(struct writer *writer, const struct discovery_self *self,
                         const struct discovery_stamp *stamp)
{
    put(writer, "<d:AppSequence InstanceId=\"%lu\" MessageNumber=\"%lu\"/>\n",
        (unsigned long)self->instance_id, (unsigned long)stamp->message_number);
}

/* What Hello and ProbeMatch have in common. */
static void put_service(struct writer *writer, const struct discovery_self *self,
                        const struct peer_address *addresses, size_t count)
{
    char endpoint[UUID_SIZE], address[PEER_XADDR_TEXT_SIZE];

    format_uuid(&self->endpoint, endpoint);
    put(writer, "<a:EndpointReference>\n<a:Address>uuid:%s</a:Address>\n", endpoint);
    put(writer, "<msbits:Fqdn>%s</msbits:Fqdn>\n<msbits:version>%d</msbits:version>\n", self->fqdn,
        DISCOVERY_VERSION);
    put(writer, "</a:EndpointReference>\n<d:Types>msbits:" PEER_SERVER "</d:Types>\n");
    put(writer, "<d:Scopes>http://%s https://%s</d:Scopes>\n<d:XAddrs>", self->domain,
        self->domain);
    for (size_t i = 0; i < count; i++)
    {
        peer_xaddr_format(&addresses[i], address);
        put(writer, i ? " %s" : "%s", address);
    }
    put(writer, "</d:XAddrs>\n<d:MetadataVersion>%lu</d:MetadataVersion>\n",
        (unsigned long)self->metadata_version);
}

static bool is_whole(const struct writer *writer)
{
    return writer->size <= DISCOVERY_SEND_MAX;
}

size_t discovery_write_hello(char text[DISCOVERY_SEND_MAX + 1], const struct discovery_self *self,
                             const struct discovery_stamp *stamp,
                             const struct peer_address *addresses, size_t address_count)
{
    for (; address_count; address_count--)
    {
        struct writer writer = {text, 0};

        put_head(&writer, true, TO_EVERYBODY, ACTION_HELLO, &stamp->message_id);
        put_sequence(&writer, self, stamp);
        put(&writer, "</s:Header>\n<s:Body><d:Hello>\n");
        put_service(&writer, self, addresses, address_count);
        put(&writer, "</d:Hello></s:Body>\n</s:Envelope>\n");
        if (is_whole(&writer)) return writer.size;
    }
    return 0;
}

size_t discovery_write_matches(char text[DISCOVERY_SEND_MAX + 1], const struct discovery_self *self,
                               const struct discovery_stamp *stamp, const char *relates_to,
                               const struct peer_address *addresses, size_t address_count)
{
    for (; address_count; address_count--)
    {
        struct writer writer = {text, 0};

        put_head(&writer, true, TO_ANONYMOUS, ACTION_MATCHES, &stamp->message_id);
        put(&writer, "<a:RelatesTo>");
        put_escaped(&writer, relates_to);
        put(&writer, "</a:RelatesTo>\n");
        put_sequence(&writer, self, stamp);
        put(&writer, "</s:Header>\n<s:Body><d:ProbeMatches><d:ProbeMatch>\n");
        put_service(&writer, self, addresses, address_count);
        put(&writer, "</d:ProbeMatch></d:ProbeMatches></s:Body>\n</s:Envelope>\n");
        if (is_whole(&writer)) return writer.size;
    }
    return 0;
}

size_t discovery_write_bye(char text[DISCOVERY_SEND_MAX + 1], const struct discovery_self *self,
                           const struct discovery_stamp *stamp)
{
    struct writer writer = {text, 0};
    char endpoint[UUID_SIZE];

    format_uuid(&self->endpoint, endpoint);
    put_head(&writer, false, TO_EVERYBODY, ACTION_BYE, &stamp->message_id);
    put_sequence(&writer, self, stamp);
    put(&writer,
        "</s:Header>\n<s:Body><d:Bye>\n"
        "<a:EndpointReference><a:Address>uuid:%s</a:Address></a:EndpointReference>\n"
        "</d:Bye></s:Body>\n</s:Envelope>\n",
        endpoint);
    return is_whole(&writer) ? writer.size : 0;
}

size_t discovery_write_probe(char text[DISCOVERY_SEND_MAX + 1], const GUID *message_id,
                             const char *scheme, const char *domain)
{
    struct writer writer = {text, 0};

    put_head(&writer, true, TO_EVERYBODY, ACTION_PROBE, message_id);
    put(&writer, "</s:Header>\n<s:Body><d:Probe>\n<d:Types>msbits:" PEER_SERVER "</d:Types>\n");
    put(&writer, "<d:Scopes MatchBy=\"" RULE_RFC2396 "\">%s://%s</d:Scopes>\n", scheme, domain);
    put(&writer, "</d:Probe></s:Body>\n</s:Envelope>\n");
    return is_whole(&writer) ? writer.size : 0;
}
