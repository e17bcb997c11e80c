/* SPDX-License-Identifier: LGPL-2.1-or-later
 *
 * Which record answers which search, and which record makes sense at all. */
#include "peer/content_match.h"

#include <stdlib.h>
#include <string.h>

static char fold(char c)
{
    return c >= 'A' && c <= 'Z' ? (char)(c + ('a' - 'A')) : c;
}

static bool starts_with_nocase(const char *text, const char *prefix)
{
    for (; *prefix; text++, prefix++)
        if (fold(*text) != *prefix) return false;
    return true;
}

static bool is_share(const char *url)
{
    return url[0] == '\\' && url[1] == '\\';
}

bool content_url_is_valid(const char *url)
{
    size_t characters = 0;
    const char *host;

    if (is_share(url))
        host = url + 2;
    else if (starts_with_nocase(url, "http://"))
        host = url + strlen("http://");
    else if (starts_with_nocase(url, "https://"))
        host = url + strlen("https://");
    else
        return false;
    if (!*host || strchr("/\\?#", *host)) return false;
    for (; *url; url++)
    {
        if ((unsigned char)*url < ' ' || *url == 0x7f) return false;
        /* Bytes that go on with a character are not counted. */
        if ((*url & 0xc0) != 0x80) characters++;
    }
    return characters <= CONTENT_URL_MAX;
}

/* Length of scheme, host and port; names and passwords belong to none of them. */
static void find_host(const char *url, size_t *begin, size_t *end)
{
    const char *host, *at;

    if (is_share(url))
        host = url + 2;
    else
        host = (host = strstr(url, "://")) ? host + 3 : url;
    *end = (size_t)(host - url) + strcspn(host, is_share(url) ? "\\" : "/\\?#");
    *begin = (size_t)(host - url);
    for (at = url + *end; at > host; at--)
    {
        if (at[-1] != '@') continue;
        *begin = (size_t)(at - url);
        break;
    }
}

static size_t url_len(const char *url)
{
    return is_share(url) ? strlen(url) : strcspn(url, "#");
}

bool content_url_is_same(const char *a, const char *b)
{
    size_t len = url_len(a), begin, end, other_begin, other_end;
    const char *scheme_end = strstr(a, "://");
    size_t scheme_len = scheme_end ? (size_t)(scheme_end - a) : 0;

    if (url_len(b) != len) return false;
    find_host(a, &begin, &end);
    find_host(b, &other_begin, &other_end);
    if (begin != other_begin || end != other_end) return false;
    for (size_t i = 0; i < len; i++)
    {
        bool has_no_case = i < scheme_len || (i >= begin && i < end);

        if (a[i] != b[i] && !(has_no_case && fold(a[i]) == fold(b[i]))) return false;
    }
    return true;
}

bool content_time_is_same(filetime_t a, filetime_t b)
{
    return a / FILETIME_PER_SECOND == b / FILETIME_PER_SECOND;
}

static int compare_pieces(const void *a, const void *b)
{
    const struct content_piece *left = a, *right = b;

    return (left->offset > right->offset) - (left->offset < right->offset);
}

bool content_pieces_are_valid(const struct content_piece *pieces, size_t count, uint64_t size)
{
    struct content_piece sorted[CONTENT_RANGES_MAX];

    if (!count || count > CONTENT_RANGES_MAX) return false;
    for (size_t i = 0; i < count; i++)
    {
        if (!pieces[i].length || pieces[i].length > size) return false;
        if (pieces[i].offset > size - pieces[i].length) return false;
        sorted[i] = pieces[i];
    }
    qsort(sorted, count, sizeof(*sorted), compare_pieces);
    for (size_t i = 1; i < count; i++)
        if (sorted[i].offset < sorted[i - 1].offset + sorted[i - 1].length) return false;
    return true;
}

static bool matches_but_for_tag(const struct content_record *record,
                                const struct content_query *query)
{
    return content_url_is_same(record->url, query->url) &&
           content_time_is_same(record->mtime, query->mtime) &&
           (!query->has_size || record->size == query->size);
}

bool content_record_matches(const struct content_record *record, const struct content_query *query)
{
    if (query->etag && (!record->etag || strcmp(record->etag, query->etag))) return false;
    return matches_but_for_tag(record, query);
}

void content_results_filter(struct content_results *results, const struct content_query *query)
{
    size_t kept = 0;

    for (size_t i = 0; i < results->count; i++)
    {
        if (matches_but_for_tag(&results->records[i], query))
            results->records[kept++] = results->records[i];
        else
            content_record_done(&results->records[i]);
    }
    results->count = kept;
}
