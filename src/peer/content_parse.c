/* SPDX-License-Identifier: LGPL-2.1-or-later
 *
 * Reads the messages of content retrieval, in the dialect of Windows (no namespace, values in
 * double quotes) and in that of the published schema. What is not known is skipped, in any
 * namespace. */
#include <stdlib.h>
#include <string.h>

#include "peer/content_match.h"
#include "peer/content_message.h"
#include "peer/content_values.h"
#include "peer/xml_reader.h"

#define NAMESPACE "http://schemas.microsoft.com/windows/2007/01/BITS/ContentDiscovery"

/* A URL of the longest kind with every character escaped, and room for white space. */
#define TEXT_MAX (32u * 1024)

/* One element of a sequence, in its order. */
struct element
{
    const char *name;
    bool is_required;
    bool is_repeated;
    HRESULT (*take)(void *into, const char *text, size_t len); /* NULL: has elements itself */
};

struct sequence
{
    const struct element *elements;
    size_t count;
};

/* Where the reader is in one sequence. */
struct place
{
    size_t next;        /* the first element that may come */
    unsigned int seen;  /* bit n: element n was there */
    bool is_misordered; /* or one was there twice */
};

enum level
{
    LEVEL_ROOT,
    LEVEL_RECORD,
    LEVEL_RANGE,
    LEVEL_COUNT
};

struct parser
{
    const char *roots[2];
    const struct sequence *sequences[LEVEL_COUNT];
    struct place places[LEVEL_COUNT];
    unsigned int level_count;    /* of sequences that are open */
    const struct element *value; /* that is open, at depth value_depth */
    unsigned int value_depth;
    unsigned int skip_depth; /* of what is not known; 0 when nothing is skipped */
    HRESULT failure;

    struct content_query *query;
    struct content_results *results;
    size_t record_max, record_count;
    struct content_record record;
    struct content_piece piece;
    size_t piece_capacity;
    bool is_record_bad;
};

static bool is_space(char c)
{
    return c == ' ' || c == '\t' || c == '\r' || c == '\n';
}

/* Windows' quotes come in pairs; a single one belongs to the value. */
static void unquote(const char **text, size_t *len)
{
    while (*len && is_space(**text))
        (*text)++, (*len)--;
    while (*len && is_space((*text)[*len - 1]))
        (*len)--;
    if (*len < 2 || **text != '"' || (*text)[*len - 1] != '"') return;
    (*text)++;
    *len -= 2;
}

static HRESULT copy_text(const char *text, size_t len, char **out)
{
    if (!(*out = malloc(len + 1))) return E_OUTOFMEMORY;
    memcpy(*out, text, len);
    (*out)[len] = 0;
    return S_OK;
}

static HRESULT copy_url(const char *text, size_t len, char **out)
{
    HRESULT hr = copy_text(text, len, out);

    if (FAILED(hr)) return hr;
    return content_url_is_valid(*out) ? S_OK : E_INVALIDARG;
}

static HRESULT copy_tag(const char *text, size_t len, char **out)
{
    return len > CONTENT_ETAG_MAX ? E_INVALIDARG : copy_text(text, len, out);
}

static HRESULT read_time(const char *text, size_t len, filetime_t *time)
{
    return content_parse_time(text, len, time) ? S_OK : E_INVALIDARG;
}

static HRESULT read_number(const char *text, size_t len, uint64_t *number)
{
    return content_parse_number(text, len, number) ? S_OK : E_INVALIDARG;
}

static HRESULT take_query_url(void *into, const char *text, size_t len)
{
    return copy_url(text, len, &((struct content_query *)into)->url);
}

static HRESULT take_query_mtime(void *into, const char *text, size_t len)
{
    return read_time(text, len, &((struct content_query *)into)->mtime);
}

static HRESULT take_query_size(void *into, const char *text, size_t len)
{
    struct content_query *query = into;

    query->has_size = true;
    return read_number(text, len, &query->size);
}

static HRESULT take_query_tag(void *into, const char *text, size_t len)
{
    return copy_tag(text, len, &((struct content_query *)into)->etag);
}

static HRESULT take_query_max(void *into, const char *text, size_t len)
{
    uint64_t number;

    if (!content_parse_number(text, len, &number) || !number) return E_INVALIDARG;
    ((struct content_query *)into)->max_records =
        number > UINT32_MAX ? UINT32_MAX : (uint32_t)number;
    return S_OK;
}

static HRESULT take_status(void *into, const char *text, size_t len)
{
    static const char *const names[] = {
        [CONTENT_SUCCESS] = "Success",
        [CONTENT_NOT_FOUND] = "ContentNotFound",
        [CONTENT_OUT_OF_RESOURCES] = "OutOfResources",
        [CONTENT_INVALID_SEARCH] = "InvalidSearch",
        [CONTENT_CERT_UNKNOWN] = "CertificateNotFound",
        [CONTENT_ACCESS_DENIED] = "AccessDenied",
    };
    struct content_results *results = into;

    for (unsigned int i = 0; i < ARRAY_COUNT(names); i++)
    {
        if (strlen(names[i]) != len || memcmp(names[i], text, len)) continue;
        results->status = (enum content_status)i;
        return S_OK;
    }
    results->status = CONTENT_UNKNOWN;
    return S_OK;
}

