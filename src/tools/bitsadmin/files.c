/* SPDX-License-Identifier: LGPL-2.1-or-later
 *
 * A file of a job by its number. */
#include "bitsadmin.h"

HRESULT find_job_file(struct session *session, IBackgroundCopyJob *job, const WCHAR *number,
                      REFIID iid, void **file)
{
    IEnumBackgroundCopyFiles *files;
    IBackgroundCopyFile *found;
    ULONG count = 0;
    DWORD index;
    HRESULT hr;

    if (!parse_number(number, &index))
        return session_refuse(session, L"Invalid number of a file %ls", number);
    if (FAILED(hr = IBackgroundCopyJob_EnumFiles(job, &files))) return hr;
    IEnumBackgroundCopyFiles_GetCount(files, &count);
    if (index >= count)
    {
        IEnumBackgroundCopyFiles_Release(files);
        return session_refuse(session, L"There is no file %lu: the job has %lu, numbered from 0",
                              index, count);
    }
    hr = IEnumBackgroundCopyFiles_Skip(files, index);
    if (hr == S_OK) hr = IEnumBackgroundCopyFiles_Next(files, 1, &found, NULL);
    IEnumBackgroundCopyFiles_Release(files);
    if (hr != S_OK) return FAILED(hr) ? hr : BG_E_NOT_FOUND;
    hr = IBackgroundCopyFile_QueryInterface(found, iid, file);
    IBackgroundCopyFile_Release(found);
    return hr;
}
