/* SPDX-License-Identifier: LGPL-2.1-or-later
 *
 * Base64. */
#include "net/base64.h"

#include <stdlib.h>
#include <string.h>

static const char digits[] = "ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789+/";

char *base64_encode(const void *data, size_t size)
{
    const uint8_t *from = data;
    char *text, *to;

    if (size > SIZE_MAX / 2) return NULL;
    if (!(text = to = malloc((size + 2) / 3 * 4 + 1))) return NULL;
    for (size_t i = 0; i < size; i += 3)
    {
        uint32_t bits = (uint32_t)from[i] << 16;

        if (i + 1 < size) bits |= (uint32_t)from[i + 1] << 8;
        if (i + 2 < size) bits |= from[i + 2];
        *to++ = digits[bits >> 18];
        *to++ = digits[bits >> 12 & 63];
        *to++ = i + 1 < size ? digits[bits >> 6 & 63] : '=';
        *to++ = i + 2 < size ? digits[bits & 63] : '=';
    }
    *to = 0;
    return text;
}

uint8_t *base64_decode(const char *text, size_t len, size_t *size)
{
    uint8_t *data, *to;
    size_t padding = 0;

    *size = 0;
    while (len && padding < 2 && text[len - 1] == '=')
        len--, padding++;
    if ((len + padding) % 4 || !(data = to = malloc(len / 4 * 3 + 3))) return NULL;
    for (size_t i = 0; i < len; i += 4)
    {
        size_t count = len - i < 4 ? len - i : 4;
        uint32_t bits = 0;

        for (size_t j = 0; j < 4; j++)
        {
            const char *digit = j < count ? memchr(digits, text[i + j], 64) : digits;

            if (!digit)
            {
                free(data);
                return NULL;
            }
            bits = bits << 6 | (uint32_t)(digit - digits);
        }
        for (size_t j = 0; j + 1 < count; j++)
            *to++ = (uint8_t)(bits >> (16 - 8 * j));
    }
    *size = (size_t)(to - data);
    return data;
}
