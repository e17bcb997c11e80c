/* SPDX-License-Identifier: LGPL-2.1-or-later
 *
 * peer/discovery_message.c and peer/discovery_write.c */
#include "harness/test.h"

#include <stdio.h>

#include "base/str.h"
#include "discovery_text.h"
#include "peer/discovery_message.h"
#include "peer/xml_reader.h"

static const struct discovery_self alpha = {
    .endpoint = {0x8d3c1a70, 0x55d2, 0x4b5e, {0x8a, 0x0b, 0x7c, 0x1f, 0x2f, 0x9a, 0x4e, 0x10}},
    .instance_id = 1717200000,
    .metadata_version = 1,
    .fqdn = "alpha.lab.example",
    .domain = "lab.example",
};

static struct discovery_message message;

/* From memory of exactly the message's size. */
static const char *parse_bytes(const void *data, size_t size)
{
    void *copy = malloc(size ? size : 1);
    const char *fault;
    HRESULT hr;

    memcpy(copy, data, size);
    hr = discovery_message_parse(copy, size, &message, &fault);
    free(copy);
    ok(hr == (fault ? XML_MALFORMED : S_OK), "Got hr %#lx.\n", (unsigned long)hr);
    ok(!fault || message.kind == DISCOVERY_OTHER, "Kind %d of a bad message.\n", message.kind);
    return fault;
}

static const char *parse(const char *text)
{
    return parse_bytes(text, strlen(text));
}

static const char *parse_changed(const char *text, const char *from, const char *to)
{
    char *changed = replace_text(text, from, to);
    const char *fault;

    ok(!!changed, "There is no %s.\n", from);
    if (!changed) return "no test";
    fault = parse(changed);
    free(changed);
    return fault;
}

static void expect(int line, const char *vector, const char *fault, const char *expected)
{
    ok(fault ? expected && !strcmp(fault, expected) : !expected, "%s, line %d: got fault %s.\n",
       vector, line, fault ? fault : "none");
}
#define EXPECT_TAKEN(vector, call)            expect(__LINE__, vector, call, NULL)
#define EXPECT_DROPPED(vector, call, because) expect(__LINE__, vector, call, because)

static void test_hello(void)
{
    char text[PEER_ADDRESS_TEXT_SIZE];
    const char *scope = NULL;

    EXPECT_TAKEN("D1", parse(hello_text));
    ok(message.kind == DISCOVERY_HELLO, "D1: got kind %d.\n", message.kind);
    ok(!strcmp(message.message_id, "urn:uuid:5f0b6a52-7a3e-4c0e-9d63-0d5a8f6c1e01"),
       "D1: got id %s.\n", message.message_id);
    ok(message.instance_id == 1717200000 && message.message_number == 1, "D1: got %lu, %lu.\n",
       (unsigned long)message.instance_id, (unsigned long)message.message_number);
    ok(guid_is_equal(&message.endpoint, &alpha.endpoint), "D1: wrong endpoint.\n");
    ok(!strcmp(message.fqdn, "alpha.lab.example"), "D1: got name %s.\n", message.fqdn);
    ok(message.metadata_version == 1, "D1: got %lu.\n", (unsigned long)message.metadata_version);

    ok(message.address_count == 2, "D1: got %zu addresses.\n", message.address_count);
    peer_address_format(&message.addresses[0], text);
    ok(!strcmp(text, "192.0.2.10"), "D1: got %s.\n", text);
    peer_address_format(&message.addresses[1], text);
    ok(!strcmp(text, "2001:db8::10"), "D1: got %s.\n", text);

    ok(message.scope_count == 2, "D1: got %zu scopes.\n", message.scope_count);
    scope = discovery_message_next_scope(&message, scope);
    ok(scope && !strcmp(scope, "http://lab.example"), "D1: got %s.\n", scope);
    scope = discovery_message_next_scope(&message, scope);
    ok(scope && !strcmp(scope, "https://lab.example"), "D1: got %s.\n", scope);
    ok(!discovery_message_next_scope(&message, scope), "D1: more scopes.\n");
}

