/* SPDX-License-Identifier: LGPL-2.1-or-later
 *
 * Groups of the queue manager of BITS 1.0. Main thread only. */
#ifndef OPENBITS_TESTS_QMGR_FIXTURE_H
#define OPENBITS_TESTS_QMGR_FIXTURE_H

#include "download_fixture.h"

#include <windows.h>
#include <objbase.h>
#include <oleauto.h>

#include "qmgr.h"

/* COM, the origin of the download fixture, and a queue manager; false, with a skip, without one. */
bool qmgr_start(void);
void qmgr_stop(void);
extern IBackgroundCopyQMgr *qmgr;

/* A new group under a random id, and its job. */
IBackgroundCopyGroup *create_group(GUID *id);
IBackgroundCopyJob1 *create_job1(IBackgroundCopyGroup *group, GUID *id);
/* The job behind the group, for com_fixture's functions. */
IBackgroundCopyJob *job_of(IBackgroundCopyGroup *group);
/* Adds the origin's file, to be saved under the name. */
HRESULT add_file1(IBackgroundCopyJob1 *job, const char *path, const WCHAR *name);
HRESULT add_names1(IBackgroundCopyJob1 *job, const WCHAR *url, const WCHAR *local);
/* Cancels what is there and releases it. */
void end_group(IBackgroundCopyGroup *group);

DWORD group_status(IBackgroundCopyGroup *group);

#endif
