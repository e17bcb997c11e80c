/* SPDX-License-Identifier: LGPL-2.1-or-later
 *
 * Values as bytes. One function for each struct goes both ways, so that reading and writing cannot
 * differ. Numbers take 7 bits a byte, low ones first; texts are a length plus 1 (0: NULL) and
 * UTF-16 units, low byte first. */
#include "store/store_private.h"

#include <stdlib.h>
#include <string.h>

#include "base/str.h"

struct codec
{
    struct store_buffer *out; /* NULL: this reads */
    const uint8_t *in, *end;
    HRESULT hr; /* of the first failure; nothing is done after it */
};

static void fail(struct codec *c, HRESULT hr)
{
    if (SUCCEEDED(c->hr)) c->hr = hr;
}

static void code_bytes(struct codec *c, void *data, size_t size)
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

        code_bytes(c, &byte, 1);
        if (shift == 63 && byte > 1) break;
        value |= (uint64_t)(byte & 0x7f) << shift;
        if (!(byte & 0x80)) return value;
    }
    fail(c, E_INVALIDARG);
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
    code_bytes(c, bytes, size);
}

static void code_u64(struct codec *c, uint64_t *value)
{
    if (c->out)
        write_number(c, *value);
    else
        *value = read_number(c);
}

/* A number up to max. */
static uint32_t code_limited(struct codec *c, uint64_t value, uint32_t max)
{
    code_u64(c, &value);
    if (value <= max) return (uint32_t)value;
    fail(c, E_INVALIDARG);
    return 0;
}

#define CODE_U32(c, field)       ((field) = code_limited((c), (field), UINT32_MAX))
#define CODE_BOOL(c, field)      ((field) = code_limited((c), (field), 1) != 0)
#define CODE_ENUM(c, field, max) ((field) = code_limited((c), (field), (max)))

static void code_units(struct codec *c, WCHAR *text, size_t len)
{
    for (size_t i = 0; i < len && SUCCEEDED(c->hr); i++)
    {
        uint8_t unit[2] = {(uint8_t)(text[i] & 0xff), (uint8_t)(text[i] >> 8)};

        code_bytes(c, unit, 2);
        if (!c->out) text[i] = (WCHAR)(unit[0] | unit[1] << 8);
        if (!text[i]) fail(c, E_INVALIDARG);
    }
}

static void code_text(struct codec *c, WCHAR **text, size_t max)
{
    size_t len = 0;
    uint32_t size;

    if (c->out && *text)
    {
        len = str_len_max(*text, max + 1);
        code_limited(c, len + 1, (uint32_t)max + 1);
        code_units(c, *text, len);
        return;
    }
    if (!(size = code_limited(c, 0, (uint32_t)max + 1)) || FAILED(c->hr)) return;
    len = size - 1;
    if ((size_t)(c->end - c->in) / 2 < len)
        fail(c, E_INVALIDARG);
    else if (!(*text = malloc((len + 1) * sizeof(**text))))
        fail(c, E_OUTOFMEMORY);
    else
    {
        code_units(c, *text, len);
        (*text)[SUCCEEDED(c->hr) ? len : 0] = 0;
    }
}

/* Text in an array of the struct, terminated. */
static void code_chars(struct codec *c, char *text, size_t size)
{
    size_t len = c->out ? strnlen(text, size) : 0;

    len = code_limited(c, len, (uint32_t)size - 1);
    code_bytes(c, text, len);
    if (!c->out && (text[len] = 0, strlen(text) != len)) fail(c, E_INVALIDARG);
}

static void code_sid(struct codec *c, WCHAR *sid)
{
    size_t len = c->out ? str_len_max(sid, ACCESS_SID_SIZE) : 0;

    len = code_limited(c, len, ACCESS_SID_SIZE - 1);
    if (!c->out) sid[len] = 0;
    code_units(c, sid, len);
}

/* What later programs added to a record stands behind the rest of it, in sections: a number, a size
 * and that many bytes. One that is not there has the values that it had before it was invented. */
struct section
{
    uint32_t number;
    bool (*is_needed)(const void *value);
    void (*code)(struct codec *c, void *value);
};

static void write_section(struct codec *c, const struct section *section, void *value)
{
    struct store_buffer bytes = {0};
    struct codec inner = {.out = &bytes};

    section->code(&inner, value);
    fail(c, inner.hr);
    code_limited(c, section->number, UINT32_MAX);
    code_limited(c, bytes.size, UINT32_MAX);
    if (SUCCEEDED(c->hr)) code_bytes(c, bytes.data, bytes.size);
    store_buffer_done(&bytes);
}

