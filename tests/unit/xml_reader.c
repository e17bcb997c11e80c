/* SPDX-License-Identifier: LGPL-2.1-or-later
 *
 * peer/xml_reader.c */
#include "harness/test.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "peer/xml_reader.h"

static const struct xml_rules roomy = {.size_max = 65536, .text_max = 4096};

/* What was told, as one line of text. */
struct told
{
    char text[4096];
    size_t len;
    const char *refused; /* local name of the element at whose start to say no */
    const char *asked_prefix;
};

static void note(struct told *told, const char *text, size_t len)
{
    if (len > sizeof(told->text) - 1 - told->len) len = sizeof(told->text) - 1 - told->len;
    memcpy(told->text + told->len, text, len);
    told->text[told->len += len] = 0;
}

static void note_name(struct told *told, const struct xml_name *name)
{
    if (name->ns_len) note(told, "{", 1), note(told, name->ns, name->ns_len), note(told, "}", 1);
    note(told, name->local, strlen(name->local));
}

static bool on_start(void *ctx, const struct xml_reader *reader, const struct xml_name *name,
                     const struct xml_attribute *attributes, size_t count)
{
    struct told *told = ctx;

    (void)reader;
    note(told, "<", 1);
    note_name(told, name);
    for (size_t i = 0; i < count; i++)
    {
        note(told, " ", 1);
        note_name(told, &attributes[i].name);
        note(told, "=", 1);
        note(told, attributes[i].value, strlen(attributes[i].value));
    }
    note(told, ">", 1);
    return !told->refused || strcmp(told->refused, name->local);
}

static bool on_end(void *ctx, const struct xml_reader *reader, const struct xml_name *name,
                   const char *text, size_t text_len)
{
    struct told *told = ctx;
    const char *ns;

    note(told, text, text_len);
    if (told->asked_prefix)
    {
        ns = xml_find_namespace(reader, told->asked_prefix, strlen(told->asked_prefix));
        note(told, "@", 1);
        if (ns) note(told, ns, strlen(ns));
    }
    note(told, "</", 2);
    note(told, name->local, strlen(name->local));
    note(told, ">", 1);
    return true;
}

static const struct xml_handler handler = {on_start, on_end};

/* From memory of exactly the document's size. */
static HRESULT read_bytes(struct told *told, const void *data, size_t size,
                          const struct xml_rules *rules, struct xml_facts *facts)
{
    void *copy = malloc(size ? size : 1);
    HRESULT hr;

    told->len = 0;
    told->text[0] = 0;
    memcpy(copy, data, size);
    hr = xml_read(copy, size, rules, &handler, told, facts);
    free(copy);
    return hr;
}

static HRESULT read_text(struct told *told, const char *text)
{
    return read_bytes(told, text, strlen(text), &roomy, NULL);
}

static void test_elements(void)
{
    struct told told = {0};

    ok(read_text(
           &told,
           "<?xml version='1.0'?>\r\n<!-- c --><a b='1&lt;2' c=\"x\">\n<d> t&#65;<![CDATA[<&]]>"
           "<!-- c -->z </d><e/>lost</a>\n") == S_OK,
       "Refused.\n");
    ok(!strcmp(told.text, "<a b=1<2 c=x><d> tA<&z </d><e></e></a>"), "Got %s.\n", told.text);
}

