/* SPDX-License-Identifier: LGPL-2.1-or-later
 *
 * expat, driven over one buffer. The first thing that we do not take ends it: expat may call on for
 * a while after it has been stopped, so every callback looks at the result first. */
#include "peer/xml_reader.h"

#include <expat.h>
#include <limits.h>
#include <stdlib.h>
#include <string.h>

/* Can stand in no document, not even as a character reference. */
#define NAME_SEPARATOR '\f'

struct binding
{
    char *prefix; /* empty for the default namespace */
    char *ns;
};

struct xml_reader
{
    XML_Parser parser;
    const struct xml_handler *handler;
    void *ctx;
    const struct xml_rules *rules;
    HRESULT result;

    unsigned int depth;
    bool has_child[XML_DEPTH_MAX + 1]; /* by depth */
    struct binding bindings[XML_PREFIXES_MAX];
    size_t binding_count;

    char *text; /* since the last tag */
    size_t text_len, text_capacity;

    struct xml_facts facts;
};

static void stop(struct xml_reader *reader, HRESULT result)
{
    if (FAILED(reader->result)) return;
    reader->result = result;
    XML_StopParser(reader->parser, XML_FALSE);
}

static struct xml_name split_name(const XML_Char *joined)
{
    const char *separator = strchr(joined, NAME_SEPARATOR);

    if (!separator) return (struct xml_name){joined, 0, joined};
    return (struct xml_name){joined, (size_t)(separator - joined), separator + 1};
}

static void XMLCALL on_start(void *user, const XML_Char *joined, const XML_Char **pairs)
{
    struct xml_reader *reader = user;
    struct xml_attribute attributes[XML_ATTRIBUTES_MAX];
    struct xml_name name = split_name(joined);
    size_t count = 0;

    if (FAILED(reader->result)) return;
    if (reader->depth == XML_DEPTH_MAX)
    {
        stop(reader, XML_MALFORMED);
        return;
    }
    reader->has_child[reader->depth++] = true;
    reader->has_child[reader->depth] = false;
    reader->text_len = 0;

    for (; pairs[0]; pairs += 2)
    {
        if (count == XML_ATTRIBUTES_MAX)
        {
            stop(reader, XML_MALFORMED);
            return;
        }
        attributes[count++] = (struct xml_attribute){split_name(pairs[0]), pairs[1]};
    }
    if (reader->handler->start &&
        !reader->handler->start(reader->ctx, reader, &name, attributes, count))
        stop(reader, XML_MALFORMED);
}

static void XMLCALL on_end(void *user, const XML_Char *joined)
{
    struct xml_reader *reader = user;
    struct xml_name name = split_name(joined);
    size_t len;

    if (FAILED(reader->result)) return;
    len = reader->has_child[reader->depth] ? 0 : reader->text_len;
    if (reader->handler->end &&
        !reader->handler->end(reader->ctx, reader, &name, len ? reader->text : "", len))
    {
        stop(reader, XML_MALFORMED);
        return;
    }
    reader->depth--;
    reader->text_len = 0;
}

static void XMLCALL on_text(void *user, const XML_Char *text, int len)
{
    struct xml_reader *reader = user;
    size_t size = (size_t)len, capacity = reader->text_capacity ? reader->text_capacity : 256;
    char *grown;

    if (FAILED(reader->result)) return;
    if (size > reader->rules->text_max - reader->text_len)
    {
        stop(reader, XML_MALFORMED);
        return;
    }
    while (capacity - reader->text_len < size)
        capacity *= 2;
    if (capacity != reader->text_capacity)
    {
        if (!(grown = realloc(reader->text, capacity)))
        {
            stop(reader, E_OUTOFMEMORY);
            return;
        }
        reader->text = grown;
        reader->text_capacity = capacity;
    }
    memcpy(reader->text + reader->text_len, text, size);
    reader->text_len += size;
}

static void XMLCALL on_prefix(void *user, const XML_Char *prefix, const XML_Char *ns)
{
    struct xml_reader *reader = user;
    struct binding *binding = &reader->bindings[reader->binding_count];

    if (FAILED(reader->result)) return;
    if (reader->binding_count == XML_PREFIXES_MAX)
    {
        stop(reader, XML_MALFORMED);
        return;
    }
    binding->prefix = strdup(prefix ? prefix : "");
    binding->ns = strdup(ns ? ns : "");
    reader->binding_count++;
    if (!binding->prefix || !binding->ns) stop(reader, E_OUTOFMEMORY);
}

static void drop_binding(struct xml_reader *reader)
{
    struct binding *binding = &reader->bindings[--reader->binding_count];

    free(binding->prefix);
    free(binding->ns);
}

/* They end in another order than they began only within one element. */
static void XMLCALL on_prefix_end(void *user, const XML_Char *prefix)
{
    struct xml_reader *reader = user;

    (void)prefix;
    if (SUCCEEDED(reader->result) && reader->binding_count) drop_binding(reader);
}