static void read_section(struct codec *c, const struct section *sections, size_t count, void *value)
{
    uint32_t number = code_limited(c, 0, UINT32_MAX);
    uint32_t size = code_limited(c, 0, UINT32_MAX);
    struct codec inner;

    if (FAILED(c->hr) || (size_t)(c->end - c->in) < size)
    {
        fail(c, E_INVALIDARG);
        return;
    }
    inner = (struct codec){.in = c->in, .end = c->in + size};
    for (size_t i = 0; i < count; i++)
    {
        if (sections[i].number != number) continue;
        sections[i].code(&inner, value);
        fail(c, inner.hr);
        if (inner.in != inner.end) fail(c, E_INVALIDARG);
        c->in += size;
        return;
    }
    fail(c, E_INVALIDARG);
}

static void code_sections(struct codec *c, const struct section *sections, size_t count,
                          void *value)
{
    for (size_t i = 0; c->out && i < count; i++)
        if (sections[i].is_needed(value)) write_section(c, &sections[i], value);
    while (!c->out && SUCCEEDED(c->hr) && c->in != c->end)
        read_section(c, sections, count, value);
}

static bool has_demand(const void *value)
{
    return ((const struct job_status *)value)->is_on_demand;
}

static void code_demand(struct codec *c, void *value)
{
    CODE_BOOL(c, ((struct job_status *)value)->is_on_demand);
}

static bool has_options(const void *value)
{
    static const struct job_options none;
    const struct job_options *o = &((const struct job_status *)value)->options;

    return o->was_resumed || o->has_cost_flags || o->is_dynamic || o->is_high_performance ||
           o->max_download_size || o->has_change_interval || o->acl_flags || o->token_flags ||
           o->has_token || !guid_is_equal(&o->notify_class, &none.notify_class);
}

static void code_guid(struct codec *c, GUID *guid)
{
    uint32_t word = guid->Data2 | (uint32_t)guid->Data3 << 16;

    CODE_U32(c, guid->Data1);
    CODE_U32(c, word);
    guid->Data2 = (uint16_t)word;
    guid->Data3 = (uint16_t)(word >> 16);
    code_bytes(c, guid->Data4, sizeof(guid->Data4));
}

static void code_options(struct codec *c, void *value)
{
    struct job_options *o = &((struct job_status *)value)->options;
    bool is_free = false; /* a place that is not used any more */

    CODE_BOOL(c, o->was_resumed);
    CODE_BOOL(c, o->has_cost_flags);
    CODE_U32(c, o->cost_flags);
    CODE_BOOL(c, o->is_dynamic);
    CODE_BOOL(c, o->is_high_performance);
    code_u64(c, &o->max_download_size);
    CODE_BOOL(c, is_free);
    CODE_BOOL(c, o->has_change_interval);
    CODE_U32(c, o->change_interval_ms);
    code_guid(c, &o->notify_class);
    CODE_ENUM(c, o->acl_flags, ACL_FLAGS_MASK);
    CODE_ENUM(c, o->token_flags, TOKEN_FLAGS_MASK);
    CODE_BOOL(c, o->has_token);
}

static const struct section job_sections[] = {
    {10, has_demand, code_demand},
    {30, has_options, code_options},
};

static void code_job(struct codec *c, struct job_status *s)
{
    uint32_t code = (uint32_t)s->error.code;

    CODE_ENUM(c, s->state, JOB_STATE_COUNT - 1);
    CODE_ENUM(c, s->ending, JOB_ENDING_COUNT - 1);
    CODE_ENUM(c, s->priority, JOB_PRIORITY_COUNT - 1);
    CODE_U32(c, s->peer_flags);
    CODE_ENUM(c, s->notify_flags, NOTIFY_FLAG_MASK);
    CODE_U32(c, s->min_retry_delay);
    CODE_U32(c, s->no_progress_timeout);
    CODE_U32(c, s->max_download_time);
    CODE_BOOL(c, s->has_max_download_time);
    CODE_ENUM(c, s->proxy_usage, PROXY_USAGE_COUNT - 1);
    code_u64(c, &s->times.creation);
    code_u64(c, &s->times.modification);
    code_u64(c, &s->times.completion);
    CODE_U32(c, code);
    s->error.code = (HRESULT)code;
    CODE_ENUM(c, s->error.context, ERROR_CONTEXT_CERTIFICATE_CALLBACK);
    CODE_U32(c, s->error.file_index);
    CODE_U32(c, s->error_count);
    CODE_U32(c, s->notify_failures);
    code_u64(c, &s->active_ms);
    CODE_BOOL(c, s->is_done_untold);
    CODE_BOOL(c, s->is_error_untold);
    code_sections(c, job_sections, ARRAY_COUNT(job_sections), s);
}

