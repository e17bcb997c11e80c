/* SPDX-License-Identifier: LGPL-2.1-or-later
 *
 * A job, as IBackgroundCopyJob to IBackgroundCopyJob5. */
#ifndef OPENBITS_COM_BG_JOB_H
#define OPENBITS_COM_BG_JOB_H

#include <windows.h>
#include <objbase.h>

#include "bits5_0.h"

struct job;

/* A front of its own for each call; two fronts of one job are two objects to COM. */
HRESULT bg_job_create(struct job *job, IBackgroundCopyJob5 **out);

#endif
