/* SPDX-License-Identifier: LGPL-2.1-or-later
 *
 * A row of the table of faults: what the server does wrong, what becomes of the job, and that it
 * can be resumed when the server is right again. */
#ifndef OPENBITS_TESTS_FAULT_CASE_H
#define OPENBITS_TESTS_FAULT_CASE_H

#include "harness/com_fixture.h"
#include "harness/origin_faults.h"

/* Codes of WinHTTP, which clients of BITS know. */
#define WINHTTP_TIMEOUT           ((HRESULT)0x80072ee2)
#define WINHTTP_NAME_NOT_RESOLVED ((HRESULT)0x80072ee7)
#define WINHTTP_CANNOT_CONNECT    ((HRESULT)0x80072efd)
#define WINHTTP_CONNECTION_ERROR  ((HRESULT)0x80072efe)
#define HTTP_CODE(status)         ((HRESULT)(0x80190000 | (status)))

#define FAULT_WAIT_MS 20000

enum fault_end
{
    FAULT_SURVIVED, /* the file arrives all the same */
    FAULT_FATAL,    /* ERROR */
    FAULT_TRANSIENT /* TRANSIENT_ERROR */
};

struct fault_case
{
    const char *row;   /* of the fault matrix, and what is special here */
    const char *fault; /* see origin_faults.h; NULL: only what the file says */
    struct origin_fault_use use;
    bool is_background;
    /* The first answer to GET breaks off after so many bytes. The fault is for the job that is
     * resumed then, so use.after is set. 0: the fault comes at once. */
    uint64_t cut;

    enum fault_end end;
    HRESULT code;
    bool is_started_over; /* nothing is kept; else what was there before, and received */
    uint64_t received;    /* bytes of the faulty answer that are kept */
    bool is_at_most;      /* of received, as a reset loses some of them */
    bool is_cancelled;    /* in place of the resume */
    size_t requests;      /* at most, until the job stops; 0: HEAD, GET, and GET for a cut */
};

/* Runs all of them at the same time, as far as there are not too many, each in a job of its own. A
 * job that has stopped is resumed with a server that is well again, and completed. */
void run_fault_cases(struct origin *o, const struct fault_case *cases, size_t count);

/* A check of code, context, file, protocol and texts of the job's error. */
#define check_job_error(job, code, context) check_job_error_(__LINE__, __FILE__, job, code, context)
void check_job_error_(int line, const char *file, IBackgroundCopyJob *job, HRESULT code,
                      BG_ERROR_CONTEXT context);

/* A job with one file, not yet resumed; is_foreground sets the priority. */
IBackgroundCopyJob *create_download(const struct origin *o, const char *path, const WCHAR *name,
                                    bool is_foreground);
void resume_job(IBackgroundCopyJob *job);
/* Of the job's file of this index. Returns the buffer. */
WCHAR *temporary_name(IBackgroundCopyJob *job, ULONG index, WCHAR path[MAX_PATH]);
/* A check that the temporary file has these bytes at its beginning; it may be longer. */
void check_kept_bytes(IBackgroundCopyJob *job, ULONG index, UINT64 bytes, unsigned int version);
/* Completes the job, checks and removes its file, and that nothing else is left of it. */
void complete_download(IBackgroundCopyJob *job, const WCHAR *name, UINT64 size,
                       unsigned int version);
UINT64 bytes_transferred(IBackgroundCopyJob *job);
/* A check that the last GET to the path asked for [begin, end). */
void check_last_range(struct origin *o, const char *path, uint64_t begin, uint64_t end);

#endif
