/* SPDX-License-Identifier: LGPL-2.1-or-later
 *
 * The head of an HTTP answer: RFC 9112. Lines are checked, counted and put together here; what they
 * say is read in http_fields.c. */
#include "net/http_message.h"

#include <bitsmsg.h>
#include <inttypes.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "net/http_fields.h"
#include "net/http_text.h"

#define RAW_CAPACITY_MIN 1024

static HRESULT parse_status_line(struct http_head *head, struct text line)
{
    static const char prefix[] = "HTTP/";
    struct text version, status;
    size_t digits = 0;

    if (line.len < strlen(prefix) || memcmp(line.at, prefix, strlen(prefix)))
        return BG_E_INVALID_SERVER_RESPONSE;
    version = (struct text){line.at + strlen(prefix), 0};
    line.len -= strlen(prefix);
    while (version.len < line.len &&
           (is_digit(version.at[version.len]) || (version.len && version.at[version.len] == '.')))
        version.len++;
    if (!version.len || version.len == line.len || version.at[version.len] != ' ')
        return BG_E_INVALID_SERVER_RESPONSE;

    if (is_word(version, "1.1"))
        head->version = HTTP_VERSION_1_1;
    else if (is_word(version, "1.0"))
        head->version = HTTP_VERSION_1_0;
    else if (is_word(version, "2") || is_word(version, "2.0"))
        head->version = HTTP_VERSION_2;
    else
        return BG_E_INSUFFICIENT_HTTP_SUPPORT;

    status = (struct text){version.at + version.len + 1, line.len - version.len - 1};
    while (digits < status.len && is_digit(status.at[digits]))
        digits++;
    if (digits != 3 || (status.len > 3 && status.at[3] != ' ')) return BG_E_INVALID_SERVER_RESPONSE;
    head->status = (unsigned int)((status.at[0] - '0') * 100 + (status.at[1] - '0') * 10 +
                                  (status.at[2] - '0'));
    return head->status >= 100 && head->status <= 599 ? S_OK : BG_E_INVALID_SERVER_RESPONSE;
}

static HRESULT append_raw(struct http_head *head, const char *data, size_t size)
{
    size_t capacity = head->raw_capacity ? head->raw_capacity : RAW_CAPACITY_MIN;
    char *raw;

    while (capacity - head->raw_size < size)
        capacity *= 2;
    if (capacity != head->raw_capacity)
    {
        if (!(raw = realloc(head->raw, capacity))) return E_OUTOFMEMORY;
        head->raw = raw;
        head->raw_capacity = capacity;
    }
    if (size) memcpy(head->raw + head->raw_size, data, size);
    head->raw_size += size;
    return S_OK;
}

static HRESULT append_line(struct http_head *head, struct text line)
{
    HRESULT hr;

    if (FAILED(hr = append_raw(head, line.at, line.len))) return hr;
    return append_raw(head, "\r\n", 2);
}

/* RFC 9112, 5.2: a folded line goes on where the last one ended, after a space. */
static HRESULT join_line(struct http_head *head, struct text line)
{
    HRESULT hr;

    if (!head->field_start) return BG_E_INVALID_SERVER_RESPONSE;
    if (head->raw_size - head->field_start + line.len > HTTP_HEAD_LINE_MAX)
        return BG_E_INVALID_SERVER_RESPONSE;
    head->raw_size -= 2;
    if (FAILED(hr = append_raw(head, " ", 1))) return hr;
    return append_line(head, trim(line));
}

/* A field is read when the line after it shows that it is whole. */
static HRESULT finish_field(struct http_head *head)
{
    if (!head->field_start) return S_OK;
    return http_field_take(
        head, (struct text){head->raw + head->field_start, head->raw_size - head->field_start - 2});
}

/* Forgets the answer, but not what it cost so far. */
static void clear_answer(struct http_head *head)
{
    struct http_head empty = {
        .raw = head->raw,
        .raw_capacity = head->raw_capacity,
        .received_size = head->received_size,
        .received_lines = head->received_lines,
        .informational_count = head->informational_count,
    };

    free(head->location);
    *head = empty;
}

