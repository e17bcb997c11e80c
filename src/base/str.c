/* SPDX-License-Identifier: LGPL-2.1-or-later
 *
 * Wide strings and the text of GUIDs: pure functions, for any thread. */
#include "base/str.h"

#include <stdlib.h>
#include <string.h>

#define SURROGATE_HIGH 0xd800
#define SURROGATE_LOW  0xdc00
#define SURROGATE_END  0xe000
#define CODE_POINT_MAX 0x10ffff

size_t str_len(const WCHAR *text)
{
    size_t len = 0;

    while (text[len])
        len++;
    return len;
}

size_t str_len_max(const WCHAR *text, size_t max)
{
    size_t len = 0;

    while (len < max && text[len])
        len++;
    return len;
}

WCHAR *str_dup_len(const WCHAR *text, size_t len)
{
    WCHAR *copy;

    if (len >= SIZE_MAX / sizeof(*copy)) return NULL;
    if (!(copy = malloc((len + 1) * sizeof(*copy)))) return NULL;
    memcpy(copy, text, len * sizeof(*copy));
    copy[len] = 0;
    return copy;
}

WCHAR *str_dup(const WCHAR *text)
{
    return str_dup_len(text, str_len(text));
}

int str_compare(const WCHAR *a, const WCHAR *b)
{
    while (*a && *a == *b)
        a++, b++;
    return (*a > *b) - (*a < *b);
}

bool str_is_equal(const WCHAR *a, const WCHAR *b)
{
    return !str_compare(a, b);
}

static WCHAR fold(WCHAR c)
{
    return c >= 'A' && c <= 'Z' ? (WCHAR)(c + ('a' - 'A')) : c;
}

bool str_is_equal_nocase(const WCHAR *a, const WCHAR *b)
{
    while (*a && fold(*a) == fold(*b))
        a++, b++;
    return *a == *b;
}

bool str_starts_with(const WCHAR *text, const WCHAR *prefix)
{
    while (*prefix && *text == *prefix)
        text++, prefix++;
    return !*prefix;
}

/* Takes one code point off the text, 0 at its end. */
static bool take_utf16(const WCHAR **text, uint32_t *code)
{
    uint32_t high = **text, low;

    *code = high;
    if (!high) return true;
    ++*text;
    if (high < SURROGATE_HIGH || high >= SURROGATE_END) return true;

    low = **text;
    if (high >= SURROGATE_LOW || low < SURROGATE_LOW || low >= SURROGATE_END) return false;
    ++*text;
    *code = 0x10000 + ((high - SURROGATE_HIGH) << 10) + (low - SURROGATE_LOW);
    return true;
}

static size_t put_utf8(char *out, uint32_t code)
{
    unsigned int extra = code < 0x80 ? 0 : code < 0x800 ? 1 : code < 0x10000 ? 2 : 3;
    static const unsigned char lead[] = {0, 0xc0, 0xe0, 0xf0};

    out[0] = (char)(lead[extra] | (code >> (6 * extra)));
    for (unsigned int i = 1; i <= extra; i++)
        out[i] = (char)(0x80 | ((code >> (6 * (extra - i))) & 0x3f));
    return extra + 1;
}

bool str_is_whole(const WCHAR *text)
{
    uint32_t code;

    while (*text)
        if (!take_utf16(&text, &code)) return false;
    return true;
}

char *str_to_utf8(const WCHAR *text)
{
    size_t len = str_len(text), size = 0;
    uint32_t code;
    char *out;

    /* A unit of UTF-16 takes at most three bytes. */
    if (len >= SIZE_MAX / 3) return NULL;
    if (!(out = malloc(len * 3 + 1))) return NULL;
    while (*text)
    {
        if (!take_utf16(&text, &code))
        {
            free(out);
            return NULL;
        }
        size += put_utf8(out + size, code);
    }
    out[size] = 0;
    return out;
}

/* Takes one code point off the text. Refuses overlong forms and surrogates. */
static bool take_utf8(const unsigned char **text, uint32_t *code)
{
    static const uint32_t smallest[] = {0, 0x80, 0x800, 0x10000};
    unsigned char lead = *(*text)++;
    unsigned int extra;

    *code = lead;
    if (lead < 0x80) return true;
    if (lead < 0xc2 || lead > 0xf4) return false;

    extra = lead < 0xe0 ? 1 : lead < 0xf0 ? 2 : 3;
    *code = lead & (0x3fu >> extra);
    for (unsigned int i = 0; i < extra; i++)
    {
        if ((**text & 0xc0) != 0x80) return false;
        *code = (*code << 6) | (*(*text)++ & 0x3f);
    }
    if (*code < smallest[extra] || *code > CODE_POINT_MAX) return false;
    return *code < SURROGATE_HIGH || *code >= SURROGATE_END;
}

