/* SPDX-License-Identifier: LGPL-2.1-or-later
 *
 * For tests of a file's newer interfaces: an origin, jobs with one file or two, checked questions.
 * Main thread only. */
#ifndef OPENBITS_TESTS_FILE_FIXTURE_H
#define OPENBITS_TESTS_FILE_FIXTURE_H

#include "harness/com_fixture.h"

#define SOON  10000
#define MIB   (1024u * 1024)
#define SMALL 1000

/* The fixture of COM, and an origin with "/small", a file of SMALL bytes, and "/held", which gives
 * none of its bytes. False, with a skip, where files have no validation, as in Wine; end it with
 * files_stop() all the same. */
bool files_start(void);
void files_stop(void);
extern struct origin *origin;

/* A foreground job, suspended, with a file from path that becomes "first", and, unless path2 is
 * NULL, another one that becomes "second". */
IBackgroundCopyJob *create_files(const char *path, const char *path2);
void resume(IBackgroundCopyJob *job);
/* A job of one file that has been transferred. */
IBackgroundCopyJob *transfer(const char *path);

/* The caller releases it. */
IBackgroundCopyFile4 *file_of(IBackgroundCopyJob *job, ULONG index);
UINT64 bytes_of(IBackgroundCopyFile4 *file);
void temp_name_of(IBackgroundCopyFile4 *file, WCHAR name[MAX_PATH]);

HANDLE open_shared(const WCHAR *name, DWORD share);
/* The file's first bytes are those of the version. */
#define check_content(name, size, version) check_content_(__LINE__, __FILE__, name, size, version)
void check_content_(int line, const char *file_name, const WCHAR *name, UINT64 size,
                    unsigned int version);

#endif
