/* SPDX-License-Identifier: LGPL-2.1-or-later
 *
 * Reads the messages of content retrieval, in the dialect of Windows (no namespace, values in
 * double quotes) and in that of the published schema. What is not known is skipped, in any
 * namespace. */
#include <stdlib.h>
#include <string.h>

#include "peer/content_elements.h"
#include "peer/content_match.h"
#include "peer/content_message.h"
#include "peer/xml_reader.h"

#define NAMESPACE "http://schemas.microsoft.com/windows/2007/01/BITS/ContentDiscovery"

/* A URL of the longest kind with every character escaped, and room for white space. */
#define TEXT_MAX (32u * 1024)

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
        .sequences = {&content_query_sequence},
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
        .sequences = {&content_results_sequence, &content_record_sequence, &content_range_sequence},
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
