/* SPDX-License-Identifier: LGPL-2.1-or-later
 *
 * How one request to a peer ended, and what makes an answer good. */
#include "peer/content_outcome.h"

#include <string.h>

#include "peer/content_match.h"

#define ATTRIBUTES 0x27u /* READONLY, HIDDEN, SYSTEM, ARCHIVE */

/* A field that the parser of answers has no interest in. The value is trimmed. */
static bool find_field(const struct http_head *head, const char *name, const char **value,
                       size_t *len)
{
    size_t name_len = strlen(name), i;
    const char *line, *line_end, *end;

    if (!head->raw) return false;
    end = head->raw + head->raw_size;
    for (line = head->raw; line < end && (line_end = memchr(line, '\r', (size_t)(end - line)));
         line = line_end + 2)
    {
        if ((size_t)(line_end - line) <= name_len || line[name_len] != ':') continue;
        for (i = 0; i < name_len && (line[i] | 0x20) == (name[i] | 0x20); i++)
            ;
        if (i < name_len) continue;
        *value = line + name_len + 1;
        *len = (size_t)(line_end - *value);
        while (*len && (**value == ' ' || **value == '\t'))
            (*value)++, (*len)--;
        while (*len && ((*value)[*len - 1] == ' ' || (*value)[*len - 1] == '\t'))
            (*len)--;
        return true;
    }
    return false;
}

/* Nobody was asked to encode anything. */
static bool is_encoded(const struct http_head *head)
{
    const char *value;
    size_t len;

    return find_field(head, "content-encoding", &value, &len) &&
           (len != strlen("identity") || memcmp(value, "identity", len));
}

enum content_outcome content_judge_search_head(const struct http_head *head, uint64_t *size)
{
    *size = 0;
    if (head->status == 503) return CONTENT_BUSY;
    if (head->status != 200) return CONTENT_TRANSPORT;
    if (head->transfer_coding != HTTP_CODING_NONE || !head->has_content_length ||
        head->content_length > CONTENT_BODY_MAX || is_encoded(head))
        return CONTENT_BROKEN;
    *size = head->content_length;
    return CONTENT_FOUND;
}

static enum content_outcome outcome_of(enum content_status status)
{
    switch (status)
    {
    case CONTENT_SUCCESS:
        return CONTENT_FOUND;
    case CONTENT_NOT_FOUND:
        return CONTENT_NONE;
    case CONTENT_OUT_OF_RESOURCES:
        return CONTENT_BUSY;
    case CONTENT_INVALID_SEARCH:
        return CONTENT_REFUSED;
    case CONTENT_CERT_UNKNOWN:
        return CONTENT_CLIENT_STRANGE;
    case CONTENT_ACCESS_DENIED:
        return CONTENT_DENIED;
    default:
        return CONTENT_BROKEN;
    }
}

enum content_outcome content_judge_search(const void *body, size_t size,
                                          const struct content_query *query,
                                          struct content_results *results)
{
    enum content_outcome outcome;

    if (FAILED(content_parse_results(body, size, query->max_records, results)))
        return CONTENT_BROKEN;
    outcome = outcome_of(results->status);
    if (outcome == CONTENT_FOUND)
    {
        content_results_filter(results, query);
        if (!results->count) outcome = CONTENT_BROKEN;
    }
    if (outcome != CONTENT_FOUND) content_results_done(results);
    return outcome;
}

static bool is_range_right(const struct http_head *head, const struct content_wish *wish)
{
    return head->content_range == HTTP_RANGE_PRESENT && head->range_first == wish->begin &&
           head->range_last == wish->end - 1 && head->has_total && head->total == wish->total;
}

enum content_outcome content_judge_download(const struct http_head *head,
                                            const struct content_wish *wish, uint64_t *position,
                                            uint64_t *size)
{
    bool is_all = wish->begin == 0 && wish->end == wish->total;

    *position = *size = 0;
    if (head->status == 503) return CONTENT_BUSY;
    if (head->transfer_coding == HTTP_CODING_OTHER || head->is_multipart_byteranges ||
        is_encoded(head))
        return CONTENT_TRANSPORT;
    /* A server that knows no ranges may send the whole when the whole was asked for. */
    if (head->status == 200)
    {
        if (!is_all || head->content_range != HTTP_RANGE_ABSENT) return CONTENT_TRANSPORT;
    }
    else if (head->status != 206 || wish->is_whole || !is_range_right(head, wish))
        return CONTENT_TRANSPORT;

    if (head->has_content_length ? head->content_length != wish->end - wish->begin
                                 : head->transfer_coding != HTTP_CODING_CHUNKED)
        return CONTENT_TRANSPORT;
    *position = wish->begin;
    *size = wish->end - wish->begin;
    return CONTENT_FOUND;
}

static bool take_hex(const char **at, const char *end, uint64_t *number)
{
    size_t digits = 0;

    *number = 0;
    if (end - *at < 3 || (*at)[0] != '0' || (*at)[1] != 'x') return false;
    for (*at += 2; *at < end && digits < 17; ++*at, digits++)
    {
        char c = **at;
        unsigned int digit;

        if (c >= '0' && c <= '9')
            digit = (unsigned int)(c - '0');
        else if ((c | 0x20) >= 'a' && (c | 0x20) <= 'f')
            digit = (unsigned int)((c | 0x20) - 'a') + 10;
        else
            break;
        *number = *number << 4 | digit;
    }
    return digits && digits <= 16;
}

bool content_parse_basic_info(const char *text, size_t len, struct content_basic_info *info)
{
    const char *end = text + len;
    uint64_t numbers[5];

    memset(info, 0, sizeof(*info));
    for (size_t i = 0; i < ARRAY_COUNT(numbers); i++)
    {
        if (i && (text == end || *text++ != ',')) return false;
        if (!take_hex(&text, end, &numbers[i])) return false;
    }
    if (text != end || numbers[4] > UINT32_MAX) return false;
    *info = (struct content_basic_info){numbers[0], numbers[1], numbers[2], numbers[3],
                                        (uint32_t)numbers[4] & ATTRIBUTES};
    return true;
}

bool content_find_basic_info(const struct http_head *head, struct content_basic_info *info)
{
    const char *value;
    size_t len;

    if (find_field(head, "bits_basic_info", &value, &len))
        return content_parse_basic_info(value, len, info);
    memset(info, 0, sizeof(*info));
    return false;
}
