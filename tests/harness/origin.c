/* SPDX-License-Identifier: LGPL-2.1-or-later
 *
 * The origin's life and its paths. The acceptor thread starts a thread for
 * each connection and joins those that are over. */
#include "harness/origin_private.h"

#include <limits.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#define POLL_MS 50

void *origin_keep_memory(struct origin *o, size_t size)
{
    struct kept *kept = calloc(1, sizeof(*kept) + size);

    if (!kept) abort();
    kept->next = o->kept;
    o->kept = kept;
    return kept->bytes;
}

char *origin_keep_text(struct origin *o, const char *text, size_t len)
{
    char *kept = origin_keep_memory(o, len + 1);

    if (len) memcpy(kept, text, len);
    return kept;
}

static const char *keep(struct origin *o, const char *text)
{
    return text ? origin_keep_text(o, text, strlen(text)) : NULL;
}

/* ---- Connections ---- */

static void start_conn(struct origin *o, sock_t sock)
{
    struct origin_conn *c = calloc(1, sizeof(*c));

    if (!c) abort();
    c->origin = o;
    c->sock = sock;
    if (o->send_buffer) sock_set_send_buffer(sock, o->send_buffer);
    os_lock(&o->mutex);
    c->id = ++o->total_conns;
    o->open_conns++;
    c->next = o->conns;
    o->conns = c;
    os_cond_broadcast(&o->changed);
    os_unlock(&o->mutex);
    if (!os_thread_start(&c->thread, origin_conn_run, c)) abort();
}

static void reap_conns(struct origin *o, bool all)
{
    struct origin_conn **link, *c, *over = NULL;

    os_lock(&o->mutex);
    for (link = &o->conns; (c = *link);)
    {
        if (all || c->is_over)
        {
            *link = c->next;
            c->next = over;
            over = c;
        }
        else
            link = &c->next;
    }
    os_unlock(&o->mutex);

    while ((c = over))
    {
        over = c->next;
        os_thread_join(&c->thread);
        free(c);
    }
}

static void run_acceptor(void *arg)
{
    struct origin *o = arg;

    for (;;)
    {
        bool is_accepting, is_stopping;
        sock_t sock;

        os_lock(&o->mutex);
        if (!o->is_accepting && !o->is_stopping) os_cond_wait(&o->changed, &o->mutex, POLL_MS);
        is_accepting = o->is_accepting;
        is_stopping = o->is_stopping;
        os_unlock(&o->mutex);
        if (is_stopping) break;
        if (is_accepting && sock_wait(o->listener, SOCK_READABLE, POLL_MS) &&
            (sock = sock_accept(o->listener)) != SOCK_NONE)
            start_conn(o, sock);
        reap_conns(o, false);
    }
    reap_conns(o, true);
}

/* ---- Life ---- */

struct origin *origin_start(const struct origin_options *options)
{
    static const struct origin_options none;
    struct origin *o = calloc(1, sizeof(*o));

    if (!o) return NULL;
    if (!options) options = &none;
    o->is_v6 = options->is_v6;
    o->send_buffer = options->send_buffer;
    o->is_accepting = true;
    os_mutex_init(&o->mutex);
    os_cond_init(&o->changed);
    o->listener = SOCK_NONE;
    if (sock_startup())
        o->listener = sock_listen(o->is_v6, options->backlog ? options->backlog : 128, &o->port);
    if (o->listener == SOCK_NONE || !os_thread_start(&o->acceptor, run_acceptor, o))
    {
        origin_destroy(o);
        return NULL;
    }
    return o;
}

void origin_stop(struct origin *o)
{
    os_lock(&o->mutex);
    o->is_stopping = true;
    os_cond_broadcast(&o->changed);
    os_unlock(&o->mutex);
    os_thread_join(&o->acceptor);
    if (o->listener != SOCK_NONE) sock_close(o->listener);
    o->listener = SOCK_NONE;
}

void origin_destroy(struct origin *o)
{
    struct route *route;
    struct kept *kept;

    if (!o) return;
    origin_stop(o);
    while ((route = o->routes))
    {
        o->routes = route->next;
        free(route->path);
        free(route);
    }
    while ((kept = o->kept))
    {
        o->kept = kept->next;
        free(kept);
    }
    free(o->entries);
    free(o->states);
    free(o->pieces);
    os_cond_done(&o->changed);
    os_mutex_done(&o->mutex);
    free(o);
}

