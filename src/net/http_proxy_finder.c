/* SPDX-License-Identifier: LGPL-2.1-or-later
 *
 * Finds the proxy for a URL. What a script has said of a server holds for a while, and so does that
 * there is none: whoever has no script must not wait for it at each file. */
#include "net/http_proxy_finder.h"

#include <stdlib.h>
#include <string.h>

#include "base/clock.h"
#include "base/list.h"
#include "base/lock.h"
#include "base/log.h"
#include "base/str.h"
#include "base/thread.h"
#include "net/http_auth_private.h"
#include "net/http_proxy_system.h"

#define SETTINGS_MS 3000
#define ANSWER_MS   60000
#define NONE_MS     300000
#define ANSWERS_MAX 16

struct http_proxy_lookup
{
    struct list link; /* in finder->waiting */
    bool detects;
    WCHAR *script;
    char *url;
    bool is_over;    /* finder->lock, as the rest */
    bool is_dropped; /* the thread frees it */
    HRESULT hr;
    char *proxies;
};

/* Of a script, for a server. */
struct answer
{
    char *server; /* NULL: a free place */
    bool detects;
    WCHAR *script;
    char *proxies; /* NULL: none */
    tick_t until;
};

struct http_proxy_finder
{
    void (*wake)(void *ctx);
    void *ctx;
    struct http_proxy_settings settings;
    tick_t settings_until;
    struct thread thread;
    bool has_thread;

    struct lock lock;
    struct cond work;
    struct list waiting;
    bool is_stopping;
    struct answer answers[ANSWERS_MAX];
    unsigned int next_answer;
};

/* ---- answers that hold ---- */

static bool is_same_text(const WCHAR *a, const WCHAR *b)
{
    return a && b ? str_is_equal(a, b) : a == b;
}

/* Scheme and authority, from malloc(). */
static char *server_of(const char *url)
{
    char *authority = http_url_authority(url), *server = NULL;
    size_t scheme = strcspn(url, ":");

    if (authority && (server = malloc(scheme + strlen(authority) + 2)))
    {
        memcpy(server, url, scheme + 1);
        strcpy(server + scheme + 1, authority);
    }
    free(authority);
    return server;
}

static struct answer *find_answer(struct http_proxy_finder *finder, bool detects,
                                  const WCHAR *script, const char *server)
{
    tick_t now = clock_ticks(&clock_system);

    for (int i = 0; i < ANSWERS_MAX; i++)
    {
        struct answer *answer = &finder->answers[i];

        if (answer->server && answer->until > now && answer->detects == detects &&
            is_same_text(answer->script, script) && !strcmp(answer->server, server))
            return answer;
    }
    return NULL;
}

static void free_answer(struct answer *answer)
{
    free(answer->server);
    free(answer->script);
    free(answer->proxies);
    memset(answer, 0, sizeof(*answer));
}

static void keep_answer(struct http_proxy_finder *finder, const struct http_proxy_lookup *lookup,
                        bool has_script)
{
    struct answer *answer = &finder->answers[finder->next_answer++ % ANSWERS_MAX];

    free_answer(answer);
    answer->detects = lookup->detects;
    answer->script = lookup->script ? str_dup(lookup->script) : NULL;
    answer->proxies = lookup->proxies ? strdup(lookup->proxies) : NULL;
    answer->until = clock_ticks(&clock_system) + (has_script ? ANSWER_MS : NONE_MS);
    answer->server = server_of(lookup->url);
    if ((lookup->proxies && !answer->proxies) || (lookup->script && !answer->script))
        free_answer(answer);
}

/* ---- the thread ---- */

static void free_lookup(struct http_proxy_lookup *lookup)
{
    free(lookup->script);
    http_wipe_text(lookup->url);
    free(lookup->proxies);
    free(lookup);
}

