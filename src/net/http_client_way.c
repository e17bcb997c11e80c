/* SPDX-License-Identifier: LGPL-2.1-or-later
 *
 * The way to the server: by which proxy, which may have to be found out first. */
#include "net/http_client_private.h"

/* Takes the proxy over; NULL: none. */
static void set_proxy(struct http_request *request, char *proxy)
{
    request->proxy = proxy;
    if (proxy) curl_easy_setopt(request->easy, CURLOPT_PROXY, proxy);
}

HRESULT http_request_find_way(struct http_request *request,
                              const struct http_request_params *params)
{
    char *proxy = NULL;
    HRESULT hr = S_FALSE;

    if (params->proxy)
        hr = http_proxy_find(request->client->finder, params->proxy, params->url, &proxy,
                             &request->lookup);
    set_proxy(request, proxy);
    return hr;
}

/* False: it cannot be begun. */
static bool begin(struct http_request *request, char *proxy)
{
    http_proxy_lookup_end(request->client->finder, request->lookup);
    request->lookup = NULL;
    http_request_wait_for_head(request);
    set_proxy(request, proxy);
    return !curl_multi_add_handle(request->client->multi, request->easy);
}

void http_requests_begin_found(struct http_client *client)
{
    struct list *cursor, *after;

    LIST_FOR_EACH_SAFE(cursor, after, &client->requests)
    {
        struct http_request *request = LIST_ENTRY_OF(cursor, struct http_request, link);
        char *proxy;

        if (!request->lookup ||
            http_proxy_lookup_result(client->finder, request->lookup, &proxy) == E_PENDING)
            continue;
        /* Else its head comes too late. */
        if (!begin(request, proxy)) request->head_deadline = 0;
    }
}
