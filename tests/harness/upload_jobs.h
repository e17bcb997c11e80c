/* SPDX-License-Identifier: LGPL-2.1-or-later
 *
 * Upload jobs of tests, with files of synthetic bytes in the fixture's folder. Main thread only. */
#ifndef OPENBITS_TESTS_UPLOAD_JOBS_H
#define OPENBITS_TESTS_UPLOAD_JOBS_H

#include "harness/com_fixture.h"
#include "harness/upload_server.h"

#define UPLOAD_WAIT_MS 60000

/* A foreground job of the type with one file, which is made; not yet resumed. */
IBackgroundCopyJob *create_upload(const struct origin *o, const char *path, BG_JOB_TYPE type,
                                  const WCHAR *name, UINT64 size, unsigned int version);
IBackgroundCopyJob *create_upload_to(const WCHAR *url, BG_JOB_TYPE type, const WCHAR *name,
                                     UINT64 size, unsigned int version);
void set_upload_login(IBackgroundCopyJob *job, BG_AUTH_TARGET target, BG_AUTH_SCHEME scheme,
                      const WCHAR *user, const WCHAR *password);
void set_upload_header(IBackgroundCopyJob *job, const WCHAR *lines);
void resume_upload(IBackgroundCopyJob *job);
IBackgroundCopyJob2 *job2_of(IBackgroundCopyJob *job); /* the caller releases it */

/* A check that the job comes to this failure, and how. */
#define expect_failed(job, state, code, context)                                                   \
    expect_failed_(__LINE__, __FILE__, job, state, code, context)
void expect_failed_(int line, const char *file, IBackgroundCopyJob *job, BG_JOB_STATE state,
                    HRESULT code, BG_ERROR_CONTEXT context);

/* Waits for TRANSFERRED, completes, and checks that the server has the file and no session (or at
 * most so many that it never told of), and that the local file is untouched. Releases the job. */
#define finish_upload(job, server, name, size, version)                                            \
    finish_upload_(__LINE__, __FILE__, job, server, name, size, version, 0)
void finish_upload_(int line, const char *file, IBackgroundCopyJob *job, struct up_server *server,
                    const WCHAR *name, UINT64 size, unsigned int version, unsigned int left);

#endif
