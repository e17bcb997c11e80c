/* SPDX-License-Identifier: LGPL-2.1-or-later
 *
 * The file of events beside the queue: openbits-events.jsonl, and before that one
 * openbits-events.1.jsonl. */
#ifndef OPENBITS_SERVICE_EVENT_FILE_H
#define OPENBITS_SERVICE_EVENT_FILE_H

/* From now on events are written there, as far as they can be. */
void event_file_open(void);
void event_file_close(void);

#endif
