/* SPDX-License-Identifier: LGPL-2.1-or-later
 *
 * A stream: waits for a peer that has its first byte, fetches from there as far as that peer goes,
 * and ends. The mover asks again for what is missing, and goes to the origin when a stream fails.
 */
#include "peer/peer_stream.h"

#include <stdlib.h>

#include "base/log.h"
#include "base/str.h"
#include "bitsmsg.h"

/* How long a stream waits for the first peer that has something of its file. */
#define PATIENCE_MS 500
/* How long a peer may give nothing. */
#define STALL_MS 1000

struct source_stream
{
    /* Immutable after create. */
    const struct source_sink *sink;
    void *sink_ctx;
    char *url;
    struct byte_range range;
    struct file_version version;

    /* desk->lock. */
    struct list entry; /* desk->news, then streams->streams of the peers' thread */
    unsigned int refs; /* the mover's, and the peers' thread's while it knows it */
    bool is_stopped;
    bool is_calling;

    /* The peers' thread. */
    struct peer_streams *streams;
    struct peer_file *file;
    struct peer_link *link;
    struct peer_part part;
    bool has_ended;
    bool has_answered;
    tick_t deadline; /* for a peer; then for its next byte */
    uint64_t received;
};

struct peer_streams
{
    const struct peer_host *host;
    struct peer_stream_desk *desk;
    struct peer_links *links;
    struct peer_searches *searches;
    struct list streams;
};

/* ---- references ---- */

static void free_stream(struct source_stream *stream)
{
    free(stream->url);
    free(stream);
}

/* Called without the lock. */
static void release(struct peer_stream_desk *desk, struct source_stream *stream)
{
    bool is_last;

    lock_acquire(&desk->lock);
    is_last = !--stream->refs;
    lock_release(&desk->lock);
    if (is_last) free_stream(stream);
}

HRESULT peer_stream_create(struct peer_stream_desk *desk, const struct source_request *request,
                           const struct source_sink *sink, void *sink_ctx,
                           struct source_stream **out)
{
    struct source_stream *stream;

    *out = NULL;
    if (request->is_probe || !request->version->known || !request->version->has_mtime)
        return BG_E_INVALID_RANGE; /* nothing that a search could name */
    if (!(stream = calloc(1, sizeof(*stream)))) return E_OUTOFMEMORY;
    if (!(stream->url = str_to_utf8(request->remote_name)))
    {
        free(stream);
        return E_OUTOFMEMORY;
    }
    stream->sink = sink;
    stream->sink_ctx = sink_ctx;
    stream->range = request->range;
    stream->version = *request->version;
    stream->refs = 2;
    list_init(&stream->entry);
    lock_acquire(&desk->lock);
    list_add_tail(&desk->news, &stream->entry);
    lock_release(&desk->lock);
    *out = stream;
    return S_OK;
}

void peer_stream_stop(struct peer_stream_desk *desk, struct source_stream *stream)
{
    lock_acquire(&desk->lock);
    stream->is_stopped = true;
    while (stream->is_calling)
        cond_wait(&desk->called, &desk->lock, COND_FOREVER);
    lock_release(&desk->lock);
    release(desk, stream);
}

/* ---- calls of the sink ---- */

static bool begin_call(struct peer_stream_desk *desk, struct source_stream *stream)
{
    lock_acquire(&desk->lock);
    stream->is_calling = !stream->is_stopped;
    lock_release(&desk->lock);
    return stream->is_calling;
}

static void end_call(struct peer_stream_desk *desk, struct source_stream *stream)
{
    lock_acquire(&desk->lock);
    stream->is_calling = false;
    cond_broadcast(&desk->called);
    lock_release(&desk->lock);
}

/* The last call. */
static void end(struct peer_stream_desk *desk, struct source_stream *stream,
                enum source_outcome outcome, HRESULT code)
{
    const struct source_result result = {
        outcome, code, FAILED(code) ? ERROR_CONTEXT_GENERAL_TRANSPORT : ERROR_CONTEXT_NONE};

    if (stream->has_ended) return;
    stream->has_ended = true;
    if (!begin_call(desk, stream)) return;
    stream->sink->end(stream->sink_ctx, &result);
    end_call(desk, stream);
}