static void test_namespaces(void)
{
    struct told told = {.asked_prefix = "p"};

    ok(read_text(&told,
                 "<a xmlns='urn:1' xmlns:p='urn:2'><p:b p:c='' d=''/>"
                 "<b xmlns='' xmlns:p='urn:3' xmlns:q='urn:4'/><q xmlns:r='urn:5'/></a>") == S_OK,
       "Refused.\n");
    ok(!strcmp(told.text, "<{urn:1}a><{urn:2}b {urn:2}c= d=>@urn:2</b><b>@urn:3</b>"
                          "<{urn:1}q>@urn:2</q>@urn:2</a>"),
       "Got %s.\n", told.text);

    told.asked_prefix = "";
    ok(read_text(&told, "<a xmlns='urn:1'><b xmlns=''/><c/></a>") == S_OK, "Refused.\n");
    ok(!strcmp(told.text, "<{urn:1}a><b>@</b><{urn:1}c>@urn:1</c>@urn:1</a>"), "Got %s.\n",
       told.text);

    told.asked_prefix = "nobody";
    ok(read_text(&told, "<a xmlns='urn:1'/>") == S_OK, "Refused.\n");
    ok(!strcmp(told.text, "<{urn:1}a>@</a>"), "Got %s.\n", told.text);
}

/* A namespace that tries to look like another one and a name. */
static void test_separator_in_namespace(void)
{
    struct told told = {0};

    ok(read_text(&told, "<a xmlns='urn:1&#10;x'/>") == S_OK, "Refused.\n");
    ok(!strcmp(told.text, "<{urn:1\nx}a></a>"), "Got %s.\n", told.text);
    ok(read_text(&told, "<a xmlns='urn:1&#12;x'/>") == XML_MALFORMED, "Accepted.\n");
    ok(read_text(&told, "<a xmlns='urn:1\fx'/>") == XML_MALFORMED, "Accepted.\n");
}

static void test_name_is(void)
{
    struct xml_name name = {"urn:1\fa", 5, "a"}, bare = {"a", 0, "a"};

    ok(xml_name_is(&name, "urn:1", "a"), "Not the same.\n");
    ok(!xml_name_is(&name, "urn:", "a"), "The same.\n");
    ok(!xml_name_is(&name, "urn:11", "a"), "The same.\n");
    ok(!xml_name_is(&name, "urn:1", "A"), "The same.\n");
    ok(!xml_name_is(&name, "", "a"), "The same.\n");
    ok(xml_name_is(&bare, "", "a"), "Not the same.\n");
    ok(!xml_name_is(&bare, "a", "a"), "The same.\n");
}

static void test_malformed(void)
{
    static const char *const documents[] = {
        "",
        " ",
        "<",
        "<a",
        "<a>",
        "<a></b>",
        "<a/><b/>",
        "<a/>x",
        "x<a/>",
        "<a b=1/>",
        "<a b='1' b='2'/>",
        "<a xmlns:p='urn:1' xmlns:q='urn:1' p:b='' q:b=''/>",
        "<p:a/>",
        "<a>&unknown;</a>",
        "<a>&#0;</a>",
        "<a>&#x1F;</a>",
        "<a>\x01</a>",
        "<a>\xc0\xaf</a>",         /* overlong */
        "<a>\xed\xa0\x80</a>",     /* surrogate */
        "<a>\xf4\x90\x80\x80</a>", /* above U+10FFFF */
        "<a>\xe2\x82</a>",
        "+ADw-a/+AD4-", /* UTF-7 */
        "<!DOCTYPE a><a/>",
        "<!DOCTYPE a SYSTEM 'http://127.0.0.1:1/a.dtd'><a/>",
        "<!DOCTYPE a [<!ENTITY b 'bb'>]><a>&b;</a>",
        "<!DOCTYPE a [<!ENTITY b SYSTEM 'file:///etc/passwd'>]><a>&b;</a>",
    };
    struct told told = {0};

    for (size_t i = 0; i < sizeof(documents) / sizeof(documents[0]); i++)
    {
        HRESULT hr = read_text(&told, documents[i]);

        ok(hr == XML_MALFORMED, "%s: got hr %#lx.\n", documents[i], (unsigned long)hr);
    }
    ok(read_bytes(&told, "<a>\0</a>", 8, &roomy, NULL) == XML_MALFORMED, "NUL accepted.\n");

    /* Nothing is told of what stands behind a DOCTYPE. */
    read_text(&told, "<!DOCTYPE a [<!ENTITY b 'bb'>]><a>&b;</a>");
    ok(!told.len, "Told %s.\n", told.text);
}