bool str_decode_utf8(const char *text, WCHAR *out, size_t size)
{
    const unsigned char *in = (const unsigned char *)text;
    size_t len = 0;
    uint32_t code;

    while (*in)
    {
        if (!take_utf8(&in, &code) || len + 2 >= size + (code < 0x10000)) return false;
        if (code >= 0x10000)
        {
            code -= 0x10000;
            out[len++] = (WCHAR)(SURROGATE_HIGH + (code >> 10));
            code = SURROGATE_LOW + (code & 0x3ff);
        }
        out[len++] = (WCHAR)code;
    }
    if (len >= size) return false;
    out[len] = 0;
    return true;
}

WCHAR *str_from_utf8(const char *text)
{
    size_t size = strlen(text) + 1;
    WCHAR *out;

    if (size > SIZE_MAX / sizeof(*out)) return NULL;
    if (!(out = malloc(size * sizeof(*out)))) return NULL;
    if (str_decode_utf8(text, out, size)) return out;
    free(out);
    return NULL;
}

/* The bytes of a GUID in the order of its text. */
static void guid_to_bytes(const GUID *guid, unsigned char bytes[16])
{
    for (unsigned int i = 0; i < 4; i++)
        bytes[i] = (unsigned char)(guid->Data1 >> (24 - 8 * i));
    for (unsigned int i = 0; i < 2; i++)
    {
        bytes[4 + i] = (unsigned char)(guid->Data2 >> (8 - 8 * i));
        bytes[6 + i] = (unsigned char)(guid->Data3 >> (8 - 8 * i));
    }
    memcpy(bytes + 8, guid->Data4, 8);
}

static bool is_dash_place(unsigned int byte)
{
    return byte == 4 || byte == 6 || byte == 8 || byte == 10;
}

void guid_format(const GUID *guid, WCHAR text[GUID_TEXT_SIZE])
{
    static const char digits[] = "0123456789ABCDEF";
    unsigned char bytes[16];

    guid_to_bytes(guid, bytes);
    *text++ = '{';
    for (unsigned int i = 0; i < 16; i++)
    {
        if (is_dash_place(i)) *text++ = '-';
        *text++ = (WCHAR)digits[bytes[i] >> 4];
        *text++ = (WCHAR)digits[bytes[i] & 15];
    }
    *text++ = '}';
    *text = 0;
}

static int hex_value(WCHAR c)
{
    if (c >= '0' && c <= '9') return c - '0';
    c = fold(c);
    return c >= 'a' && c <= 'f' ? c - 'a' + 10 : -1;
}

bool guid_parse(const WCHAR *text, GUID *guid)
{
    unsigned char bytes[16];

    memset(guid, 0, sizeof(*guid));
    if (*text++ != '{') return false;
    for (unsigned int i = 0; i < 16; i++)
    {
        int high, low;

        if (is_dash_place(i) && *text++ != '-') return false;
        if ((high = hex_value(*text++)) < 0) return false;
        if ((low = hex_value(*text++)) < 0) return false;
        bytes[i] = (unsigned char)(high << 4 | low);
    }
    if (text[0] != '}' || text[1]) return false;

    guid->Data1 = (uint32_t)bytes[0] << 24 | (uint32_t)bytes[1] << 16 | bytes[2] << 8 | bytes[3];
    guid->Data2 = (uint16_t)(bytes[4] << 8 | bytes[5]);
    guid->Data3 = (uint16_t)(bytes[6] << 8 | bytes[7]);
    memcpy(guid->Data4, bytes + 8, 8);
    return true;
}

bool guid_is_equal(const GUID *a, const GUID *b)
{
    return !memcmp(a, b, sizeof(*a));
}

/* FNV-1a: ids made by a client need not be random. */
uint32_t guid_hash(const GUID *guid)
{
    unsigned char bytes[16];
    uint32_t hash = 2166136261u;

    guid_to_bytes(guid, bytes);
    for (unsigned int i = 0; i < 16; i++)
        hash = (hash ^ bytes[i]) * 16777619u;
    return hash ^ (hash >> 15);
}
