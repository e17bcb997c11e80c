/* SPDX-License-Identifier: LGPL-2.1-or-later
 *
 * Numbers and texts as bytes, in both directions. */
#include "store/store_codec.h"

#include <stdlib.h>
#include <string.h>

#include "base/str.h"

void codec_fail(struct codec *c, HRESULT hr)
{
    if (SUCCEEDED(c->hr)) c->hr = hr;
}

void codec_bytes(struct codec *c, void *data, size_t size)
{
    if (FAILED(c->hr)) return;
    if (c->out)
        c->hr = store_buffer_add(c->out, data, size);
    else if ((size_t)(c->end - c->in) < size)
        c->hr = E_INVALIDARG;
    else
    {
        memcpy(data, c->in, size);
        c->in += size;
    }
}

static uint64_t read_number(struct codec *c)
{
    uint64_t value = 0;

    for (unsigned int shift = 0; shift < 64 && SUCCEEDED(c->hr); shift += 7)
    {
        uint8_t byte = 0;

        codec_bytes(c, &byte, 1);
        if (shift == 63 && byte > 1) break;
        value |= (uint64_t)(byte & 0x7f) << shift;
        if (!(byte & 0x80)) return value;
    }
    codec_fail(c, E_INVALIDARG);
    return 0;
}

static void write_number(struct codec *c, uint64_t value)
{
    uint8_t bytes[10];
    size_t size = 0;

    do
    {
        bytes[size] = (uint8_t)(value & 0x7f);
        value >>= 7;
        if (value) bytes[size] |= 0x80;
        size++;
    } while (value);
    codec_bytes(c, bytes, size);
}

void codec_u64(struct codec *c, uint64_t *value)
{
    if (c->out)
        write_number(c, *value);
    else
        *value = read_number(c);
}

/* A number up to max. */
uint32_t codec_limited(struct codec *c, uint64_t value, uint32_t max)
{
    codec_u64(c, &value);
    if (value <= max) return (uint32_t)value;
    codec_fail(c, E_INVALIDARG);
    return 0;
}

static void codec_units(struct codec *c, WCHAR *text, size_t len)
{
    for (size_t i = 0; i < len && SUCCEEDED(c->hr); i++)
    {
        uint8_t unit[2] = {(uint8_t)(text[i] & 0xff), (uint8_t)(text[i] >> 8)};

        codec_bytes(c, unit, 2);
        if (!c->out) text[i] = (WCHAR)(unit[0] | unit[1] << 8);
        if (!text[i]) codec_fail(c, E_INVALIDARG);
    }
}

void codec_text(struct codec *c, WCHAR **text, size_t max)
{
    size_t len = 0;
    uint32_t size;

    if (c->out && *text)
    {
        len = str_len_max(*text, max + 1);
        codec_limited(c, len + 1, (uint32_t)max + 1);
        codec_units(c, *text, len);
        return;
    }
    if (!(size = codec_limited(c, 0, (uint32_t)max + 1)) || FAILED(c->hr)) return;
    len = size - 1;
    if ((size_t)(c->end - c->in) / 2 < len)
        codec_fail(c, E_INVALIDARG);
    else if (!(*text = malloc((len + 1) * sizeof(**text))))
        codec_fail(c, E_OUTOFMEMORY);
    else
    {
        codec_units(c, *text, len);
        (*text)[SUCCEEDED(c->hr) ? len : 0] = 0;
    }
}

void codec_chars(struct codec *c, char *text, size_t size)
{
    size_t len = c->out ? strnlen(text, size) : 0;

    len = codec_limited(c, len, (uint32_t)size - 1);
    codec_bytes(c, text, len);
    if (!c->out && (text[len] = 0, strlen(text) != len)) codec_fail(c, E_INVALIDARG);
}

void codec_sid(struct codec *c, WCHAR *sid)
{
    size_t len = c->out ? str_len_max(sid, ACCESS_SID_SIZE) : 0;

    len = codec_limited(c, len, ACCESS_SID_SIZE - 1);
    if (!c->out) sid[len] = 0;
    codec_units(c, sid, len);
}

static void write_section(struct codec *c, const struct codec_section *section, void *value)
{
    struct store_buffer bytes = {0};
    struct codec inner = {.out = &bytes};

    section->code(&inner, value);
    codec_fail(c, inner.hr);
    codec_limited(c, section->number, UINT32_MAX);
    codec_limited(c, bytes.size, UINT32_MAX);
    if (SUCCEEDED(c->hr)) codec_bytes(c, bytes.data, bytes.size);
    store_buffer_done(&bytes);
}

static void read_section(struct codec *c, const struct codec_section *sections, size_t count,
                         void *value)
{
    uint32_t number = codec_limited(c, 0, UINT32_MAX);
    uint32_t size = codec_limited(c, 0, UINT32_MAX);
    struct codec inner;

    if (FAILED(c->hr) || (size_t)(c->end - c->in) < size)
    {
        codec_fail(c, E_INVALIDARG);
        return;
    }
    inner = (struct codec){.in = c->in, .end = c->in + size};
    for (size_t i = 0; i < count; i++)
    {
        if (sections[i].number != number) continue;
        sections[i].code(&inner, value);
        codec_fail(c, inner.hr);
        if (inner.in != inner.end) codec_fail(c, E_INVALIDARG);
        c->in += size;
        return;
    }
    codec_fail(c, E_INVALIDARG);
}

void codec_sections(struct codec *c, const struct codec_section *sections, size_t count,
                    void *value)
{
    for (size_t i = 0; c->out && i < count; i++)
        if (sections[i].is_needed(value)) write_section(c, &sections[i], value);
    while (!c->out && SUCCEEDED(c->hr) && c->in != c->end)
        read_section(c, sections, count, value);
}

void codec_guid(struct codec *c, GUID *guid)
{
    uint32_t word = guid->Data2 | (uint32_t)guid->Data3 << 16;

    CODEC_U32(c, guid->Data1);
    CODEC_U32(c, word);
    guid->Data2 = (uint16_t)word;
    guid->Data3 = (uint16_t)(word >> 16);
    codec_bytes(c, guid->Data4, sizeof(guid->Data4));
}

HRESULT codec_end(struct codec *c)
{
    if (!c->out && c->in != c->end) codec_fail(c, E_INVALIDARG);
    return c->hr;
}
