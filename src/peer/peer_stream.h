/* SPDX-License-Identifier: LGPL-2.1-or-later
 *
 * Streams of the mover that get their bytes from peers. The mover starts and stops them on its own
 * thread; everything between happens on the peers' thread, which hands the bytes over. */
#ifndef OPENBITS_PEER_PEER_STREAM_H
#define OPENBITS_PEER_PEER_STREAM_H

#include "base/list.h"
#include "base/lock.h"
#include "peer/peer_search.h"
#include "transfer/source_stream.h"

/* What both threads see of the streams. Zeroed but for the lock and the condition, which the owner
 * makes, and the list. */
struct peer_stream_desk
{
    struct lock lock; /* leaf; what both threads touch of a stream */
    struct cond called;
    struct list news; /* streams that the peers' thread has not seen */
};

struct peer_streams;

/* ---- the mover's thread ---- */

HRESULT peer_stream_create(struct peer_stream_desk *desk, const struct source_request *request,
                           const struct source_sink *sink, void *sink_ctx,
                           struct source_stream **out);
/* No call of the sink is under way, or will come. The peers' thread is to be woken. */
void peer_stream_stop(struct peer_stream_desk *desk, struct source_stream *stream);

/* ---- the peers' thread ---- */

HRESULT peer_streams_create(const struct peer_host *host, struct peer_stream_desk *desk,
                            struct peer_streams **out);
/* Fails the streams that are left. NULL is welcome. */
void peer_streams_destroy(struct peer_streams *streams);

bool peer_streams_ready(struct peer_streams *streams, socket_handle handle);
/* Takes in what is new, does what is due and tells the next time. */
tick_t peer_streams_run(struct peer_streams *streams, tick_t now);
void peer_streams_refuse(struct peer_streams *streams, const char *url, filetime_t mtime,
                         uint64_t size);
void peer_streams_found(struct peer_streams *streams);
void peer_streams_discovered(struct peer_streams *streams);

/* Streams that nobody will serve: the role is off. */
void peer_stream_desk_fail(struct peer_stream_desk *desk);

#endif
