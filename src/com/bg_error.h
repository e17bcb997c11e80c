/* SPDX-License-Identifier: LGPL-2.1-or-later
 *
 * What went wrong with a job, as it was at one moment. */
#ifndef OPENBITS_COM_BG_ERROR_H
#define OPENBITS_COM_BG_ERROR_H

#include <windows.h>
#include <objbase.h>

#include "bits.h"

#include "job/job_types.h"

struct job;

HRESULT bg_error_create(struct job *job, const struct job_error *error, IBackgroundCopyError **out);

#endif
