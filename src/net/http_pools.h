/* SPDX-License-Identifier: LGPL-2.1-or-later
 *
 * Connections apart from each other: what was opened with one client's certificate, credentials or
 * leniency is never used for another. libcurl compares some of that itself; this does not depend on
 * what it compares. For one thread. */
#ifndef OPENBITS_NET_HTTP_POOLS_H
#define OPENBITS_NET_HTTP_POOLS_H

#include <curl/curl.h>

#include "base/types.h"

#define HTTP_POOLS_MAX 16

struct http_pool
{
    uint32_t number; /* 0: a free place */
    unsigned int users;
    uint32_t used; /* the larger, the later */
    CURLSH *share;
};

/* Zeroed is empty. */
struct http_pools
{
    struct http_pool places[HTTP_POOLS_MAX];
    uint32_t last_used;
};

/* The request uses connections of this pool only; NULL for number 0, which is the one for all, and
 * when there is no place: then it has a connection to itself. */
struct http_pool *http_pools_enter(struct http_pools *pools, uint32_t number, CURL *easy);
void http_pools_leave(struct http_pools *pools, struct http_pool *pool, CURL *easy);

/* Nobody is in them any more. */
void http_pools_done(struct http_pools *pools);

#endif
