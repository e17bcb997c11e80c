/* SPDX-License-Identifier: LGPL-2.1-or-later
 *
 * Records as values and as bytes: a mark and the key, the values, a checksum over it all. Numbers
 * are written low byte first, texts as a length and UTF-16 units. */
#include "cache/cache_record.h"

#include <stdlib.h>
#include <string.h>

#include "base/crc32c.h"
#include "base/err_codes.h"
#include "base/str.h"

#define MARK          0x3152434fu /* OCR1 */
#define CHECKSUM_SIZE 4

#define FLAG_VALIDATED 1u
#define FLAG_ETAG      2u

/* ---- values ---- */

void cache_record_done(struct cache_record *record)
{
    free(record->url);
    free(record->etag);
    free(record->ranges);
    memset(record, 0, sizeof(*record));
}

HRESULT cache_record_copy(const struct cache_record *record, struct cache_record *copy)
{
    *copy = *record;
    copy->url = str_dup(record->url);
    copy->etag = record->etag ? str_dup(record->etag) : NULL;
    if ((copy->ranges = malloc(record->range_count * sizeof(*copy->ranges))))
        memcpy(copy->ranges, record->ranges, record->range_count * sizeof(*copy->ranges));
    if (copy->url && copy->ranges && (copy->etag || !record->etag)) return S_OK;
    cache_record_done(copy);
    return E_OUTOFMEMORY;
}

HRESULT cache_record_check(struct cache_record *record)
{
    record->size = 0;
    if (!record->url || !record->url[0] ||
        str_len_max(record->url, CACHE_URL_MAX + 1) > CACHE_URL_MAX)
        return E_INVALIDARG;
    if (record->etag && str_len_max(record->etag, CACHE_ETAG_MAX + 1) > CACHE_ETAG_MAX)
        return E_INVALIDARG;
    if (!record->file_time || record->file_time > INT64_MAX) return E_INVALIDARG;
    if (!record->range_count || record->range_count > CACHE_RANGES_MAX) return E_INVALIDARG;
    for (size_t i = 0; i < record->range_count; i++)
    {
        const struct cache_range *range = &record->ranges[i];

        if (!range->length || range->offset >= record->file_size ||
            range->length > record->file_size - range->offset)
            return E_INVALIDARG;
        /* Sums stand behind the content: leave room for them. */
        if (range->length > INT64_MAX / 2 - record->size) return E_INVALIDARG;
        record->size += range->length;
    }
    return S_OK;
}

/* ---- bytes out ---- */

struct output
{
    uint8_t *next;
};

static void put(struct output *out, uint64_t value, unsigned int size)
{
    for (unsigned int i = 0; i < size; i++)
        *out->next++ = (uint8_t)(value >> 8 * i);
}

static void put_text(struct output *out, const WCHAR *text)
{
    size_t len = text ? str_len(text) : 0;

    put(out, len, 4);
    for (size_t i = 0; i < len; i++)
        put(out, text[i], 2);
}

static size_t size_of(const struct cache_record *record)
{
    size_t len = str_len(record->url) + (record->etag ? str_len(record->etag) : 0);

    return 4 + 8 + 16 + 5 * 8 + 4 + 4 + 4 + 4 + 2 * len + 4 + 16 * record->range_count +
           CHECKSUM_SIZE;
}

HRESULT cache_record_encode(const struct cache_record *record, int64_t key, uint8_t **data,
                            size_t *size)
{
    struct output out;

    *size = size_of(record);
    if (!(*data = malloc(*size))) return E_OUTOFMEMORY;
    out.next = *data;
    put(&out, MARK, 4);
    put(&out, (uint64_t)key, 8);
    memcpy(out.next, &record->id, sizeof(record->id));
    out.next += sizeof(record->id);
    put(&out, record->created, 8);
    put(&out, record->modified, 8);
    put(&out, record->file_time, 8);
    put(&out, record->file_size, 8);
    put(&out, record->size, 8);
    put(&out, (record->is_validated ? FLAG_VALIDATED : 0) | (record->etag ? FLAG_ETAG : 0), 4);
    put(&out, record->sums_crc, 4);
    put_text(&out, record->url);
    put_text(&out, record->etag);
    put(&out, record->range_count, 4);
    for (size_t i = 0; i < record->range_count; i++)
    {
        put(&out, record->ranges[i].offset, 8);
        put(&out, record->ranges[i].length, 8);
    }
    put(&out, crc32c(0, *data, *size - CHECKSUM_SIZE), CHECKSUM_SIZE);
    return S_OK;
}

