/* SPDX-License-Identifier: LGPL-2.1-or-later
 *
 * Words of the rows of the matrix. */
#include "matrix_calls.h"

#include <stdlib.h>

struct results out;
BYTE hash[20] = {1, 2, 3};

/* {5c1dd0a5-52c9-4ed6-9f6e-6f4d6fbd0a11} */
const IID IID_nobody = {
    0x5c1dd0a5, 0x52c9, 0x4ed6, {0x9f, 0x6e, 0x6f, 0x4d, 0x6f, 0xbd, 0x0a, 0x11}};

/* QUEUED, CONNECTING, TRANSFERRING, SUSPENDED, ERROR, TRANSIENT_ERROR, TRANSFERRED, ACKNOWLEDGED,
 * CANCELLED */
/* clang-format off */
#define CODES(name, q, c, t, s, e, te, td, a, x) \
    const HRESULT name[STATE_COUNT] = {q, c, t, s, e, te, td, a, x}

#define PART    BG_S_PARTIAL_COMPLETE
#define STATE   BG_E_INVALID_STATE
#define NONE    BG_E_ERROR_INFORMATION_UNAVAILABLE
#define ADDED   BG_E_READ_ONLY_PROPERTY_AFTER_ADDFILE
#define RESUMED BG_E_READ_ONLY_PROPERTY_AFTER_RESUME
#define ACTIVE  BG_E_READ_ONLY_WHEN_JOB_ACTIVE
#define PENDING E_PENDING
#define GONE    BG_E_NOT_FOUND

CODES(complete_codes, PART, PART, PART, PART, PART, PART, S_OK, STATE, STATE);
CODES(error_codes, NONE, NONE, NONE, NONE, S_OK, S_OK, NONE, NONE, NONE);
CODES(acl_codes, S_OK, S_OK, S_OK, S_OK, S_OK, S_OK, STATE, STATE, STATE);
CODES(high_performance_codes, ADDED, ADDED, ADDED, ADDED, ADDED, ADDED, ADDED, STATE, STATE);
CODES(after_resume_codes, RESUMED, RESUMED, RESUMED, S_OK, RESUMED, RESUMED, RESUMED, STATE, STATE);
CODES(certificate_codes, ACTIVE, ACTIVE, ACTIVE, S_OK, ACTIVE, ACTIVE, ACTIVE, STATE, STATE);
CODES(validation_codes, PENDING, PENDING, PENDING, PENDING, PENDING, PENDING, S_OK, STATE, STATE);
CODES(found_codes, S_OK, S_OK, S_OK, S_OK, S_OK, S_OK, S_OK, GONE, GONE);
/* clang-format on */

HRESULT kept(HRESULT hr)
{
    CoTaskMemFree(out.text);
    CoTaskMemFree(out.text2);
    return hr;
}

HRESULT query(void *object, REFIID iid)
{
    IUnknown *found = NULL;
    HRESULT hr = IUnknown_QueryInterface((IUnknown *)object, iid, (void **)&found);

    if (SUCCEEDED(hr)) IUnknown_Release(found);
    return hr;
}

const WCHAR *text_of(unsigned int length)
{
    static WCHAR text[70001];

    for (unsigned int i = 0; i < length; i++)
        text[i] = 'x';
    text[length] = 0;
    return text;
}

const WCHAR *url_of(unsigned int length)
{
    static const WCHAR start[] = L"http://127.0.0.1/";
    static WCHAR url[3000];
    unsigned int at = ARRAY_SIZE(start) - 1;

    memcpy(url, start, sizeof(start));
    /* No part of the path may be longer than a file name. */
    for (; at < length; at++)
        url[at] = at % 100 && at + 1 < length ? 'x' : '/';
    url[length] = 0;
    return url;
}

BG_FILE_INFO *one_file(const WCHAR *local, const WCHAR *url)
{
    static BG_FILE_INFO file;

    file = (BG_FILE_INFO){(WCHAR *)url, (WCHAR *)local};
    return &file;
}

