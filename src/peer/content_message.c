/* SPDX-License-Identifier: LGPL-2.1-or-later
 *
 * Builds the messages of content retrieval as Windows does: UTF-16 without a byte order mark, lines
 * ended by CR LF, four spaces for a level, values in double quotes, no namespace. */
#include "peer/content_message.h"

#include <inttypes.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "base/str.h"
#include "peer/content_values.h"

#define DECLARATION "<?xml version=\"1.0\" encoding=\"utf-16\"?>\r\n"

void content_query_done(struct content_query *query)
{
    free(query->url);
    free(query->etag);
    memset(query, 0, sizeof(*query));
}

void content_record_done(struct content_record *record)
{
    free(record->url);
    free(record->etag);
    free(record->pieces);
    memset(record, 0, sizeof(*record));
}

void content_results_done(struct content_results *results)
{
    for (size_t i = 0; i < results->count; i++)
        content_record_done(&results->records[i]);
    free(results->records);
    memset(results, 0, sizeof(*results));
}

HRESULT content_results_add(struct content_results *results, struct content_record *record)
{
    struct content_record *records;

    records = realloc(results->records, (results->count + 1) * sizeof(*records));
    if (!records)
    {
        content_record_done(record);
        return E_OUTOFMEMORY;
    }
    results->records = records;
    records[results->count++] = *record;
    memset(record, 0, sizeof(*record));
    return S_OK;
}

/* ASCII only. */
static void put(struct byte_buffer *body, const char *text)
{
    for (; *text; text++)
    {
        uint8_t unit[2] = {(uint8_t)*text, 0};

        byte_buffer_add(body, unit, sizeof(unit));
    }
}

static void put_indent(struct byte_buffer *body, unsigned int level)
{
    while (level--)
        put(body, "    ");
}

static void put_tag(struct byte_buffer *body, unsigned int level, const char *tag)
{
    put_indent(body, level);
    put(body, "<");
    put(body, tag);
    put(body, ">\r\n");
}

static void put_unit(struct byte_buffer *body, WCHAR c)
{
    uint8_t unit[2] = {(uint8_t)(c & 0xff), (uint8_t)(c >> 8)};

    byte_buffer_add(body, unit, sizeof(unit));
}

static HRESULT put_escaped(struct byte_buffer *body, const char *value)
{
    WCHAR *wide = str_from_utf8(value);

    if (!wide) return E_INVALIDARG;
    for (const WCHAR *c = wide; *c; c++)
    {
        switch (*c)
        {
        case '&':
            put(body, "&amp;");
            break;
        case '<':
            put(body, "&lt;");
            break;
        case '>':
            put(body, "&gt;");
            break;
        case '"':
            put(body, "&quot;");
            break;
        default:
            if (*c < ' ' || *c >= 0xfffe)
            {
                free(wide);
                return E_INVALIDARG;
            }
            put_unit(body, *c);
        }
    }
    free(wide);
    return S_OK;
}

static void put_value(struct byte_buffer *body, unsigned int level, const char *name,
                      const char *value)
{
    HRESULT hr;

    put_indent(body, level);
    put(body, "<");
    put(body, name);
    put(body, ">\"");
    hr = put_escaped(body, value);
    if (FAILED(hr) && SUCCEEDED(body->failure)) body->failure = hr;
    put(body, "\"</");
    put(body, name);
    put(body, ">\r\n");
}

static void put_number(struct byte_buffer *body, unsigned int level, const char *name,
                       uint64_t number)
{
    char text[21];

    snprintf(text, sizeof(text), "%" PRIu64, number);
    put_value(body, level, name, text);
}

static void put_time(struct byte_buffer *body, unsigned int level, const char *name,
                     filetime_t time)
{
    char text[CONTENT_TIME_SIZE];

    if (content_format_time(time, text))
        put_value(body, level, name, text);
    else if (SUCCEEDED(body->failure))
        body->failure = E_INVALIDARG;
}

HRESULT content_build_query(const struct content_query *query, struct byte_buffer *body)
{
    put(body, DECLARATION);
    put_tag(body, 0, "SearchRequest");
    put_value(body, 1, "OriginUrl", query->url);
    put_time(body, 1, "FileModificationTime", query->mtime);
    if (query->has_size) put_number(body, 1, "FileSize", query->size);
    if (query->etag) put_value(body, 1, "FileEtag", query->etag);
    put_number(body, 1, "MaxRecords", query->max_records);
    put_tag(body, 0, "/SearchRequest");
    return body->failure;
}

static void put_record(struct byte_buffer *body, const struct content_record *record)
{
    char id[CONTENT_GUID_SIZE], local[80];

    content_format_guid(&record->id, id);
    snprintf(local, sizeof(local), "BITS-peer-caching/%s", id);

    put_tag(body, 1, "CacheRecord");
    put_value(body, 2, "Id", id);
    put_time(body, 2, "CreationTime", record->created);
    put_time(body, 2, "ModificationTime", record->modified);
    put_time(body, 2, "LastAccessTime", record->accessed);
    put_value(body, 2, "OriginUrl", record->url);
    put_value(body, 2, "LocalUrl", local);
    put_time(body, 2, "FileModificationTime", record->mtime);
    put_number(body, 2, "FileSize", record->size);
    /* Windows never sends FileEtag here: [MS-BPCR] product behaviour. */
    for (size_t i = 0; i < record->piece_count; i++)
    {
        put_tag(body, 2, "ContentRange");
        put_number(body, 3, "Offset", record->pieces[i].offset);
        put_number(body, 3, "Length", record->pieces[i].length);
        put_tag(body, 2, "/ContentRange");
    }
    put_tag(body, 1, "/CacheRecord");
}

static const char *const status_names[] = {
    [CONTENT_SUCCESS] = "Success",
    [CONTENT_NOT_FOUND] = "ContentNotFound",
    [CONTENT_OUT_OF_RESOURCES] = "OutOfResources",
    [CONTENT_INVALID_SEARCH] = "InvalidSearch",
    [CONTENT_CERT_UNKNOWN] = "CertificateNotFound",
    [CONTENT_ACCESS_DENIED] = "AccessDenied",
    [CONTENT_UNKNOWN] = "Unknown",
};

HRESULT content_build_results(const struct content_results *results, struct byte_buffer *body)
{
    put(body, DECLARATION);
    put_tag(body, 0, "SearchResults");
    put_value(body, 1, "Status", status_names[results->status]);
    for (size_t i = 0; i < results->count; i++)
        put_record(body, &results->records[i]);
    put_tag(body, 0, "/SearchResults");
    return body->failure;
}

enum content_status content_status_of(HRESULT code)
{
    if (code == CONTENT_E_CERT_NOT_FOUND) return CONTENT_CERT_UNKNOWN;
    if (code == E_ACCESSDENIED) return CONTENT_ACCESS_DENIED;
    if (code == E_OUTOFMEMORY) return CONTENT_OUT_OF_RESOURCES;
    if (code == E_INVALIDARG || code == E_NOTIMPL) return CONTENT_INVALID_SEARCH;
    return CONTENT_UNKNOWN;
}

HRESULT content_build_failure(HRESULT code, struct byte_buffer *body)
{
    char comment[40];

    snprintf(comment, sizeof(comment), "<!-- Error 0x%08lX -->\r\n", (unsigned long)(uint32_t)code);
    put(body, DECLARATION);
    put_tag(body, 0, "SearchResults");
    put_indent(body, 1);
    put(body, comment);
    put_value(body, 1, "Status", status_names[content_status_of(code)]);
    put_tag(body, 0, "/SearchResults");
    return body->failure;
}
