/* SPDX-License-Identifier: LGPL-2.1-or-later
 *
 * A peer that holds one synthetic file, as a source of the mover: honest, or as the test wants it.
 * Settings are changed while no stream is open; counters are read through the functions. */
#ifndef OPENBITS_TESTS_FAKE_PEER_H
#define OPENBITS_TESTS_FAKE_PEER_H

#include "base/lock.h"
#include "transfer/source_stream.h"

#define FAKE_PEER_OPEN UINT64_MAX

struct fake_peer
{
    uint32_t version;   /* of the bytes, see synthetic.h */
    uint64_t size;      /* that it claims */
    bool is_missing;    /* it has nothing */
    uint64_t part_end;  /* it holds the bytes before this one; FAKE_PEER_OPEN: all */
    uint64_t fails_at;  /* it breaks at this byte */
    uint64_t stalls_at; /* it gives nothing from this byte on, until it is stopped */
    uint64_t shift;     /* its answer begins this much after the byte that was asked for */

    struct lock lock; /* leaf; everything below */
    struct cond changed;
    unsigned int starts;
    unsigned int open;
    uint64_t first_offset; /* asked for by the last stream */
    uint64_t given;        /* bytes, by all streams */
    tick_t first_data;     /* time of the first byte of the last stream */
};

/* An honest peer with a file of this version and size. */
void fake_peer_init(struct fake_peer *peer, uint32_t version, uint64_t size);
void fake_peer_done(struct fake_peer *peer);

unsigned int fake_peer_starts(struct fake_peer *peer);
uint64_t fake_peer_given(struct fake_peer *peer);
uint64_t fake_peer_first_offset(struct fake_peer *peer);
/* Waits until so many bytes have been given in all; false when the time is over. */
bool fake_peer_wait_given(struct fake_peer *peer, uint64_t bytes, uint32_t ms);

extern const struct source_ops fake_peer_ops; /* the context is the peer */

#endif
