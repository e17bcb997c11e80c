/* SPDX-License-Identifier: LGPL-2.1-or-later
 *
 * IBackgroundCopyManager: makes, finds and lists jobs. */
#include "com/bg_manager.h"

#include <stdlib.h>

#include "com/bg_enum.h"
#include "com/bg_job.h"
#include "com/bg_manager_private.h"
#include "com/caller.h"
#include "com/error_text.h"
#include "job/job.h"
#include "job/queue.h"

static inline struct bg_manager *impl_from_IBackgroundCopyManager(IBackgroundCopyManager *iface)
{
    return CONTAINING_RECORD(iface, struct bg_manager, IBackgroundCopyManager_iface);
}

static HRESULT WINAPI bg_manager_QueryInterface(IBackgroundCopyManager *iface, REFIID iid,
                                                void **out)
{
    static const IID *const iids[] = {&IID_IBackgroundCopyManager, NULL};
    struct bg_manager *manager = impl_from_IBackgroundCopyManager(iface);

    if (!out) return E_POINTER;
    if (IsEqualGUID(iid, &IID_IBitsPeerCacheAdministration))
        *out = &manager->IBitsPeerCacheAdministration_iface;
    else if (IsEqualGUID(iid, &IID_IBackgroundCopyQMgr))
        *out = &manager->IBackgroundCopyQMgr_iface;
    else
        return com_front_query(&manager->front, iface, iids, iid, out);

    com_front_addref(&manager->front);
    return S_OK;
}

static ULONG WINAPI bg_manager_AddRef(IBackgroundCopyManager *iface)
{
    return com_front_addref(&impl_from_IBackgroundCopyManager(iface)->front);
}

static ULONG WINAPI bg_manager_Release(IBackgroundCopyManager *iface)
{
    struct bg_manager *manager = impl_from_IBackgroundCopyManager(iface);
    ULONG ref = com_front_release(&manager->front);

    if (!ref)
    {
        com_front_done(&manager->front);
        free(manager);
    }
    return ref;
}

/* Drops the reference to the job. */
static HRESULT give_job(struct job *job, IBackgroundCopyJob **out)
{
    IBackgroundCopyJob5 *front;
    HRESULT hr = bg_job_create(job, &front);

    job_release(job, JOB_HOLDER_CALLER);
    if (FAILED(hr)) return hr;
    *out = (IBackgroundCopyJob *)front;
    return S_OK;
}

static HRESULT WINAPI bg_manager_CreateJob(IBackgroundCopyManager *iface, const WCHAR *name,
                                           BG_JOB_TYPE type, GUID *id, IBackgroundCopyJob **out)
{
    struct bg_manager *manager = impl_from_IBackgroundCopyManager(iface);
    struct caller_facts caller;
    struct job *job;
    HRESULT hr;

    if (id) *id = GUID_NULL;
    if (out) *out = NULL;
    if (!name || !id || !out) return E_INVALIDARG;
    if (FAILED(hr = caller_get(&caller))) return hr;
    if (FAILED(hr = queue_add_job(manager->engine.queue, name, type, &caller, &job))) return hr;

    *id = *job_id(job);
    job_addref(job, JOB_HOLDER_CALLER);
    if (FAILED(hr = give_job(job, out)))
    {
        /* Nobody knows of the job yet, and nobody shall. */
        *id = GUID_NULL;
        job_cancel(job);
    }
    job_release(job, JOB_HOLDER_CALLER);
    return hr;
}

static HRESULT WINAPI bg_manager_GetJob(IBackgroundCopyManager *iface, REFGUID id,
                                        IBackgroundCopyJob **out)
{
    struct bg_manager *manager = impl_from_IBackgroundCopyManager(iface);
    struct caller_facts caller;
    struct job *job;
    HRESULT hr;

    if (!out) return E_INVALIDARG;
    *out = NULL;
    if (!id) return E_INVALIDARG;
    if (FAILED(hr = caller_get(&caller))) return hr;
    if (FAILED(hr = queue_find_job(manager->engine.queue, id, &caller, &job))) return hr;
    return give_job(job, out);
}

static HRESULT WINAPI bg_manager_EnumJobs(IBackgroundCopyManager *iface, DWORD flags,
                                          IEnumBackgroundCopyJobs **out)
{
    struct bg_manager *manager = impl_from_IBackgroundCopyManager(iface);
    struct caller_facts caller;
    struct job **jobs;
    uint32_t count;
    HRESULT hr;

    if (!out) return E_INVALIDARG;
    *out = NULL;
    if (flags & ~(DWORD)BG_JOB_ENUM_ALL_USERS) return E_INVALIDARG;
    if (FAILED(hr = caller_get(&caller))) return hr;
    hr = queue_list_jobs(manager->engine.queue, &caller, flags & BG_JOB_ENUM_ALL_USERS, &jobs,
                         &count);
    return FAILED(hr) ? hr : bg_enum_create_jobs(jobs, count, out);
}

static HRESULT WINAPI bg_manager_GetErrorDescription(IBackgroundCopyManager *iface, HRESULT code,
                                                     DWORD language, WCHAR **out)
{
    WCHAR text[ERROR_TEXT_SIZE];
    HRESULT hr;

    (void)iface;
    if (!out) return E_INVALIDARG;
    *out = NULL;
    if (FAILED(hr = error_text_format(code, language, text))) return hr;
    return com_copy_string(text, out);
}

static const IBackgroundCopyManagerVtbl bg_manager_vtbl = {
    bg_manager_QueryInterface,
    bg_manager_AddRef,
    bg_manager_Release,
    /* IBackgroundCopyManager */
    bg_manager_CreateJob,
    bg_manager_GetJob,
    bg_manager_EnumJobs,
    bg_manager_GetErrorDescription,
};

HRESULT bg_manager_create(const struct com_engine *engine, IBackgroundCopyManager **out)
{
    struct bg_manager *manager;
    HRESULT hr;

    *out = NULL;
    if (!(manager = calloc(1, sizeof(*manager)))) return E_OUTOFMEMORY;
    manager->IBackgroundCopyManager_iface.lpVtbl = &bg_manager_vtbl;
    manager->IBitsPeerCacheAdministration_iface.lpVtbl = &bg_peer_admin_vtbl;
    manager->IBackgroundCopyQMgr_iface.lpVtbl = &qmgr_manager_vtbl;
    manager->engine = *engine;
    if (FAILED(hr = com_front_init(&manager->front, &manager->IBackgroundCopyManager_iface)))
    {
        com_front_done(&manager->front);
        free(manager);
        return hr;
    }
    *out = &manager->IBackgroundCopyManager_iface;
    return S_OK;
}
