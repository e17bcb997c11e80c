/* SPDX-License-Identifier: LGPL-2.1-or-later
 *
 * All jobs of the machine, the settings that they live under, and the scheduler that runs them. */
#ifndef OPENBITS_JOB_QUEUE_H
#define OPENBITS_JOB_QUEUE_H

#include "job/access.h"
#include "job/job_types.h"
#include "job/ports.h"

struct queue;

/* The ports must outlive the queue. */
HRESULT queue_create(const struct queue_ports *ports, const struct machine_settings *settings,
                     struct queue **out);
/* Stops what runs and drops all jobs; their files stay. The caller has ended all threads of the
 * scheduler, the mover and the notifier before. */
void queue_destroy(struct queue *queue);

/* New job: SUSPENDED, empty. *out holds a reference for JOB_HOLDER_CALLER. */
HRESULT queue_add_job(struct queue *queue, const WCHAR *display_name, uint32_t type,
                      const struct caller_facts *owner, struct job **out);
/* BG_E_NOT_FOUND, E_ACCESSDENIED. *out holds a reference for JOB_HOLDER_CALLER. */
HRESULT queue_find_job(struct queue *queue, const GUID *id, const struct caller_facts *caller,
                       struct job **out);
/* The caller's jobs, or all; array freed by the caller, each job holds JOB_HOLDER_CALLER. */
HRESULT queue_list_jobs(struct queue *queue, const struct caller_facts *caller, bool all_users,
                        struct job ***jobs, uint32_t *count);
/* With those that are gone, and that a server has yet to hear of. */
uint32_t queue_job_count(struct queue *queue);

/* A job that was kept, at the start of the engine, before its threads run: the job, its files in
 * order, then the end, also for one that cannot be had whole. Jobs come in the order in which they
 * were made. Texts, status and names are taken over in all cases. */
HRESULT queue_restore_job(struct queue *queue, const GUID *id, const struct job_status *status,
                          struct job_texts *texts, struct job **out);
HRESULT job_restore_file(struct job *job, struct file_status *status, struct file_names *names);
/* Drops the job when is_whole is false; it stays in the store. */
HRESULT queue_restore_end(struct queue *queue, struct job *job, bool is_whole);
/* When all are there: brings endings to their end that were cut off. */
void queue_finish_endings(struct queue *queue);

/* New facts of the machine. Jobs whose effective client flag changes while they run are stopped,
 * queued again and resume at the byte where they stopped. */
void queue_apply_settings(struct queue *queue, const struct machine_settings *settings);
/* The cost of the network, or the clock: the scheduler looks at once. */
void queue_conditions_changed(struct queue *queue);
void queue_network_lost(struct queue *queue);
void queue_network_returned(struct queue *queue);

/* The scheduler: does what is due now and tells when to call again (TICK_NEVER: when woken). */
tick_t queue_run_scheduler(struct queue *queue);
/* Runs the scheduler until queue_stop_scheduler(): the body of the scheduler thread. */
void queue_scheduler_loop(void *queue);
void queue_stop_scheduler(struct queue *queue);

#endif
