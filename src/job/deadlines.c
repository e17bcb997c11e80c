/* SPDX-License-Identifier: LGPL-2.1-or-later
 *
 * The heap of deadlines. job->heap_index says where a job stands. */
#include "job/deadlines.h"

#include <stdlib.h>

#include "job/job_private.h"

static void put(struct deadlines *heap, size_t index, struct job *job)
{
    heap->jobs[index] = job;
    job->heap_index = index;
}

static void sift_up(struct deadlines *heap, size_t index)
{
    struct job *job = heap->jobs[index];

    while (index)
    {
        size_t parent = (index - 1) / 2;

        if (heap->jobs[parent]->deadline <= job->deadline) break;
        put(heap, index, heap->jobs[parent]);
        index = parent;
    }
    put(heap, index, job);
}

static void sift_down(struct deadlines *heap, size_t index)
{
    struct job *job = heap->jobs[index];

    for (;;)
    {
        size_t child = 2 * index + 1;

        if (child >= heap->count) break;
        if (child + 1 < heap->count &&
            heap->jobs[child + 1]->deadline < heap->jobs[child]->deadline)
            child++;
        if (job->deadline <= heap->jobs[child]->deadline) break;
        put(heap, index, heap->jobs[child]);
        index = child;
    }
    put(heap, index, job);
}

void deadlines_init(struct deadlines *heap)
{
    heap->jobs = NULL;
    heap->count = heap->capacity = 0;
}

void deadlines_done(struct deadlines *heap)
{
    free(heap->jobs);
    deadlines_init(heap);
}

HRESULT deadlines_add(struct deadlines *heap, struct job *job)
{
    if (heap->count == heap->capacity)
    {
        size_t capacity = heap->capacity ? heap->capacity * 2 : 64;
        struct job **jobs = realloc(heap->jobs, capacity * sizeof(*jobs));

        if (!jobs) return E_OUTOFMEMORY;
        heap->jobs = jobs;
        heap->capacity = capacity;
    }
    put(heap, heap->count++, job);
    sift_up(heap, job->heap_index);
    return S_OK;
}

void deadlines_remove(struct deadlines *heap, struct job *job)
{
    size_t index = job->heap_index;
    struct job *last = heap->jobs[--heap->count];

    if (last == job) return;
    put(heap, index, last);
    sift_up(heap, index);
    sift_down(heap, last->heap_index);
}

void deadlines_set(struct deadlines *heap, struct job *job, tick_t deadline)
{
    tick_t before = job->deadline;

    if (deadline == before) return;
    job->deadline = deadline;
    if (deadline < before)
        sift_up(heap, job->heap_index);
    else
        sift_down(heap, job->heap_index);
}

struct job *deadlines_first(const struct deadlines *heap)
{
    return heap->count ? heap->jobs[0] : NULL;
}
