/* SPDX-License-Identifier: LGPL-2.1-or-later
 *
 * Bytes on their way to the disk. */
#include "store/store_private.h"

#include <stdlib.h>
#include <string.h>

HRESULT store_buffer_add(struct store_buffer *buffer, const void *data, size_t size)
{
    if (size > SIZE_MAX / 4 - buffer->size) return E_OUTOFMEMORY;
    if (buffer->size + size > buffer->capacity)
    {
        size_t capacity = (buffer->size + size) * 2;
        uint8_t *grown = realloc(buffer->data, capacity);

        if (!grown) return E_OUTOFMEMORY;
        buffer->data = grown;
        buffer->capacity = capacity;
    }
    if (size) memcpy(buffer->data + buffer->size, data, size);
    buffer->size += size;
    return S_OK;
}

void store_buffer_done(struct store_buffer *buffer)
{
    free(buffer->data);
    memset(buffer, 0, sizeof(*buffer));
}