static void test_other_kinds(void)
{
    EXPECT_TAKEN("D2", parse(probe_text));
    ok(message.kind == DISCOVERY_PROBE && message.is_rule_known && message.scope_count == 1,
       "D2: got kind %d.\n", message.kind);
    EXPECT_TAKEN(
        "D2",
        parse_changed(probe_text,
                      " MatchBy=\"http://schemas.xmlsoap.org/ws/2005/04/discovery/rfc2396\"", ""));
    ok(message.is_rule_known, "The rule by default is not known.\n");
    EXPECT_TAKEN("D5", parse_changed(probe_text, "/rfc2396", "/strcmp0"));
    ok(!message.is_rule_known, "D5: the rule is known.\n");

    EXPECT_TAKEN("matches", parse(matches_text));
    ok(message.kind == DISCOVERY_MATCHES && message.address_count == 1, "Got kind %d.\n",
       message.kind);
    ok(!strcmp(message.relates_to, "urn:uuid:c2a4b1de-90f1-4f7e-b1b5-52f4c7f00a02"), "Got %s.\n",
       message.relates_to);

    EXPECT_TAKEN("bye", parse(bye_text));
    ok(message.kind == DISCOVERY_BYE && guid_is_equal(&message.endpoint, &alpha.endpoint),
       "Got kind %d.\n", message.kind);

    EXPECT_TAKEN("resolve", parse_changed(probe_text, "discovery/Probe<", "discovery/Resolve<"));
    ok(message.kind == DISCOVERY_OTHER, "Got kind %d.\n", message.kind);
}

static void test_types(void)
{
    static const char types[] = "<d:Types>msbits:PeerServer</d:Types>";
    static const char other[] = "not of the type PeerServer";

    EXPECT_TAKEN("D7", parse_changed(hello_text, types,
                                     "<d:Types xmlns:q='http://schemas.microsoft.com/windows/2005/"
                                     "05/BITS/cache'>q:PeerServer</d:Types>"));
    EXPECT_TAKEN("D7", parse_changed(probe_text, types,
                                     "<d:Types xmlns='http://schemas.microsoft.com/windows/2005/05/"
                                     "BITS/cache'>d:Device PeerServer</d:Types>"));
    EXPECT_DROPPED("D8",
                   parse_changed(hello_text, types,
                                 "<d:Types xmlns:msbits='urn:x'>msbits:PeerServer</d:Types>"),
                   other);
    EXPECT_DROPPED("D8",
                   parse_changed(probe_text, types,
                                 "<d:Types xmlns:msbits='urn:x'>msbits:PeerServer</d:Types>"),
                   other);
    EXPECT_DROPPED("D8", parse_changed(probe_text, types, "<d:Types>PeerServer</d:Types>"), other);
    EXPECT_DROPPED("D8",
                   parse_changed(probe_text, types,
                                 "<d:Types xmlns='http://schemas.microsoft.com/windows/2005/05/"
                                 "BITS/cache'>:PeerServer</d:Types>"),
                   other);
    EXPECT_DROPPED("D8", parse_changed(probe_text, types, "<d:Types>q:PeerServer</d:Types>"),
                   other);
    EXPECT_DROPPED("D8", parse_changed(probe_text, types, "<d:Types>msbits:Peerserver</d:Types>"),
                   other);
    EXPECT_DROPPED("D8", parse_changed(probe_text, types, "<d:Types/>"), other);
    EXPECT_DROPPED("D6", parse_changed(probe_text, types, ""), "an element is missing");
    EXPECT_DROPPED("D6",
                   parse_changed(probe_text, types,
                                 "<d:Types>msbits:PeerServer</d:Types>"
                                 "<d:Types>msbits:PeerServer</d:Types>"),
                   "an element is there twice");
}

