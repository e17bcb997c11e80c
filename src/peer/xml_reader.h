/* SPDX-License-Identifier: LGPL-2.1-or-later
 *
 * Reads one whole XML document from a stranger, in bounds: expat behind a few callbacks. Pure,
 * keeps nothing between two calls, for any thread. What the elements mean is up to the caller. */
#ifndef OPENBITS_PEER_XML_READER_H
#define OPENBITS_PEER_XML_READER_H

#include "base/err_codes.h"
#include "base/types.h"

#define XML_DEPTH_MAX      16
#define XML_ATTRIBUTES_MAX 16 /* of one element, namespaces not counted */
#define XML_PREFIXES_MAX   32 /* in scope at the same time */

/* Not a document that we take, for whatever reason. */
#define XML_MALFORMED ERR_WIN32(13)

struct xml_reader;

/* A name after its prefix has been resolved; ns_len is 0 without a namespace. */
struct xml_name
{
    const char *ns; /* not terminated */
    size_t ns_len;
    const char *local;
};

struct xml_attribute
{
    struct xml_name name;
    const char *value;
};

/* Either may be NULL. False ends the reading: the document is refused. All pointers are good in the
 * call only; all text is UTF-8 without NUL. */
struct xml_handler
{
    bool (*start)(void *ctx, const struct xml_reader *reader, const struct xml_name *name,
                  const struct xml_attribute *attributes, size_t attribute_count);

    /* The text of an element without child elements, as written; empty for all others. */
    bool (*end)(void *ctx, const struct xml_reader *reader, const struct xml_name *name,
                const char *text, size_t text_len);
};

enum xml_encoding
{
    XML_UTF8,
    XML_UTF16LE,
    XML_UTF16BE
};

struct xml_rules
{
    size_t size_max; /* of the document */
    size_t text_max; /* of what is between two tags, in UTF-8 */
    bool utf8_only;
};

struct xml_facts
{
    enum xml_encoding encoding; /* what the bytes are */
    bool is_declaration_wrong;  /* the XML declaration names another one */
};

/* XML_MALFORMED or E_OUTOFMEMORY; what the handler was told before then counts for nothing. A
 * document with a DOCTYPE is refused. facts may be NULL. */
HRESULT xml_read(const void *data, size_t size, const struct xml_rules *rules,
                 const struct xml_handler *handler, void *ctx, struct xml_facts *facts);

bool xml_name_is(const struct xml_name *name, const char *ns, const char *local);

/* In a handler: the namespace that a prefix inside of a text stands for there; len 0 is the default
 * namespace. NULL when it stands for none. */
const char *xml_find_namespace(const struct xml_reader *reader, const char *prefix, size_t len);

/* How deep the element of this call is: 1 for the root. */
unsigned int xml_depth(const struct xml_reader *reader);

#endif
