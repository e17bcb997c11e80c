/* SPDX-License-Identifier: LGPL-2.1-or-later
 *
 * Fakes of everything that the core asks of the rest: a clock that is set by hand, a mover that
 * only keeps the notes, files that exist in name only, a notifier that counts. With them the core
 * runs on one thread and 90 days pass in no time. */
#ifndef OPENBITS_TESTS_FAKE_PORTS_H
#define OPENBITS_TESTS_FAKE_PORTS_H

#include "job/job.h"
#include "job/job_transfer.h"
#include "job/queue.h"

#define FAKE_SECOND    1000ull
#define FAKE_TEXT_SIZE 64
#define FAKE_DAY       (86400ull * FAKE_SECOND)

struct fake_note
{
    struct job *job;
    uint32_t epoch;
    bool is_start;
};

struct fake_world
{
    struct queue_ports ports;
    struct machine_settings settings;
    struct queue *queue;
    struct caller_facts user; /* owner of the jobs that fake_job() makes */

    tick_t now;
    tick_t step;                /* the clock goes on by so much each time that it is read */
    filetime_t set_forward;     /* by whoever set the clock of the system */
    bool keeps_files;           /* the mover does not let go when it is told to */
    struct fake_note notes[64]; /* of the mover, in order */
    unsigned int note_count;
    unsigned int wakes;    /* of the notifier */
    unsigned int released; /* targets */
    unsigned int checked;  /* directories */
    unsigned int published;
    unsigned int discarded;
    unsigned int farewells;
    unsigned int kept, dropped;      /* files that the cache was told of */
    WCHAR kept_path[FAKE_TEXT_SIZE]; /* of the last one */
    WCHAR kept_name[FAKE_TEXT_SIZE];
    WCHAR dropped_name[FAKE_TEXT_SIZE];
    bool is_kept_with_sum;         /* the sum was of the whole file */
    bool is_record_deleted;        /* what the cache says of those that it was told of */
    unsigned int publish_fails_at; /* the n-th publish fails, counted from 1; 0: none */
    HRESULT publish_error;
    HRESULT discard_error;
    HRESULT directory_error;
    /* Is the file there? NULL: all are. */
    bool (*has_file)(struct fake_world *world, const WCHAR *name);
    void (*on_publish)(struct fake_world *world); /* what happens meanwhile; NULL: nothing */
    void (*on_release)(struct fake_world *world); /* what the client does then; NULL: nothing */
};

void fake_world_init(struct fake_world *world);
/* The same, with a store (see fake_store.h). */
void fake_world_init_kept(struct fake_world *world, const struct store_ops *store, void *ctx);
/* Ends what runs, and checks that no job is left behind by a holder. */
void fake_world_done(struct fake_world *world);

/* A suspended download job with this many files; the caller holds JOB_HOLDER_CALLER. */
struct job *fake_job(struct fake_world *world, uint32_t files);

/* Lets time pass; the scheduler runs at every deadline in between, as its thread would. */
void fake_advance(struct fake_world *world, tick_t ms);
/* Runs the scheduler once. */
void fake_schedule(struct fake_world *world);

/* The epoch in which the mover was last told to start the job; 0 when it was stopped after that. */
uint32_t fake_running_epoch(const struct fake_world *world, const struct job *job);
unsigned int fake_count_starts(const struct fake_world *world, const struct job *job);
unsigned int fake_count_stops(const struct fake_world *world, const struct job *job);

/* Plays the mover: fetches bytes of the next file up to the given offset (of a remote file of the
 * given size), and finishes the file when that is its end. False when the run is over. */
bool fake_fetch(struct fake_world *world, struct job *job, uint64_t size, uint64_t up_to);
/* Fails the run that the mover works on; it lets go when it is told to stop. */
void fake_fail(struct fake_world *world, struct job *job, HRESULT code);
/* Plays the mover up to the end of the job, and lets go. */
void fake_finish(struct fake_world *world, struct job *job);
#endif
