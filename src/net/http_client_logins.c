/* SPDX-License-Identifier: LGPL-2.1-or-later
 *
 * Who asks: a request is made once more when its answer was a challenge that can be answered. */
#include "net/http_client_private.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#define DIALOGUE_POOLS 0x80000000u /* numbers of pools that a request has to itself */

/* ---- the login ---- */

static const char *method_of(const struct http_request_params *params)
{
    if (params->method) return params->method;
    return params->is_head ? "HEAD" : "GET";
}

static const struct http_login *find_stored_login(void *ctx)
{
    struct http_request *request = ctx;

    if (!request->proxy || http_stored_login_read(request->proxy, &request->stored) != S_OK)
        return NULL;
    return &request->stored.login;
}

HRESULT http_request_set_login(struct http_request *request,
                               const struct http_request_params *params)
{
    struct http_auth_params auth = {.logins = params->logins,
                                    .method = method_of(params),
                                    .url = params->url,
                                    .memory = params->auth_memory};

    if (params->proxy && params->proxy->uses_stored_login)
    {
        auth.find_proxy_login = find_stored_login;
        auth.ctx = request;
    }
    request->is_private = params->is_private;
    return http_auth_create(&auth, &request->auth);
}

/* ---- fields ---- */

/* The fields of the request hang on those of the login. */
static void free_fields(struct http_request *request)
{
    struct curl_slist *last = request->auth_fields;

    if (last) last->next = NULL;
    curl_slist_free_all(request->auth_fields);
    curl_slist_free_all(request->proxy_fields);
    request->auth_fields = request->proxy_fields = NULL;
}

static struct curl_slist *make_field(const char *name, const char *value)
{
    size_t size = strlen(name) + strlen(value) + 3;
    struct curl_slist *fields;
    char *line = malloc(size);

    if (!line) return NULL;
    snprintf(line, size, "%s: %s", name, value);
    fields = curl_slist_append(NULL, line);
    free(line);
    return fields;
}

/* False: there is no memory. */
static bool set_fields(struct http_request *request)
{
    const char *server = http_auth_field(request->auth, HTTP_AUTH_SERVER);
    const char *proxy = http_auth_field(request->auth, HTTP_AUTH_PROXY);
    bool is_good = true;

    curl_easy_setopt(request->easy, CURLOPT_HTTPHEADER, request->fields);
    curl_easy_setopt(request->easy, CURLOPT_PROXYHEADER, NULL);
    free_fields(request);
    if (server && !(request->auth_fields = make_field("Authorization", server))) is_good = false;
    if (proxy && !(request->proxy_fields = make_field("Proxy-Authorization", proxy)))
        is_good = false;
    if (request->auth_fields)
    {
        request->auth_fields->next = request->fields;
        curl_easy_setopt(request->easy, CURLOPT_HTTPHEADER, request->auth_fields);
    }
    curl_easy_setopt(request->easy, CURLOPT_PROXYHEADER, request->proxy_fields);
    return is_good;
}

bool http_request_set_proxy_login(struct http_request *request)
{
    bool is_any = request->auth && http_auth_set_proxy(request->auth, request->proxy);

    return (!is_any && !request->auth_fields && !request->proxy_fields) || set_fields(request);
}

void http_request_drop_login(struct http_request *request)
{
    http_auth_destroy(request->auth);
    http_stored_login_done(&request->stored);
    free_fields(request);
}

/* ---- challenges ---- */

/* What a dialogue has said to one connection must not be taken for another's. */
static void set_pool(struct http_request *request)
{
    struct http_client *client = request->client;

    if (!http_auth_is_bound(request->auth) || request->is_bound) return;
    http_pools_leave(&client->pools, request->pool, request->easy);
    request->pool =
        http_pools_enter(&client->pools, DIALOGUE_POOLS | ++client->dialogues, request->easy);
    request->is_bound = true;
}

static bool ask_again(struct http_request *request)
{
    http_request_take_back(request);
    http_request_wait_for_head(request);
    set_pool(request);
    return set_fields(request) && !curl_multi_add_handle(request->client->multi, request->easy);
}

unsigned int http_request_tunnel_status(const struct http_request *request, CURLcode code)
{
    long status = 0;

    if (request->is_connected || code == CURLE_OK) return 0;
    curl_easy_getinfo(request->easy, CURLINFO_HTTP_CONNECTCODE, &status);
    return status >= 300 && status <= 599 ? (unsigned int)status : 0;
}

bool http_request_answer_challenge(struct http_request *request, CURLcode code)
{
    unsigned int status = http_request_tunnel_status(request, code);

    if (!request->auth || FAILED(request->failure)) return false;
    if (status && !http_auth_is_answerable(request->auth, status, true)) return false;
    /* Of the answer, the head was enough: what was cut off does not matter. */
    if (!status && !request->is_challenge) return false;
    if (ask_again(request)) return true;
    request->failure = E_OUTOFMEMORY;
    return false;
}
