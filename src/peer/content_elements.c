/* SPDX-License-Identifier: LGPL-2.1-or-later
 *
 * The elements of the messages of content retrieval, as tables; one function for each value. */
#include "peer/content_elements.h"

#include <stdlib.h>
#include <string.h>

#include "peer/content_match.h"
#include "peer/content_values.h"

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

const struct sequence content_query_sequence = {query_elements, ARRAY_COUNT(query_elements)};
const struct sequence content_results_sequence = {results_elements, ARRAY_COUNT(results_elements)};
const struct sequence content_record_sequence = {record_elements, ARRAY_COUNT(record_elements)};
const struct sequence content_range_sequence = {range_elements, ARRAY_COUNT(range_elements)};
