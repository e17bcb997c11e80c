/* SPDX-License-Identifier: LGPL-2.1-or-later
 *
 * What handlers and honest answers are made of: sending, waiting, ending, on the thread of the
 * connection. Every wait ends when the origin is stopped. */
#include "harness/origin_private.h"

#include <stdarg.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "harness/synthetic.h"

#define POLL_MS       50
#define HOLD_POLL_MS  5
#define LINGER_MS     1000
#define RESET_WAIT_MS 20

bool origin_conn_is_stopping(struct origin_conn *c)
{
    bool result;

    os_lock(&c->origin->mutex);
    result = c->origin->is_stopping;
    os_unlock(&c->origin->mutex);
    return result;
}

/* ---- The end of a connection ---- */

/* Closing with unread input would reset the connection and take what was sent from the client. */
static void close_gently(struct origin_conn *c)
{
    uint64_t end = os_ticks() + LINGER_MS;
    int got;

    sock_shutdown_send(c->sock);
    while (os_ticks() < end && !origin_conn_is_stopping(c))
    {
        if (!sock_wait(c->sock, SOCK_READABLE, POLL_MS)) continue;
        got = sock_recv(c->sock, c->chunk, CHUNK_SIZE);
        if (!got || got == SOCK_GONE) break;
    }
    sock_close(c->sock);
}

void origin_conn_end(struct origin_conn *c, enum origin_end end)
{
    if (c->is_gone) return;
    c->is_gone = true;
    if (c->route) origin_journal_end(c, end);
    if (end == ORIGIN_END_CLOSED)
        close_gently(c);
    else if (end == ORIGIN_END_GONE)
        sock_close(c->sock);
    else
    {
        /* A reset overtakes what the system still holds: let the client read first. */
        if (end == ORIGIN_END_RESET && c->raw_sent) os_sleep(RESET_WAIT_MS);
        sock_reset(c->sock);
    }
}

void origin_close(struct origin_conn *c)
{
    origin_conn_end(c, ORIGIN_END_CLOSED);
}

void origin_reset(struct origin_conn *c)
{
    origin_conn_end(c, ORIGIN_END_RESET);
}

/* ---- Sending ---- */

bool origin_conn_wait(struct origin_conn *c, enum sock_readiness readiness)
{
    while (!sock_wait(c->sock, readiness, POLL_MS))
        if (origin_conn_is_stopping(c)) break;
    if (!origin_conn_is_stopping(c)) return true;
    origin_conn_end(c, ORIGIN_END_STOPPED);
    return false;
}

static bool cut(struct origin_conn *c)
{
    origin_conn_end(c, c->cut_flags & ORIGIN_CUT_RESET ? ORIGIN_END_RESET : ORIGIN_END_CLOSED);
    return false;
}

/* Bytes that were sent; fewer than asked for when the connection is gone after that. */
static size_t write_bytes(struct origin_conn *c, const char *data, size_t size, bool is_body)
{
    bool is_counted = is_body || c->cut_flags & ORIGIN_CUT_RAW;
    size_t done = 0;

    while (done < size && !c->is_gone)
    {
        size_t count = size - done;
        int sent;

        if (is_counted && !c->cut_left)
        {
            cut(c);
            break;
        }
        if (is_counted && count > c->cut_left) count = (size_t)c->cut_left;
        sent = sock_send(c->sock, data + done, count);
        if (sent == SOCK_AGAIN)
        {
            origin_conn_wait(c, SOCK_WRITABLE);
            continue;
        }
        if (sent == SOCK_GONE)
        {
            origin_conn_end(c, ORIGIN_END_GONE);
            break;
        }
        done += (size_t)sent;
        c->raw_sent += (uint64_t)sent;
        if (is_counted && c->cut_left != NO_LIMIT) c->cut_left -= (uint64_t)sent;
        origin_journal_raw(c, (size_t)sent);
    }
    if (is_counted && !c->cut_left && !c->is_gone) cut(c);
    return done;
}

bool origin_send(struct origin_conn *c, const void *data, size_t size)
{
    if (c->is_gone) return false;
    origin_journal_status(c, data, size);
    write_bytes(c, data, size, false);
    return !c->is_gone;
}

bool origin_sendf(struct origin_conn *c, const char *format, ...)
{
    char text[8192];
    va_list args;
    int len;

    va_start(args, format);
    len = vsnprintf(text, sizeof(text), format, args);
    va_end(args);
    if (len < 0 || (size_t)len >= sizeof(text)) abort();
    return origin_send(c, text, (size_t)len);
}

