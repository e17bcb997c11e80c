/* SPDX-License-Identifier: LGPL-2.1-or-later
 *
 * The machine's queue file, and the way from it into the queue. */
#ifndef OPENBITS_SERVICE_QUEUE_STORE_H
#define OPENBITS_SERVICE_QUEUE_STORE_H

#include "job/ports.h"
#include "job/queue.h"

struct queue_store;

/* Opens the file, or makes it with its folder; path NULL: the machine's, in the folder for the data
 * of all users. A file that cannot be had, or is of a newer program, is no failure: the engine runs
 * with an empty queue, and every change is refused with the reason until the file can be had.
 * ERROR_SHARING_VIOLATION: another process has it. */
HRESULT queue_store_open(const WCHAR *path, struct queue_store **out);
void queue_store_close(struct queue_store *store);

/* Fills a queue that was made with these ports and has no threads yet. */
HRESULT queue_store_load(struct queue_store *store, struct queue *queue);

/* The context is the struct queue_store. */
extern const struct store_ops queue_store_ops;

#endif
