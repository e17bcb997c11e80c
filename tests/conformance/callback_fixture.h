/* SPDX-License-Identifier: LGPL-2.1-or-later
 *
 * Jobs whose clients are called back, and their end. */
#ifndef OPENBITS_TESTS_CALLBACK_FIXTURE_H
#define OPENBITS_TESTS_CALLBACK_FIXTURE_H

#include "harness/com_callback.h"

#define WAIT_MS   20000
#define FILE_SIZE 3000

/* How long nothing must happen before it counts as "not called"; modifications are told every 500
 * milliseconds. */
#define QUIET_MS 700

/* A suspended foreground job with so many files that the origin has (/file0, ... saved as NAME-0,
 * ...), or with one (/nothing) that it has not. */
IBackgroundCopyJob *make_job(struct origin *origin, const WCHAR *name, unsigned int files);
void resume_job(IBackgroundCopyJob *job);

/* Cancels the job, and checks that nobody holds the callback object then. */
void end_client(IBackgroundCopyJob *job, struct test_callback *callback);

/* Waits until the caller's is the only reference to an object of the server. */
bool is_released(void *object);

#endif