static bool has_http(const void *value)
{
    return ((const struct job_texts *)value)->http != NULL;
}

static void code_http(struct codec *c, void *value)
{
    struct job_texts *t = value;
    struct http_settings *h;

    if (!c->out)
    {
        http_settings_release(t->http);
        t->http = http_settings_copy(NULL);
    }
    if (!(h = t->http))
    {
        fail(c, E_OUTOFMEMORY);
        return;
    }
    /* What is shared is only read. */
    if (c->out && !(h = http_settings_copy(h)))
    {
        fail(c, E_OUTOFMEMORY);
        return;
    }
    CODE_BOOL(c, h->are_headers_write_only);
    code_text(c, &h->method, STORE_METHOD_MAX);
    CODE_U32(c, h->security_flags);
    CODE_BOOL(c, h->cert.is_set);
    CODE_U32(c, h->cert.location);
    code_text(c, &h->cert.store, STORE_CERT_NAME_MAX);
    code_text(c, &h->cert.subject, STORE_CERT_NAME_MAX);
    code_bytes(c, h->cert.hash, sizeof(h->cert.hash));
    CODE_BOOL(c, h->needs_judge);
    if (c->out) http_settings_release(h);
}

static bool has_upload(const void *value)
{
    return ((const struct job_texts *)value)->upload != NULL;
}

static void code_upload(struct codec *c, void *value)
{
    struct job_texts *t = value;
    struct upload_state state = {0};

    if (!c->out && !t->upload && !(t->upload = malloc(sizeof(*t->upload))))
    {
        fail(c, E_OUTOFMEMORY);
        return;
    }
    if (c->out) state = *t->upload;
    code_chars(c, state.session, sizeof(state.session));
    code_chars(c, state.host, sizeof(state.host));
    CODE_U32(c, state.fallback_seconds);
    CODE_U32(c, state.fragment_limit);
    CODE_BOOL(c, state.is_stale);
    CODE_BOOL(c, state.is_closing);
    if (!c->out) *t->upload = state;
}

static bool has_reply_name(const void *value)
{
    return ((const struct job_texts *)value)->reply_name != NULL;
}

static void code_reply_name(struct codec *c, void *value)
{
    struct job_texts *t = value;

    if (!c->out && t->reply_name)
        fail(c, E_INVALIDARG);
    else
        code_text(c, &t->reply_name, STORE_NAME_MAX);
}

static bool is_group(const void *value)
{
    return ((const struct job_texts *)value)->legacy.is_group;
}

static void code_group(struct codec *c, void *value)
{
    struct legacy_group *group = &((struct job_texts *)value)->legacy;

    group->is_group = true;
    CODE_BOOL(c, group->has_job);
    code_bytes(c, &group->job_id, sizeof(group->job_id));
}

static bool uses_stored(const void *value)
{
    const struct job_texts *t = value;

    return t->http && t->http->uses_stored_for_proxy;
}

/* Stands behind the HTTP settings, which make the struct. */
static void code_stored(struct codec *c, void *value)
{
    struct job_texts *t = value;

    if (c->out || t->http)
        code_limited(c, 1, 1);
    else
        fail(c, E_INVALIDARG);
    if (!c->out && t->http) t->http->uses_stored_for_proxy = true;
}

static const struct section texts_sections[] = {
    {1, has_http, code_http},
    {40, has_upload, code_upload},
    {41, has_reply_name, code_reply_name},
    {50, is_group, code_group},
    {20, uses_stored, code_stored},
};

