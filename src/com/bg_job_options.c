/* SPDX-License-Identifier: LGPL-2.1-or-later
 *
 * IBackgroundCopyJob3 and 5: how a job is to be transferred. */
#include "bitsmsg.h"
#include "com/bg_job_private.h"
#include "job/job_state.h"
#include "job/credentials.h"
#include "job/job_options.h"

HRESULT WINAPI bg_job_SetFileACLFlags(IBackgroundCopyJob5 *iface, DWORD flags)
{
    return job_set_acl_flags(job_from(iface), flags);
}

HRESULT WINAPI bg_job_GetFileACLFlags(IBackgroundCopyJob5 *iface, DWORD *out)
{
    struct job_options options;

    if (!out) return E_INVALIDARG;
    job_get_options(job_from(iface), &options);
    *out = options.acl_flags;
    return S_OK;
}

/* Page "BITS_JOB_PROPERTY_ID": "only BG_AUTH_TARGET_PROXY is supported". */
static HRESULT set_stored_credentials(struct job *job, BG_AUTH_TARGET target)
{
    if (target != BG_AUTH_TARGET_SERVER && target != BG_AUTH_TARGET_PROXY) return E_INVALIDARG;
    return job_use_stored_credentials(job, (enum auth_target)(target - 1));
}

HRESULT WINAPI bg_job_SetProperty(IBackgroundCopyJob5 *iface, BITS_JOB_PROPERTY_ID id,
                                  BITS_JOB_PROPERTY_VALUE value)
{
    struct job *job = job_from(iface);

    switch (id)
    {
    case BITS_JOB_PROPERTY_ID_COST_FLAGS:
        return job_set_cost_flags(job, value.Dword);
    case BITS_JOB_PROPERTY_NOTIFICATION_CLSID:
        return job_set_notify_class(job, &value.ClsID);
    case BITS_JOB_PROPERTY_DYNAMIC_CONTENT:
        return job_set_dynamic(job, value.Enable);
    case BITS_JOB_PROPERTY_HIGH_PERFORMANCE:
        return job_set_high_performance(job, value.Enable);
    case BITS_JOB_PROPERTY_MAX_DOWNLOAD_SIZE:
        return job_set_max_download_size(job, value.Uint64);
    case BITS_JOB_PROPERTY_USE_STORED_CREDENTIALS:
        return set_stored_credentials(job, value.Target);
    case BITS_JOB_PROPERTY_MINIMUM_NOTIFICATION_INTERVAL_MS:
        return job_set_change_interval(job, value.Dword);
    case BITS_JOB_PROPERTY_ON_DEMAND_MODE:
        return job_set_on_demand(job, value.Enable);
    default:
        return BG_E_UNKNOWN_PROPERTY_ID;
    }
}

HRESULT WINAPI bg_job_GetProperty(IBackgroundCopyJob5 *iface, BITS_JOB_PROPERTY_ID id,
                                  BITS_JOB_PROPERTY_VALUE *out)
{
    struct job *job = job_from(iface);
    struct job_options options;

    if (!out) return E_INVALIDARG;
    *out = (BITS_JOB_PROPERTY_VALUE){0};
    job_get_options(job, &options);
    switch (id)
    {
    case BITS_JOB_PROPERTY_ID_COST_FLAGS:
        out->Dword = job_cost_flags(job);
        return S_OK;
    case BITS_JOB_PROPERTY_NOTIFICATION_CLSID:
        out->ClsID = options.notify_class;
        return S_OK;
    case BITS_JOB_PROPERTY_DYNAMIC_CONTENT:
        out->Enable = options.is_dynamic;
        return S_OK;
    case BITS_JOB_PROPERTY_HIGH_PERFORMANCE:
        out->Enable = options.is_high_performance;
        return S_OK;
    case BITS_JOB_PROPERTY_MAX_DOWNLOAD_SIZE:
        out->Uint64 = options.max_download_size ? options.max_download_size : BG_SIZE_UNKNOWN;
        return S_OK;
    case BITS_JOB_PROPERTY_USE_STORED_CREDENTIALS:
        if (job_uses_stored_credentials(job)) out->Target = BG_AUTH_TARGET_PROXY;
        return S_OK;
    case BITS_JOB_PROPERTY_MINIMUM_NOTIFICATION_INTERVAL_MS:
        out->Dword =
            options.has_change_interval ? options.change_interval_ms : CHANGE_INTERVAL_DEFAULT_MS;
        return S_OK;
    case BITS_JOB_PROPERTY_ON_DEMAND_MODE:
        out->Enable = job_is_on_demand(job);
        return S_OK;
    default:
        return BG_E_UNKNOWN_PROPERTY_ID;
    }
}
