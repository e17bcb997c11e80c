/* SPDX-License-Identifier: LGPL-2.1-or-later
 *
 * The jobs in order of their next deadline: a binary heap, so that the scheduler's work grows with
 * the number of jobs that are due and not with the length of the queue. Under queue->lock. */
#ifndef OPENBITS_JOB_DEADLINES_H
#define OPENBITS_JOB_DEADLINES_H

#include "base/types.h"

struct job;

struct deadlines
{
    struct job **jobs;
    size_t count;
    size_t capacity;
};

void deadlines_init(struct deadlines *heap);
void deadlines_done(struct deadlines *heap);

/* Adds a job with job->deadline; only this can fail. */
HRESULT deadlines_add(struct deadlines *heap, struct job *job);
void deadlines_remove(struct deadlines *heap, struct job *job);
/* Gives a job that is in the heap another deadline. */
void deadlines_set(struct deadlines *heap, struct job *job, tick_t deadline);
/* The job with the earliest deadline, or NULL. */
struct job *deadlines_first(const struct deadlines *heap);

#endif
