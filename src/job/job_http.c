/* SPDX-License-Identifier: LGPL-2.1-or-later
 *
 * How a job's requests are to be made. */
#include <stdlib.h>

#include "base/str.h"
#include "bitsmsg.h"
#include "job/http_lines.h"
#include "job/http_options.h"
#include "job/job_private.h"
#include "job/server_judge.h"

struct http_settings *job_http_settings(struct job *job)
{
    struct http_settings *settings;

    job_lock(job);
    settings = http_settings_addref(job->http);
    queue_unlock(job->queue);
    return settings;
}

/* Caller holds the lock, and releases *before without it. */
static HRESULT replace_settings(struct job *job, http_change_fn change, const void *wish,
                                struct http_settings **before)
{
    struct http_settings *settings = http_settings_copy(job->http);
    HRESULT hr;

    if (!settings) return E_OUTOFMEMORY;
    if ((hr = change(settings, wish)) != S_OK)
    {
        *before = settings;
        return hr;
    }
    *before = job->http;
    job->http = settings;
    job_mark(job, UNSAVED_TEXTS);
    job_touch(job);
    return S_OK;
}

HRESULT job_change_http(struct job *job, http_change_fn change, const void *wish)
{
    struct http_settings *before = NULL;
    HRESULT hr;

    if (FAILED(hr = job_lock_for_change(job))) return hr;
    if ((hr = replace_settings(job, change, wish, &before)) == S_OK) hr = queue_save(job->queue);
    queue_unlock(job->queue);
    http_settings_release(before);
    return hr;
}

/* ---- fields ---- */

static HRESULT change_headers(struct http_settings *settings, const void *wish)
{
    return http_settings_put_text(&settings->headers, wish) ? S_OK : E_OUTOFMEMORY;
}

/* With the end of its last line. */
static WCHAR *complete_lines(const WCHAR *lines)
{
    size_t len = str_len(lines), size = len + 3;
    WCHAR *copy = malloc(size * sizeof(*copy));

    if (!copy) return NULL;
    for (size_t i = 0; i < len; i++)
        copy[i] = lines[i];
    if (len < 2 || lines[len - 2] != '\r' || lines[len - 1] != '\n')
    {
        copy[len++] = '\r';
        copy[len++] = '\n';
    }
    copy[len] = 0;
    return copy;
}

HRESULT job_set_http_headers(struct job *job, const WCHAR *lines)
{
    WCHAR *copy = NULL;
    HRESULT hr;

    if (lines && FAILED(hr = http_lines_check(lines))) return hr;
    if (lines && !(copy = complete_lines(lines))) return E_OUTOFMEMORY;
    hr = job_change_http(job, change_headers, copy);
    free(copy);
    return hr;
}

HRESULT job_get_http_headers(struct job *job, WCHAR **lines)
{
    struct http_settings *settings = job_http_settings(job);
    HRESULT hr = S_FALSE;

    *lines = NULL;
    if (settings && settings->are_headers_write_only)
        hr = E_ACCESSDENIED;
    else if (settings && settings->headers)
        hr = (*lines = str_dup(settings->headers)) ? S_OK : E_OUTOFMEMORY;
    http_settings_release(settings);
    return hr;
}

static HRESULT change_hidden(struct http_settings *settings, const void *wish)
{
    (void)wish;
    settings->are_headers_write_only = true;
    return S_OK;
}

/* Page "MakeCustomHeadersWriteOnly": it always works, and a job that is over can still be asked. */
HRESULT job_hide_http_headers(struct job *job)
{
    struct http_settings *before = NULL;
    HRESULT hr;

    job_lock(job);
    if ((hr = replace_settings(job, change_hidden, NULL, &before)) == S_OK &&
        !job_state_is_final(job->state))
        hr = queue_save(job->queue);
    queue_unlock(job->queue);
    http_settings_release(before);
    return hr;
}

/* ---- security ---- */

static HRESULT change_security(struct http_settings *settings, const void *wish)
{
    settings->security_flags = *(const uint32_t *)wish;
    return S_OK;
}

/* What came over a connection that was not checked is not kept. Files that are done are. */
static void fetch_again(struct job *job)
{
    for (uint32_t i = 0; i < job->file_count; i++)
        if (!job->files[i]->is_done && job->files[i]->version.known) job_file_start_over(job, i);
    if (job_state_is_running(job->state)) job_apply(job, EV_SOURCES_CHANGED);
}

