/* SPDX-License-Identifier: LGPL-2.1-or-later
 *
 * An upload to a path: a file of this machine, or of a share. It works on a thread of its own, for
 * a share may keep it waiting, and reports to the core by itself. */
#ifndef OPENBITS_TRANSFER_UPLOAD_COPY_H
#define OPENBITS_TRANSFER_UPLOAD_COPY_H

#include "job/job_upload.h"

struct upload_copy;

/* The plan must live until upload_copy_stop(). */
HRESULT upload_copy_start(struct job *job, uint32_t epoch, const struct upload_plan *plan,
                          struct upload_copy **out);

/* Waits for one read or write, which it ends when a server lets it wait. */
void upload_copy_stop(struct upload_copy *copy);

#endif
