/* SPDX-License-Identifier: LGPL-2.1-or-later
 *
 * The fields of an HTTP answer: RFC 9110. What gives two lengths to one body is refused; what
 * cannot be understood in a field that nothing hangs on counts as absent. */
#include "net/http_fields.h"

#include <bitsmsg.h>
#include <stdlib.h>

static bool is_token_char(char c)
{
    if (is_digit(c) || (fold(c) >= 'a' && fold(c) <= 'z')) return true;
    return c && strchr("!#$%&'*+-.^_`|~", c);
}

/* Cuts off and trims what is before the first separator, or all. False at the end. */
static bool take_part(struct text *rest, char separator, struct text *part)
{
    const char *found;

    if (!rest->at) return false;
    part->at = rest->at;
    found = rest->len ? memchr(rest->at, separator, rest->len) : NULL;
    part->len = found ? (size_t)(found - rest->at) : rest->len;
    rest->len -= found ? part->len + 1 : part->len;
    rest->at = found ? found + 1 : NULL;
    *part = trim(*part);
    return true;
}

/* Digits only, and no more than 64 bits of them. */
static bool parse_number(struct text text, uint64_t *value)
{
    *value = 0;
    if (!text.len) return false;
    for (size_t i = 0; i < text.len; i++)
    {
        unsigned int digit = (unsigned int)(text.at[i] - '0');

        if (!is_digit(text.at[i]) || *value > (UINT64_MAX - digit) / 10) return false;
        *value = *value * 10 + digit;
    }
    return true;
}

/* False, and an empty copy, when it does not fit or is not printable ASCII. */
static bool copy_printable(char *out, size_t size, struct text text)
{
    out[0] = 0;
    if (text.len >= size) return false;
    for (size_t i = 0; i < text.len; i++)
        if (text.at[i] < 0x20 || text.at[i] > 0x7e) return false;
    memcpy(out, text.at, text.len);
    out[text.len] = 0;
    return true;
}

static HRESULT take_content_length(struct http_head *head, struct text value)
{
    struct text part;
    uint64_t number;

    while (take_part(&value, ',', &part))
    {
        if (!parse_number(part, &number)) return BG_E_INVALID_SERVER_RESPONSE;
        if (head->has_content_length && head->content_length != number)
            return BG_E_INVALID_SERVER_RESPONSE;
        head->has_content_length = true;
        head->content_length = number;
    }
    return S_OK;
}

static bool parse_content_range(struct http_head *head, struct text value)
{
    struct text unit, range, first;

    if (!take_part(&value, ' ', &unit) || !is_word(unit, "bytes") || !value.at) return false;
    value = trim(value);
    for (size_t i = 0; i < value.len; i++)
        if (is_blank(value.at[i])) return false;
    if (!take_part(&value, '/', &range) || !value.at) return false;

    head->has_total = !is_word(value, "*");
    if (head->has_total && !parse_number(value, &head->total)) return false;
    if (is_word(range, "*"))
    {
        head->content_range = HTTP_RANGE_UNSATISFIED;
        return head->has_total;
    }
    if (!take_part(&range, '-', &first) || !range.at) return false;
    if (!parse_number(first, &head->range_first) || !parse_number(range, &head->range_last))
        return false;
    if (head->range_first > head->range_last) return false;
    if (head->has_total && head->range_last >= head->total) return false;
    head->content_range = HTTP_RANGE_PRESENT;
    return true;
}

static HRESULT take_content_range(struct http_head *head, struct text value)
{
    bool is_first = head->content_range == HTTP_RANGE_ABSENT;

    if (!is_first || !parse_content_range(head, value))
    {
        head->content_range = HTTP_RANGE_MALFORMED;
        head->has_total = false;
        head->range_first = head->range_last = head->total = 0;
    }
    return S_OK;
}

static HRESULT take_last_modified(struct http_head *head, struct text value)
{
    if (head->last_modified[0]) return S_OK;
    if (copy_printable(head->last_modified, sizeof(head->last_modified), value))
        head->has_mtime = http_parse_date(value.at, value.len, &head->mtime);
    return S_OK;
}

static HRESULT take_etag(struct http_head *head, struct text value)
{
    bool is_weak = value.len > 2 && value.at[0] == 'W' && value.at[1] == '/';

    if (head->etag[0]) return S_OK;
    if (is_weak)
    {
        value.at += 2;
        value.len -= 2;
    }
    if (value.len < 2 || value.len >= sizeof(head->etag)) return S_OK;
    if (value.at[0] != '"' || value.at[value.len - 1] != '"') return S_OK;
    for (size_t i = 1; i < value.len - 1; i++)
    {
        unsigned char c = (unsigned char)value.at[i];

        if (c <= 0x20 || c == '"' || c == 0x7f) return S_OK;
    }
    memcpy(head->etag, value.at, value.len);
    head->etag[value.len] = 0;
    head->is_etag_weak = is_weak;
    return S_OK;
}

/* RFC 2046, 5.1.1. */
static bool is_boundary(struct text text)
{
    if (!text.len || text.len > 70 || text.at[text.len - 1] == ' ') return false;
    for (size_t i = 0; i < text.len; i++)
    {
        char c = text.at[i];

        if (!is_digit(c) && !(fold(c) >= 'a' && fold(c) <= 'z') &&
            (!c || !strchr("'()+_,-./:=? ", c)))
            return false;
    }
    return true;
}