static void test_missing(void)
{
    static const struct
    {
        const char *vector, *text, *gone;
    } tests[] = {
        {"D9", hello_text, "<msbits:version>1</msbits:version>"},
        {"D9", hello_text, "<msbits:Fqdn>alpha.lab.example</msbits:Fqdn>"},
        {"hello", hello_text, "<d:Scopes>http://lab.example https://lab.example</d:Scopes>"},
        {"hello", hello_text, "<d:XAddrs>https://192.0.2.10 https://[2001:db8::10]</d:XAddrs>"},
        {"hello", hello_text, "<d:MetadataVersion>1</d:MetadataVersion>"},
        {"hello", hello_text, "<d:AppSequence InstanceId=\"1717200000\" MessageNumber=\"1\"/>"},
        {"hello", hello_text, "<a:To>urn:schemas-xmlsoap-org:ws:2005:04:discovery</a:To>"},
        {"hello", hello_text, "<a:Address>uuid:8d3c1a70-55d2-4b5e-8a0b-7c1f2f9a4e10</a:Address>"},
        {"matches", matches_text,
         "<a:RelatesTo>urn:uuid:c2a4b1de-90f1-4f7e-b1b5-52f4c7f00a02</a:RelatesTo>"},
        {"bye", bye_text, "<d:AppSequence InstanceId=\"1717200000\" MessageNumber=\"3\"/>"},
        {"probe", probe_text,
         "<a:MessageID>urn:uuid:c2a4b1de-90f1-4f7e-b1b5-52f4c7f00a02</a:MessageID>"},
        {"D6", probe_text,
         "<d:Scopes MatchBy=\"http://schemas.xmlsoap.org/ws/2005/04/discovery/rfc2396\">"
         "http://lab.example</d:Scopes>"},
    };

    for (size_t i = 0; i < ARRAY_COUNT(tests); i++)
    {
        char twice[1024];

        EXPECT_DROPPED(tests[i].vector, parse_changed(tests[i].text, tests[i].gone, ""),
                       "an element is missing");
        snprintf(twice, sizeof(twice), "%s%s", tests[i].gone, tests[i].gone);
        EXPECT_DROPPED(tests[i].vector, parse_changed(tests[i].text, tests[i].gone, twice),
                       "an element is there twice");
    }
}

static void test_bad_values(void)
{
    static const struct
    {
        const char *vector, *text, *from, *to, *fault;
    } tests[] = {
        {"D10", hello_text, "version>1<", "version> 7 1 <", "not version 1"},
        {"version", hello_text, "version>1<", "version>7<", "not version 1"},
        {"version", hello_text, "version>1<", "version><", "not version 1"},
        {"version", hello_text, "version>1<", "version>1 x<", "a version is no number"},
        {"version", hello_text, "version>1<", "version>1 4294967296<", "a version is no number"},
        {"version", hello_text, "version>1<", "version>4294967297<", "not version 1"},
        {"name", hello_text, "Fqdn>alpha", "Fqdn>al_pha", "the name is no host's"},
        {"name", hello_text, "Fqdn>alpha", "Fqdn>al pha", "the name is no host's"},
        {"name", hello_text, "Fqdn>alpha.lab.example<", "Fqdn><", "the name is no host's"},
        {"metadata", hello_text, "MetadataVersion>1<", "MetadataVersion>-1<",
         "MetadataVersion is no number"},
        {"metadata", hello_text, "MetadataVersion>1<", "MetadataVersion>4294967296<",
         "MetadataVersion is no number"},
        {"endpoint", hello_text, "uuid:8d3c1a70-", "uuid:8d3c1a7g-", "the endpoint is no uuid"},
        {"endpoint", hello_text, ">uuid:8d3c1a70-", ">urn:8d3c1a70-", "the endpoint is no uuid"},
        {"endpoint", hello_text, "7c1f2f9a4e10<", "7c1f2f9a4e100<", "the endpoint is no uuid"},
        {"sequence", hello_text, "MessageNumber=\"1\"", "", "AppSequence without its numbers"},
        {"sequence", hello_text, "MessageNumber=\"1\"", "MessageNumber=\"x\"",
         "AppSequence without its numbers"},
        {"sequence", hello_text, "InstanceId=\"1717200000\"", "InstanceId=\"4294967296\"",
         "AppSequence without its numbers"},
        {"to", hello_text, "ws:2005:04:discovery<", "ws:2009:01:discovery<", "another receiver"},
        {"to", matches_text, "/role/anonymous<", "/role/nobody<", "another receiver"},
        {"to", probe_text, "urn:schemas-xmlsoap-org:ws:2005:04:discovery<",
         "http://schemas.xmlsoap.org/ws/2004/08/addressing/role/anonymous<", "another receiver"},
        {"id", hello_text, "urn:uuid:5f0b6a52-7a3e-4c0e-9d63-0d5a8f6c1e01", "",
         "an id is empty or too long"},
        {"id", hello_text, "urn:uuid:5f0b6a52-", "urn uuid:5f0b6a52-",
         "an id is empty or too long"},
        {"action", hello_text, "discovery/Hello<", "discovery/Bye<", "action and body do not fit"},
        {"action", hello_text, "discovery/Hello<", "discovery/Probe<",
         "action and body do not fit"},
        {"match", matches_text, "</d:ProbeMatch>", "</d:ProbeMatch><d:ProbeMatch/>",
         "an element is there twice"},
        {"body", bye_text, "</d:Bye>", "</d:Bye><d:Hello/>", "action and body do not fit"},
        {"scopes", probe_text, ">http://lab.example<", "> \t<", "no scope"},
        {"envelope", hello_text, "2003/05/soap-envelope", "2001/06/soap-envelope", "no envelope"},
        {"D16", hello_text, "<s:Envelope ", "<!DOCTYPE Envelope><s:Envelope ",
         "no XML that is taken"},
        {"encoding", hello_text, "alpha", "\xe4lpha", "no XML that is taken"},
    };

    for (size_t i = 0; i < ARRAY_COUNT(tests); i++)
    {
        winetest_push_context("test %zu", i);
        EXPECT_DROPPED(tests[i].vector, parse_changed(tests[i].text, tests[i].from, tests[i].to),
                       tests[i].fault);
        winetest_pop_context();
    }
}

