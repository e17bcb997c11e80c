/* SPDX-License-Identifier: LGPL-2.1-or-later
 *
 * IBackgroundCopyGroup: a job as the queue manager of BITS 1.0 shows it. Properties are in
 * qmgr_group_props.c. */
#include <stdlib.h>

#include "bitsmsg.h"
#include "com/bg_callback.h"
#include "com/bg_job.h"
#include "com/caller.h"
#include "com/qmgr_fronts.h"
#include "job/job.h"
#include "job/legacy_group.h"

struct qmgr_group
{
    IBackgroundCopyGroup IBackgroundCopyGroup_iface;
    struct com_front front;
    struct job *job; /* JOB_HOLDER_FRONT; immutable after create */
};

static inline struct qmgr_group *impl_from_IBackgroundCopyGroup(IBackgroundCopyGroup *iface)
{
    return CONTAINING_RECORD(iface, struct qmgr_group, IBackgroundCopyGroup_iface);
}

struct job *qmgr_group_job(IBackgroundCopyGroup *iface)
{
    return impl_from_IBackgroundCopyGroup(iface)->job;
}

HRESULT qmgr_check_client(struct job *job)
{
    struct caller_facts client;
    HRESULT hr = caller_get_client(&client);

    return hr == S_OK ? job_check_access(job, &client) : hr;
}

static HRESULT WINAPI qmgr_group_QueryInterface(IBackgroundCopyGroup *iface, REFIID iid, void **out)
{
    static const IID *const iids[] = {&IID_IBackgroundCopyGroup, NULL};
    struct qmgr_group *group = impl_from_IBackgroundCopyGroup(iface);
    HRESULT hr;

    if (!out) return E_POINTER;
    *out = NULL;
    if (!com_is_identity(iid) && FAILED(hr = qmgr_check_client(group->job))) return hr;
    return com_front_query(&group->front, iface, iids, iid, out);
}

static ULONG WINAPI qmgr_group_AddRef(IBackgroundCopyGroup *iface)
{
    return com_front_addref(&impl_from_IBackgroundCopyGroup(iface)->front);
}

static void destroy(struct qmgr_group *group)
{
    job_release(group->job, JOB_HOLDER_FRONT);
    com_front_done(&group->front);
    free(group);
}

static ULONG WINAPI qmgr_group_Release(IBackgroundCopyGroup *iface)
{
    struct qmgr_group *group = impl_from_IBackgroundCopyGroup(iface);
    ULONG ref = com_front_release(&group->front);

    if (!ref) destroy(group);
    return ref;
}

/* ---- progress and state ---- */

static DWORD clamp(uint64_t value)
{
    return value > UINT32_MAX ? UINT32_MAX : (DWORD)value;
}

static DWORD percent_of(const struct job_progress *progress)
{
    uint64_t total = progress->bytes_total, done = progress->bytes_transferred;

    if (progress->files_total && progress->files_transferred == progress->files_total) return 100;
    if (total == JOB_SIZE_UNKNOWN || !total) return 0;
    /* A product could go over its end. */
    return (DWORD)(total < 100                 ? done * 100 / total
                   : done / (total / 100) > 99 ? 99
                                               : done / (total / 100));
}

HRESULT qmgr_get_progress(struct job *job, DWORD kind, DWORD *out)
{
    struct job_progress progress;

    if (!out) return E_INVALIDARG;
    *out = 0;
    if (kind == QM_PROGRESS_TIME_DONE) return E_NOTIMPL;
    if (kind != QM_PROGRESS_PERCENT_DONE && kind != QM_PROGRESS_SIZE_DONE) return E_INVALIDARG;
    job_get_progress(job, &progress);
    *out =
        kind == QM_PROGRESS_SIZE_DONE ? clamp(progress.bytes_transferred) : percent_of(&progress);
    return S_OK;
}

static HRESULT WINAPI qmgr_group_GetProgress(IBackgroundCopyGroup *iface, DWORD kind, DWORD *out)
{
    return qmgr_get_progress(qmgr_group_job(iface), kind, out);
}

