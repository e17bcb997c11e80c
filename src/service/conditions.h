/* SPDX-License-Identifier: LGPL-2.1-or-later
 *
 * What holds on this machine: its local time, and what its network costs. */
#ifndef OPENBITS_SERVICE_CONDITIONS_H
#define OPENBITS_SERVICE_CONDITIONS_H

#include "job/ports.h"

struct conditions;
struct queue;

/* Implements the core's port; its ctx is a struct conditions. */
extern const struct condition_ops condition_port;

HRESULT conditions_create(struct conditions **out);

/* From now on the queue hears of another cost. Without the system's word it is free for good. */
void conditions_start(struct conditions *conditions, struct queue *queue);

/* The queue is told nothing more when it returns. */
void conditions_destroy(struct conditions *conditions);

#endif
