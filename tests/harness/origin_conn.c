/* SPDX-License-Identifier: LGPL-2.1-or-later
 *
 * The thread of one connection: reads a request, counts it, has it answered, and so on. */
#include "harness/origin_private.h"

#include <limits.h>
#include <stdlib.h>
#include <string.h>

static void take_buffered(struct origin_conn *c, size_t count)
{
    memmove(c->buffer, c->buffer + count, c->buffered - count);
    c->buffered -= count;
}

int origin_recv_body(struct origin_conn *c, void *buffer, size_t size)
{
    int got;

    if (size > c->body_left) size = (size_t)c->body_left;
    if (!size) return 0;
    if (c->must_continue)
    {
        c->must_continue = false;
        origin_sendf(c, "HTTP/1.1 100 Continue\r\n\r\n");
    }
    if (c->is_gone) return -1;
    if (c->buffered)
    {
        got = (int)(size < c->buffered ? size : c->buffered);
        memcpy(buffer, c->buffer, (size_t)got);
        take_buffered(c, (size_t)got);
    }
    else
    {
        while ((got = sock_recv(c->sock, buffer, size)) == SOCK_AGAIN)
            if (!origin_conn_wait(c, SOCK_READABLE)) return -1;
        if (got <= 0)
        {
            origin_conn_end(c, ORIGIN_END_GONE);
            return -1;
        }
    }
    c->body_left -= (uint64_t)got;
    return got;
}

/* The length of the head at the start of the buffer; 0 when the connection is over. */
static size_t read_head(struct origin_conn *c)
{
    for (;;)
    {
        const char *end;
        int got;

        c->buffer[c->buffered] = 0;
        if ((end = strstr(c->buffer, "\r\n\r\n"))) return (size_t)(end - c->buffer) + 4;
        if (c->buffered == HEAD_MAX) return 0;
        got = sock_recv(c->sock, c->buffer + c->buffered, HEAD_MAX - c->buffered);
        if (got == SOCK_AGAIN && !origin_conn_wait(c, SOCK_READABLE)) return 0;
        if (!got || got == SOCK_GONE) return 0;
        if (got > 0) c->buffered += (size_t)got;
    }
}

static const char *keep_span(struct origin *o, const struct span *span)
{
    return origin_keep_text(o, span->text, span->len);
}

/* Counts the request, and takes what it sets off. The caller holds the mutex. */
static void enter_route(struct origin_conn *c)
{
    static struct route nowhere = {.hold_at = NO_LIMIT, .swap_at = NO_LIMIT};
    struct origin_request *r = &c->request;
    struct route *route = origin_find_route(c->origin, r->path);
    bool is_get = !strcmp(r->method, "GET"), is_head = !strcmp(r->method, "HEAD");

    c->cut_left = NO_LIMIT;
    c->cut_flags = 0;
    c->rate = 0;
    if (!(c->route = route))
    {
        c->route = &nowhere;
        return;
    }
    r->ordinal = is_get ? ++route->gets : is_head ? ++route->heads : ++route->others;
    /* A swap after 0 bytes falls between HEAD and the first GET. */
    if (route->sent >= route->swap_at && (is_get || route->swap_at)) origin_swap_file(route);
    c->rate = route->file.rate;
    if (route->cut_answers && (is_get || route->cut_flags & ORIGIN_CUT_ANY))
    {
        c->cut_left = route->cut_after;
        c->cut_flags = route->cut_flags;
        if (route->cut_answers != UINT_MAX) route->cut_answers--;
    }
}

static bool read_request(struct origin_conn *c)
{
    struct origin *o = c->origin;
    struct origin_request *r = &c->request;
    struct request_parts parts;
    size_t len = read_head(c);
    char *head;

    if (!len) return false;
    os_lock(&o->mutex);
    head = origin_keep_text(o, c->buffer, len);
    os_unlock(&o->mutex);
    take_buffered(c, len);
    if (!origin_split_request(head, &parts)) return false;

    *r = (struct origin_request){.head = head,
                                 .connection = c->id,
                                 .body_size = parts.body_size,
                                 .range_count = origin_parse_ranges(head, c->ranges),
                                 .ranges = c->ranges};
    c->body_left = parts.body_size;
    c->must_continue = origin_header_has(head, "Expect", "100-continue");
    c->is_kept = parts.is_kept;
    c->raw_sent = 0;
    c->piece = SIZE_MAX;
    os_lock(&o->mutex);
    r->method = keep_span(o, &parts.method);
    r->target = keep_span(o, &parts.target);
    r->path = keep_span(o, &parts.path);
    r->query = keep_span(o, &parts.query);
    enter_route(c);
    c->entry = origin_journal_add(c);
    os_unlock(&o->mutex);
    return true;
}

static void answer(struct origin_conn *c)
{
    struct origin_file file;
    origin_handler handler;
    void *ctx;

    os_lock(&c->origin->mutex);
    file = c->route->file;
    handler = c->route->handler;
    ctx = c->route->ctx;
    os_unlock(&c->origin->mutex);

    if (handler)
        handler(c, &c->request, ctx);
    else if (c->route->path)
        origin_serve(c, &c->request, &file);
    else
        origin_send_simple(c, &c->request, 404, "");

    /* A client that was answered before it sent the body may leave it out. */
    if (!c->raw_sent || !c->is_kept || c->must_continue) origin_close(c);
    while (!c->is_gone && origin_recv_body(c, c->chunk, CHUNK_SIZE) > 0)
        continue;
    if (!c->is_gone) origin_journal_end(c, ORIGIN_END_DONE);
}

void origin_conn_run(void *arg)
{
    struct origin_conn *c = arg;
    struct origin *o = c->origin;

    c->buffer = malloc(HEAD_MAX + 1);
    c->chunk = malloc(CHUNK_SIZE);
    c->ranges = malloc(ORIGIN_RANGES_MAX * sizeof(*c->ranges));
    if (!c->buffer || !c->chunk || !c->ranges) abort();

    while (!c->is_gone && read_request(c))
        answer(c);

    c->route = NULL;
    origin_conn_end(c, origin_conn_is_stopping(c) ? ORIGIN_END_STOPPED : ORIGIN_END_CLOSED);
    free(c->buffer);
    free(c->chunk);
    free(c->ranges);
    os_lock(&o->mutex);
    o->open_conns--;
    c->is_over = true;
    os_cond_broadcast(&o->changed);
    os_unlock(&o->mutex);
}
