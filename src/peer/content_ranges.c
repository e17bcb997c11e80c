/* SPDX-License-Identifier: LGPL-2.1-or-later
 *
 * Positions in a record and in its URL, and the ranges that a download asks for. */
#include "peer/content_ranges.h"

#include <inttypes.h>
#include <stdio.h>
#include <string.h>

#include "peer/content_values.h"

uint64_t content_pieces_total(const struct content_piece *pieces, size_t count)
{
    uint64_t total = 0;

    for (size_t i = 0; i < count; i++)
        total += pieces[i].length;
    return total;
}

bool content_find_in_record(const struct content_piece *pieces, size_t count, uint64_t begin,
                            uint64_t end, uint64_t *position)
{
    uint64_t at = 0;

    *position = 0;
    if (begin >= end) return false;
    for (size_t i = 0; i < count; at += pieces[i++].length)
    {
        uint64_t piece_end = pieces[i].offset + pieces[i].length;

        if (begin < pieces[i].offset || begin >= piece_end) continue;
        *position = at + (begin - pieces[i].offset);
        while (piece_end < end && ++i < count && pieces[i].offset == piece_end)
            piece_end += pieces[i].length;
        if (piece_end >= end) return true;
        *position = 0;
        return false;
    }
    return false;
}

bool content_find_in_url(const struct content_piece *pieces, size_t count, uint64_t position,
                         struct content_piece *bytes)
{
    for (size_t i = 0; i < count; position -= pieces[i++].length)
    {
        if (position >= pieces[i].length) continue;
        bytes->offset = pieces[i].offset + position;
        bytes->length = pieces[i].length - position;
        return true;
    }
    *bytes = (struct content_piece){0};
    return false;
}

struct span
{
    const char *at;
    size_t len;
};

static bool is_blank(char c)
{
    return c == ' ' || c == '\t';
}

static struct span trim(struct span span)
{
    while (span.len && is_blank(*span.at))
        span.at++, span.len--;
    while (span.len && is_blank(span.at[span.len - 1]))
        span.len--;
    return span;
}

/* Cuts off what is before the first separator; all, when there is none. */
static bool cut(struct span *rest, char separator, struct span *part)
{
    const char *found = rest->len ? memchr(rest->at, separator, rest->len) : NULL;

    *part = *rest;
    if (!found)
    {
        *rest = (struct span){rest->at + rest->len, 0};
        return false;
    }
    part->len = (size_t)(found - part->at);
    rest->len -= part->len + 1;
    rest->at = found + 1;
    return true;
}

static bool skip_unit(struct span *span)
{
    static const char unit[] = "bytes";

    if (span->len < strlen(unit)) return false;
    for (size_t i = 0; i < strlen(unit); i++)
        if ((span->at[i] | 0x20) != unit[i]) return false;
    span->at += strlen(unit);
    span->len -= strlen(unit);
    return true;
}

/* One of a-b, a-, -n. False when it is none; a range with nothing in it is left out. */
static bool add_range(struct span spec, uint64_t total, struct content_asked *asked)
{
    struct span last = spec, first;
    struct byte_range range;
    uint64_t number;

    if (!cut(&last, '-', &first)) return false;
    first = trim(first);
    last = trim(last);
    if (!first.len)
    {
        if (!content_parse_number(last.at, last.len, &number)) return false;
        range.begin = number < total ? total - number : 0;
        range.end = number ? total : range.begin;
    }
    else
    {
        if (!content_parse_number(first.at, first.len, &range.begin)) return false;
        number = UINT64_MAX;
        if (last.len && !content_parse_number(last.at, last.len, &number)) return false;
        if (number < range.begin) return false;
        range.end = number < total ? number + 1 : total;
    }
    if (range.begin >= range.end) return true;
    if (asked->count == CONTENT_ASKED_MAX) return false;
    asked->ranges[asked->count++] = range;
    return true;
}

bool content_parse_range(const char *text, size_t len, uint64_t total, struct content_asked *asked)
{
    struct span rest = trim((struct span){text, len}), part;
    size_t spec_count = 0;
    bool goes_on;

    asked->count = 0;
    asked->is_list = false;
    if (!skip_unit(&rest) || !rest.len || *rest.at != '=') return false;
    rest.at++;
    rest.len--;
    do
    {
        goes_on = cut(&rest, ',', &part);
        part = trim(part);
        if (!part.len) continue;
        if (!add_range(part, total, asked))
        {
            asked->count = 0;
            return false;
        }
        spec_count++;
    } while (goes_on);
    asked->is_list = spec_count > 1;
    return asked->count > 0;
}

bool content_parse_prose_range(const char *text, size_t len, uint64_t total,
                               struct content_asked *asked)
{
    struct span size = trim((struct span){text, len}), range;
    uint64_t number;

    asked->count = 0;
    asked->is_list = false;
    if (skip_unit(&size)) size = trim(size);
    if (!cut(&size, '/', &range)) return false;
    size = trim(size);
    if (!(size.len == 1 && *size.at == '*') && !content_parse_number(size.at, size.len, &number))
        return false;
    return add_range(trim(range), total, asked) && asked->count;
}

size_t content_format_part_head(const char *boundary, const struct byte_range *range,
                                uint64_t total, char text[CONTENT_PART_HEAD_MAX])
{
    return (size_t)snprintf(text, CONTENT_PART_HEAD_MAX,
                            "\r\n--%.*s\r\nContent-Type: application/octet-stream\r\n"
                            "Content-Range: bytes %" PRIu64 "-%" PRIu64 "/%" PRIu64 "\r\n\r\n",
                            CONTENT_BOUNDARY_SIZE, boundary, range->begin, range->end - 1, total);
}

size_t content_format_part_end(const char *boundary, char text[CONTENT_PART_HEAD_MAX])
{
    return (size_t)snprintf(text, CONTENT_PART_HEAD_MAX, "\r\n--%.*s--\r\n", CONTENT_BOUNDARY_SIZE,
                            boundary);
}

bool content_multipart_size(const struct content_asked *asked, const char *boundary, uint64_t total,
                            uint64_t *size)
{
    char text[CONTENT_PART_HEAD_MAX];

    *size = content_format_part_end(boundary, text);
    for (size_t i = 0; i < asked->count; i++)
    {
        const struct byte_range *range = &asked->ranges[i];
        uint64_t part = content_format_part_head(boundary, range, total, text);

        if (range->end - range->begin > UINT64_MAX - part) return false;
        part += range->end - range->begin;
        if (part > UINT64_MAX - *size) return false;
        *size += part;
    }
    return true;
}