static HRESULT take_id(void *into, const char *text, size_t len)
{
    return content_parse_guid(text, len, &((struct content_record *)into)->id) ? S_OK
                                                                               : E_INVALIDARG;
}

static HRESULT take_created(void *into, const char *text, size_t len)
{
    return read_time(text, len, &((struct content_record *)into)->created);
}

static HRESULT take_modified(void *into, const char *text, size_t len)
{
    return read_time(text, len, &((struct content_record *)into)->modified);
}

static HRESULT take_accessed(void *into, const char *text, size_t len)
{
    return read_time(text, len, &((struct content_record *)into)->accessed);
}

static HRESULT take_url(void *into, const char *text, size_t len)
{
    return copy_url(text, len, &((struct content_record *)into)->url);
}

/* The place of the data is made from the id. */
static HRESULT take_nothing(void *into, const char *text, size_t len)
{
    (void)into, (void)text, (void)len;
    return S_OK;
}

static HRESULT take_mtime(void *into, const char *text, size_t len)
{
    return read_time(text, len, &((struct content_record *)into)->mtime);
}

static HRESULT take_size(void *into, const char *text, size_t len)
{
    return read_number(text, len, &((struct content_record *)into)->size);
}

static HRESULT take_tag(void *into, const char *text, size_t len)
{
    return copy_tag(text, len, &((struct content_record *)into)->etag);
}

static HRESULT take_offset(void *into, const char *text, size_t len)
{
    return read_number(text, len, &((struct content_piece *)into)->offset);
}

static HRESULT take_length(void *into, const char *text, size_t len)
{
    return read_number(text, len, &((struct content_piece *)into)->length);
}

/* clang-format off */
static const struct element query_elements[] = {
    {"OriginUrl",            true,  false, take_query_url},
    {"FileModificationTime", true,  false, take_query_mtime},
    {"FileSize",             false, false, take_query_size},
    {"FileEtag",             false, false, take_query_tag},
    {"MaxRecords",           false, false, take_query_max},
};
static const struct element results_elements[] = {
    {"Status",               true,  false, take_status},
    {"CacheRecord",          false, true,  NULL},
};
static const struct element record_elements[] = {
    {"Id",                   true,  false, take_id},
    {"CreationTime",         true,  false, take_created},
    {"ModificationTime",     true,  false, take_modified},
    {"LastAccessTime",       true,  false, take_accessed},
    {"OriginUrl",            true,  false, take_url},
    {"LocalUrl",             false, false, take_nothing},
    {"FileModificationTime", true,  false, take_mtime},
    {"FileSize",             true,  false, take_size},
    {"FileEtag",             false, false, take_tag},
    {"ContentRange",         true,  true,  NULL},
};
static const struct element range_elements[] = {
    {"Offset",               true,  false, take_offset},
    {"Length",               true,  false, take_length},
};
/* clang-format on */

static const struct sequence query_sequence = {query_elements, ARRAY_COUNT(query_elements)};
static const struct sequence results_sequence = {results_elements, ARRAY_COUNT(results_elements)};
static const struct sequence record_sequence = {record_elements, ARRAY_COUNT(record_elements)};
static const struct sequence range_sequence = {range_elements, ARRAY_COUNT(range_elements)};

static bool is_named(const struct xml_name *name, const char *local)
{
    return (!name->ns_len && !strcmp(name->local, local)) || xml_name_is(name, NAMESPACE, local);
}

static const struct element *find_element(struct parser *parser, const struct xml_name *name)
{
    const struct sequence *sequence = parser->sequences[parser->level_count - 1];
    struct place *place = &parser->places[parser->level_count - 1];

    for (size_t i = 0; i < sequence->count; i++)
    {
        if (!is_named(name, sequence->elements[i].name)) continue;
        if (i < place->next) place->is_misordered = true;
        place->next = sequence->elements[i].is_repeated ? i : i + 1;
        place->seen |= 1u << i;
        return &sequence->elements[i];
    }
    return NULL;
}

static bool is_sequence_whole(const struct parser *parser, unsigned int level)
{
    const struct sequence *sequence = parser->sequences[level];

    if (parser->places[level].is_misordered) return false;
    for (size_t i = 0; i < sequence->count; i++)
        if (sequence->elements[i].is_required && !(parser->places[level].seen & (1u << i)))
            return false;
    return true;
}

static void open_level(struct parser *parser)
{
    parser->places[parser->level_count] = (struct place){0};
    if (parser->level_count == LEVEL_RECORD)
    {
        content_record_done(&parser->record);
        parser->piece_capacity = 0;
        parser->is_record_bad = false;
    }
    else if (parser->level_count == LEVEL_RANGE)
        parser->piece = (struct content_piece){0};
    parser->level_count++;
}

