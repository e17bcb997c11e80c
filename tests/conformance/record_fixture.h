/* SPDX-License-Identifier: LGPL-2.1-or-later
 *
 * For tests of the machine's cache: downloads whose content may get there, and its records. On top
 * of peer_fixture.h; main thread only. */
#ifndef OPENBITS_TESTS_RECORD_FIXTURE_H
#define OPENBITS_TESTS_RECORD_FIXTURE_H

#include "peer_fixture.h"

#define JOB_CLIENT BG_JOB_ENABLE_PEERCACHING_CLIENT
#define JOB_SERVER BG_JOB_ENABLE_PEERCACHING_SERVER
#define JOB_BRANCH BG_JOB_DISABLE_BRANCH_CACHE

#define MACHINE_CLIENT BG_ENABLE_PEERCACHING_CLIENT
#define MACHINE_SERVER BG_ENABLE_PEERCACHING_SERVER

/* peer_start(), with a cache that is empty, of a machine whose server flag is on. */
bool records_start(void);
/* Empties the cache. */
void records_stop(void);

/* ---- Downloads ---- */

/* One file from a path that the test has added, in the foreground; transferred. */
void fetch_path(struct download *d, DWORD flags, const char *path);
/* The same under security flags, of which 0 are none. */
void fetch_path_under(struct download *d, DWORD flags, ULONG security, const char *path);
/* A new path, with the date of RECORD_DATE. */
void fetch(struct download *d, DWORD flags, UINT64 size);
#define RECORD_DATE "Sat, 01 Jan 2022 00:00:00 GMT"
/* Complete, checked. The local file stays until the end of the program. */
#define complete(d) complete_(__LINE__, __FILE__, d)
void complete_(int line, const char *file, struct download *d);
/* SetValidationState of the only file, checked. */
#define validate(d, state) validate_(__LINE__, __FILE__, d, state)
void validate_(int line, const char *file, struct download *d, BOOL state);
/* All in one: the record is there. */
void make_record(struct download *d, UINT64 size);

/* Content gets into the cache, and out of it, some time after it was judged, but in that order: one
 * that was judged now is there, so that nothing is under way from before. The machine's server flag
 * must be on. */
#define settle() settle_(__LINE__, __FILE__)
void settle_(int line, const char *file);

/* ---- Records ---- */

struct record
{
    GUID id;
    WCHAR url[URL_MAX];
    UINT64 size;
    FILETIME modified, accessed;
    HRESULT validated;
    DWORD range_count;
    BG_FILE_RANGE range; /* the first */
};

/* Asks all seven methods, checked. */
#define read_record(object, record) read_record_(__LINE__, __FILE__, object, record)
void read_record_(int line, const char *file, IBitsPeerCacheRecord *object, struct record *record);
bool is_same_record(const struct record *a, const struct record *b);

/* Not NULL; the caller releases it. */
IEnumBitsPeerCacheRecords *enum_records(void);
/* Records with the URL of the path, or with any; the first of them if record is not NULL. */
ULONG find_records(const char *path, struct record *record);
#define expect_records(path, count) expect_records_(__LINE__, __FILE__, path, count)
void expect_records_(int line, const char *file, const char *path, ULONG count);
/* Waits until there are so many. */
#define wait_records(path, count) wait_records_(__LINE__, __FILE__, path, count)
bool wait_records_(int line, const char *file, const char *path, ULONG count);
void clear_records(void);

/* An id of the cache, or not? */
bool has_record(const GUID *id);

#endif
