/* SPDX-License-Identifier: LGPL-2.1-or-later
 *
 * IBackgroundCopyJob3 and 5: how a job is to be transferred. */
#include "bitsmsg.h"
#include "com/bg_job_private.h"
#include "job/job_state.h"

#define ACL_FLAGS_MASK                                                                             \
    (BG_COPY_FILE_OWNER | BG_COPY_FILE_GROUP | BG_COPY_FILE_DACL | BG_COPY_FILE_SACL)

HRESULT WINAPI bg_job_SetFileACLFlags(IBackgroundCopyJob5 *iface, DWORD flags)
{
    if (flags & ~(DWORD)ACL_FLAGS_MASK) return E_INVALIDARG;
    if (job_state(job_from(iface)) == JOB_TRANSFERRED) return BG_E_INVALID_STATE;
    return bg_job_refuse_change(iface, "IBackgroundCopyJob3::SetFileACLFlags");
}

HRESULT WINAPI bg_job_GetFileACLFlags(IBackgroundCopyJob5 *iface, DWORD *out)
{
    (void)iface;
    if (!out) return E_INVALIDARG;
    *out = 0;
    return com_not_written("IBackgroundCopyJob3::GetFileACLFlags");
}

HRESULT WINAPI bg_job_SetProperty(IBackgroundCopyJob5 *iface, BITS_JOB_PROPERTY_ID id,
                                  BITS_JOB_PROPERTY_VALUE value)
{
    (void)id;
    (void)value;
    return bg_job_refuse_change(iface, "IBackgroundCopyJob5::SetProperty");
}

HRESULT WINAPI bg_job_GetProperty(IBackgroundCopyJob5 *iface, BITS_JOB_PROPERTY_ID id,
                                  BITS_JOB_PROPERTY_VALUE *out)
{
    (void)iface;
    (void)id;
    if (!out) return E_INVALIDARG;
    *out = (BITS_JOB_PROPERTY_VALUE){0};
    return com_not_written("IBackgroundCopyJob5::GetProperty");
}