static bool on_start(void *ctx, const struct xml_reader *reader, const struct xml_name *name,
                     const struct xml_attribute *attributes, size_t attribute_count)
{
    struct parser *parser = ctx;
    const struct element *element;

    (void)attributes, (void)attribute_count;
    if (parser->skip_depth || parser->value) return true;
    if (!parser->level_count)
    {
        if (!is_named(name, parser->roots[0]) && !is_named(name, parser->roots[1])) return false;
        open_level(parser);
        return true;
    }

    element = find_element(parser, name);
    if (element && !element->take && parser->level_count == LEVEL_RECORD &&
        parser->record_count++ >= parser->record_max)
        element = NULL;
    if (!element)
        parser->skip_depth = xml_depth(reader);
    else if (!element->take)
        open_level(parser);
    else
    {
        parser->value = element;
        parser->value_depth = xml_depth(reader);
    }
    return true;
}

static HRESULT add_piece(struct parser *parser)
{
    struct content_record *record = &parser->record;
    struct content_piece *pieces;
    size_t capacity;

    if (!is_sequence_whole(parser, LEVEL_RANGE) || record->piece_count == CONTENT_RANGES_MAX)
    {
        parser->is_record_bad = true;
        return S_OK;
    }
    if (record->piece_count == parser->piece_capacity)
    {
        capacity = parser->piece_capacity ? parser->piece_capacity * 2 : 4;
        if (!(pieces = realloc(record->pieces, capacity * sizeof(*pieces)))) return E_OUTOFMEMORY;
        record->pieces = pieces;
        parser->piece_capacity = capacity;
    }
    record->pieces[record->piece_count++] = parser->piece;
    return S_OK;
}

static HRESULT add_record(struct parser *parser)
{
    struct content_record *record = &parser->record;

    if (parser->is_record_bad || !is_sequence_whole(parser, LEVEL_RECORD)) return S_OK;
    if (!content_pieces_are_valid(record->pieces, record->piece_count, record->size)) return S_OK;
    return content_results_add(parser->results, record);
}

static HRESULT close_level(struct parser *parser)
{
    switch (--parser->level_count)
    {
    case LEVEL_RANGE:
        return add_piece(parser);
    case LEVEL_RECORD:
        return add_record(parser);
    default:
        return is_sequence_whole(parser, LEVEL_ROOT) ? S_OK : E_INVALIDARG;
    }
}

static HRESULT take_value(struct parser *parser, const char *text, size_t len)
{
    void *into[LEVEL_COUNT] = {parser->query ? (void *)parser->query : (void *)parser->results,
                               &parser->record, &parser->piece};
    unsigned int level = parser->level_count - 1;
    HRESULT hr = S_OK;

    unquote(&text, &len);
    /* One that came before is still there; the message is refused, or the record dropped. */
    if (!parser->places[level].is_misordered) hr = parser->value->take(into[level], text, len);
    if (hr != E_INVALIDARG || level == LEVEL_ROOT) return hr;
    parser->is_record_bad = true;
    return S_OK;
}

static bool on_end(void *ctx, const struct xml_reader *reader, const struct xml_name *name,
                   const char *text, size_t text_len)
{
    struct parser *parser = ctx;

    (void)name;
    if (parser->skip_depth)
    {
        if (xml_depth(reader) == parser->skip_depth) parser->skip_depth = 0;
        return true;
    }
    if (!parser->value)
        parser->failure = close_level(parser);
    else if (xml_depth(reader) == parser->value_depth)
    {
        parser->failure = take_value(parser, text, text_len);
        parser->value = NULL;
    }
    return SUCCEEDED(parser->failure);
}

static HRESULT parse(struct parser *parser, const void *body, size_t size)
{
    static const struct xml_rules rules = {.size_max = CONTENT_BODY_MAX, .text_max = TEXT_MAX};
    static const struct xml_handler handler = {on_start, on_end};
    HRESULT hr = xml_read(body, size, &rules, &handler, parser, NULL);

    content_record_done(&parser->record);
    if (FAILED(parser->failure)) return parser->failure;
    return hr == XML_MALFORMED ? E_INVALIDARG : hr;
}

HRESULT content_parse_query(const void *body, size_t size, struct content_query *query)
{
    struct parser parser = {
        .roots = {"SearchRequest", "searchRequest"},
        .sequences = {&query_sequence},
        .query = query,
    };
    HRESULT hr;

    memset(query, 0, sizeof(*query));
    query->max_records = 1;
    if (FAILED(hr = parse(&parser, body, size))) content_query_done(query);
    return hr;
}

HRESULT content_parse_results(const void *body, size_t size, size_t record_max,
                              struct content_results *results)
{
    struct parser parser = {
        .roots = {"SearchResults", "searchResults"},
        .sequences = {&results_sequence, &record_sequence, &range_sequence},
        .results = results,
        .record_max = record_max,
    };
    enum content_status status;
    HRESULT hr;

    memset(results, 0, sizeof(*results));
    hr = parse(&parser, body, size);
    status = results->status;
    if (FAILED(hr) || status != CONTENT_SUCCESS) content_results_done(results);
    if (SUCCEEDED(hr)) results->status = status;
    return hr;
}
