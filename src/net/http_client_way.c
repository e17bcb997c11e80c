/* SPDX-License-Identifier: LGPL-2.1-or-later
 *
 * The way to the server: by which proxy, which may have to be found out first, and by which other
 * one when it does not answer. */
#include "net/http_client_private.h"

#include <stdlib.h>

#include "base/log.h"

/* ---- one proxy after the other ---- */

/* Takes the proxy over; NULL: none. False: there is no memory. */
static bool set_proxy(struct http_request *request, char *proxy)
{
    free(request->proxy);
    request->proxy = proxy;
    if (proxy) curl_easy_setopt(request->easy, CURLOPT_PROXY, proxy);
    return http_request_set_proxy_login(request);
}

static bool is_silent(const struct http_request *request, const char *proxy)
{
    return http_silent_proxies_has(&request->client->silent, proxy, clock_ticks(&clock_system));
}

/* The first that is not known to be silent; when all are, the first. Takes the list over; NULL:
 * there is none. False: there is no memory. */
static bool set_proxies(struct http_request *request, char *proxies)
{
    const char *rest = proxies;
    char *proxy = NULL;

    request->proxies = proxies;
    if (!proxies) return set_proxy(request, NULL);
    while ((proxy = http_proxy_next(&rest)) && is_silent(request, proxy))
        free(proxy);
    if (!proxy)
    {
        rest = proxies;
        proxy = http_proxy_next(&rest);
    }
    request->next_proxy = rest;
    return proxy && set_proxy(request, proxy);
}

/* The proxy has not even taken the connection. */
static bool is_proxy_silent(const struct http_request *request, CURLcode code)
{
    curl_off_t connected = 0;

    if (!request->proxy || request->is_connected || FAILED(request->failure)) return false;
    if (code != CURLE_COULDNT_RESOLVE_PROXY && code != CURLE_COULDNT_CONNECT &&
        code != CURLE_OPERATION_TIMEDOUT)
        return false;
    curl_easy_getinfo(request->easy, CURLINFO_CONNECT_TIME_T, &connected);
    return !connected;
}

bool http_request_try_next_proxy(struct http_request *request, CURLcode code)
{
    struct http_client *client = request->client;
    char *proxy;

    if (!is_proxy_silent(request, code)) return false;
    http_silent_proxies_add(&client->silent, request->proxy, clock_ticks(&clock_system));
    /* What one proxy has asked for is not told to another. */
    if (request->proxy_fields || !(proxy = http_proxy_next(&request->next_proxy))) return false;
    LOG_INFO(LOG_HTTP, "a proxy does not answer: the next one is tried");
    curl_multi_remove_handle(client->multi, request->easy);
    http_request_wait_for_head(request);
    return set_proxy(request, proxy) && !curl_multi_add_handle(client->multi, request->easy);
}

void http_request_forget_way(struct http_request *request)
{
    http_proxy_lookup_end(request->client->finder, request->lookup);
    free(request->proxies);
    free(request->proxy);
}

/* ---- to be found out ---- */

HRESULT http_request_find_way(struct http_request *request,
                              const struct http_request_params *params)
{
    char *proxies = NULL;
    HRESULT hr = S_FALSE;

    if (params->proxy)
        hr = http_proxy_find(request->client->finder, params->proxy, params->url, &proxies,
                             &request->lookup);
    return set_proxies(request, proxies) ? hr : E_OUTOFMEMORY;
}

/* False: it cannot be begun. */
static bool begin(struct http_request *request, char *proxies)
{
    http_proxy_lookup_end(request->client->finder, request->lookup);
    request->lookup = NULL;
    http_request_wait_for_head(request);
    return set_proxies(request, proxies) &&
           !curl_multi_add_handle(request->client->multi, request->easy);
}

void http_requests_begin_found(struct http_client *client)
{
    struct list *cursor, *after;

    LIST_FOR_EACH_SAFE(cursor, after, &client->requests)
    {
        struct http_request *request = LIST_ENTRY_OF(cursor, struct http_request, link);
        char *proxies;

        if (!request->lookup ||
            http_proxy_lookup_result(client->finder, request->lookup, &proxies) == E_PENDING)
            continue;
        /* Else its head comes too late. */
        if (!begin(request, proxies)) request->head_deadline = 0;
    }
}
