/* SPDX-License-Identifier: LGPL-2.1-or-later
 *
 * The front of a job: identity, files, control, state. Properties are in bg_job_properties.c. */
#include "com/bg_job.h"

#include <stdlib.h>

#include "bitsmsg.h"
#include "com/bg_enum.h"
#include "com/bg_error.h"
#include "com/bg_job_private.h"
#include "com/caller.h"
#include "job/job_state.h"

/* Since Windows 7 the right to use a job is looked at here and not in each method. */
static HRESULT check_client(struct job *job)
{
    struct caller_facts client;
    HRESULT hr = caller_get_client(&client);

    return hr == S_OK ? job_check_access(job, &client) : hr;
}

static HRESULT WINAPI bg_job_QueryInterface(IBackgroundCopyJob5 *iface, REFIID iid, void **out)
{
    static const IID *const iids[] = {&IID_IBackgroundCopyJob,  &IID_IBackgroundCopyJob2,
                                      &IID_IBackgroundCopyJob3, &IID_IBackgroundCopyJob4,
                                      &IID_IBackgroundCopyJob5, NULL};
    struct bg_job *job = impl_from_IBackgroundCopyJob5(iface);
    HRESULT hr;

    if (!out) return E_POINTER;
    *out = NULL;
    if (!com_is_identity(iid) && FAILED(hr = check_client(job->job))) return hr;
    if (IsEqualGUID(iid, &IID_IBitsTokenOptions))
    {
        IBackgroundCopyJob5_AddRef(iface);
        *out = &job->IBitsTokenOptions_iface;
        return S_OK;
    }
    if (bg_job_is_http_options(iid))
    {
        *out = &job->IBackgroundCopyJobHttpOptions3_iface;
        com_front_addref(&job->front);
        return S_OK;
    }
    return com_front_query(&job->front, iface, iids, iid, out);
}

static ULONG WINAPI bg_job_AddRef(IBackgroundCopyJob5 *iface)
{
    return com_front_addref(&impl_from_IBackgroundCopyJob5(iface)->front);
}

static void destroy(struct bg_job *job)
{
    job_release(job->job, JOB_HOLDER_FRONT);
    com_front_done(&job->front);
    free(job);
}

static ULONG WINAPI bg_job_Release(IBackgroundCopyJob5 *iface)
{
    struct bg_job *job = impl_from_IBackgroundCopyJob5(iface);
    ULONG ref = com_front_release(&job->front);

    if (!ref) destroy(job);
    return ref;
}

HRESULT bg_job_refuse_change(IBackgroundCopyJob5 *iface, const char *method)
{
    if (job_state_is_final(job_state(job_from(iface)))) return BG_E_INVALID_STATE;
    return com_not_written(method);
}

/* ---- files ---- */

static HRESULT WINAPI bg_job_AddFileSet(IBackgroundCopyJob5 *iface, ULONG count, BG_FILE_INFO *set)
{
    struct new_file *files;
    HRESULT hr;

    if (!count || !set) return E_INVALIDARG;
    if (!(files = calloc(count, sizeof(*files)))) return E_OUTOFMEMORY;
    for (ULONG i = 0; i < count; i++)
        files[i] = (struct new_file){set[i].RemoteName, set[i].LocalName};
    hr = job_add_files(job_from(iface), files, count);
    free(files);
    return hr;
}

static HRESULT WINAPI bg_job_AddFile(IBackgroundCopyJob5 *iface, const WCHAR *remote_name,
                                     const WCHAR *local_name)
{
    const struct new_file file = {remote_name, local_name};
    return job_add_files(job_from(iface), &file, 1);
}

static HRESULT WINAPI bg_job_EnumFiles(IBackgroundCopyJob5 *iface, IEnumBackgroundCopyFiles **out)
{
    if (!out) return E_INVALIDARG;
    return bg_enum_create_files(job_from(iface), out);
}

/* ---- control ---- */

static HRESULT WINAPI bg_job_Suspend(IBackgroundCopyJob5 *iface)
{
    return job_suspend(job_from(iface));
}

static HRESULT WINAPI bg_job_Resume(IBackgroundCopyJob5 *iface)
{
    return job_resume(job_from(iface));
}

static HRESULT WINAPI bg_job_Cancel(IBackgroundCopyJob5 *iface)
{
    return job_cancel(job_from(iface));
}

static HRESULT WINAPI bg_job_Complete(IBackgroundCopyJob5 *iface)
{
    return job_complete(job_from(iface));
}

/* ---- state ---- */

static HRESULT WINAPI bg_job_GetId(IBackgroundCopyJob5 *iface, GUID *out)
{
    if (!out) return E_INVALIDARG;
    *out = *job_id(job_from(iface));
    return S_OK;
}

static HRESULT WINAPI bg_job_GetType(IBackgroundCopyJob5 *iface, BG_JOB_TYPE *out)
{
    if (!out) return E_INVALIDARG;
    *out = (BG_JOB_TYPE)job_type(job_from(iface));
    return S_OK;
}

static HRESULT WINAPI bg_job_GetProgress(IBackgroundCopyJob5 *iface, BG_JOB_PROGRESS *out)
{
    struct job_progress progress;

    if (!out) return E_INVALIDARG;
    job_get_progress(job_from(iface), &progress);
    out->BytesTotal = progress.bytes_total;
    out->BytesTransferred = progress.bytes_transferred;
    out->FilesTotal = progress.files_total;
    out->FilesTransferred = progress.files_transferred;
    return S_OK;
}