const WCHAR *long_name(void)
{
    static WCHAR name[400];

    wcscpy(name, L"C:\\");
    for (unsigned int i = 3; i < 300; i++)
        name[i] = i % 50 ? 'x' : '\\';
    return name;
}

BG_FILE_RANGE *two_ranges(UINT64 begin, UINT64 size, UINT64 begin2, UINT64 size2)
{
    static BG_FILE_RANGE ranges[2];

    ranges[0] = (BG_FILE_RANGE){begin, size};
    ranges[1] = (BG_FILE_RANGE){begin2, size2};
    return ranges;
}

HRESULT add_ranges(IBackgroundCopyJob5 *job, const WCHAR *local, DWORD count, UINT64 begin,
                   UINT64 size, UINT64 begin2, UINT64 size2)
{
    return IBackgroundCopyJob5_AddFileWithRanges(job, L"http://127.0.0.1/x", local, count,
                                                 two_ranges(begin, size, begin2, size2));
}

/* ---- a job ---- */

HRESULT enum_files(IBackgroundCopyJob5 *job)
{
    IEnumBackgroundCopyFiles *files;
    HRESULT hr = IBackgroundCopyJob5_EnumFiles(job, &files);

    if (SUCCEEDED(hr)) IEnumBackgroundCopyFiles_Release(files);
    return hr;
}

HRESULT get_error(IBackgroundCopyJob5 *job)
{
    IBackgroundCopyError *error;
    HRESULT hr = IBackgroundCopyJob5_GetError(job, &error);

    if (SUCCEEDED(hr)) IBackgroundCopyError_Release(error);
    return hr;
}

HRESULT set_same_priority(IBackgroundCopyJob5 *job)
{
    BG_JOB_PRIORITY priority = BG_JOB_PRIORITY_NORMAL;

    IBackgroundCopyJob5_GetPriority(job, &priority);
    return IBackgroundCopyJob5_SetPriority(job, priority);
}

HRESULT set_credentials(IBackgroundCopyJob5 *job, int target, int scheme, const WCHAR *user,
                        const WCHAR *password)
{
    BG_AUTH_CREDENTIALS credentials = {.Target = (BG_AUTH_TARGET)target,
                                       .Scheme = (BG_AUTH_SCHEME)scheme};

    credentials.Credentials.Basic.UserName = (WCHAR *)user;
    credentials.Credentials.Basic.Password = (WCHAR *)password;
    return IBackgroundCopyJob5_SetCredentials(job, &credentials);
}

HRESULT set_dword(IBackgroundCopyJob5 *job, int id, DWORD value)
{
    BITS_JOB_PROPERTY_VALUE property;

    memset(&property, 0, sizeof(property));
    property.Dword = value;
    return IBackgroundCopyJob5_SetProperty(job, (BITS_JOB_PROPERTY_ID)id, property);
}

HRESULT set_size(IBackgroundCopyJob5 *job, UINT64 value)
{
    BITS_JOB_PROPERTY_VALUE property;

    memset(&property, 0, sizeof(property));
    property.Uint64 = value;
    return IBackgroundCopyJob5_SetProperty(job, BITS_JOB_PROPERTY_MAX_DOWNLOAD_SIZE, property);
}

HRESULT get_property(IBackgroundCopyJob5 *job, int id)
{
    BITS_JOB_PROPERTY_VALUE property;

    return IBackgroundCopyJob5_GetProperty(job, (BITS_JOB_PROPERTY_ID)id, &property);
}

/* ---- a file ---- */

HRESULT set_file_property(IBackgroundCopyFile6 *file, int id)
{
    BITS_FILE_PROPERTY_VALUE property = {(WCHAR *)L"X-A: b\r\n"};

    return IBackgroundCopyFile6_SetProperty(file, (BITS_FILE_PROPERTY_ID)id, property);
}

HRESULT get_file_property(IBackgroundCopyFile6 *file, int id)
{
    BITS_FILE_PROPERTY_VALUE property = {NULL};
    HRESULT hr = IBackgroundCopyFile6_GetProperty(file, (BITS_FILE_PROPERTY_ID)id, &property);

    if (SUCCEEDED(hr)) CoTaskMemFree(property.String);
    return hr;
}

