/* SPDX-License-Identifier: LGPL-2.1-or-later
 *
 * A size, and a pointer to so many bytes; an answer has its result behind them. */
#include "peer/key_message.h"

#include <string.h>

#define REFERENT 0x00020000u /* any but 0 */

/* Writers may fill up what they send; more than this is no filling. */
#define FILLING_MAX 7

static size_t padded(size_t size)
{
    return (size + 3) & ~(size_t)3;
}

static uint8_t *put(uint8_t *bytes, uint32_t value)
{
    for (unsigned int i = 0; i < 4; i++)
        bytes[i] = (uint8_t)(value >> (8 * i));
    return bytes + 4;
}

static uint32_t get(const uint8_t *bytes)
{
    return bytes[0] | (uint32_t)bytes[1] << 8 | (uint32_t)bytes[2] << 16 | (uint32_t)bytes[3] << 24;
}

static uint8_t *put_blob(uint8_t *bytes, const uint8_t *blob, size_t size)
{
    bytes = put(bytes, (uint32_t)size);
    bytes = put(bytes, size ? REFERENT : 0);
    if (!size) return bytes;
    bytes = put(bytes, (uint32_t)size);
    memcpy(bytes, blob, size);
    return bytes + size;
}

/* How many bytes it takes; 0 when it is not one. */
static size_t get_blob(const uint8_t *bytes, size_t size, const uint8_t **blob, size_t *blob_size)
{
    size_t length;

    *blob = NULL;
    *blob_size = 0;
    if (size < 8 || (length = get(bytes)) > KEY_BLOB_MAX) return 0;
    if (!get(bytes + 4)) return length ? 0 : 8;
    if (size < 12 || get(bytes + 8) != length || length > size - 12) return 0;
    if (length) *blob = bytes + 12;
    *blob_size = length;
    return 12 + length;
}

size_t key_call_size(size_t blob_size)
{
    return blob_size ? 12 + blob_size : 8;
}

void key_call_write(uint8_t *bytes, const uint8_t *blob, size_t blob_size)
{
    put_blob(bytes, blob, blob_size);
}

bool key_call_read(const uint8_t *bytes, size_t size, const uint8_t **blob, size_t *blob_size)
{
    size_t taken = get_blob(bytes, size, blob, blob_size);

    if (taken && size - taken <= FILLING_MAX) return true;
    *blob = NULL;
    *blob_size = 0;
    return false;
}

size_t key_answer_size(size_t blob_size)
{
    return padded(key_call_size(blob_size)) + 4;
}

void key_answer_write(uint8_t *bytes, const uint8_t *blob, size_t blob_size, HRESULT result)
{
    size_t size = key_call_size(blob_size);

    put_blob(bytes, blob, blob_size);
    memset(bytes + size, 0, padded(size) - size);
    put(bytes + padded(size), (uint32_t)result);
}

bool key_answer_read(const uint8_t *bytes, size_t size, const uint8_t **blob, size_t *blob_size,
                     HRESULT *result)
{
    size_t taken = padded(get_blob(bytes, size, blob, blob_size));

    if (taken && taken + 4 <= size && size - taken - 4 <= FILLING_MAX)
    {
        *result = (HRESULT)get(bytes + taken);
        return true;
    }
    *blob = NULL;
    *blob_size = 0;
    return false;
}
