/* SPDX-License-Identifier: LGPL-2.1-or-later
 *
 * The manager, the enumerators of jobs and files, and an error, while the job is in each state. No
 * include guard: read twice. */
/* clang-format off */

#define M o->manager
#define E o->error
#define ENGLISH 0x409

/* ---- the manager ---- */
CELL(QueryInterface, "IBackgroundCopyManager", ANY_STATE, S_OK, query(M, &IID_IBackgroundCopyManager))
CELL(QueryInterface, "nobody's", ANY_STATE, E_NOINTERFACE, query(M, &IID_nobody))
CELL(CreateJob, "NULL name", NULL_READ, E_INVALIDARG, IBackgroundCopyManager_CreateJob(M, NULL, BG_JOB_TYPE_DOWNLOAD, &out.guid, &out.job))
CELL(CreateJob, "NULL id", NULL_READ, E_INVALIDARG, IBackgroundCopyManager_CreateJob(M, L"x", BG_JOB_TYPE_DOWNLOAD, NULL, &out.job))
CELL(CreateJob, "NULL job", NULL_READ, E_INVALIDARG, IBackgroundCopyManager_CreateJob(M, L"x", BG_JOB_TYPE_DOWNLOAD, &out.guid, NULL))
CELL(CreateJob, "all NULL", NULL_READ, E_INVALIDARG, IBackgroundCopyManager_CreateJob(M, NULL, BG_JOB_TYPE_DOWNLOAD, NULL, NULL))
CELL(CreateJob, "257 characters", ANY_STATE, E_INVALIDARG, IBackgroundCopyManager_CreateJob(M, text_of(257), BG_JOB_TYPE_DOWNLOAD, &out.guid, &out.job))
CELL_OR(CreateJob, "type 3", ANY_STATE, E_NOTIMPL, E_INVALIDARG, IBackgroundCopyManager_CreateJob(M, L"x", (BG_JOB_TYPE)3, &out.guid, &out.job))
CELL_OR(CreateJob, "type -1", ANY_STATE, E_NOTIMPL, E_INVALIDARG, IBackgroundCopyManager_CreateJob(M, L"x", (BG_JOB_TYPE)-1, &out.guid, &out.job))
CELL_OR(CreateJob, "type 2^31-1", ANY_STATE, E_NOTIMPL, E_INVALIDARG, IBackgroundCopyManager_CreateJob(M, L"x", (BG_JOB_TYPE)0x7fffffff, &out.guid, &out.job))
CELL(CreateJob, "256 characters", ANY_STATE, S_OK, make_and_cancel(M, text_of(256)))
CELL(CreateJob, "empty", ANY_STATE, S_OK, make_and_cancel(M, L""))
CELL(GetJob, "NULL job", NULL_READ, E_INVALIDARG, IBackgroundCopyManager_GetJob(M, &o->id, NULL))
CELL(GetJob, "NULL id", NULL_READ, E_INVALIDARG, IBackgroundCopyManager_GetJob(M, NULL, &out.job))
CELL(GetJob, "NULL and NULL", NULL_READ, E_INVALIDARG, IBackgroundCopyManager_GetJob(M, NULL, NULL))
CELL(GetJob, "nobody's", ANY_STATE, BG_E_NOT_FOUND, get_job(M, &IID_nobody))
CELL(GetJob, "zero", ANY_STATE, BG_E_NOT_FOUND, get_job(M, &GUID_NULL))
CELL_TABLE(GetJob, "", found_codes, get_job(M, &o->id))
CELL(EnumJobs, "NULL", NULL_READ, E_INVALIDARG, IBackgroundCopyManager_EnumJobs(M, 0, NULL))
CELL(EnumJobs, "0", ANY_STATE, S_OK, enum_jobs(M, 0))
CELL(EnumJobs, "1", ANY_STATE, S_OK, enum_jobs(M, BG_JOB_ENUM_ALL_USERS))
CELL_OR(EnumJobs, "2", ANY_STATE, E_INVALIDARG, E_NOTIMPL, enum_jobs(M, 2))
CELL_OR(EnumJobs, "all", ANY_STATE, E_INVALIDARG, E_NOTIMPL, enum_jobs(M, 0xffffffff))
CELL(Manager_GetErrorDescription, "NULL", NULL_READ, E_INVALIDARG, IBackgroundCopyManager_GetErrorDescription(M, BG_E_NOT_FOUND, ENGLISH, NULL))
CELL(Manager_GetErrorDescription, "of BITS", ANY_STATE, S_OK, kept(IBackgroundCopyManager_GetErrorDescription(M, BG_E_NOT_FOUND, ENGLISH, &out.text)))
CELL(Manager_GetErrorDescription, "of HTTP", ANY_STATE, S_OK, kept(IBackgroundCopyManager_GetErrorDescription(M, BG_E_HTTP_ERROR_404, ENGLISH, &out.text)))
CELL(Manager_GetErrorDescription, "of the system", ANY_STATE, S_OK, kept(IBackgroundCopyManager_GetErrorDescription(M, E_ACCESSDENIED, ENGLISH, &out.text)))
CELL(Manager_GetErrorDescription, "of WinHTTP", ANY_STATE, S_OK, kept(IBackgroundCopyManager_GetErrorDescription(M, (HRESULT)0x80072ee7, ENGLISH, &out.text)))
CELL(Manager_GetErrorDescription, "success", ANY_STATE, S_OK, kept(IBackgroundCopyManager_GetErrorDescription(M, S_OK, ENGLISH, &out.text)))
CELL(Manager_GetErrorDescription, "no language", ANY_STATE, NO_LANGUAGE, kept(IBackgroundCopyManager_GetErrorDescription(M, BG_E_NOT_FOUND, 0xffff, &out.text)))