static void XMLCALL on_doctype(void *user, const XML_Char *name, const XML_Char *system_id,
                               const XML_Char *public_id, int has_internal_subset)
{
    (void)name, (void)system_id, (void)public_id, (void)has_internal_subset;
    stop(user, XML_MALFORMED);
}

static bool is_word_nocase(const char *text, const char *word)
{
    for (; *text && *word; text++, word++)
    {
        char c = *text >= 'A' && *text <= 'Z' ? (char)(*text + ('a' - 'A')) : *text;

        if (c != *word) return false;
    }
    return *text == *word;
}

static void XMLCALL on_declaration(void *user, const XML_Char *version, const XML_Char *encoding,
                                   int standalone)
{
    struct xml_reader *reader = user;
    bool is_right;

    (void)version, (void)standalone;
    if (!encoding) return;
    switch (reader->facts.encoding)
    {
    case XML_UTF8:
        is_right = is_word_nocase(encoding, "utf-8") || is_word_nocase(encoding, "us-ascii");
        break;
    case XML_UTF16LE:
        is_right = is_word_nocase(encoding, "utf-16") || is_word_nocase(encoding, "utf-16le");
        break;
    default:
        is_right = is_word_nocase(encoding, "utf-16") || is_word_nocase(encoding, "utf-16be");
    }
    reader->facts.is_declaration_wrong = !is_right;
}

/* By the byte order mark, else by the zero in the first character, which is ASCII in a document.
 * Gives the size of the mark. */
static size_t detect_encoding(const unsigned char *data, size_t size, enum xml_encoding *encoding)
{
    *encoding = XML_UTF8;
    if (size >= 3 && data[0] == 0xef && data[1] == 0xbb && data[2] == 0xbf) return 3;
    if (size < 2) return 0;
    if (data[0] == 0xff && data[1] == 0xfe)
    {
        *encoding = XML_UTF16LE;
        return 2;
    }
    if (data[0] == 0xfe && data[1] == 0xff)
    {
        *encoding = XML_UTF16BE;
        return 2;
    }
    if (data[0] && !data[1])
        *encoding = XML_UTF16LE;
    else if (!data[0] && data[1])
        *encoding = XML_UTF16BE;
    return 0;
}

/* Named by us, so that what the document declares plays no role. */
static XML_Parser create_parser(struct xml_reader *reader)
{
    static const char *const names[] = {"UTF-8", "UTF-16LE", "UTF-16BE"};
    XML_Parser parser = XML_ParserCreateNS(names[reader->facts.encoding], NAME_SEPARATOR);

    if (!parser) return NULL;
    XML_SetUserData(parser, reader);
    XML_SetElementHandler(parser, on_start, on_end);
    XML_SetCharacterDataHandler(parser, on_text);
    XML_SetNamespaceDeclHandler(parser, on_prefix, on_prefix_end);
    XML_SetStartDoctypeDeclHandler(parser, on_doctype);
    XML_SetXmlDeclHandler(parser, on_declaration);
    return parser;
}

static void parse(struct xml_reader *reader, const unsigned char *data, size_t size)
{
    if (!(reader->parser = create_parser(reader)))
    {
        reader->result = E_OUTOFMEMORY;
        return;
    }
    if (XML_Parse(reader->parser, (const char *)data, (int)size, XML_TRUE) != XML_STATUS_OK &&
        SUCCEEDED(reader->result))
        reader->result =
            XML_GetErrorCode(reader->parser) == XML_ERROR_NO_MEMORY ? E_OUTOFMEMORY : XML_MALFORMED;
    XML_ParserFree(reader->parser);
}

HRESULT xml_read(const void *data, size_t size, const struct xml_rules *rules,
                 const struct xml_handler *handler, void *ctx, struct xml_facts *facts)
{
    struct xml_reader reader = {.handler = handler, .ctx = ctx, .rules = rules};
    size_t mark_size;

    if (facts) *facts = reader.facts;
    if (!size || size > rules->size_max || size > INT_MAX) return XML_MALFORMED;
    mark_size = detect_encoding(data, size, &reader.facts.encoding);
    if (rules->utf8_only && reader.facts.encoding != XML_UTF8) return XML_MALFORMED;

    parse(&reader, (const unsigned char *)data + mark_size, size - mark_size);
    while (reader.binding_count)
        drop_binding(&reader);
    free(reader.text);
    if (facts) *facts = reader.facts;
    return reader.result;
}

bool xml_name_is(const struct xml_name *name, const char *ns, const char *local)
{
    return name->ns_len == strlen(ns) && !memcmp(name->ns, ns, name->ns_len) &&
           !strcmp(name->local, local);
}

const char *xml_find_namespace(const struct xml_reader *reader, const char *prefix, size_t len)
{
    for (size_t i = reader->binding_count; i--;)
    {
        const struct binding *binding = &reader->bindings[i];

        if (strlen(binding->prefix) != len || memcmp(binding->prefix, prefix, len)) continue;
        return binding->ns[0] ? binding->ns : NULL;
    }
    return NULL;
}

unsigned int xml_depth(const struct xml_reader *reader)
{
    return reader->depth;
}
