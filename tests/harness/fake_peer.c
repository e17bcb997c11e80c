/* SPDX-License-Identifier: LGPL-2.1-or-later
 *
 * Each stream has a thread, as a real peer's will have. */
#include "harness/fake_peer.h"

#include <stdatomic.h>
#include <stdlib.h>

#include "base/clock.h"
#include "base/thread.h"
#include "harness/synthetic.h"

#define PIECE_SIZE 65536

struct source_stream
{
    struct fake_peer *peer;
    const struct source_sink *sink;
    void *sink_ctx;
    struct byte_range range;
    struct thread thread;
    atomic_bool is_stopped;
};

void fake_peer_init(struct fake_peer *peer, uint32_t version, uint64_t size)
{
    *peer = (struct fake_peer){.version = version,
                               .size = size,
                               .part_end = FAKE_PEER_OPEN,
                               .fails_at = FAKE_PEER_OPEN,
                               .stalls_at = FAKE_PEER_OPEN};
    lock_init(&peer->lock, LOCK_RANK_LEAF, "fake peer");
    cond_init(&peer->changed);
}

void fake_peer_done(struct fake_peer *peer)
{
    cond_done(&peer->changed);
    lock_done(&peer->lock);
}

static void end(struct source_stream *stream, enum source_outcome outcome, HRESULT code)
{
    struct source_result result = {outcome, code, ERROR_CONTEXT_REMOTE_FILE};

    stream->sink->end(stream->sink_ctx, &result);
}

static void count_given(struct fake_peer *peer, size_t size)
{
    lock_acquire(&peer->lock);
    if (!peer->first_data) peer->first_data = clock_ticks(&clock_system);
    peer->given += size;
    cond_broadcast(&peer->changed);
    lock_release(&peer->lock);
}

static void wait_for_stop(struct source_stream *stream)
{
    struct fake_peer *peer = stream->peer;

    lock_acquire(&peer->lock);
    while (!atomic_load(&stream->is_stopped))
        cond_wait(&peer->changed, &peer->lock, 50);
    lock_release(&peer->lock);
}

static uint64_t next_stop(const struct fake_peer *peer, uint64_t end_offset)
{
    if (peer->stalls_at < end_offset) end_offset = peer->stalls_at;
    return peer->fails_at < end_offset ? peer->fails_at : end_offset;
}

/* False: the sink wants no more, or the stream was stopped. */
static bool give(struct source_stream *stream, uint64_t begin, uint64_t end_offset)
{
    static _Thread_local char buffer[PIECE_SIZE];

    while (begin < end_offset)
    {
        size_t size = end_offset - begin < PIECE_SIZE ? (size_t)(end_offset - begin) : PIECE_SIZE;

        if (atomic_load(&stream->is_stopped)) return false;
        synthetic_fill(stream->peer->version, begin, buffer, size);
        if (!stream->sink->data(stream->sink_ctx, buffer, size)) return false;
        count_given(stream->peer, size);
        begin += size;
    }
    return true;
}

static void serve(struct source_stream *stream)
{
    const struct fake_peer *peer = stream->peer;
    struct source_answer answer = {.version = {.known = true, .size = peer->size},
                                   .offset = stream->range.begin + peer->shift};
    uint64_t end_offset = stream->range.end, stop;

    if (peer->part_end < end_offset) end_offset = peer->part_end;
    if (peer->is_missing || answer.offset >= end_offset)
    {
        end(stream, SOURCE_FAILED, E_FAIL);
        return;
    }
    answer.length = end_offset - answer.offset;
    if (!stream->sink->connected(stream->sink_ctx) ||
        !stream->sink->answer(stream->sink_ctx, &answer))
    {
        end(stream, SOURCE_FAILED, E_ABORT);
        return;
    }
    stop = next_stop(peer, end_offset);
    if (!give(stream, answer.offset, stop))
        end(stream, SOURCE_FAILED, E_ABORT);
    else if (stop == end_offset)
        end(stream, SOURCE_DONE, S_OK);
    else if (stop == peer->fails_at)
        end(stream, SOURCE_FAILED, E_FAIL);
    else
        wait_for_stop(stream);
}

static void serve_loop(void *arg)
{
    serve(arg);
}

static HRESULT peer_start(void *ctx, const struct source_request *request,
                          const struct source_sink *sink, void *sink_ctx,
                          struct source_stream **out)
{
    struct source_stream *stream = calloc(1, sizeof(*stream));
    struct fake_peer *peer = ctx;
    HRESULT hr;

    *out = NULL;
    if (!stream) return E_OUTOFMEMORY;
    stream->peer = peer;
    stream->sink = sink;
    stream->sink_ctx = sink_ctx;
    stream->range = request->range;

    lock_acquire(&peer->lock);
    peer->starts++;
    peer->open++;
    peer->first_offset = request->range.begin;
    peer->first_data = 0;
    cond_broadcast(&peer->changed);
    lock_release(&peer->lock);

    if (FAILED(hr = thread_start(&stream->thread, serve_loop, stream, "fake peer")))
    {
        free(stream);
        return hr;
    }
    *out = stream;
    return S_OK;
}

static void peer_stop(void *ctx, struct source_stream *stream)
{
    struct fake_peer *peer = ctx;

    lock_acquire(&peer->lock);
    atomic_store(&stream->is_stopped, true);
    cond_broadcast(&peer->changed);
    lock_release(&peer->lock);
    thread_join(&stream->thread);
    free(stream);

    lock_acquire(&peer->lock);
    peer->open--;
    lock_release(&peer->lock);
}

const struct source_ops fake_peer_ops = {peer_start, peer_stop};

unsigned int fake_peer_starts(struct fake_peer *peer)
{
    unsigned int starts;

    lock_acquire(&peer->lock);
    starts = peer->starts;
    lock_release(&peer->lock);
    return starts;
}

uint64_t fake_peer_given(struct fake_peer *peer)
{
    uint64_t given;

    lock_acquire(&peer->lock);
    given = peer->given;
    lock_release(&peer->lock);
    return given;
}

uint64_t fake_peer_first_offset(struct fake_peer *peer)
{
    uint64_t offset;

    lock_acquire(&peer->lock);
    offset = peer->first_offset;
    lock_release(&peer->lock);
    return offset;
}

bool fake_peer_wait_given(struct fake_peer *peer, uint64_t bytes, uint32_t ms)
{
    tick_t limit = clock_ticks(&clock_system) + ms, now;

    lock_acquire(&peer->lock);
    while (peer->given < bytes && (now = clock_ticks(&clock_system)) < limit)
        cond_wait(&peer->changed, &peer->lock, (uint32_t)(limit - now));
    lock_release(&peer->lock);
    return peer->given >= bytes;
}
