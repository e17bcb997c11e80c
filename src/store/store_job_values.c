/* SPDX-License-Identifier: LGPL-2.1-or-later
 *
 * What is kept of a job: its status, its texts, how many files it has, its logins. */
#include "store/store_codec.h"

#include <stdlib.h>
#include <string.h>

#include "base/str.h"

static bool has_demand(const void *value)
{
    return ((const struct job_status *)value)->is_on_demand;
}

static void code_demand(struct codec *c, void *value)
{
    CODEC_BOOL(c, ((struct job_status *)value)->is_on_demand);
}

static bool has_options(const void *value)
{
    static const struct job_options none;
    const struct job_options *o = &((const struct job_status *)value)->options;

    return o->was_resumed || o->has_cost_flags || o->is_dynamic || o->is_high_performance ||
           o->max_download_size || o->has_change_interval || o->acl_flags || o->token_flags ||
           o->has_token || !guid_is_equal(&o->notify_class, &none.notify_class);
}

static void code_options(struct codec *c, void *value)
{
    struct job_options *o = &((struct job_status *)value)->options;
    bool is_free = false; /* a place that is not used any more */

    CODEC_BOOL(c, o->was_resumed);
    CODEC_BOOL(c, o->has_cost_flags);
    CODEC_U32(c, o->cost_flags);
    CODEC_BOOL(c, o->is_dynamic);
    CODEC_BOOL(c, o->is_high_performance);
    codec_u64(c, &o->max_download_size);
    CODEC_BOOL(c, is_free);
    CODEC_BOOL(c, o->has_change_interval);
    CODEC_U32(c, o->change_interval_ms);
    codec_guid(c, &o->notify_class);
    CODEC_ENUM(c, o->acl_flags, ACL_FLAGS_MASK);
    CODEC_ENUM(c, o->token_flags, TOKEN_FLAGS_MASK);
    CODEC_BOOL(c, o->has_token);
}

static const struct codec_section job_sections[] = {
    {10, has_demand, code_demand},
    {30, has_options, code_options},
};

static void code_job(struct codec *c, struct job_status *s)
{
    uint32_t code = (uint32_t)s->error.code;

    CODEC_ENUM(c, s->state, JOB_STATE_COUNT - 1);
    CODEC_ENUM(c, s->ending, JOB_ENDING_COUNT - 1);
    CODEC_ENUM(c, s->priority, JOB_PRIORITY_COUNT - 1);
    CODEC_U32(c, s->peer_flags);
    CODEC_ENUM(c, s->notify_flags, NOTIFY_FLAG_MASK);
    CODEC_U32(c, s->min_retry_delay);
    CODEC_U32(c, s->no_progress_timeout);
    CODEC_U32(c, s->max_download_time);
    CODEC_BOOL(c, s->has_max_download_time);
    CODEC_ENUM(c, s->proxy_usage, PROXY_USAGE_COUNT - 1);
    codec_u64(c, &s->times.creation);
    codec_u64(c, &s->times.modification);
    codec_u64(c, &s->times.completion);
    CODEC_U32(c, code);
    s->error.code = (HRESULT)code;
    CODEC_ENUM(c, s->error.context, ERROR_CONTEXT_CERTIFICATE_CALLBACK);
    CODEC_U32(c, s->error.file_index);
    CODEC_U32(c, s->error_count);
    CODEC_U32(c, s->notify_failures);
    codec_u64(c, &s->active_ms);
    CODEC_BOOL(c, s->is_done_untold);
    CODEC_BOOL(c, s->is_error_untold);
    codec_sections(c, job_sections, ARRAY_COUNT(job_sections), s);
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
        codec_fail(c, E_OUTOFMEMORY);
        return;
    }
    /* What is shared is only read. */
    if (c->out && !(h = http_settings_copy(h)))
    {
        codec_fail(c, E_OUTOFMEMORY);
        return;
    }
    CODEC_BOOL(c, h->are_headers_write_only);
    codec_text(c, &h->method, STORE_METHOD_MAX);
    CODEC_U32(c, h->security_flags);
    CODEC_BOOL(c, h->cert.is_set);
    CODEC_U32(c, h->cert.location);
    codec_text(c, &h->cert.store, STORE_CERT_NAME_MAX);
    codec_text(c, &h->cert.subject, STORE_CERT_NAME_MAX);
    codec_bytes(c, h->cert.hash, sizeof(h->cert.hash));
    CODEC_BOOL(c, h->needs_judge);
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
        codec_fail(c, E_OUTOFMEMORY);
        return;
    }
    if (c->out) state = *t->upload;
    codec_chars(c, state.session, sizeof(state.session));
    codec_chars(c, state.host, sizeof(state.host));
    CODEC_U32(c, state.fallback_seconds);
    CODEC_U32(c, state.fragment_limit);
    CODEC_BOOL(c, state.is_stale);
    CODEC_BOOL(c, state.is_closing);
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
        codec_fail(c, E_INVALIDARG);
    else
        codec_text(c, &t->reply_name, STORE_NAME_MAX);
}

