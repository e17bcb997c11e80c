/* SPDX-License-Identifier: LGPL-2.1-or-later
 *
 * Named moments at which the engine's process ends itself as a crash would: the ports of the core
 * to the store and to local files, wrapped. For a program that has the engine linked in. */
#ifndef OPENBITS_TESTS_KILL_PORTS_H
#define OPENBITS_TESTS_KILL_PORTS_H

#include "harness/engine_fixture.h"

/* What the client is doing. */
enum client_step
{
    STEP_NONE,
    STEP_CREATE,
    STEP_ADD,     /* one file */
    STEP_ADD_SET, /* the others */
    STEP_RESUME,
    STEP_FLAGS,
    STEP_TRANSFER, /* waits */
    STEP_END,      /* Complete or Cancel */
    STEP_COUNT
};

/* Commits of what a client's call has changed, then of what the engine does by itself, then steps
 * on files. */
enum kill_point
{
    KILL_NEVER,
    KILL_CREATE,
    KILL_ADD,
    KILL_ADD_SET,
    KILL_RESUME,
    KILL_FLAGS,
    KILL_CHECKPOINT,
    KILL_FILE_DONE,
    KILL_JOB_DONE,
    KILL_COMPLETE, /* its beginning */
    KILL_CANCEL,   /* its beginning */
    KILL_RENAME,
    KILL_DISCARD,
    KILL_REMOVE,
    KILL_POINT_COUNT
};

struct kill
{
    enum kill_point point;
    unsigned int count; /* the so-manieth time, from 1 */
    bool is_after;
};

/* The exit code of a process that came to its point. */
#define KILLED 99

/* For messages; in storage of its own. */
const char *kill_name(const struct kill *kill, char text[64]);

/* Before the engine starts. Each file that gets its name leaves a byte in the file of this name. */
void kill_ports_arm(const struct kill *kill, const WCHAR *renames);
void kill_ports_enter(enum client_step step);

/* For runtime_config. */
void kill_ports_plug(struct queue_ports *ports);

#endif
