/* SPDX-License-Identifier: LGPL-2.1-or-later
 *
 * Who is at the other end of a connection. A check that asks the network ends the connection: the
 * request waits for it, and is made once more. */
#include "net/http_client_private.h"

#include <stdlib.h>
#include <string.h>

#include "base/err_codes.h"

#define CHECK_MS   15000
#define CHECKS_MAX 4 /* of one request, for servers that show another certificate each time */

/* ---- waiting for a check ---- */

/* The certificate is good as far as it can be told without the network. */
static HRESULT begin_check(struct http_request *request, const void *cert, const char *host)
{
    struct server_cert_wait *wait;
    HRESULT hr;

    if (++request->cert_checks > CHECKS_MAX) return ERR_HTTP_CERT_REV_FAILED;
    hr = server_cert_wait_begin(request->client->checks, cert, host, request->cert_flags, &wait);
    if (FAILED(hr)) return hr;
    server_cert_wait_end(request->cert_wait);
    request->cert_wait = wait;
    request->is_checking = true;
    return E_PENDING;
}

static HRESULT check_revocation(struct http_request *request, const void *cert, const char *host)
{
    struct http_client *client = request->client;

    if (server_cert_is_known(&client->certs, cert, host, request->cert_flags)) return S_OK;
    if (!request->cert_wait || !server_cert_wait_is_for(request->cert_wait, cert))
        return begin_check(request, cert, host);
    /* It is good, or the request would have ended. */
    server_cert_remember(&client->certs, cert, host, request->cert_flags);
    return S_OK;
}

static HRESULT check_certificate(struct http_request *request, void *context, const char *host)
{
    uint32_t flags = request->cert_flags;
    const void *cert;
    HRESULT hr = server_cert_check_connection(&request->client->certs, context, host,
                                              flags & ~(uint32_t)SERVER_CERT_REVOCATION);

    if (FAILED(hr) || !(flags & SERVER_CERT_REVOCATION)) return hr;
    if (!(cert = server_cert_of_connection(context))) return ERR_HTTP_SECURE_FAILURE;
    hr = check_revocation(request, cert, host);
    server_cert_free(cert);
    return hr;
}

bool http_request_waits_for_check(struct http_request *request)
{
    if (!request->is_checking || request->failure != E_PENDING) return false;
    http_request_take_back(request);
    request->head_deadline = clock_ticks(&clock_system) + CHECK_MS;
    return true;
}

static struct http_request *find_checked(struct http_client *client, HRESULT *hr)
{
    struct list *cursor;

    LIST_FOR_EACH(cursor, &client->requests)
    {
        struct http_request *request = LIST_ENTRY_OF(cursor, struct http_request, link);

        if (!request->is_checking || request->failure == E_PENDING) continue;
        if ((*hr = server_cert_wait_result(request->cert_wait)) != E_PENDING) return request;
    }
    return NULL;
}

/* From the beginning after each, for whoever is told may have ended others. */
bool http_requests_go_on_checked(struct http_client *client)
{
    struct http_request *request;
    bool is_any = false;
    HRESULT hr;

    while ((request = find_checked(client, &hr)))
    {
        request->is_checking = false;
        http_request_wait_for_head(request);
        if (SUCCEEDED(hr) && curl_multi_add_handle(client->multi, request->easy))
            hr = E_OUTOFMEMORY;
        if (SUCCEEDED(hr)) continue;
        http_request_finish(request, hr);
        is_any = true;
    }
    return is_any;
}

/* ---- who is there ---- */

static HRESULT ask_caller(struct http_request *request, void *context, const char *host,
                          unsigned int port)
{
    struct http_server server = {host, port, server_cert_of_connection(context)};
    HRESULT hr = ERR_HTTP_SECURE_FAILURE;

    if (server.certificate) hr = request->check_server(request->ctx, &server);
    server_cert_free(server.certificate);
    return hr == S_FALSE ? E_PENDING : hr;
}

static HRESULT check_tls(struct http_request *request, const char *host, unsigned int port)
{
    struct curl_tlssessioninfo *tls = NULL;
    HRESULT hr;

    if (curl_easy_getinfo(request->easy, CURLINFO_TLS_SSL_PTR, &tls) ||
        tls->backend != CURLSSLBACKEND_SCHANNEL)
        return ERR_HTTP_SECURE_FAILURE;
    hr = check_certificate(request, tls->internals, host);
    if (FAILED(hr) || !request->check_server) return hr;
    return ask_caller(request, tls->internals, host, port);
}

HRESULT http_request_check_server(struct http_request *request)
{
    char *url = NULL, *scheme = NULL, *host = NULL, *port = NULL;
    CURLU *parts = curl_url();
    HRESULT hr = E_OUTOFMEMORY;

    if (parts && !curl_easy_getinfo(request->easy, CURLINFO_EFFECTIVE_URL, &url) &&
        !curl_url_set(parts, CURLUPART_URL, url, 0) &&
        !curl_url_get(parts, CURLUPART_SCHEME, &scheme, 0) &&
        !curl_url_get(parts, CURLUPART_PORT, &port, CURLU_DEFAULT_PORT) &&
        !curl_url_get(parts, CURLUPART_HOST, &host, CURLU_PUNYCODE))
        hr = strcmp(scheme, "http") ? check_tls(request, host, (unsigned int)atoi(port)) : S_OK;
    curl_free(scheme);
    curl_free(host);
    curl_free(port);
    curl_url_cleanup(parts);
    return hr;
}