/* ---- bytes in ---- */

struct input
{
    const uint8_t *next, *end;
    HRESULT hr; /* of the first failure; nothing but zeros comes after it */
};

static void fail(struct input *in, HRESULT hr)
{
    if (SUCCEEDED(in->hr)) in->hr = hr;
    in->next = in->end;
}

static uint64_t get(struct input *in, unsigned int size)
{
    uint64_t value = 0;

    if ((size_t)(in->end - in->next) < size)
    {
        fail(in, ERR_FILE_CORRUPT);
        return 0;
    }
    for (unsigned int i = 0; i < size; i++)
        value |= (uint64_t)*in->next++ << 8 * i;
    return value;
}

/* NULL after a failure. */
static WCHAR *get_text(struct input *in, size_t max)
{
    size_t len = (size_t)get(in, 4);
    WCHAR *text = NULL;

    if (len > max || (size_t)(in->end - in->next) / 2 < len)
        fail(in, ERR_FILE_CORRUPT);
    else if (!(text = malloc((len + 1) * sizeof(*text))))
        fail(in, E_OUTOFMEMORY);
    if (!text) return NULL;
    for (size_t i = 0; i < len; i++)
        if (!(text[i] = (WCHAR)get(in, 2))) fail(in, ERR_FILE_CORRUPT);
    text[len] = 0;
    return text;
}

static void get_ranges(struct input *in, struct cache_record *record)
{
    size_t count = (size_t)get(in, 4);

    if (!count || count > CACHE_RANGES_MAX || (size_t)(in->end - in->next) != 16 * count)
    {
        fail(in, ERR_FILE_CORRUPT);
        return;
    }
    if (!(record->ranges = malloc(count * sizeof(*record->ranges))))
    {
        fail(in, E_OUTOFMEMORY);
        return;
    }
    record->range_count = count;
    for (size_t i = 0; i < count; i++)
    {
        record->ranges[i].offset = get(in, 8);
        record->ranges[i].length = get(in, 8);
    }
}

static void get_values(struct input *in, struct cache_record *record)
{
    uint32_t flags;
    uint64_t size;

    if ((size_t)(in->end - in->next) < sizeof(record->id))
    {
        fail(in, ERR_FILE_CORRUPT);
        return;
    }
    memcpy(&record->id, in->next, sizeof(record->id));
    in->next += sizeof(record->id);
    record->created = get(in, 8);
    record->modified = get(in, 8);
    record->file_time = get(in, 8);
    record->file_size = get(in, 8);
    size = get(in, 8);
    flags = (uint32_t)get(in, 4);
    record->is_validated = flags & FLAG_VALIDATED;
    record->sums_crc = (uint32_t)get(in, 4);
    record->url = get_text(in, CACHE_URL_MAX);
    record->etag = get_text(in, CACHE_ETAG_MAX);
    if (!(flags & FLAG_ETAG))
    {
        free(record->etag);
        record->etag = NULL;
    }
    get_ranges(in, record);
    if (SUCCEEDED(in->hr) && (FAILED(cache_record_check(record)) || record->size != size))
        fail(in, ERR_FILE_CORRUPT);
}

static bool is_sound(const uint8_t *data, size_t size)
{
    struct input tail = {data + size - CHECKSUM_SIZE, data + size, S_OK};

    return get(&tail, CHECKSUM_SIZE) == crc32c(0, data, size - CHECKSUM_SIZE);
}

HRESULT cache_record_decode(const void *data, size_t size, int64_t key, struct cache_record *record)
{
    struct input in = {.next = data};

    memset(record, 0, sizeof(*record));
    if (!data || size < CHECKSUM_SIZE || !is_sound(data, size)) return ERR_FILE_CORRUPT;
    in.end = in.next + size - CHECKSUM_SIZE;
    if (get(&in, 4) != MARK || get(&in, 8) != (uint64_t)key) return ERR_FILE_CORRUPT;
    get_values(&in, record);
    if (FAILED(in.hr)) cache_record_done(record);
    return in.hr;
}