/* New, failed and finished groups are suspended. */
static DWORD status_of(enum job_state state)
{
    switch (state)
    {
    case JOB_SUSPENDED:
        return QM_STATUS_GROUP_INCOMPLETE | QM_STATUS_GROUP_SUSPENDED;
    case JOB_ERROR:
        return QM_STATUS_GROUP_INCOMPLETE | QM_STATUS_GROUP_SUSPENDED | QM_STATUS_GROUP_ERROR;
    case JOB_TRANSFERRED:
    case JOB_ACKNOWLEDGED:
        return QM_STATUS_GROUP_COMPLETE | QM_STATUS_GROUP_SUSPENDED;
    case JOB_CANCELLED:
        return QM_STATUS_GROUP_INCOMPLETE | QM_STATUS_GROUP_SUSPENDED;
    default:
        return QM_STATUS_GROUP_INCOMPLETE;
    }
}

static HRESULT WINAPI qmgr_group_GetStatus(IBackgroundCopyGroup *iface, DWORD *status,
                                           DWORD *job_index)
{
    struct job *job = qmgr_group_job(iface);

    if (status) *status = 0;
    if (job_index) *job_index = 0;
    if (!status || !job_index) return E_INVALIDARG;
    *status = status_of(job_state(job));
    if (job_priority(job) == JOB_PRIORITY_FOREGROUND) *status |= QM_STATUS_GROUP_FOREGROUND;
    return S_OK;
}

static HRESULT WINAPI qmgr_group_get_Size(IBackgroundCopyGroup *iface, DWORD *out)
{
    struct job_progress progress;

    if (!out) return E_INVALIDARG;
    job_get_progress(qmgr_group_job(iface), &progress);
    /* What is not known yet is not there yet. */
    *out = progress.bytes_total == JOB_SIZE_UNKNOWN ? 0 : clamp(progress.bytes_total);
    return S_OK;
}

static HRESULT WINAPI qmgr_group_get_GroupID(IBackgroundCopyGroup *iface, GUID *out)
{
    if (!out) return E_INVALIDARG;
    *out = *job_id(qmgr_group_job(iface));
    return S_OK;
}

/* ---- control ---- */

static HRESULT WINAPI qmgr_group_SuspendGroup(IBackgroundCopyGroup *iface)
{
    return qmgr_from_core(job_suspend(qmgr_group_job(iface)));
}

static HRESULT WINAPI qmgr_group_ResumeGroup(IBackgroundCopyGroup *iface)
{
    return qmgr_from_core(job_resume(qmgr_group_job(iface)));
}

/* What is whole stays: that is an early Complete. */
static HRESULT WINAPI qmgr_group_CancelGroup(IBackgroundCopyGroup *iface)
{
    HRESULT hr = job_complete(qmgr_group_job(iface));

    return SUCCEEDED(hr) ? S_OK : qmgr_from_core(hr);
}

static HRESULT WINAPI qmgr_group_SwitchToForeground(IBackgroundCopyGroup *iface)
{
    return qmgr_from_core(job_set_priority(qmgr_group_job(iface), JOB_PRIORITY_FOREGROUND));
}

/* ---- the job inside ---- */

static HRESULT WINAPI qmgr_group_GetJob(IBackgroundCopyGroup *iface, GUID id,
                                        IBackgroundCopyJob1 **out)
{
    struct legacy_group group;

    if (!out) return E_INVALIDARG;
    *out = NULL;
    job_get_legacy(qmgr_group_job(iface), &group);
    if (!group.has_job || !IsEqualGUID(&group.job_id, &id)) return QM_E_ITEM_NOT_FOUND;
    return qmgr_job_create(qmgr_group_job(iface), out);
}