uint16_t origin_port(const struct origin *o)
{
    return o->port;
}

char *origin_url(const struct origin *o, const char *path, char *buffer, size_t size)
{
    snprintf(buffer, size, "http://%s:%u%s", o->is_v6 ? "[::1]" : "127.0.0.1", o->port, path);
    return buffer;
}

uint16_t origin_dead_port(void)
{
    uint16_t port = 0;
    sock_t sock;

    if (!sock_startup() || (sock = sock_listen(false, 1, &port)) == SOCK_NONE) return 0;
    sock_close(sock);
    return port;
}

void origin_set_accepting(struct origin *o, bool is_accepting)
{
    os_lock(&o->mutex);
    o->is_accepting = is_accepting;
    os_cond_broadcast(&o->changed);
    os_unlock(&o->mutex);
}

/* ---- Paths ---- */

/* The path itself goes before a prefix of it. */
struct route *origin_find_route(struct origin *o, const char *path)
{
    struct route *found = NULL;

    for (struct route *route = o->routes; route; route = route->next)
    {
        if (!route->is_prefix && !strcmp(path, route->path)) return route;
        if (route->is_prefix && !found && !strncmp(path, route->path, strlen(route->path)))
            found = route;
    }
    return found;
}

static struct route *make_route(struct origin *o, const char *path)
{
    size_t len = strlen(path);
    bool is_prefix = len && path[len - 1] == '*';
    struct route *route;

    if (is_prefix) len--;
    for (route = o->routes; route; route = route->next)
        if (route->is_prefix == is_prefix && strlen(route->path) == len &&
            !memcmp(route->path, path, len))
            return route;

    if (!(route = calloc(1, sizeof(*route))) || !(route->path = calloc(len + 1, 1))) abort();
    memcpy(route->path, path, len);
    route->is_prefix = is_prefix;
    route->hold_at = route->swap_at = NO_LIMIT;
    route->next = o->routes;
    o->routes = route;
    return route;
}

void origin_keep_file(struct origin *o, struct origin_file *to, const struct origin_file *from)
{
    *to = *from;
    to->last_modified = keep(o, from->last_modified);
    to->etag = keep(o, from->etag);
    to->headers = keep(o, from->headers);
}

void origin_add(struct origin *o, const char *path, const struct origin_file *file)
{
    struct route *route;

    os_lock(&o->mutex);
    route = make_route(o, path);
    origin_keep_file(o, &route->file, file);
    route->handler = NULL;
    os_unlock(&o->mutex);
}

void origin_handle(struct origin *o, const char *path, origin_handler handler, void *ctx)
{
    struct route *route;

    os_lock(&o->mutex);
    route = make_route(o, path);
    route->handler = handler;
    route->ctx = ctx;
    os_unlock(&o->mutex);
}

void origin_swap_after(struct origin *o, const char *path, uint64_t bytes,
                       const struct origin_file *file, bool is_cut)
{
    struct route *route;

    os_lock(&o->mutex);
    route = make_route(o, path);
    route->swap_at = bytes;
    route->is_swap_cut = is_cut;
    origin_keep_file(o, &route->swap_file, file);
    os_unlock(&o->mutex);
}

void origin_hold_after(struct origin *o, const char *path, uint64_t bytes)
{
    os_lock(&o->mutex);
    make_route(o, path)->hold_at = bytes;
    os_unlock(&o->mutex);
}

void origin_release(struct origin *o, const char *path)
{
    os_lock(&o->mutex);
    make_route(o, path)->hold_at = NO_LIMIT;
    os_cond_broadcast(&o->changed);
    os_unlock(&o->mutex);
}

void origin_cut_after(struct origin *o, const char *path, uint64_t bytes, unsigned int flags,
                      unsigned int answers)
{
    struct route *route;

    os_lock(&o->mutex);
    route = make_route(o, path);
    route->cut_after = bytes;
    route->cut_flags = flags;
    route->cut_answers = answers ? answers : UINT_MAX;
    os_unlock(&o->mutex);
}

void origin_open_gate(struct origin *o, unsigned int gate)
{
    os_lock(&o->mutex);
    o->open_gates |= 1u << gate % GATES_MAX;
    os_cond_broadcast(&o->changed);
    os_unlock(&o->mutex);
}

void origin_shut_gate(struct origin *o, unsigned int gate)
{
    os_lock(&o->mutex);
    o->open_gates &= ~(1u << gate % GATES_MAX);
    os_unlock(&o->mutex);
}