/* ---- Waiting ---- */

/* Waits on the origin's condition, with its mutex held; false when the connection is gone. */
static bool wait_change(struct origin_conn *c, unsigned int ms)
{
    struct origin *o = c->origin;
    enum origin_end end = ORIGIN_END_RUNNING;

    os_cond_wait(&o->changed, &o->mutex, ms < HOLD_POLL_MS ? ms : HOLD_POLL_MS);
    if (o->is_stopping) end = ORIGIN_END_STOPPED;
    os_unlock(&o->mutex);
    if (end == ORIGIN_END_RUNNING && sock_has_ended(c->sock)) end = ORIGIN_END_GONE;
    if (end != ORIGIN_END_RUNNING) origin_conn_end(c, end);
    os_lock(&o->mutex);
    return !c->is_gone;
}

bool origin_pause(struct origin_conn *c, unsigned int ms)
{
    struct origin *o = c->origin;
    uint64_t end = os_ticks() + ms, now;

    if (c->is_gone) return false;
    os_lock(&o->mutex);
    while ((now = os_ticks()) < end && wait_change(c, (unsigned int)(end - now)))
        continue;
    os_unlock(&o->mutex);
    return !c->is_gone;
}

bool origin_wait_gate(struct origin_conn *c, unsigned int gate)
{
    struct origin *o = c->origin;

    if (c->is_gone) return false;
    origin_journal_held(c, true);
    os_lock(&o->mutex);
    while (!(o->open_gates & 1u << gate % GATES_MAX) && wait_change(c, HOLD_POLL_MS))
        continue;
    os_unlock(&o->mutex);
    origin_journal_held(c, false);
    return !c->is_gone;
}

void origin_stall(struct origin_conn *c)
{
    if (c->is_gone) return;
    origin_journal_held(c, true);
    os_lock(&c->origin->mutex);
    while (wait_change(c, HOLD_POLL_MS))
        continue;
    os_unlock(&c->origin->mutex);
    origin_journal_held(c, false);
}

/* ---- Bodies ---- */

void origin_swap_file(struct route *route)
{
    route->file = route->swap_file;
    route->swap_at = NO_LIMIT;
}

/* How many of the next bytes of the path may go, counted as sent; 0: the connection is gone. */
static uint64_t reserve(struct origin_conn *c, uint64_t count)
{
    struct origin *o = c->origin;
    struct route *route = c->route;
    bool is_held = false, is_cut = false;

    os_lock(&o->mutex);
    while (!c->is_gone && !is_cut)
    {
        if (route->sent >= route->swap_at)
        {
            is_cut = route->is_swap_cut;
            origin_swap_file(route);
        }
        else if (route->sent < route->hold_at)
            break;
        else
        {
            o->states[c->entry].is_held = is_held = true;
            os_cond_broadcast(&o->changed);
            wait_change(c, HOLD_POLL_MS);
        }
    }
    if (is_held) o->states[c->entry].is_held = false;
    if (route->hold_at - route->sent < count) count = route->hold_at - route->sent;
    if (route->swap_at - route->sent < count) count = route->swap_at - route->sent;
    if (is_cut || c->is_gone) count = 0;
    route->sent += count;
    os_unlock(&o->mutex);
    if (is_cut) origin_close(c);
    return count;
}

static void unreserve(struct origin_conn *c, uint64_t count)
{
    os_lock(&c->origin->mutex);
    c->route->sent -= count;
    os_unlock(&c->origin->mutex);
}

bool origin_send_body(struct origin_conn *c, uint32_t version, uint64_t offset, uint64_t length)
{
    uint64_t start = os_micros(), rate = c->rate, paced = 0;

    while (length && !c->is_gone)
    {
        uint64_t count = length < CHUNK_SIZE ? length : CHUNK_SIZE, due;
        size_t sent;

        /* With a limit, about a hundred pieces a second. */
        if (rate && count > rate / 100 + 1) count = rate / 100 + 1;
        if (!(count = reserve(c, count))) break;
        synthetic_fill(version, offset, c->chunk, (size_t)count);
        origin_journal_body(c, version, offset, count);
        sent = write_bytes(c, c->chunk, (size_t)count, true);
        origin_journal_delivered(c, count, sent);
        if (sent < count) unreserve(c, count - sent);
        offset += sent;
        length -= sent;
        paced += sent;
        due = rate ? start + (uint64_t)((double)paced * 1e6 / (double)rate) : 0;
        if (due > os_micros()) origin_pause(c, (unsigned int)((due - os_micros()) / 1000));
    }
    return !c->is_gone;
}
