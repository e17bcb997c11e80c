/* SPDX-License-Identifier: LGPL-2.1-or-later
 *
 * One job and the processes that it survives: each is killed at its point, the last one brings the
 * job to its end. */
#ifndef OPENBITS_TESTS_KILL_LIFE_H
#define OPENBITS_TESTS_KILL_LIFE_H

#include "kill_client.h"

#define LIFE_LARGE 2097152u
#define LIFE_HALF  (LIFE_LARGE / 2)

struct life
{
    unsigned int files; /* at least 2 */
    bool is_cancelled;  /* else completed */
    bool is_held;       /* when the flags are changed half of the first file is there, and no more
                           comes before a kill */
    bool is_slow;       /* long enough that checkpoints come in it */
    bool is_chain;      /* no point of it may be passed before its turn */
    /* Done between the first kill and the next process; NULL: nothing. */
    void (*between)(const struct client_plan *plan);
    uint64_t again; /* bytes that must be fetched again because of that */
};

/* After com_start(); an origin, and a place for what is kept. */
void life_start(void);
/* The last word. */
void life_end(void);

/* The first process only, and no check of what becomes of it; fills the plan. */
void live_once(const struct life *life, const struct kill *kill, struct client_plan *plan);
/* How much was fetched of the files. */
void life_check_bytes(const struct life *life, const struct client_plan *plan, unsigned int kills);
/* The name of what is kept of it. Returns the buffer. */
WCHAR *life_kept(const WCHAR *name, WCHAR path[MAX_PATH]);
uint64_t life_size_of(const struct life *life, unsigned int index);

/* Checks each process, the files, and how much was fetched. */
void live(const struct life *life, const struct kill *kills, unsigned int count);

/* True: a long run was asked for. */
bool is_nightly(void);

#endif
