/* SPDX-License-Identifier: LGPL-2.1-or-later
 *
 * What the queue manager of BITS 1.0 knows of a job beyond what every job has: there it is a group,
 * with an id that the client chose, and one job inside. */
#ifndef OPENBITS_JOB_LEGACY_GROUP_H
#define OPENBITS_JOB_LEGACY_GROUP_H

#include "job/access.h"

struct job;
struct queue;

/* A value; all zero for a job that is no group. */
struct legacy_group
{
    bool is_group;
    bool has_job;
    GUID job_id;       /* of the job inside */
    GUID notify_class; /* of the client's object; zero: none; not kept */
};

/* A suspended download job without a name, under the client's id: E_INVALIDARG when there is a job
 * of that id. *out holds a reference for JOB_HOLDER_CALLER. */
HRESULT queue_add_group(struct queue *queue, const GUID *id, const struct caller_facts *owner,
                        struct job **out);

void job_get_legacy(struct job *job, struct legacy_group *group);
/* The job inside: E_NOTIMPL for a second one, BG_E_INVALID_STATE while the group runs. */
HRESULT job_legacy_create_job(struct job *job, const GUID *id);
HRESULT job_legacy_set_class(struct job *job, const GUID *notify_class);

#endif