static void test_good_values(void)
{
    static const struct
    {
        const char *vector, *text, *from, *to;
    } tests[] = {
        {"D10", hello_text, "version>1<", "version> 1 7 <"},
        {"D14", hello_text, ">alpha.lab.example<", ">\r\n  alpha.lab.example\r\n\t<"},
        {"D14", hello_text, ">urn:schemas-xmlsoap-org:ws:2005:04:discovery<",
         ">\r\n  urn:schemas-xmlsoap-org:ws:2005:04:discovery\n<"},
        {"D14", hello_text, "/discovery/Hello<", "/discovery/Hello \n <"},
        {"D14", hello_text, ">uuid:8d3c1a70-55d2-4b5e-8a0b-7c1f2f9a4e10<",
         "> uuid:8d3c1a70-55d2-4b5e-8a0b-7c1f2f9a4e10 <"},
        {"D14", hello_text, ">msbits:PeerServer<", ">\n msbits:PeerServer\n <"},
        {"D14", hello_text, ">https://192.0.2.10 ", ">\n https://192.0.2.10\r\n "},
        {"D14", hello_text, "MetadataVersion>1<", "MetadataVersion>\n1\n<"},
        {"D14", hello_text, "MessageNumber=\"1\"", "MessageNumber=\" 1\n\""},
        {"D14", matches_text, "RelatesTo>urn", "RelatesTo>\n\turn"},
        {"uuid", hello_text, ">uuid:8d3c1a70", ">urn:uuid:8D3C1A70"},
        {"digit", hello_text, "Fqdn>alpha", "Fqdn>1alpha"},
        {"open", hello_text, "<d:Types>", "<x:More xmlns:x='urn:x'><d:Types/></x:More><d:Types>"},
        {"open", hello_text, "<d:AppSequence ",
         "<x:Header xmlns:x='urn:x'>y</x:Header><d:AppSequence SequenceId='urn:s' "},
        {"open", hello_text, "<d:Scopes>", "<d:Scopes x='y'>"},
    };

    for (size_t i = 0; i < ARRAY_COUNT(tests); i++)
    {
        winetest_push_context("test %zu", i);
        EXPECT_TAKEN(tests[i].vector, parse_changed(tests[i].text, tests[i].from, tests[i].to));
        ok(message.kind != DISCOVERY_OTHER && guid_is_equal(&message.endpoint, &alpha.endpoint),
           "%s: got kind %d.\n", tests[i].vector, message.kind);
        winetest_pop_context();
    }
}

