/* SPDX-License-Identifier: LGPL-2.1-or-later
 *
 * A second process of a test program: it runs one function by name, says when it is ready, and
 * stays until it is told to end, or is killed. */
#ifndef OPENBITS_TESTS_HOST_PROCESS_H
#define OPENBITS_TESTS_HOST_PROCESS_H

#include "harness/com_fixture.h"

struct host_process
{
    HANDLE process, ready, stop;
};

/* Waits until it is ready; a failed check when it does not get there. */
bool host_start(struct host_process *host, const char *role, const char *argument);
/* Ends it; a failed check unless all of its own checks were good. */
void host_end(struct host_process *host);
/* As a crash. */
void host_kill(struct host_process *host);

/* In the other process: its role, or NULL in the first one. */
const char *host_role(const char **argument);
void host_is_ready(void);
/* Lets calls in until host_end(). */
void host_wait_for_end(void);

#endif
