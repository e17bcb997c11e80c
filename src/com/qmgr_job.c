/* SPDX-License-Identifier: LGPL-2.1-or-later
 *
 * IBackgroundCopyJob1: the one job of a group. */
#include <stdlib.h>

#include <windows.h>
#include <objbase.h>
#include <oleauto.h>

#include "com/qmgr_fronts.h"
#include "job/job.h"
#include "job/legacy_group.h"

struct qmgr_job
{
    IBackgroundCopyJob1 IBackgroundCopyJob1_iface;
    struct com_front front;
    struct job *job; /* JOB_HOLDER_FRONT; immutable after create */
};

static inline struct qmgr_job *impl_from_IBackgroundCopyJob1(IBackgroundCopyJob1 *iface)
{
    return CONTAINING_RECORD(iface, struct qmgr_job, IBackgroundCopyJob1_iface);
}

static struct job *job_from(IBackgroundCopyJob1 *iface)
{
    return impl_from_IBackgroundCopyJob1(iface)->job;
}

static HRESULT WINAPI qmgr_job_QueryInterface(IBackgroundCopyJob1 *iface, REFIID iid, void **out)
{
    static const IID *const iids[] = {&IID_IBackgroundCopyJob1, NULL};
    struct qmgr_job *job = impl_from_IBackgroundCopyJob1(iface);
    HRESULT hr;

    if (!out) return E_POINTER;
    *out = NULL;
    if (!com_is_identity(iid) && FAILED(hr = qmgr_check_client(job->job))) return hr;
    return com_front_query(&job->front, iface, iids, iid, out);
}

static ULONG WINAPI qmgr_job_AddRef(IBackgroundCopyJob1 *iface)
{
    return com_front_addref(&impl_from_IBackgroundCopyJob1(iface)->front);
}

static void destroy(struct qmgr_job *job)
{
    job_release(job->job, JOB_HOLDER_FRONT);
    com_front_done(&job->front);
    free(job);
}

static ULONG WINAPI qmgr_job_Release(IBackgroundCopyJob1 *iface)
{
    struct qmgr_job *job = impl_from_IBackgroundCopyJob1(iface);
    ULONG ref = com_front_release(&job->front);

    if (!ref) destroy(job);
    return ref;
}

/* Not supported by these interfaces: a group is cancelled as a whole. */
static HRESULT WINAPI qmgr_job_CancelJob(IBackgroundCopyJob1 *iface)
{
    (void)iface;
    return E_NOTIMPL;
}

static HRESULT WINAPI qmgr_job_GetProgress(IBackgroundCopyJob1 *iface, DWORD kind, DWORD *out)
{
    return qmgr_get_progress(job_from(iface), kind, out);
}

/* ---- state ---- */

static DWORD status_of(struct job *job)
{
    DWORD status = QM_STATUS_JOB_INCOMPLETE;

    switch (job_state(job))
    {
    case JOB_TRANSFERRED:
    case JOB_ACKNOWLEDGED:
        status = QM_STATUS_JOB_COMPLETE;
        break;
    case JOB_ERROR:
        status = QM_STATUS_JOB_ERROR;
        break;
    default:
        break;
    }
    if (job_priority(job) == JOB_PRIORITY_FOREGROUND) status |= QM_STATUS_JOB_FOREGROUND;
    return status;
}

static HRESULT WINAPI qmgr_job_GetStatus(IBackgroundCopyJob1 *iface, DWORD *status, DWORD *win32,
                                         DWORD *transport, DWORD *retries)
{
    struct job *job = job_from(iface);
    struct job_error error;

    if (status) *status = 0;
    if (win32) *win32 = 0;
    if (transport) *transport = 0;
    if (retries) *retries = 0;
    if (!status || !win32 || !transport || !retries) return E_INVALIDARG;
    *status = status_of(job);
    if (!(*status & QM_STATUS_JOB_ERROR)) return S_OK;

    *retries = job_error_count(job);
    if (FAILED(job_get_error(job, &error))) return S_OK;
    if (HRESULT_FACILITY(error.code) == FACILITY_WIN32)
        *win32 = HRESULT_CODE(error.code);
    else
        *transport = (DWORD)error.code;
    return S_OK;
}

