/* SPDX-License-Identifier: LGPL-2.1-or-later
 *
 * The queue manager of BITS 1.0 over the same queue: a group is a job, and the job inside it is
 * another view of that. Each call of a create function makes a front of its own. */
#ifndef OPENBITS_COM_QMGR_FRONTS_H
#define OPENBITS_COM_QMGR_FRONTS_H

#include <windows.h>
#include <objbase.h>

#include "qmgr.h"

#include "com/com_util.h"
#include "job/job_notify.h"

struct job;

HRESULT qmgr_group_create(struct job *job, IBackgroundCopyGroup **out);
HRESULT qmgr_job_create(struct job *job, IBackgroundCopyJob1 **out);

/* Snapshots of ids; they take over the array, which is from malloc(), on failure too. */
HRESULT qmgr_enum_create_groups(GUID *ids, uint32_t count, IEnumBackgroundCopyGroups **out);
HRESULT qmgr_enum_create_jobs(GUID *ids, uint32_t count, IEnumBackgroundCopyJobs1 **out);

/* The codes of the core in the words of these interfaces. */
HRESULT qmgr_from_core(HRESULT hr);
/* GetProgress of both. */
HRESULT qmgr_get_progress(struct job *job, DWORD kind, DWORD *out);
/* The right to use a job, looked at in QueryInterface. */
HRESULT qmgr_check_client(struct job *job);

/* qmgr_group_props.c */
HRESULT WINAPI qmgr_group_GetProp(IBackgroundCopyGroup *iface, GROUPPROP id, VARIANT *out);
HRESULT WINAPI qmgr_group_SetProp(IBackgroundCopyGroup *iface, GROUPPROP id, VARIANT *value);
struct job *qmgr_group_job(IBackgroundCopyGroup *iface);

/* qmgr_callback.c */
HRESULT qmgr_callback_tell(IBackgroundCopyCallback1 *client, const struct notify_event *event);
/* Makes the group tell an object of the class; a zero id takes it away. Not kept: the client sets
 * it again after a restart. */
HRESULT qmgr_callback_set_class(struct job *job, const CLSID *clsid);

#endif