static HRESULT WINAPI qmgr_group_CreateJob(IBackgroundCopyGroup *iface, GUID id,
                                           IBackgroundCopyJob1 **out)
{
    IBackgroundCopyJob1 *job;
    HRESULT hr;

    if (!out) return E_INVALIDARG;
    *out = NULL;
    if (FAILED(hr = qmgr_job_create(qmgr_group_job(iface), &job))) return hr;
    if (FAILED(hr = job_legacy_create_job(qmgr_group_job(iface), &id)))
    {
        IBackgroundCopyJob1_Release(job);
        return qmgr_from_core(hr);
    }
    *out = job;
    return S_OK;
}

static HRESULT WINAPI qmgr_group_EnumJobs(IBackgroundCopyGroup *iface, DWORD flags,
                                          IEnumBackgroundCopyJobs1 **out)
{
    struct legacy_group group;
    GUID *ids;

    if (!out) return E_INVALIDARG;
    *out = NULL;
    if (flags) return E_NOTIMPL;
    if (!(ids = malloc(sizeof(*ids)))) return E_OUTOFMEMORY;
    job_get_legacy(qmgr_group_job(iface), &group);
    *ids = group.job_id;
    return qmgr_enum_create_jobs(ids, group.has_job, out);
}

/* ---- to the newer interfaces ---- */

static HRESULT WINAPI qmgr_group_QueryNewJobInterface(IBackgroundCopyGroup *iface, REFIID iid,
                                                      IUnknown **out)
{
    IBackgroundCopyJob5 *job;
    HRESULT hr;

    if (!out) return E_INVALIDARG;
    *out = NULL;
    if (!iid) return E_INVALIDARG;
    if (FAILED(hr = bg_job_create(qmgr_group_job(iface), &job))) return hr;
    hr = IBackgroundCopyJob5_QueryInterface(job, iid, (void **)out);
    IBackgroundCopyJob5_Release(job);
    return hr;
}

static HRESULT WINAPI qmgr_group_SetNotificationPointer(IBackgroundCopyGroup *iface, REFIID iid,
                                                        IUnknown *client)
{
    struct bg_callback *callback = NULL;
    HRESULT hr;

    if (!iid) return E_INVALIDARG;
    if (!IsEqualGUID(iid, &IID_IBackgroundCopyCallback1) &&
        !IsEqualGUID(iid, &IID_IBackgroundCopyCallback) && !IsEqualGUID(iid, &IID_IUnknown))
        return E_NOINTERFACE;
    if (client && FAILED(hr = bg_callback_create(client, &callback))) return hr;
    hr = job_set_notify_target(qmgr_group_job(iface), callback);
    if (FAILED(hr) && callback) bg_callback_destroy(callback);
    return qmgr_from_core(hr);
}

static const IBackgroundCopyGroupVtbl qmgr_group_vtbl = {
    qmgr_group_QueryInterface,
    qmgr_group_AddRef,
    qmgr_group_Release,
    /* IBackgroundCopyGroup */
    qmgr_group_GetProp,
    qmgr_group_SetProp,
    qmgr_group_GetProgress,
    qmgr_group_GetStatus,
    qmgr_group_GetJob,
    qmgr_group_SuspendGroup,
    qmgr_group_ResumeGroup,
    qmgr_group_CancelGroup,
    qmgr_group_get_Size,
    qmgr_group_get_GroupID,
    qmgr_group_CreateJob,
    qmgr_group_EnumJobs,
    qmgr_group_SwitchToForeground,
    qmgr_group_QueryNewJobInterface,
    qmgr_group_SetNotificationPointer,
};

HRESULT qmgr_group_create(struct job *core, IBackgroundCopyGroup **out)
{
    struct qmgr_group *group;
    HRESULT hr;

    *out = NULL;
    if (!(group = calloc(1, sizeof(*group)))) return E_OUTOFMEMORY;
    group->IBackgroundCopyGroup_iface.lpVtbl = &qmgr_group_vtbl;
    group->job = core;
    job_addref(core, JOB_HOLDER_FRONT);
    if (FAILED(hr = com_front_init(&group->front, &group->IBackgroundCopyGroup_iface)))
    {
        destroy(group);
        return hr;
    }
    *out = &group->IBackgroundCopyGroup_iface;
    return S_OK;
}