static bool answer(struct source_stream *stream)
{
    const struct source_answer what = {stream->version, stream->range.begin, stream->part.length};

    stream->has_answered = true;
    return stream->sink->connected(stream->sink_ctx) &&
           stream->sink->answer(stream->sink_ctx, &what);
}

static HRESULT write_bytes(void *ctx, uint64_t position, const void *data, size_t size)
{
    struct source_stream *stream = ctx;
    struct peer_stream_desk *desk = stream->streams->desk;
    bool is_welcome;

    (void)position; /* content_client gives them in order */
    if (!begin_call(desk, stream)) return E_ABORT;
    is_welcome = (stream->has_answered || answer(stream)) &&
                 stream->sink->data(stream->sink_ctx, data, size);
    end_call(desk, stream);
    stream->received += size;
    stream->deadline = clock_ticks(&stream->streams->host->clock) + STALL_MS;
    return is_welcome ? S_OK : E_ABORT;
}

/* ---- one stream ---- */

static void try_peers(struct source_stream *stream);

/* This peer will not give the rest. */
static void give_up_peer(struct source_stream *stream)
{
    struct peer_stream_desk *desk = stream->streams->desk;

    LOG_INFO(LOG_PEER, "%s is of no use for a file", stream->part.fqdn);
    peer_file_reject(stream->file, stream->part.fqdn);
    stream->link = NULL;
    if (stream->received)
        end(desk, stream, SOURCE_AGAIN, BG_E_CONNECTION_CLOSED);
    else
        try_peers(stream);
}

static void take_end(void *ctx, enum content_outcome outcome)
{
    struct source_stream *stream = ctx;
    struct peer_stream_desk *desk = stream->streams->desk;

    stream->link = NULL;
    if (outcome == CONTENT_FOUND)
        end(desk, stream, SOURCE_DONE, S_OK);
    else if (outcome == CONTENT_STOPPED)
        end(desk, stream, SOURCE_FAILED, E_ABORT);
    else
        give_up_peer(stream);
}

static const struct peer_link_events fetch_events = {NULL, take_end};

static bool fetch(struct source_stream *stream)
{
    const struct content_sink sink = {write_bytes, stream};
    struct peer_streams *streams = stream->streams;

    stream->deadline = clock_ticks(&streams->host->clock) + STALL_MS;
    return SUCCEEDED(peer_link_fetch(streams->links, stream->part.fqdn, &stream->part.wish, &sink,
                                     &fetch_events, stream, &stream->link));
}

/* Fetches from a peer, waits for one, or ends. */
static void try_peers(struct source_stream *stream)
{
    struct peer_streams *streams = stream->streams;

    while (peer_file_find(stream->file, stream->range.begin, stream->range.end, &stream->part))
    {
        if (fetch(stream)) return;
        peer_file_reject(stream->file, stream->part.fqdn);
    }
    if (!peer_file_is_searching(stream->file))
        end(streams->desk, stream, SOURCE_FAILED, HRESULT_FROM_WIN32(ERROR_NOT_FOUND));
}

static void take_in(struct peer_streams *streams, struct source_stream *stream, tick_t now)
{
    HRESULT hr;

    stream->streams = streams;
    stream->deadline = now + PATIENCE_MS;
    list_add_tail(&streams->streams, &stream->entry);
    hr = peer_searches_get(streams->searches, stream->url, stream->version.mtime,
                           stream->version.size, &stream->file);
    if (FAILED(hr))
        end(streams->desk, stream, SOURCE_FAILED, hr);
    else
        try_peers(stream);
}

static void let_go(struct source_stream *stream)
{
    struct peer_streams *streams = stream->streams;

    if (stream->link) peer_link_drop(stream->link);
    if (stream->file) peer_file_release(stream->file, stream->has_ended);
    list_remove(&stream->entry);
    release(streams->desk, stream);
}

static bool is_stopped(struct source_stream *stream)
{
    struct peer_stream_desk *desk = stream->streams->desk;
    bool stopped;

    lock_acquire(&desk->lock);
    stopped = stream->is_stopped;
    lock_release(&desk->lock);
    return stopped;
}