/* ---- the manager ---- */

HRESULT make_and_cancel(IBackgroundCopyManager *manager, const WCHAR *name)
{
    IBackgroundCopyJob *job;
    HRESULT hr;
    GUID id;

    hr = IBackgroundCopyManager_CreateJob(manager, name, BG_JOB_TYPE_DOWNLOAD, &id, &job);
    if (SUCCEEDED(hr)) end_job(job);
    return hr;
}

HRESULT get_job(IBackgroundCopyManager *manager, const GUID *id)
{
    IBackgroundCopyJob *job;
    HRESULT hr = IBackgroundCopyManager_GetJob(manager, id, &job);

    if (SUCCEEDED(hr)) IBackgroundCopyJob_Release(job);
    return hr;
}

HRESULT enum_jobs(IBackgroundCopyManager *manager, DWORD flags)
{
    IEnumBackgroundCopyJobs *jobs;
    HRESULT hr = IBackgroundCopyManager_EnumJobs(manager, flags, &jobs);

    if (SUCCEEDED(hr)) IEnumBackgroundCopyJobs_Release(jobs);
    return hr;
}

/* ---- enumerators ---- */

HRESULT next_job(IEnumBackgroundCopyJobs *jobs, ULONG count, bool with_fetched)
{
    HRESULT hr;

    IEnumBackgroundCopyJobs_Reset(jobs);
    hr = IEnumBackgroundCopyJobs_Next(jobs, count, out.jobs, with_fetched ? &out.number : NULL);
    for (unsigned int i = 0; i < MAX_JOBS && out.jobs[i]; i++)
        IBackgroundCopyJob_Release(out.jobs[i]);
    IEnumBackgroundCopyJobs_Reset(jobs);
    return hr;
}

HRESULT skip_jobs(IEnumBackgroundCopyJobs *jobs, ULONG count)
{
    HRESULT hr;

    IEnumBackgroundCopyJobs_Reset(jobs);
    hr = IEnumBackgroundCopyJobs_Skip(jobs, count);
    IEnumBackgroundCopyJobs_Reset(jobs);
    return hr;
}

HRESULT clone_jobs(IEnumBackgroundCopyJobs *jobs)
{
    IEnumBackgroundCopyJobs *clone;
    HRESULT hr = IEnumBackgroundCopyJobs_Clone(jobs, &clone);

    if (SUCCEEDED(hr)) IEnumBackgroundCopyJobs_Release(clone);
    return hr;
}

HRESULT next_file(IEnumBackgroundCopyFiles *files, ULONG count, bool with_fetched)
{
    HRESULT hr;

    IEnumBackgroundCopyFiles_Reset(files);
    hr = IEnumBackgroundCopyFiles_Next(files, count, out.files, with_fetched ? &out.number : NULL);
    for (unsigned int i = 0; i < ARRAY_SIZE(out.files) && out.files[i]; i++)
        IBackgroundCopyFile_Release(out.files[i]);
    IEnumBackgroundCopyFiles_Reset(files);
    return hr;
}

HRESULT skip_files(IEnumBackgroundCopyFiles *files, ULONG count)
{
    HRESULT hr;

    IEnumBackgroundCopyFiles_Reset(files);
    hr = IEnumBackgroundCopyFiles_Skip(files, count);
    IEnumBackgroundCopyFiles_Reset(files);
    return hr;
}

HRESULT clone_files(IEnumBackgroundCopyFiles *files)
{
    IEnumBackgroundCopyFiles *clone;
    HRESULT hr = IEnumBackgroundCopyFiles_Clone(files, &clone);

    if (SUCCEEDED(hr)) IEnumBackgroundCopyFiles_Release(clone);
    return hr;
}

HRESULT error_file(IBackgroundCopyError *error)
{
    IBackgroundCopyFile *file;
    HRESULT hr = IBackgroundCopyError_GetFile(error, &file);

    if (SUCCEEDED(hr)) IBackgroundCopyFile_Release(file);
    return hr;
}