static HRESULT take_content_type(struct http_head *head, struct text value)
{
    struct text part, name;

    if (!take_part(&value, ';', &part) || !is_word(part, "multipart/byteranges")) return S_OK;
    head->is_multipart_byteranges = true;
    while (take_part(&value, ';', &part))
    {
        if (!take_part(&part, '=', &name) || !part.at || !is_word(name, "boundary")) continue;
        part = trim(part);
        if (part.len > 1 && part.at[0] == '"' && part.at[part.len - 1] == '"')
        {
            part.at++;
            part.len -= 2;
        }
        if (is_boundary(part)) copy_printable(head->boundary, sizeof(head->boundary), part);
    }
    return S_OK;
}

static HRESULT take_transfer_encoding(struct http_head *head, struct text value)
{
    bool is_chunked = is_word(value, "chunked") && head->transfer_coding == HTTP_CODING_NONE;

    head->transfer_coding = is_chunked ? HTTP_CODING_CHUNKED : HTTP_CODING_OTHER;
    return S_OK;
}

static HRESULT take_content_encoding(struct http_head *head, struct text value)
{
    struct text part;

    while (take_part(&value, ',', &part))
    {
        if (is_word(part, "peerdist"))
            head->is_peerdist = true;
        else if (part.len && !is_word(part, "identity"))
            head->has_other_encoding = true;
    }
    return S_OK;
}

/* [MS-PCCRTP] 2.2.1.2. */
static HRESULT take_peerdist(struct http_head *head, struct text value)
{
    struct text part, name;

    while (take_part(&value, ',', &part))
    {
        if (!take_part(&part, '=', &name) || !part.at || !is_word(name, "contentlength")) continue;
        head->has_peerdist_length = parse_number(trim(part), &head->peerdist_length);
    }
    return S_OK;
}

static HRESULT take_location(struct http_head *head, struct text value)
{
    if (!value.len) return S_OK;
    if (value.len > HTTP_LOCATION_MAX) return BG_E_INVALID_SERVER_RESPONSE;
    for (size_t i = 0; i < value.len; i++)
        if ((unsigned char)value.at[i] < 0x20 || value.at[i] == 0x7f)
            return BG_E_INVALID_SERVER_RESPONSE;

    if (head->location)
    {
        bool is_same =
            strlen(head->location) == value.len && !memcmp(head->location, value.at, value.len);

        return is_same ? S_OK : BG_E_INVALID_SERVER_RESPONSE;
    }
    if (!(head->location = malloc(value.len + 1))) return E_OUTOFMEMORY;
    memcpy(head->location, value.at, value.len);
    head->location[value.len] = 0;
    return S_OK;
}

static HRESULT take_retry_after(struct http_head *head, struct text value)
{
    uint64_t seconds;
    size_t digits = 0;

    while (digits < value.len && is_digit(value.at[digits]))
        digits++;
    if (digits && digits == value.len)
    {
        if (!parse_number(value, &seconds) || seconds > HTTP_RETRY_AFTER_MAX)
            seconds = HTTP_RETRY_AFTER_MAX;
        head->retry_after = HTTP_RETRY_SECONDS;
        head->retry_seconds = (uint32_t)seconds;
    }
    else if (http_parse_date(value.at, value.len, &head->retry_date))
    {
        head->retry_after = HTTP_RETRY_DATE;
    }
    return S_OK;
}

static HRESULT take_accept_ranges(struct http_head *head, struct text value)
{
    struct text part;

    while (take_part(&value, ',', &part))
    {
        if (is_word(part, "bytes")) head->accepts_ranges = true;
        if (is_word(part, "none")) head->refuses_ranges = true;
    }
    return S_OK;
}

/* What a cache for several users may not keep. */
static HRESULT take_cache_control(struct http_head *head, struct text value)
{
    struct text part, name;

    while (take_part(&value, ',', &part))
    {
        if (!take_part(&part, '=', &name)) continue;
        if (is_word(name, "no-store") || is_word(name, "private")) head->is_private = true;
    }
    return S_OK;
}

static HRESULT take_connection(struct http_head *head, struct text value)
{
    struct text part;

    while (take_part(&value, ',', &part))
        if (is_word(part, "close")) head->has_connection_close = true;
    return S_OK;
}

/* clang-format off */
static const struct
{
    const char *name;
    HRESULT (*take)(struct http_head *head, struct text value);
} fields[] = {
    { "accept-ranges",     take_accept_ranges },
    { "cache-control",     take_cache_control },
    { "connection",        take_connection },
    { "content-encoding",  take_content_encoding },
    { "content-length",    take_content_length },
    { "content-range",     take_content_range },
    { "content-type",      take_content_type },
    { "etag",              take_etag },
    { "last-modified",     take_last_modified },
    { "location",          take_location },
    { "retry-after",       take_retry_after },
    { "transfer-encoding", take_transfer_encoding },
    { "x-p2p-peerdist",    take_peerdist },
};
/* clang-format on */

HRESULT http_field_take(struct http_head *head, struct text line)
{
    struct text name = {line.at, 0}, value;

    while (name.len < line.len && is_token_char(line.at[name.len]))
        name.len++;
    if (!name.len || name.len == line.len || line.at[name.len] != ':')
        return BG_E_INVALID_SERVER_RESPONSE;
    value = trim((struct text){line.at + name.len + 1, line.len - name.len - 1});

    for (size_t i = 0; i < ARRAY_COUNT(fields); i++)
        if (is_word(name, fields[i].name)) return fields[i].take(head, value);
    return S_OK;
}
