/* SPDX-License-Identifier: LGPL-2.1-or-later
 *
 * Words of the rows of the matrix: arguments, calls of more than one step, and codes by state. */
#ifndef OPENBITS_TESTS_MATRIX_CALLS_H
#define OPENBITS_TESTS_MATRIX_CALLS_H

#include "matrix.h"

#define MAX_JOBS       512
#define NO_LANGUAGE    ((HRESULT)0x80070717)
#define CERT_NOT_FOUND ((HRESULT)0x80092004)

/* Where methods leave what they find; empty before each call. */
struct results
{
    GUID guid;
    BG_JOB_TYPE type;
    BG_JOB_PROGRESS progress;
    BG_JOB_TIMES times;
    BG_JOB_STATE state;
    BG_JOB_PRIORITY priority;
    BG_JOB_PROXY_USAGE usage;
    BG_JOB_REPLY_PROGRESS reply;
    BG_CERT_STORE_LOCATION location;
    BG_FILE_PROGRESS file_progress;
    BG_FILE_RANGE *ranges;
    BG_ERROR_CONTEXT context;
    HRESULT hr;
    WCHAR *text, *text2;
    ULONG number;
    BOOL flag;
    UINT64 size, size2;
    byte *bytes;
    IUnknown *unknown;
    IBackgroundCopyJob *job;
    IBackgroundCopyJob *jobs[MAX_JOBS];
    IBackgroundCopyFile *files[4];
};
extern struct results out;

extern const IID IID_nobody;
extern BYTE hash[20]; /* of no certificate */

/* By state. */
extern const HRESULT complete_codes[STATE_COUNT], error_codes[STATE_COUNT], acl_codes[STATE_COUNT],
    high_performance_codes[STATE_COUNT], after_resume_codes[STATE_COUNT],
    certificate_codes[STATE_COUNT], validation_codes[STATE_COUNT], found_codes[STATE_COUNT];

/* Frees the texts that the call has left. */
HRESULT kept(HRESULT hr);
/* Asks and lets go. */
HRESULT query(void *object, REFIID iid);

BG_FILE_INFO *one_file(const WCHAR *local, const WCHAR *url);
const WCHAR *long_name(void);

BG_FILE_RANGE *two_ranges(UINT64 begin, UINT64 size, UINT64 begin2, UINT64 size2);
HRESULT add_ranges(IBackgroundCopyJob5 *job, const WCHAR *local, DWORD count, UINT64 begin,
                   UINT64 size, UINT64 begin2, UINT64 size2);

HRESULT enum_files(IBackgroundCopyJob5 *job);
HRESULT get_error(IBackgroundCopyJob5 *job);
HRESULT set_same_priority(IBackgroundCopyJob5 *job);
HRESULT set_credentials(IBackgroundCopyJob5 *job, int target, int scheme, const WCHAR *user,
                        const WCHAR *password);
HRESULT set_dword(IBackgroundCopyJob5 *job, int id, DWORD value);
HRESULT set_size(IBackgroundCopyJob5 *job, UINT64 value);
HRESULT get_property(IBackgroundCopyJob5 *job, int id);
HRESULT set_file_property(IBackgroundCopyFile6 *file, int id);
HRESULT get_file_property(IBackgroundCopyFile6 *file, int id);

HRESULT make_and_cancel(IBackgroundCopyManager *manager, const WCHAR *name);
HRESULT get_job(IBackgroundCopyManager *manager, const GUID *id);
HRESULT enum_jobs(IBackgroundCopyManager *manager, DWORD flags);
/* From the first element on; they end there again. */
HRESULT next_job(IEnumBackgroundCopyJobs *jobs, ULONG count, bool with_fetched);
HRESULT skip_jobs(IEnumBackgroundCopyJobs *jobs, ULONG count);
HRESULT clone_jobs(IEnumBackgroundCopyJobs *jobs);
HRESULT next_file(IEnumBackgroundCopyFiles *files, ULONG count, bool with_fetched);
HRESULT skip_files(IEnumBackgroundCopyFiles *files, ULONG count);
HRESULT clone_files(IEnumBackgroundCopyFiles *files);
HRESULT error_file(IBackgroundCopyError *error);

#endif
