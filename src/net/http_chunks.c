/* SPDX-License-Identifier: LGPL-2.1-or-later
 *
 * A body that comes in chunks, byte by byte where there is no data. */
#include "net/http_chunks.h"

static int hex_digit(uint8_t c)
{
    if (c >= '0' && c <= '9') return c - '0';
    c |= 0x20;
    return c >= 'a' && c <= 'f' ? c - 'a' + 10 : -1;
}

static void begin_line(struct http_chunks *chunks, enum http_chunks_state state)
{
    chunks->state = state;
    chunks->line_len = 0;
    chunks->digits = 0;
    chunks->is_line_read = false;
    chunks->has_return = false;
}

/* CR LF and nothing else ends a line. False when something else does. */
static bool take_line_end(struct http_chunks *chunks, uint8_t c, bool *is_end)
{
    *is_end = chunks->has_return && c == '\n';
    if (*is_end) return true;
    if (chunks->has_return || c == '\n' || !c) return false;
    chunks->has_return = c == '\r';
    return true;
}

static bool take_size(struct http_chunks *chunks, uint8_t c)
{
    int digit = hex_digit(c);
    bool is_end;

    if (++chunks->line_len > HTTP_CHUNK_LINE_MAX || !take_line_end(chunks, c, &is_end))
        return false;
    if (is_end)
    {
        if (!chunks->digits) return false;
        begin_line(chunks, chunks->left ? HTTP_CHUNKS_DATA : HTTP_CHUNKS_TRAILER);
        return true;
    }
    if (chunks->has_return || chunks->is_line_read) return true;
    if (digit < 0)
    {
        chunks->is_line_read = true;
        return chunks->digits && (c == ';' || c == ' ' || c == '\t');
    }
    if (!chunks->digits) chunks->left = 0;
    if (++chunks->digits > 16) return false;
    chunks->left = chunks->left << 4 | (unsigned int)digit;
    return true;
}

static bool take_trailer(struct http_chunks *chunks, uint8_t c)
{
    bool is_end;

    if (!take_line_end(chunks, c, &is_end)) return false;
    if (!is_end)
    {
        if (!chunks->has_return) chunks->line_len++;
        return true;
    }
    begin_line(chunks, chunks->line_len ? HTTP_CHUNKS_TRAILER : HTTP_CHUNKS_COMPLETE);
    return true;
}

static bool take_data_end(struct http_chunks *chunks, uint8_t c)
{
    bool is_end;

    if (!take_line_end(chunks, c, &is_end)) return false;
    if (is_end) begin_line(chunks, HTTP_CHUNKS_SIZE);
    return is_end || chunks->has_return;
}

static bool take_byte(struct http_chunks *chunks, uint8_t c)
{
    if (++chunks->overhead > HTTP_CHUNK_OVERHEAD_MAX) return false;
    if (chunks->state == HTTP_CHUNKS_SIZE) return take_size(chunks, c);
    if (chunks->state == HTTP_CHUNKS_DATA_END) return take_data_end(chunks, c);
    return take_trailer(chunks, c);
}

HRESULT http_chunks_feed(struct http_chunks *chunks, const uint8_t *bytes, size_t size,
                         size_t *used, const uint8_t **data, size_t *data_size)
{
    *used = *data_size = 0;
    *data = NULL;
    if (chunks->state == HTTP_CHUNKS_REFUSED) return E_INVALIDARG;
    while (*used < size && chunks->state != HTTP_CHUNKS_COMPLETE)
    {
        if (chunks->state == HTTP_CHUNKS_DATA)
        {
            *data = bytes + *used;
            *data_size = size - *used;
            if (*data_size > chunks->left) *data_size = (size_t)chunks->left;
            *used += *data_size;
            chunks->left -= *data_size;
            chunks->overhead -= *data_size < chunks->overhead ? *data_size : chunks->overhead;
            if (!chunks->left) begin_line(chunks, HTTP_CHUNKS_DATA_END);
            return S_OK;
        }
        if (!take_byte(chunks, bytes[*used]))
        {
            chunks->state = HTTP_CHUNKS_REFUSED;
            return E_INVALIDARG;
        }
        ++*used;
    }
    return S_OK;
}
