/* SPDX-License-Identifier: LGPL-2.1-or-later
 *
 * A pool is a share of libcurl's that holds connections and nothing else. */
#include "net/http_pools.h"

#include <string.h>

static struct http_pool *find(struct http_pools *pools, uint32_t number)
{
    for (size_t i = 0; i < ARRAY_COUNT(pools->places); i++)
        if (pools->places[i].number == number) return &pools->places[i];
    return NULL;
}

/* Closes its connections. */
static void empty(struct http_pool *pool)
{
    if (pool->share) curl_share_cleanup(pool->share);
    memset(pool, 0, sizeof(*pool));
}

static struct http_pool *make_room(struct http_pools *pools)
{
    struct http_pool *oldest = NULL;

    for (size_t i = 0; i < ARRAY_COUNT(pools->places); i++)
    {
        struct http_pool *pool = &pools->places[i];

        if (!pool->number) return pool;
        if (!pool->users && (!oldest || pool->used < oldest->used)) oldest = pool;
    }
    if (oldest) empty(oldest);
    return oldest;
}

static struct http_pool *add(struct http_pools *pools, uint32_t number)
{
    struct http_pool *pool = make_room(pools);

    if (!pool || !(pool->share = curl_share_init())) return NULL;
    pool->number = number;
    if (!curl_share_setopt(pool->share, CURLSHOPT_SHARE, CURL_LOCK_DATA_CONNECT)) return pool;
    empty(pool);
    return NULL;
}

struct http_pool *http_pools_enter(struct http_pools *pools, uint32_t number, CURL *easy)
{
    struct http_pool *pool;

    if (!number) return NULL;
    /* Sessions of TLS are kept with the handle, which goes on to whoever comes next. */
    curl_easy_setopt(easy, CURLOPT_SSL_SESSIONID_CACHE, 0L);
    if (!(pool = find(pools, number))) pool = add(pools, number);
    if (!pool)
    {
        curl_easy_setopt(easy, CURLOPT_FRESH_CONNECT, 1L);
        curl_easy_setopt(easy, CURLOPT_FORBID_REUSE, 1L);
        return NULL;
    }
    curl_easy_setopt(easy, CURLOPT_SHARE, pool->share);
    pool->users++;
    pool->used = ++pools->last_used;
    return pool;
}

void http_pools_leave(struct http_pools *pools, struct http_pool *pool, CURL *easy)
{
    (void)pools;
    if (!pool) return;
    curl_easy_setopt(easy, CURLOPT_SHARE, NULL);
    pool->users--;
}

void http_pools_done(struct http_pools *pools)
{
    for (size_t i = 0; i < ARRAY_COUNT(pools->places); i++)
        empty(&pools->places[i]);
}
