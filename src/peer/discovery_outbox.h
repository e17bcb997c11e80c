/* SPDX-License-Identifier: LGPL-2.1-or-later
 *
 * Messages of one role that are due now or later; each is sent twice. Pure; belongs to the thread
 * that drives the role. */
#ifndef OPENBITS_PEER_DISCOVERY_OUTBOX_H
#define OPENBITS_PEER_DISCOVERY_OUTBOX_H

#include "peer/discovery_message.h"
#include "peer/discovery_port.h"

#define DISCOVERY_OUTBOX_MAX 64

struct discovery_post
{
    enum discovery_kind kind; /* DISCOVERY_OTHER: this place is free */
    struct discovery_target target;
    tick_t due;
    unsigned int order;
    unsigned int copies_left;
    char relates_to[DISCOVERY_ID_MAX + 1];
    const char *scheme; /* of a Probe */
    GUID message_id;    /* null: one is made when it is written */
    size_t size;        /* 0: not written yet */
    char text[DISCOVERY_SEND_MAX + 1];
};

struct discovery_outbox
{
    struct discovery_post posts[DISCOVERY_OUTBOX_MAX];
    unsigned int order;
};

/* Writes a message at the time of its first copy; 0 drops it. */
typedef size_t (*discovery_write_fn)(void *ctx, struct discovery_post *post);

/* A message to fill in further; NULL when there is no place for it. */
struct discovery_post *discovery_outbox_add(struct discovery_outbox *outbox,
                                            enum discovery_kind kind,
                                            const struct discovery_target *target, tick_t due);

/* Sends what is due. */
void discovery_outbox_run(struct discovery_outbox *outbox, const struct discovery_port *port,
                          tick_t now, discovery_write_fn write, void *ctx);

/* TICK_NEVER when it is empty. */
tick_t discovery_outbox_next(const struct discovery_outbox *outbox);

void discovery_outbox_clear(struct discovery_outbox *outbox);

#endif
