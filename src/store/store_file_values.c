/* SPDX-License-Identifier: LGPL-2.1-or-later
 *
 * What is kept of a file: its status and its names. */
#include "store/store_codec.h"

#include <stdlib.h>
#include <string.h>

/* Each range as its distance from the last one and its length, neither of them 0 but the first
 * distance. */
static void code_ranges(struct codec *c, struct range_set *set)
{
    uint32_t count = codec_limited(c, set->count, RANGE_SET_MAX);
    uint64_t at = 0;

    for (uint32_t i = 0; i < count && SUCCEEDED(c->hr); i++)
    {
        const struct byte_range *range = c->out ? &set->ranges[i] : NULL;
        uint64_t gap = range ? range->begin - at : 0, len = range ? range->end - range->begin : 0;

        if (range && (range->begin < at || range->end < range->begin)) codec_fail(c, E_INVALIDARG);
        codec_u64(c, &gap);
        codec_u64(c, &len);
        if (FAILED(c->hr)) return;
        if ((i && !gap) || !len || gap > UINT64_MAX - at || len > UINT64_MAX - at - gap)
            codec_fail(c, E_INVALIDARG);
        else if (!c->out)
            codec_fail(c, range_set_add(set, at + gap, at + gap + len));
        at += gap + len;
    }
}

/* What version 2 did not keep. Who may have the content is not known then: nobody. */
static void code_later(struct codec *c, struct file_status *s)
{
    if (!c->out && c->in == c->end)
    {
        s->version.is_private = s->version.known;
        return;
    }
    codec_u64(c, &s->sum.end);
    CODEC_U32(c, s->sum.crc32c);
    CODEC_BOOL(c, s->version.is_private);
}

static bool has_other_name(const void *value)
{
    const struct file_status *s = value;

    return s->is_renamed || s->is_of_two_names;
}

static void code_other_name(struct codec *c, void *value)
{
    struct file_status *s = value;

    CODEC_BOOL(c, s->is_renamed);
    CODEC_BOOL(c, s->is_of_two_names);
}

static bool has_wishes(const void *value)
{
    return ((const struct file_status *)value)->wishes.is_random;
}

static void code_wishes(struct codec *c, void *value)
{
    struct file_wishes *w = &((struct file_status *)value)->wishes;
    uint32_t count = codec_limited(c, w->count, RANGE_SET_MAX);

    w->is_random = true;
    CODEC_BOOL(c, w->has_position);
    codec_u64(c, &w->position);
    for (uint32_t i = 0; i < count && SUCCEEDED(c->hr); i++)
    {
        struct byte_range range = c->out ? w->ranges[i] : (struct byte_range){0};

        codec_u64(c, &range.begin);
        codec_u64(c, &range.end);
        if (range.begin >= range.end)
            codec_fail(c, E_INVALIDARG);
        else if (!c->out)
            codec_fail(c, file_wishes_add(w, &range, 1, false));
    }
}

static const struct codec_section file_sections[] = {
    {10, has_other_name, code_other_name},
    {11, has_wishes, code_wishes},
};

static void code_file(struct codec *c, struct file_status *s)
{
    CODEC_BOOL(c, s->version.known);
    codec_u64(c, &s->version.size);
    CODEC_BOOL(c, s->version.has_mtime);
    codec_u64(c, &s->version.mtime);
    codec_chars(c, s->version.last_modified, sizeof(s->version.last_modified));
    codec_chars(c, s->version.etag, sizeof(s->version.etag));
    codec_u64(c, &s->sources.from_origin);
    codec_u64(c, &s->sources.from_peers);
    CODEC_BOOL(c, s->has_temp_file);
    CODEC_BOOL(c, s->is_done);
    CODEC_BOOL(c, s->is_published);
    CODEC_BOOL(c, s->is_valid);
    CODEC_BOOL(c, s->is_origin_only);
    CODEC_BOOL(c, s->is_untold);
    code_ranges(c, &s->have);
    code_later(c, s);
    codec_sections(c, file_sections, ARRAY_COUNT(file_sections), s);
}

static bool has_parts(const void *value)
{
    return ((const struct file_names *)value)->ranges != NULL;
}

static void read_parts(struct codec *c, struct file_ranges **ranges)
{
    uint32_t count = codec_limited(c, 0, UINT32_MAX);
    struct file_range *items;

    /* Each takes two bytes at least. */
    if (FAILED(c->hr) || (size_t)(c->end - c->in) / 2 < count)
    {
        codec_fail(c, E_INVALIDARG);
        return;
    }
    if (!(items = calloc(count + 1u, sizeof(*items))))
    {
        codec_fail(c, E_OUTOFMEMORY);
        return;
    }
    for (uint32_t i = 0; i < count; i++)
    {
        codec_u64(c, &items[i].offset);
        codec_u64(c, &items[i].length);
    }
    if (*ranges)
        codec_fail(c, E_INVALIDARG);
    else if (SUCCEEDED(c->hr) && FAILED(file_ranges_create(items, count, ranges)))
        codec_fail(c, E_INVALIDARG);
    free(items);
}

static void code_parts(struct codec *c, void *value)
{
    struct file_names *n = value;

    if (!c->out)
    {
        read_parts(c, &n->ranges);
        return;
    }
    codec_limited(c, n->ranges->count, UINT32_MAX);
    for (uint32_t i = 0; i < n->ranges->count; i++)
    {
        struct file_range item = n->ranges->items[i];

        codec_u64(c, &item.offset);
        codec_u64(c, &item.length);
    }
}

static bool has_content_name(const void *value)
{
    return ((const struct file_names *)value)->content != NULL;
}

static void code_content_name(struct codec *c, void *value)
{
    struct file_names *n = value;

    if (!c->out && n->content)
        codec_fail(c, E_INVALIDARG);
    else
        codec_text(c, &n->content, STORE_NAME_MAX);
}

static bool is_elsewhere(const void *value)
{
    return ((const struct file_names *)value)->is_elsewhere;
}

static void code_elsewhere(struct codec *c, void *value)
{
    CODEC_BOOL(c, ((struct file_names *)value)->is_elsewhere);
}

static bool has_headers(const void *value)
{
    return ((const struct file_names *)value)->headers != NULL;
}

static void code_headers(struct codec *c, void *value)
{
    struct file_names *n = value;
    size_t len = c->out ? strlen(n->headers) : 0;

    len = codec_limited(c, len, STORE_ANSWER_MAX);
    if (FAILED(c->hr)) return;
    if (!c->out && (n->headers || !(n->headers = calloc(1, len + 1))))
        codec_fail(c, n->headers ? E_INVALIDARG : E_OUTOFMEMORY);
    codec_bytes(c, n->headers, len);
    if (!c->out && SUCCEEDED(c->hr) && strlen(n->headers) != len) codec_fail(c, E_INVALIDARG);
}

static const struct codec_section names_sections[] = {
    {1, is_elsewhere, code_elsewhere},
    {2, has_headers, code_headers},
    {10, has_parts, code_parts},
    {11, has_content_name, code_content_name},
};

static void code_names(struct codec *c, struct file_names *n)
{
    codec_text(c, &n->remote, STORE_NAME_MAX);
    codec_text(c, &n->local, STORE_NAME_MAX);
    codec_text(c, &n->temp, STORE_NAME_MAX);
    if (!n->remote || !n->local) codec_fail(c, E_INVALIDARG);
    codec_sections(c, names_sections, ARRAY_COUNT(names_sections), n);
}

CODEC_OF(file, file_status)
CODEC_OF(names, file_names)
