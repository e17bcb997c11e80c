/* SPDX-License-Identifier: LGPL-2.1-or-later
 *
 * A request from its start to its end: one question to libcurl, or more where challenges are
 * answered. */
#include "net/http_client_private.h"

#include <stdlib.h>

#include "net/http_setup.h"

/* ---- the end ---- */

void http_request_free(struct http_request *request)
{
    struct http_client *client = request->client;

    list_remove(&request->link);
    curl_multi_remove_handle(client->multi, request->easy);
    http_pools_leave(&client->pools, request->pool, request->easy);
    http_request_forget_way(request);
    http_request_drop_login(request);
    server_cert_wait_end(request->cert_wait);
    if (client->idle_count < IDLE_EASY_MAX)
    {
        curl_easy_reset(request->easy);
        client->idle[client->idle_count++] = request->easy;
    }
    else
        curl_easy_cleanup(request->easy);
    curl_slist_free_all(request->fields);
    http_head_done(&request->head);
    free(request);
}

void http_request_cancel(struct http_request *request)
{
    http_request_free(request);
}

void http_request_finish(struct http_request *request, HRESULT hr)
{
    const struct http_request_ops *ops = request->ops;
    void *ctx = request->ctx;

    http_request_free(request);
    ops->done(ctx, hr);
}

/* ---- once more ---- */

void http_request_take_back(struct http_request *request)
{
    curl_multi_remove_handle(request->client->multi, request->easy);
    http_head_done(&request->head);
    http_head_init(&request->head);
    request->has_head = request->is_challenge = request->is_connected = false;
    request->skipped = 0;
    request->body.offset = 0;
    request->failure = S_OK;
    request->is_sent = request->is_answered = request->is_sent_again = false;
}

/* ---- the start ---- */

void http_request_wait_for_head(struct http_request *request)
{
    request->head_deadline = clock_ticks(&clock_system) + request->patience_ms;
}

/* A server that is given time to answer does not stand still. */
static void set_patience(struct http_request *request, const struct http_request_params *params)
{
    const struct http_client_config *config = &request->client->config;
    uint32_t patience_ms =
        params->head_timeout_ms ? params->head_timeout_ms : config->head_timeout_ms;

    request->patience_ms = patience_ms;
    http_request_wait_for_head(request);
    if (patience_ms / 1000 > config->floor_seconds)
        curl_easy_setopt(request->easy, CURLOPT_LOW_SPEED_TIME, (long)(patience_ms / 1000 + 1));
}

static void set_body(struct http_request *request, const struct http_request_params *params)
{
    if (!params->body) return;
    request->body = (struct http_body_reader){.body = *params->body,
                                              .deadline = &request->head_deadline,
                                              .patience_ms = request->patience_ms,
                                              .taken = &request->client->sent_size,
                                              .limit = &request->limit,
                                              .is_paused = &request->is_paused};
    http_body_setup(request->easy, &request->body);
}

static CURL *take_easy(struct http_client *client)
{
    return client->idle_count ? client->idle[--client->idle_count] : curl_easy_init();
}

HRESULT http_request_start(struct http_client *client, const struct http_request_params *params,
                           const struct http_request_ops *ops, void *ctx, struct http_request **out)
{
    struct http_request *request;
    HRESULT hr;

    *out = NULL;
    if (!(request = calloc(1, sizeof(*request)))) return E_OUTOFMEMORY;
    if (!(request->easy = take_easy(client)))
    {
        free(request);
        return E_OUTOFMEMORY;
    }
    request->client = client;
    request->cert_flags = params->cert_flags;
    request->check_server = params->check_server;
    request->ops = ops;
    request->ctx = ctx;
    request->limit = params->limit;
    request->is_lan_free = params->is_lan_free;
    http_head_init(&request->head);
    list_add_tail(&client->requests, &request->link);
    hr = http_setup_request(request->easy, &client->config, params, &request->fields);
    if (FAILED(hr))
    {
        http_request_free(request);
        return hr;
    }
    set_patience(request, params);
    set_body(request, params);
    http_request_set_calls(request);
    request->pool = http_pools_enter(&client->pools, params->pool, request->easy);
    if (FAILED(hr = http_request_set_login(request, params)))
    {
        http_request_free(request);
        return hr;
    }
    if (FAILED(hr = http_request_find_way(request, params)) && hr != E_PENDING)
    {
        http_request_free(request);
        return hr;
    }
    if (hr != E_PENDING && curl_multi_add_handle(client->multi, request->easy))
    {
        http_request_free(request);
        return E_OUTOFMEMORY;
    }
    *out = request;
    return S_OK;
}

bool http_request_is_sent_again(const struct http_request *request)
{
    return request->is_sent_again;
}