static bool is_group(const void *value)
{
    return ((const struct job_texts *)value)->legacy.is_group;
}

static void code_group(struct codec *c, void *value)
{
    struct legacy_group *group = &((struct job_texts *)value)->legacy;

    group->is_group = true;
    CODEC_BOOL(c, group->has_job);
    codec_bytes(c, &group->job_id, sizeof(group->job_id));
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
        codec_limited(c, 1, 1);
    else
        codec_fail(c, E_INVALIDARG);
    if (!c->out && t->http) t->http->uses_stored_for_proxy = true;
}

static const struct codec_section texts_sections[] = {
    {1, has_http, code_http},
    {40, has_upload, code_upload},
    {41, has_reply_name, code_reply_name},
    {50, is_group, code_group},
    {20, uses_stored, code_stored},
};

static void code_texts(struct codec *c, struct job_texts *t)
{
    CODEC_ENUM(c, t->type, JOB_TYPE_COUNT - 1);
    codec_sid(c, t->owner.sid);
    CODEC_U32(c, t->owner.integrity_level);
    CODEC_BOOL(c, t->owner.is_admin);
    CODEC_BOOL(c, t->owner.is_elevated);
    codec_text(c, &t->display_name, JOB_DISPLAY_NAME_MAX);
    if (!t->display_name) codec_fail(c, E_INVALIDARG);
    codec_text(c, &t->description, JOB_DESCRIPTION_MAX);
    codec_text(c, &t->proxy_list, JOB_PROXY_LIST_MAX);
    codec_text(c, &t->proxy_bypass, JOB_PROXY_LIST_MAX);
    codec_text(c, &t->notify_program, STORE_PROGRAM_MAX);
    codec_text(c, &t->notify_parameters, STORE_PROGRAM_MAX);
    codec_sections(c, texts_sections, ARRAY_COUNT(texts_sections), t);
}

static void code_count(struct codec *c, struct file_count *count)
{
    CODEC_U32(c, count->files);
}

static void code_logins(struct codec *c, struct store_logins *logins)
{
    codec_text(c, &logins->headers, STORE_HEADERS_MAX);
    for (int target = 0; target < AUTH_TARGET_COUNT; target++)
        for (int scheme = 0; scheme < AUTH_SCHEME_COUNT; scheme++)
        {
            struct http_credential *credential = &logins->of[target][scheme];

            CODEC_BOOL(c, credential->is_set);
            if (!credential->is_set) continue;
            codec_text(c, &credential->user, CREDENTIAL_USER_MAX);
            codec_text(c, &credential->password, CREDENTIAL_PASSWORD_MAX);
        }
}

CODEC_OF(job, job_status)
CODEC_OF(texts, job_texts)
CODEC_OF(count, file_count)
CODEC_OF(logins, store_logins)
