/* SPDX-License-Identifier: LGPL-2.1-or-later
 *
 * IBackgroundCopyJob3: parts of files, and other names for them. */
#include <stdlib.h>

#include "com/bg_job_private.h"
#include "com/com_ranges.h"

HRESULT WINAPI bg_job_ReplaceRemotePrefix(IBackgroundCopyJob5 *iface, const WCHAR *old_prefix,
                                          const WCHAR *new_prefix)
{
    return job_replace_remote_prefix(job_from(iface), old_prefix, new_prefix);
}

HRESULT WINAPI bg_job_AddFileWithRanges(IBackgroundCopyJob5 *iface, const WCHAR *remote_name,
                                        const WCHAR *local_name, DWORD count,
                                        BG_FILE_RANGE ranges[])
{
    const struct new_file file = {remote_name, local_name};
    struct file_range *items;
    HRESULT hr;

    if (job_type(job_from(iface)) != JOB_TYPE_DOWNLOAD) return E_NOTIMPL;
    if (FAILED(hr = com_take_ranges(ranges, count, &items))) return hr;
    hr = job_add_file_with_ranges(job_from(iface), &file, items, count);
    free(items);
    return hr;
}