static void code_texts(struct codec *c, struct job_texts *t)
{
    CODE_ENUM(c, t->type, JOB_TYPE_COUNT - 1);
    code_sid(c, t->owner.sid);
    CODE_U32(c, t->owner.integrity_level);
    CODE_BOOL(c, t->owner.is_admin);
    CODE_BOOL(c, t->owner.is_elevated);
    code_text(c, &t->display_name, JOB_DISPLAY_NAME_MAX);
    if (!t->display_name) fail(c, E_INVALIDARG);
    code_text(c, &t->description, JOB_DESCRIPTION_MAX);
    code_text(c, &t->proxy_list, JOB_PROXY_LIST_MAX);
    code_text(c, &t->proxy_bypass, JOB_PROXY_LIST_MAX);
    code_text(c, &t->notify_program, STORE_PROGRAM_MAX);
    code_text(c, &t->notify_parameters, STORE_PROGRAM_MAX);
    code_sections(c, texts_sections, ARRAY_COUNT(texts_sections), t);
}

/* Each range as its distance from the last one and its length, neither of them 0 but the first
 * distance. */
static void code_ranges(struct codec *c, struct range_set *set)
{
    uint32_t count = code_limited(c, set->count, RANGE_SET_MAX);
    uint64_t at = 0;

    for (uint32_t i = 0; i < count && SUCCEEDED(c->hr); i++)
    {
        const struct byte_range *range = c->out ? &set->ranges[i] : NULL;
        uint64_t gap = range ? range->begin - at : 0, len = range ? range->end - range->begin : 0;

        if (range && (range->begin < at || range->end < range->begin)) fail(c, E_INVALIDARG);
        code_u64(c, &gap);
        code_u64(c, &len);
        if (FAILED(c->hr)) return;
        if ((i && !gap) || !len || gap > UINT64_MAX - at || len > UINT64_MAX - at - gap)
            fail(c, E_INVALIDARG);
        else if (!c->out)
            fail(c, range_set_add(set, at + gap, at + gap + len));
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
    code_u64(c, &s->sum.end);
    CODE_U32(c, s->sum.crc32c);
    CODE_BOOL(c, s->version.is_private);
}

static bool has_other_name(const void *value)
{
    const struct file_status *s = value;

    return s->is_renamed || s->is_of_two_names;
}

static void code_other_name(struct codec *c, void *value)
{
    struct file_status *s = value;

    CODE_BOOL(c, s->is_renamed);
    CODE_BOOL(c, s->is_of_two_names);
}

static bool has_wishes(const void *value)
{
    return ((const struct file_status *)value)->wishes.is_random;
}

static void code_wishes(struct codec *c, void *value)
{
    struct file_wishes *w = &((struct file_status *)value)->wishes;
    uint32_t count = code_limited(c, w->count, RANGE_SET_MAX);

    w->is_random = true;
    CODE_BOOL(c, w->has_position);
    code_u64(c, &w->position);
    for (uint32_t i = 0; i < count && SUCCEEDED(c->hr); i++)
    {
        struct byte_range range = c->out ? w->ranges[i] : (struct byte_range){0};

        code_u64(c, &range.begin);
        code_u64(c, &range.end);
        if (range.begin >= range.end)
            fail(c, E_INVALIDARG);
        else if (!c->out)
            fail(c, file_wishes_add(w, &range, 1, false));
    }
}

static const struct section file_sections[] = {
    {10, has_other_name, code_other_name},
    {11, has_wishes, code_wishes},
};

static void code_file(struct codec *c, struct file_status *s)
{
    CODE_BOOL(c, s->version.known);
    code_u64(c, &s->version.size);
    CODE_BOOL(c, s->version.has_mtime);
    code_u64(c, &s->version.mtime);
    code_chars(c, s->version.last_modified, sizeof(s->version.last_modified));
    code_chars(c, s->version.etag, sizeof(s->version.etag));
    code_u64(c, &s->sources.from_origin);
    code_u64(c, &s->sources.from_peers);
    CODE_BOOL(c, s->has_temp_file);
    CODE_BOOL(c, s->is_done);
    CODE_BOOL(c, s->is_published);
    CODE_BOOL(c, s->is_valid);
    CODE_BOOL(c, s->is_origin_only);
    CODE_BOOL(c, s->is_untold);
    code_ranges(c, &s->have);
    code_later(c, s);
    code_sections(c, file_sections, ARRAY_COUNT(file_sections), s);
}

static void code_count(struct codec *c, struct file_count *count)
{
    CODE_U32(c, count->files);
}

static bool has_parts(const void *value)
{
    return ((const struct file_names *)value)->ranges != NULL;
}

static void read_parts(struct codec *c, struct file_ranges **ranges)
{
    uint32_t count = code_limited(c, 0, UINT32_MAX);
    struct file_range *items;

    /* Each takes two bytes at least. */
    if (FAILED(c->hr) || (size_t)(c->end - c->in) / 2 < count)
    {
        fail(c, E_INVALIDARG);
        return;
    }
    if (!(items = calloc(count + 1u, sizeof(*items))))
    {
        fail(c, E_OUTOFMEMORY);
        return;
    }
    for (uint32_t i = 0; i < count; i++)
    {
        code_u64(c, &items[i].offset);
        code_u64(c, &items[i].length);
    }
    if (*ranges)
        fail(c, E_INVALIDARG);
    else if (SUCCEEDED(c->hr) && FAILED(file_ranges_create(items, count, ranges)))
        fail(c, E_INVALIDARG);
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
    code_limited(c, n->ranges->count, UINT32_MAX);
    for (uint32_t i = 0; i < n->ranges->count; i++)
    {
        struct file_range item = n->ranges->items[i];

        code_u64(c, &item.offset);
        code_u64(c, &item.length);
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
        fail(c, E_INVALIDARG);
    else
        code_text(c, &n->content, STORE_NAME_MAX);
}

static bool is_elsewhere(const void *value)
{
    return ((const struct file_names *)value)->is_elsewhere;
}

static void code_elsewhere(struct codec *c, void *value)
{
    CODE_BOOL(c, ((struct file_names *)value)->is_elsewhere);
}

static bool has_headers(const void *value)
{
    return ((const struct file_names *)value)->headers != NULL;
}

static void code_headers(struct codec *c, void *value)
{
    struct file_names *n = value;
    size_t len = c->out ? strlen(n->headers) : 0;

    len = code_limited(c, len, STORE_ANSWER_MAX);
    if (FAILED(c->hr)) return;
    if (!c->out && (n->headers || !(n->headers = calloc(1, len + 1))))
        fail(c, n->headers ? E_INVALIDARG : E_OUTOFMEMORY);
    code_bytes(c, n->headers, len);
    if (!c->out && SUCCEEDED(c->hr) && strlen(n->headers) != len) fail(c, E_INVALIDARG);
}

static const struct section names_sections[] = {
    {1, is_elsewhere, code_elsewhere},
    {2, has_headers, code_headers},
    {10, has_parts, code_parts},
    {11, has_content_name, code_content_name},
};

static void code_names(struct codec *c, struct file_names *n)
{
    code_text(c, &n->remote, STORE_NAME_MAX);
    code_text(c, &n->local, STORE_NAME_MAX);
    code_text(c, &n->temp, STORE_NAME_MAX);
    if (!n->remote || !n->local) fail(c, E_INVALIDARG);
    code_sections(c, names_sections, ARRAY_COUNT(names_sections), n);
}

static void code_logins(struct codec *c, struct store_logins *logins)
{
    code_text(c, &logins->headers, STORE_HEADERS_MAX);
    for (int target = 0; target < AUTH_TARGET_COUNT; target++)
        for (int scheme = 0; scheme < AUTH_SCHEME_COUNT; scheme++)
        {
            struct http_credential *credential = &logins->of[target][scheme];

            CODE_BOOL(c, credential->is_set);
            if (!credential->is_set) continue;
            code_text(c, &credential->user, CREDENTIAL_USER_MAX);
            code_text(c, &credential->password, CREDENTIAL_PASSWORD_MAX);
        }
}

static HRESULT end_of(struct codec *c)
{
    if (!c->out && c->in != c->end) fail(c, E_INVALIDARG);
    return c->hr;
}

/* Encoding works on a copy of the struct: what it points to is only read. */
#define CODEC_OF(name, type)                                                                       \
    HRESULT store_encode_##name(struct store_buffer *buffer, const struct type *value)             \
    {                                                                                              \
        struct codec c = {.out = buffer};                                                          \
        struct type copy = *value;                                                                 \
                                                                                                   \
        code_##name(&c, &copy);                                                                    \
        return end_of(&c);                                                                         \
    }                                                                                              \
                                                                                                   \
    HRESULT store_decode_##name(const struct store_record *record, struct type *value)             \
    {                                                                                              \
        struct codec c = {.in = record->data, .end = record->data + record->size};                 \
                                                                                                   \
        memset(value, 0, sizeof(*value));                                                          \
        code_##name(&c, value);                                                                    \
        return end_of(&c);                                                                         \
    }

CODEC_OF(job, job_status)
CODEC_OF(texts, job_texts)
CODEC_OF(count, file_count)
CODEC_OF(file, file_status)
CODEC_OF(names, file_names)
CODEC_OF(logins, store_logins)