static void test_refusal(void)
{
    struct told told = {.refused = "b"};

    withstands("G3");
    ok(read_text(&told, "<a><b c=''>text</b><d/></a>") == XML_MALFORMED, "Accepted.\n");
    ok(!strcmp(told.text, "<a><b c=>"), "Got %s.\n", told.text);
}

/* before, count times piece, after. Five # in the piece become a number. */
static HRESULT read_repeated(struct told *told, const char *before, const char *piece,
                             unsigned int count, const char *after)
{
    size_t size = strlen(before) + count * strlen(piece) + strlen(after);
    char *text = malloc(size + 1), *end = text + sprintf(text, "%s", before);
    HRESULT hr;

    for (unsigned int i = 0; i < count; i++)
    {
        char digits[6], *place;

        memcpy(end, piece, strlen(piece) + 1);
        snprintf(digits, sizeof(digits), "%05u", i);
        if ((place = strchr(end, '#'))) memcpy(place, digits, 5);
        end += strlen(piece);
    }
    memcpy(end, after, strlen(after) + 1);
    hr = read_bytes(told, text, size, &roomy, NULL);
    free(text);
    return hr;
}

static void test_bounds(void)
{
    static const struct xml_rules tight = {.size_max = 20, .text_max = 4};
    struct told told = {0};
    char ends[17 * 4 + 1] = "";

    withstands("G3");
    for (unsigned int i = 0; i < 16; i++)
        strcat(ends, "</a>");
    ok(read_repeated(&told, "", "<a>", 16, ends) == S_OK, "Depth 16 refused.\n");
    strcat(ends, "</a>");
    ok(read_repeated(&told, "", "<a>", 17, ends) == XML_MALFORMED, "Depth 17 accepted.\n");
    ok(read_repeated(&told, "", "<a>", 20000, "") == XML_MALFORMED, "Depth 20000 accepted.\n");
    ok(read_repeated(&told, "<a>", "<b/>", 10000, "</a>") == S_OK, "10000 siblings refused.\n");

    ok(read_repeated(&told, "<a ", "a#####='' ", 16, "/>") == S_OK, "16 attributes refused.\n");
    ok(read_repeated(&told, "<a ", "a#####='' ", 17, "/>") == XML_MALFORMED,
       "17 attributes accepted.\n");
    ok(read_repeated(&told, "<a ", "a#####='' ", 6000, "/>") == XML_MALFORMED,
       "6000 attributes accepted.\n");
    ok(read_repeated(&told, "<a ", "xmlns:a#####='u' ", 32, "/>") == S_OK,
       "32 prefixes refused.\n");
    ok(read_repeated(&told, "<a ", "xmlns:a#####='u' ", 33, "/>") == XML_MALFORMED,
       "33 prefixes accepted.\n");
    ok(read_repeated(&told, "<a>", "<b xmlns:p='u'/>", 100, "</a>") == S_OK,
       "Prefixes of siblings add up.\n");

    ok(read_bytes(&told, "<a>1234</a>", 11, &tight, NULL) == S_OK, "Refused.\n");
    ok(read_bytes(&told, "<a>12&#51;45</a>", 16, &tight, NULL) == XML_MALFORMED, "Accepted.\n");
    ok(read_bytes(&told, "<a>1234<b/>1234</a>", 19, &tight, NULL) == S_OK, "Refused.\n");
    ok(read_bytes(&told, "<a>             </a>\n", 20, &roomy, NULL) == S_OK, "Refused.\n");
    ok(read_bytes(&told, "<a/>                 ", 20, &tight, NULL) == S_OK, "20 bytes refused.\n");
    ok(read_bytes(&told, "<a/>                 ", 21, &tight, NULL) == XML_MALFORMED,
       "21 bytes accepted.\n");
}