/* Scripts are told no more than they need: of https the server only, never user and password. */
static WCHAR *url_for_script(const char *url)
{
    char *server = server_of(url), *text = NULL;
    WCHAR *wide = NULL;
    size_t scheme = strcspn(url, ":") + 1;

    if (server && (text = malloc(strlen(server) + 4)))
    {
        memcpy(text, server, scheme);
        strcpy(text + scheme, "//");
        strcat(text, server + scheme);
        strcat(text, "/");
        wide = str_from_utf8(text);
    }
    free(text);
    free(server);
    return wide;
}

/* False: there is no script. */
static bool ask(struct http_proxy_lookup *lookup)
{
    WCHAR *url = url_for_script(lookup->url), *list = NULL, *bypass = NULL;
    HRESULT hr = url ? http_proxy_ask_script(lookup->detects, lookup->script, url, &list, &bypass)
                     : E_OUTOFMEMORY;

    lookup->hr = S_FALSE;
    if (FAILED(hr))
        LOG_INFO(LOG_HTTP, "no script tells of a proxy (%#lx): there is none", (unsigned long)hr);
    else if (hr == S_OK &&
             FAILED(lookup->hr = http_proxy_pick(list, bypass, lookup->url, &lookup->proxies)))
    {
        LOG_WARN(LOG_HTTP, "a script names a proxy that is none");
        lookup->hr = S_FALSE;
    }
    free(url);
    free(list);
    free(bypass);
    return SUCCEEDED(hr);
}

static void serve(struct http_proxy_finder *finder, struct http_proxy_lookup *lookup)
{
    bool has_script, is_dropped;

    list_remove(&lookup->link);
    lock_release(&finder->lock);
    has_script = ask(lookup);
    lock_acquire(&finder->lock);
    keep_answer(finder, lookup, has_script);
    lookup->is_over = true;
    if ((is_dropped = lookup->is_dropped)) free_lookup(lookup);
    lock_release(&finder->lock);
    if (!is_dropped) finder->wake(finder->ctx);
    lock_acquire(&finder->lock);
}

static void run(void *arg)
{
    struct http_proxy_finder *finder = arg;

    lock_acquire(&finder->lock);
    while (!finder->is_stopping)
    {
        struct http_proxy_lookup *lookup =
            LIST_HEAD_ENTRY(&finder->waiting, struct http_proxy_lookup, link);

        if (lookup)
            serve(finder, lookup);
        else
            cond_wait(&finder->work, &finder->lock, COND_FOREVER);
    }
    lock_release(&finder->lock);
}

/* ---- life ---- */

HRESULT http_proxy_finder_create(void (*wake)(void *ctx), void *ctx, struct http_proxy_finder **out)
{
    struct http_proxy_finder *finder = calloc(1, sizeof(*finder));

    if (!(*out = finder)) return E_OUTOFMEMORY;
    finder->wake = wake;
    finder->ctx = ctx;
    lock_init(&finder->lock, LOCK_RANK_LEAF, "proxy finder");
    cond_init(&finder->work);
    list_init(&finder->waiting);
    return S_OK;
}

void http_proxy_finder_destroy(struct http_proxy_finder *finder)
{
    if (!finder) return;
    if (finder->has_thread)
    {
        lock_acquire(&finder->lock);
        finder->is_stopping = true;
        cond_broadcast(&finder->work);
        lock_release(&finder->lock);
        thread_join(&finder->thread);
    }
    for (int i = 0; i < ANSWERS_MAX; i++)
        free_answer(&finder->answers[i]);
    http_proxy_settings_done(&finder->settings);
    cond_done(&finder->work);
    lock_done(&finder->lock);
    free(finder);
}

/* ---- lookups ---- */

