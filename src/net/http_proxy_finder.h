/* SPDX-License-Identifier: LGPL-2.1-or-later
 *
 * Finds the proxy for a URL. Where a script has to be asked, a thread of its own does that, so that
 * nobody else waits; it is started when it is needed. All else belongs to the client's thread. */
#ifndef OPENBITS_NET_HTTP_PROXY_FINDER_H
#define OPENBITS_NET_HTTP_PROXY_FINDER_H

#include "net/http_proxy.h"

struct http_proxy_finder;
struct http_proxy_lookup;

/* wake(ctx) is called on the finder's thread when a lookup is over. */
HRESULT http_proxy_finder_create(void (*wake)(void *ctx), void *ctx,
                                 struct http_proxy_finder **out);
/* Waits for the script that is being asked. All lookups have been ended. NULL is welcome. */
void http_proxy_finder_destroy(struct http_proxy_finder *finder);

/* S_OK: *proxies, as http_proxy_pick() gives them; S_FALSE: none; E_PENDING: *lookup will know. */
HRESULT http_proxy_find(struct http_proxy_finder *finder, const struct http_proxy_wish *wish,
                        const char *url, char **proxies, struct http_proxy_lookup **lookup);

/* The same answers, E_PENDING without a new lookup. */
HRESULT http_proxy_lookup_result(struct http_proxy_finder *finder, struct http_proxy_lookup *lookup,
                                 char **proxies);
/* Whether it is over or not. NULL is welcome. */
void http_proxy_lookup_end(struct http_proxy_finder *finder, struct http_proxy_lookup *lookup);

#endif