/* ---- enumerators, of lists that may be older than the state ---- */
CELL(EnumJobs_QueryInterface, "nobody's", ANY_STATE, E_NOINTERFACE, query(o->jobs, &IID_nobody))
CELL(EnumJobs_Next, "NULL array", NULL_READ, E_INVALIDARG, IEnumBackgroundCopyJobs_Next(o->jobs, 1, NULL, &out.number))
CELL(EnumJobs_Next, "2 and NULL fetched", NULL_READ, E_INVALIDARG, IEnumBackgroundCopyJobs_Next(o->jobs, 2, out.jobs, NULL))
CELL(EnumJobs_Next, "0 and NULL fetched", NULL_READ, E_INVALIDARG, IEnumBackgroundCopyJobs_Next(o->jobs, 0, out.jobs, NULL))
CELL(EnumJobs_Next, "2^32-1 and NULL fetched", NULL_READ, E_INVALIDARG, IEnumBackgroundCopyJobs_Next(o->jobs, 0xffffffff, out.jobs, NULL))
CELL(EnumJobs_Next, "0", ANY_STATE, S_OK, IEnumBackgroundCopyJobs_Next(o->jobs, 0, out.jobs, &out.number))
CELL(EnumJobs_Next, "1 and NULL fetched", ANY_STATE, S_OK, next_job(o->jobs, 1, false))
CELL(EnumJobs_Next, "more than there are", ANY_STATE, S_FALSE, next_job(o->jobs, MAX_JOBS, true))
CELL(EnumJobs_Skip, "0", ANY_STATE, S_OK, IEnumBackgroundCopyJobs_Skip(o->jobs, 0))
CELL(EnumJobs_Skip, "2^32-1", ANY_STATE, S_FALSE, skip_jobs(o->jobs, 0xffffffff))
CELL(EnumJobs_Skip, "1", ANY_STATE, S_OK, skip_jobs(o->jobs, 1))
CELL(EnumJobs_Reset, "", ANY_STATE, S_OK, IEnumBackgroundCopyJobs_Reset(o->jobs))
CELL(EnumJobs_Clone, "NULL", NULL_READ, E_INVALIDARG, IEnumBackgroundCopyJobs_Clone(o->jobs, NULL))
CELL(EnumJobs_Clone, "", ANY_STATE, S_OK, clone_jobs(o->jobs))
CELL(EnumJobs_GetCount, "NULL", NULL_READ, E_INVALIDARG, IEnumBackgroundCopyJobs_GetCount(o->jobs, NULL))
CELL(EnumJobs_GetCount, "", ANY_STATE, S_OK, IEnumBackgroundCopyJobs_GetCount(o->jobs, &out.number))
CELL(EnumFiles_QueryInterface, "nobody's", ANY_STATE, E_NOINTERFACE, query(o->files, &IID_nobody))
CELL(EnumFiles_Next, "NULL array", NULL_READ, E_INVALIDARG, IEnumBackgroundCopyFiles_Next(o->files, 1, NULL, &out.number))
CELL(EnumFiles_Next, "2 and NULL fetched", NULL_READ, E_INVALIDARG, IEnumBackgroundCopyFiles_Next(o->files, 2, out.files, NULL))
CELL(EnumFiles_Next, "0 and NULL fetched", NULL_READ, E_INVALIDARG, IEnumBackgroundCopyFiles_Next(o->files, 0, out.files, NULL))
CELL(EnumFiles_Next, "0", ANY_STATE, S_OK, IEnumBackgroundCopyFiles_Next(o->files, 0, out.files, &out.number))
CELL(EnumFiles_Next, "1 and NULL fetched", ANY_STATE, S_OK, next_file(o->files, 1, false))
CELL(EnumFiles_Next, "1", ANY_STATE, S_OK, next_file(o->files, 1, true))
CELL(EnumFiles_Next, "2", ANY_STATE, S_FALSE, next_file(o->files, 2, true))
CELL(EnumFiles_Skip, "0", ANY_STATE, S_OK, IEnumBackgroundCopyFiles_Skip(o->files, 0))
CELL(EnumFiles_Skip, "2^32-1", ANY_STATE, S_FALSE, skip_files(o->files, 0xffffffff))
CELL(EnumFiles_Skip, "2", ANY_STATE, S_FALSE, skip_files(o->files, 2))
CELL(EnumFiles_Skip, "1", ANY_STATE, S_OK, skip_files(o->files, 1))
CELL(EnumFiles_Reset, "", ANY_STATE, S_OK, IEnumBackgroundCopyFiles_Reset(o->files))
CELL(EnumFiles_Clone, "NULL", NULL_READ, E_INVALIDARG, IEnumBackgroundCopyFiles_Clone(o->files, NULL))
CELL(EnumFiles_Clone, "", ANY_STATE, S_OK, clone_files(o->files))
CELL(EnumFiles_GetCount, "NULL", NULL_READ, E_INVALIDARG, IEnumBackgroundCopyFiles_GetCount(o->files, NULL))
CELL(EnumFiles_GetCount, "", ANY_STATE, S_OK, IEnumBackgroundCopyFiles_GetCount(o->files, &out.number))

