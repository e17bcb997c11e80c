/* SPDX-License-Identifier: LGPL-2.1-or-later
 *
 * Sessions of jobs that were cancelled: the server is told with Cancel-Session, again and again
 * while it cannot be reached. Belongs to the mover's thread. */
#ifndef OPENBITS_TRANSFER_UPLOAD_FAREWELL_H
#define OPENBITS_TRANSFER_UPLOAD_FAREWELL_H

#include "base/list.h"
#include "job/job_upload.h"
#include "transfer/upload_request.h"

struct upload_farewell;

/* Takes over the reference of transfer_ops.farewell and puts itself into the list, from which it
 * goes when all is said. Without memory nothing is said, before the next start. */
void upload_farewell_start(const struct http_get *http, struct job *job, struct list *farewells);

/* What is due by now, and the next time. */
tick_t upload_farewells_tick(struct list *farewells, tick_t now);

/* Goes away unsaid: the store knows of them. */
void upload_farewells_stop(struct list *farewells);

#endif
