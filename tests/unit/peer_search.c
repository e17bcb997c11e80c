/* SPDX-License-Identifier: LGPL-2.1-or-later
 *
 * peer/peer_search.c: how long the result of a search counts. There is one peer; its link and
 * discovery are played here, and take the place of the library's. */
#include "harness/test.h"

#include <stdlib.h>
#include <string.h>

#include "peer/peer_search.h"

#define URL   "http://origin.example/file"
#define MTIME 133537620300000000ull
#define SIZE  1000

static tick_t now;
static unsigned int asked, dropped;
static const struct peer_link_events *question;
static void *question_ctx;
static struct peer_searches *searches;

/* ---- in the place of others ---- */

static tick_t fake_ticks(void *ctx)
{
    (void)ctx;
    return now;
}

static filetime_t fake_filetime(void *ctx)
{
    (void)ctx;
    return MTIME;
}

HRESULT peer_link_search(struct peer_links *links, const char *fqdn,
                         const struct content_query *query, const struct peer_link_events *events,
                         void *ctx, struct peer_link **out)
{
    (void)links;
    (void)query;
    ok(!strcmp(fqdn, "beta.lab.example"), "%s was asked.\n", fqdn);
    asked++;
    question = events;
    question_ctx = ctx;
    *out = (struct peer_link *)&asked;
    return S_OK;
}

void peer_link_drop(struct peer_link *link)
{
    ok(link == (struct peer_link *)&asked, "Another link.\n");
    dropped++;
}

HRESULT discovery_list_peers(struct discovery *discovery, bool only_available,
                             struct peer_info **peers, size_t *count)
{
    (void)discovery;
    (void)only_available;
    *count = 0;
    if (!(*peers = calloc(1, sizeof(**peers)))) return E_OUTOFMEMORY;
    strcpy((*peers)->fqdn, "beta.lab.example");
    (*peers)->is_authenticated = true;
    *count = 1;
    return S_OK;
}

bool discovery_request(struct discovery *discovery)
{
    (void)discovery;
    return false;
}

void discovery_remove_peer(struct discovery *discovery, const char *fqdn)
{
    (void)discovery;
    ok(0, "%s was dropped.\n", fqdn);
}

static void on_changed(void *ctx, struct peer_file *file)
{
    (void)ctx;
    (void)file;
}

/* ---- the tests ---- */

static struct peer_host host = {.clock = {fake_ticks, fake_filetime, NULL}};

static void start(void)
{
    HRESULT hr = peer_searches_create(&host, NULL, on_changed, NULL, &searches);

    ok(hr == S_OK, "Got hr %#lx.\n", (unsigned long)hr);
    now = 1000;
    asked = dropped = 0;
}

static struct peer_file *get(void)
{
    struct peer_file *file = NULL;
    HRESULT hr = peer_searches_get(searches, URL, MTIME, SIZE, &file);

    ok(hr == S_OK, "Got hr %#lx.\n", (unsigned long)hr);
    return file;
}

/* The peer says that it has nothing; discovery finds nobody else. */
static void answer(struct peer_file *file)
{
    struct content_results none = {0};

    question->searched(question_ctx, CONTENT_FOUND, &none);
    peer_searches_run(searches, now);
    ok(!peer_file_is_searching(file), "It is not over.\n");
}

static void test_answered(void)
{
    struct peer_file *file;

    start();
    file = get();
    ok(asked == 1, "%u questions.\n", asked);
    answer(file);
    peer_file_release(file, false);
    now += 59999;
    peer_file_release(get(), false);
    ok(asked == 1, "%u questions within a minute.\n", asked);
    now += 1;
    peer_file_release(get(), true);
    ok(asked == 2, "%u questions after a minute.\n", asked);
    peer_searches_destroy(searches);
}

/* A job that does not want peers any more says nothing of what they have. */
static void test_taken_back(void)
{
    struct peer_file *file, *again;

    start();
    file = get();
    again = get();
    peer_file_release(again, false);
    ok(!dropped && peer_file_is_searching(file), "It was ended for one of two.\n");
    peer_file_release(file, false);
    ok(dropped == 1, "%u questions were taken back.\n", dropped);
    file = get();
    ok(asked == 2 && peer_file_is_searching(file), "%u questions: nobody is asked.\n", asked);
    answer(file);
    peer_file_release(file, false);
    peer_searches_destroy(searches);
}

/* A job that has waited in vain need not wait again. */
static void test_waited_in_vain(void)
{
    start();
    now += 500;
    peer_file_release(get(), true);
    ok(dropped == 1, "%u questions were taken back.\n", dropped);
    peer_file_release(get(), true);
    ok(asked == 1, "%u questions.\n", asked);
    peer_searches_destroy(searches);
}

START_TEST(peer_search)
{
    RUN_TEST(test_answered);
    RUN_TEST(test_taken_back);
    RUN_TEST(test_waited_in_vain);
}