static void test_addresses(void)
{
    char many[64 + 40 * 20] = "";
    char text[PEER_ADDRESS_TEXT_SIZE];

    EXPECT_TAKEN("D11", parse_changed(hello_text, "https://192.0.2.10 https://[2001:db8::10]",
                                      "https://192.0.2.10:2178 https://192.0.2.11/x "
                                      "http://192.0.2.12 https://192.0.2.13"));
    ok(message.address_count == 1, "D11: got %zu addresses.\n", message.address_count);
    peer_address_format(&message.addresses[0], text);
    ok(!strcmp(text, "192.0.2.13"), "D11: got %s.\n", text);

    for (unsigned int i = 0; i < 40; i++)
        sprintf(many + strlen(many), "https://192.0.2.%u ", i + 1);
    EXPECT_TAKEN("addresses", parse_changed(hello_text, "https://192.0.2.10 ", many));
    ok(message.address_count == DISCOVERY_ADDRESSES_MAX, "Got %zu.\n", message.address_count);
    EXPECT_TAKEN("addresses",
                 parse_changed(hello_text, "https://192.0.2.10 https://[2001:db8::10]", ""));
    ok(!message.address_count, "Got %zu.\n", message.address_count);
}

static void test_sizes(void)
{
    char *big = malloc(DISCOVERY_RECEIVE_MAX + 64), scopes[64 + 20 * 16] = "", id[200], name[300];
    size_t len = strlen(hello_text);

    withstands("G4");
    memcpy(big, hello_text, len);
    memset(big + len, ' ', DISCOVERY_RECEIVE_MAX + 64 - len);
    ok(!parse_bytes(big, DISCOVERY_RECEIVE_MAX), "8,192 bytes are dropped.\n");
    ok(!!parse_bytes(big, DISCOVERY_RECEIVE_MAX + 1), "8,193 bytes are taken.\n");
    for (size_t size = 0; size < len - 1; size++)
        ok(!!parse_bytes(hello_text, size), "%zu bytes are taken.\n", size);

    for (unsigned int i = 0; i < 16; i++)
        sprintf(scopes + strlen(scopes), " http://x%u", i);
    EXPECT_TAKEN("scopes", parse_changed(probe_text, ">http://lab.example<",
                                         ">a b c d e f g h i j k l m n o http://lab.example<"));
    ok(message.scope_count == 16, "Got %zu scopes.\n", message.scope_count);
    strcat(scopes, " http://x16<");
    scopes[0] = '>';
    EXPECT_DROPPED("scopes", parse_changed(probe_text, ">http://lab.example<", scopes),
                   "too many scopes");
    memset(big, 's', DISCOVERY_SCOPE_SIZE);
    big[DISCOVERY_SCOPE_SIZE - 1] = 0;
    EXPECT_TAKEN("scopes", parse_changed(probe_text, "http://lab.example", big));
    big[DISCOVERY_SCOPE_SIZE - 1] = 's';
    big[DISCOVERY_SCOPE_SIZE] = 0;
    EXPECT_DROPPED("scopes", parse_changed(probe_text, "http://lab.example", big),
                   "too many scopes");

    memset(id, 'i', sizeof(id));
    id[DISCOVERY_ID_MAX] = 0;
    EXPECT_TAKEN("id",
                 parse_changed(probe_text, "urn:uuid:c2a4b1de-90f1-4f7e-b1b5-52f4c7f00a02", id));
    id[DISCOVERY_ID_MAX] = 'i', id[DISCOVERY_ID_MAX + 1] = 0;
    EXPECT_DROPPED("id",
                   parse_changed(probe_text, "urn:uuid:c2a4b1de-90f1-4f7e-b1b5-52f4c7f00a02", id),
                   "an id is empty or too long");

    memset(name, 'n', sizeof(name));
    for (size_t i = 30; i < sizeof(name); i += 31)
        name[i] = '.';
    name[255] = 0;
    EXPECT_TAKEN("D17", parse_changed(hello_text, "alpha.lab.example", name));
    name[255] = 'n', name[256] = 0;
    EXPECT_DROPPED("D17", parse_changed(hello_text, "alpha.lab.example", name),
                   "the name is no host's");
    free(big);
}

