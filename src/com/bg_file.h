/* SPDX-License-Identifier: LGPL-2.1-or-later
 *
 * One file of a job, as IBackgroundCopyFile to IBackgroundCopyFile6. */
#ifndef OPENBITS_COM_BG_FILE_H
#define OPENBITS_COM_BG_FILE_H

#include <windows.h>
#include <objbase.h>

#include "bits10_1.h"

#include "base/types.h"

struct job;

/* A front of its own for each call. */
HRESULT bg_file_create(struct job *job, uint32_t index, IBackgroundCopyFile6 **out);

#endif
