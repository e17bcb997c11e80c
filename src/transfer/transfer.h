/* SPDX-License-Identifier: LGPL-2.1-or-later
 *
 * The mover: one thread that works on all running jobs. Implements the core's transfer_ops. */
#ifndef OPENBITS_TRANSFER_TRANSFER_H
#define OPENBITS_TRANSFER_TRANSFER_H

#include "job/ports.h"
#include "net/http_client.h"
#include "transfer/server_question.h"
#include "transfer/source_stream.h"

struct transfer;

struct transfer_config
{
    struct http_client_config http;
    const struct source_ops *peers; /* NULL: no peer is known, ever */
    void *peers_ctx;
    /* The origin takes over from a peer that gives less than the floor for as long as the budget.
     */
    uint32_t peer_budget_ms;
    uint32_t peer_floor_rate; /* bytes per second; 0: any byte will do */
    /* Asks clients about servers; NULL: such jobs fail. */
    server_question_ask_fn ask_client;
    uint32_t client_patience_ms; /* how long a job waits for that */
};

extern const struct transfer_config transfer_defaults;

HRESULT transfer_create(const struct transfer_config *config, struct transfer **out);
/* Starts the thread; notes wait for it. Once. */
HRESULT transfer_begin(struct transfer *transfer);

/* Lets go of all jobs and ends the thread. Nobody may leave a note any more. */
void transfer_destroy(struct transfer *transfer);

/* For queue_ports; the context is the struct transfer. */
extern const struct transfer_ops transfer_mover_ops;

#endif
