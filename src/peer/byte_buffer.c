/* SPDX-License-Identifier: LGPL-2.1-or-later
 *
 * Bytes that are put together piece by piece. */
#include "peer/byte_buffer.h"

#include <stdarg.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#define CAPACITY_MIN 512
#define FORMAT_MAX   1024

void byte_buffer_init(struct byte_buffer *buffer, size_t limit)
{
    memset(buffer, 0, sizeof(*buffer));
    buffer->limit = limit;
}

void byte_buffer_done(struct byte_buffer *buffer)
{
    free(buffer->data);
    byte_buffer_init(buffer, buffer->limit);
}

void byte_buffer_clear(struct byte_buffer *buffer)
{
    buffer->size = 0;
    buffer->failure = S_OK;
}

static HRESULT reserve(struct byte_buffer *buffer, size_t size)
{
    size_t limit = buffer->limit ? buffer->limit : SIZE_MAX / 2;
    size_t capacity = buffer->capacity ? buffer->capacity : CAPACITY_MIN;
    uint8_t *data;

    if (buffer->size > limit || size > limit - buffer->size) return E_OUTOFMEMORY;
    while (capacity < buffer->size + size)
        capacity *= 2;
    if (capacity == buffer->capacity) return S_OK;
    if (!(data = realloc(buffer->data, capacity))) return E_OUTOFMEMORY;
    buffer->data = data;
    buffer->capacity = capacity;
    return S_OK;
}

void *byte_buffer_extend(struct byte_buffer *buffer, size_t size)
{
    uint8_t *place;

    if (FAILED(buffer->failure)) return NULL;
    if (FAILED(buffer->failure = reserve(buffer, size))) return NULL;
    place = buffer->data + buffer->size;
    buffer->size += size;
    return place;
}

void byte_buffer_add(struct byte_buffer *buffer, const void *data, size_t size)
{
    void *place = size ? byte_buffer_extend(buffer, size) : NULL;

    if (place) memcpy(place, data, size);
}

void byte_buffer_add_text(struct byte_buffer *buffer, const char *text)
{
    byte_buffer_add(buffer, text, strlen(text));
}

void byte_buffer_add_format(struct byte_buffer *buffer, const char *format, ...)
{
    char text[FORMAT_MAX];
    va_list args;
    int len;

    va_start(args, format);
    len = vsnprintf(text, sizeof(text), format, args);
    va_end(args);
    if (len < 0 || (size_t)len >= sizeof(text))
    {
        if (SUCCEEDED(buffer->failure)) buffer->failure = E_INVALIDARG;
        return;
    }
    byte_buffer_add(buffer, text, (size_t)len);
}

void byte_buffer_drop(struct byte_buffer *buffer, size_t size)
{
    if (size > buffer->size) size = buffer->size;
    buffer->size -= size;
    if (buffer->size) memmove(buffer->data, buffer->data + size, buffer->size);
}