/* What we write is what stands in the tests, byte by byte. */
static void test_write(void)
{
    static const struct discovery_stamp
        hello = {{0x5f0b6a52, 0x7a3e, 0x4c0e, {0x9d, 0x63, 0x0d, 0x5a, 0x8f, 0x6c, 0x1e, 0x01}}, 1},
        matches = {{0x77de4c04, 0x3c4b, 0x4a47, {0x9d, 0x0f, 0x1a, 0x2b, 0x3c, 0x4d, 0x5e, 0x03}},
                   2},
        bye = {{0xe6b0a1c9, 0x2d64, 0x4f39, {0x8f, 0x10, 0x9a, 0x8b, 0x7c, 0x6d, 0x5e, 0x04}}, 3};
    static const GUID probe = {
        0xc2a4b1de, 0x90f1, 0x4f7e, {0xb1, 0xb5, 0x52, 0xf4, 0xc7, 0xf0, 0x0a, 0x02}};
    struct peer_address addresses[2] = {peer_ipv4(192, 0, 2, 10),
                                        {PEER_IPV6, {0x20, 0x01, 0x0d, 0xb8, [15] = 0x10}, 0}};
    char text[DISCOVERY_SEND_MAX + 1];
    size_t size;

    size = discovery_write_hello(text, &alpha, &hello, addresses, 2);
    ok(size == strlen(hello_text) && !memcmp(text, hello_text, size), "D1: got %s.\n", text);
    size = discovery_write_matches(text, &alpha, &matches,
                                   "urn:uuid:c2a4b1de-90f1-4f7e-b1b5-52f4c7f00a02", addresses, 1);
    ok(size == strlen(matches_text) && !memcmp(text, matches_text, size), "D2: got %s.\n", text);
    size = discovery_write_bye(text, &alpha, &bye);
    ok(size == strlen(bye_text) && !memcmp(text, bye_text, size), "Got %s.\n", text);
    size = discovery_write_probe(text, &probe, "http", "lab.example");
    ok(size == strlen(probe_text) && !memcmp(text, probe_text, size), "Got %s.\n", text);
}

static void test_write_bounds(void)
{
    static const char nasty[] = "<a:b>&\"']]>";
    struct discovery_stamp stamp = {.message_number = UINT32_MAX};
    struct discovery_self self = {.instance_id = UINT32_MAX, .metadata_version = UINT32_MAX};
    struct peer_address many[32];
    char text[DISCOVERY_SEND_MAX + 1], ids[DISCOVERY_ID_MAX + 1];
    size_t size;

    memset(ids, '&', DISCOVERY_ID_MAX);
    ids[DISCOVERY_ID_MAX] = 0;
    for (size_t i = 0; i < ARRAY_COUNT(many); i++)
    {
        many[i] = (struct peer_address){.family = PEER_IPV6};
        memset(many[i].bytes, 0x11, 16);
    }
    ok(!discovery_write_hello(text, &alpha, &stamp, many, 0), "A Hello without addresses.\n");

    size = discovery_write_hello(text, &alpha, &stamp, many, ARRAY_COUNT(many));
    ok(size > 1300 && size < 1400, "Got %zu bytes.\n", size);
    ok(!parse_bytes(text, size) && message.address_count > 5 && message.address_count < 10,
       "Got %zu addresses.\n", message.address_count);

    size = discovery_write_matches(text, &alpha, &stamp, nasty, many, 1);
    ok(!parse_bytes(text, size) && !strcmp(message.relates_to, nasty), "Got %s.\n",
       message.relates_to);

    for (size_t len = 1; len < 250; len++)
    {
        memset(self.domain, 'd', len);
        memset(self.fqdn, 'd', len);
        for (size_t i = 1; i < len; i += 2)
            self.domain[i] = self.fqdn[i] = '.';
        self.fqdn[len - 1] = 'd';
        size = discovery_write_matches(text, &self, &stamp, ids, many, ARRAY_COUNT(many));
        ok(size < 1400 && (!size || !parse_bytes(text, size)), "%zu: got %zu bytes.\n", len, size);
        size = discovery_write_hello(text, &self, &stamp, many, ARRAY_COUNT(many));
        ok(size < 1400 && (!size || !parse_bytes(text, size)), "%zu: got %zu bytes.\n", len, size);
        size = discovery_write_probe(text, &stamp.message_id, "https", self.domain);
        ok(size && size < 1400 && !parse_bytes(text, size), "%zu: got %zu bytes.\n", len, size);
    }
}

START_TEST(discovery_message)
{
    RUN_TEST(test_hello);
    RUN_TEST(test_other_kinds);
    RUN_TEST(test_types);
    RUN_TEST(test_missing);
    RUN_TEST(test_bad_values);
    RUN_TEST(test_good_values);
    RUN_TEST(test_addresses);
    RUN_TEST(test_sizes);
    RUN_TEST(test_write);
    RUN_TEST(test_write_bounds);
}
