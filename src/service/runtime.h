/* SPDX-License-Identifier: LGPL-2.1-or-later
 *
 * The engine of this process: policy, queue, scheduler, mover, notifier. It starts with the first
 * manager and runs on while there are objects or jobs, whether or not a client still holds
 * anything: a job lives as long as its process. For any thread, with no lock held. */
#ifndef OPENBITS_SERVICE_RUNTIME_H
#define OPENBITS_SERVICE_RUNTIME_H

#include "com/com_engine.h"
#include "peer/peer_cache.h"
#include "transfer/transfer.h"

struct runtime_config
{
    uint32_t time_slice; /* seconds; a background job's turn among its equals */
    struct transfer_config transfer;
    struct peer_cache_config peers; /* without a folder: the machine's */
    const WCHAR *queue_file;        /* NULL: the machine's */
    /* Sees, and may change, what the core is plugged into; NULL: nobody does. */
    void (*plug)(struct queue_ports *ports);
};

/* For tests: what the engine starts with, and how to change it for the next start. */
struct runtime_config runtime_get_config(void);
void runtime_set_config(const struct runtime_config *config);

/* Starts the engine unless it runs. It stays as long as com_module_is_locked(). */
HRESULT runtime_start(struct com_engine *engine);

/* A manager of this process's engine, which it starts; OWNER_E_ELSEWHERE (service/owner.h) when
 * another process runs the queue. */
HRESULT runtime_create_manager(REFIID iid, void **out);

/* True: there are no objects, no jobs and no threads any more, and the module may go. */
bool runtime_stop_if_idle(void);

/* For the service. No objects, no jobs and nobody to serve, or no engine. */
bool runtime_is_idle(void);
/* Jobs, or somebody to serve, whoever holds objects. */
bool runtime_has_work(void);
/* Stops the engine with its jobs where they are, and takes its objects away from clients in other
 * processes; true when it has stopped. */
bool runtime_stop_with_jobs(void);

#endif
