/* SPDX-License-Identifier: LGPL-2.1-or-later
 *
 * The programs that are told of jobs: started as the owner of the job, waited for by the system's
 * thread pool. One leaf lock. */
#ifndef OPENBITS_NOTIFY_NOTIFY_COMMAND_H
#define OPENBITS_NOTIFY_NOTIFY_COMMAND_H

#include "job/access.h"
#include "job/job_notify.h"

struct notify_command;

/* self: the user whom programs of ours run as; jobs of others have none. */
HRESULT notify_command_create(const struct caller_facts *self, struct notify_command **out);

/* Programs go on and are not waited for any more; their events count as taken. Nobody may call
 * notify_command_run() any more. */
void notify_command_destroy(struct notify_command *command);

/* Starts the event's program and takes the event over; false when it cannot be started, and the
 * event is still the caller's. The file is exactly the one named, with its full path: nothing is
 * searched for, expanded, or given to a shell. */
bool notify_command_run(struct notify_command *command, const struct notify_event *event);

#endif