/* ASCII as UTF-16. */
static size_t widen(const char *text, bool big_endian, bool mark, unsigned char *out)
{
    size_t size = 0;

    if (mark) out[size++] = big_endian ? 0xfe : 0xff, out[size++] = big_endian ? 0xff : 0xfe;
    for (; *text; text++)
    {
        out[size++] = big_endian ? 0 : (unsigned char)*text;
        out[size++] = big_endian ? (unsigned char)*text : 0;
    }
    return size;
}

static void test_encodings(void)
{
    static const char *const declared[] = {"", "utf-8", "UTF-16", "iso-8859-1", "nonsense"};
    static const struct xml_rules only_utf8 = {
        .size_max = 65536, .text_max = 4096, .utf8_only = true};
    unsigned char bytes[512];
    struct xml_facts facts;
    struct told told = {0};

    withstands("G3");
    for (unsigned int i = 0; i < 4 * 5; i++)
    {
        const char *name = declared[i / 4];
        bool big_endian = i & 1, mark = i & 2, is_wrong;
        char text[128];
        size_t size;

        if (*name)
            sprintf(text, "<?xml version=\"1.0\" encoding=\"%s\"?>\r\n<a>text</a>", name);
        else
            strcpy(text, "<a>text</a>");
        is_wrong = *name && strcmp(name, "UTF-16");
        size = widen(text, big_endian, mark, bytes);
        ok(read_bytes(&told, bytes, size, &roomy, &facts) == S_OK, "%u: refused.\n", i);
        ok(!strcmp(told.text, "<a>text</a>"), "%u: got %s.\n", i, told.text);
        ok(facts.encoding == (big_endian ? XML_UTF16BE : XML_UTF16LE), "%u: got %d.\n", i,
           facts.encoding);
        ok(facts.is_declaration_wrong == is_wrong, "%u: wrong %d.\n", i,
           facts.is_declaration_wrong);
        ok(read_bytes(&told, bytes, size, &only_utf8, NULL) == XML_MALFORMED, "%u: accepted.\n", i);
        ok(read_bytes(&told, bytes, size - 1, &roomy, NULL) == XML_MALFORMED, "%u: accepted.\n", i);
    }

    ok(read_bytes(&told, "\xef\xbb\xbf<a>\xc3\xa4</a>", 12, &only_utf8, &facts) == S_OK,
       "Refused.\n");
    ok(!strcmp(told.text, "<a>\xc3\xa4</a>") && facts.encoding == XML_UTF8, "Got %s.\n", told.text);
    ok(read_text(&told, "<?xml version='1.0' encoding='utf-16'?><a>x</a>") == S_OK, "Refused.\n");
    ok(read_text(&told, "<?xml version='1.0' encoding='iso-8859-1'?><a>\xe4</a>") == XML_MALFORMED,
       "Latin-1 accepted.\n");
    /* Characters outside of the first plane, and half of one. */
    ok(read_bytes(&told, "<\0a\0>\0\x3d\xd8\x00\xde<\0/\0a\0>\0", 18, &roomy, NULL) == S_OK,
       "Refused.\n");
    ok(!strcmp(told.text, "<a>\xf0\x9f\x98\x80</a>"), "Got %s.\n", told.text);
    ok(read_bytes(&told, "<\0a\0>\0\x00\xde<\0/\0a\0>\0", 16, &roomy, NULL) == XML_MALFORMED,
       "Accepted.\n");
    /* UTF-32 */
    ok(read_bytes(&told, "\xff\xfe\0\0<\0\0\0a\0\0\0/\0\0\0>\0\0\0", 20, &roomy, NULL) ==
           XML_MALFORMED,
       "Accepted.\n");
}

START_TEST(xml_reader)
{
    RUN_TEST(test_elements);
    RUN_TEST(test_namespaces);
    RUN_TEST(test_separator_in_namespace);
    RUN_TEST(test_name_is);
    RUN_TEST(test_malformed);
    RUN_TEST(test_refusal);
    RUN_TEST(test_bounds);
    RUN_TEST(test_encodings);
}
