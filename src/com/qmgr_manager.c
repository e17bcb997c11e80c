/* SPDX-License-Identifier: LGPL-2.1-or-later
 *
 * IBackgroundCopyQMgr: makes, finds and lists groups. An interface of the manager. */
#include <stdlib.h>

#include "bitsmsg.h"
#include "com/bg_manager_private.h"
#include "com/caller.h"
#include "com/qmgr_fronts.h"
#include "job/job.h"
#include "job/legacy_group.h"
#include "job/queue.h"

static inline struct bg_manager *impl_from_IBackgroundCopyQMgr(IBackgroundCopyQMgr *iface)
{
    return CONTAINING_RECORD(iface, struct bg_manager, IBackgroundCopyQMgr_iface);
}

static HRESULT WINAPI qmgr_manager_QueryInterface(IBackgroundCopyQMgr *iface, REFIID iid,
                                                  void **out)
{
    struct bg_manager *manager = impl_from_IBackgroundCopyQMgr(iface);
    return IBackgroundCopyManager_QueryInterface(&manager->IBackgroundCopyManager_iface, iid, out);
}

static ULONG WINAPI qmgr_manager_AddRef(IBackgroundCopyQMgr *iface)
{
    struct bg_manager *manager = impl_from_IBackgroundCopyQMgr(iface);
    return IBackgroundCopyManager_AddRef(&manager->IBackgroundCopyManager_iface);
}

static ULONG WINAPI qmgr_manager_Release(IBackgroundCopyQMgr *iface)
{
    struct bg_manager *manager = impl_from_IBackgroundCopyQMgr(iface);
    return IBackgroundCopyManager_Release(&manager->IBackgroundCopyManager_iface);
}

HRESULT qmgr_from_core(HRESULT hr)
{
    switch (hr)
    {
    case BG_E_NOT_FOUND:
        return QM_E_ITEM_NOT_FOUND;
    case BG_E_INVALID_STATE:
        return QM_E_INVALID_STATE;
    case BG_E_STRING_TOO_LONG:
        return E_INVALIDARG;
    default:
        return hr;
    }
}

static HRESULT WINAPI qmgr_manager_CreateGroup(IBackgroundCopyQMgr *iface, GUID id,
                                               IBackgroundCopyGroup **out)
{
    struct bg_manager *manager = impl_from_IBackgroundCopyQMgr(iface);
    struct caller_facts caller;
    struct job *job;
    HRESULT hr;

    if (!out) return E_INVALIDARG;
    *out = NULL;
    if (FAILED(hr = caller_get(&caller))) return hr;
    if (FAILED(hr = queue_add_group(manager->engine.queue, &id, &caller, &job))) return hr;
    /* Nobody knows of a group that has no front, and nobody shall. */
    if (FAILED(hr = qmgr_group_create(job, out))) job_cancel(job);
    job_release(job, JOB_HOLDER_CALLER);
    return hr;
}

static bool is_group(struct job *job)
{
    struct legacy_group group;

    job_get_legacy(job, &group);
    return group.is_group;
}

/* An administrator who gets somebody else's group owns it from then on. */
static HRESULT take_over(struct job *job, const struct caller_facts *caller)
{
    struct caller_facts owner;

    job_get_owner(job, &owner);
    return access_is_same_user(caller, &owner) ? S_OK : job_take_ownership(job, caller);
}

static HRESULT WINAPI qmgr_manager_GetGroup(IBackgroundCopyQMgr *iface, GUID id,
                                            IBackgroundCopyGroup **out)
{
    struct bg_manager *manager = impl_from_IBackgroundCopyQMgr(iface);
    struct caller_facts caller;
    struct job *job;
    HRESULT hr;

    if (!out) return E_INVALIDARG;
    *out = NULL;
    if (FAILED(hr = caller_get(&caller))) return hr;
    if (FAILED(hr = queue_find_job(manager->engine.queue, &id, &caller, &job)))
        return qmgr_from_core(hr);
    if (!is_group(job))
        hr = QM_E_ITEM_NOT_FOUND;
    else if (SUCCEEDED(hr = qmgr_from_core(take_over(job, &caller))))
        hr = qmgr_group_create(job, out);
    job_release(job, JOB_HOLDER_CALLER);
    return hr;
}

/* Drops the jobs and their array. */
static HRESULT take_group_ids(struct job **jobs, uint32_t count, GUID **ids, uint32_t *id_count)
{
    *id_count = 0;
    *ids = malloc((count + 1) * sizeof(**ids));
    for (uint32_t i = 0; i < count; i++)
    {
        if (*ids && is_group(jobs[i])) (*ids)[(*id_count)++] = *job_id(jobs[i]);
        job_release(jobs[i], JOB_HOLDER_CALLER);
    }
    free(jobs);
    return *ids ? S_OK : E_OUTOFMEMORY;
}

static HRESULT WINAPI qmgr_manager_EnumGroups(IBackgroundCopyQMgr *iface, DWORD flags,
                                              IEnumBackgroundCopyGroups **out)
{
    struct bg_manager *manager = impl_from_IBackgroundCopyQMgr(iface);
    struct caller_facts caller;
    uint32_t count, id_count;
    struct job **jobs;
    HRESULT hr;
    GUID *ids;

    if (!out) return E_INVALIDARG;
    *out = NULL;
    if (flags) return E_NOTIMPL;
    if (FAILED(hr = caller_get(&caller))) return hr;
    hr = queue_list_jobs(manager->engine.queue, &caller, caller.is_admin, &jobs, &count);
    if (FAILED(hr)) return hr;
    if (FAILED(hr = take_group_ids(jobs, count, &ids, &id_count))) return hr;
    return qmgr_enum_create_groups(ids, id_count, out);
}

const IBackgroundCopyQMgrVtbl qmgr_manager_vtbl = {
    qmgr_manager_QueryInterface,
    qmgr_manager_AddRef,
    qmgr_manager_Release,
    /* IBackgroundCopyQMgr */
    qmgr_manager_CreateGroup,
    qmgr_manager_GetGroup,
    qmgr_manager_EnumGroups,
};