static HRESULT finish_head(struct http_head *head)
{
    /* Two lengths of one body. */
    if (head->transfer_coding != HTTP_CODING_NONE && head->has_content_length)
        return BG_E_INVALID_SERVER_RESPONSE;
    if (head->status >= 200)
    {
        head->state = HTTP_HEAD_COMPLETE;
        return S_OK;
    }

    /* Nobody asked for another protocol. */
    if (head->status == 101) return BG_E_INVALID_SERVER_RESPONSE;
    if (++head->informational_count > HTTP_HEAD_INFORMATIONAL_MAX)
        return BG_E_INVALID_SERVER_RESPONSE;
    clear_answer(head);
    return S_OK;
}

static HRESULT take_field_line(struct http_head *head, struct text line)
{
    HRESULT hr;

    if (line.len && is_blank(line.at[0])) return join_line(head, line);
    if (FAILED(hr = finish_field(head))) return hr;
    if (!line.len) return finish_head(head);
    head->field_start = head->raw_size;
    return append_line(head, line);
}

static HRESULT take_line(struct http_head *head, struct text line)
{
    HRESULT hr;

    if (line.len > HTTP_HEAD_LINE_MAX || line.len > HTTP_HEAD_SIZE_MAX - head->received_size ||
        head->received_lines == HTTP_HEAD_LINES_MAX)
        return BG_E_INVALID_SERVER_RESPONSE;
    head->received_size += line.len;
    head->received_lines++;

    if (line.len && line.at[line.len - 1] == '\n')
    {
        line.len--;
        if (line.len && line.at[line.len - 1] == '\r') line.len--;
    }
    for (size_t i = 0; i < line.len; i++)
        if (!line.at[i] || line.at[i] == '\r' || line.at[i] == '\n')
            return BG_E_INVALID_SERVER_RESPONSE;

    if (head->state == HTTP_HEAD_COMPLETE) return S_OK;
    if (head->state == HTTP_HEAD_FIELDS) return take_field_line(head, line);
    if (FAILED(hr = parse_status_line(head, line))) return hr;
    head->state = HTTP_HEAD_FIELDS;
    return append_line(head, line);
}

void http_head_init(struct http_head *head)
{
    memset(head, 0, sizeof(*head));
}

void http_head_done(struct http_head *head)
{
    free(head->location);
    free(head->raw);
    http_head_init(head);
}

void http_head_reset(struct http_head *head)
{
    clear_answer(head);
    head->received_size = 0;
    head->received_lines = 0;
    head->informational_count = 0;
}

HRESULT http_head_feed_line(struct http_head *head, const char *line, size_t len)
{
    HRESULT hr;

    if (head->state == HTTP_HEAD_REFUSED) return head->failure;
    if (FAILED(hr = take_line(head, (struct text){line, len})))
    {
        head->state = HTTP_HEAD_REFUSED;
        head->failure = hr;
    }
    return hr;
}

bool http_head_is_complete(const struct http_head *head)
{
    return head->state == HTTP_HEAD_COMPLETE;
}

uint32_t http_head_retry_delay(const struct http_head *head, filetime_t now)
{
    filetime_t wait;

    if (head->retry_after == HTTP_RETRY_SECONDS) return head->retry_seconds;
    if (head->retry_after == HTTP_RETRY_ABSENT || head->retry_date <= now) return 0;
    wait = (head->retry_date - now + FILETIME_PER_SECOND - 1) / FILETIME_PER_SECOND;
    return wait > HTTP_RETRY_AFTER_MAX ? HTTP_RETRY_AFTER_MAX : (uint32_t)wait;
}

bool http_format_range(char *text, size_t size, uint64_t first, uint64_t last)
{
    int len = snprintf(text, size, "bytes=%" PRIu64 "-%" PRIu64, first, last);

    return len > 0 && (size_t)len < size;
}