HRESULT job_set_http_security(struct job *job, uint32_t flags)
{
    struct http_settings *before = NULL;
    HRESULT hr;

    if (flags & ~(uint32_t)(HTTP_CERT_MASK | HTTP_REDIRECT_MASK | HTTP_REDIRECT_TO_PLAIN))
        return E_NOTIMPL;
    if ((flags & HTTP_REDIRECT_MASK) > HTTP_REDIRECT_DISALLOW) return E_NOTIMPL;
    if (FAILED(hr = job_lock_for_change(job))) return hr;
    if ((hr = replace_settings(job, change_security, &flags, &before)) == S_OK)
    {
        if ((flags & HTTP_CHECK_REVOCATION) &&
            !(before && (before->security_flags & HTTP_CHECK_REVOCATION)))
            fetch_again(job);
        hr = queue_save(job->queue);
    }
    queue_unlock(job->queue);
    http_settings_release(before);
    return hr;
}

uint32_t job_http_security(struct job *job)
{
    struct http_settings *settings = job_http_settings(job);
    uint32_t flags = settings ? settings->security_flags : 0;

    http_settings_release(settings);
    return flags;
}

/* ---- the client's certificate ---- */

static HRESULT change_cert(struct http_settings *settings, const void *wish)
{
    const struct http_client_cert *cert = wish;
    struct http_client_cert *copy = &settings->cert;

    if (!cert && !copy->is_set) return S_FALSE;
    copy->is_set = cert != NULL;
    copy->location = cert ? cert->location : 0;
    for (size_t i = 0; i < HTTP_CERT_HASH_SIZE; i++)
        copy->hash[i] = cert ? cert->hash[i] : 0;
    return http_settings_put_text(&copy->store, cert ? cert->store : NULL) &&
                   http_settings_put_text(&copy->subject, cert ? cert->subject : NULL)
               ? S_OK
               : E_OUTOFMEMORY;
}

HRESULT job_set_http_cert(struct job *job, const struct http_client_cert *cert)
{
    return job_change_http(job, change_cert, cert);
}

HRESULT job_remove_http_cert(struct job *job)
{
    return job_change_http(job, change_cert, NULL);
}

/* ---- the method ---- */

static const WCHAR *default_method(const struct job *job)
{
    return job->type == JOB_TYPE_DOWNLOAD ? u"GET" : u"BITS_POST";
}

bool job_has_own_method(const struct job *job)
{
    return job->http && job->http->method;
}

static HRESULT change_method(struct http_settings *settings, const void *wish)
{
    return http_settings_put_text(&settings->method, wish) ? S_OK : E_OUTOFMEMORY;
}

HRESULT job_set_http_method(struct job *job, const WCHAR *method)
{
    struct http_settings *before = NULL;
    bool is_default;
    HRESULT hr;

    if (!method) return E_INVALIDARG;
    is_default = str_is_equal(method, default_method(job));
    if (FAILED(hr = http_method_check(method))) return hr;
    /* The upload protocol is made of its own method; of these two no file comes. */
    if (!is_default && job->type != JOB_TYPE_DOWNLOAD) return E_NOTIMPL;
    if (str_is_equal(method, u"HEAD") || str_is_equal(method, u"CONNECT")) return E_INVALIDARG;
    if (FAILED(hr = job_lock_for_change(job))) return hr;
    if (job->options.was_resumed)
        hr = BG_E_READ_ONLY_PROPERTY_AFTER_RESUME;
    else if (!is_default && (job->options.is_dynamic || job->is_on_demand))
        hr = BG_E_NOT_SUPPORTED_WITH_CUSTOM_HTTP_METHOD;
    else
        hr = replace_settings(job, change_method, is_default ? NULL : method, &before);
    if (hr == S_OK && !is_default) job->priority = JOB_PRIORITY_FOREGROUND;
    if (hr == S_OK) hr = queue_save(job->queue);
    queue_unlock(job->queue);
    http_settings_release(before);
    return hr;
}

HRESULT job_http_method(struct job *job, WCHAR **method)
{
    struct http_settings *settings = job_http_settings(job);

    *method = str_dup(settings && settings->method ? settings->method : default_method(job));
    http_settings_release(settings);
    return *method ? S_OK : E_OUTOFMEMORY;
}

/* ---- the client's check of servers ---- */

static HRESULT change_judge(struct http_settings *settings, const void *wish)
{
    server_judge_release(settings->judge); /* held by what this is a copy of */
    settings->judge = server_judge_addref((struct server_judge *)wish);
    settings->needs_judge = wish != NULL;
    return S_OK;
}

HRESULT job_set_server_judge(struct job *job, void *target)
{
    struct http_settings *before = NULL;
    struct server_judge *judge = NULL;
    HRESULT hr;

    if (target && FAILED(hr = server_judge_create(job->queue, target, &judge))) return hr;
    if (SUCCEEDED(hr = job_lock_for_change(job)))
    {
        hr = job->state == JOB_SUSPENDED ? S_OK : BG_E_READ_ONLY_WHEN_JOB_ACTIVE;
        if (hr == S_OK) hr = replace_settings(job, change_judge, judge, &before);
        if (hr == S_OK) hr = queue_save(job->queue);
        queue_unlock(job->queue);
    }
    http_settings_release(before);
    server_judge_release(judge);
    return hr;
}
