/* SPDX-License-Identifier: LGPL-2.1-or-later
 *
 * Enumerators of jobs and of files: a snapshot of which ones there are, live in what they say. */
#ifndef OPENBITS_COM_BG_ENUM_H
#define OPENBITS_COM_BG_ENUM_H

#include <windows.h>
#include <objbase.h>

#include "bits.h"

#include "base/types.h"

struct job;

/* Takes over the array, which is from malloc(), and its references (JOB_HOLDER_CALLER), on failure
 * too. */
HRESULT bg_enum_create_jobs(struct job **jobs, uint32_t count, IEnumBackgroundCopyJobs **out);

/* The files that the job has now. */
HRESULT bg_enum_create_files(struct job *job, IEnumBackgroundCopyFiles **out);

#endif