static HRESULT begin_lookup(struct http_proxy_finder *finder, bool detects, const WCHAR *script,
                            const char *url, struct http_proxy_lookup **out)
{
    struct http_proxy_lookup *lookup = calloc(1, sizeof(*lookup));

    if (!lookup) return E_OUTOFMEMORY;
    lookup->detects = detects;
    lookup->script = script ? str_dup(script) : NULL;
    lookup->url = strdup(url);
    if (!finder->has_thread)
        finder->has_thread = SUCCEEDED(thread_start(&finder->thread, run, finder, "proxy finder"));
    if (!lookup->url || (script && !lookup->script) || !finder->has_thread)
    {
        free_lookup(lookup);
        return E_OUTOFMEMORY;
    }
    lock_acquire(&finder->lock);
    list_add_tail(&finder->waiting, &lookup->link);
    cond_broadcast(&finder->work);
    lock_release(&finder->lock);
    *out = lookup;
    return E_PENDING;
}

static HRESULT find_by_script(struct http_proxy_finder *finder, bool detects, const WCHAR *script,
                              const char *url, char **proxies, struct http_proxy_lookup **lookup)
{
    const struct answer *answer;
    char *server = server_of(url);
    HRESULT hr = E_PENDING;

    if (!server) return E_OUTOFMEMORY;
    lock_acquire(&finder->lock);
    if ((answer = find_answer(finder, detects, script, server)))
    {
        hr = S_FALSE;
        if (answer->proxies) hr = (*proxies = strdup(answer->proxies)) ? S_OK : E_OUTOFMEMORY;
    }
    lock_release(&finder->lock);
    free(server);
    return hr == E_PENDING ? begin_lookup(finder, detects, script, url, lookup) : hr;
}

/* Settings that make no sense are no fault of the job. */
static HRESULT find_by_settings(struct http_proxy_finder *finder, const char *url, char **proxies,
                                struct http_proxy_lookup **lookup)
{
    struct http_proxy_settings *settings = &finder->settings;
    tick_t now = clock_ticks(&clock_system);
    HRESULT hr;

    if (finder->settings_until <= now)
    {
        http_proxy_settings_done(settings);
        http_proxy_settings_read(settings);
        finder->settings_until = now + SETTINGS_MS;
    }
    if (settings->detects || settings->script)
        return find_by_script(finder, settings->detects, settings->script, url, proxies, lookup);
    if (!settings->list) return S_FALSE;
    hr = http_proxy_pick(settings->list, settings->bypass, url, proxies);
    if (SUCCEEDED(hr) || hr == E_OUTOFMEMORY) return hr;
    LOG_WARN(LOG_HTTP, "the proxy in the system's settings is none");
    return S_FALSE;
}

HRESULT http_proxy_find(struct http_proxy_finder *finder, const struct http_proxy_wish *wish,
                        const char *url, char **proxies, struct http_proxy_lookup **lookup)
{
    *proxies = NULL;
    *lookup = NULL;
    switch (wish->usage)
    {
    case HTTP_PROXY_PRECONFIG:
        return find_by_settings(finder, url, proxies, lookup);
    case HTTP_PROXY_OVERRIDE:
        return http_proxy_pick(wish->list, wish->bypass, url, proxies);
    case HTTP_PROXY_AUTODETECT:
        return find_by_script(finder, true, NULL, url, proxies, lookup);
    default:
        return S_FALSE;
    }
}

HRESULT http_proxy_lookup_result(struct http_proxy_finder *finder, struct http_proxy_lookup *lookup,
                                 char **proxies)
{
    HRESULT hr = E_PENDING;

    *proxies = NULL;
    lock_acquire(&finder->lock);
    if (lookup->is_over)
    {
        hr = lookup->hr;
        *proxies = lookup->proxies;
        lookup->proxies = NULL;
    }
    lock_release(&finder->lock);
    return hr;
}

void http_proxy_lookup_end(struct http_proxy_finder *finder, struct http_proxy_lookup *lookup)
{
    bool is_ours;

    if (!lookup) return;
    lock_acquire(&finder->lock);
    is_ours = lookup->is_over || list_is_linked(&lookup->link);
    if (is_ours && !lookup->is_over) list_remove(&lookup->link);
    lookup->is_dropped = true;
    lock_release(&finder->lock);
    if (is_ours) free_lookup(lookup);
}
