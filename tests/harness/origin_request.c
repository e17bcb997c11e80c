/* SPDX-License-Identifier: LGPL-2.1-or-later
 *
 * Reading requests: request line, header lines, ranges. Pure. */
#include "harness/origin_private.h"

#include <string.h>

static char lower(char c)
{
    return c >= 'A' && c <= 'Z' ? (char)(c + 'a' - 'A') : c;
}

static bool begins_with(const char *text, const char *lower_case)
{
    for (; *lower_case; text++, lower_case++)
        if (lower(*text) != lower(*lower_case)) return false;
    return true;
}

/* The value of the header line, without the spaces around it. */
static bool find_header(const char *head, const char *name, struct span *value)
{
    size_t len = strlen(name);
    const char *line, *end;

    for (line = strchr(head, '\n'); line; line = strchr(line, '\n'))
    {
        line++;
        if (!begins_with(line, name) || line[len] != ':') continue;
        line += len + 1;
        while (*line == ' ' || *line == '\t')
            line++;
        end = line + strcspn(line, "\r\n");
        while (end > line && (end[-1] == ' ' || end[-1] == '\t'))
            end--;
        *value = (struct span){line, (size_t)(end - line)};
        return true;
    }
    return false;
}

bool origin_header(const char *head, const char *name, char *buffer, size_t size)
{
    struct span value;

    buffer[0] = 0;
    if (!find_header(head, name, &value)) return false;
    if (value.len >= size) value.len = size - 1;
    memcpy(buffer, value.text, value.len);
    buffer[value.len] = 0;
    return true;
}

bool origin_header_has(const char *head, const char *name, const char *token)
{
    struct span value;
    size_t len = strlen(token);

    if (!find_header(head, name, &value)) return false;
    while (value.len)
    {
        size_t item = 0;

        while (item < value.len && value.text[item] != ',')
            item++;
        if (item >= len && begins_with(value.text, token) &&
            (item == len || value.text[len] == ' ' || value.text[len] == ','))
            return true;
        if (item < value.len) item++;
        while (item < value.len && value.text[item] == ' ')
            item++;
        value.text += item;
        value.len -= item;
    }
    return false;
}

/* A number without sign; false when there is none or it is beyond 64 bits. */
static bool parse_number(const char **text, const char *end, uint64_t *number)
{
    const char *start = *text;

    *number = 0;
    for (; *text < end && **text >= '0' && **text <= '9'; ++*text)
    {
        uint64_t digit = (uint64_t)(**text - '0');

        if (*number > (UINT64_MAX - digit) / 10) return false;
        *number = *number * 10 + digit;
    }
    return *text > start;
}

static bool parse_range(const char **text, const char *end, struct origin_range *range)
{
    *range = (struct origin_range){.end = ORIGIN_OPEN};
    if (*text < end && **text == '-')
    {
        ++*text;
        range->is_suffix = true;
        return parse_number(text, end, &range->begin);
    }
    if (!parse_number(text, end, &range->begin)) return false;
    if (*text == end || **text != '-') return false;
    ++*text;
    if (*text == end || **text < '0' || **text > '9') return true;
    if (!parse_number(text, end, &range->end)) return false;
    if (range->end < range->begin || range->end == UINT64_MAX) return false;
    range->end++;
    return true;
}

unsigned int origin_parse_ranges(const char *head, struct origin_range *ranges)
{
    struct span value;
    unsigned int count = 0;
    const char *text, *end;

    if (!find_header(head, "Range", &value)) return 0;
    if (value.len < 6 || !begins_with(value.text, "bytes=")) return 0;
    text = value.text + 6;
    end = value.text + value.len;
    for (;;)
    {
        if (count == ORIGIN_RANGES_MAX || !parse_range(&text, end, &ranges[count])) return 0;
        count++;
        while (text < end && *text == ' ')
            text++;
        if (text == end) return count;
        if (*text++ != ',') return 0;
        while (text < end && *text == ' ')
            text++;
    }
}

bool origin_resolve_range(const struct origin_range *range, uint64_t size, uint64_t *begin,
                          uint64_t *end)
{
    if (range->is_suffix)
    {
        *begin = range->begin < size ? size - range->begin : 0;
        *end = size;
        return range->begin && size;
    }
    *begin = range->begin;
    *end = range->end < size ? range->end : size;
    return range->begin < size;
}

static bool take_word(const char **text, struct span *word)
{
    word->text = *text;
    word->len = strcspn(*text, " \r\n");
    *text += word->len;
    if (**text != ' ') return false;
    ++*text;
    return word->len;
}

bool origin_split_request(const char *head, struct request_parts *parts)
{
    const char *text = head, *end, *slash;
    struct span value;
    bool is_old;

    memset(parts, 0, sizeof(*parts));
    if (!take_word(&text, &parts->method) || !take_word(&text, &parts->target)) return false;
    if (!begins_with(text, "HTTP/1.")) return false;
    is_old = text[7] == '0';

    /* What a proxy gets has scheme and host in front. */
    parts->path = parts->target;
    end = parts->target.text + parts->target.len;
    if (begins_with(parts->target.text, "http://"))
    {
        slash = memchr(parts->target.text + 7, '/', parts->target.len - 7);
        if (!slash) slash = end;
        parts->path = (struct span){slash, (size_t)(end - slash)};
    }
    if ((slash = memchr(parts->path.text, '?', parts->path.len)))
    {
        parts->query = (struct span){slash + 1, (size_t)(end - slash - 1)};
        parts->path.len = (size_t)(slash - parts->path.text);
    }

    if (find_header(head, "Content-Length", &value))
    {
        text = value.text;
        if (!parse_number(&text, value.text + value.len, &parts->body_size)) return false;
    }
    parts->is_kept = is_old ? origin_header_has(head, "Connection", "keep-alive")
                            : !origin_header_has(head, "Connection", "close");
    return true;
}
