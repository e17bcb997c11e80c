/* SPDX-License-Identifier: LGPL-2.1-or-later
 *
 * IBackgroundCopyJob3: parts of files, and other names for them. */
#include "bitsmsg.h"
#include "com/bg_job_private.h"

HRESULT WINAPI bg_job_ReplaceRemotePrefix(IBackgroundCopyJob5 *iface, const WCHAR *old_prefix,
                                          const WCHAR *new_prefix)
{
    if (job_type(job_from(iface)) != JOB_TYPE_DOWNLOAD) return E_NOTIMPL;
    if (!old_prefix || !*old_prefix || !new_prefix || !*new_prefix) return E_INVALIDARG;
    return bg_job_refuse_change(iface, "IBackgroundCopyJob3::ReplaceRemotePrefix");
}

HRESULT WINAPI bg_job_AddFileWithRanges(IBackgroundCopyJob5 *iface, const WCHAR *remote_name,
                                        const WCHAR *local_name, DWORD count,
                                        BG_FILE_RANGE ranges[])
{
    if (job_type(job_from(iface)) != JOB_TYPE_DOWNLOAD) return E_NOTIMPL;
    if (!remote_name || !local_name || !count || !ranges) return E_INVALIDARG;
    for (DWORD i = 0; i < count; i++)
        if (ranges[i].InitialOffset == BG_LENGTH_TO_EOF || !ranges[i].Length)
            return BG_E_INVALID_RANGE;
    return bg_job_refuse_change(iface, "IBackgroundCopyJob3::AddFileWithRanges");
}