/* ---- an error, whatever its job has come to ---- */
CELL(Error_QueryInterface, "nobody's", ANY_STATE, E_NOINTERFACE, query(E, &IID_nobody))
CELL(Error_GetError, "NULL context", NULL_READ, E_INVALIDARG, IBackgroundCopyError_GetError(E, NULL, &out.hr))
CELL(Error_GetError, "NULL code", NULL_READ, E_INVALIDARG, IBackgroundCopyError_GetError(E, &out.context, NULL))
CELL(Error_GetError, "NULL and NULL", NULL_READ, E_INVALIDARG, IBackgroundCopyError_GetError(E, NULL, NULL))
CELL(Error_GetError, "", ANY_STATE, S_OK, IBackgroundCopyError_GetError(E, &out.context, &out.hr))
CELL(Error_GetFile, "NULL", NULL_READ, E_INVALIDARG, IBackgroundCopyError_GetFile(E, NULL))
CELL(Error_GetFile, "", ANY_STATE, S_OK, error_file(E))
CELL(Error_GetErrorDescription, "NULL", NULL_READ, E_INVALIDARG, IBackgroundCopyError_GetErrorDescription(E, ENGLISH, NULL))
CELL(Error_GetErrorDescription, "language 0", ANY_STATE, E_INVALIDARG, IBackgroundCopyError_GetErrorDescription(E, 0, &out.text))
CELL(Error_GetErrorDescription, "no language", ANY_STATE, NO_LANGUAGE, IBackgroundCopyError_GetErrorDescription(E, 0xffff, &out.text))
CELL(Error_GetErrorDescription, "English", ANY_STATE, S_OK, kept(IBackgroundCopyError_GetErrorDescription(E, ENGLISH, &out.text)))
CELL(Error_GetErrorContextDescription, "NULL", NULL_READ, E_INVALIDARG, IBackgroundCopyError_GetErrorContextDescription(E, ENGLISH, NULL))
CELL(Error_GetErrorContextDescription, "language 0", ANY_STATE, E_INVALIDARG, IBackgroundCopyError_GetErrorContextDescription(E, 0, &out.text))
CELL(Error_GetErrorContextDescription, "no language", ANY_STATE, NO_LANGUAGE, IBackgroundCopyError_GetErrorContextDescription(E, 0xffff, &out.text))
CELL(Error_GetErrorContextDescription, "English", ANY_STATE, S_OK, kept(IBackgroundCopyError_GetErrorContextDescription(E, ENGLISH, &out.text)))
CELL(Error_GetProtocol, "NULL", NULL_READ, E_INVALIDARG, IBackgroundCopyError_GetProtocol(E, NULL))
CELL(Error_GetProtocol, "", ANY_STATE, S_OK, kept(IBackgroundCopyError_GetProtocol(E, &out.text)))

#undef M
#undef E
#undef ENGLISH