static HRESULT WINAPI qmgr_job_SwitchToForeground(IBackgroundCopyJob1 *iface)
{
    return qmgr_from_core(job_set_priority(job_from(iface), JOB_PRIORITY_FOREGROUND));
}

static HRESULT WINAPI qmgr_job_get_JobID(IBackgroundCopyJob1 *iface, GUID *out)
{
    struct legacy_group group;

    if (!out) return E_INVALIDARG;
    job_get_legacy(job_from(iface), &group);
    *out = group.job_id;
    return S_OK;
}

/* ---- files ---- */

static HRESULT WINAPI qmgr_job_AddFiles(IBackgroundCopyJob1 *iface, ULONG count, FILESETINFO **set)
{
    struct new_file *files;
    HRESULT hr;

    if (!count || !set) return E_INVALIDARG;
    for (ULONG i = 0; i < count; i++)
        if (!set[i]) return E_INVALIDARG;
    if (!(files = calloc(count, sizeof(*files)))) return E_OUTOFMEMORY;
    for (ULONG i = 0; i < count; i++)
        files[i] = (struct new_file){set[i]->bstrRemoteFile, set[i]->bstrLocalFile};
    hr = job_add_files(job_from(iface), files, count);
    free(files);
    return qmgr_from_core(hr);
}

static HRESULT give_bstr(WCHAR *text, BSTR *out)
{
    *out = SysAllocString(text);
    free(text);
    return *out ? S_OK : E_OUTOFMEMORY;
}

static HRESULT give_names(struct job *job, uint32_t index, FILESETINFO *out)
{
    WCHAR *name;
    HRESULT hr;

    if (FAILED(hr = job_file_get_remote_name(job, index, &name))) return hr;
    if (FAILED(hr = give_bstr(name, &out->bstrRemoteFile))) return hr;
    if (FAILED(hr = job_file_get_local_name(job, index, &name))) return hr;
    return give_bstr(name, &out->bstrLocalFile);
}

static HRESULT WINAPI qmgr_job_GetFile(IBackgroundCopyJob1 *iface, ULONG index, FILESETINFO *out)
{
    struct job *job = job_from(iface);
    struct file_progress progress;
    HRESULT hr;

    if (!out) return E_INVALIDARG;
    *out = (FILESETINFO){0};
    if (index >= job_file_count(job)) return QM_E_ITEM_NOT_FOUND;
    if (FAILED(hr = give_names(job, index, out)))
    {
        SysFreeString(out->bstrRemoteFile);
        *out = (FILESETINFO){0};
        return hr;
    }
    job_file_get_progress(job, index, &progress);
    if (progress.bytes_total <= UINT32_MAX) out->dwSizeHint = (DWORD)progress.bytes_total;
    return S_OK;
}

static HRESULT WINAPI qmgr_job_GetFileCount(IBackgroundCopyJob1 *iface, DWORD *out)
{
    if (!out) return E_INVALIDARG;
    *out = job_file_count(job_from(iface));
    return S_OK;
}

static const IBackgroundCopyJob1Vtbl qmgr_job_vtbl = {
    qmgr_job_QueryInterface,
    qmgr_job_AddRef,
    qmgr_job_Release,
    /* IBackgroundCopyJob1 */
    qmgr_job_CancelJob,
    qmgr_job_GetProgress,
    qmgr_job_GetStatus,
    qmgr_job_AddFiles,
    qmgr_job_GetFile,
    qmgr_job_GetFileCount,
    qmgr_job_SwitchToForeground,
    qmgr_job_get_JobID,
};

HRESULT qmgr_job_create(struct job *core, IBackgroundCopyJob1 **out)
{
    struct qmgr_job *job;
    HRESULT hr;

    *out = NULL;
    if (!(job = calloc(1, sizeof(*job)))) return E_OUTOFMEMORY;
    job->IBackgroundCopyJob1_iface.lpVtbl = &qmgr_job_vtbl;
    job->job = core;
    job_addref(core, JOB_HOLDER_FRONT);
    if (FAILED(hr = com_front_init(&job->front, &job->IBackgroundCopyJob1_iface)))
    {
        destroy(job);
        return hr;
    }
    *out = &job->IBackgroundCopyJob1_iface;
    return S_OK;
}
