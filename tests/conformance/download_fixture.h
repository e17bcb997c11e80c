/* SPDX-License-Identifier: LGPL-2.1-or-later
 *
 * Downloads from a scripted origin, and what job and files say about them; callers without the
 * rights of an administrator. Main thread only. */
#ifndef OPENBITS_TESTS_DOWNLOAD_FIXTURE_H
#define OPENBITS_TESTS_DOWNLOAD_FIXTURE_H

#include "harness/com_fixture.h"

#define SOON  10000
#define SMALL 1000
#define MIB   (1024u * 1024)

/* How long something must not happen before it counts as "does not happen". */
#define QUIET_MS 300

/* COM, and an origin with "/small": SMALL bytes. A path that was not added answers 404. */
void downloads_start(void);
void downloads_stop(void);
extern struct origin *origin;

/* A suspended job in the foreground with one file. */
IBackgroundCopyJob *create_download(const char *path, const WCHAR *name);
#define resume(job) resume_(__LINE__, __FILE__, job)
void resume_(int line, const char *file, IBackgroundCopyJob *job);
/* The same job, transferred. */
IBackgroundCopyJob *transfer(const char *path, const WCHAR *name);
/* Answers every request to the path with this status, an empty body and more header lines, each
 * with CRLF; NULL: none. They must outlive the origin. */
struct fixed_answer
{
    int status;
    const char *headers;
};
void answer_with(const char *path, const struct fixed_answer *answer);

/* The caller releases it; NULL, and a failed check, when there is none. */
IBackgroundCopyFile *file_at(IBackgroundCopyJob *job, ULONG index);
void file_progress(IBackgroundCopyJob *job, ULONG index, BG_FILE_PROGRESS *progress);
/* As EnumFiles sees it. */
ULONG file_count(IBackgroundCopyJob *job);
void temporary_name(IBackgroundCopyJob *job, ULONG index, WCHAR path[MAX_PATH]);
/* Does the manager still know it? */
bool is_in_queue(IBackgroundCopyJob *job);
ULONG error_count(IBackgroundCopyJob *job);

/* The thread's calls come from now on from the same user without the administrators' group. False,
 * with a skip, where the server does not see that. */
bool become_ordinary_user(void);
void become_oneself(void);

#endif
