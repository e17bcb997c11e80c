/* SPDX-License-Identifier: LGPL-2.1-or-later
 *
 * What a client of BITS 1.0 is told: that its group is done, or in error. */
#include "base/types.h"
#include "com/bg_callback.h"
#include "com/qmgr_fronts.h"
#include "job/job.h"
#include "job/legacy_group.h"

#define NO_FILE 0xffffffffu

static DWORD file_index(const struct notify_event *event)
{
    if (event->kind != NOTIFY_ERROR || event->error.file_index == JOB_NO_FILE) return NO_FILE;
    return event->error.file_index;
}

static HRESULT tell(IBackgroundCopyCallback1 *client, IBackgroundCopyGroup *group,
                    const struct notify_event *event)
{
    DWORD status, index, job_status = 0, win32 = 0, transport = 0, retries = 0;
    IBackgroundCopyJob1 *job = NULL;
    HRESULT hr;

    if (FAILED(hr = qmgr_job_create(event->job, &job))) return hr;
    IBackgroundCopyGroup_GetStatus(group, &status, &index);
    IBackgroundCopyJob1_GetStatus(job, &job_status, &win32, &transport, &retries);
    /* The job may have gone on since. */
    if (event->kind == NOTIFY_ERROR) status |= QM_STATUS_GROUP_ERROR;
    hr = IBackgroundCopyCallback1_OnStatus(client, group, job, file_index(event), status, retries,
                                           win32, transport);
    IBackgroundCopyJob1_Release(job);
    /* Only this one word says that it was heard. */
    return SUCCEEDED(hr) && hr != S_OK ? E_FAIL : hr;
}

HRESULT qmgr_callback_tell(IBackgroundCopyCallback1 *client, const struct notify_event *event)
{
    IBackgroundCopyGroup *group;
    HRESULT hr;

    if (event->kind != NOTIFY_TRANSFERRED && event->kind != NOTIFY_ERROR) return S_OK;
    if (FAILED(hr = qmgr_group_create(event->job, &group))) return hr;
    hr = tell(client, group, event);
    IBackgroundCopyGroup_Release(group);
    return hr;
}

/* ---- a class in the place of an object ---- */

static bool is_none(const GUID *id)
{
    static const GUID none = {0};

    return IsEqualGUID(id, &none);
}

static HRESULT set_target(struct job *job, const CLSID *clsid)
{
    struct bg_callback *callback = NULL;
    HRESULT hr;

    if (!is_none(clsid) &&
        FAILED(hr = bg_callback_create_of_class(clsid, &IID_IBackgroundCopyCallback1, &callback)))
        return hr;
    hr = job_set_notify_target(job, callback);
    if (FAILED(hr) && callback) bg_callback_destroy(callback);
    return hr;
}

HRESULT qmgr_callback_set_class(struct job *job, const CLSID *clsid)
{
    HRESULT hr = job_legacy_set_class(job, clsid);

    return FAILED(hr) ? hr : set_target(job, clsid);
}