static FILETIME to_FILETIME(filetime_t time)
{
    return (FILETIME){.dwLowDateTime = (DWORD)time, .dwHighDateTime = (DWORD)(time >> 32)};
}

static HRESULT WINAPI bg_job_GetTimes(IBackgroundCopyJob5 *iface, BG_JOB_TIMES *out)
{
    struct job_times times;

    if (!out) return E_INVALIDARG;
    job_get_times(job_from(iface), &times);
    out->CreationTime = to_FILETIME(times.creation);
    out->ModificationTime = to_FILETIME(times.modification);
    out->TransferCompletionTime = to_FILETIME(times.completion);
    return S_OK;
}

static HRESULT WINAPI bg_job_GetState(IBackgroundCopyJob5 *iface, BG_JOB_STATE *out)
{
    if (!out) return E_INVALIDARG;
    *out = (BG_JOB_STATE)job_state(job_from(iface));
    return S_OK;
}

static HRESULT WINAPI bg_job_GetError(IBackgroundCopyJob5 *iface, IBackgroundCopyError **out)
{
    struct job_error error;
    HRESULT hr;

    if (!out) return E_INVALIDARG;
    *out = NULL;
    if (FAILED(hr = job_get_error(job_from(iface), &error))) return hr;
    return bg_error_create(job_from(iface), &error, out);
}

static HRESULT WINAPI bg_job_GetOwner(IBackgroundCopyJob5 *iface, WCHAR **out)
{
    struct caller_facts owner;

    if (!out) return E_INVALIDARG;
    job_get_owner(job_from(iface), &owner);
    return com_copy_string(owner.sid, out);
}

static HRESULT WINAPI bg_job_GetErrorCount(IBackgroundCopyJob5 *iface, ULONG *out)
{
    if (!out) return E_INVALIDARG;
    *out = job_error_count(job_from(iface));
    return S_OK;
}

static const IBackgroundCopyJob5Vtbl bg_job_vtbl = {
    bg_job_QueryInterface,
    bg_job_AddRef,
    bg_job_Release,
    /* IBackgroundCopyJob */
    bg_job_AddFileSet,
    bg_job_AddFile,
    bg_job_EnumFiles,
    bg_job_Suspend,
    bg_job_Resume,
    bg_job_Cancel,
    bg_job_Complete,
    bg_job_GetId,
    bg_job_GetType,
    bg_job_GetProgress,
    bg_job_GetTimes,
    bg_job_GetState,
    bg_job_GetError,
    bg_job_GetOwner,
    bg_job_SetDisplayName,
    bg_job_GetDisplayName,
    bg_job_SetDescription,
    bg_job_GetDescription,
    bg_job_SetPriority,
    bg_job_GetPriority,
    bg_job_SetNotifyFlags,
    bg_job_GetNotifyFlags,
    bg_job_SetNotifyInterface,
    bg_job_GetNotifyInterface,
    bg_job_SetMinimumRetryDelay,
    bg_job_GetMinimumRetryDelay,
    bg_job_SetNoProgressTimeout,
    bg_job_GetNoProgressTimeout,
    bg_job_GetErrorCount,
    bg_job_SetProxySettings,
    bg_job_GetProxySettings,
    bg_job_TakeOwnership,
    /* IBackgroundCopyJob2 */
    bg_job_SetNotifyCmdLine,
    bg_job_GetNotifyCmdLine,
    bg_job_GetReplyProgress,
    bg_job_GetReplyData,
    bg_job_SetReplyFileName,
    bg_job_GetReplyFileName,
    bg_job_SetCredentials,
    bg_job_RemoveCredentials,
    /* IBackgroundCopyJob3 */
    bg_job_ReplaceRemotePrefix,
    bg_job_AddFileWithRanges,
    bg_job_SetFileACLFlags,
    bg_job_GetFileACLFlags,
    /* IBackgroundCopyJob4 */
    bg_job_SetPeerCachingFlags,
    bg_job_GetPeerCachingFlags,
    bg_job_GetOwnerIntegrityLevel,
    bg_job_GetOwnerElevationState,
    bg_job_SetMaximumDownloadTime,
    bg_job_GetMaximumDownloadTime,
    /* IBackgroundCopyJob5 */
    bg_job_SetProperty,
    bg_job_GetProperty,
};

HRESULT bg_job_create(struct job *core, IBackgroundCopyJob5 **out)
{
    struct bg_job *job;
    HRESULT hr;

    *out = NULL;
    if (!(job = calloc(1, sizeof(*job)))) return E_OUTOFMEMORY;
    job->IBackgroundCopyJob5_iface.lpVtbl = &bg_job_vtbl;
    job->IBitsTokenOptions_iface.lpVtbl = &bg_token_options_vtbl;
    job->IBackgroundCopyJobHttpOptions3_iface.lpVtbl = &bg_job_http_vtbl;
    job->job = core;
    job_addref(core, JOB_HOLDER_FRONT);
    if (FAILED(hr = com_front_init(&job->front, &job->IBackgroundCopyJob5_iface)))
    {
        destroy(job);
        return hr;
    }
    *out = &job->IBackgroundCopyJob5_iface;
    return S_OK;
}
