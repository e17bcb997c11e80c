/* SPDX-License-Identifier: LGPL-2.1-or-later
 *
 * Answers to servers and proxies that want to know who asks: what to send with the next request,
 * and when to stop. Nothing is said before it was asked for, only schemes are used that a login was
 * set for, and each of them is tried once for each request. Owned by one request; knows no network.
 */
#ifndef OPENBITS_NET_HTTP_AUTH_H
#define OPENBITS_NET_HTTP_AUTH_H

#include "base/types.h"

enum http_auth_target
{
    HTTP_AUTH_SERVER,
    HTTP_AUTH_PROXY,
    HTTP_AUTH_TARGETS
};

enum http_auth_scheme
{
    HTTP_AUTH_BASIC,
    HTTP_AUTH_DIGEST,
    HTTP_AUTH_NTLM,
    HTTP_AUTH_NEGOTIATE,
    HTTP_AUTH_SCHEMES
};

/* NULL user: as the user is logged on; for NTLM and Negotiate only. */
struct http_login
{
    bool is_set;
    const WCHAR *user;
    const WCHAR *password;
};

struct http_logins
{
    struct http_login of[HTTP_AUTH_TARGETS][HTTP_AUTH_SCHEMES];
};

/* What one of the two has asked for. */
struct http_auth_question
{
    char *place; /* of whom: a host and its port, or a proxy; NULL: nothing was asked */
    bool is_secure;
    enum http_auth_scheme scheme;
    char *fields; /* of the challenge */
    size_t fields_len;
    unsigned int count; /* of answers */
};

/* For requests that follow each other: what was asked of one is answered by the next without being
 * asked again. Zeroed, it knows nothing. */
struct http_auth_memory
{
    struct http_auth_question of[HTTP_AUTH_TARGETS];
};

void http_auth_memory_done(struct http_auth_memory *memory);

struct http_auth_params
{
    const struct http_logins *logins; /* stay the caller's, as long as the object lives */
    const char *method;
    const char *url; /* user and password in it are a login for the server */
    /* A login for the proxy that is kept elsewhere: asked once, when the proxy wants one that
     * logins do not have. The answer stays the other's, as long as the object lives; NULL: none. */
    const struct http_login *(*find_proxy_login)(void *ctx); /* NULL: there is no such place */
    void *ctx;
    struct http_auth_memory *memory; /* outlives the object; NULL: there is none */
};

struct http_auth;

/* S_FALSE and NULL: there is nothing to answer with. */
HRESULT http_auth_create(const struct http_auth_params *params, struct http_auth **out);
/* NULL is welcome. */
void http_auth_destroy(struct http_auth *auth);

/* By which proxy it goes, NULL: none; before it is sent. The text stays the caller's, as long as
 * the object lives. True: something is said at once. */
bool http_auth_set_proxy(struct http_auth *auth, const char *proxy);

/* A line of an answer's head, in the order in which they come. */
void http_auth_take_line(struct http_auth *auth, const char *line, size_t len);

/* The head is complete. True: ask once more, with other fields. is_tunnel: it is the proxy's answer
 * to CONNECT. */
bool http_auth_is_answerable(struct http_auth *auth, unsigned int status, bool is_tunnel);

/* The value of Authorization or Proxy-Authorization; NULL: none. */
const char *http_auth_field(const struct http_auth *auth, enum http_auth_target target);

/* A dialogue has begun that goes on on this connection only. */
bool http_auth_is_bound(const struct http_auth *auth);

/* Is there a login in a URL? */
bool http_auth_has_user(const char *url);

#endif