static void pass_deadline(struct source_stream *stream)
{
    if (!stream->link)
    {
        end(stream->streams->desk, stream, SOURCE_FAILED, BG_E_CONNECTION_CLOSED);
        return;
    }
    peer_link_drop(stream->link);
    give_up_peer(stream);
}

/* ---- all streams ---- */

/* There may be a peer for those that wait. */
static void on_changed(void *ctx, struct peer_file *file)
{
    struct peer_streams *streams = ctx;
    struct list *cursor;

    LIST_FOR_EACH(cursor, &streams->streams)
    {
        struct source_stream *stream = LIST_ENTRY_OF(cursor, struct source_stream, entry);

        if (stream->file == file && !stream->link && !stream->has_ended) try_peers(stream);
    }
}

static struct source_stream *next_new(struct peer_stream_desk *desk)
{
    struct source_stream *stream;

    lock_acquire(&desk->lock);
    if ((stream = LIST_HEAD_ENTRY(&desk->news, struct source_stream, entry)))
        list_remove(&stream->entry);
    lock_release(&desk->lock);
    return stream;
}

static tick_t run_streams(struct peer_streams *streams, tick_t now)
{
    tick_t next = TICK_NEVER;
    struct list *cursor, *after;

    for (cursor = streams->streams.next; cursor != &streams->streams; cursor = after)
    {
        struct source_stream *stream = LIST_ENTRY_OF(cursor, struct source_stream, entry);

        after = cursor->next;
        if (!stream->has_ended && stream->deadline <= now && !is_stopped(stream))
            pass_deadline(stream);
        if (stream->has_ended || is_stopped(stream))
            let_go(stream);
        else if (stream->deadline < next)
            next = stream->deadline;
    }
    return next;
}

static tick_t earlier(tick_t a, tick_t b)
{
    return a < b ? a : b;
}

tick_t peer_streams_run(struct peer_streams *streams, tick_t now)
{
    struct source_stream *stream;
    tick_t next;

    while ((stream = next_new(streams->desk)))
        take_in(streams, stream, now);
    next = peer_searches_run(streams->searches, now);
    next = earlier(next, peer_links_run(streams->links, now));
    return earlier(next, run_streams(streams, now));
}

bool peer_streams_ready(struct peer_streams *streams, socket_handle handle)
{
    return peer_links_ready(streams->links, handle);
}

void peer_streams_refuse(struct peer_streams *streams, const char *url, filetime_t mtime,
                         uint64_t size)
{
    peer_searches_refuse(streams->searches, url, mtime, size);
}

void peer_streams_found(struct peer_streams *streams)
{
    peer_searches_found(streams->searches);
}

void peer_streams_discovered(struct peer_streams *streams)
{
    peer_searches_discovered(streams->searches);
}

void peer_stream_desk_fail(struct peer_stream_desk *desk)
{
    struct source_stream *stream;

    while ((stream = next_new(desk)))
    {
        end(desk, stream, SOURCE_FAILED, BG_E_PEERCACHING_DISABLED);
        release(desk, stream);
    }
}

/* ---- life ---- */

HRESULT peer_streams_create(const struct peer_host *host, struct peer_stream_desk *desk,
                            struct peer_streams **out)
{
    struct peer_streams *streams = calloc(1, sizeof(*streams));
    HRESULT hr;

    *out = NULL;
    if (!streams) return E_OUTOFMEMORY;
    streams->host = host;
    streams->desk = desk;
    list_init(&streams->streams);
    if (FAILED(hr = peer_links_create(host, &streams->links)) ||
        FAILED(hr = peer_searches_create(host, streams->links, on_changed, streams,
                                         &streams->searches)))
    {
        peer_streams_destroy(streams);
        return hr;
    }
    *out = streams;
    return S_OK;
}

void peer_streams_destroy(struct peer_streams *streams)
{
    struct source_stream *stream;

    if (!streams) return;
    while ((stream = LIST_HEAD_ENTRY(&streams->streams, struct source_stream, entry)))
    {
        end(streams->desk, stream, SOURCE_FAILED, BG_E_PEERCACHING_DISABLED);
        let_go(stream);
    }
    peer_searches_destroy(streams->searches);
    peer_links_destroy(streams->links);
    free(streams);
}
