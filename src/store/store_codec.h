/* SPDX-License-Identifier: LGPL-2.1-or-later
 *
 * Values as bytes. One function for each struct goes both ways, so that reading and writing cannot
 * differ. Numbers take 7 bits a byte, low ones first; texts are a length plus 1 (0: NULL) and
 * UTF-16 units, low byte first. */
#ifndef OPENBITS_STORE_STORE_CODEC_H
#define OPENBITS_STORE_STORE_CODEC_H

#include "store/store_private.h"

struct codec
{
    struct store_buffer *out; /* NULL: this reads */
    const uint8_t *in, *end;
    HRESULT hr; /* of the first failure; nothing is done after it */
};

void codec_fail(struct codec *c, HRESULT hr);
/* The failure, or S_OK when all that was there has been read. */
HRESULT codec_end(struct codec *c);

void codec_bytes(struct codec *c, void *data, size_t size);
void codec_u64(struct codec *c, uint64_t *value);
/* Answers what was written or read; more than the maximum is a failure. */
uint32_t codec_limited(struct codec *c, uint64_t value, uint32_t max);
void codec_text(struct codec *c, WCHAR **text, size_t max);
/* Text in an array of the struct, terminated. */
void codec_chars(struct codec *c, char *text, size_t size);
void codec_sid(struct codec *c, WCHAR *sid);
void codec_guid(struct codec *c, GUID *guid);

#define CODEC_U32(c, field)       ((field) = codec_limited((c), (field), UINT32_MAX))
#define CODEC_BOOL(c, field)      ((field) = codec_limited((c), (field), 1) != 0)
#define CODEC_ENUM(c, field, max) ((field) = codec_limited((c), (field), (max)))

/* What later programs added to a record stands behind the rest of it, in sections: a number, a size
 * and that many bytes. One that is not there has the values that it had before it was invented. */
struct codec_section
{
    uint32_t number;
    bool (*is_needed)(const void *value);
    void (*code)(struct codec *c, void *value);
};

void codec_sections(struct codec *c, const struct codec_section *sections, size_t count,
                    void *value);

/* Encoding works on a copy of the struct: what it points to is only read. */
#define CODEC_OF(name, type)                                                                       \
    HRESULT store_encode_##name(struct store_buffer *buffer, const struct type *value)             \
    {                                                                                              \
        struct codec c = {.out = buffer};                                                          \
        struct type copy = *value;                                                                 \
                                                                                                   \
        code_##name(&c, &copy);                                                                    \
        return codec_end(&c);                                                                      \
    }                                                                                              \
                                                                                                   \
    HRESULT store_decode_##name(const struct store_record *record, struct type *value)             \
    {                                                                                              \
        struct codec c = {.in = record->data, .end = record->data + record->size};                 \
                                                                                                   \
        memset(value, 0, sizeof(*value));                                                          \
        code_##name(&c, value);                                                                    \
        return codec_end(&c);                                                                      \
    }

#endif
