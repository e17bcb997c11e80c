/* SPDX-License-Identifier: LGPL-2.1-or-later
 *
 * The client of an engine that is killed, both in one process: it takes a job from CreateJob to its
 * end. Started again it finds out how far that is, which must be what it was told or was being told
 * when it died, and goes on from there. */
#ifndef OPENBITS_TESTS_KILL_CLIENT_H
#define OPENBITS_TESTS_KILL_CLIENT_H

#include "kill_ports.h"

#define FILES_FOLDER L"files"
#define KEEP_FOLDER  L"keep" /* beside it */
#define QUEUE_NAME   L"queue.db"
#define STEPS_NAME   L"steps"
#define RENAMES_NAME L"renames"
#define FLAGS        3 /* of peer caching */

struct client_plan
{
    WCHAR folder[MAX_PATH]; /* for the files, without the last backslash */
    char url[128];          /* of the files, without their numbers */
    unsigned int files;
    bool is_cancelled; /* else completed */
    uint64_t flags_at; /* bytes that are there when the flags are changed */
    struct kill kill;
};

/* The name of a file. Returns the buffer. */
WCHAR *client_file(const struct client_plan *plan, unsigned int index, WCHAR path[MAX_PATH]);

/* The arguments of a process that does it, as a command line from the role on; and back. */
void client_write_line(const struct client_plan *plan, WCHAR *line, size_t size);
/* False: this is not such a process. */
bool client_read_line(struct client_plan *plan);

/* The only job; NULL, and no failed check, when there is none. */
IBackgroundCopyJob *client_find_job(IBackgroundCopyManager *manager);

/* Of peer caching. */
DWORD client_flags(IBackgroundCopyJob *job);

/* The process that does it; failed checks are in its exit code. */
void client_run(const struct client_plan *plan);

#endif
