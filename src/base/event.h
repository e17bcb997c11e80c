/* SPDX-License-Identifier: LGPL-2.1-or-later
 *
 * Milestones for whoever operates the machine, with the numbers of Windows' event log (operations
 * pages "Peer Caching Client, Server, Cache"): one line of JSON each. For any thread, with or
 * without locks held. No secrets: as for log lines. */
#ifndef OPENBITS_BASE_EVENT_H
#define OPENBITS_BASE_EVENT_H

#include "base/types.h"

enum event_id
{
    EVENT_SERVER_LISTENS = 10,
    EVENT_SERVER_FAILED = 11,
    EVENT_SERVER_STOPPED = 12,
    EVENT_CLIENT_LISTENS = 13,
    EVENT_CLIENT_STOPPED = 15,
    EVENT_SEARCH_BEGAN = 27,
    EVENT_SEARCH_ENDED = 28,
    EVENT_RECORD_FOUND = 32,
    EVENT_CACHE_CORRUPT = 78,
    EVENT_ANSWER_INVALID = 101,
};

#define EVENT_LINE_MAX 1024

#ifdef __MINGW32__
#define EVENT_PRINTF __attribute__((format(gnu_printf, 2, 3)))
#else
#define EVENT_PRINTF __attribute__((format(printf, 2, 3)))
#endif

/* The detail is for people: what, which, why. */
EVENT_PRINTF
void event_write(enum event_id id, const char *detail, ...);

/* Gets each line, with its line feed; does not wait for long. False: it was lost. NULL: nobody
 * reads them. */
typedef bool (*event_sink_fn)(const char *line);
void event_set_sink(event_sink_fn sink);

/* Lines that were lost since the start. */
uint32_t event_lost(void);

#endif
