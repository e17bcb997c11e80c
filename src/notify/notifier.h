/* SPDX-License-Identifier: LGPL-2.1-or-later
 *
 * Tells clients what the core wants them to know. A few threads of its own, started when there is
 * something to tell, call the clients: one that does not return keeps one of them and no other job.
 * What a client is and how it is called is the business of the functions in notifier_config. */
#ifndef OPENBITS_NOTIFY_NOTIFIER_H
#define OPENBITS_NOTIFY_NOTIFIER_H

#include "job/job_notify.h"
#include "job/ports.h"

/* "At most four notifications per user run at the same time." */
#define NOTIFIER_THREADS_MAX 4

struct notifier;
struct queue;

struct notifier_config
{
    void *ctx;
    /* On each thread of the notifier, before its work and after it. */
    HRESULT (*thread_begin)(void *ctx);
    void (*thread_end)(void *ctx);
    /* Calls the client's object, or one of the event's class, as long as that takes. True when it
     * has taken the event. */
    bool (*deliver)(void *ctx, const struct notify_event *event);
    /* Starts the event's program and takes the event over, to finish it when the program has ended.
     * False: it could not be started. */
    bool (*run_program)(void *ctx, const struct notify_event *event);
    /* Drops a target, on any thread. False when this thread cannot: a thread of the notifier is
     * asked next, and its answer is not looked at. */
    bool (*release)(void *ctx, void *target);
};

/* Implements the core's port; its ctx is the notifier. */
extern const struct notify_ops notifier_ops;

HRESULT notifier_create(const struct notifier_config *config, struct notifier **out);

/* Stopped before, if it was started. Targets that still wait to be dropped are dropped here. */
void notifier_destroy(struct notifier *notifier);

/* From now on events of this queue are told, those from before included. */
void notifier_start(struct notifier *notifier, struct queue *queue);

/* Nobody is called any more when it returns true. False when a client has not returned in time:
 * then the notifier goes on as before. */
bool notifier_stop(struct notifier *notifier, uint32_t timeout_ms);

#endif
